//! Lists of Message-IDs, one a line.
//!
//! Nothing but its lines says that a file is such a list, so every line must be an id: as a person
//! or `maildiff --format ids` has written it, or as `notmuch search --output=messages` prints it.

use std::borrow::Cow;

use crate::error::Error;
use crate::input::Input;
use crate::maildir::file::Place;
use crate::message::id::{MessageId, in_brackets, message_id};

use super::lines::Lines;
use super::{ACCEPTED, Entry};

/// Who has written a list.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Writer {
    /// Anyone: each line is an id, in brackets or not.
    Anyone,
    /// notmuch: each line is `id:` and an id without brackets.
    Notmuch,
}

/// What notmuch puts before each id.
const PREFIX: &[u8] = b"id:";

/// A line that is no id.
#[derive(Debug, PartialEq, Eq)]
struct NoId;

/// Hands on what each line names.
pub(super) fn read(
    input: &Input,
    take: &mut dyn FnMut(Entry<'_>) -> Result<(), Error>,
) -> Result<(), Error> {
    let mut lines = Lines::of(input);
    let mut line = Vec::new();
    let mut writer = None;
    while lines.read(&mut line)? {
        let text = line.trim_ascii();
        if text.is_empty() || text.starts_with(b"#") {
            continue;
        }
        let is_first = writer.is_none();
        let of = *writer.get_or_insert_with(|| Writer::of(text));
        let id = of.read(text).map_err(|NoId| no_list(&lines, is_first))?;
        let path = format!("line {}", lines.number()).into_bytes();
        take(Entry { id, folder: b"", path: &path, place: Place::Cur, size: None, flags: None })?;
    }
    if writer == Some(Writer::Notmuch) { lines.check_end() } else { Ok(()) }
}

fn no_list(lines: &Lines<'_>, is_first: bool) -> Error {
    let what = if is_first {
        "is no Message-ID, so that it is neither a Maildir tree nor a saved index nor a table"
    } else {
        "is no Message-ID, as the lines above it are"
    };
    lines.error(&format!("{what}; {ACCEPTED}"))
}

impl Writer {
    fn of(line: &[u8]) -> Writer {
        if line.starts_with(PREFIX) { Writer::Notmuch } else { Writer::Anyone }
    }

    /// The id of a line; `None` where the line says that there is none that identifies.
    fn read(self, line: &[u8]) -> Result<Option<MessageId>, NoId> {
        match self {
            Writer::Anyone => read_plain(line),
            Writer::Notmuch => {
                let id = line.strip_prefix(PREFIX).filter(|id| !id.is_empty()).ok_or(NoId)?;
                Ok(of_notmuch(&unquoted(id)))
            }
        }
    }
}

/// An id as anyone writes it; or `sha1:` and 40 digits, by which `maildiff` tells what has none.
fn read_plain(line: &[u8]) -> Result<Option<MessageId>, NoId> {
    if is_content(line) {
        return Ok(None);
    }
    let looks = !line.iter().any(u8::is_ascii_control)
        && match line.strip_prefix(b"<") {
            Some(rest) => looks_bracketed(rest),
            None => looks_bare(line),
        };
    if looks { message_id([line]).map(Some).ok_or(NoId) } else { Err(NoId) }
}

fn is_content(line: &[u8]) -> bool {
    let digits = line.strip_prefix(b"sha1:");
    digits.is_some_and(|digits| digits.len() == 40 && digits.iter().all(u8::is_ascii_hexdigit))
}

/// Whether what follows a `<` is an id and nothing else. Without an `@` it may be a tag of a page,
/// of which there is no page without one that closes, a declaration or one with blanks.
fn looks_bracketed(rest: &[u8]) -> bool {
    let inner = rest.strip_suffix(b">").unwrap_or(rest);
    let is_tag = inner.iter().any(u8::is_ascii_whitespace)
        || matches!(inner.first(), None | Some(b'/' | b'!' | b'?'))
        || inner.len() == rest.len();
    !inner.contains(&b'<') && (inner.contains(&b'@') || !is_tag)
}

/// Whether a line is an id without brackets, and no text, no path and no row of a table.
fn looks_bare(line: &[u8]) -> bool {
    let odd = |byte: &u8| byte.is_ascii_whitespace() || matches!(byte, b'<' | b'>' | b',' | b'"');
    let at = memchr::memrchr(b'@', line);
    let parts = at.and_then(|at| line.split_at_checked(at));
    parts.is_some_and(|(left, right)| {
        !left.is_empty() && right.len() > 1 && !right.contains(&b'/') && !line.iter().any(odd)
    })
}

/// What notmuch calls a message that has no Message-ID (`lib/message-file.c`,
/// `_notmuch_message_file_get_headers`), and one of more than 189 bytes.
const INVENTED: &[u8] = b"notmuch-sha1-";

/// The id of a message that notmuch calls so. It has taken brackets, comments and blanks away from
/// what it found in brackets, and nothing from what it found without; `None` where that is no id
/// that identifies.
pub(super) fn of_notmuch(id: &[u8]) -> Option<MessageId> {
    let is_invented = |rest: &[u8]| rest.len() == 40 && rest.iter().all(u8::is_ascii_hexdigit);
    if id.strip_prefix(INVENTED).is_some_and(is_invented) {
        return None;
    }
    let is_whole = id.iter().any(|byte| byte.is_ascii_whitespace() || *byte == b'<');
    if is_whole { message_id([id]) } else { message_id([in_brackets(id).as_slice()]) }
}

/// Takes the quotes away that notmuch puts around what its queries would not read otherwise, each
/// quote in it doubled (`util/string-util.c`, `make_boolean_term`).
fn unquoted(id: &[u8]) -> Cow<'_, [u8]> {
    let inner = id.strip_prefix(b"\"").and_then(|rest| rest.strip_suffix(b"\""));
    let Some(inner) = inner else { return Cow::Borrowed(id) };
    let mut text = Vec::with_capacity(inner.len());
    let mut bytes = inner.iter().copied();
    while let Some(byte) = bytes.next() {
        text.push(byte);
        // A quote that stands alone is no quoting of notmuch's.
        if byte == b'"' && bytes.next() != Some(b'"') {
            return Cow::Borrowed(id);
        }
    }
    Cow::Owned(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key(id: &MessageId) -> String {
        id.key(false).to_string()
    }

    #[test]
    fn a_line_is_an_id_and_nothing_else() {
        let read = |line: &str| read_plain(line.as_bytes()).map(|id| id.as_ref().map(key));
        for (line, id) in [
            ("<A1@example.org>", "a1@example.org"),
            ("a1@example.org", "a1@example.org"),
            ("<199501011200.AA123>", "199501011200.aa123"),
            ("<a b@example.org>", "ab@example.org"),
            ("<a1@example.org", "a1@example.org"),
            ("<a/b+c=@example.org>", "a/b+c=@example.org"),
            ("a/b+c=@example.org", "a/b+c=@example.org"),
            (r#"<"a>b"@example.org>"#, r#""a>b"@example.org"#),
        ] {
            assert_eq!(read(line), Ok(Some(id.to_owned())), "{line}");
        }
        let content = format!("sha1:{}", "0a".repeat(20));
        assert_eq!(read(&content), Ok(None));
        for line in [
            "word",
            "<>",
            "<@>",
            "<!DOCTYPE html>",
            "</html>",
            "<p class=x>",
            "<a@b> <c@d>",
            "<a@b>,<c@d>",
            "Write to bob@example.org",
            "From: <ann@example.org>",
            "only-left,,unexplained,a@example.org,<a@example.org>",
            "/home/ann@example.org/cur/1.host:2,S",
            "cur/1.host:2,S",
            "link@",
            "@",
            "a@b\u{1}c",
            "+inbox -- id:a@b",
            "sha1:12",
        ] {
            assert_eq!(read(line), Err(NoId), "{line}");
        }
    }

    #[test]
    fn ids_of_notmuch() {
        let read =
            |line: &str| Writer::Notmuch.read(line.as_bytes()).map(|id| id.as_ref().map(key));
        for (line, id) in [
            ("id:A@b", "a@b"),
            (r#"id:"a b@c""#, "ab@c"),
            ("id:a b@c", "ab@c"),
            (r#"id:"q""uo""te@c""#, r#"q"uo"te@c"#),
            (r#"id:"q"uo"te@c"#, r#""q"uo"te@c"#),
            ("id:plain", "plain"),
        ] {
            assert_eq!(read(line), Ok(Some(id.to_owned())), "{line}");
        }
        let invented = format!("id:notmuch-sha1-{}", "0a".repeat(20));
        for line in ["id:<>", "id:foo bar baz", &invented] {
            assert_eq!(read(line), Ok(None), "{line}");
        }
        for line in ["id:", "a@b", "thread:0001"] {
            assert_eq!(read(line), Err(NoId), "{line}");
        }
    }
}
