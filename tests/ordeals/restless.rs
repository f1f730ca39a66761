//! Trees that change as fast as that goes while they are read.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use crate::tree::{Report, Tree, mail, report};

use super::measured::Scale;

/// Somebody who sets and takes flags as a server does, by renaming.
#[derive(Default)]
pub(crate) struct Restless {
    begun: AtomicBool,
    stop: AtomicBool,
    renamed: AtomicU64,
}

impl Restless {
    /// Does `what` while somebody else does `work`, and has begun.
    pub(crate) fn meanwhile(work: impl Fn(&Restless) + Sync, what: impl FnOnce()) -> u64 {
        let restless = Restless::default();
        thread::scope(|scope| {
            let at_work = scope.spawn(|| work(&restless));
            let _end = Ended(&restless);
            while !restless.begun.load(Ordering::Relaxed) {
                assert!(!at_work.is_finished(), "nothing is renamed");
                thread::yield_now();
            }
            what();
        });
        restless.renamed.into_inner()
    }

    /// Renames every message, over and over, with so long a pause after each.
    pub(crate) fn change_flags(&self, cur: &Path, pause: Duration) {
        let files = fs::read_dir(cur).unwrap().map(|entry| entry.unwrap().path());
        let mut files: Vec<PathBuf> = files.collect();
        for flags in ["FS", "S"].into_iter().cycle() {
            for file in &mut files {
                let (base, _) = file.to_str().unwrap().rsplit_once(":2,").unwrap();
                let renamed = PathBuf::from(format!("{base}:2,{flags}"));
                fs::rename(&*file, &renamed).unwrap();
                *file = renamed;
                if self.is_over() {
                    return;
                }
                if !pause.is_zero() {
                    thread::sleep(pause);
                }
            }
        }
    }

    /// Whether it is to end; says that it has begun.
    fn is_over(&self) -> bool {
        self.renamed.fetch_add(1, Ordering::Relaxed);
        self.begun.store(true, Ordering::Relaxed);
        self.stop.load(Ordering::Relaxed)
    }
}

/// Ends the renaming when it goes, also when a test has failed.
struct Ended<'a>(&'a Restless);

impl Drop for Ended<'_> {
    fn drop(&mut self) {
        self.0.stop.store(true, Ordering::Relaxed);
    }
}

/// Either all is there once, or the run says that it is not proven and where it could not settle.
/// What it did not see it never calls a difference of its own side, nor anything a copy.
#[track_caller]
pub(crate) fn nothing_lost_or_doubled(report: &Report, messages: u64) {
    let count = |word| report.count(word);
    match report.status {
        0 => assert_eq!(count("same"), messages),
        2 => assert!(report.errors().iter().all(|error| error.starts_with("left cur"))),
        status => panic!("status {status}: {:#}", report.json["messages"]),
    }
    assert_eq!(report.status == 2, !report.errors().is_empty());
    assert_eq!([count("only-left"), count("copies"), count("moved"), count("content")], [0; 4]);
    assert_eq!(count("same") + count("only-right"), messages);
    assert!(count("same") + vanished(report) <= messages, "a file that is gone is gone once");
}

fn vanished(report: &Report) -> u64 {
    report.json["ledger"]["left"]["vanished"].as_u64().unwrap()
}

/// Compares two trees again and again while all flags of one change; gives how many of the runs
/// found every message, and how many proved it.
fn compare_restless(messages: u64, runs: u64, pause: Duration) -> (u64, u64) {
    let tree = || {
        (0..messages).fold(Tree::new(), |tree, at| {
            tree.with(format!("cur/{at}.M1P1.host:2,S"), mail(&at.to_string()))
        })
    };
    let (left, right) = (tree(), tree());
    let cur = left.path("cur");
    let (mut complete, mut proven) = (0, 0);
    let start = Instant::now();
    let renamed = Restless::meanwhile(
        |restless| restless.change_flags(&cur, pause),
        || {
            for _ in 0..runs {
                let report = report(&left, &right, "");
                nothing_lost_or_doubled(&report, messages);
                complete += u64::from(report.count("same") == messages);
                proven += u64::from(report.status == 0);
            }
        },
    );
    assert_eq!(report(&left, &right, "").status, 0);
    #[allow(clippy::print_stderr, reason = "figures are for people")]
    {
        let speed = renamed / start.elapsed().as_secs().max(1);
        eprintln!(
            "{messages} files, {runs} runs, {speed} renames a second: \
             complete {complete}, proven {proven}"
        );
    }
    (complete, proven)
}

/// As fast as somebody can: 200 runs of 20,000 files.
pub(crate) fn flags_at_full_speed(scale: Scale) {
    let (messages, runs) = if scale == Scale::Whole { (20_000, 200) } else { (2_000, 2) };
    compare_restless(messages, runs, Duration::ZERO);
}

/// As fast as people and servers do in the long run: nothing is lost, and that is proven.
pub(crate) fn flags_at_leisure() {
    let (complete, proven) = compare_restless(20_000, 20, Duration::from_millis(100));
    assert_eq!((complete, proven), (20, 20));
}

/// Two folders change names all the time: each message is found, or the run says what it missed.
pub(crate) fn folders_change_names(scale: Scale) {
    let tree = || {
        ["a", "b", "c"].iter().fold(Tree::of(&["inbox"]), |tree, folder| {
            tree.folder(format!(".{folder}")).with(format!(".{folder}/cur/1:2,S"), mail(folder))
        })
    };
    let (left, right) = (tree(), tree());
    let places = [".a", ".b", ".swap"].map(|place| left.path(place));
    let swap = |restless: &Restless| {
        let [a, b, between] = &places;
        while !restless.is_over() {
            for (from, to) in [(a, between), (b, a), (between, b)] {
                fs::rename(from, to).unwrap();
            }
        }
    };
    Restless::meanwhile(swap, || {
        for _ in 0..scale.of(300) {
            let report = report(&left, &right, "--ignore-folders");
            match report.status {
                0 => assert_eq!(report.count("same"), 4, "{:#}", report.json),
                status => assert_eq!(status, 2, "{:#}", report.json),
            }
            assert_eq!(report.status == 2, !report.errors().is_empty());
        }
    });
}
