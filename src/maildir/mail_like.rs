//! Whether a file outside `cur` and `new` looks like mail.
//!
//! Delivery agents leave mail under names of their own: digits (MH, procmail), `msg.XXXX` (procmail
//! without a trailing slash), `SECONDS.UNIQUE.HOST` (everybody). Where the name does not tell, the
//! first bytes do.

use std::io;
use std::ops::ControlFlow;

use crate::mail_file::MailFile;
use crate::message::header::{HeaderZone, Piece};
use crate::message::known::Known;

use super::file_name;

/// How many bytes from the start of a message [`head_looks_like_mail`] judges.
pub const HEAD: usize = 4 << 10;

/// Whether only mail is named so: `^\d+\..+`, `^msg\.`, `^\d+$`, or an info part such as `:2,S`.
pub fn name_looks_like_mail(name: &[u8]) -> bool {
    let digits = name.iter().take_while(|byte| byte.is_ascii_digit()).count();
    let unique = match name.get(digits..) {
        Some([] | [b'.', _, ..]) => digits > 0,
        _ => false,
    };
    unique || name.starts_with(b"msg.") || file_name::has_info(name)
}

/// Whether an open file begins like mail, decompressed where it is compressed.
///
/// # Errors
/// What the system says, and compressions that cannot be read.
pub fn looks_like_mail(mail: &mut MailFile<'_>) -> io::Result<bool> {
    let mut found = false;
    mail.read(|head| {
        found = head_looks_like_mail(head);
        ControlFlow::Break(())
    })?;
    Ok(found)
}

/// Whether a file that begins so is mail: it opens with a header of at least two fields, one of
/// which most messages have. Junk lines between them are no objection: real mail has them.
pub fn head_looks_like_mail(head: &[u8]) -> bool {
    let (mut fields, mut usual) = (0, false);
    let mut zone = HeaderZone::new();
    let head = head.get(..HEAD).unwrap_or(head);
    zone.feed(head, &mut |piece: Piece<'_>| {
        if let Piece::Field(name) = piece {
            fields += usize::from(is_name(name));
            usual |= Known::of(name).is_usual();
        }
    });
    fields >= 2 && usual
}

fn is_name(name: &[u8]) -> bool {
    !name.is_empty() && name.iter().all(u8::is_ascii_graphic)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names() {
        for name in ["1333.M1P2.host:2,S", "1333.x", "17", "msg.aBcD", "foo:2,S", "foo;2,"] {
            assert!(name_looks_like_mail(name.as_bytes()), "{name}");
        }
        for name in ["", "notes.txt", "17.", "1x", "message.txt", ":2,S", "a:b"] {
            assert!(!name_looks_like_mail(name.as_bytes()), "{name}");
        }
    }

    #[test]
    fn heads() {
        for head in [
            "From: a\nTo: b\n\nx",
            "Return-Path: <>\nX-Y: 1\n\n",
            "From a@b Fri Jun 17\nFrom: a\nDate: b\n",
            "junk\nSubject: a\nX: b\n",
        ] {
            assert!(head_looks_like_mail(head.as_bytes()), "{head}");
        }
        for head in ["", "Dear Sir:\nno\n", "From: a\n", "a: 1\nb: 2\n", "a: 1\n\nFrom: b\n"] {
            assert!(!head_looks_like_mail(head.as_bytes()), "{head}");
        }
    }
}
