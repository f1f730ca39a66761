//! Which contents are held against each other: of each two different ones, one pair of files.

use std::collections::BTreeSet;

use crate::diff::Row;
use crate::index::Message;
use crate::side::Side;

use super::{Exhibit, Kinship};

/// The pairs of exhibits whose contents differ, by their places: the pairs of the comparison first,
/// then what may be the same message, then every other content against the first.
pub(super) fn choose(exhibits: &[Exhibit<'_>], rows: &[Row<'_>]) -> Vec<(usize, usize)> {
    let mut chosen = Vec::new();
    let mut seen = BTreeSet::new();
    let pairs = rows.iter().filter_map(|row| paired(exhibits, row));
    let probable = rows.iter().filter_map(|row| probable(exhibits, row));
    let others = exhibits.iter().enumerate().filter_map(|(at, exhibit)| {
        let shown = exhibit.kinship != Kinship::Probable;
        let first = first_of(exhibits, exhibit.side.other()).filter(|_| shown)?;
        Some(if exhibit.side == Side::Left { (at, first) } else { (first, at) })
    });
    let first = (0..exhibits.len()).map(|at| (0, at));
    for (one, other) in pairs.chain(probable).chain(others).chain(first) {
        let content = |at: usize| exhibits.get(at).and_then(|exhibit| exhibit.content);
        let (Some(ours), Some(theirs)) = (content(one), content(other)) else { continue };
        if ours != theirs && seen.insert((ours.min(theirs), ours.max(theirs))) {
            chosen.push((one, other));
        }
    }
    chosen
}

/// The first copy on a side.
fn first_of(exhibits: &[Exhibit<'_>], side: Side) -> Option<usize> {
    exhibits.iter().position(|exhibit| exhibit.side == side && exhibit.kinship == Kinship::SameKey)
}

fn paired(exhibits: &[Exhibit<'_>], row: &Row<'_>) -> Option<(usize, usize)> {
    Some((place(exhibits, row.files.left?)?, place(exhibits, row.files.right?)?))
}

fn probable(exhibits: &[Exhibit<'_>], row: &Row<'_>) -> Option<(usize, usize)> {
    let (side, message) = row.file()?;
    let (own, twin) = (place(exhibits, message)?, place(exhibits, row.probable?)?);
    Some(if side == Side::Left { (own, twin) } else { (twin, own) })
}

fn place(exhibits: &[Exhibit<'_>], message: Message<'_>) -> Option<usize> {
    exhibits.iter().position(|exhibit| exhibit.message == message)
}
