//! One mail file, open: the only place that reads mail from a disk.
//!
//! The first read takes most headers whole; nothing more is read unless somebody asks for it, and
//! never more than a buffer at a time.

use std::ffi::OsStr;
use std::fmt;
use std::fs::File;
use std::io::{self, BufReader, Read, Seek, SeekFrom};
use std::num::NonZeroU64;
use std::ops::ControlFlow;
use std::os::fd::OwnedFd;
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::MetadataExt;
use std::path::Path;

#[cfg(any(target_os = "linux", target_os = "android", target_os = "freebsd"))]
use rustix::fs::{Advice, fadvise};
use rustix::fs::{Mode, OFlags, open, openat};
use rustix::io::retry_on_intr;
use rustix::process::{Resource, getrlimit};

use crate::message::compression::{self, Storage, decompress};
use crate::path;

/// How many bytes the first read takes: 96 in 100 headers are shorter, and more are seldom needed.
const HEAD: usize = 8 << 10;
/// How many bytes a later read takes.
const READ: usize = 16 << 10;

/// The memory that reading takes; kept by the caller for one file after the other.
#[derive(Debug, Default)]
pub struct Buffer {
    /// As long as a read, once there has been one: it is not cleared for each.
    bytes: Vec<u8>,
    /// How many of them are what was read last.
    filled: usize,
}

impl Buffer {
    /// What was read last.
    fn held(&self) -> &[u8] {
        self.bytes.get(..self.filled).unwrap_or_default()
    }

    /// Reads so many bytes, or fewer at the end.
    fn fill(&mut self, from: &mut (impl Read + ?Sized), wanted: usize) -> io::Result<()> {
        let wanted = wanted.min(READ);
        self.bytes.resize(READ, 0);
        self.filled = 0;
        while self.filled < wanted {
            let room = self.bytes.get_mut(self.filled..wanted).unwrap_or_default();
            match from.read(room) {
                Ok(0) => break,
                Ok(more) => self.filled += more,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(error),
            }
        }
        Ok(())
    }
}

/// Opens the files of a tree. The directory of the last one stays open, so that the system need not
/// find it anew for each file in it.
#[derive(Debug)]
pub struct Opener<'r> {
    root: &'r Path,
    directory: Option<(Vec<u8>, OwnedFd)>,
}

impl<'r> Opener<'r> {
    /// For paths relative to this root.
    pub fn new(root: &'r Path) -> Opener<'r> {
        Opener { root, directory: None }
    }

    /// Opens a file for reading.
    ///
    /// # Errors
    /// What the system says.
    pub fn open(&mut self, path: &Path) -> io::Result<File> {
        let (directory, name) = path::split(path.as_os_str().as_bytes());
        let opened = match &self.directory {
            Some((known, opened)) if known == directory => opened,
            _ => {
                let flags = OFlags::RDONLY | OFlags::DIRECTORY | OFlags::CLOEXEC;
                let path = self.root.join(OsStr::from_bytes(directory));
                let opened = retry_on_intr(|| open(&path, flags, Mode::empty()))?;
                &self.directory.insert((directory.to_owned(), opened)).1
            }
        };
        let flags = OFlags::RDONLY | OFlags::CLOEXEC;
        let file = retry_on_intr(|| openat(opened, name, flags, Mode::empty()))?;
        Ok(file.into())
    }
}

/// Tells the system that the beginning of a file will be read, so that a cold disk has it on its
/// way while others are read. It is a wish, and may fail.
pub fn announce(file: &File) {
    #[cfg(any(target_os = "linux", target_os = "android", target_os = "freebsd"))]
    let _ = fadvise(file, 0, NonZeroU64::new(HEAD as u64), Advice::WillNeed);
    #[cfg(not(any(target_os = "linux", target_os = "android", target_os = "freebsd")))]
    let _ = file;
}

/// How many files this process may have open.
pub fn most_open() -> usize {
    let limit = getrlimit(Resource::Nofile).current;
    limit.map_or(usize::MAX, |limit| usize::try_from(limit).unwrap_or(usize::MAX))
}

/// Where a message's bytes come from: read once through, and again from the first.
pub(crate) trait Bytes: Read + fmt::Debug {
    /// Goes back to the first of them.
    fn restart(&mut self) -> io::Result<()>;
}

impl Bytes for File {
    fn restart(&mut self) -> io::Result<()> {
        self.seek(SeekFrom::Start(0)).map(drop)
    }
}

/// A message's own file, which nearly every message has, costs no allocation.
#[derive(Debug)]
enum Origin<'b> {
    File(File),
    Other(Box<dyn Bytes + 'b>),
}

impl<'b> Origin<'b> {
    fn bytes(&mut self) -> &mut (dyn Bytes + 'b) {
        match self {
            Origin::File(file) => file,
            Origin::Other(bytes) => bytes.as_mut(),
        }
    }
}

/// What is known of bytes that are no file of their own.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Known {
    /// How many there are; no fewer, at any rate.
    pub(crate) size: u64,
    /// When they were last written, in seconds since 1970-01-01 UTC.
    pub(crate) modified: i64,
    /// What no other message of its tree has for an inode number.
    pub(crate) inode: u64,
}

/// A mail file of which the first bytes have been read.
#[derive(Debug)]
pub struct MailFile<'b> {
    origin: Origin<'b>,
    size: u64,
    modified: i64,
    inode: u64,
    names: u64,
    storage: Storage,
    buffer: &'b mut Buffer,
    /// Whether the buffer holds the file's first bytes, and not later ones.
    at_head: bool,
}

impl<'b> MailFile<'b> {
    /// Opens a file, asks for its size and reads its first bytes.
    ///
    /// # Errors
    /// What the system says; a path that is no regular file is an error too.
    pub fn open(path: &Path, buffer: &'b mut Buffer) -> io::Result<MailFile<'b>> {
        MailFile::new(File::open(path)?, buffer)
    }

    /// Asks for the size of an open file and reads its first bytes.
    ///
    /// # Errors
    /// As [`MailFile::open`].
    pub fn new(file: File, buffer: &'b mut Buffer) -> io::Result<MailFile<'b>> {
        let metadata = file.metadata()?;
        if !metadata.is_file() {
            return Err(io::Error::other("is not a regular file"));
        }
        let mut mail = MailFile {
            origin: Origin::File(file),
            size: metadata.len(),
            modified: metadata.mtime(),
            inode: metadata.ino(),
            names: metadata.nlink(),
            storage: Storage::Plain,
            buffer,
            at_head: true,
        };
        mail.fill()?;
        mail.storage = compression::storage(mail.buffer.held());
        Ok(mail)
    }

    /// Reads the first bytes of a message that lies elsewhere than in a file of its own, and as it
    /// is.
    ///
    /// # Errors
    /// As reading them.
    pub(crate) fn of(
        bytes: Box<dyn Bytes + 'b>,
        known: Known,
        buffer: &'b mut Buffer,
    ) -> io::Result<MailFile<'b>> {
        let Known { size, modified, inode } = known;
        let mut mail = MailFile {
            origin: Origin::Other(bytes),
            size,
            modified,
            inode,
            names: 1,
            storage: Storage::Plain,
            buffer,
            at_head: true,
        };
        mail.fill()?;
        Ok(mail)
    }

    /// The file's size on disk, in bytes.
    pub fn size(&self) -> u64 {
        self.size
    }

    /// When its content was last written, in seconds since 1970-01-01 UTC.
    pub fn modified(&self) -> i64 {
        self.modified
    }

    /// Its inode number: of what a link leads to, where it was opened through one.
    pub fn inode(&self) -> u64 {
        self.inode
    }

    /// How many names it has: more than one where there are hard links.
    pub fn names(&self) -> u64 {
        self.names
    }

    /// Whether reading the whole file costs hardly more than reading its beginning.
    pub fn is_small(&self) -> bool {
        self.size < READ as u64
    }

    /// How the message lies in the file.
    pub fn storage(&self) -> Storage {
        self.storage
    }

    /// Hands the message's bytes to `each`, decompressed, from its start to its end or until
    /// `each` has seen enough; tells whether the end was reached.
    ///
    /// # Errors
    /// What the system says, and a compression that is damaged or cannot be read.
    pub fn read(&mut self, mut each: impl FnMut(&[u8]) -> ControlFlow<()>) -> io::Result<bool> {
        self.rewind()?;
        match self.storage {
            Storage::Plain => self.read_plain(&mut each),
            packed => self.read_packed(packed, &mut each),
        }
    }

    fn read_plain(&mut self, each: &mut impl FnMut(&[u8]) -> ControlFlow<()>) -> io::Result<bool> {
        let mut wanted = HEAD;
        while !self.buffer.held().is_empty() {
            if each(self.buffer.held()).is_break() {
                return Ok(false);
            }
            if self.buffer.filled < wanted {
                break;
            }
            wanted = READ;
            self.at_head = false;
            self.buffer.fill(self.origin.bytes(), wanted)?;
        }
        Ok(true)
    }

    fn read_packed(
        &mut self,
        packed: Storage,
        each: &mut impl FnMut(&[u8]) -> ControlFlow<()>,
    ) -> io::Result<bool> {
        self.at_head = false;
        let bytes = self.origin.bytes();
        bytes.restart()?;
        let mut message = decompress(packed, BufReader::new(bytes));
        loop {
            self.buffer.fill(&mut message, READ)?;
            if self.buffer.held().is_empty() {
                return Ok(true);
            }
            if each(self.buffer.held()).is_break() {
                return Ok(false);
            }
        }
    }

    /// Back to the file's first bytes, in the buffer.
    fn rewind(&mut self) -> io::Result<()> {
        if self.at_head {
            return Ok(());
        }
        self.origin.bytes().restart()?;
        self.at_head = true;
        self.fill()
    }

    /// Reads the file's first bytes; of a small file no more than it has, which saves asking for
    /// its end.
    fn fill(&mut self) -> io::Result<()> {
        let wanted = usize::try_from(self.size).unwrap_or(HEAD).min(HEAD);
        self.buffer.fill(self.origin.bytes(), wanted)
    }
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    #[test]
    fn reads_from_the_start_as_often_as_asked() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("mail");
        for size in [0, 1, HEAD - 1, HEAD, HEAD + 1, HEAD + READ - 1, HEAD + READ, 3 * READ] {
            let bytes: Vec<u8> = (0..=250).cycle().take(size).collect();
            fs::write(&path, &bytes).unwrap();
            let mut buffer = Buffer::default();
            let mut mail = MailFile::open(&path, &mut buffer).unwrap();
            assert_eq!(mail.size(), size as u64);
            for _ in 0..2 {
                let mut read = Vec::new();
                let ended = mail.read(|chunk| {
                    read.extend_from_slice(chunk);
                    ControlFlow::Continue(())
                });
                assert!(ended.unwrap() && read == bytes, "{size}");
            }
            let stopped = mail.read(|_| ControlFlow::Break(())).unwrap();
            assert_eq!(stopped, size == 0);
        }
        assert!(MailFile::open(directory.path(), &mut Buffer::default()).is_err());
    }
}
