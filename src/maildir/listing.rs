//! What a directory holds, although it may change while it is listed.
//!
//! Flag changes are renames, and a directory that is renamed in while it is read loses entries and
//! shows others twice; this is measured, on every file system. So a directory whose time of change
//! moved meanwhile is listed again, and what was seen is united.

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::fs::{self, FileType, Metadata};
use std::io;
use std::os::unix::fs::{FileTypeExt, MetadataExt};
use std::path::Path;
use std::time::SystemTime;

use walkdir::{DirEntryExt, WalkDir};

use crate::error::Error;

/// What is said of a directory that never stood still.
pub(super) const UNSTEADY: &str = "kept changing while the tree was read: run again";

/// How often a directory is listed before it is given up as still changing.
const ATTEMPTS: usize = 3;

/// One entry of a directory.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// Its name, of any bytes.
    pub name: OsString,
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

/// A directory's entries.
#[derive(Debug)]
pub struct Listing {
    /// Sorted by name.
    pub entries: Vec<Entry>,
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
    let mut union = Union::new();
    let mut listing = Listing {
        entries: Vec::new(),
        steady: false,
        errors: Vec::new(),
        identity: (before.dev(), before.ino()),
        changed: None,
    };
    for _ in 0..ATTEMPTS {
        listing.errors = read(directory, &mut union)?;
        let after = stat()?;
        listing.changed = changed(&after);
        listing.steady = changed(&before) == listing.changed;
        if listing.steady {
            break;
        }
        before = after;
    }
    listing.entries = union.into_values().collect();
    Ok(listing)
}

/// What several listings of one directory saw. Until [`super::scan`] has looked, a file that was
/// renamed meanwhile stands in it under both names.
type Union = BTreeMap<OsString, Entry>;

fn changed(metadata: &Metadata) -> Option<SystemTime> {
    metadata.modified().ok()
}

/// One pass over the directory.
fn read(directory: &Path, union: &mut Union) -> Result<Vec<Error>, Error> {
    let mut errors = Vec::new();
    for entry in WalkDir::new(directory).min_depth(1).max_depth(1) {
        match entry {
            Ok(entry) => {
                let name = entry.file_name().to_owned();
                let kind = Kind::of(entry.file_type());
                union.insert(name.clone(), Entry { name, inode: entry.ino(), kind });
            }
            Err(error) => {
                let depth = error.depth();
                let error = walk_error(directory, error);
                if depth == 0 {
                    return Err(error);
                }
                errors.push(error);
            }
        }
    }
    Ok(errors)
}

/// walkdir's error as ours.
fn walk_error(directory: &Path, error: walkdir::Error) -> Error {
    let path = error.path().unwrap_or(directory).to_owned();
    Error::io(&path, error.into_io_error().unwrap_or_else(|| io::Error::other("link loop")))
}
