//! A file of a tree that counts, or may count, and its place in a folder.

use std::ffi::OsStr;
use std::path::Path;

use crate::arena::{Arena, Span};
use crate::path;

/// A file that counts, or may count once it has been looked into.
#[derive(Clone, Copy, Debug)]
pub struct File {
    folder: u32,
    /// Where in the folder it lies.
    pub place: Place,
    /// Where its path lies: see [`File::path_in`].
    pub path: Span,
    /// Its inode number, by which it is found again after a rename.
    pub inode: u64,
    /// What it is if it does not look like mail.
    pub otherwise: Otherwise,
}

impl File {
    /// A file of the folder of this index.
    pub fn new(folder: usize, place: Place, path: Span, inode: u64, otherwise: Otherwise) -> File {
        let mut file = File { folder: 0, place, path, inode, otherwise };
        file.put_into(folder);
        file
    }

    /// Its path, in the paths of its scan: relative to the root; absolute where INBOX lies outside.
    pub fn path_in<'p>(&self, paths: &'p Arena) -> &'p Path {
        path::of(paths.get(self.path))
    }

    /// The index of its folder.
    pub fn folder(&self) -> usize {
        self.folder as usize
    }

    /// Gives it to the folder of this index; four thousand million folders are more than a disk
    /// holds.
    pub fn put_into(&mut self, folder: usize) {
        self.folder = u32::try_from(folder).unwrap_or(u32::MAX);
    }
}

/// What a file is that does not look like mail.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Otherwise {
    /// Mail all the same: its place or its name make it count.
    Mail,
    /// A control file, by its name.
    Control,
    /// No mail.
    Foreign,
}

/// Where in a folder a file lies.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Place {
    /// In `cur`: delivered and seen by a client.
    Cur,
    /// In `new`: delivered.
    New,
    /// Elsewhere in the folder, where no server looks.
    Misfiled,
    /// Below `tmp`: not delivered.
    Tmp,
    /// In `cur` or `new` under a dot name, which servers pass over.
    Hidden,
}

impl Place {
    /// All of them.
    pub const ALL: [Place; 5] =
        [Place::Cur, Place::New, Place::Misfiled, Place::Tmp, Place::Hidden];

    /// Of a file that is known to lie in `cur` or `new`: which of the two.
    pub fn of_delivered(path: &Path) -> Place {
        let directory = path.parent().and_then(Path::file_name);
        if directory == Some(OsStr::new("new")) { Place::New } else { Place::Cur }
    }

    /// Whether an IMAP server shows a file there.
    pub fn is_delivered(self) -> bool {
        matches!(self, Place::Cur | Place::New)
    }

    /// Whether a file there is a leftover, and no message.
    pub fn is_leftover(self) -> bool {
        matches!(self, Place::Tmp | Place::Hidden)
    }

    /// The word in reports.
    pub fn word(self) -> &'static str {
        match self {
            Place::Cur => "cur",
            Place::New => "new",
            Place::Misfiled => "misfiled",
            Place::Tmp => "tmp",
            Place::Hidden => "hidden",
        }
    }
}
