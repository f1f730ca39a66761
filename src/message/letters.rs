//! Sets of letters, by which most of the lines of a header are told apart at their first byte.

/// A set of letters, upper case or lower.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Letters(u32);

impl Letters {
    /// No letter.
    pub const NONE: Letters = Letters(0);

    /// Of these letters.
    pub const fn of(letters: &[u8]) -> Letters {
        let mut set = 0;
        let mut rest = letters;
        while let [first, others @ ..] = rest {
            set |= bit(*first);
            rest = others;
        }
        Letters(set)
    }

    /// With those of another set.
    #[must_use]
    pub const fn and(self, Letters(others): Letters) -> Letters {
        Letters(self.0 | others)
    }

    /// Whether a byte is one of them.
    pub fn contains(self, byte: u8) -> bool {
        byte.is_ascii_alphabetic() && self.0 & bit(byte) != 0
    }
}

/// The same for both cases of a letter.
const fn bit(letter: u8) -> u32 {
    1 << (letter & 0x1f)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn letters_in_either_case_and_nothing_else() {
        let set = Letters::of(b"aZ");
        let found: Vec<u8> = (0..=u8::MAX).filter(|&byte| set.contains(byte)).collect();
        assert_eq!(found, b"AZaz");
        assert!((0..=u8::MAX).all(|byte| !Letters::NONE.contains(byte)));
        assert_eq!(Letters::of(b"a").and(Letters::of(b"zA")), set);
    }
}
