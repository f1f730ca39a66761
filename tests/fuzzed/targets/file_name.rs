//! Names of message files, against a plain reading of the same rules.

use maildiff::maildir::file_name::{
    base, flags, has_info, has_other_separator, is_flag, letters, told_size, told_wire_size, uid,
    with_size, without_wire_size,
};

pub(crate) fn run(name: &[u8]) {
    check_parts(name);
    check_sizes(name);
    check_corrections(name);
}

fn check_parts(name: &[u8]) {
    let (plain_base, plain_letters) = parts(name);
    assert_eq!(base(name), plain_base);
    assert_eq!(letters(name), plain_letters);
    let known = |letter: &char| plain_letters.contains(&u8::try_from(*letter).unwrap());
    let told: String = "DFPRST".chars().filter(known).collect();
    assert_eq!(flags(name).to_string(), told);
    assert!(told.bytes().all(is_flag));
    assert!(has_info(name) || !has_other_separator(name));
    // What a program makes of a name whose flags change has the same base.
    if !plain_base.contains(&b':') && !plain_base.is_empty() {
        let flagged = [plain_base, b":2,FS"].concat();
        assert_eq!(base(&flagged), plain_base);
        assert_eq!(flags(&flagged).to_string(), "FS");
        assert!(has_info(&flagged));
    }
}

/// Base and letters. With a colon: what comes before the first, and the letters behind the last if
/// that is `:2,`. Without: the same of `;2,` or `!2,` where nothing but letters follows.
fn parts(name: &[u8]) -> (&[u8], &[u8]) {
    let colon = |byte: &u8| *byte == b':';
    let (base, info) = match name.iter().position(colon) {
        Some(first) => {
            let last = name.iter().rposition(colon).unwrap();
            (&name[..first], name[last..].strip_prefix(b":2,"))
        }
        None => other_parts(name),
    };
    let letters = info.unwrap_or_default().split(|&byte| byte == b',').next().unwrap();
    (base, letters)
}

fn other_parts(name: &[u8]) -> (&[u8], Option<&[u8]>) {
    for at in (0..name.len()).rev() {
        for mark in [b";2,", b"!2,"] {
            let flags = name[at..].strip_prefix(mark);
            if flags.is_some_and(|flags| flags.iter().all(u8::is_ascii_alphabetic)) {
                return (&name[..at], flags);
            }
        }
    }
    (name, None)
}

fn check_sizes(name: &[u8]) {
    assert_eq!(told_size(name), told(name, b'S').map(|told| told.1));
    assert_eq!(told_wire_size(name), told(name, b'W').map(|told| told.1));
    let marks = |at: &usize| name[*at..].starts_with(b",U=");
    let plain = (0..name.len()).find(marks).map(|at| number(&name[at + 3..]));
    assert_eq!(uid(name), plain.filter(|(length, _)| *length > 0).map(|(_, number)| number));
}

/// Where the first `,S=` or `,W=` with digits before `:`, `,` or the end stands, what it says, and
/// where it ends.
fn told(name: &[u8], key: u8) -> Option<(usize, u64, usize)> {
    (0..name.len()).find_map(|at| {
        let value = name[at..].strip_prefix(&[b',', key, b'='])?;
        let (length, number) = number(value);
        let ends = matches!(value.get(length), None | Some(b':' | b','));
        (length > 0 && ends).then_some((at, number, at + 3 + length))
    })
}

/// How many digits there are, and the number; what is too large is the largest.
fn number(text: &[u8]) -> (usize, u64) {
    let digits: String = text
        .iter()
        .take_while(|byte| byte.is_ascii_digit())
        .map(|&byte| char::from(byte))
        .collect();
    (digits.len(), digits.parse().unwrap_or(u64::MAX))
}

fn check_corrections(name: &[u8]) {
    for size in [0, 17, u64::MAX] {
        let corrected = with_size(name, size);
        assert_eq!(corrected.is_some(), told_size(name).is_some());
        if let Some(corrected) = corrected {
            assert_eq!(told_size(&corrected), Some(size));
            assert_eq!(told_wire_size(&corrected), told_wire_size(name));
            let (at, _, end) = told(name, b'S').unwrap();
            assert!(at >= parts(name).0.len() || letters(&corrected) == letters(name));
            let digits = size.to_string();
            let plain = [&name[..at], b",S=", digits.as_bytes(), &name[end..]].concat();
            assert_eq!(corrected, plain);
        }
    }
    let plain = told(name, b'W').filter(|(at, ..)| *at > 0);
    let plain = plain.map(|(at, _, end)| [&name[..at], &name[end..]].concat());
    assert_eq!(without_wire_size(name), plain);
}
