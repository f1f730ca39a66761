//! Where a folder must lie for servers to show it.

use std::ffi::OsString;
use std::os::unix::ffi::{OsStrExt, OsStringExt};
use std::path::{Path, PathBuf};

use crate::maildir::layout::Layout;

/// The directory that a server of this layout lists under the name of the folder that now lies at
/// `directory`. `None` where that is not plain: where another layout is used, or a level of the
/// name has a dot of its own.
///
/// The bytes of the name are kept, so that its encoding is.
pub fn listed_directory(layout: &Layout, directory: &Path) -> Option<PathBuf> {
    if !matches!(layout, Layout::MaildirPlusPlus | Layout::Single) || directory.is_absolute() {
        return None;
    }
    let mut name = Vec::new();
    for (depth, level) in directory.iter().map(OsStrExt::as_bytes).enumerate() {
        let plain = level.strip_prefix(b".").unwrap_or(level);
        let has_dots = plain.contains(&b'.') && (depth > 0 || plain.len() == level.len());
        if plain.is_empty() || has_dots || matches!(plain, b"cur" | b"new" | b"tmp") {
            return None;
        }
        name.push(b'.');
        name.extend_from_slice(plain);
    }
    (!name.is_empty()).then(|| PathBuf::from(OsString::from_vec(name)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_dot_stands_before_every_level() {
        #[track_caller]
        fn check(layout: &str, directory: &str, expected: Option<&str>) {
            let name = listed_directory(&layout.parse().unwrap(), Path::new(directory));
            assert_eq!(name.as_deref(), expected.map(Path::new), "{directory}");
        }
        check("maildir++", "drafts", Some(".drafts"));
        check("maildir++", ".a.b/draft", Some(".a.b.draft"));
        check("maildir++", ".a/.b", Some(".a.b"));
        check("maildir++", "v1.2", None);
        check("maildir++", ".a/b.c", None);
        check("maildir++", ".a/cur", None);
        check("maildir++", "", None);
        check("maildir++", "/other/Inbox", None);
        check("fs", "a/.b", None);
    }
}
