//! How far a saved index has been read.

use flate2::Crc;

/// What has been read of a file: the bytes, the lines, and the CRC-32 of them all.
#[derive(Debug, Default)]
pub(super) struct Position {
    /// How many bytes.
    pub(super) at: u64,
    pub(super) lines: u64,
    crc: Crc,
}

impl Position {
    /// Goes on behind a line.
    pub(super) fn pass(&mut self, line: &[u8]) {
        let mut crc = Crc::new();
        crc.update(line);
        self.pass_all(line.len() as u64, 1, &crc);
    }

    /// Goes on behind so many bytes and lines, which have this checksum.
    pub(super) fn pass_all(&mut self, bytes: u64, lines: u64, crc: &Crc) {
        self.at += bytes;
        self.lines += lines;
        self.crc.combine(crc);
    }

    /// The checksum, as the last line has it.
    pub(super) fn checksum(&self) -> String {
        format!("{:08x}", self.crc.sum())
    }
}
