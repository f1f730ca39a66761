//! One mail file, open: the only place that reads mail from a disk.
//!
//! The first read takes most headers whole; nothing more is read unless somebody asks for it, and
//! never more than a buffer at a time.

use std::ffi::OsStr;
use std::fmt;
use std::fs::File;
#[cfg(target_os = "linux")]
use std::io::IoSliceMut;
use std::io::{self, BufReader, Read, Seek, SeekFrom};
use std::num::NonZeroU64;
use std::ops::ControlFlow;
use std::os::fd::{AsFd, OwnedFd};
use std::os::unix::ffi::OsStrExt;
use std::path::Path;

#[cfg(any(target_os = "linux", target_os = "android", target_os = "freebsd"))]
use rustix::fs::{Advice, fadvise};
use rustix::fs::{CWD, FileType, Mode, OFlags, fstat, open, openat};
use rustix::io::{Errno, retry_on_intr};
#[cfg(target_os = "linux")]
use rustix::io::{ReadWriteFlags, preadv2};
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
    guest: Guest,
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

    /// Reads so many bytes from a file's beginning, if the system has all of them in memory; tells
    /// whether it had. The file's position stays.
    #[cfg(target_os = "linux")]
    fn fill_at_once(&mut self, from: &File, wanted: usize) -> bool {
        self.bytes.resize(READ, 0);
        let room = self.bytes.get_mut(..wanted).unwrap_or_default();
        let read = preadv2(from, &mut [IoSliceMut::new(room)], 0, ReadWriteFlags::NOWAIT);
        self.filled = read.unwrap_or_default();
        read == Ok(wanted)
    }

    /// Only Linux can be asked.
    #[cfg(not(target_os = "linux"))]
    fn fill_at_once(&mut self, _: &File, _: usize) -> bool {
        false
    }
}

/// Opens files and leaves their times of last access as they were, which the system allows to
/// their owners and to root (`O_NOATIME`, Linux `open(2)`). Who is refused in a directory is a
/// guest there, and does not ask again for each file of it.
#[derive(Debug, Default)]
struct Guest {
    refused_in: Option<Vec<u8>>,
}

#[cfg(any(target_os = "linux", target_os = "android"))]
const NO_TRACE: OFlags = OFlags::NOATIME;
#[cfg(not(any(target_os = "linux", target_os = "android")))]
const NO_TRACE: OFlags = OFlags::empty();

impl Guest {
    /// Opens a path that begins at `at`, and whose file lies in this directory.
    fn open(&mut self, at: impl AsFd, path: &[u8], directory: &[u8]) -> io::Result<File> {
        let open = |more: OFlags| {
            let flags = OFlags::RDONLY | OFlags::CLOEXEC | more;
            retry_on_intr(|| openat(&at, path, flags, Mode::empty()))
        };
        if self.refused_in.as_deref() != Some(directory) {
            match open(NO_TRACE) {
                Err(Errno::PERM) => self.refused_in = Some(directory.to_owned()),
                opened => return Ok(opened?.into()),
            }
        }
        Ok(open(OFlags::empty())?.into())
    }
}

/// Opens a file for reading, and leaves its time of last access as it was where the system allows
/// that.
///
/// # Errors
/// What the system says.
pub fn open_untouched(path: &Path) -> io::Result<File> {
    open_as(&mut Guest::default(), path)
}

fn open_as(guest: &mut Guest, path: &Path) -> io::Result<File> {
    let path = path.as_os_str().as_bytes();
    guest.open(CWD, path, path::split(path).0)
}

/// Opens the files of a tree. The directory of the last one stays open, so that the system need not
/// find it anew for each file in it.
#[derive(Debug)]
pub struct Opener<'r> {
    root: &'r Path,
    directory: Option<(Vec<u8>, OwnedFd)>,
    guest: Guest,
}

impl<'r> Opener<'r> {
    /// For paths relative to this root.
    pub fn new(root: &'r Path) -> Opener<'r> {
        Opener { root, directory: None, guest: Guest::default() }
    }

    /// Opens a file for reading, and asks for its size.
    ///
    /// # Errors
    /// What the system says; a path that is no regular file is an error too.
    pub fn open(&mut self, path: &Path) -> io::Result<Opened> {
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
        Opened::new(self.guest.open(opened, name, directory)?)
    }
}

/// A file that is open, of which nothing has been read, and what the system says of it.
#[derive(Debug)]
pub struct Opened {
    file: File,
    known: Known,
}

/// What is known of a message before it is read.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Known {
    /// How many bytes it has; no fewer, at any rate.
    pub(crate) size: u64,
    /// When they were last written, in seconds since 1970-01-01 UTC.
    pub(crate) modified: i64,
    /// Its inode number, or what no other message of its tree has for one.
    pub(crate) inode: u64,
    /// How many names its file has.
    pub(crate) names: u64,
}

impl Known {
    /// How many bytes a first read takes: of a small file no more than it has, which saves asking
    /// for its end.
    fn first_read(self) -> usize {
        usize::try_from(self.size).unwrap_or(HEAD).min(HEAD)
    }
}

impl Opened {
    /// The system is asked directly: the standard library asks for more than is needed, and a
    /// fortieth of the time that a message takes goes into that.
    #[allow(clippy::useless_conversion, reason = "some of the types are others elsewhere")]
    fn new(file: File) -> io::Result<Opened> {
        let stat = fstat(&file)?;
        if !FileType::from_raw_mode(stat.st_mode).is_file() {
            return Err(io::Error::other("is not a regular file"));
        }
        let known = Known {
            size: u64::try_from(stat.st_size).unwrap_or_default(),
            modified: i64::from(stat.st_mtime),
            inode: u64::from(stat.st_ino),
            names: u64::from(stat.st_nlink),
        };
        Ok(Opened { file, known })
    }

    /// Reads its first bytes if the system has them in memory. Where it has not, they are
    /// announced, so that a disk has them on their way while other files are read.
    ///
    /// # Errors
    /// The file itself, which is to be read later.
    pub fn read_or_announce(self, buffer: &mut Buffer) -> Result<MailFile<'_>, Opened> {
        if buffer.fill_at_once(&self.file, self.known.first_read()) {
            return Ok(MailFile::of(self, buffer));
        }
        self.announce();
        Err(self)
    }

    /// Reads its first bytes.
    ///
    /// # Errors
    /// What the system says.
    pub fn read(mut self, buffer: &mut Buffer) -> io::Result<MailFile<'_>> {
        buffer.fill(&mut self.file, self.known.first_read())?;
        Ok(MailFile::of(self, buffer))
    }

    /// It is a wish, and may fail.
    fn announce(&self) {
        #[cfg(any(target_os = "linux", target_os = "android", target_os = "freebsd"))]
        let _ = fadvise(&self.file, 0, NonZeroU64::new(HEAD as u64), Advice::WillNeed);
    }
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
        self.rewind()
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

/// A mail file of which the first bytes have been read.
#[derive(Debug)]
pub struct MailFile<'b> {
    origin: Origin<'b>,
    known: Known,
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
        Opened::new(open_as(&mut buffer.guest, path)?)?.read(buffer)
    }

    /// Of a file whose first bytes are in the buffer.
    fn of(opened: Opened, buffer: &'b mut Buffer) -> MailFile<'b> {
        let storage = compression::storage(buffer.held());
        let Opened { file, known } = opened;
        MailFile { origin: Origin::File(file), known, storage, buffer, at_head: true }
    }

    /// Reads the first bytes of a message that lies elsewhere than in a file of its own, and as it
    /// is.
    ///
    /// # Errors
    /// As reading them.
    pub(crate) fn of_bytes(
        mut bytes: Box<dyn Bytes + 'b>,
        known: Known,
        buffer: &'b mut Buffer,
    ) -> io::Result<MailFile<'b>> {
        buffer.fill(bytes.as_mut(), known.first_read())?;
        let (origin, storage) = (Origin::Other(bytes), Storage::Plain);
        Ok(MailFile { origin, known, storage, buffer, at_head: true })
    }

    /// The file's size on disk, in bytes.
    pub fn size(&self) -> u64 {
        self.known.size
    }

    /// When its content was last written, in seconds since 1970-01-01 UTC.
    pub fn modified(&self) -> i64 {
        self.known.modified
    }

    /// Its inode number: of what a link leads to, where it was opened through one.
    pub fn inode(&self) -> u64 {
        self.known.inode
    }

    /// How many names it has: more than one where there are hard links.
    pub fn names(&self) -> u64 {
        self.known.names
    }

    /// Whether reading the whole file costs hardly more than reading its beginning.
    pub fn is_small(&self) -> bool {
        self.known.size < READ as u64
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
            self.leave_head()?;
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

    /// To behind the file's first bytes, which may have been read without moving its position.
    fn leave_head(&mut self) -> io::Result<()> {
        if std::mem::take(&mut self.at_head)
            && let Origin::File(file) = &mut self.origin
        {
            file.seek(SeekFrom::Start(self.buffer.filled as u64))?;
        }
        Ok(())
    }

    /// Back to the file's first bytes, in the buffer.
    fn rewind(&mut self) -> io::Result<()> {
        if self.at_head {
            return Ok(());
        }
        self.origin.bytes().restart()?;
        self.at_head = true;
        self.buffer.fill(self.origin.bytes(), self.known.first_read())
    }
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    #[track_caller]
    fn check(mut mail: MailFile<'_>, bytes: &[u8]) {
        let size = bytes.len();
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

    #[test]
    fn reads_from_the_start_as_often_as_asked() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("mail");
        for size in [0, 1, HEAD - 1, HEAD, HEAD + 1, HEAD + READ - 1, HEAD + READ, 3 * READ] {
            let bytes: Vec<u8> = (0..=250).cycle().take(size).collect();
            fs::write(&path, &bytes).unwrap();
            let mut buffer = Buffer::default();
            check(MailFile::open(&path, &mut buffer).unwrap(), &bytes);
            let mut opener = Opener::new(directory.path());
            match opener.open(Path::new("mail")).unwrap().read_or_announce(&mut buffer) {
                Ok(mail) => check(mail, &bytes),
                // The system need not have it in memory any more, nor tell whether it has.
                Err(later) => check(later.read(&mut Buffer::default()).unwrap(), &bytes),
            }
        }
        assert!(MailFile::open(directory.path(), &mut Buffer::default()).is_err());
    }
}
