//! Every target of `fuzz/` on inputs from a seed: the same ones in every run, with a limit on what
//! memory they may take and a watch on whether they end.
//!
//! Each target runs in a process of its own, so that the system can say how much memory it took at
//! the most, and so that a stack that overflows or an abort is seen. More inputs, or others:
//! `FUZZED_TIMES=100 FUZZED_SEED=7 cargo test --test fuzzed -- header`. An input of one's own:
//! `FUZZED_INPUT=file cargo test --test fuzzed -- --exact header`.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test that panics has failed")]
#![allow(clippy::panic, clippy::string_slice, reason = "a test that panics has failed")]
#![allow(clippy::print_stderr, clippy::exit, reason = "a program that runs tests")]

#[allow(dead_code, reason = "the makers of mail use the rest")]
#[path = "../spool/dice.rs"]
mod dice;
mod mutator;
mod targets;

use std::env;
use std::fs;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode, exit};
use std::sync::atomic::{AtomicU64, Ordering};
use std::thread;
use std::time::Duration;

use libtest_mimic::{Arguments, Failed, Trial};
use wait4::Wait4;

use mutator::Mutator;
use targets::{TARGETS, Target, find};

/// What a target may take of memory at the most, all of its process counted.
const MEMORY: u64 = 64 << 20;

/// An input that takes longer hangs. They take milliseconds; this is for a machine that is asleep.
const HANG: Duration = Duration::from_secs(120);

/// The target that a process is for; without it, it starts one for each.
const TARGET: &str = "FUZZED_TARGET";

fn main() -> ExitCode {
    if let Ok(name) = env::var(TARGET) {
        try_target(find(&name).unwrap());
        return ExitCode::SUCCESS;
    }
    let trials = TARGETS.iter().map(|target| Trial::test(target.name, || watch(target)));
    libtest_mimic::run(&Arguments::from_args(), trials.collect()).exit_code()
}

// The process that watches.

/// Tries a target in a process of its own.
fn watch(target: &Target) -> Result<(), Failed> {
    let mut command = Command::new(env::current_exe()?);
    // As many threads everywhere: what they hold counts.
    command.env(TARGET, target.name).env("RAYON_NUM_THREADS", "2");
    let ended = command.spawn()?.wait4()?;
    let (memory, time) = (ended.rusage.maxrss, ended.rusage.utime + ended.rusage.stime);
    eprintln!(
        "{:12} {:>6} inputs, {:>5.1} s, {:>3} MiB",
        target.name,
        inputs(target),
        time.as_secs_f64(),
        memory.div_ceil(1 << 20),
    );
    if !ended.status.success() {
        return Err(format!("{} ended with {}", target.name, ended.status).into());
    }
    if memory > MEMORY {
        return Err(format!("{} took {memory} bytes of memory", target.name).into());
    }
    Ok(())
}

// The process that tries.

fn number(variable: &str) -> Option<u64> {
    env::var(variable).ok().map(|text| text.parse().unwrap())
}

fn inputs(target: &Target) -> u64 {
    target.inputs * number("FUZZED_TIMES").unwrap_or(1)
}

/// How many inputs were begun.
static BEGUN: AtomicU64 = AtomicU64::new(0);

/// Tries the input that is asked for; else the corpus and what is made to hurt, and then what comes
/// of them by chance.
fn try_target(target: &Target) {
    thread::spawn(watch_for_hangs);
    if let Some(path) = env::var_os("FUZZED_INPUT") {
        return (target.run)(&fs::read(path).unwrap());
    }
    let corpus = corpus(target.corpus);
    for input in &corpus {
        try_input(target, input);
    }
    for hazard in (target.hazards)() {
        try_input(target, &hazard.bytes());
    }
    let mut mutator = Mutator::new(number("FUZZED_SEED").unwrap_or(1), corpus);
    for _ in 0..inputs(target) {
        try_input(target, &mutator.next());
    }
}

/// What lies in a corpus, in the order of the files' names.
fn corpus(name: &str) -> Vec<Vec<u8>> {
    let directory = Path::new(env!("CARGO_MANIFEST_DIR")).join("fuzz/corpus").join(name);
    let files = fs::read_dir(directory).unwrap().map(|entry| entry.unwrap().path());
    let mut files: Vec<PathBuf> = files.collect();
    files.sort();
    files.into_iter().map(|path| fs::read(path).unwrap()).collect()
}

/// Tries an input; keeps one that breaks a law, and says where.
fn try_input(target: &Target, input: &[u8]) {
    let number = BEGUN.fetch_add(1, Ordering::Relaxed);
    if catch_unwind(AssertUnwindSafe(|| (target.run)(input))).is_err() {
        let kept = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("{}-{number}", target.name));
        fs::write(&kept, input).unwrap();
        eprintln!("input {number} of {} is kept as {}", target.name, kept.display());
        exit(1);
    }
}

/// Ends the process where an input does not end.
fn watch_for_hangs() {
    let mut seen = 0;
    loop {
        thread::sleep(HANG);
        let begun = BEGUN.load(Ordering::Relaxed);
        if begun == seen {
            eprintln!("input {begun} has not ended for {HANG:?}");
            exit(1);
        }
        seen = begun;
    }
}
