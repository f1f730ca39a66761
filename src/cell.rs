//! Text in a cell of a table that goes through a spreadsheet, and may come back from it.
//!
//! A cell that a spreadsheet would take for a formula gets one `'` in front (OWASP, CSV
//! injection); so does one that begins with `'`, so that [`undefuse`] gives back what was written.
//! A spreadsheet may take the `'` for its own sign for text, and swallow it.

use unicode_normalization::UnicodeNormalization;

use crate::hidden::is_hidden;

/// The cell as it may stand in a spreadsheet: text, never a formula.
pub fn defuse(cell: String) -> String {
    let blank = matches!(cell.chars().next(), Some('\t' | '\r' | '\n'));
    let is_seen = |letter: &char| !letter.is_whitespace() && !is_hidden(*letter);
    let first = cell.chars().find(is_seen);
    if blank || first.is_some_and(opens_formula) { format!("'{cell}") } else { cell }
}

/// Whether a formula begins so, be it in a full-width, small or raised form, which spreadsheets of
/// some languages read alike.
fn opens_formula(letter: char) -> bool {
    let mut plain = std::iter::once(letter).nfkc();
    matches!(plain.next(), Some('=' | '+' | '-' | '\u{2212}' | '@' | '\''))
}

/// The cell as it was before [`defuse`].
pub fn undefuse(cell: &str) -> &str {
    cell.strip_prefix('\'').unwrap_or(cell)
}

/// The text of a cell that comes back, whether or not its `'` was swallowed: a `'` goes if
/// [`defuse`] would have put it there. Only of a text that itself begins with `'=` or the like, and
/// whose `'` was swallowed, too little is left to know it by.
pub fn restore(cell: &str) -> &str {
    Some(undefuse(cell)).filter(|text| defuse((*text).to_owned()) == cell).unwrap_or(cell)
}

#[cfg(test)]
mod tests {
    use super::*;

    const FORMULAS: [&str; 10] = ["=1", "+1", "-1", "@x", "  =1", "\tx", "\rx", "＝1", "'x", "'=1"];
    const TEXTS: [&str; 8] = ["", "x", " x", "<a@b>", "1", "a=1", "\u{feff}a", "é=1"];

    #[test]
    fn formulas_are_defused_and_come_back() {
        let openings =
            ["=1", "+1", "-1", "@x", "＝1", "＋1", "－1", "＠x", "﹦1", "﹣1", "⁺1", "−1"];
        let blanks =
            ["", " ", "  ", "\u{a0}", "\u{3000}", "\u{2009}\u{85}", "\u{feff}", "\u{200b}"];
        let unseen = ["\0", "\x1b", "\u{2028}", "\u{202e}", "\u{ad}", "\u{3164}"];
        let blanks = blanks.iter().chain(&unseen);
        let formulas = blanks.flat_map(|blank| openings.map(|opening| format!("{blank}{opening}")));
        for cell in formulas.chain(["\tx", "\rx", "\nx", "'x", "'=1"].map(str::to_owned)) {
            let safe = defuse(cell.clone());
            assert_eq!(safe, format!("'{cell}"));
            assert_eq!(undefuse(&safe), cell);
        }
        for cell in TEXTS {
            assert_eq!(defuse(cell.to_owned()), cell);
        }
    }

    #[test]
    fn cells_come_back_with_their_quote_or_without() {
        for text in FORMULAS.into_iter().chain(TEXTS) {
            let written = defuse(text.to_owned());
            assert_eq!(restore(&written), text);
            assert!(restore(text) == text || text == "'=1", "{text}");
        }
        assert_eq!(restore("'typed so'"), "'typed so'");
    }
}
