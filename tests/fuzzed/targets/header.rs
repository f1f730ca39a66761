//! The header zone, the values in it, and the Message-ID that they give.

use maildiff::message::fields::{Fields, Wanted};
use maildiff::message::header::{HeaderZone, Piece, Sink};
use maildiff::message::id::{Key, clarity, in_brackets, message_id};
use maildiff::message::letters::Letters;

use super::hazard::Hazard;

pub(crate) fn run(mail: &[u8]) {
    let whole = cut(mail, mail.len());
    for size in (1..=mail.len().min(20)).chain([64, 4096]) {
        assert_eq!(cut(mail, size), whole, "in chunks of {size}");
    }
    // With a length from the input itself, so that chunks end anywhere.
    let size = 1 + mail.iter().map(|&byte| usize::from(byte)).sum::<usize>() % 997;
    assert_eq!(cut(mail, size), whole, "in chunks of {size}");
    check_passing_over(mail, size);
    for id in values(mail, size).all("message-id") {
        check_id(&[id]);
    }
    // What stands between bars may be the values of several fields.
    check_id(&mail.split(|&byte| byte == b'|').collect::<Vec<_>>());
}

/// A part of a message, however many pieces it came in.
#[derive(Debug, PartialEq, Eq)]
enum Part {
    Field(Vec<u8>),
    Value(Vec<u8>),
    Text(Vec<u8>),
    Body(Vec<u8>),
}

/// A message cut into its parts, and what is known of its header then.
fn cut(mail: &[u8], size: usize) -> (Vec<Part>, [bool; 4]) {
    let mut zone = HeaderZone::new();
    let mut parts: Vec<Part> = Vec::new();
    let mut length = 0;
    feed(&mut zone, mail, size, &mut |piece: Piece<'_>| {
        length += length_of(&piece);
        match (parts.last_mut(), piece) {
            (Some(Part::Value(known)), Piece::Value(bytes))
            | (Some(Part::Text(known)), Piece::Text(bytes))
            | (Some(Part::Body(known)), Piece::Body(bytes)) => known.extend(bytes),
            (_, Piece::Value(b"") | Piece::Text(b"") | Piece::Body(b"")) => {}
            (_, Piece::Field(name)) => parts.push(Part::Field(name.to_vec())),
            (_, Piece::Value(bytes)) => parts.push(Part::Value(bytes.to_vec())),
            (_, Piece::Text(bytes)) => parts.push(Part::Text(bytes.to_vec())),
            (_, Piece::Body(bytes)) => parts.push(Part::Body(bytes.to_vec())),
        }
    });
    assert!(length <= mail.len(), "more comes out than went in");
    // A body comes last, in one part, and only behind the end of the header.
    let is_body = |part: &&Part| matches!(part, Part::Body(_));
    let ends_in_body = parts.last().is_some_and(|part| is_body(&part));
    assert_eq!(parts.iter().filter(is_body).count(), usize::from(ends_in_body), "{parts:?}");
    assert!(zone.is_in_body() || !ends_in_body, "{parts:?}");
    let known =
        [zone.saw_empty_line(), zone.begins_empty(), zone.has_mbox_line(), zone.is_in_body()];
    (parts, known)
}

fn length_of(piece: &Piece<'_>) -> usize {
    match piece {
        Piece::Field(bytes) | Piece::Value(bytes) | Piece::Text(bytes) | Piece::Body(bytes) => {
            bytes.len()
        }
    }
}

fn feed(zone: &mut HeaderZone, mail: &[u8], size: usize, sink: &mut impl Sink) {
    for chunk in mail.chunks(size.max(1)) {
        zone.feed(chunk, sink);
    }
    zone.finish(sink);
}

const WANTED: &[Wanted] = &[("message-id", 200), ("subject", 40), ("date", 40)];

fn values(mail: &[u8], size: usize) -> Fields {
    let mut fields = Fields::new(WANTED);
    feed(&mut HeaderZone::new(), mail, size, &mut |piece: Piece<'_>| fields.take(&piece));
    fields
}

/// Wants only what such lines begin with, and of Subject fields only the first.
struct Few(Fields);

impl Sink for Few {
    fn take(&mut self, piece: Piece<'_>) {
        self.0.take(&piece);
    }

    fn wanted(&self) -> Option<Letters> {
        let has_subject = self.0.first("subject").is_some();
        Some(Letters::of(if has_subject { b"md" } else { b"mds" }))
    }
}

/// Passing over what nobody wants changes nothing for those who want the rest.
fn check_passing_over(mail: &[u8], size: usize) {
    let all = values(mail, size);
    let (mut zone, mut few) = (HeaderZone::new(), Few(Fields::new(WANTED)));
    feed(&mut zone, mail, size, &mut few);
    assert_eq!(all.first("subject"), few.0.first("subject"));
    for name in ["message-id", "date"] {
        assert!(all.all(name).eq(few.0.all(name)), "{name}");
    }
    for (name, longest) in WANTED {
        for value in all.all(name) {
            assert!(value.len() <= longest + 1 && !value.starts_with(b" "));
            assert!(!value.iter().any(|byte| matches!(byte, b'\t' | b'\r' | b'\n')));
        }
    }
}

/// An id is made of what counts, and read again from how it is written it is the same.
fn check_id(values: &[&[u8]]) {
    let _ = clarity(values.iter().copied());
    let Some(found) = message_id(values.iter().copied()) else { return };
    assert!(!found.id.iter().any(|byte| matches!(byte, 0..=0x20 | 0x7f | 0x80)), "{found:?}");
    let written = found.written.as_deref().map_or_else(|| in_brackets(&found.id), <[u8]>::to_vec);
    // A word that stands for a word is decoded once.
    if !written.windows(2).any(|pair| pair == b"=?") {
        let again = message_id([written.as_slice()]).map(|id| id.id);
        assert_eq!(again.as_ref(), Some(&found.id), "{found:?}");
    }
    assert_eq!(found.key(true), Key::Id(found.id.clone()));
    assert_eq!(found.key(false), Key::Id(found.id.to_ascii_lowercase().into()));
}

/// Long names, values, folds and comments, and very many of each.
pub(crate) fn hazards() -> Vec<Hazard> {
    let id = |again: &[u8], times| Hazard::repeating(again, times).behind("Message-ID: ");
    vec![
        Hazard::repeating(b"X", 100_000),
        Hazard::repeating(b"A:\n", 3000),
        Hazard::repeating(b"Message-ID: <>\n", 3000),
        id(b"(", 100_000),
        id(b"()", 50_000),
        id(b"<", 150_000).before("a@b>\n"),
        id(b"=?u?q?", 20_000),
        id(b"=?u?b?YQ==?=\n ", 8000).before("@"),
        id(b"\n ", 60_000).before("<a@b>"),
        Hazard::repeating(b"\r", 100_000).behind("A: b\n").before("\nbody"),
        Hazard::repeating(b"\n", 3000),
        Hazard::repeating(b"\0", 100_000),
    ]
}
