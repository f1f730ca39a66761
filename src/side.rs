//! The two sides of a comparison, and a pair of anything, one of each side.
//!
//! What is true of the left is true of the right: code that serves both is written once, over
//! [`Sides`].

use std::fmt;
use std::ops::{Index, IndexMut};

/// One of the two trees. LEFT is the reference, RIGHT the replica; only *complete* and
/// `--one-way` depend on which is which.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Side {
    /// The reference: the tree named first.
    Left,
    /// The replica: the tree named second.
    Right,
}

impl Side {
    /// Left, then right.
    pub const BOTH: [Side; 2] = [Side::Left, Side::Right];

    /// The other one.
    #[must_use]
    pub fn other(self) -> Side {
        match self {
            Side::Left => Side::Right,
            Side::Right => Side::Left,
        }
    }

    /// The word for it in every report: `left` or `right`.
    pub fn word(self) -> &'static str {
        match self {
            Side::Left => "left",
            Side::Right => "right",
        }
    }
}

impl fmt::Display for Side {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.word())
    }
}

/// Something of the left and the same thing of the right.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Sides<T> {
    /// The left's.
    pub left: T,
    /// The right's.
    pub right: T,
}

impl<T> Sides<T> {
    /// A pair from the left's and the right's.
    pub fn new(left: T, right: T) -> Sides<T> {
        Sides { left, right }
    }

    /// What `make` gives for each side, the left's first.
    pub fn of(mut make: impl FnMut(Side) -> T) -> Sides<T> {
        let left = make(Side::Left);
        Sides { left, right: make(Side::Right) }
    }

    /// The same pair, borrowed.
    pub fn as_ref(&self) -> Sides<&T> {
        Sides { left: &self.left, right: &self.right }
    }

    /// Each side put through `change`.
    pub fn map<U>(self, mut change: impl FnMut(T) -> U) -> Sides<U> {
        Sides { left: change(self.left), right: change(self.right) }
    }

    /// Both values, the left's first.
    pub fn iter(&self) -> impl Iterator<Item = &T> {
        [&self.left, &self.right].into_iter()
    }

    /// Both values with their side, the left's first.
    pub fn each(&self) -> impl Iterator<Item = (Side, &T)> {
        Side::BOTH.into_iter().zip(self.iter())
    }
}

impl<T> Sides<Option<T>> {
    /// Of this side alone.
    pub fn only(side: Side, value: T) -> Sides<Option<T>> {
        let mut sides = Sides { left: None, right: None };
        sides[side] = Some(value);
        sides
    }
}

impl<T> Index<Side> for Sides<T> {
    type Output = T;
    fn index(&self, side: Side) -> &T {
        match side {
            Side::Left => &self.left,
            Side::Right => &self.right,
        }
    }
}

impl<T> IndexMut<Side> for Sides<T> {
    fn index_mut(&mut self, side: Side) -> &mut T {
        match side {
            Side::Left => &mut self.left,
            Side::Right => &mut self.right,
        }
    }
}
