//! The one name of a folder, however a program spelled its directory.
//!
//! `&AMk-t&AOk-` and `Été` are one folder, in the modified UTF-7 of IMAP (RFC 3501 §5.1.3) and in
//! UTF-8; so are `Été` composed and decomposed. Whatever no program reads alike stays apart: each
//! step here either undoes an encoding or can be undone itself.

use std::fmt;

use data_encoding::BASE64_NOPAD;
use unicode_normalization::UnicodeNormalization;

/// The user's primary mailbox, whose name alone has no case (RFC 3501 §5.1).
const INBOX: &str = "INBOX";

/// A folder's canonical name: UTF-8 in NFC, `/` between levels, `INBOX` for the root.
///
/// Case counts, but for `INBOX`. Names order by their bytes, as the reports do.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct FolderName(Box<str>);

impl FolderName {
    /// The name of the root.
    pub fn inbox() -> FolderName {
        FolderName(INBOX.into())
    }

    /// The name made of decoded levels, the outermost first; none at all are the root.
    ///
    /// A first level equal to `INBOX` in any case is `INBOX`. A `/` within a level is written
    /// `%2F`.
    pub fn from_components(components: impl IntoIterator<Item = String>) -> FolderName {
        let levels: Vec<String> = components.into_iter().map(escape_separator).collect();
        if levels.is_empty() { FolderName::inbox() } else { FolderName::spelled(levels.join("/")) }
    }

    /// The name as a user types it on the command line: the way the reports show it, in NFC or
    /// not and with `INBOX` in any case.
    pub fn typed(text: &str) -> FolderName {
        FolderName::spelled(text.nfc().collect())
    }

    /// Whether a user who typed this meant the name: as it is shown, or as [`FolderName::typed`]
    /// reads it. The two differ where the name has bytes that are no UTF-8, which stay as they are.
    pub fn is_typed(&self, text: &str) -> bool {
        self.as_str() == text || *self == FolderName::typed(text)
    }

    /// The name with its first level as `INBOX` is to be spelled, if it is that.
    fn spelled(name: String) -> FolderName {
        match name.split_at_checked(INBOX.len()) {
            Some((first, rest))
                if first.eq_ignore_ascii_case(INBOX)
                    && (rest.is_empty() || rest.starts_with('/')) =>
            {
                FolderName(format!("{INBOX}{rest}").into())
            }
            _ => FolderName(name.into()),
        }
    }

    /// The name that was shown as this text, and was kept.
    pub(crate) fn kept(text: &str) -> FolderName {
        FolderName(text.into())
    }

    /// The name as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Whether this is the root.
    pub fn is_inbox(&self) -> bool {
        self.as_str() == INBOX
    }

    /// The name without a first level `INBOX`, if there is one and something below it.
    ///
    /// A server whose personal namespace is `INBOX.` (RFC 2342 §5) gives all its folders this
    /// level over IMAP; its own tree does not have it.
    pub fn without_inbox_prefix(&self) -> Option<FolderName> {
        let below = self.as_str().strip_prefix(INBOX)?.strip_prefix('/')?;
        (!below.is_empty()).then(|| FolderName::spelled(below.to_owned()))
    }

    /// The form in which names that differ only in case, or in whether a `.` separates levels,
    /// are equal.
    pub fn loose(&self) -> String {
        self.as_str().replace('.', "/").to_lowercase()
    }
}

impl fmt::Display for FolderName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// A level that holds a separator, or that would read as if one had been escaped in it, with `%`
/// as `%25` and `/` as `%2F`: the names `a/b` and `a%2Fb` of one level stay two.
fn escape_separator(level: String) -> String {
    if level.contains('/') || reads_as_escaped_separator(&level) {
        level.replace('%', "%25").replace('/', "%2F")
    } else {
        level
    }
}

/// Whether a `%2F` is in it, escaped any number of times: `%2F`, `%252F`, `%25252F`, ….
fn reads_as_escaped_separator(level: &str) -> bool {
    level.split('%').skip(1).any(|rest| rest.trim_start_matches("25").starts_with("2F"))
}

/// One level of a folder's name, decoded from the bytes in the directory name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Decoded {
    /// The level in NFC. Where the bytes are no UTF-8, each that is at fault is written `\xNN`,
    /// and the rest is kept as it is: two different names never become one. A mark that followed a
    /// backslash is not composed with the `c` of `\x5c`, should that stand there instead.
    pub text: String,
    /// False where the bytes are no UTF-8.
    pub valid: bool,
}

/// Decodes one level of a directory name: UTF-8 beyond ASCII stands for itself, ASCII is modified
/// UTF-7 if all of it is well-formed, and otherwise stands for itself too.
///
/// So does Dovecot (`mailbox-list.c`, `mailbox_list_default_get_vname`), for which `.Été` and
/// `.&AMk-t&AOk-` are both `Été`, and `.&bad` is `&bad`.
pub fn decode_component(raw: &[u8]) -> Decoded {
    match str::from_utf8(raw) {
        Ok(text) => Decoded { text: decode_text(text), valid: true },
        Err(_) => Decoded { text: escape_invalid(raw), valid: false },
    }
}

fn decode_text(text: &str) -> String {
    let decoded = if text.is_ascii() { decode_modified_utf7(text) } else { None };
    let text: String = decoded.as_deref().unwrap_or(text).nfc().collect();
    if reads_as_escaped_byte(&text) { escape_backslash(&text) } else { text }
}

fn escape_invalid(raw: &[u8]) -> String {
    let mut text = String::new();
    for chunk in raw.utf8_chunks() {
        text.push_str(&escape_backslash(chunk.valid()));
        text.extend(chunk.invalid().iter().map(|byte| format!(r"\x{byte:02x}")));
    }
    text
}

fn escape_backslash(text: &str) -> String {
    text.replace('\\', r"\x5c")
}

/// Whether valid text has what [`escape_invalid`] writes for a byte that is not ASCII, its
/// backslash escaped any number of times: `\xe9`, `\x5cxe9`, ….
fn reads_as_escaped_byte(text: &str) -> bool {
    text.split('\\').skip(1).map(|rest| rest.trim_start_matches("x5c")).any(|rest| {
        matches!(rest.as_bytes(), [b'x', b'8' | b'9' | b'a'..=b'f', b'0'..=b'9' | b'a'..=b'f', ..])
    })
}

/// Decodes modified UTF-7 (RFC 3501 §5.1.3); `None` where a shift is malformed.
///
/// Shifts that encode what stands for itself are accepted, against the RFC: old Courier wrote
/// `&AC4-` for a dot (courier-libs, `maildir/maildirmake.sgml`).
fn decode_modified_utf7(text: &str) -> Option<String> {
    let mut pieces = text.split('&');
    let mut decoded = pieces.next()?.to_owned();
    for piece in pieces {
        let (shifted, direct) = piece.split_once('-')?;
        decoded.push_str(&decode_shifted(shifted)?);
        decoded.push_str(direct);
    }
    Some(decoded)
}

/// What stands between `&` and `-`: nothing for `&` itself, else UTF-16BE in Base64 without
/// padding and with `,` for `/`.
fn decode_shifted(shifted: &str) -> Option<String> {
    if shifted.is_empty() {
        return Some("&".to_owned());
    }
    if shifted.contains('/') {
        return None;
    }
    let bytes = BASE64_NOPAD.decode(shifted.replace(',', "/").as_bytes()).ok()?;
    let (units, []) = bytes.as_chunks() else { return None };
    char::decode_utf16(units.iter().copied().map(u16::from_be_bytes)).collect::<Result<_, _>>().ok()
}

/// Undoes Dovecot's plugin listescape in a level of a Maildir++ name: `v1\2e2` is `v1.2`.
///
/// An escape is a backslash and two hexadecimal digits (`mailbox-list.c`,
/// `mailbox_list_unescape_name_params`). Dovecot escapes ASCII only, so that any other value is
/// left alone: it would make one name of `\e9` and the byte E9.
pub fn unescape_listescape(raw: &[u8]) -> Vec<u8> {
    unescape(raw, b'\\', |byte| byte.is_ascii())
}

/// Undoes Thunderbird's percent-encoding of a folder name (`nsMsgUtils.cpp`, `DecodeFilename`).
///
/// A name that this would turn into no UTF-8 was not encoded by it, and is left alone.
pub fn percent_decode(raw: &[u8]) -> Vec<u8> {
    let decoded = unescape(raw, b'%', |_| true);
    if str::from_utf8(&decoded).is_ok() { decoded } else { raw.to_vec() }
}

/// The bytes with each `mark` and two hexadecimal digits replaced by what they stand for, if that
/// is `wanted`.
fn unescape(raw: &[u8], mark: u8, wanted: fn(u8) -> bool) -> Vec<u8> {
    let mut plain = Vec::with_capacity(raw.len());
    let mut rest = raw;
    while let Some((&byte, after)) = rest.split_first() {
        let escape = if byte == mark { hex_byte(after) } else { None };
        let (byte, after) = escape.filter(|&(value, _)| wanted(value)).unwrap_or((byte, after));
        plain.push(byte);
        rest = after;
    }
    plain
}

/// The byte that two leading hexadecimal digits make, and what follows them.
fn hex_byte(raw: &[u8]) -> Option<(u8, &[u8])> {
    let [high, low, after @ ..] = raw else { return None };
    let digit = |byte: u8| char::from(byte).to_digit(16);
    let value = u8::try_from(digit(*high)? * 16 + digit(*low)?).ok()?;
    Some((value, after))
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    fn name(levels: &[&str]) -> FolderName {
        FolderName::from_components(levels.iter().map(|level| (*level).to_owned()))
    }

    #[test]
    fn joins_levels() {
        #[track_caller]
        fn check(levels: &[&str], expected: &str) {
            assert_eq!(name(levels).as_str(), expected, "{levels:?}");
        }
        check(&[], "INBOX");
        check(&["inbox"], "INBOX");
        check(&["iNbOx", "sub"], "INBOX/sub");
        check(&["Lists", "inbox"], "Lists/inbox");
        check(&["Inboxes"], "Inboxes");
        check(&["Été"], "Été");
        check(&["a", "", "b"], "a//b");
        check(&["a b "], "a b ");
        check(&["a/b", "c"], "a%2Fb/c");
        check(&["a/b%", "100%"], "a%2Fb%25/100%");
        check(&["a%2Fb"], "a%252Fb");
        check(&["100%25"], "100%25");
        check(&["a%2fb"], "a%2fb");
    }

    #[test]
    fn reads_what_a_user_types() {
        #[track_caller]
        fn check(typed: &str, expected: &str) {
            assert_eq!(FolderName::typed(typed).as_str(), expected);
        }
        check("inbox", "INBOX");
        check("Inbox/sub", "INBOX/sub");
        check("Inboxes", "Inboxes");
        check("E\u{301}te\u{301}", "Été");
        check("a%2Fb", "a%2Fb");
        check("ÉÉÉ", "ÉÉÉ");
        check("", "");
    }

    #[test]
    fn tells_inbox_and_what_is_below_it() {
        #[track_caller]
        fn check(typed: &str, is_inbox: bool, below: Option<&str>) {
            let name = FolderName::typed(typed);
            assert_eq!(name.is_inbox(), is_inbox, "{typed}");
            assert_eq!(name.without_inbox_prefix(), below.map(FolderName::typed), "{typed}");
        }
        check("INBOX", true, None);
        check("INBOX/", false, None);
        check("INBOX/Sent", false, Some("Sent"));
        check("INBOX/a/b", false, Some("a/b"));
        check("INBOX/inbox", false, Some("INBOX"));
        check("Sent/INBOX", false, None);
        check("INBOXES/a", false, None);
    }

    #[test]
    fn pairs_loosely_without_case_and_separator() {
        #[track_caller]
        fn check(left: &str, right: &str, alike: bool) {
            let loose = |typed| FolderName::typed(typed).loose();
            assert_eq!(loose(left) == loose(right), alike, "{left} {right}");
        }
        check("Archives.2012", "archives/2012", true);
        check("ÉTÉ", "été", true);
        check("v1.2", "v1/2", true);
        check("v1.2", "v12", false);
    }

    #[test]
    fn decodes_a_level() {
        #[track_caller]
        fn check(raw: &[u8], expected: &str, valid: bool) {
            let expected = Decoded { text: expected.to_owned(), valid };
            assert_eq!(decode_component(raw), expected, "{}", raw.escape_ascii());
        }
        check(b"", "", true);
        check(b"Sent Items ", "Sent Items ", true);
        check(b"x:y", "x:y", true);
        // Twins: modified UTF-7, UTF-8 and decomposed UTF-8.
        check(b"&AMk-t&AOk-", "Été", true);
        check("Été".as_bytes(), "Été", true);
        check("E\u{301}te\u{301}".as_bytes(), "Été", true);
        check(b"E&AwE-te&AwE-", "Été", true);
        // The ampersand, and beyond the basic plane (RFC 3501 §5.1.3 has the second).
        check(b"R&-D", "R&D", true);
        check(b"R&D", "R&D", true);
        check(b"~peter&U,BTFw-&ZeVnLIqe-", "~peter台北日本語", true);
        check(b"&2D3eAA-", "\u{1f600}", true);
        // Not canonical, but without a doubt.
        check(b"v1&AC4-2", "v1.2", true);
        check(b"a&AC8-b", "a/b", true);
        check(b"&AGE-&AGI-", "ab", true);
        // Malformed in any one place: kept whole.
        check(b"&bad", "&bad", true);
        check(b"&bad-", "&bad-", true);
        check(b"&AMk-t&bad", "&AMk-t&bad", true);
        check(b"&AMkA-", "&AMkA-", true);
        check(b"&AMl-", "&AMl-", true);
        check(b"&U/BT-", "&U/BT-", true);
        check(b"&2D0-", "&2D0-", true);
        check(b"&AMk=-", "&AMk=-", true);
        // UTF-8 beyond ASCII is no modified UTF-7.
        check("Été&-".as_bytes(), "Été&-", true);
        // No UTF-8.
        check(b"\xe9t\xe9", r"\xe9t\xe9", false);
        check("Été\u{301}".as_bytes().split_last().unwrap().1, "Été\\xcc", false);
        check(b"a\\\xff", r"a\x5c\xff", false);
        check(b"&-\xff", r"&-\xff", false);
        // What only looks like the above.
        check(br"\xe9", r"\x5cxe9", true);
        check(br"\x5cxe9", r"\x5cx5cxe9", true);
        check(br"\x41 \n", r"\x41 \n", true);
        check("\\\u{301}\\xe9".as_bytes(), "\\x5c\u{301}\\x5cxe9", true);
    }

    #[test]
    fn undoes_listescape() {
        #[track_caller]
        fn check(raw: &[u8], expected: &[u8]) {
            assert_eq!(unescape_listescape(raw), expected, "{}", raw.escape_ascii());
        }
        check(br"v1\2e2", b"v1.2");
        check(br"a\2Fb\5c2e", br"a/b\2e");
        check(br"a\2", br"a\2");
        check(br"a\", br"a\");
        check(br"\2g\e9", br"\2g\e9");
        check(b"\xe9%2e", b"\xe9%2e");
    }

    #[test]
    fn undoes_percent_encoding() {
        #[track_caller]
        fn check(raw: &[u8], expected: &[u8]) {
            assert_eq!(percent_decode(raw), expected, "{}", raw.escape_ascii());
        }
        check(b"a%2Fb%3a", b"a/b:");
        check(b"%43%4F%4D%31", b"COM1");
        check(b"%C3%89t%C3%A9", "Été".as_bytes());
        check(b"100% %2", b"100% %2");
        check(b"%2Fcaf%E9", b"%2Fcaf%E9");
        check(b"\xe9%2F", b"\xe9%2F");
    }

    /// Everything that up to four of the tokens make, one after another.
    fn words(tokens: &[&[u8]]) -> BTreeSet<Vec<u8>> {
        let mut words = BTreeSet::from([Vec::new()]);
        for _ in 0..4 {
            let longer = |word: &Vec<u8>| {
                let word = word.clone();
                tokens.iter().map(move |token| [word.as_slice(), token].concat())
            };
            words.extend(words.iter().flat_map(longer).collect::<Vec<_>>());
        }
        words
    }

    #[test]
    fn never_makes_one_name_of_two() {
        #[track_caller]
        fn check(tokens: &[&[u8]]) {
            let words = words(tokens);
            let names: BTreeSet<FolderName> = words
                .iter()
                .map(|word| FolderName::from_components([decode_component(word).text]))
                .collect();
            assert_eq!(names.len(), words.len());
        }
        check(&[b"\\", b"x5c", b"xe9", b"\xe9", b"\xc3", b"\xa9", b"e\xcc\x81\xff"]);
        check(&[b"%", b"25", b"2F", b"/", b"2", b"\xff"]);
    }
}
