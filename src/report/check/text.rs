//! The report for people: each kind with its count, what it means, what breaks on it, what cures
//! it, and an example of each state; the verdict as the last line.

use std::collections::BTreeMap;
use std::io::{self, Write};
use std::path::Path;

use crate::finding::{Finding, Kind, Severity};
use crate::verdict::Exit;

use super::super::command::again;
use super::super::escape::{escape, escape_cell, escape_opening, path_text};
use super::super::text::{Paint, grouped, plural};
use super::{Report, Shape, Tree};

/// How many findings of a kind it takes for a word on where they are.
const MANY: usize = 4;

pub(super) fn write(report: &Report<'_>, shape: Shape, out: &mut dyn Write) -> io::Result<()> {
    let paint = Paint { color: shape.color };
    for tree in &report.trees {
        write_tree(tree, shape, paint, out)?;
    }
    write_hints(report, shape, out)?;
    writeln!(out, "{}", paint.exit(report.exit, &verdict(report)))
}

fn write_tree(tree: &Tree<'_>, shape: Shape, paint: Paint, out: &mut dyn Write) -> io::Result<()> {
    let (root, layout) = (path_text(&tree.index.root), tree.index.layout.to_string());
    let messages = plural(tree.messages(), "message");
    writeln!(out, "{}  {}  {messages}", escape_opening(&root), escape_cell(&layout))?;
    if let Some(note) = &tree.index.note {
        writeln!(out, "note: {}", escape(note))?;
    }
    let mut kinds: BTreeMap<(Severity, Kind), Vec<&Finding>> = BTreeMap::new();
    for finding in &tree.findings {
        kinds.entry((finding.severity, finding.kind)).or_default().push(finding);
    }
    for ((severity, kind), findings) in kinds {
        writeln!(out)?;
        write_kind(severity, kind, &findings, paint, out)?;
        write_examples(tree, &findings, shape, out)?;
    }
    writeln!(out, "\n{}\n", what_was_read(tree))
}

/// How far the mail was read.
fn what_was_read(tree: &Tree<'_>) -> String {
    let files = (tree.index.messages().len() + tree.index.leftovers().len()) as u64;
    let (whole, bytes) = (tree.reading.whole, plural(tree.reading.bytes, "byte"));
    let all = plural(files, "mail file");
    match whole {
        0 => format!("read: the headers of {all}"),
        _ if whole == files => format!("read: {all}, to the end ({bytes})"),
        _ => format!("read: the headers of {all}, {} of them to the end ({bytes})", grouped(whole)),
    }
}

/// What it is, how often, what breaks on it and what cures it.
fn write_kind(
    severity: Severity,
    kind: Kind,
    findings: &[&Finding],
    paint: Paint,
    out: &mut dyn Write,
) -> io::Result<()> {
    let about = kind.about();
    let count = grouped(findings.len() as u64);
    let head = format!("{}: {count} {}{}", severity.word(), about.id, states(findings));
    writeln!(out, "{}", paint.bold(&head))?;
    writeln!(out, "  {}", about.meaning)?;
    for (word, text) in [("breaks", about.breaks), ("cure", about.cure)] {
        if !text.is_empty() {
            writeln!(out, "  {word}: {text}")?;
        }
    }
    match concentration(findings) {
        Some(place) => writeln!(out, "  where: {}", escape(&place)),
        None => Ok(()),
    }
}

/// How many are of which state, as ` (1 empty, 2 known)`.
fn states(findings: &[&Finding]) -> String {
    let mut counts: BTreeMap<&str, u64> = BTreeMap::new();
    for finding in findings.iter().filter(|finding| !finding.state.is_empty()) {
        *counts.entry(finding.state).or_default() += 1;
    }
    let counts: Vec<String> =
        counts.iter().map(|(state, count)| format!("{} {state}", grouped(*count))).collect();
    if counts.is_empty() { String::new() } else { format!(" ({})", counts.join(", ")) }
}

/// The directory in which most of many findings are.
fn concentration(findings: &[&Finding]) -> Option<String> {
    let mut counts: BTreeMap<&Path, usize> = BTreeMap::new();
    for finding in findings {
        *counts.entry(finding.path.parent()?).or_default() += 1;
    }
    let (place, &count) = counts.iter().max_by_key(|(_, count)| **count)?;
    let many = findings.len() >= MANY && count * 2 > findings.len();
    let place = path_or_root(place, "/");
    let (some, all) = (grouped(count as u64), grouped(findings.len() as u64));
    many.then(|| format!("{some} of {all} in {place}"))
}

fn write_examples(
    tree: &Tree<'_>,
    findings: &[&Finding],
    shape: Shape,
    out: &mut dyn Write,
) -> io::Result<()> {
    let shown = if shape.all { findings.to_vec() } else { examples(tree, findings) };
    let word = if shown.len() == findings.len() { "" } else { "e.g. " };
    shown.into_iter().try_for_each(|finding| {
        let path = escape_cell(&path_or_root(&finding.path, ""));
        let told = format!("{path}  {}", escape(&finding.detail));
        writeln!(out, "  {word}{}", told.trim_end())
    })
}

/// One of each state; what needs a hand is the better example.
fn examples<'a>(tree: &Tree<'_>, findings: &[&'a Finding]) -> Vec<&'a Finding> {
    let mut by_state: BTreeMap<&str, Vec<&Finding>> = BTreeMap::new();
    for finding in findings {
        by_state.entry(finding.state).or_default().push(finding);
    }
    let example = |alike: &Vec<&'a Finding>| {
        let by_hand = alike.iter().find(|finding| !tree.plan.cures(finding));
        by_hand.or(alike.first()).copied()
    };
    by_state.values().filter_map(example).collect()
}

/// A path of the tree with an `end`; the root has no path.
fn path_or_root(path: &Path, end: &str) -> String {
    match path_text(path) {
        root if root.is_empty() => "the root".to_owned(),
        path => path + end,
    }
}

fn write_hints(report: &Report<'_>, shape: Shape, out: &mut dyn Write) -> io::Result<()> {
    let all = || report.trees.iter().flat_map(|tree| tree.findings.iter().map(move |f| (tree, f)));
    let scripted = all().filter(|(tree, finding)| tree.plan.cures(finding)).count() as u64;
    if scripted > 0 {
        let command = again(&[], &with_option(&report.command, "--fix-script"));
        writeln!(out, "A script for {}: {command} > fix.sh", plural(scripted, "finding"))?;
    }
    let cut = report.trees.iter().any(|tree| is_cut(&tree.findings));
    if cut && !shape.all {
        writeln!(out, "All of them: {}", again(&[], &with_option(&report.command, "--all")))?;
    }
    Ok(())
}

/// Whether there are two findings of a kind and state, so that one was not shown.
fn is_cut(findings: &[&Finding]) -> bool {
    let kinds = findings.iter().map(|finding| (finding.severity, finding.kind, finding.state));
    let mut kinds: Vec<(Severity, Kind, &str)> = kinds.collect();
    kinds.sort_unstable();
    kinds.windows(2).any(|two| matches!(two, [one, other] if one == other))
}

/// The words of a command line, with one more option behind the subcommand.
fn with_option(words: &[String], option: &str) -> Vec<String> {
    let mut words = words.to_vec();
    words.insert(1.min(words.len()), option.to_owned());
    words
}

fn verdict(report: &Report<'_>) -> String {
    let all = || report.trees.iter().flat_map(|tree| &tree.findings);
    let count = |severity| all().filter(|found| found.severity == severity).count() as u64;
    let messages = plural(report.trees.iter().map(Tree::messages).sum(), "message");
    let messages =
        if report.narrowed { format!("{messages}, of what was asked for") } else { messages };
    let (errors, warnings) = (count(Severity::Error), count(Severity::Warning));
    let told = match (errors, warnings) {
        (0, 0) => "no error and no warning".to_owned(),
        _ => format!("{}, {}", plural(errors, "error"), plural(warnings, "warning")),
    };
    let info = match count(Severity::Info) {
        0 => String::new(),
        count => format!(", {} for information", grouped(count)),
    };
    let unread: usize = report.trees.iter().map(|tree| tree.errors.len()).sum();
    match report.exit {
        Exit::Trouble => format!(
            "NOT PROVEN: {} could not be read; in the rest {told}{info}.",
            plural(unread as u64, "file or directory")
        ),
        Exit::Different => format!("DAMAGED: {told}{info} in {messages}."),
        Exit::Same if errors + warnings == 0 => format!("SOUND: {told}{info} in {messages}."),
        Exit::Same => format!("ALLOWED: {told}{info} in {messages}."),
    }
}
