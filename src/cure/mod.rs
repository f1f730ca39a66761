//! What can be cured safely, as steps that a shell can take: a directory made, a file moved, a file
//! removed. Nothing here is done; the steps are only planned.
//!
//! Two things are never planned. No message is removed unless its content stays in the tree. And no
//! copy that a sync knows by its UID is removed: mbsync would take that for the user's wish and
//! delete the message on the server.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use crate::finding::{Finding, Kind};
use crate::index::{Index, Message};
use crate::leftover::with_key;
use crate::maildir::file_name;
use crate::maildir::scan::Folder;

mod new_name;
mod room;
mod uids;
mod visible;
mod removal;

use new_name::{new_name, of_arrival};
use removal::{Allowed, Removals};
use room::{Room, is_part};
use uids::Uids;
pub use visible::listed_directory;

/// The steps that cure a tree, in an order in which they can be taken.
#[derive(Debug, Default)]
pub struct Plan {
    /// Directories first, then what is moved, then what is removed; by kind and path.
    pub steps: Vec<Step>,
    /// Kind and path of every finding that is gone when all steps have been taken.
    cured: BTreeSet<Cure>,
}

/// A finding that a step cures, or has a part in curing: its kind and path.
pub type Cure = (Kind, PathBuf);

/// One step, and the findings that are gone behind it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Step {
    /// What it is done for: the first of the kinds that it cures.
    pub kind: Kind,
    /// What is done.
    pub action: Action,
    /// The findings that it cures, or has a part in curing.
    pub cures: Vec<Cure>,
}

/// What a step does; paths are as in the index.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Action {
    /// Makes a directory, with access for its owner only.
    Make(PathBuf),
    /// Gives a file another name, which nothing has.
    Move {
        /// Its name.
        from: PathBuf,
        /// Its new name.
        to: PathBuf,
    },
    /// Removes a file.
    Remove {
        /// Its name.
        path: PathBuf,
        /// Where its message stays, if it had one.
        cover: Option<PathBuf>,
    },
}

impl Action {
    /// What is done first, then, and last.
    fn rank(&self) -> u8 {
        match self {
            Action::Make(_) => 0,
            Action::Move { .. } => 1,
            Action::Remove { .. } => 2,
        }
    }
}

impl Plan {
    /// Whether a finding is gone when all steps have been taken.
    pub fn cures(&self, finding: &Finding) -> bool {
        self.cured.contains(&(finding.kind, finding.path.clone()))
    }
}

/// Plans the cure of a tree from its findings, sorted by kind and path. Messages that may be copies
/// of others are read. Nothing is planned for a tree that changed while it was read: what is a copy
/// of what in it is not certain.
pub fn plan(index: &Index, findings: &[Finding]) -> Plan {
    if findings.iter().any(|finding| finding.kind == Kind::Vanished) {
        return Plan::default();
    }
    let mut planner = Planner::new(index, findings);
    planner.make_missing();
    for (path, findings) in planner.found.clone() {
        match planner.files.get(path) {
            Some(file) => planner.mend(file, &findings),
            None => planner.clear(path, &findings),
        }
    }
    planner.empty_invisible();
    planner.finish()
}

struct Planner<'a> {
    index: &'a Index,
    /// Messages and leftovers by path.
    files: BTreeMap<&'a Path, &'a Message>,
    found: BTreeMap<&'a Path, Vec<&'a Finding>>,
    removals: Removals<'a>,
    room: Room,
    uids: Uids,
    steps: Vec<Step>,
    /// Files that a step is about.
    handled: BTreeSet<&'a Path>,
    /// What stays wrong although a step is taken for it.
    left: BTreeSet<Cure>,
}

impl<'a> Planner<'a> {
    fn new(index: &'a Index, findings: &'a [Finding]) -> Planner<'a> {
        let files = index.messages.iter().chain(&index.leftovers);
        let mut found: BTreeMap<&Path, Vec<&Finding>> = BTreeMap::new();
        for finding in findings {
            found.entry(&finding.path).or_default().push(finding);
        }
        Planner {
            index,
            files: files.map(|file| (file.path.as_path(), file)).collect(),
            removals: Removals::new(index, findings),
            found,
            room: Room::new(index),
            uids: Uids::new(index),
            steps: Vec::new(),
            handled: BTreeSet::new(),
            left: BTreeSet::new(),
        }
    }

    fn add(&mut self, action: Action, cures: Vec<Cure>) {
        if let Some(&(kind, _)) = cures.first() {
            self.steps.push(Step { kind, action, cures });
        }
    }

    /// Makes the directories that folders lack.
    fn make_missing(&mut self) {
        let stays = |finding: &&Finding| !self.is_stray(finding) && !self.is_emptied(finding);
        let lacking = self.of_kind(Kind::MissingSubdir).filter(stays);
        for finding in lacking.collect::<Vec<_>>() {
            for part in finding.state.split('+') {
                self.make(finding.path.join(part), &(finding.kind, finding.path.clone()));
            }
        }
    }

    /// Whether what lacks `cur` and `new` is hardly a folder: mail lies in it that mbsync knows
    /// from a folder above.
    fn is_stray(&self, finding: &Finding) -> bool {
        let in_it = |file: &&Message| file.path.parent() == Some(&finding.path);
        let cur = finding.path.join("cur");
        let mut mail = self.index.messages.iter().filter(in_it);
        finding.state.contains("cur+new")
            && mail.any(|file| self.uids.is_of_folder_above(file, &cur))
    }

    /// Whether a folder's mail goes to another directory, so that nothing need be made in this one.
    fn is_emptied(&self, finding: &Finding) -> bool {
        let folder = self.index.folders.get(finding.folder);
        folder.is_some_and(|folder| folder.unlisted.contains(&finding.path))
            && listed_directory(&self.index.layout, &finding.path).is_some()
    }

    fn of_kind(&self, kind: Kind) -> impl Iterator<Item = &'a Finding> {
        let all = self.found.values().flatten().copied();
        all.filter(move |finding| finding.kind == kind)
    }

    fn make(&mut self, directory: PathBuf, cure: &Cure) {
        if self.room.make(&directory) {
            self.add(Action::Make(directory), vec![cure.clone()]);
        }
    }

    /// Removes or renames a file for the sake of its findings.
    fn mend(&mut self, file: &'a Message, findings: &[&'a Finding]) {
        // A link may lead on to, or be led to from, anywhere: it stays as it is.
        if file.is_link() || self.is_led_to(file) {
            return;
        }
        let allowed = findings.iter().find_map(|finding| self.removals.allow(file, finding));
        if let Some(Allowed { cover }) = allowed {
            self.handled.insert(&file.path);
            let (path, cover) = (file.path.clone(), cover.map(|cover| cover.path.clone()));
            self.add(Action::Remove { path, cover }, all_of(findings));
        } else {
            self.rename(file, findings);
        }
    }

    /// Whether a link of the tree leads to the file: then it must stay where it is.
    fn is_led_to(&self, file: &Message) -> bool {
        let real = || fs::canonicalize(self.index.path_of(file)).ok();
        !self.index.targets.is_empty()
            && real().is_some_and(|real| self.index.targets.contains(&real))
    }

    fn rename(&mut self, file: &'a Message, findings: &[&'a Finding]) {
        let moved = self.new_directory(file, findings);
        let renamed = if self.may_rename(file) { new_name(file, findings) } else { None };
        let mut cures: Vec<Cure> = Vec::new();
        let mut is_arrival = false;
        let mut name = file.name().to_vec();
        let mut directory = file.path.parent().unwrap_or(Path::new("")).to_owned();
        if let Some((new, cured)) = renamed {
            name = new;
            cures.extend(cured.into_iter().map(|kind| (kind, file.path.clone())));
        }
        if let Some((new, cured)) = moved {
            directory = new;
            cures.push((cured, file.path.clone()));
            is_arrival = cured != Kind::ForeignFile;
        }
        if cures.is_empty() {
            return;
        }
        if let Some((shown, cure)) = self.shown(file) {
            directory = shown;
            cures.push(cure);
        }
        let is_misplaced = is_arrival && self.uids.is_of_folder_above(file, &directory);
        if is_misplaced || !self.room.may_hold(file, &directory) {
            return;
        }
        if is_arrival {
            let keeps_uid = self.uids.take(&directory, &name);
            name = of_arrival(file, &name, keeps_uid);
        }
        cures.sort();
        if let Some(cure) = cures.first() {
            self.make_ready(&directory, cure);
        }
        let apart = findings.iter().any(|finding| finding.kind == Kind::DuplicateBase);
        if let Some(to) = self.room.take(file, &directory, &name, apart) {
            self.handled.insert(&file.path);
            self.add(Action::Move { from: file.path.clone(), to }, cures);
        }
    }

    /// Where servers show a delivered file whose folder they do not list, and what that cures.
    fn shown(&self, file: &Message) -> Option<(PathBuf, Cure)> {
        let folder = self.index.folders.get(file.folder)?;
        let hidden = folder.directory_of(&file.path).filter(|_| file.place.is_delivered())?;
        let shown = self.folder_of(file).filter(|shown| shown != hidden)?;
        // A sync has given it that UID, so that it sees the folder; and where letter case does not
        // count, two folders would become one.
        let lower = folder.name.as_str().to_lowercase();
        let is_other = |other: &Folder| other.name != folder.name;
        let mut others = self.index.folders.iter().filter(|other| is_other(other));
        let collides = others.any(|other| other.name.as_str().to_lowercase() == lower);
        if collides || removal::is_known_to_sync(&file.path) {
            return None;
        }
        let part = file.path.parent()?.file_name()?;
        Some((shown.join(part), (Kind::InvisibleFolder, hidden.to_owned())))
    }

    /// Where mbsync keeps its UIDs beside the folder, by base name, a message may get no other one.
    fn may_rename(&self, file: &Message) -> bool {
        !file.place.is_delivered() || !self.removals.has_uid_map(file)
    }

    /// Makes what is missing of the folder that a directory is a part of.
    fn make_ready(&mut self, directory: &Path, cure: &Cure) {
        let Some(folder) = directory.parent().filter(|_| is_part(directory)) else { return };
        if !folder.as_os_str().is_empty() {
            self.make(folder.to_owned(), cure);
        }
        for part in ["cur", "new", "tmp"] {
            self.make(folder.join(part), cure);
        }
    }

    /// Where a file belongs that does not lie where it should, and the kind that this cures.
    fn new_directory(&self, file: &Message, findings: &[&Finding]) -> Option<(PathBuf, Kind)> {
        findings.iter().find_map(|finding| {
            let directory = match finding.kind {
                Kind::MisfiledRoot | Kind::MisfiledSubdir if self.is_mail_once(file) => {
                    let info = file_name::has_info(file.name());
                    self.home_of(file)?.join(if info { "cur" } else { "new" })
                }
                Kind::TmpLeftover if self.is_lost_mail(file) => self.folder_of(file)?.join("new"),
                Kind::HiddenFile if self.is_lost_mail(file) && is_whole_name(file.name()) => {
                    file.path.parent()?.to_owned()
                }
                Kind::ForeignFile if self.is_junk(file) => file.path.parent()?.parent()?.to_owned(),
                _ => return None,
            };
            Some((directory, finding.kind))
        })
    }

    /// Whether a file among the messages is what desktops leave in directories, and no sync has
    /// taken it for a message.
    fn is_junk(&self, file: &Message) -> bool {
        let is_named_so = matches!(file.name(), b"Thumbs.db" | b"desktop.ini");
        is_named_so && self.may_rename(file) && !removal::is_known_to_sync(&file.path)
    }

    /// Whether a misfiled file is mail, and not a copy of a message of its folder: a directory full
    /// of copies is somebody's backup.
    fn is_mail_once(&self, file: &Message) -> bool {
        !file.shape.no_usual_field && !self.removals.has_cover(file)
    }

    /// Whether a leftover is whole mail of which the tree has nothing: not a part of a message that
    /// has arrived, nor a version of it. Of a tree that was not read as a whole nobody can say so.
    fn is_lost_mail(&self, file: &Message) -> bool {
        if self.index.excluded.contains(&true) {
            return false;
        }
        let shape = file.shape;
        let is_whole = !shape.no_header_end && !shape.nul_filled && !shape.anonymous;
        is_whole && !file.is_empty() && with_key(&self.index.messages, &file.key).is_empty()
    }

    /// The directory of the folder that a misfiled message belongs to: of its own, or of one above
    /// from which, by its UID, it has gone. With a UID from above that is not free there, nobody
    /// can tell.
    fn home_of(&self, file: &Message) -> Option<PathBuf> {
        let own = self.folder_of(file)?;
        if self.uids.is_of_folder_above(file, &own.join("cur")) {
            return self.uids.origin(file, &own).map(Path::to_owned);
        }
        Some(own)
    }

    /// The directory of a file's folder, under the name that servers show.
    fn folder_of(&self, file: &Message) -> Option<PathBuf> {
        let folder = self.index.folders.get(file.folder)?;
        let first = folder.directories.first().map(PathBuf::as_path);
        let directory = folder.directory_of(&file.path).or(first)?;
        let is_hidden = folder.unlisted.contains(directory);
        let shown = is_hidden.then(|| listed_directory(&self.index.layout, directory)).flatten();
        Some(shown.unwrap_or_else(|| directory.to_owned()))
    }

    /// Removes what is no file with anything in it: links to nothing, FIFOs.
    fn clear(&mut self, path: &'a Path, findings: &[&'a Finding]) {
        let may_go = |finding: &&'a Finding| match finding.kind {
            Kind::SpecialFile => !removal::is_known_to_sync(path),
            Kind::DanglingSymlink => removal::is_gone_for_good(&self.index.root.join(path)),
            _ => false,
        };
        if findings.iter().any(may_go) {
            let action = Action::Remove { path: path.to_owned(), cover: None };
            self.add(action, all_of(findings));
        }
    }

    /// Moves the mail of folders that no server shows to folders of the same name that one does.
    fn empty_invisible(&mut self) {
        let invisible: Vec<&Finding> = self.of_kind(Kind::InvisibleFolder).collect();
        for finding in invisible {
            let mail = self.index.messages.iter().chain(&self.index.leftovers);
            let inside: Vec<&Message> = mail
                .filter(|file| file.folder == finding.folder)
                .filter(|file| file.path.starts_with(&finding.path))
                .filter(|file| !self.handled.contains(&*file.path))
                .collect();
            for file in inside {
                self.show(file, finding);
            }
        }
    }

    fn show(&mut self, file: &'a Message, finding: &Finding) {
        let cure = (finding.kind, finding.path.clone());
        match self.shown_path(file, finding) {
            Some(to) => self.add(Action::Move { from: file.path.clone(), to }, vec![cure]),
            None => drop(self.left.insert(cure)),
        }
    }

    /// Where servers will show a file that now lies in a folder that they do not.
    fn shown_path(&mut self, file: &Message, finding: &Finding) -> Option<PathBuf> {
        let (directory, _) = self.shown(file)?;
        let may_move = self.may_rename(file) && !file.is_link() && !self.is_led_to(file);
        if !may_move || !self.room.may_hold(file, &directory) {
            return None;
        }
        self.make_ready(&directory, &(finding.kind, finding.path.clone()));
        self.room.take(file, &directory, file.name(), false)
    }

    fn finish(mut self) -> Plan {
        self.steps.sort_by(|one, other| {
            let rank = |step: &Step| (step.action.rank(), step.kind);
            rank(one).cmp(&rank(other)).then_with(|| one.action.cmp(&other.action))
        });
        let cured = self.steps.iter().flat_map(|step| step.cures.iter().cloned());
        let cured = cured.filter(|cure| !self.left.contains(cure)).collect();
        Plan { steps: self.steps, cured }
    }
}

fn all_of(findings: &[&Finding]) -> Vec<Cure> {
    findings.iter().map(|finding| (finding.kind, finding.path.clone())).collect()
}

/// Whether a dot name is a message's whole name with a dot before it, and not that of a file that
/// is still being written: rsync's `.NAME.` and six letters, Syncthing's `.syncthing.NAME.tmp`.
pub fn is_whole_name(name: &[u8]) -> bool {
    let dots = name.iter().take_while(|&&byte| byte == b'.').count();
    let plain = name.get(dots..).unwrap_or_default();
    let partial = plain.split_last_chunk::<7>().is_some_and(|(rest, [dot, letters @ ..])| {
        !rest.is_empty() && *dot == b'.' && letters.iter().all(u8::is_ascii_alphanumeric)
    });
    plain.first().is_some_and(u8::is_ascii_digit) && !partial
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_files_that_are_being_written() {
        assert!(is_whole_name(b".1.M1.host:2,S") && is_whole_name(b"..1.host"));
        for name in [".1.M1.host:2,S.aB3dE9", ".syncthing.1.host.tmp", ".goutputstream-AB12CD", "."]
        {
            assert!(!is_whole_name(name.as_bytes()), "{name}");
        }
    }
}
