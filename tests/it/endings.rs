//! How a run ends: where a disk is full, where nobody reads, where few files may be open, and where
//! a signal comes in the middle of it.

use std::fs::{self, File};
use std::io::{self, Read, Write};
use std::os::unix::process::ExitStatusExt;
use std::process::{Child, Command, Stdio};

use rustix::process::{Pid, Signal, kill_process};

use crate::tree::{Run, Tree, mail, tool};

/// Every report of every command, to standard output.
const REPORTS: [&str; 14] = [
    "--all LEFT RIGHT",
    "--brief LEFT RIGHT",
    "--all --format unified LEFT RIGHT",
    "--all --format csv LEFT RIGHT",
    "--all --format json LEFT RIGHT",
    "--all --format ids LEFT RIGHT",
    "--all --format paths -0 LEFT RIGHT",
    "check --all LEFT",
    "check --all --format csv LEFT",
    "check --all --format json LEFT",
    "check --fix-script LEFT",
    "index LEFT",
    "explain 1@example.org LEFT RIGHT",
    "explain --format json 1@example.org LEFT",
];

/// What is written to files: with the option, and the file's name.
const FILES: [(&str, &str); 6] = [
    ("--csv OUT LEFT RIGHT", "csv"),
    ("--folders-csv OUT LEFT RIGHT", "folders"),
    ("--json OUT LEFT RIGHT", "json"),
    ("index LEFT -o OUT", "index"),
    ("index LEFT -o OUT", "index.gz"),
    ("index LEFT -o OUT", "index.zst"),
];

/// Two trees of which there is much to say.
struct Scene {
    left: Tree,
    right: Tree,
    out: Tree,
}

impl Scene {
    fn new() -> Scene {
        Scene::of(400)
    }

    fn of(messages: u32) -> Scene {
        let tree = |ids: std::ops::Range<u32>| {
            ids.fold(Tree::new(), |tree, at| {
                let name = format!("cur/{at}.M{at}P1.host,S=1,U={}:2,S", at % 10);
                let tree = tree.with(format!(".f{at}/cur/1"), mail(&format!("in{at}")));
                tree.with(name, mail(&at.to_string()).about(&"Plans ".repeat(20)))
            })
        };
        Scene { left: tree(0..messages), right: tree(0..messages / 2), out: Tree::bare() }
    }

    fn words(&self, question: &str, out: &str) -> Vec<String> {
        let path = |path: &std::path::Path| path.to_str().unwrap().to_owned();
        let word = |word: &str| match word {
            "LEFT" => path(self.left.root()),
            "RIGHT" => path(self.right.root()),
            "OUT" => path(&self.out.path(out)),
            word => word.to_owned(),
        };
        question.split_whitespace().map(word).collect()
    }

    fn run(&self, question: &str, stdout: impl Into<Stdio>) -> Run {
        Run::of(tool().args(self.words(question, "")).stdout(stdout))
    }

    /// A run that may write files of so many blocks of 512 bytes, and standard output to a file.
    fn run_limited(&self, question: &str, out: &str, blocks: u32) -> Run {
        let script = format!("ulimit -f {blocks}; exec \"$0\" \"$@\" > \"$OUT\"");
        let mut shell = Command::new("sh");
        shell.args(["-c", &script, env!("CARGO_BIN_EXE_maildiff")]);
        Run::of(shell.args(self.words(question, out)).env("OUT", self.out.path("stdout")))
    }

    fn names(&self) -> Vec<String> {
        let names = fs::read_dir(self.out.root()).unwrap();
        let names = names.map(|entry| entry.unwrap().file_name().into_string().unwrap());
        let mut names: Vec<String> = names.filter(|name| name != "stdout").collect();
        names.sort();
        names
    }
}

#[test]
fn whoever_stops_reading_changes_no_status_of_any_report() {
    let scene = Scene::new();
    for question in REPORTS {
        let whole = scene.run(question, Stdio::piped());
        for bytes in [0, 1] {
            let (mut reader, writer) = io::pipe().unwrap();
            let mut child = tool();
            let child = child.args(scene.words(question, "")).stdout(writer);
            let child = child.stderr(Stdio::piped()).spawn().unwrap();
            let mut read = vec![0; bytes];
            reader.read_exact(&mut read).unwrap();
            drop(reader);
            let ended = child.wait_with_output().unwrap();
            let told = String::from_utf8_lossy(&ended.stderr).into_owned();
            assert_eq!((ended.status.code(), told), (Some(whole.status), whole.stderr.clone()));
        }
    }
    for (question, _) in FILES {
        let question = question.replace("OUT", "/dev/stdout");
        let (reader, writer) = io::pipe().unwrap();
        drop(reader);
        let status = i32::from(!question.starts_with("index"));
        assert_eq!(scene.run(&question, writer).exits(status).stderr, "", "{question}");
    }
}

#[test]
fn a_full_disk_is_trouble_for_every_report() {
    let scene = Scene::new();
    let full = || File::options().write(true).open("/dev/full");
    if full().is_err() {
        return;
    }
    for question in REPORTS {
        let run = scene.run(question, full().unwrap());
        run.exits(2).complains("standard output: no space left on device");
    }
    for (question, _) in FILES {
        let run = scene.run(&question.replace("OUT", "/dev/full"), Stdio::null());
        run.exits(2).complains("/dev/full: no space left on device");
    }
}

#[test]
fn a_limit_of_file_sizes_is_trouble_and_leaves_no_half_file() {
    let scene = Scene::new();
    for question in REPORTS {
        // Some fit into half a kilobyte.
        let run = scene.run_limited(question, "", 0);
        run.exits(2).complains("standard output: file too large");
    }
    for (question, name) in FILES {
        let question = question.replace("LEFT RIGHT", "-q LEFT RIGHT");
        scene.run_limited(&question, name, 1).exits(2).complains("file too large");
        assert_eq!(scene.names(), [""; 0], "{name}");
        fs::write(scene.out.path(name), "before").unwrap();
        scene.run_limited(&question, name, 1).exits(2).complains("file too large");
        assert_eq!(fs::read_to_string(scene.out.path(name)).unwrap(), "before");
        assert_eq!(scene.names(), [name]);
        fs::remove_file(scene.out.path(name)).unwrap();
    }
}

#[test]
fn no_room_to_unpack_is_trouble() {
    let scene = Scene::new();
    let index = scene.out.path("index");
    Run::of(tool().arg("index").arg(&scene.left).arg("-o").arg(&index)).exits(0);
    let script = "ulimit -f 1; exec \"$0\" -q - \"$1\"";
    let mut shell = Command::new("sh");
    shell.args(["-c", script, env!("CARGO_BIN_EXE_maildiff")]).arg(&scene.right);
    let run = Run::of(shell.stdin(File::open(index).unwrap()));
    run.exits(2).complains("cannot be unpacked into").complains("file too large");
}

#[test]
fn few_open_files_are_enough_or_trouble_for_every_question() {
    let scene = Scene::of(20);
    for question in REPORTS {
        let whole = scene.run(question, Stdio::piped());
        for limit in [5, 7, 9, 12, 16, 32, 1024] {
            let script = format!("ulimit -n {limit} && exec \"$0\" \"$@\"");
            let mut shell = Command::new("sh");
            shell.args(["-c", &script, env!("CARGO_BIN_EXE_maildiff")]);
            let run = Run::of(shell.args(scene.words(question, "")));
            // With so few the tool may not even start, or not read; it never reads less unsaid.
            if limit < 16 && matches!(run.status, 2 | 127) {
                assert!(!run.stderr.is_empty(), "{question}: {limit}");
            } else {
                run.exits(whole.status);
                let timed = question.starts_with("index");
                assert!(timed || run.stdout == whole.stdout, "{question}: {limit}");
            }
        }
    }
}

// Signals, while the tool is known to be at one stage.

const SIGNALS: [Signal; 2] = [Signal::INT, Signal::TERM];

/// Fails the test unless the signal ends the tool, and there is nothing in its directory for what
/// is temporary.
#[track_caller]
fn check_ends(mut child: Child, signal: Signal, temporary: &Tree) {
    kill_process(Pid::from_child(&child), signal).unwrap();
    assert_eq!(child.wait().unwrap().signal(), Some(signal.as_raw()));
    assert_eq!(temporary.files(), 0);
}

fn start(words: &[String], temporary: &Tree) -> Child {
    let mut command = tool();
    command.args(words).env("TMPDIR", temporary.root()).stdin(Stdio::piped());
    command.stdout(Stdio::piped()).stderr(Stdio::null()).spawn().unwrap()
}

#[test]
fn a_signal_ends_the_tool_while_it_unpacks() {
    let scene = Scene::new();
    let index = tool().arg("index").arg(&scene.left).output().unwrap().stdout;
    for signal in SIGNALS {
        let temporary = Tree::bare();
        let mut child = start(&scene.words("--json OUT - RIGHT", "json"), &temporary);
        let mut stdin = child.stdin.take().unwrap();
        // More than a pipe holds: what is behind that has been taken out of it.
        stdin.write_all(&index[..index.len() - 100]).unwrap();
        assert!(index.len() > 100 << 10);
        check_ends(child, signal, &temporary);
        assert_eq!(scene.names(), [""; 0]);
    }
}

#[test]
fn a_signal_ends_the_tool_while_it_waits_for_an_allowance_or_an_index() {
    let scene = Scene::new();
    let pipe = scene.out.path("pipe");
    let made = Command::new("mkfifo").arg(&pipe).status();
    if !made.is_ok_and(|made| made.success()) {
        return;
    }
    for question in ["--allow OUT LEFT RIGHT", "OUT RIGHT", "LEFT OUT"] {
        for signal in SIGNALS {
            let temporary = Tree::bare();
            let child = start(&scene.words(question, "pipe"), &temporary);
            // It opens when the tool opens the other end.
            let _writer = File::options().write(true).open(&pipe).unwrap();
            check_ends(child, signal, &temporary);
        }
    }
}

#[test]
fn a_signal_ends_the_tool_while_it_writes() {
    let scene = Scene::new();
    for question in ["--format json --all LEFT RIGHT", "index LEFT", "check --format json LEFT"] {
        for signal in SIGNALS {
            let temporary = Tree::bare();
            let mut child = start(&scene.words(question, ""), &temporary);
            // There is a first byte, and more than a pipe holds.
            let mut stdout = child.stdout.take().unwrap();
            stdout.read_exact(&mut [0]).unwrap();
            check_ends(child, signal, &temporary);
            drop(stdout);
        }
    }
}

#[test]
fn a_signal_that_is_ignored_stays_ignored() {
    let scene = Scene::new();
    let script = "trap '' INT HUP; exec \"$0\" -q \"$1\" -";
    let index = tool().arg("index").arg(&scene.left).output().unwrap().stdout;
    let mut shell = Command::new("sh");
    shell.args(["-c", script, env!("CARGO_BIN_EXE_maildiff")]).arg(&scene.left);
    let mut child = shell.stdin(Stdio::piped()).stderr(Stdio::null()).spawn().unwrap();
    let mut stdin = child.stdin.take().unwrap();
    stdin.write_all(&index[..index.len() - 100]).unwrap();
    for signal in [Signal::INT, Signal::HUP] {
        kill_process(Pid::from_child(&child), signal).unwrap();
    }
    stdin.write_all(&index[index.len() - 100..]).unwrap();
    drop(stdin);
    // A tree and its index: the tool has nothing against that, and says that they are the same.
    assert_eq!(child.wait().unwrap().code(), Some(0));
}
