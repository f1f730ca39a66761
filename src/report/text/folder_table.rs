//! The folders in which the two sides differ, one a line.

use std::io::{self, Write};

use crate::diff::FolderCounts;
use crate::folders::Ground;
use crate::side::{Side, Sides};

use super::super::Report;
use super::super::escape::escape_opening;
use super::super::table::{self, Align};
use super::words::grouped;

/// The heads of the folder table.
const FOLDER_HEAD: [&str; 9] =
    ["folder", "left", "right", "same", "only left", "only right", "moved", "copies", "content"];
/// The folders that differ, all with `--all`.
pub(super) fn write(report: &Report<'_>, out: &mut dyn Write) -> io::Result<()> {
    let folders = &report.diff.folders;
    let wanted = |folder: &&FolderCounts| report.all || folder.differs();
    let (shown, rest): (Vec<_>, Vec<_>) = folders.iter().partition(wanted);
    if shown.is_empty() {
        return Ok(());
    }
    let mut rows = vec![FOLDER_HEAD.map(str::to_owned).to_vec()];
    rows.extend(shown.into_iter().map(|folder| folder_row(report, folder)));
    let (excluded, equal): (Vec<_>, Vec<_>) = rest.into_iter().partition(|folder| folder.excluded);
    rows.extend(rest_row("equal", &equal));
    rows.extend(rest_row("excluded", &excluded));
    rows.push(total_row(folders));
    writeln!(out)?;
    let mut aligns = [Align::Right; FOLDER_HEAD.len()];
    aligns[0] = Align::Left;
    table::write(out, "", &aligns, &rows)
}

fn folder_row(report: &Report<'_>, folder: &FolderCounts) -> Vec<String> {
    let name = match (&folder.names.left, &folder.names.right, folder.ground) {
        (Some(left), Some(right), Some(ground)) if ground != Ground::Name => {
            format!("{left} → {right}")
        }
        _ => folder.name.clone(),
    };
    // A table does not name a folder that is empty.
    let is_named = |side: Side| folder.name != "*" && !report.indexes[side].is_table();
    let side = |side: Side| match folder.names[side] {
        _ if folder.excluded => "excluded".to_owned(),
        None if folder.messages[side] == 0 && is_named(side) => "absent".to_owned(),
        _ => grouped(folder.messages[side]),
    };
    vec![
        escape_opening(&name),
        side(Side::Left),
        side(Side::Right),
        dot(folder.same),
        dot(folder.only.left),
        dot(folder.only.right),
        both_ways(folder.moved, "out", "in"),
        both_ways(folder.copies, "left", "right"),
        dot(folder.content),
    ]
}

/// Folders that are not shown, in one row; what is in excluded ones is not known.
fn rest_row(what: &str, folders: &[&FolderCounts]) -> Option<Vec<String>> {
    let same: u64 = folders.iter().map(|folder| folder.same).sum();
    let plural = if folders.len() == 1 { "" } else { "s" };
    let mut row = vec![format!("({} {what} folder{plural})", folders.len())];
    row.extend([dot(same), dot(same), dot(same)]);
    row.resize(FOLDER_HEAD.len(), dot(0));
    (!folders.is_empty()).then_some(row)
}

fn total_row(folders: &[FolderCounts]) -> Vec<String> {
    let sum = |count: &dyn Fn(&FolderCounts) -> u64| folders.iter().map(count).sum::<u64>();
    let sides = |counts: &dyn Fn(&FolderCounts) -> Sides<u64>| {
        Sides::of(|side| sum(&|folder| counts(folder)[side]))
    };
    let messages = sides(&|folder| folder.messages);
    let only = sides(&|folder| folder.only);
    vec![
        "total".to_owned(),
        grouped(messages.left),
        grouped(messages.right),
        dot(sum(&|folder| folder.same)),
        dot(only.left),
        dot(only.right),
        dot(sum(&|folder| folder.moved.left)),
        both_ways(sides(&|folder| folder.copies), "left", "right"),
        dot(sum(&|folder| folder.content)),
    ]
}

fn dot(count: u64) -> String {
    if count == 0 { ".".to_owned() } else { grouped(count) }
}

fn both_ways(counts: Sides<u64>, left: &str, right: &str) -> String {
    match (counts.left, counts.right) {
        (0, 0) => ".".to_owned(),
        (count, 0) => format!("{} {left}", grouped(count)),
        (0, count) => format!("{} {right}", grouped(count)),
        (ours, theirs) => format!("{} {left} {} {right}", grouped(ours), grouped(theirs)),
    }
}
