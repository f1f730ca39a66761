//! How many there are of what, and where every file went.

use std::collections::BTreeMap;

use crate::index::Index;
use crate::side::Side;

use super::Row;
use super::class::{Class, Counts, Ledger};

/// Pairs in one folder without a mark that have no row.
#[derive(Debug, Default)]
pub(super) struct PlainPairs {
    by_folder: BTreeMap<usize, PlainCount>,
}

/// How many plain pairs a folder has.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct PlainCount {
    pub(super) pairs: u64,
    /// Those in `cur` and `new`, on both sides.
    pub(super) delivered: u64,
}

impl PlainPairs {
    /// Counts a pair of a folder of the comparison.
    pub(super) fn add(&mut self, folder: usize, delivered: bool) {
        let count = self.by_folder.entry(folder).or_default();
        count.pairs += 1;
        count.delivered += u64::from(delivered);
    }

    /// Adds those of another part of the keys.
    pub(super) fn append(&mut self, other: PlainPairs) {
        for (folder, count) in other.by_folder {
            let sum = self.by_folder.entry(folder).or_default();
            sum.pairs += count.pairs;
            sum.delivered += count.delivered;
        }
    }

    /// How many there are in all.
    pub(super) fn pairs(&self) -> u64 {
        self.by_folder.values().map(|count| count.pairs).sum()
    }

    /// How many there are in each folder of the comparison that has any.
    pub(super) fn by_folder(&self) -> impl Iterator<Item = (usize, PlainCount)> {
        self.by_folder.iter().map(|(&folder, &count)| (folder, count))
    }
}

/// How many pairs and files there are of each class and mark.
pub(super) fn count(rows: &[Row<'_>], plain: &PlainPairs) -> Counts {
    let mut counts = Counts { same: plain.pairs(), ..Counts::default() };
    for row in rows {
        *counts.class_mut(row.class) += 1;
        for &mark in &row.marks {
            *counts.mark_mut(mark) += 1;
        }
    }
    counts
}

/// How many pairs marked `misfiled` lie so on this side.
pub(super) fn misfiled_on(side: Side, rows: &[Row<'_>]) -> u64 {
    rows.iter().filter(|row| row.is_misfiled_on(side)).count() as u64
}

/// Where every file of a side went; `leftover` is how many leftovers there are, those counted as
/// messages included.
pub(super) fn ledger(
    index: &Index,
    side: Side,
    rows: &[Row<'_>],
    plain: &PlainPairs,
    leftover: u64,
) -> Ledger {
    let on_side = rows.iter().filter(|row| row.files[side].is_some());
    let (files, same) = (index.files(), plain.pairs());
    let mut ledger = Ledger { files, same, leftover, ..Ledger::default() };
    for row in on_side {
        match row.class {
            Class::Same => ledger.same += 1,
            Class::Moved => ledger.moved += 1,
            Class::Copies => ledger.copies += 1,
            Class::OnlyLeft | Class::OnlyRight => ledger.only += 1,
        }
        let promoted = row.file().is_some_and(|(_, message)| message.place().is_leftover());
        ledger.leftover -= u64::from(promoted);
    }
    let tally = index.tally;
    Ledger {
        control: tally.control,
        foreign: tally.foreign,
        unreadable: tally.unreadable,
        vanished: tally.vanished,
        excluded: tally.excluded,
        ..ledger
    }
}
