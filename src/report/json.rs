//! Everything, for programs: schema `maildiff.report/1`, to which fields are only ever added.

use std::collections::BTreeSet;
use std::io::{self, Write};
use std::os::unix::ffi::OsStrExt;
use std::path::Path;

use jiff::Timestamp;
use serde::Serialize;

use crate::allow::{Allowance, Remark, Subject, Usage};
use crate::diff::{Counts, FolderCounts, Ledger, Mark, Reason, Renamed, Row};
use crate::error::Error;
use crate::finding::Finding;
use crate::index::{Index, Message, Messages};
use crate::maildir::file::Place;
use crate::maildir::folder_name::FolderName;
use crate::message::id::Key;
use crate::side::{Side, Sides};

use super::Report;
use super::cure::cure;
use super::escape::{letters, path_text};

/// The schema's name and version.
pub(super) const SCHEMA: &str = "maildiff.report/1";

pub(super) fn write(report: &Report<'_>, out: &mut dyn Write) -> io::Result<()> {
    write_document(&Document::of(report), out)
}

/// Writes a document for programs, harmless for a terminal too.
pub(super) fn write_document(document: &impl Serialize, out: &mut dyn Write) -> io::Result<()> {
    serde_json::to_writer_pretty(Tame(out), document).map_err(io::Error::from)?;
    out.write_all(b"\n")
}

/// The tool's name and version.
pub(super) const TOOL: &str = concat!("maildiff ", env!("CARGO_PKG_VERSION"));

/// Writes characters that may not be shown as `\u`, which JSON reads as the same. They occur within
/// strings only, and `serde_json` hands over whole characters, and what controls of C0 have become.
struct Tame<'w>(&'w mut dyn Write);

impl Write for Tame<'_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let is_plain = bytes.iter().all(|&byte| byte < 0x7f);
        match std::str::from_utf8(bytes).ok().filter(|_| !is_plain) {
            Some(text) => self.0.write_all(tame(text).as_bytes())?,
            None => self.0.write_all(bytes)?,
        }
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        self.0.flush()
    }
}

/// JSON with such characters written so.
pub(super) fn tamed(json: &[u8]) -> io::Result<Vec<u8>> {
    let mut tamed = Vec::with_capacity(json.len());
    Tame(&mut tamed).write_all(json)?;
    Ok(tamed)
}

fn tame(text: &str) -> String {
    let mut tame = String::with_capacity(text.len());
    for (letter, shown) in letters(text) {
        if shown {
            tame.push(letter);
        } else {
            let mut units = [0; 2];
            let units = letter.encode_utf16(&mut units).iter();
            tame.extend(units.map(|unit| format!("\\u{unit:04x}")));
        }
    }
    tame
}

#[derive(Serialize)]
struct Document<'a> {
    schema: &'static str,
    tool: &'static str,
    left: Tree,
    right: Tree,
    verdict: Verdict,
    counts: Counts,
    ledger: Both<Ledger>,
    allow_files: Vec<AllowFile<'a>>,
    folders: Vec<Folder<'a>>,
    renamed: Vec<RenamedFolder<'a>>,
    messages: Vec<Entry<'a>>,
    findings: Vec<Found<'a>>,
    errors: Vec<Trouble>,
    notes: &'a [String],
}

impl<'a> Document<'a> {
    fn of(report: &'a Report<'a>) -> Document<'a> {
        let tree = |side: Side| Tree::of(report, side);
        Document {
            schema: SCHEMA,
            tool: TOOL,
            left: tree(Side::Left),
            right: tree(Side::Right),
            verdict: Verdict::of(report),
            counts: report.diff.counts,
            ledger: Both { left: report.diff.ledger.left, right: report.diff.ledger.right },
            allow_files: report.accepted.files.iter().map(AllowFile::of).collect(),
            folders: report.diff.folders.iter().map(Folder::of).collect(),
            renamed: report.diff.renamed.iter().map(RenamedFolder::of).collect(),
            messages: report.rows().map(|row| Entry::of(report, row)).collect(),
            findings: found(&report.findings),
            errors: troubles(report),
            notes: &report.notes,
        }
    }
}

#[derive(Serialize)]
struct Both<T> {
    left: T,
    right: T,
}

#[derive(Serialize)]
struct Tree {
    #[serde(flatten)]
    source: SourceEntry,
    layout: String,
    files: u64,
    messages: u64,
    keys: u64,
    /// Links to directories that were followed; `files` does not count them.
    followed_links: u64,
    /// Messages that could only be counted.
    unidentified: u64,
}

impl Tree {
    fn of(report: &Report<'_>, side: Side) -> Tree {
        let index = report.indexes[side];
        let ledger = report.diff.ledger[side];
        Tree {
            source: SourceEntry::of(&index.root),
            layout: index.layout.to_string(),
            files: ledger.files,
            messages: ledger.messages(),
            keys: keys(report, side),
            followed_links: index.followed.len() as u64,
            unidentified: report.diff.unidentified[side],
        }
    }
}

/// How many different keys the messages of a side have; of a leftover that counts as one too.
fn keys(report: &Report<'_>, side: Side) -> u64 {
    let messages = report.indexes[side].messages();
    let files = report.diff.rows.iter().filter_map(|row| row.files[side]);
    let promoted = files.filter(|file| file.place().is_leftover()).map(Message::key);
    let others: BTreeSet<Key> = promoted.filter(|key| messages.with_key(key).is_empty()).collect();
    let tells = |copies: &Messages<'_>| copies.first().is_some_and(|one| !one.is_unidentified());
    (messages.by_key().filter(tells).count() + others.len()) as u64
}

#[derive(Serialize)]
#[allow(clippy::struct_excessive_bools, reason = "each is an answer of its own")]
struct Verdict {
    complete: bool,
    strict: bool,
    content_checked: bool,
    /// Only Message-IDs were compared: a side is a table.
    ids_only: bool,
    failed_on: Vec<&'static str>,
    allowed: Counts,
    exit: u8,
}

impl Verdict {
    fn of(report: &Report<'_>) -> Verdict {
        let verdict = report.verdict;
        Verdict {
            complete: verdict.complete,
            strict: verdict.strict,
            content_checked: verdict.content_checked,
            ids_only: report.diff.ids_only,
            failed_on: verdict.failed_on.iter().map(|test| test.word()).collect(),
            allowed: report.accepted.counts,
            exit: verdict.exit.code(),
        }
    }
}

/// What a file of allowances was good for.
#[derive(Serialize)]
struct AllowFile<'a> {
    file: String,
    allowances: u64,
    accepted: u64,
    unused: Vec<UnusedLine<'a>>,
}

/// A line that nothing needed; of an id in a list no class is known.
#[derive(Serialize)]
struct UnusedLine<'a> {
    line: u64,
    class: Option<&'static str>,
    marks: Vec<&'static str>,
    key: String,
    comment: &'a str,
}

impl<'a> AllowFile<'a> {
    fn of(usage: &Usage<'a>) -> AllowFile<'a> {
        let Usage { path, allowances, accepted, unused } = usage;
        AllowFile {
            file: path_text(path),
            allowances: *allowances,
            accepted: *accepted,
            unused: unused.iter().map(|line| UnusedLine::of(line)).collect(),
        }
    }
}

impl<'a> UnusedLine<'a> {
    fn of(allowance: &'a Allowance) -> UnusedLine<'a> {
        let row = match &allowance.subject {
            Subject::Lone(_) => None,
            Subject::Row(row) => Some(row),
        };
        UnusedLine {
            line: allowance.line,
            class: row.map(|row| row.class.word()),
            marks: row.map(|row| words(&row.marks)).unwrap_or_default(),
            key: allowance.subject.name().to_string(),
            comment: &allowance.comment,
        }
    }
}

fn words(marks: &BTreeSet<Mark>) -> Vec<&'static str> {
    marks.iter().map(|mark| mark.word()).collect()
}

/// A folder's row, here and in the folder table.
#[derive(Serialize)]
pub(super) struct Folder<'a> {
    pub(super) name: &'a str,
    pub(super) left: Option<&'a str>,
    pub(super) right: Option<&'a str>,
    pub(super) left_messages: u64,
    pub(super) right_messages: u64,
    pub(super) left_delivered: u64,
    pub(super) right_delivered: u64,
    pub(super) same: u64,
    pub(super) moved_out: u64,
    pub(super) moved_in: u64,
    pub(super) copies_left: u64,
    pub(super) copies_right: u64,
    pub(super) only_left: u64,
    pub(super) only_right: u64,
    pub(super) content: u64,
    pub(super) excluded: bool,
}

impl<'a> Folder<'a> {
    pub(super) fn of(folder: &'a FolderCounts) -> Folder<'a> {
        let name = |side: Side| folder.names[side].as_ref().map(FolderName::as_str);
        Folder {
            name: &folder.name,
            left: name(Side::Left),
            right: name(Side::Right),
            left_messages: folder.messages.left,
            right_messages: folder.messages.right,
            left_delivered: folder.delivered.left,
            right_delivered: folder.delivered.right,
            same: folder.same,
            moved_out: folder.moved.left,
            moved_in: folder.moved.right,
            copies_left: folder.copies.left,
            copies_right: folder.copies.right,
            only_left: folder.only.left,
            only_right: folder.only.right,
            content: folder.content,
            excluded: folder.excluded,
        }
    }
}

#[derive(Serialize)]
struct RenamedFolder<'a> {
    left: &'a str,
    right: &'a str,
    shared: u64,
    of: u64,
}

impl<'a> RenamedFolder<'a> {
    fn of(renamed: &'a Renamed) -> RenamedFolder<'a> {
        RenamedFolder {
            left: renamed.names.left.as_str(),
            right: renamed.names.right.as_str(),
            shared: renamed.shared,
            of: renamed.of,
        }
    }
}

#[derive(Serialize)]
struct Entry<'a> {
    class: &'static str,
    marks: Vec<&'static str>,
    reason: Option<&'static str>,
    #[serde(flatten)]
    id: IdEntry,
    date: Option<String>,
    from: &'a str,
    subject: &'a str,
    left: Option<FileEntry<'a>>,
    right: Option<FileEntry<'a>>,
    probable: Option<FileEntry<'a>>,
    cure: Option<String>,
    allowed: bool,
    allowance: Option<Allowed<'a>>,
}

/// What accepts a difference, and how far.
#[derive(Serialize)]
struct Allowed<'a> {
    file: String,
    line: u64,
    class: bool,
    marks: Vec<&'static str>,
    comment: &'a str,
}

impl<'a> Allowed<'a> {
    fn of(remark: &Remark<'a>) -> Allowed<'a> {
        let (path, line) = remark.source;
        Allowed {
            file: path_text(path),
            line,
            class: remark.class,
            marks: words(&remark.marks),
            comment: remark.comment,
        }
    }
}

impl<'a> Entry<'a> {
    fn of(report: &Report<'a>, row: &'a Row<'a>) -> Entry<'a> {
        let indexes = report.indexes;
        let remark = report.accepted.of(row).filter(|remark| remark.accepts());
        let file = row.file();
        let side = file.map_or(Side::Left, |(side, _)| side);
        let message = file.map(|(_, message)| message);
        let entry = |side: Side| row.files[side].map(|file| FileEntry::of(indexes[side], file));
        let probable = |twin| FileEntry::of(indexes[side.other()], twin);
        Entry {
            class: row.class.word(),
            marks: words(&row.marks),
            reason: row.reason.map(Reason::words),
            id: message.map(IdEntry::of).unwrap_or_default(),
            date: row.envelope.date.and_then(timestamp),
            from: &row.envelope.from,
            subject: &row.envelope.subject,
            left: entry(Side::Left),
            right: entry(Side::Right),
            probable: row.probable.map(probable),
            cure: cure(indexes, row),
            allowed: remark.is_some_and(|remark| remark.whole),
            allowance: remark.map(Allowed::of),
        }
    }
}

/// A file of a tree, or what a table tells of a message: then what it does not tell is `null`.
#[derive(Serialize)]
pub(super) struct FileEntry<'a> {
    folder: Option<&'a str>,
    place: Option<&'static str>,
    #[serde(flatten)]
    path: PathEntry,
    size: Option<u64>,
    flags: Option<String>,
}

impl<'a> FileEntry<'a> {
    pub(super) fn of(index: &'a Index, file: Message<'_>) -> FileEntry<'a> {
        let folder = index.folders.get(file.folder());
        FileEntry {
            folder: folder.map(|folder| folder.name.as_str()),
            place: file.known_place().map(Place::word),
            path: PathEntry::of(file.path()),
            size: file.known_size(),
            flags: file.known_flags().map(|flags| flags.to_string()),
        }
    }
}

/// Bytes in hexadecimal where text cannot be all of them.
pub(super) fn beyond_text(bytes: &[u8]) -> Option<String> {
    std::str::from_utf8(bytes).is_err().then(|| data_encoding::HEXLOWER.encode(bytes))
}

/// A path as text, and as bytes where the text is not all of it.
#[derive(Serialize)]
pub(super) struct PathEntry {
    pub(super) path: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    path_bytes: Option<String>,
}

impl PathEntry {
    pub(super) fn of(path: &Path) -> PathEntry {
        let path_bytes = beyond_text(path.as_os_str().as_bytes());
        PathEntry { path: path_text(path), path_bytes }
    }
}

/// The root of a tree as it was typed, likewise.
#[derive(Serialize)]
pub(super) struct SourceEntry {
    source: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    source_bytes: Option<String>,
}

impl SourceEntry {
    pub(super) fn of(root: &Path) -> SourceEntry {
        let PathEntry { path, path_bytes } = PathEntry::of(root);
        SourceEntry { source: path, source_bytes: path_bytes }
    }
}

/// A key, likewise: two encodings of one id are two keys, and may be one text.
#[derive(Default, Serialize)]
pub(super) struct KeyEntry {
    key: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    key_bytes: Option<String>,
}

impl KeyEntry {
    pub(super) fn of(key: &Key) -> KeyEntry {
        let key_bytes = match key {
            Key::Id(id) => beyond_text(id),
            Key::Content(_) | Key::Unidentified => None,
        };
        KeyEntry { key: key.to_string(), key_bytes }
    }
}

/// A message's key and its Message-ID as written, likewise.
#[derive(Default, Serialize)]
pub(super) struct IdEntry {
    #[serde(flatten)]
    key: KeyEntry,
    message_id: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    message_id_bytes: Option<String>,
}

impl IdEntry {
    pub(super) fn of(message: Message<'_>) -> IdEntry {
        let written = message.written();
        let written = written.as_deref();
        IdEntry {
            key: KeyEntry::of(&message.key()),
            message_id: written.map(|id| String::from_utf8_lossy(id).into_owned()),
            message_id_bytes: written.and_then(beyond_text),
        }
    }
}

#[derive(Serialize)]
struct Found<'a> {
    id: &'static str,
    severity: &'static str,
    state: Option<&'static str>,
    side: &'static str,
    #[serde(flatten)]
    path: PathEntry,
    detail: &'a str,
}

fn found(findings: &Sides<Vec<Finding>>) -> Vec<Found<'_>> {
    let both = findings.each().flat_map(|(side, findings)| {
        findings.iter().map(move |finding| Found {
            id: finding.kind.about().id,
            severity: finding.severity.word(),
            state: Some(finding.state).filter(|state| !state.is_empty()),
            side: side.word(),
            path: PathEntry::of(&finding.path),
            detail: &finding.detail,
        })
    });
    both.collect()
}

/// What could not be read.
#[derive(Serialize)]
pub(super) struct Trouble {
    side: &'static str,
    #[serde(flatten)]
    unread: Unread,
}

impl Trouble {
    /// An error on a side, its path relative to the root.
    pub(super) fn of(side: Side, error: &Error, root: &Path) -> Trouble {
        Trouble { side: side.word(), unread: Unread::of(error, root) }
    }
}

/// What could not be read, and why.
#[derive(Serialize)]
pub(super) struct Unread {
    #[serde(flatten)]
    path: PathEntry,
    error: String,
}

impl Unread {
    /// An error in the tree of this root, its path relative to that.
    pub(super) fn of(error: &Error, root: &Path) -> Unread {
        let path = error.path().strip_prefix(root).unwrap_or(error.path());
        Unread { path: PathEntry::of(path), error: error.cause() }
    }
}

fn troubles(report: &Report<'_>) -> Vec<Trouble> {
    let trouble = |side: Side, error: &Error| Trouble::of(side, error, &report.indexes[side].root);
    let both = report.errors.each();
    both.flat_map(|(side, errors)| errors.iter().map(move |error| trouble(side, error))).collect()
}

/// Seconds since 1970-01-01 UTC as `2024-01-01T00:00:00Z`; `None` for a time that has no such form.
pub(super) fn timestamp(seconds: i64) -> Option<String> {
    Timestamp::from_second(seconds).ok().map(|time| time.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_terminal_would_obey_is_escaped() {
        let text = "a\u{9b}31m\x7f\u{202e}é\u{e0001}\n\u{301}";
        let mut out = Vec::new();
        serde_json::to_writer(Tame(&mut out), text).unwrap();
        let json = String::from_utf8(out).unwrap();
        assert_eq!(json, r#""a\u009b31m\u007f\u202eé\udb40\udc01\n\u0301""#);
        assert_eq!(serde_json::from_str::<String>(&json).unwrap(), text);
    }

    #[test]
    fn times_are_utc() {
        assert_eq!(timestamp(1_704_067_200).as_deref(), Some("2024-01-01T00:00:00Z"));
        assert_eq!(timestamp(i64::MAX), None);
    }
}
