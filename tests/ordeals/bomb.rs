//! Small files that decompress to a great deal.

use std::io::Write;

use flate2::Compression;
use flate2::write::GzEncoder;

use crate::tree::{Tree, mail, tool};

use super::measured::{Measured, ROOM, Scale};

/// Beyond so many bytes a message is none (`message/compression.rs`).
const LIMIT: u64 = 2 << 30;
/// The largest window of zstd that is read, in bytes (likewise).
const WINDOW: u64 = 128 << 20;
/// The most that one block of zstd gives (RFC 8878 §3.1.1.2).
const BLOCK: u64 = 128 << 10;

/// A frame of zstd that begins with a message and goes on with so many blocks of one letter, four
/// bytes each (RFC 8878 §3.1.1); its window is 1 KiB times two to this power.
fn zstd(message: &[u8], blocks: u64, power: u8) -> Vec<u8> {
    let block = |last: bool, kind: u32, size: u64| {
        let header = u32::from(last) | kind << 1 | u32::try_from(size).unwrap() << 3;
        header.to_le_bytes()[..3].to_vec()
    };
    let mut frame = vec![0x28, 0xb5, 0x2f, 0xfd, 0, power << 3];
    frame.extend(block(false, 0, message.len() as u64));
    frame.extend(message);
    for at in 1..=blocks {
        frame.extend(block(at == blocks, 1, BLOCK));
        frame.push(b'x');
    }
    frame
}

/// gzip members one behind the other: a message, and so much of one letter.
fn gzip(message: &[u8], size: u64) -> Vec<u8> {
    const MEMBER: usize = 1 << 20;
    let pack = |bytes: &[u8]| {
        let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
        encoder.write_all(bytes).unwrap();
        encoder.finish().unwrap()
    };
    let member = pack(&vec![b'x'; MEMBER]);
    [pack(message), member.repeat(usize::try_from(size).unwrap() / MEMBER)].concat()
}

/// Bombs of 4 GB: beyond the limit each is an error, short of it a long message. Whichever, they
/// are read in passing; of zstd as much is in memory as its window.
pub(crate) fn compressed_bombs(scale: Scale) {
    let size = scale.bytes(4 << 30);
    let bytes = mail("bomb").bytes();
    for (what, window, bomb) in [
        ("zstd bomb", 8, zstd(&bytes, size / BLOCK, 13)),
        ("zstd bomb with a wide window", WINDOW >> 20, zstd(&bytes, size / BLOCK, 17)),
        ("gzip bomb", 0, gzip(&bytes, size)),
    ] {
        assert!(bomb.len() as u64 * 200 < size, "{} bytes are no bomb", bomb.len());
        let (left, right) = (Tree::of(&["a"]), Tree::of(&["a"]));
        let (left, right) = (left.with("cur/b:2,S", &*bomb), right.with("cur/b:2,S", &*bomb));
        let status = if size > LIMIT { 2 } else { 0 };
        let mut tool = tool();
        tool.args(["--content", "--brief", "--jobs=1"]).args([&left, &right]);
        let run = Measured::of(what, &mut tool).within(status, ROOM + window);
        if status == 2 {
            run.complains("cur/b:2,S: decompresses to more than 2 GiB");
        }
    }
}

/// Frames that ask for much memory: as much as is given, and more.
pub(crate) fn zstd_windows() {
    let bytes = mail("b").bytes();
    let plain = Tree::of(&["a"]).with("cur/b:2,S", bytes.clone());
    for (power, status) in [(17, 0), (18, 2), (30, 2)] {
        let packed = Tree::of(&["a"]).with("cur/b:2,S", zstd(&bytes, 1, power));
        let mut tool = tool();
        tool.args(["-q", "--jobs=1", "--fail-on", "only-left"]).args([&plain, &packed]);
        let run = Measured::of("zstd window", &mut tool).within(status, ROOM + (WINDOW >> 20));
        assert_eq!(run.stderr.is_empty(), status == 0, "{}", run.stderr);
    }
}
