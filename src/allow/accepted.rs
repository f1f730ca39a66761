//! What allowances have come to: what of each difference is accepted, by which line of which file,
//! and which lines nothing needed.

use std::collections::{BTreeSet, HashMap};
use std::fmt;
use std::path::Path;

use crate::diff::{self, Counts, Mark};
use crate::index::Message;
use crate::path;
use crate::side::{Side, Sides};

use super::allowance::Allowance;

/// What of a difference is accepted.
#[derive(Debug, Default)]
pub struct Accepted<'a> {
    /// By the file that stands for the row.
    remarks: HashMap<Message<'a>, Remark<'a>>,
    /// How many of each class and mark are accepted.
    pub counts: Counts,
    /// Of the accepted pairs marked `misfiled`, how many lie so on each side.
    pub misfiled: Sides<u64>,
    /// The files, in the order in which they were named.
    pub files: Vec<Usage<'a>>,
}

/// What the files say of a row of the difference.
#[derive(Clone, Debug)]
pub struct Remark<'a> {
    /// Where it is said: the file, and the number of the line.
    pub source: (&'a Path, u64),
    /// Whether the row's class is accepted; never of a pair in one folder, which is no difference
    /// by its class.
    pub class: bool,
    /// Which of its marks are.
    pub marks: BTreeSet<Mark>,
    /// Whether that is all there is to say of it.
    pub whole: bool,
    /// The decision, as far as it goes for the row as it is now; else empty.
    pub decision: &'a str,
    /// What a reviewer said of it.
    pub comment: &'a str,
}

/// What a file of allowances was good for.
#[derive(Debug)]
pub struct Usage<'a> {
    /// Where it lies.
    pub path: &'a Path,
    /// How many lines accept something.
    pub allowances: u64,
    /// How many rows of the difference it accepts, or a part of.
    pub accepted: u64,
    /// The lines that nothing needed: what they accept is not there, or accepted already.
    pub unused: Vec<&'a Allowance>,
}

/// A line that nothing needed. Prints as `review.csv:3: only-left a@b`.
#[derive(Clone, Copy, Debug)]
pub struct Unused<'a> {
    /// The file.
    pub path: &'a Path,
    /// What it says.
    pub allowance: &'a Allowance,
}

impl fmt::Display for Unused<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Unused { path, allowance } = self;
        write!(f, "{}:{}: {}", path::text(path), allowance.line, allowance.subject)
    }
}

impl Remark<'_> {
    /// Whether anything is accepted.
    pub fn accepts(&self) -> bool {
        self.class || !self.marks.is_empty()
    }
}

impl<'a> Usage<'a> {
    /// The lines that nothing needed, each with its file.
    pub fn unused(&self) -> impl Iterator<Item = Unused<'a>> {
        let path = self.path;
        self.unused.iter().map(move |allowance| Unused { path, allowance })
    }
}

impl<'a> Accepted<'a> {
    /// Of these files, of which nothing has been used yet.
    pub(super) fn of_files(files: Vec<Usage<'a>>) -> Accepted<'a> {
        Accepted { files, ..Accepted::default() }
    }

    /// What the files say of a row.
    pub fn of(&self, row: &diff::Row<'a>) -> Option<&Remark<'a>> {
        let (_, file) = row.file()?;
        self.remarks.get(&file)
    }

    /// Adds what the file at a place says of a row.
    pub(super) fn add(&mut self, row: &diff::Row<'a>, place: usize, remark: Remark<'a>) {
        if let Some(file) = self.files.get_mut(place) {
            file.accepted += u64::from(remark.accepts());
        }
        if remark.class {
            *self.counts.class_mut(row.class) += 1;
        }
        for &mark in &remark.marks {
            *self.counts.mark_mut(mark) += 1;
        }
        for side in Side::BOTH {
            let counts = remark.marks.contains(&Mark::Misfiled) && row.is_misfiled_on(side);
            self.misfiled[side] += u64::from(counts);
        }
        if let Some((_, file)) = row.file() {
            self.remarks.insert(file, remark);
        }
    }

    /// Adds a line of the file at a place that nothing needed, behind the others.
    pub(super) fn add_unused(&mut self, place: usize, line: &'a Allowance) {
        if let Some(file) = self.files.get_mut(place) {
            file.unused.push(line);
        }
    }
}
