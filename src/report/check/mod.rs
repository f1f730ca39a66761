//! What is wrong with trees, written down: one format, one file, one `write`.

use std::io::{self, Write};

use crate::check::Reading;
use crate::cure::Plan;
use crate::error::Error;
use crate::finding::Finding;
use crate::index::Index;
use crate::verdict::Exit;

use super::Table;

mod text;
mod csv;
mod json;
mod notes;
mod script;

/// How a check is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    /// For people.
    Text(Shape),
    /// A row a finding, for spreadsheets.
    Csv(Table),
    /// Everything, for programs.
    Json,
    /// The cures as a POSIX shell script.
    Script,
}

/// How much of the report is written, and in what dress.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Shape {
    /// Every finding, not one example of each kind and state.
    pub all: bool,
    /// With colours.
    pub color: bool,
}

/// All that a report tells of a check.
#[derive(Debug)]
pub struct Report<'a> {
    /// The trees, in the order in which they were named.
    pub trees: Vec<Tree<'a>>,
    /// What the exit status will be.
    pub exit: Exit,
    /// Whether only some findings or folders were asked for.
    pub narrowed: bool,
    /// The words of the command line, for the command that shows the rest of a list.
    pub command: Vec<String>,
}

/// A tree, and what is wrong with it.
#[derive(Debug)]
pub struct Tree<'a> {
    /// The tree.
    pub index: &'a Index,
    /// What is wrong, as far as it was asked for; sorted by kind and path.
    pub findings: Vec<&'a Finding>,
    /// What can be done about it.
    pub plan: &'a Plan,
    /// What was read for it.
    pub reading: &'a Reading,
    /// What could not be read.
    pub errors: Vec<&'a Error>,
}

impl Tree<'_> {
    /// How many messages it has, leftovers apart.
    fn messages(&self) -> u64 {
        self.index.messages().len() as u64
    }
}

/// Writes the report.
///
/// # Errors
/// What the writer says. What was written until then is no report.
pub fn write(report: &Report<'_>, format: Format, out: &mut dyn Write) -> io::Result<()> {
    match format {
        Format::Text(shape) => text::write(report, shape, out),
        Format::Csv(table) => csv::write(report, table, out),
        Format::Json => json::write(report, out),
        Format::Script => script::write(report, out),
    }
}
