//! From a line to what it was when it was written. What makes no sense is told in words that
//! complete "line 5 is damaged: …".

use std::borrow::Cow;
use std::os::unix::ffi::OsStrExt;

use data_encoding::{BASE64_NOPAD, HEXLOWER};
use jiff::Timestamp;

use crate::arena::Span;
use crate::error::{Error, Nature};
use crate::finding::{Finding, Kind, STATES_OF_DIRECTORIES, Severity};
use crate::identify::{Details, Header, Identity, Shape};
use crate::index::line::{ErrorLine, FindingLine, FolderLine, MessageLine, PathText, meant};
use crate::index::record::Facts;
use crate::index::{Index, Message, Tally};
use crate::maildir::file::{File, Otherwise, Place};
use crate::maildir::file_name::Flags;
use crate::maildir::folder_name::FolderName;
use crate::maildir::scan::Folder;
use crate::message::beginnings::Beginnings;
use crate::message::canonical::Content;
use crate::message::envelope::Envelope;
use crate::message::id::MessageId;
use crate::path as paths;

/// What is wrong with a line.
pub(super) type Damage = Cow<'static, str>;

/// The bytes of a path.
pub(super) fn path(text: &PathText) -> Result<std::path::PathBuf, Damage> {
    path_bytes(&text.path, &text.path_bytes).map(|bytes| paths::of(&bytes).to_owned())
}

fn path_bytes<'a>(text: &'a str, digits: &str) -> Result<Cow<'a, [u8]>, Damage> {
    let bytes = meant(text, digits).filter(|bytes| !bytes.contains(&0));
    bytes.ok_or(Cow::Borrowed("a path makes no sense"))
}

/// No folder has as many files of a kind; so many can still be added up, in however many folders.
const MOST_FILES: u64 = 1 << 32;

/// Adds a folder, which comes behind those before it.
pub(super) fn add_folder(index: &mut Index, line: &FolderLine) -> Result<(), Damage> {
    let counts = [line.control, line.foreign, line.unreadable, line.vanished];
    if counts.into_iter().any(|count| count > MOST_FILES) {
        return Err("a count makes no sense".into());
    }
    let name = FolderName::kept(&line.name);
    if index.folders.last().is_some_and(|last| last.name >= name) {
        return Err("the folders are out of order".into());
    }
    let all = |texts: &[PathText]| texts.iter().map(path).collect::<Result<Vec<_>, Damage>>();
    index.folders.push(Folder {
        name,
        directories: all(&line.directories)?,
        unlisted: all(&line.unlisted)?.into_iter().collect(),
        control: line.control,
        foreign: line.foreign,
    });
    index.tallies.push(Tally {
        control: line.control,
        foreign: line.foreign,
        unreadable: line.unreadable,
        vanished: line.vanished,
        excluded: 0,
    });
    Ok(())
}

/// A finding; `None` for one of a kind that a later version knows.
pub(super) fn finding(line: &FindingLine) -> Result<Option<Finding>, Damage> {
    let kind = Kind::ALL.iter().find(|kind| kind.about().id == line.id);
    let severity = Severity::ALL.into_iter().find(|severity| severity.word() == line.severity);
    let (Some(&kind), Some(severity)) = (kind, severity) else { return Ok(None) };
    let state = STATES_OF_DIRECTORIES.into_iter().find(|state| *state == line.state);
    let (folder, path) = (line.folder as usize, path(&line.place)?);
    let found = Finding::new(kind, folder, path, line.detail.clone());
    Ok(Some(found.in_state(state.unwrap_or_default()).at(severity)))
}

/// What could not be read in the tree of this index.
pub(super) fn error(line: &ErrorLine, index: &Index) -> Result<Error, Damage> {
    let nature = Nature::ALL.into_iter().find(|nature| nature.word() == line.nature);
    let path = index.on_disk(&path(&line.place)?);
    Ok(Error::told(&path, line.error.clone()).of(nature.unwrap_or(Nature::Unreadable)))
}

/// A message, as an open file would have told it.
pub(super) struct Told<'a> {
    /// Its file, of which the path is still to be kept.
    pub(super) file: File,
    pub(super) path: Cow<'a, [u8]>,
    pub(super) facts: Facts,
    pub(super) identity: Identity,
    pub(super) flags: Flags,
    /// Its own inode number and that of what was read, where they matter.
    pub(super) inodes: Option<(u64, u64)>,
}

/// The message of a line that begins at the byte `at`.
pub(super) fn message<'a>(line: &'a MessageLine<'_>, at: u64) -> Result<Told<'a>, Damage> {
    let place = Place::ALL.into_iter().find(|place| place.word() == line.place);
    let place = place.ok_or("its place is unknown")?;
    let path = path_bytes(&line.path, &line.path_bytes)?;
    if path.is_empty() {
        return Err("it has no path".into());
    }
    let file = File::new(line.folder as usize, place, Span::default(), at, Otherwise::Mail);
    let facts = Facts {
        size: line.size,
        modified: line.modified.unwrap_or_default(),
        inode: at,
        names: 1 + u64::from(line.linked),
        compressed: line.compressed,
    };
    let length = if line.compressed { line.length } else { Some(line.size) };
    let (id, content) = identity(line)?;
    let (shape, date) = (shape(line), date(line));
    let identity = Identity { id, content, shape, length, date, details: None };
    let inodes = line.inode.map(|own| (own, line.target_inode.unwrap_or(own)));
    let flags = line.flags.bytes().collect();
    Ok(Told { file, path, facts, identity, flags, inodes })
}

/// Its id or, where it has none, its content.
fn identity(line: &MessageLine<'_>) -> Result<(Option<MessageId>, Option<Content>), Damage> {
    let bytes = |text, digits| meant(text, digits).ok_or(Cow::Borrowed("an id makes no sense"));
    let (key, own) = (bytes(&line.key, &line.key_bytes)?, bytes(&line.id, &line.id_bytes)?);
    let is_content = own.is_empty() && line.key.starts_with("sha1:");
    if is_content {
        let content = content_of(&line.key, line.content_length)?;
        return Ok((None, Some(content)));
    }
    let id = if own.is_empty() { key } else { own };
    if id.is_empty() {
        return Err("it has no key".into());
    }
    let written = bytes(&line.message_id, &line.message_id_bytes)?;
    let written = Some(written).filter(|written| !written.is_empty()).map(Into::into);
    Ok((Some(MessageId { id: id.into(), written }), None))
}

fn content_of(text: &str, length: Option<u64>) -> Result<Content, Damage> {
    let digits = text.strip_prefix("sha1:").map(str::as_bytes);
    let sha1 = digits.and_then(|digits| HEXLOWER.decode(digits).ok()?.try_into().ok());
    let content = sha1.zip(length).map(|(sha1, length)| Content { sha1, length });
    content.ok_or(Cow::Borrowed("a content makes no sense"))
}

/// Words that are unknown say what a later version knows.
fn shape(line: &MessageLine<'_>) -> Shape {
    let mut shape = Shape { x_tuids: line.x_tuids, ..Shape::default() };
    for word in &line.traits {
        shape.add(word);
    }
    shape
}

fn date(line: &MessageLine<'_>) -> Option<i64> {
    line.date.parse().ok().map(Timestamp::as_second).or(line.date_seconds)
}

/// Whether a line is that of a message that was read from it.
pub(super) fn is_of(line: &MessageLine<'_>, message: Message<'_>) -> bool {
    let path = path_bytes(&line.path, &line.path_bytes);
    path.is_ok_and(|path| *path == *message.path().as_os_str().as_bytes())
}

/// What a comparison may want of the message beyond its record.
pub(super) fn details(line: &MessageLine<'_>) -> Result<Details, Damage> {
    let envelope = Envelope {
        date: date(line),
        from: line.from.clone().into_owned(),
        subject: line.subject.clone().into_owned(),
    };
    let header = Header { envelope, wire_size: line.header_size.unwrap_or_default() };
    if line.content.is_empty() {
        return Ok(Details { header, ..Details::default() });
    }
    let content = content_of(&line.content, line.content_length)?;
    let notes = BASE64_NOPAD.decode(line.beginnings.as_bytes());
    let notes = notes.map_err(|_| "its beginnings make no sense")?;
    let whole = Some((content, Beginnings::of(notes)));
    let as_written = match &*line.content_as_written {
        "" => None,
        text => Some(content_of(text, line.content_as_written_length)?),
    };
    Ok(Details { header, whole, as_written })
}
