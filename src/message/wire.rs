//! A message on the wire, where every line ends in CR LF: how long it is there is what IMAP calls
//! RFC822.SIZE (RFC 3501 §2.3.4), and what `W=` tells in a file's name.

/// Counts bytes, and line ends to which a server adds a CR.
#[derive(Clone, Copy, Debug, Default)]
pub struct Wire {
    length: u64,
    bare: u64,
    last: u8,
}

impl Wire {
    /// Takes the next bytes of the message.
    pub fn take(&mut self, bytes: &[u8]) {
        self.length += bytes.len() as u64;
        self.bare += bare_line_ends(self.last, bytes);
        self.last = bytes.last().copied().unwrap_or(self.last);
    }

    /// How many bytes were taken.
    pub fn length(&self) -> u64 {
        self.length
    }

    /// How many a server sends for them.
    pub fn size(&self) -> u64 {
        self.length + self.bare
    }
}

/// How many LFs have no CR before them, where `last` is the byte before the first.
fn bare_line_ends(last: u8, bytes: &[u8]) -> u64 {
    let bare = |at: &usize| match at.checked_sub(1) {
        Some(before) => bytes.get(before) != Some(&b'\r'),
        None => last != b'\r',
    };
    memchr::memchr_iter(b'\n', bytes).filter(bare).count() as u64
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn line_ends_are_counted_across_chunks() {
        assert_eq!(bare_line_ends(0, b"a\nb\r\nc\n\n"), 3);
        assert_eq!(bare_line_ends(b'\r', b"\n\n"), 1);
        assert_eq!(bare_line_ends(0, b"\n"), 1);
    }
}
