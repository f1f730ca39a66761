//! How many threads read.

use clap::{Args, value_parser};

/// The number of threads.
#[derive(Clone, Copy, Debug, Args)]
pub(crate) struct Jobs {
    /// Read with N threads, 512 at the most. By default as many as there are cores, but at least 2
    /// and at most 8; more help where each file takes a journey, as on NFS.
    #[arg(short, long, value_name = "N", value_parser = value_parser!(u16).range(1..=512))]
    jobs: Option<u16>,
}

impl Jobs {
    /// How many threads were asked for.
    pub(crate) fn number(self) -> Option<usize> {
        self.jobs.map(usize::from)
    }
}
