//! How two sides are read: the options that every question about them has.

use std::path::PathBuf;

use clap::Args;
use maildiff::maildir::scan;
use maildiff::mbox::dialect::Dialect;
use maildiff::side::Side;
use maildiff::source;

use super::values::{Auto, parse_layout};

/// Layouts, and INBOXes that lie elsewhere.
#[derive(Clone, Debug, Args)]
pub(super) struct TreeOptions {
    /// The layout of both trees: auto, maildir++, fs, legacy, flat:SEPARATOR, dirname:NAME, kmail,
    /// thunderbird, index or single.
    #[arg(long, value_name = "LAYOUT", value_parser = parse_layout, help_heading = TREES)]
    layout: Option<Auto>,
    /// The layout of the left.
    #[arg(long, value_name = "LAYOUT", value_parser = parse_layout, help_heading = TREES)]
    layout_left: Option<Auto>,
    /// The layout of the right.
    #[arg(long, value_name = "LAYOUT", value_parser = parse_layout, help_heading = TREES)]
    layout_right: Option<Auto>,
    /// The left's INBOX lies here, outside its tree.
    #[arg(long, value_name = "PATH", help_heading = TREES)]
    inbox_left: Option<PathBuf>,
    /// The right's INBOX lies here, outside its tree.
    #[arg(long, value_name = "PATH", help_heading = TREES)]
    inbox_right: Option<PathBuf>,
    /// How an mbox is quoted: auto (as the file shows), mboxo, mboxrd, mboxcl or mboxcl2.
    #[arg(long, value_name = "DIALECT", help_heading = TREES)]
    mbox: Option<Dialect>,
}

const TREES: &str = "How the sides are read";

impl TreeOptions {
    /// How a side is to be read.
    pub(super) fn of(&self, side: Side) -> source::Options {
        let (own, inbox) = match side {
            Side::Left => (&self.layout_left, &self.inbox_left),
            Side::Right => (&self.layout_right, &self.inbox_right),
        };
        let layout = own.as_ref().or(self.layout.as_ref()).and_then(|auto| auto.0.clone());
        let tree = scan::Options { layout, inbox: inbox.clone() };
        source::Options { tree, dialect: self.mbox }
    }

    /// An option that was given for the right alone.
    pub(super) fn for_right(&self) -> Option<&'static str> {
        let layout = self.layout_right.as_ref().map(|_| "--layout-right");
        layout.or(self.inbox_right.as_ref().map(|_| "--inbox-right"))
    }
}
