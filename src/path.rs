//! Paths as bytes: what [`std::path::Path`] tells of paths that are written plainly, without double
//! slashes and dots, in a fraction of the time. All paths that a scan makes are.

use std::ffi::OsStr;
use std::os::unix::ffi::OsStrExt;
use std::path::Path;

/// The bytes as a path.
pub fn of(bytes: &[u8]) -> &Path {
    Path::new(OsStr::from_bytes(bytes))
}

/// The directory in a path, without a slash at its end, and the name in it; no directory where
/// there is no slash.
pub fn split(path: &[u8]) -> (&[u8], &[u8]) {
    let Some(slash) = memchr::memrchr(b'/', path) else { return (&[], path) };
    let (directory, name) = path.split_at(slash);
    let root = path.get(..1).filter(|_| directory.is_empty());
    (root.unwrap_or(directory), name.get(1..).unwrap_or_default())
}

/// The name in a path: what stands behind its last slash.
pub fn name(path: &[u8]) -> &[u8] {
    split(path).1
}

/// A path as text: see [`shown`].
pub fn text(path: &Path) -> String {
    shown(path.as_os_str().as_bytes())
}

/// The bytes as text: what is not UTF-8 as `\xNN`. Control characters stay.
pub fn shown(bytes: &[u8]) -> String {
    let mut text = String::new();
    for chunk in bytes.utf8_chunks() {
        text.push_str(chunk.valid());
        text.extend(chunk.invalid().iter().map(|byte| format!("\\x{byte:02x}")));
    }
    text
}

/// The bytes as text that tells them: as [`shown`], and a backslash before an `x` as `\x5c`, so
/// that two names never become one.
pub fn spelled(bytes: &[u8]) -> String {
    let mut text = String::new();
    for chunk in bytes.utf8_chunks() {
        text.push_str(&chunk.valid().replace("\\x", "\\x5cx"));
        text.extend(chunk.invalid().iter().map(|byte| format!("\\x{byte:02x}")));
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_spelled_is_told_apart() {
        let spellings: [(&[u8], &str); 6] = [
            (b"a\\b", "a\\b"),
            (b"caf\xe9", "caf\\xe9"),
            (b"caf\\xe9", "caf\\x5cxe9"),
            (b"\\\xe9", "\\\\xe9"),
            (b"\\x\xe9", "\\x5cx\\xe9"),
            ("caf\u{e9}".as_bytes(), "caf\u{e9}"),
        ];
        for (bytes, text) in spellings {
            assert_eq!(spelled(bytes), text);
        }
    }

    #[test]
    fn tells_what_the_library_does() {
        for text in ["cur/1", "1", ".a.b/cur/1:2,S", "/1", "/mail/INBOX/new/1", "a/\u{e9}"] {
            let path = Path::new(text);
            let (directory, name) = split(text.as_bytes());
            assert_eq!(Some(of(directory)), path.parent(), "{text}");
            assert_eq!(Some(OsStr::from_bytes(name)), path.file_name(), "{text}");
        }
    }

    #[test]
    fn text_keeps_the_bytes() {
        assert_eq!(text(Path::new("cur/é")), "cur/é");
        assert_eq!(text(of(b"cur/\xe9t")), "cur/\\xe9t");
    }
}
