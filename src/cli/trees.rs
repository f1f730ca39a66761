//! How two trees are read: the options that every question about them has.

use std::path::PathBuf;

use clap::Args;
use maildiff::maildir::scan;
use maildiff::side::Side;

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
}

const TREES: &str = "How the trees are read";

impl TreeOptions {
    /// How the tree of a side is to be read.
    pub(super) fn of(&self, side: Side) -> scan::Options {
        let (own, inbox) = match side {
            Side::Left => (&self.layout_left, &self.inbox_left),
            Side::Right => (&self.layout_right, &self.inbox_right),
        };
        let layout = own.as_ref().or(self.layout.as_ref()).and_then(|auto| auto.0.clone());
        scan::Options { layout, inbox: inbox.clone() }
    }

    /// An option that was given for the right alone.
    pub(super) fn for_right(&self) -> Option<&'static str> {
        let layout = self.layout_right.as_ref().map(|_| "--layout-right");
        layout.or(self.inbox_right.as_ref().map(|_| "--inbox-right"))
    }
}
