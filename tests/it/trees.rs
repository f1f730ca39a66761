//! Trees that git cannot hold: names of any bytes, links, special files, what may not be read, what
//! is compressed; and the hazards that such trees put in the way of a true answer.

use std::fs::{self, File, Permissions};
use std::io::Write;
use std::os::unix::fs::PermissionsExt;
use std::os::unix::net::UnixListener;
use std::path::Path;
use std::process::Command;

use flate2::Compression;
use flate2::write::GzEncoder;
use ruzstd::encoding::{CompressionLevel, compress_to_vec};

use crate::tree::{Mail, Tree, anonymous, compare, mail, maildiff, raw, report};

// Names.

#[test]
fn flags_in_names() {
    let left = Tree::new()
        .with("cur/1.M1P1.host:2,S", mail("a"))
        .with("cur/2.M1P1.host:2,", mail("b"))
        .with("new/3.M1P1.host", mail("c"));
    let right = Tree::new()
        .with("cur/1.M1P1.host:2,RS", mail("a"))
        .with("cur/2.M1P1.host", mail("b"))
        .with("cur/3.M1P1.host:2,a", mail("c"));
    report(&left, &right, "").is(0, "same 3, flags 1");
    report(&left, &right, "--fail-on flags").is(1, "same 3, flags 1");
}

#[test]
fn names_of_any_bytes_are_told_and_can_be_used() {
    let names: [&[u8]; 2] = [b"cur/line\nbreak:2,S", b"cur/caf\xe9:2,S"];
    let left = names
        .iter()
        .zip(["a", "b"])
        .fold(Tree::of(&["c"]), |tree, (name, id)| tree.with(raw(name), mail(id)));
    let right = Tree::of(&["c"]);
    let told = report(&left, &right, "");
    told.is(1, "same 1, only-left 2");
    let field = |field: &str| -> Vec<&str> {
        told.list("messages").iter().filter_map(|row| row["left"][field].as_str()).collect()
    };
    assert_eq!(field("path"), [r"cur/caf\xe9:2,S", "cur/line\nbreak:2,S"]);
    assert_eq!(field("path_bytes"), ["6375722f636166e93a322c53"]);
    let paths = compare(&left, &right, "--format paths -0");
    let expected = [raw(names[1]), raw(names[0])].map(|name| {
        let path = left.path(name).into_os_string();
        [std::os::unix::ffi::OsStringExt::into_vec(path), vec![0]].concat()
    });
    assert_eq!(paths.stdout, expected.concat());
}

#[test]
fn folders_of_any_bytes_stay_apart() {
    let tree = |name: &[u8]| Tree::new().folder(raw(name)).with(raw(name).join("cur/1"), mail("a"));
    let told = report(&tree(b".caf\xe9"), &tree(b".caf\xe8"), "");
    told.is(1, "moved 1");
    assert_eq!(told.folders(), ["INBOX", r"caf\xe8", r"caf\xe9"]);
}

#[test]
fn one_name_in_two_spellings_is_one_folder() {
    let left = Tree::new()
        .with(".Été/cur/1", mail("a"))
        .with(".&AMk-t&AOk-/cur/2", mail("b"))
        .with(".E\u{301}te\u{301}/cur/3", mail("c"));
    let right = Tree::new()
        .with(".Été/cur/1", mail("a"))
        .with(".Été/cur/2", mail("b"))
        .with(".Été/cur/3", mail("c"));
    let told = report(&left, &right, "");
    told.is(0, "same 3");
    assert_eq!(told.folders(), ["INBOX", "Été"]);
    let collision = "left folder-name-collision";
    assert_eq!(
        told.findings(),
        [format!("{collision} .E\u{301}te\u{301}"), format!("{collision} .Été")]
    );
}

#[test]
fn a_header_may_be_longer_than_any_read() {
    let huge = || {
        let pad = "x".repeat(1000);
        let long = (0..400).fold(anonymous(), |mail, line| mail.field(&format!("X-{line}"), &pad));
        long.field("Message-ID", "<late@example.org>")
    };
    let trees = [huge(), huge().saying("Hello Ann\n")].map(|mail| Tree::new().with("cur/1", mail));
    let told = report(&trees[0], &trees[1], "--all");
    told.is(0, "same 1");
    assert_eq!(told.list("messages")[0]["key"], "late@example.org");
}

// Links and special files.

#[test]
fn a_link_to_nothing_is_trouble() {
    let left = Tree::of(&["a", "b"]);
    let right = Tree::of(&["a"]).link("cur/b:2,S", "nowhere");
    let told = report(&left, &right, "");
    told.is(2, "same 1, only-left 1");
    assert_eq!(told.errors(), ["right cur/b:2,S: is a link to nothing"]);
    assert_eq!(told.ledger("right"), "same 1, unreadable 1");
    compare(&left, &right, "-q").exits(2).complains("cur/b:2,S: is a link to nothing");
}

#[test]
fn a_link_to_a_message_is_a_message() {
    let elsewhere = Tree::bare().with("1", mail("b"));
    let left = Tree::of(&["a"]).with(".Sent/cur/1", mail("b"));
    let right = Tree::of(&["a"]).folder(".Sent").link(".Sent/cur/1", elsewhere.path("1"));
    let told = report(&left, &right, "");
    told.is(0, "same 2");
    assert_eq!(told.ledger("right"), "same 2");
}

#[test]
fn special_files_are_counted_and_never_opened() {
    let tree = Tree::of(&["a"]);
    let _socket = UnixListener::bind(tree.path("cur/socket")).unwrap();
    let tree = tree.link("new/device", "/dev/zero");
    let made = Command::new("mkfifo").arg(tree.path("new/pipe")).status();
    let pipe = made.is_ok_and(|status| status.success());
    let told = report(&tree, &Tree::of(&["a"]), "");
    told.is(0, "same 1");
    assert_eq!(told.ledger("left"), format!("same 1, foreign {}", 2 + u32::from(pipe)));
    let tree = Tree::of(&["a"]).link(".Sent/cur/device", "/dev/zero");
    let told = report(&tree, &Tree::of(&["a"]), "-x Sent");
    assert_eq!(told.ledger("left"), "same 1, excluded 1");
}

#[test]
fn a_link_to_a_folder_is_followed_once() {
    let elsewhere = Tree::bare().with("Sent/cur/1", mail("b"));
    let left = Tree::of(&["a"])
        .link(".Sent", elsewhere.path("Sent"))
        .link(".Sent Again", elsewhere.path("Sent"));
    let right = Tree::of(&["a"]).with(".Sent/cur/1", mail("b"));
    let told = report(&left, &right, "");
    told.is(0, "same 2");
    assert_eq!(told.findings(), ["left folder-linked-twice .Sent Again"]);
    assert_eq!(told.ledger("left"), "same 2, foreign 1");
    assert_eq!(told.json["left"]["followed_links"], 1);
    assert_eq!(told.notes().len(), 1);
}

#[test]
fn links_in_a_circle_end() {
    let tree = || {
        Tree::of(&["a"])
            .folder(".Sent")
            .link(".Sent/cur/up", "../..")
            .link(".Loop", ".")
            .link(".Self", ".Self")
    };
    let told = report(&tree(), &Tree::of(&["a"]), "");
    assert_eq!((told.status, told.counts().as_str()), (2, "same 1"));
    assert_eq!(told.list("errors").len(), 1, "{:?}", told.errors());
    let linked = ["left folder-linked-twice .Loop", "left folder-linked-twice .Sent/cur/up"];
    assert_eq!(told.findings(), linked);
}

#[test]
fn a_link_to_any_other_directory_is_left_alone() {
    let elsewhere = Tree::bare().with("notes/1.M1P1.host:2,S", mail("b"));
    let left = Tree::of(&["a"]).link("notes", elsewhere.path("notes"));
    let told = report(&left, &Tree::of(&["a"]), "");
    told.is(0, "same 1");
    assert_eq!(told.findings(), ["left link-not-followed notes"]);
    assert_eq!(told.ledger("left"), "same 1, foreign 1");
}

#[test]
fn a_link_to_folders_is_followed_or_trouble() {
    let elsewhere = Tree::bare().with("2012/cur/1", mail("b"));
    let left = Tree::of(&["a"]).link("Archives", elsewhere.root());
    let told = report(&left, &Tree::of(&["a"]), "");
    assert_eq!((told.status, told.counts().as_str()), (2, "same 1"));
    assert_eq!(told.list("errors").len(), 1, "{:?}", told.errors());
}

#[test]
fn what_both_sides_reach_is_trouble() {
    let left = || Tree::of(&["a"]).with(".Sent/cur/1", mail("b"));
    let (one, other) = (left(), left());
    let folder = Tree::of(&["a"]).link(".Sent", one.path(".Sent"));
    compare(&one, &folder, "").exits(2);
    let message = Tree::of(&["a"]).folder(".Sent").link(".Sent/cur/1", other.path(".Sent/cur/1"));
    compare(&other, &message, "").exits(2);
    let elsewhere = Tree::bare().with("1", mail("b"));
    let linked = || Tree::of(&["a"]).link("cur/b", elsewhere.path("1"));
    compare(&linked(), &linked(), "").exits(2);
}

#[test]
fn a_folder_inside_cur_is_none() {
    let left = Tree::of(&["a", "b"]);
    let right = Tree::of(&["a"]).with("cur/cur/b:2,S", mail("b"));
    let told = report(&left, &right, "");
    told.is(1, "same 2, misfiled 1");
    let found = ["right misfiled-subdir cur/cur/b:2,S", "right dir-in-maildir cur/cur"];
    assert_eq!(told.findings(), found);
    let unfinished = Tree::of(&["a"]).with("tmp/cur/b:2,S", mail("b"));
    assert_eq!(report(&left, &unfinished, "").counts(), "same 1, only-left 1");
}

#[test]
fn names_of_control_files_hide_no_mail() {
    let names = ["subscriptions.eml", "shared-plan.eml", "x.lock", ".offer.index"];
    for name in names {
        let left = Tree::of(&["a"]).with(name, mail("b"));
        let told = report(&left, &Tree::of(&["a"]), "");
        assert_eq!((told.status, told.counts().as_str()), (1, "same 1, only-left 1"), "{name}");
        let left = Tree::of(&["a"]).with(name, "no mail");
        assert_eq!(report(&left, &Tree::of(&["a"]), "").ledger("left"), "same 1, control 1");
    }
}

#[test]
fn names_of_control_directories_hide_no_folders() {
    let left = Tree::bare().with("a/cur/1", mail("a")).with("calendar/2012/cur/2", mail("b"));
    let right = Tree::bare().with("a/cur/1", mail("a"));
    report(&left, &right, "").is(1, "same 1, only-left 1");
    let snapshot = Tree::bare().with("a/cur/1", mail("a")).with(".zfs/x/cur/2", mail("b"));
    assert_eq!(report(&snapshot, &right, "").ledger("left"), "same 1, control 1");
    let empty = Tree::bare().with("a/cur/1", mail("a")).with("calendar/events", "no mail");
    assert_eq!(report(&empty, &right, "").ledger("left"), "same 1, control 1");
}

// What cannot be read.

/// Closes a path to its owner too, for as long as this lives.
struct Closed<'a> {
    path: &'a Path,
    open: Permissions,
}

impl<'a> Closed<'a> {
    /// `None` where the one who runs the tests can read everything.
    fn new(path: &'a Path) -> Option<Closed<'a>> {
        let open = fs::metadata(path).unwrap().permissions();
        fs::set_permissions(path, Permissions::from_mode(0o000)).unwrap();
        let closed = Closed { path, open };
        let readable = File::open(path).is_ok();
        (!readable).then_some(closed)
    }
}

impl Drop for Closed<'_> {
    fn drop(&mut self) {
        fs::set_permissions(self.path, self.open.clone()).unwrap();
    }
}

#[test]
fn a_file_that_may_not_be_read_is_trouble() {
    let (left, right) = (Tree::of(&["a", "b"]), Tree::of(&["a", "b"]));
    let path = right.path("cur/b:2,S");
    if let Some(_closed) = Closed::new(&path) {
        let told = report(&left, &right, "");
        told.is(2, "same 1, only-left 1");
        assert_eq!(told.errors(), ["right cur/b:2,S: permission denied"]);
        assert_eq!(told.ledger("right"), "same 1, unreadable 1");
    }
}

#[test]
fn a_directory_that_may_not_be_read_is_no_empty_folder() {
    let tree = || Tree::of(&["a"]).with(".Sent/cur/1", mail("b")).folder(".Sent");
    let (left, right) = (tree(), tree());
    for closed in [".Sent", ".Sent/cur"] {
        let path = right.path(closed);
        if let Some(_closed) = Closed::new(&path) {
            let told = report(&left, &right, "");
            told.is(2, "same 1, only-left 1");
            assert_eq!(told.errors(), [format!("right {closed}: permission denied")]);
            compare(&left, &right, "-x Sent").exits(0);
        }
    }
}

#[test]
fn a_root_that_may_not_be_read_is_trouble() {
    let (left, right) = (Tree::of(&["a"]), Tree::of(&["a"]));
    if let Some(_closed) = Closed::new(right.root()) {
        compare(&left, &right, "").exits(2).complains("permission denied");
    }
}

#[test]
fn what_cannot_be_decompressed_is_trouble() {
    let magics: [&[u8]; 4] =
        [b"BZh91AY&SYxxxx", b"\xfd7zXZ\0xxxx", b"\x04\x22\x4d\x18xx", b"\x1f\x8b\x08 no gzip"];
    for magic in magics {
        let (left, right) = (Tree::of(&["a", "b"]), Tree::of(&["a"]).with("cur/2", magic));
        let told = report(&left, &right, "");
        told.is(2, "same 1, only-left 1");
        assert_eq!(told.ledger("right"), "same 1, unreadable 1", "{magic:?}");
        compare(&left, &right, "--one-way -q").exits(2).complains("cur/2: ");
    }
}

// Compressed messages.

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

fn zstd(bytes: &[u8]) -> Vec<u8> {
    compress_to_vec(bytes, CompressionLevel::Fastest)
}

#[test]
fn a_compressed_message_is_the_message() {
    let long = "Hello Bob, how are you?\n".repeat(4000);
    let mails = [mail("a"), anonymous(), mail("b").saying(&long)];
    let tree = |pack: &dyn Fn(&[u8]) -> Vec<u8>| {
        mails.iter().enumerate().fold(Tree::new(), |tree, (number, mail)| {
            tree.with(format!("cur/{number}:2,S"), pack(&mail.bytes()))
        })
    };
    let plain = tree(&<[u8]>::to_vec);
    for pack in [gzip, zstd] {
        for options in ["", "--content", "--one-way --ignore-folders"] {
            report(&plain, &tree(&pack), options).is(0, "same 3");
            report(&tree(&pack), &plain, options).is(0, "same 3");
        }
    }
    report(&tree(&gzip), &tree(&zstd), "--content").is(0, "same 3");
}

#[test]
fn sizes_in_names_are_those_of_the_message() {
    let bytes = mail("a").bytes();
    let size = bytes.len();
    for (told, findings) in [(size, 0), (size + 1, 1)] {
        let name = format!("cur/1.M1P1.host,S={told}:2,S");
        let tree = |bytes: &[u8]| Tree::new().with(&name, bytes);
        for packed in [gzip(&bytes), zstd(&bytes), bytes.clone()] {
            let told = report(&tree(&packed), &tree(&bytes), "");
            told.is(0, "same 1");
            let wrong = |finding: &&String| finding.starts_with("left wrong-size-s");
            assert_eq!(told.findings().iter().filter(wrong).count(), findings);
        }
    }
}

#[test]
fn another_content_is_seen_through_compression() {
    let one = Tree::new().with("cur/1", gzip(&mail("a").saying("Hello Bob\n").bytes()));
    let other = Tree::new().with("cur/1", mail("a").saying("Hello Ann, and so on\n"));
    let told = report(&one, &other, "");
    told.is(1, "same 1, content 1");
    assert_eq!(told.rows(), ["same content: differs"]);
}

// Mail in odd places.

#[test]
fn misfiled_mail_belongs_to_the_nearest_folder() {
    let left = Tree::of(&["a"])
        .with(".Sent/cur/1", mail("b"))
        .with(".Sent/2.M1P1.host", mail("c"))
        .with(".Sent/draft/3.M1P1.host", mail("d"))
        .with("stray/deep/4.M1P1.host:2,S", mail("e"));
    let right = Tree::of(&["a", "e"])
        .with(".Sent/cur/1", mail("b"))
        .with(".Sent/cur/2", mail("c"))
        .with(".Sent/cur/3", mail("d"));
    let findings = [
        "left misfiled-root .Sent/2.M1P1.host",
        "left misfiled-subdir .Sent/draft/3.M1P1.host",
        "left misfiled-subdir stray/deep/4.M1P1.host:2,S",
    ];
    let told = report(&left, &right, "");
    told.is(1, "same 5, misfiled 3");
    assert_eq!(told.findings(), findings);
    assert_eq!(told.folders(), ["INBOX", "Sent"]);
    report(&left, &right, "--one-way").is(0, "same 5, misfiled 3");
    report(&right, &left, "--one-way").is(1, "same 5, misfiled 3");
}

#[test]
fn misfiled_mail_without_a_partner_says_where_it_lies() {
    let left = Tree::of(&["a"]).with("2.M1P1.host:2,S", mail("b"));
    let told = report(&left, &Tree::of(&["a"]), "");
    told.is(1, "same 1, only-left 1");
    assert_eq!(told.rows(), ["only-left: misfiled"]);
}

#[test]
fn a_directory_of_mail_without_cur_is_a_folder() {
    let left = Tree::of(&["a"]).with(".Sent/1.M1P1.host:2,S", mail("b"));
    let right = Tree::of(&["a"]).with(".Sent/cur/1.M1P1.host:2,S", mail("b"));
    let told = report(&left, &right, "");
    told.is(1, "same 2, misfiled 1");
    assert_eq!(told.folders(), ["INBOX", "Sent"]);
    assert_eq!(
        told.findings(),
        ["left misfiled-root .Sent/1.M1P1.host:2,S", "left missing-subdir .Sent"]
    );
}

#[test]
fn notmuch_may_be_a_list_or_a_database() {
    let list = Tree::of(&["a"]).with(".notmuch/cur/1", mail("b"));
    let database = Tree::of(&["a"]).with(".notmuch/xapian/postlist.glass", "1");
    let told = report(&list, &database, "");
    told.is(1, "same 1, only-left 1");
    assert_eq!(told.folders(), ["INBOX", "notmuch"]);
    assert_eq!(
        (told.ledger("left"), told.ledger("right").as_str()),
        ("same 1, only 1".to_owned(), "same 1, control 1")
    );
}

#[test]
fn a_mailbox_made_of_a_database_is_still_no_folder() {
    let left = Tree::of(&["a"])
        .with(".notmuch/xapian/postlist.glass", "1")
        .with(".notmuch/cur/1", mail("b"));
    let told = report(&left, &Tree::of(&["a"]), "");
    told.is(0, "same 1");
    assert_eq!(told.findings(), ["left metadata-as-folder .notmuch"]);
    assert_eq!(told.ledger("left"), "same 1, control 2");
}

#[test]
fn a_leftover_is_covered_or_an_orphan() {
    let left = Tree::of(&["a"]).with("tmp/1", mail("a")).with("tmp/2", mail("b"));
    let left = left.with("tmp/3", "");
    let told = report(&left, &Tree::of(&["a"]), "");
    told.is(1, "same 1, only-left 1");
    assert_eq!(told.rows(), ["only-left: tmp"]);
    assert_eq!(told.ledger("left"), "same 1, only 1, leftover 2");
    let details = told.list("findings").iter().map(|finding| finding["detail"].as_str().unwrap());
    let details: Vec<&str> = details.collect();
    let orphan = "orphan: no message of this tree has its content";
    assert_eq!(details, ["covered by cur/a:2,S", orphan, "empty"]);
}

#[test]
fn a_leftover_makes_no_message_present() {
    let left = Tree::of(&["a", "b", "c"]);
    let right = Tree::of(&["a"]).with("tmp/1", mail("b")).with("cur/.2", mail("c"));
    let told = report(&left, &right, "");
    told.is(1, "same 1, only-left 2");
    let reasons = ["only-left: lies in tmp/ of the right"];
    let hidden = ["only-left: lies in a hidden file of the right"];
    assert_eq!(told.rows(), [reasons, hidden].concat());
    assert_eq!(told.ledger("right"), "same 1, leftover 2");
    assert_eq!(told.findings(), ["right tmp-leftover tmp/1", "right hidden-file cur/.2"]);
}

#[test]
fn a_dot_file_is_hidden_mail_or_none() {
    let left = Tree::of(&["a"])
        .with("cur/.mail", mail("b"))
        .with("cur/.keep", "")
        .with("cur/.uidvalidity", "1");
    let told = report(&left, &Tree::of(&["a"]), "");
    told.is(1, "same 1, only-left 1");
    assert_eq!(told.rows(), ["only-left: hidden"]);
    assert_eq!(told.ledger("left"), "same 1, only 1, control 1, foreign 1");
}

#[test]
fn inbox_may_lie_outside_the_tree() {
    let left = Tree::of(&["a"]).with(".Sent/cur/1", mail("b"));
    let right = Tree::bare().with("Mail/Sent/cur/1", mail("b")).with("Inbox/cur/2:2,S", mail("a"));
    let (tree, inbox) = (right.path("Mail"), right.path("Inbox"));
    let run = maildiff(&[&"--format=json", &"--inbox-right", &inbox, &left, &tree]);
    let told = run.report();
    told.is(0, "same 2");
    assert_eq!(told.folders(), ["INBOX", "Sent"]);
    maildiff(&[&left, &tree]).exits(1);
    maildiff(&[&"--inbox-right", &left, &left, &tree]).exits(2).complains("both sides are");
    maildiff(&[&"--inbox-right", &right.path("none"), &left, &tree]).exits(2);
}

// One id, several contents.

/// A tree whose INBOX holds these messages.
fn inbox(mails: &[&Mail]) -> Tree {
    mails.iter().enumerate().fold(Tree::new(), |tree, (number, mail)| {
        tree.with(format!("cur/{number}:2,S"), (*mail).clone())
    })
}

#[test]
fn a_content_under_a_reused_id_can_be_lost() {
    let one = mail("a").saying("one\n");
    let two = mail("a").saying("two\n");
    let (left, right) = (inbox(&[&one, &two, &two]), inbox(&[&one]));
    for options in ["", "--one-way", "--ignore-folders", "--one-way --ignore-folders"] {
        let told = report(&left, &right, options);
        told.is(1, "same 1, copies 1, only-left 1");
        assert_eq!(told.rows(), ["only-left: reused id", "copies"]);
    }
    report(&right, &left, "--one-way").is(0, "same 1, copies 1, only-right 1");
}

#[test]
fn reused_ids_pair_by_content() {
    let one = mail("a").saying("one\n");
    let two = mail("a").saying("two and more\n");
    let (left, right) = (inbox(&[&one, &two]), inbox(&[&two, &one]));
    for options in ["", "--content", "--ignore-folders", "--one-way"] {
        report(&left, &right, options).is(0, "same 2");
    }
}

#[test]
fn copies_pair_within_their_folder_first() {
    let tree = |folders: &[&str]| {
        let copy = |tree: Tree, folder: &&str| tree.with(format!("{folder}cur/1"), mail("a"));
        folders.iter().fold(Tree::new(), copy)
    };
    let (left, right) = (tree(&["", ".Sent/"]), tree(&[".Archive/", ".Sent/"]));
    report(&left, &right, "").is(1, "same 1, moved 1");
    report(&left, &right, "--content").is(1, "same 1, moved 1");
    report(&left, &tree(&[".Sent/"]), "").is(1, "same 1, copies 1");
}

#[test]
fn delivered_copies_pair_first() {
    let left = Tree::of(&["a"]).with("1.M1P1.host", mail("a"));
    report(&left, &Tree::of(&["a"]), "").is(1, "same 1, copies 1");
    report(&Tree::of(&["a"]), &left, "--one-way").is(0, "same 1, copies 1");
}

#[test]
fn equal_copies_are_no_loss() {
    let one = mail("a");
    let (left, right) = (inbox(&[&one, &one, &one]), inbox(&[&one]));
    report(&left, &right, "").is(1, "same 1, copies 2");
    report(&left, &right, "--one-way").is(0, "same 1, copies 2");
}

#[test]
fn a_content_that_was_replaced_by_a_copy_is_missed_where_all_is_asked() {
    let (one, two) = (mail("a").saying("one\n"), mail("a").saying("two\n"));
    let (left, right) = (inbox(&[&one, &two]), inbox(&[&one, &one]));
    let asked = report(&left, &right, "--one-way --ignore-folders");
    assert_eq!(asked.status, 1, "{}", asked.counts());
    let asked = report(&left, &right, "--content");
    assert_eq!(asked.status, 1, "{}", asked.counts());
}

#[test]
fn a_server_may_give_a_message_its_id() {
    let (left, right) = (inbox(&[&anonymous()]), inbox(&[&mail("a").saying("Hello Bob\n")]));
    report(&left, &right, "").is(0, "same 1, rekeyed 1");
}

#[test]
fn files_without_content_pair_within_their_folder_only() {
    let tree = |folder: &str| Tree::of(&["a"]).folder(".Sent").with(format!("{folder}cur/1"), "");
    report(&tree(".Sent/"), &tree(".Sent/"), "").is(0, "same 2");
    let told = report(&tree(".Sent/"), &tree(""), "");
    told.is(1, "same 1, only-left 1, only-right 1");
    assert_eq!(told.rows(), ["only-left: empty", "only-right: empty"]);
}
