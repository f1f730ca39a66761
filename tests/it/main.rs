//! The tests that need the whole tool, or files on a disk.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test that panics has failed")]
#![allow(clippy::panic, clippy::string_slice, reason = "a test that panics has failed")]

#[path = "../spool/mod.rs"]
mod spool;
mod tree;
mod export;
mod mbox;
mod plan;
mod terminal;
mod attacks;

mod allow;
mod check;
mod cli;
mod docs;
mod examples;
mod fix;
mod explain;
mod index_table;
mod laws;
mod letters;
mod reasons;
mod saved;
mod table;
mod tidy;
mod trees;
mod untouched;
mod untrusted;
mod vectors;
