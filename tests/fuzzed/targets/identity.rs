//! Identity as a file gives it, against the plain reading of the rule.

use maildiff::identify::{self, Counts, Extent, Identifier, Identity, Options};
use maildiff::mail_file::MailFile;
use maildiff::message::compression::Storage;
use maildiff::message::id::Key;
use sha1::{Digest, Sha1};

use super::mail::{with_crlf, with_mail, with_sync_mark, with_trace};
use super::reference::{self, Reading};

pub(crate) fn run(mail: &[u8]) {
    let Some(found) = identity(mail, Extent::Key) else { return };
    let plain = reference::read(mail);
    check(mail, &found, &plain);
    check_more(mail, &found, &plain);
    // What transport does gives no other key.
    for changed in [Some(with_crlf(mail)), with_sync_mark(mail), with_trace(mail)] {
        let changed = changed.and_then(|mail| identity(&mail, Extent::Key));
        assert!(changed.is_none_or(|changed| changed.key(false) == found.key(false)));
    }
}

/// What the tool finds; nothing for a file that is compressed, or cannot be read for that.
fn identity(mail: &[u8], extent: Extent) -> Option<Identity> {
    with_mail(mail, |mail| {
        let found = identify(mail, Counts::Always, extent);
        assert!(found.is_some() || mail.storage() != Storage::Plain);
        let likely = identify(mail, Counts::IfMail, extent);
        assert!(likely.is_none() || likely == found);
        found.filter(|_| mail.storage() == Storage::Plain)
    })
}

fn identify(mail: &mut MailFile<'_>, counts: Counts, extent: Extent) -> Option<Identity> {
    let options = Options { date: true, extent, ids_only: false };
    Identifier::default().identify(mail, counts, options).ok().flatten()
}

fn check(mail: &[u8], found: &Identity, plain: &Reading) {
    let id = found.id.as_ref().map(|id| id.id.to_vec());
    assert_eq!(id, plain.id, "the id of {:?}", mail.escape_ascii().to_string());
    assert_eq!(found.content.is_some(), plain.id.is_none());
    let shape = found.shape;
    assert_eq!(shape.no_header_end, !mail.is_empty() && !plain.has_empty_line);
    assert_eq!(shape.mbox_line, plain.has_mbox_line);
    assert_eq!(usize::from(shape.x_tuids), plain.x_tuids.min(255));
    assert_eq!(found.length, Some(mail.len() as u64));
    match found.key(true) {
        Key::Id(key) => assert_eq!(Some(key.to_vec()), plain.id),
        Key::Content(content) => assert_eq!(content.length, plain.canonical.len() as u64),
        Key::Unidentified => panic!("contents count"),
    }
}

/// The content, the size that servers send, and no other identity where more was wanted.
fn check_more(mail: &[u8], found: &Identity, plain: &Reading) {
    let more = identity(mail, Extent::Whole).unwrap();
    let details = more.details.unwrap();
    let (content, _) = details.whole.unwrap();
    let sha1 = Sha1::digest([&b"maildiff-1\0"[..], &plain.canonical].concat());
    let told = "the content of";
    assert_eq!(content.sha1, *sha1, "{told} {:?}", mail.escape_ascii().to_string());
    assert_eq!(content.length, plain.canonical.len() as u64);
    assert_eq!((&more.id, more.shape, more.date), (&found.id, found.shape, found.date));
    assert_eq!(more.date, details.header.envelope.date);
    let header = with_crlf(&mail[..plain.header_length]);
    assert_eq!(details.header.wire_size, header.len() as u64);
    let alone = with_mail(mail, |mail| identify::content(mail).unwrap());
    assert_eq!(alone, content);
}
