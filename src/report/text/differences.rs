//! The messages that differ, by class or mark, then by reason.

use std::collections::BTreeMap;
use std::io::{self, Write};

use crate::diff::{Class, Mark, Reason, Row};
use crate::identify::Shape;
use crate::index::Message;
use crate::maildir::file_name::Flags;
use crate::maildir::folder_name::FolderName;
use crate::side::Side;

use super::super::Report;
use super::super::command::{again, quote};
use super::super::cure::cure;
use super::super::escape::{escape, escape_cell, escape_opening, escape_words, path_text};
use super::super::json::timestamp;
use super::super::table::{self, Align, cut};
use super::paint::Paint;
use super::section::Section;
use super::words::{count_accepted, folder_of, grouped, plural};

/// How wide subjects and senders may be, in columns.
const SUBJECT: usize = 40;
const SENDER: usize = 30;
/// How wide a Message-ID may be.
const ID: usize = 80;

/// The differences: by class or mark, then by reason.
pub(super) fn write(report: &Report<'_>, paint: Paint, out: &mut dyn Write) -> io::Result<()> {
    for section in Section::ALL {
        let rows: Vec<&Row<'_>> = report.rows().filter(|row| section.holds(row)).collect();
        if !rows.is_empty() {
            write_section(report, paint, section, &rows, out)?;
        }
    }
    write_renamed(report, paint, out)
}

fn write_section<'a>(
    report: &Report<'a>,
    paint: Paint,
    section: Section,
    rows: &[&Row<'a>],
    out: &mut dyn Write,
) -> io::Result<()> {
    let open: Vec<&Row<'a>> =
        rows.iter().filter(|row| !section.is_accepted(report, row)).copied().collect();
    let accepted = rows.len() - open.len();
    let count = count_accepted(rows.len() as u64, accepted as u64);
    let heading = format!("{} ({count})", section.heading());
    writeln!(out, "\n{}", paint.bold(&heading))?;
    let listed = if report.all { rows } else { open.as_slice() };
    write_reasons(report, section, listed, out)?;
    if accepted > 0 && !report.all {
        let command = command_for_rest(report, section);
        writeln!(out, "    … {} accepted: {command}", grouped(accepted as u64))?;
    }
    Ok(())
}

fn write_reasons<'a>(
    report: &Report<'a>,
    section: Section,
    rows: &[&Row<'a>],
    out: &mut dyn Write,
) -> io::Result<()> {
    let mut by_reason: BTreeMap<Option<Reason>, Vec<&Row<'a>>> = BTreeMap::new();
    for row in rows {
        by_reason.entry(row.reason.filter(|_| section.has_reasons())).or_default().push(row);
    }
    for (reason, rows) in by_reason {
        write_reason(report, section, reason, &rows, out)?;
    }
    Ok(())
}

fn write_reason<'a>(
    report: &Report<'a>,
    section: Section,
    reason: Option<Reason>,
    rows: &[&Row<'a>],
    out: &mut dyn Write,
) -> io::Result<()> {
    if let Some(reason) = reason {
        writeln!(out, "  {reason} ({}): {}", grouped(rows.len() as u64), reason.meaning())?;
    }
    if section.has_cures() {
        write_cure(report, rows.iter().filter(|row| row.reason == reason), out)?;
    }
    let shown = if report.all { rows.len() } else { section.shown().min(rows.len()) };
    let lines: Vec<Vec<String>> =
        rows.iter().take(shown).map(|row| line(report, section, row)).collect();
    table::write(out, "    ", &[Align::Left; 7], &lines)?;
    if shown < rows.len() {
        let command = command_for_rest(report, section);
        let more = if shown == 0 { "" } else { " more" };
        writeln!(out, "    … {}{more}: {command}", grouped((rows.len() - shown) as u64))?;
    }
    Ok(())
}

/// What can be done about rows of one reason; about the first of them where that depends on the
/// message, for CSV and JSON have it for each.
fn write_cure<'r>(
    report: &Report<'_>,
    rows: impl Iterator<Item = &'r &'r Row<'r>>,
    out: &mut dyn Write,
) -> io::Result<()> {
    let mut cures = rows.filter_map(|row| cure(report.indexes, row));
    let Some(first) = cures.next() else { return Ok(()) };
    let of = if cures.all(|other| other == first) { "" } else { " of the first" };
    writeln!(out, "    cure{of}: {}", escape(&first))
}

/// The command that lists a section uncut.
fn command_for_rest(report: &Report<'_>, section: Section) -> String {
    let wanted = ["--all", "--only", section.word()];
    let options = if report.only.is_some() { &wanted[..1] } else { &wanted[..] };
    again(options, &report.command)
}

/// Who accepts a row, and what was said of it.
fn accepted<'a>(report: &Report<'a>, section: Section, row: &Row<'a>) -> String {
    let Some(remark) = section.acceptance(report, row) else { return String::new() };
    let (file, line) = remark.source;
    let comment = cut(&escape(remark.comment), 2 * SUBJECT);
    let said = if comment.is_empty() { comment } else { format!(": {comment}") };
    format!("accepted in {}:{line}{said}", escape(&path_text(file)))
}

/// One message: where, when, who, what, which, and what else is to be said.
fn line<'a>(report: &Report<'a>, section: Section, row: &Row<'a>) -> Vec<String> {
    let envelope = &row.envelope;
    let date = envelope.date.and_then(timestamp);
    let date = date.and_then(|date| Some(date.split_once('T')?.0.to_owned()));
    vec![
        place(report, row),
        date.unwrap_or_else(|| "-".to_owned()),
        cut(&escape_words(&envelope.from), SENDER),
        cut(&escape_words(&envelope.subject), SUBJECT),
        if section.shows_ids() { String::new() } else { id(row) },
        remark(section, row),
        accepted(report, section, row),
    ]
}

fn place(report: &Report<'_>, row: &Row<'_>) -> String {
    match (folder_of(report, row, Side::Left), folder_of(report, row, Side::Right)) {
        (Some(left), Some(right)) if row.class == Class::Moved => format!("{left} → {right}"),
        (Some(name), _) | (None, Some(name)) => name,
        (None, None) => String::new(),
    }
}

/// Folders that seem to have another name on the other side.
fn write_renamed(report: &Report<'_>, paint: Paint, out: &mut dyn Write) -> io::Result<()> {
    for renamed in &report.diff.renamed {
        let names = renamed.names.as_ref().map(FolderName::as_str);
        let map = escape(&quote(&format!("{}={}", names.left, names.right)));
        let (left, right) = (escape_opening(names.left), escape_cell(names.right));
        let told = format!("{left} → {right} ({} of {})", renamed.shared, renamed.of);
        writeln!(out, "\n{}", paint.bold(&told))?;
        writeln!(out, "  these look like one folder; if they are, say: --map {map}")?;
    }
    Ok(())
}

/// What else is to be said of a row in its section.
fn remark(section: Section, row: &Row<'_>) -> String {
    let sides = |tell: &dyn Fn(Message<'_>) -> String| {
        let [left, right] = Side::BOTH.map(|side| row.files[side].map(tell).unwrap_or_default());
        format!("{left} → {right}")
    };
    match section {
        Section::Mark(Mark::Content) => {
            [sides(&|file| file.size().to_string()), " bytes".to_owned(), bad_side(row)].concat()
        }
        Section::Mark(Mark::Misfiled) => sides(&|file| file.place().word().to_owned()),
        Section::Mark(Mark::Rekeyed | Mark::CaseOnly) => sides(&written),
        Section::Mark(Mark::Flags) => sides(&|file| told_flags(file.flags())),
        Section::Class(_) => whereabouts(row),
    }
}

/// Which side of a pair has not the whole message, and what it has instead.
fn bad_side(row: &Row<'_>) -> String {
    let of_shape = |is_bad: fn(&Shape) -> bool| {
        let bad = |side: Side| row.files[side].is_some_and(|file| is_bad(&file.shape()));
        match (bad(Side::Left), bad(Side::Right)) {
            (true, true) => "both sides".to_owned(),
            (bad, _) => format!("the {}", if bad { Side::Left } else { Side::Right }),
        }
    };
    match row.reason {
        Some(Reason::Placeholder) => {
            format!(", a placeholder on {}", of_shape(|shape| shape.placeholder))
        }
        Some(Reason::NoBody) => format!(", no body on {}", of_shape(|shape| shape.no_body)),
        Some(Reason::TruncatedCopy) => {
            let cut = row.longer().map(|longer| format!(", cut on the {}", longer.other()));
            cut.unwrap_or_default()
        }
        _ => String::new(),
    }
}

/// What there is to know a file without a partner by: all of it where nothing explains it, the size
/// or the name where that is what is wrong, the path where neither folder nor id lead to the file;
/// and its probable twin.
fn whereabouts(row: &Row<'_>) -> String {
    let Some((_, file)) = row.file() else { return String::new() };
    let unexplained = row.reason == Some(Reason::Unexplained);
    let hard_to_find = !file.place().is_delivered() || file.id().is_none();
    let path = unexplained || hard_to_find || is_in_name(row.reason);
    let remarks = [
        file.known_size()
            .filter(|_| unexplained || is_in_size(row.reason))
            .map(|size| plural(size, "byte")),
        file.known_flags().filter(|_| unexplained).map(told_flags),
        path.then(|| escape_cell(&path_text(file.path()))),
        probable(row),
    ];
    remarks.into_iter().flatten().collect::<Vec<_>>().join("  ")
}

/// Whether a message of that reason has not all that it should have.
fn is_in_size(reason: Option<Reason>) -> bool {
    let cut = [
        Reason::Empty,
        Reason::NoHeaderEnd,
        Reason::Placeholder,
        Reason::TruncatedCopy,
        Reason::NoBody,
        Reason::WrongSizeS,
    ];
    reason.is_some_and(|reason| cut.contains(&reason))
}

/// Whether the name of a message of that reason tells what is wrong.
fn is_in_name(reason: Option<Reason>) -> bool {
    let told = [Reason::TruncatedCopy, Reason::WrongSizeS, Reason::DuplicateBase];
    reason.is_some_and(|reason| told.contains(&reason))
}

fn probable(row: &Row<'_>) -> Option<String> {
    let (side, twin) = (row.file()?.0.other(), row.probable?);
    let bytes = plural(twin.size(), "byte");
    Some(format!("probably {} of the {side} ({bytes})", escape_cell(&path_text(twin.path()))))
}

fn told_flags(flags: Flags) -> String {
    format!("[{flags}]")
}

fn id(row: &Row<'_>) -> String {
    row.file().map(|(_, file)| written(file)).unwrap_or_default()
}

fn written(message: Message<'_>) -> String {
    match &message.written() {
        Some(written) => cut(&escape_cell(&String::from_utf8_lossy(written)), ID),
        None => "no Message-ID".to_owned(),
    }
}
