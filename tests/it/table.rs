//! Tables of other programs as a side.

use std::fs;
use std::io::Write;
use std::process::Stdio;

use crate::tree::{Report, Run, Tree, anonymous, compare, mail, maildiff, report, tool};

/// A table as `doveadm` prints it, of rows with a mailbox, flags and a Message-ID.
fn doveadm(rows: &[[&str; 3]]) -> String {
    let titles = "mailbox\tuid\tsize.physical\tflags\thdr.message-id\n".to_owned();
    let rows = rows.iter().enumerate().map(|(at, [mailbox, flags, id])| {
        let uid = at + 1;
        format!("{mailbox}\t{uid}\t9{uid}\t{flags}\t{id}\n")
    });
    titles + &rows.collect::<String>()
}

/// Compares a tree with a table.
fn report_with(tree: &Tree, table: impl AsRef<[u8]>, options: &str) -> Report {
    let place = Tree::bare().with("table", table.as_ref());
    report(tree, &place.path("table"), options)
}

#[test]
fn a_list_in_any_dress() {
    let tree = Tree::of(&["a", "b"]);
    for list in [
        "<a@example.org>\n<b@example.org>\n",
        "a@example.org\nB@Example.org",
        "\u{feff}<a@example.org>\r\n\r\n# more\r\n  <b@example.org>  \r\n",
        "id:a@example.org\nid:\"b@example.org\"\n",
        r#"[[[{"id": "a@example.org", "filename": ["/m/cur/a:2,S"]}, []]],
            [[{"id": "b@example.org", "filename": ["/m/cur/b:2,S"]}, []]]]"#,
        r#"[{"mailbox": "INBOX", "hdr.message-id": "\n\t<a@example.org>"},
            {"mailbox": "INBOX", "hdr.message-id": "<b@example.org>"}]"#,
    ] {
        let report = report_with(&tree, list, "--only only-left,only-right");
        report.is(0, if list.contains("B@") { "same 2, case-only 1" } else { "same 2" });
        let verdict = &report.json["verdict"];
        let told = ["complete", "strict", "ids_only", "content_checked"].map(|word| &verdict[word]);
        assert_eq!(told, [true, true, true, false]);
        assert_eq!(report.json["right"]["layout"], "table");
    }
}

#[test]
fn a_table_may_come_through_a_pipe_or_compressed() {
    let tree = Tree::of(&["a"]);
    let mut command = tool();
    command.args(["--brief", "-"]).arg(&tree).stdin(Stdio::piped());
    let mut running = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    running.stdin.take().unwrap().write_all(b"<a@example.org>\n").unwrap();
    let output = running.wait_with_output().unwrap();
    let told = String::from_utf8(output.stdout).unwrap();
    assert!(told.starts_with("THE SAME: 1 message on both sides."), "{told}");
    let mut packer = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    packer.write_all(b"<a@example.org>\n").unwrap();
    report_with(&tree, packer.finish().unwrap(), "").is(0, "same 1");
}

#[test]
fn what_is_no_table_is_refused() {
    let long = format!("<a@example.org>\n{}", "x".repeat(2 << 20));
    for (text, told) in [
        ("cur\nnew\ntmp\n", "line 1 is no Message-ID, so that it is neither a Maildir tree nor"),
        ("Dear Bob,\nwrite to ann@example.org\n", "line 1 is no Message-ID"),
        ("<a@example.org>\n\nnotes\n", "line 3 is no Message-ID, as the lines above it are"),
        ("id:a@example.org\n<b@example.org>\n", "line 2 is no Message-ID"),
        ("id:a@example.org\nid:b@exam", "line 2 has no end"),
        ("class,marks,reason,key\nonly-left,,,a@example.org\n", "line 1 is no Message-ID"),
        ("Return-Path: <ann@example.org>\nSubject: s\n\nbody\n", "line 1 is no Message-ID"),
        ("<html>\n<body>\n</body>\n</html>\n", "line 3 is no Message-ID"),
        ("{\"schema\": \"maildiff.report/1\"}\n", "line 1 is no Message-ID"),
        ("[]\n", "no message to compare"),
        ("# nothing yet\n", "no message to compare"),
        ("mailbox\thdr.message-id\n", "no message to compare"),
        ("mailbox\tuid\nINBOX\t1\n", "lacks the column hdr.message-id"),
        ("[Ann] wrote to Bob\n", "message 1: expected value at line 1 column 2; a table is what"),
        ("[[1, 2]]\n", "is not what `notmuch show"),
        (r#"[{"mailbox": "INBOX", "hdr.message-id": "<a@b>"}"#, "is cut short"),
        (&long, "line 2 is longer than 1 MiB"),
        ("From here on\n", "begins with From, and is no mbox"),
        ("", "is empty"),
    ] {
        let place = Tree::of(&["a"]).with("table", text);
        let run = compare(&Tree::of(&["a"]), &place.path("table"), "");
        run.exits(2).complains(told).complains(&place.path("table").display().to_string());
        assert_eq!(run.text(), "");
    }
}

#[test]
fn what_a_table_cannot_answer_is_refused() {
    let tree = Tree::of(&["a"]).with("ids", "<a@example.org>\n");
    let (list, other) = (tree.path("ids"), Tree::of(&["a"]));
    for (options, told) in [
        ("--content", "--content asks for contents, and the right is a table"),
        ("--before 2024-01-01", "--before asks for Date fields, and the right is a table"),
        ("--map INBOX=INBOX", "the right has no folder INBOX"),
        ("--inbox-right x", "--inbox-right is of a tree"),
        ("-f Sent", "no folder of either side matches"),
    ] {
        compare(&other, &list, options).exits(2).complains(told);
    }
    maildiff(&[&"check", &list]).exits(2).complains("name the root of a Maildir tree");
    maildiff(&[&"index", &list]).exits(2).complains("is a table");
    maildiff(&[&"explain", &"a@example.org", &other, &list]).exits(2).complains("of a table");
    maildiff(&[&"explain", &"a@example.org", &list]).exits(2).complains("name the tree");
    compare(&other, &other, "--layout table").exits(2);
}

#[test]
fn folders_and_flags_of_a_server() {
    let tree = Tree::of(&["a", "b"])
        .folder(".Lists.Été")
        .with(".Lists.&AMk-t&AOk-/cur/1:2,FRS", mail("c"))
        .with(".Sent/new/2", mail("d"));
    let rows = [
        ["INBOX", "\\Seen \\Recent", "<a@example.org>"],
        ["Sent", "\\Seen", "<b@example.org>"],
        ["Lists/Été", "\\Flagged \\Answered \\Seen word", "<c@example.org>"],
        ["Sent", "\\Seen", "<d@example.org>"],
    ];
    let report = report_with(&tree, doveadm(&rows), "");
    report.is(1, "same 3, moved 1, flags 1");
    let dotted = doveadm(&rows).replace("Lists/", "Lists.");
    report_with(&tree, &dotted, "").is(1, "same 3, moved 1, flags 1");
    let prefixed = doveadm(&rows).replace("Lists/", "INBOX/Lists/").replace("Sent", "INBOX/Sent");
    report_with(&tree, &prefixed, "").is(1, "same 3, moved 1, flags 1");
    report_with(&tree, doveadm(&rows), "-x Sent").is(1, "same 2, only-left 1");
    report_with(&tree, doveadm(&rows), "-f Lists/*").is(0, "same 1");
    let renamed = doveadm(&rows).replace("Sent", "Gone");
    report_with(&tree, &renamed, "--map Sent=Gone").is(1, "same 3, moved 1, flags 1");
}

#[test]
fn what_a_table_does_not_tell_is_no_difference() {
    let tree = Tree::of(&["a"])
        .with("cur/b:2,FRS", mail("b").saying(""))
        .with(".Sent/16.misfiled", mail("c"));
    let ids = "<a@example.org>\n<b@example.org>\n<c@example.org>\n";
    report_with(&tree, ids, "").is(0, "same 3");
    let bare = "mailbox\thdr.message-id\nINBOX\t<a@example.org>\nINBOX\t<b@example.org>\n\
        Sent\t<c@example.org>\n";
    // But a server shows what it tells of.
    report_with(&tree, bare, "").is(1, "same 3, misfiled 1");
    let report = report_with(&tree, ids, "--all");
    let row = report.list("messages").iter().find(|row| row["key"] == "a@example.org").unwrap();
    for field in ["folder", "place", "size", "flags"] {
        assert!(row["right"][field].is_null(), "{row:#}");
    }
    assert_eq!([&row["left"]["path"], &row["right"]["path"]], ["cur/a:2,S", "line 1"]);
}

#[test]
fn folders_are_chosen_of_the_other_side_where_a_table_has_none() {
    let tree = Tree::of(&["a", "b"]).with(".Sent/cur/1:2,S", mail("c"));
    let ids = "<a@example.org>\n<b@example.org>\n";
    report_with(&tree, ids, "-x Sent").is(0, "same 2");
    report_with(&tree, "<c@example.org>\n", "-x INBOX").is(0, "same 1");
    let report = report_with(&tree, "<c@example.org>\n", "-f Sent");
    report.is(0, "same 1");
    assert_eq!(report.ledger("left"), "same 1, excluded 2");
}

#[test]
fn misfiled_mail_that_notmuch_has_is_not_to_be_cured_here() {
    let tree = Tree::of(&["a"]).with(".x/cur/b:2,S", mail("b"));
    let of = |id: &str, path: &str| {
        format!(r#"[[{{"id": "{id}@example.org", "filename": ["/m/{path}"]}}, []]]"#)
    };
    let rows = [of("a", "cur/a:2,S"), of("b", ".x/b:2,S"), of("c", ".x/c:2,S")];
    let report = report_with(&tree, format!("[{}]", rows.join(",")), "");
    assert_eq!(report.rows(), ["only-right: misfiled", "same misfiled"]);
    assert!(report.list("messages").iter().all(|row| row["cure"].is_null()));
}

#[test]
fn what_a_server_shows_is_counted_for_each_side() {
    let tree = Tree::of(&["a"]).with("msg.b", mail("b"));
    for options in ["", "--all"] {
        let report = report_with(&tree, "<a@example.org>\n<b@example.org>\n", options);
        report.is(0, "same 2");
        let folder = &report.json["folders"][0];
        assert_eq!([&folder["left_delivered"], &folder["right_delivered"]], [1, 2]);
    }
}

#[test]
fn copies_are_counted_by_number() {
    let tree = Tree::of(&["a"])
        .with("cur/a2:2,S", mail("a").saying("Something else.\n"))
        .with(".Sent/cur/a3:2,S", mail("a"));
    let one = doveadm(&[["INBOX", "\\Seen", "<a@example.org>"]]);
    report_with(&tree, &one, "").is(1, "same 1, copies 2");
    report_with(&tree, &one, "--one-way").is(0, "same 1, copies 2");
    report_with(&tree, "<a@example.org>\n<a@example.org>\n", "").is(1, "same 2, copies 1");
    let thrice = doveadm(&[["Sent", "\\Seen", "<A@example.org>"]; 3]);
    report_with(&tree, &thrice, "").is(1, "same 1, moved 2, case-only 3");
    report_with(&tree, &thrice, "--case-sensitive").is(1, "only-left 3, only-right 3");
}

#[test]
fn messages_without_an_id_are_counted_by_folder() {
    let tree = Tree::of(&["a"])
        .with("cur/1:2,S", anonymous())
        .with(".Drafts/cur/2:2,D", anonymous().saying("One.\n"))
        .with(".Drafts/cur/3:2,D", anonymous().saying("Two.\n"))
        .with(".Drafts/cur/4:2,D", mail("x").field("Message-ID", "<>"))
        .with("tmp/5", anonymous().saying("Left.\n"));
    let rows = |drafts: usize, inbox: usize| {
        let drafts = vec![["Drafts", "", ""]; drafts];
        let inbox = vec![["INBOX", "", "no id"]; inbox];
        let ids =
            vec![["INBOX", "\\Seen", "<a@example.org>"], ["Drafts", "\\Draft", "<x@example.org>"]];
        doveadm(&[drafts, inbox, ids].concat())
    };
    let all = report_with(&tree, rows(2, 1), "");
    all.is(0, "same 5");
    assert_eq!(
        (all.ledger("left").as_str(), &all.json["left"]["unidentified"]),
        ("same 5, leftover 1", &3.into())
    );
    let fewer = report_with(&tree, rows(1, 2), "");
    fewer.is(1, "same 4, only-left 1, only-right 1");
    assert_eq!(fewer.rows(), ["only-left: unidentified", "only-right: unidentified"]);
    report_with(&tree, rows(1, 2), "--ignore-folders").is(0, "same 5");
    let verdict = |drafts, inbox| {
        let place = Tree::bare().with("table", rows(drafts, inbox));
        compare(&tree, &place.path("table"), "--brief")
    };
    verdict(2, 1).tells(
        "THE SAME: 5 messages on both sides. Contents were not compared: the right is a table; \
         3 messages without a Message-ID were only counted.",
    );
    verdict(2, 0).tells("without a Message-ID were only counted, 3 left and 2 right.");
    let place = Tree::bare().with("table", rows(1, 2));
    let ids = compare(&tree, &place.path("table"), "--format ids --all");
    assert_eq!(ids.text(), "<a@example.org>\n<x@example.org>\n");
    let paths = compare(&tree, &place.path("table"), "--format paths");
    assert!(paths.text().ends_with(".Drafts/cur/3:2,D\n"), "{}", paths.text());
}

#[test]
fn what_is_stuck_is_told() {
    let tree = Tree::of(&["a"]).with("tmp/b", mail("b")).with("tmp/c", mail("c"));
    let table =
        doveadm(&[["INBOX", "\\Seen", "<a@example.org>"], ["INBOX", "", "<b@example.org>"]]);
    let report = report_with(&tree, table, "");
    report.is(1, "same 1, only-left 1, only-right 1");
    assert_eq!(report.rows(), ["only-left: tmp", "only-right: lies in tmp/ of the left"]);
}

#[test]
fn a_folder_without_mail_is_not_absent_from_a_server() {
    let tree = Tree::of(&["a"]).with(".v1/cur/1:2,S", mail("b"));
    let report = report_with(&tree, doveadm(&[["INBOX", "\\Seen", "<a@example.org>"]]), "");
    assert_eq!(report.rows(), ["only-left: unexplained"]);
}

#[test]
fn the_mail_of_two_users_is_refused() {
    let titles = "Username\tmailbox\thdr.message-id\n";
    let of = |user: &str, id: &str| format!("{user}\tINBOX\t<{id}@example.org>\n");
    let tree = Tree::of(&["a", "b"]);
    let one = [titles, &of("ann", "a"), &of("ann", "b")].concat();
    report_with(&tree, one, "").is(0, "same 2");
    let two = Tree::bare().with("two", [titles, &of("ann", "a"), &of("bob", "b")].concat());
    let run = compare(&tree, &two.path("two"), "");
    run.exits(2).complains("line 3 is of the user bob, and those before are of ann");
}

#[test]
fn a_saved_index_is_as_good_as_its_tree() {
    let tree = Tree::of(&["a", "b"]).with("cur/1:2,S", anonymous()).with("cur/2:2,S", anonymous());
    let place = Tree::bare().with(
        "table",
        doveadm(&[
            ["INBOX", "\\Seen", "<a@example.org>"],
            ["INBOX", "\\Seen", ""],
            ["INBOX", "", "<x@y>"],
        ]),
    );
    let indexed = place.path("saved");
    for option in ["--headers-only", "--quiet"] {
        maildiff(&[&"index", &option, &tree, &"-o", &indexed]).exits(0);
        let table = place.path("table");
        for [one, other] in [[tree.root(), &table], [&table, tree.root()]] {
            let swap = |side| if side == tree.root() { indexed.as_path() } else { side };
            let ours = compare(one, other, "--format json --all");
            let theirs = compare(swap(one), swap(other), "--format json --all");
            assert_eq!((ours.status, ours.text()), (1, theirs.text()));
        }
        fs::remove_file(&indexed).unwrap();
    }
}

#[test]
fn an_answer_for_one_table_is_that_of_another() {
    let left = Tree::bare().with("t", doveadm(&[["INBOX", "\\Seen", "<a@b>"], ["Sent", "", ""]]));
    let right =
        Tree::bare().with("t", "<a@b>\n<c@d>\nsha1:0123456789012345678901234567890123456789\n");
    let run = Run::of(tool().arg(left.path("t")).arg(right.path("t")));
    run.exits(1).tells("both sides are tables; 1 message without a Message-ID was only counted.");
    run.tells("Also: 1 only on the right.").tells("right: it does not tell folders");
}
