//! Which Message-ID other programs read in each file of a tree.

use std::fs;
use std::path::{Path, PathBuf};

use serde_json::Value;
use walkdir::WalkDir;

use crate::programs::{Told, program};
use crate::rules::in_brackets;
use crate::tree::text;

/// Ids as a program tells them, each with a file that has it.
pub(crate) type Ids = Vec<(String, PathBuf)>;

/// A program that reads mail.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Reader {
    Notmuch,
    Mu,
    Mblaze,
}

impl Reader {
    pub(crate) const ALL: [Reader; 3] = [Reader::Notmuch, Reader::Mu, Reader::Mblaze];

    pub(crate) fn name(self) -> &'static str {
        match self {
            Reader::Notmuch => "notmuch",
            Reader::Mu => "mu",
            Reader::Mblaze => "mblaze",
        }
    }

    /// The ids that it reads in a tree; its own files go into `beside`. Files that it does not take
    /// for mail are not among them.
    pub(crate) fn ids(self, tree: &Path, beside: &Path) -> Ids {
        fs::create_dir_all(beside).unwrap();
        match self {
            Reader::Notmuch => notmuch(&index_with_notmuch(tree, beside)),
            Reader::Mu => mu(tree, beside),
            Reader::Mblaze => mblaze(tree),
        }
    }
}

/// Makes notmuch index a tree, its own files beside it; tells where its configuration is.
pub(crate) fn index_with_notmuch(tree: &Path, beside: &Path) -> PathBuf {
    let configuration = beside.join("config");
    let (database, mail) = (beside.display(), tree.display());
    fs::write(&configuration, format!("[database]\npath={database}\nmail_root={mail}\n")).unwrap();
    let mut new = program("notmuch");
    Told::by(new.arg("--config").arg(&configuration).args(["new", "--quiet"])).went_well();
    configuration
}

/// What notmuch has, whose database is up to date, by its configuration.
pub(crate) fn notmuch(configuration: &Path) -> Ids {
    let mut notmuch = program("notmuch");
    notmuch.arg("--config").arg(configuration);
    notmuch.args(["show", "--format=json", "--body=false", "--entire-thread=false", "*"]);
    let told = Told::by(&mut notmuch).went_well();
    let mut ids = Ids::new();
    collect(&serde_json::from_slice(&told.stdout).unwrap(), &mut ids);
    ids
}

/// Messages stand in lists of lists of their threads.
fn collect(json: &Value, ids: &mut Ids) {
    match json {
        Value::Array(items) => items.iter().for_each(|item| collect(item, ids)),
        Value::Object(message) => {
            let id = text(&message["id"]);
            let files = message["filename"].as_array().unwrap().iter();
            ids.extend(files.map(|file| (id.to_owned(), PathBuf::from(text(file)))));
        }
        _ => {}
    }
}

fn mu(tree: &Path, beside: &Path) -> Ids {
    let home = format!("--muhome={}", beside.display());
    let maildir = format!("--maildir={}", tree.display());
    Told::by(program("mu").args(["init", &home, &maildir])).went_well();
    Told::by(program("mu").args(["index", &home, "--quiet"])).went_well();
    let found = Told::by(program("mu").args(["find", &home, "--fields=l\ti", ""])).went_well();
    pairs(&found)
}

/// mblaze reads the field; its `mthread.c` takes what is in brackets, or all of it.
fn mblaze(tree: &Path) -> Ids {
    let files = WalkDir::new(tree).into_iter().map(|entry| entry.unwrap());
    let files = files.filter(|entry| entry.file_type().is_file()).map(walkdir::DirEntry::into_path);
    let files: Vec<PathBuf> = files.collect();
    let mut ids = Ids::new();
    for some in files.chunks(500) {
        // It says 1 where a file has no such field.
        let found = Told::by(program("mhdr").args(["-H", "-h", "message-id"]).args(some));
        let pairs = pairs(&found).into_iter();
        ids.extend(pairs.map(|(value, file)| (in_brackets(&value).to_owned(), file)));
    }
    ids
}

/// Lines of a path and an id.
fn pairs(told: &Told) -> Ids {
    let text = told.text();
    let pairs = text.lines().filter_map(|line| line.split_once('\t'));
    pairs.map(|(path, id)| (id.to_owned(), PathBuf::from(path))).collect()
}
