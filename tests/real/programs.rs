//! The programs that trials need, and what becomes of a trial without them.

use std::env;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use libtest_mimic::{Completion, Failed, Trial};

/// A trial that needs these programs.
pub(crate) fn trial(name: &str, needed: &'static [&'static str], test: fn()) -> Trial {
    let lacks = || {
        let missing: Vec<&str> =
            needed.iter().copied().filter(|name| find(name).is_none()).collect();
        (!missing.is_empty()).then(|| missing.join(", "))
    };
    trial_unless(name, lacks, test)
}

/// A trial that cannot be made if anything is lacking. Then it is ignored and says so, or fails if
/// `MAILDIFF_REAL=required` says that nothing may be left out.
pub(crate) fn trial_unless(
    name: &str,
    lacks: impl Fn() -> Option<String> + Send + 'static,
    test: fn(),
) -> Trial {
    let told = name.to_owned();
    Trial::ignorable_test(name, move || {
        if let Some(lacking) = lacks() {
            return skip(&format!("{told} needs {lacking}"));
        }
        test();
        Ok(Completion::Completed)
    })
}

/// What becomes of a trial that cannot be made here.
fn skip(reason: &str) -> Result<Completion, Failed> {
    if env::var_os("MAILDIFF_REAL").is_some_and(|word| word == "required") {
        return Err(Failed::from(reason));
    }
    #[allow(clippy::print_stderr, reason = "what is skipped must be seen")]
    {
        eprintln!("skipped: {reason}");
    }
    Ok(Completion::ignored_with(reason))
}

/// Where a program is. Servers are not in everyone's `PATH`.
fn find(name: &str) -> Option<PathBuf> {
    let path = env::var_os("PATH").unwrap_or_default();
    let more = ["/usr/local/sbin", "/usr/sbin", "/sbin"].map(PathBuf::from);
    env::split_paths(&path)
        .chain(more)
        .map(|directory| directory.join(name))
        .find(|file| file.is_file())
}

/// A program, not yet started, that is ended should it hang: far beyond what any of them takes.
pub(crate) fn program(name: &str) -> Command {
    let mut command = Command::new("timeout");
    command.arg("300").arg(find(name).unwrap_or_else(|| panic!("no {name}")));
    command.stdin(Stdio::null()).env("LC_ALL", "C.UTF-8");
    command
}

/// What a program told and how it ended.
#[derive(Debug)]
pub(crate) struct Told {
    pub(crate) status: Option<i32>,
    pub(crate) stdout: Vec<u8>,
    /// Standard error.
    pub(crate) talk: String,
}

impl Told {
    /// Runs a program to its end.
    pub(crate) fn by(command: &mut Command) -> Told {
        Told::of(command.output().unwrap())
    }

    /// What came of a program that has ended.
    pub(crate) fn of(Output { status, stdout, stderr }: Output) -> Told {
        Told { status: status.code(), stdout, talk: String::from_utf8_lossy(&stderr).into_owned() }
    }

    /// Fails the trial unless the program said that all is well.
    #[track_caller]
    pub(crate) fn went_well(self) -> Told {
        assert_eq!(self.status, Some(0), "{}{}", self.text(), self.talk);
        self
    }

    /// Standard output as text.
    pub(crate) fn text(&self) -> String {
        String::from_utf8_lossy(&self.stdout).into_owned()
    }
}

/// A line of a shell, run in a directory.
pub(crate) fn shell(directory: &Path, line: &str) -> Told {
    Told::by(program("sh").args(["-e", "-c", line]).current_dir(directory))
}
