//! Numbers with their words, and names of folders.

use crate::diff::{Ledger, Row};
use crate::side::Side;

use super::super::Report;
use super::super::escape::escape;

/// How many messages of a side have a class.
pub(super) fn messages(report: &Report<'_>, side: Side) -> u64 {
    let Ledger { same, moved, copies, only, .. } = report.diff.ledger[side];
    same + moved + copies + only
}

/// A number and what it counts.
pub(in crate::report) fn plural(count: u64, what: &str) -> String {
    match (count, what) {
        (1, _) => format!("1 {what}"),
        (_, "file or directory") => format!("{count} files or directories"),
        _ => format!("{count} {what}s"),
    }
}

/// The name of the folder that a row's file of that side lies in.
pub(super) fn folder_of(report: &Report<'_>, row: &Row<'_>, side: Side) -> Option<String> {
    let folder = report.indexes[side].folders.get(row.files[side]?.folder)?;
    Some(escape(folder.name.as_str()))
}
