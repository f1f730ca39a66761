//! What is known of one message, for people: the message, every copy, the contents, what the
//! comparison says, the differences, and the answer as the last line.

use std::io::{self, Write};

use crate::explain::{Exhibit, Explanation, Kinship};
use crate::leftover::State;
use crate::message::envelope::Envelope;

use super::super::escape::{escape, escape_cell, escape_opening, escape_words, path_text};
use super::super::json::timestamp;
use super::super::table::{self, Align, cut};
use super::super::text::{Paint, plural};
use super::Account;
use super::difference;
use super::sentence::{WIDE, cure_of, files, folder, letter, name, relation, shown_id, verdict};

/// How many files are shown.
const MOST: usize = 20;

pub(super) fn write(account: &Account<'_>, color: bool, out: &mut dyn Write) -> io::Result<()> {
    let explanation = account.explanation;
    let paint = Paint { color };
    write_message(explanation, paint, out)?;
    for (at, exhibit) in explanation.exhibits.iter().enumerate().take(MOST) {
        write_exhibit(explanation, at, exhibit, paint, out)?;
    }
    let more = explanation.exhibits.len().saturating_sub(MOST);
    if more > 0 {
        let more = plural(more as u64, "more file");
        writeln!(out, "\n… {more}: --format json has all of them")?;
    }
    write_contents(explanation, paint, out)?;
    write_relations(explanation, paint, out)?;
    for difference in &explanation.differences {
        difference::write(explanation, difference, paint, out)?;
    }
    if explanation.more_differences > 0 {
        let more = explanation.more_differences;
        writeln!(out, "\n… {} of contents not shown", plural(more as u64, "more difference"))?;
    }
    writeln!(out)?;
    account.notes.iter().try_for_each(|note| writeln!(out, "note: {}", escape(note)))?;
    writeln!(out, "{}", paint.exit(account.exit, &verdict(account)))
}

/// What the message says of itself.
fn write_message(
    explanation: &Explanation<'_>,
    paint: Paint,
    out: &mut dyn Write,
) -> io::Result<()> {
    let first = explanation.exhibits.first();
    let written = first.map_or_else(|| "no Message-ID".to_owned(), written);
    writeln!(out, "{}", paint.bold(&escape_opening(&written)))?;
    let envelope = first.and_then(|first| first.particulars.as_ref()).map(|read| &read.envelope);
    let mut rows = vec![("key", escape_cell(&explanation.key.to_string()))];
    rows.extend(envelope.into_iter().flat_map(|envelope| {
        [
            ("subject", escape_words(&envelope.subject)),
            ("from", escape_words(&envelope.from)),
            ("date", date(envelope)),
        ]
    }));
    write_rows(&rows, out)
}

/// A file: where it lies, and what it is.
fn write_exhibit(
    explanation: &Explanation<'_>,
    at: usize,
    exhibit: &Exhibit<'_>,
    paint: Paint,
    out: &mut dyn Write,
) -> io::Result<()> {
    let content = exhibit.content.map(letter);
    let content = content.map_or_else(String::new, |letter| format!(", content {letter}"));
    let kinship = match exhibit.kinship {
        Kinship::SameKey => "",
        Kinship::SameContent => ", under another key",
        Kinship::Probable => ", probably the same message",
    };
    writeln!(out, "\n{}", paint.bold(&format!("{}{content}{kinship}", name(explanation, at))))?;
    let message = exhibit.message;
    let place =
        format!("{}, {}", escape_cell(&folder(explanation, exhibit)), message.place().word());
    let index = explanation.trees.index(exhibit.side);
    let path = index.map(|index| index.path_of(message)).unwrap_or_default();
    let flags = message.flags().to_string();
    let mut rows = vec![
        ("folder", place),
        ("path", escape_cell(&path_text(&path))),
        ("size", size(exhibit)),
        ("flags", if flags.is_empty() { "none".to_owned() } else { flags }),
    ];
    let first = explanation.exhibits.first();
    let own_id = written(exhibit);
    if first.map(written).as_ref() != Some(&own_id) {
        rows.push(("id", own_id));
    }
    if let Some(read) = &exhibit.particulars {
        rows.push(("date", date(&read.envelope)));
        rows.push(("modified", timestamp(read.modified).unwrap_or_else(|| "-".to_owned())));
    } else {
        rows.push(("content", "could not be read again".to_owned()));
    }
    let first = first.and_then(|first| first.particulars.as_ref());
    let own = exhibit.particulars.as_ref().filter(|_| at > 0).zip(first);
    if let Some((own, _)) = own.filter(|(own, first)| own.envelope != first.envelope) {
        rows.push(("subject", escape_words(&own.envelope.subject)));
        rows.push(("from", escape_words(&own.envelope.from)));
    }
    rows.extend(exhibit.leftover.map(|state| ("leftover", leftover(state))));
    let remarks = explanation.remarks(exhibit);
    rows.extend(remarks.iter().map(|remark| ("remark", remark.to_string())));
    write_rows(&rows, out)
}

fn write_rows(rows: &[(&str, String)], out: &mut dyn Write) -> io::Result<()> {
    let told = |value: &str| if value.is_empty() { "-".to_owned() } else { value.to_owned() };
    let is_path = |name: &str| name == "path";
    rows.iter().try_for_each(|(name, value)| {
        // A path that is cut leads nowhere.
        let value = if is_path(name) { value.clone() } else { cut(value, WIDE) };
        writeln!(out, "  {name:8}  {}", told(&value))
    })
}

fn date(envelope: &Envelope) -> String {
    envelope.date.and_then(timestamp).unwrap_or_else(|| "none".to_owned())
}

fn written(exhibit: &Exhibit<'_>) -> String {
    match &exhibit.message.written() {
        Some(written) => shown_id(written),
        None => "no Message-ID".to_owned(),
    }
}

fn size(exhibit: &Exhibit<'_>) -> String {
    let size = plural(exhibit.message.size(), "byte");
    let length = exhibit.particulars.as_ref().map(|read| read.length);
    match length.filter(|&length| length != exhibit.message.size()) {
        Some(length) => format!("{size} on disk, the message has {length}"),
        None => size,
    }
}

fn leftover(state: State<'_>) -> String {
    match state {
        State::Empty => "empty, and no message".to_owned(),
        State::Linked(to) => {
            format!("no message; a second name of {}", escape_cell(&path_text(to)))
        }
        State::Known(by) => format!("no message; covered by {}", escape_cell(&path_text(by))),
        State::Orphan => "no message; no message of this tree has its content".to_owned(),
    }
}

/// Which files have which content.
fn write_contents(
    explanation: &Explanation<'_>,
    paint: Paint,
    out: &mut dyn Write,
) -> io::Result<()> {
    if explanation.contents.is_empty() {
        return Ok(());
    }
    writeln!(out, "\n{}", paint.bold("Contents, as far as transport leaves them alone"))?;
    let rows = explanation.contents.iter().enumerate().map(|(at, content)| {
        let exhibits = explanation.exhibits.iter().enumerate();
        let of_it = exhibits.filter(|(_, exhibit)| exhibit.content == Some(at));
        let mut names: Vec<String> = of_it.map(|(at, _)| name(explanation, at)).collect();
        if names.len() > MOST {
            names.truncate(MOST);
            names.push("…".to_owned());
        }
        vec![letter(at), content.to_string(), plural(content.length, "byte"), names.join(", ")]
    });
    let aligns = [Align::Left, Align::Left, Align::Right, Align::Left];
    table::write(out, "  ", &aligns, &rows.collect::<Vec<_>>())
}

/// What the comparison says.
fn write_relations(
    explanation: &Explanation<'_>,
    paint: Paint,
    out: &mut dyn Write,
) -> io::Result<()> {
    if explanation.rows.is_empty() {
        return Ok(());
    }
    writeln!(out, "\n{}", paint.bold("In the comparison"))?;
    for row in explanation.rows.iter().take(MOST) {
        writeln!(out, "  {}: {}", files(explanation, row), relation(explanation, row))?;
        if let Some(cure) = cure_of(explanation, row) {
            writeln!(out, "    cure: {}", escape(&cure))?;
        }
    }
    match explanation.rows.len().saturating_sub(MOST) {
        0 => Ok(()),
        more => writeln!(out, "  … {more} more"),
    }
}
