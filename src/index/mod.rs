//! A tree's messages by key: all that a comparison needs to know of one side.

use std::collections::BTreeSet;
use std::path::PathBuf;
use std::sync::atomic::AtomicU64;

use rayon::prelude::*;

use crate::error::{Error, Nature};
use crate::finding::Finding;
use crate::maildir::file::Otherwise;
use crate::maildir::layout::Layout;
use crate::maildir::scan::{Folder, Scan};
use crate::message::id::Key;

mod record;
mod message;
mod ghosts;
mod look;

pub use message::{Message, Messages};

use ghosts::drop_ghosts;
use look::{Look, Looker};
use record::{Keeper, Record, Store};

/// Files that are no messages, counted.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Tally {
    /// What mail programs keep for themselves.
    pub control: u64,
    /// No mail.
    pub foreign: u64,
    /// Could not be read: it is not known what they are.
    pub unreadable: u64,
    /// Gone between listing and reading.
    pub vanished: u64,
    /// Set aside by the selection: folders by name, messages by date.
    pub excluded: u64,
}

/// A tree's messages.
#[derive(Debug)]
pub struct Index {
    /// The tree's root, as given.
    pub root: PathBuf,
    /// How its folder names are made.
    pub layout: Layout,
    /// What must be said of the layout.
    pub note: Option<String>,
    /// Sorted by name; excluded ones too.
    pub folders: Vec<Folder>,
    /// For each folder whether it was left out; missing means not.
    pub excluded: Vec<bool>,
    messages: Vec<Record>,
    leftovers: Vec<Record>,
    store: Store,
    /// What is no mail, and what was not read.
    pub tally: Tally,
    /// What could not be read, each with the index of its folder; sorted by path.
    pub errors: Vec<(usize, Error)>,
    /// What is wrong with the directories.
    pub findings: Vec<Finding>,
    /// Links to directories that were followed.
    pub followed: Vec<PathBuf>,
    /// Where links to files lead, without links on the way.
    pub targets: BTreeSet<PathBuf>,
}

impl Index {
    /// What counts.
    pub fn messages(&self) -> Messages<'_> {
        Messages::new(&self.store, &self.messages)
    }

    /// Files in `tmp`, and mail in dot files.
    pub fn leftovers(&self) -> Messages<'_> {
        Messages::new(&self.store, &self.leftovers)
    }

    /// Messages, then leftovers.
    pub fn all_mail(&self) -> impl Iterator<Item = Message<'_>> + Clone {
        self.messages().iter().chain(self.leftovers().iter())
    }

    /// Whether any file has a key.
    pub fn has_key(&self, key: &Key) -> bool {
        let files = [self.messages(), self.leftovers()];
        files.iter().any(|files| !files.with_key(key).is_empty())
    }

    /// The path of a message as it can be opened from here.
    pub fn path_of(&self, message: Message<'_>) -> PathBuf {
        self.root.join(message.path())
    }

    /// How many entries below the root are no directories, followed links to directories apart.
    pub fn files(&self) -> u64 {
        let Tally { control, foreign, unreadable, vanished, excluded } = self.tally;
        let mail = self.messages.len() + self.leftovers.len();
        mail as u64 + control + foreign + unreadable + vanished + excluded
    }
}

/// What of a tree takes part, and how it is identified.
#[derive(Clone, Debug, Default)]
pub struct Options {
    /// For each folder of the scan whether it is left out; missing means not.
    pub excluded: Vec<bool>,
    /// Set aside what is dated at this time or later, in seconds since 1970-01-01 UTC.
    pub before: Option<i64>,
    /// Whether letter case tells Message-IDs apart.
    pub case_sensitive: bool,
}

/// Reads every file of a scan that takes part, on all cores; counts each in `read`.
pub fn index(scan: Scan, options: &Options, read: &AtomicU64) -> Index {
    let is_excluded = |folder: usize| options.excluded.get(folder).copied().unwrap_or_default();
    let (mut files, mut paths) = (scan.files, scan.paths);
    let listed = files.len();
    files.retain(|file| !is_excluded(file.folder()));
    let mut index = Index {
        root: scan.root,
        layout: scan.layout,
        note: scan.note,
        folders: scan.folders,
        excluded: options.excluded.clone(),
        messages: Vec::new(),
        leftovers: Vec::new(),
        store: Store::default(),
        tally: Tally { excluded: (listed - files.len()) as u64, ..Tally::default() },
        errors: Vec::new(),
        findings: scan.findings,
        followed: scan.followed,
        targets: scan.targets,
    };
    index.count_others(&is_excluded);
    index.errors.extend(scan.errors.into_iter().filter(|(folder, _)| !is_excluded(*folder)));
    index.findings.retain(|finding| !is_excluded(finding.folder));
    let keeper = Keeper::new(files.len(), options.case_sensitive);
    let looker = Looker { root: &index.root, before: options.before, keeper: &keeper, read };
    let looks = looker.look_at_all(&mut files, &mut paths);
    drop(files);
    index.store = keeper.into_store(paths);
    index.messages = looks.into_iter().filter_map(|look| index.settle(look)).collect();
    index.sort();
    index
}

impl Index {
    /// Counts what the scan has judged already.
    fn count_others(&mut self, is_excluded: &impl Fn(usize) -> bool) {
        for (at, folder) in self.folders.iter().enumerate() {
            if is_excluded(at) {
                self.tally.excluded += folder.control + folder.foreign;
            } else {
                self.tally.control += folder.control;
                self.tally.foreign += folder.foreign;
            }
        }
    }

    /// Puts what became of a file where it belongs; gives back a message.
    fn settle(&mut self, look: Look) -> Option<Record> {
        match look {
            Look::Mail(record) if record.place.is_leftover() => self.leftovers.push(record),
            Look::Mail(record) => return Some(record),
            Look::Later => self.tally.excluded += 1,
            Look::NoMail(Otherwise::Control) => self.tally.control += 1,
            Look::NoMail(_) => self.tally.foreign += 1,
            Look::Unreadable(trouble) => {
                self.tally.unreadable += 1;
                self.errors.push(*trouble);
            }
            Look::Gone(trouble) => {
                let (folder, error) = *trouble;
                let told = "vanished while the tree was read: run again";
                self.tally.vanished += 1;
                let error = Error::told(error.path(), told).of(Nature::Vanished);
                self.errors.push((folder, error));
            }
        }
        None
    }

    fn sort(&mut self) {
        let Index { store, messages, leftovers, .. } = self;
        messages.par_sort_unstable_by(|one, other| store.compare(one, other));
        leftovers.sort_unstable_by(|one, other| store.compare(one, other));
        drop_ghosts(store, messages, leftovers);
        self.errors.sort_by(|(_, one), (_, other)| one.path().cmp(other.path()));
    }
}
