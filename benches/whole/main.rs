//! The whole command against the floor beneath it and the programs beside it, on spools of a size
//! that is asked for: what `docs/performance.md` tells is measured with this.
//!
//! ```sh
//! cargo bench --bench whole -- --messages 100000 --peers
//! ```
//!
//! Seconds depend on the machine and on what else it does. So everything is run in turn, round
//! after round, and what counts is the median of the ratios to the floor of the same round.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a benchmark may end in a panic")]
#![allow(
    clippy::expect_used,
    clippy::panic,
    clippy::print_stdout,
    reason = "likewise, and it prints"
)]

#[path = "../../tests/spool/mod.rs"]
mod spool;
mod spools;
mod floor;
mod contender;
mod round;

use std::path::PathBuf;

use clap::Parser;

use floor::Floor;

/// Times maildiff, its floor and its peers, as whole processes.
#[derive(Parser)]
struct Cli {
    /// How many messages each side has.
    #[arg(long, default_value_t = 20_000)]
    messages: u64,
    /// How many threads maildiff and the floor have; as many as maildiff takes by itself, where
    /// this is not given.
    #[arg(short, long)]
    jobs: Option<usize>,
    /// How many rounds are counted, after one that is not.
    #[arg(long, default_value_t = 5)]
    rounds: usize,
    /// Empty the page cache before every run: takes root, and Linux.
    #[arg(long)]
    cold: bool,
    /// Also time these peers, as far as they are installed (comma-separated; all, where none is
    /// named).
    #[arg(long, value_name = "NAMES", num_args = 0.., value_delimiter = ',')]
    peers: Option<Vec<String>>,
    /// Also time saving the indexes of both trees, and comparing them.
    #[arg(long)]
    saved: bool,
    /// Also time whatever `sh -c` makes of this; `$LEFT` and `$RIGHT` are the trees (repeatable).
    #[arg(long, value_name = "COMMAND")]
    also: Vec<String>,
    /// Where the spools are made, and kept for the next time.
    #[arg(long, default_value = concat!(env!("CARGO_MANIFEST_DIR"), "/target/spools"))]
    directory: PathBuf,
    /// Run the floor once over trees, and nothing else: how this program times it.
    #[arg(long, hide = true, value_name = "TREE", num_args = 1..)]
    floor: Vec<PathBuf>,
    /// Open and announce so many files before they are read.
    #[arg(long, hide = true, default_value_t = 1)]
    announce: usize,
    /// Cargo says so to every benchmark.
    #[arg(long, hide = true)]
    bench: bool,
}

fn main() {
    let cli = Cli::parse();
    if !cli.floor.is_empty() {
        let floor = Floor { announce: cli.announce, jobs: cli.jobs };
        println!("{} bytes read", floor.run(&cli.floor));
        return;
    }
    if cli.cold
        && let Err(why) = round::empty_cache()
    {
        println!("cold: not measured, for the page cache cannot be emptied: {why}");
        return;
    }
    let trees = spools::make(&cli.directory, cli.messages);
    let contenders = contender::all(&trees, &cli);
    println!(
        "2 x {} messages, {}, {} rounds, {} cores",
        cli.messages,
        if cli.cold { "cold" } else { "warm" },
        cli.rounds,
        std::thread::available_parallelism().unwrap()
    );
    round::run(&contenders, cli.rounds, cli.cold);
}
