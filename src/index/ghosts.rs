//! One file that was listed under two names, because it was renamed meanwhile.
//!
//! A flag that changes to and fro may leave both names in what several listings saw, and each may
//! be there when it is looked for. A file of one name is one file all the same: taken for two, one
//! would be called the other's duplicate, and removed.

use std::collections::BTreeSet;
use std::path::PathBuf;

use crate::maildir::renamed::{Trace, repeated};

use super::Message;

/// Drops all but one of the entries that are one file; of a message and a leftover the leftover.
pub(super) fn drop_ghosts(messages: &mut Vec<Message>, leftovers: &mut Vec<Message>) {
    let repeated = repeated(messages.iter().chain(leftovers.iter()).map(|file| file.read_inode));
    if repeated.is_empty() {
        return;
    }
    let mut seen: BTreeSet<Trace> = BTreeSet::new();
    let mut paths: BTreeSet<PathBuf> = BTreeSet::new();
    for files in [messages, leftovers] {
        files.retain(|file| {
            let may_be_ghost = repeated.contains(&file.read_inode);
            let is_first = !may_be_ghost || paths.insert(file.path.clone());
            let has_one_name = may_be_ghost && !file.has_names && !file.is_link();
            is_first && (!has_one_name || seen.insert(Trace::of(&file.path, file.read_inode)))
        });
    }
}

#[cfg(test)]
mod tests {
    use std::path::Path;
    use std::sync::OnceLock;

    use super::*;
    use crate::identify::Shape;
    use crate::maildir::file::Place;
    use crate::maildir::file_name::Flags;
    use crate::message::id::Key;

    fn file(path: &str, read_inode: u64, has_names: bool) -> Message {
        Message {
            key: Key::Id((*b"a@b").into()),
            id: None,
            written: None,
            folder: 0,
            place: Place::Cur,
            path: PathBuf::from(path),
            inode: read_inode,
            read_inode,
            has_names,
            modified: 0,
            size: 0,
            length: None,
            flags: Flags::default(),
            shape: Shape::default(),
            content: OnceLock::new(),
            date: None,
        }
    }

    #[track_caller]
    fn check(messages: &[(&str, u64, bool)], leftovers: &[(&str, u64, bool)], kept: &[&str]) {
        let files = |files: &[(&str, u64, bool)]| -> Vec<Message> {
            files.iter().map(|&(path, inode, names)| file(path, inode, names)).collect()
        };
        let (mut messages, mut leftovers) = (files(messages), files(leftovers));
        drop_ghosts(&mut messages, &mut leftovers);
        let paths: Vec<&Path> =
            messages.iter().chain(&leftovers).map(|file| file.path.as_path()).collect();
        assert_eq!(paths, kept.iter().map(Path::new).collect::<Vec<_>>());
    }

    #[test]
    fn a_file_of_one_name_is_one_file() {
        check(&[("cur/1.h:2,", 7, false), ("cur/1.h:2,S", 7, false)], &[], &["cur/1.h:2,"]);
        check(&[("new/1.h", 7, false)], &[("tmp/1.h", 7, false)], &["new/1.h"]);
        check(&[("new/1.h", 7, true)], &[("new/1.h", 7, true)], &["new/1.h"]);
    }

    #[test]
    fn two_names_and_two_files_stay_two() {
        let links = ["cur/1.h:2,", "cur/1.h:2,S"];
        check(&[("cur/1.h:2,", 7, true), ("cur/1.h:2,S", 7, true)], &[], &links);
        check(&[("cur/1.h:2,", 7, false), ("cur/1.h:2,S", 8, false)], &[], &links);
        let others = ["cur/1.h:2,", ".a/cur/1.h:2,"];
        check(&[("cur/1.h:2,", 7, false), (".a/cur/1.h:2,", 7, false)], &[], &others);
    }
}
