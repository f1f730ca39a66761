//! A file that is given as a side, in one form: wherever it comes from, it can be read at any place
//! and more than once.
//!
//! What is compressed, and what is no file (standard input, a pipe), is unpacked into a temporary
//! file first, which has no name and goes with the process.

use std::fs::{File, Metadata};
use std::io::{self, BufReader, BufWriter, Read, Write};
use std::os::unix::fs::{FileExt, MetadataExt};
use std::path::{Path, PathBuf};

use crate::error::Error;
use crate::mail_file::open_untouched;
use crate::message::compression::{Storage, decompress_all, storage};

/// How many bytes tell what a file is.
const HEAD: u64 = 256;

/// A file that can be read at any place.
#[derive(Debug)]
pub struct Input {
    name: PathBuf,
    file: File,
    stamp: Stamp,
    is_unpacked: bool,
    head: Vec<u8>,
}

/// What changes when a file does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Stamp {
    device: u64,
    inode: u64,
    size: u64,
    seconds: i64,
    nanoseconds: i64,
}

impl Stamp {
    /// Of a file that the system tells this of.
    pub(crate) fn of(metadata: &Metadata) -> Stamp {
        Stamp {
            device: metadata.dev(),
            inode: metadata.ino(),
            size: metadata.len(),
            seconds: metadata.mtime(),
            nanoseconds: metadata.mtime_nsec(),
        }
    }

    /// How many bytes it has.
    pub(crate) fn size(self) -> u64 {
        self.size
    }

    /// When it was last written, in seconds since 1970-01-01 UTC.
    pub(crate) fn modified(self) -> i64 {
        self.seconds
    }
}

impl Input {
    /// Opens what is at a path.
    ///
    /// # Errors
    /// Where it cannot be read, or is compressed in a way that cannot be read here.
    pub fn open(path: &Path) -> Result<Input, Error> {
        let failed = |error| Error::io(path, error);
        let mut file = open_untouched(path).map_err(failed)?;
        if !file.metadata().map_err(failed)?.is_file() {
            return Input::unpack(path, file);
        }
        let head = read_head(&mut file).map_err(failed)?;
        if storage(&head) == Storage::Plain {
            return Input::new(path, file, false).map_err(failed);
        }
        Input::unpack(path, open_untouched(path).map_err(failed)?)
    }

    /// Takes all that comes from a stream, decompressed; it is called by this name.
    ///
    /// # Errors
    /// Where it cannot be read or unpacked, or there is no room for it.
    pub fn unpack(name: &Path, mut stream: impl Read) -> Result<Input, Error> {
        let failed = |error| Error::io(name, error);
        let head = read_head(&mut stream).map_err(failed)?;
        let kind = storage(&head);
        let stream = BufReader::with_capacity(1 << 16, head.as_slice().chain(stream));
        let mut all = decompress_all(kind, stream);
        let unpacked = tempfile::tempfile().map_err(|error| no_room(name, &error))?;
        let mut out = BufWriter::with_capacity(1 << 16, unpacked);
        let mut buffer = vec![0; 1 << 16];
        loop {
            let read = match all.read(&mut buffer) {
                Ok(0) => break,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
                read => read.map_err(failed)?,
            };
            let written = out.write_all(buffer.get(..read).unwrap_or_default());
            written.map_err(|error| no_room(name, &error))?;
        }
        let file = out.into_inner().map_err(|error| no_room(name, error.error()))?;
        Input::new(name, file, true).map_err(failed)
    }

    fn new(name: &Path, file: File, is_unpacked: bool) -> io::Result<Input> {
        let stamp = Stamp::of(&file.metadata()?);
        let mut input = Input { name: name.to_owned(), file, stamp, is_unpacked, head: Vec::new() };
        let mut head = vec![0; usize::try_from(HEAD).unwrap_or_default()];
        let read = input.read_at(&mut head, 0)?;
        head.truncate(read);
        input.head = head;
        Ok(input)
    }

    /// What it is called: the path, as given.
    pub fn name(&self) -> &Path {
        &self.name
    }

    /// How many bytes it has, unpacked.
    pub fn size(&self) -> u64 {
        self.stamp.size
    }

    /// Whether it is a copy, which nobody else has: what was compressed, or no file.
    pub(crate) fn is_unpacked(&self) -> bool {
        self.is_unpacked
    }

    /// What the file was when it was opened.
    pub(crate) fn stamp(&self) -> Stamp {
        self.stamp
    }

    /// Its first bytes, at most 256.
    pub fn head(&self) -> &[u8] {
        &self.head
    }

    /// Fills the buffer from the byte at `start` on; with less only at the end.
    ///
    /// # Errors
    /// What the system says.
    pub fn read_at(&self, buffer: &mut [u8], start: u64) -> io::Result<usize> {
        let mut filled = 0;
        while let Some(room) = buffer.get_mut(filled..).filter(|room| !room.is_empty()) {
            match self.file.read_at(room, start + filled as u64) {
                Ok(0) => break,
                Ok(read) => filled += read,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(error),
            }
        }
        Ok(filled)
    }

    /// Its bytes, from the first one on.
    pub fn reader(&self) -> Reader<'_> {
        Reader { input: self, at: 0 }
    }
}

/// Reads an [`Input`] from its beginning to its end.
#[derive(Debug)]
pub struct Reader<'i> {
    input: &'i Input,
    at: u64,
}

impl Read for Reader<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = self.input.read_at(buffer, self.at)?;
        self.at += read as u64;
        Ok(read)
    }
}

fn read_head(file: &mut impl Read) -> io::Result<Vec<u8>> {
    let mut head = Vec::new();
    file.take(HEAD).read_to_end(&mut head)?;
    Ok(head)
}

fn no_room(name: &Path, error: &io::Error) -> Error {
    let directory = std::env::temp_dir();
    let told = format!(
        "cannot be unpacked into {} (TMPDIR names another directory): {}",
        directory.display(),
        Error::words(error)
    );
    Error::told(name, told)
}

#[cfg(test)]
mod tests {
    use std::fs;

    use flate2::write::GzEncoder;

    use super::*;

    #[test]
    fn whatever_it_comes_from_it_can_be_read_anywhere() {
        let text = b"0123456789".repeat(99);
        let mut encoder = GzEncoder::new(Vec::new(), flate2::Compression::fast());
        encoder.write_all(&text).unwrap();
        let packed = encoder.finish().unwrap();
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("file");
        for stored in [&text, &packed] {
            fs::write(&path, stored).unwrap();
            let from_stream = Input::unpack(Path::new("-"), stored.as_slice()).unwrap();
            for input in [Input::open(&path).unwrap(), from_stream] {
                assert_eq!((input.size(), input.head()), (990, &text[..256]));
                let mut part = [0; 7];
                assert_eq!(input.read_at(&mut part, 985).unwrap(), 5);
                assert_eq!(&part[..5], b"56789");
                let mut all = Vec::new();
                input.reader().read_to_end(&mut all).unwrap();
                assert_eq!(all, text);
            }
        }
        fs::write(&path, &packed[..20]).unwrap();
        assert!(Input::open(&path).is_err());
        assert!(Input::open(&folder.path().join("none")).is_err());
    }
}
