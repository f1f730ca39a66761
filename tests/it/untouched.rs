//! Whatever is asked, the trees stay as they were: names, kinds, sizes, modes, times of last
//! change, and of last access where the system lets a program leave them.

use std::collections::{BTreeMap, BTreeSet};
use std::env;
use std::fs::{self, File, FileTimes};
use std::io::Read;
use std::os::unix::fs::{MetadataExt, PermissionsExt};
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use crate::check::{damages, gzip};
use crate::tree::{Run, Tree, mail, not_tried, tool};

/// Every question there is, with its options; a comparison where it begins with one. Reports that
/// go to files go to `OUT`.
const QUESTIONS: [&str; 22] = [
    "LEFT RIGHT",
    "--content --all LEFT RIGHT",
    "--brief LEFT RIGHT",
    "-q LEFT RIGHT",
    "--one-way --ignore-folders LEFT RIGHT",
    "--case-sensitive --before 2024-05-17 LEFT RIGHT",
    "-f INBOX -x Sent LEFT RIGHT",
    "--map Sent=Sent -j 3 LEFT RIGHT",
    "--layout maildir++ LEFT RIGHT",
    "--format unified LEFT RIGHT",
    "--format csv --csv-bom LEFT RIGHT",
    "--format json LEFT RIGHT",
    "--format ids -0 LEFT RIGHT",
    "--format paths LEFT RIGHT",
    "--csv OUT/csv --folders-csv OUT/folders --json OUT/json LEFT RIGHT",
    "--json LEFT/cur/refused LEFT RIGHT",
    "check LEFT RIGHT",
    "check --all --format json LEFT",
    "check --fix-script LEFT",
    "check -q RIGHT",
    "explain <both@example.org> LEFT RIGHT",
    "explain --format json cur/here LEFT RIGHT",
];

/// A time so long ago that any reading sets another, `relatime` or not (mount(8)).
fn long_ago() -> SystemTime {
    UNIX_EPOCH + Duration::from_secs(1_000_000_000)
}

fn age(path: &Path) {
    let file = File::open(path).unwrap();
    file.set_times(FileTimes::new().set_accessed(long_ago()).set_modified(long_ago())).unwrap();
}

/// What may not change of a file or directory.
#[derive(Debug, PartialEq, Eq)]
struct State {
    kind: u32,
    mode: u32,
    size: u64,
    names: u64,
    inode: u64,
    modified: (i64, i64),
    changed: (i64, i64),
    /// Of files only: the libraries that list directories leave a trace in them.
    accessed: Option<i64>,
}

/// All that is below a directory, and the directory itself.
fn states(root: &Path, accessed: bool) -> BTreeMap<PathBuf, State> {
    let mut states = BTreeMap::new();
    let mut waiting = vec![root.to_owned()];
    while let Some(path) = waiting.pop() {
        let it = fs::symlink_metadata(&path).unwrap();
        if it.is_dir() {
            waiting.extend(fs::read_dir(&path).unwrap().map(|entry| entry.unwrap().path()));
        }
        let state = State {
            kind: it.mode() & !0o7777,
            mode: it.permissions().mode(),
            size: it.len(),
            names: it.nlink(),
            inode: it.ino(),
            modified: (it.mtime(), it.mtime_nsec()),
            changed: (it.ctime(), it.ctime_nsec()),
            accessed: (accessed && it.is_file()).then(|| it.atime()),
        };
        states.insert(path, state);
    }
    states
}

/// Fails the test with what has changed.
#[track_caller]
fn unchanged(what: &str, before: &BTreeMap<PathBuf, State>, after: &BTreeMap<PathBuf, State>) {
    let paths: BTreeSet<&PathBuf> = before.keys().chain(after.keys()).collect();
    let both = |path| (before.get(path), after.get(path));
    let changed = paths.into_iter().filter(|path| before.get(*path) != after.get(*path));
    let changed: Vec<_> = changed.map(|path| (path, both(path))).collect();
    assert!(changed.is_empty(), "{what}: {changed:#?}");
}

/// Two trees with everything that is read in a way of its own: hashed bodies, leftovers, packed
/// mail, links, misfiled mail.
fn trees() -> (Tree, Tree) {
    let outside = |tree: Tree| tree.link("cur/link:2,", "../.Sent/cur/1:2,S");
    let tree = |body: &str| {
        Tree::of(&["one", "two"])
            .with("cur/here", mail("both").saying(body))
            .with(".Sent/cur/1:2,S", mail("sent"))
            .with("new/packed,S=9", gzip(&mail("packed").bytes()))
            .with("cur/long", mail("long").saying(&"long\n".repeat(20_000)))
    };
    let left = tree("all of it\n")
        .with("stray.1", mail("stray"))
        .with("notes.txt", "Dear Bob\n")
        .with("tmp/1", mail("one"))
        .with("cur/2", mail("two"))
        .with("cur/3", mail("two").saying("another\n"))
        .with("cur/empty", "")
        .with("dovecot-uidlist", "3 V1 N1\n");
    (outside(left), tree("none\n").with("cur/right", mail("right")))
}

fn age_all(tree: &Tree) {
    tree.regular_files().iter().for_each(|path| age(path));
}

/// Whether the file system here tells when a file was read: then the test means something.
fn tells_access() -> bool {
    let place = Tree::bare().with("file", "text");
    let path = place.path("file");
    age(&path);
    File::open(&path).unwrap().read_to_end(&mut Vec::new()).unwrap();
    fs::metadata(&path).unwrap().atime() != 1_000_000_000
}

/// The words of a question.
fn words(question: &str, left: &Path, right: &Path, out: &Path) -> Vec<String> {
    let places = [("LEFT", left), ("RIGHT", right), ("OUT", out)];
    let word = |word: &str| {
        places.iter().fold(word.to_owned(), |word, (name, place)| {
            word.replace(name, place.to_str().unwrap())
        })
    };
    question.split(' ').map(word).collect()
}

#[test]
fn no_question_changes_a_tree() {
    let accessed = cfg!(any(target_os = "linux", target_os = "android")) && tells_access();
    if !accessed {
        not_tried("times of last access are not kept here");
    }
    let (left, right) = trees();
    for question in QUESTIONS {
        let out = Tree::bare();
        age_all(&left);
        age_all(&right);
        let before = [&left, &right].map(|tree| states(tree.root(), accessed));
        let run = Run::of(tool().args(words(question, left.root(), right.root(), out.root())));
        assert!(run.status <= 2, "{question}: {}", run.stderr);
        let after = [&left, &right].map(|tree| states(tree.root(), accessed));
        for (before, after) in before.iter().zip(&after) {
            unchanged(question, before, after);
        }
    }
}

#[test]
fn no_damage_is_touched_while_it_is_looked_at() {
    for damage in damages() {
        let before = states(damage.tree.root(), false);
        for options in ["", "--fix-script", "--format json"] {
            let mut command = tool();
            Run::of(command.arg("check").args(options.split_whitespace()).arg(&damage.tree));
            unchanged(damage.name, &before, &states(damage.tree.root(), false));
        }
    }
}

#[test]
fn what_is_an_mbox_is_not_touched_either() {
    let accessed = cfg!(any(target_os = "linux", target_os = "android")) && tells_access();
    let mbox =
        [b"From ann@example.org Fri May 17 12:00:00 2024\n", &mail("a").bytes()[..]].concat();
    let (good, bad) = (Tree::of(&["a"]), Tree::bare().with("inbox", mbox));
    age_all(&bad);
    let before = states(bad.root(), accessed);
    for path in [bad.root().to_owned(), bad.path("inbox")] {
        Run::of(tool().arg("--content").arg(good.root()).arg(&path)).exits(0);
        unchanged("an mbox", &before, &states(bad.root(), accessed));
        Run::of(tool().arg("check").arg(&path)).exits(2);
        unchanged("no tree", &before, &states(bad.root(), accessed));
    }
}

/// Whoever reads another's mail may not leave the times of last access as they were, and reads all
/// the same.
#[test]
fn another_users_mail_is_read_too() {
    const NOBODY: u32 = 65534;
    let place = Tree::bare();
    let binary = place.path("maildiff");
    fs::copy(env!("CARGO_BIN_EXE_maildiff"), &binary).unwrap();
    let (left, right) = trees();
    for directory in [place.root(), left.root(), right.root()] {
        fs::set_permissions(directory, PermissionsExt::from_mode(0o755)).unwrap();
    }
    let run = |uid: Option<u32>, options: &str| {
        let mut command = Command::new(&binary);
        if let Some(uid) = uid {
            command.uid(uid).gid(uid);
        }
        command.current_dir("/").args(options.split_whitespace()).args([&left, &right]);
        command.output().ok().map(|output| (output.status.code(), output.stdout))
    };
    for options in ["--content --all", "--format json --content"] {
        let Some(as_nobody) = run(Some(NOBODY), options).filter(|(code, _)| code.is_some()) else {
            not_tried("only root can read as somebody else");
            return;
        };
        assert_eq!(Some(as_nobody), run(None, options));
    }
}

/// The calls that change something, and what opens for writing.
const CALLS: &str = "trace=open,openat,openat2,creat,truncate,ftruncate,rename,renameat,renameat2,\
    link,linkat,symlink,symlinkat,unlink,unlinkat,rmdir,mkdir,mkdirat,mknod,mknodat,chmod,fchmod,\
    fchmodat,chown,fchown,lchown,fchownat,utime,utimes,utimensat,futimesat,setxattr,lsetxattr,\
    fsetxattr,removexattr,lremovexattr,fremovexattr,fallocate,write,pwrite64,writev,pwritev";

/// Whether a traced call may have changed what it names. Opening for reading may not.
fn may_change(call: &str) -> bool {
    let opens = ["open(", "openat(", "openat2("].iter().any(|name| call.contains(name));
    let writes = ["O_WRONLY", "O_RDWR", "O_CREAT", "O_TRUNC", "O_TMPFILE", "O_APPEND"];
    !opens || writes.iter().any(|flag| call.contains(flag))
}

#[test]
fn no_call_to_the_system_asks_for_a_change_of_a_tree() {
    let traces = Tree::bare();
    let trace = traces.path("trace");
    let strace = |question: &str, left: &Tree, right: &Tree, out: &Tree| {
        let mut command = Command::new("strace");
        // With -y a file that is open is named by its path, and so is a directory it is opened in.
        command.args(["-f", "-qq", "-y", "-s", "4096", "-e", CALLS, "-o"]).arg(&trace);
        command.arg(env!("CARGO_BIN_EXE_maildiff"));
        command.args(words(question, left.root(), right.root(), out.root()));
        command.output().ok().filter(|output| output.status.code().is_some())?;
        fs::read_to_string(&trace).ok().filter(|trace| trace.contains("openat"))
    };
    let (left, right) = trees();
    for question in QUESTIONS {
        let out = Tree::bare();
        let Some(calls) = strace(question, &left, &right, &out) else {
            let required = env::var_os("MAILDIFF_STRACE").is_some();
            assert!(!required, "there is no strace that works");
            not_tried("there is no strace that works");
            return;
        };
        let roots = [&left, &right].map(|tree| tree.root().to_str().unwrap().to_owned());
        // What is written to standard output and reports names trees in its text.
        let place =
            |call: &str| call.split_once(", \"").map_or(call, |(place, _)| place).to_owned();
        let of_tree = |call: &&str| {
            // The second half of a call that another thread cut in two says only what came of it.
            if call.contains("resumed>") {
                return false;
            }
            let is_write = call.contains("write(");
            let named = if is_write { place(call) } else { (*call).to_owned() };
            roots.iter().any(|root| named.contains(root))
        };
        let read = calls.lines().filter(of_tree).count();
        assert!(read > 0 || question.contains("refused"), "{question}: nothing was traced");
        let changes: Vec<&str> =
            calls.lines().filter(of_tree).filter(|call| may_change(call)).collect();
        assert!(changes.is_empty(), "{question}:\n{}", changes.join("\n"));
    }
}
