//! Message-IDs or paths, one a line: for the next program in a pipe.

use std::collections::BTreeSet;
use std::io::{self, Write};
use std::os::unix::ffi::OsStrExt;

use crate::diff::Row;
use crate::index::Message;
use crate::side::Side;

use super::escape::{escape, path_text};
use super::{List, Report};

/// The ids of the listed messages as written, each once, sorted; the key of one without an id,
/// unless it could only be counted.
pub(super) fn write_ids(report: &Report<'_>, list: List, out: &mut dyn Write) -> io::Result<()> {
    let files = report.rows().filter_map(Row::file).map(|(_, message)| message);
    let known = files.filter(|message| !message.is_unidentified());
    let ids: BTreeSet<Vec<u8>> = known.map(id).collect();
    ids.iter().try_for_each(|id| write_item(id, list, out))
}

fn id(message: Message<'_>) -> Vec<u8> {
    let written = message.written().as_deref().map(<[u8]>::to_vec);
    written.unwrap_or_else(|| message.key().to_string().into_bytes())
}

/// The paths of the listed files as they can be opened from here, a pair's left one first. Of what
/// a table names without a path there is none.
pub(super) fn write_paths(report: &Report<'_>, list: List, out: &mut dyn Write) -> io::Result<()> {
    for row in report.rows() {
        for side in Side::BOTH {
            if let Some(message) = row.files[side].filter(|file| file.known_place().is_some()) {
                let path = report.indexes[side].path_of(message);
                let text = path_text(&path);
                let raw = path.as_os_str().as_bytes();
                write_item(if list.escaped { text.as_bytes() } else { raw }, list, out)?;
            }
        }
    }
    Ok(())
}

fn write_item(item: &[u8], list: List, out: &mut dyn Write) -> io::Result<()> {
    if list.escaped {
        out.write_all(escape(&String::from_utf8_lossy(item)).as_bytes())?;
    } else {
        out.write_all(item)?;
    }
    out.write_all(if list.null { b"\0" } else { b"\n" })
}
