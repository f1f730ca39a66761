//! What can be cured safely, as steps that a shell can take: a directory made, a file moved, a file
//! removed. Nothing here is done; the steps are only planned.
//!
//! Two things are never planned. No message is removed unless its content stays in the tree. And no
//! copy that a sync knows by its UID is removed: mbsync would take that for the user's wish and
//! delete the message on the server.

use crate::finding::{Finding, Kind};
use crate::index::Index;

mod step;
mod new_name;
mod room;
mod uids;
mod visible;
mod removal;
mod planner;
mod home;

pub use new_name::is_whole_name;
pub use step::{Action, Cure, Plan, Step};
pub use visible::listed_directory;

use planner::Planner;

/// Plans the cure of a tree from its findings, sorted by kind and path. Messages that may be copies
/// of others are read. Nothing is planned for a tree that changed while it was read: what is a copy
/// of what in it is not certain.
pub fn plan(index: &Index, findings: &[Finding]) -> Plan {
    if findings.iter().any(|finding| finding.kind == Kind::Vanished) {
        return Plan::default();
    }
    let mut planner = Planner::new(index, findings);
    planner.make_missing();
    planner.mend_all();
    planner.empty_invisible();
    planner.finish()
}
