//! An mbox, or a directory of them, as a side.

use std::fs;
use std::io::Write;
use std::path::Path;
use std::process::Stdio;

use flate2::write::GzEncoder;

use crate::export::{FROM, Writer, mbox};
use crate::spool::{ODDITIES, Profile};
use crate::tree::{Mail, Run, Tree, anonymous, compare, mail, maildiff, raw, report, tool};

fn crlf(bytes: &[u8]) -> Vec<u8> {
    bytes.split_inclusive(|&byte| byte == b'\n').fold(Vec::new(), |mut all, line| {
        let end = line.ends_with(b"\n") && !line.ends_with(b"\r\n");
        all.extend_from_slice(if end { &line[..line.len() - 1] } else { line });
        all.extend_from_slice(if end { b"\r\n" } else { b"" });
        all
    })
}

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), flate2::Compression::fast());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

/// Runs the tool with something on its standard input.
fn piped(words: &[&str], trees: &[&Path], input: &[u8]) -> Run {
    let mut command = tool();
    let mut child = command.args(words).args(trees).stdin(Stdio::piped());
    child = child.stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = child.spawn().unwrap();
    child.stdin.take().unwrap().write_all(input).unwrap();
    let output = child.wait_with_output().unwrap();
    let stderr = String::from_utf8_lossy(&output.stderr).into_owned();
    Run { status: output.status.code().unwrap(), stdout: output.stdout, stderr }
}

/// The same messages in a Maildir and in an mbox of it, which may have other flags.
#[track_caller]
fn check_same(messages: &[Vec<u8>], mbox: Vec<u8>, options: &str) {
    let tree = messages.iter().enumerate().fold(Tree::new(), |tree, (number, message)| {
        tree.with(format!("cur/{number}.M1.host:2,"), message.as_slice())
    });
    let file = Tree::bare().with("mail", mbox);
    let report = report(&tree, &file.path("mail"), options);
    let told = format!("{options}: {:#}\n{}", report.json, report.stderr);
    assert_eq!((report.status, &report.json["verdict"]["strict"]), (0, &true.into()), "{told}");
    let count = messages.len() as u64;
    assert_eq!((report.count("same"), report.count("content")), (count, 0), "{told}");
}

/// Texts that need quoting, or look as if they had it.
fn texts() -> Vec<Vec<u8>> {
    let line = String::from_utf8(FROM.to_vec()).unwrap();
    let bodies = [
        "nothing of the kind\n".to_owned(),
        "From the start\n".to_owned(),
        "text\n\nFrom here on\n".to_owned(),
        "text\nFrom here on\nFrom there\n\n\n".to_owned(),
        format!("forwarded:\n\n{line}Subject: inside\n\ntext\n"),
        format!("{}From far on\n\nno end of line", "long line ".repeat(5000)),
    ];
    let mail = |(number, body): (usize, &String)| mail(&format!("m{number}")).saying(body).bytes();
    bodies.iter().enumerate().map(mail).collect()
}

#[test]
fn every_dialect_is_read() {
    let texts = texts();
    for writer in [Writer::Mboxo, Writer::Mboxrd, Writer::Mboxcl2] {
        check_same(&texts, mbox(writer, texts.clone()), "--content");
    }
    for writer in [Writer::Mboxo, Writer::Mboxrd] {
        check_same(&texts, crlf(&mbox(writer, texts.clone())), "--content");
    }
    for (writer, dialect) in [
        (Writer::Mboxo, "mboxo"),
        (Writer::Mboxrd, "mboxrd"),
        (Writer::Mboxo, "mboxcl"),
        (Writer::Mboxcl2, "mboxcl2"),
    ] {
        let options = format!("--content --mbox {dialect}");
        check_same(&texts, mbox(writer, texts.clone()), &options);
    }
}

#[test]
fn text_that_a_writer_leaves_alone_stays() {
    let bodies = ["From here\n", "a\nFrom here\n>From there\n", "a\n>>From there\n"];
    let texts: Vec<Vec<u8>> =
        bodies.iter().map(|body| mail(&body.len().to_string()).saying(body).bytes()).collect();
    check_same(&texts, mbox(Writer::Careless, texts.clone()), "--content");
    check_same(&texts, mbox(Writer::Mboxrd, texts.clone()), "--content");
}

/// mboxo loses what had been `>From ` and what not: either may be on the other side.
#[test]
fn what_mboxo_leaves_open_is_no_difference() {
    let texts = ["From here\n", ">From here\n", ">From here\n>From there\n"];
    let texts = texts.map(|body| mail(&body.len().to_string()).saying(body).bytes());
    check_same(&texts, mbox(Writer::Mboxo, texts.clone()), "--content");
    let tree = Tree::new().with("cur/1", mail("a").saying(">From here\n"));
    let file = Tree::bare().with("mail", mbox(Writer::Mboxo, [mail("a").saying(">From here\n")]));
    report(&tree, &file.path("mail"), "--content").is(0, "same 1");
    report(&tree, &file.path("mail"), "--content --mbox mboxrd").is(1, "same 1, content 1");
    maildiff(&[&"explain", &"a@example.org", &file.path("mail"), &tree]).exits(0);
    let other = Tree::bare().with("mail", mbox(Writer::Mboxo, [mail("a").saying(">From x\n")]));
    report(&tree, &other.path("mail"), "--content").is(1, "same 1, content 1");
}

#[test]
fn odd_mail_is_the_same() {
    let profile = Profile { without_id: 0, ..Profile::default() };
    let letters = (0..).map(|number| profile.letter(number));
    let odd = letters.zip(ODDITIES).map(|(letter, oddity)| oddity.of(&letter));
    // Compressed ones lie in an mbox as no program would read them.
    let is_plain = |mail: &Vec<u8>| !matches!(mail.as_slice(), [0x1f | 0x28, ..]);
    let odd: Vec<Vec<u8>> = odd.filter(is_plain).collect();
    assert!(odd.len() > 30);
    check_same(&odd, mbox(Writer::Mboxrd, odd.clone()), "--content");
    // What mboxo has lost of a message with both kinds of lines, no reading finds again.
    let holds = |mail: &[u8], part: &[u8]| mail.windows(part.len()).any(|other| other == part);
    let is_lost = |mail: &Vec<u8>| holds(mail, b"\nFrom ") && holds(mail, b"\n>From ");
    let odd: Vec<Vec<u8>> = odd.into_iter().filter(|mail| !is_lost(mail)).collect();
    check_same(&odd, mbox(Writer::Mboxo, odd.clone()), "--content");
}

#[test]
fn a_single_file_is_inbox() {
    let tree = Tree::of(&["a", "b"]);
    let bytes = mbox(Writer::Mboxrd, [mail("a"), mail("b"), mail("c")]);
    let file = Tree::bare().with("all.mbox", bytes.as_slice()).with("all.gz", gzip(&bytes));
    let found = report(&tree, &file.path("all.mbox"), "");
    found.is(1, "same 2, only-right 1, flags 2");
    assert_eq!(found.folders(), ["INBOX"]);
    assert_eq!(found.json["right"]["layout"], "mbox");
    assert_eq!(found.ledger("right"), "same 2, only 1");
    let lost = &found.list("messages")[0]["right"];
    assert_eq!((&lost["place"], &lost["flags"]), (&"cur".into(), &"".into()));
    let at = bytes.len() - mail("c").bytes().len() - 1;
    assert_eq!(lost["path"], format!("all.mbox:{at}"));
    let paths = compare(&tree, &file.path("all.mbox"), "--format paths --only only-right");
    assert_eq!(paths.text().trim_end(), format!("{}:{at}", file.path("all.mbox").display()));
    report(&tree, &file.path("all.gz"), "").is(1, "same 2, only-right 1, flags 2");
    let from_stdin = piped(&["--format", "json"], &[tree.root(), Path::new("-")], &bytes).report();
    from_stdin.is(1, "same 2, only-right 1, flags 2");
    assert_eq!(from_stdin.list("messages")[0]["right"]["path"], format!("-:{at}"));
}

#[test]
fn a_directory_of_them_is_a_tree() {
    let left = ["", ".Archives.2012", ".Sent", ".Empty"].iter().fold(Tree::new(), Tree::folder);
    let left = left.with("cur/1:2,", mail("a")).with(".Archives.2012/cur/1:2,", mail("b"));
    let left = left.with(".Sent/cur/1:2,", mail("c"));
    let of = |id: &str| mbox(Writer::Mboxrd, [mail(id)]);
    let spellings = [
        ("INBOX", "Archives/2012", "Sent"),
        ("inbox.mbox", "Archives/2012.mbox", "Sent.mbox"),
        ("Inbox", "Archives.sbd/2012", "Sent"),
        ("Inbox.mbox/mbox", "Archives.mbox/2012.mbox/mbox", "Sent.mbox/mbox"),
    ];
    for (inbox, archive, sent) in spellings {
        let right = Tree::bare().with(inbox, of("a")).with(archive, of("b"));
        let right = right.with(sent, gzip(&of("c"))).with("Empty", "");
        let found = report(&left, &right, "");
        found.is(0, "same 3");
        assert_eq!(found.folders(), ["Archives/2012", "Empty", "INBOX", "Sent"], "{inbox}");
        assert_eq!(found.findings(), [""; 0]);
        assert_eq!(found.ledger("right"), "same 3");
    }
}

#[test]
fn what_else_lies_there_is_counted() {
    let mail_file = || mbox(Writer::Mboxrd, [mail("a")]);
    let right = Tree::bare().with("Inbox", mail_file()).with("Inbox.msf", "// <!-- <mdb:mork:z");
    let right = right.with("notes.txt", "From here on\n").with(".hidden", "").with("x.lock", "");
    let right = right.with(".imap/Inbox/dovecot.index", "x").with("backup.sql.gz", gzip(b"x"));
    let found = report(&Tree::of(&["a"]), &right, "");
    found.is(0, "same 1, flags 1");
    assert_eq!(found.ledger("right"), "same 1, control 3, foreign 3");
}

#[test]
fn two_mboxes_of_one_name_are_one_folder_and_told() {
    let of = |id: &str| mbox(Writer::Mboxrd, [mail(id)]);
    let right = Tree::bare().with("Inbox", of("a")).with("INBOX.mbox", of("b"));
    let found = report(&Tree::of(&["a", "b"]), &right, "");
    found.is(0, "same 2, flags 2");
    assert_eq!(found.findings(), ["right folder-name-collision Inbox"]);
    let right = right.with(raw(b"caf\xe9"), of("c"));
    let found = report(&Tree::of(&["a", "b"]), &right, "");
    assert!(found.findings().contains(&r"right folder-name-invalid caf\xe9".to_owned()));
}

#[test]
fn what_cannot_be_read_is_trouble_and_no_empty_folder() {
    let tree = Tree::of(&["a"]);
    let right = || Tree::bare().with("Inbox", mbox(Writer::Mboxrd, [mail("a")]));
    let xz = b"\xfd7zXZ\0 and more";
    let mut cut = gzip(&mbox(Writer::Mboxrd, (0..99).map(|id| mail(&format!("{id}")))));
    cut.truncate(cut.len() / 2);
    let cases: [(Tree, &str, &str); 4] = [
        (right().with("2012.mbox.xz", xz), "2012.mbox.xz", "compressed with xz"),
        (right().with("2012.gz", cut), "2012.gz", ""),
        (right().with("1.eml", mail("b")), "1.eml", "is a message and no mbox"),
        (right().link("2012", "nowhere"), "2012", "is a link to nothing"),
    ];
    for (right, path, told) in cases {
        let found = report(&tree, &right, "");
        found.is(2, "same 1, flags 1");
        assert_eq!(found.ledger("right"), "same 1, unreadable 1", "{path}");
        let error = &found.errors()[0];
        assert!(error.contains(path) && error.contains(told), "{error}");
    }
    let right = right().with("2012.mbox.xz", xz);
    report(&tree, &right, "-x 2012.mbox.xz").is(0, "same 1, flags 1");
    let xz = Tree::bare().with("all", xz);
    compare(&tree, &xz.path("all"), "").exits(2).complains("compressed with xz");
    let text = Tree::bare().with("all", "From here on\n");
    compare(&tree, &text.path("all"), "").exits(2).complains("is no mbox");
}

#[test]
fn mboxes_of_one_place_are_no_two_sides() {
    let left = Tree::bare().with("Inbox", mbox(Writer::Mboxrd, [mail("a")]));
    let right = Tree::bare().link("Inbox", left.path("Inbox"));
    for (one, other) in [(left.root(), right.root()), (right.root(), left.root())] {
        compare(one, other, "").exits(2).complains("which the other side has");
    }
    let inbox = left.path("Inbox");
    compare(&inbox, &right.path("Inbox"), "").exits(2).complains("both sides are");
    compare(&inbox, &left, "").exits(2).complains("one side lies inside the other");
}

#[test]
fn a_maildir_stays_one_whatever_lies_in_it() {
    let tree = Tree::of(&["a"]).with("old", mbox(Writer::Mboxrd, [mail("b")]));
    let found = report(&tree, &Tree::of(&["a"]), "");
    assert_eq!(found.json["left"]["layout"], "single");
    let cyrus = Tree::bare().with("a", mbox(Writer::Mboxrd, [mail("b")])).with("cyrus.header", "");
    compare(&tree, &cyrus, "").exits(2).complains("Cyrus");
}

#[test]
fn flags_are_in_the_header() {
    let flagged = |id: &str, name: &str, value: &str| mail(id).field(name, value);
    let messages = [
        flagged("a", "Status", "RO"),
        flagged("b", "X-Status", "AFDT"),
        flagged("c", "X-Mozilla-Status", "1003"),
        flagged("d", "Status", "O"),
    ];
    let right = Tree::bare().with("mail", mbox(Writer::Mboxrd, messages));
    let names = [("a", "S"), ("b", "DFRT"), ("c", "PRS"), ("d", "")];
    let left = names
        .iter()
        .fold(Tree::new(), |tree, (id, flags)| tree.with(format!("cur/{id}:2,{flags}"), mail(id)));
    report(&left, &right.path("mail"), "--content").is(0, "same 4");
    report(&right.path("mail"), &left, "--content").is(0, "same 4");
}

#[test]
fn what_programs_keep_of_the_folder_is_no_message() {
    let internal = anonymous()
        .about("DON'T DELETE THIS MESSAGE -- FOLDER INTERNAL DATA")
        .field("X-IMAP", "1021558021 0000000004")
        .field("Status", "RO");
    let bytes = mbox(Writer::Mboxrd, [internal, mail("a")]);
    let right = Tree::bare().with("mail", bytes);
    let found = report(&Tree::of(&["a"]), &right.path("mail"), "");
    found.is(0, "same 1, flags 1");
    assert_eq!(found.ledger("right"), "same 1, control 1");
}

/// Mail with something of everything that a comparison asks about.
fn everything() -> (Tree, Tree) {
    let dated = |id: &str, day: &str| mail(id).dated(day);
    let left = Tree::of(&["a", "Mixed"]).folder(".Sent").with(".Sent/cur/s:2,S", mail("s"));
    let left = left.with("cur/new:2,", dated("new", "2024-05-17"));
    let left = left.with("cur/c1", mail("copy")).with("cur/c2", mail("copy"));
    let left = left.with("cur/none", anonymous()).with("cur/cut", mail("cut").saying("whole\n"));
    let inbox = [
        mail("a").saying("That is a.\n"),
        mail("mixed"),
        dated("old", "2020-05-17"),
        mail("copy"),
        anonymous().field("Message-ID", "<given@example.org>"),
        mail("cut").saying("wh"),
        anonymous().about("only here").saying("\n>From here on\n"),
    ];
    let right = Tree::bare().with("Inbox", mbox(Writer::Mboxo, inbox));
    let right = right.with("Sent", mbox(Writer::Mboxcl2, [mail("s").field("Status", "R")]));
    (left, right.with("Inbox.msf", "x"))
}

#[test]
fn a_saved_index_of_one_gives_the_same_reports() {
    let (left, right) = everything();
    let saved = Tree::bare();
    for side in [&left, &right] {
        let name = if side.root() == left.root() { "left.idx" } else { "right.idx" };
        maildiff(&[&"index", side, &"-o", &saved.path(name)]).exits(0);
    }
    let options = [
        "",
        "--content",
        "--ignore-folders --all",
        "-x Sent",
        "-f INBOX --before 2024-01-01",
        "--format csv --all",
        "--format json --content",
        "--format paths",
    ];
    let mut statuses = Vec::new();
    for options in options {
        let words = format!("{options} --format json");
        let words = if options.contains("--format") { options } else { &words };
        let run = compare(&left, &right, words);
        statuses.push(run.status);
        for (one, other) in [
            (saved.path("left.idx"), saved.path("right.idx")),
            (left.root().to_owned(), saved.path("right.idx")),
        ] {
            let again = compare(&one, &other, words);
            assert_eq!((again.status, again.text()), (run.status, run.text()), "{words}");
        }
    }
    assert_eq!(statuses, [1; 8]);
}

#[test]
fn a_saved_index_keeps_what_mboxo_leaves_open() {
    let tree = Tree::new().with("cur/1", mail("a").saying(">From here\n"));
    let file = Tree::bare().with("mail", mbox(Writer::Mboxo, [mail("a").saying(">From here\n")]));
    let saved = file.path("mail.idx");
    maildiff(&[&"index", &file.path("mail"), &"-o", &saved]).exits(0);
    report(&tree, &saved, "--content").is(0, "same 1");
    maildiff(&[&"index", &file.path("mail"), &"-o", &saved, &"--mbox", &"mboxrd"]).exits(0);
    report(&tree, &saved, "--content").is(1, "same 1, content 1");
}

#[test]
fn what_is_asked_of_trees_can_be_asked_of_mboxes() {
    let (left, right) = everything();
    let all = report(&left, &right, "--content");
    all.is(
        1,
        "same 6, copies 1, only-left 1, only-right 2, content 3, rekeyed 1, case-only 1, flags 2",
    );
    let one_thread = report(&left, &right, "--content -j 1");
    assert_eq!(all.json, one_thread.json);
    let before = report(&left, &right, "--before 2024-01-01");
    assert_eq!(before.ledger("left"), "same 6, copies 1, excluded 1");
    let sent = report(&left, &right, "-f Sent");
    sent.is(0, "same 1");
    assert_eq!(sent.ledger("right"), "same 1, excluded 8");
    let case = report(&left, &right, "--case-sensitive");
    assert_eq!((case.count("case-only"), case.count("rekeyed")), (0, 1));
}

#[test]
fn a_message_in_one_is_explained() {
    let (left, right) = everything();
    let run = maildiff(&[&"explain", &"a@example.org", &left, &right]);
    run.exits(1).tells("That is a.");
    let found = report(&left, &right, "");
    let lone = found.list("messages").iter().find(|row| row["class"] == "only-right").unwrap();
    let path = lone["right"]["path"].as_str().unwrap();
    maildiff(&[&"explain", &path, &right]).exits(0).tells("FOUND: 1 file");
    maildiff(&[&"explain", &right.path(path), &left, &right]).exits(1).tells(path);
}

#[test]
fn what_is_not_of_mboxes_is_refused() {
    let (left, right) = everything();
    let inbox = right.path("Inbox");
    maildiff(&[&"check", &right]).exits(2).complains("can be compared, and not checked");
    maildiff(&[&"check", &inbox]).exits(2).complains("can be compared, and not checked");
    let elsewhere = Tree::of(&["a"]);
    let elsewhere = format!("--inbox-right {}", elsewhere.root().display());
    compare(&left, &inbox, &elsewhere).exits(2).complains("--inbox-right is of a tree");
    compare(&left, &Tree::of(&["a"]), "--mbox mboxrd").exits(2).complains("neither side is one");
    maildiff(&[&"index", &left, &"--mbox", &"mboxo"]).exits(2).complains("this is none");
    maildiff(&[&"--layout", &"mbox", &left, &right]).exits(2).complains("the layouts are");
    let before = fs::read(&inbox).unwrap();
    let over = format!("--csv {}", inbox.display());
    compare(&left, &inbox, &over).exits(2).complains("one of the sides");
    assert_eq!(fs::read(&inbox).unwrap(), before);
}

#[test]
fn a_message_may_be_longer_than_memory_likes() {
    let line = "a line that is quite ordinary, and one of very many of its kind\n".repeat(1000);
    let body = format!("{line}From here on\n").repeat(60);
    let messages: Vec<Mail> = ["a", "b"].iter().map(|id| mail(id).saying(&body)).collect();
    let tree =
        Tree::new().with("cur/a:2,", messages[0].clone()).with("cur/b:2,", messages[1].clone());
    for writer in [Writer::Mboxrd, Writer::Mboxcl2] {
        let file = Tree::bare().with("mail", mbox(writer, messages.clone()));
        report(&tree, &file.path("mail"), "--content").is(0, "same 2");
    }
}
