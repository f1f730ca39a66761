//! Files of one folder that share what must be a file's own: base name, UID.

use std::cmp::Reverse;
use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use crate::finding::{Finding, Kind};
use crate::index::{Index, Message, Messages};
use crate::maildir::file_name;
use crate::maildir::renamed::repeated;

use super::find;

/// One finding a file that shares its base name, for every file after the first.
pub(super) fn duplicate_bases(index: &Index) -> Vec<Finding> {
    let mut files = twins(index.messages());
    files.sort_by_key(|&message| (base_of(message), rank(message), message.path()));
    let same_base = files.chunk_by(|&one, &other| base_of(one) == base_of(other));
    let findings =
        same_base.filter_map(<[Message<'_>]>::split_first).flat_map(|(first, others)| {
            others.iter().map(move |&other| {
                let detail = format!("same base name as {}", first.path().display());
                find(Kind::DuplicateBase, other, detail).in_state(likeness(*first, other))
            })
        });
    findings.collect()
}

/// Which of several files of a base name is the first: no link, one that nobody has marked to be
/// deleted, then the one with most flags.
fn rank(message: Message<'_>) -> (bool, bool, Reverse<usize>) {
    let letters = file_name::letters(message.name());
    (message.is_link(), letters.contains(&b'T'), Reverse(letters.len()))
}

/// How much two files have in common; nothing is said where their contents were not read.
fn likeness(first: Message<'_>, other: Message<'_>) -> &'static str {
    if other.has_names() && first.read_inode() == other.read_inode() {
        return "same-file";
    }
    match (first.content(), other.content()) {
        (Some(one), Some(other)) if one == other => "same-content",
        (Some(_), Some(_)) => "other-content",
        _ => "",
    }
}

/// Every delivered message that shares the directory of its folder and its base name with another.
pub(crate) fn twins(messages: Messages<'_>) -> Vec<Message<'_>> {
    if !messages.are_files() {
        return Vec::new();
    }
    let delivered = || messages.iter().filter(|message| message.place().is_delivered());
    // Few have one hash, and hashes take a fraction of the time and memory of names.
    let shared = repeated(delivered().map(Message::hash_of_base));
    let mut suspects: Vec<Message<'_>> = Vec::new();
    if !shared.is_empty() {
        suspects.extend(delivered().filter(|message| shared.contains(&message.hash_of_base())));
    }
    suspects.sort_by_key(|&message| base_of(message));
    let same_base = suspects.chunk_by(|&one, &other| base_of(one) == base_of(other));
    same_base.filter(|twins| twins.len() > 1).flatten().copied().collect()
}

/// Directory of the folder, and base name.
pub(crate) fn base_of(message: Message<'_>) -> (&Path, &[u8]) {
    (message.folder_directory(), message.base())
}

/// `U=` that mbsync refuses: the second of one in a folder, and what is beyond the highest that it
/// has assigned (`drv_maildir.c`, `maildir_scan`). Only where mbsync keeps UIDs in names, which its
/// file `.uidvalidity` says: else they are offlineimap's, or left over, and mbsync renumbers them.
pub(super) fn duplicate_uids(index: &Index) -> Vec<Finding> {
    let mut by_folder: BTreeMap<&Path, BTreeMap<u64, Vec<Message<'_>>>> = BTreeMap::new();
    for message in index.messages().iter().filter(|message| message.place().is_delivered()) {
        if let Some(uid) = file_name::uid(message.name()) {
            let uids = by_folder.entry(message.folder_directory()).or_default();
            uids.entry(uid).or_default().push(message);
        }
    }
    let mut findings = Vec::new();
    for (directory, uids) in by_folder {
        if let Some(highest) = highest_uid(&index.root.join(directory)) {
            findings.extend(uids.into_iter().flat_map(|(uid, files)| refused(uid, files, highest)));
        }
    }
    findings
}

fn refused(uid: u64, mut files: Vec<Message<'_>>, highest: u64) -> Vec<Finding> {
    files.sort_by_key(|file| file.path());
    let beyond = |&file: &Message<'_>| {
        let detail = format!("U={uid} is beyond {highest}, the last");
        find(Kind::DuplicateUid, file, detail).in_state("beyond")
    };
    let twice = |&file: &Message<'_>| {
        let first = files.first().map(|first| first.path().display().to_string());
        let detail = format!("U={uid} is that of {}", first.unwrap_or_default());
        find(Kind::DuplicateUid, file, detail).in_state("twice")
    };
    if uid > highest {
        files.iter().map(beyond).collect()
    } else {
        files.iter().skip(1).map(twice).collect()
    }
}

/// The highest UID that mbsync has assigned, from the second line of `.uidvalidity`, or any where
/// that makes no sense; `None` where there is no such file.
pub(crate) fn highest_uid(folder: &Path) -> Option<u64> {
    let text = fs::read_to_string(folder.join(".uidvalidity")).ok()?;
    Some(text.lines().nth(1).and_then(|line| line.trim().parse().ok()).unwrap_or(u64::MAX))
}
