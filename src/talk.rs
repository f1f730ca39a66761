//! What the tool says: data on standard output, talk on standard error. Nothing else prints.

use std::env;
use std::io::{self, BufWriter, IsTerminal, Write, stderr, stdout};
use std::path::Path;

use maildiff::error::Error;
use maildiff::report::escape;

use crate::cli::Color;

/// Whether a terminal reads standard output.
pub(crate) fn is_terminal() -> bool {
    stdout().is_terminal()
}

/// Whether what is written to standard output gets colours.
pub(crate) fn wants_color(color: Color) -> bool {
    let unset = |name| env::var_os(name).is_none_or(|value| value.is_empty());
    let able = || env::var_os("TERM").is_some_and(|term| term != "dumb");
    match color {
        Color::Always => true,
        Color::Never => false,
        Color::Auto => is_terminal() && unset("NO_COLOR") && able(),
    }
}

/// Writes to standard output. Whoever reads there may stop reading: the verdict stands.
///
/// # Errors
/// Where it cannot be written otherwise.
pub(crate) fn print(write: impl FnOnce(&mut dyn Write) -> io::Result<()>) -> Result<(), Error> {
    let mut out = BufWriter::new(stdout().lock());
    let written = unless_unread(write(&mut out).and_then(|()| out.flush()));
    written.map_err(|error| Error::io(Path::new("standard output"), error))
}

/// What became of writing, where it is no trouble that nobody reads any more.
///
/// # Errors
/// The others.
pub(crate) fn unless_unread(written: io::Result<()>) -> io::Result<()> {
    match written {
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(()),
        written => written,
    }
}

/// Says something on standard error; if nobody listens, the exit status still speaks.
pub(crate) fn complain(what: &str) {
    drop(writeln!(stderr().lock(), "maildiff: {}", escape(what)));
}
