//! An index, saved: all that a comparison needs of a tree, a line a message. Schema
//! `maildiff.index/1`; the lines are in [`crate::index::line`].

use std::borrow::Cow;
use std::io::{self, Write};
use std::os::unix::ffi::OsStrExt;
use std::path::Path;

use data_encoding::BASE64_NOPAD;
use flate2::Crc;
use rayon::prelude::*;
use serde::Serialize;

use crate::error::Error;
use crate::fetch;
use crate::finding::Finding;
use crate::identify::Details;
use crate::index::line::{
    EndLine, ErrorLine, FindingLine, FolderLine, Head, Line, MessageLine, PathText, Room, SCHEMA,
    told,
};
use crate::index::{Index, Message};
use crate::message::canonical;
use crate::message::id::in_brackets;

use super::json::{TOOL, tamed, timestamp};

/// How many messages are written at a time.
const AT_ONCE: usize = 4096;

/// How an index is saved.
#[derive(Clone, Copy, Debug)]
pub struct Saving {
    /// When the scan began, in seconds since 1970-01-01 UTC.
    pub scanned: i64,
    /// Whether the contents are saved too.
    pub contents: bool,
}

/// Writes an index; what it holds of every message should have been wanted when it was made, else
/// the mail is read again.
///
/// # Errors
/// What the writer says, and mail that cannot be read again.
pub fn write(index: &Index, saving: Saving, out: &mut dyn Write) -> io::Result<()> {
    let messages = in_order(index);
    let mut lines = Lines { out, count: 0, crc: Crc::new() };
    lines.write(&head(index, saving, &messages))?;
    for number in 0..index.folders.len() {
        lines.extend(folder(index, number).map(Line::Folder))?;
    }
    lines.extend(index.findings.iter().map(|found| Line::Finding(finding(found))))?;
    let errors = index.errors.iter();
    lines.extend(errors.map(|(folder, error)| Line::Error(trouble(index, *folder, error))))?;
    for some in messages.chunks(AT_ONCE) {
        lines.write_messages(index, saving, some)?;
    }
    let end = EndLine {
        lines: lines.count,
        messages: messages.len() as u64,
        files: index.files(),
        crc32: format!("{:08x}", lines.crc.sum()),
    };
    lines.write(&Line::End(end))
}

/// All messages and leftovers, by folder and path.
pub(super) fn in_order(index: &Index) -> Vec<Message<'_>> {
    let mut messages: Vec<Message<'_>> = index.all_mail().collect();
    messages.par_sort_unstable_by_key(|message| (message.folder(), path_of(*message)));
    messages
}

/// Where lines go, and what they come to.
struct Lines<'w> {
    out: &'w mut dyn Write,
    count: u64,
    crc: Crc,
}

impl Lines<'_> {
    fn write(&mut self, line: &impl Serialize) -> io::Result<()> {
        self.write_text(&text(line)?)
    }

    fn write_text(&mut self, text: &[u8]) -> io::Result<()> {
        self.crc.update(text);
        self.count += 1;
        self.out.write_all(text)
    }

    fn extend<'l>(&mut self, mut lines: impl Iterator<Item = Line<'l>>) -> io::Result<()> {
        lines.try_for_each(|line| self.write(&line))
    }

    fn write_messages(
        &mut self,
        index: &Index,
        saving: Saving,
        messages: &[Message<'_>],
    ) -> io::Result<()> {
        let details = fetch::details(index, messages, saving.contents);
        let lines = messages.par_iter().zip(details).map(|(&message, details)| {
            let details = details.map_err(|error| io::Error::other(error.to_string()))?;
            text(&Line::Message(message_line(index, message, &details, saving)))
        });
        let lines: Vec<io::Result<Vec<u8>>> = lines.collect();
        lines.into_iter().try_for_each(|line| self.write_text(&line?))
    }
}

fn text(line: &impl Serialize) -> io::Result<Vec<u8>> {
    let mut text = serde_json::to_vec(line).map_err(io::Error::from)?;
    if !text.is_ascii() || text.contains(&0x7f) {
        text = tamed(&text)?;
    }
    text.push(b'\n');
    Ok(text)
}

fn head<'i>(index: &'i Index, saving: Saving, messages: &[Message<'_>]) -> Head<'i> {
    let (source, source_bytes) = told(index.root.as_os_str().as_bytes());
    let sum = |length: fn(&Message<'_>) -> usize| messages.iter().map(length).sum::<usize>() as u64;
    Head {
        schema: SCHEMA.into(),
        tool: TOOL.into(),
        needs: Vec::new(),
        scanned: timestamp(saving.scanned).unwrap_or_default().into(),
        source,
        source_bytes,
        layout: index.layout.to_string().into(),
        note: index.note.clone(),
        followed: index.followed.iter().map(|link| PathText::of(link)).collect(),
        case_sensitive: index.is_case_sensitive(),
        canonical: canonical::RULE.into(),
        contents: saving.contents,
        room: Room {
            messages: messages.len() as u64,
            paths: sum(|message| message.path().as_os_str().len()),
            ids: sum(|message| message.id().map_or(0, <[u8]>::len)),
        },
    }
}

fn folder(index: &Index, number: usize) -> impl Iterator<Item = FolderLine> {
    let known = index.folders.get(number).zip(index.tallies.get(number));
    known.into_iter().map(|(folder, tally)| FolderLine {
        name: folder.name.to_string(),
        directories: folder.directories.iter().map(|path| PathText::of(path)).collect(),
        unlisted: folder.unlisted.iter().map(|path| PathText::of(path)).collect(),
        control: tally.control,
        foreign: tally.foreign,
        unreadable: tally.unreadable,
        vanished: tally.vanished,
    })
}

fn number(folder: usize) -> u32 {
    u32::try_from(folder).unwrap_or(u32::MAX)
}

fn finding(found: &Finding) -> FindingLine {
    FindingLine {
        folder: number(found.folder),
        id: found.kind.about().id.to_owned(),
        state: found.state.to_owned(),
        severity: found.severity.word().to_owned(),
        place: PathText::of(&found.path),
        detail: found.detail.clone(),
    }
}

fn trouble(index: &Index, folder: usize, error: &Error) -> ErrorLine {
    let path = index.below(error.path());
    ErrorLine {
        folder: number(folder),
        nature: error.nature().word().to_owned(),
        place: PathText::of(path),
        error: error.cause(),
    }
}

fn message_line<'m>(
    index: &Index,
    message: Message<'m>,
    details: &'m Details,
    saving: Saving,
) -> MessageLine<'m> {
    let header = &details.header;
    let whole = details.whole.as_ref().filter(|_| saving.contents);
    let as_written = details.as_written.filter(|_| saving.contents);
    let (path, path_bytes) = told(path_of(message));
    let mut line = MessageLine {
        folder: number(message.folder()),
        place: message.place().word().into(),
        path,
        path_bytes,
        size: message.size(),
        flags: message.flags().to_string().into(),
        header_size: Some(header.wire_size),
        from: header.envelope.from.as_str().into(),
        subject: header.envelope.subject.as_str().into(),
        traits: message.shape().words().into_iter().map(Cow::Borrowed).collect(),
        x_tuids: message.shape().x_tuids,
        modified: message.modified(),
        compressed: message.is_compressed(),
        length: message.length().filter(|_| message.is_compressed()),
        linked: message.has_names(),
        ..MessageLine::default()
    };
    if message.has_names() || message.is_link() {
        line.inode = Some(message.inode());
        line.target_inode = Some(message.read_inode()).filter(|_| message.is_link());
    }
    match header.envelope.date.and_then(timestamp) {
        Some(date) => line.date = date.into(),
        None => line.date_seconds = header.envelope.date,
    }
    let content = whole.map(|(content, _)| *content).or_else(|| message.content());
    if let Some(content) = content {
        line.content = content.to_string().into();
        line.content_length = Some(content.length);
    }
    if let Some(content) = as_written {
        line.content_as_written = content.to_string().into();
        line.content_as_written_length = Some(content.length);
    }
    if let Some((_, beginnings)) = whole {
        line.beginnings = BASE64_NOPAD.encode(beginnings.notes()).into();
    }
    put_key(index, message, &mut line);
    line
}

fn path_of(message: Message<'_>) -> &[u8] {
    let path: &Path = message.path();
    path.as_os_str().as_bytes()
}

/// Its key, and its id as far as the key does not tell it.
fn put_key<'m>(index: &Index, message: Message<'m>, line: &mut MessageLine<'m>) {
    let Some(id) = message.id() else {
        line.key = message.key().to_string().into();
        return;
    };
    let mut key = Cow::Borrowed(id);
    if !index.is_case_sensitive() && id.iter().any(u8::is_ascii_uppercase) {
        key = Cow::Owned(id.to_ascii_lowercase());
    }
    if key.starts_with(b"sha1:") || *key != *id {
        (line.id, line.id_bytes) = told(id);
    }
    (line.key, line.key_bytes) = owned(key);
    if let Some(written) = message.written().filter(|written| **written != in_brackets(id)) {
        (line.message_id, line.message_id_bytes) = owned(written);
    }
}

/// Bytes, told.
fn owned(bytes: Cow<'_, [u8]>) -> (Cow<'_, str>, Cow<'_, str>) {
    match bytes {
        Cow::Borrowed(bytes) => told(bytes),
        Cow::Owned(bytes) => {
            let (text, digits) = told(&bytes);
            (text.into_owned().into(), digits.into_owned().into())
        }
    }
}
