//! The fields that tell what a message is, found by their names.

/// A field that is looked at here.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Known {
    /// `Message-ID`
    MessageId,
    /// `From`
    From,
    /// `To`
    To,
    /// `Subject`
    Subject,
    /// `Date`
    Date,
    /// `Received` or `Return-Path`, which servers put there on the way.
    Trace,
    /// `X-TUID`, which mbsync adds.
    XTuid,
    /// Any other.
    Other,
}

impl Known {
    /// The field of this name, in any letter case. The length tells most names apart, so that a
    /// header of many fields is gone through quickly.
    pub fn of(name: &[u8]) -> Known {
        let candidates: &[(&[u8], Known)] = match name.len() {
            2 => &[(b"to", Known::To)],
            4 => &[(b"from", Known::From), (b"date", Known::Date)],
            6 => &[(b"x-tuid", Known::XTuid)],
            7 => &[(b"subject", Known::Subject)],
            8 => &[(b"received", Known::Trace)],
            10 => &[(b"message-id", Known::MessageId)],
            11 => &[(b"return-path", Known::Trace)],
            _ => &[],
        };
        let found = candidates.iter().find(|(known, _)| known.eq_ignore_ascii_case(name));
        found.map_or(Known::Other, |(_, field)| *field)
    }

    /// Whether it is in every message, or put there on its way.
    pub fn is_usual(self) -> bool {
        !matches!(self, Known::XTuid | Known::Other)
    }

    /// Whether it says whom a message is from or to, or what it is about.
    pub fn names_message(self) -> bool {
        matches!(self, Known::From | Known::To | Known::Subject)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_in_any_case() {
        for (name, field) in [
            ("MESSAGE-ID", Known::MessageId),
            ("From", Known::From),
            ("tO", Known::To),
            ("Subject", Known::Subject),
            ("date", Known::Date),
            ("Received", Known::Trace),
            ("Return-Path", Known::Trace),
            ("X-TUID", Known::XTuid),
            ("X-Message-ID", Known::Other),
            ("Data", Known::Other),
            ("", Known::Other),
        ] {
            assert_eq!(Known::of(name.as_bytes()), field, "{name}");
        }
        assert!(Known::Trace.is_usual() && !Known::Trace.names_message());
        assert!(Known::To.names_message() && !Known::XTuid.is_usual());
    }
}
