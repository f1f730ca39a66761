//! Tables of other programs as a side: what Dovecot prints of any store that it serves, and what
//! notmuch has of a tree, against the trees themselves.

use std::fs;
use std::path::{Path, PathBuf};

use libtest_mimic::Trial;
use walkdir::WalkDir;

use crate::account::{Account, COPY, Entry, LETTER, OTHER_CASE, REUSED_ID};
use crate::clients::{Layout, Mbsync};
use crate::place::Place;
use crate::programs::{Told, program, trial};
use crate::readers;
use crate::routes::{DOTTED_NAMES, ODD_NAMES};
use crate::server::Server;
use crate::told::{Tally, base_name, tally};
use crate::tree::{Report, report, row, text};

pub(crate) fn trials() -> Vec<Trial> {
    vec![
        trial("tables_of_every_store", &["dovecot", "doveadm"], every_store),
        trial("table_of_a_server_and_its_replica", &["dovecot", "doveadm", "mbsync"], replica),
        trial("tables_with_odd_names", &["dovecot", "doveadm"], odd_names),
        trial("tables_of_notmuch", &["notmuch"], notmuch),
    ]
}

/// All columns that the documentation names.
const FIELDS: &str = "mailbox uid guid size.physical date.received flags hdr.message-id";

/// Writes the table of an account's mail that `doveadm` prints; with these settings, where it lies
/// elsewhere than the server has it.
fn table(server: &Server, place: &Place, name: &str, settings: &[&str]) -> PathBuf {
    let settings: Vec<String> = settings.iter().map(|setting| format!("-o {setting} ")).collect();
    fetch(server, &place.path(name), &(settings.concat() + "-f tab"))
}

/// Writes what `doveadm` prints with these words before the command; tells where.
fn fetch(server: &Server, path: &Path, words: &str) -> PathBuf {
    let told = server.doveadm("ann", &format!("{words} fetch"), &[FIELDS, "all"]).went_well();
    fs::write(path, told.stdout).unwrap();
    path.to_owned()
}

/// What is the same to every program, and one in ten of the letters: to fetch each from another
/// server takes its time.
fn is_plain(entry: &Entry) -> bool {
    match entry.label {
        LETTER => entry.bytes.len().is_multiple_of(10),
        label => [REUSED_ID, OTHER_CASE, COPY].contains(&label),
    }
}

/// That, and all oddities.
fn is_wanted(entry: &Entry) -> bool {
    entry.label != LETTER || is_plain(entry)
}

/// What Dovecot reads in a header otherwise, so that its table has another id or none: it knows no
/// byte order mark, ends a header at a first empty line, and prints U+FFFD for a NUL.
fn read_otherwise() -> Tally {
    [
        ("BOM before the id: only-left: unexplained", 2),
        ("leading empty line: only-left: unexplained", 2),
        ("row: only-right: unidentified", 4),
        ("id with a NUL: only-left: unexplained", 2),
        ("row: only-right: unexplained", 2),
    ]
    .into_iter()
    .map(|(told, count)| (told.to_owned(), count))
    .collect()
}

/// The same in JSON, where U+FFFD stands for what is no UTF-8 too.
fn read_otherwise_as_json() -> Tally {
    let mut tally = read_otherwise();
    tally.insert("id in 8 bit: only-left: unexplained".to_owned(), 2);
    tally.insert("row: only-right: unexplained".to_owned(), 4);
    tally
}

/// The same of a server behind another, to which a NUL has come as 0x80, as IMAP has it.
fn read_otherwise_by_imap() -> Tally {
    let mut tally = read_otherwise();
    tally.remove("id with a NUL: only-left: unexplained");
    tally.remove("row: only-right: unexplained");
    tally
}

fn every_store() {
    let place = Place::new("every_store");
    let account = Account::new(1);
    let mail = place.directory("mail");
    account.write(&mail.join("ann"), is_wanted);
    let server = Server::start(&mail, "");
    let stores = place.directory("stores");
    server.takes_over(&stores);
    let tree = server.account("ann");
    let own = table(&server, &place, "own", &[]);
    is_but_for(&read_otherwise(), &tree, &own, &account);
    let json = fetch(&server, &place.path("json"), "-f json");
    is_but_for(&read_otherwise_as_json(), &tree, &json, &account);
    for kind in ["sdbox", "mdbox"] {
        let location = format!("{kind}:{}/{kind}", stores.display());
        server.doveadm("ann", "backup", &[&location]).went_well();
        let table = table(&server, &place, kind, &[&format!("mail_location={location}")]);
        is_but_for(&read_otherwise(), &tree, &table, &account);
        same(&own, &table);
    }
    let location = format!("mail_location=imapc:{}/imapc", stores.display());
    let port = format!("imapc_port={}", server.port);
    let login = ["imapc_host=127.0.0.1", "imapc_user=ann", "imapc_password=any"];
    let table =
        table(&server, &place, "imapc", &[&[location.as_str(), &port], &login[..]].concat());
    is_but_for(&read_otherwise_by_imap(), &tree, &table, &account);
}

/// Fails the trial unless exactly this is told of an account's tree and a table of it, by label of
/// the message, and flags differ only in that Dovecot does not know P.
#[track_caller]
fn is_but_for(expected: &Tally, tree: &Path, table: &Path, account: &Account) {
    let report = report(tree, table, "");
    assert_eq!(by_label(&report, account), *expected, "{}", report.stderr);
    let flagged = report.list("messages").iter().filter(|entry| !entry["right"].is_null());
    for entry in flagged.filter(|entry| !entry["left"].is_null()) {
        let [left, right] = ["left", "right"].map(|side| text(&entry[side]["flags"]));
        assert_eq!(left.replace('P', ""), right);
    }
    assert!(report.count("flags") > 0 && report.count("same") > 300);
    let unidentified = ["left", "right"].map(|side| report.json[side]["unidentified"].as_u64());
    assert!(unidentified[0] > Some(20) && unidentified[1] > unidentified[0]);
}

/// What each message is told as, by its label; what is the same is left out, and so are flags.
fn by_label(report: &Report, account: &Account) -> Tally {
    let listed = report.list("messages").iter();
    let told = listed.map(|entry| {
        let path = entry["left"]["path"].as_str();
        let label = path.and_then(|path| account.label_of(base_name(path)));
        (label.unwrap_or("row"), row(entry).replace(" flags", ""))
    });
    let differing = told.filter(|(_, told)| told != "same");
    tally(differing.map(|(label, told)| format!("{label}: {told}")))
}

/// Fails the trial unless nothing is told of two sides but flags, as far as ids go.
#[track_caller]
fn same(left: &Path, right: &Path) -> Report {
    let report = report(left, right, "");
    let rows = report.rows();
    let differing: Vec<&String> = rows.iter().filter(|row| *row != "same flags").collect();
    assert!(differing.is_empty(), "{differing:?}");
    assert_eq!(report.status, 0, "{}", report.stderr);
    let verdict = &report.json["verdict"];
    let told = ["complete", "strict", "ids_only", "content_checked"];
    let told = told.map(|word| verdict[word].as_bool().unwrap());
    assert_eq!(told, [true, true, true, false]);
    report
}

fn replica() {
    let place = Place::new("table_and_replica");
    let account = Account::new(1);
    let mail = place.directory("mail");
    account.write(&mail.join("ann"), is_plain);
    let server = Server::start(&mail, "");
    let table = table(&server, &place, "server", &[]);
    let mbsync = Mbsync::new(&place.path("replica"), Layout::Legacy, "ann");
    mbsync.pull(&server).went_well();
    let report = same(&table, &mbsync.near);
    assert!(report.json["left"]["unidentified"].as_u64() > Some(4));
    let files = files(&mbsync.near);
    let first = |has_id: bool| files.iter().find(|file| has_field(file) == has_id).unwrap();
    for lost in [true, false].map(first) {
        fs::remove_file(lost).unwrap();
    }
    let report = crate::tree::report(&table, &mbsync.near, "--only only-left,only-right");
    assert_eq!(report.status, 1);
    let mut rows = report.rows();
    rows.sort_unstable();
    assert_eq!(rows, ["only-left: unexplained", "only-left: unidentified"]);
}

/// The messages of a tree.
fn files(tree: &Path) -> Vec<PathBuf> {
    let files = WalkDir::new(tree).sort_by_file_name().into_iter();
    let files = files.map(|entry| entry.unwrap().into_path());
    files.filter(|path| path.is_file() && path.parent().unwrap().ends_with("cur")).collect()
}

fn has_field(file: &Path) -> bool {
    let mail = fs::read(file).unwrap();
    String::from_utf8_lossy(&mail).to_ascii_lowercase().contains("message-id:")
}

fn odd_names() {
    let place = Place::new("tables_with_odd_names");
    let server = Server::start(&place.directory("mail"), ":LAYOUT=fs");
    for name in ODD_NAMES.iter().chain(&DOTTED_NAMES) {
        server.save("ann", name, format!("Subject: {name}\n\nIn {name}.\n").as_bytes());
    }
    let table = table(&server, &place, "server", &[]);
    let report = same(&server.account("ann"), &table);
    assert_eq!(report.count("same"), (ODD_NAMES.len() + DOTTED_NAMES.len()) as u64);
}

fn notmuch() {
    let place = Place::new("tables_of_notmuch");
    let account = Account::new(1);
    let tree = place.path("tree");
    account.write(&tree, is_plain);
    let configuration = readers::index_with_notmuch(&tree, &place.directory("notmuch"));
    let tell = |name: &str, words: &[&str]| {
        let mut notmuch = program("notmuch");
        notmuch.arg("--config").arg(&configuration).args(words).arg("*");
        let path = place.path(name);
        fs::write(&path, Told::by(&mut notmuch).went_well().stdout).unwrap();
        path
    };
    let show = ["show", "--format=json", "--body=false", "--entire-thread=false"];
    let paths = tell("show.json", &show);
    let report = same(&tree, &paths);
    assert_eq!(report.count("flags"), 0);
    assert!(report.json["left"]["unidentified"].as_u64() > Some(4));
    // It lists each id once, however many files have it.
    let ids = tell("ids", &["search", "--output=messages"]);
    let report = crate::tree::report(&tree, &ids, "");
    let rows = tally(report.rows());
    assert_eq!(rows.keys().map(String::as_str).collect::<Vec<_>>(), ["copies"]);
    assert_eq!(report.count("copies"), 4);
    assert_eq!(crate::tree::report(&ids, &tree, "--one-way").status, 0);
}
