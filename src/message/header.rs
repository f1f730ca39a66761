//! Where a message's header begins and ends, and what its fields are, on bytes of any origin.
//!
//! One definition serves the Message-ID and the canonical content alike. It is more tolerant than
//! RFC 5322 §2.2 because the same message must be cut at the same place before and after mbsync,
//! Dovecot and offlineimap have had it in their hands:
//!
//! * Lines end at LF; a CR counts as white space wherever it stands.
//! * A UTF-8 BOM at the start, or before the first field, is skipped; so is a first line that
//!   begins `From ` or `>From ` (mbox).
//! * The zone ends at the first empty line after a field or text that is the message's own. Before
//!   that, empty lines are skipped: mbsync puts its X-TUID *before* a leading empty line.
//! * Lines without a colon do not end it (GMime, Dovecot and mailparse agree), nor do lines of
//!   blanks, which continue the field above them.
//! * In the first line a CR ends what transport has put there: a `From ` line, a `Return-Path`.
//!   Mail with CR alone for line ends is one line, and all of it would pass for a field of
//!   transport's. The Message-ID is the message's own, and may have a CR within.
//!
//! The zone is cut as the bytes come, in chunks of any size and in memory that does not grow.

use memchr::{memchr, memchr_iter, memchr2};

use super::letters::Letters;
use super::volatile::{self, is_volatile};

/// A part of a message, in the order of its bytes.
#[derive(Debug, PartialEq, Eq)]
pub enum Piece<'a> {
    /// A field begins: its name as written, in the letter case of the message and without the
    /// blanks before the colon.
    Field(&'a [u8]),
    /// Bytes of the current field's value, from behind the colon on; line ends and continuation
    /// lines included.
    Value(&'a [u8]),
    /// Bytes of a line that is no field, or of its continuation.
    Text(&'a [u8]),
    /// Bytes behind the empty line that ends the header.
    Body(&'a [u8]),
}

/// What takes the pieces of a message. Any closure does, and is given all of them.
pub trait Sink {
    /// Takes the next piece.
    fn take(&mut self, piece: Piece<'_>);

    /// What lines begin with that are wanted from here on; all, where there is none. Once the
    /// header has begun the others are passed over without a look, and a header has many.
    fn wanted(&self) -> Option<Letters> {
        None
    }
}

impl<F: FnMut(Piece<'_>)> Sink for F {
    fn take(&mut self, piece: Piece<'_>) {
        self(piece);
    }
}

/// Cuts a message into [`Piece`]s.
#[derive(Debug)]
#[allow(clippy::struct_excessive_bools, reason = "each is something seen on the way")]
pub struct HeaderZone {
    state: State,
    /// The message's first bytes, until they tell whether a BOM or a `From ` line opens it.
    opening: Opening,
    name: Name,
    /// What a continuation line continues.
    line: Line,
    /// Whether a field or text of the message's own has been seen: only then an empty line ends
    /// the header.
    begun: bool,
    /// A field of the message's own has been seen: what is not wanted is passed over from there on.
    passes_over: bool,
    empty_line: bool,
    /// An empty line came before the header had begun.
    begins_empty: bool,
    mbox_line: bool,
    /// No line has ended.
    first_line: bool,
    /// What is read is the first line, in which a CR may end what transport has put there.
    ends_at_cr: bool,
    after_cr: bool,
}

/// What the next byte belongs to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum State {
    Opening,
    FromLine,
    LineStart,
    Name,
    Rest,
    Body,
}

/// What the current line is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Line {
    Field,
    Text,
    /// One that nobody wants.
    Other,
}

const BOM: &[u8] = b"\xef\xbb\xbf";
/// A BOM and `>From `: what must be seen before the first line can be judged.
const OPENING: usize = BOM.len() + b">From ".len();

impl Default for HeaderZone {
    fn default() -> HeaderZone {
        HeaderZone::new()
    }
}

impl HeaderZone {
    /// At the first byte of a message.
    pub fn new() -> HeaderZone {
        HeaderZone {
            state: State::Opening,
            opening: Opening::default(),
            name: Name::default(),
            line: Line::Text,
            begun: false,
            passes_over: false,
            empty_line: false,
            begins_empty: false,
            mbox_line: false,
            first_line: true,
            ends_at_cr: false,
            after_cr: false,
        }
    }

    /// Takes the next bytes and hands their pieces to `sink`. A few bytes may be held back until
    /// it is known what they are.
    pub fn feed(&mut self, mut bytes: &[u8], sink: &mut impl Sink) {
        while !bytes.is_empty() {
            let taken = match self.state {
                State::Opening => self.opening(bytes, sink),
                State::FromLine => self.skip_mbox_line(bytes),
                State::LineStart => self.line_start(bytes, sink),
                State::Name => self.name(bytes, sink),
                State::Rest => self.rest(bytes, sink),
                State::Body => {
                    sink.take(Piece::Body(bytes));
                    bytes.len()
                }
            };
            bytes = bytes.get(taken..).unwrap_or_default();
        }
    }

    /// Says that the message ends here, so that what was held back comes out.
    pub fn finish(&mut self, sink: &mut impl Sink) {
        if self.state == State::Opening {
            self.open(sink);
        }
        if self.state == State::Name {
            self.flush_text(sink);
        }
    }

    /// Whether an empty line, or one of CRs only, has been seen. A message without any has no end
    /// of header: mbsync before 1.5 never copies it (isync `src/sync.c` `copy_msg_convert`).
    pub fn saw_empty_line(&self) -> bool {
        self.empty_line
    }

    /// Whether an empty line came before any field of the message's own: other programs end the
    /// header there, and see none.
    pub fn begins_empty(&self) -> bool {
        self.begins_empty
    }

    /// Whether the message begins with a `From ` line, as in an mbox.
    pub fn has_mbox_line(&self) -> bool {
        self.mbox_line
    }

    /// Whether the header has ended and what follows is body.
    pub fn is_in_body(&self) -> bool {
        self.state == State::Body
    }

    fn opening(&mut self, bytes: &[u8], sink: &mut impl Sink) -> usize {
        let taken = self.opening.take(bytes);
        if self.opening.is_told() {
            self.open(sink);
        }
        taken
    }

    /// Judges the first bytes and lets them go their way.
    fn open(&mut self, sink: &mut impl Sink) {
        let opening = std::mem::take(&mut self.opening);
        let held = opening.bytes();
        let text = held.strip_prefix(BOM).unwrap_or(held);
        self.mbox_line = text.starts_with(b"From ");
        let mbox = self.mbox_line || text.starts_with(b">From ");
        self.state = if mbox { State::FromLine } else { State::LineStart };
        self.ends_at_cr = mbox;
        self.feed(text, sink);
    }

    fn skip_mbox_line(&mut self, bytes: &[u8]) -> usize {
        self.until_cr(bytes).len()
    }

    /// What of the first line comes before a CR that is no part of its end: there what transport
    /// has put there ends, and the rest of the line is text.
    fn until_cr<'a>(&mut self, bytes: &'a [u8]) -> &'a [u8] {
        let end = memchr(b'\n', bytes).map_or(bytes.len(), |end| end + 1);
        let line = bytes.get(..end).unwrap_or(bytes);
        let bare = line.iter().position(|&byte| {
            let after_cr = std::mem::replace(&mut self.after_cr, byte == b'\r');
            after_cr && !matches!(byte, b'\r' | b'\n')
        });
        if let Some(before) = bare.and_then(|at| line.get(..at)) {
            self.ends_at_cr = false;
            self.line = Line::Text;
            self.state = State::Rest;
            return before;
        }
        if line.ends_with(b"\n") {
            self.begin_line();
        }
        line
    }

    fn begin_line(&mut self) {
        self.state = State::LineStart;
        self.first_line = false;
        self.ends_at_cr = false;
    }

    fn line_start(&mut self, bytes: &[u8], sink: &mut impl Sink) -> usize {
        match bytes.first() {
            Some(b'\r') => 1,
            Some(b'\n') => {
                self.end_empty_line();
                1
            }
            Some(b' ' | b'\t') => self.rest(bytes, sink),
            Some(&first) => match sink.wanted().filter(|_| self.passes_over) {
                Some(wanted) if !wanted.contains(first) => self.pass_over(bytes, wanted),
                _ => {
                    self.state = State::Name;
                    self.name.clear();
                    self.name(bytes, sink)
                }
            },
            None => 0,
        }
    }

    /// Over a line that nobody wants, and over those behind it, as far as they are at hand: up to
    /// one that begins as wanted ones do, or may be empty.
    fn pass_over(&mut self, bytes: &[u8], wanted: Letters) -> usize {
        let ends_here = |next: &u8| matches!(next, b'\r' | b'\n') || wanted.contains(*next);
        let mut ends = memchr_iter(b'\n', bytes).map(|end| end + 1);
        let end = ends.find(|&end| bytes.get(end).is_none_or(ends_here));
        self.line = Line::Other;
        self.state = State::Rest;
        if end.is_some() {
            self.begin_line();
        }
        end.unwrap_or(bytes.len())
    }

    fn end_empty_line(&mut self) {
        self.first_line = false;
        self.empty_line = true;
        self.line = Line::Text;
        if self.begun {
            self.state = State::Body;
        } else {
            self.begins_empty = true;
        }
    }

    fn name(&mut self, bytes: &[u8], sink: &mut impl Sink) -> usize {
        match plain_name(bytes) {
            Some((name, value)) if self.name.is_empty() => {
                self.begin_field(name, sink);
                name.len() + 1 + self.rest(value, sink)
            }
            _ => self.name_in_parts(bytes, sink),
        }
    }

    /// Takes what may be a name and is no plain one, or does not end in these bytes.
    fn name_in_parts(&mut self, bytes: &[u8], sink: &mut impl Sink) -> usize {
        let end = memchr2(b':', b'\n', bytes).unwrap_or(bytes.len());
        for (at, &byte) in bytes.iter().take(end).enumerate() {
            if !self.name.push(byte) {
                self.flush_text(sink);
                return at;
            }
            self.drop_inner_bom();
        }
        match bytes.get(end) {
            Some(b':') => {
                let name = std::mem::take(&mut self.name);
                self.begin_field(name.written(), sink);
                self.name = name;
            }
            Some(_) => self.flush_text(sink),
            None => return end,
        }
        // A line's end is left to `rest`; the colon is consumed.
        end + usize::from(bytes.get(end) == Some(&b':'))
    }

    /// offlineimap puts an empty line before a BOM line; the BOM then opens the first field.
    fn drop_inner_bom(&mut self) {
        if !self.begun && self.name.written() == BOM {
            self.name.clear();
        }
    }

    fn begin_field(&mut self, name: &[u8], sink: &mut impl Sink) {
        self.passes_over = self.passes_over || !is_volatile(name);
        self.begun |= self.passes_over;
        self.line = Line::Field;
        self.state = State::Rest;
        self.ends_at_cr = self.first_line && is_transports(name);
        sink.take(Piece::Field(name));
    }

    /// What looked like a field name is the beginning of a line of text.
    fn flush_text(&mut self, sink: &mut impl Sink) {
        self.line = Line::Text;
        self.state = State::Rest;
        self.begun |= !self.name.written().is_empty();
        sink.take(Piece::Text(self.name.written()));
    }

    /// What is left of a line, and the lines that continue it, as far as they are at hand.
    fn rest(&mut self, bytes: &[u8], sink: &mut impl Sink) -> usize {
        if self.ends_at_cr {
            let value = self.until_cr(bytes);
            sink.take(Piece::Value(value));
            return value.len();
        }
        let (rest, ends) = unfolded_line(bytes);
        match self.line {
            Line::Field => sink.take(Piece::Value(rest)),
            Line::Text => {
                self.begun |= rest.iter().any(|byte| !matches!(byte, b' ' | b'\t' | b'\r' | b'\n'));
                sink.take(Piece::Text(rest));
            }
            Line::Other => {}
        }
        self.state = State::Rest;
        if ends {
            self.begin_line();
        }
        rest.len()
    }
}

/// Whether transport may have put a field of this name there.
fn is_transports(name: &[u8]) -> bool {
    is_volatile(name) && !name.eq_ignore_ascii_case(b"message-id")
}

/// Up to the end of the first line that the next does not continue; and whether there is one.
fn unfolded_line(bytes: &[u8]) -> (&[u8], bool) {
    let mut ends = memchr_iter(b'\n', bytes).map(|end| end + 1);
    let end = ends.find(|&end| !matches!(bytes.get(end), Some(b' ' | b'\t')));
    (end.and_then(|end| bytes.get(..end)).unwrap_or(bytes), end.is_some())
}

/// The name before a colon, and what follows that, if the name is visible ASCII and no more, as in
/// nearly every field. What is too long to be one is left to [`Name`] as well.
fn plain_name(bytes: &[u8]) -> Option<(&[u8], &[u8])> {
    let head = bytes.get(..=volatile::LONGEST_NAME).unwrap_or(bytes);
    let end = head.iter().position(|&byte| byte == b':' || !byte.is_ascii_graphic())?;
    let (name, rest) = bytes.split_at_checked(end)?;
    Some((name, rest.strip_prefix(b":")?))
}

/// The first bytes of a message.
#[derive(Debug, Default)]
struct Opening {
    bytes: [u8; OPENING],
    length: usize,
}

impl Opening {
    /// Takes as many bytes as there is room for; tells how many.
    fn take(&mut self, bytes: &[u8]) -> usize {
        let room = self.bytes.iter_mut().skip(self.length);
        let taken = room.zip(bytes).map(|(place, &byte)| *place = byte).count();
        self.length += taken;
        taken
    }

    /// Whether more bytes would not tell more of what opens the message. Until then no line has
    /// ended, so that nothing of a body is ever held back.
    fn is_told(&self) -> bool {
        let held = self.bytes();
        let text = held.strip_prefix(BOM).unwrap_or(held);
        let may_begin = |opening: &[u8]| opening.starts_with(text);
        !(BOM.starts_with(held) || may_begin(b"From ") || may_begin(b">From "))
            || self.length == OPENING
    }

    fn bytes(&self) -> &[u8] {
        self.bytes.get(..self.length).unwrap_or_default()
    }
}

/// A field name as it is read, byte by byte, up to the colon.
#[derive(Debug, Default)]
struct Name {
    written: Vec<u8>,
    /// A blank has been seen: only the colon, or more blanks, may follow (RFC 5322 §4.5.4 allows
    /// them there).
    blank: bool,
}

impl Name {
    fn clear(&mut self) {
        self.written.clear();
        self.blank = false;
    }

    fn written(&self) -> &[u8] {
        &self.written
    }

    fn is_empty(&self) -> bool {
        self.written.is_empty() && !self.blank
    }

    /// Takes one byte more; `false` where this cannot be a name that anybody asks for, and the
    /// line may as well be text: no known field is that long or has a blank within.
    fn push(&mut self, byte: u8) -> bool {
        match byte {
            b'\r' => true,
            b' ' | b'\t' => {
                self.blank = true;
                true
            }
            _ if self.blank || self.written.len() == volatile::LONGEST_NAME => false,
            _ => {
                self.written.push(byte);
                true
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The pieces of a message as text: `name=` for a field, `name~` for a volatile one, `"` for
    /// text, `|` for the body; fed in chunks of `size` bytes.
    fn pieces(message: &[u8], size: usize) -> (String, bool) {
        let mut told = String::new();
        let mut kind = ' ';
        let mut zone = HeaderZone::new();
        let mut sink = |piece: Piece<'_>| {
            let (next, bytes) = match piece {
                Piece::Field(name) => {
                    told.push_str(&String::from_utf8_lossy(name));
                    kind = if is_volatile(name) { '~' } else { '=' };
                    told.push(kind);
                    return;
                }
                Piece::Value(bytes) => (kind, bytes),
                Piece::Text(bytes) => ('"', bytes),
                Piece::Body(bytes) => ('|', bytes),
            };
            if next != kind {
                told.push(next);
                kind = next;
            }
            told.push_str(&String::from_utf8_lossy(bytes).replace(['\n', ' ', '\r', '\t'], ""));
        };
        for chunk in message.chunks(size) {
            zone.feed(chunk, &mut sink);
        }
        zone.finish(&mut sink);
        (told, zone.saw_empty_line())
    }

    #[track_caller]
    fn check(message: &[u8], expected: &str, empty_line: bool) {
        for size in [1, 2, 3, 7, 16, 4096] {
            assert_eq!(
                pieces(message, size),
                (expected.to_owned(), empty_line),
                "chunks of {size}"
            );
        }
    }

    #[test]
    fn fields_then_body() {
        check(b"A: 1\nB:2\n 3\n\nbody: x\n", "A=1B=23|body:x", true);
        check(b"A: 1\r\n\r\nx", "A=1|x", true);
        check(b"A: 1\n\r\r\nx", "A=1|x", true);
    }

    #[test]
    fn opening_bom_and_from_line_are_skipped() {
        check(b"\xef\xbb\xbfA: 1\n\nx", "A=1|x", true);
        check(b"From a@b Fri Jun 17\nA: 1\n\nx", "A=1|x", true);
        check(b">From a@b Fri\nA: 1\n\nx", "A=1|x", true);
        check(b"\xef\xbb\xbf>From a@b Fri\nA: 1\n\nx", "A=1|x", true);
        check(b"\n\xef\xbb\xbfA: 1\n\nx", "A=1|x", true);
        check(b"From: a\n\nx", "From=a|x", true);
        check(b"From ", "", false);
    }

    #[test]
    fn empty_lines_before_the_first_own_field_are_skipped() {
        check(b"\n\r\nA: 1\n\nx", "A=1|x", true);
        check(b"X-TUID: t\n\nA: 1\n\nx", "X-TUID~tA=1|x", true);
        check(b"X-TUID: t\n\n body\nA: 1\n\nx", "X-TUID~t\"bodyA=1|x", true);
    }

    #[test]
    fn text_does_not_end_the_header() {
        check(b"A: 1\njunk\n more\nB: 2\n\nx", "A=1\"junkmoreB=2|x", true);
        check(b"two words: 1\n\nx", "\"twowords:1|x", true);
        check(b"  stray\nA: 1\n\nx", "\"strayA=1|x", true);
        check(b"A: 1\n \t\nB: 2\n\nx", "A=1B=2|x", true);
        check(b"\x0c\n\nA: x", "\"\x0c|A:x", true);
        check(b" \x0c\n\nA: x", "\"\x0c|A:x", true);
    }

    #[test]
    fn blanks_and_crs_around_the_name() {
        check(b"A \t : 1\n\nx", "A=1|x", true);
        check(b"\rA\r: 1\r\r\n\nx", "A=1|x", true);
        check(b": 1\n\nx", "=1|x", true);
    }

    /// Wants lines with `x`, and with `y` until it has one.
    #[derive(Default)]
    struct Narrowing {
        told: String,
        has_y: bool,
    }

    impl Sink for Narrowing {
        fn take(&mut self, piece: Piece<'_>) {
            self.has_y |= piece == Piece::Field(b"Y");
            let (Piece::Field(bytes)
            | Piece::Value(bytes)
            | Piece::Text(bytes)
            | Piece::Body(bytes)) = piece;
            self.told += &String::from_utf8_lossy(bytes).replace(['\n', ' '], "");
        }

        fn wanted(&self) -> Option<Letters> {
            Some(if self.has_y { Letters::of(b"x") } else { Letters::of(b"xy") })
        }
    }

    #[test]
    fn unwanted_lines_are_passed_over_once_the_header_has_begun() {
        let mail = b"Received: 1\nText\nA: 1\n 2\nX: 3\n 4\nxtext\nB\n : 5\n\
            Y: 6\n 7\nY: 8\n 9\nX: 0\n\nA: x";
        for size in [1, 2, 3, 7, 4096] {
            let (mut zone, mut sink) = (HeaderZone::new(), Narrowing::default());
            for chunk in mail.chunks(size) {
                zone.feed(chunk, &mut sink);
            }
            assert_eq!(sink.told, "Received1TextA12X34xtextY67X0A:x", "{size}");
            assert!(zone.is_in_body());
        }
    }

    #[test]
    fn a_cr_ends_what_transport_put_into_the_first_line() {
        check(b"Return-Path: a\rB: 2\r\rx", "Return-Path~a\"B:2x", false);
        check(b"From a@b Fri\rB: 2\rx\n", "\"B:2x", false);
        check(b"Return-Path: a\r\r\nB: 2\n\nx", "Return-Path~aB=2|x", true);
        check(b"Return-Path: a\n b\rc\nB: 2\n\nx", "Return-Path~abcB=2|x", true);
        check(b"B: 1\nReceived: a\rb\n\nx", "B=1Received~ab|x", true);
        check(b"Message-ID: <a\rb@x>\nB: 2\n\nx", "Message-ID~<ab@x>B=2|x", true);
    }

    #[test]
    fn no_end_of_header() {
        check(b"A: 1\nB: 2\n", "A=1B=2", false);
        check(b"A: 1\nhalf a na", "A=1\"halfana", false);
        check(b"", "", false);
        check(b"A: 1\rB: 2\r\r", "A=1B:2", false);
    }
}
