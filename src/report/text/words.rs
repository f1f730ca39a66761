//! Numbers with their words, and names of folders.

use crate::diff::{Ledger, Row};
use crate::side::Side;

use super::super::Report;
use super::super::escape::escape_cell;

/// How many messages of a side have a class.
pub(super) fn messages(report: &Report<'_>, side: Side) -> u64 {
    let Ledger { same, moved, copies, only, .. } = report.diff.ledger[side];
    same + moved + copies + only
}

/// A number and what it counts.
pub(in crate::report) fn plural(count: u64, what: &str) -> String {
    match (count, what) {
        (1, _) => format!("1 {what}"),
        (_, "file or directory") => format!("{} files or directories", grouped(count)),
        _ => format!("{} {what}s", grouped(count)),
    }
}

/// A number as people read it: `12,000`.
pub(in crate::report) fn grouped(count: u64) -> String {
    let digits = count.to_string();
    let mut grouped = String::with_capacity(digits.len() + digits.len() / 3);
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            grouped.push(',');
        }
        grouped.push(digit);
    }
    grouped
}

/// The name of the folder that a row's file of that side lies in.
pub(super) fn folder_of(report: &Report<'_>, row: &Row<'_>, side: Side) -> Option<String> {
    let folder = report.indexes[side].folders.get(row.files[side]?.folder())?;
    Some(escape_cell(folder.name.as_str()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_grouped_by_thousands() {
        let told = [0, 7, 999, 1000, 15_012, 372_752, 1_000_000].map(grouped);
        assert_eq!(told, ["0", "7", "999", "1,000", "15,012", "372,752", "1,000,000"]);
        assert_eq!(plural(12_000, "message"), "12,000 messages");
    }
}
