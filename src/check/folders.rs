//! What is wrong with folders as a whole.

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;

use crate::finding::{Finding, Kind};
use crate::index::Index;

/// Directories with mail that no server of the layout lists.
pub(super) fn invisible(index: &Index) -> Vec<Finding> {
    let mail = index.all_mail();
    let hidden = mail.filter_map(|message| {
        let folder = index.folders.get(message.folder())?;
        // Most folders have no such directory, and need not be asked for each message.
        let directory =
            (!folder.unlisted.is_empty()).then(|| folder.directory_of(message.path()))??;
        folder.unlisted.contains(directory).then_some((message.folder(), directory, &folder.name))
    });
    let hidden: BTreeSet<_> = hidden.collect();
    let found = hidden.into_iter().map(|(at, directory, name)| {
        let detail = format!("a {} server does not list {name}", index.layout);
        Finding::new(Kind::InvisibleFolder, at, directory.to_owned(), detail)
    });
    found.collect()
}

/// Whether of a folder's directories all but one are such that no server lists them and that have
/// no mail: what is left of a folder whose mail was moved.
pub(super) fn is_harmless(index: &Index, finding: &Finding) -> bool {
    let Some(folder) = index.folders.get(finding.folder) else { return false };
    let matters = |directory: &&PathBuf| {
        !folder.unlisted.contains(*directory)
            || index
                .all_mail()
                .any(|message| folder.directory_of(message.path()) == Some(directory.as_path()))
    };
    let is_it = finding.kind == Kind::FolderNameCollision && finding.state == "same-name";
    is_it && folder.directories.iter().filter(matters).count() < 2
}

/// Folders whose names are one where letter case does not count, but for the first of each.
pub(super) fn differ_in_case(index: &Index) -> Vec<Finding> {
    let mut first: BTreeMap<String, &str> = BTreeMap::new();
    let mut findings = Vec::new();
    for (at, folder) in index.folders.iter().enumerate() {
        let Some(path) = folder.directories.first() else { continue };
        let name = folder.name.as_str();
        let known = *first.entry(name.to_lowercase()).or_insert(name);
        if known != name {
            let detail = format!("{name} is {known} where letter case does not count");
            let found = Finding::new(Kind::FolderNameCollision, at, path.clone(), detail);
            findings.push(found.in_state("case"));
        }
    }
    findings
}
