//! The steps of a plan: what each does, and what it is done for.

use std::collections::BTreeSet;
use std::path::PathBuf;

use crate::finding::{Finding, Kind};

/// The steps that cure a tree, in an order in which they can be taken.
#[derive(Debug, Default)]
pub struct Plan {
    /// Directories first, then what is moved, then what is removed; by kind and path.
    pub steps: Vec<Step>,
    /// Kind and path of every finding that is gone when all steps have been taken.
    pub(super) cured: BTreeSet<Cure>,
}

/// A finding that a step cures, or has a part in curing: its kind and path.
pub type Cure = (Kind, PathBuf);

/// One step, and the findings that are gone behind it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Step {
    /// What it is done for: the first of the kinds that it cures.
    pub kind: Kind,
    /// What is done.
    pub action: Action,
    /// The findings that it cures, or has a part in curing.
    pub cures: Vec<Cure>,
}

/// What a step does; paths are as in the index.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Action {
    /// Makes a directory, with access for its owner only.
    Make(PathBuf),
    /// Gives a file another name, which nothing has.
    Move {
        /// Its name.
        from: PathBuf,
        /// Its new name.
        to: PathBuf,
    },
    /// Removes a file.
    Remove {
        /// Its name.
        path: PathBuf,
        /// Where its message stays, if it had one.
        cover: Option<PathBuf>,
    },
}

impl Action {
    /// What is done first, then, and last.
    pub(super) fn rank(&self) -> u8 {
        match self {
            Action::Make(_) => 0,
            Action::Move { .. } => 1,
            Action::Remove { .. } => 2,
        }
    }
}

impl Plan {
    /// Whether a finding is gone when all steps have been taken.
    pub fn cures(&self, finding: &Finding) -> bool {
        self.cured.contains(&(finding.kind, finding.path.clone()))
    }
}
