//! `maildiff index TREE`: the stages in their order.

use std::io::Write;
use std::path::PathBuf;

use anyhow::Context;
use maildiff::error::Error;
use maildiff::identify::Extent;
use maildiff::index::{self, Index};
use maildiff::report::index::{Saving, write};
use maildiff::source::Source;
use maildiff::verdict::Exit;

use crate::cli;
use crate::output;
use crate::packing::Packing;
use crate::progress::Progress;
use crate::talk::{complain, print};

use super::clock::now;
use super::trees;

/// Saves the index of a tree.
///
/// # Errors
/// Where there is none, in words for the user.
pub(crate) fn run(cli: &cli::Index) -> anyhow::Result<Exit> {
    check_output(cli)?;
    let scanned = now();
    let progress = Progress::start(!cli.quiet);
    let reading = cli.reading();
    let source = Source::open(&cli.tree, &reading)?;
    trees::check_options(&source, &reading)?;
    progress.expect(source.size());
    let options = index::Options {
        case_sensitive: cli.case_sensitive,
        extent: cli.extent(),
        ..index::Options::default()
    };
    let index = source.index(&options, progress.read())?;
    drop(progress);
    let saving = Saving { scanned, contents: cli.extent() == Extent::Whole };
    let written = save(&index, saving, cli);
    for (_, error) in &index.errors {
        complain(&error.to_string());
    }
    written.context("cannot write the index")?;
    Ok(Exit::of(!index.errors.is_empty(), false))
}

fn check_output(cli: &cli::Index) -> Result<(), Error> {
    let trees: Vec<PathBuf> =
        cli.reading().tree.inbox.into_iter().chain([cli.tree.clone()]).collect();
    cli.file().map_or(Ok(()), |file| output::check_place(file, &trees))
}

fn save(index: &Index, saving: Saving, cli: &cli::Index) -> Result<(), Error> {
    let write = |out: &mut dyn Write| write(index, saving, out);
    match cli.file() {
        Some(file) => output::write_file(file, |out, _| Packing::of(file).pack(out, write)),
        None => print(write),
    }
}
