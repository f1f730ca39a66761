//! Reading messages again, for those that must be hashed or shown.
//!
//! The only module that reads mail after it was identified. A message is opened by the name it had;
//! one that was renamed since is looked up by base name and inode; one that is gone is an error.
//!
//! Of a saved index there is no mail to read. What a comparison wants is in its lines; whatever
//! else is asked for is an error. Of a table there is not even that: its headers say nothing, and
//! its contents stay unknown.

use std::borrow::Cow;
use std::io;
use std::ops::ControlFlow;
use std::path::Path;
use std::sync::atomic::{AtomicU64, Ordering};

use rayon::prelude::*;

use crate::error::{Error, Nature};
use crate::identify::{self, Details, Extent, Header};
use crate::index::saved::Lines;
use crate::index::{Index, Message, Origin};
use crate::mail_file::{Buffer, MailFile};
use crate::maildir::renamed::{Trace, chase};
use crate::mbox::from_line::{self, is_from_line};
use crate::mbox::{Mboxes, Opened, Reader, Reading};
use crate::message::anatomy::{Anatomy, Dissection, Window};
use crate::message::beginnings::Beginnings;
use crate::message::canonical::Content;
use crate::message::compression::Storage;
use crate::message::envelope::Envelope;
use crate::message::wire::Wire;

/// Computes the canonical content of messages that do not have it yet, on all cores; what cannot
/// be read comes back, and its content stays unknown. So does all that a table names, and that is
/// no error.
pub fn contents(index: &Index, wanted: &[Message<'_>]) -> Vec<Error> {
    let unknown: Vec<Message<'_>> =
        wanted.iter().copied().filter(|message| message.content().is_none()).collect();
    let found = match &index.origin {
        Origin::Tree => read_all(index, &unknown, |mail| Ok((identify::content(mail)?, None))),
        Origin::Mboxes(mboxes) => read_letters(mboxes, &unknown, both_contents),
        Origin::Saved(lines) if !lines.has_contents() => return no_contents(lines, &unknown),
        Origin::Saved(lines) => look_up_whole(lines, &unknown, |details| {
            details.whole.map(|(content, _)| (content, details.as_written))
        }),
        Origin::Table => return Vec::new(),
    };
    let mut errors = Vec::new();
    for (message, content) in unknown.iter().zip(found) {
        match content {
            Ok((content, as_written)) => {
                message.set_content(content);
                if let Some(content) = as_written {
                    message.set_content_as_written(content);
                }
            }
            Err(error) => errors.push(error),
        }
    }
    errors
}

/// The content of a letter, and as it is written if that may be meant.
fn both_contents(opened: &mut Opened<'_, '_>) -> Result<(Content, Option<Content>), Error> {
    let content = opened.read(Reading::Undone, identify::content)?;
    let as_written =
        opened.is_doubtful().then(|| opened.read(Reading::AsWritten, identify::content));
    Ok((content, as_written.transpose()?))
}

fn no_contents(lines: &Lines, unknown: &[Message<'_>]) -> Vec<Error> {
    if unknown.is_empty() {
        return Vec::new();
    }
    let told = format!(
        "has no contents, and here {} of them must be known: index the tree again, without \
         --headers-only",
        unknown.len()
    );
    vec![lines.error(told)]
}

/// The contents of messages to the byte, but for line ends and volatile fields; in their order.
pub fn exact_contents(index: &Index, wanted: &[Message<'_>]) -> Vec<Result<Content, Error>> {
    read_all(index, wanted, identify::exact_content)
}

/// What is known of messages beyond their records, in their order: their headers and, if `whole`,
/// their contents; `Err` for one that cannot be read any more.
pub fn details<'i>(
    index: &Index,
    wanted: &[Message<'i>],
    whole: bool,
) -> Vec<Result<Cow<'i, Details>, Error>> {
    let extent = if whole { Extent::Whole } else { Extent::Header };
    let is_known = |message: &&Message<'i>| message.details().is_some();
    let unknown: Vec<Message<'i>> =
        wanted.iter().filter(|message| !is_known(message)).copied().collect();
    let mut found = match &index.origin {
        Origin::Saved(lines) => look_up(lines, &unknown, Ok),
        Origin::Tree | Origin::Table => {
            read_all(index, &unknown, |mail| identify::details(mail, extent))
        }
        Origin::Mboxes(mboxes) => read_letters(mboxes, &unknown, |opened| opened.details(extent)),
    }
    .into_iter();
    let of = |&message: &Message<'i>| match message.details() {
        Some(details) => Ok(Cow::Borrowed(details)),
        None => found.next().unwrap_or_else(|| gone(index, message)).map(Cow::Owned),
    };
    wanted.iter().map(of).collect()
}

/// Whether one message, of the first index, is the beginning of another, of the second; both with
/// known contents, of which the first is not nothing and the shorter. Exactly so where the longer
/// one can be read; else as far as notes tell.
pub fn begins(short: (&Index, Message<'_>), long: (&Index, Message<'_>)) -> bool {
    let (index, message) = long;
    let Some(content) = short.1.content() else { return false };
    if index.holds_mail() {
        let cut = read_again(index, message, |mail| identify::content_up_to(mail, content.length));
        return cut.is_ok_and(|cut| cut == content);
    }
    let notes = |(index, message)| beginnings(index, &[message]).pop()?.ok();
    notes(long).zip(notes(short)).is_some_and(|(long, short)| long.begin_with(&short))
}

/// What the contents of messages begin with, in their order; `Err` for one that cannot be read any
/// more.
pub fn beginnings(index: &Index, wanted: &[Message<'_>]) -> Vec<Result<Beginnings, Error>> {
    match &index.origin {
        Origin::Saved(lines) => look_up_whole(lines, wanted, |details| Some(details.whole?.1)),
        Origin::Tree | Origin::Mboxes(_) | Origin::Table => {
            read_all(index, wanted, |mail| Ok(identify::noted_content(mail)?.1))
        }
    }
}

/// The headers of messages, in their order; `Err` for one that cannot be read any more. Of what a
/// table names nothing is known.
pub fn headers(index: &Index, wanted: &[Message<'_>]) -> Vec<Result<Header, Error>> {
    match &index.origin {
        Origin::Saved(lines) => look_up(lines, wanted, |details| Ok(details.header)),
        Origin::Tree | Origin::Mboxes(_) => read_all(index, wanted, identify::header),
        Origin::Table => wanted.iter().map(|_| Ok(Header::default())).collect(),
    }
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
        Ok(Lengths { length: wire.length(), wire: Some(wire.size()) })
    })
}

/// How many `From ` lines messages have that an mbox would begin a message with, in their order:
/// the first line, and each behind an empty one that has the shape for it.
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
    fn take(&mut self, part: &[u8]) {
        let room = from_line::LONGEST.saturating_sub(self.line.len());
        self.line.extend(part.iter().take(room));
        if part.ends_with(b"\n") {
            self.end_line();
        }
    }

    fn end_line(&mut self) {
        let line = self.line.trim_ascii_end();
        let is_first = self.found == 0 && line.starts_with(from_line::OPENING);
        let begins = is_first || self.after_empty && is_from_line(line);
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
        let Header { envelope, .. } = identify::header(mail)?;
        let mut wire = Wire::default();
        mail.read(|chunk| {
            wire.take(chunk);
            ControlFlow::Continue(())
        })?;
        let (length, storage, modified) = (wire.length(), mail.storage(), mail.modified());
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

/// Looks messages up in the lines of a saved index, on all cores.
fn look_up<T: Send>(
    lines: &Lines,
    wanted: &[Message<'_>],
    of: impl Fn(Details) -> Result<T, Error> + Sync,
) -> Vec<Result<T, Error>> {
    wanted.par_iter().map(|message| lines.details(*message).and_then(&of)).collect()
}

/// The same, of messages that the index has the content of.
fn look_up_whole<T: Send>(
    lines: &Lines,
    wanted: &[Message<'_>],
    of: impl Fn(Details) -> Option<T> + Sync,
) -> Vec<Result<T, Error>> {
    let missing = || lines.error("lacks the content of a message: index the tree again");
    look_up(lines, wanted, |details| of(details).ok_or_else(missing))
}

/// Reads one message, by the name that it has by now.
fn read_again<T: Send>(
    index: &Index,
    message: Message<'_>,
    read: impl Fn(&mut MailFile<'_>) -> io::Result<T> + Sync,
) -> Result<T, Error> {
    read_all(index, &[message], read).pop().unwrap_or_else(|| gone(index, message))
}

fn gone<T>(index: &Index, message: Message<'_>) -> Result<T, Error> {
    Err(Error::told(&index.path_of(message), "cannot be read again"))
}

/// Reads messages, on all cores, wherever they lie.
fn read_all<T: Send>(
    index: &Index,
    messages: &[Message<'_>],
    read: impl Fn(&mut MailFile<'_>) -> io::Result<T> + Sync,
) -> Vec<Result<T, Error>> {
    match &index.origin {
        Origin::Tree => read_files(index, messages, read),
        Origin::Mboxes(mboxes) => {
            read_letters(mboxes, messages, |opened| opened.read(Reading::Undone, &read))
        }
        Origin::Saved(lines) => {
            let none = |_: &Message<'_>| Err(lines.error("is a saved index, which holds no mail"));
            messages.iter().map(none).collect()
        }
        Origin::Table => {
            let told = "is a table, which holds no mail";
            messages.iter().map(|_| Err(Error::told(&index.root, told))).collect()
        }
    }
}

/// Those of mboxes. Neighbours are read one after the other, so that their mbox is opened once.
fn read_letters<T: Send>(
    mboxes: &Mboxes,
    messages: &[Message<'_>],
    read: impl Fn(&mut Opened<'_, '_>) -> Result<T, Error> + Sync,
) -> Vec<Result<T, Error>> {
    let mut places: Vec<usize> = (0..messages.len()).collect();
    let handle = |place: &usize| messages.get(*place).map(|message| message.handle());
    places.sort_unstable_by_key(handle);
    let start = || (Buffer::default(), Reader::new(mboxes));
    let read = |(buffer, reader): &mut (Buffer, Reader<'_>), place: &usize| {
        read(&mut reader.open(handle(place).unwrap_or_default(), buffer)?)
    };
    let found: Vec<Result<T, Error>> = places.par_iter().map_init(start, read).collect();
    let mut found: Vec<(usize, Result<T, Error>)> = places.into_iter().zip(found).collect();
    found.sort_unstable_by_key(|(place, _)| *place);
    found.into_iter().map(|(_, found)| found).collect()
}

/// Those of a tree; what was renamed since is read under the name that it has by now.
fn read_files<T: Send>(
    index: &Index,
    messages: &[Message<'_>],
    read: impl Fn(&mut MailFile<'_>) -> io::Result<T> + Sync,
) -> Vec<Result<T, Error>> {
    let first = messages.par_iter().map_init(Buffer::default, |buffer, message| {
        read_one(&index.path_of(*message), *message, buffer, &read)
    });
    let mut results: Vec<Result<T, Error>> = first.collect();
    let gone = messages.iter().copied().zip(&mut results).filter(|(_, result)| is_gone(result));
    let trace = |message: Message<'_>| Trace::of(message.path(), message.inode());
    let gone = gone.map(|both| (trace(both.0), both)).collect();
    chase(&index.root, gone, |found| {
        let again = found.into_par_iter().map_init(Buffer::default, |buffer, found| {
            let (path, trace, (message, result)) = found;
            *result = read_one(&index.root.join(path), message, buffer, &read);
            (trace, (message, result))
        });
        again.filter(|(_, (_, result))| is_gone(result)).collect()
    });
    results
}

/// Whether a message was not where it was looked for.
fn is_gone<T>(result: &Result<T, Error>) -> bool {
    matches!(result, Err(error) if error.is_not_found())
}

/// Reads a message that must be what it was when it was identified.
fn read_one<T>(
    path: &Path,
    message: Message<'_>,
    buffer: &mut Buffer,
    read: &impl Fn(&mut MailFile<'_>) -> io::Result<T>,
) -> Result<T, Error> {
    let failed = |error| Error::io(path, error);
    let mut mail = MailFile::open(path, buffer).map_err(failed)?;
    if mail.size() != message.size() {
        let told = "has another size than when the tree was read: run again";
        return Err(Error::told(path, told).of(Nature::Vanished));
    }
    read(&mut mail).map_err(failed)
}

#[cfg(test)]
mod tests {
    use super::*;

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
}
