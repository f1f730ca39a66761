//! The command line: what each option does, and what the exit status says.

use std::ffi::OsStr;
use std::fs::{self, File};
use std::io;
use std::path::Path;
use std::process::Command;

use crate::tree::{Run, Tree, compare, mail, maildiff, raw, report, tool};

/// Two trees in which there is one of everything: a message of either side only, a moved one, a
/// further copy, a content that differs and a flag.
fn everything() -> (Tree, Tree) {
    let left = Tree::of(&["same", "left"])
        .with(".Sent/cur/1:2,S", mail("moved"))
        .with("cur/2:2,S", mail("content").saying("all of it\n"))
        .with("cur/3:2,S", mail("flag"))
        .with("cur/4:2,S", mail("copy"))
        .with("cur/5:2,S", mail("copy"));
    let right = Tree::of(&["same", "right"])
        .with("cur/1:2,S", mail("moved"))
        .with("cur/2:2,S", mail("content").saying("none\n"))
        .with("cur/3:2,RS", mail("flag"))
        .with("cur/4:2,S", mail("copy"));
    (left, right)
}

// The exit status.

#[test]
fn the_same_is_0_and_a_difference_is_1() {
    let (left, right) = (Tree::of(&["a", "b"]), Tree::of(&["a", "b"]));
    let run = compare(&left, &right, "");
    run.exits(0).tells("THE SAME: 2 messages on both sides.");
    assert_eq!(run.stderr, "");
    let run = compare(&left, &Tree::of(&["a"]), "");
    run.exits(1).tells("NOT COMPLETE: 1 of 2 messages of the left is not on the right.");
    assert_eq!(run.stderr, "");
}

#[test]
fn every_class_and_mark_can_be_counted() {
    let (left, right) = everything();
    let counts = "same 4, moved 1, copies 1, only-left 1, only-right 1, content 1, flags 1";
    report(&left, &right, "").is(1, counts);
}

/// Both orders of a good tree and this path end in trouble that is told so, and in no report.
#[track_caller]
fn check_trouble(bad: &Path, told: &str) {
    let good = Tree::of(&["a"]);
    for words in [[good.root(), bad], [bad, good.root()]] {
        let run = maildiff(&[&words[0], &words[1]]);
        run.exits(2).complains(told);
        assert_eq!(run.text(), "");
    }
}

#[test]
fn what_is_no_tree_is_trouble() {
    let message = || mail("a");
    let cases: [(Tree, &str, &str); 11] = [
        (Tree::bare(), "missing", "no such file or directory"),
        (Tree::bare(), "", "it is empty"),
        (Tree::new(), "", "no message to compare: there is none in it"),
        (Tree::bare().with("file", "text"), "file", "is neither a Maildir tree nor"),
        (Tree::bare().with("mbox", "From here on"), "mbox", "is no mbox"),
        (Tree::bare().with("1", message()), "", "it is an MH folder"),
        (Tree::bare().with(".mh_sequences", "unseen: 1"), "", "it is an MH folder"),
        (Tree::bare().with("mailboxes/INBOX/dbox-Mails/u.1", "1"), "", "Dovecot's dbox"),
        (Tree::bare().with("storage/dovecot.map.index", "1"), "", "Dovecot's dbox"),
        (Tree::of(&["a"]), "cur", "name the root above it"),
        (Tree::bare().with("notes.txt", "text"), "", "there is no cur/ or new/ in it or below it"),
    ];
    for (tree, path, told) in cases {
        check_trouble(&tree.path(path), told);
    }
}

#[test]
fn trouble_of_both_sides_is_told() {
    let (one, other) = (Tree::bare(), Tree::bare());
    let run = compare(&one, &other, "");
    run.exits(2).complains(&one.root().display().to_string());
    run.complains(&other.root().display().to_string());
}

#[test]
fn sides_that_share_files_are_refused() {
    let tree = Tree::of(&["a"]).folder(".Sent").with(".Sent/cur/1", mail("b"));
    let elsewhere = Tree::bare().link("mail", tree.root());
    for other in [tree.root().to_owned(), tree.path("."), elsewhere.path("mail")] {
        maildiff(&[&tree, &other]).exits(2).complains("both sides are");
    }
    let inside = tree.path(".Sent");
    for words in [[tree.root(), &inside], [&inside, tree.root()]] {
        maildiff(&[&words[0], &words[1]]).exits(2).complains("one side lies inside the other");
    }
}

#[test]
fn usage_is_trouble() {
    let tree = Tree::of(&["a"]);
    let other = Tree::of(&["a"]);
    for options in [
        "--bogus",
        "--format=html",
        "--fail-on=same",
        "--fail-on=missing",
        "--only=missing",
        "--before=yesterday",
        "--layout=other",
        "--brief --format=json",
        "-q --brief",
        "--max-only-left=-1",
        "third",
    ] {
        compare(&tree, &other, options).exits(2);
    }
    maildiff(&[]).exits(2);
    maildiff(&[&tree]).exits(2);
    maildiff(&[&"--help"]).exits(0).tells("Exit status");
    maildiff(&[&"--version"]).exits(0).tells(env!("CARGO_PKG_VERSION"));
}

#[test]
fn trouble_outranks_a_difference() {
    let right = Tree::of(&["b"]).link("cur/1", "nowhere");
    compare(&Tree::of(&["a"]), &right, "").exits(2).tells("NOT PROVEN: ");
    compare(&Tree::of(&["a"]), &right, "--fail-on none").exits(2);
}

#[test]
fn what_fails_can_be_chosen() {
    let (left, right) = everything();
    for (options, status) in [
        ("", 1),
        ("--fail-on none", 0),
        ("--fail-on flags", 1),
        ("--fail-on misfiled", 0),
        ("--fail-on misfiled,rekeyed", 0),
        ("--fail-on misfiled --fail-on copies", 1),
        ("--fail-on only-right", 1),
        ("--fail-on only-left --max-only-left 1", 0),
        ("--fail-on only-left,only-right --max-only-left 1", 1),
        ("--fail-on only-right --max-only-right 1", 0),
    ] {
        let run = compare(&left, &right, options);
        run.exits(status).tells("NOT COMPLETE: ");
    }
}

#[test]
fn a_few_missing_may_be_allowed() {
    let (left, right) = (Tree::of(&["a", "b", "c"]), Tree::of(&["a"]));
    compare(&left, &right, "--max-only-left 1").exits(1);
    compare(&left, &right, "--max-only-left 2").exits(0);
    compare(&left, &right, "--max-only-right 2").exits(1);
    compare(&right, &left, "--max-only-right 2").exits(0).tells("COMPLETE: ");
}

// What is compared.

#[test]
fn one_way_asks_for_the_left_only() {
    let (small, large) = (Tree::of(&["a"]), Tree::of(&["a", "b"]));
    compare(&small, &large, "").exits(1);
    compare(&small, &large, "--one-way").exits(0).tells("Also: 1 only on the right.");
    compare(&large, &small, "--one-way").exits(1);
    let (left, right) = everything();
    let told = report(&left, &right, "--one-way");
    assert_eq!(told.json["verdict"]["failed_on"], serde_json::json!(["only-left", "content"]));
}

#[test]
fn folders_may_be_ignored() {
    let left = Tree::of(&["a"]).with(".Sent/cur/1:2,S", mail("b"));
    let right = Tree::of(&["a", "b"]);
    report(&left, &right, "").is(1, "same 1, moved 1");
    report(&left, &right, "--one-way").is(0, "same 1, moved 1");
    let told = report(&left, &right, "--ignore-folders");
    told.is(0, "same 2");
    assert_eq!(told.folders(), ["*"]);
}

#[test]
fn content_is_compared_where_it_is_asked() {
    let tree = |body: &str| Tree::new().with("cur/1", mail("a").saying(body));
    let (left, right) = (tree("one\n"), tree("two\n"));
    report(&left, &right, "").is(0, "same 1");
    compare(&left, &right, "").tells("Bodies of equal size were not compared");
    report(&left, &right, "--content").is(1, "same 1, content 1");
    compare(&left, &tree("one\r\n"), "--content").exits(0).tells("Every content was compared.");
}

#[test]
fn letter_case_may_count() {
    let tree = |id: &str, body: &str| Tree::new().with("cur/1", mail(id).saying(body));
    let (left, right) = (tree("Ann", "Hello Bob\n"), tree("aNN", "Hello Bob\n"));
    report(&left, &right, "").is(0, "same 1, case-only 1");
    let told = report(&left, &right, "--case-sensitive");
    told.is(0, "same 1, rekeyed 1");
    report(&left, &tree("aNN", "Hello Ann\n"), "--case-sensitive")
        .is(1, "only-left 1, only-right 1");
}

#[test]
fn messages_may_be_set_aside_by_date() {
    let dated = |tree: Tree, day: &str| tree.with(format!("cur/{day}"), mail(day).dated(day));
    let right = dated(Tree::of(&["undated"]), "2024-05-16");
    let left = dated(dated(Tree::of(&["undated"]), "2024-05-16"), "2024-05-17");
    report(&left, &right, "").is(1, "same 2, only-left 1");
    report(&left, &right, "--before 2024-05-18").is(1, "same 2, only-left 1");
    report(&left, &right, "--before 2024-05-17T12:00:01Z").is(1, "same 2, only-left 1");
    let told = report(&left, &right, "--before 2024-05-17");
    told.is(0, "same 2");
    assert_eq!(told.ledger("left"), "same 2, excluded 1");
    report(&left, &right, "--before 2024-05-17T12:00:00Z").is(0, "same 2");
    report(&left, &right, "--before 2000-01-01").is(0, "same 1");
    let dated_only = dated(Tree::new(), "2024-05-17");
    let run = compare(&left, &dated_only, "--before 2000-01-01");
    run.exits(2).complains("no message to compare: the selection leaves none");
}

/// INBOX, Archives/2011, Archives/2012 and Sent, each with a message of its own name, but Sent only
/// on the left.
fn four_folders() -> (Tree, Tree) {
    let tree = || {
        Tree::of(&["inbox"])
            .with(".Archives.2011/cur/1", mail("2011"))
            .with(".Archives.2012/cur/1", mail("2012"))
    };
    (tree().with(".Sent/cur/1", mail("sent")), tree())
}

#[test]
fn folders_can_be_selected() {
    let (left, right) = four_folders();
    for (options, status, counts, excluded) in [
        ("", 1, "same 3, only-left 1", 0),
        ("-f Archives/2012", 0, "same 1", 3),
        ("-f Archives/*", 0, "same 2", 2),
        ("-f Archives/* -x */2011", 0, "same 1", 3),
        ("-f inbox -f Sent", 1, "same 1, only-left 1", 2),
        ("-x Sent", 0, "same 3", 1),
        ("--exclude S* --exclude INBOX", 0, "same 2", 2),
    ] {
        let told = report(&left, &right, options);
        told.is(status, counts);
        assert_eq!(told.json["ledger"]["left"]["excluded"], excluded, "{options}");
    }
}

#[test]
fn a_selection_of_nothing_is_trouble() {
    let (left, right) = four_folders();
    compare(&left, &right, "-f Snet").exits(2).complains("--folder Snet: no folder");
    compare(&left, &right, "-f INBOX -f Snet").exits(2).complains("--folder Snet");
    compare(&left, &right, "-x *").exits(2).complains("the selection leaves none");
    compare(&left, &right, "-f Sent").exits(2).complains("the selection leaves none");
    compare(&left, &right, "-f Sent -x Sent").exits(2).complains("the selection leaves none");
}

#[test]
fn an_exclusion_of_nothing_is_warned_of() {
    let (left, right) = four_folders();
    let told = report(&left, &right, "-x Snet -x Sent");
    told.is(0, "same 3");
    assert_eq!(
        told.stderr,
        "maildiff: warning: --exclude Snet: no folder of either side matches\n"
    );
}

#[test]
fn folders_can_be_mapped() {
    let sent = |folder: &str| {
        let tree = Tree::of(&["inbox"]).folder(folder);
        (0..6).fold(tree, |tree, number| {
            tree.with(format!("{folder}/cur/{number}"), mail(&number.to_string()))
        })
    };
    let (left, right) = (sent(".Sent Items"), sent(".Gesendet"));
    report(&left, &right, "").is(1, "same 1, moved 6");
    let run = compare(&left, &right, "");
    run.tells("Sent Items → Gesendet (6 of 6)").tells("--map 'Sent Items=Gesendet'");
    let mapped = maildiff(&[&"--format=json", &"--map", &"Sent Items=Gesendet", &left, &right]);
    mapped.report().is(0, "same 7");
    for (map, told) in [
        ("Sent=Gesendet", "the left has no folder Sent"),
        ("Sent Items=Sent", "the right has no folder Sent"),
        ("Sent Items=gesendet", "is it Gesendet?"),
        ("Sent Items", "write it as LEFT=RIGHT"),
    ] {
        maildiff(&[&"--map", &map, &left, &right]).exits(2).complains(told);
    }
}

#[test]
fn layouts_can_be_forced() {
    let left = Tree::of(&["a"]).with("Lists.debian/cur/1", mail("b"));
    let right = Tree::of(&["a"]).with("Lists/debian/cur/1", mail("b"));
    let folders = |options: &str| {
        let told = report(&left, &right, options);
        (told.status, told.folders().join(" "))
    };
    assert_eq!(folders("--layout-left flat:."), (0, "INBOX Lists/debian".to_owned()));
    assert_eq!(folders("--layout fs --layout-left flat"), (0, "INBOX Lists/debian".to_owned()));
    assert_eq!(folders("--layout-left auto").0, 0, "names that differ by a dot are taken for one");
}

// What is written.

#[test]
fn brief_is_a_line_and_quiet_is_nothing() {
    let (left, right) = everything();
    for options in ["", "--one-way", "--content"] {
        let brief = compare(&left, &right, &format!("--brief {options}"));
        assert_eq!(brief.exits(1).text().lines().count(), 1);
        let whole = compare(&left, &right, options).text();
        assert_eq!(whole.lines().last(), brief.text().lines().last());
        let quiet = compare(&left, &right, &format!("-q {options}"));
        assert_eq!((quiet.exits(1).text(), quiet.stderr.as_str()), (String::new(), ""));
    }
}

#[test]
fn lists_can_be_narrowed_and_widened() {
    let (left, right) = everything();
    for (options, rows) in [
        ("--only only-left", &["only-left: unexplained"][..]),
        ("--only moved,copies", &["moved", "copies"]),
        ("--only moved --only flags", &["moved", "same flags"]),
        ("--only misfiled", &[]),
        ("--only same", &["same content: differs", "same flags", "same", "same"]),
        (
            "",
            &[
                "only-left: unexplained",
                "only-right: unexplained",
                "moved",
                "copies",
                "same content: differs",
                "same flags",
            ],
        ),
    ] {
        assert_eq!(report(&left, &right, options).rows(), rows, "{options}");
    }
    assert_eq!(report(&left, &right, "--all").rows().len(), 8);
}

#[test]
fn long_lists_are_cut_and_say_so() {
    let ids: Vec<String> = (0..30).map(|number| format!("id{number:02}")).collect();
    let ids: Vec<&str> = ids.iter().map(String::as_str).collect();
    let (left, right) = (Tree::of(&ids), Tree::of(&["id00"]));
    let listed = |options: &str| compare(&left, &right, options).text().matches("<id").count();
    compare(&left, &right, "").tells("… 19 more: maildiff --all --only only-left ");
    assert_eq!((listed(""), listed("--all --only only-left")), (10, 29));
}

#[test]
fn unified_tells_the_folders_that_differ() {
    let (left, right) = four_folders();
    let run = compare(&left, &right, "--format unified");
    let [left_root, right_root] = [&left, &right].map(|tree| tree.root().display().to_string());
    let expected = format!(
        "--- {left_root}\n+++ {right_root}\n@@ -1,4 +1,3 @@\n Archives/2011\t1\n \
         Archives/2012\t1\n INBOX\t1\n-Sent\t1\n"
    );
    assert_eq!(run.exits(1).text(), expected);
    let same = compare(&right, &four_folders().1, "--format unified");
    assert_eq!(same.exits(0).text(), "");
}

#[test]
fn ids_and_paths_are_one_a_line() {
    let (left, right) = (Tree::of(&["a", "B"]), Tree::of(&["c"]));
    let text = |options: &str| compare(&left, &right, options).exits(1).text();
    let ids = "<B@example.org>\n<a@example.org>\n<c@example.org>\n";
    assert_eq!(text("--format ids"), ids);
    assert_eq!(text("--format ids -0"), ids.replace('\n', "\0"));
    assert_eq!(text("--format ids --only only-right"), "<c@example.org>\n");
    let path = right.path("cur/c:2,S").display().to_string();
    assert_eq!(text("--format paths --only only-right"), path + "\n");
}

#[test]
fn reports_can_be_written_beside_the_text() {
    let (left, right) = everything();
    let files = Tree::bare().with("json", "before").with("csv", "before");
    let mut tool = tool();
    for (option, name) in [("--csv", "csv"), ("--folders-csv", "folders"), ("--json", "json")] {
        tool.arg(option).arg(files.path(name));
    }
    let run = Run::of(tool.arg("--csv-bom").arg(&left).arg(&right));
    run.exits(1).tells("NOT COMPLETE: ");
    let read = |name: &str| fs::read(files.path(name)).unwrap();
    let plain = |format: &str| compare(&left, &right, &format!("--csv-bom --format {format}"));
    assert_eq!(read("csv"), plain("csv").stdout);
    assert_eq!(read("json"), plain("json").stdout);
    assert!(read("folders").starts_with("\u{feff}name,left,right,".as_bytes()));
    assert_eq!(files.files(), 3, "nothing else is left behind");
}

#[test]
fn a_report_that_cannot_be_written_is_trouble() {
    let (left, right) = (Tree::of(&["a"]), Tree::of(&["a"]));
    for option in ["--csv", "--folders-csv", "--json"] {
        let run = maildiff(&[&option, &"/nonexistent/x", &left, &right]);
        run.exits(2).complains("cannot write the report").complains("/nonexistent/x");
        run.tells("THE SAME");
    }
    if let Ok(full) = File::options().write(true).open("/dev/full") {
        let run = Run::of(tool().arg(&left).arg(&right).stdout(full));
        run.exits(2).complains("standard output");
    }
}

#[test]
fn no_report_is_written_into_a_tree() {
    let (left, right, outside) = (Tree::of(&["a"]), Tree::of(&["a"]), Tree::bare());
    let outside = outside.link("in", left.path("cur"));
    let targets = [left.path("x"), right.path("cur/a:2,S"), outside.path("in/x")];
    for target in targets {
        let run = maildiff(&[&"--json", &target, &left, &right]);
        run.exits(2).complains("a tree is never written to");
    }
    assert_eq!((left.files(), right.files()), (1, 1));
    assert_eq!(fs::read(right.path("cur/a:2,S")).unwrap(), mail("a").bytes());
}

#[test]
fn whoever_stops_reading_does_not_change_the_verdict() {
    let (left, right) = (Tree::of(&["a", "b"]), Tree::of(&["a"]));
    for (left, right, status) in [(&left, &left, 2), (&left, &right, 1), (&right, &right, 2)] {
        for format in ["text", "json", "csv", "unified", "ids", "paths"] {
            let (reader, writer) = io::pipe().unwrap();
            drop(reader);
            let mut tool = tool();
            tool.args(["--format", format]).arg(left).arg(right).stdout(writer);
            Run::of(&mut tool).exits(status);
        }
    }
    let (reader, writer) = io::pipe().unwrap();
    drop(reader);
    let same = Tree::of(&["a"]);
    Run::of(tool().arg("--all").arg(&same).arg(&right).stdout(writer)).exits(0);
}

#[test]
fn a_long_report_may_be_cut_by_its_reader() {
    let many = (0..300).fold(Tree::new(), |tree, at| {
        tree.with(format!("cur/{at}:2,S"), mail(&at.to_string()).about(&"long ".repeat(60)))
    });
    let other = Tree::of(&["other"]);
    let into_closed = |words: &[&str], trees: &[&Tree]| {
        let (reader, writer) = io::pipe().unwrap();
        drop(reader);
        Run::of(tool().args(words).args(trees).stdout(writer))
    };
    for format in ["text", "json", "csv", "unified", "ids", "paths"] {
        into_closed(&["--all", "--format", format], &[&many, &other]).exits(1);
    }
    let flags = (0..999)
        .fold(Tree::new(), |tree, at| tree.with(format!("cur/{at}:2,SR"), mail(&at.to_string())));
    for format in ["text", "json", "csv"] {
        let words = ["check", "--all", "--fail-on", "info", "--format", format];
        into_closed(&words, &[&flags]).exits(1);
    }
    into_closed(&["check", "--fix-script", "--fail-on", "info"], &[&flags]).exits(1);
}

#[test]
fn colours_come_where_they_are_wanted() {
    let (left, right) = everything();
    let coloured = |color: &str, no_color: &str| {
        let mut tool = tool();
        tool.arg(format!("--color={color}")).env("NO_COLOR", no_color);
        Run::of(tool.arg(&left).arg(&right)).text().contains('\x1b')
    };
    assert!(coloured("always", "") && coloured("always", "1"));
    assert!(!coloured("auto", "") && !coloured("never", ""));
    let dressed = compare(&left, &right, "--color always").text();
    let plain = dressed.replace("\x1b[1;31m", "").replace("\x1b[1m", "").replace("\x1b[0m", "");
    let plain = plain.replace("--color always", "--color never");
    assert_eq!(plain, compare(&left, &right, "--color never").text());
}

#[test]
fn nothing_reaches_a_terminal_that_it_would_obey() {
    const NASTY: &str = "\x1b[2J\u{202e}\u{9b}31m\u{200b}\x07\r";
    let path = |text: &str| text.replace('/', "_");
    let encoded = "=?utf-8?q?=1B=5B2J=E2=80=AE=C2=9B?= =?utf-8?b?G1syShtd?=";
    let nasty = |id: &str| mail(id).about(&format!("{encoded}\x1b[31m")).field("X", NASTY);
    let name = path(NASTY);
    let left = Tree::of(&["a"])
        .with(format!("cur/{name}:2,S"), nasty("b"))
        .with(format!(".{name}/cur/1"), nasty(&format!("c{NASTY}")))
        .with(format!(".{name}/2.M1.{name}"), nasty("moved"))
        .with(format!("tmp/{name}"), nasty("tmp"))
        .with(format!("cur/{name}.empty"), "")
        .link(format!("cur/{name}.gone"), "nowhere")
        .link(format!("link{name}"), "/");
    let right = Tree::of(&["a", "moved"]).with(format!(".{name}x/cur/1"), nasty("only-right"));
    for options in ["", "--all", "--one-way", "--format unified", "--content"] {
        let run = compare(&left, &right, options);
        run.exits(2);
        for told in [run.text(), run.stderr] {
            let raw = told.chars().find(|&letter| is_obeyed(letter));
            assert_eq!(raw, None, "{options}: {told:?}");
        }
    }
    for words in [[format!("-f{NASTY}")], [format!("--map={NASTY}")], [format!("-x[{NASTY}")]] {
        let run = maildiff(&[&words[0], &left, &right]);
        assert!(!run.exits(2).stderr.contains(is_obeyed), "{:?}", run.stderr);
    }
}

/// Controls but for those that we write ourselves, and marks without a width.
fn is_obeyed(letter: char) -> bool {
    let marks = ['\u{200b}'..='\u{200f}', '\u{202a}'..='\u{202e}', '\u{2066}'..='\u{2069}'];
    letter.is_control() && !matches!(letter, '\n' | '\t')
        || marks.iter().any(|marks| marks.contains(&letter))
}

#[test]
fn a_root_may_have_any_name() {
    let trees = Tree::bare();
    let trees = [&b"-l"[..], b"r\xff\n"]
        .iter()
        .fold(trees, |trees, name| trees.with(raw(name).join("cur/1"), mail("a")));
    let mut tool = tool();
    tool.current_dir(trees.root()).args(["--format", "json", "--"]);
    let run = Run::of(tool.arg("-l").arg(OsStr::new(raw(b"r\xff\n"))));
    run.report().is(0, "same 1");
}

#[test]
fn options_that_make_no_sense_together_are_refused() {
    let (left, right) = (Tree::of(&["a"]), Tree::of(&["a"]));
    for (options, told) in [
        ("--null", "--null goes with --format ids or --format paths"),
        ("--csv -", "a report beside the text needs a file"),
        ("--csv /tmp/x --json /tmp/x", "/tmp/x is named for two reports"),
        ("--brief --format csv", "cannot be used with"),
    ] {
        compare(&left, &right, options).exits(2).complains(told);
    }
}

#[test]
fn the_number_of_threads_changes_nothing() {
    let (left, right) = everything();
    let with = |jobs: &str| {
        let run = compare(&left, &right, &format!("--format json --all --content {jobs}"));
        (run.status, run.text(), run.stderr)
    };
    let alone = with("--jobs 1");
    for jobs in ["", "-j 2", "-j 7", "--jobs=64"] {
        assert_eq!(with(jobs), alone, "{jobs}");
    }
    for jobs in ["0", "513", "many", "-1"] {
        compare(&left, &right, &format!("--jobs={jobs}")).exits(2).complains("--jobs");
    }
}

#[test]
fn few_open_files_are_enough() {
    let many = (0..200)
        .fold(Tree::new(), |tree, at| tree.with(format!("cur/{at}:2,S"), mail(&at.to_string())));
    let copy = (0..200).fold(Tree::new(), |tree, at| {
        tree.with(format!("cur/{at}.copy:2,S"), mail(&at.to_string()))
    });
    for (limit, jobs) in [(32, 8), (16, 8), (64, 64)] {
        let script = format!("ulimit -n {limit} && exec \"$0\" -j {jobs} --brief \"$1\" \"$2\"");
        let mut shell = Command::new("sh");
        shell.args(["-c", &script, env!("CARGO_BIN_EXE_maildiff")]).args([&many, &copy]);
        Run::of(&mut shell).exits(0).tells("THE SAME: 200 messages");
    }
}
