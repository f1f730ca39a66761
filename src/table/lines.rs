//! The lines of a table, one after the other, in bounded memory.

use std::io::{BufRead, BufReader, Read};

use crate::error::Error;
use crate::input::{Input, Reader};

/// The longest line, and the longest row of several, in bytes: eight times the longest Message-ID
/// that is read.
pub(super) const LONGEST: usize = 1 << 20;

/// The mark that may come first in a file of UTF-8.
pub(super) const BOM: &[u8] = b"\xef\xbb\xbf";

/// A file, read line by line.
#[derive(Debug)]
pub(super) struct Lines<'i> {
    input: &'i Input,
    reader: BufReader<Reader<'i>>,
    /// The number of the last line that was read, the first being 1.
    number: u64,
    /// Whether that has an end.
    ends: bool,
}

impl<'i> Lines<'i> {
    pub(super) fn of(input: &'i Input) -> Lines<'i> {
        let reader = BufReader::with_capacity(1 << 16, input.reader());
        Lines { input, reader, number: 0, ends: true }
    }

    /// Reads the next line, without its end; `false` where there is none.
    pub(super) fn read(&mut self, line: &mut Vec<u8>) -> Result<bool, Error> {
        line.clear();
        let mut some = self.reader.by_ref().take(LONGEST as u64);
        let read = some.read_until(b'\n', line);
        read.map_err(|error| Error::io(self.input.name(), error))?;
        if line.is_empty() {
            return Ok(false);
        }
        self.number += 1;
        self.ends = line.pop_if(|last| *last == b'\n').is_some();
        if !self.ends && line.len() == LONGEST {
            return Err(self.error("is longer than 1 MiB"));
        }
        if self.ends {
            line.pop_if(|last| *last == b'\r');
        }
        if self.number == 1 && line.starts_with(BOM) {
            line.drain(..BOM.len());
        }
        Ok(true)
    }

    /// The number of the last line.
    pub(super) fn number(&self) -> u64 {
        self.number
    }

    /// Checks that the last line has an end, which a program writes behind each.
    pub(super) fn check_end(&self) -> Result<(), Error> {
        if self.ends {
            return Ok(());
        }
        Err(self.error("has no end: the table is cut short; make it again"))
    }

    /// Something that is wrong with the last line.
    pub(super) fn error(&self, told: &str) -> Error {
        self.error_in(self.number, told)
    }

    /// Something that is wrong with the line of this number.
    pub(super) fn error_in(&self, number: u64, told: &str) -> Error {
        Error::told(self.input.name(), format!("line {number} {told}"))
    }
}
