//! What is hard on the tool, in any size: `tests/it` has a hundredth of it in every run, and
//! `tests/heavy` the whole, by hand.

#![allow(
    dead_code,
    unused_imports,
    reason = "each of the targets that include this uses a part of it"
)]

mod measured;
mod huge;
mod crowd;
mod deep;
mod bomb;
mod restless;
mod killed;

pub(crate) use bomb::{compressed_bombs, zstd_windows};
pub(crate) use crowd::crowded_folder;
pub(crate) use deep::{deep_names, longer_than_any_path};
pub(crate) use huge::{long_header, many_fields, sparse_message};
pub(crate) use killed::killed_at_any_moment;
pub(crate) use measured::Scale;
pub(crate) use restless::{
    Restless, flags_at_full_speed, flags_at_leisure, folders_change_names, nothing_lost_or_doubled,
};
