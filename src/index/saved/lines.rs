//! The lines of a saved index, read again one by one.

use crate::error::Error;
use crate::identify::Details;
use crate::index::Message;
use crate::index::line::Line;
use crate::input::Input;

use super::decode;

/// The longest line, in bytes: a path, ids and fields are shorter together by far.
pub(super) const LONGEST: usize = 8 << 20;

/// How many bytes of a line are read at first: more than most have.
const USUAL: usize = 2 << 10;

/// A saved index as a place where lines can be read again.
#[derive(Debug)]
pub struct Lines {
    input: Input,
    /// Whether each message has its content.
    pub(super) has_contents: bool,
}

impl Lines {
    pub(super) fn of(input: Input) -> Lines {
        Lines { input, has_contents: false }
    }

    /// How many bytes all lines have.
    pub(super) fn size(&self) -> u64 {
        self.input.size()
    }

    /// Whether each message has its content.
    pub(crate) fn has_contents(&self) -> bool {
        self.has_contents
    }

    /// Something that is wrong with the file.
    pub(crate) fn error(&self, told: impl Into<String>) -> Error {
        Error::told(self.input.name(), told)
    }

    /// Something that is wrong with the line behind so many others.
    pub(super) fn error_in(&self, lines: u64, told: impl AsRef<str>) -> Error {
        self.error(format!("line {} is damaged: {}", lines + 1, told.as_ref()))
    }

    /// The bytes from this one on, as many as the buffer has room for.
    pub(super) fn fill(&self, buffer: &mut [u8], at: u64) -> Result<usize, Error> {
        self.input.read_at(buffer, at).map_err(|error| Error::io(self.input.name(), error))
    }

    /// The line that begins at this byte, with its end; nothing at the end of the file.
    pub(super) fn line_at(&self, at: u64) -> Result<Vec<u8>, Error> {
        let mut line = Vec::new();
        let mut searched = 0;
        while line.len() < LONGEST {
            line.resize((2 * line.len()).clamp(USUAL, LONGEST), 0);
            let read =
                self.fill(line.get_mut(searched..).unwrap_or_default(), at + searched as u64)?;
            let filled = searched + read;
            let found = memchr::memchr(b'\n', line.get(searched..filled).unwrap_or_default());
            if let Some(end) = found {
                line.truncate(searched + end + 1);
                return Ok(line);
            }
            if filled < line.len() {
                line.truncate(filled);
                return Ok(line);
            }
            searched = filled;
        }
        Err(self.error(format!("has a line of more than {} MiB", LONGEST >> 20)))
    }

    /// What is known of a message beyond its record.
    ///
    /// # Errors
    /// Where the file has changed since the message was read from it.
    pub(crate) fn details(&self, message: Message<'_>) -> Result<Details, Error> {
        let line = self.line_at(message.handle())?;
        let details = match serde_json::from_slice(&line) {
            Ok(Line::Message(line)) if decode::is_of(&line, message) => decode::details(&line).ok(),
            _ => None,
        };
        details.ok_or_else(|| self.error("has changed while it was read: run again"))
    }
}
