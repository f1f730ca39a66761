//! What is given as a side: a tree, or a file that stands for one.

use std::fs;
use std::io;
use std::path::Path;
use std::sync::atomic::AtomicU64;

use crate::error::Error;
use crate::index::saved::{Saved, is_saved};
use crate::index::{Index, Options, index, index_table};
use crate::input::Input;
use crate::maildir::folder_name::FolderName;
use crate::maildir::nature;
use crate::maildir::scan::{self, Folder, Scan, scan};
use crate::table::Table;

/// What stands for standard input.
pub const STDIN: &str = "-";

/// A side of which the folders are known, and the messages not yet.
#[derive(Debug)]
pub enum Source {
    /// A tree, listed.
    Tree(Box<Scan>),
    /// A saved index.
    Saved(Box<Saved>),
    /// A table from another program.
    Table(Box<Table>),
}

impl Source {
    /// Opens what is at a path, or comes from standard input if that is `-`; what it is, it says
    /// itself.
    ///
    /// # Errors
    /// Where it cannot be read, or nothing in it can be compared; the error says what it is
    /// instead.
    pub fn open(given: &Path, options: &scan::Options) -> Result<Source, Error> {
        if given == Path::new(STDIN) {
            let input = Input::unpack(Path::new("standard input"), io::stdin().lock())?;
            return Source::of_file(input);
        }
        let metadata = fs::metadata(given).map_err(|error| Error::io(given, error))?;
        if metadata.is_dir() {
            return scan(given, options).map(|scan| Source::Tree(Box::new(scan)));
        }
        Source::of_file(Input::open(given)?)
    }

    fn of_file(input: Input) -> Result<Source, Error> {
        if is_saved(input.head()) {
            return Saved::open(input).map(|saved| Source::Saved(Box::new(saved)));
        }
        if let Some(error) = nature::no_side(input.name(), input.head()) {
            return Err(error);
        }
        Table::open(input).map(|table| Source::Table(Box::new(table)))
    }

    /// Its folders, sorted by name.
    pub fn folders(&self) -> &[Folder] {
        match self {
            Source::Tree(scan) => &scan.folders,
            Source::Saved(saved) => saved.folders(),
            Source::Table(table) => table.folders(),
        }
    }

    /// What it is, in a word with its article.
    pub fn what(&self) -> &'static str {
        match self {
            Source::Tree(_) => "a Maildir tree",
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
            Source::Tree(_) | Source::Saved(_) => true,
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
            Source::Saved(saved) => saved.messages(),
            Source::Table(table) => usize::try_from(table.rows()).unwrap_or(usize::MAX),
        }
    }

    /// The tree, if it is one.
    pub fn tree(&self) -> Option<&Scan> {
        match self {
            Source::Tree(scan) => Some(scan),
            Source::Saved(_) | Source::Table(_) => None,
        }
    }

    /// Reads the messages that take part, on all cores; counts each in `read`.
    ///
    /// # Errors
    /// Where a file is damaged. What of a tree could not be read is in its index.
    pub fn index(self, options: &Options, read: &AtomicU64) -> Result<Index, Error> {
        match self {
            Source::Tree(scan) => Ok(index(*scan, options, read)),
            Source::Saved(saved) => saved.index(options, read),
            Source::Table(table) => index_table(&table, options, read),
        }
    }
}
