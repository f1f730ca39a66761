//! What the header of a message in an mbox says about the mbox: its flags, and how long it is.
//!
//! Flags: `Status` and `X-Status` as mutt (`mbox.c`), c-client (`unix.c`) and Dovecot
//! (`mbox-sync-parse.c`) write them, `X-Mozilla-Status` as Thunderbird does
//! (`nsMsgMessageFlags.idl`).

use std::io;

use crate::maildir::file_name::Flags;

use super::window::Window;

/// The subject of the message in which c-client keeps a folder's UIDs (`unix.c`, `pseudo_subject`);
/// Dovecot knows it by its field X-IMAP, as [`Header::is_control`] does.
const INTERNAL: &[u8] = b"DON'T DELETE THIS MESSAGE -- FOLDER INTERNAL DATA";

/// The header of one message.
#[derive(Debug, Default)]
pub(super) struct Header {
    /// The byte behind the empty line that ends it; the end of the file where there is none.
    pub(super) end: u64,
    /// How many bytes its body has, it says.
    pub(super) body: Option<u64>,
    letters: Vec<u8>,
    has_imap: bool,
    is_internal: bool,
}

impl Header {
    /// The flags that the message has.
    pub(super) fn flags(&self) -> Flags {
        self.letters.iter().copied().collect()
    }

    /// Whether the message is none, but what a mail program keeps of the folder.
    pub(super) fn is_control(&self) -> bool {
        self.has_imap && self.is_internal
    }

    /// Reads the header that begins at this byte.
    pub(super) fn read(window: &mut Window<'_>, mut at: u64) -> io::Result<Header> {
        let mut header = Header::default();
        loop {
            let seen = window.at(at)?;
            let is_end = matches!(seen, [] | [b'\n', ..] | [b'\r', b'\n', ..]);
            let is_last = seen.is_empty();
            if !is_end {
                header.take(seen);
            }
            at = if is_last { at } else { window.end_of_line(at)? };
            if is_end {
                return Ok(Header { end: at, ..header });
            }
        }
    }

    /// Takes the line that these bytes begin with, as far as they are at hand.
    fn take(&mut self, seen: &[u8]) {
        let line = seen.split(|&byte| byte == b'\n').next().unwrap_or_default();
        let Some(colon) = line.iter().take(LONGEST_NAME).position(|&byte| byte == b':') else {
            return;
        };
        let (name, value) = line.split_at(colon);
        let value = value.get(1..).unwrap_or_default().trim_ascii();
        let is = |known: &str| name.trim_ascii_end().eq_ignore_ascii_case(known.as_bytes());
        if is("content-length") {
            self.body = number(value, 10);
        } else if is("status") {
            self.letters.extend(value.iter().copied().filter_map(of_status));
        } else if is("x-status") {
            self.letters.extend(value.iter().copied().filter_map(of_x_status));
        } else if is("x-mozilla-status") {
            self.letters.extend(of_mozilla(number(value, 16).unwrap_or_default()));
        } else if is("x-imap") {
            self.has_imap = true;
        } else if is("subject") {
            self.is_internal = value == INTERNAL;
        }
    }
}

/// The longest of the names below, a colon and some blanks.
const LONGEST_NAME: usize = 32;

fn number(value: &[u8], radix: u32) -> Option<u64> {
    u64::from_str_radix(str::from_utf8(value).ok()?, radix).ok()
}

/// `R` is read; `O`, old, is no flag of a Maildir.
fn of_status(letter: u8) -> Option<u8> {
    (letter == b'R').then_some(b'S')
}

fn of_x_status(letter: u8) -> Option<u8> {
    match letter {
        b'A' => Some(b'R'),
        b'F' => Some(b'F'),
        b'D' => Some(b'T'),
        b'T' => Some(b'D'),
        _ => None,
    }
}

/// Expunged ones are there until Thunderbird compacts the folder, as trashed ones are in a Maildir.
fn of_mozilla(bits: u64) -> impl Iterator<Item = u8> {
    const BITS: [(u64, u8); 5] =
        [(0x1, b'S'), (0x2, b'R'), (0x4, b'F'), (0x8, b'T'), (0x1000, b'P')];
    BITS.into_iter().filter(move |(bit, _)| bits & bit != 0).map(|(_, letter)| letter)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::input::Input;
    use std::path::Path;

    fn read(text: &str) -> Header {
        let input = Input::unpack(Path::new("-"), text.as_bytes()).unwrap();
        Header::read(&mut Window::new(&input), 0).unwrap()
    }

    #[test]
    fn flags() {
        for (fields, flags) in [
            ("Status: RO", "S"),
            ("Status: O", ""),
            ("status : ro", ""),
            ("X-Status: AFDT", "DFRT"),
            ("Status: R\r\nX-STATUS: A\r", "RS"),
            ("X-Mozilla-Status: 0001", "S"),
            ("X-Mozilla-Status: 100f", "FPRST"),
            ("X-Mozilla-Status: none\nX-Mozilla-Status2: 0001", ""),
            ("A: 1\n\nStatus: R", ""),
        ] {
            assert_eq!(read(&format!("{fields}\n\n")).flags().to_string(), flags, "{fields}");
        }
    }

    #[test]
    fn ends_and_lengths() {
        let header = read("A: 1\r\nContent-Length:  17 \r\n\r\nbody\n");
        assert_eq!((header.end, header.body), (30, Some(17)));
        let header = read("A: 1\nContent-Length: x\nB");
        assert_eq!((header.end, header.body), (24, None));
        assert_eq!(read("\nbody").end, 1);
        assert_eq!(read("").end, 0);
        let long = format!("A: {}\nStatus: R\n\n", "x".repeat(1 << 20));
        let header = read(&long);
        assert_eq!((header.end, header.flags().to_string()), (long.len() as u64, "S".to_owned()));
    }

    #[test]
    fn what_programs_keep_of_a_folder() {
        let subject = "Subject: DON'T DELETE THIS MESSAGE -- FOLDER INTERNAL DATA";
        assert!(read(&format!("{subject}\nX-IMAP: 1 2\n\n")).is_control());
        assert!(!read(&format!("{subject}\n\n")).is_control());
        assert!(!read("Subject: mail\nX-IMAP: 1 2\nX-IMAPbase: 1 2\n\n").is_control());
    }
}
