//! How many threads read mail, where the user has not said.
//!
//! Files are announced in batches before they are read, so that few threads keep a disk busy; more
//! only wait for each other. Two even on one core: while one waits for the disk, the other
//! computes. The figures are in `docs/performance.md`.

use std::num::NonZeroUsize;
use std::thread;

use anyhow::Context;
use maildiff::mail_file::most_open;
use rayon::ThreadPoolBuilder;

use crate::cli::Jobs;

const FEWEST: usize = 2;
const MOST: usize = 8;

/// Starts the threads that everything uses that is done on all cores.
///
/// # Errors
/// Where the system does not let so many be started.
pub(crate) fn start(jobs: Jobs) -> anyhow::Result<()> {
    let cores = thread::available_parallelism().map_or(FEWEST, NonZeroUsize::get);
    let wanted = jobs.number().unwrap_or(cores.clamp(FEWEST, MOST));
    // Each has a directory and a file open at the least.
    let jobs = wanted.min((most_open() / 4).max(1));
    let started = ThreadPoolBuilder::new().num_threads(jobs).build_global();
    started.with_context(|| format!("cannot start {jobs} threads; ask for fewer with --jobs"))
}
