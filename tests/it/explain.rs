//! One message explained: how it is named, what is told of its copies, and how they differ.

use std::io::Write;

use flate2::Compression;
use flate2::write::GzEncoder;
use serde_json::Value;

use crate::tree::{Mail, Run, Tree, anonymous, mail, maildiff, raw};

/// Explains a message of two trees.
fn explain(message: &str, left: &Tree, right: &Tree) -> Run {
    maildiff(&[&"explain", &message, left, right])
}

/// The same as JSON; fails the test unless this was the exit status.
#[track_caller]
fn explained(status: i32, message: &str, left: &Tree, right: &Tree) -> Value {
    let run = maildiff(&[&"explain", &"--format=json", &message, left, right]);
    run.exits(status);
    serde_json::from_slice(&run.stdout).unwrap()
}

fn one(id: &str) -> Tree {
    Tree::of(&[id])
}

/// A tree with one message.
fn holding(mail: impl Into<Vec<u8>>) -> Tree {
    Tree::new().with("cur/1:2,S", mail)
}

/// A message with this header, after a Message-ID, and body.
fn written(header: &str, body: &[u8]) -> Vec<u8> {
    let head = format!("Message-ID: <a@example.org>\nDate: 1 Jan 2024 12:00:00 +0000\n{header}\n");
    [head.as_bytes(), body].concat()
}

// How a message is named.

#[test]
fn ids_in_any_spelling() {
    let (left, right) = (one("Some.Id"), one("Some.Id"));
    for typed in [
        "<Some.Id@example.org>",
        "some.id@EXAMPLE.org",
        " < some.id @ example.org > ",
        "Message-ID: <Some.Id@example.org>",
        "some.id@example.org>",
    ] {
        explain(typed, &left, &right).exits(0).tells("<Some.Id@example.org>");
    }
    let bare = holding("Message-ID: <abc123>\nFrom: a\n\nx");
    explain("abc123", &bare, &bare_copy()).exits(0).tells("key       abc123");
}

fn bare_copy() -> Tree {
    holding("Message-ID: <abc123>\nFrom: a\n\nx")
}

#[test]
fn letter_case_counts_if_it_is_to() {
    let (left, right) = (one("A"), one("A"));
    let exact = |id: &str| maildiff(&[&"explain", &"--case-sensitive", &id, &left, &right]);
    exact("A@example.org").exits(0);
    exact("a@example.org").exits(2).complains("the nearest is <A@example.org> (left, INBOX)");
}

#[test]
fn keys_of_content() {
    let (left, right) = (holding(anonymous()), holding(anonymous()));
    let path = left.path("cur/1:2,S");
    let told = explained(0, path.to_str().unwrap(), &left, &right);
    let key = told["key"].as_str().unwrap();
    assert!(key.starts_with("sha1:"), "{key}");
    explain(key, &left, &right).exits(0).tells("no Message-ID");
    explain(&key.to_uppercase(), &left, &right).exits(0);
}

#[test]
fn paths_from_here_and_from_a_root() {
    let (left, right) = (one("a"), one("a").with("cur/b", mail("b")));
    explain(left.path("cur/a:2,S").to_str().unwrap(), &left, &right).exits(0);
    explain("cur/b", &left, &right).exits(1).tells("only on the right");
    explain("cur/a:2,S", &left, &right).exits(0);
    let (left, right) = (holding(mail("a")), holding(mail("b")));
    explain("cur/1:2,S", &left, &right).exits(2).complains("a file of both trees");
}

#[test]
fn an_id_that_looks_like_a_path_is_an_id() {
    let (left, right) = (holding("Message-ID: <src>\nTo: b\n\n"), one("a"));
    explain("src", &left, &right).exits(1).tells("only on the left");
}

#[test]
fn paths_of_no_message() {
    let left = one("a").with("dovecot-uidlist", "3").with("notes.txt", "hello");
    let right = one("a");
    let path = |path: &str| left.path(path).to_str().unwrap().to_owned();
    for (typed, told) in [
        (path("cur"), "is a directory"),
        (path("dovecot-uidlist"), "is a control file"),
        (path("notes.txt"), "is no message"),
        ("/dev/null".to_owned(), "/dev/null lies outside "),
        (path("cur/gone"), "is nowhere in "),
    ] {
        let run = explain(&typed, &left, &right);
        run.exits(2).complains(told);
        assert_eq!(run.text(), "");
    }
}

#[test]
fn what_cannot_be_read_is_said_to_be_so() {
    let left = one("a").link("cur/b", "nothing");
    let right = one("a");
    let path = left.path("cur/b");
    let run = explain(path.to_str().unwrap(), &left, &right);
    run.exits(2).complains("cannot be read: is a link to nothing");
    explain("a@example.org", &left, &right).exits(2).tells("NOT PROVEN: 1 file or directory");
    explain("b@example.org", &left, &right).exits(2).complains("cur/b: is a link to nothing");
}

#[test]
fn what_is_nowhere_has_neighbours() {
    let left = Tree::of(&["weekly-report-1", "weekly-report-2", "lunch"]);
    let right = one("other");
    explain("report-2@example", &left, &right)
        .exits(2)
        .complains("the nearest is <weekly-report-2@example.org> (left, INBOX)");
    explain("<lnch@example.org>", &left, &right).exits(2).complains("is <lunch@example.org>");
    let nothing = explain("\u{1b}[31mx\ny", &left, &right);
    assert!(nothing.stderr.contains("\\x1b[31mx\\ny is nowhere in"), "{}", nothing.stderr);
    explain("", &left, &right).exits(2);
}

#[test]
fn trees_that_are_none() {
    let (tree, bare) = (one("a"), Tree::bare());
    explain("a@example.org", &tree, &bare).exits(2).complains("is not a Maildir tree");
    explain("a@example.org", &tree, &tree).exits(2).complains("name two trees");
    maildiff(&[&"explain", &"a", &"/no/such/tree"]).exits(2).complains("no such file");
    maildiff(&[&"explain", &"a"]).exits(2);
    let options = maildiff(&[&"explain", &"--map=A=B", &"a", &tree]);
    options.exits(2).complains("--map goes with two trees");
}

// What is told.

#[test]
fn one_tree() {
    let tree = one("a").folder(".B").with(".B/cur/1", mail("a").saying("Other\n"));
    let run = maildiff(&[&"explain", &"a@example.org", &tree]);
    run.exits(0).tells("copy 1, content A").tells("copy 2, content B").tells("-Other");
    run.tells("FOUND: 2 files, 2 contents.");
}

#[test]
fn a_copy_with_all_its_particulars() {
    let left = Tree::new().with("new/1,S=9", mail("a").dated("2024-05-17").about("Lunch"));
    let right = Tree::new().folder(".B").with(".B/cur/2:2,RS", mail("a").dated("2024-05-17"));
    let told = explained(1, "a@example.org", &left, &right);
    let file = &told["files"][0];
    for (field, value) in [
        ("side", "left"),
        ("kinship", "key"),
        ("folder", "INBOX"),
        ("place", "new"),
        ("path", "new/1,S=9"),
        ("flags", ""),
        ("message_id", "<a@example.org>"),
        ("date", "2024-05-17T12:00:00Z"),
        ("subject", "Lunch"),
    ] {
        assert_eq!(file[field], value, "{field}");
    }
    assert_eq!(file["remarks"], serde_json::json!(["wrong-size-s"]));
    assert!(file["modified"].as_str().unwrap().ends_with('Z'));
    let relation = serde_json::json!({
        "class": "moved", "marks": ["content", "flags"], "reason": "differs",
        "left": 0, "right": 1, "probable": null, "cure": null,
    });
    let mut relations = told["comparison"].clone();
    relations[0]["cure"] = Value::Null;
    assert_eq!(relations, serde_json::json!([relation]));
    let run = explain("a@example.org", &left, &right);
    run.tells("its name says S=9").tells("    -Subject: Lunch\n").tells("flags [] → [RS]");
}

#[test]
fn a_reused_id_has_all_its_contents() {
    let page = |number: &str| mail("page").saying(&format!("Page {number}\n"));
    let left = Tree::new().with("cur/1", page("1")).with("cur/2", page("2"));
    let left = left.with("cur/3", page("3"));
    let right = Tree::new().with("cur/1", page("1"));
    let told = explained(1, "page@example.org", &left, &right);
    let classes: Vec<&str> = told["comparison"]
        .as_array()
        .unwrap()
        .iter()
        .map(|row| row["class"].as_str().unwrap())
        .collect();
    assert_eq!(classes, ["only-left", "only-left", "same"]);
    assert_eq!(told["differences"].as_array().unwrap().len(), 2);
    explain("page@example.org", &left, &right).tells("reused id").tells("-Page 3").tells("+Page 1");
}

#[test]
fn contents_are_compared_without_being_asked_for() {
    let (left, right) = (holding(mail("a").saying("1234")), holding(mail("a").saying("1243")));
    maildiff(&[&left, &right]).exits(0);
    maildiff(&[&"--content", &left, &right]).exits(1);
    explain("a@example.org", &left, &right).exits(1).tells("-1234").tells("+1243");
}

#[test]
fn leftovers_are_copies_too() {
    let left = one("a").with("tmp/1", mail("b")).with("cur/.c", mail("a"));
    let right = one("a").with("tmp/2", mail("d"));
    explain("b@example.org", &left, &right)
        .exits(1)
        .tells("no message of this tree has its content");
    explain("a@example.org", &left, &right).exits(0).tells("no message; covered by cur/a:2,S");
    let both = (one("x").with("tmp/1", mail("b")), one("x").with("tmp/1", mail("b")));
    explain("b@example.org", &both.0, &both.1).exits(1).tells("delivered on neither side");
}

#[test]
fn the_same_under_another_key_or_probably() {
    let dated = |id: &str| mail(id).saying("Hello\n").dated("2024-01-01").about("Hi");
    let (left, right) = (holding(dated("a")), holding(dated("b")));
    explain("a@example.org", &left, &right)
        .exits(0)
        .tells("right 1, content A, under another key")
        .tells("another Message-ID: <a@example.org> → <b@example.org>");
    let right = holding(dated("b").saying("Bye\n"));
    explain("a@example.org", &left, &right)
        .exits(1)
        .tells("probably the same message")
        .tells("probably it is right 1")
        .tells("other, but ignored: Message-ID")
        .tells("+Bye");
}

#[test]
fn files_that_identify_nothing_are_explained_too() {
    let left = one("a").with("cur/1", "").with("cur/2", "\0\0");
    let right = one("a").with("cur/9", "");
    let told = explain("cur/1", &left, &right);
    told.exits(1).tells("nothing in it that identifies it");
}

/// What is said of a row, with the paths of its files: of a comparison or of an explanation.
fn told(row: &Value, left: &Value, right: &Value) -> String {
    format!(
        "{} {} {} {} {}",
        row["class"], row["marks"], row["reason"], left["path"], right["path"]
    )
}

#[test]
fn an_explanation_says_what_the_comparison_says() {
    let cases = ["copies", "leftovers", "misfiled", "moved", "one-way", "placeholder", "rekeyed"];
    let more = ["no-message-id", "reused-id", "spelling", "story", "truncated"];
    for case in cases.into_iter().chain(more) {
        let [left, right] = ["left", "right"].map(|side| format!("testdata/{case}/{side}"));
        let json = |run: Run| -> Value { serde_json::from_slice(&run.stdout).unwrap() };
        let report = maildiff(&[&"--content", &"--all", &"--format=json", &left, &right]);
        let report = json(report);
        let rows = report["messages"].as_array().unwrap();
        assert!(!rows.is_empty());
        for row in rows {
            let key = row["key"].as_str().unwrap();
            let account = json(maildiff(&[&"explain", &"--format=json", &key, &left, &right]));
            let file = |place: &Value| match place.as_u64() {
                Some(at) => account["files"][usize::try_from(at).unwrap()].clone(),
                None => Value::Null,
            };
            let relations = account["comparison"].as_array().unwrap().iter();
            let relations: Vec<String> = relations
                .map(|relation| told(relation, &file(&relation["left"]), &file(&relation["right"])))
                .collect();
            let expected = told(row, &row["left"], &row["right"]);
            assert!(relations.contains(&expected), "{case}: {expected}\n{relations:#?}");
        }
    }
}

// How copies differ.

#[test]
fn a_copy_cut_short() {
    let (left, right) =
        (holding(mail("a").saying("One\nTwo\n")), holding(mail("a").saying("One\nT")));
    let run = explain("a@example.org", &left, &right);
    run.exits(1).tells("right 1 ends after").tells("cut short").tells("-Two").tells("+T");
    let told = explained(1, "a@example.org", &left, &right);
    assert_eq!(told["differences"][0]["cut_short"]["file"], 1);
    assert_eq!(told["differences"][0]["first"], Value::Null);
}

#[test]
fn a_placeholder() {
    let body = "Having a size of 150KiB, this message is over the MaxSize limit.\n";
    let left = holding(mail("a").about("Big"));
    let right = holding(mail("a").about("[placeholder] Big").saying(body));
    let run = explain("a@example.org", &left, &right);
    run.exits(1).tells("a placeholder of mbsync").tells("placeholder: mbsync's stand-in");
    run.tells("-Subject: Big\n").tells("+Subject: [placeholder] Big\n");
}

fn gzip(mail: &Mail) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
    encoder.write_all(&mail.bytes()).unwrap();
    encoder.finish().unwrap()
}

#[test]
fn transport_makes_no_difference() {
    let left = holding(mail("a"));
    let windows = String::from_utf8(mail("a").bytes()).unwrap().replace('\n', "\r\n");
    for (right, remark) in [
        (windows.into_bytes(), ""),
        (gzip(&mail("a")), "compressed with gzip"),
        ([&b"X-TUID: 123456789012\n"[..], &mail("a").bytes()].concat(), "1 X-TUID line"),
    ] {
        let run = explain("a@example.org", &left, &holding(right));
        run.exits(0).tells("THE SAME").tells("the same content").tells(remark);
    }
}

#[test]
fn another_encoding_of_the_same_text() {
    let plain = written("Content-Type: text/plain; charset=utf-8\n", "Café\n".as_bytes());
    let quoted = "Content-Type: text/plain; charset=utf-8\n\
        Content-Transfer-Encoding: quoted-printable\n";
    let quoted = written(quoted, b"Caf=C3=A9\n");
    let latin = written("Content-Type: text/plain; charset=latin1\n", b"Caf\xe9\n");
    let tell = |right: Vec<u8>| explain("a@example.org", &holding(plain.clone()), &holding(right));
    tell(quoted).exits(1).tells("decodes to the same text and parts");
    tell(latin).exits(1).tells("decodes to the same text and parts");
    let undecoded = written("Content-Type: text/plain; charset=utf-8\n", b"Caf\xe9\n");
    let run = tell(undecoded);
    run.exits(1).tells("+Caf\u{fffd}");
}

#[test]
fn what_cannot_be_decoded_is_not_called_the_same() {
    let [left, right] = [&b"Caf\xe9\n"[..], b"Caf\xe8\n"]
        .map(|body| holding(written("Content-Type: text/plain; charset=utf-8\n", body)));
    let run = explain("a@example.org", &left, &right);
    run.exits(1).tells("as far as they can be decoded").tells("canonical bytes are the same");
}

#[test]
fn attachments_are_told_by_type_size_and_hash() {
    let mixed = "Content-Type: multipart/mixed; boundary=x\n";
    let with = |encoded: &str| {
        let part = "Content-Type: image/png; name=\"a.png\"\nContent-Transfer-Encoding: base64\n";
        let body = format!("--x\n\nLook\n--x\n{part}\n{encoded}\n--x--\n");
        holding(written(mixed, body.as_bytes()))
    };
    let run = explain("a@example.org", &with("AAAA"), &with("AAAB"));
    run.exits(1).tells("-[2: image/png \"a.png\", 3 bytes, SHA-1 29e2dcfbb16f63bb0254df7585a15bb6");
}

#[test]
fn what_is_large_is_told_by_its_first_difference() {
    let long = |end: &str| holding(mail("a").saying(&("x".repeat(5 << 20) + end)));
    let run = explain("a@example.org", &long("one"), &long("two"));
    run.exits(1).tells("a body is longer than 4 MiB").tells("canonical bytes are the same, of");
    run.tells("left 1  one\n").tells("right 1  two\n");
    let line = |end: &str| holding(mail("a").saying(&("x".repeat(100_000) + end)));
    explain("a@example.org", &line("one"), &line("two")).exits(1).tells("xone\n").tells("xtwo\n");
    let text = |end: &str| holding(mail("a").saying(&("x\n".repeat(200_000) + end)));
    explain("a@example.org", &text("one"), &text("two")).exits(1).tells("longer than 256 KiB");
}

#[test]
fn nothing_that_a_terminal_would_obey_is_written() {
    let evil = "\u{1b}[31m\u{202e}\u{9b}\u{7}";
    let dressed = |body: &str| {
        let mail = mail("a").about(evil).field("X-Evil", &format!("{evil}{body}"));
        mail.saying(&format!("{evil}{body}\n"))
    };
    let name = raw(b"cur/\x1b[31m\n\xe9:2,S");
    let left = one("b").with(name, dressed("one"));
    let right = one("b").with(name, dressed("two")).folder(".\u{1b}[1m");
    for format in ["--format=text", "--format=json"] {
        let run = maildiff(&[&"explain", &format, &"a@example.org", &left, &right]);
        run.exits(1);
        let tame = |letter: char| letter == '\n' || !letter.is_control() && letter != '\u{202e}';
        assert!(run.text().chars().all(tame), "{}", run.text());
    }
    let path = left.path(name);
    maildiff(&[&"explain", &path, &left, &right]).exits(1).tells("cur/\\x1b[31m\\n\\xe9:2,S");
}

#[test]
fn a_header_of_any_kind_is_held_against_another() {
    let many = |last: &str| {
        let fields: Vec<String> = (0..3000).map(|at| format!("X-{at}: {at}\n")).collect();
        holding(written(&format!("{}X-Last: {last}\n", fields.concat()), b"x\n"))
    };
    let run = explain("a@example.org", &many("one"), &many("two"));
    run.exits(1).tells("differs behind its first fields");
    let [left, right] = ["A: 1\nB: 2\n", "B: 2\nA: 1\n"].map(|head| holding(written(head, b"x\n")));
    explain("a@example.org", &left, &right).exits(1).tells("the same fields in another order");
}

#[test]
fn sizes_that_a_name_tells_right_are_not_remarked() {
    let bytes = mail("a").bytes();
    let length = bytes.len();
    let wire = length + bytes.split(|&byte| byte == b'\n').count() - 1;
    let remarks = |wire: usize| {
        let tree = Tree::new().with(format!("cur/1,S={length},W={wire}"), mail("a"));
        explained(0, "a@example.org", &tree, &one("a"))["files"][0]["remarks"].clone()
    };
    assert_eq!(remarks(wire), serde_json::json!([]));
    assert_eq!(remarks(wire - 1), serde_json::json!(["small-size-w"]));
    assert_eq!(remarks(wire + 1), serde_json::json!(["big-size-w"]));
}

#[test]
fn a_copy_that_is_misfiled_is_not_all_right() {
    let misfiled = Tree::new().with("1:2,S", mail("a"));
    explain("a@example.org", &one("a"), &misfiled).exits(1);
}

#[test]
fn what_is_shorter_and_other_is_not_cut_short() {
    let (left, right) = (holding(mail("a").saying("One\n")), holding(mail("a").saying("Two, too")));
    let told = explained(1, "a@example.org", &left, &right);
    assert_eq!(told["differences"][0]["cut_short"], Value::Null);
    assert!(told["differences"][0]["first"].is_object());
}

#[test]
fn a_file_that_comes_to_mind_twice_is_shown_once() {
    let like = |mail: Mail| mail.dated("2024-01-01").about("Hi");
    let left = holding(like(mail("a")));
    let right = holding(like(mail("b")));
    let told = explained(1, "a@example.org", &left, &right);
    let files: Vec<&Value> = told["files"].as_array().unwrap().iter().collect();
    assert_eq!(files.len(), 2);
    let other = holding(like(mail("b")).saying("This is a.\n"));
    let told = explained(0, "a@example.org", &holding(like(mail("a"))), &other);
    assert_eq!(told["files"].as_array().unwrap().len(), 2);
}
