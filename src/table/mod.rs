//! A table from another program as a side: which messages it names, and what else it tells.
//!
//! A table holds no mail. It may tell where messages lie, how large they are and which flags they
//! have; what it does not tell is unknown, and is neither equal to anything nor different.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::path::{Path, PathBuf};

use unicode_normalization::UnicodeNormalization;

use crate::error::Error;
use crate::input::Input;
use crate::maildir::file::Place;
use crate::maildir::file_name::Flags;
use crate::maildir::folder_name::{FolderName, decode_component};
use crate::maildir::scan::Folder;
use crate::message::id::MessageId;
use crate::path;

mod lines;
mod objects;
mod doveadm;
mod fetched;
mod ids;
mod places;
mod notmuch;

use doveadm::Columns;
use lines::Lines;
use places::{Directories, Names};

/// What is taken for a table, in words that complete a sentence.
const ACCEPTED: &str = "a table is what `doveadm -f json fetch 'mailbox uid size.physical flags \
    hdr.message-id' all` prints (or with `-f tab`), `notmuch show --format=json --body=false '*'` \
    or `notmuch search --output=messages '*'`, or a list of Message-IDs, one a line";

/// What a table tells of messages, beside their ids.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[allow(clippy::struct_excessive_bools, reason = "each is told or not, by itself")]
pub struct Tells {
    /// Which folder each lies in, so that a server shows it.
    pub folders: bool,
    /// Which file each is.
    pub paths: bool,
    /// How large each is.
    pub sizes: bool,
    /// Its flags.
    pub flags: bool,
}

/// What one row says.
#[derive(Debug)]
pub(crate) struct Entry<'r> {
    /// Its usable Message-ID, if it has one.
    pub(crate) id: Option<MessageId>,
    /// The name of its folder, as the table has it; empty where it has none.
    folder: &'r [u8],
    /// By what people find it: a mailbox and a UID, or a line of the table.
    pub(crate) path: &'r [u8],
    pub(crate) place: Place,
    /// In bytes, as it is stored.
    pub(crate) size: Option<u64>,
    pub(crate) flags: Option<Flags>,
}

/// How a table is written.
#[derive(Clone, Debug)]
enum Form {
    Doveadm(Columns),
    Fetched(Tells),
    Ids,
    Notmuch,
}

/// A table of which every row has been looked at.
#[derive(Debug)]
pub struct Table {
    input: Input,
    form: Form,
    folders: Vec<Folder>,
    /// For each name of a folder in the table its index in `folders`.
    indices: HashMap<Box<[u8]>, usize>,
    rows: u64,
    note: Option<String>,
}

impl Table {
    /// Reads a table once: which folders it names, and whether every line makes sense.
    ///
    /// # Errors
    /// Where it is no table, or cannot be read.
    pub fn open(input: Input) -> Result<Table, Error> {
        let form = Form::of(&input)?;
        let mut directories = Directories::new();
        let mut rows = 0;
        form.read(&input, &mut |entry| {
            rows += 1;
            if let Some(is_real) = directories.get_mut(entry.folder) {
                *is_real |= entry.place.is_delivered();
            } else if form.tell().folders {
                directories.insert(entry.folder.into(), entry.place.is_delivered());
            }
            Ok(())
        })?;
        let (names, note) = form.name(directories);
        let (folders, indices) = folders(names);
        Ok(Table { input, form, folders, indices, rows, note })
    }

    /// What it is called.
    pub fn name(&self) -> &Path {
        self.input.name()
    }

    /// Its folders, sorted by name; none where it does not tell folders.
    pub fn folders(&self) -> &[Folder] {
        &self.folders
    }

    /// What was guessed of it.
    pub fn note(&self) -> Option<&str> {
        self.note.as_deref()
    }

    /// How many messages it names.
    pub fn rows(&self) -> u64 {
        self.rows
    }

    /// What it tells.
    pub fn tells(&self) -> Tells {
        self.form.tell()
    }

    /// Hands on every row, with the index of its folder.
    ///
    /// # Errors
    /// What `take` says; where the table cannot be read any more, or has changed.
    pub(crate) fn read(
        &self,
        take: &mut dyn FnMut(usize, Entry<'_>) -> Result<(), Error>,
    ) -> Result<(), Error> {
        self.form.read(&self.input, &mut |entry| {
            let folder =
                if self.tells().folders { self.indices.get(entry.folder) } else { Some(&0) };
            let changed = || Error::told(self.name(), "has changed while it was read: run again");
            take(*folder.ok_or_else(changed)?, entry)
        })
    }
}

impl Form {
    fn of(input: &Input) -> Result<Form, Error> {
        // Of threads there are lists of lists.
        match objects::depth(input.head()) {
            Some(1) => return fetched::tell(input).map(Form::Fetched),
            Some(_) => return Ok(Form::Notmuch),
            None => {}
        }
        let mut first = Vec::new();
        Lines::of(input).read(&mut first)?;
        if doveadm::are_titles(&first) {
            let columns = Columns::of(&first).map_err(|told| Error::told(input.name(), told));
            return columns.map(Form::Doveadm);
        }
        Ok(Form::Ids)
    }

    fn tell(&self) -> Tells {
        match self {
            Form::Doveadm(columns) => columns.tell(),
            Form::Fetched(tells) => *tells,
            Form::Ids => Tells::default(),
            Form::Notmuch => Tells { folders: true, paths: true, sizes: false, flags: true },
        }
    }

    /// The names of folders, and what was guessed for that.
    fn name(&self, directories: Directories) -> (Names, Option<String>) {
        match self {
            Form::Doveadm(_) | Form::Fetched(_) => {
                let name = |raw: Box<[u8]>| (raw.clone(), folder_name(&raw));
                (directories.into_keys().map(name).collect(), None)
            }
            Form::Notmuch => places::name(&directories),
            Form::Ids => Default::default(),
        }
    }

    fn read(
        &self,
        input: &Input,
        take: &mut dyn FnMut(Entry<'_>) -> Result<(), Error>,
    ) -> Result<(), Error> {
        match self {
            Form::Doveadm(columns) => columns.read(input, take),
            Form::Fetched(_) => fetched::read(input, take),
            Form::Ids => ids::read(input, take),
            Form::Notmuch => notmuch::read(input, take),
        }
    }
}

/// A server tells names in UTF-8, with its own separator between levels; what it tells of a `/`
/// separates them, and pairing takes a `.` for one where there is no better match.
fn folder_name(raw: &[u8]) -> FolderName {
    let level = |raw: &[u8]| match str::from_utf8(raw) {
        Ok(text) => text.nfc().collect(),
        Err(_) => decode_component(raw).text,
    };
    FolderName::from_components(raw.split(|&byte| byte == b'/').map(level))
}

/// The folders of these names, and where each name's is.
fn folders(names: Names) -> (Vec<Folder>, HashMap<Box<[u8]>, usize>) {
    let mut spellings: BTreeMap<FolderName, Vec<Box<[u8]>>> = BTreeMap::new();
    for (raw, name) in names {
        spellings.entry(name).or_default().push(raw);
    }
    let mut indices = HashMap::new();
    let mut folders = Vec::with_capacity(spellings.len());
    for (at, (name, raws)) in spellings.into_iter().enumerate() {
        let directories: Vec<PathBuf> = raws.iter().map(|raw| path::of(raw).to_owned()).collect();
        indices.extend(raws.into_iter().map(|raw| (raw, at)));
        folders.push(Folder {
            name,
            directories,
            unlisted: BTreeSet::new(),
            control: 0,
            foreign: 0,
        });
    }
    (folders, indices)
}
