//! Messages of known identity: every row of the vectors gives its key and its canonical content,
//! and what real programs made of a message is equal to it or not as it was measured.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use maildiff::identify::{self, Counts, Identifier, Options};
use maildiff::mail_file::{Buffer, MailFile};
use maildiff::message::canonical::{Canonical, Content, canonical};
use maildiff::message::id::Key;

const VECTORS: &str = "testdata/vectors";

/// Undoes the escapes of the table.
fn unescape(text: &str) -> Vec<u8> {
    let mut bytes = Vec::new();
    let mut rest = text.as_bytes();
    while let Some((&byte, after)) = rest.split_first() {
        let (plain, length) = match (byte, after) {
            (b'\\', [b'n', ..]) => (b'\n', 1),
            (b'\\', [b'r', ..]) => (b'\r', 1),
            (b'\\', [b't', ..]) => (b'\t', 1),
            (b'\\', [b'\\', ..]) => (b'\\', 1),
            (b'\\', [b'x', high, low, ..]) => {
                let digits = [*high, *low];
                let digits = std::str::from_utf8(&digits).unwrap();
                (u8::from_str_radix(digits, 16).unwrap(), 3)
            }
            _ => (byte, 0),
        };
        bytes.push(plain);
        rest = &after[length..];
    }
    bytes
}

fn key_of(message: &[u8]) -> Key {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("message");
    fs::write(&path, message).unwrap();
    let mut buffer = Buffer::default();
    let mut mail = MailFile::open(&path, &mut buffer).unwrap();
    let identity = Identifier::default().identify(&mut mail, Counts::Always, Options::default());
    let identity = identity.unwrap().unwrap();
    assert_eq!(identify::content(&mut mail).unwrap(), canonical(message));
    identity.key(false)
}

/// The content of a message that comes in chunks of this size.
fn canonical_in_chunks(message: &[u8], size: usize) -> Content {
    let mut content = Canonical::new();
    message.chunks(size).for_each(|chunk| content.update(chunk));
    content.finish()
}

#[test]
fn every_message_has_its_key_and_its_content() {
    let table = fs::read_to_string(Path::new(VECTORS).join("message-id.tsv")).unwrap();
    let mut rows = 0;
    for row in table.lines().skip(1) {
        let cells: Vec<&str> = row.split('\t').collect();
        let [name, message, key, sha1] = cells[..] else { panic!("{row}") };
        let message = unescape(message);
        let content = canonical(&message);
        assert_eq!(content.to_string(), format!("sha1:{sha1}"), "content of {name}");
        let expected = match key {
            "-" => Key::Content(content),
            id => Key::Id(unescape(id).into()),
        };
        assert_eq!(key_of(&message), expected, "key of {name}");
        for size in [1, 2, 3, 7, 16, 4096] {
            assert_eq!(canonical_in_chunks(&message, size), content, "{name} by {size}");
        }
        rows += 1;
    }
    assert_eq!(rows, 84);
}

#[test]
fn transport_changes_what_it_was_measured_to_change() {
    let table = fs::read_to_string(Path::new(VECTORS).join("transport.json")).unwrap();
    let table: BTreeMap<String, Option<bool>> = serde_json::from_str(&table).unwrap();
    let mut compared = 0;
    for (route_and_name, equal) in table {
        let (_, name) = route_and_name.split_once('/').unwrap();
        let file = |path: String| fs::read(Path::new(VECTORS).join("transport").join(path));
        let original = file(format!("original/{name}.eml"));
        let after = file(format!("{route_and_name}.eml"));
        if let (Ok(original), Ok(after), Some(equal)) = (original, after, equal) {
            let is_equal = canonical(&original) == canonical(&after);
            assert_eq!(is_equal, equal, "{route_and_name}");
            compared += 1;
        }
    }
    assert_eq!(compared, 76);
}
