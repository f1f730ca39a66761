//! `maildiff index TREE`.

use std::path::{Path, PathBuf};

use clap::builder::NonEmptyStringValueParser;
use clap::{Args, ValueEnum};
use maildiff::identify::Extent;
use maildiff::maildir::scan;
use maildiff::mbox::dialect::Dialect;
use maildiff::source;

use super::jobs::Jobs;
use super::values::{Auto, parse_layout};

/// Save all that a comparison needs of a tree, to compare it where the tree is not.
///
/// The index is as good as the tree: `maildiff old.idx.gz new-tree`, or
/// `ssh host maildiff index Maildir | maildiff - Maildir-mbsync`. It holds no bodies.
///
/// As a table it goes to a database, which compares more mailboxes than one machine holds.
#[derive(Clone, Debug, Args)]
#[command(after_help = "Exit status: 0 if everything was read, 2 if something could not be: the \
    index says so too, and so does every comparison with it; a table is not written then.")]
pub(crate) struct Index {
    /// The Maildir tree, an mbox, or a directory of those; `-` for an mbox on standard input. Or
    /// its saved index, to make a table of that.
    #[arg(value_name = "TREE")]
    pub(crate) tree: PathBuf,

    /// What is written: `index`, or `csv`, a table with a row a message.
    #[arg(long, value_enum, default_value_t = Kind::Index, hide_default_value = true)]
    format: Kind,
    /// Whose mail it is: what stands in the first column of a table.
    #[arg(long, value_name = "NAME", value_parser = NonEmptyStringValueParser::new())]
    account: Option<String>,
    /// Write the index to FILE instead of standard output; compressed if that ends in .gz or .zst.
    #[arg(short, long, value_name = "FILE")]
    pub(crate) output: Option<PathBuf>,
    /// Leave out the hashes of contents, and read headers only: as fast as a comparison. Where one
    /// needs a hash, it says so and proves nothing.
    #[arg(long)]
    headers_only: bool,
    /// Tell Message-IDs apart that differ in letter case only; so must every comparison then.
    #[arg(long)]
    pub(crate) case_sensitive: bool,

    /// The layout of the tree: auto, maildir++, fs, legacy, flat:SEPARATOR, dirname:NAME, kmail,
    /// thunderbird, index or single.
    #[arg(long, value_name = "LAYOUT", value_parser = parse_layout)]
    layout: Option<Auto>,
    /// INBOX lies here, outside the tree.
    #[arg(long, value_name = "PATH")]
    inbox: Option<PathBuf>,
    /// How an mbox is quoted: auto (as the file shows), mboxo, mboxrd, mboxcl or mboxcl2.
    #[arg(long, value_name = "DIALECT")]
    mbox: Option<Dialect>,
    #[command(flatten)]
    pub(crate) jobs: Jobs,
    /// Show no progress.
    #[arg(short, long)]
    pub(crate) quiet: bool,
}

/// What an index is written as.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Kind {
    Index,
    Csv,
}

impl Index {
    /// What of the command line makes no sense together, if anything.
    pub(crate) fn contradiction(&self) -> Option<&'static str> {
        match (self.format, &self.account) {
            (Kind::Csv, None) => Some("a table needs --account NAME, to stand beside others"),
            (Kind::Index, Some(_)) => Some("--account goes with --format csv"),
            _ => None,
        }
    }

    /// The account that a table is to be made of, if one is.
    pub(crate) fn table_of(&self) -> Option<&str> {
        self.account.as_deref().filter(|_| self.format == Kind::Csv)
    }

    /// How it is to be read.
    pub(crate) fn reading(&self) -> source::Options {
        let layout = self.layout.as_ref().and_then(|auto| auto.0.clone());
        let tree = scan::Options { layout, inbox: self.inbox.clone() };
        source::Options { tree, dialect: self.mbox }
    }

    /// How much of each message is saved.
    pub(crate) fn extent(&self) -> Extent {
        if self.headers_only { Extent::Header } else { Extent::Whole }
    }

    /// The file that it is written to; `None` for standard output.
    pub(crate) fn file(&self) -> Option<&Path> {
        self.output.as_deref().filter(|path| *path != Path::new("-"))
    }
}
