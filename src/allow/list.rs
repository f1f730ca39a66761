//! Allowances as a plain list: one Message-ID a line, or a `sha1:` key.
//!
//! It is what `--format ids` writes, or what somebody types. An id is bytes, as in a message, and
//! is read by the same rules; a line that is not wholly an id is an error, for nobody can know
//! what was meant.

use crate::diff::Class;
use crate::message::id::{MessageId, in_brackets, message_id};

use super::allowance::{Allowance, Name, Subject};
use super::in_line;

/// What a line of a list may be.
const KNOWN: &str = "is no Message-ID: write one a line, in brackets if it has no @, or a sha1: \
    key; a table must begin with its header row";

/// Reads a list.
pub(super) fn parse(text: &[u8]) -> Result<Vec<Allowance>, String> {
    let lines = (1..).zip(text.split(|&byte| byte == b'\n'));
    let lines = lines.map(|(number, line)| (number, line.trim_ascii()));
    let said = lines.filter(|(_, line)| !line.is_empty() && !line.starts_with(b"#"));
    said.map(|(number, line)| match name(line) {
        Some(name) if !is_row(line) => Ok(allowance(number, name)),
        _ => Err(in_line(number, &told(line))),
    })
    .collect()
}

fn told(line: &[u8]) -> String {
    if is_row(line) {
        return ROW.to_owned();
    }
    format!("{} {KNOWN}", String::from_utf8_lossy(line))
}

fn allowance(line: u64, name: Name) -> Allowance {
    Allowance {
        line,
        subject: Subject::Lone(name),
        accepted: true,
        decision: "ok".to_owned(),
        comment: String::new(),
    }
}

/// What is told of a table that has lost its header row, perhaps by sorting.
const ROW: &str = "a row of a table, and no header row before it: put that in front again";

/// Whether a line begins with a class, and goes on.
fn is_row(line: &[u8]) -> bool {
    let line = String::from_utf8_lossy(line);
    let first = line.split_once([',', ';', '\t']).map(|(first, _)| first.trim_matches('"'));
    first.is_some_and(|first| Class::named(first).is_some())
}

/// The key that a line names.
fn name(line: &[u8]) -> Option<Name> {
    let content = str::from_utf8(line).ok().and_then(Name::of_content);
    content.or_else(|| id(line).map(Name::Id))
}

/// The id that is all of a line.
fn id(line: &[u8]) -> Option<Box<[u8]>> {
    let written = if line.starts_with(b"<") { line.to_vec() } else { in_brackets(bare(line)?) };
    let MessageId { id, written: other } = message_id([written.as_slice()])?;
    let read = other.map_or_else(|| in_brackets(&id), Vec::from);
    (read == written).then_some(id)
}

/// A line that can be an id without brackets.
fn bare(line: &[u8]) -> Option<&[u8]> {
    let is_foreign = |byte: &u8| byte.is_ascii_whitespace() || *byte == b'<';
    Some(line).filter(|line| line.contains(&b'@') && !line.iter().any(is_foreign))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &str, expected: &[(u64, &str)]) {
        let lines = parse(text.as_bytes()).unwrap();
        let told: Vec<(u64, String)> =
            lines.iter().map(|line| (line.line, line.subject.to_string())).collect();
        let told: Vec<(u64, &str)> =
            told.iter().map(|(number, name)| (*number, name.as_str())).collect();
        assert_eq!(told, expected, "{text}");
        assert!(lines.iter().all(|line| line.accepted));
    }

    #[test]
    fn ids_in_brackets_and_without() {
        check(
            "<a@b>\nc@d\r\n\n  # both were spam\n \t<abc>\n",
            &[(1, "a@b"), (2, "c@d"), (5, "abc")],
        );
        check("<A@B>", &[(1, "A@B")]);
        check("<\"a>b\"@c>\n\"a>b\"@c", &[(1, "\"a>b\"@c"), (2, "\"a>b\"@c")]);
        check("a,b;c@d\n<a<b@c>", &[(1, "a,b;c@d"), (2, "a<b@c")]);
        check("a@b\na@b", &[(1, "a@b"), (2, "a@b")]);
    }

    #[test]
    fn ids_as_messages_write_them() {
        check("< a 1 @ b >\n<<a@b>\n<a@b", &[(1, "a1@b"), (2, "a@b"), (3, "a@b")]);
        let name = |bytes: &[u8]| name(bytes).unwrap();
        assert_eq!(name(b"<a\xff@b>"), Name::Id((*b"a\xff@b").into()));
        assert_eq!(name(b"a\xff@b"), Name::Id((*b"a\xff@b").into()));
    }

    #[test]
    fn contents() {
        let key = "sha1:a4e86441a049ca9a30e04e42aac853ad1c68f18c";
        check(&format!("{key}\n{}", key.to_uppercase()), &[(1, key), (2, key)]);
        // In brackets it is an id, strange as it is.
        let id = parse(format!("<{key}>").as_bytes()).unwrap();
        assert!(matches!(id[0].subject.name(), Name::Id(_)));
    }

    #[test]
    fn what_is_no_id_is_an_error() {
        let bad = [
            "abc",
            "a b@c",
            "a@b c@d",
            "a@b # spam",
            "<a@b> # spam",
            "<a@b> <c@d>",
            "<a@b>,<c@d>",
            "Message-ID: <a@b>",
            "<>",
            "<@>",
            "7@imapsync",
            "sha1:a4e8",
            "key",
            "name,left,right",
        ];
        for line in bad {
            let told = parse(format!("<x@y>\n{line}\n").as_bytes()).unwrap_err();
            assert!(told.starts_with(&format!("line 2: {line} is no Message-ID")), "{told}");
        }
        for row in ["only-left,,unexplained,a@b", "\"same\";flags;;a@b", "moved\t\t\ta@b"] {
            let told = parse(row.as_bytes()).unwrap_err();
            assert!(told.contains("header row"), "{told}");
        }
    }
}
