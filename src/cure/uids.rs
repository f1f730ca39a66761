//! UIDs that mbsync keeps in names: which a message may take with it when it comes to a folder.
//!
//! A message that comes back with its UID is to mbsync as if it had never been away. With a UID
//! that is taken, or that was never given, mbsync refuses the whole folder.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use crate::check::highest_uid;
use crate::index::{Index, Message};
use crate::maildir::file_name;

/// The UID in the name of a delivered file, and the directory of its folder.
pub(super) fn uid_of(file: Message<'_>) -> Option<(PathBuf, u64)> {
    Some((file.folder_directory().to_owned(), file_name::uid(file.name())?))
}

/// The UIDs of a tree.
pub(super) struct Uids {
    root: PathBuf,
    /// By the directory of the folder.
    taken: BTreeSet<(PathBuf, u64)>,
}

impl Uids {
    pub(super) fn new(index: &Index) -> Uids {
        let delivered = index.messages().iter().filter(|message| message.place().is_delivered());
        Uids { root: index.root.clone(), taken: delivered.filter_map(uid_of).collect() }
    }

    /// Takes the UID of a name for a file that comes to this `cur` or `new`; `false` where the
    /// folder has no UIDs of its own, or that one is taken or was never given.
    pub(super) fn take(&mut self, directory: &Path, name: &[u8]) -> bool {
        let folder = directory.parent().unwrap_or(Path::new(""));
        let highest = highest_uid(&self.root.join(folder));
        let uid = file_name::uid(name).filter(|uid| highest.is_some_and(|highest| *uid <= highest));
        uid.is_some_and(|uid| self.taken.insert((folder.to_owned(), uid)))
    }

    /// Whether a file has the UID of another folder than the one it would come to: of one above,
    /// where mbsync still looks for it.
    pub(super) fn is_of_folder_above(&self, file: Message<'_>, directory: &Path) -> bool {
        let folder = directory.parent().unwrap_or(Path::new(""));
        file_name::uid(file.name()).is_some()
            && !self.has_uids(folder)
            && self.folder_above(folder).is_some()
    }

    /// The nearest folder above that has UIDs, if that of a file was given there and is free: then
    /// it is from there that the file has gone.
    pub(super) fn origin<'f>(&self, file: Message<'_>, folder: &'f Path) -> Option<&'f Path> {
        let above = self.folder_above(folder)?;
        let uid = file_name::uid(file.name())?;
        let is_given = highest_uid(&self.root.join(above)).is_some_and(|highest| uid <= highest);
        let is_free = !self.taken.contains(&(above.to_owned(), uid));
        (is_given && is_free).then_some(above)
    }

    fn folder_above<'f>(&self, folder: &'f Path) -> Option<&'f Path> {
        folder.ancestors().skip(1).find(|above| self.has_uids(above))
    }

    fn has_uids(&self, folder: &Path) -> bool {
        highest_uid(&self.root.join(folder)).is_some()
    }
}
