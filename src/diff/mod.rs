//! Two indexes against each other: a class for every message, the folders, the ledger.
//!
//! Everything works on multisets: a key has copies, each in a folder, and copies are counted, not
//! only whether there are any. The stages: find the keys that both sides have, read what must be
//! hashed to pair their copies truly, pair them; pair by content what only one side seems to have;
//! read the headers of the rest and give it its reason; count.

use std::cmp::Ordering;
use std::collections::{BTreeSet, HashSet};

use rayon::prelude::*;

use crate::error::Error;
use crate::fetch;
use crate::folders::Pairs;
use crate::index::{Index, Message, Messages};
use crate::leftover::{Leftover, State};
use crate::message::canonical::Content;
use crate::message::envelope::Envelope;
use crate::message::id::Key;
use crate::side::{Side, Sides};

mod class;
mod join;
mod count;
mod folder_counts;
mod pairing;
mod cut;
mod reason;
mod explain;

pub use class::{Class, Counts, Ledger, Mark, Reason};
pub use folder_counts::{FolderCounts, Renamed};
pub use pairing::order as order_of_pairing;

use count::{PlainPairs, count, ledger, misfiled_on};
use folder_counts::{count_folders, find_renamed};
use join::{Join, lone};
use pairing::{Copies, Paired, is_suspicious};

/// What is compared, and how far.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[allow(clippy::struct_excessive_bools, reason = "each is an option of its own")]
pub struct Options {
    /// Each side is one folder.
    pub ignore_folders: bool,
    /// Every pair's content is compared, not only where there is cause.
    pub content: bool,
    /// With `ignore_folders`: every content of the left must be on the right, so copies of one key
    /// are held against each other even where their numbers agree.
    pub one_way: bool,
    /// What is wanted of pairs that are plainly the same.
    pub same: Same,
}

/// What is wanted of pairs of which there is nothing to say: [`Row::is_plain`].
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Same {
    /// How many there are in each folder. It takes no memory to speak of, whatever their number.
    #[default]
    Counted,
    /// A row for each.
    Listed,
    /// A row for each, with Date, From and Subject.
    Told,
}

/// A pair, or a file without a partner.
#[derive(Clone, Debug)]
pub struct Row<'a> {
    /// What it is.
    pub class: Class,
    /// What else is to be said of it.
    pub marks: BTreeSet<Mark>,
    /// Why, for a message of one side only and for a pair whose content differs.
    pub reason: Option<Reason>,
    /// The files.
    pub files: Sides<Option<Message<'a>>>,
    /// A message that is on the other side only and probably the same: equal in Date, From and
    /// Subject, and alone with that on its side.
    pub probable: Option<Message<'a>>,
    /// What the message says of itself; of a plainly same pair only where that was wanted.
    pub envelope: Envelope,
}

impl<'a> Row<'a> {
    fn new(class: Class, files: Sides<Option<Message<'a>>>) -> Row<'a> {
        let (marks, envelope) = (BTreeSet::new(), Envelope::default());
        Row { class, marks, reason: None, files, probable: None, envelope }
    }

    /// Two messages of one folder.
    fn of_pair(left: Message<'a>, right: Message<'a>) -> Row<'a> {
        Row::new(Class::Same, Sides::new(Some(left), Some(right)))
    }

    /// The file that stands for the row: the left's, or the right's where the left has none.
    pub fn file(&self) -> Option<(Side, Message<'a>)> {
        let left = self.files.left.map(|message| (Side::Left, message));
        left.or(self.files.right.map(|message| (Side::Right, message)))
    }

    /// Its files; beside a file without a partner its probable twin.
    pub fn copies(&self) -> Sides<Option<Message<'a>>> {
        let mut copies = self.files;
        if let (Some((side, _)), Some(twin)) = (self.file(), self.probable) {
            copies[side.other()] = Some(twin);
        }
        copies
    }

    /// The side whose copy has more content, where there are two.
    pub fn longer(&self) -> Option<Side> {
        let Sides { left: Some(left), right: Some(right) } = self.copies() else { return None };
        let length = |message: Message<'_>| message.content().map(|content| content.length);
        let lengths = length(left).zip(length(right));
        let (left, right) = lengths.or(left.length().zip(right.length()))?;
        match left.cmp(&right) {
            Ordering::Greater => Some(Side::Left),
            Ordering::Less => Some(Side::Right),
            Ordering::Equal => None,
        }
    }

    /// Whether it is marked `misfiled`, and the file of this side is the one that lies so.
    pub fn is_misfiled_on(&self, side: Side) -> bool {
        let lies_so = |file: Message<'_>| !file.place().is_delivered();
        self.marks.contains(&Mark::Misfiled) && self.files[side].is_some_and(lies_so)
    }

    /// Whether there is nothing to say of it: a pair in one folder, without a mark.
    pub fn is_plain(&self) -> bool {
        self.class == Class::Same && self.marks.is_empty()
    }
}

/// The difference of two trees.
#[derive(Debug)]
pub struct Diff<'a> {
    /// Every pair and every unpaired file, but for plainly same pairs that were only to be counted;
    /// sorted by class, folder and path.
    pub rows: Vec<Row<'a>>,
    /// Every folder of either side that takes part; sorted by name.
    pub folders: Vec<FolderCounts>,
    /// Folders that seem to be renamed.
    pub renamed: Vec<Renamed>,
    /// How many there are of what.
    pub counts: Counts,
    /// Of the pairs marked `misfiled`, how many lie misfiled on each side.
    pub misfiled: Sides<u64>,
    /// Where every file went.
    pub ledger: Sides<Ledger>,
    /// Whether the content of every pair was compared.
    pub content_checked: bool,
    /// Whether only Message-IDs were compared, because a side is a table.
    pub ids_only: bool,
    /// Then, how many messages of each side have none that is usable, and were only counted.
    pub unidentified: Sides<u64>,
    /// What could not be read again, so that the answer is not proven.
    pub errors: Sides<Vec<Error>>,
}

/// Compares two indexes whose folders are paired and whose leftovers are judged.
pub fn diff<'a>(
    indexes: Sides<&'a Index>,
    pairs: &Pairs,
    leftovers: Sides<&[Leftover<'a>]>,
    options: Options,
) -> Diff<'a> {
    let mut comparison = Comparison::new(indexes, pairs, options);
    comparison.pair_keys();
    comparison.pair_by_content();
    comparison.add_orphans(leftovers);
    comparison.explain();
    comparison.finish(leftovers)
}

/// A comparison under way.
struct Comparison<'a, 'p> {
    indexes: Sides<&'a Index>,
    pairs: &'p Pairs,
    options: Options,
    rows: Vec<Row<'a>>,
    plain: PlainPairs,
    /// Messages without a partner so far, and whether both sides have their key.
    lone: Sides<Vec<(Message<'a>, bool)>>,
    errors: Sides<Vec<Error>>,
}

/// What has come of a part of the keys.
#[derive(Default)]
struct Part<'a> {
    lone: Sides<Vec<(Message<'a>, bool)>>,
    plain: PlainPairs,
    rows: Vec<Row<'a>>,
    /// Copies of keys that both sides have, which are still to be paired.
    shared: Vec<Copies<'a>>,
}

impl<'a, 'p> Comparison<'a, 'p> {
    fn new(indexes: Sides<&'a Index>, pairs: &'p Pairs, options: Options) -> Self {
        Comparison {
            indexes,
            pairs,
            options,
            rows: Vec::new(),
            plain: PlainPairs::default(),
            lone: Sides::default(),
            errors: Sides::default(),
        }
    }

    /// Whether only Message-IDs are compared: a table holds no contents.
    fn ids_only(&self) -> bool {
        self.indexes.iter().any(|index| index.is_table())
    }

    /// The folder of the comparison that a message lies in.
    fn folder(&self, side: Side, message: Message<'_>) -> usize {
        if self.options.ignore_folders {
            return 0;
        }
        self.pairs.of[side].get(message.folder()).copied().unwrap_or_default()
    }

    /// Pairs the copies of every key that both sides have.
    fn pair_keys(&mut self) {
        let parts = join::in_parts(self.indexes.map(Index::messages));
        let sorted = parts.into_par_iter().map(|part| self.sort_out(part));
        let mut shared: Vec<Copies<'a>> = Vec::new();
        for part in sorted.collect::<Vec<Part<'a>>>() {
            for (side, lone) in Side::BOTH.into_iter().zip([part.lone.left, part.lone.right]) {
                self.lone[side].extend(lone);
            }
            self.plain.append(part.plain);
            self.rows.extend(part.rows);
            shared.extend(part.shared);
        }
        let (options, ids_only) = (self.options, self.ids_only());
        self.hash(shared.iter().filter(|copies| !ids_only && needs_content(copies, options)));
        let paired: Vec<Paired<'a>> = shared.iter().map(|copies| self.pair(copies)).collect();
        let is_doubtful = |paired: &Paired<'a>| {
            paired.pairs.iter().any(|&(left, right)| self.is_suspicious(left, right))
        };
        let both = shared.iter().zip(paired);
        let (doubtful, clear): (Vec<_>, Vec<_>) = both.partition(|(_, paired)| is_doubtful(paired));
        self.hash(doubtful.iter().map(|(copies, _)| *copies));
        for (_, paired) in clear {
            self.settle(paired);
        }
        for (copies, _) in doubtful {
            self.settle(self.pair(copies));
        }
    }

    /// Which keys of a part one side has alone, which pairs are plainly the same, and which copies
    /// have to be paired.
    fn sort_out(&self, part: Join<'a>) -> Part<'a> {
        let mut sorted = Part::default();
        for copies in part {
            match (lone(copies), self.plain_pair(copies)) {
                (Some((side, copies)), _) => {
                    sorted.lone[side].extend(copies.iter().map(|message| (message, false)));
                }
                (None, Some((left, _))) if self.options.same == Same::Counted => {
                    let folder = self.folder(Side::Left, left);
                    sorted.plain.add(folder, left.place().is_delivered());
                }
                (None, Some((left, right))) => sorted.rows.push(Row::of_pair(left, right)),
                (None, None) => sorted.shared.push(copies.map(|copies| copies.iter().collect())),
            }
        }
        sorted
    }

    /// The most common case, for which no more is to be done: one message on each side, in one
    /// folder, that differ in nothing and give no cause to look into them.
    fn plain_pair(&self, copies: Sides<Messages<'a>>) -> Option<(Message<'a>, Message<'a>)> {
        let (left, right) = copies.left.single().zip(copies.right.single())?;
        let is_plain = !self.options.content
            && !left.identifies_nothing()
            && !self.is_suspicious(left, right)
            && self.folder(Side::Left, left) == self.folder(Side::Right, right)
            && can_be_counted(left, right)
            && marks(left, right, false).next().is_none();
        is_plain.then_some((left, right))
    }

    /// Whether the contents of a pair are to be compared for all that is known without reading it.
    fn is_suspicious(&self, left: Message<'_>, right: Message<'_>) -> bool {
        !self.ids_only() && is_suspicious(left, right)
    }

    fn hash<'c>(&mut self, groups: impl Iterator<Item = &'c Copies<'a>>)
    where
        'a: 'c,
    {
        let mut wanted: Copies<'a> = Sides::default();
        for copies in groups {
            for (side, messages) in copies.each() {
                wanted[side].extend(messages);
            }
        }
        for (side, messages) in wanted.each() {
            self.errors[side].extend(fetch::contents(self.indexes[side], messages));
        }
    }

    fn pair(&self, copies: &Copies<'a>) -> Paired<'a> {
        let folder = |side: Side, message: Message<'_>| self.folder(side, message);
        let empty = copies.left.first().is_some_and(|message| message.identifies_nothing());
        let pair = if empty { pairing::pair_by_folder } else { pairing::pair_copies };
        pair(copies.clone(), &folder)
    }

    /// Makes rows of what is paired. What is over is a further copy if a paired file of its key has
    /// its content; of the others the first of each content is a message of its own, and what
    /// repeats it a further copy. Where no content can tell, its Message-ID does.
    fn settle(&mut self, paired: Paired<'a>) {
        let ids_only = self.ids_only();
        let mut known: BTreeSet<Content> = BTreeSet::new();
        for (left, right) in paired.pairs {
            known.extend([left, right].into_iter().filter_map(Message::content));
            self.add_pair(left, right, false);
        }
        for (side, over) in paired.over.each() {
            for &message in over {
                let identifies = !message.identifies_nothing();
                let content = message.content().filter(|_| identifies);
                let is_new = content.is_none_or(|content| known.insert(content));
                if is_new && !(ids_only && identifies) {
                    self.lone[side].push((message, identifies));
                } else {
                    self.add_copy(side, message);
                }
            }
        }
    }

    fn add_copy(&mut self, side: Side, message: Message<'a>) {
        self.rows.push(Row::new(Class::Copies, Sides::only(side, message)));
    }

    fn add_pair(&mut self, left: Message<'a>, right: Message<'a>, rekeyed: bool) {
        let folder = self.folder(Side::Left, left);
        let mut row = Row::of_pair(left, right);
        if folder != self.folder(Side::Right, right) {
            row.class = Class::Moved;
        }
        row.marks.extend(marks(left, right, rekeyed));
        let is_counted = self.options.same == Same::Counted && can_be_counted(left, right);
        if row.is_plain() && is_counted {
            self.plain.add(folder, left.place().is_delivered());
            return;
        }
        if row.marks.contains(&Mark::Content) {
            row.reason = Some(reason::of_content(self.indexes, left, right));
        }
        self.rows.push(row);
    }

    /// Pairs by content what only one side seems to have: servers and tools change Message-IDs.
    #[allow(clippy::mutable_key_type, reason = "messages are told apart by where they are kept")]
    fn pair_by_content(&mut self) {
        if self.ids_only() || self.lone.iter().any(Vec::is_empty) {
            return;
        }
        let lone =
            self.lone.as_ref().map(|lone| lone.iter().map(|(message, _)| *message).collect());
        let lone: Copies<'a> = lone;
        self.hash(std::iter::once(&lone));
        let identifies =
            |message: &Message<'_>| message.content().is_some_and(|content| !content.is_empty());
        let known = lone.map(|lone| lone.into_iter().filter(identifies).collect());
        let folder = |side: Side, message: Message<'_>| self.folder(side, message);
        let pairs = pairing::pair_by_content(known, &folder).pairs;
        let found: HashSet<Message<'a>> =
            pairs.iter().flat_map(|&(left, right)| [left, right]).collect();
        let contents: BTreeSet<Content> =
            pairs.iter().filter_map(|(left, _)| left.content()).collect();
        for (left, right) in pairs {
            self.add_pair(left, right, true);
        }
        for side in Side::BOTH {
            let repeats = |message: Message<'_>| {
                message.content().is_some_and(|content| contents.contains(&content))
            };
            let rest = std::mem::take(&mut self.lone[side]).into_iter();
            let rest = rest.filter(|(message, _)| !found.contains(message));
            let (copies, lone): (Vec<_>, Vec<_>) = rest.partition(|(message, _)| repeats(*message));
            self.lone[side] = lone;
            for (message, _) in copies {
                self.add_copy(side, message);
            }
        }
    }

    /// A leftover that is no message of its own side, and unknown to the other, is mail that only
    /// this file holds. Of what can only be counted that cannot be said.
    fn add_orphans(&mut self, leftovers: Sides<&[Leftover<'a>]>) {
        for (side, leftovers) in leftovers.each() {
            let other = self.indexes[side.other()];
            let orphans = leftovers.iter().filter(|leftover| leftover.state == State::Orphan);
            let unknown = orphans
                .map(|orphan| (orphan, orphan.message.key()))
                .filter(|(_, key)| *key != Key::Unidentified && !other.has_key(key));
            self.lone[side].extend(unknown.map(|(orphan, _)| (orphan.message, false)));
        }
    }

    fn finish(mut self, leftovers: Sides<&[Leftover<'a>]>) -> Diff<'a> {
        self.sort_rows();
        for side in Side::BOTH {
            Error::sort(&mut self.errors[side]);
        }
        let counts = count(&self.rows, &self.plain);
        let ids_only = self.ids_only();
        let ledger = Sides::of(|side| {
            let leftovers = leftovers[side].len() as u64;
            ledger(self.indexes[side], side, &self.rows, &self.plain, leftovers)
        });
        Diff {
            folders: count_folders(
                self.indexes,
                self.pairs,
                &self.rows,
                &self.plain,
                self.options.ignore_folders,
            ),
            renamed: find_renamed(self.indexes, self.pairs, self.options.ignore_folders),
            misfiled: Sides::of(|side| misfiled_on(side, &self.rows)),
            rows: self.rows,
            counts,
            ledger,
            content_checked: self.options.content,
            ids_only,
            unidentified: self.indexes.map(|index| index.unidentified().len() as u64),
            errors: self.errors,
        }
    }

    fn sort_rows(&mut self) {
        let mut rows = std::mem::take(&mut self.rows);
        rows.sort_by_cached_key(|row| {
            let place = row.file().map(|(side, file)| (self.folder(side, file), side, file.path()));
            (row.class, place)
        });
        self.rows = rows;
    }
}

/// Whether the copies of a key can only be paired truly by their content: some have no partner and
/// it must be known which, or the user asked.
fn needs_content(copies: &Copies<'_>, options: Options) -> bool {
    let (left, right) = (copies.left.len(), copies.right.len());
    let every_content_counts = options.one_way && options.ignore_folders;
    let several = left > 1 || right > 1;
    options.content || several && (left != right || every_content_counts)
}

/// Whether what is counted of a plain pair holds for both sides. It need not where a table does not
/// tell what a server shows: then there is no mark either.
fn can_be_counted(left: Message<'_>, right: Message<'_>) -> bool {
    left.place().is_delivered() == right.place().is_delivered()
}

/// Whether two things are known, and are not the same.
fn are_unlike<T: PartialEq>(left: Option<T>, right: Option<T>) -> bool {
    left.zip(right).is_some_and(|(left, right)| left != right)
}

/// What there is to say of a pair.
fn marks(
    left: Message<'_>,
    right: Message<'_>,
    rekeyed: bool,
) -> impl Iterator<Item = Mark> + use<> {
    // Of what can only be counted no file has the flags of its partner.
    let flags = |message: Message<'_>| message.known_flags().filter(|_| !message.is_unidentified());
    let holds = [
        (Mark::Content, left.differs_from(right)),
        (Mark::Misfiled, are_unlike(left.is_delivered(), right.is_delivered())),
        (Mark::Rekeyed, rekeyed),
        (Mark::CaseOnly, !rekeyed && left.id() != right.id()),
        (Mark::Flags, are_unlike(flags(left), flags(right))),
    ];
    holds.into_iter().filter(|(_, holds)| *holds).map(|(mark, _)| mark)
}
