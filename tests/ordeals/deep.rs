//! Directories a thousand levels deep.

use std::ffi::OsStr;
use std::fs;
use std::os::fd::{AsFd, OwnedFd};
use std::path::{Path, PathBuf};

use rustix::fs::{AtFlags, CWD, Mode, OFlags, mkdirat, openat, renameat, unlinkat};

use crate::tree::{Tree, compare, mail, report};

/// How deep: paths of short names are still shorter than the longest that a system takes.
const LEVELS: usize = 1000;

/// A tower of directories, each in the one before, with a folder in the last.
struct Tower {
    tree: Tree,
    level: String,
}

impl Tower {
    fn of(level: &str, levels: usize) -> Tower {
        let tree = Tree::of(&["a"]);
        let mut at = open(CWD, tree.root());
        for _ in 0..levels {
            at = make(&at, level);
        }
        let cur = make(&at, "cur");
        let flags = OFlags::CREATE | OFlags::WRONLY;
        let file = openat(&cur, "1:2,S", flags, Mode::from_raw_mode(0o600)).unwrap();
        rustix::io::write(&file, &mail("deep").bytes()).unwrap();
        Tower { tree, level: level.to_owned() }
    }
}

fn make(at: &OwnedFd, name: &str) -> OwnedFd {
    mkdirat(at, name, Mode::from_raw_mode(0o700)).unwrap();
    open(at, Path::new(name))
}

fn open(at: impl AsFd, path: &Path) -> OwnedFd {
    openat(at, path, OFlags::RDONLY | OFlags::DIRECTORY, Mode::empty()).unwrap()
}

impl Drop for Tower {
    /// Level by level from the top: who removes it all at once needs a stack, and open directories,
    /// as deep as it is.
    fn drop(&mut self) {
        let root = open(CWD, self.tree.root());
        let level = PathBuf::from(&self.level);
        while renameat(&root, level.join(&level), &root, "next").is_ok() {
            unlinkat(&root, &level, AtFlags::REMOVEDIR).unwrap();
            renameat(&root, "next", &root, &level).unwrap();
        }
    }
}

/// Short names: all of it is read.
pub(crate) fn deep_names() {
    let (left, right) = (Tower::of("d", LEVELS), Tower::of("d", LEVELS));
    report(&left.tree, &right.tree, "--content").is(0, "same 2");
    let cut = fs::read_dir(right.tree.path("d/d")).unwrap().count();
    assert_eq!(cut, 1);
    report(&left.tree, &Tree::of(&["a"]), "").is(1, "same 1, only-left 1");
}

/// Long names: what lies deeper than a path can say is told, and never passed over.
pub(crate) fn longer_than_any_path() {
    let level = "level-".repeat(30);
    let (deep, flat) = (Tower::of(&level, LEVELS), Tree::of(&["a"]));
    for (left, right) in [(&deep.tree, &flat), (&flat, &deep.tree)] {
        let told = report(left, right, "");
        told.is(2, "same 1");
        let [error] = &told.errors()[..] else { panic!("{:?}", told.errors()) };
        assert!(error.ends_with("file name too long"), "{error}");
    }
    for question in ["check -q", "index -o /dev/null", "explain a@example.org"] {
        let mut words: Vec<&OsStr> = question.split_whitespace().map(OsStr::new).collect();
        words.push(deep.tree.as_ref());
        let run = crate::tree::Run::of(crate::tree::tool().args(words));
        run.exits(2).complains("file name too long");
    }
    compare(&deep.tree, &flat, "-q").exits(2).complains("file name too long");
}
