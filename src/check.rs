//! What is wrong with one tree, from its index: findings that stand whether or not another tree
//! differs.

use std::collections::BTreeSet;
use std::os::unix::ffi::OsStrExt;
use std::path::Path;

use crate::finding::{Finding, Kind};
use crate::index::{Index, Message};
use crate::leftover::{Leftover, State};
use crate::maildir::file::Place;
use crate::maildir::file_name;

/// The findings that names, sizes and the first read tell; sorted by kind and path.
pub fn check(index: &Index, leftovers: &[Leftover<'_>]) -> Vec<Finding> {
    let mut findings = index.findings.clone();
    for message in &index.messages {
        findings.extend(misfiled(index, message));
        findings.extend(empty(message));
        findings.extend(wrong_size(message));
    }
    findings.extend(invisible_folders(index));
    findings.extend(duplicate_bases(index));
    findings.extend(leftovers.iter().map(leftover));
    findings.sort();
    findings
}

fn find(kind: Kind, message: &Message, detail: String) -> Finding {
    Finding { kind, path: message.path.clone(), detail }
}

fn misfiled(index: &Index, message: &Message) -> Option<Finding> {
    if message.place != Place::Misfiled {
        return None;
    }
    let folder = index.folders.get(message.folder)?;
    let directory = message.path.parent()?;
    let in_root = folder.directories.iter().any(|of_folder| of_folder == directory);
    let kind = if in_root { Kind::MisfiledRoot } else { Kind::MisfiledSubdir };
    Some(find(kind, message, format!("belongs to {}", folder.name)))
}

fn empty(message: &Message) -> Option<Finding> {
    let empty = message.length == Some(0) && message.place.is_delivered();
    empty.then(|| find(Kind::EmptyMessage, message, String::new()))
}

fn wrong_size(message: &Message) -> Option<Finding> {
    has_wrong_size(message)
        .then(|| find(Kind::WrongSizeS, message, format!("has {} bytes", message.size)))
}

/// Folders with mail that no server of the layout lists.
fn invisible_folders(index: &Index) -> Vec<Finding> {
    let used: BTreeSet<usize> = index.messages.iter().map(|message| message.folder).collect();
    let folders = used.into_iter().filter_map(|at| index.folders.get(at));
    let hidden = folders.filter(|folder| !folder.visible);
    let found = hidden.filter_map(|folder| {
        let detail = format!("a {} server does not list {}", index.layout, folder.name);
        let path = folder.directories.first()?.clone();
        Some(Finding { kind: Kind::InvisibleFolder, path, detail })
    });
    found.collect()
}

/// One finding a file that shares its base name, for every file after the first.
fn duplicate_bases(index: &Index) -> Vec<Finding> {
    let twins = twins(&index.messages);
    let mut files: Vec<&Message> =
        index.messages.iter().filter(|message| message.place.is_delivered()).collect();
    files.retain(|message| twins.contains(&base_of(message)));
    files.sort_by_key(|message| (base_of(message), &message.path));
    let same_base = files.chunk_by(|one, other| base_of(one) == base_of(other));
    let findings = same_base.filter_map(<[&Message]>::split_first).flat_map(|(first, others)| {
        let detail = |_: &Message| format!("same base name as {}", first.path.display());
        others.iter().map(move |other| find(Kind::DuplicateBase, other, detail(other)))
    });
    findings.collect()
}

fn leftover(leftover: &Leftover<'_>) -> Finding {
    let hidden = leftover.message.place == Place::Hidden;
    let kind = if hidden { Kind::HiddenFile } else { Kind::TmpLeftover };
    let detail = match leftover.state {
        State::Empty => "empty".to_owned(),
        State::Covered(by) => format!("covered by {}", by.display()),
        State::Orphan => "orphan: no message of this tree has its content".to_owned(),
    };
    find(kind, leftover.message, detail)
}

/// Whether the name tells a size that the message has not, as far as that is known.
pub(crate) fn has_wrong_size(message: &Message) -> bool {
    let name = message.path.file_name().unwrap_or_default();
    let told = file_name::told_size(name.as_bytes());
    told.zip(message.length).is_some_and(|(told, length)| told != length)
}

/// Directory of the folder and base name of every delivered message that shares both with another.
pub(crate) fn twins(messages: &[Message]) -> BTreeSet<(&Path, &[u8])> {
    let mut seen = BTreeSet::new();
    let delivered = messages.iter().filter(|message| message.place.is_delivered());
    delivered.map(base_of).filter(|base| !seen.insert(*base)).collect()
}

/// Directory of the folder, and base name.
pub(crate) fn base_of(message: &Message) -> (&Path, &[u8]) {
    let folder = message.path.parent().and_then(Path::parent).unwrap_or(Path::new(""));
    let name = message.path.file_name().unwrap_or_default();
    (folder, file_name::base(name.as_bytes()))
}
