//! Findings: what is wrong with a tree, whether or not the other tree differs.

use std::path::PathBuf;

mod kind;

pub use kind::{About, Kind};

/// Every word for which of its kind a finding of a directory is.
pub const STATES_OF_DIRECTORIES: [&str; 8] =
    ["cur", "new", "tmp", "cur+new", "cur+tmp", "new+tmp", "cur+new+tmp", "same-name"];

/// Something wrong with a tree, at one place of it.
///
/// Findings order by kind, then by path: as the reports have them.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Finding {
    /// What it is.
    pub kind: Kind,
    /// Where, relative to the root of the tree; absolute where INBOX lies outside.
    pub path: PathBuf,
    /// Which of its kind, in one stable word for programs; empty where the kind says it all.
    pub state: &'static str,
    /// What is known beyond the kind, in a few words; may be empty.
    pub detail: String,
    /// How bad it is here.
    pub severity: Severity,
    /// The index of the folder it concerns.
    pub folder: usize,
}

impl Finding {
    /// A finding of its kind's own severity.
    pub fn new(kind: Kind, folder: usize, path: PathBuf, detail: impl Into<String>) -> Finding {
        let severity = kind.about().severity;
        Finding { kind, path, state: "", detail: detail.into(), severity, folder }
    }

    /// The same, with the word for which of its kind it is.
    #[must_use]
    pub fn in_state(self, state: &'static str) -> Finding {
        Finding { state, ..self }
    }

    /// The same, as bad as this.
    #[must_use]
    pub fn at(self, severity: Severity) -> Finding {
        Finding { severity, ..self }
    }
}

/// How bad it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Severity {
    /// Mail is invisible, truncated, or a program stops.
    Error,
    /// Programs disagree about it, or will.
    Warning,
    /// Good to know.
    Info,
}

impl Severity {
    /// All of them, the worst first.
    pub const ALL: [Severity; 3] = [Severity::Error, Severity::Warning, Severity::Info];

    /// The word in reports and options: `error`, `warning` or `info`.
    pub fn word(self) -> &'static str {
        match self {
            Severity::Error => "error",
            Severity::Warning => "warning",
            Severity::Info => "info",
        }
    }
}
