//! Finding a message again that was renamed since it was listed.
//!
//! A changed flag renames a message, and the first look at it moves it from `new` to `cur`. Base
//! name and inode stay. Two files that exist at the same time are two files, whatever they share.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};

use crate::arena::Arena;

use super::file::File;
use super::file_name;
use super::listing;

/// Where messages are now that are no longer where they were listed, each given with its inode; in
/// their order, `None` for one that is gone. However many they are, each folder is listed once.
pub fn relocate(root: &Path, gone: &[(&Path, u64)]) -> Vec<Option<PathBuf>> {
    let wanted: Vec<Trace> = gone.iter().map(|(path, inode)| Trace::of(path, *inode)).collect();
    let folders: BTreeSet<&Path> = wanted.iter().map(|trace| trace.folder.as_path()).collect();
    let mut now: BTreeMap<Trace, PathBuf> = BTreeMap::new();
    for directory in folders.iter().flat_map(|folder| [folder.join("new"), folder.join("cur")]) {
        let listing = listing::list(&root.join(&directory));
        for entry in listing.iter().flat_map(|listing| listing.entries.iter()) {
            let path = directory.join(entry.name);
            now.insert(Trace::of(&path, entry.inode), path);
        }
    }
    wanted.iter().map(|trace| now.get(trace).cloned()).collect()
}

/// Of a file that was listed under several names because it was renamed meanwhile, keeps the name
/// that it has now; or one of them if it has yet another, under which it will be found.
pub(super) fn keep_latest_names(root: &Path, paths: &Arena, files: &mut Vec<File>) {
    let twins = repeated(files.iter().map(|file| file.inode));
    let of = |file: &File| Trace::of(file.path_in(paths), file.inode);
    let suspects = files.iter().filter(|file| twins.contains(&file.inode));
    let doubles = repeated(suspects.map(of));
    let is_double = |file: &File| twins.contains(&file.inode) && doubles.contains(&of(file));
    let exists = |file: &File| fs::symlink_metadata(root.join(file.path_in(paths))).is_ok();
    let there = files.iter().filter(|file| is_double(file) && exists(file));
    let mut kept: BTreeSet<Trace> = there.map(of).collect();
    files.retain(|file| !is_double(file) || exists(file) || kept.insert(of(file)));
}

/// What comes more than once.
pub(crate) fn repeated<T: Ord>(items: impl Iterator<Item = T>) -> BTreeSet<T> {
    let mut items: Vec<T> = items.collect();
    items.sort_unstable();
    let mut repeated = BTreeSet::new();
    let mut items = items.into_iter().peekable();
    while let Some(item) = items.next() {
        if items.next_if_eq(&item).is_some() {
            repeated.insert(item);
        }
    }
    repeated
}

/// What of a message stays through a rename.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Trace {
    inode: u64,
    base: Vec<u8>,
    /// The directory of the folder.
    folder: PathBuf,
}

impl Trace {
    pub(crate) fn of(path: &Path, inode: u64) -> Trace {
        let folder = path.parent().and_then(Path::parent).unwrap_or(Path::new(""));
        let name = path.file_name().unwrap_or_default().as_bytes();
        Trace { inode, base: file_name::base(name).to_vec(), folder: folder.to_owned() }
    }
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::MetadataExt;

    use super::*;
    use crate::maildir::file::{Otherwise, Place};

    #[test]
    fn a_file_under_two_names_is_one_and_never_none() {
        let tree = tempfile::tempdir().unwrap();
        fs::create_dir(tree.path().join("cur")).unwrap();
        let mut paths = Arena::default();
        let listed = ["cur/1.h:2,", "cur/1.h:2,S", "cur/2.h:2,"].map(|path| {
            let path = paths.add(&[path.as_bytes()]);
            File::new(0, Place::Cur, path, 7, Otherwise::Mail)
        });
        let names = |files: &[File]| {
            let name = |file: &File| String::from_utf8_lossy(paths.get(file.path)).into_owned();
            files.iter().map(name).collect::<Vec<_>>()
        };
        let mut gone = listed.to_vec();
        keep_latest_names(tree.path(), &paths, &mut gone);
        assert_eq!(names(&gone), ["cur/1.h:2,", "cur/2.h:2,"]);
        fs::write(tree.path().join("cur/1.h:2,S"), "mail").unwrap();
        let mut renamed = listed.to_vec();
        keep_latest_names(tree.path(), &paths, &mut renamed);
        assert_eq!(names(&renamed), ["cur/1.h:2,S", "cur/2.h:2,"]);
        fs::write(tree.path().join("cur/1.h:2,"), "mail").unwrap();
        let mut linked = listed.to_vec();
        keep_latest_names(tree.path(), &paths, &mut linked);
        assert_eq!(names(&linked), ["cur/1.h:2,", "cur/1.h:2,S", "cur/2.h:2,"]);
    }

    #[test]
    fn finds_a_message_whose_flags_changed() {
        let tree = tempfile::tempdir().unwrap();
        for directory in ["cur", "new"] {
            fs::create_dir(tree.path().join(directory)).unwrap();
        }
        let old = Path::new("new/1.host");
        fs::write(tree.path().join(old), "mail").unwrap();
        let inode = fs::metadata(tree.path().join(old)).unwrap().ino();
        let new = Path::new("cur/1.host:2,S");
        fs::rename(tree.path().join(old), tree.path().join(new)).unwrap();
        let found = |inode| relocate(tree.path(), &[(old, inode)]).pop().flatten();
        assert_eq!(found(inode).as_deref(), Some(new));
        assert_eq!(found(inode + 1), None);
        fs::remove_file(tree.path().join(new)).unwrap();
        assert_eq!(found(inode), None);
    }
}
