//! A signal at any moment: the tool ends by it, and leaves whole files or none.

use std::fs;
use std::io::Write;
use std::os::unix::process::ExitStatusExt;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use rustix::process::{Pid, Signal, kill_process};

use crate::tree::{Tree, mail, tool};

use super::measured::Scale;

/// What a run is asked, and which files it writes.
type Question = (&'static str, &'static [&'static str]);

const QUESTIONS: [Question; 4] = [
    (
        "--content --csv OUT/csv --folders-csv OUT/folders --json OUT/json --all LEFT RIGHT",
        &["csv", "folders", "json"],
    ),
    ("index LEFT -o OUT/index", &["index"]),
    ("index LEFT -o OUT/index.zst", &["index.zst"]),
    ("--json OUT/json - RIGHT", &["json"]),
];

/// What a file says before a run replaces it.
const BEFORE: &[u8] = b"what was there before\n";

struct Scene {
    left: Tree,
    right: Tree,
    index: Vec<u8>,
}

impl Scene {
    fn new() -> Scene {
        let tree = |extra: u32| {
            (0..300 + extra).fold(Tree::new(), |tree, at| {
                tree.with(format!("cur/{at}:2,S"), mail(&at.to_string()).about("Plans"))
            })
        };
        let (left, right) = (tree(5), tree(0));
        let index = tool().arg("index").arg(&left).output().unwrap().stdout;
        Scene { left, right, index }
    }

    /// Starts a run that writes its files there.
    fn start(&self, question: &str, out: &Tree) -> Child {
        let words = question.split_whitespace().map(|word| match word {
            "LEFT" => self.left.root().to_owned(),
            "RIGHT" => self.right.root().to_owned(),
            word => word.strip_prefix("OUT/").map_or(word.into(), |file| out.path(file)),
        });
        let mut command: Command = tool();
        command.args(words).env("TMPDIR", out.path("tmp")).stdin(Stdio::piped());
        let mut child = command.stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
        let (mut stdin, index) = (child.stdin.take().unwrap(), self.index.clone());
        // It may be gone before it has read all, and most do not read it.
        thread::spawn(move || drop(stdin.write_all(&index)));
        child
    }

    /// What is written by a run that nobody ends, and how long that takes.
    fn whole(&self, (question, files): Question) -> (Vec<Vec<u8>>, Duration) {
        let out = Scene::place();
        let start = Instant::now();
        self.start(question, &out).wait().unwrap();
        let took = start.elapsed();
        (files.iter().map(|file| fs::read(out.path(file)).unwrap()).collect(), took)
    }

    fn place() -> Tree {
        let out = Tree::bare().with("json", BEFORE).with("index", BEFORE);
        fs::create_dir(out.path("tmp")).unwrap();
        out
    }
}

/// Ends runs by SIGINT and SIGTERM, at moments all over their time.
pub(crate) fn killed_at_any_moment(scale: Scale) {
    let scene = Scene::new();
    for question in QUESTIONS {
        let (whole, took) = scene.whole(question);
        let runs = u32::try_from(scale.of(1000)).unwrap();
        let mut ended = 0;
        for at in 0..runs {
            let signal = if at % 2 == 0 { Signal::INT } else { Signal::TERM };
            let out = Scene::place();
            let mut child = scene.start(question.0, &out);
            thread::sleep(took * at / runs);
            // Somebody who has ended already is not to be found any more.
            kill_process(Pid::from_child(&child), signal).unwrap();
            let status = child.wait().unwrap();
            let by = status.signal();
            assert!(by.is_none_or(|by| by == signal.as_raw()), "{status}");
            assert!(by.is_some() || matches!(status.code(), Some(0 | 1)), "{status}");
            ended += u32::from(by.is_some());
            check_whole(&out, question.1, &whole);
        }
        #[allow(clippy::print_stderr, reason = "figures are for people")]
        {
            eprintln!("{}: {runs} runs, {ended} ended by a signal", question.0);
        }
    }
}

/// Fails the test unless each file is what it was before, or all of what it should become. One that
/// is to take another's place may have a name of its own in between, whole.
#[track_caller]
fn check_whole(out: &Tree, names: &[&str], whole: &[Vec<u8>]) {
    assert_eq!(fs::read_dir(out.path("tmp")).unwrap().count(), 0, "unpacked, and left there");
    for entry in fs::read_dir(out.root()).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap().to_str().unwrap().to_owned();
        if name != "tmp" {
            let expected = names.iter().zip(whole).filter(|(known, _)| **known == name);
            let mut expected = expected.map(|(_, whole)| whole.as_slice()).chain([BEFORE]);
            let is_neighbour = name.starts_with(".maildiff-");
            let mut any = whole.iter().map(Vec::as_slice);
            let found = fs::read(&path).unwrap();
            let is_whole = |whole: &[u8]| is_same(&path, &found, whole);
            let fits = if is_neighbour { any.any(is_whole) } else { expected.any(is_whole) };
            assert!(fits, "{name}: {} bytes", found.len());
        }
    }
}

/// Whether a file is what was to be written. Indexes tell when they were made, and are as long.
fn is_same(path: &Path, found: &[u8], whole: &[u8]) -> bool {
    let is_index = found.starts_with(b"{\"schema\":\"maildiff.index/");
    if path.extension().is_some_and(|suffix| suffix == "zst") {
        // A frame that was cut is refused, and so is an index without its last line.
        let run = tool().arg("-q").arg(path).arg(path.with_extension("")).output().unwrap();
        return found == BEFORE || !String::from_utf8_lossy(&run.stderr).contains(".zst");
    }
    found == whole || is_index && found.len() == whole.len() && found.ends_with(b"\"}}\n")
}
