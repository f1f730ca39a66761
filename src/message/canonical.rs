//! A message's content in the one form that transport leaves alone, as a SHA-1.
//!
//! The stream that is hashed is a version tag, then the bytes of header zone and body in their
//! order, without white space, CR, LF, NUL and 0x80, without volatile fields, and with nothing
//! between header and body. Each deletion answers to a real program:
//!
//! * CR and LF: mbsync 1.4 deletes a bare CR, 1.5 keeps it, Python makes it LF, Courier deletes it,
//!   Dovecot turns CR CR LF into CR LF. Only without line ends they agree.
//! * blanks: offlineimap adds one after an empty value; Dovecot's own header hash ignores them.
//! * NUL and 0x80: Dovecot serves NUL as 0x80 (`istream-nonuls.c`).
//! * nothing between header and body: offlineimap inserts empty lines where it parses badly.
//!
//! SHA-1 tells messages apart; it proves nothing against somebody who forges them.

use std::fmt;

use sha1::{Digest, Sha1};

use super::beginnings::{Beginnings, Notes};
use super::header::{HeaderZone, Piece};
use super::volatile::is_volatile;

/// The name of the rule: another rule gets another one, so that two rules never give one hash.
pub const RULE: &str = "maildiff-1";
/// What is hashed first.
const TAG: &[u8] = b"maildiff-1\0";

/// A message's canonical content: equal for two files if and only if they hold the same message,
/// as far as transport lets one see.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Content {
    /// SHA-1 of the version tag and the canonical bytes.
    pub sha1: [u8; 20],
    /// How many canonical bytes there are.
    pub length: u64,
}

impl Content {
    /// Whether nothing is left after canonicalisation (no bytes, NULs, an X-TUID alone): such
    /// content identifies nothing.
    pub fn is_empty(&self) -> bool {
        self.length == 0
    }
}

impl fmt::Display for Content {
    /// `sha1:` and 40 hexadecimal digits.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "sha1:{}", data_encoding::HEXLOWER.encode(&self.sha1))
    }
}

/// Computes the [`Content`] of a message that comes in chunks of any size, in constant memory.
#[derive(Debug, Default)]
pub struct Canonical {
    zone: HeaderZone,
    sieve: Sieve,
    hash: Hash,
    notes: Option<Notes>,
}

impl Canonical {
    /// Of a message of which nothing has been read.
    pub fn new() -> Canonical {
        Canonical::default()
    }

    /// Of every byte but CR, blanks included: equal only for files that are one message to the
    /// byte, but for line ends and volatile fields. No content of a report is of this kind.
    pub fn exact() -> Canonical {
        let sieve = Sieve { counts: &EXACT, ..Sieve::default() };
        Canonical { sieve, ..Canonical::default() }
    }

    /// Hashes no more than `limit` canonical bytes: the content of a message cut there, for
    /// telling a truncated copy.
    pub fn limited(limit: u64) -> Canonical {
        Canonical { hash: Hash { limit, ..Hash::default() }, ..Canonical::default() }
    }

    /// Notes what it begins with, too.
    pub fn noting() -> Canonical {
        Canonical { notes: Some(Notes::new()), ..Canonical::default() }
    }

    /// Takes the next bytes of the message.
    pub fn update(&mut self, bytes: &[u8]) {
        let Canonical { zone, sieve, hash, notes } = self;
        zone.feed(bytes, &mut |piece: Piece<'_>| take(sieve.sift(&piece), hash, notes));
    }

    /// The content, after the last byte.
    pub fn finish(self) -> Content {
        self.finish_noted().0
    }

    /// The content, and what it begins with if that was noted.
    pub fn finish_noted(self) -> (Content, Beginnings) {
        let Canonical { mut zone, mut sieve, mut hash, mut notes } = self;
        zone.finish(&mut |piece: Piece<'_>| take(sieve.sift(&piece), &mut hash, &mut notes));
        (hash.finish(), notes.map(Notes::finish).unwrap_or_default())
    }
}

/// Takes the next canonical bytes.
fn take(canonical: &[u8], hash: &mut Hash, notes: &mut Option<Notes>) {
    hash.update(canonical);
    if let Some(notes) = notes {
        notes.update(canonical);
    }
}

/// Lets through what of a message counts.
#[derive(Debug)]
pub(super) struct Sieve {
    /// Whether the current field is a volatile one.
    skipping: bool,
    /// For each byte whether it counts.
    counts: &'static [bool; 256],
    kept: Vec<u8>,
}

/// Which bytes are part of the canonical content.
static CANONICAL: [bool; 256] = all_but(b"\0\t\n\x0b\x0c\r \x80");
/// Which are part of a content to the byte.
static EXACT: [bool; 256] = all_but(b"\r");

#[allow(clippy::indexing_slicing, reason = "the compiler does it, and would not build a panic")]
const fn all_but(bytes: &[u8]) -> [bool; 256] {
    let mut counts = [true; 256];
    let mut at = 0;
    while at < bytes.len() {
        counts[bytes[at] as usize] = false;
        at += 1;
    }
    counts
}

impl Default for Sieve {
    fn default() -> Sieve {
        Sieve { skipping: false, counts: &CANONICAL, kept: Vec::new() }
    }
}

impl Sieve {
    /// The canonical bytes of the next piece.
    pub(super) fn sift(&mut self, piece: &Piece<'_>) -> &[u8] {
        self.kept.clear();
        match *piece {
            Piece::Field(name) => {
                self.skipping = is_volatile(name);
                if !self.skipping {
                    self.keep(name);
                    self.keep(b":");
                }
            }
            Piece::Value(bytes) if !self.skipping => self.keep(bytes),
            Piece::Value(_) => {}
            Piece::Text(bytes) | Piece::Body(bytes) => self.keep(bytes),
        }
        &self.kept
    }

    fn keep(&mut self, bytes: &[u8]) {
        let mut end = self.kept.len();
        self.kept.resize(end + bytes.len(), 0);
        // Every byte is written, and only one that counts makes room for the next: mail is too
        // varied for a branch to be foreseen.
        for &byte in bytes {
            if let Some(place) = self.kept.get_mut(end) {
                *place = byte;
            }
            let counts = self.counts.get(usize::from(byte)).copied().unwrap_or_default();
            end += usize::from(counts);
        }
        self.kept.truncate(end);
    }
}

/// Canonical bytes, hashed.
#[derive(Clone, Debug)]
pub(super) struct Hash {
    sha1: Sha1,
    length: u64,
    limit: u64,
}

impl Default for Hash {
    fn default() -> Hash {
        Hash { sha1: Sha1::new_with_prefix(TAG), length: 0, limit: u64::MAX }
    }
}

impl Hash {
    /// Takes the next canonical bytes.
    pub(super) fn update(&mut self, canonical: &[u8]) {
        let room = usize::try_from(self.limit - self.length).unwrap_or(usize::MAX);
        let taken = canonical.get(..room).unwrap_or(canonical);
        self.sha1.update(taken);
        self.length += taken.len() as u64;
    }

    /// The content that the bytes so far make.
    pub(super) fn finish(self) -> Content {
        Content { sha1: self.sha1.finalize().into(), length: self.length }
    }
}

/// The SHA-1 of some bytes as they are, in hexadecimal.
pub(super) fn plain_sha1(bytes: &[u8]) -> String {
    data_encoding::HEXLOWER.encode(&Sha1::digest(bytes))
}

/// The canonical content of a whole message.
pub fn canonical(message: &[u8]) -> Content {
    let mut canonical = Canonical::new();
    canonical.update(message);
    canonical.finish()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn same(left: &[u8], right: &[u8]) {
        assert_eq!(canonical(left), canonical(right));
    }

    #[track_caller]
    fn different(left: &[u8], right: &[u8]) {
        assert_ne!(canonical(left), canonical(right));
    }

    #[test]
    fn transport_does_not_change_it() {
        let mail = b"From: a@example.org\nX-E:\nSubject: s\n\nbody \xe2\x80\x99 end";
        same(mail, b"From: a@example.org\r\nX-E:\r\nSubject: s\r\n\r\nbody \xe2\x80\x99 end\r\n");
        same(mail, b"From: a@example.org\nX-E: \nSubject: s\nX-TUID: 1/+\n\nbody \xe2\x80\x99 end");
        same(mail, &[b"Received: x\n\ty\nReturn-Path: <>\n", &mail[..]].concat());
        same(mail, b"From: a@example.org\nX-E:\n\nSubject: s\n\nbody \xe2\x80\x99 end");
        same(b"X: a\0b\n\n", b"X: a\x80b\n\n");
    }

    #[test]
    fn content_changes_it() {
        different(b"A: 1\n\nbody", b"A: 1\n\nbodi");
        different(b"A: 1\n\nbody", b"B: 1\n\nbody");
        different(b"A: 1\n\nFrom x", b"A: 1\n\n>From x");
        different(b"A: caf\xe9\n\n", b"A: cafX\n\n");
    }

    #[test]
    fn nothing_but_transport_is_empty() {
        for message in [&b""[..], b"\n", b"\0\0\0\0", b"\r\n\r\n", b"X-TUID: abcdefghijkl\n"] {
            assert!(canonical(message).is_empty(), "{message:?}");
        }
        assert!(!canonical(b"x").is_empty());
        different(b"Return-Path: a\rA: 1\r\rx", b"Return-Path: a\rA: 1\r\ry");
        different(b"From a@b Fri\rA: 1\r\rx", b"From a@b Fri\rA: 1\r\ry");
        assert_eq!(canonical(b"").to_string(), "sha1:8005f34cce4fec16bf56a789656cff7a58d557ea");
    }

    #[test]
    fn exactness_sees_what_transport_would_not() {
        let exact = |message: &[u8]| {
            let mut exact = Canonical::exact();
            exact.update(message);
            exact.finish()
        };
        let patch = b"A: 1\n\n- a b\n+\tc\n";
        assert_eq!(exact(patch), exact(b"X-TUID: x\r\nA: 1\r\n\r\n- a b\r\n+\tc\r\n"));
        for other in
            [&b"A: 1\n\n- a  b\n+\tc\n"[..], b"A: 1\n\n- a b\n+ c\n", b"A: 1\n\n- a b+\tc\n"]
        {
            same(patch, other);
            assert_ne!(exact(patch), exact(other));
        }
    }

    #[test]
    fn a_limit_gives_the_content_of_a_truncated_copy() {
        let whole = b"A: 1\nReceived: x\n\none two three";
        let cut = canonical(b"A: 1\n\none tw");
        let mut limited = Canonical::limited(cut.length);
        limited.update(whole);
        assert_eq!(limited.finish(), cut);
    }
}
