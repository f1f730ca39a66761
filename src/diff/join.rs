//! The keys of two indexes side by side, each with its copies.

use std::cmp::Ordering;

use crate::index::Messages;
use crate::side::{Side, Sides};

/// The copies of every key of either side. Both sides are in the one order of keys, so that each
/// is gone through once.
pub(super) fn join(messages: Sides<Messages<'_>>) -> Join<'_> {
    Join { rest: messages }
}

/// The same in parts, one behind the other, for as many threads.
pub(super) fn in_parts(messages: Sides<Messages<'_>>) -> Vec<Join<'_>> {
    let mut parts = Vec::new();
    let mut rest = messages;
    while let Some(next) = rest.left.get(PART) {
        let (left, right) = (rest.left.split_before(next), rest.right.split_before(next));
        parts.push(join(Sides::new(left.0, right.0)));
        rest = Sides::new(left.1, right.1);
        if left.0.is_empty() {
            break;
        }
    }
    parts.push(join(rest));
    parts
}

/// How many messages of the left a part has, or as many more as have the key of the last.
const PART: usize = 4096;

/// Goes through two indexes.
pub(super) struct Join<'i> {
    rest: Sides<Messages<'i>>,
}

impl<'i> Iterator for Join<'i> {
    type Item = Sides<Messages<'i>>;

    fn next(&mut self) -> Option<Sides<Messages<'i>>> {
        let order = match (self.rest.left.first(), self.rest.right.first()) {
            (Some(left), Some(right)) => left.compare_keys(right),
            (Some(_), None) => Ordering::Less,
            (None, Some(_)) => Ordering::Greater,
            (None, None) => return None,
        };
        let other = match order {
            Ordering::Less => Some(Side::Right),
            Ordering::Greater => Some(Side::Left),
            Ordering::Equal => None,
        };
        Some(Sides::of(|side| {
            let rest = &mut self.rest[side];
            if Some(side) == other { rest.take_none() } else { rest.take_key() }
        }))
    }
}

/// The side that alone has copies of a key, and those.
pub(super) fn lone(copies: Sides<Messages<'_>>) -> Option<(Side, Messages<'_>)> {
    let empty = Side::BOTH.into_iter().find(|&side| copies[side].is_empty())?;
    Some((empty.other(), copies[empty.other()]))
}
