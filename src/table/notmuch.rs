//! What `notmuch show --format=json --body=false` prints: messages in lists of lists of threads,
//! each with the paths of its files.
//!
//! A thread is as deep as its replies, so the lists are not read as lists: outside messages their
//! brackets and commas are blanks, and what is left is one message behind the other.

use std::fmt;
use std::io::{self, BufReader, Read};

use serde::de::{Deserialize, Deserializer, SeqAccess, Visitor};

use crate::error::Error;
use crate::input::Input;
use crate::maildir::file::Place;
use crate::maildir::file_name;
use crate::path;

use super::Entry;
use super::ids::of_notmuch;

/// A message, as notmuch tells it.
#[derive(serde::Deserialize)]
struct Message {
    id: Text,
    filename: Texts,
    /// Whether the query found it, and not only another message of its thread.
    #[serde(rename = "match", default = "yes")]
    is_found: bool,
}

fn yes() -> bool {
    true
}

/// Whether a file that begins so may be what notmuch prints.
pub(super) fn is_show(head: &[u8]) -> bool {
    head.trim_ascii_start().starts_with(b"[")
}

/// Hands on every file of every message.
pub(super) fn read(
    input: &Input,
    take: &mut dyn FnMut(Entry<'_>) -> Result<(), Error>,
) -> Result<(), Error> {
    let mut flat = Flat::of(input.reader());
    let reader = BufReader::with_capacity(1 << 16, &mut flat);
    let messages = serde_json::Deserializer::from_reader(reader).into_iter::<Option<Message>>();
    for (count, message) in (1_u64..).zip(messages) {
        let told = |error: serde_json::Error| no_show(input, count, &error);
        // What was not found is null, or told as that.
        let message = message.map_err(told)?.filter(|message| message.is_found);
        let Some(Message { id, filename, .. }) = message else { continue };
        for file in &filename.0 {
            take(entry(&id.0, &file.0))?;
        }
    }
    if flat.is_closed() {
        return Ok(());
    }
    Err(Error::told(input.name(), "is cut short: its lists do not end; make it again"))
}

fn no_show(input: &Input, count: u64, error: &serde_json::Error) -> Error {
    let told = format!(
        "is not what `notmuch show --format=json --body=false '*'` prints: message {count}: {error}"
    );
    Error::told(input.name(), told)
}

fn entry<'r>(id: &[u8], file: &'r [u8]) -> Entry<'r> {
    let (directory, name) = path::split(file);
    let (folder, part) = path::split(directory);
    let (folder, place) = match part {
        b"cur" => (folder, Place::Cur),
        b"new" => (folder, Place::New),
        _ => (directory, Place::Misfiled),
    };
    let flags = Some(file_name::flags(name));
    Entry { id: of_notmuch(id), folder, path: file, place, size: None, flags }
}

/// JSON without the lists outside its objects.
struct Flat<R> {
    inner: R,
    /// How many lists are open outside objects.
    lists: i64,
    /// How many objects are open.
    objects: i64,
    in_text: bool,
    escaped: bool,
}

impl<R: Read> Flat<R> {
    fn of(inner: R) -> Flat<R> {
        Flat { inner, lists: 0, objects: 0, in_text: false, escaped: false }
    }

    /// Whether all that was opened is closed.
    fn is_closed(&self) -> bool {
        self.lists == 0 && self.objects == 0 && !self.in_text
    }

    fn flatten(&mut self, byte: &mut u8) {
        if self.in_text {
            self.in_text = *byte != b'"' || self.escaped;
            self.escaped = *byte == b'\\' && !self.escaped;
            return;
        }
        match *byte {
            b'"' => self.in_text = true,
            b'{' => self.objects += 1,
            b'}' => self.objects -= 1,
            b'[' | b']' | b',' if self.objects == 0 => {
                self.lists += i64::from(*byte == b'[') - i64::from(*byte == b']');
                *byte = b' ';
            }
            _ => {}
        }
    }
}

impl<R: Read> Read for Flat<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = self.inner.read(buffer)?;
        buffer.iter_mut().take(read).for_each(|byte| self.flatten(byte));
        Ok(read)
    }
}

/// Text of any bytes: a path need not be UTF-8, and notmuch prints it as it is.
struct Text(Vec<u8>);

/// One text, as versions before 0.33 print the only path, or a list of them.
struct Texts(Vec<Text>);

struct TextVisitor;

impl Visitor<'_> for TextVisitor {
    type Value = Text;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a text")
    }

    fn visit_bytes<E: serde::de::Error>(self, bytes: &[u8]) -> Result<Text, E> {
        Ok(Text(bytes.to_owned()))
    }

    fn visit_str<E: serde::de::Error>(self, text: &str) -> Result<Text, E> {
        Ok(Text(text.as_bytes().to_owned()))
    }
}

impl<'de> Deserialize<'de> for Text {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Text, D::Error> {
        deserializer.deserialize_bytes(TextVisitor)
    }
}

struct TextsVisitor;

impl<'de> Visitor<'de> for TextsVisitor {
    type Value = Texts;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a path or a list of paths")
    }

    fn visit_bytes<E: serde::de::Error>(self, bytes: &[u8]) -> Result<Texts, E> {
        TextVisitor.visit_bytes(bytes).map(|text| Texts(vec![text]))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut texts: A) -> Result<Texts, A::Error> {
        let mut all = Vec::new();
        while let Some(text) = texts.next_element()? {
            all.push(text);
        }
        Ok(Texts(all))
    }
}

impl<'de> Deserialize<'de> for Texts {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Texts, D::Error> {
        deserializer.deserialize_bytes(TextsVisitor)
    }
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;

    fn told(json: &[u8]) -> Result<Vec<String>, String> {
        let input = Input::unpack(Path::new("t"), json).unwrap();
        let mut rows = Vec::new();
        let read = read(&input, &mut |entry| {
            let id = entry.id.map_or_else(|| "-".to_owned(), |id| id.key(false).to_string());
            let text = |bytes| String::from_utf8_lossy(bytes).into_owned();
            let flags = entry.flags.unwrap();
            rows.push(format!("{id} {} {} {flags}", text(entry.folder), entry.place.word()));
            Ok(())
        });
        read.map(|()| rows).map_err(|error| error.to_string())
    }

    #[test]
    fn every_file_of_every_message() {
        let json = r#"[[[{"id": "A@b", "match": true,
            "filename": ["/m/cur/1:2,RS", "/m/.x/new/2"], "tags": ["a,]", "b\\\"}"]},
            [[{"id": "re@b", "filename": "/m/.x/3:2,"}, []], [null, []],
            [{"id": "other@b", "filename": ["/m/cur/9"], "match": false}, []]]]],
            [[{"id": "notmuch-sha1-0123456789012345678901234567890123456789",
            "filename": ["/m/~/cur/4:2,F"], "headers": {"To": "[x], {"}}, []]]]"#;
        let rows =
            ["a@b /m cur RS", "a@b /m/.x new ", "re@b /m/.x misfiled ", "- /m/\u{fffd} cur F"];
        let mut json = json.as_bytes().to_vec();
        json.iter_mut().filter(|byte| **byte == b'~').for_each(|byte| *byte = 0xe9);
        assert_eq!(told(&json).unwrap(), rows);
        assert_eq!(told(b"[]\n").unwrap(), [""; 0]);
    }

    #[test]
    fn a_thread_may_be_of_any_depth() {
        let (open, close) = ("[[".repeat(100_000), "]]".repeat(100_000));
        let json = format!(r#"{open}{{"id": "a@b", "filename": ["/m/cur/1"]}}{close}"#);
        assert_eq!(told(json.as_bytes()).unwrap(), ["a@b /m cur "]);
    }

    #[test]
    fn what_is_none_is_told() {
        let check = |json: &str, expected: &str| {
            let error = told(json.as_bytes()).unwrap_err();
            assert!(error.contains(expected), "{error}");
        };
        check(r#"[[[{"id": "a@b", "filename": []}, []]]"#, "t: is cut short");
        check(r#"[{"id": "a@b", "filename": ["#, "t: is not what `notmuch show");
        check(r#"[{"thread": "1", "subject": "s"}]"#, "missing field `id`");
        check("[Ann]", "message 1: expected");
        check("[1]", "message 1: invalid type");
    }
}
