//! What a message consists of, in as much detail as it takes to say where two copies differ.
//!
//! Hashes cover the message from its first byte to its last, however long it is; of its fields and
//! its body only the beginnings are kept, for showing.

use super::canonical::{Content, Hash, Sieve};
use super::fields::Fields;
use super::header::{HeaderZone, Piece};
use super::volatile::is_volatile;

/// After how many canonical bytes each a mark is set.
pub const STEP: u64 = 64 << 10;
/// How many fields are kept of a header.
const MOST_FIELDS: usize = 2000;
/// How many bytes are kept of a field's name, and of its value.
const LONGEST_NAME: usize = 100;
const LONGEST_VALUE: usize = 1 << 10;
/// How many bytes are kept of a body.
const LONGEST_BODY: usize = 4 << 20;
/// How long the fields may be that say how the body is written: a boundary has 70 characters.
const LONGEST_TYPE: usize = 4 << 10;

const CONTENT_TYPE: &str = "content-type";
const ENCODING: &str = "content-transfer-encoding";

/// A message, taken apart.
#[derive(Clone, Debug)]
pub struct Anatomy {
    /// The canonical content of the header alone.
    pub header: Content,
    /// The canonical content of the body alone.
    pub body: Content,
    /// How many canonical bytes header and body have together.
    pub length: u64,
    /// Of the canonical bytes the SHA-1 up to each multiple of [`STEP`].
    pub marks: Vec<[u8; 20]>,
    /// The header's fields in their order.
    pub fields: Vec<Field>,
    /// Whether there are more fields than are kept.
    pub more_fields: bool,
    /// How the body is written.
    pub mime: Mime,
    /// The body's bytes; `None` where there are more than are kept.
    pub text: Option<Vec<u8>>,
}

/// The fields that say how a body is written: raw values, empty where absent.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Mime {
    /// Content-Type.
    pub content_type: Vec<u8>,
    /// Content-Transfer-Encoding.
    pub encoding: Vec<u8>,
}

/// A field, or a line of the header that is none.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Field {
    /// As written; empty for a line that is no field.
    pub name: Vec<u8>,
    /// Whether transport may add or rewrite such a field.
    pub volatile: bool,
    /// The beginning of its value, in one line.
    pub value: Vec<u8>,
    /// Name and value as far as they count: nothing for a volatile field.
    pub content: Content,
}

/// Takes a message apart that comes in chunks of any size.
#[derive(Debug)]
pub struct Dissection {
    zone: HeaderZone,
    parts: Parts,
}

#[derive(Debug)]
struct Parts {
    sieve: Sieve,
    whole: Marked,
    header: Hash,
    body: Hash,
    fields: Vec<OpenField>,
    more_fields: bool,
    /// Whether the last text of the header goes on on the same line.
    mid_line: bool,
    mime: Fields,
    text: Vec<u8>,
}

impl Default for Dissection {
    fn default() -> Dissection {
        Dissection::new()
    }
}

impl Dissection {
    /// Of a message of which nothing has been read.
    pub fn new() -> Dissection {
        let parts = Parts {
            sieve: Sieve::default(),
            whole: Marked::default(),
            header: Hash::default(),
            body: Hash::default(),
            fields: Vec::new(),
            more_fields: false,
            mid_line: false,
            mime: Fields::new(&[(CONTENT_TYPE, LONGEST_TYPE), (ENCODING, LONGEST_TYPE)]),
            text: Vec::new(),
        };
        Dissection { zone: HeaderZone::new(), parts }
    }

    /// Takes the next bytes of the message.
    pub fn update(&mut self, bytes: &[u8]) {
        let Dissection { zone, parts } = self;
        zone.feed(bytes, &mut |piece: Piece<'_>| parts.take(&piece));
    }

    /// The parts, after the last byte.
    pub fn finish(self) -> Anatomy {
        let Dissection { mut zone, mut parts } = self;
        zone.finish(&mut |piece: Piece<'_>| parts.take(&piece));
        let value = |name| parts.mime.first(name).unwrap_or_default().trim_ascii_end().to_vec();
        let mime = Mime { content_type: value(CONTENT_TYPE), encoding: value(ENCODING) };
        let fields = parts.fields.into_iter().map(OpenField::close);
        let whole = parts.text.len() <= LONGEST_BODY;
        Anatomy {
            header: parts.header.finish(),
            body: parts.body.finish(),
            length: parts.whole.length,
            marks: parts.whole.marks,
            fields: fields.filter(|field| field.volatile || !field.content.is_empty()).collect(),
            more_fields: parts.more_fields,
            mime,
            text: whole.then_some(parts.text),
        }
    }
}

impl Parts {
    fn take(&mut self, piece: &Piece<'_>) {
        self.mime.take(piece);
        self.open(piece);
        let canonical = self.sieve.sift(piece);
        self.whole.update(canonical);
        if let Piece::Body(bytes) = piece {
            self.body.update(canonical);
            let room = (LONGEST_BODY + 1).saturating_sub(self.text.len());
            self.text.extend(bytes.iter().take(room));
            return;
        }
        self.header.update(canonical);
        let field = self.fields.last_mut().filter(|_| !self.more_fields);
        if let Some(field) = field {
            field.hash.update(canonical);
            field.extend(piece);
        }
    }

    /// Begins a field where the piece does.
    fn open(&mut self, piece: &Piece<'_>) {
        let opened = match *piece {
            Piece::Field(name) => Some(name),
            Piece::Text(bytes) => {
                let begins = !self.mid_line && !matches!(bytes.first(), Some(b' ' | b'\t'));
                self.mid_line = !bytes.ends_with(b"\n");
                begins.then_some(&b""[..])
            }
            Piece::Value(_) | Piece::Body(_) => None,
        };
        let Some(name) = opened else { return };
        let volatile = is_volatile(name);
        self.more_fields = self.fields.len() == MOST_FIELDS;
        if !self.more_fields {
            self.fields.push(OpenField { name: name.to_vec(), volatile, ..OpenField::default() });
        }
    }
}

/// A field that more bytes may follow of.
#[derive(Debug, Default)]
struct OpenField {
    name: Vec<u8>,
    volatile: bool,
    value: Vec<u8>,
    hash: Hash,
}

impl OpenField {
    fn extend(&mut self, piece: &Piece<'_>) {
        let (Piece::Value(bytes) | Piece::Text(bytes)) = *piece else { return };
        for &byte in bytes {
            let after_blank = self.value.last().is_none_or(|&last| last == b' ');
            if self.value.len() == LONGEST_VALUE {
                return;
            } else if !byte.is_ascii_whitespace() {
                self.value.push(byte);
            } else if !after_blank {
                self.value.push(b' ');
            }
        }
    }

    fn close(mut self) -> Field {
        self.name_long_field();
        let value = self.value.trim_ascii_end().to_vec();
        Field { name: self.name, volatile: self.volatile, value, content: self.hash.finish() }
    }

    /// A name longer than any that counts was passed as text.
    fn name_long_field(&mut self) {
        let colon = memchr::memchr(b':', &self.value).filter(|_| self.name.is_empty());
        let Some((name, value)) = colon.map(|colon| self.value.split_at(colon)) else { return };
        let is_name = |name: &[u8]| {
            (1..=LONGEST_NAME).contains(&name.len()) && name.iter().all(u8::is_ascii_graphic)
        };
        if is_name(name) {
            self.name = name.to_vec();
            self.value = value.get(1..).unwrap_or_default().trim_ascii_start().to_vec();
        }
    }
}

/// A hash of which the steps are kept.
#[derive(Debug, Default)]
struct Marked {
    hash: Hash,
    length: u64,
    marks: Vec<[u8; 20]>,
}

impl Marked {
    fn update(&mut self, mut canonical: &[u8]) {
        while !canonical.is_empty() {
            let room = usize::try_from(STEP - self.length % STEP).unwrap_or(usize::MAX);
            let (taken, rest) = canonical.split_at(room.min(canonical.len()));
            self.hash.update(taken);
            self.length += taken.len() as u64;
            if self.length.is_multiple_of(STEP) {
                self.marks.push(self.hash.clone().finish().sha1);
            }
            canonical = rest;
        }
    }
}

/// A stretch of the canonical bytes.
#[derive(Debug)]
pub struct Window {
    zone: HeaderZone,
    sieve: Sieve,
    skip: u64,
    length: usize,
    bytes: Vec<u8>,
}

impl Window {
    /// Of `length` canonical bytes from the one at `start` on.
    pub fn new(start: u64, length: usize) -> Window {
        let (zone, sieve) = (HeaderZone::new(), Sieve::default());
        Window { zone, sieve, skip: start, length, bytes: Vec::new() }
    }

    /// Takes the next bytes of the message; tells whether more are wanted.
    pub fn update(&mut self, bytes: &[u8]) -> bool {
        let Window { zone, sieve, skip, length, bytes: kept } = self;
        zone.feed(bytes, &mut |piece: Piece<'_>| keep(skip, *length, kept, sieve.sift(&piece)));
        self.bytes.len() < self.length
    }

    /// The bytes, after the last byte of the message or when no more are wanted.
    pub fn finish(self) -> Vec<u8> {
        let Window { mut zone, mut sieve, mut skip, length, mut bytes } = self;
        zone.finish(&mut |piece: Piece<'_>| {
            keep(&mut skip, length, &mut bytes, sieve.sift(&piece));
        });
        bytes
    }
}

fn keep(skip: &mut u64, length: usize, kept: &mut Vec<u8>, canonical: &[u8]) {
    let skipped = usize::try_from(*skip).unwrap_or(usize::MAX).min(canonical.len());
    *skip -= skipped as u64;
    let room = length - kept.len();
    kept.extend(canonical.iter().skip(skipped).take(room));
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::message::canonical::canonical;

    fn dissect(message: &[u8], size: usize) -> Anatomy {
        let mut dissection = Dissection::new();
        message.chunks(size).for_each(|chunk| dissection.update(chunk));
        dissection.finish()
    }

    /// The fields as `name=value`, with `~` for volatile ones.
    fn fields(message: &str) -> Vec<String> {
        let told = |size| -> Vec<String> {
            let fields = dissect(message.as_bytes(), size).fields.into_iter();
            let tell = |field: Field| {
                let sign = if field.volatile { '~' } else { '=' };
                let [name, value] =
                    [field.name, field.value].map(|bytes| String::from_utf8(bytes).unwrap());
                format!("{name}{sign}{value}")
            };
            fields.map(tell).collect()
        };
        assert_eq!(told(1), told(4096));
        told(7)
    }

    #[test]
    fn fields_and_what_is_none() {
        assert_eq!(fields("A: 1\nX-TUID: 2\nB:  x\n  y \n\nbody"), ["A=1", "X-TUID~2", "B=x y"]);
        assert_eq!(fields("A: 1\njunk\n line\nB: 2\n\n"), ["A=1", "=junk line", "B=2"]);
        let long = "X-A-Name-Longer-Than-Any-That-Counts: 1\n 2\nB: 3\n \n\n";
        assert_eq!(fields(long), ["X-A-Name-Longer-Than-Any-That-Counts=1 2", "B=3"]);
    }

    #[test]
    fn what_is_kept_has_an_end() {
        let many = "A: 1\n".repeat(MOST_FIELDS + 1);
        let anatomy = dissect(many.as_bytes(), 4096);
        assert_eq!((anatomy.fields.len(), anatomy.more_fields), (MOST_FIELDS, true));
        let long = format!("A: {}\n\n{}", "x".repeat(5000), "y".repeat(LONGEST_BODY + 1));
        let anatomy = dissect(long.as_bytes(), 4096);
        assert_eq!(anatomy.fields[0].value.len(), LONGEST_VALUE);
        assert_eq!(anatomy.text, None);
        assert_eq!(anatomy.body.length, LONGEST_BODY as u64 + 1);
    }

    #[test]
    fn marks_and_windows_are_of_the_canonical_bytes() {
        let message = ["A: 1\nReceived: x\n\n", &"two words\n".repeat(20_000)].concat();
        let anatomy = dissect(message.as_bytes(), 999);
        let whole = canonical(message.as_bytes());
        assert_eq!((anatomy.length, whole.length), (160_003, 160_003));
        assert_eq!(anatomy.marks.len(), 2);
        for size in [1, 10, 4096] {
            let mut window = Window::new(1, 9);
            let _ = message.as_bytes().chunks(size).all(|chunk| window.update(chunk));
            assert_eq!(window.finish(), b":1twoword");
        }
        let mut beyond = Window::new(1_000_000, 9);
        assert!(beyond.update(message.as_bytes()));
        assert_eq!(beyond.finish(), b"");
    }
}
