//! A run of the tool with what it took.

use std::fs::{self, File};
use std::io::{Read, Seek};
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use crate::tree::Run;

/// How large an ordeal is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Scale {
    Whole,
    Small,
}

impl Scale {
    /// So many of a whole: a hundredth, where it is small.
    pub(crate) fn of(self, whole: u64) -> u64 {
        match self {
            Scale::Whole => whole,
            Scale::Small => whole / 100,
        }
    }

    /// So many bytes of a whole: a thousandth, for what is not optimised reads them slowly.
    pub(crate) fn bytes(self, whole: u64) -> u64 {
        match self {
            Scale::Whole => whole,
            Scale::Small => whole / 1000,
        }
    }
}

/// What the tool may take for itself, in MiB, however large a message is.
pub(crate) const ROOM: u64 = 64;

/// What came of a run, and what it took.
pub(crate) struct Measured {
    pub(crate) run: Run,
    what: String,
    wall: Duration,
    /// The peak of resident memory.
    mib: u64,
}

impl Measured {
    /// Runs a command, which is called so where its figures are told.
    pub(crate) fn of(what: &str, command: &mut Command) -> Measured {
        let mut files = [(); 2].map(|()| tempfile::tempfile().unwrap());
        let [stdout, stderr] = files.each_ref().map(|file| Stdio::from(file.try_clone().unwrap()));
        let start = Instant::now();
        let mut child = command.stdout(stdout).stderr(stderr).spawn().unwrap();
        let mut mib = 0;
        let status = loop {
            mib = peak(&child).unwrap_or_default().max(mib);
            match child.try_wait().unwrap() {
                Some(status) => break status,
                None => thread::sleep(Duration::from_millis(2)),
            }
        };
        let wall = start.elapsed();
        let [stdout, stderr] = files.each_mut().map(written);
        let stderr = String::from_utf8_lossy(&stderr).into_owned();
        let status = status.code().unwrap_or_else(|| panic!("{what}: {status}"));
        Measured { run: Run { status, stdout, stderr }, what: what.to_owned(), wall, mib }
    }

    /// Fails the test unless this was the status and no more memory was taken; tells the figures.
    #[track_caller]
    pub(crate) fn within(self, status: i32, mib: u64) -> Run {
        let Measured { run, what, wall, mib: taken } = self;
        #[allow(clippy::print_stderr, reason = "figures are for people")]
        {
            eprintln!("{what}: {:.1} s, {taken} MiB of {mib}", wall.as_secs_f64());
        }
        run.exits(status);
        assert!(taken <= mib, "{what} took {taken} MiB, and {mib} are its bound");
        run
    }
}

/// The peak of resident memory so far, where Linux tells it. `wait4` has it from the fork on, with
/// what the tests themselves take.
fn peak(child: &Child) -> Option<u64> {
    let status = fs::read_to_string(format!("/proc/{}/status", child.id())).ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
    let kib: u64 = line.trim().strip_suffix(" kB")?.parse().ok()?;
    Some(kib >> 10)
}

fn written(file: &mut File) -> Vec<u8> {
    let mut bytes = Vec::new();
    file.rewind().unwrap();
    file.read_to_end(&mut bytes).unwrap();
    bytes
}
