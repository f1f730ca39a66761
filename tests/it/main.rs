//! The tests that need the whole tool, or files on a disk.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test that panics has failed")]
#![allow(clippy::panic, reason = "a test that panics has failed")]

mod examples;
mod vectors;
