//! The cures as a POSIX shell script, for people to read and to run.
//!
//! `ln`, `rm` and `mkdir` do all of it. A move is `ln -- OLD NEW && rm -- OLD`: `ln` refuses a NEW
//! that exists, where `mv` would replace it. Every name stands in single quotes, whatever its bytes
//! are; what a terminal would obey or nobody would see is made by `printf`, so that what is read is
//! what is run, and each command is one line.

use std::collections::BTreeSet;
use std::io::{self, Write};
use std::os::unix::ffi::OsStrExt;
use std::path::{self, Path, PathBuf};
use std::str::Utf8Chunk;

use crate::cure::{Action, Step};
use crate::finding::Kind;

use super::super::escape::{escape, letters, path_text};
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

/// A line's end as a word: what a command gives loses those at its end.
const LINE_END: &str = "\n# The line's end, for the names that have one.\nlf='\n'\n";

pub(super) fn write(report: &Report<'_>, out: &mut dyn Write) -> io::Result<()> {
    out.write_all(HEAD.as_bytes())?;
    if report.trees.iter().any(has_line_ends) {
        out.write_all(LINE_END.as_bytes())?;
    }
    report.trees.iter().try_for_each(|tree| write_tree(tree, out))
}

/// The root from which the commands lead on, wherever they are run.
fn root(tree: &Tree<'_>) -> PathBuf {
    path::absolute(&tree.index.root).unwrap_or_else(|_| tree.index.root.clone())
}

fn has_line_ends(tree: &Tree<'_>) -> bool {
    let has_one = |path: &Path| path.as_os_str().as_bytes().contains(&b'\n');
    let steps = wanted(tree);
    let in_step = |step: &&Step| match &step.action {
        Action::Make(path) | Action::Remove { path, .. } => has_one(path),
        Action::Move { from, to } => has_one(from) || has_one(to),
    };
    !steps.is_empty() && has_one(&root(tree)) || steps.iter().any(in_step)
}

fn write_tree(tree: &Tree<'_>, out: &mut dyn Write) -> io::Result<()> {
    let root = root(tree);
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

fn write_group(steps: &[&Step], root: &Path, out: &mut dyn Write) -> io::Result<()> {
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
    steps.iter().try_for_each(|step| write_step(step, kind, root, out))
}

fn write_step(step: &Step, kind: Kind, root: &Path, out: &mut dyn Write) -> io::Result<()> {
    write_remarks(step, kind, root, out)?;
    let quoted = |path: &Path| quote(root.join(path).as_os_str().as_bytes());
    match &step.action {
        Action::Make(path) => writeln!(out, "mkdir -m 700 -- {}", quoted(path)),
        Action::Remove { path, .. } => writeln!(out, "rm -- {}", quoted(path)),
        Action::Move { from, to } => {
            let (from, to) = (quoted(from), quoted(to));
            writeln!(out, "ln -- {from} {to} && rm -- {from}")
        }
    }
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

/// Any bytes but NUL as one word of a POSIX shell (2.2.2, single quotes), all on one line and fit
/// to be seen.
fn quote(word: &[u8]) -> String {
    let mut quoted = Word::default();
    for chunk in word.utf8_chunks() {
        quoted.add(&chunk);
    }
    quoted.show();
    format!("'{}'", quoted.quoted)
}

/// A word on its way into single quotes.
#[derive(Default)]
struct Word {
    /// What stands between the quotes.
    quoted: String,
    /// Bytes that cannot be seen, and are to follow.
    hidden: Vec<u8>,
}

impl Word {
    fn add(&mut self, chunk: &Utf8Chunk<'_>) {
        for (letter, shown) in letters(chunk.valid()) {
            match letter {
                '\n' => self.outside("\"$lf\""),
                '\'' => self.outside("\\'"),
                _ if shown => {
                    self.show();
                    self.quoted.push(letter);
                }
                _ => self.hidden.extend(letter.encode_utf8(&mut [0; 4]).bytes()),
            }
        }
        self.hidden.extend(chunk.invalid());
    }

    /// Adds what a shell reads outside of single quotes.
    fn outside(&mut self, text: &str) {
        self.show();
        self.quoted.extend(["'", text, "'"]);
    }

    /// Adds the hidden bytes, by their numbers.
    fn show(&mut self) {
        if self.hidden.is_empty() {
            return;
        }
        let hidden = std::mem::take(&mut self.hidden);
        let bytes: Vec<String> = hidden.iter().map(|byte| format!("\\{byte:03o}")).collect();
        self.outside(&format!("\"$(printf '{}')\"", bytes.concat()));
    }
}

#[cfg(test)]
mod tests {
    use std::process::Command;

    use super::*;

    #[test]
    fn any_name_is_one_word_on_one_line() {
        assert_eq!(quote(b"a b"), "'a b'");
        assert_eq!(quote(b"it's\n$(x)"), r#"'it'\''s'"$lf"'$(x)'"#);
        assert_eq!(quote(b"a\x1b\xff"), r#"'a'"$(printf '\033\377')"''"#);
        assert_eq!(quote("é\u{202e}".as_bytes()), r#"'é'"$(printf '\342\200\256')"''"#);
    }

    #[test]
    fn a_shell_reads_every_byte_back() {
        let bytes: Vec<u8> = (1..=255).collect();
        let twice: Vec<u8> = bytes.iter().flat_map(|&byte| [byte, b'a', byte]).collect();
        for word in
            [&bytes[..], &twice, b"\n\n", b"\r\n", b"", b"'", b"-n", "é\u{85}\u{2028}".as_bytes()]
        {
            let script = format!("{LINE_END}printf %s {}", quote(word));
            let output = Command::new("sh").args(["-c", &script]).output().unwrap();
            assert_eq!(output.stdout, word, "{script}");
        }
    }
}
