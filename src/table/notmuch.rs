//! What `notmuch show --format=json --body=false` prints: messages in lists of lists of threads,
//! each with the paths of its files.

use std::fmt;

use serde::de::{Deserialize, Deserializer, SeqAccess, Visitor};

use crate::error::Error;
use crate::input::Input;
use crate::maildir::file::Place;
use crate::maildir::file_name;
use crate::path;

use super::Entry;
use super::ids::of_notmuch;
use super::objects::{self, Text, TextVisitor};

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

/// Hands on every file of every message that was found.
pub(super) fn read(
    input: &Input,
    take: &mut dyn FnMut(Entry<'_>) -> Result<(), Error>,
) -> Result<(), Error> {
    const PROGRAM: &str = "`notmuch show --format=json --body=false '*'`";
    objects::read(input, PROGRAM, &mut |_, message: Message| {
        let files = message.filename.0.iter().filter(|_| message.is_found);
        files.map(|file| entry(&message.id.0, &file.0)).try_for_each(&mut *take)?;
        Ok(true)
    })
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

/// One text, as versions before 0.33 print the only path, or a list of them.
struct Texts(Vec<Text>);

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
