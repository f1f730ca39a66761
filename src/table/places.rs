//! From the paths of files, as another program tells them, to the names of their folders.

use std::collections::BTreeMap;
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};

use crate::maildir::folder_name::FolderName;
use crate::maildir::layout::{Layout, detect};
use crate::path;

/// Directories of folders, and for each whether mail lies in a `cur` or `new` of it.
pub(super) type Directories = BTreeMap<Box<[u8]>, bool>;

/// Names of folders, by their directories.
pub(super) type Names = BTreeMap<Box<[u8]>, FolderName>;

/// Names folders by their directories as a tree's are named, and says what was guessed: the root
/// is taken to be the directory that all folders share.
pub(super) fn name(directories: &Directories) -> (Names, Option<String>) {
    let all: Vec<&Path> = directories.keys().map(|directory| path::of(directory)).collect();
    let real = directories.iter().filter(|(_, is_real)| **is_real);
    let real: Vec<&Path> = real.map(|(directory, _)| path::of(directory)).collect();
    let root = shared(if real.is_empty() { &all } else { &real });
    let below = |path: &Path| path.strip_prefix(&root).unwrap_or(path).to_owned();
    let folders: Vec<PathBuf> = real.iter().map(|path| below(path)).collect();
    let layout = detect(&folders).layout;
    let folder = |path: &Path| home(&below(path), &folders, &layout);
    let name = |path: &Path| layout.name(&folder(path)).name;
    let names = all.iter().map(|path| (path.as_os_str().as_bytes().into(), name(path)));
    let note = format!("its folders are taken to lie below {}, as {layout}", root.display());
    (names.collect(), (!all.is_empty()).then_some(note))
}

/// The directory in which all of these lie, or which one of them is.
fn shared(paths: &[&Path]) -> PathBuf {
    let mut paths = paths.iter();
    let mut shared = paths.next().map_or_else(PathBuf::new, |path| path.to_path_buf());
    for path in paths {
        while !path.starts_with(&shared) && shared.pop() {}
    }
    shared
}

/// The directory of the folder that mail in this one belongs to: mail beside a `cur` belongs to the
/// nearest folder above it, unless the layout has a name for its own directory.
fn home(directory: &Path, folders: &[PathBuf], layout: &Layout) -> PathBuf {
    let is_folder = |path: &&Path| folders.iter().any(|folder| folder == path);
    if layout.maps(directory) {
        return directory.to_owned();
    }
    directory.ancestors().find(is_folder).unwrap_or(Path::new("")).to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(directories: &[(&str, bool)], expected: &[&str], told: &str) {
        let directories = directories.iter();
        let directories = directories.map(|(path, is_real)| (path.as_bytes().into(), *is_real));
        let (names, note) = name(&directories.collect());
        let names: Vec<&str> = names.values().map(FolderName::as_str).collect();
        assert_eq!(names, expected);
        assert_eq!(note.unwrap_or_default(), told);
    }

    #[test]
    fn names_are_those_of_the_tree() {
        check(
            &[("/m", true), ("/m/.a.b", true), ("/m/.c", false), ("/m/.a.b/draft", false)],
            &["INBOX", "a/b", "a/b", "c"],
            "its folders are taken to lie below /m, as maildir++",
        );
        check(
            &[("/m/INBOX", true), ("/m/Sent/2011", true), ("/m/Sent/2012", true)],
            &["INBOX", "Sent/2011", "Sent/2012"],
            "its folders are taken to lie below /m, as fs",
        );
        check(&[("/m/x", true)], &["INBOX"], "its folders are taken to lie below /m/x, as single");
        check(&[], &[], "");
    }
}
