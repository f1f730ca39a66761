//! What a line of a file says: of which difference, and whether that is accepted.

use std::collections::BTreeSet;
use std::fmt;

use crate::diff::{Class, Mark};
use crate::side::Sides;

/// A line of a file of allowances.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Allowance {
    /// The number of its line, from 1 on.
    pub line: u64,
    /// Of which difference it speaks.
    pub subject: Subject,
    /// Whether that is accepted. An id in a list is; a row of a table if its decision says so.
    pub accepted: bool,
    /// The word of the decision as written; `ok` for an id in a list.
    pub decision: String,
    /// What a reviewer says of it.
    pub comment: String,
}

/// Of which difference an allowance speaks. Prints as class, marks and key, as far as it has them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Subject {
    /// A message of one side only, whichever.
    Lone(Name),
    /// A row of an earlier run.
    Row(Row),
}

/// The key of a message as a file tells it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Name {
    /// An id without brackets: its bytes in a list, and in a table its text, in which what is not
    /// UTF-8 is replaced.
    Id(Box<[u8]>),
    /// The SHA-1 of the canonical content.
    Content([u8; 20]),
    /// Nothing: a message without an id that was only counted.
    Unidentified,
}

/// What a row of a table says of a pair, or of a file without a partner.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Row {
    /// What it was.
    pub class: Class,
    /// What else was said of it.
    pub marks: BTreeSet<Mark>,
    /// Its key.
    pub key: Name,
    /// Where its files lay, as reports tell paths.
    pub paths: Sides<Option<String>>,
}

impl Subject {
    /// The key.
    pub fn name(&self) -> &Name {
        match self {
            Subject::Lone(name) => name,
            Subject::Row(row) => &row.key,
        }
    }
}

impl Allowance {
    /// Whether it accepts something: what is plainly the same is no difference, though a table of
    /// all rows lets a reviewer accept it.
    pub fn accepts_something(&self) -> bool {
        let is_plain = |row: &Row| row.class == Class::Same && row.marks.is_empty();
        self.accepted && !matches!(&self.subject, Subject::Row(row) if is_plain(row))
    }
}

impl fmt::Display for Name {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Name::Id(id) => f.write_str(&String::from_utf8_lossy(id)),
            Name::Content(sha1) => write!(f, "sha1:{}", data_encoding::HEXLOWER.encode(sha1)),
            Name::Unidentified => Ok(()),
        }
    }
}

impl fmt::Display for Subject {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Subject::Row(row) = self {
            let marks = row.marks.iter().map(|mark| mark.word());
            let words: Vec<&str> = [row.class.word()].into_iter().chain(marks).collect();
            write!(f, "{} ", words.join(" "))?;
        }
        self.name().fmt(f)
    }
}

impl Name {
    /// The name that a `sha1:` key is, in digits of either case; `None` for any other text.
    pub(super) fn of_content(key: &str) -> Option<Name> {
        let (prefix, digits) = key.split_at_checked(5)?;
        let sha1 = data_encoding::HEXLOWER_PERMISSIVE.decode(digits.as_bytes()).ok()?;
        let sha1 = <[u8; 20]>::try_from(sha1).ok()?;
        prefix.eq_ignore_ascii_case("sha1:").then_some(Name::Content(sha1))
    }

    /// The name with its letter case folded, unless that counts.
    pub(super) fn folded(&self, case_sensitive: bool) -> Name {
        match self {
            Name::Id(id) if !case_sensitive => Name::Id(id.to_ascii_lowercase().into()),
            _ => self.clone(),
        }
    }
}
