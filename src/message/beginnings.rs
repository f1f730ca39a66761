//! What a content begins with, in few bytes: enough to see that one is the beginning of another
//! where neither can be read again.
//!
//! The hash of a content tells nothing of its parts. So a digest of the canonical bytes so far is
//! noted at certain lengths, one byte each time: after every 4 bytes at first, later whenever a
//! sixteenth has been added. Two contents that agree in all notes up to the shorter one's end begin
//! alike, but for what follows the last note: a sixteenth of it at the most. A single note proves
//! little, but a difference shows in all that follow it.

use flate2::Crc;

/// How many bytes lie between the first notes.
const STEP: u64 = 4;
/// Which part of a longer content lies between two notes.
const PART: u64 = 16;

/// Notes of what a content begins with.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Beginnings(Vec<u8>);

impl Beginnings {
    /// From notes that were kept.
    pub fn of(notes: Vec<u8>) -> Beginnings {
        Beginnings(notes)
    }

    /// One byte a note, the first length's first.
    pub fn notes(&self) -> &[u8] {
        &self.0
    }

    /// Whether a content of these notes begins with all of the other's, as far as notes tell; never
    /// with one that is too short for a note.
    pub fn begin_with(&self, other: &Beginnings) -> bool {
        !other.0.is_empty() && self.0.starts_with(&other.0)
    }
}

/// Makes the notes of canonical bytes that come in chunks of any size.
#[derive(Debug)]
pub(super) struct Notes {
    digest: Crc,
    /// How many bytes there were.
    length: u64,
    /// After how many the next note is due.
    due: u64,
    taken: Vec<u8>,
}

impl Notes {
    /// Of nothing so far.
    pub(super) fn new() -> Notes {
        Notes { digest: Crc::new(), length: 0, due: STEP, taken: Vec::new() }
    }

    /// Takes the next canonical bytes.
    pub(super) fn update(&mut self, mut bytes: &[u8]) {
        while !bytes.is_empty() {
            let room = usize::try_from(self.due - self.length).unwrap_or(usize::MAX);
            let (now, rest) = bytes.split_at(room.min(bytes.len()));
            self.digest.update(now);
            self.length += now.len() as u64;
            if self.length == self.due {
                self.taken.push(self.digest.sum().to_le_bytes()[0]);
                self.due += STEP.max(self.due / PART);
            }
            bytes = rest;
        }
    }

    /// The notes, after the last byte.
    pub(super) fn finish(self) -> Beginnings {
        Beginnings(self.taken)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn notes(bytes: &[u8], chunk: usize) -> Beginnings {
        let mut notes = Notes::new();
        bytes.chunks(chunk).for_each(|chunk| notes.update(chunk));
        notes.finish()
    }

    #[test]
    fn there_are_few() {
        let count = |length: usize| notes(&vec![b'a'; length], 4096).notes().len();
        assert_eq!([0, 3, 4, 64, 4096, 1 << 20].map(count), [0, 0, 1, 16, 86, 178]);
    }

    proptest! {
        #[test]
        fn a_beginning_is_seen_and_another_content_is_not(
            whole in prop::collection::vec(any::<u8>(), 64..3000),
            cut in 0..3000_usize,
            chunk in 1..99_usize,
        ) {
            let cut = cut % whole.len();
            let all = notes(&whole, chunk);
            prop_assert_eq!(&all, &notes(&whole, 1000));
            let beginning = notes(&whole[..cut], chunk);
            prop_assert_eq!(all.begin_with(&beginning), cut >= 4);
            // What differs early is seen in every later note.
            let mut other = whole[..cut].to_vec();
            if cut >= 64 {
                other[0] ^= 1;
                prop_assert!(!all.begin_with(&notes(&other, chunk)));
            }
        }
    }
}
