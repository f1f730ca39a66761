//! Which Message-ID a file has, as other programs read it and as the tool does: the same, but for
//! what the table of rules allows.

use std::collections::{BTreeMap, HashMap};
use std::env;
use std::fs;
use std::path::{Path, PathBuf};

use libtest_mimic::Trial;
use walkdir::WalkDir;

use crate::account::Account;
use crate::page;
use crate::place::Place;
use crate::programs::trial;
use crate::readers::Reader;
use crate::rules::{Difference, Header, RULES};
use crate::tree::{report, text};

pub(crate) fn trials() -> Vec<Trial> {
    let needed = &["notmuch", "mu", "mhdr"];
    let mut trials = vec![trial("readers_agree_on_generated_mail", needed, on_generated_mail)];
    if env::var_os(MAIL).is_some() {
        trials.push(trial("readers_agree_on_more_mail", needed, on_more_mail));
    }
    trials
}

/// Names a directory with more mail, a file a message.
const MAIL: &str = "MAILDIFF_MAIL";

fn on_generated_mail() {
    let place = Place::new("agreement");
    let account = Account::new(1);
    for tree in ["tree", "copy"] {
        account.write(&place.path(tree), |_| true);
    }
    let counts = differences(&place);
    let unheard = RULES.iter().filter(|rule| counts.of_rule(rule.name) == 0);
    assert_eq!(unheard.count(), 0, "a rule that nothing needs: {:?}", counts.by_rule);
    page::holds("agreement", &counts.table());
}

fn on_more_mail() {
    let place = Place::new("more_mail");
    let mail = env::var_os(MAIL).unwrap();
    let files = WalkDir::new(mail).into_iter().map(|entry| entry.unwrap());
    let files = files.filter(|entry| entry.file_type().is_file());
    for (number, file) in files.enumerate() {
        for cur in ["tree/cur", "copy/cur"].map(|path| place.directory(path)) {
            fs::copy(file.path(), cur.join(format!("{number}.mail:2,S"))).unwrap();
        }
    }
    let counts = differences(&place);
    #[allow(clippy::print_stdout, reason = "this mail is on no page")]
    {
        println!("{} files of {MAIL}\n{}", counts.files, counts.table());
    }
}

/// How often readers differ, by rule and reader.
#[derive(Default)]
struct Counts {
    files: usize,
    by_rule: BTreeMap<(&'static str, Reader), usize>,
}

impl Counts {
    fn of_rule(&self, rule: &str) -> usize {
        let counts = self.by_rule.iter().filter(|((name, _), _)| *name == rule);
        counts.map(|(_, count)| count).sum()
    }

    fn table(&self) -> String {
        let row = |name: &'static str, why: &str| {
            let count = |reader| self.by_rule.get(&(name, reader)).copied().unwrap_or_default();
            let counts = Reader::ALL.map(|reader| count(reader).to_string());
            [&[name.to_owned()], &counts[..], &[why.to_owned()]].concat()
        };
        let rows: Vec<Vec<String>> = RULES.iter().map(|rule| row(rule.name, rule.why)).collect();
        page::table(&["rule", "notmuch", "mu", "mblaze", "who does what"], &rows)
    }
}

/// What the readers and the tool make of the files of `tree`, of which `copy` is one.
fn differences(place: &Place) -> Counts {
    let tree = place.path("tree");
    let keys = keys(&tree, &place.path("copy"));
    let mut counts = Counts { files: keys.len(), ..Counts::default() };
    let mut uncovered = Vec::new();
    for reader in Reader::ALL {
        let ids = reader.ids(&tree, &place.path(reader.name()));
        let ids: HashMap<PathBuf, String> = ids.into_iter().map(|(id, file)| (file, id)).collect();
        for (path, ours) in &keys {
            let file = tree.join(path);
            match rule(reader, &file, ours, ids.get(&file)) {
                Ok(None) => {}
                Ok(Some(rule)) => *counts.by_rule.entry((rule, reader)).or_default() += 1,
                Err(told) => uncovered.push(told),
            }
        }
    }
    assert!(uncovered.is_empty(), "{} differences:\n{}", uncovered.len(), uncovered.join("\n"));
    counts
}

/// The one rule by which a reader's id of a file differs from the tool's, if it does.
fn rule(
    reader: Reader,
    file: &Path,
    ours: &str,
    theirs: Option<&String>,
) -> Result<Option<&'static str>, String> {
    let theirs = theirs.map(String::as_str);
    if theirs == Some(ours) {
        return Ok(None);
    }
    let raw = fs::read(file).unwrap();
    let header = Header::of(&raw);
    let difference = Difference { reader, raw: &raw, header: &header, ours, theirs };
    let rules = RULES.iter().filter(|rule| (rule.holds)(&difference)).map(|rule| rule.name);
    match rules.collect::<Vec<_>>()[..] {
        [rule] => Ok(Some(rule)),
        ref rules => {
            let (reader, file) = (reader.name(), file.display());
            Err(format!("{file}: {reader} has {theirs:?}, the key is {ours}: {rules:?} {header:?}"))
        }
    }
}

/// The tool's key of each file.
fn keys(tree: &Path, copy: &Path) -> BTreeMap<String, String> {
    let report = report(tree, copy, "--all");
    assert_eq!(report.status, 0);
    let rows = report.list("messages").iter();
    let word = |value| text(value).to_owned();
    let keys = rows.map(|row| (word(&row["left"]["path"]), word(&row["key"])));
    let keys: BTreeMap<String, String> = keys.collect();
    assert_eq!(Some(keys.len() as u64), report.json["left"]["files"].as_u64());
    keys
}
