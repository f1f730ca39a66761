//! Which files may be removed.
//!
//! A file with a message in it may go only if the message stays: a delivered file that is no link,
//! and that is not itself to go, has its key and its content. A delivered file with a `U=` may go
//! only if another has that too.

use std::collections::BTreeSet;
use std::fs;
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};

use crate::check::base_of;
use crate::fetch;
use crate::finding::{Finding, Kind};
use crate::index::{Index, Message};
use crate::leftover::with_key;
use crate::maildir::file_name;

/// What is to be known for it.
pub(super) struct Removals<'a> {
    index: &'a Index,
    /// Files that may have to go themselves, so that nothing may rely on them.
    doubtful: BTreeSet<&'a Path>,
    /// Folders whose UIDs mbsync keeps beside them, by base name.
    with_uid_map: BTreeSet<PathBuf>,
}

impl<'a> Removals<'a> {
    /// Reads what may be a copy of another message.
    pub(super) fn new(index: &'a Index, findings: &'a [Finding]) -> Removals<'a> {
        let doubtful = findings.iter().filter(|finding| {
            matches!(finding.kind, Kind::DuplicateBase | Kind::SyncConflict | Kind::EmptyMessage)
        });
        let directories = index.folders.iter().flat_map(|folder| &folder.directories);
        let has_map = |folder: &&PathBuf| {
            fs::symlink_metadata(index.root.join(folder).join(".isyncuidmap.db")).is_ok()
        };
        let removals = Removals {
            index,
            doubtful: doubtful.map(|finding| finding.path.as_path()).collect(),
            with_uid_map: directories.filter(has_map).cloned().collect(),
        };
        removals.read_copies(findings);
        removals
    }

    /// Reads the content of misfiled messages and conflict copies, and of what has their keys. What
    /// cannot be read is no copy of anything.
    fn read_copies(&self, findings: &[Finding]) {
        let copies = findings.iter().filter(|finding| is_of_copy(finding.kind));
        let paths: BTreeSet<&Path> = copies.map(|finding| finding.path.as_path()).collect();
        let files = self.index.messages.iter().filter(|file| paths.contains(&*file.path));
        let mut wanted: Vec<&Message> = Vec::new();
        for file in files {
            let namesakes = with_key(&self.index.messages, &file.key);
            if namesakes.len() > 1 {
                wanted.extend(namesakes);
            }
        }
        wanted.sort_by(|one, other| one.path.cmp(&other.path));
        wanted.dedup_by(|one, other| one.path == other.path);
        drop(fetch::contents(self.index, &wanted));
    }

    /// Whether a file may be removed for the sake of a finding.
    pub(super) fn allow(&self, file: &Message, finding: &Finding) -> bool {
        match finding.kind {
            // NULs are nothing to compare by, but something to look at.
            Kind::TmpLeftover | Kind::HiddenFile if finding.state == "empty" => file.size == 0,
            Kind::TmpLeftover | Kind::HiddenFile => finding.state != "orphan",
            Kind::EmptyMessage => file.size == 0 && !self.tells_of_content(file),
            Kind::MisfiledRoot | Kind::MisfiledSubdir => self.has_cover(file),
            Kind::SyncConflict => self.has_cover(file) && !self.is_synced(file),
            Kind::DuplicateBase => self.repeats_first(file, finding) && !self.has_uid_map(file),
            _ => false,
        }
    }

    /// Whether a file's name says that there was something in it, or that a sync knows it: then
    /// another copy may have it still, and would lose it with this one.
    fn tells_of_content(&self, file: &Message) -> bool {
        let name = file.name();
        let sizes = [file_name::told_size(name), file_name::told_wire_size(name)];
        sizes.into_iter().flatten().any(|size| size > 0) || self.is_synced(file)
    }

    /// Whether a sync knows the file by a UID, in its name or beside its folder.
    fn is_synced(&self, file: &Message) -> bool {
        file_name::uid(file.name()).is_some() || self.has_uid_map(file)
    }

    /// Whether mbsync keeps the UIDs of the file's folder beside it.
    pub(super) fn has_uid_map(&self, file: &Message) -> bool {
        let (folder, _) = base_of(file);
        self.with_uid_map.contains(folder)
    }

    /// Whether a delivered message of the same folder has the file's key and content, and stays.
    fn has_cover(&self, file: &Message) -> bool {
        let content = file.content.get().filter(|content| !content.is_empty());
        let covers = |message: &&Message| {
            message.folder == file.folder
                && message.place.is_delivered()
                && !message.is_link()
                && message.path != file.path
                && !self.doubtful.contains(&*message.path)
                && message.content.get() == content
        };
        content.is_some() && with_key(&self.index.messages, &file.key).iter().any(|m| covers(&m))
    }

    /// Whether the first file of a base name has all that this one has.
    fn repeats_first(&self, file: &Message, finding: &Finding) -> bool {
        let is_copy = matches!(finding.state, "same-file" | "same-content");
        let twins = with_key(&self.index.messages, &file.key).iter().filter(|twin| {
            base_of(twin) == base_of(file)
                && twin.path != file.path
                && !self.doubtful.contains(&*twin.path)
                && !twin.is_link()
                && (twin.content.get() == file.content.get() && file.content.get().is_some())
        });
        let letters = |message: &Message| -> BTreeSet<u8> {
            file_name::letters(message.name()).iter().copied().collect()
        };
        is_copy && twins.into_iter().any(|twin| letters(file).is_subset(&letters(twin)))
    }
}

/// Whether a finding may be about a second copy of a message.
fn is_of_copy(kind: Kind) -> bool {
    matches!(kind, Kind::MisfiledRoot | Kind::MisfiledSubdir | Kind::SyncConflict)
}

/// Whether a name has a UID, so that a sync would miss what has it.
pub(super) fn is_known_to_sync(path: &Path) -> bool {
    path.file_name().is_some_and(|name| file_name::uid(name.as_bytes()).is_some())
}

/// Whether a link to nothing leads to what is gone, and not to what is only elsewhere: on a disk
/// that is not mounted, or in an annex that has it not here. The name must be unknown to a sync.
pub(super) fn is_gone_for_good(link: &Path) -> bool {
    let Ok(target) = fs::read_link(link) else { return false };
    let folder = link.parent().unwrap_or(Path::new(""));
    let place = folder.join(&target);
    let is_annexed = memchr::memmem::find(target.as_os_str().as_bytes(), b".git/annex").is_some();
    !is_annexed && !is_known_to_sync(link) && place.parent().is_some_and(Path::is_dir)
}
