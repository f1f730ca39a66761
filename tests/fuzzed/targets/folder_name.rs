//! Names of directories as names of folders: one name is not made of two, and any path has one.

use std::ffi::OsStr;
use std::os::unix::ffi::OsStrExt;
use std::path::PathBuf;

use data_encoding::BASE64_NOPAD;
use maildiff::maildir::folder_name::{
    Decoded, FolderName, decode_component, percent_decode, unescape_listescape,
};
use maildiff::maildir::layout::{Layout, detect};
use unicode_normalization::UnicodeNormalization;

/// Directories stand on a line each.
pub(crate) fn run(directories: &[u8]) {
    let lines: Vec<&[u8]> = directories.split(|&byte| byte == b'\n').take(16).collect();
    for line in &lines {
        check_level(line);
    }
    for pair in lines.windows(2) {
        check_apart(pair[0], pair[1]);
    }
    check_layouts(&lines);
}

fn check_level(raw: &[u8]) {
    let Decoded { text, valid } = decode_component(raw);
    assert_eq!(valid, str::from_utf8(raw).is_ok());
    let has_escapes = text.contains(r"\x5c");
    assert!(text.nfc().eq(text.chars()) || !valid || has_escapes, "{text:?} is not in NFC");
    let name = FolderName::from_components([text.clone()]);
    assert!(name.is_typed(name.as_str()));
    assert!(name.without_inbox_prefix().is_none_or(|below| !below.as_str().is_empty()));
    let _ = (name.loose(), name.is_inbox());
    assert!(unescape_listescape(raw).len() <= raw.len());
    assert!(percent_decode(raw).len() <= raw.len());
    if let Ok(text) = str::from_utf8(raw) {
        check_round_trip(text);
    }
}

/// What IMAP writes for a text is read as that text.
fn check_round_trip(text: &str) {
    let written = modified_utf7(text);
    let read = decode_component(written.as_bytes());
    assert!(read.valid);
    assert_eq!(read.text, kept(&text.nfc().collect::<String>()), "{written}");
}

/// Modified UTF-7, as RFC 3501 §5.1.3 has it.
fn modified_utf7(text: &str) -> String {
    let mut written = String::new();
    let mut shifted: Vec<u8> = Vec::new();
    let end = |shifted: &mut Vec<u8>, written: &mut String| {
        if !shifted.is_empty() {
            let digits = BASE64_NOPAD.encode(shifted).replace('/', ",");
            written.extend(["&", &digits, "-"]);
            shifted.clear();
        }
    };
    for letter in text.chars() {
        if matches!(letter, ' '..='~') {
            end(&mut shifted, &mut written);
            written.push(letter);
            written.extend((letter == '&').then_some('-'));
        } else {
            let units = letter.encode_utf16(&mut [0; 2]).to_vec();
            shifted.extend(units.into_iter().flat_map(u16::to_be_bytes));
        }
    }
    end(&mut shifted, &mut written);
    written
}

/// A text whose backslashes might be taken for escaped bytes has them escaped.
fn kept(text: &str) -> String {
    let escaped = |at: usize| {
        let rest = text[at + 1..].trim_start_matches("x5c").as_bytes();
        matches!(rest, [b'x', high, low, ..] if is_escape(*high, *low))
    };
    let is_ambiguous = text.match_indices('\\').any(|(at, _)| escaped(at));
    if is_ambiguous { text.replace('\\', r"\x5c") } else { text.to_owned() }
}

fn is_escape(high: u8, low: u8) -> bool {
    matches!(high, b'8' | b'9' | b'a'..=b'f') && matches!(low, b'0'..=b'9' | b'a'..=b'f')
}

/// Two directories have one name only if one text was written in two ways.
fn check_apart(one: &[u8], other: &[u8]) {
    let name = |raw: &[u8]| FolderName::from_components([decode_component(raw).text]);
    if name(one) == name(other) {
        assert_eq!(meant(one), meant(other), "{}", name(one));
    }
}

/// What a directory's name means: the text in NFC, `INBOX` in any case; or bytes that are none.
fn meant(raw: &[u8]) -> Result<String, Vec<u8>> {
    let text = str::from_utf8(raw).map_err(|_| raw.to_vec())?;
    let decoded = if text.is_ascii() { decoded(text) } else { None };
    let text: String = decoded.as_deref().unwrap_or(text).nfc().collect();
    Ok(if text.eq_ignore_ascii_case("inbox") { "INBOX".to_owned() } else { text })
}

/// Modified UTF-7, letter by letter; `None` where it is malformed.
fn decoded(text: &str) -> Option<String> {
    let mut decoded = String::new();
    let mut rest = text;
    while let Some(start) = rest.find('&') {
        decoded += &rest[..start];
        let end = start + rest[start..].find('-')?;
        let shifted = &rest[start + 1..end];
        if shifted.is_empty() {
            decoded.push('&');
        } else if shifted.contains('/') {
            return None;
        } else {
            let bytes = BASE64_NOPAD.decode(shifted.replace(',', "/").as_bytes()).ok()?;
            let units =
                bytes.chunks(2).map(|unit| Some(u16::from_be_bytes([unit[0], *unit.get(1)?])));
            decoded += &String::from_utf16(&units.collect::<Option<Vec<u16>>>()?).ok()?;
        }
        rest = &rest[end + 1..];
    }
    Some(decoded + rest)
}

/// Whatever the layout, every path has a name, and a layout is read as it is written.
fn check_layouts(lines: &[&[u8]]) {
    let paths: Vec<PathBuf> = lines.iter().map(|&line| OsStr::from_bytes(line).into()).collect();
    let found = detect(&paths).layout;
    let others = ["single", "maildir++", "fs", "legacy", "flat:.", "dirname:x", "kmail"];
    let more = ["thunderbird", "index", "flat:&", "flat:/"];
    let others = others.into_iter().chain(more).map(|name| name.parse::<Layout>().unwrap());
    for layout in others.chain([found]) {
        assert_eq!(layout.to_string().parse().as_ref(), Ok(&layout));
        for path in &paths {
            let named = layout.name(path);
            assert_eq!(named.visible, layout.maps(path));
            assert!(named.name.is_typed(named.name.as_str()), "{}", named.name);
            let _ = layout.refuses(&named.name);
        }
    }
    for line in lines.iter().filter_map(|line| str::from_utf8(line).ok()) {
        let read = line.parse::<Layout>();
        assert!(read.is_err() || read == read.clone().unwrap().to_string().parse());
    }
}
