//! Why a message is on one side only or not the same, and what can be done about it: every reason
//! with its cure, cures that a shell runs, and what most differences have in common.

use std::process::Command;

use serde_json::Value;

use crate::tree::{Mail, Tree, anonymous, compare, mail, raw, report};

/// The listed messages, each as `class: reason: cure`; with `L` and `R` for the trees.
fn cures(left: &Tree, right: &Tree, options: &str) -> Vec<String> {
    let text = |value: &Value| value.as_str().unwrap_or("-").to_owned();
    let told = report(left, right, options);
    let row = |entry: &Value| {
        let told = ["class", "reason", "cure"].map(|field| text(&entry[field])).join(": ");
        let roots = [(left, "L"), (right, "R")].map(|(tree, name)| (tree.root().to_owned(), name));
        roots.iter().fold(told, |told, (root, name)| told.replace(root.to_str().unwrap(), name))
    };
    told.list("messages").iter().map(row).collect()
}

#[track_caller]
fn check_with(left: Tree, right: Tree, options: &str, expected: &[&str]) {
    let (left, right) = (left.with("cur/0:2,", mail("0")), right.with("cur/0:2,", mail("0")));
    assert_eq!(cures(&left, &right, options), expected);
}

#[track_caller]
fn check(left: Tree, right: Tree, expected: &[&str]) {
    check_with(left, right, "", expected);
}

/// A tree in which a message lies at this path.
fn at(path: &str, mail: impl Into<Vec<u8>>) -> Tree {
    Tree::new().with(path, mail)
}

/// A message of some length.
fn long(id: &str) -> Mail {
    mail(id).dated("2024-05-17").about("long").saying(&"A line\n".repeat(20))
}

/// What a message begins with: so many bytes.
fn head(mail: &Mail, length: usize) -> Vec<u8> {
    mail.bytes()[..length].to_vec()
}

// Where it lies.

#[test]
fn mail_with_cr_for_line_ends_is_not_empty() {
    let cr_only = |id: &str| {
        let mail = [&b"Return-Path: <ann@example.org>\n"[..], &mail(id).bytes()].concat();
        String::from_utf8(mail).unwrap().replace('\n', "\r")
    };
    let told = |class: &str, way: &str| {
        format!("{class}: no end of header: mbsync --{way}-old CHANNEL  # with isync 1.5 or later")
    };
    let both = [told("only-left", "pull"), told("only-right", "push")];
    check(at("cur/1", cr_only("a")), at("cur/1", cr_only("b")), &[&both[0], &both[1]]);
}

#[test]
fn mail_that_got_stuck_on_the_other_side() {
    let tmp = "only-left: lies in tmp/ of the right: mv -n -- R/tmp/1 R/new/  # if it is whole";
    check(Tree::of(&["a"]), at("tmp/1", mail("a")), &[tmp]);
    let hidden = "only-left: lies in a hidden file of the right: \
        mv -n -- R/cur/.1 R/cur/1  # if it is whole";
    check(Tree::of(&["a"]), at("cur/.1", mail("a")), &[hidden]);
    let left =
        "only-right: lies in tmp/ of the left: mv -n -- L/.A/tmp/1 L/.A/new/  # if it is whole";
    check(Tree::new().folder(".A").with(".A/tmp/1", mail("a")), Tree::of(&["a"]), &[left]);
}

#[test]
fn mail_where_no_server_looks() {
    let misfiled = |path: &str, cure: &str| {
        let cure = format!("only-left: misfiled: {cure}");
        check(at(path, mail("a")).folder(".A"), Tree::new(), &[&cure]);
    };
    misfiled(".A/1.h:2,S", "mv -n -- L/.A/1.h:2,S L/.A/cur/");
    misfiled(".A/1.h", "mv -n -- L/.A/1.h L/.A/new/");
    misfiled(".A/draft/1.h:2,S", "mv -n -- L/.A/draft/1.h:2,S L/.A/cur/");
    misfiled("1.h:2,S", "mv -n -- L/1.h:2,S L/cur/");
    let made = "mkdir -p -- L/.B/cur && mv -n -- L/.B/1.h:2,S L/.B/cur/";
    misfiled(".B/1.h:2,S", made);
    let tmp = "only-left: tmp: mv -n -- L/.A/tmp/1:2,S L/.A/new/  # if it is whole";
    check(at(".A/tmp/1:2,S", mail("a")).folder(".A"), Tree::new(), &[tmp]);
    let hidden = "only-left: hidden: mv -n -- L/cur/..1.h L/cur/1.h  # if it is whole";
    check(at("cur/..1.h", mail("a")), Tree::new(), &[hidden]);
    let pair = "same: -: mv -n -- R/.A/1.h R/.A/new/";
    check(at(".A/cur/1", mail("a")), Tree::new().folder(".A").with(".A/1.h", mail("a")), &[pair]);
}

#[test]
fn folders_that_no_server_lists() {
    let check = |path: &str, cure: &str| {
        let left = at(&format!("{path}/cur/1"), mail("a")).folder(".A").folder(".B");
        let cure = format!("only-left: invisible folder: {cure}");
        check_with(left, Tree::new(), "--layout-left maildir++", &[&cure]);
    };
    check("drafts", "test -e L/.drafts || mv -n -- L/drafts L/.drafts");
    check(".A/drafts", "test -e L/.A.drafts || mv -n -- L/.A/drafts L/.A.drafts");
    check("v1.2", "rename its folder so that a server lists it");
}

// What it is.

#[test]
fn messages_without_anything() {
    check(at("cur/1", ""), Tree::new(), &["only-left: empty: -"]);
    let copy =
        "only-right: empty: none is needed: it is what mbsync makes of a message of no bytes";
    check(Tree::new(), at("cur/1", "X-TUID: abcdefghijkl\n"), &[copy]);
    let lost = "only-right: empty: restore it from a backup: none of its 4000 bytes says anything";
    check(Tree::new(), at("cur/1", [0; 4000]), &[lost]);
}

#[test]
fn a_header_without_an_end() {
    let header = "From: Ann <ann@example.org>\nSubject: s\n";
    let cure = |side, way| {
        let mbsync = format!("mbsync --{way}-old CHANNEL  # with isync 1.5 or later");
        format!("only-{side}: no end of header: {mbsync}")
    };
    check(at("cur/1", header), Tree::new(), &[&cure("left", "pull")]);
    check(Tree::new(), at("cur/1", header), &[&cure("right", "push")]);
}

const SERVED_WHOLE: &str =
    "  # on its server, where it becomes a new message that a sync fetches whole";

#[test]
fn a_placeholder_is_told_on_either_side() {
    let body = "Having a size of 150KiB, this message is over the MaxSize limit.\n\
        Flag it and sync again (Sync mode ReNew) to fetch its real contents.\n";
    let placeholder = |id| mail(id).about("[placeholder] long").saying(body);
    let cure =
        "flag it and run mbsync again with Sync ReNew (from 1.5 on: Upgrade), or raise MaxSize";
    let lone = format!("only-right: placeholder: {cure}");
    check(Tree::new(), at("cur/1", placeholder("a")), &[&lone]);
    let (left, right) = (at("cur/1", long("a")), at("cur/1", placeholder("a")));
    compare(&left, &right, "").tells(" bytes, a placeholder on the right\n");
    compare(&right, &left, "").tells(" bytes, a placeholder on the left\n");
    check(left, right, &[&format!("same: placeholder: {cure}")]);
}

#[test]
fn a_server_with_a_small_w_serves_too_little() {
    let mail = mail("a").bytes();
    let header = mail.windows(2).position(|two| two == b"\n\n").unwrap() + 2;
    let wire = header + mail[..header].split(|&byte| byte == b'\n').count() - 1;
    let check = |told: usize, is_short: bool| {
        let cure = format!("mv -n -- L/cur/1.h,W={told}:2,S L/cur/1.h:2,S{SERVED_WHOLE}");
        let short = format!("only-left: truncated copy: {cure}");
        let rest = "only-left: unexplained: -";
        let left = at(&format!("cur/1.h,W={told}:2,S"), mail.clone());
        check(left, Tree::new(), &[if is_short { &short } else { rest }]);
    };
    check(mail.len() - 1, true);
    check(mail.len(), false);
    // The body is short, so that a `W=` of all bytes on disk may end within the header.
    let bare = [&mail[..header], b"x".as_slice()].concat();
    assert!(bare.len() < wire);
    for (told, reason) in [(wire - 1, "truncated copy"), (wire, "unexplained")] {
        let left = at(&format!("cur/1.h,W={told}"), bare.clone());
        let told = report(&left.with("cur/0", "A: 1\n\n0"), &at("cur/0", "A: 1\n\n0"), "");
        assert_eq!(told.rows(), [format!("only-left: {reason}")]);
    }
}

#[test]
fn the_cut_copy_is_told_beside_the_whole_message() {
    let whole = long("a");
    let begun = String::from_utf8(whole.bytes()).unwrap().find("-ID").unwrap();
    for mark in ["", "\nX-TUID: abcdefghijkl\n", "\r\nX-TUID: abcdefghijkl\r\n"] {
        let cut = [head(&whole, begun), mark.as_bytes().to_vec()].concat();
        let (left, right) = (at("cur/1.h,W=70", whole.clone()), at("cur/2", cut));
        compare(&left, &right, "").tells("probably cur/2 of the right (").tells("of the left (");
    }
    let cut = head(&whole, begun);
    let (left, right) = (at("cur/1.h,W=70:2,S", whole), at("cur/2", cut));
    let cure = format!("mv -n -- L/cur/1.h,W=70:2,S L/cur/1.h:2,S{SERVED_WHOLE}");
    let left_row = format!("only-left: truncated copy: {cure}");
    let right_row = format!("only-right: no end of header: {cure}");
    compare(&left, &right, "").tells("probably cur/2 of the right (").tells("of the left (");
    compare(&right, &left, "").tells("probably cur/2 of the left (");
    check(left, right, &[&left_row, &right_row]);
}

#[test]
fn a_pair_of_which_one_is_cut() {
    let whole = long("a");
    let cut = head(&whole, whole.bytes().len() - 50);
    let (left, right) = (at("cur/1.h,W=99:2,S", whole.clone()), at("cur/2", cut.clone()));
    compare(&left, &right, "").tells(" bytes, cut on the right\n");
    compare(&right, &left, "").tells(" bytes, cut on the left\n");
    let cure = format!("mv -n -- L/cur/1.h,W=99:2,S L/cur/1.h:2,S{SERVED_WHOLE}");
    check(left, right, &[&format!("same: truncated copy: {cure}")]);
    let sentence = "the whole message is on the right: give its file another name on the server \
        and sync again, and delete neither copy";
    let row = format!("same: truncated copy: {sentence}");
    check(at("cur/1", cut), at("cur/2", whole.clone()), &[&row]);
    let header = head(&whole, whole.bytes().windows(2).position(|two| two == b"\n\n").unwrap() + 2);
    let (left, right) = (at("cur/1", header.clone()), at("cur/2", whole));
    compare(&left, &right, "").tells(" bytes, no body on the left\n");
    check(left, right, &[&format!("same: no body: {sentence}")]);
    check(at("cur/1", header), Tree::new(), &["only-left: no body: -"]);
}

// What its name says.

#[test]
fn names_that_lie() {
    let size = mail("a").bytes().len();
    let moved = format!("mv -n -- L/cur/1.h,S=5,W=999:2,S L/cur/1.h,S={size}:2,S");
    let cure =
        format!("only-left: wrong S=: {moved}  # on its server, where it becomes a new message");
    check(at("cur/1.h,S=5,W=999:2,S", mail("a")), Tree::new(), &[&cure]);
    let twins = at("cur/1.h:2,S", mail("a")).with("cur/1.h:2,", mail("b"));
    let row = "only-left: duplicate base name: give one of the two files another name before the \
        flags";
    check(twins, Tree::new(), &[row, row]);
}

// Where it should be.

#[test]
fn a_folder_name_that_the_other_side_refuses() {
    let refused = "only-left: folder name refused: rename the folder, or sync into SubFolders \
        Verbatim";
    let absent = "only-left: folder absent: sync the folder too; if it has another name there, say \
        so with --map";
    let left = |folder: &str| at(&format!("{folder}/cur/1"), mail("a")).folder("B/C");
    let right = || Tree::new().folder(".B.C");
    check(left("v1.2"), right(), &[refused]);
    check(left("A/v1.2"), right(), &[refused]);
    check(left("v1"), right(), &[absent]);
    check(left("v1.2"), Tree::new().folder("B/C"), &[absent]);
    // One folder of its own says nothing of a layout.
    check(left("v1.2"), Tree::new(), &[absent]);
    // A tree with such a name has a way to write it.
    check(left("v1.2"), right().folder(r".v1\2e3"), &[absent]);
    let flat = || Tree::new().folder("B_C");
    check_with(left("a_b"), flat(), "--layout-right flat:_", &[refused]);
    check_with(left("v1.2"), flat(), "--layout-right flat:_", &[absent]);
}

#[test]
fn what_has_no_cause_or_no_cure() {
    let one = mail("a").saying("one\n");
    let two = mail("a").saying("two and more\n");
    let left = at("cur/1", one.clone()).with("cur/2", two.clone());
    check(left, at("cur/1", one.clone()), &["only-left: reused id: -"]);
    let differs = "same: differs: diff -- L/cur/1 R/cur/2";
    check(at("cur/1", one), at("cur/2", two), &[differs]);
    let left = at("cur/1.h:2,FS", mail("a").dated("2024-05-17"));
    let size = mail("a").dated("2024-05-17").bytes().len();
    let known =
        format!("2024-05-17  Ann <ann@example.org>    <a@example.org>  {size} bytes  [FS]  ");
    let right = Tree::of(&["b"]);
    compare(&left, &right, "").exits(1).tells(&format!("{known}cur/1.h:2,FS\n"));
    check(left, right, &["only-left: unexplained: -", "only-right: unexplained: -"]);
}

#[test]
fn a_probable_match_stands_beside_the_reason() {
    let mail = |id| mail(id).dated("2024-05-17").about("One");
    let left =
        at("cur/1", mail("a")).with(".A/cur/1", anonymous().dated("2024-05-18").about("Two"));
    let other = anonymous().dated("2024-05-18").about("Two").saying("other");
    let right = at("cur/1", mail("b")).with("cur/2", other);
    let told = report(&left, &right, "");
    assert_eq!(told.rows()[..2], ["only-left: folder absent", "only-left: unexplained"]);
    assert!(told.list("messages").iter().all(|entry| entry["probable"].is_object()));
}

// Cures that are run.

/// Runs every cure of a comparison that is a command.
fn cure_all(left: &Tree, right: &Tree) {
    for entry in report(left, right, "").list("messages") {
        let Some(cure) = entry["cure"].as_str().filter(|cure| cure.starts_with("mv ")) else {
            continue;
        };
        let done = Command::new("sh").args(["-euc", cure]).current_dir(left.root()).status();
        assert!(done.unwrap().success(), "{cure}");
    }
}

#[test]
fn a_shell_runs_a_cure_of_any_name() {
    let names = [
        "1.it's",
        "2.$(touch x)",
        "3.`touch x`",
        "4.;touch x",
        "5.a b",
        "6.*",
        "7.\\",
        "8.\"x\"",
        "9.!x",
        "10.#x",
        "11.~",
        "12.{a,b}",
        "13.&x",
        "14.|x",
        "15.>x",
        "16.é",
        "17.%s",
        "18.日本",
    ];
    let mails = || names.iter().enumerate();
    let left = mails().fold(Tree::new().folder(".it's $HOME"), |tree, (at, name)| {
        let mail = mail(&at.to_string());
        let place = ["", "tmp/", "cur/."][at % 3];
        tree.with(format!(".it's $HOME/{place}{name}:2,S"), mail)
    });
    let right = mails().fold(Tree::new().with("cur/-", mail("-")), |tree, (at, _)| {
        tree.with(format!(".it's $HOME/cur/{at}:2,S"), mail(&at.to_string()))
    });
    let left = left.with("cur/-", mail("-"));
    assert_ne!(compare(&left, &right, "").status, 0);
    let files = left.files();
    cure_all(&left, &right);
    report(&left, &right, "").is(0, &format!("same {}", names.len() + 1));
    assert_eq!(left.files(), files);
}

#[test]
fn a_name_that_cannot_be_typed_has_a_sentence() {
    for name in [&b"1.\x1b[31m"[..], b"1.\n", b"1.\xe9t\xe9", "1.\u{202e}x".as_bytes()] {
        let path = [b".A/", name, b":2,S"].concat();
        let left = Tree::of(&["a"]).folder(".A").with(raw(&path), mail("b"));
        let cure = cures(&left, &Tree::of(&["a"]), "");
        assert_eq!(cure, ["only-left: misfiled: move it into the cur/ of its folder"]);
        let path = [b".A/tmp/", name].concat();
        let left = Tree::of(&["a"]).folder(".A").with(raw(&path), mail("b"));
        let cure = cures(&left, &Tree::of(&["a"]), "");
        assert_eq!(cure, ["only-left: tmp: if it is whole, move it into the new/ of its folder"]);
    }
}

#[test]
fn a_link_is_not_moved_to_where_it_leads_to_nothing() {
    let elsewhere = Tree::bare().with("mail", mail("a"));
    let left = Tree::new().folder(".A").link(".A/1.h:2,S", elsewhere.path("mail"));
    check(left, Tree::new(), &["only-left: misfiled: move it into the cur/ of its folder"]);
}

#[test]
fn the_table_has_the_cures_too() {
    let left = at(".A/-1:2,S", mail("a")).with("cur/0", mail("0")).folder(".A");
    let right = at("cur/0", mail("0"));
    let run = compare(&left, &right, "--format csv");
    let mut table = csv::Reader::from_reader(run.stdout.as_slice());
    assert_eq!(table.headers().unwrap().iter().next_back(), Some("cure"));
    let cure = table.records().next().unwrap().unwrap().iter().next_back().unwrap().to_owned();
    let [from, to] = [".A/-1:2,S", ".A/cur/"].map(|path| left.path(path).display().to_string());
    assert_eq!(cure, format!("mv -n -- {from} {to}"));
    compare(&left, &right, "").tells(&format!("\n    cure: {cure}\n"));
}

// What most differences have in common.

/// The lines between the two that name the trees and the table.
fn gist(left: &Tree, right: &Tree) -> Vec<String> {
    let text = compare(left, right, "").text();
    text.lines().skip(2).take_while(|line| !line.is_empty()).map(str::to_owned).collect()
}

/// A tree in which messages lie in these directories.
fn spread(directories: &[(&str, usize)]) -> Tree {
    let mut tree = Tree::of(&["0"]);
    for (directory, count) in directories {
        for at in 0..*count {
            let id = format!("{}{at}", directory.replace('/', ""));
            tree = tree.with(format!("{directory}/{at}:2,S"), mail(&id));
        }
    }
    tree
}

#[track_caller]
fn check_gist(directories: &[(&str, usize)], expected: &[&str]) {
    let right = Tree::of(&["0"]).folder(".A").folder(".B");
    assert_eq!(gist(&spread(directories).folder(".A").folder(".B"), &right), expected);
}

#[test]
fn a_reason_of_most_is_told_with_its_place() {
    check_gist(&[(".A", 3)], &[]);
    check_gist(&[(".A", 4)], &["all 4 messages only on the left are misfiled in .A/"]);
    check_gist(&[(".A", 4), ("cur", 4)], &[]);
    check_gist(&[(".A", 5), ("cur", 4)], &["5 of 9 messages only on the left are misfiled in .A/"]);
    check_gist(&[(".A", 9), (".B", 1)], &["9 of 10 messages only on the left are misfiled in .A/"]);
    check_gist(&[(".A", 8), (".B", 1)], &["all 9 messages only on the left are misfiled"]);
    // With nine in ten of them it would no longer be more than half.
    let half = "10 of 19 messages only on the left are misfiled";
    check_gist(&[(".A", 9), (".B", 1), ("cur", 9)], &[half]);
    check_gist(&[("tmp", 4)], &["all 4 messages only on the left were left in tmp/"]);
    let absent = "4 of 7 messages only on the left are in C, a folder that the other side has not";
    check_gist(&[(".C/cur", 4), (".A", 3)], &[absent]);
}

#[test]
fn a_folder_of_most_is_told_where_no_reason_is() {
    check_gist(
        &[(".A/cur", 4), (".B/cur", 3)],
        &["4 of 7 messages only on the left are in the folder A"],
    );
    check_gist(&[(".A/cur", 4), (".B/cur", 4)], &[]);
    // Where there is one folder only, it tells nothing.
    assert_eq!(gist(&spread(&[("cur", 9)]), &Tree::of(&["0"])), [""; 0]);
    let (left, right) = (spread(&[("cur", 9)]).folder(".A"), Tree::of(&["0"]));
    let sentence = "all 9 messages only on the left are in the folder INBOX\n";
    compare(&left, &right, "").tells(sentence);
    assert!(!compare(&left, &right, "-f INBOX").text().contains(sentence));
}

#[test]
fn the_way_of_most_that_moved_is_told() {
    let to = |folders: &[(&str, usize)]| {
        let mut tree = Tree::of(&["0"]).folder(".A").folder(".B");
        let mut at = 0..;
        for (folder, count) in folders {
            for at in at.by_ref().take(*count) {
                tree = tree.with(format!("{folder}cur/{at}:2,S"), mail(&format!("m{at}")));
            }
        }
        tree
    };
    let told = |left: &[(&str, usize)], right: &[(&str, usize)]| gist(&to(left), &to(right));
    let way = told(&[("", 5)], &[(".A/", 4), (".B/", 1)]);
    assert_eq!(way, ["4 of 5 moved messages went from INBOX to A"]);
    let from = told(&[("", 6)], &[(".A/", 3), (".B/", 3)]);
    assert_eq!(from, ["all 6 moved messages came from INBOX"]);
    let to = told(&[(".A/", 3), (".B/", 3)], &[("", 6)]);
    assert_eq!(to, ["all 6 moved messages went to INBOX"]);
}

#[test]
fn every_list_has_its_sentence() {
    let cut = |id: &str| long(id).saying("");
    let ids = ["a", "b", "c", "d"];
    let tree = |mails: &dyn Fn(&str) -> Mail, only: &str| {
        let ids = ids.iter();
        let tree = ids.fold(Tree::of(&["0"]), |tree, id| tree.with(format!("cur/{id}"), mails(id)));
        ["1", "2", "3", "4"].iter().fold(tree.folder(".A"), |tree, id| {
            tree.with(format!(".A/{id}"), mail(&format!("{only}{id}")))
        })
    };
    let (left, right) = (tree(&long, "left"), tree(&cut, "right"));
    let expected = [
        "all 4 messages only on the left are misfiled in .A/",
        "all 4 messages only on the right are misfiled in .A/",
        "all 4 pairs with other content have a copy without body in INBOX",
    ];
    assert_eq!(gist(&left, &right), expected);
    compare(&left, &right, "--only moved").tells("messages\n\nfolder");
    let escaped = Tree::of(&["0"]).folder(raw(b".\x1b[31m"));
    let escaped = ids.iter().fold(escaped, |tree, id| {
        tree.with(raw(&[b".\x1b[31m/", id.as_bytes()].concat()), mail(id))
    });
    let told = [r"all 4 messages only on the left are misfiled in .\x1b[31m/"];
    assert_eq!(gist(&escaped, &Tree::of(&["0"])), told);
}

#[test]
fn a_folder_that_does_not_count_is_no_reason() {
    let row = "only-left: unexplained: -";
    check_with(at(".A/cur/1", mail("a")), Tree::new(), "--ignore-folders", &[row]);
}

#[test]
fn what_is_like_several_is_probably_none_of_them() {
    let like = |id| mail(id).dated("2024-05-17").about("One");
    let left = at("cur/1", like("a")).with("cur/2", like("b"));
    let told = report(&left, &at("cur/3", like("c").saying("Other\n")), "");
    assert!(told.list("messages").iter().all(|entry| entry["probable"].is_null()));
}

#[test]
fn more_than_a_server_sends_is_no_cut_copy() {
    let whole = long("a");
    let begun = String::from_utf8(whole.bytes()).unwrap().find("-ID").unwrap();
    let (left, right) = (at("cur/1.h,W=9", whole.clone()), at("cur/2", head(&whole, begun)));
    let told = report(&left, &right, "");
    assert_eq!(told.rows(), ["only-left: truncated copy", "only-right: no end of header"]);
    assert!(told.list("messages").iter().all(|entry| entry["probable"].is_null()));
}

#[test]
fn a_hidden_folder_of_such_a_name_is_no_way_to_write_it() {
    let refused = "only-left: folder name refused: rename the folder, or sync into SubFolders \
        Verbatim";
    let left = at("v1.2/cur/1", mail("a")).folder("B/C");
    check(left, Tree::new().folder(".B.C").folder("w3.4"), &[refused]);
}

#[test]
fn a_cause_of_its_own_comes_before_a_cut() {
    let whole = anonymous().dated("2024-05-17").about("One").saying(&"A line\n".repeat(20));
    let cut = head(&whole, whole.bytes().len() - 50);
    let told = report(&at("1:2,S", whole), &at("cur/2", cut), "--content");
    assert_eq!(told.rows(), ["only-left: misfiled", "only-right: truncated copy"]);
}
