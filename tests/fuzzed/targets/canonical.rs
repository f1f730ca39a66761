//! The canonical content: whatever the chunks, and whatever transport does.

use maildiff::message::anatomy::Dissection;
use maildiff::message::canonical::{Canonical, Content, canonical};

use super::mail::{with_crlf, with_sync_mark, with_trace, without_nuls};

pub(crate) fn run(mail: &[u8]) {
    let content = canonical(mail);
    for size in 1..=mail.len().min(64) {
        assert_eq!(in_chunks(mail, size, Canonical::new()), content, "in chunks of {size}");
    }
    check_transport(mail, content);
    check_kinds(mail, content);
    check_parts(mail, content);
}

fn in_chunks(mail: &[u8], size: usize, mut canonical: Canonical) -> Content {
    mail.chunks(size).for_each(|chunk| canonical.update(chunk));
    canonical.finish()
}

/// No route that is measured to leave a content alone changes it.
fn check_transport(mail: &[u8], content: Content) {
    assert_eq!(canonical(&with_crlf(mail)), content, "CR LF at the lines' ends");
    assert_eq!(canonical(&without_nuls(mail)), content, "0x80 for NUL");
    if let Some(marked) = with_sync_mark(mail) {
        assert_eq!(canonical(&marked), content, "an X-TUID");
        assert_eq!(canonical(&with_crlf(&marked)), content, "an X-TUID, and CR LF");
    }
    if let Some(traced) = with_trace(mail) {
        assert_eq!(canonical(&traced), content, "a Received on top");
    }
}

/// A limit cuts, notes change nothing, and what is the same to the byte is the same.
fn check_kinds(mail: &[u8], content: Content) {
    let limit = content.length / 2;
    assert_eq!(in_chunks(mail, 7, Canonical::limited(limit)).length, limit);
    assert_eq!(in_chunks(mail, 7, Canonical::limited(content.length)), content);
    let noted = |size| {
        let mut canonical = Canonical::noting();
        mail.chunks(size).for_each(|chunk| canonical.update(chunk));
        canonical.finish_noted()
    };
    let (again, beginnings) = noted(5);
    assert_eq!(again, content);
    assert_eq!(beginnings, noted(64).1);
    assert_eq!(beginnings.notes().is_empty(), content.length < 4);
    let exact = in_chunks(mail, 3, Canonical::exact());
    assert_eq!(exact, in_chunks(mail, 64, Canonical::exact()));
    assert!(exact.length >= content.length);
    assert_eq!(exact, in_chunks(&with_crlf(mail), 64, Canonical::exact()));
}

/// Taken apart, a message has no other content.
fn check_parts(mail: &[u8], content: Content) {
    let mut dissection = Dissection::new();
    mail.chunks(13).for_each(|chunk| dissection.update(chunk));
    let anatomy = dissection.finish();
    assert_eq!(anatomy.length, content.length);
    assert_eq!(anatomy.header.length + anatomy.body.length, content.length);
    if anatomy.header.length == 0 {
        assert_eq!(anatomy.body, content);
    } else if anatomy.body.length == 0 {
        assert_eq!(anatomy.header, content);
    }
}
