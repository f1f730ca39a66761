//! Columns that stand under each other, whatever script their text is in.

use std::io::{self, Write};

use unicode_width::{UnicodeWidthChar, UnicodeWidthStr};

/// Where a column's text stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Align {
    Left,
    Right,
}

/// How wide a column may be, in columns of the terminal. A cell that is wider, such as a folder's
/// name of a thousand letters, pushes aside its own row and no other.
const WIDEST: usize = 160;

/// Writes rows of cells, two blanks between columns, no blanks at the ends of lines.
pub(super) fn write(
    out: &mut dyn Write,
    indent: &str,
    aligns: &[Align],
    rows: &[Vec<String>],
) -> io::Result<()> {
    let widths: Vec<usize> = (0..aligns.len()).map(|column| width(rows, column)).collect();
    for row in rows {
        let mut line = indent.to_owned();
        for ((cell, align), width) in row.iter().zip(aligns).zip(&widths) {
            let pad = " ".repeat(width.saturating_sub(cell.width()));
            match align {
                Align::Left => line.extend([cell.as_str(), &pad, "  "]),
                Align::Right => line.extend([&pad, cell.as_str(), "  "]),
            }
        }
        writeln!(out, "{}", line.trim_end())?;
    }
    Ok(())
}

fn width(rows: &[Vec<String>], column: usize) -> usize {
    let widths = rows.iter().filter_map(|row| row.get(column)).map(|cell| cell.width());
    widths.filter(|&width| width <= WIDEST).max().unwrap_or_default()
}

/// How many characters are shown of a text at the most, for those that have no width.
const MOST_LETTERS: usize = 200;

/// The text, cut to a width in columns; `…` stands for what is gone.
pub(super) fn cut(text: &str, width: usize) -> String {
    let mut kept = String::new();
    let mut used = 0;
    for (at, letter) in text.chars().enumerate() {
        used += letter.width().unwrap_or_default();
        if used > width || at == MOST_LETTERS {
            while kept.width() >= width.max(1) {
                kept.pop();
            }
            return kept + "…";
        }
        kept.push(letter);
    }
    kept
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_stand_under_each_other() {
        let rows =
            [["Été", "1", "x"], ["日本", "10", ""]].map(|row| row.map(str::to_owned).to_vec());
        let mut out = Vec::new();
        write(&mut out, " ", &[Align::Left, Align::Right, Align::Left], &rows).unwrap();
        assert_eq!(String::from_utf8(out).unwrap(), " Été    1  x\n 日本  10\n");
    }

    #[test]
    fn one_wide_cell_pushes_no_other_row_aside() {
        let wide = "x".repeat(WIDEST + 1);
        let rows = [[wide.as_str(), "1"], ["a", "2"]].map(|row| row.map(str::to_owned).to_vec());
        let mut out = Vec::new();
        write(&mut out, "", &[Align::Left, Align::Left], &rows).unwrap();
        assert_eq!(String::from_utf8(out).unwrap(), format!("{wide}  1\na  2\n"));
    }

    #[test]
    fn cuts_by_width() {
        assert_eq!(cut("abc", 3), "abc");
        assert_eq!(cut("abcd", 3), "ab…");
        assert_eq!(cut("日本語", 4), "日…");
    }
}
