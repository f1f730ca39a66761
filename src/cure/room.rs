//! Names that are free: on the disk, and among the names that a plan gives away.

use std::collections::{BTreeMap, BTreeSet};
use std::ffi::{OsStr, OsString};
use std::fs;
use std::os::unix::ffi::{OsStrExt, OsStringExt};
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};

use crate::index::{Index, Message};
use crate::maildir::file_name;

/// What is taken in a tree.
pub(super) struct Room {
    root: PathBuf,
    /// Base names by the directory of their folder.
    bases: BTreeSet<(PathBuf, Vec<u8>)>,
    /// Paths that a plan gives away.
    given: BTreeSet<PathBuf>,
    /// Directories that a plan makes.
    made: BTreeSet<PathBuf>,
    /// The number that is tried next for a name in a directory: there may be thousands of one name.
    numbers: BTreeMap<(PathBuf, Vec<u8>), u32>,
}

impl Room {
    pub(super) fn new(index: &Index) -> Room {
        let delivered = index.messages().iter().filter(|message| message.place().is_delivered());
        let bases = delivered
            .map(|message| (message.folder_directory().to_owned(), message.base().to_vec()));
        Room {
            root: index.root.clone(),
            bases: bases.collect(),
            given: BTreeSet::new(),
            made: BTreeSet::new(),
            numbers: BTreeMap::new(),
        }
    }

    /// Whether a path is taken, by anything.
    pub(super) fn exists(&self, path: &Path) -> bool {
        fs::symlink_metadata(self.root.join(path)).is_ok() || self.made.contains(path)
    }

    /// Whether a file can be moved to a directory: that is one, or is yet to be made, and not
    /// another way to where the file lies.
    pub(super) fn may_hold(&self, file: Message<'_>, directory: &Path) -> bool {
        let own = file.path().parent().unwrap_or(Path::new(""));
        let place = |path: &Path| fs::metadata(self.root.join(path)).ok();
        let identity = |path: &Path| place(path).map(|place| (place.dev(), place.ino()));
        let is_free = |path: &Path| {
            let there = fs::symlink_metadata(self.root.join(path)).is_ok();
            !there || place(path).is_some_and(|place| place.is_dir())
        };
        let is_apart = || identity(directory).is_none_or(|place| identity(own) != Some(place));
        own == directory || directory.ancestors().take(2).all(is_free) && is_apart()
    }

    /// Whether a directory is to be made: it is not there, nor made already.
    pub(super) fn make(&mut self, directory: &Path) -> bool {
        !self.exists(directory) && self.made.insert(directory.to_owned())
    }

    /// A free path for a file in a directory, by this name or one like it; `None` where its path is
    /// that already. A message keeps its base name if it stays in its folder, unless it is to be
    /// told `apart` from one of the same.
    pub(super) fn take(
        &mut self,
        file: Message<'_>,
        directory: &Path,
        name: &[u8],
        apart: bool,
    ) -> Option<PathBuf> {
        let folder = directory.parent().unwrap_or(Path::new("")).to_owned();
        let is_free_base = |room: &Room, base: &(PathBuf, Vec<u8>)| {
            !is_part(directory) || !room.bases.contains(base)
        };
        let own = file.path().parent() == Some(directory)
            && file_name::base(name) == file.base()
            && !apart;
        let wanted = directory.join(OsString::from_vec(name.to_vec()));
        if own && wanted == file.path() {
            return None;
        }
        let own_numbers = (directory.to_owned(), name.to_vec());
        let first = self.numbers.get(&own_numbers).copied().unwrap_or_default();
        for number in first.. {
            let name = numbered(name, number);
            let base = (folder.clone(), file_name::base(&name).to_vec());
            let path = directory.join(OsString::from_vec(name));
            let is_free = own && number == 0 || is_free_base(self, &base);
            if is_free && !self.given.contains(&path) && !self.exists(&path) {
                self.bases.insert(base);
                self.given.insert(path.clone());
                self.numbers.insert(own_numbers, number);
                return Some(path);
            }
        }
        None
    }
}

/// Whether a directory is one of the three of a folder.
pub(super) fn is_part(directory: &Path) -> bool {
    matches!(directory.file_name().map(OsStr::as_bytes), Some(b"cur" | b"new" | b"tmp"))
}

/// The name with a number at the end of its unique part; 0 is none.
fn numbered(name: &[u8], number: u32) -> Vec<u8> {
    let end = name.iter().position(|byte| matches!(byte, b',' | b':')).unwrap_or(name.len());
    let (unique, rest) = name.split_at(end);
    match number {
        0 => name.to_vec(),
        _ => [unique, format!("_{number}").as_bytes(), rest].concat(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_stand_in_the_unique_part() {
        assert_eq!(numbered(b"1.h,S=4:2,S", 2), b"1.h_2,S=4:2,S");
        assert_eq!(numbered(b"1.h:2,S", 1), b"1.h_1:2,S");
        assert_eq!(numbered(b"17", 1), b"17_1");
        assert_eq!(numbered(b"17", 0), b"17");
    }
}
