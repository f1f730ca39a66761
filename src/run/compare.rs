//! `maildiff LEFT RIGHT`: the stages in their order.

use std::collections::BTreeSet;
use std::env;
use std::fs;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};

use anyhow::{Context, anyhow, bail};
use maildiff::check::at_a_glance;
use maildiff::diff::{self, diff};
use maildiff::error::Error;
use maildiff::folders::{self, Ground, Pairs};
use maildiff::index::{self, Index, index};
use maildiff::leftover::{self, Leftover};
use maildiff::maildir::folder_name::FolderName;
use maildiff::maildir::scan::{Scan, scan};
use maildiff::report::{self, Report};
use maildiff::side::{Side, Sides};
use maildiff::verdict::{Exit, judge};

use crate::cli::{Compare, Output};
use crate::output;
use crate::progress::Progress;
use crate::talk::{complain, is_terminal, print, wants_color};

/// Compares two trees.
///
/// # Errors
/// Where there is no answer, in words for the user.
pub(crate) fn run(cli: &Compare) -> anyhow::Result<Exit> {
    if let Some(contradiction) = cli.contradiction() {
        bail!(contradiction);
    }
    let roots = cli.roots();
    check_apart(&roots, cli)?;
    check_outputs(&roots, cli)?;
    let progress = Progress::start(!cli.quiet);
    let scans = scan_both(&roots, cli)?;
    check_nothing_shared(&scans)?;
    let (pairs, selected) = pair_folders(&scans, cli)?;
    progress.expect(scans.iter().map(|scan| scan.files.len()).sum());
    let indexes = index_both(scans, &selected, cli, &progress);
    drop(progress);
    check_mail(&indexes)?;

    let indexes = indexes.as_ref();
    let judged = indexes.map(leftover::judge);
    let leftovers = judged.as_ref().map(|(leftovers, _)| leftovers.as_slice());
    let diff = diff(indexes, &pairs, leftovers, diff_options(cli));
    let unread = judged.as_ref().map(|(_, errors)| errors.as_slice());
    let errors = Sides::of(|side| all_errors(indexes[side], unread[side], &diff.errors[side]));
    let trouble = errors.iter().any(|errors| !errors.is_empty());
    let verdict = judge(&diff, trouble, &cli.criteria());
    let report = Report {
        indexes,
        diff: &diff,
        verdict: &verdict,
        findings: findings(indexes, leftovers),
        errors,
        notes: notes(indexes, &pairs),
        only: cli.only(),
        all: cli.all,
        command: env::args_os().skip(1).map(|word| word.to_string_lossy().into_owned()).collect(),
    };
    let written = write(&report, cli);
    for (side, errors) in report.errors.each() {
        name_errors(side, errors);
    }
    written.map(|()| verdict.exit)
}

fn diff_options(cli: &Compare) -> diff::Options {
    diff::Options {
        ignore_folders: cli.ignore_folders,
        content: cli.content,
        one_way: cli.one_way,
        all: cli.lists_same(),
    }
}

/// Two sides that share files would compare a tree with itself and find nothing missing.
fn check_apart(roots: &Sides<PathBuf>, cli: &Compare) -> anyhow::Result<()> {
    let places = Sides::of(|side| {
        let inbox = cli.scan_options(side).inbox;
        let places = inbox.into_iter().chain([roots[side].clone()]);
        places.filter_map(|place| fs::canonicalize(place).ok()).collect::<Vec<PathBuf>>()
    });
    for left in &places.left {
        for right in &places.right {
            if is_one_directory(left, right) {
                bail!("both sides are {}: name two trees", left.display());
            } else if left.starts_with(right) || right.starts_with(left) {
                bail!("one side lies inside the other: {} and {}", left.display(), right.display());
            }
        }
    }
    Ok(())
}

/// Whether two paths lead to one directory, be it through a second mount.
fn is_one_directory(left: &Path, right: &Path) -> bool {
    let identity = |path: &Path| fs::metadata(path).map(|place| (place.dev(), place.ino())).ok();
    left == right || identity(left).is_some_and(|left| Some(left) == identity(right))
}

/// A link from one side into the other makes one file of two: with the one tree the other's mail
/// would go.
fn check_nothing_shared(scans: &Sides<Scan>) -> anyhow::Result<()> {
    let Sides { left, right } = scans;
    if !left.seen.is_disjoint(&right.seen) {
        bail!("both sides read one directory, through a link: the trees are not apart");
    }
    for (side, scan) in scans.each() {
        let other = &scans[side.other()];
        let root = fs::canonicalize(&other.root).unwrap_or_default();
        let shared =
            |target: &&PathBuf| target.starts_with(&root) || other.targets.contains(*target);
        if let Some(target) = scan.targets.iter().find(shared) {
            bail!("a link of the {side} leads to {}, which the other side has", target.display());
        }
    }
    Ok(())
}

fn scan_both(roots: &Sides<PathBuf>, cli: &Compare) -> anyhow::Result<Sides<Scan>> {
    let of = |side: Side| scan(&roots[side], &cli.scan_options(side));
    match rayon::join(|| of(Side::Left), || of(Side::Right)) {
        (Ok(left), Ok(right)) => Ok(Sides::new(left, right)),
        (Err(left), Err(right)) => {
            complain(&left.to_string());
            Err(right.into())
        }
        (Err(error), _) | (_, Err(error)) => Err(error.into()),
    }
}

/// Pairs the folders of both sides and applies the selection.
fn pair_folders(scans: &Sides<Scan>, cli: &Compare) -> anyhow::Result<(Pairs, folders::Selected)> {
    let names: Sides<Vec<FolderName>> =
        scans.as_ref().map(|scan| scan.folders.iter().map(|folder| folder.name.clone()).collect());
    let names = names.as_ref().map(Vec::as_slice);
    let pairs = folders::pair(names, cli.maps())?;
    let selected = cli.selection().apply(names, &pairs)?;
    for glob in &selected.idle {
        complain(&format!("warning: --exclude {glob}: no folder of either side matches"));
    }
    Ok((pairs, selected))
}

fn index_both(
    scans: Sides<Scan>,
    selected: &folders::Selected,
    cli: &Compare,
    progress: &Progress,
) -> Sides<Index> {
    let of = |side: Side, scan: Scan| {
        let options = index::Options {
            excluded: selected.excluded[side].clone(),
            before: cli.before(),
            case_sensitive: cli.case_sensitive,
        };
        index(scan, &options, progress.read())
    };
    let Sides { left, right } = scans;
    let (left, right) = rayon::join(|| of(Side::Left, left), || of(Side::Right, right));
    Sides::new(left, right)
}

/// A side without a message proves nothing: an empty spool would be complete in anything.
fn check_mail(indexes: &Sides<Index>) -> anyhow::Result<()> {
    let Some((side, index)) = indexes.each().find(|(_, index)| index.messages.is_empty()) else {
        return Ok(());
    };
    name_errors(side, &index.errors.iter().map(|(_, error)| error).collect::<Vec<_>>());
    let why = match (index.errors.len(), index.tally.excluded) {
        (0, 0) => "there is none in it",
        (0, _) => "the selection leaves none",
        _ => "none could be read",
    };
    Err(anyhow!("{}: no message to compare: {why}", index.root.display()))
}

fn all_errors<'a>(
    index: &'a Index,
    leftovers: &'a [Error],
    rereading: &'a [Error],
) -> Vec<&'a Error> {
    let mut named = BTreeSet::new();
    let errors = index.errors.iter().map(|(_, error)| error).chain(leftovers).chain(rereading);
    errors.filter(|error| named.insert(error.path())).collect()
}

fn findings(
    indexes: Sides<&Index>,
    leftovers: Sides<&[Leftover<'_>]>,
) -> Sides<Vec<maildiff::finding::Finding>> {
    Sides::of(|side| at_a_glance(indexes[side], leftovers[side]))
}

/// What was guessed.
fn notes(indexes: Sides<&Index>, pairs: &Pairs) -> Vec<String> {
    let mut notes = Vec::new();
    for (side, index) in indexes.each() {
        notes.extend(index.note.as_ref().map(|note| format!("{side}: {note}")));
        let followed = index.followed.iter();
        notes.extend(followed.map(|link| {
            format!(
                "{side}: followed the link {}; its files count, the link does not",
                link.display()
            )
        }));
    }
    for pair in &pairs.pairs {
        let name = |side: Side| {
            let folder = pair.folders[side].and_then(|at| indexes[side].folders.get(at));
            folder.map(|folder| folder.name.to_string()).unwrap_or_default()
        };
        if matches!(pair.ground, Ground::Prefix | Ground::Spelling) {
            let (left, right) = (name(Side::Left), name(Side::Right));
            notes.push(format!("{left} of the left is taken for {right} of the right"));
        }
    }
    notes
}

/// Checks where the reports will lie before anything is read for them.
fn check_outputs(roots: &Sides<PathBuf>, cli: &Compare) -> Result<(), Error> {
    let inboxes = Side::BOTH.into_iter().filter_map(|side| cli.scan_options(side).inbox);
    let trees: Vec<PathBuf> = roots.iter().cloned().chain(inboxes).collect();
    cli.outputs().iter().try_for_each(|file| output::check_place(&file.path, &trees))
}

/// Writes every report that was asked for; one that fails keeps no other from being written.
fn write(report: &Report<'_>, cli: &Compare) -> anyhow::Result<()> {
    let write_file = |file: &Output| {
        output::write_file(&file.path, |out| report::write(report, file.format, out))
    };
    let files: Vec<Result<(), Error>> = cli.outputs().iter().map(write_file).collect();
    let format = cli.format(is_terminal(), wants_color(cli.color));
    let told = format.map_or(Ok(()), |format| print(|out| report::write(report, format, out)));
    let all = files.into_iter().chain([told]).collect::<Result<(), Error>>();
    all.context("cannot write the report")
}

fn name_errors(side: Side, errors: &[&Error]) {
    for error in errors {
        complain(&format!("{side}: {error}"));
    }
}
