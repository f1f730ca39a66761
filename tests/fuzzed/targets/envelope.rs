//! Date, From and Subject decoded (RFC 5322 dates, RFC 2047 words), and a body as people read it.

use maildiff::message::anatomy::{Dissection, Mime};
use maildiff::message::envelope::{Envelope, LONGEST_VALUE, date_of};
use maildiff::message::text::text;

use super::hazard::Hazard;

/// Three values on a line each, and a message.
pub(crate) fn run(bytes: &[u8]) {
    let mut lines = bytes.splitn(4, |&byte| byte == b'\n');
    let [date, from, subject] = [(); 3].map(|()| lines.next().unwrap_or_default());
    check_envelope(date, from, subject);
    check_text(bytes, lines.next().unwrap_or_default());
}

fn check_envelope(date: &[u8], from: &[u8], subject: &[u8]) {
    let envelope = Envelope::new(Some(date), Some(from), Some(subject));
    assert_eq!(envelope.date, date_of(date));
    for text in [&envelope.from, &envelope.subject] {
        assert_eq!(text.trim(), text);
        // No character set makes more than three bytes of UTF-8 of one byte.
        assert!(text.len() <= 3 * LONGEST_VALUE, "{} bytes", text.len());
    }
    let cut = |value: &[u8]| value[..value.len().min(LONGEST_VALUE)].to_vec();
    let shorter = Envelope::new(Some(date), Some(&cut(from)), Some(&cut(subject)));
    assert_eq!(shorter, envelope, "what is longer than is read");
    if let Some((when, who, what)) = envelope.likeness() {
        assert_eq!(Some(when), envelope.date);
        assert!(!(who.is_empty() && what.is_empty()));
        assert_eq!(what, what.split_whitespace().collect::<Vec<_>>().join(" "));
    }
}

fn check_text(mail: &[u8], body: &[u8]) {
    let mut dissection = Dissection::new();
    dissection.update(mail);
    let anatomy = dissection.finish();
    check_lines(&anatomy.mime, &anatomy.text.unwrap_or_default());
    for (content_type, encoding) in [
        ("multipart/mixed; boundary=x", ""),
        ("text/plain; charset=iso-2022-jp", "quoted-printable"),
        ("text/plain; charset=utf-8", "base64"),
    ] {
        let mime = Mime { content_type: content_type.into(), encoding: encoding.into() };
        check_lines(&mime, body);
    }
}

fn check_lines(mime: &Mime, body: &[u8]) {
    let Some(text) = text(mime, body) else { return };
    assert!(text.lines.is_sorted_by_key(|line| line.number));
    for line in text.lines {
        let width = line.text.chars().count();
        assert!((1..=120).contains(&width) && !line.text.contains('\n'), "{line:?}");
    }
}

/// Words, addresses, comments and parts without an end, and in one another.
pub(crate) fn hazards() -> Vec<Hazard> {
    let values =
        |date: &[u8], from: &[u8], subject: &[u8]| Hazard::of([date, from, subject].join(&b'\n'));
    let body = |again: &[u8], times| Hazard::repeating(again, times).behind("\n\n\n");
    let part =
        |level: u32| format!("Content-Type: multipart/mixed; boundary=b{level}\n\n--b{level}\n");
    let parts: String = (0..2000).map(part).collect();
    vec![
        values(b"1 Jan 2024 0:0:0 +9999999999", &b"(".repeat(2048), &b"=?u?q?".repeat(400)),
        values(b"99999999999999999999 Jan 1", &b"\"".repeat(2048), &b"=?utf-7?q?+?= ".repeat(200)),
        values(b"1 Jan -9223372036854775808", &b"a:".repeat(1024), &b"=?u?b?/////w==?=".repeat(99)),
        values(&b"1 ".repeat(5000), &b"<a@b>,".repeat(400), &b"=?iso-2022-jp?b?GyRC?=".repeat(99)),
        values(&b"(".repeat(5000), &b"a:b;".repeat(600), &vec![0xff; 100_000]),
        body(b"Content-Type: multipart/mixed; boundary=x\n\n--x\n", 2000),
        Hazard::of(format!("\n\n\n--x\n{parts}")),
        body(b"--x\n", 50_000),
        body(b"=", 200_000),
    ]
}
