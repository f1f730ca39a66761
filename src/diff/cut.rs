//! What has become of messages whose header a server cut short.
//!
//! Such a copy may have lost the very fields that it would be known by, the Message-ID among them;
//! but it is the beginning of the message all the same.

use std::collections::BTreeMap;

use crate::fetch;
use crate::index::{Index, Message};
use crate::maildir::file_name;
use crate::message::beginnings::Beginnings;

use super::pairing::own_length;

/// Messages of one tree, each with the place of its row.
pub(super) type Placed<'m> = Vec<(usize, Message<'m>)>;

/// How many whole messages are looked into at a time: their beginnings stay in memory.
const AT_ONCE: usize = 256;

/// The places of whole messages and of the one copy that each begins with, where no other message
/// begins so.
pub(super) fn match_cut(
    (whole_index, whole): (&Index, Placed<'_>),
    (cut_index, cut): (&Index, Placed<'_>),
) -> Vec<(usize, usize)> {
    if whole.is_empty() || cut.is_empty() {
        return Vec::new();
    }
    if !whole_index.holds_mail() || !cut_index.holds_mail() {
        return match_noted((whole_index, whole), (cut_index, cut));
    }
    let cut = openings(cut_index, &cut);
    let mut matches = Vec::new();
    for some in whole.chunks(AT_ONCE) {
        for (at, message, opening) in openings(whole_index, some) {
            let begins = |copy: &[u8]| is_cut_of(copy, message, &opening);
            // Two are as good as many: a match with a rival is none.
            let found = cut.iter().filter(|(_, _, copy)| begins(copy.trim_ascii_end())).take(2);
            matches.extend(found.map(|&(of_copy, ..)| (at, of_copy)));
        }
    }
    unique(&matches)
}

/// The same where a side cannot be read: by what the contents begin with.
fn match_noted(
    (whole_index, whole): (&Index, Placed<'_>),
    (cut_index, cut): (&Index, Placed<'_>),
) -> Vec<(usize, usize)> {
    let cut = noted(cut_index, &cut);
    let mut matches = Vec::new();
    for (at, message, notes) in noted(whole_index, &whole) {
        let begins = |&&(_, copy, ref beginning): &&(usize, Message<'_>, Beginnings)| {
            is_sent(own_length(copy), message)
                && own_length(copy) < own_length(message)
                && notes.begin_with(beginning)
        };
        matches.extend(cut.iter().filter(begins).take(2).map(|&(of_copy, ..)| (at, of_copy)));
    }
    unique(&matches)
}

/// The messages with what their contents begin with, as far as that is known.
fn noted<'m>(
    index: &Index,
    placed: &[(usize, Message<'m>)],
) -> Vec<(usize, Message<'m>, Beginnings)> {
    let messages: Vec<Message<'_>> = placed.iter().map(|(_, message)| *message).collect();
    let read = placed.iter().zip(fetch::beginnings(index, &messages));
    read.filter_map(|(&(at, message), notes)| Some((at, message, notes.ok()?))).collect()
}

/// The messages with their beginnings, as far as they can be read: for a hint that is enough.
fn openings<'m>(
    index: &Index,
    placed: &[(usize, Message<'m>)],
) -> Vec<(usize, Message<'m>, Vec<u8>)> {
    let messages: Vec<Message<'_>> = placed.iter().map(|(_, message)| *message).collect();
    let read = placed.iter().zip(fetch::openings(index, &messages));
    read.filter_map(|(&(at, message), opening)| Some((at, message, opening.ok()?))).collect()
}

/// Whether the copy is a beginning of the message that is no longer than what a server sends of it.
fn is_cut_of(copy: &[u8], message: Message<'_>, opening: &[u8]) -> bool {
    is_sent(Some(copy.len() as u64), message)
        && !copy.is_empty()
        && copy.len() < opening.len()
        && opening.starts_with(copy)
}

/// Whether a server sends so many bytes of the message.
fn is_sent(length: Option<u64>, message: Message<'_>) -> bool {
    file_name::told_wire_size(message.name())
        .zip(length)
        .is_some_and(|(told, length)| length <= told)
}

/// The matches in which both have no other.
fn unique(matches: &[(usize, usize)]) -> Vec<(usize, usize)> {
    let mut times: BTreeMap<usize, usize> = BTreeMap::new();
    for place in matches.iter().flat_map(|&(whole, cut)| [whole, cut]) {
        *times.entry(place).or_default() += 1;
    }
    let is_alone = |place: &usize| times.get(place) == Some(&1);
    let alone = matches.iter().filter(|(whole, cut)| is_alone(whole) && is_alone(cut));
    alone.copied().collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_match_has_no_rival() {
        assert_eq!(unique(&[(1, 9), (2, 8), (3, 8), (4, 7), (4, 6), (5, 0)]), [(1, 9), (5, 0)]);
    }
}
