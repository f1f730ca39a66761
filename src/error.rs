//! A path, and what went wrong there.
//!
//! One bad place must neither stop a run nor be forgotten: whatever could not be read is kept as
//! a value of this type beside the result, and makes the exit status 2.

use std::path::{Path, PathBuf};
use std::{fmt, io};

/// What could not be read or written, and why.
///
/// Prints as `path: cause`, the path as given; control characters are the reader's to escape.
#[derive(Debug)]
pub struct Error {
    path: PathBuf,
    cause: Cause,
    nature: Nature,
}

/// What kind of trouble it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Nature {
    /// It could not be read, or what was read makes no sense.
    Unreadable,
    /// It was gone, or kept changing, while the tree was read.
    Vanished,
    /// It is a link to nothing.
    DanglingLink,
    /// It is compressed in a way that cannot be read here.
    Compressed,
    /// It is encrypted.
    Encrypted,
}

impl Nature {
    /// All of them.
    pub const ALL: [Nature; 5] = [
        Nature::Unreadable,
        Nature::Vanished,
        Nature::DanglingLink,
        Nature::Compressed,
        Nature::Encrypted,
    ];

    /// The stable word for it.
    pub fn word(self) -> &'static str {
        match self {
            Nature::Unreadable => "unreadable",
            Nature::Vanished => "vanished",
            Nature::DanglingLink => "dangling-link",
            Nature::Compressed => "compressed",
            Nature::Encrypted => "encrypted",
        }
    }
}

/// Why a place could not be read.
#[derive(Debug)]
enum Cause {
    /// The operating system said so.
    Io(io::Error),
    /// We say so: the sentence completes "PATH: …".
    Told(String),
}

impl Error {
    /// An error of the operating system at `path`.
    pub fn io(path: &Path, error: io::Error) -> Error {
        Error { path: path.to_owned(), cause: Cause::Io(error), nature: Nature::Unreadable }
    }

    /// An error that only we can tell, such as an unknown compression; `told` completes the
    /// sentence that begins with the path.
    pub fn told(path: &Path, told: impl Into<String>) -> Error {
        let cause = Cause::Told(told.into());
        Error { path: path.to_owned(), cause, nature: Nature::Unreadable }
    }

    /// The same error as one of this nature.
    #[must_use]
    pub fn of(self, nature: Nature) -> Error {
        Error { nature, ..self }
    }

    /// What kind of trouble it is.
    pub fn nature(&self) -> Nature {
        self.nature
    }

    /// Where it happened.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Puts errors into the order of their paths.
    pub fn sort(errors: &mut [Error]) {
        errors.sort_by(|one, other| one.path.cmp(&other.path));
    }

    /// What happened, without the path: `permission denied`.
    pub fn cause(&self) -> String {
        match &self.cause {
            Cause::Io(error) => describe(error),
            Cause::Told(told) => told.clone(),
        }
    }

    /// What the system said, in the words of every error here.
    pub(crate) fn words(error: &io::Error) -> String {
        describe(error)
    }

    /// Whether the place was simply not there, which for mail in a living tree means renamed or
    /// deleted since it was listed.
    pub fn is_not_found(&self) -> bool {
        self.is_io(|error| error.kind() == io::ErrorKind::NotFound)
    }

    /// Whether the system said this.
    pub(crate) fn is_io(&self, what: impl FnOnce(&io::Error) -> bool) -> bool {
        matches!(&self.cause, Cause::Io(error) if what(error))
    }
}

/// The operating system's words without its error number, in lower case as the rest of our talk.
fn describe(error: &io::Error) -> String {
    let text = error.to_string();
    let text = text.split(" (os error").next().unwrap_or_default();
    let mut letters = text.chars();
    letters.next().map_or_else(String::new, |first| {
        first.to_lowercase().collect::<String>() + letters.as_str()
    })
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.path.display(), self.cause())
    }
}

// Its words contain those of the cause, so there is no source to tell once more.
impl std::error::Error for Error {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_the_path_and_the_cause_without_a_number() {
        let denied = io::Error::from_raw_os_error(13);
        let error = Error::io(Path::new("cur/1"), denied);
        assert_eq!(error.to_string(), "cur/1: permission denied");
        assert!(!error.is_not_found());
        assert_eq!(Error::told(Path::new("m"), "is an mbox").to_string(), "m: is an mbox");
    }
}
