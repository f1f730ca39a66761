//! A saved index, read: every line of it becomes what it was when it was written, or an error.
//!
//! What a comparison wants of few messages (content, date, sender, subject) stays in the file, and
//! is read there again by the place of its line. What is read at once is as small as the index of a
//! tree.

use std::sync::atomic::AtomicU64;
use std::sync::{Mutex, PoisonError};

use crate::arena::Arena;
use crate::error::Error;
use crate::input::Input;
use crate::maildir::layout::Layout;
use crate::maildir::scan::Folder;
use crate::message::canonical;
use crate::path;

use super::line::{Head, Line, OPENING, SCHEMA};
use super::record::{Keeper, Names};
use super::{Index, Options, Origin};

mod decode;
mod lines;
mod position;
mod load;

pub use lines::Lines;

use decode::Damage;
use load::Loader;
use position::Position;

/// No line of a message has fewer bytes.
const SHORTEST: u64 = 64;

/// A saved index of which all but the messages has been read.
#[derive(Debug)]
pub struct Saved {
    lines: Lines,
    index: Index,
    case_sensitive: bool,
    /// How many messages it says to have; no more than its lines can be.
    messages: usize,
    /// How many bytes it says that paths and ids have.
    room: [u64; 2],
    /// What comes behind the folders.
    next: Position,
}

/// Whether a file that begins so is a saved index, of this version or another.
pub fn is_saved(head: &[u8]) -> bool {
    head.starts_with(OPENING)
}

impl Saved {
    /// Reads what comes before the messages.
    ///
    /// # Errors
    /// Where the file is of another version, is damaged, or cannot be read.
    pub fn open(input: Input) -> Result<Saved, Error> {
        let mut lines = Lines::of(input);
        let first = lines.line_at(0)?;
        let head = read_head(&first).map_err(|told| lines.error(told))?;
        lines.has_contents = head.contents;
        let mut index = empty_index(&head).map_err(|told| lines.error(told))?;
        let mut next = Position::default();
        next.pass(&first);
        loop {
            let line = lines.line_at(next.at)?;
            let Ok(Line::Folder(folder)) = serde_json::from_slice(&line) else { break };
            let added = decode::add_folder(&mut index, &folder);
            added.map_err(|told| lines.error_in(next.lines, told))?;
            next.pass(&line);
        }
        let room = [head.room.paths, head.room.ids].map(|bytes| bytes.min(lines.size()));
        let messages = head.room.messages.min(lines.size() / SHORTEST);
        let messages = usize::try_from(messages).unwrap_or_default();
        let case_sensitive = head.case_sensitive;
        Ok(Saved { lines, index, case_sensitive, messages, room, next })
    }

    /// The folders, sorted by name.
    pub fn folders(&self) -> &[Folder] {
        &self.index.folders
    }

    /// How many messages it says to have.
    pub fn messages(&self) -> usize {
        self.messages
    }

    /// Reads the messages that take part, on all cores; counts each in `read`.
    ///
    /// # Errors
    /// Where the file is damaged or cut short, or was made with another rule for ids.
    pub fn index(self, options: &Options, read: &AtomicU64) -> Result<Index, Error> {
        let Saved { lines, mut index, case_sensitive, messages, room, next } = self;
        if case_sensitive != options.case_sensitive {
            return Err(lines.error(other_case(case_sensitive)));
        }
        let [paths, ids] = room.map(|bytes| usize::try_from(bytes).unwrap_or_default());
        let mut arena = Arena::default();
        arena.reserve(paths);
        let arena = Mutex::new(arena);
        let names = Names::of(&index.layout);
        let keeper = Keeper::with_room(ids, options.rules()).with_names(names);
        let folders = index.folders.len();
        let loader =
            Loader { lines: &lines, folders, options, keeper: &keeper, paths: &arena, read };
        let all = loader.load(next, messages)?;
        index.store = keeper.into_store(arena.into_inner().unwrap_or_else(PoisonError::into_inner));
        index.excluded.clone_from(&options.excluded);
        let put = all.put_into(&mut index, options);
        put.map_err(|told| lines.error(format!("is damaged: {told}")))?;
        index.origin = Origin::Saved(lines);
        Ok(index)
    }
}

fn other_case(case_sensitive: bool) -> &'static str {
    if case_sensitive {
        "was made with --case-sensitive: compare with that too, or index the tree again without"
    } else {
        "was made without --case-sensitive: index the tree again with that, or compare without"
    }
}

/// The first line, if it is of a version that can be read here.
fn read_head(line: &[u8]) -> Result<Head<'_>, String> {
    #[derive(serde::Deserialize)]
    struct Version {
        schema: String,
        #[serde(default)]
        tool: String,
    }
    if !is_saved(line) {
        return Err("is no saved index".to_owned());
    }
    let damaged = |error: serde_json::Error| format!("its first line is damaged: {error}");
    let version: Version = serde_json::from_slice(line).map_err(damaged)?;
    if version.schema != SCHEMA {
        return Err(format!(
            "has the format {}, of {}, and this is maildiff {}, which reads {SCHEMA}: compare with \
             that version, or index the tree again with this one",
            version.schema,
            if version.tool.is_empty() { "another version" } else { &version.tool },
            env!("CARGO_PKG_VERSION"),
        ));
    }
    let head: Head<'_> = serde_json::from_slice(line).map_err(damaged)?;
    if let Some(need) = head.needs.first() {
        return Err(format!(
            "was written by {}, and needs a version that knows of {need}: compare with that one",
            head.tool
        ));
    }
    if head.canonical != canonical::RULE {
        return Err(format!(
            "its contents follow the rule {}, and this is {}: index the tree again",
            head.canonical,
            canonical::RULE
        ));
    }
    Ok(head)
}

/// An index with nothing in it, of what the first line says.
fn empty_index(head: &Head<'_>) -> Result<Index, String> {
    let layout = Layout::kept(&head.layout);
    let layout = layout.map_err(|_| format!("its layout {} is unknown here", head.layout))?;
    let source = super::line::meant(&head.source, &head.source_bytes);
    let source = source.ok_or("its source makes no sense")?;
    let followed = head.followed.iter().map(decode::path);
    let root = path::of(&source).to_owned();
    Ok(Index {
        note: head.note.clone(),
        followed: followed.collect::<Result<_, Damage>>()?,
        ..Index::empty(root, layout, Vec::new(), &Options::default())
    })
}
