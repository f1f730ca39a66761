//! Why a message is on one side only, and why a pair's content differs: the first reason that
//! holds, from what makes a message invisible to what merely goes with its absence.

use std::cell::OnceCell;
use std::cmp::Ordering;
use std::collections::BTreeSet;
use std::path::Path;

use crate::check::{base_of, twins};
use crate::fetch;
use crate::index::{Index, Message};
use crate::maildir::file::Place;
use crate::maildir::file_name;
use crate::maildir::scan::Folder;
use crate::side::{Side, Sides};

use super::class::Reason;

/// What a message's reason is looked for in.
pub(super) struct Known<'a> {
    pub(super) indexes: Sides<&'a Index>,
    /// Directory and base name of files that share both with another, once somebody asks.
    twins: Sides<OnceCell<Twins<'a>>>,
}

/// Directories and base names.
type Twins<'a> = BTreeSet<(&'a Path, &'a [u8])>;

/// A message of one side only, and what the comparison knows of it.
#[derive(Clone, Copy)]
pub(super) struct Lone {
    pub(super) side: Side,
    /// Whether the other side has no folder that stands against its own.
    pub(super) folder_absent: bool,
    /// Whether both sides have its key, with other content.
    pub(super) reused_id: bool,
    /// How many bytes a server sends for its header; `None` where that could not be read.
    pub(super) header_size: Option<u64>,
}

impl<'a> Known<'a> {
    pub(super) fn new(indexes: Sides<&'a Index>) -> Known<'a> {
        Known { indexes, twins: Sides::default() }
    }

    /// Why `message` is on its side only.
    pub(super) fn of_lone(&self, message: Message<'_>, lone: Lone) -> Reason {
        self.in_leftovers(message, lone.side.other())
            .or_else(|| of_place(message))
            .or_else(|| message.is_unidentified().then_some(Reason::Unidentified))
            .or_else(|| self.is_invisible(message, lone.side).then_some(Reason::InvisibleFolder))
            .or_else(|| of_shape(message, lone.header_size))
            .or_else(|| message.tells_wrong_size().then_some(Reason::WrongSizeS))
            .or_else(|| self.is_twin(message, lone.side).then_some(Reason::DuplicateBase))
            .or_else(|| lone.folder_absent.then(|| self.of_absent_folder(message, lone.side)))
            .or_else(|| lone.reused_id.then_some(Reason::ReusedId))
            .unwrap_or(Reason::Unexplained)
    }

    /// A leftover never makes a message present, but it tells where it got stuck.
    fn in_leftovers(&self, message: Message<'_>, other: Side) -> Option<Reason> {
        if message.key().is_empty() {
            return None;
        }
        let stuck = self.indexes[other].leftovers().with_key(&message.key()).first()?;
        Some(match stuck.place() {
            Place::Hidden => Reason::HiddenOn(other),
            _ => Reason::InTmpOf(other),
        })
    }

    fn is_invisible(&self, message: Message<'_>, side: Side) -> bool {
        let folder = self.indexes[side].folders.get(message.folder());
        folder.is_some_and(|folder| !folder.lists(message.path()))
    }

    /// Why the other side may have no folder that stands against the message's own. A layout that
    /// holds such a name in some other folder has a way to write it.
    fn of_absent_folder(&self, message: Message<'_>, side: Side) -> Reason {
        let other = self.indexes[side.other()];
        let refuses = |folder: &Folder| other.layout.refuses(&folder.name);
        let folder = self.indexes[side].folders.get(message.folder());
        let has_way = || other.folders.iter().any(|folder| folder.is_listed() && refuses(folder));
        if folder.is_some_and(refuses) && !has_way() {
            Reason::FolderNameRefused
        } else {
            Reason::FolderAbsent
        }
    }

    fn is_twin(&self, message: Message<'_>, side: Side) -> bool {
        let index = self.indexes[side];
        // A table names no files.
        if index.is_table() {
            return false;
        }
        let twins = self.twins[side]
            .get_or_init(|| twins(index.messages()).into_iter().map(base_of).collect());
        twins.contains(&base_of(message))
    }
}

fn of_place(message: Message<'_>) -> Option<Reason> {
    match message.place() {
        Place::Cur | Place::New => None,
        Place::Misfiled => Some(Reason::Misfiled),
        Place::Tmp => Some(Reason::Tmp),
        Place::Hidden => Some(Reason::Hidden),
    }
}

fn of_shape(message: Message<'_>, header_size: Option<u64>) -> Option<Reason> {
    let shape = message.shape();
    let reasons = [
        (message.is_empty(), Reason::Empty),
        (shape.no_header_end, Reason::NoHeaderEnd),
        (shape.placeholder, Reason::Placeholder),
        (is_served_short(message, header_size), Reason::TruncatedCopy),
        (shape.no_body, Reason::NoBody),
    ];
    reasons.into_iter().find(|(holds, _)| *holds).map(|(_, reason)| reason)
}

/// Whether Dovecot serves less of the message than there is, and says nothing: the name's `W=` is
/// smaller than the message even before its line ends are counted twice, or than its header, so
/// that the cut falls into that and what is served may be passed over, or have another key.
fn is_served_short(message: Message<'_>, header_size: Option<u64>) -> bool {
    let needed = message.length().max(header_size);
    let told = file_name::told_wire_size(message.name());
    told.zip(needed).is_some_and(|(told, needed)| told < needed)
}

/// Why the contents of a pair differ.
pub(super) fn of_content(indexes: Sides<&Index>, left: Message<'_>, right: Message<'_>) -> Reason {
    if left.shape().placeholder || right.shape().placeholder {
        Reason::Placeholder
    } else if left.shape().no_body != right.shape().no_body {
        // A header alone is the beginning of its message too; that the body is missing says more.
        Reason::NoBody
    } else if is_truncated(indexes, left, right) {
        Reason::TruncatedCopy
    } else {
        Reason::Differs
    }
}

/// Whether one content is a proper beginning of the other, and not nothing.
pub(super) fn is_truncated(indexes: Sides<&Index>, left: Message<'_>, right: Message<'_>) -> bool {
    let (Some(ours), Some(theirs)) = (left.content(), right.content()) else {
        return false;
    };
    let (ours_at, theirs_at) = ((indexes.left, left), (indexes.right, right));
    match ours.length.cmp(&theirs.length) {
        Ordering::Less => !ours.is_empty() && fetch::begins(ours_at, theirs_at),
        Ordering::Greater => !theirs.is_empty() && fetch::begins(theirs_at, ours_at),
        Ordering::Equal => false,
    }
}
