//! `maildiff check`: each kind of damage on a sound tree, and what is said of it.

use std::fs::{self, File};
use std::io::Write;
use std::os::unix::fs::symlink;
use std::os::unix::net::UnixListener;
use std::path::Path;
use std::time::{Duration, UNIX_EPOCH};

use serde_json::Value;

use crate::tree::{Mail, Run, Tree, anonymous, mail, raw, report, tool};

/// When everything in `tmp` is old.
pub(crate) const LATE: &str = "2100-01-01";
/// When everything in `tmp` is new.
const EARLY: &str = "1990-01-01";

/// A tree in which nothing is wrong: INBOX and two folders, names as Dovecot's.
pub(crate) fn sound() -> Tree {
    let tree = Tree::new().folder(".Archives.2012").folder(".Sent");
    let tree = tree.with(named("cur/1600000001.M1P1.host", &mail("one"), ":2,S"), mail("one"));
    let tree = tree.with(named("new/1600000002.M2P1.host", &mail("two"), ""), mail("two"));
    tree.with(named(".Archives.2012/cur/1300000003.M3P1.host", &mail("old"), ":2,RS"), mail("old"))
}

/// A path with the sizes of a message in its name.
fn named(base: &str, mail: &Mail, info: &str) -> String {
    let (size, wire) = sizes(mail);
    format!("{base},S={size},W={wire}{info}")
}

/// How many bytes a message has, on disk and with CR LF line ends.
pub(crate) fn sizes(mail: &Mail) -> (usize, usize) {
    let bytes = mail.bytes();
    let lines = bytes.split(|&byte| byte == b'\n').count() - 1;
    (bytes.len(), bytes.len() + lines)
}

/// A damage: what it is called, how it is done, and what is to be said of it: finding, state, path.
pub(crate) struct Damage {
    pub(crate) name: &'static str,
    pub(crate) tree: Tree,
    expected: Vec<String>,
    status: i32,
}

fn damage(name: &'static str, status: i32, expected: &[&str], tree: Tree) -> Damage {
    let expected = expected.iter().map(|&told| told.to_owned()).collect();
    Damage { name, tree, expected, status }
}

/// Runs a check late, and reads its JSON.
#[track_caller]
pub(crate) fn checked(tree: &Tree, options: &str) -> (i32, Value) {
    let mut command = tool();
    command.args(["check", "--format", "json", "--now", LATE]);
    let run = Run::of(command.args(options.split_whitespace()).arg(tree));
    let json = serde_json::from_slice(&run.stdout);
    (run.status, json.unwrap_or_else(|error| panic!("{error}: {}", run.stderr)))
}

/// The findings of a report: `tmp-leftover empty tmp/1`.
pub(crate) fn told(json: &Value) -> Vec<String> {
    let findings = json["findings"].as_array().unwrap().iter();
    let told = findings.map(|finding| {
        let text = |field: &str| finding[field].as_str().unwrap_or_default().to_owned();
        let words = [text("id"), text("state"), text("path")];
        words.into_iter().filter(|word| !word.is_empty()).collect::<Vec<_>>().join(" ")
    });
    told.collect()
}

pub(crate) fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

/// A file of this size, with nothing on the disk but its header.
fn sparse(tree: Tree, path: &str, size: u64) -> Tree {
    let tree = tree.with(path, mail("big"));
    File::options().write(true).open(tree.path(path)).unwrap().set_len(size).unwrap();
    tree
}

fn without(tree: Tree, path: &str) -> Tree {
    fs::remove_dir(tree.path(path)).unwrap();
    tree
}

fn socket(tree: Tree, path: &str) -> Tree {
    drop(UnixListener::bind(tree.path(path)).unwrap());
    tree
}

fn dead_link(tree: Tree, path: &str) -> Tree {
    symlink("gone", tree.path(path)).unwrap();
    tree
}

/// Mail where no server looks.
fn misplaced() -> Vec<Damage> {
    let lost = || mail("lost");
    vec![
        damage(
            "beside cur",
            1,
            &["misfiled-root .Sent/1.M1P1.h:2,S", "misfiled-root 17"],
            sound().with(".Sent/1.M1P1.h:2,S", lost()).with("17", mail("mh")),
        ),
        damage(
            "in a stray directory",
            1,
            &["misfiled-subdir .Sent/draft/1.M1P1.h:2,S"],
            sound().with(".Sent/draft/1.M1P1.h:2,S", lost()),
        ),
        damage(
            "in a directory in cur",
            1,
            &["misfiled-subdir cur/x/1.M1P1.h:2,S", "dir-in-maildir cur/x"],
            sound().with("cur/x/1.M1P1.h:2,S", lost()),
        ),
        damage("an empty directory in tmp", 1, &["dir-in-maildir .Sent/tmp/x"], {
            let tree = sound();
            fs::create_dir(tree.path(".Sent/tmp/x")).unwrap();
            tree
        }),
        damage(
            "a folder without a dot",
            1,
            &["invisible-folder drafts"],
            sound().folder("drafts").with("drafts/cur/1.M1P1.h:2,S", lost()),
        ),
        damage(
            "a folder in a folder",
            1,
            &["invisible-folder .Sent/drafts"],
            sound().folder(".Sent/drafts").with(".Sent/drafts/new/1.M1P1.h", lost()),
        ),
        damage(
            "under a dot name",
            1,
            &["hidden-file orphan cur/.1.M1P1.h:2,S"],
            sound().with("cur/.1.M1P1.h:2,S", lost()),
        ),
        damage(
            "in tmp",
            1,
            &[
                "tmp-leftover orphan .Sent/tmp/4.h",
                "tmp-leftover empty tmp/1.h",
                "tmp-leftover known tmp/2.h",
                "tmp-leftover linked tmp/3.h",
            ],
            {
                let tree = sound().with("tmp/1.h", "").with("tmp/2.h", mail("one"));
                let tree = tree.with(".Sent/tmp/4.h", lost());
                let two = tree.path(named("new/1600000002.M2P1.host", &mail("two"), ""));
                fs::hard_link(two, tree.path("tmp/3.h")).unwrap();
                tree
            },
        ),
        damage(
            "an mbox, an MH folder and a dbox",
            1,
            &["foreign-store mbox archive", "foreign-store .mh", "foreign-store dbox-Mails"],
            sound()
                .with("archive", b"From a@b Fri Jun 17 2021\nFrom: a\nTo: b\n\nx\n")
                .with(".mh/.mh_sequences", "")
                .with(".mh/1", lost())
                .with("dbox-Mails/u.1", "2 M1e C5f\n"),
        ),
    ]
}

/// Messages that programs stumble over.
fn malformed() -> Vec<Damage> {
    let cur = |bytes: Vec<u8>| sound().with("cur/1.M1P1.h:2,S", bytes);
    let lost = || mail("lost").bytes();
    let text = |text: &str| text.as_bytes().to_vec();
    let path = "cur/1.M1P1.h:2,S";
    let one = |name, status, id: &str, bytes: Vec<u8>| {
        let expected = format!("{id} {path}");
        damage(name, status, &[expected.as_str()], cur(bytes))
    };
    let id = |id: &str| anonymous().field("Message-ID", id).bytes();
    vec![
        one("no bytes", 1, "empty-message", Vec::new()),
        one("only X-TUID", 1, "empty-message blank", text("X-TUID: 123456789012\n")),
        one("NULs", 1, "nul-filled", vec![0; 70_000]),
        one("NULs, then more", 1, "nul-filled", [vec![0; 70_000], lost()].concat()),
        one("header without end", 1, "no-header-end", {
            text("From: a\nTo: b\nMessage-ID: <x@y>\n")
        }),
        one("header only", 0, "no-body", text("From: a\nTo: b\nMessage-ID: <x@y>\n\n")),
        one("nobody's", 1, "not-mail", text("Message-ID: <x@y>\nDate: x\n\nbody\n")),
        one("empty line first", 1, "not-mail", [b"\n".to_vec(), lost()].concat()),
        one("no id", 0, "no-message-id", anonymous().bytes()),
        one("bare id", 0, "bad-message-id", id("lost@example.org")),
        one("id with a blank", 0, "bad-message-id", id("<lost @example.org>")),
        one("two ids", 0, "multiple-message-id", {
            anonymous().field("Message-ID", "<a@b>").field("Message-ID", "<c@d>").bytes()
        }),
        one("From line", 1, "mbox-from-line single", {
            [text("From a@b Fri Jun 17 2021\n"), lost()].concat()
        }),
        one("mbox", 1, "mbox-from-line multi", {
            let from = text("From a@b Fri Jun 17 12:00:00 2021\n");
            [from.clone(), lost(), text("\n"), from, lost()].concat()
        }),
        one("gzip", 0, "compressed", gzip(&lost())),
        one("bzip2", 2, "compressed", text("BZh91AY&SYxxxx")),
        one("xz", 2, "compressed", b"\xfd7zXZ\0xxxx".to_vec()),
        one("mail_crypt", 2, "encrypted", b"CRYPTED\x03\x07xxxx".to_vec()),
        damage("large", 0, &["too-big cur/2.M1P1.h"], sparse(sound(), "cur/2.M1P1.h", 101 << 20)),
    ]
}

/// Names that programs stumble over.
fn misnamed() -> Vec<Damage> {
    let lost = mail("lost");
    let (size, wire) = sizes(&lost);
    let at = |name: &str| sound().with(Path::new("cur").join(name), mail("lost"));
    let one = |name, status, id: &str, file: &str| {
        damage(name, status, &[format!("{id} cur/{file}").as_str()], at(file))
    };
    let long = "1.".to_owned() + &"x".repeat(240);
    let packed = gzip(&lost.bytes());
    vec![
        one("S= too big", 1, "wrong-size-s big", &format!("1.h,S={}:2,S", size + 1)),
        one("S= too small", 1, "wrong-size-s small", "1.h,S=1:2,S"),
        one("W= too small by one", 1, "wrong-size-w small", &format!("1.h,W={}:2,S", wire - 1)),
        one("W= as S=", 1, "wrong-size-w small", &format!("1.h,S={size},W={size}:2,S")),
        one("W= too big by one", 1, "wrong-size-w big", &format!("1.h,W={}:2,S", wire + 1)),
        one("W= far too big", 1, "wrong-size-w big", "1.h,W=99999:2,S"),
        one("W= far too small", 1, "wrong-size-w small", "1.h,W=1:2,S"),
        damage(
            "S= of the packed size",
            1,
            &["wrong-size-s small cur/1.h,S=1:2,S", "compressed cur/1.h,S=1:2,S"],
            sound().with("cur/1.h,S=1:2,S", packed.clone()),
        ),
        damage(
            "sizes of what is packed",
            0,
            &[format!("compressed cur/1.h,S={size},W={wire}:2,S").as_str()],
            sound().with(format!("cur/1.h,S={size},W={wire}:2,S"), packed),
        ),
        damage(
            "long name",
            1,
            &[format!("name-too-long cur/{long}"), format!("path-too-long cur/{long}")]
                .each_ref()
                .map(String::as_str),
            at(&long),
        ),
        one("semicolon", 1, "alt-info-separator", "1.h;2,S"),
        one("unsorted flags", 0, "bad-flags unsorted", "1.h:2,SR"),
        one("repeated flags", 0, "bad-flags repeated", "1.h:2,SS"),
        one("unknown flags", 0, "bad-flags unknown", "1.h:2,SX"),
        one("line end", 1, "bad-filename line-end", "1.h\n:2,S"),
        one("colon", 1, "bad-filename colon", ":2,S"),
        one("blank", 1, "bad-filename blank", "1.h:2,S "),
        damage(
            "Latin-1",
            1,
            &[r"bad-filename not-utf8 cur/1.\xe9.h:2,S"],
            sound().with(raw(b"cur/1.\xe9.h:2,S"), mail("lost")),
        ),
        one("Syncthing", 1, "sync-conflict", "1.sync-conflict-20211115-161219-ABCDEFG.h:2,S"),
        one("an editor", 1, "sync-conflict", "1.h:2,S~"),
        damage(
            "a desktop",
            1,
            &["foreign-file cur/Thumbs.db", "foreign-file new/notes.txt"],
            sound().with("cur/Thumbs.db", [1, 2, 3]).with("new/notes.txt", "Dear Bob\n\nno\n"),
        ),
        damage(
            "one base twice",
            1,
            &["duplicate-base same-content cur/1.h:2,", "duplicate-base other-content new/1.h"],
            sound()
                .with("cur/1.h:2,", mail("lost"))
                .with("cur/1.h:2,S", mail("lost"))
                .with("new/1.h", mail("another")),
        ),
        damage("one file twice", 1, &["duplicate-base same-file new/1.h"], {
            let tree = sound().with("cur/1.h:2,", mail("lost"));
            fs::hard_link(tree.path("cur/1.h:2,"), tree.path("new/1.h")).unwrap();
            tree
        }),
        damage(
            "UIDs",
            1,
            &["duplicate-uid twice cur/2.h,U=3:2,S", "duplicate-uid beyond cur/3.h,U=9:2,S"],
            sound()
                .with(".uidvalidity", "1600000000\n5\n")
                .with("cur/1.h,U=3:2,S", mail("1"))
                .with("cur/2.h,U=3:2,S", mail("2"))
                .with("cur/3.h,U=9:2,S", mail("3")),
        ),
        damage(
            "UIDs of nobody",
            0,
            &[],
            sound().with("cur/1.h,U=3:2,S", mail("1")).with("cur/2.h,U=3:2,S", mail("2")),
        ),
    ]
}

/// Directories and what is no file.
fn misshapen() -> Vec<Damage> {
    let mail = || mail("lost");
    vec![
        damage("no tmp", 1, &["missing-subdir tmp .Sent"], without(sound(), ".Sent/tmp")),
        damage("no cur", 1, &["missing-subdir cur .Sent"], without(sound(), ".Sent/cur")),
        damage("a link to nothing", 2, &["dangling-symlink cur/1.h:2,S"], {
            dead_link(sound(), "cur/1.h:2,S")
        }),
        damage("a socket", 1, &["special-file cur/s"], socket(sound(), "cur/s")),
        damage(
            "two spellings of one name",
            1,
            &["folder-name-collision same-name .Été"],
            sound().folder(".&AMk-t&AOk-").folder(".Été"),
        ),
        damage(
            "names that differ in case",
            1,
            &["folder-name-collision case .sent"],
            sound().folder(".sent").with(".sent/cur/1.h", mail()),
        ),
        damage(
            "names that programs read differently",
            1,
            &["folder-name-invalid ..x", "folder-name-invalid .a..b", r"folder-name-invalid .\xe9"],
            sound().folder("..x").folder(".a..b").folder(raw(b".\xe9")),
        ),
        damage(
            "a mailbox of a program's directory",
            0,
            &["metadata-as-folder .stfolder"],
            sound().folder(".stfolder"),
        ),
    ]
}

/// Every kind of damage, each on a sound tree of its own.
pub(crate) fn damages() -> impl Iterator<Item = Damage> {
    [misplaced(), malformed(), misnamed(), misshapen()].into_iter().flatten()
}

#[test]
fn nothing_is_wrong_with_a_sound_tree() {
    let (status, json) = checked(&sound(), "");
    assert_eq!((status, told(&json)), (0, Vec::new()));
    let tree = sound();
    let text = Run::of(tool().args(["check", "--now", LATE]).arg(&tree));
    text.exits(0).tells("SOUND: no error and no warning in 3 messages.");
}

#[test]
fn each_damage_is_told_as_what_it_is_and_nothing_else_is() {
    for Damage { name, tree, mut expected, status } in damages() {
        let (exit, json) = checked(&tree, "");
        let mut found = told(&json);
        found.sort();
        expected.sort();
        assert_eq!((found, exit), (expected, status), "{name}");
    }
}

#[test]
fn a_fresh_file_in_tmp_is_a_delivery_under_way() {
    let tree = sound().with("tmp/1.h", mail("lost"));
    let at = |now: &str| {
        let mut command = tool();
        command.args(["check", "--format", "json", "--now", now]).arg(&tree);
        let run = Run::of(&mut command);
        (run.status, told(&serde_json::from_slice(&run.stdout).unwrap()))
    };
    assert_eq!(at(EARLY), (0, vec!["tmp-inflight orphan tmp/1.h".to_owned()]));
    assert_eq!(at(LATE), (1, vec!["tmp-leftover orphan tmp/1.h".to_owned()]));
}

#[test]
fn a_leftover_that_a_link_leads_to_is_no_copy() {
    let tree = sound().with("tmp/1.h", mail("lost")).link("cur/1.h:2,S", "../tmp/1.h");
    let (_, json) = checked(&tree, "--only tmp-leftover");
    assert_eq!(told(&json), ["tmp-leftover orphan tmp/1.h"]);
}

#[test]
fn what_is_asked_for_decides() {
    let tree = sound().with("cur/1.h,S=1:2,S", anonymous()).with("tmp/1.h", "");
    let status = |options: &str| checked(&tree, options).0;
    assert_eq!(status(""), 1);
    assert_eq!(status("--only no-message-id"), 0);
    assert_eq!(status("--only no-message-id --fail-on info"), 1);
    assert_eq!(status("--fail-on none"), 0);
    assert_eq!(status("--fail-on tmp-leftover"), 1);
    assert_eq!(status("--only wrong-size-s --fail-on tmp-leftover"), 0);
    assert_eq!(status("-x INBOX"), 0);
    assert_eq!(status("-f INBOX"), 1);
}

#[test]
fn all_that_was_read_is_told() {
    let read = |tree: &Tree| checked(tree, "").1["trees"][0]["read_whole"].as_u64();
    let plain = || Tree::new().folder(".a").with("new/1.h", mail("lost"));
    assert_eq!(read(&plain()), Some(0));
    // Whether it may be removed is decided by the content.
    assert_eq!(read(&plain().with("1.M1.h", mail("lost"))), Some(2));
    assert_eq!(read(&plain().with("tmp/1.h", mail("lost"))), Some(2));
    assert_eq!(read(&plain().with("tmp/1.h", mail("other"))), Some(0));
}

#[test]
fn several_trees_each_have_their_findings() {
    let one = sound().with("tmp/1.h", "");
    let run = Run::of(tool().args(["check", "--now", LATE]).args([&one, &sound()]));
    run.exits(1).tells("1 tmp-leftover (1 empty)").tells("1 warning in 6 messages.");
}

#[test]
fn what_is_asked_wrongly_is_trouble() {
    let run = |words: &[&str]| Run::of(tool().arg("check").args(words));
    run(&[]).exits(2);
    run(&["/nowhere/at/all"]).exits(2).complains("/nowhere/at/all: no such file");
    run(&["--only", "x", "."]).exits(2).complains("the findings are misfiled-root");
    run(&["--fix-script", "--format", "json", "."]).exits(2);
    let bare = Tree::bare();
    Run::of(tool().arg("check").arg(&bare)).exits(2).complains("is not a Maildir tree");
}

#[test]
fn names_and_mail_reach_no_terminal_raw() {
    let tree = sound().with(raw(b"cur/1.\x1b[31m\xc2\x9b\n.h:2,S"), mail("lost"));
    for format in ["text", "csv", "json"] {
        let mut command = tool();
        command.args(["check", "--all", "--now", LATE, "--format", format]).arg(&tree);
        let text = Run::of(&mut command).text();
        assert!(format == "csv" || !text.contains('\u{1b}'), "{format}: {text}");
        assert!(format == "csv" || !text.contains('\u{9b}'), "{format}: {text}");
    }
}

/// What is said of a tree.
fn findings(tree: &Tree) -> Vec<String> {
    told(&checked(tree, "").1)
}

#[test]
fn a_delivery_is_under_way_for_36_hours() {
    let tree = sound().with("tmp/1.h", mail("lost"));
    let begun = UNIX_EPOCH + Duration::from_secs(1_577_836_800);
    File::options().write(true).open(tree.path("tmp/1.h")).unwrap().set_modified(begun).unwrap();
    let at = |now: &str| {
        let mut command = tool();
        command.args(["check", "--format", "json", "--now", now]).arg(&tree);
        told(&serde_json::from_slice(&Run::of(&mut command).stdout).unwrap())
    };
    assert_eq!(at("2020-01-02T11:59:59Z"), ["tmp-inflight orphan tmp/1.h"]);
    assert_eq!(at("2020-01-02T12:00:00Z"), ["tmp-leftover orphan tmp/1.h"]);
}

#[test]
fn lengths_count_to_the_byte() {
    let of_name = |length: usize| {
        let tree = sound().with(format!("cur/{}", "1".repeat(length)), mail("lost"));
        checked(&tree, "--only name-too-long").0
    };
    assert_eq!((of_name(229), of_name(230)), (0, 1));
    let of_path = |length: usize| {
        let tree = sound();
        let name = "1".repeat(length - tree.path("cur/").as_os_str().len());
        findings(&tree.with(format!("cur/{name}"), mail("lost"))).len()
    };
    assert_eq!((of_path(239), of_path(240)), (0, 1));
}

#[test]
fn what_is_hardly_a_damage_is_none() {
    let none = |tree: Tree| assert_eq!(findings(&tree), [""; 0]);
    // Keywords are flags of a kind.
    none(sound().with("cur/1.h:2,Sab", mail("lost")));
    none(sound().with(".uidvalidity", "1600000000\n5\n").with("cur/1.h,U=5:2,S", mail("lost")));
    // Of a file that does not say so nobody knows the highest UID.
    none(sound().with(".uidvalidity", "1600000000\n").with("cur/1.h,U=5:2,S", mail("lost")));
    // What is left of a folder whose mail was moved.
    none(sound().folder("Sent"));
}

#[test]
fn a_folder_that_is_hidden_by_its_name_matters_if_mail_is_in_it() {
    let tree = sound().folder("Sent").with("Sent/cur/1.h", mail("lost"));
    let told = findings(&tree);
    assert!(told.contains(&"invisible-folder Sent".to_owned()), "{told:?}");
    assert!(told.iter().any(|told| told.starts_with("folder-name-collision")), "{told:?}");
}

#[test]
fn a_file_that_is_no_mail_is_told_once() {
    let one = |path: &str, content: &[u8], expected: &[&str]| {
        assert_eq!(findings(&sound().with(path, content)), expected, "{path}");
    };
    one("cur/notes", b"", &["empty-message cur/notes"]);
    one("cur/Thumbs.db", b"", &["foreign-file cur/Thumbs.db"]);
    // A number is a name of mail, whatever it begins with.
    one(
        "17",
        b"From a@b Fri Jun 17 2021\nFrom: a\nTo: b\nMessage-ID: <x@y>\n\nx\n",
        &["misfiled-root 17"],
    );
    let tree = sound().with("cur/notes.txt~", "Dear Bob\n\nno\n");
    assert!(!findings(&tree).iter().any(|told| told.starts_with("foreign-file")));
}

#[test]
fn what_is_packed_is_measured_however_large_it_is() {
    let large = mail("lost").saying(&"A line\n".repeat(300_000)).bytes();
    let tree = sound().with("cur/1.h,S=1:2,S", gzip(&large));
    let expected = ["wrong-size-s small cur/1.h,S=1:2,S", "compressed cur/1.h,S=1:2,S"];
    assert_eq!(findings(&tree), expected);
}

#[test]
fn leftovers_of_nothing_and_links_among_them() {
    let is = |tree: Tree, state: &str| {
        assert_eq!(findings(&tree), [format!("tmp-leftover {state} tmp/1.h")]);
    };
    is(sound().with("tmp/1.h", vec![0; 70_000]), "empty");
    is(sound().with("tmp/1.h", "X-TUID: 123456789012\n"), "empty");
    let other = Tree::of(&["x"]);
    let away = || other.path("cur/x:2,S");
    is(sound().with("cur/1.h:2,S", mail("lost")).link("tmp/1.h", "../cur/1.h:2,S"), "known");
    // Two links to one file: each stands without the other.
    is(sound().link("cur/1.h:2,S", away()).link("tmp/1.h", away()), "known");
}

#[test]
fn a_link_is_a_copy_and_not_the_file() {
    let tree = sound().with("cur/1.h:2,", mail("lost")).link("cur/1.h:2,S", "1.h:2,");
    assert_eq!(findings(&tree), ["duplicate-base same-content cur/1.h:2,S"]);
}

#[test]
fn a_comparison_tells_of_a_folder_only_if_it_is_hardly_one() {
    let whole = Tree::of(&["a"]).with(".A/cur/1", mail("b"));
    let bare = Tree::of(&["a"]).with(".A/cur/1", mail("b"));
    assert_eq!(findings(&bare), ["missing-subdir new+tmp .A"]);
    assert_eq!(report(&whole.folder(".A"), &bare, "").findings(), [""; 0]);
}
