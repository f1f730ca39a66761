//! Numbers with their words, and names of folders.

use crate::diff::Row;
use crate::side::Side;

use super::super::Report;
use super::super::escape::escape_cell;

/// How many messages of a side have a class.
pub(super) fn messages(report: &Report<'_>, side: Side) -> u64 {
    report.diff.ledger[side].messages()
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

/// A number, and how many of them are accepted: `12`, `12, 3 accepted`, `12, all accepted`.
pub(super) fn count_accepted(count: u64, accepted: u64) -> String {
    match accepted {
        0 => grouped(count),
        1 if count == 1 => "1, accepted".to_owned(),
        _ if accepted == count => format!("{}, all accepted", grouped(count)),
        _ => format!("{}, {} accepted", grouped(count), grouped(accepted)),
    }
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

    #[test]
    fn what_is_accepted_is_told_beside_the_number() {
        let told = [(1, 0), (1, 1), (2, 2), (1_000, 1), (0, 0)];
        let told = told.map(|(count, accepted)| count_accepted(count, accepted));
        assert_eq!(told, ["1", "1, accepted", "2, all accepted", "1,000, 1 accepted", "0"]);
    }
}
