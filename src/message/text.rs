//! A body as people read it: transfer encodings and character sets decoded, in short lines; what is
//! no text as one line that says what it is.

use mailparse::body::Body;
use mailparse::{ParsedMail, parse_mail};

use super::anatomy::Mime;
use super::canonical::plain_sha1;

/// How many bytes of text are decoded at the most.
const LONGEST: usize = 256 << 10;
/// How many characters a line has at the most; longer ones are broken.
const WIDTH: usize = 120;

/// A body's text.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Text {
    /// Its lines without those of blanks alone.
    pub lines: Vec<Line>,
    /// Whether something could not be decoded, so that texts may differ in what is not seen here.
    pub lossy: bool,
}

/// A line, or a part of one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Line {
    /// The line's number in the text, from 1 on.
    pub number: usize,
    /// What it says; control characters stay.
    pub text: String,
}

/// Decodes a body; `None` where its text is too long to be read line by line.
pub fn text(mime: &Mime, body: &[u8]) -> Option<Text> {
    let mut entity = Vec::with_capacity(body.len() + 100);
    for (name, value) in
        [("Content-Type", &mime.content_type), ("Content-Transfer-Encoding", &mime.encoding)]
    {
        if !value.is_empty() {
            entity.extend([name.as_bytes(), b": ", value, b"\n"].concat());
        }
    }
    entity.push(b'\n');
    entity.extend_from_slice(body);
    let mut writer = Writer::default();
    match parse_mail(&entity) {
        Ok(mail) => writer.part(&mail, &mut Vec::new()),
        Err(_) => writer.undecoded(body),
    }
    (writer.size <= LONGEST).then_some(writer.text)
}

#[derive(Default)]
struct Writer {
    text: Text,
    /// How many lines there are so far, those of blanks included.
    number: usize,
    /// How many bytes were decoded.
    size: usize,
}

impl Writer {
    /// Writes a part and the parts in it; `place` is its number, and those of the parts that it is
    /// in.
    fn part(&mut self, mail: &ParsedMail<'_>, place: &mut Vec<String>) {
        if mail.ctype.mimetype.starts_with("multipart/") && !mail.subparts.is_empty() {
            for (at, part) in mail.subparts.iter().enumerate() {
                place.push((at + 1).to_string());
                self.part(part, place);
                place.pop();
            }
            return;
        }
        let is_text = is_text(&mail.ctype.mimetype);
        if !place.is_empty() || !is_text {
            let told = if is_text { mail.ctype.mimetype.clone() } else { describe(mail) };
            let part = if place.is_empty() { "body".to_owned() } else { place.join(".") };
            self.line(&format!("[{part}: {told}]"));
        }
        if is_text {
            match mail.get_body() {
                Ok(body) => self.lines(&body),
                Err(_) => self.undecoded(&encoded(mail)),
            }
        }
    }

    fn undecoded(&mut self, bytes: &[u8]) {
        self.text.lossy = true;
        self.lines(&String::from_utf8_lossy(bytes));
    }

    fn lines(&mut self, text: &str) {
        self.size += text.len();
        if self.size > LONGEST {
            return;
        }
        self.text.lossy |= text.contains(char::REPLACEMENT_CHARACTER);
        text.lines().for_each(|line| self.line(line));
    }

    fn line(&mut self, line: &str) {
        self.number += 1;
        let mut rest = line.trim_end();
        while !rest.is_empty() {
            let end = rest.char_indices().nth(WIDTH).map_or(rest.len(), |(end, _)| end);
            let (text, after) = rest.split_at(end);
            self.text.lines.push(Line { number: self.number, text: text.to_owned() });
            rest = after;
        }
    }
}

/// Whether a type is for reading. What is no type at all is text (RFC 2045 §5.2).
fn is_text(mimetype: &str) -> bool {
    mimetype.starts_with("text/") || mimetype.starts_with("message/") || !mimetype.contains('/')
}

/// What a part is that is no text.
fn describe(mail: &ParsedMail<'_>) -> String {
    let name = mail.get_content_disposition().params.get("filename").cloned();
    let name = name.or_else(|| mail.ctype.params.get("name").cloned());
    let name = name.map(|name| format!(" {name:?}")).unwrap_or_default();
    let (bytes, how) = match mail.get_body_raw() {
        Ok(bytes) => (bytes, ""),
        Err(_) => (encoded(mail), " that cannot be decoded"),
    };
    let mimetype = &mail.ctype.mimetype;
    format!("{mimetype}{name}, {} bytes{how}, SHA-1 {}", bytes.len(), plain_sha1(&bytes))
}

/// A part's bytes as they stand in the message.
fn encoded(mail: &ParsedMail<'_>) -> Vec<u8> {
    match mail.get_body_encoded() {
        Body::Base64(body) | Body::QuotedPrintable(body) => body.get_raw().to_vec(),
        Body::SevenBit(body) | Body::EightBit(body) => body.get_raw().to_vec(),
        Body::Binary(body) => body.get_raw().to_vec(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(content_type: &str, encoding: &str, body: &[u8]) -> (Vec<String>, bool) {
        let mime = Mime { content_type: content_type.into(), encoding: encoding.into() };
        let text = text(&mime, body).unwrap();
        (text.lines.into_iter().map(|line| line.text).collect(), text.lossy)
    }

    #[track_caller]
    fn check(content_type: &str, encoding: &str, body: &[u8], expected: &[&str]) {
        let expected = expected.iter().map(|&line| line.to_owned()).collect();
        assert_eq!(told(content_type, encoding, body), (expected, false));
    }

    #[test]
    fn encodings_and_character_sets() {
        check("", "", b"one\r\n\r\n two \n", &["one", " two"]);
        check(
            "text/plain; charset=utf-8",
            "quoted-printable",
            b"Caf=C3=A9 =\nau lait",
            &["Café au lait"],
        );
        check("text/plain; charset=iso-8859-1", "8bit", b"Caf\xe9", &["Café"]);
        check("text/plain; charset=utf-8", "base64", b"Q2Fmw6k=", &["Café"]);
    }

    #[test]
    fn what_is_no_text_is_described() {
        let sha1 = "SHA-1 0beec7b5ea3f0fdbc95d0dd47f3c5bc275da8a33";
        let line = format!("[body: image/png, 3 bytes, {sha1}]");
        check("image/png", "base64", b"Zm9v", &[&line]);
        let mixed = b"--x\n\nhello\n--x\nContent-Type: application/zip; name=a.zip\n\
            Content-Transfer-Encoding: base64\n\nZm9v\n--x--\n";
        let zip = format!("[2: application/zip \"a.zip\", 3 bytes, {sha1}]");
        check("multipart/mixed; boundary=x", "", mixed, &["[1: text/plain]", "hello", &zip]);
    }

    #[test]
    fn what_cannot_be_decoded_is_shown_as_it_is() {
        let (lines, lossy) = told("text/plain; charset=utf-8", "8bit", b"Caf\xe9");
        assert_eq!((lines, lossy), (vec!["Caf\u{fffd}".to_owned()], true));
        assert!(told("text/plain", "base64", b"!").1);
    }

    #[test]
    fn long_lines_are_broken_and_long_texts_are_not_read() {
        let long = "é".repeat(2 * WIDTH + 1);
        let mime = Mime { content_type: b"text/plain; charset=utf-8".into(), ..Mime::default() };
        let lines = text(&mime, long.as_bytes()).unwrap().lines;
        assert_eq!(lines.iter().map(|line| line.number).collect::<Vec<_>>(), [1, 1, 1]);
        assert_eq!(text(&mime, &vec![b'x'; LONGEST + 1]), None);
    }
}
