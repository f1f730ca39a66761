//! The line that begins a message in an mbox: `From ann@example.org Fri May 17 12:00:00 2024`.
//!
//! Any line with these five letters begins one, says the oldest rule (qmail's mbox(5), under which
//! writers quote all others); but writers that quote less leave `From here on` bare, and then only
//! the shape tells. So a line must have one: a sender, which may be `-` (Thunderbird) or have
//! blanks in it, and a date with a year, as c-client (`mail.h`, `VALID`) and Dovecot
//! (`mbox-from.c`, `mbox_from_parse`) ask for.

/// What every such line begins with.
pub(crate) const OPENING: &[u8] = b"From ";

/// How many bytes of a line are judged: a sender has 256 at the most (RFC 5321 §4.5.3.1).
pub(crate) const LONGEST: usize = 1 << 10;

/// Whether a line, with or without its end, begins a message where one may begin.
pub(crate) fn is_from_line(line: &[u8]) -> bool {
    let Some(rest) = line.strip_prefix(OPENING) else { return false };
    let words: Vec<&[u8]> =
        rest.split(u8::is_ascii_whitespace).filter(|word| !word.is_empty()).collect();
    // At least one word comes before the date: the sender, or the day of the week.
    (1..words.len()).any(|at| words.get(at..).is_some_and(begins_with_date))
}

fn begins_with_date(words: &[&[u8]]) -> bool {
    match words {
        // asctime, with a zone before the year or none: `May 17 12:00:00 +0200 2024`.
        [month, day, time, rest @ ..] if is_month(month) && is_day(day) && is_time(time) => {
            let zones = rest.iter().take(2).take_while(|word| is_zone(word)).count();
            rest.get(zones).is_some_and(|word| is_year(word))
        }
        // As in a Date field: `17 May 2024 12:00:00`.
        [day, month, year, time, ..]
            if is_day(day) && is_month(month) && is_year(year) && is_time(time) =>
        {
            true
        }
        // ISO 8601, in two words or in one.
        [date, time, ..] if is_iso_date(date) && is_time(time) => true,
        [instant, ..] => match instant.split_at_checked(10) {
            Some((date, [b'T', time @ ..])) => is_iso_date(date) && is_time(time),
            _ => false,
        },
        [] => false,
    }
}

fn is_month(word: &[u8]) -> bool {
    const MONTHS: &[u8] = b"janfebmaraprmayjunjulaugsepoctnovdec";
    MONTHS.chunks(3).any(|month| word.eq_ignore_ascii_case(month))
}

fn is_day(word: &[u8]) -> bool {
    (1..=2).contains(&word.len()) && word.iter().all(u8::is_ascii_digit)
}

/// `12:00` or `12:00:00`, whatever follows that.
fn is_time(word: &[u8]) -> bool {
    let digits = word.iter().take_while(|byte| byte.is_ascii_digit()).count();
    let rest = word.get(digits..).unwrap_or_default();
    (1..=2).contains(&digits) && matches!(rest, [b':', b'0'..=b'5', b'0'..=b'9', ..])
}

fn is_year(word: &[u8]) -> bool {
    matches!(word, [b'1' | b'2', _, _, _]) && word.iter().all(u8::is_ascii_digit)
}

/// `EST`, `+0200`, `(CEST)`.
fn is_zone(word: &[u8]) -> bool {
    let is_name = word.iter().all(|byte| byte.is_ascii_uppercase() || matches!(byte, b'(' | b')'));
    is_name || matches!(word, [b'+' | b'-', digits @ ..] if digits.iter().all(u8::is_ascii_digit))
}

fn is_iso_date(word: &[u8]) -> bool {
    let parts: Vec<&[u8]> = word.split(|&byte| byte == b'-').collect();
    matches!(parts.as_slice(), [year, month, day]
        if is_year(year) && is_day(month) && is_day(day))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_that_begin_a_message() {
        for line in [
            "From ann@example.org Fri May 17 12:00:00 2024\n",
            "From ann@example.org  Fri May  7 12:00:00 2024\r\n",
            "From ann@example.org Fri May 17 12:00 2024",
            "From - Fri May 17 12:00:00 2024",
            "From 1334@xxx Fri May 17 12:00:00 +0000 2024",
            "From ann@example.org Fri May 17 12:00:00 EST 2024",
            "From ann@example.org Fri May 17 12:00:00 EST (EST) 2024",
            "From ann@example.org Fri May 17 12:00:00 2024 +0200",
            "From ann@example.org Fri May 17 12:00:00 2024 remote from host",
            "From \"Ann B\"@example.org Fri May 17 12:00:00 2024",
            "From MAILER-DAEMON Fri May 17 12:00:00 2024",
            "From  Fri May 17 12:00:00 2024",
            "From ann@example.org Fr Mai 17 Fri May 17 12:00:00 2024",
            "From ann@example.org Fri, 17 May 2024 12:00:00 +0200",
            "From ann@example.org 2024-05-17 12:00:00",
            "From ann@example.org 2024-05-17T12:00:00Z",
        ] {
            assert!(is_from_line(line.as_bytes()), "{line}");
        }
    }

    #[test]
    fn lines_of_text() {
        for line in [
            "",
            "From",
            "From ",
            "From: ann@example.org",
            "From here on",
            "From 2021 on",
            "From ann@example.org",
            "From ann@example.org Fri May 17 12:00:00",
            "From ann@example.org Fri May 17 2024",
            "From May 17 12:00:00 2024",
            "From noon on May 17 12:00:00 until 2024",
            "from ann@example.org Fri May 17 12:00:00 2024",
            ">From ann@example.org Fri May 17 12:00:00 2024",
            " From ann@example.org Fri May 17 12:00:00 2024",
        ] {
            assert!(!is_from_line(line.as_bytes()), "{line}");
        }
    }
}
