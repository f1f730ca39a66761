//! Message-IDs: from the values of the header fields to what makes two files the same message.
//!
//! RFC 5322 §3.6.4 says `"<" id-left "@" id-right ">"` and that white space and comments around the
//! parts are not part of them (§4.5.4). Real mail says more: no brackets, blanks and folds inside,
//! two fields, RFC 2047 words, the id of a postmaster's comment. The reading here is notmuch's
//! (`lib/message-id.c` `_notmuch_message_id_parse`) where that is right, and differs where it
//! merges or splits what other programs keep: values without a bracket count only with an `@`,
//! empty brackets not at all, and ASCII letter case is no difference.

use std::borrow::Cow;
use std::fmt;
use std::sync::LazyLock;

use data_encoding::{Encoding, Specification};

use super::canonical::Content;

/// The longest value of a Message-ID field that is read, in bytes after unfolding. A longer one
/// is no id that any program would look up; such a message is identified by its content.
pub const LONGEST_VALUE: usize = 128 << 10;

/// What makes two files the same message.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Key {
    /// The Message-ID, without brackets and blanks, folded to lower case unless letter case was
    /// asked to count. Bytes, not text: two encodings of one id stay two ids.
    Id(Box<[u8]>),
    /// The canonical content of a message without a usable Message-ID.
    Content(Content),
    /// A message without a usable Message-ID, where contents do not count because one side has
    /// none: it can only be counted.
    Unidentified,
}

impl Key {
    /// Whether this identifies nothing: the key of content that is empty after canonicalisation,
    /// or of what can only be counted.
    pub fn is_empty(&self) -> bool {
        match self {
            Key::Id(_) => false,
            Key::Content(content) => content.is_empty(),
            Key::Unidentified => true,
        }
    }
}

impl fmt::Display for Key {
    /// The id, bytes that are not UTF-8 replaced; or `sha1:` and 40 digits; or nothing.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Key::Id(id) => f.write_str(&String::from_utf8_lossy(id)),
            Key::Content(content) => content.fmt(f),
            Key::Unidentified => Ok(()),
        }
    }
}

/// A usable Message-ID.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MessageId {
    /// Without brackets, blanks and controls, in the letter case of the message.
    pub id: Box<[u8]>,
    /// As written, brackets included where there were any, if that is not the id in brackets; for
    /// display and for searching with programs that want the exact spelling.
    pub written: Option<Box<[u8]>>,
}

impl MessageId {
    /// The key it gives: folded to lower case in ASCII, unless `case_sensitive`. Nothing beyond
    /// ASCII is folded, and no character set is converted.
    pub fn key(&self, case_sensitive: bool) -> Key {
        let mut id = self.id.clone();
        if !case_sensitive {
            id.make_ascii_lowercase();
        }
        Key::Id(id)
    }
}

/// An id as most are written.
pub fn in_brackets(id: &[u8]) -> Vec<u8> {
    [b"<", id, b">"].concat()
}

/// The message's id, from the values of its Message-ID fields in their order: the first usable one
/// in brackets, else the first usable one without. `None`: the message has no id that identifies.
pub fn message_id<'a>(values: impl IntoIterator<Item = &'a [u8]>) -> Option<MessageId> {
    let mut bare = None;
    for value in values {
        match read_value(value) {
            Some((id, Form::Bracketed)) => return Some(id),
            Some((id, Form::Bare)) => bare = bare.or(Some(id)),
            None => {}
        }
    }
    bare
}

/// Whether other programs read a message's id as it is read here.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Clarity {
    /// They do: one id in brackets, of visible ASCII.
    #[default]
    Clear,
    /// There is none to read: no field, or an empty one.
    Missing,
    /// They may not: there are no brackets, or blanks, letters beyond ASCII or another `<` between
    /// them, or nothing that identifies.
    Unclear,
    /// They may choose another: two fields differ.
    Several,
}

/// How clear the id is, from the values of the Message-ID fields.
pub fn clarity<'a>(values: impl IntoIterator<Item = &'a [u8]>) -> Clarity {
    let mut values = values.into_iter().map(<[u8]>::trim_ascii);
    let first = values.next().unwrap_or_default();
    if values.any(|value| value != first) {
        Clarity::Several
    } else if first.is_empty() {
        Clarity::Missing
    } else if is_clear(first) {
        Clarity::Clear
    } else {
        Clarity::Unclear
    }
}

fn is_clear(value: &[u8]) -> bool {
    let rest = skip_comments(value, |byte| byte.is_ascii_whitespace());
    let inner = rest.strip_prefix(b"<").and_then(|rest| {
        let end = memchr::memchr(b'>', rest)?;
        rest.get(..end)
    });
    let plain = |inner: &[u8]| inner.iter().all(|&byte| byte.is_ascii_graphic() && byte != b'<');
    value.len() <= LONGEST_VALUE && inner.is_some_and(|inner| plain(inner) && is_usable(inner))
}

/// How an id was written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Form {
    Bracketed,
    Bare,
}

fn read_value(value: &[u8]) -> Option<(MessageId, Form)> {
    let value = decode_words(value);
    let rest = skip_comments(&value, |byte| byte.is_ascii_whitespace());
    let (written, inner, form) = if let Some(start) = memchr::memchr(b'<', rest) {
        let (written, inner) = bracketed(rest.get(start..)?);
        (written, inner, Form::Bracketed)
    } else {
        let bare = trim(&value, |byte| byte.is_ascii_whitespace() || byte == b'>');
        bare.contains(&b'@').then_some((bare, bare, Form::Bare))?
    };
    let mut id: Box<[u8]> = inner.into();
    if !inner.iter().copied().all(counts) {
        id = inner.iter().copied().filter(|&byte| counts(byte)).collect();
    }
    let in_brackets = written.strip_prefix(b"<").and_then(|rest| rest.strip_suffix(b">"));
    let written = (in_brackets != Some(&*id)).then(|| written.into());
    is_usable(&id).then_some((MessageId { id, written }, form))
}

/// From a `<` on: the id with its brackets, and what stands between them.
fn bracketed(text: &[u8]) -> (&[u8], &[u8]) {
    let inner = skip_comments(text, |byte| byte == b'<' || byte.is_ascii_whitespace());
    let quoted = quoted_length(inner);
    let rest = inner.get(quoted..).unwrap_or_default();
    let length = quoted + memchr::memchr(b'>', rest).unwrap_or(rest.len());
    let end = text.len() - inner.len() + length;
    let written = text.get(..=end).unwrap_or(text);
    (written, inner.get(..length).unwrap_or(inner))
}

/// What follows white space (or whatever `blank` says) and comments. A comment that does not close
/// is text.
fn skip_comments(mut text: &[u8], blank: impl Fn(u8) -> bool) -> &[u8] {
    loop {
        match text.first() {
            Some(&byte) if blank(byte) => text = text.get(1..).unwrap_or_default(),
            Some(b'(') => match comment_length(text) {
                Some(length) => text = text.get(length..).unwrap_or_default(),
                None => return text,
            },
            _ => return text,
        }
    }
}

/// The length of the comment that opens `text`, nested ones and `\` escapes understood (RFC 5322
/// §3.2.2); `None` where it is never closed.
fn comment_length(text: &[u8]) -> Option<usize> {
    let mut depth = 0_usize;
    let mut escaped = false;
    for (at, &byte) in text.iter().enumerate() {
        match byte {
            _ if escaped => escaped = false,
            b'\\' => escaped = true,
            b'(' => depth += 1,
            b')' if depth == 1 => return Some(at + 1),
            b')' => depth -= 1,
            _ => {}
        }
    }
    None
}

/// The length of the quoted string that opens `text`, quotes included; 0 where there is none or it
/// is never closed. A `>` inside does not end the id.
fn quoted_length(text: &[u8]) -> usize {
    let Some(quoted) = text.strip_prefix(b"\"") else { return 0 };
    let mut escaped = false;
    for (at, &byte) in quoted.iter().enumerate() {
        match byte {
            _ if escaped => escaped = false,
            b'\\' => escaped = true,
            b'"' => return at + 2,
            _ => {}
        }
    }
    0
}

/// Whether a byte is part of an id. Blanks and controls are not; 0x80 is what Dovecot serves for
/// NUL.
fn counts(byte: u8) -> bool {
    !matches!(byte, 0x00..=0x20 | 0x7f | 0x80)
}

/// Whether an id identifies anything: `<>` and `<@>` do not, nor does the UID that imapsync
/// `--addheader` writes into messages without an id.
fn is_usable(id: &[u8]) -> bool {
    let means_something = |&byte: &u8| byte.is_ascii_alphanumeric() || byte > 0x80;
    id.iter().any(means_something) && !is_imapsync_uid(id)
}

/// imapsync `header_construct` writes `<UID@imapsync>`.
fn is_imapsync_uid(id: &[u8]) -> bool {
    let uid = id.split_last_chunk::<9>().filter(|(_, end)| end.eq_ignore_ascii_case(b"@imapsync"));
    uid.is_some_and(|(uid, _)| !uid.is_empty() && uid.iter().all(u8::is_ascii_digit))
}

fn trim(text: &[u8], outer: impl Fn(u8) -> bool) -> &[u8] {
    let start = text.iter().position(|&byte| !outer(byte)).unwrap_or(text.len());
    let end = text.iter().rposition(|&byte| !outer(byte)).map_or(start, |last| last + 1);
    text.get(start..end).unwrap_or_default()
}

/// Undoes RFC 2047 encoded words, to bytes and whatever their character set says: Python's email
/// package and list software write ids so. White space between two words belongs to neither (§6.2).
fn decode_words(value: &[u8]) -> Cow<'_, [u8]> {
    if memchr::memchr(b'=', value).is_none() {
        return Cow::Borrowed(value);
    }
    let mut decoded = Vec::with_capacity(value.len());
    let mut rest = value;
    let mut after_word = false;
    while let Some(start) = memchr::memmem::find(rest, b"=?") {
        let (before, from) = rest.split_at(start);
        if !(after_word && before.iter().all(u8::is_ascii_whitespace)) {
            decoded.extend_from_slice(before);
        }
        let word = encoded_word(from);
        after_word = word.is_some();
        let (text, length) = word.unwrap_or_else(|| (b"=?".to_vec(), 2));
        decoded.extend_from_slice(&text);
        rest = from.get(length..).unwrap_or_default();
    }
    decoded.extend_from_slice(rest);
    Cow::Owned(decoded)
}

/// The encoded word that opens `text`, as `=?charset?encoding?text?=`: what it says, and its
/// length.
fn encoded_word(text: &[u8]) -> Option<(Vec<u8>, usize)> {
    let mut parts = text.get(2..)?.splitn(4, |&byte| byte == b'?');
    let (charset, encoding, word, rest) =
        (parts.next()?, parts.next()?, parts.next()?, parts.next()?);
    if !rest.starts_with(b"=") || word.iter().chain(charset).any(u8::is_ascii_whitespace) {
        return None;
    }
    let decoded = match encoding {
        b"q" | b"Q" => decode_q(word),
        b"b" | b"B" => BASE64.decode(word).ok()?,
        _ => return None,
    };
    Some((decoded, text.len() - rest.len() + 1))
}

/// Base64 as mailers write it: padding or none, trailing bits of any value.
static BASE64: LazyLock<Encoding> = LazyLock::new(|| {
    let mut specification = Specification::new();
    specification
        .symbols
        .push_str("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/");
    specification.ignore.push('=');
    specification.check_trailing_bits = false;
    specification.encoding().unwrap_or(data_encoding::BASE64_NOPAD)
});

/// RFC 2047 §4.2; a `=` without two hexadecimal digits is text.
fn decode_q(word: &[u8]) -> Vec<u8> {
    let mut decoded = Vec::with_capacity(word.len());
    let mut rest = word;
    while let Some((&byte, after)) = rest.split_first() {
        let hex = after.get(..2).filter(|_| byte == b'=');
        let pair = hex.and_then(|hex| data_encoding::HEXUPPER_PERMISSIVE.decode(hex).ok());
        rest = if pair.is_some() { after.get(2..).unwrap_or_default() } else { after };
        match pair {
            Some(bytes) => decoded.extend(bytes),
            None => decoded.push(if byte == b'_' { b' ' } else { byte }),
        }
    }
    decoded
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The id's key and its spelling.
    fn read(value: &str) -> Option<(String, String)> {
        let id = message_id([value.as_bytes()])?;
        let written = id.written.clone().unwrap_or_else(|| in_brackets(&id.id).into());
        let written = String::from_utf8_lossy(&written).into_owned();
        Some((id.key(false).to_string(), written))
    }

    #[track_caller]
    fn check(value: &str, key: &str, written: &str) {
        assert_eq!(read(value), Some((key.to_owned(), written.to_owned())), "{value}");
    }

    #[test]
    fn bracketed_ids() {
        check("<a1@example.org>", "a1@example.org", "<a1@example.org>");
        check(" <A1@Example.ORG> tail", "a1@example.org", "<A1@Example.ORG>");
        check("< a 1 @ example.org >", "a1@example.org", "< a 1 @ example.org >");
        check("<a1@example.org", "a1@example.org", "<a1@example.org");
        check("<<a1@example.org>>", "a1@example.org", "<<a1@example.org>");
        check("<abc123>", "abc123", "<abc123>");
        check("<\"a>b\"@example.org>", "\"a>b\"@example.org", "<\"a>b\"@example.org>");
        check("<\"a@example.org>", "\"a@example.org", "<\"a@example.org>");
        check("x <a@b> <c@d>", "a@b", "<a@b>");
        check("<a\0\u{7f}@b>", "a@b", "<a\0\u{7f}@b>");
    }

    #[test]
    fn comments() {
        check("(see <x@y>) <a@b>", "a@b", "<a@b>");
        check("(fo\\)o <x@y>) <a@b>", "a@b", "<a@b>");
        check("(a(b)c) (d) <(c) a@b>", "a@b", "<(c) a@b>");
        check("(open <a@b>", "a@b", "<a@b>");
        check("<a(c)@b>", "a(c)@b", "<a(c)@b>");
    }

    #[test]
    fn bare_ids_need_an_at() {
        check("  a1@example.org  ", "a1@example.org", "a1@example.org");
        check("a1@example.org>", "a1@example.org", "a1@example.org");
        assert_eq!(read("foo bar baz"), None);
        assert_eq!(read("systemmessage"), None);
    }

    #[test]
    fn ids_that_identify_nothing() {
        for value in ["", "  ", "<>", "< >", "<@>", "<.@->", "<12345@imapsync>", "7@imapsync"] {
            assert_eq!(read(value), None, "{value}");
        }
        check("<a7@imapsync>", "a7@imapsync", "<a7@imapsync>");
        check("<é>", "é", "<é>");
    }

    #[test]
    fn encoded_words() {
        check("=?utf-8?q?=3Ca1=40b=2Eorg=3E?=", "a1@b.org", "<a1@b.org>");
        check("<=?utf-8?q?a1?=@b.org>", "a1@b.org", "<a1@b.org>");
        check("=?us-ascii?Q?=3Caa?= =?us-ascii?Q?bb=40c=3E?=", "aabb@c", "<aabb@c>");
        check("=?UTF-8?B?PGExQGV4YW1wbGUub3JnPg==?=", "a1@example.org", "<a1@example.org>");
        check("=?UTF-8?B?PGExQGV4YW1wbGUub3JnPg?=", "a1@example.org", "<a1@example.org>");
        check("<=?a@b>", "=?a@b", "<=?a@b>");
        check("<=?u?q?=zz_?=@b>", "=zz@b", "<=zz @b>");
    }

    #[test]
    fn the_first_bracketed_field_wins() {
        let id = |values: &[&str]| {
            message_id(values.iter().map(|value| value.as_bytes())).map(|id| id.id)
        };
        assert_eq!(id(&["a@b", "<c@d>", "<e@f>"]).unwrap().as_ref(), b"c@d");
        assert_eq!(id(&["foo", "a@b", "g@h"]).unwrap().as_ref(), b"a@b");
        assert_eq!(id(&["<>", ""]), None);
    }

    #[test]
    fn clarity_of_ids() {
        #[track_caller]
        fn check(values: &[&str], expected: Clarity) {
            assert_eq!(
                clarity(values.iter().map(|value| value.as_bytes())),
                expected,
                "{values:?}"
            );
        }
        for value in ["<a@b>", " <a@b> ", "(c) <a@b>", "<a@b> (c)", "<abc>", "<\"a>b\"@c>"] {
            check(&[value], Clarity::Clear);
        }
        check(&["<a@b>", "<a@b> "], Clarity::Clear);
        check(&[], Clarity::Missing);
        check(&[" "], Clarity::Missing);
        for value in ["a@b", "<a@b", "x <a@b>", "< a@b>", "<é@b>", "<<a@b>>", "<>", "<@>", "foo"] {
            check(&[value], Clarity::Unclear);
        }
        check(&["<a@b>", "<c@d>"], Clarity::Several);
        check(&["<a@b>", "<A@b>"], Clarity::Several);
        check(&["<a@b>", ""], Clarity::Several);
    }

    #[test]
    fn case_counts_only_when_asked() {
        let id = message_id([&b"<ABC@x>"[..]]).unwrap();
        assert_eq!(id.key(false), Key::Id((*b"abc@x").into()));
        assert_eq!(id.key(true), Key::Id((*b"ABC@x").into()));
    }
}
