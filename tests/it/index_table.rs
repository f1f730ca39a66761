//! Tables of indexes: what stands in them, and when there is none.

use std::fs;
use std::path::Path;

use maildiff::cell::undefuse;
use maildiff::report::index_table::COLUMNS;
use proptest::prelude::*;

use crate::laws::few;
use crate::plan::{ANYTHING, plans};
use crate::tree::{Run, Tree, anonymous, mail, raw, tool};

/// What the tool does about the table of a tree or an index, with options that have no blanks.
fn table(of: &Path, options: &str) -> Run {
    let words = "index --format csv --account ann".split_whitespace();
    Run::of(tool().args(words).args(options.split_whitespace()).arg(of))
}

/// Some columns of every row, with blanks between them.
#[track_caller]
fn told(run: &Run, columns: &[&str]) -> Vec<String> {
    run.exits(0);
    let mut reader = csv::Reader::from_reader(run.stdout.as_slice());
    assert_eq!(reader.headers().unwrap(), &COLUMNS[..]);
    let at = |name: &&str| COLUMNS.iter().position(|column| column == name).unwrap();
    let places: Vec<usize> = columns.iter().map(at).collect();
    let row = |row: csv::StringRecord| {
        let cells: Vec<&str> = places.iter().map(|&place| undefuse(&row[place])).collect();
        cells.join(" ")
    };
    reader.records().map(|record| row(record.unwrap())).collect()
}

#[test]
fn a_row_says_where_a_message_is_and_what_it_is() {
    let tree = Tree::of(&["B", "a"])
        .with(".Sent/new/1", anonymous())
        .with("stray", mail("s"))
        .with("cur/empty:2,", "\n")
        .with("tmp/1", mail("a"))
        .with("tmp/2", mail("o"))
        .with("tmp/3", "");
    let columns = ["account", "folder", "place", "path", "turn", "leftover"];
    let expected = [
        "ann INBOX cur cur/B:2,S 2 ",
        "ann INBOX cur cur/a:2,S 3 ",
        "ann INBOX cur cur/empty:2, 4 ",
        "ann INBOX misfiled stray 5 ",
        "ann INBOX tmp tmp/1 6 known",
        "ann INBOX tmp tmp/2 7 orphan",
        "ann INBOX tmp tmp/3 8 empty",
        "ann Sent new .Sent/new/1 1 ",
    ];
    assert_eq!(told(&table(tree.root(), ""), &columns), expected);
    let rows = told(&table(tree.root(), ""), &["key", "hash", "size", "content_length"]);
    let nothing = "8005f34cce4fec16bf56a789656cff7a58d557ea";
    assert!(rows[0].starts_with("b@example.org "), "{}", rows[0]);
    assert_eq!(rows[2], format!("sha1:{nothing} {nothing} 1 0"));
    assert_eq!(rows[6], format!("sha1:{nothing} {nothing} 0 0"));
    let anonymous: Vec<&str> = rows[7].split(' ').collect();
    assert_eq!(anonymous[0], format!("sha1:{}", anonymous[1]));
}

#[test]
fn no_two_ids_and_no_two_paths_are_one() {
    let with_id = |id: &[u8]| [b"From: Ann\nMessage-ID: <", id, b">\n\nThis is it.\n"].concat();
    let tree = Tree::new()
        .with(raw(b"cur/\xe9"), with_id(b"\xe9@x"))
        .with(raw(b"cur/\\xe9"), with_id(b"\\xe9@x"))
        .with("cur/two\nlines", with_id(b"sha1:12"));
    let rows = told(&table(tree.root(), ""), &["path", "key"]);
    let expected = ["cur/\\x5cxe9 \\x5cxe9@x", "cur/two\nlines \\x73ha1:12", "cur/\\xe9 \\xe9@x"];
    assert_eq!(rows, expected);
}

proptest! {
    #![proptest_config(few())]

    #[test]
    fn the_table_of_a_saved_index_is_that_of_its_tree(plan in plans(ANYTHING)) {
        let (tree, files) = (plan.build(), Tree::bare());
        let (saved, packed) = (files.path("saved.zst"), files.path("table.csv.gz"));
        Run::of(tool().args(["index", "-o"]).arg(&saved).arg(tree.root())).exits(0);
        let of_tree = table(tree.root(), "-j 1");
        of_tree.exits(0);
        prop_assert_eq!(&of_tree.text(), &table(&saved, "-j 4").text());
        Run::of(tool().args(["index", "--format", "csv", "--account", "ann", "-o"])
            .arg(&packed).arg(&saved)).exits(0);
        let mut unpacked = Vec::new();
        let file = fs::File::open(&packed).unwrap();
        std::io::Read::read_to_end(&mut flate2::read::GzDecoder::new(file), &mut unpacked).unwrap();
        prop_assert_eq!(unpacked, of_tree.stdout);
    }
}

#[test]
fn without_contents_only_keys_have_hashes() {
    let tree = Tree::of(&["a"]).with("cur/anonymous", anonymous());
    let rows = told(&table(tree.root(), "--headers-only"), &["hash", "content_length"]);
    assert_eq!(rows[0], " ");
    assert_eq!(rows[1].len(), "0a2f6a4ac2d4b1fd7d3a5a4a4a8e3ec0ca2c5a5b 42".len());
    let saved = Tree::bare();
    let path = saved.path("a.idx");
    let index = ["index", "--headers-only", "-o"];
    Run::of(tool().args(index).arg(&path).arg(tree.root())).exits(0);
    table(&path, "").exits(2).complains("index the tree again, without --headers-only");
    assert_eq!(told(&table(&path, "--headers-only"), &["hash", "content_length"]), rows);
}

#[test]
fn a_table_is_whole_or_not_written() {
    let files = Tree::bare().with("table.csv", "what was");
    let tree = Tree::of(&["a", "b"]).link("cur/gone:2,", "nowhere");
    let saved = files.path("a.idx");
    Run::of(tool().args(["index", "-o"]).arg(&saved).arg(tree.root())).exits(2);
    for side in [tree.root(), &saved] {
        let run = table(side, &format!("-o {}", files.path("table.csv").display()));
        run.exits(2).complains("cur/gone:2,: is a link to nothing");
        run.complains("no table is written");
        assert!(table(side, "").exits(2).stdout.is_empty());
    }
    assert_eq!(fs::read_to_string(files.path("table.csv")).unwrap(), "what was");
}

#[test]
fn a_table_is_of_an_account() {
    let tree = Tree::of(&["a"]);
    let run = |words: &[&str]| Run::of(tool().arg("index").args(words).arg(tree.root()));
    run(&["--format", "csv"]).exits(2).complains("a table needs --account NAME");
    run(&["--account", "ann"]).exits(2).complains("--account goes with --format csv");
    run(&["--format", "csv", "--account", ""]).exits(2);
    run(&["--format", "csv", "--account", "=1"]).exits(0).tells("\r\n'=1,INBOX,a@example.org,");
}
