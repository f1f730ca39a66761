//! What is known of one message, for programs: schema `maildiff.explain/1`, to which fields are
//! only ever added.

use std::io::{self, Write};

use serde::Serialize;

use crate::diff::{Reason, Row};
use crate::explain::{Body, Change, CutShort, Difference, Exhibit, Explanation, Hunk, Place};
use crate::index::Index;
use crate::leftover::State;
use crate::side::Side;

use super::super::json::{
    FileEntry, IdEntry, KeyEntry, PathEntry, SourceEntry, TOOL, Trouble, timestamp, write_document,
};
use super::Account;
use super::sentence::{cure_of, place};

/// The schema's name and version.
const SCHEMA: &str = "maildiff.explain/1";

pub(super) fn write(account: &Account<'_>, out: &mut dyn Write) -> io::Result<()> {
    write_document(&Document::of(account), out)
}

#[derive(Serialize)]
struct Document<'a> {
    schema: &'static str,
    tool: &'static str,
    left: Option<Tree>,
    right: Option<Tree>,
    #[serde(flatten)]
    key: KeyEntry,
    exit: u8,
    files: Vec<File<'a>>,
    comparison: Vec<Relation>,
    differences: Vec<Differing<'a>>,
    more_differences: usize,
    errors: Vec<Trouble>,
    notes: &'a [String],
}

impl<'a> Document<'a> {
    fn of(account: &'a Account<'a>) -> Document<'a> {
        let explanation = account.explanation;
        let tree = |side: Side| explanation.trees.index(side).map(Tree::of);
        let files = explanation.exhibits.iter().filter_map(|file| File::of(explanation, file));
        let relation = |row| Relation::of(explanation, row);
        Document {
            schema: SCHEMA,
            tool: TOOL,
            left: tree(Side::Left),
            right: tree(Side::Right),
            key: KeyEntry::of(&explanation.key),
            exit: account.exit.code(),
            files: files.collect(),
            comparison: explanation.rows.iter().map(relation).collect(),
            differences: explanation.differences.iter().map(Differing::of).collect(),
            more_differences: explanation.more_differences,
            errors: troubles(account),
            notes: &account.notes,
        }
    }
}

#[derive(Serialize)]
struct Tree {
    #[serde(flatten)]
    source: SourceEntry,
    layout: String,
}

impl Tree {
    fn of(index: &Index) -> Tree {
        Tree { source: SourceEntry::of(&index.root), layout: index.layout.to_string() }
    }
}

#[derive(Serialize)]
struct File<'a> {
    side: &'static str,
    kinship: &'static str,
    #[serde(flatten)]
    whereabouts: FileEntry<'a>,
    #[serde(flatten)]
    id: IdEntry,
    length: Option<u64>,
    date: Option<String>,
    from: Option<&'a str>,
    subject: Option<&'a str>,
    modified: Option<String>,
    content: Option<String>,
    leftover: Option<&'static str>,
    covered_by: Option<PathEntry>,
    remarks: Vec<&'static str>,
}

impl<'a> File<'a> {
    fn of(explanation: &'a Explanation<'a>, exhibit: &'a Exhibit<'a>) -> Option<File<'a>> {
        let index = explanation.trees.index(exhibit.side)?;
        let (message, read) = (exhibit.message, exhibit.particulars.as_ref());
        let envelope = read.map(|read| &read.envelope);
        let covered_by = match exhibit.leftover {
            Some(State::Linked(by) | State::Known(by)) => Some(PathEntry::of(by)),
            _ => None,
        };
        Some(File {
            side: exhibit.side.word(),
            kinship: exhibit.kinship.word(),
            whereabouts: FileEntry::of(index, message),
            id: IdEntry::of(message),
            length: read.map(|read| read.length),
            date: envelope.and_then(|envelope| envelope.date).and_then(timestamp),
            from: envelope.map(|envelope| envelope.from.as_str()),
            subject: envelope.map(|envelope| envelope.subject.as_str()),
            modified: read.and_then(|read| timestamp(read.modified)),
            content: message.content().map(|content| content.to_string()),
            leftover: exhibit.leftover.map(State::word),
            covered_by,
            remarks: explanation.remarks(exhibit).iter().map(|remark| remark.word()).collect(),
        })
    }
}

/// A row of the comparison; files are told by their places in `files`.
#[derive(Serialize)]
struct Relation {
    class: &'static str,
    marks: Vec<&'static str>,
    reason: Option<&'static str>,
    left: Option<usize>,
    right: Option<usize>,
    probable: Option<usize>,
    cure: Option<String>,
}

impl Relation {
    fn of(explanation: &Explanation<'_>, row: &Row<'_>) -> Relation {
        let file = |side: Side| row.files[side].and_then(|file| place(explanation, file));
        Relation {
            class: row.class.word(),
            marks: row.marks.iter().map(|mark| mark.word()).collect(),
            reason: row.reason.map(Reason::words),
            left: file(Side::Left),
            right: file(Side::Right),
            probable: row.probable.and_then(|twin| place(explanation, twin)),
            cure: cure_of(explanation, row),
        }
    }
}

#[derive(Serialize)]
struct Differing<'a> {
    files: [usize; 2],
    lengths: [u64; 2],
    cut_short: Option<Cut>,
    first: Option<First>,
    header: HeaderEntry<'a>,
    body: BodyEntry<'a>,
}

#[derive(Serialize)]
struct Cut {
    file: Option<usize>,
    length: u64,
    of: u64,
}

#[derive(Serialize)]
struct First {
    offset: u64,
    bytes: [String; 2],
}

#[derive(Serialize)]
struct HeaderEntry<'a> {
    differs: bool,
    fields: Vec<FieldEntry<'a>>,
    ignored: &'a [String],
    more: bool,
}

#[derive(Serialize)]
struct FieldEntry<'a> {
    name: &'a str,
    values: &'a [Vec<String>; 2],
}

#[derive(Serialize)]
struct BodyEntry<'a> {
    state: &'static str,
    lengths: [u64; 2],
    unshown: Option<&'a str>,
    lines: Vec<String>,
    more_lines: usize,
}

impl<'a> Differing<'a> {
    fn of(difference: &'a Difference) -> Differing<'a> {
        let header = &difference.header;
        let fields = header.fields.iter();
        let fields = fields.map(|field| FieldEntry { name: &field.name, values: &field.values });
        let cut = |cut: CutShort| Cut {
            file: difference.files.get(cut.short).copied(),
            length: cut.length,
            of: cut.of,
        };
        let hex = |bytes: &Vec<u8>| data_encoding::HEXLOWER.encode(bytes);
        let first =
            |place: &Place| First { offset: place.offset, bytes: place.bytes.each_ref().map(hex) };
        Differing {
            files: difference.files,
            lengths: difference.lengths,
            cut_short: difference.cut_short.map(cut),
            first: difference.first.as_ref().map(first),
            header: HeaderEntry {
                differs: header.differs,
                fields: fields.collect(),
                ignored: &header.ignored,
                more: header.more,
            },
            body: body(difference),
        }
    }
}

fn body(difference: &Difference) -> BodyEntry<'_> {
    let (state, unshown, lines, more_lines) = match &difference.body {
        Body::Same => ("same", None, Vec::new(), 0),
        Body::ReadsSame => ("reads-same", None, Vec::new(), 0),
        Body::Lines { hunks, more } => ("lines", None, lines(hunks), *more),
        Body::Unshown(why) => ("unshown", Some(*why), Vec::new(), 0),
    };
    BodyEntry { state, lengths: difference.body_lengths, unshown, lines, more_lines }
}

/// The lines as a unified diff has them.
fn lines(hunks: &[Hunk]) -> Vec<String> {
    let mut lines = Vec::new();
    for hunk in hunks {
        let [old, new] = hunk.starts;
        lines.push(format!("@@ -{old} +{new} @@"));
        lines.extend(hunk.lines.iter().map(|line| match line.change {
            Change::Context => format!(" {}", line.text),
            Change::Removed => format!("-{}", line.text),
            Change::Added => format!("+{}", line.text),
        }));
    }
    lines
}

fn troubles(account: &Account<'_>) -> Vec<Trouble> {
    let mut troubles = Vec::new();
    for (side, errors) in account.errors.each() {
        let Some(index) = account.explanation.trees.index(side) else { continue };
        troubles.extend(errors.iter().map(|error| Trouble::of(side, error, &index.root)));
    }
    troubles
}
