//! What the files left in `tmp`, and mail in dot files, are to the tree that they lie in.

use std::path::Path;

use crate::error::Error;
use crate::fetch;
use crate::index::{Index, Message, Messages};
use crate::maildir::file_name;

/// A leftover, judged.
#[derive(Clone, Copy, Debug)]
pub struct Leftover<'a> {
    /// The file.
    pub message: Message<'a>,
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

/// Judges the leftovers of a tree. Content is read only where a message has the same key. The
/// errors are of what could not be read for that.
pub fn judge(index: &Index) -> (Vec<Leftover<'_>>, Vec<Error>) {
    let mut wanted: Vec<Message<'_>> = Vec::new();
    for (leftovers, namesakes) in by_key(index) {
        if !namesakes.is_empty() {
            wanted.extend(leftovers.iter().filter(|leftover| !leftover.is_empty()));
            wanted.extend(namesakes.iter());
        }
    }
    let mut errors = fetch::contents(index, &wanted);
    Error::sort(&mut errors);
    let mut judged = Vec::new();
    for (leftovers, namesakes) in by_key(index) {
        let judge = |message| Leftover { message, state: state(index, message, namesakes) };
        judged.extend(leftovers.iter().map(judge));
    }
    (judged, errors)
}

/// The leftovers of each key, and the messages that have it.
fn by_key(index: &Index) -> impl Iterator<Item = (Messages<'_>, Messages<'_>)> {
    index.leftovers().by_key().filter_map(|leftovers| {
        Some((leftovers, index.messages().with_key(&leftovers.first()?.key())))
    })
}

fn state<'a>(index: &Index, leftover: Message<'_>, namesakes: Messages<'a>) -> State<'a> {
    let shape = leftover.shape();
    if leftover.length() == Some(0) || shape.blank || shape.nul_filled {
        return State::Empty;
    }
    let content = leftover.content().filter(|content| !content.is_empty());
    let covers = |message: &Message<'_>| {
        content.is_some() && message.content() == content && stands_without(leftover, *message)
    };
    let covers = || namesakes.iter().filter(covers);
    let is_same_file = |message: &Message<'_>| {
        leftover.has_names() && message.read_inode() == leftover.read_inode()
    };
    let best = || covers().find(|message| stays(index, *message)).or(covers().next());
    match (covers().find(is_same_file), best()) {
        (Some(message), _) => State::Linked(message.path()),
        (None, Some(message)) => State::Known(message.path()),
        (None, None) => State::Orphan,
    }
}

/// Whether a message will stay, as far as one can see: it is delivered and no link, nobody has
/// marked it to be deleted, and a server shows its folder, which is not one that programs empty.
pub fn stays(index: &Index, message: Message<'_>) -> bool {
    let folder = index.folders.get(message.folder());
    message.place().is_delivered()
        && !message.is_link()
        && !file_name::letters(message.name()).contains(&b'T')
        && folder.is_some_and(|folder| {
            folder.lists(message.path()) && !is_emptied_by_programs(folder.name.as_str())
        })
}

/// Whether programs throw away what is in a folder of this name: what RFC 6154 calls `\\Trash` and
/// `\\Junk`, by the names that servers and clients give to these.
fn is_emptied_by_programs(name: &str) -> bool {
    const EMPTIED: [&str; 7] =
        ["trash", "junk", "spam", "bin", "deleted", "deleted items", "deleted messages"];
    let last = name.rsplit('/').next().unwrap_or(name);
    EMPTIED.contains(&last.to_lowercase().as_str())
}

/// Whether a message is still there when a file is gone: a link that leads to the file is not.
pub fn stands_without(file: Message<'_>, message: Message<'_>) -> bool {
    file.is_link() || !message.is_link() || message.read_inode() != file.read_inode()
}
