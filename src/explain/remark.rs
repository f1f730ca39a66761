//! What is out of the ordinary with a file.

use std::fmt;

use crate::index::Index;
use crate::maildir::file_name::{told_size, told_wire_size};
use crate::message::compression::Storage;

use super::Exhibit;

/// Something out of the ordinary; prints as a sentence without its dot.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Remark {
    /// Nothing is left of it after canonicalisation.
    Empty,
    /// No empty line ends its header.
    NoHeaderEnd,
    /// Nothing follows its header.
    NoBody,
    /// It is mbsync's stand-in for a message over its MaxSize.
    Placeholder,
    /// A server of this layout does not list its folder.
    InvisibleFolder,
    /// It is compressed, in this way.
    Compressed(&'static str),
    /// Its name tells this size in `S=`, which is not its size.
    WrongSizeS(u64),
    /// Its name tells this size in `W=`, and the message has more on the wire.
    SmallSizeW(u64),
    /// Its name tells this size in `W=`, and the message has less on the wire.
    BigSizeW(u64),
    /// mbsync has added so many lines.
    Tuids(u8),
}

impl Remark {
    /// The stable word in reports.
    pub fn word(self) -> &'static str {
        match self {
            Remark::Empty => "empty",
            Remark::NoHeaderEnd => "no-header-end",
            Remark::NoBody => "no-body",
            Remark::Placeholder => "placeholder",
            Remark::InvisibleFolder => "invisible-folder",
            Remark::Compressed(_) => "compressed",
            Remark::WrongSizeS(_) => "wrong-size-s",
            Remark::SmallSizeW(_) => "small-size-w",
            Remark::BigSizeW(_) => "big-size-w",
            Remark::Tuids(_) => "x-tuid",
        }
    }
}

impl fmt::Display for Remark {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Remark::Empty => f.write_str("nothing in it that identifies it"),
            Remark::NoHeaderEnd => f.write_str("no empty line ends its header"),
            Remark::NoBody => f.write_str("no body, only a header"),
            Remark::Placeholder => f.write_str("a placeholder of mbsync, not the message"),
            Remark::InvisibleFolder => f.write_str("a server of this layout hides its folder"),
            Remark::Compressed(how) => write!(f, "compressed with {how}"),
            Remark::WrongSizeS(told) => {
                write!(f, "its name says S={told}: Dovecot cannot serve it")
            }
            Remark::SmallSizeW(told) => write!(f, "its name says W={told}: Dovecot cuts it there"),
            Remark::BigSizeW(told) => {
                write!(f, "its name says W={told}: Dovecot drops the connection once, and mends it")
            }
            Remark::Tuids(1) => f.write_str("1 X-TUID line of mbsync"),
            Remark::Tuids(count) => write!(f, "{count} X-TUID lines of mbsync"),
        }
    }
}

/// All that is out of the ordinary with an exhibit of this tree.
pub(super) fn remarks(index: &Index, exhibit: &Exhibit<'_>) -> Vec<Remark> {
    let shape = exhibit.message.shape();
    let folder = index.folders.get(exhibit.message.folder());
    let read = exhibit.particulars.as_ref();
    let length = read.map(|read| read.length);
    let name = exhibit.message.name();
    let compressed = read.and_then(|read| match read.storage {
        Storage::Gzip => Some(Remark::Compressed("gzip")),
        Storage::Zstd => Some(Remark::Compressed("zstd")),
        Storage::Plain | Storage::Closed(_) => None,
    });
    let wrong_s = told_size(name).filter(|told| length.is_some_and(|length| length != *told));
    let wire = read.map(|read| read.wire);
    let small_w = told_wire_size(name).filter(|told| wire.is_some_and(|wire| wire > *told));
    let big_w = told_wire_size(name).filter(|told| wire.is_some_and(|wire| wire < *told));
    let told = [
        exhibit.message.is_empty().then_some(Remark::Empty),
        shape.no_header_end.then_some(Remark::NoHeaderEnd),
        shape.no_body.then_some(Remark::NoBody),
        shape.placeholder.then_some(Remark::Placeholder),
        folder
            .is_some_and(|folder| !folder.lists(exhibit.message.path()))
            .then_some(Remark::InvisibleFolder),
        compressed,
        wrong_s.map(Remark::WrongSizeS),
        small_w.map(Remark::SmallSizeW),
        big_w.map(Remark::BigSizeW),
        (shape.x_tuids > 0).then_some(Remark::Tuids(shape.x_tuids)),
    ];
    told.into_iter().flatten().collect()
}
