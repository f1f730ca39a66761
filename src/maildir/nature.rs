//! What a path is that was given for a Maildir tree and is none, in words that say what to do.

use std::fs::{self, File};
use std::io::Read;
use std::os::unix::ffi::OsStrExt;
use std::path::Path;

use crate::error::Error;

/// Checks that there is a directory.
///
/// # Errors
/// Where there is nothing, or a file; the error says what kind of file.
pub fn check_directory(path: &Path) -> Result<(), Error> {
    let metadata = fs::metadata(path).map_err(|error| Error::io(path, error))?;
    if metadata.is_dir() {
        return Ok(());
    }
    let nature = if metadata.is_file() && begins_with(path, b"From ") {
        "is an mbox file, not a Maildir tree; convert it first, for example with mb2md"
    } else {
        "is not a directory; name the root of a Maildir tree"
    };
    Err(Error::told(path, nature))
}

/// The error for a directory below which there is no `cur` and no `new`.
pub fn not_a_maildir(path: &Path) -> Error {
    Error::told(path, format!("is not a Maildir tree: {}", nature(path)))
}

fn nature(path: &Path) -> &'static str {
    let Ok(entries) = fs::read_dir(path) else { return "it cannot be read" };
    let names: Vec<_> = entries.flatten().map(|entry| entry.file_name()).collect();
    let has = |name: &str| path.join(name).exists();
    let any = |test: &dyn Fn(&[u8]) -> bool| names.iter().any(|name| test(name.as_bytes()));
    if names.is_empty() {
        "it is empty"
    } else if matches!(path.file_name().map(OsStrExt::as_bytes), Some(b"cur" | b"new")) {
        "it is one directory of a folder; name the root above it"
    } else if has("mailboxes") || has("dbox-Mails") || has("storage") || any(&is_dbox_name) {
        "it is Dovecot's dbox; `doveadm sync` or `dsync` can make a Maildir of it"
    } else if has("cyrus.header") {
        "it is a Cyrus spool"
    } else if has(".mh_sequences") || any(&is_number) {
        "it is an MH folder"
    } else if names.iter().any(|name| begins_with(&path.join(name), b"From ")) {
        "it holds mbox files; convert them first, for example with mb2md"
    } else {
        "there is no cur/ or new/ in it or below it"
    }
}

fn is_dbox_name(name: &[u8]) -> bool {
    name.starts_with(b"dovecot.map.index") || name.strip_prefix(b"u.").is_some_and(is_number)
}

fn is_number(name: &[u8]) -> bool {
    !name.is_empty() && name.iter().all(u8::is_ascii_digit)
}

fn begins_with(path: &Path, magic: &[u8]) -> bool {
    let is_file = fs::metadata(path).is_ok_and(|metadata| metadata.is_file());
    let mut head = Vec::new();
    let read = |head: &mut Vec<u8>| File::open(path)?.take(magic.len() as u64).read_to_end(head);
    is_file && read(&mut head).is_ok() && head == magic
}
