//! Names of message files: base, fields and flags.
//!
//! ```text
//! name = base [ sep "2," flags *( "," other ) ]
//! base = unique *( "," key "=" value )
//! sep  = ":" | ";" | "!"
//! ```
//!
//! `:` is the standard separator; `;` is mbsync's and `!` offlineimap's where a file system has no
//! colon. Names are bytes of any kind.

use std::fmt;

/// The part of a name that stays while flags change: up to the first `:` (Dovecot
/// `maildir-filename.c` `maildir_filename_base_cmp`), or up to `;2,` or `!2,` where that ends the
/// name and there is no colon.
pub fn base(name: &[u8]) -> &[u8] {
    let end = memchr::memchr(b':', name).map(|colon| name.split_at(colon).0);
    end.or(split(name).map(|(base, _)| base)).unwrap_or(name)
}

/// The flags that the name carries; none where it has no info part.
pub fn flags(name: &[u8]) -> Flags {
    letters(name).iter().copied().collect()
}

/// The letters that stand where flags do, in the order of the name: known flags, keywords (`a` to
/// `z`), and what no program wrote.
pub fn letters(name: &[u8]) -> &[u8] {
    let (_, flags) = split(name).unwrap_or_default();
    let end = memchr::memchr(b',', flags).unwrap_or(flags.len());
    flags.get(..end).unwrap_or_default()
}

/// Whether flags stand behind `;2,` or `!2,`, as on file systems without colons.
pub fn has_other_separator(name: &[u8]) -> bool {
    !name.contains(&b':') && has_info(name)
}

/// Whether the name ends in an info part such as `:2,S`: only a Maildir program writes that.
pub fn has_info(name: &[u8]) -> bool {
    split(name).is_some_and(|(base, _)| !base.is_empty())
}

/// Base and flags, where the name has an info part. With a colon the flags follow the *last* one,
/// if `2,` follows it too (Dovecot `maildir-filename-flags.c` `maildir_filename_flags_get`).
fn split(name: &[u8]) -> Option<(&[u8], &[u8])> {
    if let Some(last) = memchr::memrchr(b':', name) {
        let (base, info) = name.split_at(last);
        return info.strip_prefix(b":2,").map(|flags| (base, flags));
    }
    let letters = name.iter().rev().take_while(|byte| byte.is_ascii_alphabetic()).count();
    let (head, flags) = name.split_at(name.len() - letters);
    let base = head.strip_suffix(b";2,").or_else(|| head.strip_suffix(b"!2,"))?;
    Some((base, flags))
}

/// The message's size in bytes as the name tells it in `,S=`, decompressed where it is compressed.
pub fn told_size(name: &[u8]) -> Option<u64> {
    told(name, SIZE)
}

/// The message's size in bytes with CR LF at every line's end, as the name tells it in `,W=`.
/// Dovecot serves so many bytes and no more.
pub fn told_wire_size(name: &[u8]) -> Option<u64> {
    told(name, WIRE_SIZE)
}

/// The name without the `,W=` that [`told_wire_size`] reads; `None` where there is none, or
/// nothing else.
pub fn without_wire_size(name: &[u8]) -> Option<Vec<u8>> {
    let Told { before, after, .. } = find_told(name, WIRE_SIZE)?;
    (!before.is_empty()).then(|| [before, after].concat())
}

/// The name with this size for the one that [`told_size`] reads.
pub fn with_size(name: &[u8], size: u64) -> Option<Vec<u8>> {
    let Told { before, after, .. } = find_told(name, SIZE)?;
    Some([before, SIZE, size.to_string().as_bytes(), after].concat())
}

const SIZE: &[u8] = b",S=";
const WIRE_SIZE: &[u8] = b",W=";

/// A number in a name, and what stands around it and its key.
struct Told<'n> {
    before: &'n [u8],
    number: u64,
    after: &'n [u8],
}

fn told(name: &[u8], key: &[u8]) -> Option<u64> {
    find_told(name, key).map(|told| told.number)
}

/// The UID that mbsync's native scheme and offlineimap keep in the name: the number behind the
/// first `,U=`, whatever follows it (isync `drv_maildir.c` `maildir_scan`).
pub fn uid(name: &[u8]) -> Option<u64> {
    let at = memchr::memmem::find(name, b",U=")?;
    let digits = name.get(at + 3..)?.iter().take_while(|byte| byte.is_ascii_digit());
    let digits: Vec<u8> = digits.copied().collect();
    (!digits.is_empty()).then(|| number(&digits))
}

/// A decimal number; one that is too large to count is the largest.
fn number(digits: &[u8]) -> u64 {
    let add = |number: u64, digit: &u8| {
        number.saturating_mul(10).saturating_add(u64::from(digit.wrapping_sub(b'0')))
    };
    digits.iter().fold(0, add)
}

/// A number in a name as Dovecot reads it: the first such key followed by digits and then `:`, `,`
/// or the end (`maildir-filename.c` `maildir_filename_get_size`).
fn find_told<'n>(name: &'n [u8], key: &[u8]) -> Option<Told<'n>> {
    memchr::memchr_iter(b',', name).find_map(|at| {
        let (before, field) = name.split_at_checked(at)?;
        let value = field.strip_prefix(key)?;
        let length = value.iter().take_while(|byte| byte.is_ascii_digit()).count();
        let (digits, after) = value.split_at_checked(length)?;
        let ends = matches!(after.first(), None | Some(b':' | b','));
        let number = number(digits);
        (ends && length > 0).then_some(Told { before, number, after })
    })
}

/// Whether a letter is one of the flags that every Maildir program knows, or a keyword.
pub fn is_flag(letter: u8) -> bool {
    Flags::LETTERS.contains(&letter) || letter.is_ascii_lowercase()
}

/// The six flags that every Maildir program knows, as a set. Keywords (`a` to `z`) are not in it:
/// the same letter means different keywords in different folders.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Flags(u8);

impl Flags {
    /// In the order in which they are written, which is that of ASCII: draft, flagged, passed,
    /// replied, seen, trashed.
    const LETTERS: &'static [u8] = b"DFPRST";
}

impl FromIterator<u8> for Flags {
    fn from_iter<I: IntoIterator<Item = u8>>(letters: I) -> Flags {
        let bit = |letter| Flags::LETTERS.iter().position(|&known| known == letter);
        Flags(letters.into_iter().filter_map(bit).fold(0, |set, bit| set | 1 << bit))
    }
}

impl fmt::Display for Flags {
    /// The letters in order: `RS`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let set = Flags::LETTERS.iter().enumerate().filter(|(bit, _)| self.0 & 1 << bit != 0);
        set.map(|(_, &letter)| char::from(letter)).try_for_each(|letter| write!(f, "{letter}"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(name: &str, expected_base: &str, expected_flags: &str) {
        let name = name.as_bytes();
        assert_eq!(base(name), expected_base.as_bytes());
        assert_eq!(flags(name).to_string(), expected_flags);
    }

    #[test]
    fn base_and_flags() {
        check("1.M2P3.host,S=4,W=5:2,RS", "1.M2P3.host,S=4,W=5", "RS");
        check("1.host", "1.host", "");
        check("1.host:2,", "1.host", "");
        check("1.host:2,SR", "1.host", "RS");
        check("1.host:2,Sabz", "1.host", "S");
        check("1.host:2,S,x", "1.host", "S");
        check("10.h:2,FS:2,S", "10.h", "S");
        check("10.h:1,S", "10.h", "");
        check("1.host;2,S", "1.host", "S");
        check("1.host!2,FS", "1.host", "FS");
        check("1.host;2,S,U=2", "1.host;2,S,U=2", "");
        check(":2,S", "", "S");
        check("", "", "");
    }

    #[test]
    fn an_info_part_is_a_mark_of_mail() {
        assert!(has_info(b"x:2,") && has_info(b"x;2,S"));
        assert!(!has_info(b"x") && !has_info(b":2,S"));
    }

    #[test]
    fn sizes_in_names() {
        for (name, size) in [
            ("1.h,S=4", Some(4)),
            ("1.h,S=4,W=5:2,S", Some(4)),
            ("1.h,W=5,S=4:2,S", Some(4)),
            ("1.h,S=:2,S", None),
            ("1.h,S=4x,S=6", Some(6)),
            ("1.h,S=99999999999999999999999", Some(u64::MAX)),
            ("S=4", None),
        ] {
            assert_eq!(told_size(name.as_bytes()), size, "{name}");
        }
        assert_eq!(told_wire_size(b"1.h,S=4,W=5:2,S"), Some(5));
        assert_eq!((uid(b"1.h,U=7:2,S"), uid(b"1.h,U=:2,S")), (Some(7), None));
        assert_eq!(uid(b"1,U=7.sync-conflict.h:2,S"), Some(7));
    }

    #[test]
    fn sizes_in_names_are_corrected() {
        let text = |name: Option<Vec<u8>>| name.map(|name| String::from_utf8(name).unwrap());
        for (name, without_w, with_s) in [
            ("1.h,S=4,W=5:2,S", Some("1.h,S=4:2,S"), Some("1.h,S=17,W=5:2,S")),
            ("1.h,W=5,S=4:2,S", Some("1.h,S=4:2,S"), Some("1.h,W=5,S=17:2,S")),
            ("1.h,S=4x,S=6", None, Some("1.h,S=4x,S=17")),
            ("1.h,W=5,U=3", Some("1.h,U=3"), None),
            ("1.h:2,S", None, None),
            (",W=5:2,S", None, None),
        ] {
            let name = name.as_bytes();
            assert_eq!(text(without_wire_size(name)).as_deref(), without_w);
            assert_eq!(text(with_size(name, 17)).as_deref(), with_s);
        }
    }
}
