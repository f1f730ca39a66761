//! From what was given to the messages in it: which files are mboxes, and what the others are.

use std::collections::BTreeMap;
use std::io;
use std::ops::ControlFlow;
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};

use rayon::prelude::*;

use crate::error::{Error, Nature};
use crate::finding::{Finding, Kind as Found};
use crate::input::Input;
use crate::mail_file::{Buffer, MailFile};
use crate::maildir::control;
use crate::maildir::files::Files;
use crate::maildir::folder_name::FolderName;
use crate::maildir::listing::Kind;
use crate::maildir::mail_like::head_looks_like_mail;
use crate::maildir::nature;
use crate::maildir::scan::Folder;
use crate::maildir::walk::{Seen, Walk, walk};
use crate::path;

use super::dialect::Dialect;
use super::from_line::{self, is_from_line};
use super::name::name;
use super::split::split;
use super::{Mbox, Mboxes};

/// Looks a single file through.
pub(super) fn file(root: &Path, input: Input, dialect: Dialect) -> Result<Option<Mboxes>, Error> {
    let failed = |error| Error::io(input.name(), error);
    let mut head = [0; from_line::LONGEST];
    let read = input.read_at(&mut head, 0).map_err(failed)?;
    if !begins_mbox(head.get(..read).unwrap_or_default()) {
        return Ok(None);
    }
    let split = split(&input, dialect).map_err(failed)?;
    let mut inbox = folder(FolderName::inbox());
    inbox.directories.push(PathBuf::new());
    inbox.control = split.control;
    let path = PathBuf::from(root.file_name().unwrap_or(root.as_os_str()));
    let mut mboxes = Builder::new(root).mboxes;
    mboxes.is_one_file = true;
    mboxes.folders.push(inbox);
    mboxes.files.push(Mbox::new(path, input, split, dialect));
    Ok(Some(mboxes))
}

/// Looks all files below a directory through that begin as an mbox does; `None` where none does, or
/// where the directory is a store of another kind.
pub(super) fn directory(root: &Path, dialect: Dialect) -> Option<Mboxes> {
    let mut files = Files::default();
    let mut tree = walk(root, Path::new(""), &mut Seen::new(), &mut files);
    let mut builder = Builder::new(root);
    let mut found = Vec::new();
    for directory in std::mem::take(&mut tree.directories).into_values() {
        let entries = || files.of(&directory.files);
        if nature::store(entries().map(|(_, entry)| entry.name.as_bytes())).is_some() {
            return None;
        }
        builder.count(directory.control, directory.foreign);
        found.extend(entries().map(|(path, entry)| (path, entry.kind)));
    }
    let paths = files.into_paths();
    for (at, kind) in found {
        builder.take(path::of(paths.get(at)).to_owned(), kind);
    }
    builder.take_walk(tree);
    builder.finish(dialect)
}

/// Whether a file that begins so is an mbox.
fn begins_mbox(head: &[u8]) -> bool {
    let line = head.split(|&byte| byte == b'\n').next().unwrap_or_default();
    is_from_line(line)
}

/// What a file in a directory is.
enum Look {
    /// An mbox, of messages or of none.
    Mbox,
    Empty,
    /// A message, alone.
    Mail,
    Other,
}

fn look(path: &Path) -> io::Result<Look> {
    let mut buffer = Buffer::default();
    let mut mail = MailFile::open(path, &mut buffer)?;
    let mut look = Look::Empty;
    mail.read(|head| {
        look = match head {
            _ if begins_mbox(head) => Look::Mbox,
            _ if head_looks_like_mail(head) => Look::Mail,
            _ => Look::Other,
        };
        ControlFlow::Break(())
    })?;
    Ok(look)
}

fn folder(name: FolderName) -> Folder {
    let (directories, unlisted) = Default::default();
    Folder { name, directories, unlisted, control: 0, foreign: 0 }
}

/// Something of a folder that has no number yet.
type Named<T> = (FolderName, T);

struct Builder {
    mboxes: Mboxes,
    folders: BTreeMap<FolderName, Folder>,
    /// Mboxes by their paths.
    found: BTreeMap<PathBuf, FolderName>,
    unread: Vec<Named<Error>>,
    errors: Vec<Named<Error>>,
    findings: Vec<Named<Finding>>,
    /// Whether one of the mboxes has a message.
    has_mail: bool,
}

impl Builder {
    fn new(root: &Path) -> Builder {
        let (folders, unread, errors, findings, targets, files) = Default::default();
        let root = root.to_owned();
        let is_one_file = false;
        let mboxes =
            Mboxes { root, folders, unread, errors, findings, targets, is_one_file, files };
        let (folders, found, unread, errors, findings) = Default::default();
        Builder { mboxes, folders, found, unread, errors, findings, has_mail: false }
    }

    fn on_disk(&self, path: &Path) -> PathBuf {
        self.mboxes.root.join(path)
    }

    fn folder(&mut self, name: &FolderName) -> &mut Folder {
        self.folders.entry(name.clone()).or_insert_with(|| folder(name.clone()))
    }

    /// Counts files that belong to no folder, which are INBOX's.
    fn count(&mut self, control: u64, foreign: u64) {
        if control + foreign > 0 {
            let inbox = self.folder(&FolderName::inbox());
            inbox.control += control;
            inbox.foreign += foreign;
        }
    }

    /// Takes a file by its name and its first bytes.
    fn take(&mut self, path: PathBuf, kind: Kind) {
        let file_name = path.file_name().unwrap_or_default().as_bytes();
        let by_name = control::file(file_name);
        let is_hidden = file_name.starts_with(b".");
        match kind {
            _ if by_name == control::File::Control => return self.count(1, 0),
            Kind::Special | Kind::Directory => return self.count(0, 1),
            Kind::Link => {
                let error = Error::told(&self.on_disk(&path), "is a link to nothing");
                return self.fail(&path, error.of(Nature::DanglingLink));
            }
            Kind::File => {}
        }
        match look(&self.on_disk(&path)) {
            Err(error) => self.fail(&path, Error::io(&self.on_disk(&path), error)),
            Ok(Look::Mbox) => {
                self.has_mail = true;
                self.add(path);
            }
            _ if by_name == control::File::Likely => self.count(1, 0),
            Ok(Look::Empty) if !is_hidden => self.add(path),
            Ok(Look::Mail) => {
                let told = "is a message and no mbox, and was passed over: move it elsewhere";
                let error = Error::told(&self.on_disk(&path), told);
                self.folder(&FolderName::inbox());
                self.unread.push((FolderName::inbox(), error));
            }
            Ok(Look::Empty | Look::Other) => self.count(0, 1),
        }
    }

    /// Gives a file that could not be read to the folder that it may be: whoever leaves that out
    /// leaves the trouble out.
    fn fail(&mut self, path: &Path, error: Error) {
        let (name, _) = name(&self.mboxes.root, path);
        self.folder(&name);
        self.unread.push((name, error));
    }

    fn add(&mut self, path: PathBuf) {
        let (name, is_valid) = name(&self.mboxes.root, &path);
        if !is_valid {
            let found = Finding::new(Found::FolderNameInvalid, 0, path.clone(), "is not UTF-8");
            self.findings.push((name.clone(), found));
        }
        let known = self.folders.get(&name).and_then(|folder| folder.directories.first());
        if let Some(first) = known {
            let detail = format!("{} is also {name}", first.display());
            let found = Finding::new(Found::FolderNameCollision, 0, path.clone(), detail);
            self.findings.push((name.clone(), found.in_state("same-name")));
        }
        self.folder(&name).directories.push(path.clone());
        self.found.insert(path, name);
    }

    fn take_walk(&mut self, tree: Walk) {
        for (path, error) in tree.errors {
            let (name, _) = name(&self.mboxes.root, &path);
            self.folder(&name);
            self.errors.push((name, error));
        }
        for found in tree.findings {
            self.folder(&FolderName::inbox());
            self.findings.push((FolderName::inbox(), found));
        }
        self.mboxes.targets = tree.targets;
    }

    /// Looks all mboxes through, on all cores.
    fn finish(mut self, dialect: Dialect) -> Option<Mboxes> {
        if !self.has_mail {
            return None;
        }
        let found: Vec<(PathBuf, FolderName)> =
            std::mem::take(&mut self.found).into_iter().collect();
        let root = self.mboxes.root.as_path();
        let look_through = |(path, name)| (name, look_through(root, path, dialect));
        let looked: Vec<_> = found.into_par_iter().map(look_through).collect();
        let mut files: Vec<Named<Mbox>> = Vec::new();
        let mut base = 0;
        for (name, looked) in looked {
            match looked {
                Ok((control, mbox)) => {
                    self.folder(&name).control += control;
                    let next = base + mbox.stamp.size() + 1;
                    files.push((name, Mbox { base, ..mbox }));
                    base = next;
                }
                Err(error) => self.unread.push((name, error)),
            }
        }
        Some(self.number(files))
    }

    /// Gives everything the number of its folder.
    fn number(self, files: Vec<Named<Mbox>>) -> Mboxes {
        let names: Vec<FolderName> = self.folders.keys().cloned().collect();
        let number = |name: &FolderName| names.binary_search(name).unwrap_or_default();
        let numbered = |(name, error): Named<Error>| (number(&name), error);
        let found = |(name, found): Named<Finding>| Finding { folder: number(&name), ..found };
        let of_folder = |(name, mbox): Named<Mbox>| Mbox { folder: number(&name), ..mbox };
        let mut findings: Vec<Finding> = self.findings.into_iter().map(found).collect();
        findings.sort();
        Mboxes {
            folders: self.folders.into_values().collect(),
            unread: self.unread.into_iter().map(numbered).collect(),
            errors: self.errors.into_iter().map(numbered).collect(),
            findings,
            files: files.into_iter().map(of_folder).collect(),
            ..self.mboxes
        }
    }
}

/// The mbox at a path, and how many messages in it are control messages.
fn look_through(root: &Path, path: PathBuf, dialect: Dialect) -> Result<(u64, Mbox), Error> {
    let on_disk = root.join(&path);
    let input = Input::open(&on_disk)?;
    let split = split(&input, dialect).map_err(|error| Error::io(&on_disk, error))?;
    let control = split.control;
    Ok((control, Mbox::new(path, input, split, dialect)))
}
