//! Messages by folder as two lists, and how they differ: what `diff -u` would print.

use std::io::{self, Write};

use similar::TextDiff;

use crate::diff::FolderCounts;
use crate::side::Side;

use super::Report;
use super::escape::{escape, path_text};

/// How many equal lines stand around those that differ, as in `diff -u`.
const CONTEXT: usize = 3;

pub(super) fn write(report: &Report<'_>, out: &mut dyn Write) -> io::Result<()> {
    let [left, right] = Side::BOTH.map(|side| list(&report.diff.folders, side));
    let [left_name, right_name] =
        Side::BOTH.map(|side| escape(&path_text(&report.indexes[side].root)));
    let diff = TextDiff::from_lines(&left, &right);
    let mut unified = diff.unified_diff();
    write!(out, "{}", unified.context_radius(CONTEXT).header(&left_name, &right_name))
}

/// `NAME<TAB>COUNT` for every folder that a side has.
fn list(folders: &[FolderCounts], side: Side) -> String {
    let has = |folder: &&FolderCounts| {
        !folder.excluded && folder.names[side].is_some()
            || folder.messages[side] > 0
            || folder.name == "*"
    };
    let line =
        |folder: &FolderCounts| format!("{}\t{}\n", escape(&folder.name), folder.messages[side]);
    folders.iter().filter(has).map(line).collect()
}
