//! The answer written down: one format, one file, one `write`.

use std::io::{self, Write};

use crate::allow::Accepted;
use crate::diff::{Diff, Row};
use crate::error::Error;
use crate::finding::Finding;
use crate::index::Index;
use crate::side::Sides;
use crate::verdict::{Test, Verdict};

mod escape;
mod table;
mod command;
mod cure;
mod json;
pub mod csv;
mod list;
mod unified;
mod text;
pub mod check;
pub mod explain;
pub mod index;
pub mod index_table;

pub use escape::escape;
pub use text::Shape;

/// How a report is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    /// For people.
    Text(Shape),
    /// Counts by folder, as `diff -u` would print two lists of them.
    Unified,
    /// A row a message, for spreadsheets.
    Csv(Table),
    /// A row a folder, for spreadsheets.
    FoldersCsv(Table),
    /// Everything, for programs.
    Json,
    /// Message-IDs, one a line.
    Ids(List),
    /// Paths, one a line.
    Paths(List),
}

impl Format {
    /// The same, for a terminal to show.
    #[must_use]
    pub fn for_terminal(self) -> Format {
        match self {
            Format::Csv(table) => Format::Csv(Table { escaped: true, ..table }),
            Format::FoldersCsv(table) => Format::FoldersCsv(Table { escaped: true, ..table }),
            Format::Ids(list) => Format::Ids(List { escaped: true, ..list }),
            Format::Paths(list) => Format::Paths(List { escaped: true, ..list }),
            Format::Text(_) | Format::Unified | Format::Json => self,
        }
    }
}

/// How a table is written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Table {
    /// A byte order mark comes first, by which some programs know UTF-8.
    pub bom: bool,
    /// A terminal reads it: control characters are escaped.
    pub escaped: bool,
}

/// How a list is written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct List {
    /// A NUL ends each item instead of a line's end.
    pub null: bool,
    /// A terminal reads it: control characters are escaped.
    pub escaped: bool,
}

/// All that reports tell.
#[derive(Debug)]
pub struct Report<'a> {
    /// The trees.
    pub indexes: Sides<&'a Index>,
    /// Their difference.
    pub diff: &'a Diff<'a>,
    /// What of that is accepted.
    pub accepted: &'a Accepted<'a>,
    /// What it means.
    pub verdict: &'a Verdict,
    /// What is wrong with each tree.
    pub findings: Sides<Vec<Finding>>,
    /// What of each tree could not be read.
    pub errors: Sides<Vec<&'a Error>>,
    /// What else must be said: guesses that were made.
    pub notes: Vec<String>,
    /// The classes and marks whose rows are listed; `None` for all.
    pub only: Option<Vec<Test>>,
    /// Whether plainly same pairs are listed too, and long lists not cut.
    pub all: bool,
    /// The words of the command line, for the command that shows the rest of a list.
    pub command: Vec<String>,
}

impl<'a> Report<'a> {
    /// The rows that are to be listed.
    fn rows(&self) -> impl Iterator<Item = &'a Row<'a>> {
        self.diff.rows.iter().filter(|row| self.is_listed(row))
    }

    fn is_listed(&self, row: &Row<'_>) -> bool {
        let wanted = |test: &Test| match *test {
            Test::Class(class) => row.class == class,
            Test::Mark(mark) => row.marks.contains(&mark),
        };
        match &self.only {
            Some(only) => only.iter().any(wanted),
            None => self.all || !row.is_plain(),
        }
    }
}

/// Writes the report.
///
/// # Errors
/// What the writer says. What was written until then is no report.
pub fn write(report: &Report<'_>, format: Format, out: &mut dyn Write) -> io::Result<()> {
    match format {
        Format::Text(shape) => text::write(report, shape, out),
        Format::Unified => unified::write(report, out),
        Format::Csv(table) => csv::write_messages(report, table, out),
        Format::FoldersCsv(table) => csv::write_folders(report, table, out),
        Format::Json => json::write(report, out),
        Format::Ids(list) => list::write_ids(report, list, out),
        Format::Paths(list) => list::write_paths(report, list, out),
    }
}
