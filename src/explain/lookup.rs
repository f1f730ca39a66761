//! From what somebody typed to a key: an id with or without brackets, a `sha1:` key, or a path.

use std::ffi::OsStr;
use std::fmt;
use std::fs;
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};

use crate::index::{Index, Message, Messages};
use crate::maildir::control;
use crate::message::id::{Key, message_id};
use crate::side::Side;

use super::Trees;
use super::nearest::{Near, nearest};

/// Nothing is known by what was typed; prints as a sentence that says what there is instead.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unknown(String);

impl fmt::Display for Unknown {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for Unknown {}

/// Finds the key: of the file at a path in a tree, else of an id. A path that is no message's is
/// told only if it is no id either.
pub(super) fn look_up(
    trees: Trees<'_>,
    typed: &OsStr,
    case_sensitive: bool,
) -> Result<Key, Unknown> {
    let places = places(trees, Path::new(typed));
    if let Some(key) = by_path(trees, typed, &places)? {
        return Ok(key);
    }
    if let Some(key) = by_place(trees, Path::new(typed)) {
        return Ok(key);
    }
    if let Some(key) = by_id(trees, typed.as_bytes(), case_sensitive) {
        return Ok(key);
    }
    let told = match places.iter().find(|place| place.side.is_some()).or(places.first()) {
        Some(place) => what_it_is(trees, place),
        None => nowhere(trees, &typed.to_string_lossy()),
    };
    Err(Unknown(told))
}

/// Something that lies at a path.
struct Place {
    /// As it was found.
    path: PathBuf,
    /// Its real directory, and its name there.
    real: PathBuf,
    /// The tree that it lies in.
    side: Option<Side>,
}

/// What lies at a path: relative to the working directory, else to a root.
fn places(trees: Trees<'_>, typed: &Path) -> Vec<Place> {
    let exists = |path: &PathBuf| fs::symlink_metadata(path).is_ok();
    let here = Some(typed.to_owned()).filter(exists);
    let here = here.map(|path| place(trees, path));
    if typed.as_os_str().is_empty() || here.as_ref().is_some_and(|here| here.side.is_some()) {
        return here.into_iter().collect();
    }
    let below = trees.each().map(|(_, index)| index.root.join(typed)).filter(exists);
    let mut below: Vec<Place> = below.map(|path| place(trees, path)).collect();
    below.extend(here);
    below
}

fn place(trees: Trees<'_>, path: PathBuf) -> Place {
    let real = real(&path);
    let inside = |index: &Index| {
        let root = fs::canonicalize(&index.root).ok();
        let folders = index.folders.iter().flat_map(|folder| &folder.directories);
        let outside = folders.filter(|directory| directory.is_absolute());
        let mut places = root.into_iter().chain(outside.cloned());
        places.any(|place| real.starts_with(place)) || file_at(index, &real).is_some()
    };
    let side = trees.each().find(|(_, index)| inside(index)).map(|(side, _)| side);
    Place { path, real, side }
}

/// The path with its directory made real: a link that is a message stays one.
fn real(path: &Path) -> PathBuf {
    let parent = path.parent().filter(|parent| !parent.as_os_str().is_empty());
    let parent = fs::canonicalize(parent.unwrap_or(Path::new("."))).ok();
    match (parent, path.file_name()) {
        (Some(parent), Some(name)) => parent.join(name),
        _ => fs::canonicalize(path).unwrap_or_else(|_| path.to_owned()),
    }
}

/// The file of an index that lies at a real path.
fn file_at<'a>(index: &'a Index, path: &Path) -> Option<Message<'a>> {
    let is_there = |message: &Message<'_>| {
        message.path().file_name() == path.file_name() && real(&index.path_of(*message)) == path
    };
    index.all_mail().find(is_there)
}

/// The key of the file at one of the places.
fn by_path(trees: Trees<'_>, typed: &OsStr, places: &[Place]) -> Result<Option<Key>, Unknown> {
    let key = |place: &Place| {
        let index = trees.index(place.side?)?;
        file_at(index, &place.real).map(Message::key)
    };
    let mut keys: Vec<Key> = places.iter().filter_map(key).collect();
    keys.dedup();
    if let [_, _, ..] = keys.as_slice() {
        let name = typed.to_string_lossy();
        let told = format!("{name} is a file of both trees, with two messages: begin with a root");
        return Err(Unknown(told));
    }
    Ok(keys.pop())
}

/// The key of a message that is no file of its own, by the path that reports show.
fn by_place(trees: Trees<'_>, typed: &Path) -> Option<Key> {
    let is_it = |index: &Index, message: &Message<'_>| {
        message.path() == typed || index.path_of(*message) == typed
    };
    let parts = trees.each().filter(|(_, index)| !index.messages().are_files());
    let mut found = parts.filter_map(|(_, index)| {
        index.messages().iter().find(|message| is_it(index, message)).map(Message::key)
    });
    found.next()
}

/// What lies at a place that is no message.
fn what_it_is(trees: Trees<'_>, place: &Place) -> String {
    let path = place.path.display();
    let Some(index) = place.side.and_then(|side| trees.index(side)) else {
        return format!("{path} lies outside {}", all_roots(trees));
    };
    let mut errors = index.errors.iter().map(|(_, error)| error);
    let error = errors.find(|error| real(error.path()) == place.real);
    let names = place.real.components().map(|part| part.as_os_str().as_bytes());
    let in_control = |name: &[u8]| control::directory(name) == control::Directory::Control;
    if let Some(error) = error {
        format!("{path} cannot be read: {}", error.cause())
    } else if place.path.is_dir() {
        format!("{path} is a directory: name a file in it, or an id")
    } else if control::file(file_name(&place.real)) != control::File::Open {
        format!("{path} is a control file of a mail program, and no message")
    } else if names.clone().any(in_control) {
        format!("{path} lies in a control directory, and is no message")
    } else {
        format!("{path} is no message: by its place, its name and its look it is no mail")
    }
}

fn file_name(path: &Path) -> &[u8] {
    path.file_name().unwrap_or_default().as_bytes()
}

fn all_roots(trees: Trees<'_>) -> String {
    let roots: Vec<String> =
        trees.each().map(|(_, index)| index.root.display().to_string()).collect();
    roots.join(" and ")
}

/// The key that an id or a `sha1:` key leads to.
fn by_id(trees: Trees<'_>, typed: &[u8], case_sensitive: bool) -> Option<Key> {
    let value = without_name(typed);
    let bracketed = [b"<", value, b">"].concat();
    let ids = [value, bracketed.as_slice()].into_iter().filter_map(|value| message_id([value]));
    let exists = |key: &Key| trees.each().any(|(_, index)| index.has_key(key));
    let found = ids.map(|id| id.key(case_sensitive)).find(exists);
    found.or_else(|| as_shown(trees, &String::from_utf8_lossy(value), case_sensitive))
}

/// The value, if a whole header line was typed.
fn without_name(typed: &[u8]) -> &[u8] {
    const NAME: &[u8] = b"message-id:";
    let typed = typed.trim_ascii();
    match typed.split_at_checked(NAME.len()) {
        Some((name, value)) if name.eq_ignore_ascii_case(NAME) => value.trim_ascii(),
        _ => typed,
    }
}

/// The key that a report shows so: a `sha1:` one, or one with bytes that are not UTF-8.
fn as_shown(trees: Trees<'_>, typed: &str, case_sensitive: bool) -> Option<Key> {
    let is_it = |key: &Key| {
        let shown = key.to_string();
        shown == typed || !case_sensitive && shown.eq_ignore_ascii_case(typed)
    };
    let is_it = |key: &Key| match key {
        Key::Content(content) => content.to_string().eq_ignore_ascii_case(typed),
        Key::Unidentified => false,
        Key::Id(id) => std::str::from_utf8(id).is_err() && is_it(key),
    };
    let least = |files: Messages<'_>| files.iter().map(Message::key).filter(is_it).min();
    let of = |index: &Index| least(index.messages()).or_else(|| least(index.leftovers()));
    trees.each().find_map(|(_, index)| of(index))
}

/// That there is nothing, and what comes near.
fn nowhere(trees: Trees<'_>, typed: &str) -> String {
    let near: Vec<String> =
        nearest(trees, typed).iter().map(|near| describe(trees, near)).collect();
    let told = format!("{typed} is nowhere in {}", all_roots(trees));
    match near.as_slice() {
        [] => told,
        [one] => format!("{told}; the nearest is {one}"),
        several => format!("{told}; the nearest are {}", several.join(", ")),
    }
}

/// A key with where it is: `<a@b> (left, INBOX)`.
fn describe(trees: Trees<'_>, near: &Near<'_>) -> String {
    let written = near.message.written();
    let written = written.map(|written| String::from_utf8_lossy(&written).into_owned());
    let written = shorten(written.unwrap_or_else(|| near.message.key().to_string()));
    let folder = trees.index(near.side).and_then(|index| index.folders.get(near.message.folder()));
    let folder = folder.map(|folder| folder.name.to_string()).unwrap_or_default();
    match trees {
        Trees::One(_) => format!("{written} ({folder})"),
        Trees::Two(..) => format!("{written} ({}, {folder})", near.side),
    }
}

/// How many letters of an id are told of one that was not asked for: it may have 100,000.
const MOST_LETTERS: usize = 160;

fn shorten(id: String) -> String {
    match id.char_indices().nth(MOST_LETTERS) {
        Some((end, _)) => id.split_at(end).0.to_owned() + "…",
        None => id,
    }
}
