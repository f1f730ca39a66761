//! `maildiff LEFT RIGHT`: the stages in their order.

use std::env;
use std::path::PathBuf;

use anyhow::{Context, bail};
use maildiff::allow::{self, Accepted, AllowFile};
use maildiff::check::at_a_glance;
use maildiff::diff::{self, Same, diff};
use maildiff::error::Error;
use maildiff::folders::{Pairs, Selected};
use maildiff::identify::Extent;
use maildiff::index::{self, Index};
use maildiff::leftover::{self, Leftover};
use maildiff::report::{self, Report};
use maildiff::side::{Side, Sides};
use maildiff::source::Source;
use maildiff::verdict::{Exit, judge};

use crate::cli::{Compare, Output};
use crate::output;
use crate::progress::Progress;
use crate::talk::{complain, is_terminal, print, wants_color};

use super::trees;

/// Compares two trees.
///
/// # Errors
/// Where there is no answer, in words for the user.
pub(crate) fn run(cli: &Compare) -> anyhow::Result<Exit> {
    if let Some(contradiction) = cli.contradiction() {
        bail!(contradiction);
    }
    let roots = cli.roots();
    let reading = Sides::of(|side| cli.reading(side));
    trees::check_apart(&roots, &reading)?;
    check_outputs(&roots, cli)?;
    let allowed = cli.allow.iter().map(|path| allow::read(path));
    let allowed = allowed.collect::<Result<Vec<AllowFile>, Error>>()?;
    let progress = Progress::start(!cli.quiet);
    let sources = trees::open_both(&roots, &reading)?;
    check_tables(&sources, cli)?;
    trees::check_nothing_shared(&sources)?;
    let (pairs, selected) = trees::pair_folders(&sources, cli.maps(), &cli.selection())?;
    let options = index_options(selected, cli, trees::have_table(&sources));
    let folderless = Sides::of(|side| !sources[side].tells_folders());
    let indexes = trees::index_both(sources, &options, &progress)?;
    drop(progress);
    trees::check_mail(&indexes)?;

    let indexes = indexes.as_ref();
    let (left, right) =
        rayon::join(|| leftover::judge(indexes.left), || leftover::judge(indexes.right));
    let judged = Sides::new(left, right);
    let leftovers = judged.as_ref().map(|(leftovers, _)| leftovers.as_slice());
    let ignore_folders = cli.ignore_folders || folderless.iter().any(|folderless| *folderless);
    let diff = diff(indexes, &pairs, leftovers, diff_options(cli, ignore_folders));
    let errors = Sides::of(|side| {
        let (_, unread) = &judged[side];
        trees::all_errors(indexes[side], unread.iter().chain(&diff.errors[side]))
    });
    let trouble = errors.iter().any(|errors| !errors.is_empty());
    let accepted = allow::settle(&allowed, &diff, cli.case_sensitive);
    let verdict = judge(&diff, &accepted, trouble, &cli.criteria());
    let report = Report {
        indexes,
        diff: &diff,
        accepted: &accepted,
        verdict: &verdict,
        findings: findings(indexes, leftovers),
        errors,
        notes: notes(indexes, &pairs, folderless),
        only: cli.only(),
        all: cli.all,
        command: env::args_os().skip(1).map(|word| word.to_string_lossy().into_owned()).collect(),
    };
    let written = write(&report, cli);
    for (side, errors) in report.errors.each() {
        trees::name_errors(side, errors);
    }
    name_unused(&accepted);
    written.map(|()| verdict.exit)
}

/// What is asked of contents and dates, which a table has not, has no answer.
fn check_tables(sources: &Sides<Source>, cli: &Compare) -> anyhow::Result<()> {
    let Some((side, _)) = sources.each().find(|(_, source)| source.is_table()) else {
        return Ok(());
    };
    let asked = [
        (cli.content, "--content", "contents"),
        (cli.before().is_some(), "--before", "Date fields"),
    ];
    let missing = asked.into_iter().find(|(is_asked, ..)| *is_asked);
    missing.map_or(Ok(()), |(_, option, what)| {
        bail!("{option} asks for {what}, and the {side} is a table, which holds none")
    })
}

fn notes(indexes: Sides<&Index>, pairs: &Pairs, folderless: Sides<bool>) -> Vec<String> {
    let mut notes = trees::notes(indexes, pairs);
    for (side, _) in folderless.each().filter(|(_, folderless)| **folderless) {
        notes.push(format!(
            "{side}: it does not tell folders, so where messages lie was not compared"
        ));
    }
    notes
}

fn index_options(selected: Selected, cli: &Compare, ids_only: bool) -> Sides<index::Options> {
    selected.excluded.map(|excluded| index::Options {
        excluded,
        before: cli.before(),
        case_sensitive: cli.case_sensitive,
        extent: Extent::Key,
        ids_only,
    })
}

fn diff_options(cli: &Compare, ignore_folders: bool) -> diff::Options {
    diff::Options {
        ignore_folders,
        content: cli.content,
        one_way: cli.one_way,
        same: if cli.lists_same() { Same::Told } else { Same::Counted },
    }
}

fn findings(
    indexes: Sides<&Index>,
    leftovers: Sides<&[Leftover<'_>]>,
) -> Sides<Vec<maildiff::finding::Finding>> {
    let of = |side: Side| at_a_glance(indexes[side], leftovers[side]);
    let (left, right) = rayon::join(|| of(Side::Left), || of(Side::Right));
    Sides::new(left, right)
}

/// How many allowances that nothing needed are named, of each file.
const UNUSED: usize = 10;

/// Says which allowances accept something that is not there.
fn name_unused(accepted: &Accepted<'_>) {
    for file in &accepted.files {
        for unused in file.unused().take(UNUSED) {
            complain(&format!("{unused}: accepted, and nothing needed it"));
        }
        let more = file.unused.len().saturating_sub(UNUSED);
        if more > 0 {
            complain(&format!("{}: {more} more that nothing needed", file.path.display()));
        }
    }
}

/// Checks where the reports will lie before anything is read for them.
fn check_outputs(roots: &Sides<PathBuf>, cli: &Compare) -> Result<(), Error> {
    let inboxes = Side::BOTH.into_iter().filter_map(|side| cli.reading(side).tree.inbox);
    let trees: Vec<PathBuf> = roots.iter().cloned().chain(inboxes).collect();
    cli.outputs().iter().try_for_each(|file| output::check_place(&file.path, &trees))
}

/// Writes every report that was asked for; one that fails keeps no other from being written.
fn write(report: &Report<'_>, cli: &Compare) -> anyhow::Result<()> {
    let write_file = |file: &Output| {
        output::write_file(&file.path, |out, on_terminal| {
            let format = if on_terminal { file.format.for_terminal() } else { file.format };
            report::write(report, format, out)
        })
    };
    let files: Vec<Result<(), Error>> = cli.outputs().iter().map(write_file).collect();
    let format = cli.format(is_terminal(), wants_color(cli.color));
    let told = format.map_or(Ok(()), |format| print(|out| report::write(report, format, out)));
    let all = files.into_iter().chain([told]).collect::<Result<(), Error>>();
    all.context("cannot write the report")
}
