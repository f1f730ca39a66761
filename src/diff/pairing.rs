//! Which copy of the left belongs to which of the right.
//!
//! A key has copies on both sides, each in a folder. They pair in this order: equal content in one
//! folder, equal content in two folders, one folder, two folders; the first two only where contents
//! are known, and the last two where the ids are equal in letter case before others. Within each
//! step delivered copies pair first, then copies in the order of their paths: the same trees give
//! the same pairs, from either side.

use std::cmp::Ordering;
use std::collections::BTreeMap;

use crate::index::Message;
use crate::side::{Side, Sides};

/// The length of the line `X-TUID: ` and 12 characters that mbsync adds to every message it copies
/// (isync `src/sync.c` `copy_msg_convert`), in bytes.
const X_TUID_LINE: u64 = 21;

/// Gives the folder of the comparison that a message of a side lies in.
pub(super) type FolderOf<'f> = &'f dyn Fn(Side, Message<'_>) -> usize;

/// Copies of one message, on both sides.
pub(super) type Copies<'a> = Sides<Vec<Message<'a>>>;

/// What pairing gives: pairs, and what has no partner.
#[derive(Debug, Default)]
pub(super) struct Paired<'a> {
    pub(super) pairs: Vec<(Message<'a>, Message<'a>)>,
    pub(super) over: Copies<'a>,
}

/// Pairs the copies of one key.
pub(super) fn pair_copies<'a>(copies: Copies<'a>, folder: FolderOf<'_>) -> Paired<'a> {
    let mut paired = pair_by_content(copies, folder);
    paired.step(|side, message| Some((folder(side, message), message.id())));
    paired.step(|side, message| Some(folder(side, message)));
    paired.step(|_, message| Some(message.id()));
    paired.step(|_, _| Some(()));
    paired
}

/// Pairs what has equal content, as far as it is known: in one folder first, then in any.
pub(super) fn pair_by_content<'a>(copies: Copies<'a>, folder: FolderOf<'_>) -> Paired<'a> {
    let mut paired = Paired::none(copies);
    let content = |message: Message<'_>| message.content();
    paired.step(|side, message| content(message).map(|content| (folder(side, message), content)));
    paired.step(|_, message| content(message));
    paired
}

/// Pairs what lies in one folder, by number: all that can be said of files that identify nothing.
pub(super) fn pair_by_folder<'a>(copies: Copies<'a>, folder: FolderOf<'_>) -> Paired<'a> {
    let mut paired = Paired::none(copies);
    paired.step(|side, message| Some(folder(side, message)));
    paired
}

impl<'a> Paired<'a> {
    /// Nothing paired yet; the copies in the order in which they pair.
    fn none(copies: Copies<'a>) -> Paired<'a> {
        let mut paired = Paired { pairs: Vec::new(), over: copies };
        paired.sort();
        paired
    }

    fn sort(&mut self) {
        for side in Side::BOTH {
            self.over[side].sort_by(|&one, &other| order(one, other));
        }
    }

    /// Pairs what is alike in some way, as many as both sides have, in the order of the lists.
    fn step<L: Ord>(&mut self, likeness: impl Fn(Side, Message<'a>) -> Option<L>) {
        if self.over.left.is_empty() || self.over.right.is_empty() {
            return;
        }
        let mut alike: BTreeMap<L, Copies<'a>> = BTreeMap::new();
        let mut over = Copies::default();
        for side in Side::BOTH {
            for message in std::mem::take(&mut self.over[side]) {
                match likeness(side, message) {
                    Some(likeness) => alike.entry(likeness).or_default()[side].push(message),
                    None => over[side].push(message),
                }
            }
        }
        for mut group in alike.into_values() {
            let pairs = group.left.len().min(group.right.len());
            let left = group.left.drain(..pairs);
            self.pairs.extend(left.zip(group.right.drain(..pairs)));
            over.left.append(&mut group.left);
            over.right.append(&mut group.right);
        }
        self.over = over;
        self.sort();
    }
}

/// The order in which copies of one side pair: delivered ones first, then by path.
pub fn order(one: Message<'_>, other: Message<'_>) -> Ordering {
    let rank = |message: Message<'_>| !message.place().is_delivered();
    rank(one).cmp(&rank(other)).then_with(|| one.path().cmp(other.path()))
}

/// Whether a pair of one key may differ in content for all that is known without reading it.
///
/// Transport adds X-TUID lines and nothing else to most messages; any other difference in size, a
/// placeholder or a missing body is a reason to look.
pub(super) fn is_suspicious(left: Message<'_>, right: Message<'_>) -> bool {
    let odd = |message: Message<'_>| message.shape().placeholder || message.shape().no_body;
    let [ours, theirs] = [left, right].map(own_length);
    odd(left) || odd(right) || ours.is_none() || ours != theirs
}

/// The message's size in bytes without its X-TUID lines; `None` where it is not known.
pub(super) fn own_length(message: Message<'_>) -> Option<u64> {
    message.length()?.checked_sub(X_TUID_LINE * u64::from(message.shape().x_tuids))
}
