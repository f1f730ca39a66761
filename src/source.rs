//! What is given as a side: a tree, or a file that stands for one.

use std::collections::BTreeSet;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::atomic::AtomicU64;

use crate::error::Error;
use crate::index::saved::{Saved, is_saved};
use crate::index::{self, Index, index_mboxes, index_table};
use crate::input::Input;
use crate::maildir::folder_name::FolderName;
use crate::maildir::nature;
use crate::maildir::scan::{self, Folder, Scan, scan};
use crate::mbox::Mboxes;
use crate::mbox::dialect::Dialect;
use crate::table::Table;

/// What stands for standard input.
pub const STDIN: &str = "-";

/// A side of which the folders are known, and the messages not yet.
#[derive(Debug)]
pub enum Source {
    /// A tree, listed.
    Tree(Box<Scan>),
    /// An mbox or a directory of them, looked through.
    Mboxes(Box<Mboxes>),
    /// A saved index.
    Saved(Box<Saved>),
    /// A table from another program.
    Table(Box<Table>),
}

/// How a side is to be read.
#[derive(Clone, Debug, Default)]
pub struct Options {
    /// If it is a tree.
    pub tree: scan::Options,
    /// If it is an mbox; `None` where nothing was asked for.
    pub dialect: Option<Dialect>,
}

impl Source {
    /// Opens what is at a path, or comes from standard input if that is `-`; what it is, it says
    /// itself.
    ///
    /// # Errors
    /// Where it cannot be read, or nothing in it can be compared; the error says what it is
    /// instead.
    pub fn open(given: &Path, options: &Options) -> Result<Source, Error> {
        let dialect = options.dialect.unwrap_or_default();
        if given == Path::new(STDIN) {
            let input = Input::unpack(Path::new("standard input"), io::stdin().lock())?;
            return Source::of_file(given, input, dialect);
        }
        let metadata = fs::metadata(given).map_err(|error| Error::io(given, error))?;
        if metadata.is_dir() {
            return Source::of_directory(given, &options.tree, dialect);
        }
        Source::of_file(given, Input::open(given)?, dialect)
    }

    /// A directory with a `cur` or `new` anywhere is a tree, whatever else is in it.
    fn of_directory(
        given: &Path,
        options: &scan::Options,
        dialect: Dialect,
    ) -> Result<Source, Error> {
        match scan(given, options) {
            Ok(scan) => Ok(Source::Tree(Box::new(scan))),
            Err(error) => match Mboxes::of_directory(given, dialect) {
                Some(mboxes) => Ok(Source::Mboxes(Box::new(mboxes))),
                None => Err(error),
            },
        }
    }

    fn of_file(given: &Path, input: Input, dialect: Dialect) -> Result<Source, Error> {
        if is_saved(input.head()) {
            return Saved::open(input).map(|saved| Source::Saved(Box::new(saved)));
        }
        if let Some(error) = nature::no_side(input.name(), input.head()) {
            return match Mboxes::of_file(given, input, dialect)? {
                Some(mbox) => Ok(Source::Mboxes(Box::new(mbox))),
                None => Err(error),
            };
        }
        Table::open(input).map(|table| Source::Table(Box::new(table)))
    }

    /// Its folders, sorted by name.
    pub fn folders(&self) -> &[Folder] {
        match self {
            Source::Tree(scan) => &scan.folders,
            Source::Mboxes(mboxes) => &mboxes.folders,
            Source::Saved(saved) => saved.folders(),
            Source::Table(table) => table.folders(),
        }
    }

    /// What it is, in a word with its article.
    pub fn what(&self) -> &'static str {
        match self {
            Source::Tree(_) => "a Maildir tree",
            Source::Mboxes(_) => "an mbox",
            Source::Saved(_) => "a saved index",
            Source::Table(_) => "a table",
        }
    }

    /// Whether it is a table, so that only Message-IDs can be compared.
    pub fn is_table(&self) -> bool {
        matches!(self, Source::Table(_))
    }

    /// Whether it tells in which folder a message lies.
    pub fn tells_folders(&self) -> bool {
        match self {
            Source::Tree(_) | Source::Mboxes(_) | Source::Saved(_) => true,
            Source::Table(table) => table.tells().folders,
        }
    }

    /// The names of its folders.
    pub fn folder_names(&self) -> Vec<FolderName> {
        self.folders().iter().map(|folder| folder.name.clone()).collect()
    }

    /// How many files or lines are still to be read, as far as that is known.
    pub fn size(&self) -> usize {
        match self {
            Source::Tree(scan) => scan.files.len(),
            Source::Mboxes(mboxes) => mboxes.messages(),
            Source::Saved(saved) => saved.messages(),
            Source::Table(table) => usize::try_from(table.rows()).unwrap_or(usize::MAX),
        }
    }

    /// The tree, if it is one.
    pub fn tree(&self) -> Option<&Scan> {
        match self {
            Source::Tree(scan) => Some(scan),
            Source::Mboxes(_) | Source::Saved(_) | Source::Table(_) => None,
        }
    }

    /// Where its mail lies, and where the links to files in it lead; `None` of what holds no mail.
    pub fn place(&self) -> Option<(&Path, &BTreeSet<PathBuf>)> {
        match self {
            Source::Tree(scan) => Some((&scan.root, &scan.targets)),
            Source::Mboxes(mboxes) => Some((&mboxes.root, &mboxes.targets)),
            Source::Saved(_) | Source::Table(_) => None,
        }
    }

    /// Whether it is an mbox, or a directory of them.
    pub fn is_mbox(&self) -> bool {
        matches!(self, Source::Mboxes(_))
    }

    /// Whether its mail is there, and not only what was saved of it.
    pub fn holds_mail(&self) -> bool {
        matches!(self, Source::Tree(_) | Source::Mboxes(_))
    }

    /// Reads the messages that take part, on all cores; counts each in `read`.
    ///
    /// # Errors
    /// Where a file is damaged. What of a tree could not be read is in its index.
    pub fn index(self, options: &index::Options, read: &AtomicU64) -> Result<Index, Error> {
        match self {
            Source::Tree(scan) => Ok(index::index(*scan, options, read)),
            Source::Mboxes(mboxes) => Ok(index_mboxes(*mboxes, options, read)),
            Source::Saved(saved) => saved.index(options, read),
            Source::Table(table) => index_table(&table, options, read),
        }
    }
}
