//! What each step of the way costs for one message, without a disk.
//!
//! ```sh
//! cargo bench --bench parts
//! ```

#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a benchmark may end in a panic")]

#[path = "../tests/spool/mod.rs"]
mod spool;

use std::fs;
use std::hint::black_box;
use std::path::PathBuf;

use divan::Bencher;
use maildiff::arena::Arena;
use maildiff::identify::{Counts, Identifier, Options};
use maildiff::mail_file::{Buffer, MailFile};
use maildiff::maildir::file_name;
use maildiff::message::canonical::canonical;
use maildiff::message::fields::Fields;
use maildiff::message::header::{HeaderZone, Piece, Sink};
use maildiff::message::id::message_id;
use maildiff::message::known::Known;
use maildiff::message::letters::Letters;

use spool::Profile;

/// How many messages a run goes through; figures are for all of them.
const MESSAGES: u64 = 1000;

fn main() {
    divan::main();
}

/// Messages as they lie on a disk.
fn messages() -> Vec<Vec<u8>> {
    let profile = Profile::default();
    (0..MESSAGES).map(|number| profile.letter(number).bytes()).collect()
}

/// The first bytes of each, which are read of every message.
fn heads() -> Vec<Vec<u8>> {
    messages().into_iter().map(|bytes| bytes.into_iter().take(8 << 10).collect()).collect()
}

#[divan::bench]
fn header_zone(bencher: Bencher<'_, '_>) {
    go_through(bencher, &mut |piece: Piece<'_>| {
        black_box(piece);
    });
}

#[divan::bench]
fn header_zone_of_known_fields(bencher: Bencher<'_, '_>) {
    go_through(
        bencher,
        &mut OfKnown(|piece: Piece<'_>| {
            black_box(piece);
        }),
    );
}

/// Wants no lines but those that may be fields that are known.
struct OfKnown<F>(F);

impl<F: FnMut(Piece<'_>)> Sink for OfKnown<F> {
    fn take(&mut self, piece: Piece<'_>) {
        self.0(piece);
    }

    fn wanted(&self) -> Option<Letters> {
        Some(Known::INITIALS)
    }
}

fn go_through(bencher: Bencher<'_, '_>, sink: &mut impl Sink) {
    let heads = heads();
    bencher.bench_local(|| {
        for head in &heads {
            HeaderZone::new().feed(head, sink);
        }
    });
}

#[divan::bench]
fn message_id_of_header(bencher: Bencher<'_, '_>) {
    let heads = heads();
    bencher.bench_local(|| {
        for head in &heads {
            let mut fields = Fields::new(&[("message-id", 1000)]);
            let mut sink = OfKnown(|piece: Piece<'_>| fields.take(&piece));
            HeaderZone::new().feed(head, &mut sink);
            black_box(message_id(fields.all("message-id")));
        }
    });
}

/// Opening and reading are in it, from a warm cache.
#[divan::bench]
fn identify_files(bencher: Bencher<'_, '_>) {
    let directory = tempfile::tempdir().unwrap();
    let write = |(at, bytes): (usize, Vec<u8>)| -> PathBuf {
        let path = directory.path().join(at.to_string());
        fs::write(&path, bytes).unwrap();
        path
    };
    let paths: Vec<PathBuf> = messages().into_iter().enumerate().map(write).collect();
    let (mut buffer, mut identifier) = (Buffer::default(), Identifier::default());
    bencher.bench_local(|| {
        for path in &paths {
            let mut mail = MailFile::open(path, &mut buffer).unwrap();
            black_box(identifier.identify(&mut mail, Counts::Always, Options::default()).unwrap());
        }
    });
}

#[divan::bench]
fn canonical_content(bencher: Bencher<'_, '_>) {
    let messages = messages();
    bencher.bench_local(|| {
        for message in &messages {
            black_box(canonical(message));
        }
    });
}

#[divan::bench]
fn file_names(bencher: Bencher<'_, '_>) {
    let profile = Profile::default();
    let name = |number| {
        let letter = profile.letter(number);
        letter.spool_name(&letter.bytes())
    };
    let names: Vec<String> = (0..MESSAGES).map(name).collect();
    bencher.bench_local(|| {
        for name in &names {
            let name = black_box(name.as_bytes());
            black_box((file_name::base(name), file_name::flags(name), file_name::told_size(name)));
        }
    });
}

#[divan::bench]
fn arena(bencher: Bencher<'_, '_>) {
    let names: Vec<String> = (0..MESSAGES).map(|number| format!("cur/{number:040}:2,S")).collect();
    bencher.bench_local(|| {
        let mut arena = Arena::default();
        for name in &names {
            black_box(arena.add(&[name.as_bytes()]));
        }
        arena
    });
}
