//! Tables of many accounts, asked in SQL: what `DuckDB` answers to the queries of
//! `docs/at-scale.md` is what a comparison of each account says. They are taken from that page.

use std::collections::{BTreeMap, BTreeSet};
use std::env;
use std::ffi::OsString;
use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use data_encoding::HEXLOWER;
use libtest_mimic::Trial;
use maildiff::path::spelled;
use proptest::prelude::*;
use proptest::strategy::ValueTree;
use proptest::test_runner::{Config, RngSeed, TestRunner};
use serde_json::Value;

use crate::place::Place;
use crate::plan::{ANYTHING, plans};
use crate::programs::{Told, trial_unless};
use crate::spool::Profile;
use crate::tree::{Report, Run, Tree, anonymous, mail, raw, report, text, tool};

pub(crate) fn trials() -> Vec<Trial> {
    vec![trial_unless("sql_says_what_a_comparison_says", lacks_duckdb, sql_says_what_is_so)]
}

const PAGE: &str = "docs/at-scale.md";

fn sql_says_what_is_so() {
    let place = Place::new("sql_says_what_a_comparison_says");
    let mut accounts = Accounts::new(&place);
    accounts.compare("spool", &spool_and_replica());
    accounts.compare("'=odd, \"name\"\nof an account", &strange());
    accounts.compare("böb@example.org", &leftovers());
    for (number, trees) in random().iter().enumerate() {
        accounts.compare(&format!("random-{number}"), trees);
    }
    accounts.are_rich();
    accounts.put_what_cannot_be_compared();
    let answers = Answers::of(&questions(), &place.path(""));
    assert_eq!(answers.states(), accounts.states);
    check(&answers.only(), &accounts.only);
    check(&answers.folders(), &accounts.folders);
}

/// Fails the trial unless this was answered, and tells no more than what was not.
#[track_caller]
fn check<T: Ord + std::fmt::Debug>(answered: &BTreeSet<T>, expected: &BTreeSet<T>) {
    let wrong: Vec<&T> = answered.difference(expected).collect();
    let missing: Vec<&T> = expected.difference(answered).collect();
    assert!(wrong.is_empty() && missing.is_empty(), "wrong: {wrong:#?}\nmissing: {missing:#?}");
}

// The accounts.

/// A left and a right.
type Trees = [Tree; 2];
const SIDES: [&str; 2] = ["left", "right"];

/// What a comparison tells of a folder, and the query too; in that order.
const COUNTS: [&str; 10] = [
    "left_messages",
    "right_messages",
    "same",
    "moved_out",
    "moved_in",
    "copies_left",
    "copies_right",
    "only_left",
    "only_right",
    "content",
];

/// A side, an account and the path of a file.
type File = [String; 3];
/// An account, a folder and its counts.
type Folder = ([String; 2], [u64; COUNTS.len()]);

/// The tables of accounts, and what is true of these.
struct Accounts {
    /// Where the tables lie.
    table: PathBuf,
    states: BTreeMap<String, String>,
    only: BTreeSet<File>,
    folders: BTreeSet<Folder>,
    /// How often anything was told.
    told: BTreeMap<String, u64>,
}

impl Accounts {
    fn new(place: &Place) -> Accounts {
        for side in SIDES {
            place.directory(format!("table/{side}"));
        }
        Accounts {
            table: place.path("table"),
            states: BTreeMap::new(),
            only: BTreeSet::new(),
            folders: BTreeSet::new(),
            told: BTreeMap::new(),
        }
    }

    /// Writes the table of a tree.
    fn put(&self, side: &str, account: &str, tree: &Tree, options: &str) -> Run {
        // Not by the account's name, which may be none for a file.
        let number = fs::read_dir(self.table.join(side)).unwrap().count();
        let file = self.table.join(side).join(format!("{number}.csv.gz"));
        let mut command = tool();
        command.args(["index", "--format", "csv", "--account", account, "-o"]).arg(file).arg(tree);
        Run::of(command.args(options.split_whitespace()))
    }

    /// Writes both tables of an account, and notes what a comparison tells.
    #[track_caller]
    fn compare(&mut self, account: &str, trees: &Trees) {
        for (side, tree) in SIDES.into_iter().zip(trees) {
            self.put(side, account, tree, "").exits(0);
        }
        let [left, right] = trees;
        let (plain, whole) = (report(left, right, ""), report(left, right, "--content"));
        let only = only(account, &whole);
        assert_eq!(only, self::only(account, &plain));
        self.only.extend(only);
        self.folders.extend(folders(account, &whole));
        self.states.insert(account.to_owned(), "compared".to_owned());
        for word in crate::tree::COUNTS {
            *self.told.entry(word.to_owned()).or_default() += whole.count(word);
        }
        for entry in whole.list("messages").iter().filter(|entry| !entry["reason"].is_null()) {
            *self.told.entry(text(&entry["reason"]).to_owned()).or_default() += 1;
        }
    }

    /// Fails the trial if there is a rule of which these accounts ask nothing.
    fn are_rich(&self) {
        let words = ["same", "moved", "copies", "only-left", "only-right", "content", "rekeyed"];
        for word in words.into_iter().chain(["misfiled", "empty", "tmp", "hidden", "reused id"]) {
            let told = self.told.get(word).copied().unwrap_or_default();
            assert!(told > 1, "{word}: {:?}", self.told);
        }
    }

    /// Accounts of which nothing can be said.
    fn put_what_cannot_be_compared(&mut self) {
        let tree = || Tree::of(&["a", "b"]);
        let mut put = |account: &str, state: &str, tables: &[(&str, &Tree, &str)]| {
            self.states.insert(account.to_owned(), state.to_owned());
            for (side, tree, options) in tables {
                self.put(side, account, tree, options).exits(0);
            }
        };
        let alone = "no messages on one side";
        put("absent", alone, &[("left", &tree(), "")]);
        put("no mail", alone, &[("left", &Tree::new(), ""), ("right", &tree(), "")]);
        let hashless = [("left", &tree(), "--headers-only"), ("right", &tree(), "")];
        put("hashless", "made with --headers-only", &hashless);
        let twice = [("left", &tree(), ""), ("left", &tree(), ""), ("right", &tree(), "")];
        put("twice", "cut, or there twice", &twice);
        for (left, right) in [(".Sent", ".sent"), (".a.b", ".INBOX.a.b")] {
            let of = |folder: &str| tree().with(format!("{folder}/cur/1:2,"), mail("c"));
            let (left, right) = (of(left), of(right));
            let both = [("left", &left, ""), ("right", &right, "")];
            put(&format!("{left:?}"), "folders to be paired", &both);
        }
        let unread = tree().link("cur/gone:2,", "nowhere");
        let run = self.put("right", "unread", &unread, "");
        run.exits(2).complains("no table is written");
    }
}

/// The files that are on one side only, as a comparison tells them.
fn only(account: &str, report: &Report) -> BTreeSet<File> {
    let mut only = BTreeSet::new();
    for entry in report.list("messages") {
        let Some(side) = text(&entry["class"]).strip_prefix("only-") else { continue };
        let new = only.insert([side, account, &path(&entry[side])].map(str::to_owned));
        assert!(new, "{entry}");
    }
    only
}

/// The path of a file as a table spells it.
fn path(file: &Value) -> String {
    match file["path_bytes"].as_str() {
        Some(digits) => spelled(&HEXLOWER.decode(digits.as_bytes()).unwrap()),
        None => spelled(text(&file["path"]).as_bytes()),
    }
}

/// The folders in which there is anything, as a comparison tells them.
fn folders(account: &str, report: &Report) -> BTreeSet<Folder> {
    let counts = |folder: &Value| COUNTS.map(|count| folder[count].as_u64().unwrap());
    let folders = report.list("folders").iter();
    let named =
        folders.map(|folder| ([account, text(&folder["name"])].map(str::to_owned), counts(folder)));
    named.filter(|(_, counts)| counts.iter().any(|&count| count > 0)).collect()
}

/// Random trees: some of few files of every kind, some of many copies of few messages.
fn random() -> Vec<Trees> {
    let config = Config { rng_seed: RngSeed::Fixed(6), ..Config::default() };
    let mut runner = TestRunner::new(config);
    let mut of = |trees: BoxedStrategy<Trees>| trees.new_tree(&mut runner).unwrap().current();
    let mut random = Vec::new();
    for _ in 0..40 {
        let plan = || plans(ANYTHING);
        let planned = (plan(), plan()).prop_map(|(left, right)| [left.build(), right.build()]);
        random.push(of(planned.boxed()));
        random.push(of((crowd(), crowd()).prop_map(Trees::from).boxed()));
    }
    random
}

/// Trees with many copies of two ids and of what has none, with few contents.
fn crowd() -> impl Strategy<Value = Tree> {
    let file = (0..3_usize, 0..3_usize, 0..3_usize, 0..5_usize);
    prop::collection::vec(file, 1..14).prop_map(|files| {
        let ids = [mail("a").saying(""), mail("b").saying(""), anonymous()];
        let bodies = ["one\n", "two\n", "three and more\n"];
        let directories = ["", ".Sent/", ".Sent.2012/"];
        let parts = ["cur/", "cur/", "new/", "", "tmp/"];
        let tree = Tree::of(&["there"]);
        files.iter().zip(0..).fold(tree, |tree, (&(id, body, folder, part), number)| {
            let (directory, part) = (directories[folder], parts[part]);
            let letter = ids[id].clone().saying(bodies[body]);
            tree.folder(directory).with(format!("{directory}{part}{number}.M1.host:2,"), letter)
        })
    })
}

/// A spool and what has become of it: letters are lost, moved, copied, misfiled, cut, or get
/// another id.
fn spool_and_replica() -> Trees {
    let profile = Profile { seed: 6, body: 300, longest_body: 3000, without_id: 50 };
    let mut trees = [Tree::new(), Tree::new()];
    for number in 0..150 {
        let letter = profile.letter(number);
        let (bytes, pulled) = (letter.bytes(), letter.pulled());
        let (spool, replica) = (letter.spool_name(&bytes), letter.replica_name(number));
        let folder = ["", ".Archives.2012/", ".Entwürfe/"][usize::try_from(number % 3).unwrap()];
        let rekeyed = String::from_utf8_lossy(&pulled).replace("Message-I", "X-Message-I");
        let cut = pulled[..pulled.len() - 10].to_vec();
        let copies: &[(String, Vec<u8>)] = &match number % 15 {
            3 => vec![],
            4 => vec![(format!(".Sent/cur/{replica}"), pulled)],
            5 => vec![
                (format!("{folder}cur/{replica}"), pulled.clone()),
                (format!(".Sent/cur/{replica}"), pulled),
            ],
            6 => vec![(format!("{folder}cur/{replica}"), rekeyed.into_bytes())],
            7 => vec![(format!("{folder}{replica}"), pulled)],
            8 => vec![(format!("{folder}cur/{replica}"), cut)],
            _ => vec![(format!("{folder}cur/{replica}"), pulled)],
        };
        let [left, right] = trees;
        let left = left.folder(folder).with(format!("{folder}cur/{spool}"), bytes);
        let right = copies
            .iter()
            .fold(right.folder(folder), |right, (path, bytes)| right.with(path, bytes.clone()));
        trees = [left, right];
    }
    trees
}

/// Names, ids and folders that a table might confuse, or an engine misread.
fn strange() -> Trees {
    let with_id = |id: &[u8], body: &str| -> Vec<u8> {
        let header = b"From: Ann <ann@example.org>\nMessage-ID: <";
        [&header[..], id, b">\n\n", body.as_bytes()].concat()
    };
    let ids: [&[u8]; 12] = [
        b"caf\xe9@example.org",
        b"caf\\xe9@example.org",
        b"caf\xff@example.org",
        "caf\u{e9}@example.org".as_bytes(),
        b"sha1:8005f34cce4fec16bf56a789656cff7a58d557ea",
        b"\\x73ha1:8005f34cce4fec16bf56a789656cff7a58d557ea",
        b"a,b\"c@example.org",
        b"\"\"@example.org",
        b"=1+1@example.org",
        b"'=1+1@example.org",
        b"NULL",
        b"#comment@example.org",
    ];
    let names: [&[u8]; 12] = [
        b"1,2;3",
        b"\"quoted\"",
        b"two\nlines",
        b"two\r\nlines",
        b"tab\tand\rreturn",
        b"caf\xe9",
        b"caf\\xe9",
        b"=formula",
        b"'apostrophe",
        b"back\\slash\\",
        "\u{202e}\u{200b}".as_bytes(),
        b"\xef\xbb\xbf",
    ];
    let folders = ["", ".=a, b", ".\"q\"", ".Été", ".a'b", ".&ZeVnLIqe-"];
    let mut trees = [Tree::of(&["there"]), Tree::of(&["there"])];
    for (number, id) in ids.into_iter().enumerate() {
        let folder = folders[number % folders.len()];
        let path = |name: &[u8]| {
            let path = [folder.as_bytes(), if folder.is_empty() { b"" } else { b"/" }, b"cur/"];
            [&path.concat()[..], name].concat()
        };
        let [left, right] = trees;
        // Each id is on one side only once, and some are on both.
        let body = format!("This is {number}.\n");
        let left = left.with(raw(&path(names[number])), with_id(id, &body));
        let right = match number % 3 {
            0 => right.with(raw(&path(names[number])), with_id(id, &body)),
            1 => right.with(raw(&path(names[11 - number])), with_id(ids[11 - number], "other")),
            _ => right,
        };
        trees = [left, right];
    }
    let [left, right] = trees;
    // Which of equal copies has no partner, is told by the order of paths.
    let twins: [&[u8]; 6] = [
        "cur/b\u{e9}:2,".as_bytes(),
        b"cur/b\xe9:2,",
        b"cur/ba:2,",
        b"cur/b b:2,",
        b".a/cur/x:2,",
        b".a-b/cur/x:2,",
    ];
    let left = twins.into_iter().fold(left, |left, path| left.with(raw(path), mail("twins")));
    let others: [&[u8]; 2] = [b"cur/other:2,", b"cur/other\xe9:2,"];
    let other = mail("twins").saying("other\n");
    let left = others.into_iter().fold(left, |left, path| left.with(raw(path), other.clone()));
    let left = left.with("=stray", mail("stray")).with("'stray", mail("stray-too"));
    [left, right.with("cur/c:2,", mail("twins"))]
}

/// Leftovers of every state, and what they are to the other side.
fn leftovers() -> Trees {
    let left = Tree::of(&["a", "b", "c"])
        .with("tmp/known", mail("a"))
        .with("tmp/orphan", mail("orphan"))
        .with("tmp/orphan-again", mail("orphan"))
        .with("tmp/there", mail("d"))
        .with("tmp/in-tmp-there", mail("e"))
        .with("tmp/anonymous", anonymous())
        .with("tmp/empty", "")
        .with("tmp/blank", "\n\n")
        .with("tmp/volatile", "Received: by example.org\n\n")
        .with("cur/.hidden", mail("hidden"))
        .with("cur/.hidden-known", mail("b"))
        .with("new/empty", "")
        .with("new/volatile", "Received: by example.org\n\n")
        .with(".Sent/cur/nul", "\0\0")
        .with(".Sent/cur/blank", "\n")
        .with(".Sent/tmp/orphan", mail("hidden"))
        .with("stray", mail("stray"));
    fs::hard_link(left.path("cur/c:2,S"), left.path("tmp/linked")).unwrap();
    let right = Tree::of(&["a", "b", "d"])
        .with("tmp/e", mail("e"))
        .with("cur/.hidden", mail("hidden-there"))
        .with("tmp/c", mail("c"))
        .with(".Sent/cur/1:2,", mail("stray"))
        .with(".Sent/cur/empty", "");
    [left, right]
}

// The engine.

/// A Python that has `DuckDB`: what `MAILDIFF_PYTHON` names, or that of the `PATH`.
fn python() -> OsString {
    env::var_os("MAILDIFF_PYTHON").unwrap_or_else(|| "python3".into())
}

fn lacks_duckdb() -> Option<String> {
    let found = Command::new(python()).args(["-c", "import duckdb"]).output();
    let found = found.is_ok_and(|output| output.status.success());
    (!found).then(|| "a Python with duckdb, which MAILDIFF_PYTHON names".to_owned())
}

/// Runs the texts of a JSON list one after the other; writes columns and rows of each last answer.
const ENGINE: &str = "
import duckdb, json, sys
engine = duckdb.connect()
# It would go to standard output, after two seconds.
engine.execute('set enable_progress_bar = false')
answers = []
for text in json.load(sys.stdin):
    answer = engine.execute(text)
    answers.append([[column[0] for column in answer.description], answer.fetchall()])
json.dump(answers, sys.stdout)
";

/// The SQL of the page, block by block: all of it but what only Spark reads.
fn questions() -> Vec<String> {
    let page = fs::read_to_string(PAGE).unwrap();
    let blocks = page.split("\n```sql").skip(1).map(|block| {
        let (language, text) = block.split_once('\n').unwrap();
        (language.trim().to_owned(), text.split_once("\n```\n").unwrap().0.to_owned())
    });
    let read: Vec<String> =
        blocks.filter(|(language, _)| language != "spark").map(|(_, text)| text).collect();
    assert!(read.len() > 5);
    read
}

/// What the engine answered: rows, each a value by its column's name.
struct Answers(Vec<Vec<Value>>);

impl Answers {
    fn of(questions: &[String], directory: &Path) -> Answers {
        let mut command = Command::new(python());
        command.args(["-c", ENGINE]).current_dir(directory);
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut engine = command.spawn().unwrap();
        let asked = serde_json::to_vec(questions).unwrap();
        engine.stdin.take().unwrap().write_all(&asked).unwrap();
        let told = Told::of(engine.wait_with_output().unwrap()).went_well();
        let answers: Vec<(Vec<String>, Vec<Vec<Value>>)> =
            serde_json::from_slice(&told.stdout).unwrap();
        let named =
            |columns: &[String], row: Vec<Value>| columns.iter().cloned().zip(row).collect();
        let answers = answers
            .into_iter()
            .map(|(columns, rows)| rows.into_iter().map(|row| named(&columns, row)).collect());
        Answers(answers.collect())
    }

    /// The rows of the only answer that has this column.
    fn with(&self, column: &str) -> &[Value] {
        let has = |rows: &&Vec<Value>| rows.first().is_some_and(|row| !row[column].is_null());
        let found: Vec<&Vec<Value>> = self.0.iter().filter(has).collect();
        assert_eq!(found.len(), 1, "answers with {column}");
        found[0]
    }

    fn states(&self) -> BTreeMap<String, String> {
        let told = |row: &Value| ["account", "state"].map(|column| text(&row[column]).to_owned());
        self.with("state").iter().map(|row| told(row).into()).collect()
    }

    fn only(&self) -> BTreeSet<File> {
        let rows = self.with("path");
        let file =
            |row: &Value| ["side", "account", "path"].map(|column| text(&row[column]).to_owned());
        let files: BTreeSet<File> = rows.iter().map(file).collect();
        assert_eq!(files.len(), rows.len(), "a file is told twice");
        files
    }

    fn folders(&self) -> BTreeSet<Folder> {
        let folder = |row: &Value| {
            let name = ["account", "folder"].map(|column| text(&row[column]).to_owned());
            (name, COUNTS.map(|count| row[count].as_u64().unwrap()))
        };
        self.with("only_left").iter().map(folder).collect()
    }
}
