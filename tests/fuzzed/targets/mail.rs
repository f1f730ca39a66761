//! Any bytes as a mail file that is open, and as a message that came to us over the wire.

use maildiff::mail_file::{Buffer, MailFile};

use super::file::with_file;

/// Hands over an open mail file with these bytes in it.
pub(crate) fn with_mail<T>(bytes: &[u8], then: impl FnOnce(&mut MailFile<'_>) -> T) -> T {
    with_file(bytes, |path| {
        let mut buffer = Buffer::default();
        then(&mut MailFile::open(path, &mut buffer).unwrap())
    })
}

/// With CR LF at every line's end, as Dovecot serves it (`istream-crlf.c`).
pub(crate) fn with_crlf(mail: &[u8]) -> Vec<u8> {
    let mut served = Vec::new();
    for &byte in mail {
        if byte == b'\n' && served.last() != Some(&b'\r') {
            served.push(b'\r');
        }
        served.push(byte);
    }
    served
}

/// With 0x80 for NUL, as Dovecot serves it (`istream-nonuls.c`).
pub(crate) fn without_nuls(mail: &[u8]) -> Vec<u8> {
    mail.iter().map(|&byte| if byte == 0 { 0x80 } else { byte }).collect()
}

/// With the line that mbsync puts before the empty line that ends the header (isync `src/sync.c`
/// `copy_msg_convert`); `None` where there is no such line.
pub(crate) fn with_sync_mark(mail: &[u8]) -> Option<Vec<u8>> {
    let mut at = 0;
    for line in mail.split_inclusive(|&byte| byte == b'\n') {
        if line.ends_with(b"\n") && line.iter().all(|byte| matches!(byte, b'\r' | b'\n')) {
            let (header, rest) = mail.split_at(at);
            return Some([header, b"X-TUID: 0123456789/+\n", rest].concat());
        }
        at += line.len();
    }
    None
}

/// With the line that a delivery puts on top; `None` where what is on top belongs there, or would
/// continue that line.
pub(crate) fn with_trace(mail: &[u8]) -> Option<Vec<u8>> {
    let first = mail.split_inclusive(|&byte| byte == b'\n').next().unwrap_or_default();
    let is_continuation =
        first.iter().find(|&&byte| byte != b'\r').is_some_and(|first| b" \t".contains(first));
    let text = first.strip_prefix(b"\xef\xbb\xbf").unwrap_or(first);
    let is_mbox = text.starts_with(b"From ") || text.starts_with(b">From ");
    // Mail with CR for line ends is one line, of which the first part alone may be transport's.
    let has_bare_cr = first.windows(2).any(|pair| pair[0] == b'\r' && !b"\r\n".contains(&pair[1]));
    let is_odd = is_continuation || is_mbox || has_bare_cr;
    (!is_odd)
        .then(|| [b"Received: from a by b;\r\n\tFri, 17 Jun 2016 22:14:41 -0400\n", mail].concat())
}
