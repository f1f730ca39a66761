//! mbox: many messages in one file. One file is one folder, a directory of them a tree.
//!
//! A file is looked through once for where its messages lie, which is to it what listing is to a
//! directory; then each message is read where it lies, like a file of its own (`Reader`). No part
//! of it is ever held but a buffer.
//!
//! Who keeps a folder in a file changes that file. One that is not what it was when it was looked
//! through is an error: what lies where, nobody knows then.

use std::collections::BTreeSet;
use std::fs;
use std::io;
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};

use crate::error::{Error, Nature};
use crate::finding::Finding;
use crate::identify::{self, Details, Extent};
use crate::input::{Input, Stamp};
use crate::mail_file::{Buffer, Known, MailFile};
use crate::maildir::scan::Folder;
use crate::message::canonical::Content;
use crate::path;

pub(crate) mod from_line;
pub mod dialect;
mod quoting;
mod window;
mod header;
pub(crate) mod split;
mod name;
mod part;
mod open;

use dialect::{Dialect, Quoting};
use part::Part;
use split::{Letter, Split};

/// An mbox, or a directory of them, of which it is known where every message lies.
#[derive(Debug)]
pub struct Mboxes {
    /// The file or the directory, as given.
    pub root: PathBuf,
    /// Sorted by name. Their directories are the files.
    pub folders: Vec<Folder>,
    /// Files that could not be read, with the index of their folder.
    pub unread: Vec<(usize, Error)>,
    /// Directories that could not be read, likewise.
    pub errors: Vec<(usize, Error)>,
    /// What is wrong with the names.
    pub findings: Vec<Finding>,
    /// Where links to files lead.
    pub targets: BTreeSet<PathBuf>,
    /// Whether the root is an mbox itself.
    is_one_file: bool,
    /// In the order of their paths.
    files: Vec<Mbox>,
}

/// One mbox.
#[derive(Debug)]
pub(crate) struct Mbox {
    /// Relative to the root; of a single one its name.
    path: PathBuf,
    /// The index of its folder.
    pub(crate) folder: usize,
    place: Place,
    /// What the file was when it was looked through.
    stamp: Stamp,
    /// How many bytes all files before it have: with the byte at which it begins, no two messages
    /// have one number.
    base: u64,
    pub(crate) letters: Vec<Letter>,
    /// How letters are quoted, and those that their length ends.
    quoting: [Quoting; 2],
}

/// Where a file is read from.
#[derive(Debug)]
enum Place {
    /// From its path, which is opened when it is needed: there may be more than can be open.
    Path,
    Unpacked(Input),
}

impl Mbox {
    fn new(path: PathBuf, input: Input, split: Split, dialect: Dialect) -> Mbox {
        Mbox {
            path,
            folder: 0,
            stamp: input.stamp(),
            place: if input.is_unpacked() { Place::Unpacked(input) } else { Place::Path },
            base: 0,
            letters: split.letters,
            quoting: [dialect.quoting(split.bare), dialect.quoting_of_counted()],
        }
    }

    /// The path of a letter: that of its mbox, a colon, and the byte at which it begins.
    pub(crate) fn path_of(&self, letter: &Letter) -> Vec<u8> {
        with_place(&self.path, letter)
    }

    fn quoting_of(&self, letter: &Letter) -> Quoting {
        let [usual, counted] = self.quoting;
        if letter.is_counted { counted } else { usual }
    }

    /// By what a letter is found again.
    pub(crate) fn handle_of(&self, letter: &Letter) -> u64 {
        self.base + letter.start
    }
}

impl Mboxes {
    /// Looks a file through that was given as a side; `None` if it is no mbox. `root` is what was
    /// given.
    ///
    /// # Errors
    /// Where it cannot be read.
    pub fn of_file(root: &Path, input: Input, dialect: Dialect) -> Result<Option<Mboxes>, Error> {
        open::file(root, input, dialect)
    }

    /// Looks the files of a directory through, and of those below it; `None` where none is an mbox.
    /// What could not be read is in the result.
    pub fn of_directory(root: &Path, dialect: Dialect) -> Option<Mboxes> {
        open::directory(root, dialect)
    }

    /// How many messages there are.
    pub fn messages(&self) -> usize {
        self.files.iter().map(|mbox| mbox.letters.len()).sum()
    }

    /// The files, in the order of their paths.
    pub(crate) fn files(&self) -> &[Mbox] {
        &self.files
    }

    /// A letter by its handle, and the number of its mbox.
    pub(crate) fn letter(&self, handle: u64) -> Option<(usize, &Mbox, &Letter)> {
        let number = self.files.partition_point(|mbox| mbox.base <= handle).checked_sub(1)?;
        let mbox = self.files.get(number)?;
        let start = handle - mbox.base;
        let at = mbox.letters.binary_search_by_key(&start, |letter| letter.start).ok()?;
        Some((number, mbox, mbox.letters.get(at)?))
    }

    /// Files that are not what they were, with the index of their folder.
    pub(crate) fn changed(&self) -> Vec<(usize, Error)> {
        let changed = |mbox: &&Mbox| {
            let now = || fs::metadata(self.on_disk(mbox)).map(|metadata| Stamp::of(&metadata));
            matches!(mbox.place, Place::Path) && now().ok() != Some(mbox.stamp)
        };
        let error = |mbox: &Mbox| (mbox.folder, has_changed(&self.on_disk(mbox)));
        self.files.iter().filter(changed).map(error).collect()
    }

    fn on_disk(&self, mbox: &Mbox) -> PathBuf {
        if self.is_one_file { self.root.clone() } else { self.root.join(&mbox.path) }
    }
}

/// Whether the root of these folders is an mbox itself, and no directory.
pub(crate) fn is_one_file(folders: &[Folder]) -> bool {
    matches!(folders, [Folder { directories, .. }] if *directories == [Path::new("")])
}

fn with_place(path: &Path, letter: &Letter) -> Vec<u8> {
    [path.as_os_str().as_bytes(), format!(":{}", letter.start).as_bytes()].concat()
}

fn has_changed(path: &Path) -> Error {
    Error::told(path, "has changed while it was read: run again").of(Nature::Vanished)
}

/// Reads letters, one after the other. The mbox of the last one stays open.
#[derive(Debug)]
pub(crate) struct Reader<'m> {
    mboxes: &'m Mboxes,
    open: Option<(usize, Input)>,
}

impl<'m> Reader<'m> {
    pub(crate) fn new(mboxes: &'m Mboxes) -> Reader<'m> {
        Reader { mboxes, open: None }
    }

    /// Opens the letter with a handle.
    ///
    /// # Errors
    /// Where its mbox cannot be read, or is no longer what it was; the path is the mbox's.
    pub(crate) fn open<'r>(
        &'r mut self,
        handle: u64,
        buffer: &'r mut Buffer,
    ) -> Result<Opened<'m, 'r>, Error> {
        let mboxes = self.mboxes;
        let Some((number, mbox, letter)) = mboxes.letter(handle) else {
            return Err(has_changed(&mboxes.root));
        };
        let input = match &mbox.place {
            Place::Unpacked(input) => input,
            Place::Path => self.input(number, mbox)?,
        };
        Ok(Opened { mboxes, mbox, letter, input, buffer })
    }

    fn input(&mut self, number: usize, mbox: &Mbox) -> Result<&Input, Error> {
        let known = self.open.take().filter(|(open, _)| *open == number);
        let input = match known {
            Some((_, input)) => input,
            None => self.reopen(mbox)?,
        };
        Ok(&self.open.insert((number, input)).1)
    }

    fn reopen(&self, mbox: &Mbox) -> Result<Input, Error> {
        let path = self.mboxes.on_disk(mbox);
        let input = Input::open(&path)?;
        if input.stamp() == mbox.stamp { Ok(input) } else { Err(has_changed(&path)) }
    }
}

/// How the lines of a letter are read that may be quoted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Reading {
    /// With their quoting undone.
    Undone,
    /// As they are.
    AsWritten,
}

/// A letter that can be read.
#[derive(Debug)]
pub(crate) struct Opened<'m, 'r> {
    mboxes: &'m Mboxes,
    mbox: &'m Mbox,
    letter: &'m Letter,
    input: &'r Input,
    buffer: &'r mut Buffer,
}

impl Opened<'_, '_> {
    /// Whether it has lines that may be quoted, or may be what they are.
    pub(crate) fn is_doubtful(&self) -> bool {
        self.letter.is_quoted && self.mbox.quoting_of(self.letter).is_doubtful()
    }

    /// Reads it as a file of its own.
    ///
    /// # Errors
    /// What `read` says, at the path of the letter.
    pub(crate) fn read<T>(
        &mut self,
        reading: Reading,
        read: impl FnOnce(&mut MailFile<'_>) -> io::Result<T>,
    ) -> Result<T, Error> {
        let Letter { start, size, .. } = *self.letter;
        let quoting = match reading {
            Reading::Undone => self.mbox.quoting_of(self.letter),
            Reading::AsWritten => Quoting::NONE,
        };
        let part = Part::new(self.input, start, size, quoting);
        let inode = self.mbox.handle_of(self.letter);
        let modified = self.mbox.stamp.modified();
        let known = Known { size, modified, inode, names: 1 };
        let mail = MailFile::of_bytes(Box::new(part), known, self.buffer);
        let told = mail.and_then(|mut mail| read(&mut mail));
        told.map_err(|error| Error::io(&self.path(), error))
    }

    /// What is known of it beyond its identity, as much as is wanted.
    ///
    /// # Errors
    /// As [`Opened::read`].
    pub(crate) fn details(&mut self, extent: Extent) -> Result<Details, Error> {
        let details = self.read(Reading::Undone, |mail| identify::details(mail, extent))?;
        Ok(Details { as_written: self.as_written(extent)?, ..details })
    }

    /// Its content as it is written, if that may be its own, and is wanted.
    ///
    /// # Errors
    /// As [`Opened::read`].
    pub(crate) fn as_written(&mut self, extent: Extent) -> Result<Option<Content>, Error> {
        let is_wanted = extent == Extent::Whole && self.is_doubtful();
        is_wanted.then(|| self.read(Reading::AsWritten, identify::content)).transpose()
    }

    /// The path of the letter, as it can be shown.
    fn path(&self) -> PathBuf {
        let on_disk = self.mboxes.on_disk(self.mbox);
        path::of(&with_place(&on_disk, self.letter)).to_owned()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::ops::ControlFlow;

    const FROM: &str = "From ann@example.org Fri May 17 12:00:00 2024\n";

    fn open(root: &Path) -> Mboxes {
        let input = Input::open(root).unwrap();
        Mboxes::of_file(root, input, Dialect::Auto).unwrap().unwrap()
    }

    fn read(reader: &mut Reader<'_>, handle: u64, reading: Reading) -> Result<String, Error> {
        let mut buffer = Buffer::default();
        let mut opened = reader.open(handle, &mut buffer)?;
        opened.read(reading, |mail| {
            let mut text = Vec::new();
            // Once is as good as twice.
            mail.read(|_| ControlFlow::Break(()))?;
            mail.read(|chunk| {
                text.extend_from_slice(chunk);
                ControlFlow::Continue(())
            })?;
            Ok(String::from_utf8(text).unwrap())
        })
    }

    #[test]
    fn letters_are_read_where_they_lie() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("mail");
        let long = "a line\n>From here on\n".repeat(9999);
        fs::write(&path, format!("{FROM}A: 1\n\n{long}\n{FROM}B: 2\n\n>>From\n\n")).unwrap();
        let mboxes = open(&path);
        let mut reader = Reader::new(&mboxes);
        let handles: Vec<u64> = mboxes.files[0].letters.iter().map(|letter| letter.start).collect();
        let read = |reader: &mut _, at: usize, reading| read(reader, handles[at], reading).unwrap();
        let undone = long.replace(">From", "From");
        assert_eq!(read(&mut reader, 0, Reading::Undone), format!("A: 1\n\n{undone}"));
        assert_eq!(read(&mut reader, 0, Reading::AsWritten), format!("A: 1\n\n{long}"));
        assert_eq!(read(&mut reader, 1, Reading::Undone), "B: 2\n\n>>From\n");
        assert!(mboxes.changed().is_empty());
    }

    #[test]
    fn a_file_that_has_changed_is_an_error() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("mail");
        let text = format!("{FROM}A: 1\n\nx\n\n");
        fs::write(&path, &text).unwrap();
        let mboxes = open(&path);
        let handle = mboxes.files[0].letters[0].start;
        let mut early = Reader::new(&mboxes);
        assert_eq!(read(&mut early, handle, Reading::Undone).unwrap(), "A: 1\n\nx\n");
        assert!(read(&mut early, handle + 1, Reading::Undone).is_err());
        fs::write(&path, "").unwrap();
        let error = read(&mut early, handle, Reading::Undone).unwrap_err();
        assert!(error.to_string().contains("has become shorter"), "{error}");
        let error = read(&mut Reader::new(&mboxes), handle, Reading::Undone).unwrap_err();
        assert_eq!(error.nature(), Nature::Vanished, "{error}");
        assert_eq!(mboxes.changed().len(), 1);
        fs::remove_file(&path).unwrap();
        assert_eq!(mboxes.changed().len(), 1);
    }
}
