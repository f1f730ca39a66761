//! The messages of an index, one and all, as everything beyond sees them.

use std::borrow::Cow;
use std::cmp::Ordering;
use std::fmt;
use std::hash::{Hash, Hasher};
use std::path::Path;
use std::ptr;

use crate::identify::{Details, Shape};
use crate::maildir::file::Place;
use crate::maildir::file_name::{self, Flags};
use crate::message::canonical::Content;
use crate::message::id::{Key, in_brackets};
use crate::path;
use crate::table::Tells;

use super::record::{Record, Sought, Store};

/// One mail file of an index: a message, or a leftover. Two of them are equal if they are the same
/// file of the same index.
#[derive(Clone, Copy)]
pub struct Message<'i> {
    store: &'i Store,
    record: &'i Record,
}

impl<'i> Message<'i> {
    pub(super) fn new(store: &'i Store, record: &'i Record) -> Message<'i> {
        Message { store, record }
    }

    /// What makes it the same message as another.
    pub fn key(self) -> Key {
        self.store.key(self.record)
    }

    /// Whether it has the key of another, of whichever index.
    pub fn has_key_of(self, other: Message<'_>) -> bool {
        self.compare_keys(other) == Ordering::Equal
    }

    /// The order of keys in every index.
    pub(crate) fn compare_keys(self, other: Message<'_>) -> Ordering {
        self.store.compare_keys(self.record, (other.store, other.record))
    }

    /// Whether its key identifies nothing: content that is empty after canonicalisation or, where
    /// only Message-IDs count, none.
    pub fn identifies_nothing(self) -> bool {
        let is_empty = || self.content().is_some_and(|content| content.is_empty());
        self.is_unidentified() || !self.record.has_id() && is_empty()
    }

    /// Whether it can only be counted: it has no usable Message-ID, and nothing else counts.
    pub fn is_unidentified(self) -> bool {
        self.store.is_unidentified(self.record)
    }

    /// Its Message-ID without brackets and blanks, in its own letter case; `None` without a usable
    /// one.
    pub fn id(self) -> Option<&'i [u8]> {
        self.record.has_id().then(|| self.store.id(self.record))
    }

    /// Its Message-ID as written.
    pub fn written(self) -> Option<Cow<'i, [u8]>> {
        let more = self.record.more.as_ref().and_then(|more| more.written.as_deref());
        let usual = || self.id().map(|id| Cow::Owned(in_brackets(id)));
        more.map(Cow::Borrowed).or_else(usual)
    }

    /// The index of its folder in [`super::Index::folders`].
    pub fn folder(self) -> usize {
        self.record.folder()
    }

    /// Where in the folder it lies; of what a table names and does not tell, in `cur`.
    pub fn place(self) -> Place {
        self.record.place
    }

    /// Where in the folder it lies, as far as that is known.
    pub fn known_place(self) -> Option<Place> {
        self.is_told(|tells| tells.paths).then_some(self.record.place)
    }

    /// Whether a server shows it, as far as that is known.
    pub fn is_delivered(self) -> Option<bool> {
        self.is_told(|tells| tells.folders).then_some(self.record.place.is_delivered())
    }

    /// Whether something of it is known: of what was read, all.
    fn is_told(self, what: impl Fn(Tells) -> bool) -> bool {
        self.store.tells.is_none_or(what)
    }

    /// Its path relative to the root; absolute where INBOX lies outside.
    pub fn path(self) -> &'i Path {
        path::of(self.store.path(self.record))
    }

    /// The file's name; nothing where the message is no file of its own, but a part of an mbox.
    pub fn name(self) -> &'i [u8] {
        self.store.name(self.record)
    }

    /// What of the file's name stays while flags change.
    pub fn base(self) -> &'i [u8] {
        file_name::base(self.name())
    }

    /// The directory that its `cur`, `new` or `tmp` lies in: of a delivered message its folder's.
    pub fn folder_directory(self) -> &'i Path {
        let (part, _) = path::split(self.store.path(self.record));
        let (directory, _) = path::split(part);
        path::of(directory)
    }

    /// The inode number, a link's its own. Where the message is not read from a tree, some number
    /// that no other of its index has, unless the file has other names or is a link.
    pub fn inode(self) -> u64 {
        let other = self.record.more.as_ref().and_then(|more| more.inode);
        other.unwrap_or(self.record.handle)
    }

    /// By what it is found again where it is not read from a tree: the byte at which it begins.
    pub(crate) fn handle(self) -> u64 {
        self.record.handle
    }

    /// What is known of it beyond this, if that was wanted when it was read.
    pub(crate) fn details(self) -> Option<&'i Details> {
        self.store.details(self.record)
    }

    /// The inode number of what was read: of what a link leads to.
    pub fn read_inode(self) -> u64 {
        let other = self.record.more.as_ref().and_then(|more| more.read_inode);
        other.unwrap_or_else(|| self.inode())
    }

    /// Whether the file is a link to where the message lies.
    pub fn is_link(self) -> bool {
        self.inode() != self.read_inode()
    }

    /// Whether the file has other names, by hard links.
    pub fn has_names(self) -> bool {
        self.record.more.as_ref().is_some_and(|more| more.has_names)
    }

    /// When the file was last written, in seconds since 1970-01-01 UTC; known of what is not
    /// delivered, and where the name does not begin with a time.
    pub fn modified(self) -> Option<i64> {
        self.record.more.as_ref().and_then(|more| more.modified)
    }

    /// On disk, in bytes; 0 where a table does not tell it.
    pub fn size(self) -> u64 {
        self.record.size
    }

    /// On disk, in bytes, as far as that is known.
    pub fn known_size(self) -> Option<u64> {
        self.is_told(|tells| tells.sizes).then_some(self.record.size)
    }

    /// Of the message itself, in bytes: another one than its size where the file is compressed, and
    /// `None` where such a file was not read to its end. Of what a table names always `None`: each
    /// server counts line ends in its own way.
    pub fn length(self) -> Option<u64> {
        self.store.tells.map_or_else(|| self.length_as_read(), |_| None)
    }

    fn length_as_read(self) -> Option<u64> {
        let packed = self.record.more.as_ref().filter(|more| more.compressed);
        packed.map_or(Some(self.record.size), |more| more.unpacked)
    }

    /// Whether it is stored compressed.
    pub fn is_compressed(self) -> bool {
        self.record.more.as_ref().is_some_and(|more| more.compressed)
    }

    /// From the file's name; none where a table does not tell them.
    pub fn flags(self) -> Flags {
        self.record.flags
    }

    /// From the file's name, as far as they are known.
    pub fn known_flags(self) -> Option<Flags> {
        self.is_told(|tells| tells.flags).then_some(self.record.flags)
    }

    /// What is missing or out of the ordinary.
    pub fn shape(self) -> Shape {
        self.record.shape()
    }

    /// Whether its name tells another size in `S=` than it has, as far as that is known.
    pub fn tells_wrong_size(self) -> bool {
        self.record.tells_wrong_size
    }

    /// A hash of the directory of its folder and its base name: equal for files that share both.
    pub(crate) fn hash_of_base(self) -> u32 {
        self.record.base
    }

    /// The canonical content, once it is known.
    pub fn content(self) -> Option<Content> {
        self.store.content(self.record)
    }

    /// The canonical content without any quoting undone, of a message in an mbox that has lines
    /// with `>From `: the message may have had them itself, and then this is its content.
    pub fn content_as_written(self) -> Option<Content> {
        self.store.content_as_written(self.record)
    }

    /// Whether the contents of two messages are known, and known to differ in every reading.
    pub fn differs_from(self, other: Message<'_>) -> bool {
        let Some((ours, theirs)) = self.content().zip(other.content()) else { return false };
        ours != theirs
            && self.content_as_written() != Some(theirs)
            && other.content_as_written() != Some(ours)
    }

    /// Says what the content may be as well.
    pub(crate) fn set_content_as_written(self, content: Content) {
        self.store.set_content_as_written(self.record, content);
    }

    /// Says what the content is, once it has been computed.
    pub(crate) fn set_content(self, content: Content) {
        self.store.set_content(self.record, content);
    }

    /// Whether its content is known to be empty after canonicalisation.
    pub fn is_empty(self) -> bool {
        self.length() == Some(0) || self.content().is_some_and(|content| content.is_empty())
    }
}

impl PartialEq for Message<'_> {
    fn eq(&self, other: &Message<'_>) -> bool {
        ptr::eq(self.record, other.record)
    }
}

impl Eq for Message<'_> {}

impl Hash for Message<'_> {
    fn hash<H: Hasher>(&self, state: &mut H) {
        ptr::hash(self.record, state);
    }
}

impl fmt::Debug for Message<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Message").field(&self.path()).finish()
    }
}

/// Files of an index that stand together in its order: by key, then delivered ones first, then by
/// path. The order of keys has no meaning, and is the same in every index.
#[derive(Clone, Copy)]
pub struct Messages<'i> {
    store: &'i Store,
    records: &'i [Record],
}

impl<'i> Messages<'i> {
    pub(super) fn new(store: &'i Store, records: &'i [Record]) -> Messages<'i> {
        Messages { store, records }
    }

    /// How many there are.
    pub fn len(self) -> usize {
        self.records.len()
    }

    /// Whether they are files of their own, whose names tell of them.
    pub fn are_files(self) -> bool {
        self.store.has_files()
    }

    /// Whether there is none.
    pub fn is_empty(self) -> bool {
        self.records.is_empty()
    }

    /// The first of them.
    pub fn first(self) -> Option<Message<'i>> {
        self.records.first().map(|record| Message::new(self.store, record))
    }

    /// The one at a place.
    pub fn get(self, at: usize) -> Option<Message<'i>> {
        self.records.get(at).map(|record| Message::new(self.store, record))
    }

    /// Those whose keys come before that of a message, and the others.
    pub(crate) fn split_before(self, message: Message<'_>) -> (Messages<'i>, Messages<'i>) {
        let comes_before = |record: &Record| {
            Message::new(self.store, record).compare_keys(message) == Ordering::Less
        };
        let (before, rest) = self.records.split_at(self.records.partition_point(comes_before));
        (Messages { records: before, ..self }, Messages { records: rest, ..self })
    }

    /// The only one; `None` where there are others, or none.
    pub fn single(self) -> Option<Message<'i>> {
        self.first().filter(|_| self.len() == 1)
    }

    /// Takes those of the first key away from it.
    #[must_use]
    pub(crate) fn take_key(&mut self) -> Messages<'i> {
        let Some((first, others)) = self.records.split_first() else { return *self };
        let is_other = |record: &Record| {
            self.store.compare_keys(first, (self.store, record)) != Ordering::Equal
        };
        let more = others.iter().position(is_other).unwrap_or(others.len());
        self.take(1 + more)
    }

    /// Takes nothing away from it.
    #[must_use]
    pub(crate) fn take_none(&mut self) -> Messages<'i> {
        self.take(0)
    }

    fn take(&mut self, count: usize) -> Messages<'i> {
        let (taken, rest) = self.records.split_at(count.min(self.records.len()));
        self.records = rest;
        Messages { records: taken, ..*self }
    }

    /// All of them.
    pub fn iter(self) -> impl DoubleEndedIterator<Item = Message<'i>> + ExactSizeIterator + Clone {
        self.records.iter().map(move |record| Message::new(self.store, record))
    }

    /// Those of a key.
    #[must_use]
    pub fn with_key(self, key: &Key) -> Messages<'i> {
        let sought = Sought::new(key);
        let compare = |record: &Record| self.store.compare_key(record, &sought);
        let start = self.records.partition_point(|record| compare(record) == Ordering::Less);
        let rest = self.records.get(start..).unwrap_or_default();
        let length = rest.partition_point(|record| compare(record) == Ordering::Equal);
        Messages { records: rest.get(..length).unwrap_or_default(), ..self }
    }

    /// Those of each key, one key after the other.
    pub fn by_key(mut self) -> impl Iterator<Item = Messages<'i>> {
        std::iter::from_fn(move || Some(self.take_key()).filter(|taken| !taken.is_empty()))
    }
}

impl fmt::Debug for Messages<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.iter()).finish()
    }
}
