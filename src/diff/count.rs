//! How many there are of what, and where every file went.

use crate::index::{Index, Message};
use crate::side::Side;

use super::Row;
use super::class::{Class, Counts, Ledger, Mark};

/// How many rows there are of each class and mark.
pub(super) fn count(rows: &[Row<'_>]) -> Counts {
    let mut counts = Counts::default();
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
    let marked = rows.iter().filter(|row| row.marks.contains(&Mark::Misfiled));
    let lies_so = |file: &Message| !file.place.is_delivered();
    marked.filter(|row| row.files[side].is_some_and(lies_so)).count() as u64
}

/// Where every file of a side went; `leftovers` is how many there are, those counted as messages
/// included.
pub(super) fn ledger(index: &Index, side: Side, rows: &[Row<'_>], leftovers: u64) -> Ledger {
    let on_side = rows.iter().filter(|row| row.files[side].is_some());
    let mut ledger = Ledger { files: index.files(), leftover: leftovers, ..Ledger::default() };
    for row in on_side {
        match row.class {
            Class::Same => ledger.same += 1,
            Class::Moved => ledger.moved += 1,
            Class::Copies => ledger.copies += 1,
            Class::OnlyLeft | Class::OnlyRight => ledger.only += 1,
        }
        let promoted = row.file().is_some_and(|(_, message)| message.place.is_leftover());
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
