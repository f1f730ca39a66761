//! Tables for spreadsheets: RFC 4180, CRLF, UTF-8, one row a pair or unpaired file.
//!
//! No cell is one that a spreadsheet would take for a formula ([`defuse`]). Columns are only ever
//! added, behind the last.

use std::io::{self, Write};

use crate::cell::defuse;
use crate::diff::Row;
use crate::index::{Index, Message};
use crate::side::Side;

use super::cure::cure;
use super::escape::{escape, path_text};
use super::json::{Folder, timestamp};
use super::{Report, Table};

/// The columns of the message table.
pub const COLUMNS: [&str; 21] = [
    "class",
    "marks",
    "reason",
    "key",
    "message_id",
    "date",
    "from",
    "subject",
    "left_folder",
    "left_place",
    "left_path",
    "left_size",
    "left_flags",
    "right_folder",
    "right_place",
    "right_path",
    "right_size",
    "right_flags",
    "decision",
    "comment",
    "cure",
];

/// The columns of the folder table.
pub const FOLDER_COLUMNS: [&str; 16] = [
    "name",
    "left",
    "right",
    "left_messages",
    "right_messages",
    "left_delivered",
    "right_delivered",
    "same",
    "moved_out",
    "moved_in",
    "copies_left",
    "copies_right",
    "only_left",
    "only_right",
    "content",
    "excluded",
];

pub(super) fn write_messages(
    report: &Report<'_>,
    style: Table,
    out: &mut dyn Write,
) -> io::Result<()> {
    let mut table = open(style, out)?;
    write_record(&mut table, COLUMNS)?;
    for row in report.rows() {
        write_record(&mut table, cells(report, row).map(|cell| safe(cell, style)))?;
    }
    table.flush()
}

pub(super) fn write_folders(
    report: &Report<'_>,
    style: Table,
    out: &mut dyn Write,
) -> io::Result<()> {
    let mut table = open(style, out)?;
    write_record(&mut table, FOLDER_COLUMNS)?;
    for folder in &report.diff.folders {
        let cells = folder_cells(&Folder::of(folder));
        write_record(&mut table, cells.map(|cell| safe(cell, style)))?;
    }
    table.flush()
}

pub(super) fn open(style: Table, out: &mut dyn Write) -> io::Result<csv::Writer<&mut dyn Write>> {
    if style.bom {
        out.write_all("\u{feff}".as_bytes())?;
    }
    Ok(csv::WriterBuilder::new().terminator(csv::Terminator::CRLF).from_writer(out))
}

/// Writes a row. What the writer says is handed on as it was: a closed pipe must be known for one.
pub(super) fn write_record<T: AsRef<[u8]>>(
    table: &mut csv::Writer<&mut dyn Write>,
    cells: impl IntoIterator<Item = T>,
) -> io::Result<()> {
    table.write_record(cells).map_err(|error| match error.into_kind() {
        csv::ErrorKind::Io(error) => error,
        other => io::Error::other(format!("{other:?}")),
    })
}

pub(super) fn safe(cell: String, style: Table) -> String {
    defuse(if style.escaped { escape(&cell) } else { cell })
}

fn cells<'a>(report: &Report<'a>, row: &Row<'a>) -> [String; 21] {
    let indexes = report.indexes;
    let remark = report.accepted.of(row);
    let marks: Vec<&str> = row.marks.iter().map(|mark| mark.word()).collect();
    let file = row.file().map(|(_, message)| message);
    let written = file.and_then(Message::written);
    let [left, right] = Side::BOTH.map(|side| file_cells(indexes[side], row.files[side]));
    let [left_folder, left_place, left_path, left_size, left_flags] = left;
    let [right_folder, right_place, right_path, right_size, right_flags] = right;
    [
        row.class.word().to_owned(),
        marks.join(" "),
        row.reason.map(|reason| reason.to_string()).unwrap_or_default(),
        file.map(|message| message.key().to_string()).unwrap_or_default(),
        written.map(|id| String::from_utf8_lossy(&id).into_owned()).unwrap_or_default(),
        row.envelope.date.and_then(timestamp).unwrap_or_default(),
        row.envelope.from.clone(),
        row.envelope.subject.clone(),
        left_folder,
        left_place,
        left_path,
        left_size,
        left_flags,
        right_folder,
        right_place,
        right_path,
        right_size,
        right_flags,
        remark.map(|remark| remark.decision.to_owned()).unwrap_or_default(),
        remark.map(|remark| remark.comment.to_owned()).unwrap_or_default(),
        cure(indexes, row).unwrap_or_default(),
    ]
}

fn file_cells(index: &Index, file: Option<Message<'_>>) -> [String; 5] {
    let Some(file) = file else { return Default::default() };
    let folder = index.folders.get(file.folder());
    [
        folder.map(|folder| folder.name.to_string()).unwrap_or_default(),
        file.known_place().map(|place| place.word().to_owned()).unwrap_or_default(),
        path_text(file.path()),
        file.known_size().map(|size| size.to_string()).unwrap_or_default(),
        file.known_flags().map(|flags| flags.to_string()).unwrap_or_default(),
    ]
}

fn folder_cells(folder: &Folder<'_>) -> [String; 16] {
    let name = |name: Option<&str>| name.unwrap_or_default().to_owned();
    [
        folder.name.to_owned(),
        name(folder.left),
        name(folder.right),
        folder.left_messages.to_string(),
        folder.right_messages.to_string(),
        folder.left_delivered.to_string(),
        folder.right_delivered.to_string(),
        folder.same.to_string(),
        folder.moved_out.to_string(),
        folder.moved_in.to_string(),
        folder.copies_left.to_string(),
        folder.copies_right.to_string(),
        folder.only_left.to_string(),
        folder.only_right.to_string(),
        folder.content.to_string(),
        folder.excluded.to_string(),
    ]
}
