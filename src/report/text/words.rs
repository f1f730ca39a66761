//! Numbers with their words.

use crate::diff::Ledger;
use crate::side::Side;

use super::super::Report;

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
