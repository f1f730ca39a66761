//! Saved indexes: each stands for its tree, or is refused.

use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::Stdio;

use flate2::Crc;
use proptest::prelude::*;
use serde_json::Value;

use crate::laws::few;
use crate::plan::{ANYTHING, plans};
use crate::tree::{Run, Tree, anonymous, compare, mail, maildiff, tool};

/// A saved index, which is gone after the test.
struct Saved {
    directory: Tree,
    name: String,
}

impl Saved {
    /// Of a tree, made with options that have no blanks in them.
    fn of(tree: &Path, name: &str, options: &str) -> Saved {
        let saved = Saved { directory: Tree::bare(), name: name.to_owned() };
        let path = saved.path();
        let words = options.split_whitespace();
        let run = Run::of(tool().arg("index").args(words).arg(tree).arg("-o").arg(&path));
        assert!(run.stdout.is_empty());
        saved
    }

    /// With this text.
    fn with(text: &[u8]) -> Saved {
        Saved { directory: Tree::bare().with("saved", text), name: "saved".to_owned() }
    }

    fn path(&self) -> PathBuf {
        self.directory.path(&self.name)
    }

    fn bytes(&self) -> Vec<u8> {
        fs::read(self.path()).unwrap()
    }

    fn lines(&self) -> Vec<Value> {
        let text = String::from_utf8(self.bytes()).unwrap();
        text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
    }

    /// The same lines, but for what `change` does; the last line fits them.
    fn changed(&self, change: impl FnOnce(&mut Vec<Value>)) -> Saved {
        let mut lines = self.lines();
        change(&mut lines);
        let mut end = lines.pop().unwrap();
        let mut head = lines.remove(0);
        let schema = head.as_object_mut().unwrap().remove("schema").unwrap();
        let head = format!("{{\"schema\":{schema},{}", &head.to_string()[1..]);
        let lines: Vec<String> = lines.iter().map(Value::to_string).collect();
        let text = [&[head][..], &lines].concat().join("\n") + "\n";
        let mut crc = Crc::new();
        crc.update(text.as_bytes());
        end["end"]["crc32"] = format!("{:08x}", crc.sum()).into();
        end["end"]["lines"] = (1 + lines.len()).into();
        Saved::with(format!("{text}{end}\n").as_bytes())
    }
}

/// What to write; the text whole, for it tells else how to go on. In the second is most of what
/// there is to tell.
const FORMATS: [&str; 6] = [
    "--all",
    "--format json --all",
    "--format csv",
    "--format unified",
    "--format ids",
    "--format paths --only flags,content",
];

/// Fails the test unless the sides' indexes give, in every way, what the sides do.
#[track_caller]
fn check_stands(left: &Path, right: &Path, options: &str, formats: &[&str]) {
    let saved = [(left, "left.idx"), (right, "right.idx.gz")].map(|(tree, name)| {
        let case = options.split_whitespace().filter(|word| *word == "--case-sensitive");
        Saved::of(tree, name, &case.collect::<String>())
    });
    let [saved_left, saved_right] = saved.each_ref().map(Saved::path);
    for format in formats {
        let options = format!("{format} {options}");
        let plain = compare(left, right, &options);
        for (left, right) in
            [(&*saved_left, &*saved_right), (left, &*saved_right), (&*saved_left, right)]
        {
            let run = compare(left, right, &options);
            assert_eq!(run.text(), plain.text(), "{options}");
            assert_eq!((run.status, &run.stderr), (plain.status, &plain.stderr), "{options}");
        }
    }
}

#[test]
fn an_index_stands_for_every_tree_here() {
    let mut cases = 0;
    for case in fs::read_dir("testdata").unwrap() {
        let case = case.unwrap().path();
        let (left, right) = (case.join("left"), case.join("right"));
        if left.is_dir() && right.is_dir() {
            check_stands(&left, &right, "", &FORMATS[..3]);
            check_stands(&left, &right, "--content --one-way", &FORMATS[1..2]);
            cases += 1;
        }
    }
    assert!(cases > 15);
}

#[test]
fn an_index_stands_for_a_tree_with_everything_in_it() {
    let strange =
        anonymous().field("Message-ID", "<caf\u{e9}@Example.ORG>  (x)").about("\u{202e}a\"b");
    let long = "all of it\n".repeat(900);
    let tree = |cut: usize| {
        let whole = mail("cut").saying(&long).bytes();
        Tree::of(&["a", "Mixed"])
            .with("cur/strange:2,FS", strange.clone())
            .with("cur/bytes:2,", &b"From: a\nMessage-ID: <\xff\xfe@x>\n\nbody"[..])
            .with(
                "cur/forged:2,",
                &b"From: a\nMessage-ID: <sha1:8005f34cce4fec16bf56a789656cff7a58d557ea>\n\nb"[..],
            )
            .with(crate::tree::raw(b"new/\xe9t\xe9\n"), mail("raw"))
            .with("cur/cut:2,", &whole[..whole.len() - cut])
            .with("cur/empty:2,", "")
            .with("tmp/orphan", mail("orphan"))
            .with("tmp/known", mail("a"))
            .with("cur/.hidden", mail("a"))
            .with(".Sent/cur/1:2,S", mail("a"))
            .with(".Sent/cur/2:2,S", mail("late").dated("2024-06-01"))
            .with(".Sent/draft/3:2,S", mail("stray").dated("2024-05-01"))
            .with("cur/notes.gif", &b"GIF89a"[..])
            .with("dovecot-uidlist", "3 V1")
            .link("cur/link:2,", "../.Sent/cur/1:2,S")
    };
    let (left, right) = (tree(0), tree(4000));
    fs::hard_link(left.path("cur/a:2,S"), left.path("tmp/linked")).unwrap();
    fs::remove_file(right.path("new").join(crate::tree::raw(b"\xe9t\xe9\n"))).unwrap();
    fs::remove_file(right.path("cur/Mixed:2,S")).unwrap();
    for options in [
        "",
        "--content",
        "-x Sent",
        "-f Sent",
        "--before 2024-05-15",
        "--ignore-folders --one-way",
        "--case-sensitive",
        "--fail-on none --max-only-left 3",
    ] {
        check_stands(left.root(), right.root(), options, &FORMATS);
    }
}

#[test]
fn what_cannot_be_read_stays_unread() {
    let left = Tree::of(&["a", "b"])
        .link("cur/gone:2,", "nowhere")
        .with("cur/odd:2,", &b"\x04\x22\x4d\x18"[..]);
    let right = Tree::of(&["a", "b"]);
    let path = left.path("../left.idx");
    let words: [&dyn AsRef<std::ffi::OsStr>; 4] = [&"index", &left, &"-o", &path];
    maildiff(&words).exits(2).complains("cur/gone:2,: is a link to nothing");
    fs::remove_file(path).unwrap();
    check_stands(left.root(), right.root(), "", &FORMATS[..2]);
    check_stands(right.root(), left.root(), "-x INBOX", &FORMATS[..2]);
}

proptest! {
    #![proptest_config(few())]

    #[test]
    fn an_index_stands_for_any_tree(
        left in plans(ANYTHING), right in plans(ANYTHING),
        options in prop::sample::select(&["", "--content", "--ignore-folders", "-x Sent"][..]),
    ) {
        check_stands(left.build().root(), right.build().root(), options, &FORMATS[1..2]);
    }
}

#[test]
fn an_index_comes_through_a_pipe() {
    let (left, right) = (Tree::of(&["a", "b"]), Tree::of(&["a"]));
    let mut index = tool();
    let saved = index.arg("index").arg(&left).output().unwrap();
    for name in ["-", "/dev/stdin"] {
        let mut command = tool();
        command.args(["--brief", name]).arg(&right).stdin(Stdio::piped()).stdout(Stdio::piped());
        let mut child = command.spawn().unwrap();
        child.stdin.take().unwrap().write_all(&saved.stdout).unwrap();
        let output = child.wait_with_output().unwrap();
        let told = "NOT COMPLETE: 1 of 2 messages of the left is not on the right.\n";
        assert_eq!(String::from_utf8_lossy(&output.stdout), told);
    }
    compare("-", "-", "").exits(2).complains("both sides are standard input");
    compare("-", &right, "").exits(2).complains("standard input: is empty");
}

#[test]
fn it_is_written_whole_or_not_at_all() {
    let tree = Tree::of(&["a"]);
    for inside in ["index", "cur/index"] {
        let path = tree.path(inside);
        let words: [&dyn AsRef<std::ffi::OsStr>; 4] = [&"index", &tree, &"-o", &path];
        maildiff(&words).exits(2).complains("a tree is never written to");
        assert!(!path.exists());
    }
    let none: [&dyn AsRef<std::ffi::OsStr>; 4] = [&"index", &"nowhere", &"-o", &"/dev/null"];
    maildiff(&none).exits(2).complains("nowhere: no such file");
}

/// An index in which a bit of everything is.
fn a_bit_of_everything() -> Saved {
    let tree = Tree::of(&["a"]).with("tmp/1", mail("b")).with("cur/anonymous:2,", anonymous());
    Saved::of(tree.link("cur/gone:2,", "nowhere").root(), "a.idx", "")
}

/// Fails the test unless an index that was tampered with is refused.
#[track_caller]
fn check_refused(text: &[u8], what: &str) {
    let other = Tree::of(&["a"]);
    let run = compare(&Saved::with(text).path(), &other, "-q");
    run.exits(2);
    assert!(!run.stderr.is_empty(), "{what}");
}

#[test]
fn a_cut_index_is_never_a_smaller_tree() {
    let saved = a_bit_of_everything().bytes();
    let ends = (0..saved.len() - 1).filter(|at| at % 7 == 0 || saved[*at] == b'\n');
    for end in ends {
        check_refused(&saved[..end], &format!("cut behind {end}"));
    }
    let lines: Vec<&[u8]> = saved.split_inclusive(|&byte| byte == b'\n').collect();
    for at in 0..lines.len() {
        let mut fewer = lines.clone();
        fewer.remove(at);
        check_refused(&fewer.concat(), &format!("without line {at}"));
        let mut more = lines.clone();
        more.insert(at, lines[at]);
        check_refused(&more.concat(), &format!("line {at} twice"));
    }
    check_refused(&[&saved[..], b"x"].concat(), "more behind it");
    check_refused(&saved.repeat(2), "two of them");
}

#[test]
fn a_byte_that_changed_is_noticed() {
    let saved = a_bit_of_everything().bytes();
    for at in (0..saved.len()).step_by(11) {
        let mut changed = saved.clone();
        changed[at] ^= 1;
        check_refused(&changed, &format!("byte {at}"));
    }
}

#[test]
fn what_a_later_version_adds_is_passed_over() {
    let saved = Saved::of(Path::new("testdata/story/left"), "a.idx", "");
    let later = saved.changed(|lines| {
        for line in lines.iter_mut() {
            let kinds = ["folder", "message", "finding", "end"];
            let inner = kinds.into_iter().find(|kind| !line[kind].is_null());
            let line = if let Some(kind) = inner { &mut line[kind] } else { line };
            line["new"] = serde_json::json!([{"a": 1}]);
        }
        lines.insert(8, serde_json::json!({"remark": {"folder": 99, "text": "x"}}));
        let new = serde_json::json!({"folder": 0, "id": "new", "severity": "odd", "path": "x"});
        let finding = serde_json::json!({ "finding": new });
        lines.insert(9, finding);
    });
    let right = Path::new("testdata/story/right");
    let told = |left: &Path| compare(left, right, "--format json").exits(1).text();
    assert_eq!(told(&later.path()), told(Path::new("testdata/story/left")));
}

#[test]
fn what_cannot_be_understood_is_refused() {
    let other = Tree::of(&["a"]);
    let saved = Saved::of(other.root(), "a.idx", "");
    #[allow(clippy::type_complexity)]
    let cases: [(&dyn Fn(&mut Vec<Value>), &str); 10] = [
        (
            &|lines| lines[0]["schema"] = "maildiff.index/2".into(),
            "has the format maildiff.index/2, of maildiff",
        ),
        (
            &|lines| lines[0]["needs"] = serde_json::json!(["salt"]),
            "needs a version that knows of salt",
        ),
        (&|lines| lines[0]["canonical"] = "maildiff-2".into(), "follow the rule maildiff-2"),
        (&|lines| lines[0]["layout"] = "spiral".into(), "its layout spiral is unknown here"),
        (&|lines| lines[1]["folder"]["control"] = u64::MAX.into(), "a count makes no sense"),
        (
            &|lines| lines[2]["message"]["folder"] = 7.into(),
            "line 3 is damaged: its folder is missing",
        ),
        (&|lines| lines[2]["message"]["place"] = "attic".into(), "its place is unknown"),
        (&|lines| lines[2]["message"]["path"] = "".into(), "it has no path"),
        (&|lines| lines[2]["message"]["key"] = "".into(), "it has no key"),
        (&|lines| lines[2]["message"]["key"] = "sha1:12".into(), "a content makes no sense"),
    ];
    for (change, told) in cases {
        let changed = saved.changed(change);
        compare(&changed.path(), &other, "").exits(2).complains(told);
    }
    let path = saved.path();
    let saved = &path;
    let case = compare(saved, &other, "--case-sensitive");
    case.exits(2).complains("was made without --case-sensitive");
    let sensitive = Saved::of(other.root(), "a.idx", "--case-sensitive");
    compare(&other, &sensitive.path(), "").exits(2).complains("was made with --case-sensitive");
    compare(saved, &other, "--inbox-left .").exits(2).complains("--inbox-left is of a tree");
    let explained: [&dyn AsRef<std::ffi::OsStr>; 4] =
        [&"explain", &"a@example.org", &saved, &other];
    maildiff(&explained).exits(2).complains("name the tree");
    let checked: [&dyn AsRef<std::ffi::OsStr>; 2] = [&"check", &saved];
    maildiff(&checked).exits(2).complains("is a saved index");
    compare(saved, saved, "").exits(2).complains("both sides are");
}

#[test]
fn an_index_is_saved_again_as_it_is() {
    let tree = Tree::of(&["a", "b"]).with("cur/c:2,", anonymous()).with("tmp/d", mail("d"));
    let [whole, headers] =
        ["", "--headers-only"].map(|options| Saved::of(tree.root(), "a.idx", options));
    let unscanned = |saved: &Saved| {
        let mut lines = saved.lines();
        lines[0]["scanned"] = Value::Null;
        *lines.last_mut().unwrap() = Value::Null;
        lines
    };
    let again = Saved::of(&whole.path(), "b.idx.zst", "");
    let again = Saved::of(&again.path(), "c.idx", "");
    assert_eq!(unscanned(&again), unscanned(&whole));
    let fewer = Saved::of(&whole.path(), "b.idx", "--headers-only");
    assert_eq!(unscanned(&fewer), unscanned(&headers));
    let path = headers.path();
    let words: [&dyn AsRef<std::ffi::OsStr>; 2] = [&"index", &path];
    maildiff(&words).exits(2).complains("a.idx: has no contents: index the tree again");
}

#[test]
fn without_contents_nothing_is_proven_that_needs_them() {
    let left = Tree::of(&["a", "b"]).with("cur/c:2,", mail("c").saying("one\n"));
    let same = Tree::of(&["a", "b"]).with("cur/c:2,", mail("c").saying("one\n"));
    let other = Tree::of(&["a", "b"]).with("cur/c:2,", mail("c").saying("another\n"));
    let saved = Saved::of(left.root(), "a.idx", "--headers-only");
    let saved = saved.path();
    compare(&saved, &same, "").exits(0);
    let run = compare(&saved, &other, "");
    run.exits(2).complains("a.idx: has no contents, and here 1 of them must be known");
    compare(&same, &saved, "--content").exits(2).complains("without --headers-only");
}
