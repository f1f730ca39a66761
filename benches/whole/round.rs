//! Running contenders in turn and telling their medians.

use std::fs;
use std::io;
use std::process::Stdio;
use std::time::{Duration, Instant};

use wait4::Wait4;

use crate::contender::Contender;

/// One run.
#[derive(Clone, Copy)]
struct Run {
    wall: Duration,
    /// User and system time.
    cpu: Duration,
    /// The peak of resident memory of the largest process, in KiB.
    memory: u32,
}

/// Runs all of them once that is not counted, then so many rounds; prints a line for each.
pub(crate) fn run(contenders: &[Contender], rounds: usize, cold: bool) {
    let mut runs: Vec<Vec<Run>> = contenders.iter().map(|_| Vec::new()).collect();
    for round in 0..=rounds {
        for (contender, runs) in contenders.iter().zip(&mut runs) {
            if cold {
                empty_cache().unwrap();
            }
            let run = time(contender);
            if round > 0 {
                runs.push(run);
            }
        }
    }
    let floor = runs[0].clone();
    let head = ["wall", "x floor", "cpu", "x floor", "memory"];
    let [wall, of_wall, cpu, of_cpu, memory] = head;
    println!("{:24} {wall:>10} {of_wall:>8} {cpu:>10} {of_cpu:>8} {memory:>10}", "");
    for (contender, runs) in contenders.iter().zip(&runs) {
        let seconds =
            |of: fn(&Run) -> Duration| median(runs.iter().map(|run| of(run).as_secs_f64()));
        let ratio = |of: fn(&Run) -> Duration| {
            let both = runs.iter().zip(&floor);
            median(both.map(|(run, floor)| of(run).as_secs_f64() / of(floor).as_secs_f64()))
        };
        println!(
            "{:24} {:>8.3} s {:>8.2} {:>8.3} s {:>8.2} {:>7.1} MB",
            contender.name.chars().take(24).collect::<String>(),
            seconds(|run| run.wall),
            ratio(|run| run.wall),
            seconds(|run| run.cpu),
            ratio(|run| run.cpu),
            median(runs.iter().map(|run| f64::from(run.memory))) * 1024.0 / 1e6,
        );
    }
}

fn time(contender: &Contender) -> Run {
    let mut command = contender.command();
    command.stdout(Stdio::null()).stderr(Stdio::null());
    let start = Instant::now();
    let ended = command.spawn().unwrap().wait4().unwrap();
    let wall = start.elapsed();
    let code = ended.status.code();
    assert!(matches!(code, Some(0 | 1)), "{} ended with {code:?}", contender.name);
    let rusage = ended.rusage;
    Run {
        wall,
        cpu: rusage.utime + rusage.stime,
        memory: u32::try_from(rusage.maxrss / 1024).unwrap(),
    }
}

/// Tells the system to forget what it has read of files.
///
/// # Errors
/// Where that is not to be had: it takes root, and Linux.
pub(crate) fn empty_cache() -> io::Result<()> {
    rustix::fs::sync();
    fs::write("/proc/sys/vm/drop_caches", "3")
}

fn median(figures: impl Iterator<Item = f64>) -> f64 {
    let mut figures: Vec<f64> = figures.collect();
    figures.sort_by(f64::total_cmp);
    let middle = figures.len() / 2;
    if figures.len().is_multiple_of(2) {
        f64::midpoint(figures[middle - 1], figures[middle])
    } else {
        figures[middle]
    }
}
