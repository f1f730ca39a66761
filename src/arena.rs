//! Many short byte strings in one allocation: a path or an id costs its bytes and eight more.
//!
//! A tree of a million messages has two million of them. Each in an allocation of its own would
//! take half as much memory again, and the time of as many allocations.

/// Byte strings, one behind the other.
#[derive(Debug, Default)]
pub struct Arena {
    bytes: Vec<u8>,
}

/// Where a string lies in its [`Arena`].
///
/// Start and length share 64 bits: 40 for a start below a TiB, 24 for a length below 16 MiB. Paths
/// and Message-IDs are shorter by far: what the system opens has 4 KiB at the most, and of an id
/// 128 KiB are read.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Span(u64);

const LENGTH_BITS: u32 = 24;
const LONGEST: usize = (1 << LENGTH_BITS) - 1;

impl Arena {
    /// Adds the string that these parts make, and tells where it lies. What is beyond 16 MiB is
    /// cut.
    pub fn add(&mut self, parts: &[&[u8]]) -> Span {
        let start = self.bytes.len();
        for part in parts {
            self.bytes.extend_from_slice(part);
        }
        let length = (self.bytes.len() - start).min(LONGEST);
        Span((start as u64) << LENGTH_BITS | length as u64)
    }

    /// Makes room for so many more bytes, at once and no more: an arena that grows bit by bit
    /// leaves holes behind that nothing fits into.
    pub fn reserve(&mut self, bytes: usize) {
        self.bytes.reserve_exact(bytes);
    }

    /// Adds all of another arena's strings; tells how their spans change.
    pub fn append(&mut self, other: &Arena) -> Shift {
        let shift = Shift((self.bytes.len() as u64) << LENGTH_BITS);
        self.bytes.extend_from_slice(&other.bytes);
        shift
    }

    /// Forgets all strings, and keeps the memory that they took.
    pub fn clear(&mut self) {
        self.bytes.clear();
    }

    /// The string that lies there; nothing for a span of another arena that is longer.
    pub fn get(&self, span: Span) -> &[u8] {
        let start = usize::try_from(span.0 >> LENGTH_BITS).unwrap_or(usize::MAX);
        let rest = self.bytes.get(start..).unwrap_or_default();
        rest.get(..span.length()).unwrap_or(rest)
    }
}

/// How far strings have moved from one arena to another.
#[derive(Clone, Copy, Debug)]
pub struct Shift(u64);

impl Span {
    /// Where the string lies after it has moved.
    #[must_use]
    pub fn shifted(self, Shift(shift): Shift) -> Span {
        Span(self.0 + shift)
    }

    /// Whether no string is there.
    pub fn is_empty(self) -> bool {
        self.length() == 0
    }

    fn length(self) -> usize {
        usize::try_from(self.0 & LONGEST as u64).unwrap_or(LONGEST)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn gives_back_what_was_added() {
        let mut arena = Arena::default();
        let one = arena.add(&[b"cur", b"/", b"1.host:2,S"]);
        let none = arena.add(&[]);
        let two = arena.add(&[b"\xff\0"]);
        assert_eq!(arena.get(one), b"cur/1.host:2,S");
        assert_eq!(arena.get(two), b"\xff\0");
        assert!(none.is_empty() && arena.get(none).is_empty());
        assert!(Arena::default().get(two).is_empty());
    }

    #[test]
    fn strings_move_together() {
        let (mut one, mut other) = (Arena::default(), Arena::default());
        let first = one.add(&[b"first"]);
        let [second, third] = [b"second".as_slice(), b"third"].map(|text| other.add(&[text]));
        let shift = one.append(&other);
        let moved = [first, second.shifted(shift), third.shifted(shift)];
        assert_eq!(moved.map(|span| one.get(span)), [b"first".as_slice(), b"second", b"third"]);
        other.clear();
        assert!(other.get(second).is_empty());
    }

    #[test]
    fn the_longest_string_is_cut() {
        let mut arena = Arena::default();
        let long = arena.add(&[&vec![b'a'; LONGEST], b"bc"]);
        let next = arena.add(&[b"d"]);
        assert_eq!(arena.get(long).len(), LONGEST);
        assert_eq!(arena.get(next), b"d");
    }
}
