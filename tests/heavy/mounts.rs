//! What takes a mount, and so root and Linux: a file system of its own for each trial, which goes
//! with it. Where there is none to be had, a trial says so and is ignored.

use std::path::Path;
use std::process::{Command, Output};

use libtest_mimic::{Completion, Trial};

use crate::tree::{Run, Tree, mail};

pub(crate) fn trials() -> Vec<Trial> {
    let trials: [(&str, fn()); 3] = [
        ("full_disk", full_disk),
        ("read_only_file_system", read_only),
        ("tree_on_another_mount", another_mount),
    ];
    trials.into_iter().map(|(name, test)| trial(name, test)).collect()
}

fn trial(name: &str, test: fn()) -> Trial {
    Trial::ignorable_test(name, move || {
        if can_mount() {
            test();
            return Ok(Completion::Completed);
        }
        let reason = "mounting takes root, unshare and Linux";
        #[allow(clippy::print_stderr, reason = "what is skipped must be seen")]
        {
            eprintln!("skipped: {reason}");
        }
        Ok(Completion::ignored_with(reason))
    })
}

/// A script, run where mounts are its own; `$0` is the tool.
fn unshared(script: &str, places: &[&Path]) -> std::io::Result<Output> {
    let mut unshare = Command::new("unshare");
    unshare.args(["-m", "sh", "-ec", script, env!("CARGO_BIN_EXE_maildiff")]);
    unshare.args(places).output()
}

fn can_mount() -> bool {
    let place = Tree::bare();
    let mounted = unshared("mount -t tmpfs none \"$1\"", &[place.root()]);
    mounted.is_ok_and(|mounted| mounted.status.success())
}

fn run(script: &str, places: &[&Path]) -> Run {
    let Output { status, stdout, stderr } = unshared(script, places).unwrap();
    let stderr = String::from_utf8_lossy(&stderr).into_owned();
    Run { status: status.code().unwrap(), stdout, stderr }
}

/// A comparison whose reports are longer than there is room for.
fn full_disk() {
    let tree = |ids: std::ops::Range<u32>| {
        ids.fold(Tree::new(), |tree, at| tree.with(format!("cur/{at}"), mail(&at.to_string())))
    };
    let (left, right, disk) = (tree(0..999), tree(900..999), Tree::bare());
    let words = [left.root(), right.root(), disk.root()];
    let full = "mount -t tmpfs -o size=64k none \"$3\"; cd \"$3\"; echo old > report; status=0; ";
    for writes in ["-q --json report", "-q --csv report", "--format json"] {
        let script = format!(
            "{full} \"$0\" {writes} \"$1\" \"$2\" > out || status=$?; rm out; ls -A; cat report; \
             exit $status"
        );
        let run = run(&script, &words);
        run.exits(2).complains("no space left on device");
        assert_eq!(run.text(), "report\nold\n", "{writes}");
    }
    for name in ["report", "report.gz", "report.zst"] {
        let script = format!(
            "{full} \"$0\" index \"$1\" -o {name} || status=$?; ls -A; cat report; exit $status"
        );
        let script = script.replace("size=64k", "size=8k");
        let run = run(&script, &words);
        run.exits(2).complains("no space left on device");
        assert_eq!(run.text(), "report\nold\n", "{name}");
    }
    let unpacked = format!(
        "{full} \"$0\" index \"$1\" | TMPDIR=. \"$0\" -q - \"$2\" || status=$?; \
                            ls -A; exit $status"
    );
    let run = run(&unpacked, &words);
    run.exits(2).complains("cannot be unpacked into .").complains("no space left on device");
    assert_eq!(run.text(), "report\n");
}

/// Trees are read as any; a report that should lie there is an error.
fn read_only() {
    let (left, right) = (Tree::of(&["a", "b"]), Tree::of(&["a"]));
    let out = Tree::bare();
    let words = [left.root(), right.root(), out.root()];
    let mounted = "for place in \"$1\" \"$3\"; do mount --bind \"$place\" \"$place\"; \
                   mount -o remount,ro,bind \"$place\"; done; ";
    run(&format!("{mounted} ! touch \"$1/x\"; \"$0\" \"$1\" \"$2\""), &words).exits(1);
    let writes = format!("{mounted} \"$0\" --json \"$3/json\" \"$1\" \"$2\"");
    run(&writes, &words).exits(2).complains("read-only file system").tells("NOT COMPLETE");
    let saves = format!("{mounted} \"$0\" index \"$1\" -o \"$3/index\"");
    run(&saves, &words).exits(2).complains("read-only file system");
}

/// A folder that lies on another file system is a folder, and so is the root; one tree that is
/// mounted twice is no pair of trees.
fn another_mount() {
    let tree = || Tree::of(&["a"]).folder(".Sent");
    let (left, right) = (tree(), tree().with(".Sent/cur/b", mail("b")));
    let mount = "mount -t tmpfs none \"$1/.Sent\"; cp -R \"$2/.Sent/.\" \"$1/.Sent\"; ";
    let words = [left.root(), right.root()];
    run(&format!("{mount} \"$0\" --brief \"$1\" \"$2\""), &words).exits(0).tells("2 messages");
    let twice = "mount --bind \"$1\" \"$2\"; \"$0\" \"$1\" \"$2\"";
    run(twice, &words).exits(2).complains("both sides are");
    let within = "mount --bind \"$1/cur\" \"$1/.Sent/cur\"; \"$0\" --format json \"$1\" \"$2\"";
    run(within, &words).tells("folder-linked-twice");
}
