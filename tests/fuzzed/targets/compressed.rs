//! Compressed mail: what was packed comes out again, what is cut or damaged never passes for
//! something shorter, and nothing that is small on a disk takes much memory.

use std::io::{Read, Write};

use flate2::Compression;
use flate2::write::GzEncoder;
use maildiff::identify::{Counts, Extent, Identifier, Options};
use maildiff::message::compression::{Storage, decompress, decompress_all, storage};
use ruzstd::encoding::{CompressionLevel, compress_to_vec};

use super::hazard::Hazard;
use super::mail::with_mail;

/// As many bytes are read of what a bomb gives; where the tool stops by itself is a test beside the
/// code.
const ENOUGH: usize = 4 << 20;

pub(crate) fn run(data: &[u8]) {
    // The input as it is, and behind the magic numbers without which few inputs get far.
    for magic in [&b""[..], b"\x1f\x8b\x08", b"\x28\xb5\x2f\xfd"] {
        check_any(&[magic, data].concat());
    }
    // The first bytes say what is done to a sound file of the rest.
    let (orders, text) = data.split_at(data.len().min(3));
    let place = orders.iter().fold(0, |sum, &byte| sum << 8 | usize::from(byte));
    for packed in [gzip(text), zstd(text)] {
        check_sound(&packed, text, place);
        check_damaged(packed, text, place);
    }
}

fn gzip(text: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
    encoder.write_all(text).unwrap();
    encoder.finish().unwrap()
}

fn zstd(text: &[u8]) -> Vec<u8> {
    compress_to_vec(text, CompressionLevel::Fastest)
}

/// What comes out, read in pieces of this size; and whether that is all of it.
fn unpack(packed: &[u8], size: usize) -> (Vec<u8>, bool) {
    let mut stream = decompress(storage(packed), packed);
    let mut text = Vec::new();
    let mut piece = vec![0; size];
    while text.len() < ENOUGH {
        match stream.read(&mut piece) {
            Ok(0) => return (text, true),
            Ok(read) => text.extend_from_slice(&piece[..read]),
            Err(_) => return (text, false),
        }
    }
    (text, false)
}

/// How much of a zstd file is looked at. A block of four bytes may give 128 KiB, all of which is
/// held until the window is full, and that may have 128 MiB: so no more than 16 MiB are.
const ZSTD: usize = 512;

/// Any bytes give the same however they are read, or are an error; and a file of them an identity
/// or an error.
fn check_any(packed: &[u8]) {
    let is_zstd = storage(packed) == Storage::Zstd;
    let packed = if is_zstd { &packed[..packed.len().min(ZSTD)] } else { packed };
    let (text, whole) = unpack(packed, 4096);
    if text.len() < ENOUGH {
        assert_eq!(unpack(packed, 999), (text.clone(), whole));
        let mut all = Vec::new();
        let read =
            decompress_all(storage(packed), packed).take(ENOUGH as u64).read_to_end(&mut all);
        assert_eq!(read.is_ok(), whole);
        assert!(!whole || all == text);
        check_identity(packed, &text, whole);
    }
}

/// A compressed message is the message that it holds.
fn check_identity(packed: &[u8], text: &[u8], whole: bool) {
    let options = Options { date: true, extent: Extent::Whole, ids_only: false };
    let of = |bytes: &[u8]| {
        with_mail(bytes, |mail| Identifier::default().identify(mail, Counts::Always, options))
    };
    let is_packed = storage(packed) != Storage::Plain;
    let found = of(packed).ok();
    assert!(found.is_some() == whole, "read to its end, a file is sound or not");
    if is_packed && whole && storage(text) == Storage::Plain {
        let (found, plain) = (found.flatten().unwrap(), of(text).unwrap().unwrap());
        assert_eq!((found.id, found.content), (plain.id, plain.content));
        assert_eq!(found.details, plain.details);
        assert!(found.length.is_none_or(|length| length == text.len() as u64));
    }
}

fn check_sound(packed: &[u8], text: &[u8], place: usize) {
    assert_eq!(unpack(packed, 1 + place % 5000), (text.to_vec(), true));
    let twice = [packed, packed].concat();
    assert_eq!(unpack(&twice, 4096), (text.repeat(2), true));
    // Cut anywhere behind the magic number it is an error, and so is what is left of a second part.
    let magic = if storage(packed) == Storage::Gzip { 3 } else { 4 };
    let end = magic + place % (packed.len() - magic);
    assert!(!unpack(&packed[..end], 4096).1, "cut at {end}");
    if end > magic {
        assert!(!unpack(&twice[..packed.len() + end], 4096).1, "the second cut at {end}");
    }
}

/// One bit changed anywhere: an error, or the same text, but never another.
fn check_damaged(mut packed: Vec<u8>, text: &[u8], place: usize) {
    let at = place / 8 % packed.len();
    packed[at] ^= 1 << (place % 8);
    if storage(&packed) != Storage::Plain {
        let (read, whole) = unpack(&packed, 4096);
        assert!(!whole || read == text, "bit {} of byte {at}", place % 8);
    }
}

/// Bombs: much out of little, by each of the ways that the formats have.
pub(crate) fn hazards() -> Vec<Hazard> {
    let zeros = vec![0; 4 << 20];
    // A frame with a window of that size, and 128 KiB of one byte again and again, which takes four
    // bytes each time.
    let window = |size: u8| {
        Hazard::repeating(b"\x02\x00\x10x", 254).behind([0x28, 0xb5, 0x2f, 0xfd, 0x00, size])
    };
    vec![
        Hazard::of(gzip(&zeros)),
        Hazard::of(gzip(&gzip(&zeros))),
        Hazard::of(zstd(&zeros)),
        Hazard::repeating(&gzip(&[]), 20_000),
        Hazard::repeating(&zstd(&[]), 20_000),
        window(0x50),
        window(0x88),
        window(0x90),
        window(0xff),
    ]
}
