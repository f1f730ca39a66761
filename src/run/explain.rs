//! `maildiff explain ID|PATH LEFT [RIGHT]`: the stages in their order.

use std::path::Path;

use anyhow::{Context, bail};
use maildiff::explain::{Trees, explain};
use maildiff::folders::Selection;
use maildiff::index;
use maildiff::report::explain::{self as report, Account};
use maildiff::side::{Side, Sides};
use maildiff::source::Source;
use maildiff::verdict::Exit;

use crate::cli::Explain;
use crate::progress::Progress;
use crate::talk::{print, wants_color};

use super::trees;

/// Tells all of one message.
///
/// # Errors
/// Where there is no answer, in words for the user.
pub(crate) fn run(cli: &Explain) -> anyhow::Result<Exit> {
    if let Some(contradiction) = cli.contradiction() {
        bail!(contradiction);
    }
    match cli.right() {
        Some(right) => run_two(cli, right),
        None => run_one(cli),
    }
}

fn run_one(cli: &Explain) -> anyhow::Result<Exit> {
    let progress = Progress::start(true);
    let reading = cli.reading(Side::Left);
    let source = Source::open(cli.left(), &reading)?;
    trees::check_options(&source, &reading)?;
    check_mail(&source, cli.left())?;
    progress.expect(source.size());
    let index = source.index(&index_options(cli), progress.read())?;
    drop(progress);
    let notes = index.note.iter().cloned().collect();
    tell(cli, Trees::One(&index), notes)
}

fn run_two(cli: &Explain, right: &Path) -> anyhow::Result<Exit> {
    let roots = Sides::new(cli.left(), right).map(Path::to_owned);
    let reading = Sides::of(|side| cli.reading(side));
    trees::check_apart(&roots, &reading)?;
    let progress = Progress::start(true);
    let sources = trees::open_both(&roots, &reading)?;
    for (side, source) in sources.each() {
        check_mail(source, &roots[side])?;
    }
    trees::check_nothing_shared(&sources)?;
    let (pairs, _) = trees::pair_folders(&sources, cli.maps(), &Selection::default())?;
    let options = Sides::of(|_| index_options(cli));
    let indexes = trees::index_both(sources, &options, &progress)?;
    drop(progress);
    trees::check_mail(&indexes)?;
    let indexes = indexes.as_ref();
    tell(cli, Trees::Two(indexes, &pairs), trees::notes(indexes, &pairs))
}

fn check_mail(source: &Source, root: &Path) -> anyhow::Result<()> {
    if !source.holds_mail() {
        let (path, what) = (root.display(), source.what());
        bail!("{path}: explain reads mail, and of {what} there is none: name the tree");
    }
    Ok(())
}

fn index_options(cli: &Explain) -> index::Options {
    index::Options { case_sensitive: cli.case_sensitive, ..index::Options::default() }
}

/// Explains the message and writes it down. What could not be read is named even where nothing was
/// found: it may be the very message.
fn tell(cli: &Explain, trees: Trees<'_>, notes: Vec<String>) -> anyhow::Result<Exit> {
    let explanation = explain(trees, cli.message(), cli.case_sensitive).inspect_err(|_| {
        for (side, index) in trees.each() {
            trees::name_errors(
                side,
                &index.errors.iter().map(|(_, error)| error).collect::<Vec<_>>(),
            );
        }
    })?;
    let errors = Sides::of(|side| {
        let errors = |index| trees::all_errors(index, &explanation.errors[side]);
        trees.index(side).map(errors).unwrap_or_default()
    });
    let trouble = errors.iter().any(|errors| !errors.is_empty());
    let exit = Exit::of(trouble, !explanation.is_fine());
    let account = Account { explanation: &explanation, errors, notes, exit };
    let format = cli.format(wants_color(cli.color));
    let written = print(|out| report::write(&account, format, out));
    for (side, errors) in account.errors.each() {
        trees::name_errors(side, errors);
    }
    written.context("cannot write the report").map(|()| exit)
}
