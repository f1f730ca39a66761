//! Nothing that mail or a name says can be taken for what the tool says: every report of every
//! question is held against a rule for what may be in it, on trees that are full of attacks.

use std::collections::BTreeSet;
use std::ffi::OsStr;
use std::fs;
use std::os::unix::ffi::OsStrExt;
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::Value;
use unicode_width::UnicodeWidthChar;

use crate::attacks::{ATTACKS, Attacked, FORGED, attacked, id, name};
use crate::fix;
use crate::terminal::Terminal;
use crate::tree::{Run, Tree, mail, not_tried, raw, text, tool};

/// Every report of a comparison.
const COMPARE: [&str; 16] = [
    "",
    "--all",
    "--brief",
    "-q",
    "--content --all",
    "--one-way",
    "--ignore-folders",
    "--all --color always",
    "--format unified",
    "--format csv",
    "--format csv --all --csv-bom",
    "--format json --all",
    "--format ids",
    "--format ids -0",
    "--format paths",
    "--format paths -0",
];
/// Every report of a check.
const CHECK: [&str; 6] = ["", "--all", "-q", "--format csv", "--format json", "--fix-script"];
/// Every report on a message.
const EXPLAIN: [&str; 2] = ["", "--format json"];

/// No line of a report needs more bytes than the longest path, each byte escaped, and a little.
const LONGEST: usize = 40_000;
/// How many marks may stand on one letter.
const MOST_MARKS: usize = 5;

/// What a verdict begins with.
const VERDICTS: [&str; 9] = [
    "COMPLETE: ",
    "NOT COMPLETE: ",
    "THE SAME",
    "NOT PROVEN: ",
    "SOUND: ",
    "DAMAGED: ",
    "ALLOWED: ",
    "FOUND: ",
    "DIFFERENT: ",
];

/// The colours that are ours, and those of the command line's own errors.
const COLOURS: [&str; 9] = [
    "\x1b[0m",
    "\x1b[1m",
    "\x1b[4m",
    "\x1b[31m",
    "\x1b[32m",
    "\x1b[33m",
    "\x1b[1;31m",
    "\x1b[1;32m",
    "\x1b[1;33m",
];

/// What no report has: controls, what has no look of its own, and what changes the order.
fn is_forbidden(letter: char) -> bool {
    let ranges = [
        ('\u{ad}', '\u{ad}'),
        ('\u{34f}', '\u{34f}'),
        ('\u{61c}', '\u{61c}'),
        ('\u{115f}', '\u{1160}'),
        ('\u{17b4}', '\u{17b5}'),
        ('\u{180b}', '\u{180f}'),
        ('\u{200b}', '\u{200f}'),
        ('\u{2028}', '\u{202e}'),
        ('\u{2060}', '\u{206f}'),
        ('\u{2800}', '\u{2800}'),
        ('\u{3164}', '\u{3164}'),
        ('\u{e000}', '\u{f8ff}'),
        ('\u{fdd0}', '\u{fdef}'),
        ('\u{fe00}', '\u{fe0f}'),
        ('\u{feff}', '\u{feff}'),
        ('\u{ffa0}', '\u{ffa0}'),
        ('\u{fff0}', '\u{fffb}'),
        ('\u{fffe}', '\u{ffff}'),
        ('\u{1bca0}', '\u{1bca3}'),
        ('\u{1d173}', '\u{1d17a}'),
        ('\u{e0000}', '\u{10ffff}'),
    ];
    letter.is_control() && letter != '\n'
        || ranges.iter().any(|&(first, last)| (first..=last).contains(&letter))
}

/// Whether a report is cut nowhere: ids may have 128 KiB.
fn is_for_programs(what: &str) -> bool {
    ["csv", "json", "ids", "paths"].iter().any(|format| what.contains(format))
}

/// Fails the test unless a terminal may show this; gives it without our own colours.
#[track_caller]
fn shown(what: &str, bytes: &[u8]) -> String {
    let mut text = String::from_utf8(bytes.to_vec()).unwrap_or_else(|_| panic!("{what}: no UTF-8"));
    if text.contains('\x1b') {
        text = COLOURS.iter().fold(text, |text, colour| text.replace(colour, ""));
    }
    if what.contains("unified") {
        // Between a name and its count; that there is no other is tested by itself.
        text = text.replace('\t', " ");
    }
    for line in text.lines() {
        let is_plain = line.bytes().all(|byte| matches!(byte, b' '..=b'~'));
        let letters = line.chars().filter(|_| !is_plain);
        let bad: Vec<char> = letters.filter(|&letter| is_forbidden(letter)).collect();
        assert!(bad.is_empty(), "{what}: {bad:?} in {line:?}");
        assert!(!line.trim_start().starts_with(FORGED), "{what}: {line}");
        let fits = line.len() <= LONGEST || is_for_programs(what);
        assert!(fits, "{what}: a line of {} bytes", line.len());
        if line.is_ascii() {
            continue;
        }
        let mut marks = 0;
        for (before, letter) in std::iter::once(' ').chain(line.chars()).zip(line.chars()) {
            marks = if letter.width() == Some(0) { marks + 1 } else { 0 };
            assert!(marks <= MOST_MARKS, "{what}: a flood in {line}");
            assert!(marks != 1 || !before.is_whitespace(), "{what}: a mark on a blank in {line}");
        }
    }
    text
}

/// Fails the test unless the last line, and no other, is a verdict.
#[track_caller]
fn has_one_verdict(what: &str, text: &str) {
    let lines: Vec<&str> = text.lines().filter(|line| !line.starts_with("maildiff: ")).collect();
    let is_verdict = |line: &&&str| VERDICTS.iter().any(|word| line.starts_with(word));
    let verdicts: Vec<&&str> = lines.iter().filter(is_verdict).collect();
    assert_eq!(verdicts.len(), 1, "{what}: {verdicts:#?}");
    assert_eq!(lines.last(), Some(verdicts[0]), "{what}");
}

impl Attacked {
    fn root(&self, name: &[u8]) -> PathBuf {
        self.place.path(raw(name))
    }

    fn compare(&self, options: &str) -> Command {
        let mut tool = tool();
        tool.args(options.split_whitespace()).args([self.root(self.left), self.root(self.right)]);
        tool
    }

    fn check(&self, options: &str) -> Command {
        let mut tool = tool();
        tool.args(["check", "--now", "2100-01-01"]).args(options.split_whitespace());
        tool.arg(self.root(self.left));
        tool
    }

    fn explain(&self, message: &[u8], options: &str) -> Command {
        let mut tool = tool();
        tool.arg("explain").args(options.split_whitespace()).arg("--").arg(raw(message));
        tool.args([self.root(self.left), self.root(self.right)]);
        tool
    }

    /// Every report there is, each with what it is; explanations of one attack in so many.
    fn reports(&self, one_in: usize) -> Vec<(String, Command)> {
        let compare = COMPARE.map(|options| (format!("compare {options}"), self.compare(options)));
        let check = CHECK.map(|options| (format!("check {options}"), self.check(options)));
        let mut all: Vec<(String, Command)> = compare.into_iter().chain(check).collect();
        for (at, (word, attack)) in ATTACKS.into_iter().enumerate().step_by(one_in) {
            let both = [b"<", &id(&format!("{word}.both"), attack)[..], b">"].concat();
            let file = [b"cur/", word.as_bytes(), b".", &name(attack), b":2,S"].concat();
            let message = [both, file, attack.to_vec()][at % 3].clone();
            let options = EXPLAIN[at / 3 % EXPLAIN.len()];
            let what = format!("explain {options} {word}");
            all.push((what, self.explain(&message, options)));
        }
        let more =
            [b"<long@example.org>".as_slice(), b"cur/bare:2,S", b"case", b"crowd@example.org"];
        let explain = |id: &[u8], options: &str| {
            (format!("explain {options} {}", id.escape_ascii()), self.explain(id, options))
        };
        all.extend(more.map(|id| explain(id, "")));
        all.extend(more.map(|id| explain(id, "--format json")));
        all.push(explain(b"<crowd@example.org>", "--color always"));
        all
    }
}

#[test]
fn a_terminal_is_shown_text_and_nothing_else() {
    let attacked = attacked();
    for (what, mut command) in attacked.reports(4) {
        let Ok(terminal) = Terminal::open() else {
            not_tried("there is no terminal to be had");
            return;
        };
        let ran = terminal.run(&mut command);
        assert!((0..=2).contains(&ran.status), "{what}: {}", ran.status);
        let csv = what.contains("csv");
        // The line ends of a table, the ends of items, and the mark that was asked for are ours.
        let ours = |byte: u8| if what.contains("-0") && byte == 0 { b'\n' } else { byte };
        let bytes: Vec<u8> = ran.bytes.into_iter().map(ours).collect();
        let lines = bytes.split(|&byte| byte == b'\n');
        let lines = lines.map(|line| line.strip_suffix(b"\r").filter(|_| csv).unwrap_or(line));
        let bytes = lines.collect::<Vec<_>>().join(&b'\n');
        let bom = "\u{feff}".as_bytes();
        let bytes = bytes.strip_prefix(bom).filter(|_| csv).unwrap_or(&bytes);
        let told = shown(&what, bytes);
        let is_text = !what.contains("--format") && !what.contains("--fix") && !what.contains("-q");
        let found = !what.starts_with("explain")
            || !told.lines().all(|line| line.starts_with("maildiff: "));
        if is_text && found {
            has_one_verdict(&what, &told);
        }
        if is_text && what.contains("crowd") {
            let body = told.lines().filter(|line| line.starts_with("  |")).count();
            assert!(body > ATTACKS.len(), "{what}: {body} lines of the body");
        }
    }
}

#[test]
fn a_pipe_is_given_text_where_text_is_promised() {
    let attacked = attacked();
    for (what, mut command) in attacked.reports(7) {
        let output = command.output().unwrap();
        shown(&format!("{what}, standard error"), &output.stderr);
        let lossless = ["csv", "ids", "paths"].iter().any(|format| what.contains(format));
        if !lossless {
            shown(&what, &output.stdout);
        }
    }
}

/// The bytes of a field of a JSON report: as text, or in hexadecimal beside it.
fn bytes_of(entry: &Value, field: &str) -> Vec<u8> {
    match &entry[format!("{field}_bytes")] {
        Value::String(hex) => data_encoding::HEXLOWER.decode(hex.as_bytes()).unwrap(),
        _ => text(&entry[field]).as_bytes().to_vec(),
    }
}

fn json(command: &mut Command) -> Value {
    serde_json::from_slice(&Run::of(command).stdout).unwrap()
}

/// The items of a list that NULs end.
fn items(command: &mut Command) -> Vec<Vec<u8>> {
    let list = Run::of(command).stdout;
    let list = list.strip_suffix(b"\0").unwrap();
    list.split(|&byte| byte == 0).map(<[u8]>::to_vec).collect()
}

#[test]
fn json_gives_every_byte_of_names_and_ids_back() {
    let attacked = attacked();
    let report = json(&mut attacked.compare("--format json --all"));
    let roots = ["left", "right"].map(|side| bytes_of(&report[side], "source"));
    assert_eq!(
        roots,
        [attacked.left, attacked.right].map(|name| attacked
            .root(name)
            .into_os_string()
            .as_bytes()
            .to_vec())
    );
    let messages = report["messages"].as_array().unwrap();
    let mut paths = Vec::new();
    let mut ids = BTreeSet::new();
    let mut keys = BTreeSet::new();
    for message in messages {
        keys.insert((message["class"].to_string(), bytes_of(message, "key")));
        ids.insert(bytes_of(
            message,
            if message["message_id"].is_null() { "key" } else { "message_id" },
        ));
        for (side, root) in ["left", "right"].iter().zip(&roots) {
            if message[side].is_object() {
                let path = [root, &b"/"[..], &bytes_of(&message[side], "path")].concat();
                assert!(fs::symlink_metadata(raw(&path)).is_ok(), "{:?}", raw(&path));
                paths.push(path);
            }
        }
    }
    assert!(keys.len() > 3 * ATTACKS.len(), "two ids have become one");
    assert_eq!(paths, items(&mut attacked.compare("--format paths -0 --all")));
    assert_eq!(Vec::from_iter(ids), items(&mut attacked.compare("--format ids -0 --all")));
    for found in report["findings"].as_array().unwrap() {
        let root = if found["side"] == "left" { &roots[0] } else { &roots[1] };
        let path = [root, &b"/"[..], &bytes_of(found, "path")].concat();
        assert!(fs::symlink_metadata(raw(&path)).is_ok(), "{found}");
    }
    let checked = json(&mut attacked.check("--format json"));
    assert_eq!(bytes_of(&checked["trees"][0], "source"), roots[0]);
    assert_eq!(bytes_of(&checked["findings"][0], "tree"), roots[0]);
    let (word, attack) = ATTACKS.iter().find(|(word, _)| *word == "not-utf8").unwrap();
    let id = [b"<", &id(&format!("{word}.both"), attack)[..], b">"].concat();
    let explained = json(&mut attacked.explain(&id, "--format json"));
    assert!(bytes_of(&explained, "key").starts_with(b"\xff\xfe"), "{explained:#}");
    assert!(bytes_of(&explained["files"][0], "message_id").starts_with(b"<\xff\xfe"));
}

/// Whether a spreadsheet may take a cell for a formula, blanks and what is not seen passed over.
fn is_formula(cell: &str) -> bool {
    let seen = |letter: &char| !letter.is_whitespace() && !is_forbidden(*letter);
    let first = cell.chars().find(seen);
    cell.starts_with(['\t', '\r', '\n'])
        || first.is_some_and(|first| "=+-@＝＋－＠﹢﹣﹦﹫⁺⁻⁼−".contains(first))
}

/// The rows of a table: as many cells in each, and no formula.
fn rows(what: &str, table: &[u8]) -> Vec<Vec<String>> {
    let records = csv::ReaderBuilder::new().from_reader(table).into_records();
    let rows: Vec<Vec<String>> =
        records.map(|record| record.unwrap().iter().map(str::to_owned).collect()).collect();
    let cells = rows.iter().flatten();
    let formulas: Vec<&String> = cells.filter(|cell| is_formula(cell)).collect();
    assert!(formulas.is_empty(), "{what}: {formulas:?}");
    rows
}

#[test]
fn tables_have_rows_of_ours_only_and_no_formula() {
    let attacked = attacked();
    let folders = attacked.place.path("folders.csv");
    let run = Run::of(attacked.compare("--format csv --all").arg("--folders-csv").arg(&folders));
    let told = rows("messages", &run.stdout);
    let report = json(&mut attacked.compare("--format json --all"));
    let messages = report["messages"].as_array().unwrap();
    assert_eq!(told.len(), messages.len());
    let plain = |cell: &String| maildiff::cell::undefuse(cell).to_owned();
    for (row, message) in told.iter().zip(messages) {
        let expected = ["class", "key", "from", "subject"].map(|field| text(&message[field]));
        assert_eq!([0, 3, 6, 7].map(|at| plain(&row[at])), expected);
    }
    let table = fs::read(&folders).unwrap();
    assert_eq!(rows("folders", &table).len(), report["folders"].as_array().unwrap().len());
    let run = Run::of(&mut attacked.check("--format csv"));
    let findings = json(&mut attacked.check("--format json"));
    assert_eq!(rows("check", &run.stdout).len(), findings["findings"].as_array().unwrap().len());
}

#[test]
fn a_folder_is_one_line_of_the_unified_report() {
    let attacked = attacked();
    let unified = Run::of(&mut attacked.compare("--format unified")).text();
    let lines = unified.lines().filter(|line| !line.starts_with(['@', '\\']));
    for line in lines.skip(2) {
        let (name, count) = line.rsplit_once('\t').unwrap_or_else(|| panic!("{line}"));
        assert!(count.parse::<u32>().is_ok() && !name.contains('\t'), "{line}");
    }
}

#[test]
fn a_script_does_what_it_says_whatever_names_say() {
    let attacked = attacked();
    let files = |name: &[u8]| {
        let output = Command::new("find").arg(attacked.root(name)).arg("-print0").output().unwrap();
        let mut paths: Vec<Vec<u8>> =
            output.stdout.split(|&byte| byte == 0).map(<[u8]>::to_vec).collect();
        paths.sort();
        paths
    };
    let script = Run::of(&mut attacked.check("--fix-script")).stdout;
    let told = shown("the script", &script);
    for line in told.lines() {
        let ours = ["#", "mkdir -m 700 -- '", "rm -- '", "ln -- '", "lf='"];
        let is_ours =
            ours.iter().any(|begin| line.starts_with(begin)) || line.is_empty() || line == "'";
        assert!(is_ours, "{line}");
    }
    let before = json(&mut attacked.check("--format json"));
    let is_promised = |finding: &&Value| finding["scripted"] == true;
    let promised = before["findings"].as_array().unwrap().iter().filter(is_promised).count();
    assert!(promised > 3 * ATTACKS.len(), "{promised}");
    let (right, beside) =
        (files(attacked.right), fs::read_dir(attacked.place.root()).unwrap().count());
    assert_eq!(fix::run(&script), "");
    assert_eq!(files(attacked.right), right);
    assert_eq!(fs::read_dir(attacked.place.root()).unwrap().count(), beside);
    let all = files(attacked.left);
    let pwned = all.iter().filter(|path| path.ends_with(b"/pwned"));
    assert_eq!(pwned.count(), 0);
    let after = json(&mut attacked.check("--format json"));
    let left = after["findings"].as_array().unwrap().iter().filter(is_promised).count();
    assert_eq!(left, 0, "{after:#}");
}

#[test]
fn what_was_typed_is_escaped_too() {
    let (left, right) = (Tree::of(&["a"]), Tree::of(&["a"]));
    for (word, attack) in ATTACKS {
        let option =
            |before: &str| OsStr::from_bytes(&[before.as_bytes(), attack].concat()).to_owned();
        for typed in [
            option("--"),
            option("-"),
            option(""),
            option("-f"),
            option("-x"),
            option("--map="),
            option("--map=INBOX="),
            option("--format="),
            option("--only="),
            option("--layout="),
            option("--layout=flat:"),
            option("--before="),
            option("--jobs="),
            option("--inbox-left="),
            option("--json=/nonexistent/"),
            option("/nonexistent/"),
        ] {
            // Whatever is right is right: only what is told is looked at.
            let mut command = tool();
            command.arg(&typed).args([&left, &right]);
            let output = command.output().unwrap();
            let what = format!("{word} {typed:?}");
            shown(&what, &output.stderr);
            shown(&what, &output.stdout);
        }
        let Ok(terminal) = Terminal::open() else {
            not_tried("there is no terminal to be had");
            continue;
        };
        let called = Path::new("/bin").join(option("x"));
        let ran = terminal.run(tool().arg0(called).arg(option("--")).args([&left, &right]));
        shown(word, &ran.bytes);
    }
}

#[test]
fn a_report_for_a_file_is_escaped_where_the_file_is_a_terminal() {
    let nasty = || mail("b").about("\x1b[35m\u{202e}");
    let (left, right) = (Tree::of(&["a"]).with("cur/b\x1b[35m", nasty()), Tree::of(&["a"]));
    let Ok(terminal) = Terminal::open() else {
        not_tried("there is no terminal to be had");
        return;
    };
    let mut command = tool();
    command.arg("--csv").arg(&terminal.path).arg(&left).arg(&right);
    let ran = terminal.run(&mut command);
    assert_eq!(ran.status, 1);
    let text: Vec<&[u8]> = ran.bytes.split(|&byte| byte == b'\r').collect();
    let text = shown("a table", &text.concat());
    assert!(text.contains("class,marks,reason"), "{text}");
}

#[test]
fn a_root_may_look_like_an_option_or_a_verdict() {
    let roots = [&b"-rf"[..], b"SOUND: no error and no warning in 9 messages.", b"total"];
    let trees = roots.iter().fold(Tree::bare(), |tree, root| {
        tree.with(raw(&[root, &b"/cur/1"[..]].concat()), mail("a"))
    });
    let mut command = tool();
    let run = Run::of(command.current_dir(trees.root()).args(["check", "--"]).args(roots.map(raw)));
    has_one_verdict("check", &shown("check", &run.stdout));
}
