//! From a file's bytes to what is known of the message: its key and its shape.
//!
//! A message with a usable Message-ID costs its header and a first look at its body. Only one
//! without is read whole, for its canonical content is its key.

use std::io;
use std::ops::ControlFlow;

use crate::mail_file::MailFile;
use crate::maildir::mail_like;
use crate::message::beginnings::Beginnings;
use crate::message::canonical::{Canonical, Content};
use crate::message::compression::Storage;
use crate::message::envelope::{self, Envelope, date_of};
use crate::message::fields::{Fields, Wanted};
use crate::message::header::{HeaderZone, Piece, Sink};
use crate::message::id::{self, Clarity, Key, MessageId, clarity, message_id};
use crate::message::known::Known;
use crate::message::letters::Letters;
use crate::message::placeholder;
use crate::message::wire::Wire;

/// What is wanted beyond the identity.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Options {
    /// Whether the Date field is wanted.
    pub date: bool,
    /// How much more is wanted of the message.
    pub extent: Extent,
    /// Whether only Message-IDs count: then no content is computed to be a key.
    pub ids_only: bool,
}

/// How much of a message is wanted beyond its identity.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub enum Extent {
    /// Nothing.
    #[default]
    Key,
    /// What its header says.
    Header,
    /// That, and its content.
    Whole,
}

/// What is known of a message beyond its identity.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Details {
    /// What its header says.
    pub header: Header,
    /// Its content and what that begins with, where that was wanted.
    pub whole: Option<(Content, Beginnings)>,
    /// Its content as it is written, where that may be the message's: of what may be quoted in an
    /// mbox, and may not.
    pub as_written: Option<Content>,
}

/// What a message's header says, and how long it is.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Header {
    /// Date, From and Subject.
    pub envelope: Envelope,
    /// How many bytes a server sends for it: every line ends in CR LF. Up to and with the empty
    /// line that ends it; all of the message where there is none.
    pub wire_size: u64,
}

/// What a file's bytes say.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Identity {
    /// Its usable Message-ID, if it has one: its key then.
    pub id: Option<MessageId>,
    /// Its canonical content, where it had to be computed: its key if it has no id and contents
    /// count.
    pub content: Option<Content>,
    /// What of it is missing or out of the ordinary.
    pub shape: Shape,
    /// Its size in bytes, decompressed; `None` where a compressed file was not read to its end.
    pub length: Option<u64>,
    /// Its Date field in seconds since 1970-01-01 UTC, where wanted and there.
    pub date: Option<i64>,
    /// What else was wanted.
    pub details: Option<Box<Details>>,
}

impl Identity {
    /// What makes it the same message as another; `case_sensitive` is whether letter case tells
    /// Message-IDs apart.
    pub fn key(&self, case_sensitive: bool) -> Key {
        let content = || Key::Content(self.content.unwrap_or_default());
        self.id.as_ref().map_or_else(content, |id| id.key(case_sensitive))
    }
}

/// What of a message is missing or out of the ordinary.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[allow(clippy::struct_excessive_bools, reason = "each is a trait of its own")]
pub struct Shape {
    /// No empty line anywhere in a file that is not empty: no end of header.
    pub no_header_end: bool,
    /// The header ends, and nothing but blanks follows it.
    pub no_body: bool,
    /// mbsync's stand-in for a message over its MaxSize.
    pub placeholder: bool,
    /// How many X-TUID fields it has: lines that mbsync added.
    pub x_tuids: u8,
    /// NUL bytes and nothing else, as far as [`NULS`].
    pub nul_filled: bool,
    /// It begins with a `From ` line, as in an mbox.
    pub mbox_line: bool,
    /// No From, To or Subject says anything, or an empty line stands before them.
    pub anonymous: bool,
    /// Not one field that messages usually have.
    pub no_usual_field: bool,
    /// Nothing but blanks and X-TUID fields.
    pub blank: bool,
    /// Whether other programs read the same Message-ID.
    pub clarity: Clarity,
}

/// The word for each trait, and where it stands.
type Trait = (&'static str, fn(&mut Shape) -> &mut bool);
const TRAITS: [Trait; 8] = [
    ("no-header-end", |shape| &mut shape.no_header_end),
    ("no-body", |shape| &mut shape.no_body),
    ("placeholder", |shape| &mut shape.placeholder),
    ("nul-filled", |shape| &mut shape.nul_filled),
    ("mbox-line", |shape| &mut shape.mbox_line),
    ("anonymous", |shape| &mut shape.anonymous),
    ("no-usual-field", |shape| &mut shape.no_usual_field),
    ("blank", |shape| &mut shape.blank),
];

/// The word for each way in which an id is not clear.
const CLARITIES: [(&str, Clarity); 3] = [
    ("id-missing", Clarity::Missing),
    ("id-unclear", Clarity::Unclear),
    ("id-several", Clarity::Several),
];

impl Shape {
    /// The stable words for what is out of the ordinary, X-TUID fields apart.
    pub fn words(mut self) -> Vec<&'static str> {
        let traits = TRAITS.iter().filter(|(_, holds)| *holds(&mut self)).map(|(word, _)| *word);
        let mut words: Vec<&str> = traits.collect();
        words.extend(CLARITIES.iter().filter(|(_, of)| *of == self.clarity).map(|(word, _)| *word));
        words
    }

    /// Says what a word of [`Shape::words`] says; `false` for one that is none.
    pub fn add(&mut self, word: &str) -> bool {
        if let Some((_, holds)) = TRAITS.iter().find(|(known, _)| *known == word) {
            *holds(self) = true;
            return true;
        }
        let clarity = CLARITIES.iter().find(|(known, _)| *known == word);
        self.clarity = clarity.map_or(self.clarity, |(_, clarity)| *clarity);
        clarity.is_some()
    }
}

/// How many NUL bytes at the start of a file say that no message is in it.
pub const NULS: u64 = 64 << 10;

/// When a file counts as mail.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Counts {
    /// By its place or name, whatever is in it.
    Always,
    /// If it looks like mail. What cannot be decoded may be mail, and is an error.
    IfMail,
    /// If it looks like mail. What cannot be decoded is none: a backup beside the folders is no
    /// trouble.
    IfReadableMail,
}

/// Identifies one message after the other, in the memory that the first has taken.
#[derive(Debug, Default)]
pub struct Identifier {
    survey: Survey,
}

impl Identifier {
    /// Identifies the message in an open file; `None` where the file does not count.
    ///
    /// # Errors
    /// What the system says, and compressions that cannot be read.
    pub fn identify(
        &mut self,
        mail: &mut MailFile<'_>,
        counts: Counts,
        options: Options,
    ) -> io::Result<Option<Identity>> {
        if counts != Counts::Always && !looks_like_mail(mail, counts)? {
            return Ok(None);
        }
        let compressed = mail.storage() != Storage::Plain;
        let survey = &mut self.survey;
        survey.begin(compressed && mail.is_small(), options.date);
        let ended = mail.read(|chunk| survey.take(chunk))?;
        let length = if compressed { ended.then_some(survey.read) } else { Some(mail.size()) };
        let (found, shape, date) = survey.finish(ended);
        let is_wanted = options.extent > Extent::Key;
        let details = is_wanted.then(|| details(mail, options.extent)).transpose()?.map(Box::new);
        let known = details.as_ref().and_then(|details| details.whole.as_ref());
        let content = match (known, &found) {
            (Some((content, _)), _) => Some(*content),
            (None, None) if !options.ids_only => Some(content(mail)?),
            (None, _) => None,
        };
        Ok(Some(Identity { id: found, content, shape, length, date, details }))
    }
}

/// What is known of an open message beyond its identity, as much as is wanted.
///
/// # Errors
/// As [`Identifier::identify`].
pub fn details(mail: &mut MailFile<'_>, extent: Extent) -> io::Result<Details> {
    let header = header(mail)?;
    let whole = if extent == Extent::Whole { Some(noted_content(mail)?) } else { None };
    Ok(Details { header, whole, as_written: None })
}

/// What the header of an open message says.
///
/// # Errors
/// As [`Identifier::identify`].
pub fn header(mail: &mut MailFile<'_>) -> io::Result<Header> {
    const LONGEST: usize = envelope::LONGEST_VALUE;
    let mut fields = Fields::new(&[("date", LONGEST), ("from", LONGEST), ("subject", LONGEST)]);
    let mut zone = HeaderZone::new();
    let mut wire = Wire::default();
    mail.read(|chunk| {
        let mut body = 0;
        zone.feed(chunk, &mut |piece: Piece<'_>| match piece {
            Piece::Body(bytes) => body += bytes.len(),
            piece => fields.take(&piece),
        });
        wire.take(chunk.get(..chunk.len().saturating_sub(body)).unwrap_or(chunk));
        if zone.is_in_body() { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
    })?;
    zone.finish(&mut |piece: Piece<'_>| fields.take(&piece));
    let [date, from, subject] = ["date", "from", "subject"].map(|name| fields.first(name));
    Ok(Header { envelope: Envelope::new(date, from, subject), wire_size: wire.size() })
}

/// The canonical content of an open message, which is read whole, and what it begins with.
///
/// # Errors
/// As [`Identifier::identify`].
pub fn noted_content(mail: &mut MailFile<'_>) -> io::Result<(Content, Beginnings)> {
    read_whole(mail, Canonical::noting()).map(Canonical::finish_noted)
}

/// The canonical content of an open message, which is read whole.
///
/// # Errors
/// As [`Identifier::identify`].
pub fn content(mail: &mut MailFile<'_>) -> io::Result<Content> {
    content_up_to(mail, u64::MAX)
}

/// The content of an open message to the byte, but for line ends and volatile fields.
///
/// # Errors
/// As [`Identifier::identify`].
pub fn exact_content(mail: &mut MailFile<'_>) -> io::Result<Content> {
    hash(mail, Canonical::exact())
}

/// The canonical content of a message cut behind `limit` canonical bytes.
///
/// # Errors
/// As [`Identifier::identify`].
pub fn content_up_to(mail: &mut MailFile<'_>, limit: u64) -> io::Result<Content> {
    hash(mail, Canonical::limited(limit))
}

fn hash(mail: &mut MailFile<'_>, canonical: Canonical) -> io::Result<Content> {
    read_whole(mail, canonical).map(Canonical::finish)
}

fn read_whole(mail: &mut MailFile<'_>, mut canonical: Canonical) -> io::Result<Canonical> {
    mail.read(|chunk| {
        canonical.update(chunk);
        ControlFlow::Continue(())
    })?;
    Ok(canonical)
}

fn looks_like_mail(mail: &mut MailFile<'_>, counts: Counts) -> io::Result<bool> {
    let decodes = mail.storage() != Storage::Plain;
    match mail_like::looks_like_mail(mail) {
        Err(_) if decodes && counts == Counts::IfReadableMail => Ok(false),
        looked => looked,
    }
}

const MESSAGE_ID: Wanted = ("message-id", id::LONGEST_VALUE);
/// Only the mark that mbsync puts at its beginning counts.
const SUBJECT: Wanted = ("subject", 64);
const DATE: Wanted = ("date", envelope::LONGEST_VALUE);

/// One look at a message, as far into it as it takes.
#[derive(Debug, Default)]
struct Survey {
    zone: HeaderZone,
    parts: Parts,
    /// How many bytes have been read.
    read: u64,
    /// How many of them, from the first on, are NUL.
    nuls: u64,
    /// Whether all of them are wanted, for their number.
    whole: bool,
}

/// What is kept of a message's pieces.
#[derive(Debug, Default)]
struct Parts {
    head: Head,
    body: Body,
}

impl Sink for Parts {
    fn take(&mut self, piece: Piece<'_>) {
        match piece {
            Piece::Body(bytes) => self.body.take(bytes),
            piece => self.head.take(&piece),
        }
    }

    fn wanted(&self) -> Option<Letters> {
        Some(self.head.wanted())
    }
}

/// What the fields of a header say.
#[derive(Debug)]
struct Head {
    /// The current field.
    field: Known,
    /// Message-ID, Subject and, where it is wanted, Date.
    values: Fields,
    traits: Traits,
    /// Whether the Date field is wanted.
    dated: bool,
}

/// The beginning of a body: enough to tell nothing from something, and something from a
/// placeholder.
#[derive(Debug, Default)]
struct Body {
    /// As far as it may be a placeholder's.
    head: Vec<u8>,
    /// What it begins with tells that it is no placeholder's.
    ordinary: bool,
    /// Whether anything but blanks has been seen.
    something: bool,
}

impl Survey {
    /// Begins with another message.
    fn begin(&mut self, whole: bool, dated: bool) {
        self.zone = HeaderZone::new();
        self.parts.head.begin(dated);
        self.parts.body.begin();
        (self.read, self.nuls, self.whole) = (0, 0, whole);
    }

    fn take(&mut self, chunk: &[u8]) -> ControlFlow<()> {
        if self.nuls == self.read && chunk.first() == Some(&0) {
            self.nuls += chunk.iter().take_while(|&&byte| byte == 0).count() as u64;
        }
        self.read += chunk.len() as u64;
        let Survey { zone, parts, .. } = self;
        zone.feed(chunk, parts);
        if zone.is_in_body() && parts.body.is_told() && !self.whole {
            ControlFlow::Break(())
        } else {
            ControlFlow::Continue(())
        }
    }

    fn finish(&mut self, ended: bool) -> (Option<MessageId>, Shape, Option<i64>) {
        self.zone.finish(&mut self.parts);
        let Parts { head: Head { values, traits, .. }, body } = &self.parts;
        let ids = || values.all(MESSAGE_ID.0);
        let usable = ids().filter(|value| value.len() <= id::LONGEST_VALUE);
        let subject = values.first(SUBJECT.0).unwrap_or_default();
        let shape = Shape {
            no_header_end: self.read > 0 && !self.zone.saw_empty_line(),
            no_body: ended && self.zone.is_in_body() && !body.something,
            placeholder: ended
                && !body.ordinary
                && placeholder::is_placeholder(subject, &body.head),
            x_tuids: traits.x_tuids,
            nul_filled: self.read > 0 && self.nuls >= self.read.min(NULS),
            mbox_line: self.zone.has_mbox_line(),
            anonymous: !traits.named || self.zone.begins_empty(),
            no_usual_field: !traits.usual,
            blank: !traits.says && !body.something,
            clarity: clarity(ids()),
        };
        let date = values.first(DATE.0).and_then(date_of);
        (message_id(usable), shape, date)
    }
}

/// What the names of the fields tell, and whether those that name the message are empty.
#[derive(Debug, Default)]
#[allow(clippy::struct_excessive_bools, reason = "each is a trait of its own")]
struct Traits {
    x_tuids: u8,
    /// One of the fields is one that messages usually have.
    usual: bool,
    /// From, To or Subject has said something.
    named: bool,
    /// There is a Subject.
    subject: bool,
    /// There is a field but X-TUID, or text.
    says: bool,
}

impl Default for Head {
    fn default() -> Head {
        let values = Fields::new(&[MESSAGE_ID, SUBJECT]);
        Head { field: Known::Other, values, traits: Traits::default(), dated: false }
    }
}

impl Head {
    fn begin(&mut self, dated: bool) {
        const DATED: &[Wanted] = &[MESSAGE_ID, SUBJECT, DATE];
        self.field = Known::Other;
        self.values.begin_with(if dated { DATED } else { &[MESSAGE_ID, SUBJECT] });
        self.traits = Traits::default();
        self.dated = dated;
    }

    fn take(&mut self, piece: &Piece<'_>) {
        if let Piece::Field(name) = *piece {
            self.field = Known::of(name);
        }
        self.traits.take(self.field, piece);
        if matches!(self.field, Known::MessageId | Known::Subject | Known::Date) {
            self.values.take(piece);
        }
    }

    /// What lines begin with that may still tell something. Of most fields the first tells all; of
    /// Message-ID and X-TUID each counts.
    fn wanted(&self) -> Letters {
        let Traits { usual, named, subject, .. } = self.traits;
        if !usual {
            return Known::INITIALS;
        }
        let dates = if self.dated { Letters::of(b"d") } else { Letters::NONE };
        let subjects = if subject { Letters::NONE } else { Letters::of(b"s") };
        let names = if named { Letters::NONE } else { Letters::of(b"fts") };
        Letters::of(b"mx").and(dates).and(subjects).and(names)
    }
}

impl Traits {
    /// Looks at a piece of a field, or of text behind one.
    fn take(&mut self, field: Known, piece: &Piece<'_>) {
        match *piece {
            Piece::Field(_) => {
                self.usual |= field.is_usual();
                self.subject |= field == Known::Subject;
                self.x_tuids = self.x_tuids.saturating_add(u8::from(field == Known::XTuid));
                self.says |= field != Known::XTuid;
            }
            Piece::Text(bytes) => self.says |= bytes.iter().any(|byte| !byte.is_ascii_whitespace()),
            Piece::Value(bytes) if field.names_message() && !self.named => {
                self.named = bytes.iter().any(|byte| !byte.is_ascii_whitespace());
            }
            _ => {}
        }
    }
}

impl Body {
    fn begin(&mut self) {
        self.head.clear();
        (self.ordinary, self.something) = (false, false);
    }

    fn take(&mut self, bytes: &[u8]) {
        self.something |= bytes.iter().any(|byte| !byte.is_ascii_whitespace());
        self.ordinary |= self.head.is_empty() && !placeholder::may_begin_placeholder(bytes);
        if !self.ordinary {
            let room = (placeholder::LONGEST_BODY + 1).saturating_sub(self.head.len());
            self.head.extend(bytes.iter().take(room));
            self.ordinary = !placeholder::may_be_placeholder(&self.head);
        }
    }

    /// Whether more of the body would not tell more.
    fn is_told(&self) -> bool {
        self.something && self.ordinary
    }
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::io::Write;

    use flate2::write::GzEncoder;

    use super::*;
    use crate::mail_file::Buffer;

    fn identity(message: &[u8], counts: Counts) -> Option<Identity> {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("1");
        fs::write(&path, message).unwrap();
        let mut buffer = Buffer::default();
        let mut mail = MailFile::open(&path, &mut buffer).unwrap();
        let mut identifier = Identifier::default();
        // What it has seen before leaves no trace.
        let _ = identifier.survey.take(b"To: a\nX-TUID: 1\nMessage-ID: <b@c>\n\nHaving a size");
        identifier.identify(&mut mail, counts, Options::default()).unwrap()
    }

    fn shape(message: &[u8]) -> Shape {
        identity(message, Counts::Always).unwrap().shape
    }

    #[test]
    fn a_usable_id_is_the_key_else_the_content() {
        let with = identity(b"Message-ID: <A@b>\n\nbody", Counts::Always).unwrap();
        assert_eq!((with.key(false).to_string().as_str(), with.content), ("a@b", None));
        assert_eq!(with.key(true).to_string(), "A@b");
        let without = identity(b"Subject: s\n\nbody", Counts::Always).unwrap();
        assert_eq!(without.key(false), Key::Content(without.content.unwrap()));
        assert!(identity(b"", Counts::Always).unwrap().key(false).is_empty());
    }

    #[test]
    fn shapes() {
        let plain = shape(b"From: a\nMessage-ID: <a@b>\n\nbody");
        assert_eq!(plain, Shape::default());
        let check = |message: &[u8], expected: Shape| assert_eq!(shape(message), expected);
        let no_header_end = Shape { no_header_end: true, ..plain };
        check(b"From: a\nMessage-ID: <a@b>\n", no_header_end);
        let no_body = Shape { no_body: true, ..plain };
        check(b"From: a\nMessage-ID: <a@b>\n\n \r\n", no_body);
        let long = [&b"To: a\nMessage-ID: <a@b>\n\n"[..], &vec![b'\n'; 50_000]].concat();
        check(&long, no_body);
        check(&[&long[..], b"x"].concat(), plain);
        let mbox_line = Shape { mbox_line: true, ..plain };
        check(b"From a@b Fri\nFrom: a\nMessage-ID: <a@b>\n\nbody", mbox_line);
        let anonymous = Shape { anonymous: true, ..plain };
        check(b"From: \nTo:\nMessage-ID: <a@b>\n\nbody", anonymous);
        check(b"\nFrom: a\nMessage-ID: <a@b>\n\nbody", anonymous);
        // All of it fits into what tells whether a `From ` line opens a message.
        assert!(!shape(b"A:1\n\nxy").no_body && shape(b"A:1\n\n\n").no_body);
        assert!(!shape(b"\x0c\nY: 1").blank && !shape(b"\x0c\nzzz").blank);
        let nothing =
            Shape { anonymous: true, no_usual_field: true, clarity: Clarity::Missing, ..plain };
        check(b"", Shape { blank: true, ..nothing });
        check(b"X-TUID: 123456789012\n\n", Shape { blank: true, x_tuids: 1, ..nothing });
        check(b"X: 1\n\nbody", nothing);
        check(&[0; 9], Shape { nul_filled: true, no_header_end: true, ..nothing });
        check(&[0, 1], Shape { no_header_end: true, ..nothing });
        let several = Shape { clarity: Clarity::Several, ..plain };
        check(b"From: a\nMessage-ID: <a@b>\nMessage-ID: <c@d>\n\nbody", several);
    }

    #[test]
    fn words_tell_a_shape() {
        let mail = b"\nFrom \nX-TUID: 1";
        for mail in [&b""[..], mail, &[0; 9], b"From x\nMessage-ID: a\n\n", b"From: a\n\nb"] {
            let shape = shape(mail);
            let mut told = Shape { x_tuids: shape.x_tuids, ..Shape::default() };
            assert!(shape.words().iter().all(|word| told.add(word)));
            assert_eq!(told, shape);
        }
        assert!(!Shape::default().add("odd") && Shape::default().words().is_empty());
    }

    #[test]
    fn a_placeholder_is_told_by_subject_and_body() {
        let body = "Having a size of 150KiB, this message is over the MaxSize limit.\n\
            Flag it and sync again (Sync mode ReNew) to fetch its real contents.\n";
        let mail = format!("Subject: [placeholder] big\nMessage-ID: <a@b>\n\n{body}");
        assert!(shape(mail.as_bytes()).placeholder);
        let quoted = format!("Subject: [placeholder] big\n\n{body}{}", "more ".repeat(60));
        assert!(!shape(quoted.as_bytes()).placeholder);
    }

    #[test]
    fn a_header_longer_than_a_read_is_read_on() {
        let pad = "X-Pad: ".to_owned() + &"x".repeat(900) + "\n";
        let mail = pad.repeat(200) + "Message-ID: <late@b>\n\nbody";
        let found = identity(mail.as_bytes(), Counts::Always).unwrap().id.unwrap();
        assert_eq!(&*found.id, b"late@b");
    }

    #[test]
    fn the_length_of_a_compressed_message_is_its_own() {
        // Of what compresses badly the file is longer than a first read.
        let digits =
            (1..1600_u64).map(|at| format!("{:016x}\n", at.wrapping_mul(0x9e37_79b9_7f4a_7c15)));
        for body in ["body\n".repeat(99), digits.collect()] {
            let mail = format!("From: a\nTo: b\n\n{body}");
            let mut encoder = GzEncoder::new(Vec::new(), flate2::Compression::fast());
            encoder.write_all(mail.as_bytes()).unwrap();
            let packed = encoder.finish().unwrap();
            assert!(packed.len() < 16 << 10);
            for counts in [Counts::Always, Counts::IfMail, Counts::IfReadableMail] {
                let length = identity(&packed, counts).unwrap().length;
                assert_eq!(length, Some(mail.len() as u64), "{counts:?}");
            }
        }
    }

    #[test]
    fn what_does_not_count_by_its_name_must_look_like_mail() {
        assert!(identity(b"From: a\nTo: b\n\n", Counts::IfMail).is_some());
        assert!(identity(b"GIF89a", Counts::IfMail).is_none());
        assert!(identity(b"", Counts::IfMail).is_none());
    }

    #[test]
    fn a_header_is_as_long_as_a_server_sends_it() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("mail");
        let long = format!("A: {}\n", "x".repeat(99)).repeat(999);
        for (mail, size) in [
            ("A: 1\n\nbody\n", 8),
            ("A: 1\r\n\r\nbody\r\n", 8),
            ("A: 1\n\r\nbody\n", 8),
            ("A: 1\nB: 2\n", 12),
            ("A: 1\r\nB: 2", 10),
            ("A: 1\rB: 2\r", 10),
            ("X-TUID: t\n\nA: 1\n\nbody\n", 21),
            ("A\n\nbody", 5),
            ("", 0),
            (&format!("{long}\nbody\n"), long.len() as u64 + 999 + 2),
        ] {
            fs::write(&path, mail).unwrap();
            let mut buffer = Buffer::default();
            let header = header(&mut MailFile::open(&path, &mut buffer).unwrap()).unwrap();
            assert_eq!(header.wire_size, size, "{:?}", mail.get(..20));
        }
    }
}
