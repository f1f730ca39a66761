//! Text in a cell of a table that goes through a spreadsheet, and may come back from it.
//!
//! A cell that a spreadsheet would take for a formula gets one `'` in front (OWASP, CSV
//! injection); so does one that begins with `'`, so that [`undefuse`] gives back what was written.
//! A spreadsheet may take the `'` for its own sign for text, and swallow it.

/// The cell as it may stand in a spreadsheet: text, never a formula.
pub fn defuse(cell: String) -> String {
    let first = cell.trim_start().chars().next();
    let blank = matches!(cell.chars().next(), Some('\t' | '\r' | '\n'));
    match first {
        Some('=' | '+' | '-' | '@' | '＝' | '＋' | '－' | '＠' | '\'') => format!("'{cell}"),
        _ if blank => format!("'{cell}"),
        _ => cell,
    }
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
    const TEXTS: [&str; 5] = ["", "x", "<a@b>", "1", "a=1"];

    #[test]
    fn formulas_are_defused_and_come_back() {
        for cell in FORMULAS {
            let safe = defuse(cell.to_owned());
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
