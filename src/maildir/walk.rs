//! Every directory of a tree, with what it holds: no rule about mail is applied here yet.
//!
//! Links to directories come last and in the order of their names, so that what is found through
//! one does not depend on the order in which a disk gives its entries.

use std::collections::{BTreeMap, BTreeSet};
use std::fs::DirEntry;
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use std::time::Duration;
use std::{fs, io, thread};

use walkdir::WalkDir;

use crate::error::{Error, Nature};
use crate::finding::{Finding, Kind as Found};

use super::control;
use super::files::{Files, Together};
use super::listing::{self, Entries, Entry, Kind, Listing, State, UNSTEADY};
use super::mail_like;

/// A directory that is not a program's own.
#[derive(Debug, Default)]
pub struct Directory {
    /// Its entries that are no directories, a link as what it leads to.
    pub files: Together,
    /// Which of the three directories of a folder stand in it.
    pub parts: Parts,
    /// Control files below it, in control directories: counted, not opened.
    pub control: u64,
    /// Links to directories in it that were not followed.
    pub foreign: u64,
}

impl Directory {
    /// Whether a `cur` or `new` stands in it, which makes it a folder.
    pub fn is_folder(&self) -> bool {
        self.parts.cur || self.parts.new
    }
}

/// Which of the three directories of a folder there are.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[allow(missing_docs, reason = "the fields are the directories' names")]
pub struct Parts {
    pub cur: bool,
    pub new: bool,
    pub tmp: bool,
}

impl Parts {
    /// The one of this name, and no other.
    fn named(name: &[u8]) -> Parts {
        Parts { cur: name == b"cur", new: name == b"new", tmp: name == b"tmp" }
    }

    fn add(&mut self, other: Parts) {
        self.cur |= other.cur;
        self.new |= other.new;
        self.tmp |= other.tmp;
    }
}

/// A tree as it lies on disk.
#[derive(Debug, Default)]
pub struct Walk {
    /// By path relative to the root; the root itself has the empty path.
    pub directories: BTreeMap<PathBuf, Directory>,
    /// Directories that could not be read, or kept changing while they were: what they hold is not
    /// known. By path relative to the root.
    pub errors: Vec<(PathBuf, Error)>,
    /// Links to directories that were followed.
    pub followed: Vec<PathBuf>,
    /// Where links to files lead.
    pub targets: BTreeSet<PathBuf>,
    /// What is odd about the directories themselves, of folders that are not yet known.
    pub findings: Vec<Finding>,
}

/// Device and inode of every directory that has been read, in one walk or several.
pub type Seen = BTreeSet<(u64, u64)>;

/// How often directories that changed since they were listed are looked at again, and how long they
/// are left alone before: twice as long each time, together more than a second. To mark 20,000
/// messages as read is a matter of half a second.
const ROUNDS: u32 = 6;
const PAUSE: Duration = Duration::from_millis(20);

/// Walks the whole tree below `root`, passing over directories that have been `seen`. What is found
/// goes to `files`, `base` before each path.
pub fn walk(root: &Path, base: &Path, seen: &mut Seen, files: &mut Files) -> Walk {
    let mut walker = Walker {
        root,
        base,
        walk: Walk::default(),
        files,
        links: Vec::new(),
        listed: BTreeMap::new(),
        seen,
    };
    walker.descend(PathBuf::new());
    walker.follow_links();
    walker.look_again();
    walker.walk
}

struct Walker<'a> {
    root: &'a Path,
    base: &'a Path,
    walk: Walk,
    files: &'a mut Files,
    /// Links to directories that have not been looked behind yet.
    links: Vec<PathBuf>,
    /// What each directory was at its listing; `None` where it changed meanwhile.
    listed: BTreeMap<PathBuf, Option<State>>,
    seen: &'a mut Seen,
}

impl Walker<'_> {
    /// Reads a directory and all below it, without recursion: trees may be deeper than a stack.
    fn descend(&mut self, path: PathBuf) {
        let mut waiting = vec![path];
        while let Some(path) = waiting.pop() {
            match listing::list(&self.root.join(&path)) {
                Ok(listing) if self.seen.insert(listing.state.identity) => {
                    waiting.extend(self.take(&path, listing));
                }
                Ok(_) => self.find(Found::FolderLinkedTwice, path, "has been read already"),
                Err(error) => self.walk.errors.push((path, error)),
            }
        }
    }

    /// Keeps a listing; gives the directories below.
    fn take(&mut self, path: &Path, listing: Listing) -> Vec<PathBuf> {
        let errors = listing.errors.into_iter().map(|error| (path.to_owned(), error));
        self.walk.errors.extend(errors);
        self.listed.insert(path.to_owned(), listing.steady.then_some(listing.state));
        self.sort(path, &listing.entries)
    }

    /// A message may move from a folder that is still to be listed to one that has been. So every
    /// directory that changed since it was listed is listed again, and what was seen is united. So
    /// is one that is another by now: two directories may have changed their names.
    fn look_again(&mut self) {
        for round in 0..ROUNDS {
            let changed = self.changed_since();
            if changed.is_empty() {
                return;
            }
            thread::sleep(PAUSE * (1 << round));
            for path in changed {
                match listing::list(&self.root.join(&path)) {
                    Ok(listing) => {
                        self.seen.insert(listing.state.identity);
                        let below = self.take(&path, listing);
                        for below in below {
                            self.descend_new(below);
                        }
                    }
                    Err(error) => {
                        self.listed.remove(&path);
                        self.walk.errors.push((path, error));
                    }
                }
            }
            self.follow_links();
        }
        for path in self.changed_since() {
            self.unsteady(&path);
        }
    }

    fn changed_since(&self) -> Vec<PathBuf> {
        let now = |path: &Path| State::of(&self.root.join(path)).ok();
        let changed =
            self.listed.iter().filter(|(path, then)| then.is_none() || now(path) != **then);
        changed.map(|(path, _)| path.clone()).collect()
    }

    /// A directory that may have come since.
    fn descend_new(&mut self, path: PathBuf) {
        if !self.walk.directories.contains_key(&path) {
            self.descend(path);
        }
    }

    fn unsteady(&mut self, path: &Path) {
        let error = Error::told(&self.root.join(path), UNSTEADY).of(Nature::Vanished);
        self.walk.errors.push((path.to_owned(), error));
    }

    fn error(&mut self, path: &Path, told: &str) {
        let error = Error::told(&self.root.join(path), told);
        self.walk.errors.push((path.to_owned(), error));
    }

    /// Puts a directory's entries where they belong; gives the directories below it, in the order
    /// in which they are to be taken from the end: `new` before `cur`, because a message that moves
    /// meanwhile moves from `new` to `cur`.
    fn sort(&mut self, path: &Path, entries: &Entries) -> Vec<PathBuf> {
        let mut directory = Directory::default();
        let mut below = Vec::new();
        let start = self.files.end();
        // With a slash at its end, but for the root.
        let above = self.base.join(path).join("");
        for entry in entries.iter() {
            let target = self.target(path, entry);
            if target == Kind::Directory {
                directory.parts.add(Parts::named(entry.name.as_bytes()));
            }
            match (entry.kind, target) {
                (Kind::Directory, _) => {
                    below.extend(self.sort_directory(path, entry, &mut directory));
                }
                (_, Kind::Directory) => self.links.push(path.join(entry.name)),
                (from, kind) => {
                    let link = (from == Kind::Link).then(|| self.root.join(path).join(entry.name));
                    self.walk.targets.extend(link.and_then(|link| fs::canonicalize(link).ok()));
                    self.files.add(above.as_os_str().as_bytes(), Entry { kind, ..entry });
                }
            }
        }
        directory.files = start..self.files.end();
        self.unite(path, directory);
        below.sort();
        below.dedup();
        below
    }

    /// Adds what an earlier listing of the directory saw and this one did not.
    fn unite(&mut self, path: &Path, mut directory: Directory) {
        if let Some(earlier) = self.walk.directories.remove(path) {
            directory.files = self.files.unite(directory.files, earlier.files);
            directory.parts.add(earlier.parts);
        }
        self.walk.directories.insert(path.to_owned(), directory);
    }

    fn sort_directory(
        &mut self,
        path: &Path,
        entry: Entry<'_>,
        directory: &mut Directory,
    ) -> Option<PathBuf> {
        let below = path.join(entry.name);
        let on_disk = self.root.join(&below);
        let name = entry.name.as_bytes();
        let owned = control::directory(name);
        if matches!(owned, control::Directory::Control | control::Directory::UnlessFolder(_)) {
            self.find_folder_in(&below, &on_disk);
        }
        let control = match owned {
            control::Directory::Control => true,
            control::Directory::UnlessFolder(marks) => {
                marks.iter().any(|mark| on_disk.join(mark).exists()) || !may_be_folder(&on_disk)
            }
            control::Directory::UnlessFolders => {
                !may_be_folder(&on_disk) && !holds_folders(WalkDir::new(&on_disk))
            }
            control::Directory::Open => false,
        };
        if !control {
            return Some(below);
        }
        if name == control::DBOX {
            self.find(Found::ForeignStore, below, "Dovecot's dbox");
        }
        directory.control += count_files(&on_disk);
        None
    }

    /// A server may have made a mailbox of it: Dovecot makes one of any directory whose
    /// name begins with a dot (`maildir-storage.c`, `maildir_mailbox_open`).
    fn find_folder_in(&mut self, path: &Path, on_disk: &Path) {
        if holds_delivered_files(on_disk) {
            self.find(Found::MetadataAsFolder, path.to_owned(), "its cur/ or new/ holds files");
        } else if ["cur", "new", "tmp"].iter().any(|part| on_disk.join(part).is_dir()) {
            self.find(Found::MetadataAsFolder, path.to_owned(), "with an empty cur/, new/ or tmp/");
        }
    }

    /// What an entry is behind a link; [`Kind::Link`] where that leads nowhere.
    fn target(&self, path: &Path, entry: Entry<'_>) -> Kind {
        match entry.kind {
            Kind::Link => fs::metadata(self.root.join(path).join(entry.name))
                .map_or(Kind::Link, |target| Kind::of(target.file_type())),
            kind => kind,
        }
    }

    fn follow_links(&mut self) {
        while let Some(link) = self.next_link() {
            self.visit_link(link);
        }
    }

    fn next_link(&mut self) -> Option<PathBuf> {
        self.links.sort_by(|one, other| other.cmp(one));
        self.links.pop()
    }

    /// Follows a link to a directory if that is a folder or part of one, each directory once.
    fn visit_link(&mut self, link: PathBuf) {
        let on_disk = self.root.join(&link);
        let name = link.file_name().unwrap_or_default().as_bytes();
        if self.walk.followed.contains(&link) {
            return;
        }
        if self.is_known(&on_disk) {
            self.find(Found::FolderLinkedTwice, link.clone(), &target_of(&on_disk));
            self.leave(&link);
        } else if is_delivery(name) || has_delivery(&on_disk).unwrap_or(true) {
            self.walk.followed.push(link.clone());
            self.descend(link);
        } else {
            if leads_to_folders(&on_disk) {
                self.error(&link, "leads to folders, which were not read: link to each of them");
            }
            self.find(Found::LinkNotFollowed, link.clone(), &target_of(&on_disk));
            self.leave(&link);
        }
    }

    fn is_known(&self, directory: &Path) -> bool {
        let target = fs::metadata(directory);
        target.is_ok_and(|target| self.seen.contains(&(target.dev(), target.ino())))
    }

    /// Counts a link that is not followed where it lies.
    fn leave(&mut self, link: &Path) {
        let parent = link.parent().unwrap_or(Path::new(""));
        if let Some(directory) = self.walk.directories.get_mut(parent) {
            directory.foreign += 1;
        }
    }

    fn find(&mut self, kind: Found, path: PathBuf, detail: &str) {
        self.walk.findings.push(Finding::new(kind, 0, path, detail));
    }
}

/// Whether a directory of this name holds delivered messages.
fn is_delivery(name: &[u8]) -> bool {
    name == b"cur" || name == b"new"
}

/// Whether a `cur` or `new` stands in a directory; an error where that cannot be told.
fn has_delivery(directory: &Path) -> io::Result<bool> {
    for name in ["cur", "new"] {
        match fs::metadata(directory.join(name)) {
            Ok(metadata) if metadata.is_dir() => return Ok(true),
            Err(error) if !is_absence(&error) => return Err(error),
            _ => {}
        }
    }
    Ok(false)
}

fn is_absence(error: &io::Error) -> bool {
    matches!(error.kind(), io::ErrorKind::NotFound | io::ErrorKind::NotADirectory)
}

/// Whether a directory has a `cur` or `new`, or a file that is named like mail. Where that cannot
/// be told it may be, and reading it will say why.
fn may_be_folder(directory: &Path) -> bool {
    let Ok(mut entries) = fs::read_dir(directory) else { return true };
    let is_mail = |entry: DirEntry| {
        let is_directory = entry.file_type().is_ok_and(|kind| kind.is_dir());
        !is_directory && mail_like::name_looks_like_mail(entry.file_name().as_bytes())
    };
    entries.any(|entry| entry.map_or(true, is_mail)) || has_delivery(directory).unwrap_or(true)
}

/// Whether a `cur` or `new` stands below, or something that cannot be read.
fn holds_folders(below: WalkDir) -> bool {
    let mut entries = below.min_depth(1).into_iter();
    entries.any(|entry| {
        let is_folder = |entry: walkdir::DirEntry| {
            entry.file_type().is_dir() && is_delivery(entry.file_name().as_bytes())
        };
        entry.map_or(true, is_folder)
    })
}

/// Whether there are folders close behind a link; nobody looks through a whole disk for them.
fn leads_to_folders(link: &Path) -> bool {
    const DEPTH: usize = 3;
    holds_folders(WalkDir::new(link).max_depth(DEPTH))
}

fn holds_delivered_files(directory: &Path) -> bool {
    ["cur", "new"].iter().any(|name| {
        let entries = fs::read_dir(directory.join(name)).into_iter().flatten().flatten();
        entries.map(|entry| entry.file_name()).any(|name| !name.as_bytes().starts_with(b"."))
    })
}

fn target_of(link: &Path) -> String {
    fs::read_link(link).map_or_else(|_| String::new(), |target| format!("-> {}", target.display()))
}

/// How many entries below a program's own directory are no directories, as far as it may be read:
/// no mail is expected there.
fn count_files(directory: &Path) -> u64 {
    let below = WalkDir::new(directory).min_depth(1).into_iter().flatten();
    below.filter(|entry| !entry.file_type().is_dir()).count() as u64
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What was found below a root of which folders changed names in the middle of a walk.
    fn walk_while(change: impl FnOnce(&Path)) -> (Vec<String>, Vec<Found>, usize) {
        let tree = tempfile::tempdir().unwrap();
        for folder in ["a", "b"] {
            let cur = tree.path().join(folder).join("cur");
            fs::create_dir_all(&cur).unwrap();
            fs::write(cur.join(folder), "mail").unwrap();
        }
        let (mut seen, mut files) = (Seen::new(), Files::default());
        let (walk, links, listed) = Default::default();
        let (root, base) = (tree.path(), Path::new(""));
        let mut walker =
            Walker { root, base, walk, files: &mut files, links, listed, seen: &mut seen };
        walker.descend(PathBuf::from("a"));
        change(tree.path());
        walker.descend(PathBuf::from("b"));
        walker.look_again();
        let Walk { directories, errors, findings, .. } = walker.walk;
        let of = |(path, directory): (&PathBuf, &Directory)| {
            let entries = files.of(&directory.files);
            let names = entries.map(|(_, entry)| path.join(entry.name).display().to_string());
            names.collect::<Vec<_>>()
        };
        let mut paths: Vec<String> = directories.iter().flat_map(of).collect();
        paths.sort();
        (paths, findings.into_iter().map(|found| found.kind).collect(), errors.len())
    }

    #[test]
    fn folders_that_change_names_are_both_read() {
        let (paths, findings, errors) = walk_while(|_| {});
        assert_eq!(
            (paths, findings, errors),
            (vec!["a/cur/a".into(), "b/cur/b".into()], vec![], 0)
        );
        let swap = |root: &Path| {
            for (from, to) in [("a", "c"), ("b", "a"), ("c", "b")] {
                fs::rename(root.join(from), root.join(to)).unwrap();
            }
        };
        let (paths, ..) = walk_while(swap);
        // The one that was read before is sought where it was, and told as gone.
        assert_eq!(paths, ["a/cur/a", "a/cur/b"]);
        let (paths, _, errors) =
            walk_while(|root| fs::rename(root.join("b"), root.join("c")).unwrap());
        assert_eq!((paths, errors), (vec!["a/cur/a".into()], 1));
    }
}
