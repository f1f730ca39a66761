//! What signals do to the tool: as little as possible.
//!
//! SIGINT, SIGTERM and SIGHUP end it at once, as the system has it and as whoever started it may
//! have changed that (`nohup`): nothing has to be tidied up, because a file that is being written
//! has no name (`new_file`). SIGPIPE is ignored already, by Rust's start-up.

use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use signal_hook::consts::SIGXFSZ;
use signal_hook::flag;

/// Makes a file that grows beyond the limit of the process (`ulimit -f`) an error of writing, and
/// status 2, instead of the end.
pub(crate) fn outlive_limits() {
    let noticed = Arc::new(AtomicBool::new(false));
    // Where it cannot be caught the tool ends by it, and leaves nothing either.
    drop(flag::register(SIGXFSZ, noticed));
}
