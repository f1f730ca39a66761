//! Sizes: those that a message's name tells, and those that programs refuse.

use std::sync::atomic::AtomicU64;

use crate::fetch::{self, Lengths};
use crate::finding::{Finding, Kind};
use crate::index::{Index, Message};
use crate::maildir::file_name;

use super::Reading;
use super::find;

/// What mu takes, in bytes (`DefaultMaxMessageSize`).
const MU_TAKES: u64 = 100_000_000;
/// What mbsync takes, in bytes: `INT_MAX`.
const MBSYNC_TAKES: u64 = (2 << 30) - 1;

/// A wrong `S=`, as far as the size is known.
pub(super) fn of_name(message: Message<'_>) -> Option<Finding> {
    let told = message.tells_wrong_size().then(|| file_name::told_size(message.name()))??;
    wrong_s(message, told, message.length()?)
}

/// How many messages must be read to their end for their sizes.
pub(super) fn count_open(index: &Index) -> usize {
    index.messages().iter().filter(|message| must_be_read(*message)).count()
}

/// Every wrong `S=` and `W=`, and what is too big. A message is read to its end only where that
/// decides: for its size if it is compressed, for its line ends if `W=` may be right.
pub(super) fn all(index: &Index, read: &AtomicU64, reading: &mut Reading) -> Vec<Finding> {
    let (open, decided): (Vec<Message<'_>>, Vec<Message<'_>>) =
        index.messages().iter().partition(|message| must_be_read(*message));
    let mut findings: Vec<Finding> = Vec::new();
    for message in decided {
        let known = message.length().map(|length| Lengths { length, wire: None });
        findings.extend(known.into_iter().flat_map(|known| wrong(message, known)));
    }
    let lengths = fetch::lengths(index, &open, read);
    for (message, lengths) in reading.read(&open, lengths) {
        findings.extend(wrong(message, lengths));
    }
    findings.extend(index.messages().iter().filter_map(too_big));
    findings
}

/// Whether only the whole message decides what its name tells.
fn must_be_read(message: Message<'_>) -> bool {
    let name = message.name();
    match (message.length(), file_name::told_size(name), file_name::told_wire_size(name)) {
        (None, told, wire) => told.or(wire).is_some(),
        (Some(length), _, Some(wire)) => may_be_wire_size(wire, length),
        (Some(_), _, None) => false,
    }
}

/// Whether so many bytes can be a message's on the wire: each of its line ends may count one more.
fn may_be_wire_size(wire: u64, length: u64) -> bool {
    (length..=length.saturating_mul(2)).contains(&wire)
}

fn wrong(message: Message<'_>, known: Lengths) -> impl Iterator<Item = Finding> {
    let told = file_name::told_size(message.name());
    let s = told.and_then(|told| wrong_s(message, told, known.length));
    let told = file_name::told_wire_size(message.name());
    let w = told.and_then(|told| wrong_w(message, told, known));
    s.into_iter().chain(w)
}

fn wrong_s(message: Message<'_>, told: u64, length: u64) -> Option<Finding> {
    let state = if told > length { "big" } else { "small" };
    let detail = format!("S={told}, has {length} bytes");
    (told != length).then(|| find(Kind::WrongSizeS, message, detail).in_state(state))
}

fn wrong_w(message: Message<'_>, told: u64, Lengths { length, wire }: Lengths) -> Option<Finding> {
    let is_wrong = wire.map_or(!may_be_wire_size(told, length), |wire| wire != told);
    let state = if told < wire.unwrap_or(length) { "small" } else { "big" };
    let detail = match wire {
        Some(wire) => format!("W={told}, has {wire} bytes with CR LF line ends"),
        None => format!("W={told}, has {length} bytes, at the most twice as many on the wire"),
    };
    is_wrong.then(|| find(Kind::WrongSizeW, message, detail).in_state(state))
}

fn too_big(message: Message<'_>) -> Option<Finding> {
    let length = message.length().unwrap_or(message.size());
    let told = if length > MBSYNC_TAKES {
        "more than 2 GiB: mbsync passes over it, mu too"
    } else if length > MU_TAKES {
        "more than 100 MB: mu passes over it"
    } else {
        return None;
    };
    Some(find(Kind::TooBig, message, format!("{length} bytes, {told}")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_size_alone_decides() {
        for (wire, length, open) in
            [(99, 100, false), (100, 100, true), (200, 100, true), (201, 100, false), (0, 0, true)]
        {
            assert_eq!(may_be_wire_size(wire, length), open, "W={wire} of {length}");
        }
    }
}
