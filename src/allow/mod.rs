//! Differences that somebody has looked at and accepted: they are told, and fail no run.
//!
//! An allowance is a line of a file: an id of a list, or a row of the table of an earlier run that
//! a reviewer has decided on. [`read`] reads the files, and [`settle`] says which differences of a
//! comparison they accept, how far, and which of them nothing needed.
//!
//! What is accepted is one file, or one pair, as it was. A further copy, another class or a further
//! mark is something that nobody has looked at, and fails as before.

use std::fs;
use std::path::{Path, PathBuf};

use crate::error::Error;

mod allowance;
mod list;
mod table;
mod accepted;
mod ticket;
mod fit;

pub use accepted::{Accepted, Remark, Unused, Usage};
pub use allowance::{Allowance, Name, Row, Subject};
pub use fit::settle;

/// A file of allowances.
#[derive(Debug)]
pub struct AllowFile {
    /// Where it lies.
    pub path: PathBuf,
    /// What it says; of a table the rows that nobody has decided on too.
    pub lines: Vec<Allowance>,
}

/// Reads a file of allowances: a table if a header row opens it, and else a list.
///
/// # Errors
/// Where it cannot be read, or a line of it makes no sense: the error names the line, and what to
/// do. Nothing is passed over that may have been meant as an allowance.
pub fn read(path: &Path) -> Result<AllowFile, Error> {
    let bytes = fs::read(path).map_err(|error| Error::io(path, error))?;
    let lines = parse(&bytes).map_err(|told| Error::told(path, told))?;
    Ok(AllowFile { path: path.to_owned(), lines })
}

fn parse(bytes: &[u8]) -> Result<Vec<Allowance>, String> {
    const MARK: &[u8] = "\u{feff}".as_bytes();
    let text = bytes.strip_prefix(MARK).unwrap_or(bytes);
    if text.contains(&0) {
        let told = "holds NUL bytes: it is to be UTF-8 text, with a line's end after each line";
        return Err(told.to_owned());
    }
    match table::header(text) {
        Some(header) => table::parse(text, &header),
        None => list::parse(text),
    }
}

/// What went wrong in a line, and what to do.
fn in_line(line: u64, told: &str) -> String {
    format!("line {line}: {told}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_header_row_makes_a_table() {
        let subjects = |text: &str| -> Vec<String> {
            let lines = parse(text.as_bytes()).unwrap();
            lines.iter().map(|line| line.subject.to_string()).collect()
        };
        let header = "class,marks,key,left_path,right_path,decision\n";
        let row = "only-left,,a@b,cur/1,,ok\n";
        assert_eq!(subjects(&format!("{header}{row}")), ["only-left a@b"]);
        assert_eq!(subjects(&format!("\u{feff}{header}{row}")), ["only-left a@b"]);
        assert_eq!(subjects(&format!("\r\n,,,,,\n{header}{row}")), ["only-left a@b"]);
        assert_eq!(subjects("\u{feff}<a@b>\n"), ["a@b"]);
        assert_eq!(subjects(""), [""; 0]);
        assert!(parse(row.as_bytes()).unwrap_err().contains("header row"));
    }

    #[test]
    fn what_is_no_text_is_an_error() {
        let utf_16: Vec<u8> = "class".encode_utf16().flat_map(u16::to_le_bytes).collect();
        assert!(parse(&utf_16).unwrap_err().contains("UTF-8"));
        assert!(parse(b"<a@b>\0<c@d>\0").unwrap_err().contains("NUL"));
        let folder = tempfile::tempdir().unwrap();
        assert!(read(folder.path()).unwrap_err().to_string().contains("is a directory"));
        assert!(read(&folder.path().join("none")).unwrap_err().is_not_found());
    }
}
