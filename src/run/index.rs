//! `maildiff index TREE`: the stages in their order.

use std::io::{self, Write};
use std::path::PathBuf;

use anyhow::{Context, bail};
use maildiff::error::Error;
use maildiff::fetch;
use maildiff::identify::Extent;
use maildiff::index::{self, Index, Message};
use maildiff::leftover;
use maildiff::report::index::{Saving, write};
use maildiff::report::{Table, index_table};
use maildiff::source::Source;
use maildiff::verdict::Exit;

use crate::cli;
use crate::output;
use crate::packing::Packing;
use crate::progress::Progress;
use crate::talk::{complain, is_terminal, print};

use super::clock::now;
use super::trees::{self, all_errors};

/// Saves the index of a tree, or its table.
///
/// # Errors
/// Where there is none, in words for the user.
pub(crate) fn run(cli: &cli::Index) -> anyhow::Result<Exit> {
    if let Some(contradiction) = cli.contradiction() {
        bail!(contradiction);
    }
    check_output(cli)?;
    let scanned = now();
    let progress = Progress::start(!cli.quiet);
    let reading = cli.reading();
    let source = Source::open(&cli.tree, &reading)?;
    if source.is_table() {
        let what = "is a table: there is no more in it to save, and it can be a side itself";
        bail!("{}: {what}", cli.tree.display());
    }
    trees::check_options(&source, &reading)?;
    progress.expect(source.size());
    let options = index::Options {
        case_sensitive: cli.case_sensitive,
        extent: cli.extent(),
        ..index::Options::default()
    };
    let index = source.index(&options, progress.read())?;
    drop(progress);
    if holds_contents(cli) && !index.has_contents() {
        let what =
            "has no contents: index the tree again, without --headers-only; or say it here too";
        bail!("{}: {what}", cli.tree.display());
    }
    match cli.table_of() {
        Some(account) => tabulate(account, &index, cli),
        None => save(&index, Saving { scanned, contents: holds_contents(cli) }, cli),
    }
}

fn holds_contents(cli: &cli::Index) -> bool {
    cli.extent() == Extent::Whole
}

fn check_output(cli: &cli::Index) -> Result<(), Error> {
    let trees: Vec<PathBuf> =
        cli.reading().tree.inbox.into_iter().chain([cli.tree.clone()]).collect();
    cli.file().map_or(Ok(()), |file| output::check_place(file, &trees))
}

fn save(index: &Index, saving: Saving, cli: &cli::Index) -> anyhow::Result<Exit> {
    let written = put(cli, |out| write(index, saving, out));
    for (_, error) in &index.errors {
        complain(&error.to_string());
    }
    written.context("cannot write the index")?;
    Ok(Exit::of(!index.errors.is_empty(), false))
}

/// Writes a table of what is known in full. A table has no place for what could not be read, and
/// one without it would be that of a smaller tree.
fn tabulate(account: &str, index: &Index, cli: &cli::Index) -> anyhow::Result<Exit> {
    let mail: Vec<Message<'_>> = index.all_mail().filter(|_| holds_contents(cli)).collect();
    let unread = fetch::contents(index, &mail);
    let (leftovers, unjudged) = leftover::judge(index);
    let errors = all_errors(index, unread.iter().chain(&unjudged));
    for error in &errors {
        complain(&error.to_string());
    }
    if !errors.is_empty() {
        bail!("no table is written: it would lack what could not be read");
    }
    let style = Table { bom: false, escaped: cli.file().is_none() && is_terminal() };
    put(cli, |out| index_table::write(account, index, &leftovers, style, out))
        .context("cannot write the table")?;
    Ok(Exit::of(false, false))
}

fn put(
    cli: &cli::Index,
    write: impl FnOnce(&mut dyn Write) -> io::Result<()>,
) -> Result<(), Error> {
    match cli.file() {
        Some(file) => output::write_file(file, |out, _| Packing::of(file).pack(out, write)),
        None => print(write),
    }
}
