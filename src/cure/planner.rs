//! From findings to steps, one file after the other.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use crate::finding::{Finding, Kind};
use crate::index::{Index, Message};

use super::new_name::{new_name, of_arrival};
use super::removal::{self, Allowed, Removals};
use super::room::{Room, is_part};
use super::step::{Action, Cure, Plan, Step};
use super::uids::{Uids, uid_of};

/// A plan under way.
pub(super) struct Planner<'a> {
    pub(super) index: &'a Index,
    /// Messages and leftovers by path.
    pub(super) files: BTreeMap<&'a Path, Message<'a>>,
    findings: &'a [Finding],
    pub(super) removals: Removals<'a>,
    pub(super) room: Room,
    pub(super) uids: Uids,
    pub(super) steps: Vec<Step>,
    /// Files that a step is about.
    pub(super) handled: BTreeSet<&'a Path>,
    /// UIDs of files that are removed, by the directory of their folder.
    freed: BTreeSet<(PathBuf, u64)>,
    /// What stays wrong although a step is taken for it.
    pub(super) left: BTreeSet<Cure>,
}

impl<'a> Planner<'a> {
    pub(super) fn new(index: &'a Index, findings: &'a [Finding]) -> Planner<'a> {
        let files = index.all_mail();
        Planner {
            index,
            files: files.map(|file| (file.path(), file)).collect(),
            removals: Removals::new(index, findings),
            findings,
            room: Room::new(index),
            uids: Uids::new(index),
            steps: Vec::new(),
            handled: BTreeSet::new(),
            freed: BTreeSet::new(),
            left: BTreeSet::new(),
        }
    }

    fn add(&mut self, action: Action, cures: Vec<Cure>) {
        if let Some(&(kind, _)) = cures.first() {
            self.steps.push(Step { kind, action, cures });
        }
    }

    /// Makes the directories that folders lack.
    pub(super) fn make_missing(&mut self) {
        let stays = |finding: &&Finding| !self.is_stray(finding) && !self.is_emptied(finding);
        let lacking = self.of_kind(Kind::MissingSubdir).filter(stays);
        for finding in lacking.collect::<Vec<_>>() {
            for part in finding.state.split('+') {
                self.make(finding.path.join(part), &(finding.kind, finding.path.clone()));
            }
        }
    }

    fn of_kind(&self, kind: Kind) -> impl Iterator<Item = &'a Finding> {
        self.findings.iter().filter(move |finding| finding.kind == kind)
    }

    fn make(&mut self, directory: PathBuf, cure: &Cure) {
        if self.room.make(&directory) {
            self.add(Action::Make(directory), vec![cure.clone()]);
        }
    }

    /// Mends or clears away whatever was found at some path.
    pub(super) fn mend_all(&mut self) {
        let mut found: BTreeMap<&Path, Vec<&Finding>> = BTreeMap::new();
        for finding in self.findings {
            found.entry(&finding.path).or_default().push(finding);
        }
        let mut stays = Vec::new();
        for (path, findings) in found {
            match self.files.get(path).copied() {
                Some(file) if self.must_stay(file) => {}
                Some(file) if self.remove(file, &findings) => {}
                Some(file) => stays.push((file, findings)),
                None => self.clear(path, &findings),
            }
        }
        for (file, findings) in stays {
            self.rename(file, &findings);
        }
    }

    /// Removes a file if one of its findings is ground enough.
    fn remove(&mut self, file: Message<'a>, findings: &[&'a Finding]) -> bool {
        let allowed = findings.iter().find_map(|finding| self.removals.allow(file, finding));
        let Some(Allowed { cover }) = allowed else { return false };
        self.handled.insert(file.path());
        self.freed.extend(uid_of(file));
        let (path, cover) = (file.path().to_owned(), cover.map(|cover| cover.path().to_owned()));
        self.add(Action::Remove { path, cover }, all_of(findings));
        true
    }

    /// Whether a file must stay where it is: it is a link, which may lead on to, or be led to from,
    /// anywhere, or a link leads to it.
    fn must_stay(&self, file: Message<'_>) -> bool {
        file.is_link() || self.is_led_to(file)
    }

    /// Whether a link of the tree leads to the file: then it must stay where it is.
    fn is_led_to(&self, file: Message<'_>) -> bool {
        let real = || fs::canonicalize(self.index.path_of(file)).ok();
        !self.index.targets.is_empty()
            && real().is_some_and(|real| self.index.targets.contains(&real))
    }

    fn rename(&mut self, file: Message<'a>, findings: &[&'a Finding]) {
        // The UID of a file that goes is free for its twin.
        let is_settled = uid_of(file).is_some_and(|uid| self.freed.contains(&uid));
        let is_open = |finding: &&&Finding| !(is_settled && finding.kind == Kind::DuplicateUid);
        let findings: Vec<&Finding> = findings.iter().filter(is_open).copied().collect();
        let findings = findings.as_slice();
        let moved = self.new_directory(file, findings);
        let renamed = if self.may_rename(file) { new_name(file, findings) } else { None };
        let mut cures: Vec<Cure> = Vec::new();
        let mut is_arrival = false;
        let mut name = file.name().to_vec();
        let mut directory = file.path().parent().unwrap_or(Path::new("")).to_owned();
        if let Some((new, cured)) = renamed {
            name = new;
            cures.extend(cured.into_iter().map(|kind| (kind, file.path().to_owned())));
        }
        if let Some((new, cured)) = moved {
            directory = new;
            cures.push((cured, file.path().to_owned()));
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
            self.handled.insert(file.path());
            self.add(Action::Move { from: file.path().to_owned(), to }, cures);
        }
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
    pub(super) fn empty_invisible(&mut self) {
        let invisible: Vec<&Finding> = self.of_kind(Kind::InvisibleFolder).collect();
        for finding in invisible {
            let mail = self.index.all_mail();
            let inside: Vec<Message<'_>> = mail
                .filter(|file| file.folder() == finding.folder)
                .filter(|file| file.path().starts_with(&finding.path))
                .filter(|file| !self.handled.contains(file.path()))
                .collect();
            for file in inside {
                self.show(file, finding);
            }
        }
    }

    fn show(&mut self, file: Message<'a>, finding: &Finding) {
        let cure = (finding.kind, finding.path.clone());
        match self.shown_path(file, finding) {
            Some(to) => self.add(Action::Move { from: file.path().to_owned(), to }, vec![cure]),
            None => drop(self.left.insert(cure)),
        }
    }

    /// Where servers will show a file that now lies in a folder that they do not.
    fn shown_path(&mut self, file: Message<'_>, finding: &Finding) -> Option<PathBuf> {
        let (directory, _) = self.shown(file)?;
        let may_move = self.may_rename(file) && !self.must_stay(file);
        if !may_move || !self.room.may_hold(file, &directory) {
            return None;
        }
        self.make_ready(&directory, &(finding.kind, finding.path.clone()));
        self.room.take(file, &directory, file.name(), false)
    }

    pub(super) fn finish(mut self) -> Plan {
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
