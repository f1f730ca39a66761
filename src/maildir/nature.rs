//! What a path is that was given for a Maildir tree and is none, in words that say what to do.

use std::fs;
use std::io::Read;
use std::os::unix::ffi::OsStrExt;
use std::path::Path;

use crate::error::Error;
use crate::mail_file::open_untouched;

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
        "is an mbox file, and not a Maildir tree: it can be compared, and not checked"
    } else if metadata.is_file() && begins_with(path, b"{\"schema\":\"maildiff.index/") {
        "is a saved index, in which no mail is; name the tree that it was made of"
    } else {
        "is not a directory; name the root of a Maildir tree"
    };
    Err(Error::told(path, nature))
}

/// The error for a file that begins so and was given as a side, if that tells that it can be none.
pub fn no_side(path: &Path, head: &[u8]) -> Option<Error> {
    let told = match head {
        [] => "is empty: it holds no mail, no index and no table",
        [b'F', b'r', b'o', b'm', b' ', ..] => {
            "begins with From, and is no mbox: no address and date follow in that line"
        }
        _ => return None,
    };
    Some(Error::told(path, told))
}

/// The error for a directory below which there is no `cur` and no `new`.
pub fn not_a_maildir(path: &Path) -> Error {
    Error::told(path, format!("is not a Maildir tree: {}", nature(path)))
}

fn nature(path: &Path) -> &'static str {
    let Ok(entries) = fs::read_dir(path) else { return "it cannot be read" };
    let names: Vec<_> = entries.flatten().map(|entry| entry.file_name()).collect();
    let has = |name: &str| path.join(name).exists();
    let bytes = || names.iter().map(|name| name.as_bytes());
    if names.is_empty() {
        "it is empty"
    } else if matches!(path.file_name().map(OsStrExt::as_bytes), Some(b"cur" | b"new")) {
        "it is one directory of a folder; name the root above it"
    } else if has("mailboxes") || has("dbox-Mails") || has("storage") {
        Store::Dbox.words()
    } else if let Some(store) = store(bytes()) {
        store.words()
    } else if bytes().any(is_number) {
        Store::Mh.words()
    } else if names.iter().any(|name| begins_with(&path.join(name), b"From ")) {
        "it holds mbox files, which can be compared, and not checked"
    } else {
        "there is no cur/ or new/ in it or below it"
    }
}

/// A format of mail that is no Maildir. Of several in one directory the first of these counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Store {
    /// MH, a numbered file a message.
    Mh,
    /// Cyrus IMAP's spool.
    Cyrus,
    /// Dovecot's dbox.
    Dbox,
}

impl Store {
    /// What it is, and what makes a Maildir of it.
    pub fn words(self) -> &'static str {
        match self {
            Store::Dbox => {
                "it is Dovecot's dbox; `doveadm sync` or `dsync` can make a Maildir of it"
            }
            Store::Cyrus => "it is a Cyrus spool",
            Store::Mh => "it is an MH folder",
        }
    }
}

/// The format that a directory with these names in it is of, where they tell.
pub fn store<'n>(names: impl Iterator<Item = &'n [u8]>) -> Option<Store> {
    let of = |name: &[u8]| match name {
        b"cyrus.header" => Some(Store::Cyrus),
        b".mh_sequences" => Some(Store::Mh),
        _ if is_dbox_name(name) => Some(Store::Dbox),
        _ => None,
    };
    names.filter_map(of).min()
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
    let read =
        |head: &mut Vec<u8>| open_untouched(path)?.take(magic.len() as u64).read_to_end(head);
    is_file && read(&mut head).is_ok() && head == magic
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn of_several_formats_the_order_of_the_names_decides_nothing() {
        let names = [b"u.1".as_slice(), b"cyrus.header", b".mh_sequences", b"notes"];
        assert_eq!(store(names.into_iter()), Some(Store::Mh));
        assert_eq!(store(names.into_iter().rev()), Some(Store::Mh));
        assert_eq!(store(names.into_iter().take(2)), Some(Store::Cyrus));
        assert_eq!(store([b"notes".as_slice()].into_iter()), None);
    }
}
