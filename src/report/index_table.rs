//! An index as a table, for engines that compare what is too much for one machine: a row a message
//! or leftover of an account, in the form of the other tables.
//!
//! It has what a query needs to say of each message what [`crate::diff`] says, and no more; that
//! query is in `docs/at-scale.md`. Columns are only ever added, behind the last.

use std::collections::HashMap;
use std::io::{self, Write};
use std::os::unix::ffi::OsStrExt;
use std::path::Path;

use rayon::prelude::*;

use crate::diff::order_of_pairing;
use crate::index::{Index, Message};
use crate::leftover::Leftover;
use crate::message::canonical::Content;
use crate::message::id::Key;
use crate::path;

use super::Table;
use super::csv::{open, safe, write_record};
use super::index::in_order;

/// The columns.
pub const COLUMNS: [&str; 10] = [
    "account",
    "folder",
    "key",
    "hash",
    "place",
    "size",
    "path",
    "content_length",
    "leftover",
    "turn",
];

/// Writes the table of an account: of an index of which every content that is to be told is known,
/// with its leftovers judged.
///
/// # Errors
/// What the writer says.
pub fn write(
    account: &str,
    index: &Index,
    leftovers: &[Leftover<'_>],
    style: Table,
    out: &mut dyn Write,
) -> io::Result<()> {
    let messages = in_order(index);
    let turns = turns(&messages);
    let states: HashMap<&Path, &str> =
        leftovers.iter().map(|leftover| (leftover.message.path(), leftover.state.word())).collect();
    let mut table = open(style, out)?;
    write_record(&mut table, COLUMNS)?;
    for (message, turn) in messages.into_iter().zip(turns) {
        let state = states.get(message.path()).copied().unwrap_or_default();
        let cells = cells(account, index, message, state, turn);
        write_record(&mut table, cells.map(|cell| safe(cell, style)))?;
    }
    table.flush()
}

/// Of each message when it is its turn to be paired, from 1 on.
fn turns(messages: &[Message<'_>]) -> Vec<usize> {
    let mut in_turn: Vec<(usize, Message<'_>)> = messages.iter().copied().enumerate().collect();
    in_turn.par_sort_unstable_by(|(_, one), (_, other)| order_of_pairing(*one, *other));
    let mut turns: Vec<(usize, usize)> =
        in_turn.into_iter().zip(1..).map(|((at, _), turn)| (at, turn)).collect();
    turns.par_sort_unstable();
    turns.into_iter().map(|(_, turn)| turn).collect()
}

fn cells(
    account: &str,
    index: &Index,
    message: Message<'_>,
    state: &str,
    turn: usize,
) -> [String; 10] {
    let folder = index.folders.get(message.folder());
    let content = message.content();
    [
        account.to_owned(),
        folder.map(|folder| folder.name.to_string()).unwrap_or_default(),
        key(&message.key()),
        content.map(hash).unwrap_or_default(),
        message.place().word().to_owned(),
        message.size().to_string(),
        path::spelled(message.path().as_os_str().as_bytes()),
        content.map(|content| content.length.to_string()).unwrap_or_default(),
        state.to_owned(),
        turn.to_string(),
    ]
}

/// What begins the key of a message without an id.
const OF_CONTENT: &str = "sha1:";

/// The key as text that no other key has: an id that begins as only contents do is spelled
/// otherwise.
fn key(key: &Key) -> String {
    let Key::Id(id) = key else { return key.to_string() };
    let spelled = path::spelled(id);
    match spelled.strip_prefix(OF_CONTENT) {
        Some(rest) => format!("\\x73ha1:{rest}"),
        None => spelled,
    }
}

fn hash(content: Content) -> String {
    let told = content.to_string();
    told.strip_prefix(OF_CONTENT).map(str::to_owned).unwrap_or(told)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_two_keys_are_one() {
        let id = |id: &[u8]| key(&Key::Id(id.into()));
        let content = Content::default();
        let of_content = key(&Key::Content(content));
        assert_eq!(of_content, format!("sha1:{}", hash(content)));
        assert_eq!(id(of_content.as_bytes()), format!("\\x73ha1:{}", hash(content)));
        assert_eq!(id(b"\\x73ha1:1"), "\\x5cx73ha1:1");
        assert_eq!(id(b"caf\xe9@x"), "caf\\xe9@x");
    }
}
