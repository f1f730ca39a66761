//! One mail file, open: the only place that reads mail from a disk.
//!
//! The first read takes most headers whole; nothing more is read unless somebody asks for it, and
//! never more than a buffer at a time.

use std::fs::File;
use std::io::{self, BufReader, Read, Seek, SeekFrom};
use std::ops::ControlFlow;
use std::os::unix::fs::MetadataExt;
use std::path::Path;

use crate::message::compression::{self, Storage, decompress};

/// How many bytes a read takes: 99 in 100 headers are shorter.
const READ: usize = 16 << 10;

/// The memory that reading takes; kept by the caller for one file after the other.
#[derive(Debug, Default)]
pub struct Buffer(Vec<u8>);

/// A mail file of which the first bytes have been read.
#[derive(Debug)]
pub struct MailFile<'b> {
    file: File,
    size: u64,
    modified: i64,
    inode: u64,
    names: u64,
    storage: Storage,
    buffer: &'b mut Vec<u8>,
    /// Whether the buffer holds the file's first bytes, and not later ones.
    at_head: bool,
}

impl<'b> MailFile<'b> {
    /// Opens a file, asks for its size and reads its first bytes.
    ///
    /// # Errors
    /// What the system says; a path that is no regular file is an error too.
    pub fn open(path: &Path, Buffer(buffer): &'b mut Buffer) -> io::Result<MailFile<'b>> {
        let file = File::open(path)?;
        let metadata = file.metadata()?;
        if !metadata.is_file() {
            return Err(io::Error::other("is not a regular file"));
        }
        let mut mail = MailFile {
            file,
            size: metadata.len(),
            modified: metadata.mtime(),
            inode: metadata.ino(),
            names: metadata.nlink(),
            storage: Storage::Plain,
            buffer,
            at_head: true,
        };
        mail.fill()?;
        mail.storage = compression::storage(mail.buffer);
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

    /// Whether one read takes the whole file.
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
        while !self.buffer.is_empty() {
            if each(self.buffer).is_break() {
                return Ok(false);
            }
            if self.buffer.len() < READ {
                break;
            }
            self.at_head = false;
            fill(&mut self.file, self.buffer, READ)?;
        }
        Ok(true)
    }

    fn read_packed(
        &mut self,
        packed: Storage,
        each: &mut impl FnMut(&[u8]) -> ControlFlow<()>,
    ) -> io::Result<bool> {
        self.at_head = false;
        self.file.seek(SeekFrom::Start(0))?;
        let mut message = decompress(packed, BufReader::new(&self.file));
        loop {
            fill(&mut message, self.buffer, READ)?;
            if self.buffer.is_empty() {
                return Ok(true);
            }
            if each(self.buffer).is_break() {
                return Ok(false);
            }
        }
    }

    /// Back to the file's first bytes, in the buffer.
    fn rewind(&mut self) -> io::Result<()> {
        if self.at_head {
            return Ok(());
        }
        self.file.seek(SeekFrom::Start(0))?;
        self.at_head = true;
        self.fill()
    }

    /// Reads the file's first bytes; of a small file no more than it has, which saves asking for
    /// its end.
    fn fill(&mut self) -> io::Result<()> {
        let wanted = usize::try_from(self.size).unwrap_or(READ).min(READ);
        fill(&mut self.file, self.buffer, wanted)
    }
}

/// Reads so many bytes into the buffer, or fewer at the end.
fn fill(from: &mut impl Read, buffer: &mut Vec<u8>, wanted: usize) -> io::Result<()> {
    buffer.resize(wanted, 0);
    let mut read = 0;
    while let Some(room) = buffer.get_mut(read..).filter(|room| !room.is_empty()) {
        match from.read(room) {
            Ok(0) => break,
            Ok(more) => read += more,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
    buffer.truncate(read);
    Ok(())
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    #[test]
    fn reads_from_the_start_as_often_as_asked() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("mail");
        for size in [0, 1, READ - 1, READ, READ + 1, 3 * READ] {
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
