//! A tree's messages by key: all that a comparison needs to know of one side.

use std::collections::BTreeSet;
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};
use std::sync::OnceLock;
use std::sync::atomic::AtomicU64;

use rayon::prelude::*;

use crate::error::{Error, Nature};
use crate::finding::Finding;
use crate::identify::{self, Identity, Shape};
use crate::maildir::file::{File, Otherwise, Place};
use crate::maildir::file_name::{self, Flags};
use crate::maildir::layout::Layout;
use crate::maildir::scan::{Folder, Scan};
use crate::message::canonical::Content;
use crate::message::id::Key;

mod ghosts;
mod look;

use ghosts::drop_ghosts;
use look::{Look, look_at_all};

/// One mail file: a message, or a leftover.
#[derive(Debug)]
pub struct Message {
    /// What makes it the same message as another.
    pub key: Key,
    /// Its Message-ID without brackets and blanks, in its own letter case; `None` without a usable
    /// one.
    pub id: Option<Box<[u8]>>,
    /// Its Message-ID as written.
    pub written: Option<Box<[u8]>>,
    /// The index of its folder in [`Index::folders`].
    pub folder: usize,
    /// Where in the folder it lies.
    pub place: Place,
    /// Relative to the root; absolute where INBOX lies outside.
    pub path: PathBuf,
    /// The inode number, a link's its own.
    pub inode: u64,
    /// The inode number of what was read: of what a link leads to.
    pub read_inode: u64,
    /// Whether the file has other names, by hard links.
    pub has_names: bool,
    /// When the file was last written, in seconds since 1970-01-01 UTC. Servers serve it as the
    /// time of arrival.
    pub modified: i64,
    /// On disk, in bytes.
    pub size: u64,
    /// Of the message itself, in bytes: another one than `size` where the file is compressed, and
    /// `None` where such a file was not read to its end.
    pub length: Option<u64>,
    /// From the file's name.
    pub flags: Flags,
    /// What is missing or out of the ordinary.
    pub shape: Shape,
    /// The canonical content, once it is known.
    pub content: OnceLock<Content>,
    /// The Date field in seconds since 1970-01-01 UTC, where it was asked for.
    pub date: Option<i64>,
}

impl Message {
    /// Whether its content is known to be empty after canonicalisation.
    pub fn is_empty(&self) -> bool {
        self.length == Some(0) || self.content.get().is_some_and(Content::is_empty)
    }

    /// Whether the file is a link to where the message lies.
    pub fn is_link(&self) -> bool {
        self.inode != self.read_inode
    }

    /// The file's name.
    pub fn name(&self) -> &[u8] {
        self.path.file_name().unwrap_or_default().as_bytes()
    }

    /// What of the file's name stays while flags change.
    pub fn base(&self) -> &[u8] {
        file_name::base(self.name())
    }

    /// The directory that its `cur`, `new` or `tmp` lies in: of a delivered message its folder's.
    pub fn folder_directory(&self) -> &Path {
        self.path.parent().and_then(Path::parent).unwrap_or(Path::new(""))
    }

    fn new(file: &File, path: PathBuf, read: Read, identity: Identity) -> Message {
        let name = path.file_name().unwrap_or_default();
        let flags = file_name::flags(name.as_bytes());
        let place = if path == file.path { file.place } else { Place::of_delivered(&path) };
        let (id, written) = identity.id.map(|id| (id.id, id.written)).unzip();
        Message {
            key: identity.key,
            id,
            written,
            folder: file.folder,
            place,
            path,
            inode: file.inode,
            read_inode: read.inode,
            has_names: read.names > 1,
            modified: read.modified,
            size: read.size,
            length: identity.length,
            flags,
            shape: identity.shape,
            content: identity.content.map(OnceLock::from).unwrap_or_default(),
            date: identity.date,
        }
    }
}

/// What the system says of an open file.
#[derive(Clone, Copy, Debug)]
struct Read {
    size: u64,
    modified: i64,
    inode: u64,
    names: u64,
}

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
    /// Sorted by key, then delivered ones first, then by path.
    pub messages: Vec<Message>,
    /// Files in `tmp`, and mail in dot files; sorted likewise.
    pub leftovers: Vec<Message>,
    /// Everything else.
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
    /// The path of a message as it can be opened from here.
    pub fn path_of(&self, message: &Message) -> PathBuf {
        self.root.join(&message.path)
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
    let wanted = identify::Options {
        case_sensitive: options.case_sensitive,
        date: options.before.is_some(),
    };
    let is_excluded = |folder: usize| options.excluded.get(folder).copied().unwrap_or_default();
    let (excluded, files): (Vec<File>, Vec<File>) =
        scan.files.into_iter().partition(|file| is_excluded(file.folder));
    let looked = look_at_all(&scan.root, &files, wanted, read);
    let mut index = Index {
        root: scan.root,
        layout: scan.layout,
        note: scan.note,
        folders: scan.folders,
        excluded: options.excluded.clone(),
        messages: Vec::new(),
        leftovers: Vec::new(),
        tally: Tally { excluded: excluded.len() as u64, ..Tally::default() },
        errors: Vec::new(),
        findings: scan.findings,
        followed: scan.followed,
        targets: scan.targets,
    };
    index.count_others(&is_excluded);
    index.errors.extend(scan.errors.into_iter().filter(|(folder, _)| !is_excluded(*folder)));
    index.findings.retain(|finding| !is_excluded(finding.folder));
    for (file, look) in files.iter().zip(looked) {
        index.add(file.folder, look, options.before);
    }
    drop_ghosts(&mut index.messages, &mut index.leftovers);
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

    fn add(&mut self, folder: usize, look: Look, before: Option<i64>) {
        match look {
            Look::Mail(message) => self.add_mail(*message, before),
            Look::NoMail(Otherwise::Control) => self.tally.control += 1,
            Look::NoMail(_) => self.tally.foreign += 1,
            Look::Unreadable(error) => {
                self.tally.unreadable += 1;
                self.errors.push((folder, error));
            }
            Look::Gone(error) => {
                let told = "vanished while the tree was read: run again";
                self.tally.vanished += 1;
                let error = Error::told(error.path(), told).of(Nature::Vanished);
                self.errors.push((folder, error));
            }
        }
    }

    fn add_mail(&mut self, message: Message, before: Option<i64>) {
        let later = message.date.zip(before).is_some_and(|(date, before)| date >= before);
        match message.place {
            _ if later => self.tally.excluded += 1,
            place if place.is_leftover() => self.leftovers.push(message),
            _ => self.messages.push(message),
        }
    }

    fn sort(&mut self) {
        self.messages.par_sort_unstable_by(order);
        self.leftovers.sort_unstable_by(order);
        self.errors.sort_by(|(_, one), (_, other)| one.path().cmp(other.path()));
    }
}

fn order(one: &Message, other: &Message) -> std::cmp::Ordering {
    let rank = |message: &Message| !message.place.is_delivered();
    one.key
        .cmp(&other.key)
        .then_with(|| rank(one).cmp(&rank(other)))
        .then_with(|| one.path.cmp(&other.path))
}
