//! `maildiff check TREE…`: the stages in their order.

use std::env;
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, bail};
use maildiff::check::{Checked, check, count_unsized};
use maildiff::cure::{Plan, plan};
use maildiff::error::Error;
use maildiff::folders;
use maildiff::index::{self, Index, index};
use maildiff::leftover;
use maildiff::maildir::folder_name::FolderName;
use maildiff::maildir::scan::{Scan, scan};
use maildiff::report::check::{self as report, Report, Tree};
use maildiff::side::{Side, Sides};
use maildiff::verdict::Exit;

use crate::cli::Check;
use crate::progress::Progress;
use crate::talk::{complain, is_terminal, print, wants_color};

use super::clock::now;

/// A tree that has been read and judged.
struct Judged {
    index: Index,
    checked: Checked,
    plan: Plan,
    /// What could not be read to judge the leftovers.
    unread: Vec<Error>,
}

/// Checks trees.
///
/// # Errors
/// Where there is no answer, in words for the user.
pub(crate) fn run(cli: &Check) -> anyhow::Result<Exit> {
    if let Some(contradiction) = cli.contradiction() {
        bail!(contradiction);
    }
    check_apart(&cli.trees)?;
    let now = cli.now.unwrap_or_else(now);
    let judged: Vec<Judged> =
        cli.trees.iter().map(|root| judge(root, now, cli)).collect::<anyhow::Result<_>>()?;
    let trees: Vec<Tree<'_>> = judged.iter().map(|judged| tree(judged, cli)).collect();
    let exit = exit(&trees, cli);
    let command = env::args_os().skip(1).map(|word| word.to_string_lossy().into_owned());
    let report = Report { trees, exit, narrowed: cli.narrows(), command: command.collect() };
    let written = write(&report, cli);
    for error in report.trees.iter().flat_map(|tree| &tree.errors) {
        complain(&error.to_string());
    }
    written.map(|()| exit)
}

/// Trees that lie in each other would have their findings twice, and copies of themselves.
fn check_apart(trees: &[PathBuf]) -> anyhow::Result<()> {
    let real: Vec<PathBuf> = trees.iter().filter_map(|tree| fs::canonicalize(tree).ok()).collect();
    for (at, one) in real.iter().enumerate() {
        let mut others = real.iter().skip(at + 1);
        if let Some(other) = others.find(|other| one.starts_with(other) || other.starts_with(one)) {
            bail!("{} and {} lie in each other: check one of them", one.display(), other.display());
        }
    }
    Ok(())
}

fn judge(root: &Path, now: i64, cli: &Check) -> anyhow::Result<Judged> {
    let progress = Progress::start(!cli.quiet);
    let scan = scan(root, &cli.scan_options())?;
    let excluded = select(&scan, cli)?;
    let files = scan.files.len();
    progress.expect(files);
    let options = index::Options { excluded, ..index::Options::default() };
    let index = index(scan, &options, progress.read());
    if index.messages().is_empty() && index.tally.excluded > 0 {
        bail!("{}: the selection leaves no message", root.display());
    }
    let (leftovers, unread) = leftover::judge(&index);
    progress.expect(files + count_unsized(&index));
    let mut checked = check(&index, &leftovers, now, progress.read());
    // Whoever reads nothing needs no cures.
    let plan = if cli.quiet { Plan::default() } else { plan(&index, &checked.findings) };
    checked.reading.count(&index);
    Ok(Judged { index, checked, plan, unread })
}

/// Which of a tree's folders are left out.
fn select(scan: &Scan, cli: &Check) -> anyhow::Result<Vec<bool>> {
    let names: Vec<FolderName> = scan.folders.iter().map(|folder| folder.name.clone()).collect();
    let names = Sides::new(names.as_slice(), &[][..]);
    let pairs = folders::pair(names, &[])?;
    let selected = cli.selection().apply(names, &pairs)?;
    for glob in &selected.idle {
        complain(&format!("warning: --exclude {glob}: no folder matches"));
    }
    Ok(selected.excluded[Side::Left].clone())
}

fn tree<'a>(judged: &'a Judged, cli: &Check) -> Tree<'a> {
    let Judged { index, checked, plan, unread } = judged;
    let findings = checked.findings.iter().filter(|finding| cli.wants(finding.kind));
    let known = index.errors.iter().map(|(_, error)| error);
    Tree {
        index,
        findings: findings.collect(),
        plan,
        reading: &checked.reading,
        errors: known.chain(unread).chain(&checked.reading.errors).collect(),
    }
}

fn exit(trees: &[Tree<'_>], cli: &Check) -> Exit {
    let fails = |tree: &Tree<'_>| tree.findings.iter().any(|finding| cli.fails(finding));
    Exit::of(trees.iter().any(|tree| !tree.errors.is_empty()), trees.iter().any(fails))
}

fn write(report: &Report<'_>, cli: &Check) -> anyhow::Result<()> {
    if cli.quiet {
        return Ok(());
    }
    let format = cli.format(is_terminal(), wants_color(cli.color));
    let written = print(|out| report::write(report, format, out));
    written.context("cannot write the report")
}
