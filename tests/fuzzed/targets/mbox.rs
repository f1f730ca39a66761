//! Mboxes: any bytes are messages one behind the other, in whatever dialect they are read, or no
//! mbox; and what is in one is the same when it is saved.

use std::path::Path;
use std::sync::atomic::AtomicU64;

use maildiff::fetch;
use maildiff::index::{Index, Options, index_mboxes};
use maildiff::input::Input;
use maildiff::mbox::Mboxes;
use maildiff::mbox::dialect::Dialect;

use super::hazard::Hazard;
use super::saved_index::{check_saved_again, compare_with_itself};

const DIALECTS: [Dialect; 5] =
    [Dialect::Auto, Dialect::Mboxo, Dialect::Mboxrd, Dialect::Mboxcl, Dialect::Mboxcl2];

pub(crate) fn run(bytes: &[u8]) {
    for dialect in DIALECTS {
        let Some(mboxes) = open(bytes, dialect) else { return };
        let letters = mboxes.messages();
        let index = index_mboxes(mboxes, &Options::default(), &AtomicU64::new(0));
        check_all_there(&index, letters, bytes.len());
        if dialect == Dialect::Auto {
            compare_with_itself(&index);
            check_saved_again(&index, false);
        }
    }
}

/// Whether it is an mbox does not depend on how it is read.
fn open(bytes: &[u8], dialect: Dialect) -> Option<Mboxes> {
    let input = Input::unpack(Path::new("mbox"), bytes).ok()?;
    Mboxes::of_file(Path::new("mbox"), input, dialect).unwrap()
}

/// Every letter is a message that can be read again, and together they are no more than the file.
fn check_all_there(index: &Index, letters: usize, bytes: usize) {
    assert!(index.errors.is_empty(), "{:?}", index.errors);
    let all: Vec<_> = index.messages().iter().collect();
    assert_eq!(all.len(), letters);
    assert_eq!(fetch::contents(index, &all).len(), 0);
    let size: u64 = all.iter().map(|message| message.size()).sum();
    assert!(size <= bytes as u64, "{size} of {bytes}");
}

/// From_ lines, marks and lengths without measure.
pub(crate) fn hazards() -> Vec<Hazard> {
    const FROM: &str = "From a@b Fri May 17 12:00:00 2024\n";
    vec![
        Hazard::repeating(FROM.as_bytes(), 1 << 14),
        Hazard::repeating(format!("{FROM}\n").as_bytes(), 1 << 12),
        Hazard::repeating(b">", 4 << 20).behind(FROM).before("From x\n"),
        Hazard::repeating(b"\n", 4 << 20).behind(FROM),
        Hazard::repeating(b"From x\n\n", 1 << 18).behind(format!("{FROM}A: 1\n\n")),
        Hazard::repeating(b"9", 1 << 18).behind(format!("{FROM}Content-Length: ")),
        Hazard::of(format!("{FROM}Content-Length: {}\n\nx\n", u64::MAX)),
        Hazard::repeating(b"x", 4 << 20).behind(FROM),
    ]
}
