//! What is wrong with one tree, from its index: findings that stand whether or not another tree
//! differs.
//!
//! [`at_a_glance`] is what names, sizes and the first read tell, for a comparison; [`check`] is
//! all that can be told, and reads more where it must.

use std::sync::atomic::AtomicU64;

use crate::error::Error;
use crate::finding::{Finding, Kind};
use crate::index::{Index, Message};
use crate::leftover::Leftover;

mod names;
mod twins;
mod reading;
mod sizes;
mod folders;
mod places;
mod contents;
mod unread;

pub(crate) use names::LONGEST_NAME;
pub use reading::Reading;
pub(crate) use twins::{base_of, highest_uid, twins};

/// A tree, checked.
#[derive(Debug)]
pub struct Checked {
    /// What is wrong; sorted by kind and path.
    pub findings: Vec<Finding>,
    /// What had to be read for that; not counted yet.
    pub reading: Reading,
}

/// The findings that names, sizes and the first read tell; sorted by kind and path.
pub fn at_a_glance(index: &Index, leftovers: &[Leftover<'_>]) -> Vec<Finding> {
    // A table has no files of which something could be wrong.
    if index.is_table() {
        return Vec::new();
    }
    let mut findings = index.findings.clone();
    // Without `tmp` a folder is a folder to a comparison; without `cur` and `new` it is not.
    findings.retain(|found| found.kind != Kind::MissingSubdir || found.state.contains("cur+new"));
    for message in index.messages().iter() {
        findings.extend(places::misfiled(index, message));
        findings.extend(contents::empty(message).filter(|_| message.place().is_delivered()));
        findings.extend(sizes::of_name(message));
    }
    findings.extend(folders::invisible(index));
    findings.extend(twins::duplicate_bases(index));
    findings.extend(leftovers.iter().map(|leftover| places::leftover(index, leftover, None)));
    findings.retain(|found| !folders::is_harmless(index, found));
    findings.sort();
    findings
}

/// How many messages [`check`] will read to their end for the sizes in their names.
pub fn count_unsized(index: &Index) -> usize {
    sizes::count_open(index)
}

/// Everything that is wrong; `now` is when the tree is judged, in seconds since 1970-01-01 UTC, and
/// decides what in `tmp` is under way. Reads whole what carries a `W=` that its size does not
/// decide, which is counted in `read`, copies of one base name, and mbox files.
///
/// What cannot be read becomes a finding too; the index knows it, but for what could not be read
/// *again*: see [`Reading::errors`].
pub fn check(index: &Index, leftovers: &[Leftover<'_>], now: i64, read: &AtomicU64) -> Checked {
    let mut reading = Reading::default();
    reading.read_twins(index);
    let mut findings = index.findings.clone();
    let stores = places::foreign_stores(index);
    for message in index.messages().iter() {
        if places::is_of_other_format(&stores, message) {
            findings.extend(places::mbox(message));
            continue;
        }
        findings.extend(places::misfiled(index, message));
        findings.extend(names::all(index, message));
        findings.extend(contents::all(message));
    }
    findings.extend(sizes::all(index, read, &mut reading));
    findings.extend(contents::mbox_files(index, &mut reading));
    findings.extend(folders::invisible(index));
    findings.extend(folders::differ_in_case(index));
    findings.extend(twins::duplicate_bases(index));
    findings.extend(twins::duplicate_uids(index));
    findings.extend(leftovers.iter().map(|leftover| places::leftover(index, leftover, Some(now))));
    Error::sort(&mut reading.errors);
    findings.extend(unread::unread(index, &reading.errors));
    findings.retain(|found| !folders::is_harmless(index, found));
    findings.sort();
    findings.dedup();
    Checked { findings, reading }
}

/// A finding of a message.
fn find(kind: Kind, message: Message<'_>, detail: impl Into<String>) -> Finding {
    Finding::new(kind, message.folder(), message.path().to_owned(), detail)
}
