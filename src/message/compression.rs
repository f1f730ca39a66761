//! Compressed and encrypted mail files: told by their magic, read through where possible.
//!
//! Dovecot's `zlib` (2.4: `mail_compress`) plugin stores messages compressed under their usual
//! names; the content decides, not the name. gzip and zstd are read as streams; what is made with
//! bzip2, xz or lz4, or encrypted by `mail_crypt`, is told as unreadable, never taken for mail.

use std::io::{self, BufRead, Read};

use flate2::bufread::MultiGzDecoder;
use ruzstd::decoding::{FrameDecoder, StreamingDecoder};

/// How many bytes a message may have after decompression. mbsync and others stop at 2 GiB; a file
/// that gives more is more likely made to fill a disk than to be read.
pub const LIMIT: u64 = 2 << 30;

/// The largest zstd window, in bytes: what decompressing one message may hold in memory. It is
/// what the zstd program allows by default.
const WINDOW: u64 = 128 << 20;

/// How a message's bytes lie in its file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Storage {
    /// As they are.
    Plain,
    /// gzip, one member or several.
    Gzip,
    /// zstd, one frame or several.
    Zstd,
    /// In a way that is recognised and cannot be read here.
    Closed(Seal),
}

/// What closes a message to us.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Seal {
    /// bzip2.
    Bzip2,
    /// xz.
    Xz,
    /// lz4, or Dovecot's own frame around it.
    Lz4,
    /// Dovecot's plugin `mail_crypt`.
    MailCrypt,
}

impl Seal {
    /// The words that complete "is …".
    pub fn words(self) -> &'static str {
        match self {
            Seal::Bzip2 => "compressed with bzip2, which cannot be read here",
            Seal::Xz => "compressed with xz, which cannot be read here",
            Seal::Lz4 => "compressed with lz4, which cannot be read here",
            Seal::MailCrypt => "encrypted by Dovecot's mail_crypt, which cannot be read here",
        }
    }
}

/// What the first bytes of a file say of it.
pub fn storage(head: &[u8]) -> Storage {
    match head {
        [0x1f, 0x8b, 8, ..] => Storage::Gzip,
        [0x28, 0xb5, 0x2f, 0xfd, ..] => Storage::Zstd,
        // bzip2's first block, or the end of an empty stream: letters alone could be text.
        [b'B', b'Z', b'h', b'1'..=b'9', 0x31, 0x41, 0x59, 0x26, 0x53, 0x59, ..]
        | [b'B', b'Z', b'h', b'1'..=b'9', 0x17, 0x72, 0x45, 0x38, 0x50, 0x90, ..] => {
            Storage::Closed(Seal::Bzip2)
        }
        [0xfd, b'7', b'z', b'X', b'Z', 0, ..] => Storage::Closed(Seal::Xz),
        [0x04, 0x22, 0x4d, 0x18, ..] => Storage::Closed(Seal::Lz4),
        _ if head.starts_with(b"Dovecot-LZ4\r*\x9b\xc5") => Storage::Closed(Seal::Lz4),
        _ if head.starts_with(b"CRYPTED\x03\x07") => Storage::Closed(Seal::MailCrypt),
        _ => Storage::Plain,
    }
}

/// The message's bytes, decompressed as they are read. More than [`LIMIT`] of them is an error, as
/// is a stream that is damaged or ends early.
pub fn decompress<'a>(storage: Storage, file: impl BufRead + 'a) -> Box<dyn Read + 'a> {
    match storage {
        Storage::Plain => Box::new(file),
        Storage::Gzip => Box::new(Limited::new(MultiGzDecoder::new(file))),
        Storage::Zstd => Box::new(Limited::new(Frames { file: Some(file), frame: None })),
        Storage::Closed(seal) => Box::new(Refused(seal)),
    }
}

/// The bytes of a file that is no message, decompressed as they are read, however many they are. A
/// stream that is damaged or ends early is an error.
pub fn decompress_all<'a>(storage: Storage, file: impl BufRead + 'a) -> Box<dyn Read + 'a> {
    match storage {
        Storage::Plain => Box::new(file),
        Storage::Gzip => Box::new(MultiGzDecoder::new(file)),
        Storage::Zstd => Box::new(Frames { file: Some(file), frame: None }),
        Storage::Closed(seal) => Box::new(Refused(seal)),
    }
}

/// A reader that gives up where a message becomes larger than any.
struct Limited<R> {
    stream: R,
    left: u64,
}

impl<R: Read> Limited<R> {
    fn new(stream: R) -> Limited<R> {
        Limited { stream, left: LIMIT }
    }
}

impl<R: Read> Read for Limited<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = self.stream.read(buffer)?;
        let left = self.left.checked_sub(read as u64);
        self.left = left.ok_or_else(|| io::Error::other("decompresses to more than 2 GiB"))?;
        Ok(read)
    }
}

/// zstd frames one behind the other, which the decoder for one frame leaves to its caller.
struct Frames<R: Read> {
    /// The file between frames.
    file: Option<R>,
    frame: Option<StreamingDecoder<R, FrameDecoder>>,
}

impl<R: BufRead> Frames<R> {
    /// Opens the next frame; `false` at the end of the file.
    fn next_frame(&mut self) -> io::Result<bool> {
        let Some(mut file) = self.file.take() else { return Ok(false) };
        if file.fill_buf()?.is_empty() {
            return Ok(false);
        }
        let frame = StreamingDecoder::new_with_max_window_size(file, WINDOW);
        self.frame = Some(frame.map_err(io::Error::other)?);
        Ok(true)
    }
}

impl<R: BufRead> Read for Frames<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        // Nothing read into no room is no end.
        while !buffer.is_empty() {
            if let Some(mut frame) = self.frame.take() {
                let read = frame.read(buffer)?;
                if read > 0 {
                    self.frame = Some(frame);
                    return Ok(read);
                }
                check_sum(&frame.decoder)?;
                self.file = Some(frame.into_inner());
            }
            if !self.next_frame()? {
                break;
            }
        }
        Ok(0)
    }
}

/// The decoder computes the checksum of a frame that has one (RFC 8878 §3.1.1), and leaves it to
/// its caller to compare the two.
fn check_sum(frame: &FrameDecoder) -> io::Result<()> {
    let told = frame.get_checksum_from_data();
    if told.is_some() && told != frame.get_calculated_checksum() {
        return Err(io::Error::new(io::ErrorKind::InvalidData, "does not fit its checksum"));
    }
    Ok(())
}

/// What cannot be read here is an error, not an empty message.
struct Refused(Seal);

impl Read for Refused {
    fn read(&mut self, _: &mut [u8]) -> io::Result<usize> {
        Err(io::Error::other(self.0.words()))
    }
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use flate2::write::GzEncoder;
    use ruzstd::encoding::{CompressionLevel, compress_to_vec};

    use super::*;

    fn gzip(text: &[u8]) -> Vec<u8> {
        let mut encoder = GzEncoder::new(Vec::new(), flate2::Compression::fast());
        encoder.write_all(text).unwrap();
        encoder.finish().unwrap()
    }

    fn zstd(text: &[u8]) -> Vec<u8> {
        compress_to_vec(text, CompressionLevel::Fastest)
    }

    fn read(bytes: &[u8]) -> io::Result<Vec<u8>> {
        let mut text = Vec::new();
        decompress(storage(bytes), bytes).read_to_end(&mut text).map(|_| text)
    }

    #[test]
    fn reads_one_stream_and_several() {
        for pack in [gzip, zstd] {
            let packed = pack(b"From: a\n\nbody\n");
            assert_eq!(read(&packed).unwrap(), b"From: a\n\nbody\n");
            let twice = [pack(b"From: a\n\n"), pack(b"body\n")].concat();
            assert_eq!(read(&twice).unwrap(), b"From: a\n\nbody\n");
            let (cut, _) = packed.split_at(packed.len() - 3);
            assert!(read(cut).is_err());
        }
        assert_eq!(read(b"From: a\n").unwrap(), b"From: a\n");
    }

    #[test]
    fn one_bit_changed_is_an_error_or_no_difference() {
        let text = b"From: a\n\nhello hello hello\n";
        for packed in [gzip(text), zstd(text)] {
            for bit in 0..8 * packed.len() {
                let mut damaged = packed.clone();
                damaged[bit / 8] ^= 1 << (bit % 8);
                if storage(&damaged) != Storage::Plain {
                    assert!(
                        read(&damaged).is_ok_and(|read| read == text) || read(&damaged).is_err()
                    );
                }
            }
        }
    }

    #[test]
    fn more_than_the_limit_is_an_error() {
        let read = |left: u64| {
            let mut limited = Limited { stream: &b"0123456789"[..], left };
            limited.read_to_end(&mut Vec::new()).ok()
        };
        assert_eq!((read(10), read(9), read(0)), (Some(10), None, None));
    }

    #[test]
    fn what_cannot_be_read_is_an_error() {
        let closed: [&[u8]; 5] = [
            b"BZh91AY&SYxxxx",
            b"\xfd7zXZ\0xxxx",
            b"Dovecot-LZ4\r*\x9b\xc5xxxx",
            b"\x04\x22\x4d\x18xxxx",
            b"CRYPTED\x03\x07xxxx",
        ];
        for magic in closed {
            assert!(matches!(storage(magic), Storage::Closed(_)), "{magic:?}");
            assert!(read(magic).is_err());
        }
        assert_eq!(storage(b"BZh9 is how bzip2 files begin"), Storage::Plain);
        assert_eq!(storage(b""), Storage::Plain);
    }
}
