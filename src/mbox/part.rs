//! A message in an mbox, as bytes that can be read like those of a file of its own.

use std::io::{self, Read};

use crate::input::Input;
use crate::mail_file::Bytes;

use super::dialect::Quoting;
use super::quoting::{AHEAD, Unquoter};

/// A range of a file, with its quoting undone. Nothing of it is held in memory.
#[derive(Debug)]
pub(super) struct Part<'i> {
    input: &'i Input,
    start: u64,
    end: u64,
    quoting: Quoting,
    /// How far it has been read.
    at: u64,
    unquoter: Unquoter,
}

impl<'i> Part<'i> {
    /// So many bytes from this one on.
    pub(super) fn new(input: &'i Input, start: u64, size: u64, quoting: Quoting) -> Part<'i> {
        let unquoter = Unquoter::new(quoting);
        Part { input, start, end: start + size, quoting, at: start, unquoter }
    }

    /// Fills the buffer from this byte on, as far as the message goes.
    fn fill(&self, buffer: &mut [u8], at: u64) -> io::Result<usize> {
        let left = usize::try_from(self.end.saturating_sub(at)).unwrap_or(usize::MAX);
        let length = buffer.len().min(left);
        let read = self.input.read_at(buffer.get_mut(..length).unwrap_or_default(), at)?;
        if read < length {
            return Err(io::Error::other("has become shorter while it was read: run again"));
        }
        Ok(read)
    }
}

impl Read for Part<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        loop {
            let read = self.fill(buffer, self.at)?;
            self.at += read as u64;
            let chunk = buffer.get_mut(..read).unwrap_or_default();
            let mut ahead = [0; AHEAD];
            let seen =
                if self.unquoter.is_open(chunk) { self.fill(&mut ahead, self.at)? } else { 0 };
            let left = self.unquoter.undo(chunk, ahead.get(..seen).unwrap_or_default());
            // What is no end must not look like one.
            if left > 0 || read == 0 {
                return Ok(left);
            }
        }
    }
}

impl Bytes for Part<'_> {
    fn restart(&mut self) -> io::Result<()> {
        self.at = self.start;
        self.unquoter = Unquoter::new(self.quoting);
        Ok(())
    }
}
