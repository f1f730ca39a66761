//! What is wrong with a folder's directory, by its own name and by what stands in it.

use std::path::Path;

use crate::finding::Severity;

use super::layout::{Layout, Named};
use super::walk::Parts;

/// Which of `cur`, `new` and `tmp` a folder lacks, and how bad that is; `None` where it has what
/// the layout's programs ask for.
///
/// Without `cur` mbsync sees no folder (`drv_maildir.c`, `maildir_validate`), without `tmp` Dovecot
/// with `LAYOUT=fs` none (`maildir-storage.c`, `maildir_check_tmp`). Thunderbird makes no `new`
/// (`nsMsgMaildirStore.cpp`, `CreateMaildir`).
pub(super) fn missing_parts(layout: &Layout, parts: Parts) -> Option<(&'static str, Severity)> {
    let new = parts.new || *layout == Layout::Thunderbird;
    let state = match (parts.cur, new, parts.tmp) {
        (true, true, true) => return None,
        (false, false, false) => "cur+new+tmp",
        (false, false, true) => "cur+new",
        (false, true, false) => "cur+tmp",
        (true, false, false) => "new+tmp",
        (false, true, true) => "cur",
        (true, false, true) => "new",
        (true, true, false) => "tmp",
    };
    let by_tmp = matches!(layout, Layout::Fs | Layout::DirName(_));
    let grave = !parts.cur || !parts.tmp && by_tmp;
    Some((state, if grave { Severity::Error } else { Severity::Warning }))
}

/// What programs read differently in a folder's name, if anything.
pub(super) fn of_name(named: &Named, path: &Path) -> Option<&'static str> {
    let mut levels = named.name.as_str().split('/');
    let last = path.file_name().unwrap_or_default().as_encoded_bytes();
    if !named.valid {
        Some("is not UTF-8")
    } else if last.starts_with(b"..") {
        Some("`..x` is INBOX/x to mbsync and Evolution only")
    } else if levels.clone().any(str::is_empty) {
        Some("has an empty level")
    } else if levels.any(|level| level.ends_with(['.', ' '])) {
        Some("has a level that ends in a dot or a blank")
    } else {
        None
    }
}

#[cfg(test)]
mod tests {
    use std::ffi::OsStr;
    use std::os::unix::ffi::OsStrExt;

    use super::*;

    #[test]
    fn what_a_folder_lacks() {
        let lacks = |layout: &str, cur, new, tmp| {
            missing_parts(&layout.parse().unwrap(), Parts { cur, new, tmp })
        };
        assert_eq!(lacks("maildir++", true, true, true), None);
        assert_eq!(lacks("maildir++", true, true, false), Some(("tmp", Severity::Warning)));
        assert_eq!(lacks("fs", true, true, false), Some(("tmp", Severity::Error)));
        assert_eq!(lacks("maildir++", false, true, true), Some(("cur", Severity::Error)));
        assert_eq!(lacks("fs", false, false, false), Some(("cur+new+tmp", Severity::Error)));
        assert_eq!(lacks("thunderbird", true, false, true), None);
    }

    #[test]
    fn names() {
        #[track_caller]
        fn check(layout: &str, path: &[u8], fault: Option<&str>) {
            let path = Path::new(OsStr::from_bytes(path));
            let named = layout.parse::<Layout>().unwrap().name(path);
            assert_eq!(of_name(&named, path), fault, "{path:?}");
        }
        check("maildir++", b".a.b", None);
        check("maildir++", b".\xe9", Some("is not UTF-8"));
        check("maildir++", b".a..b", Some("has an empty level"));
        check("maildir++", b".a.", Some("has an empty level"));
        check("maildir++", b"..a", Some("`..x` is INBOX/x to mbsync and Evolution only"));
        check("fs", b"a /b", Some("has a level that ends in a dot or a blank"));
        check("fs", b"a..b", None);
        check("fs", b"", None);
    }
}
