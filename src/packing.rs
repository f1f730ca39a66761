//! Compression of what is written, as the file's name has it.

use std::io::{self, Write};
use std::path::Path;

use flate2::Compression;
use flate2::write::GzEncoder;
use ruzstd::encoding::{CompressionLevel, compress_to_vec};

/// How a file is compressed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Packing {
    None,
    Gzip,
    Zstd,
}

impl Packing {
    /// By the suffix: `.gz` or `.zst`.
    pub(crate) fn of(path: &Path) -> Packing {
        match path.extension().and_then(|suffix| suffix.to_str()) {
            Some("gz") => Packing::Gzip,
            Some("zst") => Packing::Zstd,
            _ => Packing::None,
        }
    }

    /// Writes compressed what `write` writes.
    ///
    /// # Errors
    /// What either says.
    pub(crate) fn pack(
        self,
        out: &mut dyn Write,
        write: impl FnOnce(&mut dyn Write) -> io::Result<()>,
    ) -> io::Result<()> {
        match self {
            Packing::None => write(out),
            Packing::Gzip => {
                let mut packer = GzEncoder::new(out, Compression::default());
                write(&mut packer)?;
                packer.finish().map(drop)
            }
            Packing::Zstd => {
                let mut packer = Frames { out, waiting: Vec::new() };
                write(&mut packer)?;
                packer.flush()
            }
        }
    }
}

/// How many bytes make a zstd frame: what each holds is compressed by itself.
const FRAME: usize = 4 << 20;

/// Writes zstd frames, one behind the other (RFC 8878 §3).
struct Frames<'w> {
    out: &'w mut dyn Write,
    waiting: Vec<u8>,
}

impl Write for Frames<'_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.waiting.extend_from_slice(bytes);
        if self.waiting.len() >= FRAME {
            self.flush()?;
        }
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        if !self.waiting.is_empty() {
            let frame = compress_to_vec(self.waiting.as_slice(), CompressionLevel::Fastest);
            self.waiting.clear();
            self.out.write_all(&frame)?;
        }
        self.out.flush()
    }
}

#[cfg(test)]
mod tests {
    use maildiff::input::Input;

    use super::*;

    #[test]
    fn what_is_packed_is_unpacked() {
        let text: Vec<u8> = b"many lines\n".repeat(FRAME / 4);
        for name in ["a.idx", "a.idx.gz", "a.zst"] {
            let mut packed = Vec::new();
            let packing = Packing::of(Path::new(name));
            packing.pack(&mut packed, |out| out.write_all(&text)).unwrap();
            assert_eq!(packed.len() < 1 << 20, packing != Packing::None, "{name}");
            let input = Input::unpack(Path::new(name), packed.as_slice()).unwrap();
            let mut unpacked = vec![0; text.len() + 1];
            let read = input.read_at(&mut unpacked, 0).unwrap();
            assert!(unpacked[..read] == text, "{name}");
        }
    }
}
