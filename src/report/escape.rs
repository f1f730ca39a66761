//! Text from mail and file names, made harmless for a terminal.
//!
//! Whoever writes a mail chooses its subject; a subject must not be able to move the cursor, change
//! colours, reverse the reading order, run over its neighbours, or look like a line of ours.
//! What is never shown as it is, [`crate::hidden`] says.

pub(super) use crate::hidden::is_hidden;
pub(super) use crate::path::text as path_text;

use unicode_width::{UnicodeWidthChar, UnicodeWidthStr};

/// How many marks may stand on one letter. Hebrew with points and accents takes four, a Tibetan
/// stack hardly more; a flood of them runs over the lines above and below.
const MOST_MARKS: usize = 5;

/// The text with control characters, line ends, and what has no width or changes the reading order
/// written as `\n`, `\x1b` or `\u{202e}`; so are marks that have no letter to stand on, and those
/// beyond what a letter bears.
pub fn escape(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    letters(text).for_each(|(letter, shown)| push(letter, shown, &mut escaped));
    escaped
}

/// Text that stands beside others in a line: as [`escape`], and blanks at its ends and behind
/// another blank are escaped too, for two blanks are what divides our columns.
pub(super) fn escape_cell(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    let mut letters = letters(text).peekable();
    let mut divides = true;
    while let Some((letter, shown)) = letters.next() {
        let blank = letter.is_whitespace();
        let stays = shown && !(blank && (divides || letters.peek().is_none()));
        push(letter, stays, &mut escaped);
        divides = blank;
    }
    escaped
}

/// What people wrote, such as a subject: as [`escape`], each run of blanks as one.
pub(super) fn escape_words(text: &str) -> String {
    let is_blank = |letter: char| letter.is_whitespace() && !is_hidden(letter);
    let words: Vec<&str> = text.split(is_blank).filter(|word| !word.is_empty()).collect();
    escape(&words.join(" "))
}

/// Text that opens a line: as [`escape_cell`], in quotes where it could be taken for a line of
/// ours. A verdict and a note have a colon; sums have their own word, or begin with a bracket. None
/// begins as most Message-IDs do.
pub(super) fn escape_opening(text: &str) -> String {
    const COLONS: [char; 6] = [':', '：', '﹕', '︓', '∶', '꞉'];
    let cell = escape_cell(text);
    let has_colon = cell.contains(COLONS) && !cell.starts_with('<');
    if has_colon || cell.starts_with('(') || cell == "total" { format!("\"{cell}\"") } else { cell }
}

/// Each letter, and whether it may be shown as it is.
pub(super) fn letters(text: &str) -> impl Iterator<Item = (char, bool)> {
    let mut base = None;
    let mut room = 0;
    text.chars().map(move |letter| {
        let shown = match letter {
            EMOJI_STYLE => base.is_some_and(has_emoji_style),
            _ if is_hidden(letter) => false,
            _ if letter.width() == Some(0) => room > 0,
            _ => {
                room = MOST_MARKS + 1;
                true
            }
        };
        base = Some(letter).filter(|_| shown && !letter.is_whitespace());
        room = if base.is_some() { room - 1 } else { 0 };
        (letter, shown)
    })
}

/// The variation selector that makes an emoji of a heart or a digit.
const EMOJI_STYLE: char = '\u{fe0f}';

/// Whether Unicode gives a character an emoji style (`emoji-variation-sequences.txt`), as its width
/// tells; on any other the selector is not to be seen.
fn has_emoji_style(base: char) -> bool {
    let styled = String::from_iter([base, EMOJI_STYLE]);
    styled.width() > base.width().unwrap_or_default()
}

/// Adds a letter, by its code where it is not shown.
fn push(letter: char, shown: bool, escaped: &mut String) {
    match letter {
        _ if shown => escaped.push(letter),
        '\n' | '\r' | '\t' => escaped.extend(letter.escape_default()),
        '\0'..='\u{7f}' => escaped.push_str(&hex(u32::from(letter))),
        _ => escaped.extend(letter.escape_unicode()),
    }
}

fn hex(byte: u32) -> String {
    format!("\\x{byte:02x}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_reaches_a_terminal_that_it_would_obey() {
        for (text, shown) in [
            ("Été 日本 😀 a\\b", "Été 日本 😀 a\\b"),
            ("a\x1b[31m\r\nok\t", "a\\x1b[31m\\r\\nok\\t"),
            ("\u{202e}gpj\u{200b}\u{9b}\x7f", "\\u{202e}gpj\\u{200b}\\u{9b}\\x7f"),
            ("a\u{2028}b\u{2029}c\u{85}", "a\\u{2028}b\\u{2029}c\\u{85}"),
            ("\u{3164}\u{115f}\u{2800}", "\\u{3164}\\u{115f}\\u{2800}"),
            ("\u{e0041}\u{10eeee}\u{ffff}", "\\u{e0041}\\u{10eeee}\\u{ffff}"),
        ] {
            assert_eq!(escape(text), shown);
        }
    }

    #[test]
    fn marks_need_a_letter_and_are_few() {
        for (text, shown) in [
            ("e\u{301}u\u{308}", "e\u{301}u\u{308}"),
            ("\u{301}x \u{301}", "\\u{301}x \\u{301}"),
            ("\u{200b}\u{301}", "\\u{200b}\\u{301}"),
            ("ไม่รู้ שָׁ", "ไม่รู้ שָׁ"),
            ("❤\u{fe0f} 1\u{fe0f}\u{20e3}", "❤\u{fe0f} 1\u{fe0f}\u{20e3}"),
            ("a\u{fe0f}b", "a\\u{fe0f}b"),
        ] {
            assert_eq!(escape(text), shown);
        }
        let flood = format!("a{}", "\u{300}".repeat(1000));
        assert_eq!(escape(&flood).matches('\u{300}').count(), MOST_MARKS);
    }

    #[test]
    fn a_cell_has_no_columns_of_its_own() {
        for (text, cell, words) in [
            ("a b", "a b", "a b"),
            ("a  b\u{a0}\u{a0}c", "a \\x20b\u{a0}\\u{a0}c", "a b c"),
            (" a ", "\\x20a\\x20", "a"),
            ("a\u{3000}b", "a\u{3000}b", "a b"),
            ("\ta\n", "\\ta\\n", "\\ta\\n"),
            (" ", "\\x20", ""),
        ] {
            assert_eq!((escape_cell(text).as_str(), escape_words(text).as_str()), (cell, words));
        }
    }

    #[test]
    fn what_opens_a_line_is_no_line_of_ours() {
        for (text, shown) in [
            ("Sent Items", "Sent Items"),
            ("COMPLETE: all", "\"COMPLETE: all\""),
            ("THE SAME： all", "\"THE SAME： all\""),
            ("(3 equal folders)", "\"(3 equal folders)\""),
            ("total", "\"total\""),
            ("totals", "totals"),
            ("<a:b@example.org>", "<a:b@example.org>"),
        ] {
            assert_eq!(escape_opening(text), shown);
        }
    }
}
