//! What is wrong with one tree, from its index: findings that stand whether or not another tree
//! differs.

use crate::diff::reason::{base_of, has_wrong_size, twins};
use crate::finding::{Finding, Kind};
use crate::index::{Index, Message};
use crate::leftover::{Leftover, State};
use crate::maildir::scan::Place;

/// The findings that names, sizes and the first read tell; sorted by kind and path.
pub fn check(index: &Index, leftovers: &[Leftover<'_>]) -> Vec<Finding> {
    let mut findings = index.findings.clone();
    for message in &index.messages {
        findings.extend(misfiled(index, message));
        findings.extend(empty(message));
        findings.extend(wrong_size(message));
    }
    findings.extend(duplicate_bases(index));
    findings.extend(leftovers.iter().map(leftover));
    findings.sort();
    findings
}

fn find(kind: Kind, message: &Message, detail: String) -> Finding {
    Finding { kind, path: message.path.clone(), detail }
}

fn misfiled(index: &Index, message: &Message) -> Option<Finding> {
    let folder = index.folders.get(message.folder)?;
    let directory = message.path.parent()?;
    let in_root = folder.directories.iter().any(|of_folder| of_folder == directory);
    let kind = if in_root { Kind::MisfiledRoot } else { Kind::MisfiledSubdir };
    let detail = format!("belongs to {}", folder.name);
    (message.place == Place::Misfiled).then(|| find(kind, message, detail))
}

fn empty(message: &Message) -> Option<Finding> {
    let empty = message.length == Some(0) && message.place.is_delivered();
    empty.then(|| find(Kind::EmptyMessage, message, String::new()))
}

fn wrong_size(message: &Message) -> Option<Finding> {
    has_wrong_size(message)
        .then(|| find(Kind::WrongSizeS, message, format!("has {} bytes", message.size)))
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
