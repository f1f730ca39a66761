//! The dialects of mbox: how a writer keeps a line of text from beginning a message.
//!
//! qmail's mbox(5) has their names. *mboxo* and *mboxcl* write `>From ` for `From ` at the start of
//! a line; *mboxrd* writes one `>` more before `From ` with any number of them, which alone can be
//! undone without doubt. *mboxcl* and *mboxcl2* say in a field Content-Length how many bytes the
//! body has, and *mboxcl2* quotes nothing.
//!
//! Nothing in a file says what it is, but it shows a good deal: see `Dialect::quoting`.

use std::fmt;
use std::str::FromStr;

/// How an mbox is to be read.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Dialect {
    /// As the file shows.
    #[default]
    Auto,
    /// One level of quoting.
    Mboxo,
    /// Any number of levels.
    Mboxrd,
    /// One level, and lengths.
    Mboxcl,
    /// Lengths alone.
    Mboxcl2,
}

/// The words for them.
const WORDS: [(&str, Dialect); 5] = [
    ("auto", Dialect::Auto),
    ("mboxo", Dialect::Mboxo),
    ("mboxrd", Dialect::Mboxrd),
    ("mboxcl", Dialect::Mboxcl),
    ("mboxcl2", Dialect::Mboxcl2),
];

/// Which lines of text with `From ` a writer has left bare.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Bare {
    /// One behind an empty line, of a shape that begins no message.
    pub(crate) behind_empty: bool,
    /// One behind another line.
    pub(crate) within: bool,
}

impl Bare {
    pub(crate) fn add(&mut self, behind_empty: bool) {
        self.behind_empty |= behind_empty;
        self.within |= !behind_empty;
    }
}

/// Which lines of a message are quoted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Quoting {
    pub(crate) lines: Lines,
    /// Whether lines with more than one `>` are too.
    pub(crate) deep: bool,
    /// Whether every line that had been `>From ` is: mboxrd alone is sure of that.
    pub(crate) sure: bool,
}

/// Which lines with `>From ` are quoted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Lines {
    None,
    BehindEmpty,
    All,
}

impl Quoting {
    /// Everything stands there as it was.
    pub(crate) const NONE: Quoting = Quoting { lines: Lines::None, deep: false, sure: true };

    /// Whether a line that seems to be quoted may have been what it is.
    pub(crate) fn is_doubtful(self) -> bool {
        !self.sure
    }
}

impl Dialect {
    /// Whether a Content-Length is looked at. It is believed only if a message, or nothing, begins
    /// where it says: see [`super::split`].
    pub(crate) fn has_lengths(self) -> bool {
        !matches!(self, Dialect::Mboxo | Dialect::Mboxrd)
    }

    /// What is quoted in a file where these lines are bare, in messages that no Content-Length
    /// ends.
    ///
    /// Where the file must tell: a line is taken for quoted unless the file shows that its writer
    /// leaves such lines alone. One that left `From ` bare within a text quotes, if at all, behind
    /// empty lines, where it could begin a message (formail, c-client); one that left it bare even
    /// there lets its readers judge by the shape, and quotes nothing that we could tell from text.
    /// Of several `>` one is undone: `>From ` is in far more texts than `>>From `, which in a file
    /// is therefore more likely mboxrd's than a text's own.
    pub(crate) fn quoting(self, bare: Bare) -> Quoting {
        let lines = match (self, bare) {
            (Dialect::Mboxcl2, _) | (Dialect::Auto, Bare { behind_empty: true, .. }) => Lines::None,
            (Dialect::Auto, Bare { within: true, .. }) => Lines::BehindEmpty,
            _ => Lines::All,
        };
        let deep = matches!(self, Dialect::Auto | Dialect::Mboxrd);
        Quoting { lines, deep, sure: self == Dialect::Mboxrd || lines == Lines::None }
    }

    /// What is quoted in a message that ends where its Content-Length says: as a rule nothing, for
    /// who counts need not quote (Dovecot, mutt); whoever quotes afterwards makes the length wrong.
    pub(crate) fn quoting_of_counted(self) -> Quoting {
        match self {
            Dialect::Mboxcl => self.quoting(Bare::default()),
            _ => Quoting::NONE,
        }
    }
}

impl fmt::Display for Dialect {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let word = WORDS.iter().find(|(_, dialect)| dialect == self);
        f.write_str(word.map_or("", |(word, _)| word))
    }
}

/// No dialect is called so; prints what they are called.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct UnknownDialect;

impl fmt::Display for UnknownDialect {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the dialects are auto, mboxo, mboxrd, mboxcl and mboxcl2")
    }
}

impl std::error::Error for UnknownDialect {}

impl FromStr for Dialect {
    type Err = UnknownDialect;

    fn from_str(text: &str) -> Result<Dialect, UnknownDialect> {
        let found = WORDS.iter().find(|(word, _)| *word == text);
        found.map(|(_, dialect)| *dialect).ok_or(UnknownDialect)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words() {
        for (word, dialect) in WORDS {
            assert_eq!((word.parse(), dialect.to_string().as_str()), (Ok(dialect), word));
        }
        assert!("mbox".parse::<Dialect>().is_err());
    }

    #[test]
    fn what_is_bare_tells_what_is_quoted() {
        let auto =
            |behind_empty, within| Dialect::Auto.quoting(Bare { behind_empty, within }).lines;
        assert_eq!(auto(false, false), Lines::All);
        assert_eq!(auto(false, true), Lines::BehindEmpty);
        assert_eq!(auto(true, false), Lines::None);
        assert_eq!(
            Dialect::Mboxo.quoting(Bare { behind_empty: true, within: true }).lines,
            Lines::All
        );
        assert_eq!(Dialect::Mboxcl2.quoting(Bare::default()), Quoting::NONE);
        assert_eq!(Dialect::Auto.quoting_of_counted(), Quoting::NONE);
        assert!(Dialect::Auto.quoting(Bare::default()).is_doubtful());
        assert!(!Dialect::Mboxrd.quoting(Bare::default()).is_doubtful());
        assert_eq!(Dialect::Mboxcl.quoting_of_counted().lines, Lines::All);
    }
}
