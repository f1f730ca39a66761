//! A terminal for the tool to write to: a pseudo-terminal, whose other end is read here.

use std::fs::File;
use std::io::{self, Read};
use std::os::fd::OwnedFd;
use std::path::PathBuf;
use std::process::{Command, Stdio};
use std::thread;

use rustix::fs::{Mode, OFlags, open};
use rustix::pty::{OpenptFlags, grantpt, openpt, ptsname, unlockpt};

/// What came of a run on a terminal.
pub(crate) struct Shown {
    pub(crate) status: i32,
    /// What the terminal got, line ends as they were written.
    pub(crate) bytes: Vec<u8>,
}

/// A terminal that nobody has written to yet.
pub(crate) struct Terminal {
    reader: OwnedFd,
    /// The device that the tool may write to by its name.
    pub(crate) path: PathBuf,
}

impl Terminal {
    /// Opens one; an error where the system has none to give.
    pub(crate) fn open() -> io::Result<Terminal> {
        let reader = openpt(OpenptFlags::RDWR | OpenptFlags::NOCTTY)?;
        grantpt(&reader)?;
        unlockpt(&reader)?;
        let path = ptsname(&reader, Vec::new())?.into_string().unwrap();
        Ok(Terminal { reader, path: path.into() })
    }

    /// Runs a command with the terminal for its standard output and error.
    pub(crate) fn run(self, command: &mut Command) -> Shown {
        let flags = OFlags::RDWR | OFlags::NOCTTY | OFlags::CLOEXEC;
        let writer = open(&self.path, flags, Mode::empty()).unwrap();
        command.env("TERM", "xterm").stdin(Stdio::null());
        command.stdout(writer.try_clone().unwrap()).stderr(writer);
        let mut child = command.spawn().unwrap();
        // The command still holds the ends that it was given; so does the terminal until it goes.
        command.stdout(Stdio::null()).stderr(Stdio::null());
        let reader = thread::spawn(move || read(self.reader));
        let status = child.wait().unwrap().code().unwrap();
        let bytes = reader.join().unwrap();
        // A terminal makes CR LF of every line end.
        let text =
            bytes.split(|&byte| byte == b'\n').map(|line| line.strip_suffix(b"\r").unwrap_or(line));
        Shown { status, bytes: text.collect::<Vec<_>>().join(&b'\n') }
    }
}

/// Reads until nobody can write any more, which a terminal tells by an error.
fn read(from: OwnedFd) -> Vec<u8> {
    let mut bytes = Vec::new();
    drop(File::from(from).read_to_end(&mut bytes));
    bytes
}
