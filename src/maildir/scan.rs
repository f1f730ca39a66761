//! From a tree on disk to its folders and the place of every file in them.
//!
//! The rules: a directory with `cur` or `new` is a folder, and so is one that directly holds mail
//! if the layout has a name for it. In `cur` and `new` every file counts but dot files; elsewhere a
//! file is a control file by its name, mail by its looks, or foreign. Mail outside `cur` and `new`
//! belongs to the nearest folder above it, or to INBOX. Nothing is left out.

use std::collections::{BTreeMap, BTreeSet};
use std::ffi::OsStr;
use std::fs;
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};

use crate::arena::Arena;
use crate::error::Error;
use crate::finding::{Finding, Kind as Found};
use crate::mail_file::{Buffer, MailFile};

use super::control;
use super::faults;
use super::file::{File, Otherwise, Place};
use super::files::Files;
use super::folder_name::FolderName;
use super::layout::{self, Layout, Named};
use super::listing::{Entry, Kind};
use super::mail_like;
use super::nature;
use super::renamed;
use super::walk::{Directory, Seen, Walk, walk};

/// How a tree is to be read.
#[derive(Clone, Debug, Default)]
pub struct Options {
    /// The layout, where it is not to be detected.
    pub layout: Option<Layout>,
    /// Where INBOX lies, if not where the layout has it: mbsync's usual `Inbox` outside `Path`.
    pub inbox: Option<PathBuf>,
}

/// A tree's folders and files.
#[derive(Debug)]
pub struct Scan {
    /// The root, as given.
    pub root: PathBuf,
    /// How folder names are made from directory names here.
    pub layout: Layout,
    /// What must be said of the layout where the tree leaves it open.
    pub note: Option<String>,
    /// Sorted by name.
    pub folders: Vec<Folder>,
    /// Every file that may count, in the order in which the disk gave them.
    pub files: Vec<File>,
    /// The paths of the files.
    pub paths: Arena,
    /// What could not be read, with the index of its folder.
    pub errors: Vec<(usize, Error)>,
    /// What is wrong with the directories.
    pub findings: Vec<Finding>,
    /// Links to directories that were followed: no files of their own.
    pub followed: Vec<PathBuf>,
    /// Where links to files lead.
    pub targets: BTreeSet<PathBuf>,
    /// Every directory that was read.
    pub seen: Seen,
}

/// A folder: one canonical name, usually one directory.
#[derive(Clone, Debug)]
pub struct Folder {
    /// The canonical name.
    pub name: FolderName,
    /// Its directories, relative to the root; more than one where names collide, none where mail
    /// of no folder was put into INBOX.
    pub directories: Vec<PathBuf>,
    /// Those of its directories that no server of this layout lists, and no sync either.
    pub unlisted: BTreeSet<PathBuf>,
    /// Control files of it and of what lies below it that is no folder.
    pub control: u64,
    /// Foreign files, likewise, as far as their names and kinds tell.
    pub foreign: u64,
}

impl Folder {
    /// Its directory that a file lies in: the nearest, where one lies in another.
    pub fn directory_of(&self, file: &Path) -> Option<&Path> {
        let above = self.directories.iter().filter(|directory| file.starts_with(directory));
        above.max_by_key(|directory| directory.as_os_str().len()).map(PathBuf::as_path)
    }

    /// Whether a server of this layout lists any directory of it.
    pub fn is_listed(&self) -> bool {
        self.directories.iter().any(|directory| !self.unlisted.contains(directory))
    }

    /// Whether a server of this layout lists the directory of it that a file lies in.
    pub fn lists(&self, file: &Path) -> bool {
        self.directory_of(file).is_none_or(|directory| !self.unlisted.contains(directory))
    }
}

/// Reads the directories of a tree.
///
/// # Errors
/// Where the root cannot be read or is no Maildir tree at all; the error says what it is instead.
/// Unreadable places below the root are in [`Scan::errors`].
pub fn scan(root: &Path, options: &Options) -> Result<Scan, Error> {
    nature::check_directory(root)?;
    let inbox = options.inbox.as_deref().map(|inbox| Inbox::find(root, inbox)).transpose()?;
    let mut seen = Seen::new();
    let mut files = Files::default();
    let tree = walk(root, Path::new(""), &mut seen, &mut files);
    let outside = inbox.as_ref().filter(|inbox| inbox.outside);
    let outside = outside.map(|inbox| walk(&inbox.path, &inbox.path, &mut seen, &mut files));
    check_readable(root, &tree)?;
    let mailboxes = mailboxes(&tree);
    if mailboxes.is_empty() && !outside.as_ref().is_some_and(has_mailbox) {
        return Err(nature::not_a_maildir(root));
    }
    let detected = layout::detect(&mailboxes);
    let (layout, note) = match &options.layout {
        Some(layout) => (layout.clone(), None),
        None => (detected.layout, detected.note),
    };
    let mut builder = Builder::new(root, layout, note, &files);
    let inside = inbox.as_ref().filter(|inbox| !inbox.outside).map(|inbox| inbox.path.as_path());
    builder.add(Origin { base: Path::new(""), inbox: inside }, tree);
    if let (Some(inbox), Some(outside)) = (&inbox, outside) {
        builder.add(Origin { base: &inbox.path, inbox: Some(Path::new("")) }, outside);
    }
    let scan = builder.finish();
    let mut scan = Scan { seen, paths: files.into_paths(), ..scan };
    renamed::keep_latest_names(root, &scan.paths, &mut scan.files);
    Ok(scan)
}

/// Where `--inbox` points to.
struct Inbox {
    /// Absolute if outside the tree, else relative to its root.
    path: PathBuf,
    outside: bool,
}

impl Inbox {
    fn find(root: &Path, inbox: &Path) -> Result<Inbox, Error> {
        nature::check_directory(inbox)?;
        let real = |path: &Path| fs::canonicalize(path).map_err(|error| Error::io(path, error));
        Ok(match real(inbox)?.strip_prefix(real(root)?) {
            Ok(inside) => Inbox { path: inside.to_owned(), outside: false },
            Err(_) => Inbox { path: real(inbox)?, outside: true },
        })
    }
}

/// A root that cannot be read leaves nothing to compare.
fn check_readable(root: &Path, tree: &Walk) -> Result<(), Error> {
    match tree.errors.iter().find(|(path, _)| path.as_os_str().is_empty()) {
        Some((_, error)) if tree.directories.is_empty() => Err(Error::told(root, error.cause())),
        _ => Ok(()),
    }
}

/// The directories with `cur` or `new`, but for those inside such a one: no program looks there.
fn mailboxes(tree: &Walk) -> Vec<PathBuf> {
    let is_folder = |path: &Path| tree.directories.get(path).is_some_and(Directory::is_folder);
    let is_part = |path: &Path| {
        let name = path.file_name().map(OsStr::as_bytes);
        matches!(name, Some(b"cur" | b"new" | b"tmp")) && path.parent().is_some_and(is_folder)
    };
    let folders = tree.directories.keys().filter(|path| is_folder(path));
    folders.filter(|path| !path.ancestors().any(is_part)).cloned().collect()
}

fn has_mailbox(tree: &Walk) -> bool {
    tree.directories.values().any(Directory::is_folder)
}

/// Where a walk began.
#[derive(Clone, Copy)]
struct Origin<'a> {
    /// What stands before its paths: nothing for the root, the absolute path of an INBOX outside.
    base: &'a Path,
    /// The directory that is INBOX whatever the layout says, relative to where the walk began.
    inbox: Option<&'a Path>,
}

/// What a directory is to the files directly in it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Role {
    /// A folder, or something that may hold folders.
    Open,
    Delivery(Place),
    Tmp,
    /// Below `cur` or `new`: whatever lies there is misfiled, and no folder.
    Stray,
}

/// What a directory is, and the folder that what is in it belongs to.
#[derive(Clone, Copy)]
struct Standing {
    role: Role,
    folder: usize,
    is_folder: bool,
}

struct Builder<'f> {
    scan: Scan,
    /// Every file that was found.
    found: &'f Files,
    by_name: BTreeMap<FolderName, usize>,
}

impl<'f> Builder<'f> {
    fn new(root: &Path, layout: Layout, note: Option<String>, found: &'f Files) -> Builder<'f> {
        let scan = Scan {
            root: root.to_owned(),
            layout,
            note,
            folders: Vec::new(),
            files: Vec::new(),
            paths: Arena::default(),
            errors: Vec::new(),
            findings: Vec::new(),
            followed: Vec::new(),
            targets: BTreeSet::new(),
            seen: Seen::new(),
        };
        Builder { scan, found, by_name: BTreeMap::new() }
    }

    /// Adds the directories of one walk, each after the one that it lies in.
    fn add(&mut self, origin: Origin<'_>, tree: Walk) {
        let mut standings: BTreeMap<PathBuf, Standing> = BTreeMap::new();
        for (path, directory) in tree.directories {
            let parent = path.parent().and_then(|parent| standings.get(parent)).copied();
            let standing = self.place(origin, &path, &directory, parent);
            self.add_files(&directory, standing);
            self.find_faults(origin, &path, &directory, standing);
            if is_in_maildir(&path, &standings) {
                let path = origin.base.join(&path);
                self.find(Finding::new(Found::DirInMaildir, standing.folder, path, ""));
            }
            standings.insert(path, standing);
        }
        let nearest =
            |path: &Path| path.ancestors().find_map(|above| standings.get(above)).copied();
        for (path, error) in tree.errors {
            let nearest = nearest(&path);
            let folder = self.folder_of_unreadable(origin, &path, nearest);
            self.scan.errors.push((folder, error));
        }
        let based = |path: PathBuf| origin.base.join(path);
        self.scan.targets.extend(tree.targets);
        self.scan.followed.extend(tree.followed.into_iter().map(based));
        for found in tree.findings {
            let folder = nearest(&found.path).map_or_else(|| self.inbox(), |near| near.folder);
            self.find(Finding { path: based(found.path.clone()), folder, ..found });
        }
    }

    fn find(&mut self, finding: Finding) {
        self.scan.findings.push(finding);
    }

    /// Finds a directory's role and folder.
    fn place(
        &mut self,
        origin: Origin<'_>,
        path: &Path,
        directory: &Directory,
        parent: Option<Standing>,
    ) -> Standing {
        let role = role(path, directory, parent);
        let is_folder = role == Role::Open
            && (directory.is_folder() || self.is_folder_without_delivery(origin, path, directory));
        let own = is_folder.then(|| self.open_folder(origin, path, directory));
        let folder = own.or(parent.map(|parent| parent.folder));
        Standing { role, folder: folder.unwrap_or_else(|| self.inbox()), is_folder }
    }

    /// A directory without `cur` and `new` that directly holds mail, and has a name.
    fn is_folder_without_delivery(
        &mut self,
        origin: Origin<'_>,
        path: &Path,
        directory: &Directory,
    ) -> bool {
        let base = self.scan.root.join(origin.base).join(path);
        !path.as_os_str().is_empty()
            && self.scan.layout.maps(path)
            && self.found.of(&directory.files).any(|(_, entry)| looks_like_mail(&base, entry))
    }

    /// What is wrong with a directory, by the names in it.
    fn find_faults(
        &mut self,
        origin: Origin<'_>,
        path: &Path,
        directory: &Directory,
        standing: Standing,
    ) {
        let place = |entry: Entry<'_>| origin.base.join(path).join(entry.name);
        if let Role::Delivery(_) = standing.role {
            let is_special = |entry: &Entry<'_>| {
                entry.kind == Kind::Special && !entry.name.as_bytes().starts_with(b".")
            };
            let special = self.entries(directory).filter(is_special);
            let found = special
                .map(|entry| Finding::new(Found::SpecialFile, standing.folder, place(entry), ""));
            self.scan.findings.extend(found);
        }
        let names = self.entries(directory).map(|entry| entry.name.as_bytes());
        let store = nature::store(names).filter(|_| standing.role == Role::Open);
        let path = origin.base.join(path);
        if let Some(store) = store {
            self.find(Finding::new(Found::ForeignStore, standing.folder, path, store.words()));
        } else if standing.is_folder {
            let missing = faults::missing_parts(&self.scan.layout, directory.parts);
            self.scan.findings.extend(missing.map(|(state, severity)| {
                let detail = format!("lacks {}", state.replace('+', "/, ") + "/");
                let found = Finding::new(Found::MissingSubdir, standing.folder, path, detail);
                found.in_state(state).at(severity)
            }));
        }
    }

    /// The folder that a directory is, made or found again under its name.
    fn open_folder(&mut self, origin: Origin<'_>, path: &Path, directory: &Directory) -> usize {
        let named = self.name(origin, path);
        let folder = self.folder(&named);
        let is_synced = self.is_synced(directory);
        let path = origin.base.join(path);
        if let Some(fault) = faults::of_name(&named, &path) {
            self.find(Finding::new(Found::FolderNameInvalid, folder, path.clone(), fault));
        }
        if let Some(known) = self.scan.folders.get_mut(folder) {
            if let Some(first) = known.directories.first() {
                let detail = format!("{} is also {}", first.display(), named.name);
                let found = Finding::new(Found::FolderNameCollision, folder, path.clone(), detail);
                self.scan.findings.push(found.in_state("same-name"));
            }
            if !named.visible && !is_synced {
                known.unlisted.insert(path.clone());
            }
            known.directories.push(path);
        }
        folder
    }

    fn name(&self, origin: Origin<'_>, path: &Path) -> Named {
        match origin.inbox {
            Some(inbox) if inbox == path => {
                Named { name: FolderName::inbox(), valid: true, visible: true }
            }
            Some(inbox) if inbox.as_os_str().is_empty() => {
                let below = self.scan.layout.name(path);
                let name = FolderName::typed(&format!("INBOX/{}", below.name));
                Named { name, ..below }
            }
            _ => self.scan.layout.name(path),
        }
    }

    fn folder(&mut self, named: &Named) -> usize {
        let next = self.scan.folders.len();
        let folder = *self.by_name.entry(named.name.clone()).or_insert(next);
        if folder == next {
            self.scan.folders.push(Folder {
                name: named.name.clone(),
                directories: Vec::new(),
                unlisted: BTreeSet::new(),
                control: 0,
                foreign: 0,
            });
        }
        folder
    }

    /// INBOX, for what belongs to no folder.
    fn inbox(&mut self) -> usize {
        self.folder(&Named { name: FolderName::inbox(), valid: true, visible: true })
    }

    /// The folder in whose reading something is missing: the directory's own where it has a name,
    /// so that leaving out that folder leaves out the trouble.
    fn folder_of_unreadable(
        &mut self,
        origin: Origin<'_>,
        path: &Path,
        nearest: Option<Standing>,
    ) -> usize {
        if self.scan.layout.maps(path) {
            let named = self.name(origin, path);
            return self.folder(&named);
        }
        nearest.map_or_else(|| self.inbox(), |standing| standing.folder)
    }

    /// The files of a directory, links to nothing and to files among them.
    fn entries(&self, directory: &Directory) -> impl Iterator<Item = Entry<'f>> + use<'f> {
        self.found.of(&directory.files).map(|(_, entry)| entry)
    }

    /// Whether mbsync keeps its state in a directory: then somebody sees the folder, whatever the
    /// layout was taken for.
    fn is_synced(&self, directory: &Directory) -> bool {
        let mut names = self.entries(directory).map(|entry| entry.name.as_bytes());
        names.any(|name| {
            matches!(name, b".uidvalidity" | b".isyncuidmap.db")
                || name.starts_with(b".mbsyncstate")
        })
    }

    fn add_files(&mut self, directory: &Directory, standing: Standing) {
        let (mut control, mut foreign) = (directory.control, directory.foreign);
        for (path, entry) in self.found.of(&directory.files) {
            match judge(standing.role, entry) {
                Judged::Control => control += 1,
                Judged::Foreign => foreign += 1,
                Judged::File(place, otherwise) => {
                    let file = File::new(standing.folder, place, path, entry.inode, otherwise);
                    self.scan.files.push(file);
                }
            }
        }
        if let Some(folder) = self.scan.folders.get_mut(standing.folder) {
            folder.control += control;
            folder.foreign += foreign;
        }
    }

    /// Sorts what has an order, so that the same tree gives the same scan.
    fn finish(mut self) -> Scan {
        let order: Vec<usize> = self.by_name.into_values().collect();
        let mut rank = vec![0; order.len()];
        for (new, &old) in order.iter().enumerate() {
            if let Some(rank) = rank.get_mut(old) {
                *rank = new;
            }
        }
        let ranked = |folder: usize| rank.get(folder).copied().unwrap_or_default();
        let scan = &mut self.scan;
        scan.folders.sort_by(|one, other| one.name.cmp(&other.name));
        scan.files.iter_mut().for_each(|file| file.put_into(ranked(file.folder())));
        scan.errors.iter_mut().for_each(|(folder, _)| *folder = ranked(*folder));
        scan.findings.iter_mut().for_each(|found| found.folder = ranked(found.folder));
        scan.findings.sort();
        scan.findings.dedup();
        self.scan
    }
}

/// Whether a directory lies directly in the `cur`, `new` or `tmp` of a folder.
fn is_in_maildir(path: &Path, above: &BTreeMap<PathBuf, Standing>) -> bool {
    let Some(parent) = path.parent() else { return false };
    let is_part = matches!(parent.file_name().map(OsStr::as_bytes), Some(b"cur" | b"new" | b"tmp"));
    let role = above.get(parent).map(|parent| parent.role);
    let folder = parent.parent().and_then(|folder| above.get(folder));
    is_part
        && matches!(role, Some(Role::Delivery(_) | Role::Tmp))
        && folder.is_some_and(|folder| folder.role == Role::Open)
}

fn role(path: &Path, directory: &Directory, parent: Option<Standing>) -> Role {
    let Some(parent) = parent else { return Role::Open };
    match (parent.role, path.file_name().map(OsStr::as_bytes)) {
        (Role::Open, Some(b"cur")) => Role::Delivery(Place::Cur),
        (Role::Open, Some(b"new")) => Role::Delivery(Place::New),
        // A folder may be called `tmp`, where that is not a folder's own.
        (Role::Open, Some(b"tmp")) if parent.is_folder || !directory.is_folder() => Role::Tmp,
        (Role::Open, _) => Role::Open,
        (Role::Tmp, _) => Role::Tmp,
        (Role::Delivery(_) | Role::Stray, _) => Role::Stray,
    }
}

/// What an entry is, from its name and kind.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Judged {
    Control,
    Foreign,
    File(Place, Otherwise),
}

fn judge(role: Role, entry: Entry<'_>) -> Judged {
    let name = entry.name.as_bytes();
    let control = control::file(name);
    let (place, otherwise) = match role {
        _ if entry.kind == Kind::Special => return Judged::Foreign,
        Role::Delivery(place) if !name.starts_with(b".") => (place, Otherwise::Mail),
        _ if control == control::File::Control => return Judged::Control,
        Role::Delivery(_) => (Place::Hidden, Otherwise::Foreign),
        Role::Tmp => (Place::Tmp, Otherwise::Mail),
        Role::Open | Role::Stray if mail_like::name_looks_like_mail(name) => {
            (Place::Misfiled, Otherwise::Mail)
        }
        Role::Open | Role::Stray => (Place::Misfiled, Otherwise::Foreign),
    };
    match control {
        control::File::Likely => Judged::File(place, Otherwise::Control),
        _ => Judged::File(place, otherwise),
    }
}

/// Whether a file that lies beside no `cur` is mail, by name or by its first bytes.
fn looks_like_mail(directory: &Path, entry: Entry<'_>) -> bool {
    let name = entry.name.as_bytes();
    entry.kind == Kind::File
        && control::file(name) != control::File::Control
        && (mail_like::name_looks_like_mail(name) || opens_like_mail(&directory.join(entry.name)))
}

fn opens_like_mail(path: &Path) -> bool {
    let mut buffer = Buffer::default();
    let opened = MailFile::open(path, &mut buffer);
    opened.and_then(|mut mail| mail_like::looks_like_mail(&mut mail)).unwrap_or_default()
}
