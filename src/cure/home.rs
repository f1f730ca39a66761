//! Where files belong that do not lie where they should, and which of them are to be moved at all.

use std::path::{Path, PathBuf};

use crate::finding::{Finding, Kind};
use crate::index::Message;
use crate::maildir::file_name;
use crate::maildir::scan::Folder;

use super::new_name::is_whole_name;
use super::planner::Planner;
use super::removal;
use super::step::Cure;
use super::visible::listed_directory;

impl Planner<'_> {
    /// Whether what lacks `cur` and `new` is hardly a folder: mail lies in it that mbsync knows
    /// from a folder above.
    pub(super) fn is_stray(&self, finding: &Finding) -> bool {
        let in_it = |file: &Message<'_>| file.path().parent() == Some(&finding.path);
        let cur = finding.path.join("cur");
        let mut mail = self.index.messages().iter().filter(in_it);
        finding.state.contains("cur+new")
            && mail.any(|file| self.uids.is_of_folder_above(file, &cur))
    }

    /// Whether a folder's mail goes to another directory, so that nothing need be made in this one.
    pub(super) fn is_emptied(&self, finding: &Finding) -> bool {
        let folder = self.index.folders.get(finding.folder);
        folder.is_some_and(|folder| folder.unlisted.contains(&finding.path))
            && listed_directory(&self.index.layout, &finding.path).is_some()
    }

    /// Where servers show a delivered file whose folder they do not list, and what that cures.
    pub(super) fn shown(&self, file: Message<'_>) -> Option<(PathBuf, Cure)> {
        let folder = self.index.folders.get(file.folder())?;
        let hidden = folder.directory_of(file.path()).filter(|_| file.place().is_delivered())?;
        let shown = self.folder_of(file).filter(|shown| shown != hidden)?;
        // A sync has given it that UID, so that it sees the folder; and where letter case does not
        // count, two folders would become one.
        let lower = folder.name.as_str().to_lowercase();
        let is_other = |other: &Folder| other.name != folder.name;
        let mut others = self.index.folders.iter().filter(|other| is_other(other));
        let collides = others.any(|other| other.name.as_str().to_lowercase() == lower);
        if collides || removal::is_known_to_sync(file.path()) {
            return None;
        }
        let part = file.path().parent()?.file_name()?;
        Some((shown.join(part), (Kind::InvisibleFolder, hidden.to_owned())))
    }

    /// Where mbsync keeps its UIDs beside the folder, by base name, a message may get no other one.
    pub(super) fn may_rename(&self, file: Message<'_>) -> bool {
        !file.place().is_delivered() || !self.removals.has_uid_map(file)
    }

    /// Where a file belongs that does not lie where it should, and the kind that this cures.
    pub(super) fn new_directory(
        &self,
        file: Message<'_>,
        findings: &[&Finding],
    ) -> Option<(PathBuf, Kind)> {
        findings.iter().find_map(|finding| {
            let directory = match finding.kind {
                Kind::MisfiledRoot | Kind::MisfiledSubdir if self.is_mail_once(file) => {
                    let info = file_name::has_info(file.name());
                    self.home_of(file)?.join(if info { "cur" } else { "new" })
                }
                Kind::TmpLeftover if self.is_lost_mail(file) => self.folder_of(file)?.join("new"),
                Kind::HiddenFile if self.is_lost_mail(file) && is_whole_name(file.name()) => {
                    file.path().parent()?.to_owned()
                }
                Kind::ForeignFile if self.is_junk(file) => {
                    file.path().parent()?.parent()?.to_owned()
                }
                _ => return None,
            };
            Some((directory, finding.kind))
        })
    }

    /// Whether a file among the messages is what desktops leave in directories, and no sync has
    /// taken it for a message.
    fn is_junk(&self, file: Message<'_>) -> bool {
        let is_named_so = matches!(file.name(), b"Thumbs.db" | b"desktop.ini");
        is_named_so && self.may_rename(file) && !removal::is_known_to_sync(file.path())
    }

    /// Whether a misfiled file is mail, and not a copy of a message of its folder: a directory full
    /// of copies is somebody's backup.
    fn is_mail_once(&self, file: Message<'_>) -> bool {
        !file.shape().no_usual_field && !self.removals.has_cover(file)
    }

    /// Whether a leftover is whole mail of which the tree has nothing: not a part of a message that
    /// has arrived, nor a version of it. Of a tree that was not read as a whole nobody can say so.
    fn is_lost_mail(&self, file: Message<'_>) -> bool {
        if self.index.excluded.contains(&true) {
            return false;
        }
        let shape = file.shape();
        let is_whole = !shape.no_header_end && !shape.nul_filled && !shape.anonymous;
        is_whole && !file.is_empty() && self.index.messages().with_key(&file.key()).is_empty()
    }

    /// The directory of the folder that a misfiled message belongs to: of its own, or of one above
    /// from which, by its UID, it has gone. Where its own is a folder indeed, or the UID is not
    /// free there, nobody can tell.
    fn home_of(&self, file: Message<'_>) -> Option<PathBuf> {
        let own = self.folder_of(file)?;
        if !self.uids.is_of_folder_above(file, &own.join("cur")) {
            return Some(own);
        }
        let is_folder = ["cur", "new"].iter().any(|part| self.room.exists(&own.join(part)));
        let origin = self.uids.origin(file, &own).filter(|_| !is_folder);
        origin.map(Path::to_owned)
    }

    /// The directory of a file's folder, under the name that servers show.
    fn folder_of(&self, file: Message<'_>) -> Option<PathBuf> {
        let folder = self.index.folders.get(file.folder())?;
        let first = folder.directories.first().map(PathBuf::as_path);
        let directory = folder.directory_of(file.path()).or(first)?;
        let is_hidden = folder.unlisted.contains(directory);
        let shown = is_hidden.then(|| listed_directory(&self.index.layout, directory)).flatten();
        Some(shown.unwrap_or_else(|| directory.to_owned()))
    }
}
