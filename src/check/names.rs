//! What programs make of a message's file name, but for the sizes in it.

use std::path;

use crate::finding::{Finding, Kind, Severity};
use crate::index::{Index, Message};
use crate::maildir::file_name;

use super::find;

/// How long a name may be, in bytes, for notmuch 0.37 to take it: 234 less the digits of its
/// directory's number (`lib/message.cc`, measured).
pub(crate) const LONGEST_NAME: usize = 229;

/// How long a path may be, in bytes, for mbsync to take it: `_POSIX_PATH_MAX` (256) with its NUL,
/// and room for a `,U=` and flags that are still to come.
const LONGEST_PATH: usize = 255 - 16;

/// Everything that is wrong with a message's name.
pub(super) fn all(index: &Index, message: Message<'_>) -> impl Iterator<Item = Finding> {
    // Of a name that is bad as a whole, or not the message's own, the flags say nothing.
    let whole = conflict(message).or_else(|| bad_name(message));
    let found = [
        whole.or_else(|| bad_flags(message)),
        separator(message),
        too_long(message),
        path_too_long(index, message),
    ];
    found.into_iter().flatten()
}

fn conflict(message: Message<'_>) -> Option<Finding> {
    is_conflict(message.name()).then(|| find(Kind::SyncConflict, message, ""))
}

/// Whether a synchroniser or an editor made the file beside the original: Syncthing
/// (`folder_sendrecv.go`, `conflictName`), Dropbox and its like, and `~` of editors.
pub(super) fn is_conflict(name: &[u8]) -> bool {
    const MARK: &[u8] = b".sync-conflict-";
    let syncthing = memchr::memmem::find_iter(name, MARK).any(|at| {
        let stamp = name.get(at + MARK.len()..).unwrap_or_default();
        let is_stamp = |(at, byte): (usize, &u8)| match at {
            8 | 15 => *byte == b'-',
            _ => byte.is_ascii_digit(),
        };
        stamp.len() >= 16 && stamp.iter().take(16).enumerate().all(is_stamp)
    });
    syncthing || memchr::memmem::find(name, b" (conflicted copy").is_some() || name.ends_with(b"~")
}

fn bad_flags(message: Message<'_>) -> Option<Finding> {
    let letters = file_name::letters(message.name());
    let told = if letters.iter().any(|letter| !file_name::is_flag(*letter)) {
        ("unknown", "a letter that is no flag")
    } else if letters.is_sorted_by(|one, next| one < next) {
        return None;
    } else if letters.is_sorted() {
        ("repeated", "a flag twice")
    } else {
        ("unsorted", "flags out of order")
    };
    Some(find(Kind::BadFlags, message, told.1).in_state(told.0))
}

fn bad_name(message: Message<'_>) -> Option<Finding> {
    let name = message.name();
    let (state, told, severity) = if name.iter().any(|byte| matches!(byte, b'\r' | b'\n')) {
        ("line-end", "a line's end in the name", Severity::Error)
    } else if name.starts_with(b":") {
        ("colon", "begins with a colon", Severity::Error)
    } else if std::str::from_utf8(name).is_err() {
        ("not-utf8", "not UTF-8", Severity::Warning)
    } else if name.last().is_some_and(u8::is_ascii_whitespace) {
        ("blank", "ends in a blank", Severity::Warning)
    } else {
        return None;
    };
    Some(find(Kind::BadFilename, message, told).in_state(state).at(severity))
}

fn separator(message: Message<'_>) -> Option<Finding> {
    let other = file_name::has_other_separator(message.name());
    other.then(|| find(Kind::AltInfoSeparator, message, ""))
}

fn too_long(message: Message<'_>) -> Option<Finding> {
    let name = message.name().len();
    let long = name > LONGEST_NAME;
    long.then(|| find(Kind::NameTooLong, message, format!("{name} bytes")))
}

fn path_too_long(index: &Index, message: Message<'_>) -> Option<Finding> {
    let full = path::absolute(index.path_of(message)).ok()?.as_os_str().len();
    let long = full > LONGEST_PATH;
    long.then(|| find(Kind::PathTooLong, message, format!("{full} bytes")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn conflicts() {
        for name in [
            "1.M2.sync-conflict-20211115-161219-ABCDEFG.host:2,S",
            "1.h (conflicted copy 2021-11-15):2,S",
            "1.h:2,S~",
        ] {
            assert!(is_conflict(name.as_bytes()), "{name}");
        }
        for name in ["1.h:2,S", "1.sync-conflict-2021.h", "1.sync-conflict-20211115x161219-A.h"] {
            assert!(!is_conflict(name.as_bytes()), "{name}");
        }
    }
}
