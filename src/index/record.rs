//! What is kept of a file: a record of 64 bytes, its strings in one arena, and what few files have
//! in a box.

use std::cmp::Ordering;
use std::collections::HashMap;
use std::hash::{DefaultHasher, Hasher};
use std::sync::atomic::{AtomicBool, Ordering as AtomicOrdering};
use std::sync::{Mutex, MutexGuard, PoisonError, RwLock};

use crate::arena::{Arena, Span};
use crate::identify::{Details, Identity, Shape};
use crate::maildir::file::{File, Place};
use crate::maildir::file_name::{self, Flags};
use crate::maildir::layout::Layout;
use crate::message::canonical::Content;
use crate::message::id::{Clarity, Key, MessageId};
use crate::path;
use crate::table::{Entry, Tells};

/// What is kept of a file, but for what is in the [`Store`].
#[derive(Debug)]
pub(super) struct Record {
    /// The hash of its key: tells most keys apart, and is never taken for one.
    hash: u64,
    path: Span,
    /// Its Message-ID without brackets and blanks, in its own letter case; nothing where its
    /// content is its key.
    id: Span,
    /// By what it is found again: its inode number in a tree, where its line begins in a file.
    pub(super) handle: u64,
    pub(super) size: u64,
    pub(super) more: Option<Box<More>>,
    folder: u32,
    /// The hash of the directory of its folder and its base name: see [`hash_of_base`].
    pub(super) base: u32,
    shape: PackedShape,
    pub(super) place: Place,
    pub(super) flags: Flags,
    /// Whether its name tells another size than it has.
    pub(super) tells_wrong_size: bool,
    /// Whether its content is in the store.
    has_content: AtomicBool,
}

/// What few files have.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct More {
    /// Its Message-ID as written, where that is not the id in brackets.
    pub(super) written: Option<Box<[u8]>>,
    /// Its own inode number, where its handle is something else.
    pub(super) inode: Option<u64>,
    /// The inode number of what was read, where that is another: of what a link leads to.
    pub(super) read_inode: Option<u64>,
    /// Whether the file has other names, by hard links.
    pub(super) has_names: bool,
    /// When it was last written, in seconds since 1970-01-01 UTC: of what is not delivered, and
    /// where the name does not begin with a time.
    pub(super) modified: Option<i64>,
    /// Whether it is stored compressed.
    pub(super) compressed: bool,
    /// Then its size decompressed, in bytes, if it was read to its end.
    pub(super) unpacked: Option<u64>,
}

/// What the system says of an open file.
#[derive(Clone, Copy, Debug)]
pub(super) struct Facts {
    pub(super) size: u64,
    /// In seconds since 1970-01-01 UTC.
    pub(super) modified: i64,
    pub(super) inode: u64,
    pub(super) names: u64,
    pub(super) compressed: bool,
}

impl Record {
    /// The index of its folder.
    pub(super) fn folder(&self) -> usize {
        self.folder as usize
    }

    /// What is missing or out of the ordinary.
    pub(super) fn shape(&self) -> Shape {
        self.shape.unpacked()
    }

    /// Whether it has a usable Message-ID.
    pub(super) fn has_id(&self) -> bool {
        !self.id.is_empty()
    }

    /// Says what its inode number is, and that of what was read, where its handle does not.
    pub(super) fn set_inodes(&mut self, own: u64, read: u64) {
        let more = self.more.get_or_insert_default();
        more.inode = Some(own);
        more.read_inode = (read != own).then_some(read);
    }
}

/// How long most Message-IDs are at the most, in bytes.
const USUAL_ID: usize = 80;

/// Takes what is found of files, from all threads.
#[derive(Debug, Default)]
pub(super) struct Keeper {
    ids: Mutex<Arena>,
    contents: Contents,
    details: Mutex<HashMap<Span, Box<Details>>>,
    rules: Rules,
    names: Names,
}

/// What makes a key of a message.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Rules {
    /// Whether letter case tells Message-IDs apart.
    pub(super) case_sensitive: bool,
    /// Whether only Message-IDs count.
    pub(super) ids_only: bool,
}

/// What the paths of messages end in.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Names {
    /// The name of a file, as Maildirs have them.
    #[default]
    Files,
    /// A place in a file.
    Places,
}

impl Names {
    /// Of a tree with this layout.
    pub(super) fn of(layout: &Layout) -> Names {
        if layout.has_files() { Names::Files } else { Names::Places }
    }

    /// The name of the file that a message at this path has to itself; nothing where it has none.
    fn name(self, path: &[u8]) -> &[u8] {
        match self {
            Names::Files => path::name(path),
            Names::Places => b"",
        }
    }
}

/// Contents that are known, by the path of the file, which no other has.
type Contents = RwLock<HashMap<Span, Content>>;

impl Keeper {
    /// For so many files.
    pub(super) fn new(files: usize, rules: Rules) -> Keeper {
        Keeper::with_room(files * USUAL_ID, rules)
    }

    /// For ids of so many bytes together.
    pub(super) fn with_room(bytes: usize, rules: Rules) -> Keeper {
        let mut ids = Arena::default();
        ids.reserve(bytes);
        Keeper { ids: Mutex::new(ids), rules, ..Keeper::default() }
    }

    /// The same, for paths that end in these.
    pub(super) fn with_names(self, names: Names) -> Keeper {
        Keeper { names, ..self }
    }

    /// Keeps what was found of a file at this path; its id, for the time being, in `ids`.
    pub(super) fn keep(
        &self,
        ids: &mut Arena,
        (file, path): (&File, &[u8]),
        facts: Facts,
        identity: Identity,
    ) -> Record {
        let name = self.names.name(path);
        let Identity { mut id, content, shape, length, details, .. } = identity;
        let more = More {
            written: id.as_mut().and_then(|id| id.written.take()),
            inode: None,
            read_inode: (facts.inode != file.inode).then_some(facts.inode),
            has_names: facts.names > 1,
            modified: self.keeps_time(file.place, name).then_some(facts.modified),
            compressed: facts.compressed,
            unpacked: length.filter(|_| facts.compressed),
        };
        if let Some(content) = content {
            add_content(&self.contents, file.path, content);
        }
        if let Some(details) = details {
            lock(&self.details).insert(file.path, details);
        }
        Record {
            hash: hash(id.as_ref(), content, self.rules),
            path: file.path,
            id: id.map(|id| ids.add(&[&id.id])).unwrap_or_default(),
            handle: file.inode,
            size: facts.size,
            more: (more != More::default()).then(|| Box::new(more)),
            folder: u32::try_from(file.folder()).unwrap_or(u32::MAX),
            base: hash_of_base(path),
            shape: PackedShape::of(shape),
            place: file.place,
            flags: file_name::flags(name),
            tells_wrong_size: length.is_some_and(|length| {
                file_name::told_size(name).is_some_and(|told| told != length)
            }),
            has_content: AtomicBool::new(content.is_some()),
        }
    }

    /// Keeps what a table says of a message of this folder, which is known by this path.
    pub(super) fn keep_entry(
        &self,
        ids: &mut Arena,
        (folder, path): (usize, Span),
        entry: Entry<'_>,
        row: u64,
    ) -> Record {
        let mut id = entry.id;
        let written = id.as_mut().and_then(|id| id.written.take());
        let more = written.map(|written| More { written: Some(written), ..More::default() });
        Record {
            hash: hash(id.as_ref(), None, self.rules),
            path,
            id: id.map(|id| ids.add(&[&id.id])).unwrap_or_default(),
            handle: row,
            size: entry.size.unwrap_or_default(),
            more: more.map(Box::new),
            folder: u32::try_from(folder).unwrap_or(u32::MAX),
            base: hash_of_base(entry.path),
            shape: PackedShape::of(Shape::default()),
            place: entry.place,
            flags: entry.flags.unwrap_or_default(),
            tells_wrong_size: false,
            has_content: AtomicBool::new(false),
        }
    }

    /// Whether the time of a file is kept: where it counts, or must make a name.
    fn keeps_time(&self, place: Place, name: &[u8]) -> bool {
        self.names == Names::Files && keeps_time(place, name)
    }

    /// Says what the content of a file may be as well, of which the details are known.
    pub(super) fn set_as_written(&self, path: Span, content: Content) {
        if let Some(details) = lock(&self.details).get_mut(&path) {
            details.as_written = Some(content);
        }
    }

    /// Takes the ids of records over from `ids`, which is empty then. Many at a time, so that
    /// threads do not wait for each other.
    pub(super) fn take_ids<'r>(
        &self,
        ids: &mut Arena,
        records: impl Iterator<Item = &'r mut Record>,
    ) {
        let shift = lock(&self.ids).append(ids);
        ids.clear();
        for record in records.filter(|record| record.has_id()) {
            record.id = record.id.shifted(shift);
        }
    }

    /// What has been kept, with the paths of the files.
    pub(super) fn into_store(self, paths: Arena) -> Store {
        let Keeper { ids, contents, details, rules, names } = self;
        let ids = ids.into_inner().unwrap_or_else(PoisonError::into_inner);
        let details = details.into_inner().unwrap_or_else(PoisonError::into_inner);
        let as_written = Contents::default();
        Store { paths, ids, contents, details, as_written, rules, names, tells: None }
    }
}

fn lock<T>(shared: &Mutex<T>) -> MutexGuard<'_, T> {
    shared.lock().unwrap_or_else(PoisonError::into_inner)
}

fn add_content(contents: &Contents, path: Span, content: Content) {
    let mut contents = contents.write().unwrap_or_else(PoisonError::into_inner);
    contents.entry(path).or_insert(content);
}

/// What records share: their strings, and contents as they become known.
#[derive(Debug, Default)]
pub(super) struct Store {
    paths: Arena,
    ids: Arena,
    contents: Contents,
    /// What else is known of files, where it was wanted of all.
    details: HashMap<Span, Box<Details>>,
    /// Contents as they are written, of messages whose quoting may be no quoting.
    as_written: Contents,
    rules: Rules,
    names: Names,
    /// What is known of messages that a table names; `None` for those that were read.
    pub(super) tells: Option<Tells>,
}

impl Store {
    /// The path of a file.
    pub(super) fn path(&self, record: &Record) -> &[u8] {
        self.paths.get(record.path)
    }

    /// The name of a file; nothing where it is no file of its own.
    pub(super) fn name(&self, record: &Record) -> &[u8] {
        self.names.name(self.path(record))
    }

    /// Whether the messages are files of their own.
    pub(super) fn has_files(&self) -> bool {
        self.names == Names::Files
    }

    /// The id of a message; nothing where its content is its key.
    pub(super) fn id(&self, record: &Record) -> &[u8] {
        self.ids.get(record.id)
    }

    /// The canonical content of a file, once it is known.
    pub(super) fn content(&self, record: &Record) -> Option<Content> {
        if !record.has_content.load(AtomicOrdering::Acquire) {
            return None;
        }
        let contents = self.contents.read().unwrap_or_else(PoisonError::into_inner);
        contents.get(&record.path).copied()
    }

    /// The canonical content as it is written, where that may be the message's.
    pub(super) fn content_as_written(&self, record: &Record) -> Option<Content> {
        let contents = self.as_written.read().unwrap_or_else(PoisonError::into_inner);
        contents.get(&record.path).copied()
    }

    /// Says what the content may be as well.
    pub(super) fn set_content_as_written(&self, record: &Record, content: Content) {
        add_content(&self.as_written, record.path, content);
    }

    /// What is known of a file beyond its record.
    pub(super) fn details(&self, record: &Record) -> Option<&Details> {
        self.details.get(&record.path).map(Box::as_ref)
    }

    /// Whether letter case tells Message-IDs apart.
    pub(super) fn is_case_sensitive(&self) -> bool {
        self.rules.case_sensitive
    }

    /// Whether a file can only be counted.
    pub(super) fn is_unidentified(&self, record: &Record) -> bool {
        self.rules.ids_only && !record.has_id()
    }

    /// Says what the content of a file is.
    pub(super) fn set_content(&self, record: &Record, content: Content) {
        add_content(&self.contents, record.path, content);
        record.has_content.store(true, AtomicOrdering::Release);
    }

    /// The key of a record.
    pub(super) fn key(&self, record: &Record) -> Key {
        if self.is_unidentified(record) {
            return Key::Unidentified;
        }
        if !record.has_id() {
            return Key::Content(self.content(record).unwrap_or_default());
        }
        let mut id: Box<[u8]> = self.id(record).into();
        if !self.rules.case_sensitive {
            id.make_ascii_lowercase();
        }
        Key::Id(id)
    }
}

/// The keys of records, in an order that puts equal ones together and is that of every index.
impl Store {
    /// The order of an index: by key, then delivered ones first, then by path.
    pub(super) fn compare(&self, one: &Record, other: &Record) -> Ordering {
        let path = |record| path::of(self.path(record));
        let is_away = |record: &Record| !record.place.is_delivered();
        self.compare_keys(one, (self, other))
            .then_with(|| is_away(one).cmp(&is_away(other)))
            .then_with(|| path(one).cmp(path(other)))
    }

    /// How the key of a record of this store stands to that of one of another.
    pub(super) fn compare_keys(
        &self,
        own: &Record,
        (store, record): (&Store, &Record),
    ) -> Ordering {
        own.hash.cmp(&record.hash).then_with(|| self.tell_apart(own, (store, record)))
    }

    /// How the key of a record stands to one that is looked for.
    pub(super) fn compare_key(&self, own: &Record, sought: &Sought<'_>) -> Ordering {
        own.hash.cmp(&sought.hash).then_with(|| self.key(own).cmp(sought.key))
    }

    /// The order of keys of one hash, which hardly ever are two.
    fn tell_apart(&self, own: &Record, (store, record): (&Store, &Record)) -> Ordering {
        let (ours, theirs) = (self.id(own), store.id(record));
        if ours == theirs && !ours.is_empty() {
            return Ordering::Equal;
        }
        self.key(own).cmp(&store.key(record))
    }
}

/// A key that is looked for, with its hash.
pub(super) struct Sought<'k> {
    key: &'k Key,
    hash: u64,
}

impl<'k> Sought<'k> {
    pub(super) fn new(key: &'k Key) -> Sought<'k> {
        let hash = match key {
            Key::Id(id) => hash_id(id, true),
            Key::Content(content) => hash_content(content),
            Key::Unidentified => UNIDENTIFIED,
        };
        Sought { key, hash }
    }
}

/// The hash of what can only be counted.
const UNIDENTIFIED: u64 = 0;

/// The hash of the key that a message has by its id or, without one, by its content.
fn hash(id: Option<&MessageId>, content: Option<Content>, rules: Rules) -> u64 {
    match id {
        Some(id) => hash_id(&id.id, rules.case_sensitive),
        None if rules.ids_only => UNIDENTIFIED,
        None => hash_content(&content.unwrap_or_default()),
    }
}

/// In parts, for which no memory need be had: an id may be long.
fn hash_id(id: &[u8], case_sensitive: bool) -> u64 {
    let mut hasher = DefaultHasher::new();
    let mut folded = [0; 64];
    for part in id.chunks(folded.len()) {
        let Some(folded) = folded.get_mut(..part.len()) else { continue };
        folded.copy_from_slice(part);
        if !case_sensitive {
            folded.make_ascii_lowercase();
        }
        hasher.write(folded);
    }
    hasher.finish()
}

fn hash_content(content: &Content) -> u64 {
    let mut hasher = DefaultHasher::new();
    hasher.write(&content.sha1);
    hasher.finish()
}

/// The hash of what two files of one folder must not share: the directory that their `cur` and
/// `new` lie in, and the base name. Short, for it only says which are to be looked at.
fn hash_of_base(path: &[u8]) -> u32 {
    let (part, name) = path::split(path);
    let (directory, _) = path::split(part);
    let mut hasher = DefaultHasher::new();
    hasher.write(directory);
    hasher.write(b"/");
    hasher.write(file_name::base(name));
    let [a, b, c, d, ..] = hasher.finish().to_le_bytes();
    u32::from_le_bytes([a, b, c, d])
}

/// A [`Shape`] in three bytes.
#[derive(Clone, Copy, Debug)]
struct PackedShape {
    /// One for each trait, in the order of [`PackedShape::of`].
    traits: u8,
    clarity: Clarity,
    x_tuids: u8,
}

impl PackedShape {
    fn of(shape: Shape) -> PackedShape {
        let Shape { clarity, x_tuids, .. } = shape;
        let traits = [
            shape.no_header_end,
            shape.no_body,
            shape.placeholder,
            shape.nul_filled,
            shape.mbox_line,
            shape.anonymous,
            shape.no_usual_field,
            shape.blank,
        ];
        let traits = traits.into_iter().rev().fold(0, |bits, holds| bits << 1 | u8::from(holds));
        PackedShape { traits, clarity, x_tuids }
    }

    fn unpacked(self) -> Shape {
        let holds = |bit: u8| self.traits & 1 << bit != 0;
        Shape {
            no_header_end: holds(0),
            no_body: holds(1),
            placeholder: holds(2),
            nul_filled: holds(3),
            mbox_line: holds(4),
            anonymous: holds(5),
            no_usual_field: holds(6),
            blank: holds(7),
            clarity: self.clarity,
            x_tuids: self.x_tuids,
        }
    }
}

/// Whether the time of a file with a name counts, or must make another.
fn keeps_time(place: Place, name: &[u8]) -> bool {
    !place.is_delivered() || !name.first().is_some_and(u8::is_ascii_digit)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_record_is_small() {
        assert_eq!(size_of::<Record>(), 64);
    }

    #[test]
    fn a_packed_shape_is_the_same_shape() {
        for traits in 0..=u8::MAX {
            let packed = PackedShape { traits, clarity: Clarity::Several, x_tuids: traits };
            let shape = packed.unpacked();
            assert_eq!(PackedShape::of(shape).traits, traits);
            assert_eq!((shape.clarity, shape.x_tuids), (Clarity::Several, traits));
        }
    }

    #[test]
    fn the_time_is_kept_where_a_name_may_have_to_be_made_of_it() {
        assert!(!keeps_time(Place::Cur, b"1333.host"));
        assert!(keeps_time(Place::Cur, b":2,S"));
        assert!(keeps_time(Place::Misfiled, b"1333.host"));
        assert!(keeps_time(Place::Tmp, b"1333.host"));
    }

    #[test]
    fn a_base_is_of_its_folder() {
        let same =
            |one: &str, other: &str| hash_of_base(one.as_bytes()) == hash_of_base(other.as_bytes());
        assert!(same("cur/1.h:2,S", "new/1.h"));
        assert!(same(".a/cur/1.h:2,S", ".a/new/1.h"));
        assert!(!same(".a/cur/1.h", ".b/cur/1.h"));
        assert!(!same("cur/1.h", "cur/2.h"));
    }
}
