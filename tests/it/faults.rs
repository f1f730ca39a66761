//! Places that cannot be read, and trees that change between two looks at them: an unreadable place
//! is never an empty one, and status 2 says which.

use std::fs::{self, Permissions};
use std::os::unix::fs::PermissionsExt;
use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::Command;
use std::sync::atomic::AtomicU64;

use maildiff::error::{Error, Nature};
use maildiff::fetch;
use maildiff::index::{self, Index, Message};
use maildiff::maildir::scan::{self, Scan};

use crate::tree::{Run, Tree, mail, maildiff, raw, report, tool};

// What may not be read.

/// The tool as run by somebody whom permissions hold: whoever runs the tests, or, if that is root,
/// nobody. `None` where root cannot be another.
fn plain_user(place: &Tree) -> Option<impl Fn() -> Command + use<>> {
    const NOBODY: u32 = 65534;
    let closed = place.path("closed");
    fs::write(&closed, "").unwrap();
    fs::set_permissions(&closed, Permissions::from_mode(0o000)).unwrap();
    let is_root = fs::read(&closed).is_ok();
    let binary = place.path("maildiff");
    fs::copy(env!("CARGO_BIN_EXE_maildiff"), &binary).unwrap();
    fs::set_permissions(place.root(), Permissions::from_mode(0o755)).unwrap();
    let start = move || {
        let mut command = Command::new(&binary);
        command.current_dir("/");
        if is_root {
            command.uid(NOBODY).gid(NOBODY);
        }
        command
    };
    start().arg("--version").output().is_ok().then_some(start)
}

/// Every question about a left tree and a right one.
const QUESTIONS: [&str; 6] = [
    "--format json LEFT RIGHT",
    "-q --one-way --fail-on none RIGHT LEFT",
    "--brief --content --ignore-folders LEFT RIGHT",
    "check -q --fail-on none LEFT",
    "index LEFT",
    "explain a@example.org LEFT",
];

fn words<'w>(question: &'w str, left: &'w Path, right: &'w Path) -> Vec<&'w Path> {
    let word = |word: &'w str| match word {
        "LEFT" => left,
        "RIGHT" => right,
        word => Path::new(word),
    };
    question.split_whitespace().map(word).collect()
}

#[test]
fn no_question_takes_a_closed_place_for_an_empty_one() {
    let place = Tree::bare();
    let Some(tool) = plain_user(&place) else { return };
    let tree = || Tree::of(&["a", "b"]).folder(".Sent").with(".Sent/cur/1:2,S", mail("c"));
    let (left, right) = (tree(), tree());
    for open in [left.root(), right.root()] {
        fs::set_permissions(open, Permissions::from_mode(0o755)).unwrap();
    }
    for closed in ["cur/b:2,S", "cur", ".Sent", ".Sent/cur", ".Sent/new", ""] {
        let path = left.path(closed);
        let before = fs::metadata(&path).unwrap().permissions();
        fs::set_permissions(&path, Permissions::from_mode(0o000)).unwrap();
        for question in QUESTIONS {
            let run = Run::of(tool().args(words(question, left.root(), right.root())));
            run.exits(2).complains("permission denied").complains(closed);
        }
        fs::set_permissions(&path, before).unwrap();
    }
}

#[test]
fn what_is_no_file_is_never_waited_for() {
    let tree = Tree::of(&["a"]).folder(".Sent").with(".Sent/cur/1:2,S", mail("b"));
    let tree = tree.link("cur/null", "/dev/null").link("cur/terminal", "/dev/tty");
    let pipes = ["cur/pipe", "new/pipe:2,S", "tmp/pipe", ".uidvalidity", ".Sent/1.M1P1.pipe"];
    let made = Command::new("mkfifo").args(pipes.map(|pipe| tree.path(pipe))).status();
    if !made.is_ok_and(|made| made.success()) {
        return;
    }
    let other = Tree::of(&["a"]).folder(".Sent").with(".Sent/cur/1:2,S", mail("b"));
    for question in QUESTIONS {
        let run = Run::of(tool().args(words(question, tree.root(), other.root())));
        assert_ne!(run.status, 2, "{question}: {}", run.stderr);
    }
}

// What changes between the scan and the reading.

fn scanned(tree: &Tree) -> Scan {
    scan::scan(tree.root(), &scan::Options::default()).unwrap()
}

fn indexed(scan: Scan) -> Index {
    index::index(scan, &index::Options::default(), &AtomicU64::new(0))
}

/// The paths below a root of what could not be read, and of what nature that is.
fn told<'e>(root: &Path, errors: impl IntoIterator<Item = &'e Error>) -> Vec<(String, Nature)> {
    let path = |error: &Error| error.path().strip_prefix(root).unwrap().display().to_string();
    errors.into_iter().map(|error| (path(error), error.nature())).collect()
}

/// Fails the test unless, where a tree changes between its scan and the reading, so many messages
/// are found, and this is what was not read.
#[track_caller]
fn check_changed(change: impl FnOnce(&Tree), found: usize, untold: &[(&str, Nature)]) {
    let tree = Tree::of(&["a", "b"]).folder(".Sent").with(".Sent/cur/1:2,S", mail("c"));
    let scan = scanned(&tree);
    change(&tree);
    let index = indexed(scan);
    let errors = told(tree.root(), index.errors.iter().map(|(_, error)| error));
    let untold: Vec<(String, Nature)> =
        untold.iter().map(|(path, nature)| ((*path).to_owned(), *nature)).collect();
    assert_eq!((index.messages().len(), errors), (found, untold.clone()));
    let tally = index.tally;
    assert_eq!(tally.unreadable + tally.vanished, untold.len() as u64);
}

#[test]
fn a_file_that_vanishes_or_turns_into_something_else_is_told() {
    let gone = ("cur/b:2,S", Nature::Vanished);
    check_changed(|tree| fs::remove_file(tree.path("cur/b:2,S")).unwrap(), 2, &[gone]);
    let directory = |tree: &Tree| {
        fs::remove_file(tree.path("cur/b:2,S")).unwrap();
        fs::create_dir(tree.path("cur/b:2,S")).unwrap();
    };
    check_changed(directory, 2, &[("cur/b:2,S", Nature::Unreadable)]);
    let pipe = |tree: &Tree| {
        fs::remove_file(tree.path("cur/b:2,S")).unwrap();
        let made = Command::new("mkfifo").arg(tree.path("cur/b:2,S")).status();
        made.expect("mkfifo is POSIX");
    };
    check_changed(pipe, 2, &[("cur/b:2,S", Nature::Unreadable)]);
}

#[test]
fn a_file_that_is_renamed_or_written_anew_is_read_as_it_is() {
    let flag = |tree: &Tree| {
        fs::rename(tree.path("cur/b:2,S"), tree.path("cur/b:2,RS")).unwrap();
    };
    check_changed(flag, 3, &[]);
    check_changed(|tree| fs::write(tree.path("cur/b:2,S"), "To: Bob\n\n").unwrap(), 3, &[]);
    check_changed(|tree| fs::write(tree.path("cur/b:2,S"), vec![b'x'; 99_999]).unwrap(), 3, &[]);
}

#[test]
fn a_folder_that_is_renamed_takes_no_mail_with_it_unseen() {
    let gone = (".Sent/cur/1:2,S", Nature::Vanished);
    let rename = |tree: &Tree| fs::rename(tree.path(".Sent"), tree.path(".Gone")).unwrap();
    check_changed(rename, 2, &[gone]);
    check_changed(|tree| fs::remove_dir_all(tree.path(".Sent")).unwrap(), 2, &[gone]);
}

/// Fails the test unless, where a tree changes between its index and a second reading, so many of
/// its messages could not be read again.
#[track_caller]
fn check_rereading(change: impl FnOnce(&Tree), unread: &[(&str, Nature)]) {
    let tree = Tree::of(&["a", "b"]);
    let index = indexed(scanned(&tree));
    change(&tree);
    let messages: Vec<Message<'_>> = index.messages().iter().collect();
    let errors = fetch::contents(&index, &messages);
    let unread: Vec<(String, Nature)> =
        unread.iter().map(|(path, nature)| ((*path).to_owned(), *nature)).collect();
    assert_eq!(told(tree.root(), &errors), unread);
    let known = messages.iter().filter(|message| message.content().is_some());
    assert_eq!(known.count(), 2 - unread.len());
}

#[test]
fn what_is_read_again_must_be_what_it_was() {
    let path = "cur/b:2,S";
    check_rereading(|_| {}, &[]);
    check_rereading(|tree| fs::rename(tree.path(path), tree.path("cur/b:2,F")).unwrap(), &[]);
    let gone = (path, Nature::Unreadable);
    check_rereading(|tree| fs::remove_file(tree.path(path)).unwrap(), &[gone]);
    for other in [mail("b").saying("less"), mail("b").saying(&"more ".repeat(9_999))] {
        let write = |tree: &Tree| fs::write(tree.path(path), other.bytes()).unwrap();
        check_rereading(write, &[(path, Nature::Vanished)]);
    }
}

// Names.

#[test]
fn names_are_as_long_and_as_odd_as_a_system_takes_them() {
    let padded = |begin: &[u8], filler: &[u8], end: &[u8]| {
        let room = 255 - begin.len() - end.len();
        let middle: Vec<u8> = filler.iter().copied().cycle().take(room).collect();
        [begin, &middle, end].concat()
    };
    let fillers: [&[u8]; 6] =
        [b"x", b"\n", b"'\"\\", b"\x1b[2J", b"\xff\xfe", b"\xe2\x80\xae\t$(x)"];
    let build = |folders: bool| {
        fillers.iter().enumerate().fold(Tree::of(&["a"]), |tree, (at, filler)| {
            let file = [b"cur/".to_vec(), padded(b"", filler, b":2,S")].concat();
            let tree = tree.with(raw(&file), mail(&at.to_string()));
            let folder = padded(b".", filler, at.to_string().as_bytes());
            let inside = raw(&folder).join("cur/1:2,S");
            if folders { tree.with(inside, mail(&format!("in{at}"))) } else { tree }
        })
    };
    let (whole, other) = (build(true), build(false));
    report(&whole, &build(true), "--content").is(0, "same 13");
    report(&whole, &other, "").is(1, "same 7, only-left 6");
    let index = Tree::bare();
    maildiff(&[&"index", &whole, &"-o", &index.path("index")]).exits(0);
    report(&index.path("index"), &whole, "--content").is(0, "same 13");
    for question in QUESTIONS {
        let run = Run::of(tool().args(words(question, whole.root(), other.root())));
        assert_ne!(run.status, 2, "{question}: {}", run.stderr);
    }
}
