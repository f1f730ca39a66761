//! A row a finding, for spreadsheets; as the other tables, and columns are only ever added.

use std::io::{self, Write};

use super::super::Table;
use super::super::csv::{open, safe, write_record};
use super::Report;
use super::json::FindingEntry;

/// The columns.
const COLUMNS: [&str; 10] = [
    "finding", "severity", "state", "tree", "folder", "path", "detail", "breaks", "cure",
    "scripted",
];

pub(super) fn write(report: &Report<'_>, style: Table, out: &mut dyn Write) -> io::Result<()> {
    let mut table = open(style, out)?;
    write_record(&mut table, COLUMNS)?;
    for tree in &report.trees {
        for finding in &tree.findings {
            let cells = cells(FindingEntry::of(tree, finding));
            write_record(&mut table, cells.map(|cell| safe(cell, style)))?;
        }
    }
    table.flush()
}

fn cells(entry: FindingEntry<'_>) -> [String; 10] {
    [
        entry.id.to_owned(),
        entry.severity.to_owned(),
        entry.state.unwrap_or_default().to_owned(),
        entry.tree.tree,
        entry.folder.to_owned(),
        entry.path.path,
        entry.detail.to_owned(),
        entry.breaks.unwrap_or_default().to_owned(),
        entry.cure.unwrap_or_default().to_owned(),
        entry.scripted.to_string(),
    ]
}
