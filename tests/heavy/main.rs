//! The ordeals at their whole size, and those that need root. By hand, and with much room in
//! `TMPDIR`: `docs/contributing.md` says how. `cargo test` alone has a hundredth of them.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test that panics has failed")]
#![allow(clippy::panic, clippy::string_slice, reason = "a test that panics has failed")]

#[allow(dead_code, reason = "the other tests use the rest")]
#[path = "../it/tree.rs"]
mod tree;
#[path = "../ordeals/mod.rs"]
mod ordeals;
mod mounts;

use std::process::ExitCode;

use libtest_mimic::{Arguments, Trial};

use ordeals::Scale;

/// One after the other: each is measured, and some fill a disk.
fn main() -> ExitCode {
    let arguments = Arguments { test_threads: Some(1), ..Arguments::from_args() };
    libtest_mimic::run(&arguments, trials().collect()).exit_code()
}

/// Those that have a size.
const SIZED: [Ordeal<Scale>; 8] = [
    ("crowded_folder", ordeals::crowded_folder),
    ("sparse_message", ordeals::sparse_message),
    ("long_header", ordeals::long_header),
    ("many_fields", ordeals::many_fields),
    ("compressed_bombs", ordeals::compressed_bombs),
    ("flags_at_full_speed", ordeals::flags_at_full_speed),
    ("folders_change_names", ordeals::folders_change_names),
    ("killed_at_any_moment", ordeals::killed_at_any_moment),
];

/// Those that have none.
const OTHERS: [Ordeal<()>; 4] = [
    ("zstd_windows", |()| ordeals::zstd_windows()),
    ("deep_names", |()| ordeals::deep_names()),
    ("longer_than_any_path", |()| ordeals::longer_than_any_path()),
    ("flags_at_leisure", |()| ordeals::flags_at_leisure()),
];

type Ordeal<Size> = (&'static str, fn(Size));

fn trials() -> impl Iterator<Item = Trial> {
    let sized = SIZED.into_iter().map(|ordeal| trial(ordeal, Scale::Whole));
    let others = OTHERS.into_iter().map(|ordeal| trial(ordeal, ()));
    sized.chain(others).chain(mounts::trials())
}

fn trial<Size: Send + 'static>((name, test): Ordeal<Size>, size: Size) -> Trial {
    Trial::test(name, move || {
        test(size);
        Ok(())
    })
}
