//! What a directory holds, although it may change while it is listed.
//!
//! Flag changes are renames, and a directory that is renamed in while it is read loses entries and
//! shows others twice; this is measured, on every file system. So a directory whose time of change
//! moved meanwhile is listed again, and what was seen is united.

use std::ffi::OsStr;
use std::fs::{self, DirEntry, FileType, Metadata};
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::{DirEntryExt, FileTypeExt, MetadataExt};
use std::path::Path;
use std::time::SystemTime;

use crate::arena::{Arena, Span};
use crate::error::Error;

/// What is said of a directory that never stood still.
pub(super) const UNSTEADY: &str = "kept changing while the tree was read: run again";

/// How often a directory is listed before it is given up as still changing.
const ATTEMPTS: usize = 3;

/// One entry of a directory.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Entry<'e> {
    /// Its name, of any bytes.
    pub name: &'e OsStr,
    /// The inode number, a link's its own.
    pub inode: u64,
    /// What it is, links not followed.
    pub kind: Kind,
}

/// What an entry is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// A directory.
    Directory,
    /// A regular file.
    File,
    /// A symbolic link to anything or nothing.
    Link,
    /// FIFO, socket or device: never opened.
    Special,
}

impl Kind {
    /// The kind of a file type, which tells of a link only if it was not followed.
    pub fn of(file_type: FileType) -> Kind {
        if file_type.is_dir() {
            Kind::Directory
        } else if file_type.is_symlink() {
            Kind::Link
        } else if file_type.is_fifo()
            || file_type.is_socket()
            || file_type.is_char_device()
            || file_type.is_block_device()
        {
            Kind::Special
        } else {
            Kind::File
        }
    }
}

/// The entries of a directory, in the order in which it gives them.
#[derive(Debug, Default)]
pub struct Entries {
    names: Arena,
    items: Vec<Item>,
}

#[derive(Clone, Copy, Debug)]
struct Item {
    name: Span,
    inode: u64,
    kind: Kind,
}

impl Entries {
    /// Adds one.
    pub fn push(&mut self, Entry { name, inode, kind }: Entry<'_>) {
        let name = self.names.add(&[name.as_bytes()]);
        self.items.push(Item { name, inode, kind });
    }

    /// All of them.
    pub fn iter(&self) -> impl Iterator<Item = Entry<'_>> {
        self.items.iter().map(|&Item { name, inode, kind }| {
            let name = OsStr::from_bytes(self.names.get(name));
            Entry { name, inode, kind }
        })
    }

    /// Adds what a later listing of the directory saw; of one name the later entry stays. Until
    /// [`super::scan`] has looked, a file that was renamed meanwhile is here under both names.
    pub fn unite(&mut self, later: &Entries) {
        let mut earlier = std::mem::take(&mut self.items);
        for entry in later.iter() {
            self.push(entry);
        }
        self.items.append(&mut earlier);
        let name = |item: &Item| self.names.get(item.name);
        self.items.sort_by(|one, other| name(one).cmp(name(other)));
        self.items.dedup_by(|next, first| name(next) == name(first));
    }
}

/// What a directory holds.
#[derive(Debug)]
pub struct Listing {
    /// What every listing saw.
    pub entries: Entries,
    /// Whether the last listing saw a directory that did not change.
    pub steady: bool,
    /// Entries of which not even the kind could be told.
    pub errors: Vec<Error>,
    /// Device and inode of the directory.
    pub identity: (u64, u64),
    /// When the directory had last changed, after it was listed.
    pub changed: Option<SystemTime>,
}

/// Lists a directory, again while it changes.
///
/// # Errors
/// Where the directory cannot be read. It is then not known what it holds: never take it for empty.
pub fn list(directory: &Path) -> Result<Listing, Error> {
    let stat = || fs::metadata(directory).map_err(|error| Error::io(directory, error));
    let mut before = stat()?;
    let mut listing = Listing {
        entries: Entries::default(),
        steady: false,
        errors: Vec::new(),
        identity: (before.dev(), before.ino()),
        changed: None,
    };
    for attempt in 0..ATTEMPTS {
        let (seen, errors) = read(directory)?;
        listing.errors = errors;
        if attempt == 0 {
            listing.entries = seen;
        } else {
            listing.entries.unite(&seen);
        }
        let after = stat()?;
        listing.changed = changed(&after);
        listing.steady = changed(&before) == listing.changed;
        if listing.steady {
            break;
        }
        before = after;
    }
    Ok(listing)
}

fn changed(metadata: &Metadata) -> Option<SystemTime> {
    metadata.modified().ok()
}

/// One pass over the directory: its entries, and those of which not even the kind could be told.
fn read(directory: &Path) -> Result<(Entries, Vec<Error>), Error> {
    let failed = |error| Error::io(directory, error);
    let (mut entries, mut errors) = (Entries::default(), Vec::new());
    for entry in fs::read_dir(directory).map_err(failed)? {
        match entry.map_err(failed).and_then(|entry| Ok((kind(&entry)?, entry))) {
            Ok((kind, entry)) => {
                entries.push(Entry { name: &entry.file_name(), inode: entry.ino(), kind });
            }
            Err(error) => errors.push(error),
        }
    }
    Ok((entries, errors))
}

fn kind(entry: &DirEntry) -> Result<Kind, Error> {
    let file_type = entry.file_type().map_err(|error| Error::io(&entry.path(), error))?;
    Ok(Kind::of(file_type))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn of_two_listings_the_later_says_what_a_name_is() {
        let entry = |name, inode| Entry { name: OsStr::new(name), inode, kind: Kind::File };
        let of = |listed: &[(&'static str, u64)]| {
            let mut entries = Entries::default();
            for &(name, inode) in listed {
                entries.push(entry(name, inode));
            }
            entries
        };
        let mut seen = of(&[("b", 1), ("a", 2)]);
        seen.unite(&of(&[("c", 3), ("a", 4)]));
        let all: Vec<(&OsStr, u64)> = seen.iter().map(|entry| (entry.name, entry.inode)).collect();
        assert_eq!(all, [(OsStr::new("a"), 4), (OsStr::new("b"), 1), (OsStr::new("c"), 3)]);
    }
}
