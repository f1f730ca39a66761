//! Text from mail and file names, made harmless for a terminal.
//!
//! Whoever writes a mail chooses its subject; a subject must not be able to move the cursor, change
//! colours, reverse the reading order, or look like a line of ours.

pub(super) use crate::path::text as path_text;

/// The text with control characters, line ends, and marks that change the reading order or have no
/// width written as `\n`, `\x1b` or `\u{202e}`.
pub fn escape(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for letter in text.chars() {
        match letter {
            '\n' | '\r' | '\t' => escaped.extend(letter.escape_default()),
            '\0'..='\u{1f}' | '\u{7f}' => escaped.push_str(&hex(u32::from(letter))),
            _ if is_treacherous(letter) => escaped.extend(letter.escape_unicode()),
            _ => escaped.push(letter),
        }
    }
    escaped
}

fn hex(byte: u32) -> String {
    format!("\\x{byte:02x}")
}

/// C1 controls, separators of lines, bidi marks, and characters without width.
pub(super) fn is_treacherous(letter: char) -> bool {
    matches!(
        letter,
        '\u{7f}'..='\u{9f}'
            | '\u{ad}'
            | '\u{61c}'
            | '\u{180e}'
            | '\u{200b}'..='\u{200f}'
            | '\u{2028}'..='\u{202e}'
            | '\u{2060}'..='\u{206f}'
            | '\u{feff}'
            | '\u{fff9}'..='\u{fffb}'
            | '\u{e0000}'..='\u{e007f}'
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_reaches_a_terminal_that_it_would_obey() {
        assert_eq!(escape("Été 日本 😀 a\\b"), "Été 日本 😀 a\\b");
        assert_eq!(escape("a\x1b[31m\r\nok\t"), "a\\x1b[31m\\r\\nok\\t");
        assert_eq!(escape("\u{202e}gpj\u{200b}\u{9b}\x7f"), "\\u{202e}gpj\\u{200b}\\u{9b}\\x7f");
    }
}
