//! Trees on a disk, the messages in them, and the tool run on them: the words in which the other
//! tests are written.

use std::ffi::OsStr;
use std::fs;
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use serde_json::Value;
use tempfile::TempDir;

/// A message from Ann to Bob.
#[derive(Clone, Debug)]
pub(crate) struct Mail {
    header: String,
    body: String,
}

/// A message of this id at example.org, with a body of its own.
pub(crate) fn mail(id: &str) -> Mail {
    let mail = anonymous().field("Message-ID", &format!("<{id}@example.org>"));
    mail.saying(&format!("This is {id}.\n"))
}

/// A message without an id.
pub(crate) fn anonymous() -> Mail {
    let header = "From: Ann <ann@example.org>\nTo: Bob <bob@example.org>\n".to_owned();
    Mail { header, body: "Hello Bob\n".to_owned() }
}

impl Mail {
    /// With one more field at the end of its header.
    pub(crate) fn field(mut self, name: &str, value: &str) -> Mail {
        self.header.extend([name, ": ", value, "\n"]);
        self
    }

    /// With this subject.
    pub(crate) fn about(self, subject: &str) -> Mail {
        self.field("Subject", subject)
    }

    /// Written at noon of this day, `2024-05-17`.
    pub(crate) fn dated(self, day: &str) -> Mail {
        let [year, month, day] = day.split('-').collect::<Vec<_>>()[..] else { panic!("{day}") };
        let names = "JanFebMarAprMayJunJulAugSepOctNovDec";
        let month = 3 * (month.parse::<usize>().unwrap() - 1);
        let month = &names[month..month + 3];
        self.field("Date", &format!("{day} {month} {year} 12:00:00 +0000"))
    }

    /// With this body.
    pub(crate) fn saying(mut self, body: &str) -> Mail {
        body.clone_into(&mut self.body);
        self
    }

    /// Its bytes.
    pub(crate) fn bytes(&self) -> Vec<u8> {
        format!("{}\n{}", self.header, self.body).into_bytes()
    }
}

impl From<Mail> for Vec<u8> {
    fn from(mail: Mail) -> Vec<u8> {
        mail.bytes()
    }
}

/// A path of any bytes.
pub(crate) fn raw(bytes: &[u8]) -> &Path {
    Path::new(OsStr::from_bytes(bytes))
}

/// A directory that is gone after the test.
#[derive(Debug)]
pub(crate) struct Tree {
    directory: TempDir,
}

impl Tree {
    /// With nothing in it.
    pub(crate) fn bare() -> Tree {
        Tree { directory: tempfile::tempdir().unwrap() }
    }

    /// With an INBOX, and nothing in that.
    pub(crate) fn new() -> Tree {
        Tree::bare().folder("")
    }

    /// With an INBOX and these messages in its `cur`, each under its id.
    pub(crate) fn of(ids: &[&str]) -> Tree {
        ids.iter().fold(Tree::new(), |tree, id| tree.with(format!("cur/{id}:2,S"), mail(id)))
    }

    /// With the directories of a folder at this path.
    pub(crate) fn folder(self, path: impl AsRef<Path>) -> Tree {
        for part in ["cur", "new", "tmp"] {
            fs::create_dir_all(self.path(path.as_ref().join(part))).unwrap();
        }
        self
    }

    /// With a file at this path, and the directories that it takes.
    pub(crate) fn with(self, path: impl AsRef<Path>, content: impl Into<Vec<u8>>) -> Tree {
        let path = self.path(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, content.into()).unwrap();
        self
    }

    /// With a link at this path.
    pub(crate) fn link(self, path: impl AsRef<Path>, target: impl AsRef<Path>) -> Tree {
        let path = self.path(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        symlink(target, path).unwrap();
        self
    }

    /// Where it lies.
    pub(crate) fn root(&self) -> &Path {
        self.directory.path()
    }

    /// Where something in it lies.
    pub(crate) fn path(&self, path: impl AsRef<Path>) -> PathBuf {
        self.root().join(path)
    }

    /// Its regular files, links to them apart.
    pub(crate) fn regular_files(&self) -> Vec<PathBuf> {
        let mut files = Vec::new();
        let mut waiting = vec![self.root().to_owned()];
        while let Some(path) = waiting.pop() {
            let kind = fs::symlink_metadata(&path).unwrap().file_type();
            if kind.is_dir() {
                waiting.extend(fs::read_dir(&path).unwrap().map(|entry| entry.unwrap().path()));
            } else if kind.is_file() {
                files.push(path);
            }
        }
        files
    }

    /// How many entries below it are no directories, links not followed: told by the system, not
    /// by what is tested.
    pub(crate) fn files(&self) -> u64 {
        let mut waiting = vec![self.root().to_owned()];
        let mut files = 0;
        while let Some(directory) = waiting.pop() {
            for entry in fs::read_dir(directory).unwrap() {
                let entry = entry.unwrap();
                if entry.file_type().unwrap().is_dir() {
                    waiting.push(entry.path());
                } else {
                    files += 1;
                }
            }
        }
        files
    }
}

impl AsRef<OsStr> for Tree {
    fn as_ref(&self) -> &OsStr {
        self.root().as_os_str()
    }
}

/// What came of a run.
#[derive(Debug)]
pub(crate) struct Run {
    pub(crate) status: i32,
    pub(crate) stdout: Vec<u8>,
    pub(crate) stderr: String,
}

/// The tool, not yet started, in surroundings that change nothing.
pub(crate) fn tool() -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_maildiff"));
    command.env_remove("NO_COLOR").env_remove("RAYON_NUM_THREADS").stdin(Stdio::null());
    command
}

/// Runs the tool with these words.
pub(crate) fn maildiff(words: &[&dyn AsRef<OsStr>]) -> Run {
    Run::of(tool().args(words.iter().map(AsRef::as_ref)))
}

/// Compares two trees with options that have no blanks in them.
pub(crate) fn compare(
    left: &(impl AsRef<OsStr> + ?Sized),
    right: &(impl AsRef<OsStr> + ?Sized),
    options: &str,
) -> Run {
    Run::of(tool().args(options.split_whitespace()).arg(left).arg(right))
}

/// Compares two trees and reads the JSON report.
pub(crate) fn report(
    left: &(impl AsRef<OsStr> + ?Sized),
    right: &(impl AsRef<OsStr> + ?Sized),
    options: &str,
) -> Report {
    compare(left, right, &format!("--format json {options}")).report()
}

impl Run {
    pub(crate) fn of(command: &mut Command) -> Run {
        let Output { status, stdout, stderr } = command.output().unwrap();
        let stderr = String::from_utf8_lossy(&stderr).into_owned();
        Run { status: status.code().unwrap(), stdout, stderr }
    }

    /// Standard output as text.
    pub(crate) fn text(&self) -> String {
        String::from_utf8_lossy(&self.stdout).into_owned()
    }

    /// Fails the test unless this was the exit status.
    #[track_caller]
    pub(crate) fn exits(&self, status: i32) -> &Run {
        assert_eq!(self.status, status, "\n{}{}", self.text(), self.stderr);
        self
    }

    /// Fails the test unless standard error tells this.
    #[track_caller]
    pub(crate) fn complains(&self, of: &str) -> &Run {
        assert!(self.stderr.contains(of), "{of}: {}", self.stderr);
        self
    }

    /// Fails the test unless standard output tells this.
    #[track_caller]
    pub(crate) fn tells(&self, what: &str) -> &Run {
        assert!(self.text().contains(what), "{what}:\n{}", self.text());
        self
    }

    /// The JSON report that was written to standard output.
    #[track_caller]
    pub(crate) fn report(self) -> Report {
        let json = serde_json::from_slice(&self.stdout);
        let json = json.unwrap_or_else(|error| panic!("{error}: {}{}", self.text(), self.stderr));
        Report { status: self.status, stderr: self.stderr, json }
    }
}

/// A JSON report.
#[derive(Debug)]
pub(crate) struct Report {
    pub(crate) status: i32,
    pub(crate) stderr: String,
    pub(crate) json: Value,
}

/// The classes and marks in the order in which [`Report::counts`] tells them.
pub(crate) const COUNTS: [&str; 10] = [
    "same",
    "moved",
    "copies",
    "only-left",
    "only-right",
    "content",
    "misfiled",
    "rekeyed",
    "case-only",
    "flags",
];

impl Report {
    pub(crate) fn count(&self, word: &str) -> u64 {
        self.json["counts"][word].as_u64().unwrap()
    }

    /// What there is any of: `same 2, only-left 1`.
    pub(crate) fn counts(&self) -> String {
        tell(&self.json["counts"], &COUNTS)
    }

    /// Where the files of a side went, as far as any did: `same 2, foreign 1`.
    pub(crate) fn ledger(&self, side: &str) -> String {
        let parts = [
            "same",
            "moved",
            "copies",
            "only",
            "leftover",
            "control",
            "foreign",
            "unreadable",
            "vanished",
            "excluded",
        ];
        tell(&self.json["ledger"][side], &parts)
    }

    /// The listed messages, each as class, marks and reason: `same content: differs`.
    pub(crate) fn rows(&self) -> Vec<String> {
        self.list("messages").iter().map(row).collect()
    }

    /// The findings: `left empty-message cur/1`.
    pub(crate) fn findings(&self) -> Vec<String> {
        let told = |finding: &Value| {
            ["side", "id", "path"].map(|field| text(&finding[field]).to_owned()).join(" ")
        };
        self.list("findings").iter().map(told).collect()
    }

    /// The errors: `left cur/1: permission denied`.
    pub(crate) fn errors(&self) -> Vec<String> {
        let told = |error: &Value| {
            let [side, path, cause] = ["side", "path", "error"].map(|field| text(&error[field]));
            format!("{side} {path}: {cause}")
        };
        self.list("errors").iter().map(told).collect()
    }

    /// The names of the folders.
    pub(crate) fn folders(&self) -> Vec<&str> {
        self.list("folders").iter().map(|folder| text(&folder["name"])).collect()
    }

    /// The notes, each a sentence.
    pub(crate) fn notes(&self) -> Vec<&str> {
        self.list("notes").iter().map(text).collect()
    }

    pub(crate) fn list(&self, field: &str) -> &[Value] {
        self.json[field].as_array().unwrap()
    }

    /// Fails the test unless this was the exit status and these the counts.
    #[track_caller]
    pub(crate) fn is(&self, status: i32, counts: &str) -> &Report {
        let both = (self.status, self.counts());
        assert_eq!(both, (status, counts.to_owned()), "\n{:#}\n{}", self.json, self.stderr);
        self
    }
}

/// A listed message as class, marks and reason: `same content: differs`.
pub(crate) fn row(entry: &Value) -> String {
    let marks = entry["marks"].as_array().unwrap();
    let words = [&entry["class"]].into_iter().chain(marks).map(text);
    let words = words.collect::<Vec<_>>().join(" ");
    match &entry["reason"] {
        Value::Null => words,
        reason => format!("{words}: {}", text(reason)),
    }
}

/// Says that something was not looked at, for want of what it takes.
#[allow(clippy::print_stdout, reason = "for whoever looks at what a test says")]
pub(crate) fn not_tried(why: &str) {
    println!("not tried: {why}");
}

pub(crate) fn text(value: &Value) -> &str {
    value.as_str().unwrap()
}

fn tell(counts: &Value, words: &[&str]) -> String {
    let count = |word: &&str| (counts[*word].as_u64().unwrap(), word.to_owned().to_owned());
    let there = words.iter().map(count).filter(|(count, _)| *count > 0);
    there.map(|(count, word)| format!("{word} {count}")).collect::<Vec<_>>().join(", ")
}
