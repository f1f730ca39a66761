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
    /// It is a second name of a message's file: a delivery that was finished but for the removal
    /// of this name. It can go.
    Linked(&'a Path),
    /// A message of the tree, at this path, has its key and its content: it can go.
    Known(&'a Path),
    /// What is in it is no message of this tree.
    Orphan,
}

impl State<'_> {
    /// The stable word in reports.
    pub fn word(self) -> &'static str {
        match self {
            State::Empty => "empty",
            State::Linked(_) => "linked",
            State::Known(_) => "known",
            State::Orphan => "orphan",
        }
    }
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
    let mut wanted: Vec<&Message> = Vec::new();
    for (leftovers, namesakes) in by_key(index) {
        if !namesakes.is_empty() {
            wanted.extend(leftovers.iter().filter(|leftover| !leftover.is_empty()));
            wanted.extend(namesakes);
        }
    }
    let errors = fetch::contents(index, &wanted);
    let mut judged = Vec::new();
    for (leftovers, namesakes) in by_key(index) {
        let judge = |message| Leftover { message, state: state(message, namesakes) };
        judged.extend(leftovers.iter().map(judge));
    }
    (judged, errors)
}

/// The leftovers of each key, and the messages that have it.
fn by_key(index: &Index) -> impl Iterator<Item = (&[Message], &[Message])> {
    let keys = index.leftovers.chunk_by(|one, other| one.key == other.key);
    keys.filter_map(|leftovers| {
        Some((leftovers, with_key(&index.messages, &leftovers.first()?.key)))
    })
}

fn state<'a>(leftover: &Message, namesakes: &'a [Message]) -> State<'a> {
    let shape = leftover.shape;
    if leftover.length == Some(0) || shape.blank || shape.nul_filled {
        return State::Empty;
    }
    let content = leftover.content.get().filter(|content| !content.is_empty());
    let covers = |message: &&Message| {
        content.is_some() && message.content.get() == content && stands_without(leftover, message)
    };
    let covers = || namesakes.iter().filter(covers);
    let is_same_file =
        |message: &&Message| leftover.has_names && message.read_inode == leftover.read_inode;
    match (covers().find(is_same_file), covers().next()) {
        (Some(message), _) => State::Linked(&message.path),
        (None, Some(message)) => State::Known(&message.path),
        (None, None) => State::Orphan,
    }
}

/// Whether a message is still there when a file is gone: a link that leads to the file is not.
pub fn stands_without(file: &Message, message: &Message) -> bool {
    file.is_link() || !message.is_link() || message.read_inode != file.read_inode
}
