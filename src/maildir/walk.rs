//! Every directory of a tree, with what it holds: no rule about mail is applied here yet.
//!
//! Links to directories come last and in the order of their names, so that what is found through
//! one does not depend on the order in which a disk gives its entries.

use std::collections::{BTreeMap, HashSet};
use std::fs;
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};

use walkdir::WalkDir;

use crate::error::Error;
use crate::finding::{Finding, Kind as Found};

use super::control;
use super::listing::{self, Entry, Kind};

/// A directory that is not a program's own.
#[derive(Debug, Default)]
pub struct Directory {
    /// Its entries that are no directories, a link as what it leads to.
    pub files: Vec<Entry>,
    /// Whether a `cur` or `new` stands in it, which makes it a folder.
    pub is_folder: bool,
    /// Control files below it, in control directories: counted, not opened.
    pub control: u64,
    /// Links to directories in it that were not followed.
    pub foreign: u64,
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
    /// What is odd about the directories themselves.
    pub findings: Vec<Finding>,
}

/// Walks the whole tree below `root`.
pub fn walk(root: &Path) -> Walk {
    let mut walker =
        Walker { root, walk: Walk::default(), links: Vec::new(), seen: HashSet::new() };
    walker.descend(PathBuf::new());
    while let Some(link) = walker.next_link() {
        walker.visit_link(link);
    }
    walker.walk
}

struct Walker<'a> {
    root: &'a Path,
    walk: Walk,
    /// Links to directories that have not been looked behind yet.
    links: Vec<PathBuf>,
    /// Device and inode of every directory read.
    seen: HashSet<(u64, u64)>,
}

impl Walker<'_> {
    /// Reads a directory and all below it, without recursion: trees may be deeper than a stack.
    fn descend(&mut self, path: PathBuf) {
        let mut waiting = vec![path];
        while let Some(path) = waiting.pop() {
            match listing::list(&self.root.join(&path)) {
                Ok(listing) => {
                    if !listing.steady {
                        self.error(&path, "kept changing while it was listed: run again");
                    }
                    self.seen.insert(listing.identity);
                    let errors = listing.errors.into_iter().map(|error| (path.clone(), error));
                    self.walk.errors.extend(errors);
                    waiting.extend(self.sort(&path, listing.entries));
                }
                Err(error) => self.walk.errors.push((path, error)),
            }
        }
    }

    fn error(&mut self, path: &Path, told: &str) {
        let error = Error::told(&self.root.join(path), told);
        self.walk.errors.push((path.to_owned(), error));
    }

    /// Puts a directory's entries where they belong; gives the directories below it, in the order
    /// in which they are to be taken from the end: `new` before `cur`, because a message that moves
    /// meanwhile moves from `new` to `cur`.
    fn sort(&mut self, path: &Path, entries: Vec<Entry>) -> Vec<PathBuf> {
        let mut directory = Directory::default();
        let mut below = Vec::new();
        for entry in entries {
            let target = self.target(path, &entry);
            directory.is_folder |= target == Kind::Directory && is_delivery(entry.name.as_bytes());
            match (entry.kind, target) {
                (Kind::Directory, _) => {
                    below.extend(self.sort_directory(path, &entry, &mut directory));
                }
                (_, Kind::Directory) => self.links.push(path.join(&entry.name)),
                (_, kind) => directory.files.push(Entry { kind, ..entry }),
            }
        }
        self.walk.directories.insert(path.to_owned(), directory);
        below
    }

    fn sort_directory(
        &mut self,
        path: &Path,
        entry: &Entry,
        directory: &mut Directory,
    ) -> Option<PathBuf> {
        let below = path.join(&entry.name);
        let on_disk = self.root.join(&below);
        let control = match control::directory(entry.name.as_bytes()) {
            control::Directory::Control => true,
            control::Directory::Ambiguous(marks) => {
                marks.iter().any(|mark| on_disk.join(mark).exists()) || !has_delivery(&on_disk)
            }
            control::Directory::Open => false,
        };
        if !control {
            return Some(below);
        }
        directory.control += count_files(&on_disk);
        if holds_delivered_files(&on_disk) {
            self.find(Found::MetadataAsFolder, below, "its cur/ or new/ holds files");
        }
        None
    }

    /// What an entry is behind a link; [`Kind::Link`] where that leads nowhere.
    fn target(&self, path: &Path, entry: &Entry) -> Kind {
        match entry.kind {
            Kind::Link => fs::metadata(self.root.join(path).join(&entry.name))
                .map_or(Kind::Link, |target| Kind::of(target.file_type())),
            kind => kind,
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
        if self.is_known(&on_disk) {
            self.find(Found::FolderLinkedTwice, link.clone(), &target_of(&on_disk));
            self.leave(&link);
        } else if is_delivery(name) || has_delivery(&on_disk) {
            self.walk.followed.push(link.clone());
            self.descend(link);
        } else {
            self.find(Found::LinkNotFollowed, link.clone(), &target_of(&on_disk));
            self.leave(&link);
        }
    }

    fn is_known(&self, directory: &Path) -> bool {
        use std::os::unix::fs::MetadataExt;
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
        self.walk.findings.push(Finding { kind, path, detail: detail.to_owned() });
    }
}

/// Whether a directory of this name holds delivered messages.
fn is_delivery(name: &[u8]) -> bool {
    name == b"cur" || name == b"new"
}

fn has_delivery(directory: &Path) -> bool {
    ["cur", "new"].iter().any(|name| directory.join(name).is_dir())
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

/// How many entries below a directory are no directories.
fn count_files(directory: &Path) -> u64 {
    let below = WalkDir::new(directory).min_depth(1).into_iter().flatten();
    below.filter(|entry| !entry.file_type().is_dir()).count() as u64
}
