//! maildiff: which messages are in one of two Maildir trees and not in the other, and why.
//!
//! This page is the map. The modules stand in reading order, and a module uses only those above it:
//!
//! ```text
//! scan(tree) → index ─┐
//!                     ├→ diff → judge → report
//! scan(tree) → index ─┘
//! ```
//!
//! The library never prints and never exits; what could not be read comes back beside the result.

#[cfg(not(unix))]
compile_error!("maildiff compares trees by inode numbers and names of any bytes: it needs Unix");

// Vocabulary.
pub mod error;
pub mod side;
pub mod arena;
pub mod path;
pub mod hidden;
pub mod cell;
pub mod finding;
// What a file is.
pub mod message;
pub mod mail_file;
pub mod input;
pub mod maildir;
pub mod identify;
pub mod mbox;
// What a tree is, and what stands for one.
pub mod table;
pub mod index;
pub mod source;
pub mod folders;
pub mod fetch;
pub mod leftover;
pub mod check;
pub mod cure;
// What two trees are to each other.
pub mod diff;
pub mod explain;
pub mod allow;
pub mod verdict;
pub mod report;
