//! Why, for what is on one side only: its reason, and what on the other side is probably the same.

use std::collections::BTreeMap;

use crate::fetch;
use crate::index::{Index, Message};
use crate::side::{Side, Sides};

use super::class::{Class, Reason};
use super::cut::{Placed, match_cut};
use super::reason::{self, Known, Lone};
use super::{Comparison, Row, Same};

impl<'a> Comparison<'a, '_> {
    /// Gives what is on one side only its reason and, where there is one, its probable twin.
    pub(super) fn explain(&mut self) {
        let first = self.rows.len();
        let mut reused = Vec::new();
        for side in Side::BOTH {
            for (message, reused_id) in std::mem::take(&mut self.lone[side]) {
                self.rows.push(Row::new(Class::only(side), Sides::only(side, message)));
                reused.push(reused_id);
            }
        }
        let header_sizes = self.read_headers();
        self.find_reasons(first, &reused, &header_sizes);
        self.find_probable(first);
        self.find_cut(first);
    }

    /// Gives the rows from `first` on, all of one side only, their reasons. `reused` tells of each
    /// of these whether both sides have its key; `header_sizes` has those of all rows.
    fn find_reasons(&mut self, first: usize, reused: &[bool], header_sizes: &[Option<u64>]) {
        let known = Known::new(self.indexes);
        let mut rows = std::mem::take(&mut self.rows);
        let lone = rows.iter_mut().zip(header_sizes).skip(first).zip(reused);
        for ((row, &header_size), &reused_id) in lone {
            let Some((side, message)) = row.file() else { continue };
            let folder_absent = !self.has_partner(side, message);
            let lone = Lone { side, folder_absent, reused_id, header_size };
            row.reason = Some(known.of_lone(message, lone));
        }
        self.rows = rows;
    }

    /// Whether the other side has, or may have, a folder that stands against the message's own: a
    /// table names none in which there is no message.
    fn has_partner(&self, side: Side, message: Message<'_>) -> bool {
        let pair = self.pairs.pairs.get(self.folder(side, message));
        let partner = pair.and_then(|pair| pair.folders[side.other()]);
        let folder = partner.and_then(|at| self.indexes[side.other()].folders.get(at));
        let may_be_empty = self.indexes[side.other()].is_table();
        self.options.ignore_folders
            || may_be_empty
            || folder.is_some_and(|folder| !folder.directories.is_empty())
    }

    /// Reads the headers of the rows that may be shown; tells for each row how many bytes a server
    /// sends for its header, as far as that was read.
    fn read_headers(&mut self) -> Vec<Option<u64>> {
        let all = self.options.same == Same::Told;
        let mut sizes = vec![None; self.rows.len()];
        for side in Side::BOTH {
            let indexes = self.indexes;
            let rows = self.rows.iter_mut().zip(&mut sizes);
            let shown = rows
                .filter(|(row, _)| (all || !row.is_plain()) && speaker(indexes, row) == Some(side));
            let rows: Vec<(&mut Row<'a>, &mut Option<u64>)> = shown.collect();
            let files: Vec<Message<'_>> =
                rows.iter().filter_map(|(row, _)| row.files[side]).collect();
            let headers = fetch::headers(self.indexes[side], &files);
            for ((row, size), header) in rows.into_iter().zip(headers) {
                match header {
                    Ok(header) => {
                        row.envelope = header.envelope;
                        *size = Some(header.wire_size);
                    }
                    Err(error) => self.errors[side].push(error),
                }
            }
        }
        sizes
    }

    /// Among the rows from `first` on: each of the left that is like one of the right, where both
    /// are alone with that likeness.
    fn find_probable(&mut self, first: usize) {
        let mut alike: BTreeMap<_, Sides<Vec<usize>>> = BTreeMap::new();
        for (at, row) in self.rows.iter().enumerate().skip(first) {
            if let (Some((side, _)), Some(likeness)) = (row.file(), row.envelope.likeness()) {
                alike.entry(likeness).or_default()[side].push(at);
            }
        }
        for twins in alike.into_values() {
            if let (&[left], &[right]) = (twins.left.as_slice(), twins.right.as_slice()) {
                self.join_probable(left, right);
            }
        }
    }

    /// Among the rows from `first` on: what a server cuts short, and what has come of it on the
    /// other side without an end of its header.
    fn find_cut(&mut self, first: usize) {
        for side in Side::BOTH {
            let whole = self.alone(first, side, |row, _| row.reason == Some(Reason::TruncatedCopy));
            let cut = self.alone(first, side.other(), |_, message| message.shape().no_header_end);
            let indexes = self.indexes;
            let matches = match_cut((indexes[side], whole), (indexes[side.other()], cut));
            for (whole, cut) in matches {
                match side {
                    Side::Left => self.join_probable(whole, cut),
                    Side::Right => self.join_probable(cut, whole),
                }
            }
        }
    }

    /// The rows from `first` on of messages of one side that have no probable twin.
    fn alone(
        &self,
        first: usize,
        side: Side,
        wanted: impl Fn(&Row<'a>, Message<'_>) -> bool,
    ) -> Placed<'a> {
        let rows = self.rows.iter().enumerate().skip(first);
        let alone = rows.filter(|(_, row)| row.probable.is_none());
        let placed = alone.filter_map(|(at, row)| {
            row.files[side].filter(|&message| wanted(row, message)).map(|message| (at, message))
        });
        placed.collect()
    }

    fn join_probable(&mut self, left: usize, right: usize) {
        let file = |at: usize| self.rows.get(at).and_then(Row::file).map(|(_, message)| message);
        let (Some(ours), Some(theirs)) = (file(left), file(right)) else { return };
        let truncated = reason::is_truncated(self.indexes, ours, theirs);
        for (at, twin) in [(left, theirs), (right, ours)] {
            if let Some(row) = self.rows.get_mut(at) {
                row.probable = Some(twin);
                if truncated && row.reason > Some(Reason::TruncatedCopy) {
                    row.reason = Some(Reason::TruncatedCopy);
                }
            }
        }
    }
}

/// The side whose file tells what the message of a row says of itself: the left, if it has one and
/// is no table, of which nothing can be read.
fn speaker(indexes: Sides<&Index>, row: &Row<'_>) -> Option<Side> {
    let mut sides = Side::BOTH.into_iter().filter(|&side| row.files[side].is_some());
    sides.clone().find(|&side| !indexes[side].is_table()).or(sides.next())
}
