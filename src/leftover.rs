//! What the files left in `tmp`, and mail in dot files, are to the tree that they lie in.

use std::path::Path;

use crate::error::Error;
use crate::fetch;
use crate::index::{Index, Message};
use crate::message::id::Key;

/// A leftover, judged.
#[derive(Clone, Copy, Debug)]
pub struct Leftover<'a> {
    /// The file.
    pub message: &'a Message,
    /// What it is to its tree.
    pub state: State<'a>,
}

/// What a leftover is to its tree.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum State<'a> {
    /// Nothing is in it.
    Empty,
    /// A message of the tree, at this path, has its key and its content: it can go.
    Covered(&'a Path),
    /// What is in it is no message of this tree.
    Orphan,
}

/// The messages of a key among messages sorted by key.
pub fn with_key<'a>(messages: &'a [Message], key: &Key) -> &'a [Message] {
    let start = messages.partition_point(|message| message.key < *key);
    let rest = messages.get(start..).unwrap_or_default();
    let length = rest.partition_point(|message| message.key == *key);
    rest.get(..length).unwrap_or_default()
}

/// Judges the leftovers of a tree. Content is read only where a message has the same key. The
/// errors are of what could not be read for that.
pub fn judge(index: &Index) -> (Vec<Leftover<'_>>, Vec<Error>) {
    let mut wanted = Vec::new();
    for leftover in index.leftovers.iter().filter(|leftover| !leftover.is_empty()) {
        let namesakes = with_key(&index.messages, &leftover.key);
        if !namesakes.is_empty() {
            wanted.push(leftover);
            wanted.extend(namesakes);
        }
    }
    let errors = fetch::contents(index, &wanted);
    let judged = index.leftovers.iter();
    let judged = judged.map(|message| Leftover { message, state: state(index, message) });
    (judged.collect(), errors)
}

fn state<'a>(index: &'a Index, leftover: &Message) -> State<'a> {
    if leftover.is_empty() {
        return State::Empty;
    }
    let covers = |message: &&Message| {
        let content = leftover.content.get();
        content.is_some() && content == message.content.get()
    };
    let cover = with_key(&index.messages, &leftover.key).iter().find(covers);
    cover.map_or(State::Orphan, |message| State::Covered(&message.path))
}
