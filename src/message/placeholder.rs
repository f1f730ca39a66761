//! mbsync's placeholders: the message is listed, its content is not there.
//!
//! With `MaxSize` mbsync writes, in place of a message that is too big, its header and a body of
//! two or three lines (isync `src/sync.c` 1.4, `src/sync_msg_cvt.c` 1.5, `copy_msg_convert`). Such
//! a file has the Message-ID of the real one, so it pairs by key although the mail is missing.

/// The longest body a placeholder has, in bytes: a longer one is none.
pub const LONGEST_BODY: usize = 256;

const BEGIN: &[u8] = b"Having a size of ";
const END: &[u8] = b", this message is over the MaxSize limit.\n";

/// Whether `body`, as far as it is known, may still become a placeholder's.
pub fn may_be_placeholder(body: &[u8]) -> bool {
    body.len() <= LONGEST_BODY && may_begin_placeholder(body)
}

/// Whether a placeholder's body may begin so.
pub fn may_begin_placeholder(body: &[u8]) -> bool {
    let known = body.len().min(BEGIN.len());
    body.get(..known) == BEGIN.get(..known)
}

/// Whether a message with this whole body and this Subject (raw value) is a placeholder.
pub fn is_placeholder(subject: &[u8], body: &[u8]) -> bool {
    is_placeholder_body(body) && memchr::memmem::find(subject, b"[placeholder]").is_some()
}

fn is_placeholder_body(body: &[u8]) -> bool {
    let body: Vec<u8> = body.iter().copied().filter(|&byte| byte != b'\r').collect();
    let size = body.strip_prefix(BEGIN).unwrap_or_default();
    let digits = size.iter().take_while(|byte| byte.is_ascii_digit() || **byte == b'.').count();
    let unit = size.get(digits..).unwrap_or_default();
    let rest = unit.strip_prefix(b"KiB").or_else(|| unit.strip_prefix(b"MiB"));
    digits > 0 && rest.is_some_and(|rest| rest.starts_with(END))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn knows_the_bodies_of_both_versions() {
        let old = b"Having a size of 150KiB, this message is over the MaxSize limit.\n\
            Flag it and sync again (Sync mode ReNew) to fetch its real contents.\n";
        let new = b"Having a size of 1.2MiB, this message is over the MaxSize limit.\r\n\
            Flag it and sync again (Sync mode Upgrade) to fetch its real contents.\r\n\
            \r\nThe original message is flagged as important.\r\n";
        for body in [&old[..], &new[..]] {
            assert!(may_be_placeholder(body));
            assert!(is_placeholder(b" [placeholder] big", body));
            assert!(!is_placeholder(b" big", body));
        }
        assert!(may_be_placeholder(b""));
        assert!(may_be_placeholder(b"Having a"));
        assert!(!may_be_placeholder(b"Hi"));
        for body in [&b"Having a size of KiB, this message"[..], b"Having a size of 9KiB", b""] {
            assert!(!is_placeholder(b"[placeholder]", body));
        }
    }
}
