//! What could not be read, as findings.

use std::path::Path;

use crate::error::{Error, Nature};
use crate::finding::{Finding, Kind};
use crate::index::Index;

/// What the index could not read, and what could not be read `again`.
pub(super) fn unread(index: &Index, again: &[Error]) -> Vec<Finding> {
    let known = index.errors.iter().map(|(folder, error)| finding(index, *folder, error));
    known.chain(again.iter().map(|error| finding(index, 0, error))).collect()
}

fn finding(index: &Index, folder: usize, error: &Error) -> Finding {
    let kind = match error.nature() {
        Nature::Unreadable => Kind::Unreadable,
        Nature::Vanished => Kind::Vanished,
        Nature::DanglingLink => Kind::DanglingSymlink,
        Nature::Compressed => Kind::Compressed,
        Nature::Encrypted => Kind::Encrypted,
    };
    let path: &Path = error.path();
    let path = path.strip_prefix(&index.root).unwrap_or(path);
    Finding::new(kind, folder, path.to_owned(), error.cause())
}
