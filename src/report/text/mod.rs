//! The report for people: what most differences have in common, what differs by folder, the
//! differences by class and reason, allowances that nothing needed, where every file went, and the
//! verdict as the last line.

use std::io::{self, Write};

use crate::diff::Ledger;
use crate::side::Side;

use super::Report;
use super::escape::{escape, escape_cell, path_text};
use super::table::{self, Align};

mod paint;
mod words;
mod folder_table;
mod section;
mod gist;
mod differences;
mod unused;
mod findings;
mod verdict;

pub(super) use paint::Paint;
use words::messages;
pub(super) use words::{grouped, plural};

/// How much of the report is written, and in what dress.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Shape {
    /// Only the verdict.
    pub brief: bool,
    /// With colours.
    pub color: bool,
}

pub(super) fn write(report: &Report<'_>, shape: Shape, out: &mut dyn Write) -> io::Result<()> {
    let paint = Paint { color: shape.color };
    if !shape.brief {
        write_trees(report, out)?;
        gist::write(report, out)?;
        folder_table::write(report, out)?;
        differences::write(report, paint, out)?;
        unused::write(report, paint, out)?;
        findings::write(report, paint, out)?;
        write_ledger(report, out)?;
        write_notes(report, out)?;
    }
    writeln!(out, "{}", verdict::line(report, paint))
}

/// What was compared.
fn write_trees(report: &Report<'_>, out: &mut dyn Write) -> io::Result<()> {
    let rows = Side::BOTH.map(|side| {
        let index = report.indexes[side];
        let messages = messages(report, side);
        vec![
            side.word().to_owned(),
            escape_cell(&path_text(&index.root)),
            escape_cell(&index.layout.to_string()),
            plural(messages, "message"),
        ]
    });
    table::write(out, "", &[Align::Left, Align::Left, Align::Left, Align::Right], &rows)
}

/// Where every file of each side went.
fn write_ledger(report: &Report<'_>, out: &mut dyn Write) -> io::Result<()> {
    let ledger = report.diff.ledger;
    let mut rows = vec![["ledger", "left", "right"].map(str::to_owned).to_vec()];
    let lines = ledger_lines(ledger.left).into_iter().zip(ledger_lines(ledger.right));
    for ((name, left), (_, right)) in lines {
        if left + right > 0 {
            rows.push(vec![name.to_owned(), grouped(left), grouped(right)]);
        }
    }
    let balance = |ledger: Ledger| {
        let sign = if ledger.balances() { "=" } else { "≠" };
        format!("{sign} {}", grouped(ledger.files))
    };
    rows.push(vec!["files".to_owned(), balance(ledger.left), balance(ledger.right)]);
    writeln!(out)?;
    table::write(out, "", &[Align::Left, Align::Right, Align::Right], &rows)
}

fn write_notes(report: &Report<'_>, out: &mut dyn Write) -> io::Result<()> {
    writeln!(out)?;
    report.notes.iter().try_for_each(|note| writeln!(out, "note: {}", escape(note)))
}

fn ledger_lines(ledger: Ledger) -> [(&'static str, u64); 10] {
    [
        ("same", ledger.same),
        ("moved", ledger.moved),
        ("further copies", ledger.copies),
        ("only here", ledger.only),
        ("leftovers", ledger.leftover),
        ("control files", ledger.control),
        ("foreign files", ledger.foreign),
        ("unreadable", ledger.unreadable),
        ("vanished", ledger.vanished),
        ("excluded", ledger.excluded),
    ]
}
