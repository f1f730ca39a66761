//! A file of any size, seen through a window of a fixed one.

use std::io;

use memchr::{memchr, memmem};

use crate::input::Input;

use super::from_line::{self, is_from_line};

/// How many bytes are read at a time.
const BLOCK: usize = 256 << 10;

/// How many bytes a look shows at the least, if there are as many: a whole line that is judged.
pub(super) const LOOK: usize = 2 * from_line::LONGEST;

/// Where the window stands, and what is seen through it.
#[derive(Debug)]
pub(super) struct Window<'i> {
    input: &'i Input,
    start: u64,
    bytes: Vec<u8>,
    block: usize,
}

impl<'i> Window<'i> {
    pub(super) fn new(input: &'i Input) -> Window<'i> {
        Window::with_block(input, BLOCK)
    }

    /// With so many bytes at a time, and [`LOOK`] at the least.
    pub(super) fn with_block(input: &'i Input, block: usize) -> Window<'i> {
        Window { input, start: 0, bytes: Vec::new(), block: block.max(LOOK) }
    }

    /// How long the file is.
    pub(super) fn size(&self) -> u64 {
        self.input.size()
    }

    /// The bytes from this one on, as far as they are at hand: [`LOOK`] at the least, or up to the
    /// end of the file.
    pub(super) fn at(&mut self, at: u64) -> io::Result<&[u8]> {
        if self.part(at).is_none_or(|part| part.len() < LOOK) && !self.reaches_end(at) {
            self.bytes.resize(self.block, 0);
            let read = self.input.read_at(&mut self.bytes, at)?;
            // What comes behind the end has come since: a message that is being delivered.
            let there = usize::try_from(self.size().saturating_sub(at)).unwrap_or(usize::MAX);
            self.bytes.truncate(read.min(there));
            self.start = at;
        }
        Ok(self.part(at).unwrap_or_default())
    }

    fn part(&self, at: u64) -> Option<&[u8]> {
        let skip = usize::try_from(at.checked_sub(self.start)?).ok()?;
        self.bytes.get(skip..)
    }

    fn reaches_end(&self, at: u64) -> bool {
        at >= self.start && self.start + self.bytes.len() as u64 >= self.size()
    }

    /// One byte; `None` beyond the end, or before the start.
    pub(super) fn byte(&mut self, at: Option<u64>) -> io::Result<Option<u8>> {
        let Some(at) = at else { return Ok(None) };
        if let Some(byte) = self.part(at).and_then(<[u8]>::first) {
            return Ok(Some(*byte));
        }
        // To go back one byte must not move the window.
        let mut byte = [0];
        Ok((self.input.read_at(&mut byte, at)? > 0).then_some(byte[0]))
    }

    /// The place behind the line that this byte is of.
    pub(super) fn end_of_line(&mut self, mut at: u64) -> io::Result<u64> {
        loop {
            let seen = self.at(at)?;
            match memchr(b'\n', seen) {
                Some(end) => return Ok(at + end as u64 + 1),
                None if seen.is_empty() => return Ok(at),
                None => at += seen.len() as u64,
            }
        }
    }

    /// Whether the line that begins at this byte could begin a message.
    pub(super) fn is_from_line(&mut self, at: u64) -> io::Result<bool> {
        let seen = self.at(at)?;
        let line = seen.get(..from_line::LONGEST).unwrap_or(seen);
        let end = memchr(b'\n', line).unwrap_or(line.len());
        Ok(is_from_line(line.get(..end).unwrap_or_default()))
    }

    /// The next place from this byte on where some few bytes stand.
    pub(super) fn find(&mut self, sought: &[u8], mut at: u64) -> io::Result<Option<u64>> {
        let finder = memmem::Finder::new(sought);
        loop {
            let seen = self.at(at)?;
            if let Some(found) = finder.find(seen) {
                return Ok(Some(at + found as u64));
            }
            let is_last = seen.len() < LOOK;
            if is_last {
                return Ok(None);
            }
            at += (seen.len() + 1 - sought.len()) as u64;
        }
    }

    /// Where the empty line begins that ends in the LF at this byte; `None` where that line is not
    /// empty, or begins before `least`.
    pub(super) fn empty_line(&mut self, lf: Option<u64>, least: u64) -> io::Result<Option<u64>> {
        let Some(lf) = lf else { return Ok(None) };
        if self.byte(Some(lf))? != Some(b'\n') {
            return Ok(None);
        }
        let before = lf.checked_sub(1);
        let start = match self.byte(before)? {
            Some(b'\r') => before.unwrap_or(lf),
            _ => lf,
        };
        let is_empty = start >= least && self.byte(start.checked_sub(1))? == Some(b'\n');
        Ok(is_empty.then_some(start))
    }
}
