//! What holds for any two trees, tried on random ones.
//!
//! The trees are the same in every run. `PROPTEST_CASES=5000 PROPTEST_RNG_SEED=7` looks further.

use std::collections::BTreeMap;
use std::env;
use std::fs;
use std::path::Path;
use std::sync::atomic::AtomicU64;

use maildiff::cell::{defuse, undefuse};
use maildiff::fetch;
use maildiff::identify::{self, Counts, Identifier, Options};
use maildiff::index::{self, index_mboxes};
use maildiff::input::Input;
use maildiff::mail_file::{Buffer, MailFile};
use maildiff::maildir::file_name;
use maildiff::maildir::folder_name::decode_component;
use maildiff::maildir::layout::{self, Layout as AnyLayout};
use maildiff::mbox::Mboxes;
use maildiff::mbox::dialect::Dialect;
use maildiff::message::canonical::{Canonical, canonical};
use maildiff::message::envelope::Envelope;
use maildiff::message::id::message_id;
use maildiff::report::csv::{COLUMNS, FOLDER_COLUMNS};
use maildiff::table;
use proptest::prelude::*;
use proptest::test_runner::RngSeed;
use serde_json::Value;

use crate::allow::{Table, under};
use crate::export::{Writer, mbox};
use crate::plan::{ANYTHING, ANYWHERE, DELIVERED, Layout, MESSAGES, Plan, Scope, plans};
use crate::tree::{COUNTS, Report, Run, Tree, compare, raw, report, tool};

/// So many cases as tests that start programs can afford.
pub(crate) fn few() -> ProptestConfig {
    cases(32)
}

/// So many cases as tests of single functions can afford.
fn many() -> ProptestConfig {
    cases(256)
}

fn cases(cases: u32) -> ProptestConfig {
    let mut config = ProptestConfig { failure_persistence: None, ..ProptestConfig::default() };
    if env::var_os("PROPTEST_CASES").is_none() {
        config.cases = cases;
    }
    if env::var_os("PROPTEST_RNG_SEED").is_none() {
        config.rng_seed = RngSeed::Fixed(1);
    }
    config
}

const SIDES: [&str; 2] = ["left", "right"];

/// Ways to compare that must not change what a law says.
fn options() -> impl Strategy<Value = &'static str> {
    prop::sample::select(&["", "--content", "--ignore-folders", "--content --ignore-folders"][..])
}

proptest! {
    #![proptest_config(few())]

    #[test]
    fn every_file_is_accounted_for(
        left in plans(ANYTHING), right in plans(ANYTHING), options in options(),
    ) {
        let (left, right) = (left.build(), right.build());
        let report = report(&left, &right, options);
        check_ledgers(&report, &left, &right);
        check_folders(&report);
    }

    #[test]
    fn what_is_left_out_is_accounted_for(left in plans(ANYTHING), right in plans(ANYTHING)) {
        let (left, right) = (left.build(), right.build());
        let run = compare(&left, &right, "--format json -x Sent -x INBOX");
        // A side of which nothing is left is no side, and there is no report.
        if run.status != 2 {
            let report = run.report();
            check_ledgers(&report, &left, &right);
            check_folders(&report);
        }
    }

    #[test]
    fn a_comparison_is_the_mirror_of_its_reverse(
        left in plans(ANYTHING), right in plans(ANYTHING), options in options(),
    ) {
        let (left, right) = (left.build(), right.build());
        let there = report(&left, &right, options);
        let back = report(&right, &left, options);
        prop_assert_eq!(there.status, back.status);
        prop_assert_eq!(&there.json["ledger"], &mirrored(&back.json["ledger"]));
        prop_assert_eq!(&there.json["counts"], &mirrored(&back.json["counts"]));
        prop_assert_eq!(folders(there.json.clone()), folders(mirrored(&back.json)));
    }

    #[test]
    fn a_copy_is_the_same(plan in plans(ANYTHING), options in options()) {
        let report = report(&plan.build(), &plan.build(), options);
        check_same(&report, &plan);
        prop_assert_eq!(report.status, 0);
    }

    #[test]
    fn a_tree_and_the_table_of_it_are_the_same(
        plan in plans(DELIVERED), other in plans(DELIVERED),
        options in prop::sample::select(&["", "--ignore-folders", "--case-sensitive"][..]),
    ) {
        let tree = plan.build();
        let place = Tree::bare().with("table", plan.table()).with("other", other.table());
        let itself = report(&tree, &place.path("table"), options);
        prop_assert_eq!((itself.status, itself.count("same")), (0, plan.0.len() as u64));
        // What a table stands for makes no difference, whatever it is held against.
        let there = report(&tree, &place.path("other"), options);
        let tables = report(&place.path("table"), &place.path("other"), options);
        prop_assert_eq!(there.status, tables.status);
        // Copies pair in the order of their places, which may be another one.
        for word in COUNTS.iter().filter(|word| **word != "flags") {
            prop_assert_eq!(there.count(word), tables.count(word), "{}", word);
        }
        prop_assert_eq!(there.ledger("left"), tables.ledger("left"));
    }

    #[test]
    fn layouts_line_ends_and_sync_marks_change_no_class(
        left in plans(ANYWHERE), right in plans(ANYWHERE),
        layout in prop::sample::select(&[Layout::MaildirPlusPlus, Layout::Fs, Layout::Legacy][..]),
        change in prop::sample::select(&[crlf, sync_mark, sync_mark_and_crlf, unchanged][..]),
    ) {
        let changed = right.build_as(layout, &change);
        let itself = report(&right.build(), &changed, "");
        check_same(&itself, &right);
        let left = left.build();
        let plain = report(&left, &right.build(), "--content");
        let changed = report(&left, &changed, "--content");
        prop_assert_eq!(plain.counts(), changed.counts());
    }

    #[test]
    fn an_mbox_changes_no_class(
        // Of several contents under one id, which is whose partner is for the paths to say.
        left in plans(Scope { reused: false, ..DELIVERED }),
        right in plans(Scope { reused: false, ..DELIVERED }),
        writer in prop::sample::select(&[Writer::Mboxo, Writer::Mboxrd, Writer::Careless][..]),
        options in options(),
    ) {
        let itself = report(&right.build(), &right.mboxes(writer), options);
        // Of equal copies in one folder any may be the partner, whatever its flags are.
        let counts = |report: &Report| {
            let words = COUNTS.iter().filter(|word| **word != "flags");
            words.map(|word| report.count(word)).collect::<Vec<_>>()
        };
        prop_assert_eq!(itself.status, 0);
        let left = left.build();
        let plain = report(&left, &right.build(), options);
        let mboxes = report(&left, &right.mboxes(writer), options);
        prop_assert_eq!(plain.status, mboxes.status);
        prop_assert_eq!(counts(&plain), counts(&mboxes));
        prop_assert_eq!(plain.ledger("right"), mboxes.ledger("right"));
    }

    #[test]
    fn letter_case_of_ids_changes_no_class(
        left in plans(Scope { anonymous: false, ..ANYTHING }),
        right in plans(Scope { anonymous: false, ..ANYTHING }),
        options in options(),
    ) {
        let case_only = |word: &&&str| **word == "case-only";
        let counts: Vec<&str> = COUNTS.iter().filter(|word| !case_only(word)).copied().collect();
        check_case(&left, &right, options, loud_ids, &counts);
    }

    #[test]
    fn letter_case_of_field_names_changes_no_class(
        left in plans(Scope { anonymous: false, reused: false, ..ANYTHING }),
        right in plans(Scope { anonymous: false, reused: false, ..ANYTHING }),
    ) {
        // The names of fields are content, so that a pair that is looked into may get that mark.
        check_case(&left, &right, "", loud_names, &COUNTS[..5]);
    }

    #[test]
    fn what_is_taken_away_is_missed(
        plan in plans(MESSAGES), choice in any::<prop::sample::Index>(),
    ) {
        let (taken, rest) = plan.take(choice);
        let (left, right) = (plan.build(), rest.build());
        let status = |options| compare(&left, &right, options).status;
        let copy_left = rest.0.iter().any(|item| item.is_copy_of(&taken));
        for options in ["", "--content", "--ignore-folders"] {
            prop_assert_ne!(status(options), 0, "{}", options);
        }
        for options in ["--one-way", "--one-way --ignore-folders"] {
            prop_assert!(copy_left || status(options) != 0, "{}", options);
        }
    }

    #[test]
    fn a_copy_elsewhere_is_enough_to_delete_one(
        plan in plans(DELIVERED), choice in any::<prop::sample::Index>(),
    ) {
        let (taken, rest) = plan.take(choice);
        let copy_left = rest.0.iter().any(|item| item.is_copy_of(&taken));
        let run = compare(&plan.build(), &rest.build(), "--one-way --ignore-folders");
        prop_assert_eq!(run.status == 0, copy_left, "{}", run.text());
    }

    #[test]
    fn tables_and_json_tell_what_was_counted(
        left in plans(ANYTHING), right in plans(ANYTHING), all in any::<bool>(),
    ) {
        let files = Tree::bare();
        let report = written(&left.build(), &right.build(), &files, all);
        check_rows(&report, all);
        check_verdict(&report);
        check_table(&files.path("csv"), &COLUMNS, report.list("messages"), |row, entry| {
            row["class"] == entry["class"].as_str().unwrap()
                && row["key"] == entry["key"].as_str().unwrap()
                && undefuse(&row["from"]) == entry["from"].as_str().unwrap()
                && undefuse(&row["cure"]) == told(&entry["cure"])
        });
        check_table(&files.path("folders"), &FOLDER_COLUMNS, report.list("folders"), |row, entry| {
            FOLDER_COLUMNS.iter().all(|&column| undefuse(&row[column]) == told(&entry[column]))
        });
    }

    #[test]
    fn a_table_that_is_accepted_whole_fails_nothing(
        left in plans(ANYTHING), right in plans(ANYTHING), options in options(),
        choice in any::<prop::sample::Index>(),
    ) {
        let (left, right, files) = (left.build(), right.build(), Tree::bare());
        let path = files.path("table");
        let mut table = Table::of(&left, &right, options).with("decision", "ok");
        table.save(&path, b',');
        let run = under(&[&path], &left, &right, &format!("--format csv {options}"));
        prop_assert_eq!((run.status, run.stderr.as_str()), (0, ""), "{}", run.text());
        // What comes out is a reviewed table again.
        let again = text_lines(&run.stdout);
        prop_assert_eq!(again, text_lines(&fs::read(&path).unwrap()));
        if !table.rows.is_empty() {
            let at = choice.index(table.rows.len());
            let fails = table.fails(at);
            let decision = table.column("decision");
            table.rows[at][decision].clear();
            table.save(&path, b',');
            let run = under(&[&path], &left, &right, options);
            prop_assert_eq!(run.status, i32::from(fails), "{}", run.text());
        }
    }

    #[test]
    fn a_table_says_the_same_in_any_order_and_with_any_separator(
        left in plans(ANYTHING), right in plans(ANYTHING), turn in any::<prop::sample::Index>(),
        decisions in prop::collection::vec(prop::sample::select(&["ok", "no", ""][..]), 24),
        separator in prop::sample::select(&[b',', b';', b'\t'][..]),
    ) {
        let (left, right, files) = (left.build(), right.build(), Tree::bare());
        let path = files.path("table");
        let mut table = Table::of(&left, &right, "");
        let decision = table.column("decision");
        for (row, said) in table.rows.iter_mut().zip(decisions.iter().cycle()) {
            (*said).clone_into(&mut row[decision]);
        }
        table.save(&path, b',');
        let told = |path: &Path| under(&[path], &left, &right, "--format csv");
        let expected = told(&path);
        let by = turn.index(table.rows.len() + 1);
        table.rows.rotate_left(by);
        table.rows.reverse();
        table.save(&path, separator);
        let turned = told(&path);
        prop_assert_eq!(expected.text(), turned.text());
        prop_assert_eq!((expected.status, expected.stderr), (turned.status, turned.stderr));
    }

    #[test]
    fn the_same_trees_give_the_same_bytes(left in plans(ANYTHING), right in plans(ANYTHING)) {
        let (left, right, files) = (left.build(), right.build(), Tree::bare());
        let one = outputs(&left, &right, &files, "1");
        prop_assert_eq!(&one, &outputs(&left, &right, &files, "4"));
        prop_assert_eq!(&one, &outputs(&left, &right, &files, "4"));
    }
}

/// The lines of a table, whatever ends them.
fn text_lines(bytes: &[u8]) -> Vec<String> {
    String::from_utf8_lossy(bytes).lines().map(str::to_owned).collect()
}

fn check_ledgers(report: &Report, left: &Tree, right: &Tree) {
    check_ledger(report, "left", left.files());
    check_ledger(report, "right", right.files());
}

fn check_ledger(report: &Report, side: &str, files: u64) {
    let ledger = report.json["ledger"][side].as_object().unwrap();
    let told = ledger["files"].as_u64().unwrap();
    let parts = ledger.values().map(|part| part.as_u64().unwrap()).sum::<u64>() - told;
    assert_eq!((told, parts), (files, files), "{:#}", report.json);
}

/// In each folder the messages are the sum of what became of them, and all folders together have
/// what the ledger has.
fn check_folders(report: &Report) {
    let mut sums = [0; 2];
    for folder in report.list("folders") {
        let count = |field: &str| folder[field].as_u64().unwrap();
        let left = ["same", "moved_out", "copies_left", "only_left"].map(count);
        let right = ["same", "moved_in", "copies_right", "only_right"].map(count);
        assert_eq!(count("left_messages"), left.iter().sum::<u64>(), "{folder:#}");
        assert_eq!(count("right_messages"), right.iter().sum::<u64>(), "{folder:#}");
        assert!(count("left_delivered") <= count("left_messages"));
        assert!(count("right_delivered") <= count("right_messages"));
        sums[0] += count("left_messages");
        sums[1] += count("right_messages");
    }
    let sum = |field: &str| -> u64 {
        report.list("folders").iter().map(|folder| folder[field].as_u64().unwrap()).sum()
    };
    for word in ["same", "content", "only-left", "only-right"] {
        assert_eq!(sum(&word.replace('-', "_")), report.count(word), "{word}: {:#}", report.json);
    }
    assert_eq!(sum("copies_left") + sum("copies_right"), report.count("copies"));
    assert_eq!((sum("moved_out"), sum("moved_in")), (report.count("moved"), report.count("moved")));
    for (side, sum) in SIDES.into_iter().zip(sums) {
        let ledger = &report.json["ledger"][side];
        let mail = ["same", "moved", "copies", "only"].map(|part| ledger[part].as_u64().unwrap());
        assert_eq!(sum, mail.iter().sum::<u64>(), "{:#}", report.json);
        assert_eq!(sum, report.json[side]["messages"].as_u64().unwrap());
    }
}

/// The value with everything that is said of one side said of the other.
fn mirrored(value: &Value) -> Value {
    match value {
        Value::Object(fields) => {
            fields.iter().map(|(name, value)| (mirrored_name(name), mirrored(value))).collect()
        }
        Value::Array(values) => values.iter().map(mirrored).collect(),
        other => other.clone(),
    }
}

fn mirrored_name(name: &str) -> String {
    let pairs = [("left", "right"), ("right", "left"), ("_out", "_in"), ("_in", "_out")];
    let found = pairs.into_iter().find(|(this, _)| name.contains(this) && name != "leftover");
    found.map_or_else(|| name.to_owned(), |(this, that)| name.replace(this, that))
}

/// The counts of the folders by name. A pair of other content counts where its left file lies: that
/// alone has no mirror.
fn folders(mut json: Value) -> BTreeMap<String, Value> {
    let folders = json["folders"].as_array_mut().unwrap().iter_mut().map(|folder| {
        folder.as_object_mut().unwrap().remove("content");
        (folder["name"].as_str().unwrap().to_owned(), folder.take())
    });
    folders.collect()
}

/// Everything that is there is there on both sides, and nothing else is said.
fn check_same(report: &Report, plan: &Plan) {
    let same = report.count("same");
    assert!(same > 0);
    assert_eq!(report.counts(), format!("same {same}"), "{plan:?}\n{:#}", report.json);
}

fn unchanged(mail: &[u8]) -> Vec<u8> {
    mail.to_vec()
}

/// With CR LF at the ends of lines.
fn crlf(mail: &[u8]) -> Vec<u8> {
    str::from_utf8(mail).unwrap().replace('\n', "\r\n").into_bytes()
}

/// With the line that mbsync adds at the end of a header.
fn sync_mark(mail: &[u8]) -> Vec<u8> {
    let mail = str::from_utf8(mail).unwrap();
    mail.replacen("\n\n", "\nX-TUID: 0123456789/+\n\n", 1).into_bytes()
}

fn sync_mark_and_crlf(mail: &[u8]) -> Vec<u8> {
    crlf(&sync_mark(mail))
}

/// With the Message-ID in capitals.
fn loud_ids(mail: &[u8]) -> Vec<u8> {
    change_fields(mail, |name, value| match name {
        "Message-ID" => (name.to_owned(), value.to_uppercase()),
        _ => (name.to_owned(), value.to_owned()),
    })
}

/// With the Message-ID and the names of all fields in capitals.
fn loud_names(mail: &[u8]) -> Vec<u8> {
    change_fields(&loud_ids(mail), |name, value| (name.to_uppercase(), value.to_owned()))
}

fn change_fields(mail: &[u8], change: impl Fn(&str, &str) -> (String, String)) -> Vec<u8> {
    let mail = str::from_utf8(mail).unwrap();
    let (header, body) = mail.split_once("\n\n").unwrap_or((mail, ""));
    let header: String = header.lines().fold(String::new(), |header, line| {
        let (name, value) = line.split_once(": ").unwrap();
        let (name, value) = change(name, value);
        header + &name + ": " + &value + "\n"
    });
    let end = if mail.contains("\n\n") { "\n" } else { "" };
    format!("{header}{end}{body}").into_bytes()
}

/// These counts are the same whether or not the right is written louder.
fn check_case(
    left: &Plan,
    right: &Plan,
    options: &str,
    louder: fn(&[u8]) -> Vec<u8>,
    counts: &[&str],
) {
    let left = left.build();
    let plain = report(&left, &right.build(), options);
    let loud = report(&left, &right.build_as(Layout::MaildirPlusPlus, &louder), options);
    for count in counts {
        assert_eq!(plain.count(count), loud.count(count), "{count}\n{:#}", loud.json);
    }
}

/// The report of a run that also writes its tables to `csv` and `folders`.
fn written(left: &Tree, right: &Tree, files: &Tree, all: bool) -> Report {
    let mut tool = tool();
    tool.args(["--format", "json", "--csv"]).arg(files.path("csv"));
    tool.arg("--folders-csv").arg(files.path("folders"));
    Run::of(tool.args(all.then_some("--all")).arg(left).arg(right)).report()
}

/// The listed messages are those that the counts count.
fn check_rows(report: &Report, all: bool) {
    let mut counted: BTreeMap<&str, u64> = BTreeMap::new();
    let mut plain = 0;
    for entry in report.list("messages") {
        let marks = entry["marks"].as_array().unwrap();
        let words = marks.iter().chain([&entry["class"]]);
        words.for_each(|word| *counted.entry(word.as_str().unwrap()).or_default() += 1);
        plain += u64::from(entry["class"] == "same" && marks.is_empty());
    }
    for word in COUNTS {
        let told = counted.get(word).copied().unwrap_or_default();
        assert!(told == report.count(word) || word == "same" && !all, "{word}: {:#}", report.json);
    }
    let marked = counted.get("same").copied().unwrap_or_default() - plain;
    assert!(marked <= report.count("same") && (all || plain == 0));
}

/// Nothing but the counts decides whether the left is complete, and whether all is the same.
fn check_verdict(report: &Report) {
    let none = |words: &[&str]| words.iter().all(|word| report.count(word) == 0);
    let misfiled = report.list("messages").iter().any(|entry| {
        let marks = entry["marks"].as_array().unwrap();
        marks.iter().any(|mark| mark == "misfiled") && entry["right"]["place"] == "misfiled"
    });
    let complete = none(&["only-left", "content"]) && !misfiled;
    let strict = complete && none(&["only-right", "moved", "copies", "misfiled"]);
    let verdict = &report.json["verdict"];
    assert_eq!(verdict["complete"], complete, "{:#}", report.json);
    assert_eq!(verdict["strict"], strict, "{:#}", report.json);
    assert_eq!(verdict["exit"], report.status);
    assert_eq!(report.status == 0, strict, "{:#}", report.json);
}

/// A table has its columns in every row, CR LF at the ends of its lines, and a row an entry.
fn check_table(
    path: &Path,
    columns: &[&str],
    entries: &[Value],
    agree: impl Fn(&BTreeMap<String, String>, &Value) -> bool,
) {
    let text = fs::read_to_string(path).unwrap();
    assert!(text.ends_with("\r\n"));
    let mut table = csv::Reader::from_reader(text.as_bytes());
    assert_eq!(table.headers().unwrap(), columns);
    let rows: Vec<BTreeMap<String, String>> = table.deserialize().map(Result::unwrap).collect();
    assert_eq!(rows.len(), entries.len());
    for (row, entry) in rows.iter().zip(entries) {
        assert_eq!(row.len(), columns.len());
        assert!(agree(row, entry), "{row:?}\n{entry:#}");
    }
}

/// A value as it stands in a table.
fn told(value: &Value) -> String {
    match value {
        Value::Null => String::new(),
        Value::String(text) => text.clone(),
        other => other.to_string(),
    }
}

/// Everything that a run with so many threads writes.
fn outputs(left: &Tree, right: &Tree, files: &Tree, threads: &str) -> Vec<Vec<u8>> {
    let mut tool = tool();
    tool.env("RAYON_NUM_THREADS", threads).arg("--json").arg(files.path("json"));
    tool.arg("--csv").arg(files.path("csv")).arg("--folders-csv").arg(files.path("folders"));
    let run = Run::of(tool.arg("--all").arg(left).arg(right));
    let written = ["json", "csv", "folders"].map(|name| fs::read(files.path(name)).unwrap());
    [run.stdout, run.stderr.into_bytes(), vec![u8::try_from(run.status).unwrap()]]
        .into_iter()
        .chain(written)
        .collect()
}

/// What is in an mbox, message by message, without CR.
fn letters(bytes: &[u8]) -> Option<Vec<Vec<u8>>> {
    let input = Input::unpack(Path::new("mbox"), bytes).unwrap();
    let mboxes = Mboxes::of_file(Path::new("mbox"), input, Dialect::Auto).unwrap()?;
    let count = mboxes.messages();
    let index = index_mboxes(mboxes, &index::Options::default(), &AtomicU64::new(0));
    assert!(index.errors.is_empty() && index.files() >= count as u64);
    let mut messages: Vec<_> = index.messages().iter().collect();
    assert_eq!(messages.len(), count);
    assert!(fetch::contents(&index, &messages).is_empty());
    let at = |path: &Path| path.to_str().unwrap().rsplit(':').next().unwrap().parse().unwrap();
    messages.sort_by_key(|message| -> u64 { at(message.path()) });
    let openings = fetch::openings(&index, &messages);
    Some(openings.into_iter().map(Result::unwrap).collect())
}

/// Without the first Content-Length.
fn without_length(message: &[u8]) -> Vec<u8> {
    let mut lines: Vec<&[u8]> = message.split_inclusive(|&byte| byte == b'\n').collect();
    let length = lines.iter().position(|line| line.starts_with(b"Content-Length: ")).unwrap();
    lines.remove(length);
    lines.concat()
}

/// Bytes that are almost an mbox.
fn mbox_like() -> impl Strategy<Value = Vec<u8>> {
    const PIECES: [&[u8]; 16] = [
        b"From ann@example.org Fri May 17 12:00:00 2024\n",
        b"From here on\n",
        b"From ",
        b">From a\n",
        b">>From b\n",
        b">",
        b"\n",
        b"\n\n",
        b"\r\n",
        b"\r",
        b"A: 1\n",
        b"Message-ID: <a@example.org>\n",
        b"Content-Length: 7\n",
        b"Content-Length: 46\n",
        b"Subject: DON'T DELETE THIS MESSAGE -- FOLDER INTERNAL DATA\nX-IMAP: 1 1\n",
        b"text\0\xff",
    ];
    prop::collection::vec(prop::sample::select(&PIECES[..]), 0..24)
        .prop_map(|pieces| pieces.concat())
}

/// Bytes that are almost mail.
fn mail_like() -> impl Strategy<Value = Vec<u8>> {
    const PIECES: [&[u8]; 32] = [
        b"Message-ID:",
        b"message-id",
        b"Subject",
        b": ",
        b":",
        b"<",
        b">",
        b"(",
        b")",
        b"\\",
        b"\"",
        b"@",
        b"a@b",
        b"=?utf-8?q?",
        b"=?us-ascii?b?",
        b"=3C",
        b"?=",
        b"\n",
        b"\r\n",
        b"\r",
        b"\n\n",
        b" ",
        b"\t",
        b"\0",
        b"\x80",
        b"\xef\xbb\xbf",
        b"From ",
        b"X-TUID: ",
        b"\x1f\x8b\x08",
        b"\x28\xb5\x2f\xfd",
        b"BZh9",
        b"Received: x",
    ];
    let piece = prop_oneof![
        8 => prop::sample::select(&PIECES[..]).prop_map(<[u8]>::to_vec),
        1 => prop::collection::vec(any::<u8>(), 0..20),
    ];
    prop::collection::vec(piece, 0..30).prop_map(|pieces| pieces.concat())
}

/// Names out of what names are made of.
fn name_like() -> impl Strategy<Value = Vec<u8>> {
    const PIECES: [&[u8]; 26] = [
        b".",
        b"..",
        b"cur",
        b"new",
        b"tmp",
        b"INBOX",
        b"inbox",
        b"&",
        b"-",
        b"&AMk-",
        b"&AMk",
        b",",
        b"=",
        b":2,",
        b";2,",
        b"!2,",
        b"S=",
        b",S=12",
        b",W=",
        b"\\2e",
        b"%2F",
        b"%",
        b"\xe9",
        b"\xc3\x89",
        b".directory",
        b".sbd",
    ];
    let piece = prop_oneof![
        8 => prop::sample::select(&PIECES[..]).prop_map(<[u8]>::to_vec),
        1 => prop::collection::vec(any::<u8>(), 0..8),
    ];
    prop::collection::vec(piece, 0..12).prop_map(|pieces| pieces.concat())
}

proptest! {
    #![proptest_config(many())]

    #[test]
    fn what_was_written_into_an_mbox_comes_out_of_it(
        bodies in prop::collection::vec(mbox_like(), 1..6),
    ) {
        // Without what makes a writer's message no message any more, and its CRs.
        let of = |body: &Vec<u8>| {
            let body: Vec<u8> = body.iter().copied().filter(|byte| *byte != b'\r').collect();
            [b"Subject: a letter\n\n", body.as_slice(), b"\n"].concat()
        };
        let messages: Vec<Vec<u8>> = bodies.iter().map(of).collect();
        prop_assert_eq!(&letters(&mbox(Writer::Mboxrd, messages.clone())).unwrap(), &messages);
        // Every line that could begin a message is quoted; nothing else could be undone wrongly.
        let is_plain = |message: &Vec<u8>| !message.windows(6).any(|part| part == b">From ");
        if messages.iter().all(is_plain) {
            prop_assert_eq!(&letters(&mbox(Writer::Mboxo, messages.clone())).unwrap(), &messages);
        }
        let counted = letters(&mbox(Writer::Mboxcl2, messages.clone())).unwrap();
        let uncounted = counted.iter().map(|message| without_length(message));
        prop_assert_eq!(uncounted.collect::<Vec<_>>(), messages);
    }

    #[test]
    fn no_mbox_is_too_strange(bytes in mbox_like()) {
        let from = b"From ann@example.org Fri May 17 12:00:00 2024\n";
        prop_assert!(letters(&[from, bytes.as_slice()].concat()).is_some());
        prop_assert!(letters(&bytes).is_some() || !bytes.starts_with(from));
        let twice = [from, bytes.as_slice(), b"\n\n", from, &bytes].concat();
        prop_assert!(letters(&twice).is_some());
    }

    #[test]
    fn any_bytes_have_an_identity_or_a_cause(mail in mail_like(), certain in any::<bool>()) {
        let directory = Tree::bare().with("mail", mail.clone());
        let mut buffer = Buffer::default();
        let mut file = MailFile::open(&directory.path("mail"), &mut buffer).unwrap();
        let options = Options { date: true, ..Options::default() };
        let counts = if certain { Counts::Always } else { Counts::IfMail };
        match Identifier::default().identify(&mut file, counts, options) {
            Ok(None) => prop_assert!(!certain),
            Ok(Some(found)) => prop_assert_eq!(found.content.is_some(), found.id.is_none()),
            Err(error) => prop_assert!(!error.to_string().is_empty()),
        }
        let content = identify::content(&mut file).ok();
        prop_assert!(content.is_none_or(|content| content.length <= 1 << 20));
    }

    #[test]
    fn content_does_not_depend_on_the_chunks(
        mail in mail_like(), sizes in prop::collection::vec(1..40_usize, 1..8),
    ) {
        let mut chunked = Canonical::new();
        let mut rest = mail.as_slice();
        for size in sizes.into_iter().cycle() {
            let (chunk, after) = rest.split_at(size.min(rest.len()));
            chunked.update(chunk);
            rest = after;
            if rest.is_empty() { break }
        }
        prop_assert_eq!(chunked.finish(), canonical(&mail));
    }

    #[test]
    fn an_id_has_no_blanks_and_no_brackets_at_its_ends(
        values in prop::collection::vec(mail_like(), 0..4),
    ) {
        if let Some(found) = message_id(values.iter().map(Vec::as_slice)) {
            prop_assert!(!found.id.is_empty());
            prop_assert!(!found.id.iter().any(u8::is_ascii_whitespace));
            prop_assert_eq!(found.key(false), found.clone().key(false));
        }
    }

    #[test]
    fn any_file_name_has_a_base_and_flags(name in name_like()) {
        prop_assert!(name.starts_with(file_name::base(&name)));
        prop_assert!(file_name::flags(&name).to_string().len() <= 6);
        let flagged = [file_name::base(&name), b":2,FS"].concat();
        prop_assert_eq!(file_name::base(&flagged), file_name::base(&name));
        let _ = (file_name::told_size(&name), file_name::told_wire_size(&name));
    }

    #[test]
    fn any_bytes_are_a_table_or_an_error(text in table_like()) {
        let input = Input::unpack(Path::new("t"), text.as_slice()).unwrap();
        let told = table::Table::open(input).map_err(|error| error.to_string());
        let holds = |table: table::Table| table.tells().folders != table.folders().is_empty();
        let is_fine = told.map_or_else(
            |told| told.starts_with("t: "),
            |table| table.rows() == 0 || holds(table),
        );
        prop_assert!(is_fine);
    }

    #[test]
    fn any_directory_has_a_folder_name(
        paths in prop::collection::vec(prop::collection::vec(name_like(), 1..4), 1..6),
    ) {
        let path = |levels: &Vec<Vec<u8>>| levels.iter().map(|level| raw(level)).collect();
        let paths: Vec<_> = paths.iter().map(path).collect();
        let detected = layout::detect(&paths).layout;
        let others = ["single", "fs", "legacy", "flat:.", "dirname:x", "kmail", "thunderbird"];
        let others = others.map(|name| name.parse::<AnyLayout>().unwrap());
        for layout in others.into_iter().chain([detected]) {
            for path in &paths {
                let named = layout.name(path);
                prop_assert_eq!(named.visible, layout.maps(path));
                prop_assert!(named.name.is_typed(named.name.as_str()), "{}", named.name);
            }
        }
    }

    #[test]
    fn a_name_of_valid_text_is_valid(level in name_like()) {
        prop_assert_eq!(decode_component(&level).valid, str::from_utf8(&level).is_ok());
    }

    #[test]
    fn any_fields_have_an_envelope(
        date in prop_oneof![mail_like(), date_like()], from in mail_like(), subject in mail_like(),
    ) {
        let envelope = Envelope::new(Some(&date), Some(&from), Some(&subject));
        prop_assert_eq!(envelope.subject.trim(), &envelope.subject);
        prop_assert!(envelope.likeness().is_none() || envelope.date.is_some());
    }

    #[test]
    fn what_is_defused_comes_back(cell in "[ \t\r\n'=+@＝－x-]{0,4}.{0,4}") {
        let safe = defuse(cell.clone());
        prop_assert_eq!(undefuse(&safe), &cell);
        prop_assert!(!safe.starts_with(['\t', '\r', '\n']));
        prop_assert!(!safe.trim_start().starts_with(['=', '+', '-', '@', '＝', '＋', '－', '＠']));
    }
}

/// Bytes of which tables are made, in any order; mostly behind the titles of one.
fn table_like() -> impl Strategy<Value = Vec<u8>> {
    let words: &[&[u8]] = &[
        b"mailbox",
        b"uid",
        b"hdr.message-id",
        b"INBOX",
        b"<a@b>",
        b"id:",
        b"a@b",
        b"\t",
        b"\n",
        b" ",
        b"\r\n",
        b"7",
        b"\xef\xbb\xbf",
        b"[",
        b"]",
        b"{\"id\":\"a@b\",",
        b"\"filename\":[\"/m/cur/1\"]}",
        b"null",
        b"\"",
        b"\\",
        b"\0",
        b"\xff",
    ];
    let titles: &[&[u8]] =
        &[b"", b"mailbox\tuid\thdr.message-id\n", b"hdr.message-id\tmailbox\n", b"[{\"id\":"];
    let words = prop::collection::vec(prop::sample::select(words), 0..24);
    (prop::sample::select(titles), words)
        .prop_map(|(titles, words)| [titles, &words.concat()].concat())
}

fn date_like() -> impl Strategy<Value = Vec<u8>> {
    let number = || prop_oneof![0..100_i64, any::<i64>()];
    let month = prop::sample::select(&["Jan", "May", "Dez", ""][..]);
    (number(), month, number(), number(), number(), number()).prop_map(
        |(day, month, year, hour, minute, zone)| {
            format!("Fri, {day} {month} {year} {hour}:{minute}:{minute} +{zone}").into_bytes()
        },
    )
}
