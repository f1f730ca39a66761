//! Which files may be removed.
//!
//! A file with a message in it may go only if the message stays: a delivered file that is no link,
//! that nobody is about to delete and that is not itself to go has its key and, line ends and what
//! transport adds apart, every byte of it. A delivered file with a `U=` may go only if it shares
//! that and its base name with the one that stays. What has no byte may go where no server shows
//! it.

use std::collections::BTreeSet;
use std::fs;
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};

use crate::check::base_of;
use crate::fetch;
use crate::finding::{Finding, Kind};
use crate::index::{Index, Message, Messages};
use crate::leftover::stays;
use crate::maildir::file_name;
use crate::message::id::Key;

/// That a file may go, and what has its message.
pub(super) struct Allowed<'a> {
    /// `None` where there was no message in it.
    pub(super) cover: Option<Message<'a>>,
}

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
        let files = self.index.messages().iter().filter(|file| paths.contains(file.path()));
        let keys: BTreeSet<Key> = files.map(Message::key).collect();
        let namesakes = keys.iter().map(|key| self.index.messages().with_key(key));
        let wanted: Vec<Message<'_>> =
            namesakes.filter(|same| same.len() > 1).flat_map(Messages::iter).collect();
        drop(fetch::contents(self.index, &wanted));
    }

    /// Whether a file may be removed for the sake of a finding, and what of it stays.
    pub(super) fn allow(&self, file: Message<'_>, finding: &Finding) -> Option<Allowed<'a>> {
        let covered =
            |cover: Option<Message<'a>>| cover.map(|cover| Allowed { cover: Some(cover) });
        match finding.kind {
            // NULs are nothing to compare by, but something to look at.
            Kind::TmpLeftover | Kind::HiddenFile if finding.state == "empty" => {
                (file.size() == 0).then_some(Allowed { cover: None })
            }
            Kind::TmpLeftover | Kind::HiddenFile => covered(self.cover(file, |_| true)),
            Kind::MisfiledRoot => covered(self.cover_in_folder(file)),
            Kind::SyncConflict if !self.is_synced(file) => covered(self.cover_in_folder(file)),
            Kind::DuplicateBase if !self.has_uid_map(file) => covered(self.superior(file, finding)),
            _ => None,
        }
    }

    /// Whether a sync knows the file by a UID, in its name or beside its folder.
    fn is_synced(&self, file: Message<'_>) -> bool {
        file_name::uid(file.name()).is_some() || self.has_uid_map(file)
    }

    /// Whether mbsync keeps the UIDs of the file's folder beside it.
    pub(super) fn has_uid_map(&self, file: Message<'_>) -> bool {
        let (folder, _) = base_of(file);
        self.with_uid_map.contains(folder)
    }

    /// Whether a message of the folder that stays has the file's key and content, byte for byte or
    /// not.
    pub(super) fn has_cover(&self, file: Message<'_>) -> bool {
        self.covers(file).any(|message| message.folder() == file.folder())
    }

    fn cover_in_folder(&self, file: Message<'_>) -> Option<Message<'a>> {
        self.cover(file, |message| {
            message.folder() == file.folder() && has_letters_of(message, file)
        })
    }

    /// A message that stays and has all that the file has: not only what transport leaves alone.
    fn cover(&self, file: Message<'_>, fits: impl Fn(Message<'_>) -> bool) -> Option<Message<'a>> {
        let covers = self.covers(file).filter(|message| fits(*message)).take(MOST_READ);
        covers.into_iter().find(|message| self.is_equal(file, *message))
    }

    /// The messages that stay, with the file's key and content.
    fn covers(&self, file: Message<'_>) -> impl Iterator<Item = Message<'a>> {
        let content = file.content().filter(|content| !content.is_empty());
        let path = file.path().to_owned();
        self.index.messages().with_key(&file.key()).iter().filter(move |message| {
            content.is_some()
                && message.content() == content
                && message.path() != path
                && !self.doubtful.contains(message.path())
                && stays(self.index, *message)
        })
    }

    /// Whether two files are one message to the byte, but for line ends and what transport adds.
    fn is_equal(&self, file: Message<'_>, message: Message<'_>) -> bool {
        if file.read_inode() == message.read_inode() && file.has_names() {
            return true;
        }
        let read = fetch::exact_contents(self.index, &[file, message]);
        matches!(read.as_slice(), [Ok(one), Ok(other)] if one == other)
    }

    /// Another file of the base name that has all that this one has, flags included.
    fn superior(&self, file: Message<'_>, finding: &Finding) -> Option<Message<'a>> {
        let is_copy = matches!(finding.state, "same-file" | "same-content");
        self.cover(file, |twin| {
            is_copy && base_of(twin) == base_of(file) && has_letters_of(twin, file)
        })
    }
}

/// Whether a message has every flag and keyword of a file.
fn has_letters_of(message: Message<'_>, file: Message<'_>) -> bool {
    let letters = file_name::letters(message.name());
    file_name::letters(file.name()).iter().all(|letter| letters.contains(letter))
}

/// How many messages of equal content are read for one file to find an equal one.
const MOST_READ: usize = 8;

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
    // An empty directory may be where a disk is mounted at other times.
    let holds_others = |directory: &Path| {
        fs::read_dir(directory).is_ok_and(|mut entries| entries.next().is_some())
    };
    !is_annexed && !is_known_to_sync(link) && place.parent().is_some_and(holds_others)
}
