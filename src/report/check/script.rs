//! The cures as a POSIX shell script, for people to read and to run.
//!
//! `ln`, `rm` and `mkdir` do all of it. A move is `ln -- OLD NEW && rm -- OLD`: `ln` refuses a NEW
//! that exists, where `mv` would replace it. Every name stands in single quotes, whatever its bytes
//! are.

use std::collections::BTreeSet;
use std::io::{self, Write};
use std::os::unix::ffi::OsStrExt;
use std::path::{self, Path};

use crate::cure::{Action, Step};
use crate::finding::Kind;

use super::super::escape::{escape, path_text};
use super::super::text::plural;
use super::{Report, Tree};

const HEAD: &str = "\
#!/bin/sh
# Cures for what `maildiff check` found. Read it before you run it; nothing has been done yet.
#
# Stop delivery, sync and mail programs while it runs, and check the tree again first if it has
# changed since. A move is a second name and then the removal of the first; a name that exists is
# never replaced. Each line stands alone, so that those that you do not want can be deleted.
";

pub(super) fn write(report: &Report<'_>, out: &mut dyn Write) -> io::Result<()> {
    out.write_all(HEAD.as_bytes())?;
    for tree in &report.trees {
        write_tree(tree, out)?;
    }
    Ok(())
}

fn write_tree(tree: &Tree<'_>, out: &mut dyn Write) -> io::Result<()> {
    let root = path::absolute(&tree.index.root).unwrap_or_else(|_| tree.index.root.clone());
    let steps = wanted(tree);
    let told = escape(&path_text(&root));
    if steps.is_empty() {
        return writeln!(out, "\n# {told}: nothing here that a script can cure safely.");
    }
    let cured = tree.findings.iter().filter(|finding| tree.plan.cures(finding)).count();
    let all = plural(tree.findings.len() as u64, "finding");
    let rest = if cured < tree.findings.len() { "; the others need no cure, or yours" } else { "" };
    writeln!(out, "\n# {told}: cures {cured} of {all}{rest}.")?;
    for group in steps.chunk_by(|one, other| heading(one) == heading(other)) {
        write_group(group, &root, out)?;
    }
    Ok(())
}

/// The steps for what was asked for, and the directories that these need.
fn wanted<'a>(tree: &Tree<'a>) -> Vec<&'a Step> {
    let asked = tree.findings.iter().map(|finding| (finding.kind, finding.path.as_path()));
    let asked: BTreeSet<(Kind, &Path)> = asked.collect();
    let is_asked = |step: &Step| step.cures.iter().any(|(kind, at)| asked.contains(&(*kind, at)));
    let folder_of_target = |step: &'a Step| match &step.action {
        Action::Move { to, .. } if is_asked(step) => to.parent()?.parent(),
        _ => None,
    };
    let needed: BTreeSet<&Path> = tree.plan.steps.iter().filter_map(folder_of_target).collect();
    let is_needed = |step: &Step| match &step.action {
        Action::Make(path) => path.ancestors().take(2).any(|path| needed.contains(path)),
        _ => false,
    };
    tree.plan.steps.iter().filter(|step| is_asked(step) || is_needed(step)).collect()
}

/// What steps share a comment: what they do, and why.
fn heading(step: &Step) -> (bool, Kind) {
    let makes = matches!(step.action, Action::Make(_));
    (makes, if makes { Kind::MissingSubdir } else { step.kind })
}

fn write_group(steps: &[&Step], root: &Path, out: &mut dyn Write) -> io::Result<()> {
    let Some(first) = steps.first() else { return Ok(()) };
    let (makes, kind) = heading(first);
    let about = kind.about();
    let count = plural(steps.len() as u64, "step");
    if makes {
        writeln!(out, "\n# Directories that folders lack, or that mail is moved to ({count}).")?;
    } else {
        writeln!(out, "\n# {} ({count}): {}", about.id, about.meaning)?;
    }
    for line in if makes { MAKES } else { notes(kind) } {
        writeln!(out, "#   {line}")?;
    }
    steps.iter().try_for_each(|step| write_step(step, kind, root, out))
}

const MAKES: &[&str] = &["Does: mkdir. Costs nothing."];

/// What the steps of a kind do, what that costs, and what they must not be taken for.
fn notes(kind: Kind) -> &'static [&'static str] {
    match kind {
        Kind::MisfiledRoot | Kind::MisfiledSubdir => &[
            "Does: moves each into cur/ of its folder (new/, if its name has no flags part);",
            "removes one whose message is there already, with the same content.",
            "Costs: servers show them from then on, as new mail with new UIDs.",
        ],
        Kind::InvisibleFolder => &[
            "Does: moves the mail to a folder of that name that servers show.",
            "Costs: servers show it from then on. The old directories are left empty: rmdir them.",
        ],
        Kind::TmpLeftover => &[
            "Does: removes what is empty, or whose message is elsewhere in the tree with the same",
            "content; moves to new/ what the tree has nowhere else.",
            "Costs: what is moved is shown as new mail. Look at it first: it may be cut short.",
        ],
        Kind::HiddenFile => &[
            "Does: removes what is elsewhere in the tree with the same content; gives the others a",
            "name without the dot.",
            "Costs: what is renamed is shown as new mail.",
        ],
        Kind::EmptyMessage => &[
            "Does: removes files of no bytes, where neither a sync nor their name knows of more.",
            "Costs: a server tells its clients that they are deleted.",
            "Must not: be done where a backup or another copy has them whole: restore them.",
        ],
        Kind::WrongSizeS => &[
            "Does: writes the real size into the name, and leaves ,W= out.",
            "Costs: a new base name is a new UID in Dovecot: every client and replica downloads",
            "the message again. Dovecot's maildir-size-fix.pl keeps the UIDs, and drops W= too.",
            "Must not: be done where S= was right and the file was cut short. Restore that first.",
            "Must not: be helped by deleting a replica's copy: mbsync would delete the message.",
        ],
        Kind::WrongSizeW => &[
            "Does: leaves ,W= out of the name, so that the server counts anew.",
            "Costs: a new base name is a new UID in Dovecot: every client and replica downloads",
            "the message again, this time whole.",
            "Must not: be helped by deleting a replica's bad copy: mbsync would delete the rest.",
        ],
        Kind::DuplicateBase => &[
            "Does: removes the one that has nothing of its own, gives another one a new name.",
            "Costs: a new base name is a new UID in Dovecot, and a download for every client.",
        ],
        Kind::DuplicateUid => &[
            "Does: leaves ,U= out of the name, so that mbsync gives the message a UID of its own.",
            "Costs: mbsync copies it to the server, as any new message.",
            "Must not: be helped by deleting the file: mbsync would delete the message.",
        ],
        Kind::SyncConflict => &[
            "Does: removes copies that have the content of the original beside them.",
            "Costs: a server tells its clients that they are deleted.",
        ],
        Kind::DanglingSymlink => &[
            "Does: removes links whose target is gone, although its directory is there.",
            "Must not: be done where the target is on a disk that will come back.",
        ],
        Kind::SpecialFile => &["Does: removes what is no file: nothing can be in it."],
        Kind::ForeignFile => &[
            "Does: moves what a desktop left among the messages up into the folder's directory.",
            "Costs: a server tells its clients that a message is deleted.",
        ],
        _ => &[
            "Does: gives each a name that programs can handle.",
            "Costs: a new base name is a new UID in Dovecot, and a download for every client;",
            "where only flags change, nothing.",
        ],
    }
}

fn write_step(step: &Step, kind: Kind, root: &Path, out: &mut dyn Write) -> io::Result<()> {
    let others: Vec<&str> = step
        .cures
        .iter()
        .map(|(cured, _)| *cured)
        .filter(|cured| *cured != kind && *cured != step.kind)
        .map(|cured| cured.about().id)
        .collect();
    if !others.is_empty() {
        writeln!(out, "# also {}:", others.join(", "))?;
    }
    let quoted = |path: &Path| quote(root.join(path).as_os_str().as_bytes());
    let line = match &step.action {
        Action::Make(path) => [b"mkdir -m 700 -- ".to_vec(), quoted(path)].concat(),
        Action::Remove(path) => [b"rm -- ".to_vec(), quoted(path)].concat(),
        Action::Move { from, to } => {
            let (from, to) = (quoted(from), quoted(to));
            [b"ln -- ".to_vec(), from.clone(), b" ".to_vec(), to, b" && rm -- ".to_vec(), from]
                .concat()
        }
    };
    out.write_all(&line)?;
    out.write_all(b"\n")
}

/// Any bytes as one word of a POSIX shell (2.2.2, single quotes).
fn quote(word: &[u8]) -> Vec<u8> {
    let mut quoted = vec![b'\''];
    for &byte in word {
        match byte {
            b'\'' => quoted.extend_from_slice(b"'\\''"),
            _ => quoted.push(byte),
        }
    }
    quoted.push(b'\'');
    quoted
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn any_name_is_one_word() {
        assert_eq!(quote(b"a b"), b"'a b'");
        assert_eq!(quote(b"it's\n$(x)"), b"'it'\\''s\n$(x)'");
    }
}
