//! Reading messages again, for those that must be hashed or shown.
//!
//! The only module that reads mail after it was identified. A message is opened by the name it had;
//! one that was renamed since is looked up by base name and inode; one that is gone is an error.

use std::io;
use std::ops::ControlFlow;
use std::path::Path;
use std::sync::atomic::{AtomicU64, Ordering};

use rayon::prelude::*;

use crate::error::Error;
use crate::identify;
use crate::index::{Index, Message};
use crate::mail_file::{Buffer, MailFile};
use crate::maildir::renamed::relocate;
use crate::message::anatomy::{Anatomy, Dissection, Window};
use crate::message::canonical::Content;
use crate::message::compression::Storage;
use crate::message::envelope::{self, Envelope};
use crate::message::fields::Fields;
use crate::message::header::{HeaderZone, Piece};

/// Computes the canonical content of messages that do not have it yet, on all cores; what cannot
/// be read comes back, and its content stays unknown.
pub fn contents(index: &Index, wanted: &[Message<'_>]) -> Vec<Error> {
    let unknown: Vec<Message<'_>> =
        wanted.iter().copied().filter(|message| message.content().is_none()).collect();
    let mut errors = Vec::new();
    for (message, content) in unknown.iter().zip(read_all(index, &unknown, identify::content)) {
        match content {
            Ok(content) => message.set_content(content),
            Err(error) => errors.push(error),
        }
    }
    errors
}

/// The contents of messages to the byte, but for line ends and volatile fields; in their order.
pub fn exact_contents(index: &Index, wanted: &[Message<'_>]) -> Vec<Result<Content, Error>> {
    read_all(index, wanted, identify::exact_content)
}

/// The canonical content of a message cut behind `limit` canonical bytes: equal to another's
/// content if that is a truncated copy.
///
/// # Errors
/// Where the message cannot be read any more.
pub fn content_up_to(index: &Index, message: Message<'_>, limit: u64) -> Result<Content, Error> {
    let path = index.path_of(message);
    let read = |mail: &mut MailFile<'_>| identify::content_up_to(mail, limit);
    read_one(&path, &mut Buffer::default(), &read)
}

/// What a message's header says, and how long it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Header {
    /// Date, From and Subject.
    pub envelope: Envelope,
    /// How many bytes a server sends for it: every line ends in CR LF. Up to and with the empty
    /// line that ends it; all of the message where there is none.
    pub wire_size: u64,
}

/// The headers of messages, in their order; `Err` for one that cannot be read any more.
pub fn headers(index: &Index, wanted: &[Message<'_>]) -> Vec<Result<Header, Error>> {
    read_all(index, wanted, read_header)
}

fn read_header(mail: &mut MailFile<'_>) -> io::Result<Header> {
    const LONGEST: usize = envelope::LONGEST_VALUE;
    let mut fields = Fields::new(&[("date", LONGEST), ("from", LONGEST), ("subject", LONGEST)]);
    let mut zone = HeaderZone::new();
    let mut wire = Wire::default();
    mail.read(|chunk| {
        let mut body = 0;
        zone.feed(chunk, &mut |piece: Piece<'_>| match piece {
            Piece::Body(bytes) => body += bytes.len(),
            piece => fields.take(&piece),
        });
        wire.take(chunk.get(..chunk.len().saturating_sub(body)).unwrap_or(chunk));
        if zone.is_in_body() { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
    })?;
    zone.finish(&mut |piece: Piece<'_>| fields.take(&piece));
    let [date, from, subject] = ["date", "from", "subject"].map(|name| fields.first(name));
    Ok(Header { envelope: Envelope::new(date, from, subject), wire_size: wire.size() })
}

/// How much of a message [`openings`] has at the most, in bytes.
const OPENING: usize = 16 << 10;

/// The first bytes of messages, in their order, as they were before mbsync had them: without CR and
/// without its X-TUID lines; `Err` for one that cannot be read any more.
pub fn openings(index: &Index, wanted: &[Message<'_>]) -> Vec<Result<Vec<u8>, Error>> {
    read_all(index, wanted, read_opening)
}

fn read_opening(mail: &mut MailFile<'_>) -> io::Result<Vec<u8>> {
    let mut opening = Vec::new();
    mail.read(|chunk| {
        opening.extend_from_slice(chunk);
        if opening.len() < OPENING { ControlFlow::Continue(()) } else { ControlFlow::Break(()) }
    })?;
    opening.truncate(OPENING);
    let lines = opening.split_inclusive(|&byte| byte == b'\n');
    let own = lines.filter(|line| !line.starts_with(b"X-TUID: "));
    Ok(own.flatten().copied().filter(|&byte| byte != b'\r').collect())
}

/// How long a message is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Lengths {
    /// In bytes, decompressed.
    pub length: u64,
    /// In bytes on the wire, where each line ends in CR LF: what IMAP calls RFC822.SIZE, and the
    /// `W=` of a name tells; `None` where the message was not read for it.
    pub wire: Option<u64>,
}

/// The lengths of messages, in their order, which are read whole; counts each in `read`.
pub fn lengths(
    index: &Index,
    wanted: &[Message<'_>],
    read: &AtomicU64,
) -> Vec<Result<Lengths, Error>> {
    read_all(index, wanted, |mail| {
        read.fetch_add(1, Ordering::Relaxed);
        let mut wire = Wire::default();
        mail.read(|chunk| {
            wire.take(chunk);
            ControlFlow::Continue(())
        })?;
        Ok(Lengths { length: wire.length, wire: Some(wire.size()) })
    })
}

/// Counts bytes, and line ends to which a server adds a CR.
#[derive(Debug, Default)]
struct Wire {
    length: u64,
    bare: u64,
    last: u8,
}

impl Wire {
    fn take(&mut self, bytes: &[u8]) {
        self.length += bytes.len() as u64;
        self.bare += bare_line_ends(self.last, bytes);
        self.last = bytes.last().copied().unwrap_or(self.last);
    }

    fn size(&self) -> u64 {
        self.length + self.bare
    }
}

/// How many LFs have no CR before them, where `last` is the byte before the first.
fn bare_line_ends(last: u8, bytes: &[u8]) -> u64 {
    let bare = |at: &usize| match at.checked_sub(1) {
        Some(before) => bytes.get(before) != Some(&b'\r'),
        None => last != b'\r',
    };
    memchr::memchr_iter(b'\n', bytes).filter(bare).count() as u64
}

/// How many `From ` lines messages have that an mbox would begin a message with, in their order:
/// the first line, and each behind an empty one that ends in a year.
pub fn mbox_lines(index: &Index, wanted: &[Message<'_>]) -> Vec<Result<u64, Error>> {
    read_all(index, wanted, |mail| {
        let mut lines = MboxLines::default();
        mail.read(|chunk| {
            chunk.split_inclusive(|&byte| byte == b'\n').for_each(|part| lines.take(part));
            ControlFlow::Continue(())
        })?;
        lines.end_line();
        Ok(lines.found)
    })
}

/// Looks for the lines between the messages of an mbox.
#[derive(Debug)]
struct MboxLines {
    found: u64,
    after_empty: bool,
    /// The current line, as far as it may be such a one.
    line: Vec<u8>,
}

impl Default for MboxLines {
    fn default() -> MboxLines {
        MboxLines { found: 0, after_empty: true, line: Vec::new() }
    }
}

impl MboxLines {
    /// The longest such line that is taken for one, in bytes.
    const LONGEST: usize = 1 << 10;

    fn take(&mut self, part: &[u8]) {
        let room = MboxLines::LONGEST.saturating_sub(self.line.len());
        self.line.extend(part.iter().take(room));
        if part.ends_with(b"\n") {
            self.end_line();
        }
    }

    fn end_line(&mut self) {
        let line = self.line.trim_ascii_end();
        let ends_in_year = line.len() > 4 && line.iter().rev().take(4).all(u8::is_ascii_digit);
        let is_first = self.found == 0;
        let begins = line.starts_with(b"From ") && (is_first || self.after_empty && ends_in_year);
        self.found += u64::from(begins);
        self.after_empty = line.is_empty();
        self.line.clear();
    }
}

/// What is told of a single message beyond its key.
#[derive(Clone, Debug)]
pub struct Particulars {
    /// Date, From and Subject.
    pub envelope: Envelope,
    /// The message's length in bytes, decompressed.
    pub length: u64,
    /// The same on the wire, where each line ends in CR LF.
    pub wire: u64,
    /// How it lies in its file.
    pub storage: Storage,
    /// When the file was last modified, in seconds since 1970-01-01 UTC: what Dovecot serves as the
    /// date of its arrival.
    pub modified: i64,
}

/// The particulars of messages, in their order; `Err` for one that cannot be read any more.
pub fn particulars(index: &Index, wanted: &[Message<'_>]) -> Vec<Result<Particulars, Error>> {
    read_all(index, wanted, |mail| {
        let Header { envelope, .. } = read_header(mail)?;
        let mut wire = Wire::default();
        mail.read(|chunk| {
            wire.take(chunk);
            ControlFlow::Continue(())
        })?;
        let (length, storage, modified) = (wire.length, mail.storage(), mail.modified());
        Ok(Particulars { envelope, length, wire: wire.size(), storage, modified })
    })
}

/// A message taken apart.
///
/// # Errors
/// Where it cannot be read any more.
pub fn anatomy(index: &Index, message: Message<'_>) -> Result<Anatomy, Error> {
    read_again(index, message, |mail| {
        let mut dissection = Dissection::new();
        mail.read(|chunk| {
            dissection.update(chunk);
            ControlFlow::Continue(())
        })?;
        Ok(dissection.finish())
    })
}

/// So many canonical bytes of a message from the one at `start` on; fewer at its end.
///
/// # Errors
/// Where it cannot be read any more.
pub fn canonical_bytes(
    index: &Index,
    message: Message<'_>,
    start: u64,
    length: usize,
) -> Result<Vec<u8>, Error> {
    read_again(index, message, |mail| {
        let mut window = Window::new(start, length);
        mail.read(|chunk| {
            let more = window.update(chunk);
            if more { ControlFlow::Continue(()) } else { ControlFlow::Break(()) }
        })?;
        Ok(window.finish())
    })
}

/// Reads one message, by the name that it has by now.
fn read_again<T: Send>(
    index: &Index,
    message: Message<'_>,
    read: impl Fn(&mut MailFile<'_>) -> io::Result<T> + Sync,
) -> Result<T, Error> {
    let gone = || Err(Error::told(&index.path_of(message), "cannot be read again"));
    read_all(index, &[message], read).pop().unwrap_or_else(gone)
}

/// Reads messages, on all cores; those that were renamed since under the names they have by now.
fn read_all<T: Send>(
    index: &Index,
    messages: &[Message<'_>],
    read: impl Fn(&mut MailFile<'_>) -> io::Result<T> + Sync,
) -> Vec<Result<T, Error>> {
    let first = messages.par_iter().map_init(Buffer::default, |buffer, message| {
        read_one(&index.path_of(*message), buffer, &read)
    });
    let mut results: Vec<Result<T, Error>> = first.collect();
    let is_gone = |result: &Result<T, Error>| matches!(result, Err(error) if error.is_not_found());
    let gone = messages.iter().zip(&mut results).filter(|(_, result)| is_gone(result));
    let (gone, places): (Vec<Message<'_>>, Vec<&mut Result<T, Error>>) = gone.unzip();
    let traces: Vec<(&Path, u64)> =
        gone.iter().map(|message| (message.path(), message.inode())).collect();
    for (path, place) in relocate(&index.root, &traces).into_iter().zip(places) {
        if let Some(path) = path {
            *place = read_one(&index.root.join(path), &mut Buffer::default(), &read);
        }
    }
    results
}

fn read_one<T>(
    path: &Path,
    buffer: &mut Buffer,
    read: &impl Fn(&mut MailFile<'_>) -> io::Result<T>,
) -> Result<T, Error> {
    let read = MailFile::open(path, buffer).and_then(|mut mail| read(&mut mail));
    read.map_err(|error| Error::io(path, error))
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    #[test]
    fn line_ends_are_counted_across_chunks() {
        assert_eq!(bare_line_ends(0, b"a\nb\r\nc\n\n"), 3);
        assert_eq!(bare_line_ends(b'\r', b"\n\n"), 1);
        assert_eq!(bare_line_ends(0, b"\n"), 1);
    }

    #[test]
    fn messages_of_an_mbox() {
        let count = |text: &str, size: usize| {
            let mut lines = MboxLines::default();
            for chunk in text.as_bytes().chunks(size) {
                chunk.split_inclusive(|&byte| byte == b'\n').for_each(|part| lines.take(part));
            }
            lines.end_line();
            lines.found
        };
        for size in [1, 3, 999] {
            assert_eq!(count("From a@b Fri Jun 17 2021\nA: 1\n\nbody\n", size), 1);
            let two = "From x\nA: 1\n\nbody\n\nFrom a@b Fri Jun 17 12:00:00 2021\nA: 2\n\n";
            assert_eq!(count(two, size), 2);
            assert_eq!(count("From x\nA: 1\n\nFrom here on\n\nFrom 2021 on\n", size), 1);
            assert_eq!(count("From x\nA: 1\n\ny\nFrom a@b 2021\n", size), 1);
        }
    }

    #[test]
    fn a_header_is_as_long_as_a_server_sends_it() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("mail");
        let long = format!("A: {}\n", "x".repeat(99)).repeat(999);
        for (mail, size) in [
            ("A: 1\n\nbody\n", 8),
            ("A: 1\r\n\r\nbody\r\n", 8),
            ("A: 1\n\r\nbody\n", 8),
            ("A: 1\nB: 2\n", 12),
            ("A: 1\r\nB: 2", 10),
            ("A: 1\rB: 2\r", 10),
            ("X-TUID: t\n\nA: 1\n\nbody\n", 21),
            ("", 0),
            (&format!("{long}\nbody\n"), long.len() as u64 + 999 + 2),
        ] {
            fs::write(&path, mail).unwrap();
            let header = read_one(&path, &mut Buffer::default(), &read_header).unwrap();
            assert_eq!(header.wire_size, size, "{:?}", mail.get(..20));
        }
    }
}
