//! `maildiff LEFT RIGHT`.

use std::collections::BTreeSet;
use std::path::PathBuf;

use clap::{ArgAction, Args, ValueEnum};
use maildiff::folders::Selection;
use maildiff::report::{Format, List, Shape, Table};
use maildiff::side::{Side, Sides};
use maildiff::source;
use maildiff::verdict::{Criteria, Limit, Test};

use super::jobs::Jobs;
use super::trees::TreeOptions;
use super::values::{Color, parse_date};

/// What is compared, how the trees are read, what is written, and what the status says.
#[derive(Clone, Debug, Args)]
#[allow(clippy::struct_excessive_bools, reason = "each is an option of its own")]
pub(crate) struct Compare {
    /// The reference: a Maildir tree, a saved index, a table of another program, or - for either.
    #[arg(value_name = "LEFT")]
    left: PathBuf,
    /// What is held against it, likewise.
    #[arg(value_name = "RIGHT")]
    right: PathBuf,

    /// Compare only folders whose name matches (repeatable; `*` matches `/` too).
    #[arg(short, long = "folder", value_name = "GLOB", help_heading = WHAT)]
    folders: Vec<String>,
    /// Leave out folders whose name matches (repeatable).
    #[arg(short = 'x', long = "exclude", value_name = "GLOB", help_heading = WHAT)]
    exclude: Vec<String>,
    /// Hold the folder LEFT of the left against the folder RIGHT of the right (repeatable).
    #[arg(long = "map", value_name = "LEFT=RIGHT", help_heading = WHAT)]
    maps: Vec<String>,
    /// Set aside messages dated at DATE or later (2026-11-20, or 2026-11-20T12:00:00Z; UTC).
    #[arg(long, value_name = "DATE", value_parser = parse_date, help_heading = WHAT)]
    before: Option<i64>,
    /// Ask only whether every message of the left is on the right.
    #[arg(long, help_heading = WHAT)]
    pub(crate) one_way: bool,
    /// Treat each side as one folder: a message may lie anywhere.
    #[arg(long, help_heading = WHAT)]
    pub(crate) ignore_folders: bool,
    /// Compare the content of every pair, not only where there is cause.
    #[arg(long, help_heading = WHAT)]
    pub(crate) content: bool,
    /// Tell Message-IDs apart that differ in letter case only.
    #[arg(long, help_heading = WHAT)]
    pub(crate) case_sensitive: bool,

    #[command(flatten)]
    trees: TreeOptions,
    #[command(flatten)]
    pub(crate) jobs: Jobs,

    /// What is written to standard output.
    #[arg(long, value_enum, default_value_t = Kind::Text, hide_default_value = true,
        help_heading = REPORT)]
    format: Kind,
    /// List only these classes and marks (comma-separated): only-left, only-right, moved, copies,
    /// same, content, misfiled, rekeyed, case-only, flags.
    #[arg(long, value_name = "CLASSES", value_delimiter = ',', value_parser = parse_test,
        help_heading = REPORT)]
    only: Vec<Test>,
    /// List what is the same too, and cut no list.
    #[arg(short, long, help_heading = REPORT)]
    pub(crate) all: bool,
    /// Write the verdict only.
    #[arg(long, conflicts_with = "format", help_heading = REPORT)]
    brief: bool,
    /// Write nothing: the exit status tells.
    #[arg(short, long, conflicts_with_all = ["format", "brief"], help_heading = REPORT)]
    pub(crate) quiet: bool,
    /// End each id or path with a NUL instead of a line's end.
    #[arg(short = '0', long = "null", help_heading = REPORT)]
    null: bool,
    /// Also write the table of messages to FILE.
    #[arg(long, value_name = "FILE", help_heading = REPORT)]
    csv: Option<PathBuf>,
    /// Also write the table of folders to FILE.
    #[arg(long, value_name = "FILE", help_heading = REPORT)]
    folders_csv: Option<PathBuf>,
    /// Also write the whole result as JSON to FILE.
    #[arg(long, value_name = "FILE", help_heading = REPORT)]
    json: Option<PathBuf>,
    /// Begin tables with a byte order mark, for programs that need one to know UTF-8.
    #[arg(long, help_heading = REPORT)]
    csv_bom: bool,
    /// When to use colours.
    #[arg(long, value_enum, value_name = "WHEN", default_value_t = Color::Auto,
        help_heading = REPORT)]
    pub(crate) color: Color,

    /// What makes the exit status 1 (comma-separated classes and marks, or none).
    ///
    /// By default: only-left, only-right, moved, copies, content, misfiled; with --one-way:
    /// only-left, content, and misfiled on the right.
    #[arg(long, value_name = "CLASSES", value_parser = parse_fail_on, action = ArgAction::Append,
        help_heading = STATUS)]
    fail_on: Vec<FailOn>,
    /// Up to N messages on the left only are no failure, or P% of those on the left.
    #[arg(long, value_name = "N|P%", help_heading = STATUS)]
    max_only_left: Option<Limit>,
    /// Up to N messages on the right only are no failure, or P% of those on the right.
    #[arg(long, value_name = "N|P%", help_heading = STATUS)]
    max_only_right: Option<Limit>,
    /// What FILE accepts is no failure (repeatable): Message-IDs, one a line, or the table of an
    /// earlier run (--csv) with `ok` in the column `decision`.
    #[arg(long, value_name = "FILE", help_heading = STATUS)]
    pub(crate) allow: Vec<PathBuf>,
}

const WHAT: &str = "What is compared";
const REPORT: &str = "What is written";
const STATUS: &str = "What the exit status says";

/// What standard output gets.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Kind {
    /// The report for people.
    Text,
    /// Messages by folder, as `diff -u` prints two lists.
    Unified,
    /// A row a message.
    Csv,
    /// Everything.
    Json,
    /// Message-IDs, one a line.
    Ids,
    /// Paths, one a line.
    Paths,
}

/// One `--fail-on`: a list, empty for `none`.
#[derive(Clone, Debug)]
struct FailOn(Vec<Test>);

/// A report that goes to a file.
#[derive(Clone, Debug)]
pub(crate) struct Output {
    /// Where it goes.
    pub(crate) path: PathBuf,
    /// What it is.
    pub(crate) format: Format,
}

impl Compare {
    /// What of the command line makes no sense together, if anything.
    pub(crate) fn contradiction(&self) -> Option<String> {
        let lists = matches!(self.format, Kind::Ids | Kind::Paths);
        if self.null && !lists {
            return Some("--null goes with --format ids or --format paths".to_owned());
        }
        let outputs = self.outputs();
        let paths: Vec<&PathBuf> = outputs.iter().map(|output| &output.path).collect();
        if paths.iter().any(|path| path.as_os_str() == "-") {
            let told = "a report beside the text needs a file; --format writes to standard output";
            return Some(told.to_owned());
        }
        let mut named = BTreeSet::new();
        if let Some(path) = paths.iter().find(|path| self.allow.contains(path)) {
            let path = path.display();
            let told = format!("{path} is read for --allow: write the report to another file");
            return Some(told);
        }
        let repeated = paths.into_iter().find(|path| !named.insert(*path));
        repeated.map(|path| format!("{} is named for two reports", path.display()))
    }

    /// The roots of the trees.
    pub(crate) fn roots(&self) -> Sides<PathBuf> {
        Sides::new(self.left.clone(), self.right.clone())
    }

    /// How a side is to be read.
    pub(crate) fn reading(&self, side: Side) -> source::Options {
        self.trees.of(side)
    }

    /// The folders that the user wants.
    pub(crate) fn selection(&self) -> Selection {
        Selection { only: self.folders.clone(), except: self.exclude.clone() }
    }

    /// The folders that the user holds against each other.
    pub(crate) fn maps(&self) -> &[String] {
        &self.maps
    }

    /// The time from which on messages are set aside.
    pub(crate) fn before(&self) -> Option<i64> {
        self.before
    }

    /// What fails the run.
    pub(crate) fn criteria(&self) -> Criteria {
        let tests = self.fail_on.iter().flat_map(|FailOn(tests)| tests.clone()).collect();
        Criteria {
            fail_on: (!self.fail_on.is_empty()).then_some(tests),
            one_way: self.one_way,
            max_only: Sides::new(self.max_only_left, self.max_only_right)
                .map(Option::unwrap_or_default),
        }
    }

    /// The classes and marks that are listed.
    pub(crate) fn only(&self) -> Option<Vec<Test>> {
        (!self.only.is_empty()).then(|| self.only.clone())
    }

    /// What goes to standard output; `None` for nothing.
    pub(crate) fn format(&self, terminal: bool, color: bool) -> Option<Format> {
        let list = List { null: self.null, escaped: terminal };
        let format = match self.format {
            Kind::Text => Format::Text(Shape { brief: self.brief, color }),
            Kind::Unified => Format::Unified,
            Kind::Csv => Format::Csv(Table { bom: self.csv_bom, escaped: terminal }),
            Kind::Json => Format::Json,
            Kind::Ids => Format::Ids(list),
            Kind::Paths => Format::Paths(list),
        };
        (!self.quiet).then_some(format)
    }

    /// Whether the rows of plainly same pairs will be shown.
    pub(crate) fn lists_same(&self) -> bool {
        let named = self.only.iter().any(|test| test.word() == "same");
        self.all && self.only.is_empty() || named
    }

    /// The reports that go to files.
    pub(crate) fn outputs(&self) -> Vec<Output> {
        let table = Table { bom: self.csv_bom, escaped: false };
        let wanted = [
            (&self.csv, Format::Csv(table)),
            (&self.folders_csv, Format::FoldersCsv(table)),
            (&self.json, Format::Json),
        ];
        let output = |(path, format): (&Option<PathBuf>, Format)| {
            path.clone().map(|path| Output { path, format })
        };
        wanted.into_iter().filter_map(output).collect()
    }
}

fn parse_test(typed: &str) -> Result<Test, String> {
    let known = Test::all().find(|test| test.word() == typed);
    known.ok_or_else(|| {
        let words: Vec<&str> = Test::all().map(Test::word).collect();
        format!("the classes and marks are {}", words.join(", "))
    })
}

fn parse_fail_on(typed: &str) -> Result<FailOn, String> {
    if typed == "none" {
        return Ok(FailOn(Vec::new()));
    }
    let tests: Vec<Test> = typed.split(',').map(parse_test).collect::<Result<_, _>>()?;
    if tests.iter().any(|test| test.word() == "same") {
        return Err("what is the same is no failure".to_owned());
    }
    Ok(FailOn(tests))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn classes_and_marks() {
        assert_eq!(parse_fail_on("none").unwrap().0, []);
        assert_eq!(parse_fail_on("only-left,flags").unwrap().0.len(), 2);
        assert!(parse_fail_on("same").is_err());
        assert!(parse_test("missing").is_err());
    }
}
