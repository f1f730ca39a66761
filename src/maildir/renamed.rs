//! Finding a message again that was renamed since it was listed.
//!
//! A changed flag renames a message, and the first look at it moves it from `new` to `cur`. Base
//! name and inode stay. Two files that exist at the same time are two files, whatever they share.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};
use std::thread;
use std::time::Duration;

use crate::arena::{Arena, Span};

use super::file::File;
use super::file_name;
use super::listing;

/// How often messages are looked for that are nowhere to be seen while their folder keeps changing.
/// Where somebody renames all there is at full speed it takes about six times.
const ROUNDS: usize = 20;
/// How long a folder is left alone of which a round has found nothing.
const PAUSE: Duration = Duration::from_millis(5);

/// Looks for messages that are no longer where they were listed. `read` is given those that were
/// found, each with the path that it has now, and gives back those that were gone again. However
/// many there are, each folder is listed once a round; and not again once they are known to be
/// gone, because it stood still and had them not.
pub(crate) fn chase<T>(
    root: &Path,
    mut gone: Vec<(Trace, T)>,
    mut read: impl FnMut(Vec<(PathBuf, Trace, T)>) -> Vec<(Trace, T)>,
) {
    for _ in 0..ROUNDS {
        let (now, moving) = glance(root, gone.iter().map(|(trace, _)| trace.folder.as_path()));
        let (mut found, mut missed) = (Vec::new(), Vec::new());
        for (trace, what) in gone {
            match now.get(&trace) {
                Some(path) => found.push((path.clone(), trace, what)),
                None if moving.contains(&trace.folder) => missed.push((trace, what)),
                None => {}
            }
        }
        if found.is_empty() && missed.is_empty() {
            return;
        }
        gone = if found.is_empty() {
            thread::sleep(PAUSE);
            missed
        } else {
            let again = read(found);
            again.into_iter().chain(missed).collect()
        };
    }
}

/// Where the delivered messages of folders are now, and which of the folders changed meanwhile.
fn glance<'f>(
    root: &Path,
    folders: impl Iterator<Item = &'f Path>,
) -> (BTreeMap<Trace, PathBuf>, BTreeSet<PathBuf>) {
    let (mut now, mut moving) = (BTreeMap::new(), BTreeSet::new());
    for folder in folders.collect::<BTreeSet<&Path>>() {
        for directory in ["new", "cur"].map(|part| folder.join(part)) {
            let Ok(listing) = listing::list_once(&root.join(&directory)) else { continue };
            if !listing.steady {
                moving.insert(folder.to_owned());
            }
            for entry in listing.entries.iter() {
                let path = directory.join(entry.name);
                now.insert(Trace::of(&path, entry.inode), path);
            }
        }
    }
    (now, moving)
}

/// Of a file that was listed under several names because it was renamed meanwhile, keeps the name
/// that it has now; or one of them if it has yet another, under which it will be found.
pub(super) fn keep_latest_names(root: &Path, paths: &Arena, files: &mut Vec<File>) {
    let twins = repeated(files.iter().map(|file| file.inode));
    let of = |file: &File| Trace::of(file.path_in(paths), file.inode);
    let suspects = files.iter().filter(|file| twins.contains(&file.inode));
    let doubles = repeated(suspects.map(of));
    let is_double = |file: &File| twins.contains(&file.inode) && doubles.contains(&of(file));
    let exists = |file: &File| fs::symlink_metadata(root.join(file.path_in(paths))).is_ok();
    // Each is asked for once: asked again it may be gone, and then none of its names would stay.
    let there: BTreeSet<Span> =
        files.iter().filter(|file| is_double(file) && exists(file)).map(|file| file.path).collect();
    let is_there = |file: &File| there.contains(&file.path);
    let mut kept: BTreeSet<Trace> = files.iter().filter(|file| is_there(file)).map(of).collect();
    files.retain(|file| !is_double(file) || is_there(file) || kept.insert(of(file)));
}

/// What comes more than once.
pub(crate) fn repeated<T: Ord>(items: impl Iterator<Item = T>) -> BTreeSet<T> {
    let mut items: Vec<T> = items.collect();
    items.sort_unstable();
    let mut repeated = BTreeSet::new();
    let mut items = items.into_iter().peekable();
    while let Some(item) = items.next() {
        if items.next_if_eq(&item).is_some() {
            repeated.insert(item);
        }
    }
    repeated
}

/// What of a message stays through a rename.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Trace {
    inode: u64,
    base: Vec<u8>,
    /// The directory of the folder.
    folder: PathBuf,
}

impl Trace {
    pub(crate) fn of(path: &Path, inode: u64) -> Trace {
        let folder = path.parent().and_then(Path::parent).unwrap_or(Path::new(""));
        let name = path.file_name().unwrap_or_default().as_bytes();
        Trace { inode, base: file_name::base(name).to_vec(), folder: folder.to_owned() }
    }
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::MetadataExt;

    use super::*;
    use crate::maildir::file::{Otherwise, Place};

    #[test]
    fn a_file_under_two_names_is_one_and_never_none() {
        let tree = tempfile::tempdir().unwrap();
        fs::create_dir(tree.path().join("cur")).unwrap();
        let mut paths = Arena::default();
        let listed = ["cur/1.h:2,", "cur/1.h:2,S", "cur/2.h:2,"].map(|path| {
            let path = paths.add(&[path.as_bytes()]);
            File::new(0, Place::Cur, path, 7, Otherwise::Mail)
        });
        let names = |files: &[File]| {
            let name = |file: &File| String::from_utf8_lossy(paths.get(file.path)).into_owned();
            files.iter().map(name).collect::<Vec<_>>()
        };
        let mut gone = listed.to_vec();
        keep_latest_names(tree.path(), &paths, &mut gone);
        assert_eq!(names(&gone), ["cur/1.h:2,", "cur/2.h:2,"]);
        fs::write(tree.path().join("cur/1.h:2,S"), "mail").unwrap();
        let mut renamed = listed.to_vec();
        keep_latest_names(tree.path(), &paths, &mut renamed);
        assert_eq!(names(&renamed), ["cur/1.h:2,S", "cur/2.h:2,"]);
        fs::write(tree.path().join("cur/1.h:2,"), "mail").unwrap();
        let mut linked = listed.to_vec();
        keep_latest_names(tree.path(), &paths, &mut linked);
        assert_eq!(names(&linked), ["cur/1.h:2,", "cur/1.h:2,S", "cur/2.h:2,"]);
    }

    #[test]
    fn a_message_that_is_gone_again_is_looked_for_again_and_one_that_is_no_more_is_not() {
        let tree = tempfile::tempdir().unwrap();
        fs::create_dir(tree.path().join("cur")).unwrap();
        let path = tree.path().join("cur/1.h:2,S");
        fs::write(&path, "mail").unwrap();
        let trace = || Trace::of(Path::new("cur/1.h:2,"), fs::metadata(&path).unwrap().ino());
        let (mut rounds, gone) = (0, Trace::of(Path::new("cur/2.h:2,"), 1));
        chase(tree.path(), vec![(trace(), 1), (gone, 2)], |found| {
            rounds += 1;
            assert!(found.iter().all(|(path, _, what)| path.ends_with("1.h:2,S") && *what == 1));
            if rounds < 3 { vec![(trace(), 1)] } else { Vec::new() }
        });
        assert_eq!(rounds, 3);
    }

    #[test]
    fn finds_a_message_whose_flags_changed() {
        let tree = tempfile::tempdir().unwrap();
        for directory in ["cur", "new"] {
            fs::create_dir(tree.path().join(directory)).unwrap();
        }
        let old = Path::new("new/1.host");
        fs::write(tree.path().join(old), "mail").unwrap();
        let inode = fs::metadata(tree.path().join(old)).unwrap().ino();
        let new = Path::new("cur/1.host:2,S");
        fs::rename(tree.path().join(old), tree.path().join(new)).unwrap();
        let found = |inode| {
            let mut now = None;
            chase(tree.path(), vec![(Trace::of(old, inode), ())], |found| {
                now = found.into_iter().map(|(path, ..)| path).next();
                Vec::new()
            });
            now
        };
        assert_eq!(found(inode).as_deref(), Some(new));
        assert_eq!(found(inode + 1), None);
        fs::remove_file(tree.path().join(new)).unwrap();
        assert_eq!(found(inode), None);
    }
}
