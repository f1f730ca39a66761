//! A tree's messages by key: all that a comparison needs to know of one side.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::sync::atomic::AtomicU64;

use rayon::prelude::*;

use crate::error::Error;
use crate::finding::Finding;
use crate::identify::Extent;
use crate::maildir::file::Otherwise;
use crate::maildir::layout::Layout;
use crate::maildir::scan::{Folder, Scan};
use crate::mbox::{Mboxes, is_one_file};
use crate::message::id::Key;

mod record;
mod message;
mod ghosts;
mod look;
mod letters;
mod listed;
pub mod line;
pub mod saved;

pub use letters::index_mboxes;
pub use listed::index_table;
pub use message::{Message, Messages};

use ghosts::drop_ghosts;
use look::{Look, Looker};
use record::{Keeper, Record, Rules, Store};
use saved::Lines;

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

impl Tally {
    /// All of them.
    pub fn sum(self) -> u64 {
        let Tally { control, foreign, unreadable, vanished, excluded } = self;
        control + foreign + unreadable + vanished + excluded
    }

    fn add(&mut self, other: Tally) {
        self.control += other.control;
        self.foreign += other.foreign;
        self.unreadable += other.unreadable;
        self.vanished += other.vanished;
        self.excluded += other.excluded;
    }
}

/// Where the messages of an index can be read again.
#[derive(Debug)]
pub(crate) enum Origin {
    /// In the files of the tree.
    Tree,
    /// In ranges of files.
    Mboxes(Mboxes),
    /// Nowhere; what a comparison may want of them is in these lines.
    Saved(Lines),
    /// Nowhere: a table names them, and that is all.
    Table,
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
    /// The same of each folder.
    pub(crate) tallies: Vec<Tally>,
    /// Where the messages can be read again.
    pub(crate) origin: Origin,
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
        self.on_disk(message.path())
    }

    /// A path of the index as it can be opened from here. Of a single mbox it has the file's name.
    pub(crate) fn on_disk(&self, path: &Path) -> PathBuf {
        match path.file_name() {
            Some(name) if self.is_one_mbox() => self.root.with_file_name(name),
            None if self.is_one_mbox() => self.root.clone(),
            _ => self.root.join(path),
        }
    }

    /// The path of the index for one that can be opened from here; itself where it lies elsewhere.
    pub(crate) fn below<'p>(&self, path: &'p Path) -> &'p Path {
        let root = if self.is_one_mbox() && path != self.root {
            self.root.parent().unwrap_or(&self.root)
        } else {
            &self.root
        };
        path.strip_prefix(root).unwrap_or(path)
    }

    fn is_one_mbox(&self) -> bool {
        self.layout == Layout::Mbox && is_one_file(&self.folders)
    }

    /// How many entries below the root are no directories, followed links to directories apart.
    pub fn files(&self) -> u64 {
        (self.messages.len() + self.leftovers.len()) as u64 + self.tally.sum()
    }

    /// Whether letter case tells its Message-IDs apart.
    pub fn is_case_sensitive(&self) -> bool {
        self.store.is_case_sensitive()
    }

    /// Whether the content of each of its messages is to be had.
    pub fn has_contents(&self) -> bool {
        match &self.origin {
            Origin::Saved(lines) => lines.has_contents(),
            Origin::Table => false,
            Origin::Tree | Origin::Mboxes(_) => true,
        }
    }

    /// Whether its messages can be read again, and not only what was kept of them.
    pub fn holds_mail(&self) -> bool {
        matches!(self.origin, Origin::Tree | Origin::Mboxes(_))
    }

    /// Whether a table is all there is: no mail, and not its contents either.
    pub fn is_table(&self) -> bool {
        matches!(self.origin, Origin::Table)
    }

    /// The messages that can only be counted, where only Message-IDs count.
    pub fn unidentified(&self) -> Messages<'_> {
        self.messages().with_key(&Key::Unidentified)
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
    /// How much of each message is wanted, beyond its identity.
    pub extent: Extent,
    /// Whether only Message-IDs count, because the other side is a table or this one is.
    pub ids_only: bool,
}

impl Options {
    /// Whether the folder of this index is left out.
    fn excludes(&self, folder: usize) -> bool {
        self.excluded.get(folder).copied().unwrap_or_default()
    }

    /// What makes a key of a message.
    fn rules(&self) -> Rules {
        Rules { case_sensitive: self.case_sensitive, ids_only: self.ids_only }
    }
}

/// Reads every file of a scan that takes part, on all cores; counts each in `read`.
pub fn index(scan: Scan, options: &Options, read: &AtomicU64) -> Index {
    let (mut files, mut paths) = (scan.files, scan.paths);
    let empty = Index::empty(scan.root, scan.layout, scan.folders, options);
    let mut index = Index {
        note: scan.note,
        findings: scan.findings,
        followed: scan.followed,
        targets: scan.targets,
        ..empty
    };
    for file in files.iter().filter(|file| options.excludes(file.folder())) {
        index.count(file.folder(), |tally| &mut tally.excluded);
    }
    files.retain(|file| !options.excludes(file.folder()));
    index.errors.extend(scan.errors.into_iter().filter(|(folder, _)| !options.excludes(*folder)));
    index.findings.retain(|finding| !options.excludes(finding.folder));
    let keeper = Keeper::new(files.len(), options.rules());
    let Options { before, extent, ids_only, .. } = *options;
    let looker = Looker { root: &index.root, before, extent, ids_only, keeper: &keeper, read };
    let looks = looker.look_at_all(&mut files, &mut paths);
    drop(files);
    index.store = keeper.into_store(paths);
    index.messages = looks.into_iter().filter_map(|look| index.settle(look)).collect();
    index.sort();
    let Index { store, messages, leftovers, .. } = &mut index;
    drop_ghosts(store, messages, leftovers);
    index.add_up(options);
    index
}

/// What of a folder the scan has judged already.
fn named_others(folder: &Folder) -> Tally {
    Tally { control: folder.control, foreign: folder.foreign, ..Tally::default() }
}

impl Index {
    /// With these folders and nothing in them yet; as of a tree, until it is said otherwise.
    fn empty(root: PathBuf, layout: Layout, folders: Vec<Folder>, options: &Options) -> Index {
        Index {
            root,
            layout,
            note: None,
            excluded: options.excluded.clone(),
            messages: Vec::new(),
            leftovers: Vec::new(),
            store: Store::default(),
            tally: Tally::default(),
            tallies: folders.iter().map(named_others).collect(),
            folders,
            errors: Vec::new(),
            findings: Vec::new(),
            followed: Vec::new(),
            targets: BTreeSet::new(),
            origin: Origin::Tree,
        }
    }

    /// Counts a file of a folder.
    fn count(&mut self, folder: usize, what: impl FnOnce(&mut Tally) -> &mut u64) {
        if let Some(tally) = self.tallies.get_mut(folder) {
            *what(tally) += 1;
        }
    }

    /// Puts what became of a file where it belongs; gives back a message.
    fn settle(&mut self, look: Look) -> Option<Record> {
        match look {
            Look::Mail(record) if record.place.is_leftover() => self.leftovers.push(record),
            Look::Mail(record) => return Some(record),
            Look::Ghost => {}
            Look::Later(folder) => self.count(folder, |tally| &mut tally.excluded),
            Look::NoMail(folder, Otherwise::Control) => {
                self.count(folder, |tally| &mut tally.control);
            }
            Look::NoMail(folder, _) => self.count(folder, |tally| &mut tally.foreign),
            Look::Unreadable(trouble) => {
                self.count(trouble.0, |tally| &mut tally.unreadable);
                self.errors.push(*trouble);
            }
            Look::Gone(trouble) => {
                self.count(trouble.0, |tally| &mut tally.vanished);
                self.errors.push(*trouble);
            }
        }
        None
    }

    fn sort(&mut self) {
        let Index { store, messages, leftovers, .. } = self;
        messages.par_sort_unstable_by(|one, other| store.compare(one, other));
        leftovers.sort_unstable_by(|one, other| store.compare(one, other));
        self.errors.sort_by(|(_, one), (_, other)| one.path().cmp(other.path()));
    }

    /// Sums up what is no mail. Whatever lies in a folder that was left out counts as excluded.
    fn add_up(&mut self, options: &Options) {
        for (folder, tally) in self.tallies.iter_mut().enumerate() {
            if options.excludes(folder) {
                *tally = Tally { excluded: tally.sum(), ..Tally::default() };
            }
            self.tally.add(*tally);
        }
    }
}
