//! Date, From and Subject: what people know a message by, decoded for showing, and the ground of a
//! *probable* match.

use mailparse::{MailAddr, addrparse, dateparse, parse_header};

/// The longest field value that is decoded, in bytes after unfolding; the rest is cut.
pub const LONGEST_VALUE: usize = 2 << 10;

/// What a message says of itself.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Envelope {
    /// The Date field in seconds since 1970-01-01 UTC; `None` where it is absent or makes no sense.
    pub date: Option<i64>,
    /// The From field, RFC 2047 words decoded, one line; empty where absent.
    pub from: String,
    /// The Subject field, likewise.
    pub subject: String,
}

impl Envelope {
    /// From the raw values of the three fields.
    pub fn new(date: Option<&[u8]>, from: Option<&[u8]>, subject: Option<&[u8]>) -> Envelope {
        Envelope {
            date: date.and_then(date_of),
            from: from.map(decode).unwrap_or_default(),
            subject: subject.map(decode).unwrap_or_default(),
        }
    }

    /// What two messages must share to be *probably* the same: the date, and who wrote it about
    /// what. `None` where the date is missing, or both others are.
    ///
    /// The address is compared without its name and case, the subject without blanks at its ends,
    /// runs of blanks, and the mark that mbsync puts before a placeholder's.
    pub fn likeness(&self) -> Option<(i64, String, String)> {
        let subject = self.subject.strip_prefix("[placeholder] ").unwrap_or(&self.subject);
        let subject = subject.split_whitespace().collect::<Vec<_>>().join(" ");
        let from = address(&self.from);
        let known = !(from.is_empty() && subject.is_empty());
        self.date.filter(|_| known).map(|date| (date, from, subject))
    }
}

/// The time of a Date field's value, in seconds since 1970-01-01 UTC.
pub fn date_of(value: &[u8]) -> Option<i64> {
    let text = String::from_utf8_lossy(value);
    // mailparse gives 0 for a text in which it finds no date at all.
    dateparse(text.trim()).ok().filter(|&seconds| seconds != 0 || text.contains("1970"))
}

/// A field's value with its RFC 2047 words decoded, as one line.
pub(crate) fn decode(value: &[u8]) -> String {
    let value = value.get(..LONGEST_VALUE).unwrap_or(value);
    if let Some(text) = plain(value) {
        return text.trim().to_owned();
    }
    let field = [b"X: ", value].concat();
    let decoded = parse_header(&field).map(|(header, _)| header.get_value());
    decoded.unwrap_or_else(|_| String::from_utf8_lossy(value).into_owned()).trim().to_owned()
}

/// Text in which there is nothing to decode, as in most fields.
fn plain(value: &[u8]) -> Option<&str> {
    let is_plain = value.iter().all(|byte| matches!(byte, b' '..=b'~'));
    let has_words = memchr::memmem::find(value, b"=?").is_some();
    (is_plain && !has_words).then(|| str::from_utf8(value).ok()).flatten()
}

/// The first address of a decoded From field, in lower case; the whole text where it has none.
fn address(from: &str) -> String {
    let parsed = addrparse(from).ok().and_then(|list| list.first().cloned());
    match parsed {
        Some(MailAddr::Single(single)) => single.addr.to_lowercase(),
        _ => from.to_lowercase(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn envelope(date: &str, from: &str, subject: &str) -> Envelope {
        Envelope::new(Some(date.as_bytes()), Some(from.as_bytes()), Some(subject.as_bytes()))
    }

    #[test]
    fn decodes_words_and_dates() {
        let mail = envelope(
            "Mon, 1 Jan 2024 01:00:00 +0100",
            "=?utf-8?q?R=C3=A9mi?= <r@example.org>",
            " =?utf-8?b?w4l0w6k=?= ",
        );
        assert_eq!(mail.date, Some(1_704_067_200));
        assert_eq!((mail.from.as_str(), mail.subject.as_str()), ("Rémi <r@example.org>", "Été"));
    }

    proptest::proptest! {
        #[test]
        fn what_is_plain_is_decoded_as_it_is(value in "[ -~]{0,40}") {
            if let Some(text) = plain(value.as_bytes()) {
                let field = format!("X: {value}");
                let decoded = parse_header(field.as_bytes()).unwrap().0.get_value();
                proptest::prop_assert_eq!(text.trim(), decoded.trim());
            }
        }
    }

    #[test]
    fn dates_that_are_none() {
        for date in ["", "soon", "Fri, 17", "99 Foo 2020", "1 Jan 99999999999 00:00:00"] {
            assert_eq!(date_of(date.as_bytes()), None, "{date}");
        }
        assert_eq!(date_of(b"Thu, 1 Jan 1970 00:00:00 +0000"), Some(0));
    }

    #[test]
    fn likeness_forgets_what_programs_change() {
        let date = "Mon, 1 Jan 2024 00:00:00 +0000";
        let one = envelope(date, "A B <A@Example.org>", "[placeholder] two  words");
        let other = envelope("Mon, 1 Jan 2024 01:00:00 +0100", "a@example.org", "two words");
        assert_eq!(one.likeness(), other.likeness());
        assert!(one.likeness().is_some());
        assert_eq!(envelope("", "a@b", "s").likeness(), None);
        assert_eq!(envelope(date, "", " ").likeness(), None);
    }
}
