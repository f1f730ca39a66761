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

use memchr::{memchr, memchr2};

use super::volatile::{self, is_volatile};

/// A part of a message, in the order of its bytes.
#[derive(Debug, PartialEq, Eq)]
pub enum Piece<'a> {
    /// A field begins: its name as written, without the blanks before the colon.
    Field {
        /// The name, in the letter case of the message.
        name: &'a [u8],
        /// Whether transport may add or rewrite such a field.
        volatile: bool,
    },
    /// Bytes of the current field's value, from behind the colon on; line ends and continuation
    /// lines included.
    Value(&'a [u8]),
    /// Bytes of a line that is no field, or of its continuation.
    Text(&'a [u8]),
    /// Bytes behind the empty line that ends the header.
    Body(&'a [u8]),
}

/// Cuts a message into [`Piece`]s.
#[derive(Debug)]
#[allow(clippy::struct_excessive_bools, reason = "each is something seen on the way")]
pub struct HeaderZone {
    state: State,
    /// The message's first bytes, until they tell whether a BOM or a `From ` line opens it.
    opening: Vec<u8>,
    name: Name,
    /// What a continuation line continues.
    line: Line,
    /// Whether a field or text of the message's own has been seen: only then an empty line ends
    /// the header.
    begun: bool,
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
            opening: Vec::with_capacity(OPENING),
            name: Name::default(),
            line: Line::Text,
            begun: false,
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
    pub fn feed(&mut self, mut bytes: &[u8], sink: &mut impl FnMut(Piece<'_>)) {
        while !bytes.is_empty() {
            let taken = match self.state {
                State::Opening => self.opening(bytes, sink),
                State::FromLine => self.skip_mbox_line(bytes),
                State::LineStart => self.line_start(bytes),
                State::Name => self.name(bytes, sink),
                State::Rest => self.rest(bytes, sink),
                State::Body => {
                    sink(Piece::Body(bytes));
                    bytes.len()
                }
            };
            bytes = bytes.get(taken..).unwrap_or_default();
        }
    }

    /// Says that the message ends here, so that what was held back comes out.
    pub fn finish(&mut self, sink: &mut impl FnMut(Piece<'_>)) {
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

    fn opening(&mut self, bytes: &[u8], sink: &mut impl FnMut(Piece<'_>)) -> usize {
        let wanted = OPENING.saturating_sub(self.opening.len());
        let (taken, _) = bytes.split_at(wanted.min(bytes.len()));
        self.opening.extend_from_slice(taken);
        if self.opening.len() == OPENING {
            self.open(sink);
        }
        taken.len()
    }

    /// Judges the first bytes and lets them go their way.
    fn open(&mut self, sink: &mut impl FnMut(Piece<'_>)) {
        let held = std::mem::take(&mut self.opening);
        let text = held.strip_prefix(BOM).unwrap_or(&held);
        self.mbox_line = text.starts_with(b"From ");
        let mbox = self.mbox_line || text.starts_with(b">From ");
        self.state = if mbox { State::FromLine } else { State::LineStart };
        self.ends_at_cr = mbox;
        self.feed(text, sink);
    }

    fn skip_mbox_line(&mut self, bytes: &[u8]) -> usize {
        let line = line_of(bytes);
        if let Some(at) = self.bare_cr(line) {
            self.begin_rest_of_first_line();
            return at;
        }
        if line.ends_with(b"\n") {
            self.begin_line();
        }
        line.len()
    }

    fn begin_line(&mut self) {
        self.state = State::LineStart;
        self.first_line = false;
        self.ends_at_cr = false;
    }

    /// Where the bytes behind a CR begin that is no part of a line's end, if it may end anything.
    fn bare_cr(&mut self, bytes: &[u8]) -> Option<usize> {
        if !self.ends_at_cr {
            return None;
        }
        bytes.iter().position(|&byte| {
            let after_cr = std::mem::replace(&mut self.after_cr, byte == b'\r');
            after_cr && !matches!(byte, b'\r' | b'\n')
        })
    }

    fn begin_rest_of_first_line(&mut self) {
        self.ends_at_cr = false;
        self.line = Line::Text;
        self.state = State::Rest;
    }

    fn line_start(&mut self, bytes: &[u8]) -> usize {
        match bytes.first() {
            Some(b'\r') => 1,
            Some(b'\n') => {
                self.first_line = false;
                self.end_empty_line();
                1
            }
            Some(b' ' | b'\t') => {
                self.state = State::Rest;
                0
            }
            _ => {
                self.state = State::Name;
                self.name.clear();
                0
            }
        }
    }

    fn end_empty_line(&mut self) {
        self.empty_line = true;
        self.line = Line::Text;
        if self.begun {
            self.state = State::Body;
        } else {
            self.begins_empty = true;
        }
    }

    fn name(&mut self, bytes: &[u8], sink: &mut impl FnMut(Piece<'_>)) -> usize {
        let end = memchr2(b':', b'\n', bytes).unwrap_or(bytes.len());
        for (at, &byte) in bytes.iter().take(end).enumerate() {
            if !self.name.push(byte) {
                self.flush_text(sink);
                return at;
            }
            self.drop_inner_bom();
        }
        match bytes.get(end) {
            Some(b':') => self.begin_field(sink),
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

    fn begin_field(&mut self, sink: &mut impl FnMut(Piece<'_>)) {
        let volatile = is_volatile(self.name.written());
        self.begun |= !volatile;
        self.line = Line::Field;
        self.state = State::Rest;
        self.ends_at_cr = self.first_line && volatile && !self.name.is("message-id");
        sink(Piece::Field { name: self.name.written(), volatile });
    }

    /// What looked like a field name is the beginning of a line of text.
    fn flush_text(&mut self, sink: &mut impl FnMut(Piece<'_>)) {
        self.line = Line::Text;
        self.state = State::Rest;
        self.begun |= !self.name.written().is_empty();
        sink(Piece::Text(self.name.written()));
    }

    fn rest(&mut self, bytes: &[u8], sink: &mut impl FnMut(Piece<'_>)) -> usize {
        let line = line_of(bytes);
        if let Some((value, _)) = self.bare_cr(line).and_then(|at| line.split_at_checked(at)) {
            self.begin_rest_of_first_line();
            sink(Piece::Value(value));
            return value.len();
        }
        match self.line {
            Line::Field => sink(Piece::Value(line)),
            Line::Text => {
                self.begun |= line.iter().any(|byte| !byte.is_ascii_whitespace());
                sink(Piece::Text(line));
            }
        }
        if line.ends_with(b"\n") {
            self.begin_line();
        }
        line.len()
    }
}

/// The bytes up to the end of a line, and with it; all of them if it is not among them.
fn line_of(bytes: &[u8]) -> &[u8] {
    let end = memchr(b'\n', bytes).map_or(bytes.len(), |end| end + 1);
    bytes.get(..end).unwrap_or(bytes)
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

    fn is(&self, name: &str) -> bool {
        self.written.eq_ignore_ascii_case(name.as_bytes())
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
                Piece::Field { name, volatile } => {
                    told.push_str(&String::from_utf8_lossy(name));
                    kind = if volatile { '~' } else { '=' };
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
    }

    #[test]
    fn blanks_and_crs_around_the_name() {
        check(b"A \t : 1\n\nx", "A=1|x", true);
        check(b"\rA\r: 1\r\r\n\nx", "A=1|x", true);
        check(b": 1\n\nx", "=1|x", true);
    }

    #[test]
    fn a_cr_ends_what_transport_put_into_the_first_line() {
        check(b"Return-Path: a\rB: 2\r\rx", "Return-Path~a\"B:2x", false);
        check(b"From a@b Fri\rB: 2\rx\n", "\"B:2x", false);
        check(b"Return-Path: a\r\r\nB: 2\n\nx", "Return-Path~aB=2|x", true);
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
