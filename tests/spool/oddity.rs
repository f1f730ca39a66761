//! Strange mail, of every form in which servers and programs disagree.

use super::letter::Letter;

/// A way in which a message is strange.
#[derive(Clone, Copy)]
pub(crate) struct Oddity {
    /// Its name.
    pub(crate) label: &'static str,
    bend: fn(&Letter) -> Vec<u8>,
}

impl Oddity {
    /// A letter with a Message-ID, made strange.
    pub(crate) fn of(self, letter: &Letter) -> Vec<u8> {
        (self.bend)(letter)
    }
}

/// All of them.
pub(crate) const ODDITIES: &[Oddity] = &[
    // Line ends and bytes.
    odd("CRLF throughout", |letter| crlf(&letter.bytes())),
    odd("CRLF in the header", |letter| [crlf(&head(letter)), letter.body.clone()].concat()),
    odd("bare CR in the body", |letter| ending(letter, b"a\rb\nline\r\r\nend\n\rstart\n")),
    odd("NUL in the body", |letter| ending(letter, b"before\0after\0\n")),
    odd("no line's end at the end", |letter| ending(letter, b"the last words")),
    odd("a line of 200 KB", |letter| ending(letter, &line(200_000))),
    odd("a line of 2 MB", |letter| ending(letter, &line(2_000_000))),
    odd("From in the body", |letter| ending(letter, b"\nFrom here on\n>From there\n.\n..\n")),
    odd("8-bit header", |letter| latin1(&field(letter, "X-Place: Orl\u{e9}ans"))),
    odd("UTF-8 header", |letter| field(letter, "X-Place: Orléans")),
    // The header's form.
    odd("From_ line", |letter| before(letter, b"From ann@example.org Fri Jun 17 22:14:41 2016\n")),
    odd("BOM", |letter| before(letter, b"\xef\xbb\xbf")),
    odd("BOM before the id", |letter| before(&id_first(letter), b"\xef\xbb\xbf")),
    odd("leading empty line", |letter| before(letter, b"\n")),
    odd("leading continuation", |letter| before(letter, b"  stray\n")),
    odd("junk line", |letter| field_first(letter, "this line has no colon")),
    odd("blank before a colon", |letter| field(letter, "X-Blank : 1")),
    odd("line of blanks", |letter| field(letter, "X-Odd: 1\n \t\n more")),
    odd("field without a value", |letter| field(letter, "X-Nothing:\nX-Blanks:   ")),
    odd("field of 70 KB", |letter| field_first(letter, &format!("X-Big: {}", "x ".repeat(35_000)))),
    odd("field of 1 MB", |letter| field_first(letter, &format!("X-Big: {}", "x ".repeat(500_000)))),
    odd("NUL in the header", |letter| field(letter, "X-Nul: a\0b")),
    odd("X-TUID of an earlier sync", |letter| field_first(letter, "X-TUID: AAAAAAAAAAAA")),
    odd("fields of mail programs", |letter| {
        field(letter, "Status: RO\nX-UID: 17\nContent-Length: 99\nX-Mozilla-Status: 0001")
    }),
    odd("header only", head),
    odd("no end of header", |letter| fields(letter).into_bytes()),
    odd("no end of header, nor of line", |letter| fields(letter).trim_end().as_bytes().to_vec()),
    // Hardly mail.
    odd("empty", |_| Vec::new()),
    odd("NUL-filled", |letter| vec![0; 500 + usize_of(letter) % 500]),
    odd("CR for LF", |letter| cr(&letter.bytes())),
    odd("body only", |letter| {
        [b"\nOnly words, number ", digits(letter).as_bytes(), b".\n"].concat()
    }),
    odd("neither From, To nor Subject", |letter| {
        let kept = |field: &&String| {
            !["From:", "To:", "Subject:"].iter().any(|name| field.starts_with(name))
        };
        let fields = letter.fields.iter().filter(kept).cloned().collect();
        Letter { fields, ..letter.clone() }.bytes()
    }),
    // The id.
    odd("no id", |letter| without_id(letter).bytes()),
    odd("no id, CRLF", |letter| crlf(&without_id(letter).bytes())),
    odd("id folded", |letter| id(letter, |id| format!("\n \n\t{id}"))),
    odd("id folded within", |letter| id(letter, |id| id.replace('@', "\n @"))),
    odd("id with blanks", |letter| {
        id(letter, |id| id.replace('<', "< a b").replace('@', " @ ").replace('>', " >"))
    }),
    odd("id with a comment", |letter| id(letter, |id| format!("(see <x@y>) {id} (added)"))),
    odd("id with a comment within", |letter| id(letter, |id| id.replace('@', "(c)@"))),
    odd("id without brackets", |letter| id(letter, |id| bare(id).to_owned())),
    odd("id without an end", |letter| id(letter, |id| id.trim_end_matches('>').to_owned())),
    odd("id without a beginning", |letter| id(letter, |id| id.trim_start_matches('<').to_owned())),
    odd("id in two brackets", |letter| id(letter, |id| format!("<{id}>"))),
    odd("id after words", |letter| id(letter, |id| format!("foo {id}"))),
    odd("id before words", |letter| id(letter, |id| format!("{id} foo"))),
    odd("id in a quoted part", |letter| id(letter, |id| format!("<\"a>b\"{}>", bare(id)))),
    odd("id in RFC 2047 words", |letter| {
        id(letter, |id| {
            let quoted = id.replace('=', "=3D").replace('<', "=3C").replace('>', "=3E");
            format!("=?utf-8?q?{}?=", quoted.replace('@', "=40").replace('?', "=3F"))
        })
    }),
    odd("id in 8 bit", |letter| latin1(&id(letter, |id| id.replace('@', "\u{e9}@")))),
    odd("id in UTF-8", |letter| id(letter, |id| id.replace('@', "é@"))),
    odd("id with a NUL", |letter| id(letter, |id| id.replace('@', "\0@"))),
    odd("id with controls", |letter| id(letter, |id| id.replace('@', "\x01\x7f@"))),
    odd("id in capitals", |letter| id(letter, str::to_uppercase)),
    odd("id of 250 bytes", |letter| {
        id(letter, |id| id.replace('@', &format!("{}@", "x".repeat(190))))
    }),
    odd("id without @", |letter| id(letter, |id| id.replace('@', "."))),
    odd("id of two @", |letter| id(letter, |id| id.replace('>', "@example.net>"))),
    odd("two ids", |letter| id(letter, |id| format!("{id} {}", second(id)))),
    odd("two fields", |letter| id(letter, |id| format!("{id}\nMessage-ID: {}", second(id)))),
    odd("an empty field, then the id", |letter| id(letter, |id| format!("\nMessage-ID: {id}"))),
    odd("the id, then an empty field", |letter| id(letter, |id| format!("{id}\nMessage-ID:"))),
    odd("words, then the id", |letter| id(letter, |id| format!("foo\nMessage-ID: {id}"))),
    odd("empty brackets", |letter| id(letter, |_| "<>".to_owned())),
    odd("brackets around @", |letter| id(letter, |_| "<@>".to_owned())),
    odd("words for an id", |letter| id(letter, |_| "system message".to_owned())),
    odd("blank before the id's colon", |letter| {
        String::from_utf8(id(letter, str::to_owned))
            .unwrap()
            .replacen("Message-ID:", "Message-ID :", 1)
            .into_bytes()
    }),
    odd("the id behind a junk line", |letter| {
        String::from_utf8(id(letter, str::to_owned))
            .unwrap()
            .replacen("Message-ID:", "no colon\nMessage-ID:", 1)
            .into_bytes()
    }),
];

const fn odd(label: &'static str, bend: fn(&Letter) -> Vec<u8>) -> Oddity {
    Oddity { label, bend }
}

/// Its fields, each with the end of its last line.
fn fields(letter: &Letter) -> String {
    letter.fields.iter().flat_map(|field| [field, "\n"]).collect()
}

/// Its header with the empty line.
fn head(letter: &Letter) -> Vec<u8> {
    format!("{}\n", fields(letter)).into_bytes()
}

fn before(letter: &Letter, start: &[u8]) -> Vec<u8> {
    [start, &letter.bytes()].concat()
}

fn ending(letter: &Letter, end: &[u8]) -> Vec<u8> {
    [&letter.bytes(), end].concat()
}

fn line(length: usize) -> Vec<u8> {
    [vec![b'x'; length], vec![b'\n']].concat()
}

/// With a field before the last one.
fn field(letter: &Letter, field: &str) -> Vec<u8> {
    let mut letter = letter.clone();
    letter.fields.insert(letter.fields.len() - 1, field.to_owned());
    letter.bytes()
}

/// With a field, or what is none, before the id.
fn field_first(letter: &Letter, field: &str) -> Vec<u8> {
    let mut letter = letter.clone();
    letter.fields.insert(1, field.to_owned());
    letter.bytes()
}

fn without_id(letter: &Letter) -> Letter {
    let is_id =
        |field: &str| field.get(..11).is_some_and(|name| name.eq_ignore_ascii_case("message-id:"));
    let fields = letter.fields.iter().filter(|field| !is_id(field)).cloned().collect();
    Letter { id: None, fields, ..letter.clone() }
}

/// With a Message-ID that is made of its own, at the end of the header.
fn id(letter: &Letter, bend: impl Fn(&str) -> String) -> Vec<u8> {
    let value = bend(letter.id.as_deref().unwrap());
    let mut letter = without_id(letter);
    letter.fields.push(format!("Message-ID: {value}"));
    letter.bytes()
}

fn id_first(letter: &Letter) -> Letter {
    let first = format!("Message-ID: {}", letter.id.as_deref().unwrap());
    let mut letter = without_id(letter);
    letter.fields.insert(0, first);
    letter
}

/// Another id, made of one.
fn second(id: &str) -> String {
    id.replace('<', "<second-")
}

fn bare(id: &str) -> &str {
    id.trim_matches(['<', '>'])
}

fn crlf(bytes: &[u8]) -> Vec<u8> {
    bytes.split(|&byte| byte == b'\n').collect::<Vec<_>>().join(&b"\r\n"[..])
}

fn cr(bytes: &[u8]) -> Vec<u8> {
    bytes.iter().map(|&byte| if byte == b'\n' { b'\r' } else { byte }).collect()
}

/// With each é of two bytes as one.
fn latin1(bytes: &[u8]) -> Vec<u8> {
    let mut parts = Vec::new();
    let mut rest = bytes;
    while let Some(at) = memchr::memmem::find(rest, "é".as_bytes()) {
        parts.extend_from_slice(&rest[..at]);
        parts.push(0xe9);
        rest = &rest[at + 2..];
    }
    parts.extend_from_slice(rest);
    parts
}

fn digits(letter: &Letter) -> String {
    letter.number.to_string()
}

fn usize_of(letter: &Letter) -> usize {
    usize::try_from(letter.number).unwrap()
}
