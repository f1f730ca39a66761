//! Where the messages of an mbox lie. What listing is to a directory this is to an mbox: no more is
//! looked at than it takes to tell one message from the next.
//!
//! ```text
//! mbox    = *message
//! message = From_ line, header and body, empty line
//! ```
//!
//! A From_ line begins a message at the start of the file and behind an empty line, which belongs
//! to neither (RFC 4155, appendix A; qmail's mbox(5)). Where a header says how long its body is,
//! and a From_ line or the end of the file stands there, the message ends there whatever is in it;
//! any other Content-Length is left over from another mbox, and passed over.

use std::io;

use crate::input::Input;
use crate::maildir::file_name::Flags;

use super::dialect::{Bare, Dialect};
use super::from_line;
use super::header::Header;
use super::window::Window;

/// A message in an mbox.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Letter {
    /// The byte at which its header begins.
    pub(crate) start: u64,
    /// How many bytes it has there, quoting and all.
    pub(crate) size: u64,
    pub(crate) flags: Flags,
    /// Whether its Content-Length says where it ends.
    pub(crate) is_counted: bool,
    /// Whether it has a line with `>From ` that may be quoted; of a counted one it may have one.
    pub(crate) is_quoted: bool,
}

/// The messages of an mbox.
#[derive(Debug, Default)]
pub(crate) struct Split {
    /// In their order.
    pub(crate) letters: Vec<Letter>,
    /// How many of them are what a mail program keeps of the folder, and not among the letters.
    pub(crate) control: u64,
    /// Which lines of text with `From ` are bare.
    pub(crate) bare: Bare,
}

/// Finds the messages of a file that begins with a From_ line, or is empty.
///
/// # Errors
/// What the system says.
pub(crate) fn split(input: &Input, dialect: Dialect) -> io::Result<Split> {
    split_seen_through(Window::new(input), dialect)
}

fn split_seen_through(mut window: Window<'_>, dialect: Dialect) -> io::Result<Split> {
    let mut split = Split::default();
    let mut next = (window.size() > 0).then_some(0);
    while let Some(from_line) = next {
        let start = window.end_of_line(from_line)?;
        let header = Header::read(&mut window, start)?;
        let counted = if dialect.has_lengths() { counted_end(&mut window, &header)? } else { None };
        let mut search = Search { start, header: &header, bare: &mut split.bare };
        let (end, is_quoted) = match counted {
            Some(end) => (end, true),
            None => search.end(&mut window)?,
        };
        next = end.next;
        if header.is_control() {
            split.control += 1;
            continue;
        }
        let (size, is_counted) = (end.at - start, counted.is_some());
        split.letters.push(Letter { start, size, flags: header.flags(), is_counted, is_quoted });
    }
    Ok(split)
}

/// Where a message ends.
#[derive(Clone, Copy, Debug)]
struct End {
    at: u64,
    /// The From_ line of the next; `None` at the end of the file.
    next: Option<u64>,
}

/// Where the Content-Length says, if that is one.
fn counted_end(window: &mut Window<'_>, header: &Header) -> io::Result<Option<End>> {
    let Some(at) = header.body.and_then(|length| header.end.checked_add(length)) else {
        return Ok(None);
    };
    let size = window.size();
    if at > size {
        return Ok(None);
    }
    let line_end = match window.at(at)? {
        [b'\n', ..] => 1,
        [b'\r', b'\n', ..] => 2,
        _ => 0,
    };
    let behind = at + line_end;
    if behind == size {
        return Ok(Some(End { at, next: None }));
    }
    // Without an empty line between them, a line must end all the same.
    let may_begin = line_end > 0 || window.byte(at.checked_sub(1))? == Some(b'\n');
    let begins = may_begin && window.is_from_line(behind)?;
    Ok(begins.then_some(End { at, next: Some(behind) }))
}

/// The search for the end of a message that no length ends.
struct Search<'s> {
    /// Where its header begins.
    start: u64,
    header: &'s Header,
    bare: &'s mut Bare,
}

impl Search<'_> {
    /// The end is before the empty line that the next From_ line, or nothing, follows. Tells too
    /// whether a line with `>From ` comes before it.
    fn end(&mut self, window: &mut Window<'_>) -> io::Result<(End, bool)> {
        let (start, mut is_quoted) = (self.start, false);
        let mut at = start;
        while let Some(from) = window.find(from_line::OPENING, at)? {
            at = from + 1;
            let lf = from.checked_sub(1);
            match window.byte(lf)? {
                Some(b'>') => is_quoted = true,
                Some(b'\n') => {
                    let empty = window.empty_line(lf, start)?;
                    if let Some(empty) = empty
                        && window.is_from_line(from)?
                    {
                        return Ok((End { at: empty, next: Some(from) }, is_quoted));
                    }
                    if from >= self.header.end {
                        self.bare.add(empty.is_some());
                    }
                }
                _ => {}
            }
        }
        let size = window.size();
        let last = if size > start { window.empty_line(size.checked_sub(1), start)? } else { None };
        Ok((End { at: last.unwrap_or(size), next: None }, is_quoted))
    }
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;

    const FROM: &str = "From ann Fri May 17 12:00:00 2024\n";

    fn crlf(text: &str) -> String {
        text.replace('\n', "\r\n")
    }

    /// Splits a text in which `@` stands for a From_ line; gives the messages as they stand there,
    /// a `#` before one that ends where its Content-Length says.
    fn letters(text: &str, dialect: Dialect) -> (Vec<String>, Bare) {
        let line = if text.contains('\r') { crlf(FROM) } else { FROM.to_owned() };
        let text = text.replace('@', &line);
        let input = Input::unpack(Path::new("-"), text.as_bytes()).unwrap();
        let split = split(&input, dialect).unwrap();
        let told = |letter: &Letter| {
            let [start, size] = [letter.start, letter.size].map(|at| usize::try_from(at).unwrap());
            let mark = if letter.is_counted { "#" } else { "" };
            let letter = &text.as_bytes()[start..start + size];
            format!("{mark}{}", String::from_utf8_lossy(letter))
        };
        (split.letters.iter().map(told).collect(), split.bare)
    }

    #[track_caller]
    fn check(text: &str, expected: &[&str]) {
        assert_eq!(letters(text, Dialect::Auto).0, expected);
        let expected: Vec<String> = expected.iter().map(|text| crlf(text)).collect();
        if !text.contains("Length") {
            assert_eq!(letters(&crlf(text), Dialect::Auto).0, expected);
        }
    }

    #[test]
    fn a_from_line_behind_an_empty_line_begins_a_message() {
        check("", &[]);
        check("@A: 1\n\nx\n\n@B: 2\n\ny\n\n", &["A: 1\n\nx\n", "B: 2\n\ny\n"]);
        check("@A: 1\n\nx\n@B: 2\n\ny\n", &[&format!("A: 1\n\nx\n{FROM}B: 2\n\ny\n")]);
        check("@A: 1\n\nx\n\nFrom here on\n\n@B: 2\n", &["A: 1\n\nx\n\nFrom here on\n", "B: 2\n"]);
    }

    #[test]
    fn the_empty_line_before_it_is_its_own() {
        check("@A: 1\n\n\n@B: 2\n\n", &["A: 1\n\n", "B: 2\n"]);
        check("@A: 1\n\n@B: 2\n\n\n", &["A: 1\n", "B: 2\n\n"]);
        check("@\n@\n\n@", &["", "\n", ""]);
        check("@A: 1\n\nx\n\n\n\n@B", &["A: 1\n\nx\n\n\n", "B"]);
        check("@A: 1\n\nx", &["A: 1\n\nx"]);
    }

    #[test]
    fn a_length_counts_where_a_message_may_end() {
        let inside = format!("\n{FROM}x\n");
        let length = inside.len();
        let text = |length: usize| format!("@Content-Length: {length}\n\n{inside}\n@B: 2\n\ny\n\n");
        let counted = format!("#Content-Length: {length}\n\n{inside}");
        check(&text(length), &[&counted, "B: 2\n\ny\n"]);
        let wrong = format!("Content-Length: {}\n\n", length - 1);
        check(&text(length - 1), &[&wrong, "x\n", "B: 2\n\ny\n"]);
        check("@Content-Length: 2\n\nx\n", &["#Content-Length: 2\n\nx\n"]);
        check("@Content-Length: 2\n\nx\n\n", &["#Content-Length: 2\n\nx\n"]);
        check("@Content-Length: 2\n\nx\n@B: 2\n", &["#Content-Length: 2\n\nx\n", "B: 2\n"]);
        check("@Content-Length: 1\n\nx@B: 2\n", &[&format!("Content-Length: 1\n\nx{FROM}B: 2\n")]);
        check("@Content-Length: 0\n\n\n@B: 2\n", &["#Content-Length: 0\n\n", "B: 2\n"]);
        check(
            "@Content-Length: 99999999999999999999\n\nx\n",
            &["Content-Length: 99999999999999999999\n\nx\n"],
        );
        let uncounted = letters(&text(length), Dialect::Mboxrd).0;
        assert_eq!(uncounted.len(), 3);
    }

    #[test]
    fn bare_lines_are_told() {
        let bare = |text: &str| letters(text, Dialect::Auto).1;
        let of = |behind_empty, within| Bare { behind_empty, within };
        assert_eq!(bare("@A: 1\n\n>From x\n\n@B: 1\n"), of(false, false));
        assert_eq!(bare("@A: 1\nFrom x\n\nx\n"), of(false, false));
        assert_eq!(bare("@A: 1\n\nx\nFrom x\n"), of(false, true));
        assert_eq!(bare("@A: 1\n\nx\n@\n"), of(false, true));
        assert_eq!(bare("@A: 1\n\nFrom x\n"), of(true, false));
        assert_eq!(bare("@A: 1\n\nx\n\nFrom x\nFrom y\n"), of(true, true));
        assert_eq!(bare("@Content-Length: 9\n\nx\nFrom x\n"), of(false, false));
    }

    #[test]
    fn control_messages_are_no_letters() {
        let internal =
            "Subject: DON'T DELETE THIS MESSAGE -- FOLDER INTERNAL DATA\nX-IMAP: 1 1\n\nx\n\n";
        let text = format!("{FROM}{internal}{FROM}A: 1\n\nx\n");
        let input = Input::unpack(Path::new("-"), text.as_bytes()).unwrap();
        let split = split(&input, Dialect::Auto).unwrap();
        assert_eq!((split.letters.len(), split.control), (1, 1));
    }

    #[test]
    fn the_size_of_the_window_never_matters() {
        let mut text = String::new();
        for number in 0..200 {
            let (length, end) = (number * 37 % 5000, if number % 3 == 0 { "\r\n" } else { "\n" });
            let lines =
                ["x".repeat(length), "\r".repeat(number % 4), "From y".to_owned()].join(end);
            text.extend([FROM, "A: 1", end, end, &lines, end, end]);
        }
        let input = Input::unpack(Path::new("-"), text.as_bytes()).unwrap();
        let whole = split(&input, Dialect::Auto).unwrap();
        assert_eq!(whole.letters.len(), 200);
        for block in [0, 2049, 3001, 4099] {
            let window = Window::with_block(&input, block);
            assert_eq!(split_seen_through(window, Dialect::Auto).unwrap().letters, whole.letters);
        }
    }
}
