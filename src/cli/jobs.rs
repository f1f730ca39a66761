//! How many threads read.

use std::num::NonZeroUsize;

use clap::Args;

/// The number of threads.
#[derive(Clone, Copy, Debug, Args)]
pub(crate) struct Jobs {
    /// Read with N threads. By default as many as there are cores, but at least 2 and at most 8;
    /// more help where each file takes a journey, as on NFS.
    #[arg(short, long, value_name = "N")]
    jobs: Option<NonZeroUsize>,
}

impl Jobs {
    /// How many threads were asked for.
    pub(crate) fn number(self) -> Option<NonZeroUsize> {
        self.jobs
    }
}
