//! The lines of a saved index: schema `maildiff.index/1`, to which fields and kinds of lines are
//! only ever added. Written and read by way of the same types, so that neither knows what the other
//! does not. `docs/formats.md` has them for people.
//!
//! Text that is not UTF-8 stands there as it is shown, and its bytes beside it, in hexadecimal,
//! under the same name with `_bytes`.

use std::borrow::Cow;
use std::fmt;
use std::os::unix::ffi::OsStrExt;
use std::path::Path;

use data_encoding::HEXLOWER;
use serde::de::{Deserializer, IgnoredAny, SeqAccess, Visitor};
use serde::{Deserialize, Serialize};

use crate::path;

/// The schema's name and version.
pub const SCHEMA: &str = "maildiff.index/1";

/// What every saved index begins with, whatever its version.
pub const OPENING: &[u8] = b"{\"schema\":\"maildiff.index/";

/// The first line: what was indexed, and how.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct Head<'a> {
    /// [`SCHEMA`].
    #[serde(borrow)]
    pub schema: Cow<'a, str>,
    /// The tool's name and version.
    #[serde(borrow)]
    pub tool: Cow<'a, str>,
    /// What a reader must know beyond schema 1 to read this; a word that it does not know is an
    /// error.
    #[serde(default)]
    pub needs: Vec<String>,
    /// When the scan began, `2026-11-20T12:00:00Z`.
    #[serde(borrow, default)]
    pub scanned: Cow<'a, str>,
    /// The tree, as it was given.
    #[serde(borrow)]
    pub source: Cow<'a, str>,
    /// Its bytes.
    #[serde(borrow, default, skip_serializing_if = "str::is_empty")]
    pub source_bytes: Cow<'a, str>,
    /// Its layout.
    #[serde(borrow)]
    pub layout: Cow<'a, str>,
    /// What must be said of the layout.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub note: Option<String>,
    /// Links to directories that were followed.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub followed: Vec<PathText>,
    /// Whether letter case tells Message-IDs apart.
    pub case_sensitive: bool,
    /// The rule of canonical contents.
    #[serde(borrow)]
    pub canonical: Cow<'a, str>,
    /// Whether every message has its content.
    pub contents: bool,
    /// How much is coming; a wish for room, which nothing rests on.
    #[serde(default)]
    pub room: Room,
}

/// How much room messages take.
#[derive(Clone, Copy, Debug, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Room {
    /// How many there are.
    pub messages: u64,
    /// How many bytes all paths have together.
    pub paths: u64,
    /// How many all Message-IDs.
    pub ids: u64,
}

/// A path.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct PathText {
    /// As it is shown.
    pub path: String,
    /// Its bytes.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub path_bytes: String,
}

impl PathText {
    /// Of this path.
    pub fn of(path: &Path) -> PathText {
        let (path, path_bytes) = told(path.as_os_str().as_bytes());
        PathText { path: path.into_owned(), path_bytes: path_bytes.into_owned() }
    }

    /// The bytes of the path; `None` where they make no sense.
    pub fn bytes(&self) -> Option<Cow<'_, [u8]>> {
        meant(&self.path, &self.path_bytes)
    }
}

/// Every line but the first.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[allow(clippy::large_enum_variant, reason = "one at a time, and most are the large one")]
pub enum Line<'a> {
    /// A folder. All of them come before anything that lies in one.
    Folder(FolderLine),
    /// Something wrong with a directory.
    Finding(FindingLine),
    /// Something that could not be read.
    Error(ErrorLine),
    /// A message, or a leftover.
    #[serde(borrow)]
    Message(MessageLine<'a>),
    /// The last line.
    End(EndLine),
}

/// A folder. Others name it by its number among the folders, from 0 on.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct FolderLine {
    /// The canonical name.
    pub name: String,
    /// Its directories, relative to the root.
    pub directories: Vec<PathText>,
    /// Those of them that no server of this layout lists.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub unlisted: Vec<PathText>,
    /// How many files of it mail programs keep for themselves.
    #[serde(default)]
    pub control: u64,
    /// How many are no mail.
    #[serde(default)]
    pub foreign: u64,
    /// How many could not be read.
    #[serde(default)]
    pub unreadable: u64,
    /// How many vanished while the tree was read.
    #[serde(default)]
    pub vanished: u64,
}

/// Something wrong with a directory. What is wrong with messages follows from their lines.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct FindingLine {
    /// The number of its folder.
    pub folder: u32,
    /// The kind's name, `folder-name-collision`.
    pub id: String,
    /// Which of its kind.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub state: String,
    /// How bad it is.
    pub severity: String,
    /// Where it is.
    #[serde(flatten)]
    pub place: PathText,
    /// What is known beyond the kind.
    #[serde(default)]
    pub detail: String,
}

/// Something that could not be read.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct ErrorLine {
    /// The number of its folder.
    pub folder: u32,
    /// What kind of trouble it is.
    pub nature: String,
    /// Where it is: relative to the root, or absolute.
    #[serde(flatten)]
    pub place: PathText,
    /// What the system said.
    pub error: String,
}

/// A message, or a leftover. What is not known, false, zero or empty is left out.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct MessageLine<'a> {
    /// The number of its folder.
    pub folder: u32,
    /// `cur`, `new`, `misfiled`, `tmp` or `hidden`.
    #[serde(borrow)]
    pub place: Cow<'a, str>,
    /// Its path, relative to the root; absolute where INBOX lies outside.
    #[serde(borrow)]
    pub path: Cow<'a, str>,
    /// The bytes of that.
    #[serde(borrow, default, skip_serializing_if = "str::is_empty")]
    pub path_bytes: Cow<'a, str>,
    /// On disk, in bytes.
    #[serde(default)]
    pub size: u64,
    /// From its name.
    #[serde(borrow, default, skip_serializing_if = "str::is_empty")]
    pub flags: Cow<'a, str>,
    /// What makes it the same message as another: its Message-ID without brackets, in lower case
    /// unless letter case counts; else its content.
    #[serde(borrow)]
    pub key: Cow<'a, str>,
    /// The bytes of that.
    #[serde(borrow, default, skip_serializing_if = "str::is_empty")]
    pub key_bytes: Cow<'a, str>,
    /// Its Message-ID in its own letter case, where that is not the key; always where the key could
    /// be taken for a content.
    #[serde(borrow, default, skip_serializing_if = "str::is_empty")]
    pub id: Cow<'a, str>,
    /// The bytes of that.
    #[serde(borrow, default, skip_serializing_if = "str::is_empty")]
    pub id_bytes: Cow<'a, str>,
    /// Its Message-ID as written, where that is not the id in brackets.
    #[serde(borrow, default, skip_serializing_if = "str::is_empty")]
    pub message_id: Cow<'a, str>,
    /// The bytes of that.
    #[serde(borrow, default, skip_serializing_if = "str::is_empty")]
    pub message_id_bytes: Cow<'a, str>,
    /// The canonical content, `sha1:` and 40 digits.
    #[serde(borrow, default, skip_serializing_if = "str::is_empty")]
    pub content: Cow<'a, str>,
    /// How many canonical bytes there are.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub content_length: Option<u64>,
    /// The canonical content as it is written, where it may be the message's: of a message in an
    /// mbox that has lines with `>From `, which the content has without the `>`.
    #[serde(borrow, default, skip_serializing_if = "str::is_empty")]
    pub content_as_written: Cow<'a, str>,
    /// How many canonical bytes that has.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub content_as_written_length: Option<u64>,
    /// What the content begins with: the notes of `message::beginnings`, in Base64.
    #[serde(borrow, default, skip_serializing_if = "str::is_empty")]
    pub beginnings: Cow<'a, str>,
    /// How many bytes a server sends for its header.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub header_size: Option<u64>,
    /// Its Date field, `2024-01-01T00:00:00Z`.
    #[serde(borrow, default, skip_serializing_if = "str::is_empty")]
    pub date: Cow<'a, str>,
    /// The same in seconds since 1970-01-01 UTC, where it has no such form.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub date_seconds: Option<i64>,
    /// Its From field, decoded.
    #[serde(borrow, default, skip_serializing_if = "str::is_empty")]
    pub from: Cow<'a, str>,
    /// Its Subject field, decoded.
    #[serde(borrow, default, skip_serializing_if = "str::is_empty")]
    pub subject: Cow<'a, str>,
    /// What of it is missing or out of the ordinary.
    #[serde(default, deserialize_with = "first_words", skip_serializing_if = "Vec::is_empty")]
    pub traits: Vec<Cow<'a, str>>,
    /// How many X-TUID fields it has.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub x_tuids: u8,
    /// When it was last written, in seconds since 1970-01-01 UTC: of what is not delivered, and
    /// where the name does not begin with a time.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub modified: Option<i64>,
    /// Whether it is stored compressed.
    #[serde(default, skip_serializing_if = "is_false")]
    pub compressed: bool,
    /// Then its size decompressed, in bytes, if it was read to its end.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub length: Option<u64>,
    /// Whether its file has other names, by hard links.
    #[serde(default, skip_serializing_if = "is_false")]
    pub linked: bool,
    /// Its inode number, where it has other names or is a link.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub inode: Option<u64>,
    /// The inode number of what a link leads to.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub target_inode: Option<u64>,
}

/// The last line: what there must have been.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct EndLine {
    /// How many lines came before this one.
    pub lines: u64,
    /// How many of them were messages or leftovers.
    pub messages: u64,
    /// How many files the tree has: these, and those that no line tells of.
    pub files: u64,
    /// The CRC-32 of all bytes before this line, 8 hexadecimal digits.
    pub crc32: String,
}

/// How many words of a list are read: a shape has fewer.
const MOST_WORDS: usize = 64;

/// The first words of a list, however long it is: a line may be one list of eight million bytes.
fn first_words<'de, 'a, D>(list: D) -> Result<Vec<Cow<'a, str>>, D::Error>
where
    D: Deserializer<'de>,
{
    struct Words;

    impl<'de> Visitor<'de> for Words {
        type Value = Vec<String>;

        fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str("a list of words")
        }

        fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Vec<String>, A::Error> {
            let mut words = Vec::new();
            while words.len() < MOST_WORDS
                && let Some(word) = list.next_element()?
            {
                words.push(word);
            }
            while list.next_element::<IgnoredAny>()?.is_some() {}
            Ok(words)
        }
    }

    let words = list.deserialize_seq(Words)?;
    Ok(words.into_iter().map(Cow::Owned).collect())
}

#[allow(clippy::trivially_copy_pass_by_ref, reason = "as serde asks")]
fn is_false(value: &bool) -> bool {
    !value
}

#[allow(clippy::trivially_copy_pass_by_ref, reason = "as serde asks")]
fn is_zero(value: &u8) -> bool {
    *value == 0
}

/// Bytes as text, and in hexadecimal where the text does not tell them.
pub fn told(bytes: &[u8]) -> (Cow<'_, str>, Cow<'_, str>) {
    match std::str::from_utf8(bytes) {
        Ok(text) => (Cow::Borrowed(text), Cow::Borrowed("")),
        Err(_) => (Cow::Owned(path::shown(bytes)), Cow::Owned(HEXLOWER.encode(bytes))),
    }
}

/// The bytes that [`told`] told; `None` where the digits are none.
pub fn meant<'a>(text: &'a str, digits: &str) -> Option<Cow<'a, [u8]>> {
    if digits.is_empty() {
        return Some(Cow::Borrowed(text.as_bytes()));
    }
    HEXLOWER.decode(digits.as_bytes()).ok().map(Cow::Owned)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bytes_come_back() {
        for bytes in [&b""[..], b"cur/1", b"caf\xe9", b"\xff\0\n", "é\u{202e}".as_bytes()] {
            let (text, digits) = told(bytes);
            assert_eq!(meant(&text, &digits).unwrap(), bytes);
        }
        assert_eq!(meant("x", "0g"), None);
    }

    #[test]
    fn of_a_long_list_the_first_words_are_read() {
        let words = vec![r#""blank""#; 99].join(",");
        let line = format!(
            r#"{{"message":{{"folder":1,"place":"","path":"","traits":[{words}],"key":"a"}}}}"#
        );
        let Line::Message(message) = serde_json::from_str(&line).unwrap() else { panic!() };
        assert_eq!((message.traits.len(), &*message.key), (MOST_WORDS, "a"));
        let no_words = line.replacen(r#""blank""#, "1", 1);
        assert!(serde_json::from_str::<Line<'_>>(&no_words).is_err());
    }

    #[test]
    fn text_is_not_copied() {
        let line =
            r#"{"message":{"folder":1,"place":"cur","path":"cur/1","key":"a@b","new":[{}]}}"#;
        let Line::Message(message) = serde_json::from_str(line).unwrap() else { panic!() };
        assert!(matches!(message.path, Cow::Borrowed("cur/1")));
        assert!(matches!(message.key, Cow::Borrowed("a@b")));
        assert_eq!((message.folder, message.size), (1, 0));
    }
}
