//! `maildiff explain ID|PATH LEFT [RIGHT]`.

use std::ffi::{OsStr, OsString};
use std::path::{Path, PathBuf};

use clap::{Args, ValueEnum};
use maildiff::report::explain::Format;
use maildiff::side::Side;
use maildiff::source;

use super::jobs::Jobs;
use super::trees::TreeOptions;
use super::values::Color;

/// Tell everything that is known of one message: its copies on both sides, and how they differ.
///
/// Contents are compared as with --content.
#[derive(Clone, Debug, Args)]
#[command(after_help = "Exit status: 0 if the message is there and each copy has its like on the \
    other side, 1 if it differs or is on one side only, 2 if it is nowhere or the answer is not \
    proven.")]
pub(crate) struct Explain {
    /// A Message-ID with or without its brackets, a `sha1:` key, or the path of a copy.
    #[arg(value_name = "ID|PATH")]
    message: OsString,
    /// The Maildir tree that is the reference.
    #[arg(value_name = "LEFT")]
    left: PathBuf,
    /// The Maildir tree that is held against it; without it, only LEFT is looked at.
    #[arg(value_name = "RIGHT")]
    right: Option<PathBuf>,

    /// Hold the folder LEFT of the left against the folder RIGHT of the right (repeatable).
    #[arg(long = "map", value_name = "LEFT=RIGHT", help_heading = WHAT)]
    maps: Vec<String>,
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
    /// When to use colours.
    #[arg(long, value_enum, value_name = "WHEN", default_value_t = Color::Auto,
        help_heading = REPORT)]
    pub(crate) color: Color,
}

const WHAT: &str = "What is compared";
const REPORT: &str = "What is written";

/// What standard output gets.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Kind {
    /// The account for people.
    Text,
    /// Everything.
    Json,
}

impl Explain {
    /// What of the command line makes no sense together, if anything.
    pub(crate) fn contradiction(&self) -> Option<String> {
        let of_two = self.trees.for_right().or((!self.maps.is_empty()).then_some("--map"));
        let of_two = of_two.filter(|_| self.right.is_none());
        of_two.map(|option| format!("{option} goes with two trees"))
    }

    /// What was typed for the message.
    pub(crate) fn message(&self) -> &OsStr {
        &self.message
    }

    /// The root of the tree, or of the left one.
    pub(crate) fn left(&self) -> &Path {
        &self.left
    }

    /// The root of the right tree, if there is one.
    pub(crate) fn right(&self) -> Option<&Path> {
        self.right.as_deref()
    }

    /// How a side is to be read.
    pub(crate) fn reading(&self, side: Side) -> source::Options {
        self.trees.of(side)
    }

    /// The folders that the user holds against each other.
    pub(crate) fn maps(&self) -> &[String] {
        &self.maps
    }

    /// What goes to standard output.
    pub(crate) fn format(&self, color: bool) -> Format {
        match self.format {
            Kind::Text => Format::Text { color },
            Kind::Json => Format::Json,
        }
    }
}
