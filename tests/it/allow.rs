//! Allowances: what is accepted, how far, and what is said of it.

use std::fs;
use std::path::Path;

use crate::tree::{Mail, Report, Run, Tree, compare, mail, raw, report, text, tool};

/// A table of an earlier run, as a reviewer sees it.
pub(crate) struct Table {
    columns: Vec<String>,
    pub(crate) rows: Vec<Vec<String>>,
}

impl Table {
    /// The one that a comparison writes.
    pub(crate) fn of(left: &Tree, right: &Tree, options: &str) -> Table {
        Table::read(&compare(left, right, &format!("--format csv {options}")).stdout)
    }

    fn read(csv: &[u8]) -> Table {
        let mut reader = csv::Reader::from_reader(csv);
        let row = |record: &csv::StringRecord| record.iter().map(str::to_owned).collect();
        let columns = row(reader.headers().unwrap());
        let rows = reader.records().map(|record| row(&record.unwrap())).collect();
        Table { columns, rows }
    }

    pub(crate) fn column(&self, name: &str) -> usize {
        self.columns.iter().position(|column| column == name).unwrap()
    }

    /// The cells of a column.
    fn cells(&self, name: &str) -> Vec<&str> {
        let at = self.column(name);
        self.rows.iter().map(|row| row[at].as_str()).collect()
    }

    /// With this in a column of every row.
    pub(crate) fn with(mut self, name: &str, text: &str) -> Table {
        let at = self.column(name);
        self.rows.iter_mut().for_each(|row| text.clone_into(&mut row[at]));
        self
    }

    /// Whether a row fails a run by default.
    pub(crate) fn fails(&self, row: usize) -> bool {
        let class = self.cells("class")[row];
        let mut marks = self.cells("marks")[row].split(' ');
        class != "same" || marks.any(|mark| matches!(mark, "content" | "misfiled"))
    }

    /// As a spreadsheet might save it.
    pub(crate) fn save(&self, path: &Path, separator: u8) {
        let mut writer = csv::WriterBuilder::new().delimiter(separator).from_path(path).unwrap();
        writer.write_record(&self.columns).unwrap();
        self.rows.iter().for_each(|row| writer.write_record(row).unwrap());
        writer.flush().unwrap();
    }
}

/// Compares two trees under the allowances of these files.
pub(crate) fn under(files: &[&Path], left: &Tree, right: &Tree, options: &str) -> Run {
    let mut tool = tool();
    tool.args(options.split_whitespace());
    for file in files {
        tool.arg("--allow").arg(file);
    }
    Run::of(tool.arg(left).arg(right))
}

/// Files of allowances, each as it is written.
fn files(texts: &[(&str, &str)]) -> Tree {
    texts.iter().fold(Tree::bare(), |tree, (name, text)| tree.with(name, *text))
}

/// The report of a comparison under a list.
fn under_list(list: &str, left: &Tree, right: &Tree, options: &str) -> Report {
    let files = files(&[("list", list)]);
    under(&[&files.path("list")], left, right, &format!("--format json {options}")).report()
}

/// The report of a comparison under a table.
fn under_table(table: &Table, left: &Tree, right: &Tree, options: &str) -> Report {
    let files = Tree::bare();
    table.save(&files.path("table"), b',');
    under(&[&files.path("table")], left, right, &format!("--format json {options}")).report()
}

/// How many of a class or mark are allowed.
fn allowed(report: &Report, word: &str) -> u64 {
    report.json["verdict"]["allowed"][word].as_u64().unwrap()
}

/// The keys of the lines of the first file that nothing needed.
fn unused(report: &Report) -> Vec<&str> {
    let lines = report.list("allow_files")[0]["unused"].as_array().unwrap();
    lines.iter().map(|line| text(&line["key"])).collect()
}

/// A tree with files in INBOX.
fn inbox(files: &[(&str, &Mail)]) -> Tree {
    files
        .iter()
        .fold(Tree::new(), |tree, (name, mail)| tree.with(format!("cur/{name}"), (*mail).clone()))
}

#[test]
fn an_id_of_a_list_allows_one_file_of_one_side() {
    let (left, right) = (Tree::of(&["a", "b"]), Tree::of(&["a", "c"]));
    let list = "# gone for good\n<b@example.org>\nC@example.org\n";
    let report = under_list(list, &left, &right, "");
    report.is(0, "same 1, only-left 1, only-right 1");
    assert_eq!((allowed(&report, "only-left"), allowed(&report, "only-right")), (1, 1));
    assert_eq!(report.json["verdict"]["complete"], false);
    under_list("b@example.org", &left, &right, "").is(1, "same 1, only-left 1, only-right 1");
    let strict = under_list(list, &left, &right, "--case-sensitive");
    assert_eq!((strict.status, unused(&strict)), (1, vec!["C@example.org"]));
}

#[test]
fn an_id_of_a_list_allows_nothing_else() {
    let one = mail("a").saying("one\n");
    let pairs = [
        (
            inbox(&[("1", &one), ("2", &mail("b"))]),
            inbox(&[("1", &mail("b"))]).folder(".Sent").with(".Sent/cur/2", one.clone()),
        ),
        (inbox(&[("1", &one), ("2", &one)]), inbox(&[("1", &one)])),
        (inbox(&[("1", &one)]), inbox(&[("1", &mail("a").saying("of another length\n"))])),
    ];
    for (left, right) in &pairs {
        let report = under_list("a@example.org", left, right, "");
        assert_eq!(
            (report.status, unused(&report)),
            (1, vec!["a@example.org"]),
            "{:#}",
            report.json
        );
    }
    // A second file of the key takes a second line.
    let two = inbox(&[("1", &one), ("2", &mail("a").saying("another\n")), ("3", &mail("b"))]);
    let right = Tree::of(&["b"]);
    let report = under_list("a@example.org", &two, &right, "");
    assert_eq!((report.status, allowed(&report, "only-left")), (1, 1));
    let both = under_list("a@example.org\na@example.org\n", &two, &right, "");
    assert_eq!((both.status, allowed(&both, "only-left")), (0, 2));
}

#[test]
fn a_content_key_is_allowed_unless_it_is_empty() {
    let nameless = crate::tree::anonymous();
    let (left, right) = (Tree::of(&["a"]).with("cur/1", nameless), Tree::of(&["a"]));
    let key = text(&report(&left, &right, "").json["messages"][0]["key"]).to_owned();
    under_list(&key, &left, &right, "").is(0, "same 1, only-left 1");
    let (left, right) = (Tree::of(&["a"]).with("cur/1", ""), Tree::of(&["a"]));
    let table = Table::of(&left, &right, "").with("decision", "ok");
    let key = table.cells("key")[0].to_owned();
    let listed = under_list(&key, &left, &right, "");
    assert_eq!((listed.status, unused(&listed)), (1, vec![key.as_str()]));
    under_table(&table, &left, &right, "").is(0, "same 1, only-left 1");
    let elsewhere = Tree::of(&["a"]).with("cur/2", "");
    under_table(&table, &elsewhere, &right, "").is(1, "same 1, only-left 1");
}

#[test]
fn an_id_that_is_no_text_is_told_by_its_bytes_or_its_path() {
    let mail = |byte: u8| [b"Message-ID: <a", &[byte][..], b"@b>\n\nhello\n"].concat();
    let tree = |name: &str, byte: u8| Tree::of(&["a"]).with(format!("cur/{name}"), mail(byte));
    let (left, other, right) = (tree("1", 0xe9), tree("2", 0xe8), Tree::of(&["a"]));
    let list = Tree::bare().with("list", b"<a\xe9@b>\n".to_vec());
    under(&[&list.path("list")], &left, &right, "").exits(0);
    under(&[&list.path("list")], &other, &right, "").exits(1);
    let table = Table::of(&left, &right, "").with("decision", "ok");
    under_table(&table, &left, &right, "").is(0, "same 1, only-left 1");
    under_table(&table, &other, &right, "").is(1, "same 1, only-left 1");
}

/// `a` lies in INBOX on the left, and in Sent on the right with another content, or the same.
fn moved(body: &str) -> (Tree, Tree) {
    let right = Tree::of(&["b"]).folder(".Sent");
    let left = Tree::of(&["b"]).with("cur/1:2,S", mail("a").saying("short\n"));
    (left, right.with(".Sent/cur/1:2,S", mail("a").saying(body)))
}

#[test]
fn a_row_is_allowed_as_far_as_it_went() {
    let (left, right) = moved("short\n");
    let plain = Table::of(&left, &right, "").with("decision", "ok").with("comment", "so?");
    under_table(&plain, &left, &right, "").is(0, "same 1, moved 1");
    let (left, right) = moved("of another length\n");
    let report = under_table(&plain, &left, &right, "");
    report.is(1, "same 1, moved 1, content 1");
    assert_eq!(report.json["verdict"]["failed_on"], serde_json::json!(["content"]));
    let entry = &report.json["messages"][0];
    assert_eq!((&entry["allowed"], &entry["allowance"]["class"]), (&false.into(), &true.into()));
    assert!(unused(&report).is_empty());

    // What was accepted of less is no decision on more; the comment stays.
    let files = Tree::bare();
    plain.save(&files.path("plain"), b',');
    let again = under(&[&files.path("plain")], &left, &right, "--format csv");
    let again = Table::read(&again.stdout);
    assert_eq!((again.cells("decision"), again.cells("comment")), (vec![""], vec!["so?"]));

    let both = Table::of(&left, &right, "").with("decision", "ok");
    under_table(&both, &left, &right, "").is(0, "same 1, moved 1, content 1");
    // One that accepts more goes with less, but not with another class.
    let (left, right) = moved("short\n");
    under_table(&both, &left, &right, "").is(0, "same 1, moved 1");
    let back = Tree::of(&["b"]).with("cur/1:2,S", mail("a").saying("of another length\n"));
    let report = under_table(&both, &left, &back, "");
    assert_eq!((report.status, unused(&report)), (1, vec!["a@example.org"]));
}

#[test]
fn marks_are_allowed_one_by_one() {
    let left = inbox(&[("1:2,S", &mail("a").saying("short\n"))]);
    let right = inbox(&[("1:2,", &mail("a").saying("of another length\n"))]);
    let table = Table::of(&left, &right, "").with("decision", "ok");
    let only = |mark: &str| Table::of(&left, &right, "").with("decision", "ok").with("marks", mark);
    let fail = |options: &str, table: &Table| under_table(table, &left, &right, options).status;
    assert_eq!(fail("--fail-on content,flags", &table), 0);
    assert_eq!(fail("--fail-on content,flags", &only("content")), 1);
    assert_eq!(fail("", &only("content")), 0);
    assert_eq!(fail("", &only("flags")), 1);
    assert_eq!(fail("--fail-on flags", &only("flags")), 0);
    let misfit = under_table(&only("case-only"), &left, &right, "");
    assert_eq!(unused(&misfit), ["a@example.org"]);
}

#[test]
fn misfiled_is_allowed_on_its_side() {
    let left = Tree::of(&["b"]).with("cur/1:2,S", mail("a"));
    let right = Tree::of(&["b"]).with("1.M1P1.host:2,S", mail("a"));
    let table = Table::of(&left, &right, "").with("decision", "accept");
    for options in ["", "--one-way"] {
        compare(&left, &right, options).exits(1);
        under_table(&table, &left, &right, options).is(0, "same 2, misfiled 1");
    }
}

#[test]
fn each_row_of_a_table_allows_one_file() {
    let [one, two] = ["one\n", "two\n"].map(|body| mail("a").saying(body));
    let right = Tree::of(&["b"]);
    let left = Tree::of(&["b"]).with("cur/1", one.clone());
    let table = Table::of(&left, &right, "").with("decision", "ok");
    let further = Tree::of(&["b"]).with("cur/1", two.clone()).with("cur/0", one.clone());
    let report = under_table(&table, &further, &right, "");
    report.is(1, "same 1, only-left 2");
    let paths: Vec<(&str, bool)> = report
        .list("messages")
        .iter()
        .map(|entry| (text(&entry["left"]["path"]), entry["allowed"].as_bool().unwrap()))
        .collect();
    assert_eq!(paths, [("cur/0", false), ("cur/1", true)]);
    // Elsewhere the first gets it.
    let elsewhere = Tree::of(&["b"]).with("cur/3", two).with("cur/4", one);
    let report = under_table(&table, &elsewhere, &right, "");
    assert_eq!((report.status, &report.json["messages"][0]["allowed"]), (1, &true.into()));
}

#[test]
fn what_was_not_accepted_gets_no_other_rows_allowance() {
    let [one, two] = ["one\n", "two\n"].map(|body| mail("a").saying(body));
    let right = Tree::of(&["b"]);
    let left = Tree::of(&["b"]).with("cur/1", one).with("cur/2", two.clone());
    let mut table = Table::of(&left, &right, "").with("decision", "ok");
    let (decision, comment) = (table.column("decision"), table.column("comment"));
    table.rows[1][decision] = "no".to_owned();
    table.rows[1][comment] = "bring it back".to_owned();
    let rest = Tree::of(&["b"]).with("cur/2", two);
    let report = under_table(&table, &rest, &right, "");
    assert_eq!((report.status, unused(&report)), (1, vec!["a@example.org"]));
    // Another file may accept it; what was said of it comes back with it.
    let files = files(&[("list", "a@example.org")]);
    let path = files.path("table");
    table.save(&path, b';');
    under(&[&path, &files.path("list")], &rest, &right, "").exits(0);
    let again = Table::read(&under(&[&path], &rest, &right, "--format csv").stdout);
    assert_eq!(again.cells("decision"), ["no"]);
    assert_eq!(again.cells("comment"), ["bring it back"]);
}

#[test]
fn a_table_and_that_of_the_next_run_are_one() {
    let left = Tree::of(&["a", "b"]);
    let right = Tree::of(&["b"]);
    let files = Tree::bare();
    let (first, second) = (files.path("first"), files.path("second"));
    Table::of(&left, &right, "").with("decision", "ok").with("comment", "=spam").save(&first, b',');
    let run = under(&[&first], &left, &right, "--format csv");
    assert_eq!((run.status, run.stderr.as_str()), (0, ""));
    fs::write(&second, &run.stdout).unwrap();
    let run = under(&[&first, &second], &left, &right, "--format csv");
    assert_eq!((run.status, run.stderr.as_str()), (0, ""));
    assert_eq!(run.stdout, fs::read(&second).unwrap());
    // Nor do both allow a second file, wherever that lies.
    let further = Tree::of(&["b"]).with("cur/1", mail("a")).with("cur/2", mail("a").saying("x\n"));
    under(&[&first, &second], &further, &right, "").exits(1);
}

#[test]
fn copies_are_allowed_on_their_side() {
    let one = mail("a");
    let (single, double) = (inbox(&[("1", &one)]), inbox(&[("1", &one), ("2", &one)]));
    let table = Table::of(&double, &single, "").with("decision", "ok");
    under_table(&table, &double, &single, "").is(0, "same 1, copies 1");
    under_table(&table, &single, &double, "").is(1, "same 1, copies 1");
}

#[test]
fn cells_that_a_spreadsheet_touches_still_fit() {
    let mail = || mail("x").field("Message-ID", "unused");
    let odd = |id: &str| format!("Message-ID: <{id}>\n\nhello\n").into_bytes();
    let left = ["=1@b", "'x@b", "+2@b"]
        .iter()
        .enumerate()
        .fold(Tree::of(&["a"]), |tree, (at, id)| tree.with(format!("cur/={at}"), odd(id)));
    let right = Tree::of(&["a"]).with("cur/x", mail());
    let table = Table::of(&left, &right, "").with("decision", "ok");
    let fails_on = |table: &Table| under_table(table, &left, &right, "").status;
    assert_eq!(fails_on(&table), 0);
    let mut swallowed = table;
    let key = swallowed.column("key");
    for row in &mut swallowed.rows {
        row[key] = row[key].strip_prefix('\'').unwrap_or(&row[key]).to_owned();
    }
    assert_eq!(fails_on(&swallowed), 0);
}

#[test]
fn limits_do_not_count_what_is_allowed() {
    let (left, right) = (Tree::of(&["a", "b", "c", "d"]), Tree::of(&["a", "e"]));
    let status = |list: &str, options: &str| {
        under_list(list, &left, &right, &format!("--fail-on only-left {options}")).status
    };
    for (list, limit, expected) in [
        ("", "3", 0),
        ("", "2", 1),
        ("", "75%", 0),
        ("", "74.9%", 1),
        ("b@example.org", "2", 0),
        ("b@example.org", "50%", 0),
        ("b@example.org", "49.99%", 1),
        ("b@example.org\nc@example.org\nd@example.org", "0", 0),
        ("e@example.org", "50%", 1),
    ] {
        assert_eq!(status(list, &format!("--max-only-left {limit}")), expected, "{list} {limit}");
    }
    let of_right = |limit: &str| {
        compare(&left, &right, &format!("--fail-on only-right --max-only-right {limit}")).status
    };
    assert_eq!((of_right("50%"), of_right("49%")), (0, 1));
    for (bad, told) in [
        ("101%", "100% at the most"),
        ("5,5%", "as 0.1%"),
        ("some", "write a number"),
        ("0.0000000000001%", "12 decimals"),
    ] {
        compare(&left, &right, &format!("--max-only-left {bad}")).exits(2).complains(told);
    }
}

#[test]
fn allowances_that_nothing_needed_are_named() {
    let (left, right) = (Tree::of(&["a"]), Tree::of(&["a"]));
    let list: Vec<String> = (1..=12).map(|number| format!("{number}@example.org")).collect();
    let list = list.join("\n");
    let files = files(&[("list", &list)]);
    let list = files.path("list");
    let run = under(&[&list], &left, &right, "--quiet");
    run.exits(0).complains("list:10: 10@example.org: accepted, and nothing needed it");
    run.complains("list: 2 more that nothing needed");
    assert_eq!(run.stderr.lines().count(), 11);
    let text = under(&[&list], &left, &right, "");
    text.tells("Allowances that nothing needed (12)").tells("  … 2 more (--all)");
    under(&[&list], &left, &right, "--all").tells("list:12: 12@example.org");
    assert_eq!(under_list("x@y", &left, &right, "").list("allow_files")[0]["unused"][0]["line"], 1);
}

#[test]
fn rows_that_are_plainly_the_same_may_be_accepted_too() {
    let (left, right) = (Tree::of(&["a", "b"]), Tree::of(&["a"]));
    let files = Tree::bare();
    let path = files.path("all");
    Table::of(&left, &right, "--all").with("decision", "ok").save(&path, b'\t');
    let run = under(&[&path], &left, &right, "--format csv --all");
    assert_eq!((run.status, run.stderr.as_str()), (0, ""));
    assert_eq!(Table::read(&run.stdout).cells("decision"), ["ok", "ok"]);
    let run = under(&[&path], &left, &right, "--brief");
    run.tells("Accepted: 1 in ");
    assert_eq!(run.stderr, "");
}

#[test]
fn files_that_make_no_sense_are_told_and_prove_nothing() {
    let (left, right) = (Tree::of(&["a"]), Tree::of(&["a"]));
    let header = "class,marks,key,left_path,right_path,decision\n";
    for (text, told) in [
        (
            format!("{header}only-left,,a@b,cur/1,,okay\n"),
            "file: line 2: unknown decision \"okay\"",
        ),
        ("class,key\n".to_owned(), "file: line 1: no column marks"),
        ("nonsense\n".to_owned(), "file: line 1: nonsense is no Message-ID"),
        ("a\0b".to_owned(), "file: holds NUL bytes"),
    ] {
        let files = files(&[("file", &text)]);
        let run = under(&[&files.path("file")], &left, &right, "");
        run.exits(2).complains(told);
    }
    let none = Tree::bare().path("none");
    under(&[&none], &left, &right, "").exits(2).complains("no such file");
    let control = raw(b"list\x1b[2J");
    let files = Tree::bare().with(control, "x y\x1b[1m\n");
    let run = under(&[&files.path(control)], &left, &right, "");
    run.exits(2).complains("\\x1b[1m");
    assert!(!run.stderr.contains('\x1b'));
}

#[test]
fn a_report_does_not_replace_what_it_was_read_from() {
    let files = files(&[("review.csv", "")]);
    let path = files.path("review.csv");
    let mut tool = tool();
    tool.arg("--allow").arg(&path).arg("--csv").arg(&path);
    let run = Run::of(tool.arg(Tree::of(&["a"])).arg(Tree::of(&["a"])));
    run.exits(2).complains("is read for --allow");
}

#[test]
fn trouble_is_trouble_whatever_is_accepted() {
    let (left, right) = (Tree::of(&["a", "b"]), Tree::of(&["a"]).link("cur/x", "nowhere"));
    let files = files(&[("list", "b@example.org")]);
    let run = under(&[&files.path("list")], &left, &right, "--brief");
    run.exits(2).tells("1 only on the left (accepted). Accepted: 1 in ");
}

/// Two pairs of one id: INBOX of the left holds both, Sent of the right too.
fn two_moved(left: [(&str, &str); 2], right: [(&str, &str); 2]) -> (Tree, Tree) {
    let add = |tree: Tree, directory: &str, files: [(&str, &str); 2]| {
        files.into_iter().fold(tree, |tree, (name, body)| {
            tree.with(format!("{directory}/{name}"), mail("a").saying(body))
        })
    };
    let left = add(Tree::of(&["b"]), "cur", left);
    (left, add(Tree::of(&["b"]).folder(".Sent"), ".Sent/cur", right))
}

#[test]
fn a_path_in_common_goes_before_the_order_of_rows() {
    let (left, right) =
        two_moved([("1", "one\n"), ("2", "two\n")], [("1", "one\n"), ("2", "two\n")]);
    let mut table = Table::of(&left, &right, "").with("decision", "ok");
    table.rows.remove(0);
    let (left, right) =
        two_moved([("1", "one\n"), ("2", "two\n")], [("3", "one\n"), ("4", "two\n")]);
    let report = under_table(&table, &left, &right, "");
    report.is(1, "same 1, moved 2");
    let entries = report.list("messages");
    let told = |entry: &serde_json::Value| entry["allowed"].as_bool().unwrap();
    assert_eq!((told(&entries[0]), told(&entries[1])), (false, true));
}

#[test]
fn a_row_gets_what_leaves_no_mark_open() {
    let long = "of another length\n";
    let (left, right) = two_moved([("1", "one\n"), ("2", "two\n")], [("1", "one\n"), ("2", long)]);
    let table = Table::of(&left, &right, "").with("decision", "ok");
    assert_eq!(table.cells("marks"), ["", "content"]);
    let (left, right) = two_moved([("8", "one\n"), ("7", "two\n")], [("5", "one\n"), ("6", long)]);
    let report = under_table(&table, &left, &right, "");
    report.is(0, "same 1, moved 2, content 1");
    assert_eq!(report.rows(), ["moved content: differs", "moved"]);
}
