//! Chance that is the same on every run.

use rand_core::{Rng, SeedableRng};
use rand_xorshift::XorShiftRng;

/// A stream of chance. Xorshift is defined by a paper (Marsaglia 2003), so no version of a crate
/// changes what comes out.
pub(crate) struct Dice(XorShiftRng);

impl Dice {
    /// The dice for thing `number` of a seed.
    pub(crate) fn new(seed: u64, number: u64) -> Dice {
        Dice(XorShiftRng::seed_from_u64(seed.rotate_left(40) ^ number))
    }

    /// A number below `end`.
    pub(crate) fn below(&mut self, end: usize) -> usize {
        let end = u64::try_from(end).unwrap();
        // The upper half of a product: even enough for 32 bits, and without a division.
        let scaled = (u64::from(self.0.next_u32()) * end) >> 32;
        usize::try_from(scaled).unwrap()
    }

    /// A number from `low` to `high`, both included.
    pub(crate) fn between(&mut self, low: usize, high: usize) -> usize {
        low + self.below(high - low + 1)
    }

    /// True this often in a thousand.
    pub(crate) fn happens(&mut self, per_mille: usize) -> bool {
        self.below(1000) < per_mille
    }

    /// One of these.
    pub(crate) fn one_of<T: Copy>(&mut self, things: &[T]) -> T {
        things[self.below(things.len())]
    }

    /// Bytes of any value.
    pub(crate) fn bytes(&mut self, count: usize) -> Vec<u8> {
        let mut bytes = vec![0; count];
        self.0.fill_bytes(&mut bytes);
        bytes
    }

    /// So many characters of this alphabet.
    pub(crate) fn word(&mut self, length: usize, alphabet: &[u8]) -> String {
        (0..length).map(|_| char::from(self.one_of(alphabet))).collect()
    }

    /// A length with this median: log-normal, as the sizes of mail are, with a sigma of 1.2.
    pub(crate) fn log_normal(&mut self, median: usize) -> usize {
        // Many small factors, in whole numbers: the same on every machine.
        (0..12).fold(median, |length, _| length * self.one_of(&[60, 78, 100, 128, 167]) / 100)
    }
}
