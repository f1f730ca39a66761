//! A line on the terminal that says how far a long run is.

use std::io::{IsTerminal, stderr};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::thread::{self, JoinHandle};
use std::time::Duration;

use indicatif::{ProgressBar, ProgressStyle};

/// How long a run may last before it says anything.
const PATIENCE: Duration = Duration::from_secs(1);
/// How often the line is written again.
const REFRESH: Duration = Duration::from_millis(100);

/// Says how many files have been read; nothing unless standard error is a terminal. The line goes
/// when this is dropped.
pub(crate) struct Progress {
    counts: Arc<Counts>,
    line: Option<(Sender<()>, JoinHandle<()>)>,
}

/// What the line tells.
#[derive(Debug, Default)]
struct Counts {
    read: AtomicU64,
    total: AtomicU64,
}

impl Progress {
    /// Starts to watch; `wanted` is whether anybody wants to know.
    pub(crate) fn start(wanted: bool) -> Progress {
        let counts = Arc::new(Counts::default());
        let line = (wanted && stderr().is_terminal()).then(|| {
            let (stop, stopped) = channel();
            let watched = Arc::clone(&counts);
            (stop, thread::spawn(move || watch(&watched, &stopped)))
        });
        Progress { counts, line }
    }

    /// Where files read are counted.
    pub(crate) fn read(&self) -> &AtomicU64 {
        &self.counts.read
    }

    /// Says how many files are to be read in all, once that is known; again, where there are more.
    pub(crate) fn expect(&self, total: usize) {
        self.counts.total.store(total as u64, Ordering::Relaxed);
    }
}

impl Drop for Progress {
    fn drop(&mut self) {
        if let Some((stop, line)) = self.line.take() {
            drop(stop);
            // A line that could not be written is nobody's loss.
            drop(line.join());
        }
    }
}

fn watch(counts: &Counts, stopped: &Receiver<()>) {
    if stopped.recv_timeout(PATIENCE) != Err(RecvTimeoutError::Timeout) {
        return;
    }
    let bar = ProgressBar::new_spinner();
    while stopped.recv_timeout(REFRESH) == Err(RecvTimeoutError::Timeout) {
        show(&bar, counts);
    }
    bar.finish_and_clear();
}

fn show(bar: &ProgressBar, counts: &Counts) {
    let (read, total) = (counts.read.load(Ordering::Relaxed), counts.total.load(Ordering::Relaxed));
    if total == 0 {
        bar.set_message("listing the trees");
    } else if bar.length() != Some(total) {
        bar.set_message("");
        bar.set_length(total);
        let line = "{human_pos} of {human_len} files read, {per_sec}, {eta} left";
        bar.set_style(
            ProgressStyle::with_template(line).unwrap_or(ProgressStyle::default_spinner()),
        );
    }
    bar.set_position(read);
    bar.tick();
}
