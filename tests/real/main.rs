//! The tool held against the real programs: servers that serve, sync programs that copy, readers
//! that read. `docs/contributing.md` says how to run this; `cargo test` alone does not.
//!
//! Each trial makes what it needs in a directory of its own and depends on no other. Nothing waits
//! for a time to pass: who needs another asks until it answers.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test that panics has failed")]
#![allow(clippy::panic, clippy::string_slice, reason = "a test that panics has failed")]

#[path = "../spool/mod.rs"]
mod spool;
#[allow(dead_code, reason = "the other tests use the rest")]
#[path = "../it/tree.rs"]
mod tree;
#[allow(dead_code, reason = "the other tests use the rest")]
#[path = "../it/export.rs"]
mod export;
#[allow(dead_code, reason = "the other tests use the rest")]
#[path = "../it/plan.rs"]
mod plan;

mod programs;
mod place;
mod server;
mod clients;
mod told;
mod account;
mod page;
mod readers;
mod routes;
mod tables;
mod hazards;
mod story;
mod rules;
mod agreement;
mod scale;

use std::process::ExitCode;

fn main() -> ExitCode {
    let arguments = libtest_mimic::Arguments::from_args();
    let trials = [
        routes::trials(),
        hazards::trials(),
        story::trials(),
        agreement::trials(),
        tables::trials(),
        scale::trials(),
    ];
    libtest_mimic::run(&arguments, trials.into_iter().flatten().collect()).exit_code()
}
