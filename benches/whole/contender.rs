//! What is timed: the floor, the tool, and the programs that people use for the same question.

use std::env;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::Cli;

/// A command under a name.
pub(crate) struct Contender {
    pub(crate) name: String,
    words: Vec<String>,
    trees: [PathBuf; 2],
}

impl Contender {
    /// The command, not yet started.
    pub(crate) fn command(&self) -> Command {
        let [left, right] = &self.trees;
        let mut command = Command::new(&self.words[0]);
        command.args(&self.words[1..]).env("LEFT", left).env("RIGHT", right);
        command
    }
}

/// A message's Message-ID on a line, by programs that people put into a pipe. What they print is
/// sorted and compared, as it would be.
const PEERS: [(&str, &str, &str); 6] = [
    ("mblaze", "mlist", "mdirs -a TREE | mlist | mhdr -h message-id"),
    ("rg", "rg", "rg -uu -m1 -iNI '^message-id:' TREE"),
    ("grep", "grep", "grep -rihm1 '^message-id:' TREE"),
    (
        "python",
        "python3",
        "python3 -c 'import mailbox, os, sys\nfor path, _, _ in os.walk(sys.argv[1]):\n    \
            if os.path.isdir(path + \"/cur\"):\n        \
            for mail in mailbox.Maildir(path): print(mail[\"message-id\"])' TREE",
    ),
    (
        "notmuch",
        "notmuch",
        "export NOTMUCH_CONFIG=$(mktemp) NOTMUCH_DATABASE=$(mktemp -d); \
            printf '[database]\\nmail_root=%s\\n' TREE > $NOTMUCH_CONFIG; \
            notmuch new --quiet 2>/dev/null; notmuch search --output=messages '*'; \
            rm -r $NOTMUCH_CONFIG $NOTMUCH_DATABASE",
    ),
    (
        "mu",
        "mu",
        "home=$(mktemp -d); mu init --muhome=$home --maildir=TREE --quiet >/dev/null; \
            mu index --muhome=$home --quiet; mu find --muhome=$home --fields i ''; rm -r $home",
    ),
];

/// The floor first: it is what the others are measured by.
pub(crate) fn all(trees: &[PathBuf; 2], cli: &Cli) -> Vec<Contender> {
    let contender = |name: &str, words: Vec<String>| {
        let name = name.to_owned();
        Contender { name, words, trees: trees.clone() }
    };
    let [left, right] = trees.each_ref().map(|tree| tree.to_str().unwrap().to_owned());
    let jobs = cli.jobs.map(|jobs| format!("--jobs={jobs}"));
    let with_jobs = |words: &[&str]| -> Vec<String> {
        words.iter().map(|&word| word.to_owned()).chain(jobs.clone()).collect()
    };
    let this = env::current_exe().unwrap().to_str().unwrap().to_owned();
    let floor = |announce| with_jobs(&[&this, announce, "--floor", &left, &right]);
    let maildiff = with_jobs(&[env!("CARGO_BIN_EXE_maildiff"), "--quiet", &left, &right]);
    let mut all = vec![
        contender("floor", floor("--announce=1")),
        contender("floor, announced", floor("--announce=64")),
        contender("maildiff", maildiff),
    ];
    if let Some(wanted) = &cli.peers {
        let is_wanted = |name: &str| wanted.is_empty() || wanted.iter().any(|named| named == name);
        for (name, program, pipe) in PEERS.into_iter().filter(|(name, ..)| is_wanted(name)) {
            if is_installed(program) {
                all.push(contender(name, shell(&both(pipe))));
            } else {
                println!("{name}: not installed, not timed");
            }
        }
    }
    if cli.saved {
        all.extend(saved(trees).map(|(name, script)| contender(name, shell(&script))));
    }
    all.extend(cli.also.iter().map(|also| contender(also, shell(also))));
    all
}

/// Saving the indexes of both trees, each way, beside them; and comparing what was saved.
fn saved(trees: &[PathBuf; 2]) -> [(&'static str, String); 5] {
    let tool = env!("CARGO_BIN_EXE_maildiff");
    let [left, right] = trees.each_ref().map(|tree| tree.display().to_string());
    let save = |suffix: &str, option: &str| {
        let of = |tree: &str| format!("{tool} index -q {option} {tree} -o {tree}{suffix}");
        format!("{} && {}", of(&left), of(&right))
    };
    let compare = |suffix: &str| format!("exec {tool} -q {left}{suffix} {right}{suffix}");
    [
        ("index, headers only", save(".headers", "--headers-only")),
        ("index", save(".idx", "")),
        ("index, gzip", save(".idx.gz", "")),
        ("maildiff, two indexes", compare(".idx")),
        ("maildiff, two in gzip", compare(".idx.gz")),
    ]
}

/// The pipe over each tree, sorted and compared.
fn both(pipe: &str) -> String {
    let of = |tree: &str| format!("({}) | sort", pipe.replace("TREE", tree));
    format!("a=$(mktemp); {} > $a; {} | diff $a - >/dev/null; rm $a", of("$LEFT"), of("$RIGHT"))
}

fn shell(script: &str) -> Vec<String> {
    ["sh", "-c", script].map(str::to_owned).to_vec()
}

fn is_installed(program: &str) -> bool {
    let path = env::var_os("PATH").unwrap_or_default();
    env::split_paths(&path).any(|directory| Path::new(&directory).join(program).exists())
}
