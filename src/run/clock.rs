//! The clock, which only a check and the head of a saved index ask.

use std::time::{SystemTime, UNIX_EPOCH};

/// The time, in seconds since 1970-01-01 UTC.
pub(super) fn now() -> i64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    i64::try_from(since.as_secs()).unwrap_or(i64::MAX)
}
