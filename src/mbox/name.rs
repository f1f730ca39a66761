//! What the folder is called that an mbox in a directory of them holds.

use std::os::unix::ffi::OsStrExt;
use std::path::Path;

use crate::maildir::folder_name::{FolderName, decode_component};

/// Suffixes of a compressed file.
const PACKED: [&[u8]; 2] = [b".gz", b".zst"];

/// What Apple Mail calls the file in a directory `X.mbox` that has the mail of the folder X.
const APPLES: &[u8] = b"mbox";

const SUFFIX: &[u8] = b".mbox";

/// The name of the folder of the mbox at a path, relative to `root`; `false` beside it where a name
/// on the way is no UTF-8.
///
/// `Archives/2012`, `Archives/2012.mbox` and `Archives/2012.mbox.gz` are `Archives/2012`; so are
/// Thunderbird's `Archives.sbd/2012` (`nsMsgLocalStoreUtils.cpp`) and Apple Mail's
/// `Archives/2012.mbox/mbox`. Levels may be written as IMAP has them, in modified UTF-7 (Dovecot).
pub(super) fn name(root: &Path, path: &Path) -> (FolderName, bool) {
    let mut levels: Vec<&[u8]> = path.iter().map(OsStrExt::as_bytes).collect();
    let last = levels.pop().unwrap_or_default();
    let last = without_packing(last);
    let directory = levels.last().copied().or(root.file_name().map(OsStrExt::as_bytes));
    let is_apples = last == APPLES && directory.is_some_and(|above| stem(above, SUFFIX) != above);
    let above = levels.into_iter().map(|level| stem(stem(level, b".sbd"), SUFFIX));
    let own = (!is_apples).then(|| stem(last, SUFFIX));
    let decoded: Vec<_> = above.chain(own).map(decode_component).collect();
    let valid = decoded.iter().all(|level| level.valid);
    (FolderName::from_components(decoded.into_iter().map(|level| level.text)), valid)
}

fn without_packing(name: &[u8]) -> &[u8] {
    PACKED.iter().fold(name, |name, suffix| stem(name, suffix))
}

/// The name without a suffix, unless nothing would be left.
fn stem<'n>(name: &'n [u8], suffix: &[u8]) -> &'n [u8] {
    name.strip_suffix(suffix).filter(|stem| !stem.is_empty()).unwrap_or(name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names() {
        for (path, expected) in [
            ("Archives/2012", "Archives/2012"),
            ("Archives/2012.mbox", "Archives/2012"),
            ("Archives/2012.mbox.gz", "Archives/2012"),
            ("Archives.sbd/2012", "Archives/2012"),
            ("Archives.sbd/Old.sbd/2012", "Archives/Old/2012"),
            ("Archives.mbox/2012.mbox/mbox", "Archives/2012"),
            ("Archives/2012.mbox/mbox", "Archives/2012"),
            ("mbox", "mbox"),
            ("Archives/mbox", "Archives/mbox"),
            ("inbox", "INBOX"),
            ("Inbox.mbox", "INBOX"),
            ("Inbox.sbd/sub", "INBOX/sub"),
            ("&AMk-t&AOk-", "Été"),
            (".mbox", ".mbox"),
            ("v1.2", "v1.2"),
        ] {
            let (name, valid) = name(Path::new("/mail"), Path::new(path));
            assert_eq!((name.as_str(), valid), (expected, true), "{path}");
        }
        assert!(name(Path::new("/mail/Sent.mbox"), Path::new("mbox")).0.is_inbox());
        let latin = Path::new(std::ffi::OsStr::from_bytes(b"caf\xe9.mbox"));
        assert!(!name(Path::new("/mail"), latin).1);
    }
}
