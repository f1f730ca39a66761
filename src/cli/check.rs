//! `maildiff check TREE…`.

use std::path::PathBuf;

use clap::{Args, ValueEnum};
use maildiff::finding::{Finding, Kind, Severity};
use maildiff::folders::Selection;
use maildiff::maildir::scan;
use maildiff::report::Table;
use maildiff::report::check::{Format, Shape};

use super::jobs::Jobs;
use super::values::{Auto, Color, parse_date, parse_layout};

/// Tell what is wrong with Maildir trees: misfiled mail, leftovers in tmp, wrong sizes in names,
/// and whatever else mail programs stumble over.
///
/// Nothing is changed. What has a safe cure is written as a shell script, by --fix-script, for you
/// to read and to run.
#[derive(Clone, Debug, Args)]
#[command(
    after_help = "Exit status: 0 if nothing is wrong, 1 if there are errors or warnings (see \
    --fail-on), 2 if something could not be read."
)]
#[allow(clippy::struct_excessive_bools, reason = "each is an option of its own")]
pub(crate) struct Check {
    /// The Maildir trees.
    #[arg(value_name = "TREE", required = true)]
    pub(crate) trees: Vec<PathBuf>,

    /// Check only folders whose name matches (repeatable; `*` matches `/` too).
    #[arg(short, long = "folder", value_name = "GLOB")]
    folders: Vec<String>,
    /// Leave out folders whose name matches (repeatable).
    #[arg(short = 'x', long = "exclude", value_name = "GLOB")]
    exclude: Vec<String>,
    /// Look for these findings only (comma-separated: misfiled-root, tmp-leftover, …).
    #[arg(long, value_name = "IDS", value_delimiter = ',', value_parser = parse_kind)]
    only: Vec<Kind>,
    /// What makes the exit status 1: findings, error, warning, info or none (comma-separated).
    #[arg(long, value_name = "WHAT", value_delimiter = ',', value_parser = parse_failure,
        default_value = "error,warning", hide_default_value = true)]
    fail_on: Vec<Failure>,
    /// Judge the age of files in tmp at TIME (2026-11-20T12:00:00Z) instead of now.
    #[arg(long, value_name = "TIME", value_parser = parse_date)]
    pub(crate) now: Option<i64>,

    /// The layout of the trees: auto, maildir++, fs, legacy, flat:SEPARATOR, dirname:NAME, kmail,
    /// thunderbird, index or single.
    #[arg(long, value_name = "LAYOUT", value_parser = parse_layout)]
    layout: Option<Auto>,
    /// INBOX lies here, outside the tree.
    #[arg(long, value_name = "PATH")]
    inbox: Option<PathBuf>,
    #[command(flatten)]
    pub(crate) jobs: Jobs,

    /// Write a shell script that cures what can be cured safely, instead of a report.
    #[arg(long, conflicts_with_all = ["format", "quiet"])]
    pub(crate) fix_script: bool,
    /// What is written to standard output.
    #[arg(long, value_enum, default_value_t = Written::Text, hide_default_value = true)]
    format: Written,
    /// List every finding, not one example of each kind and state.
    #[arg(short, long)]
    pub(crate) all: bool,
    /// Write nothing: the exit status tells.
    #[arg(short, long, conflicts_with = "format")]
    pub(crate) quiet: bool,
    /// Begin a table with a byte order mark, for programs that need one to know UTF-8.
    #[arg(long)]
    csv_bom: bool,
    /// When to use colours.
    #[arg(long, value_enum, value_name = "WHEN", default_value_t = Color::Auto)]
    pub(crate) color: Color,
}

/// What standard output gets.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Written {
    /// The report for people.
    Text,
    /// A row a finding.
    Csv,
    /// Everything.
    Json,
}

/// What can fail a check.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Failure {
    Kind(Kind),
    Severity(Severity),
    None,
}

impl Check {
    /// How a tree is to be read.
    pub(crate) fn scan_options(&self) -> scan::Options {
        let layout = self.layout.as_ref().and_then(|auto| auto.0.clone());
        scan::Options { layout, inbox: self.inbox.clone() }
    }

    /// The folders that the user wants.
    pub(crate) fn selection(&self) -> Selection {
        Selection { only: self.folders.clone(), except: self.exclude.clone() }
    }

    /// What of the command line makes no sense together, if anything.
    pub(crate) fn contradiction(&self) -> Option<&'static str> {
        let several = self.trees.len() > 1 && self.inbox.is_some();
        several.then_some("--inbox is of one tree: check the trees one by one")
    }

    /// Whether only some findings or folders are asked for.
    pub(crate) fn narrows(&self) -> bool {
        !self.only.is_empty() || !self.folders.is_empty() || !self.exclude.is_empty()
    }

    /// Whether findings of a kind are asked for.
    pub(crate) fn wants(&self, kind: Kind) -> bool {
        self.only.is_empty() || self.only.contains(&kind)
    }

    /// Whether a finding fails the check.
    pub(crate) fn fails(&self, finding: &Finding) -> bool {
        self.fail_on.iter().any(|failure| match failure {
            Failure::Kind(kind) => finding.kind == *kind,
            Failure::Severity(severity) => finding.severity == *severity,
            Failure::None => false,
        })
    }

    /// What goes to standard output.
    pub(crate) fn format(&self, terminal: bool, color: bool) -> Format {
        match self.format {
            _ if self.fix_script => Format::Script,
            Written::Text => Format::Text(Shape { all: self.all, color }),
            Written::Csv => Format::Csv(Table { bom: self.csv_bom, escaped: terminal }),
            Written::Json => Format::Json,
        }
    }
}

fn parse_kind(typed: &str) -> Result<Kind, String> {
    let known = Kind::ALL.iter().find(|kind| kind.about().id == typed);
    known.copied().ok_or_else(|| format!("the findings are {}", ids()))
}

fn parse_failure(typed: &str) -> Result<Failure, String> {
    let severity = Severity::ALL.into_iter().find(|severity| severity.word() == typed);
    match (typed, severity) {
        ("none", _) => Ok(Failure::None),
        (_, Some(severity)) => Ok(Failure::Severity(severity)),
        _ => parse_kind(typed)
            .map(Failure::Kind)
            .map_err(|_| format!("it takes error, warning, info, none, or findings: {}", ids())),
    }
}

fn ids() -> String {
    let ids: Vec<&str> = Kind::ALL.iter().map(|kind| kind.about().id).collect();
    ids.join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_fails() {
        assert_eq!(parse_failure("warning"), Ok(Failure::Severity(Severity::Warning)));
        assert_eq!(parse_failure("no-body"), Ok(Failure::Kind(Kind::NoBody)));
        assert!(parse_failure("bad").is_err());
        assert!(parse_kind("error").is_err());
    }
}
