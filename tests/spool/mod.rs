//! Realistic mail from a seed, for trees that are too big or too odd to be kept as files.
//!
//! `letter` makes ordinary mail: letter `n` of a profile is a pure function of both, so that trees
//! can be written in any order, by several threads, and again elsewhere. `oddity` bends one into
//! every strange form that mail is known to have. `dice` is where chance comes from.

#![allow(dead_code, reason = "each of the targets that include this uses a part of it")]

mod dice;
mod letter;
mod oddity;

#[allow(unused_imports, reason = "benches have no use for sizes")]
pub(crate) use letter::{Letter, Profile, wire_size};
#[allow(unused_imports, reason = "benches have no use for odd mail")]
pub(crate) use oddity::{ODDITIES, Oddity};
