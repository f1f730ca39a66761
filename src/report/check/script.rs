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
use super::super::text::{grouped, plural};
use super::notes::notes;
use super::{Report, Tree};

const HEAD: &str = "\
#!/bin/sh
# Cures for what `maildiff check` found. Read it before you run it; nothing has been done yet.
#
# Make a backup. Stop delivery, sync and mail programs while it runs, and check the tree again first
# if it has changed since. A move is a second name and then the removal of the first; a name that
# exists is never replaced. Each command stands alone, so that those that you do not want can be
# deleted. Removals come last.
";

pub(super) fn write(report: &Report<'_>, escaped: bool, out: &mut dyn Write) -> io::Result<()> {
    out.write_all(HEAD.as_bytes())?;
    for tree in &report.trees {
        write_tree(tree, escaped, out)?;
    }
    Ok(())
}

fn write_tree(tree: &Tree<'_>, escaped: bool, out: &mut dyn Write) -> io::Result<()> {
    let root = path::absolute(&tree.index.root).unwrap_or_else(|_| tree.index.root.clone());
    let steps = wanted(tree);
    let told = escape(&path_text(&root));
    if !tree.errors.is_empty() {
        let count = plural(tree.errors.len() as u64, "place");
        writeln!(out, "\n# {told}: {count} could not be read, or changed: run maildiff check.")?;
    }
    if steps.is_empty() {
        return writeln!(out, "\n# {told}: nothing here that a script can cure safely.");
    }
    let cured = tree.findings.iter().filter(|finding| tree.plan.cures(finding)).count();
    let all = plural(tree.findings.len() as u64, "finding");
    let rest = match (tree.findings.len() - cured) as u64 {
        0 => String::new(),
        rest => format!("; {} left to you: maildiff check tells", grouped(rest)),
    };
    writeln!(out, "\n# {told}: cures {} of {all}{rest}.", grouped(cured as u64))?;
    for group in steps.chunk_by(|one, other| heading(one) == heading(other)) {
        write_group(group, &root, escaped, out)?;
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
fn heading(step: &Step) -> (Deed, Kind) {
    match step.action {
        Action::Make(_) => (Deed::Make, Kind::MissingSubdir),
        Action::Move { .. } => (Deed::Move, step.kind),
        Action::Remove { .. } => (Deed::Remove, step.kind),
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Deed {
    Make,
    Move,
    Remove,
}

fn write_group(steps: &[&Step], root: &Path, escaped: bool, out: &mut dyn Write) -> io::Result<()> {
    let Some(first) = steps.first() else { return Ok(()) };
    let (deed, kind) = heading(first);
    let about = kind.about();
    let count = plural(steps.len() as u64, "step");
    match deed {
        Deed::Make => {
            writeln!(
                out,
                "\n# Directories that folders lack, or that mail is moved to ({count})."
            )?;
        }
        Deed::Move => writeln!(out, "\n# {} ({count}): {}", about.id, about.meaning)?,
        Deed::Remove => writeln!(out, "\n# REMOVALS, {} ({count}): {}", about.id, about.meaning)?,
    }
    for line in notes(&first.action, kind) {
        writeln!(out, "#   {line}")?;
    }
    steps.iter().try_for_each(|step| write_step(step, kind, root, escaped, out))
}

fn write_step(
    step: &Step,
    kind: Kind,
    root: &Path,
    escaped: bool,
    out: &mut dyn Write,
) -> io::Result<()> {
    write_remarks(step, kind, root, out)?;
    let quoted = |path: &Path| quote(root.join(path).as_os_str().as_bytes());
    let line = match &step.action {
        Action::Make(path) => [b"mkdir -m 700 -- ".to_vec(), quoted(path)].concat(),
        Action::Remove { path, .. } => [b"rm -- ".to_vec(), quoted(path)].concat(),
        Action::Move { from, to } => {
            let (from, to) = (quoted(from), quoted(to));
            [b"ln -- ".to_vec(), from.clone(), b" ".to_vec(), to, b" && rm -- ".to_vec(), from]
                .concat()
        }
    };
    if line.contains(&b'\n') {
        writeln!(out, "# a line's end in the name: the next lines are one command, as far as the")?;
        writeln!(out, "# last quote; delete all of them or none")?;
    }
    // A terminal would obey a name; and nobody runs what a terminal shows.
    if escaped {
        return writeln!(out, "{}", escape(&String::from_utf8_lossy(&line)));
    }
    out.write_all(&line)?;
    out.write_all(b"\n")
}

/// What else a step cures, and where a removed message stays.
fn write_remarks(step: &Step, kind: Kind, root: &Path, out: &mut dyn Write) -> io::Result<()> {
    let others = step.cures.iter().map(|(cured, _)| *cured);
    let others = others.filter(|cured| *cured != kind && *cured != step.kind);
    let others: Vec<&str> = others.map(|cured| cured.about().id).collect();
    if !others.is_empty() {
        writeln!(out, "# also {}:", others.join(", "))?;
    }
    match &step.action {
        Action::Remove { cover: Some(cover), .. } => {
            writeln!(out, "# stays: {}", escape(&path_text(&root.join(cover))))
        }
        _ => Ok(()),
    }
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
