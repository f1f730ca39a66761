//! What the comparison comes to, folder by folder; and folders that seem to be renamed.

use std::collections::{BTreeMap, BTreeSet};

use crate::folders::{Ground, Pairs};
use crate::index::{Index, Message};
use crate::maildir::folder_name::FolderName;
use crate::side::{Side, Sides};

use super::count::PlainPairs;
use super::join::join;
use super::{Class, Mark, Row};

/// One folder of the comparison, and what became of the messages in it.
///
/// For each side `messages = same + moved + copies + only`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct FolderCounts {
    /// The left's name, or the right's where the left has no such folder; `*` where folders are
    /// ignored.
    pub name: String,
    /// Each side's name of it; `None` where that side has no such folder.
    pub names: Sides<Option<FolderName>>,
    /// Why the two stand against each other; `None` where only one side has it.
    pub ground: Option<Ground>,
    /// Whether the user left it out: then nothing in it was compared, and all counts are 0.
    pub excluded: bool,
    /// Messages, wherever in the folder they lie.
    pub messages: Sides<u64>,
    /// Messages in `cur` and `new`.
    pub delivered: Sides<u64>,
    /// Pairs with both files in it.
    pub same: u64,
    /// Messages whose partner lies in another folder: of the left those that moved out, of the
    /// right those that moved in.
    pub moved: Sides<u64>,
    /// Further copies.
    pub copies: Sides<u64>,
    /// Messages that the other side has not.
    pub only: Sides<u64>,
    /// Pairs whose content differs, by the folder of the left's file.
    pub content: u64,
    /// Pairs that are misfiled on one side, likewise.
    pub misfiled: u64,
}

impl FolderCounts {
    /// Whether the two sides do not simply have the same messages here.
    pub fn differs(&self) -> bool {
        let any = |counts: Sides<u64>| counts.iter().any(|&count| count > 0);
        any(self.moved) || any(self.copies) || any(self.only) || self.content + self.misfiled > 0
    }
}

/// Two folders without partners that share most of their messages.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Renamed {
    /// Their names.
    pub names: Sides<FolderName>,
    /// How many keys they share.
    pub shared: u64,
    /// How many keys the one with fewer has.
    pub of: u64,
}

/// In how many folders of a side a message may lie and still tell that one of them was renamed.
const MOST_FOLDERS: usize = 16;

pub(super) fn count_folders(
    indexes: Sides<&Index>,
    pairs: &Pairs,
    rows: &[Row<'_>],
    plain: &PlainPairs,
    ignore_folders: bool,
) -> Vec<FolderCounts> {
    let mut folders = if ignore_folders { vec![whole()] } else { named(indexes, pairs) };
    let place = |side: Side, message: Message<'_>| {
        let place = pairs.of[side].get(message.folder()).copied().unwrap_or_default();
        if ignore_folders { 0 } else { place }
    };
    for (at, count) in plain.by_folder() {
        let Some(folder) = folders.get_mut(at) else { continue };
        folder.same += count.pairs;
        for side in Side::BOTH {
            folder.messages[side] += count.pairs;
            folder.delivered[side] += count.delivered;
        }
    }
    for row in rows {
        for (side, message) in row.files.each() {
            let Some(message) = *message else { continue };
            let Some(folder) = folders.get_mut(place(side, message)) else { continue };
            folder.messages[side] += 1;
            if side == Side::Left {
                folder.content += u64::from(row.marks.contains(&Mark::Content));
                folder.misfiled += u64::from(row.marks.contains(&Mark::Misfiled));
            }
            folder.delivered[side] += u64::from(message.place().is_delivered());
            match row.class {
                Class::Same if side == Side::Left => folder.same += 1,
                Class::Same => {}
                Class::Moved => folder.moved[side] += 1,
                Class::Copies => folder.copies[side] += 1,
                Class::OnlyLeft | Class::OnlyRight => folder.only[side] += 1,
            }
        }
    }
    let exists = |folder: &FolderCounts| folder.names.iter().any(Option::is_some);
    folders.retain(|folder| {
        ignore_folders || exists(folder) || folder.messages.iter().any(|&count| count > 0)
    });
    folders
}

/// All folders of both sides as one.
fn whole() -> FolderCounts {
    FolderCounts { name: "*".to_owned(), ..FolderCounts::default() }
}

fn named(indexes: Sides<&Index>, pairs: &Pairs) -> Vec<FolderCounts> {
    let folder = |pair: &crate::folders::Pair| {
        let of = |side: Side| pair.folders[side].and_then(|at| indexes[side].folders.get(at));
        let any = Side::BOTH.into_iter().find_map(of);
        let is_excluded = |side: Side| {
            let folder = pair.folders[side].and_then(|at| indexes[side].excluded.get(at));
            folder.copied().unwrap_or_default()
        };
        // INBOX may stand for files of no folder: then no directory is behind it.
        let real = |side: Side| of(side).filter(|folder| !folder.directories.is_empty());
        let names = Sides::of(|side| real(side).map(|folder| folder.name.clone()));
        let both = names.iter().all(Option::is_some);
        FolderCounts {
            name: any.map(|folder| folder.name.to_string()).unwrap_or_default(),
            names,
            ground: both.then_some(pair.ground),
            excluded: Side::BOTH.into_iter().any(is_excluded),
            ..FolderCounts::default()
        }
    };
    pairs.pairs.iter().map(folder).collect()
}

/// Folders that have no partner, and share at least four fifths of the smaller one's keys with one
/// such folder of the other side, and with no other.
pub(super) fn find_renamed(
    indexes: Sides<&Index>,
    pairs: &Pairs,
    ignore_folders: bool,
) -> Vec<Renamed> {
    let alone = |side: Side, folder: usize| {
        let pair = pairs.of[side].get(folder).and_then(|&at| pairs.pairs.get(at));
        pair.is_some_and(|pair| pair.folders[side.other()].is_none())
    };
    let any_alone = |side: Side| (0..indexes[side].folders.len()).any(|folder| alone(side, folder));
    if ignore_folders || !Side::BOTH.into_iter().all(any_alone) {
        return Vec::new();
    }
    let mut keys: Sides<BTreeMap<usize, u64>> = Sides::default();
    let mut shared: BTreeMap<(usize, usize), u64> = BTreeMap::new();
    for copies in join(indexes.map(Index::messages)) {
        let first = copies.iter().find_map(|copies| copies.first());
        if first.is_none_or(Message::identifies_nothing) {
            continue;
        }
        let folders = Sides::of(|side| {
            let folders = copies[side].iter().map(Message::folder);
            folders.filter(|&folder| alone(side, folder)).collect::<BTreeSet<usize>>()
        });
        for (side, folders) in folders.each() {
            for &folder in folders {
                *keys[side].entry(folder).or_default() += 1;
            }
        }
        // A message that is everywhere tells nothing of one folder.
        if folders.iter().any(|folders| folders.len() > MOST_FOLDERS) {
            continue;
        }
        for &left in &folders.left {
            for &right in &folders.right {
                *shared.entry((left, right)).or_default() += 1;
            }
        }
    }
    let size = |side: Side, folder: usize| keys[side].get(&folder).copied().unwrap_or_default();
    let smaller = |left, right| size(Side::Left, left).min(size(Side::Right, right));
    shared.retain(|&(left, right), shared| *shared * 5 >= smaller(left, right) * 4);
    let mut partners: Sides<BTreeMap<usize, u64>> = Sides::default();
    for &(left, right) in shared.keys() {
        *partners.left.entry(left).or_default() += 1;
        *partners.right.entry(right).or_default() += 1;
    }
    let is_only = |side: Side, folder: usize| partners[side].get(&folder) == Some(&1);
    let unique = shared
        .iter()
        .filter(|((left, right), _)| is_only(Side::Left, *left) && is_only(Side::Right, *right));
    let renamed = unique.filter_map(|(&(left, right), &count)| {
        let name = |side: Side, folder: usize| indexes[side].folders.get(folder);
        let names = Sides::new(
            name(Side::Left, left)?.name.clone(),
            name(Side::Right, right)?.name.clone(),
        );
        Some(Renamed { names, shared: count, of: smaller(left, right) })
    });
    renamed.collect()
}
