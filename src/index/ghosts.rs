//! One file that was listed under two names, because it was renamed meanwhile.
//!
//! A flag that changes to and fro may leave both names in what several listings saw, and each may
//! be there when it is looked for. A file of one name is one file all the same: taken for two, one
//! would be called the other's duplicate, and removed.

use std::collections::BTreeSet;
use std::path::PathBuf;

use crate::maildir::renamed::{Trace, repeated};

use super::message::Message;
use super::record::{Record, Store};

/// Drops all but the first of the entries that are one file; of a message and a leftover the
/// leftover.
pub(super) fn drop_ghosts(store: &Store, messages: &mut Vec<Record>, leftovers: &mut Vec<Record>) {
    let inode = |record: &Record| Message::new(store, record).read_inode();
    let repeated = repeated(messages.iter().chain(leftovers.iter()).map(inode));
    if repeated.is_empty() {
        return;
    }
    let mut seen: BTreeSet<Trace> = BTreeSet::new();
    let mut paths: BTreeSet<PathBuf> = BTreeSet::new();
    for files in [messages, leftovers] {
        files.retain(|record| {
            let file = Message::new(store, record);
            let may_be_ghost = repeated.contains(&file.read_inode());
            let is_first = !may_be_ghost || paths.insert(file.path().to_owned());
            let has_one_name = may_be_ghost && !file.has_names() && !file.is_link();
            is_first && (!has_one_name || seen.insert(Trace::of(file.path(), file.read_inode())))
        });
    }
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;
    use crate::arena::Arena;
    use crate::identify::{Identity, Shape};
    use crate::index::record::{Facts, Keeper, Rules};
    use crate::maildir::file::{File, Otherwise, Place};
    use crate::message::canonical::Content;

    #[track_caller]
    fn check(messages: &[(&str, u64, bool)], leftovers: &[(&str, u64, bool)], kept: &[&str]) {
        let keeper = Keeper::new(0, Rules::default());
        let mut paths = Arena::default();
        let mut records = |files: &[(&str, u64, bool)]| -> Vec<Record> {
            let record = |&(path, inode, has_names): &(&str, u64, bool)| {
                let span = paths.add(&[path.as_bytes()]);
                let file = File::new(0, Place::Cur, span, inode, Otherwise::Mail);
                let names = 1 + u64::from(has_names);
                let facts = Facts { size: 0, modified: 0, inode, names, compressed: false };
                let content = Some(Content::default());
                let shape = Shape::default();
                let identity = Identity {
                    id: None,
                    content,
                    shape,
                    length: Some(0),
                    date: None,
                    details: None,
                };
                keeper.keep(&mut Arena::default(), (&file, path.as_bytes()), facts, identity)
            };
            files.iter().map(record).collect()
        };
        let (mut messages, mut leftovers) = (records(messages), records(leftovers));
        let store = keeper.into_store(paths);
        drop_ghosts(&store, &mut messages, &mut leftovers);
        let files = messages.iter().chain(&leftovers);
        let paths: Vec<&Path> = files.map(|file| Message::new(&store, file).path()).collect();
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
