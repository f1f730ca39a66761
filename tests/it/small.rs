//! A hundredth of each ordeal, in every run; the whole is `cargo test --release --test heavy`.

use crate::ordeals::{self, Scale};

#[test]
fn a_folder_of_many_files() {
    ordeals::crowded_folder(Scale::Small);
}

#[test]
fn a_huge_message_that_is_mostly_a_hole() {
    ordeals::sparse_message(Scale::Small);
}

#[test]
fn a_header_of_one_long_field() {
    ordeals::long_header(Scale::Small);
}

#[test]
fn a_header_of_many_fields() {
    ordeals::many_fields(Scale::Small);
}

#[test]
fn a_little_that_decompresses_to_much() {
    ordeals::compressed_bombs(Scale::Small);
}

#[test]
fn a_frame_that_asks_for_much_memory() {
    ordeals::zstd_windows();
}

#[test]
fn directories_a_thousand_levels_deep() {
    ordeals::deep_names();
}

#[test]
fn directories_deeper_than_a_path_can_say() {
    ordeals::longer_than_any_path();
}

#[test]
fn flags_that_change_at_full_speed() {
    ordeals::flags_at_full_speed(Scale::Small);
}

#[test]
fn folders_that_change_their_names() {
    ordeals::folders_change_names(Scale::Small);
}

#[test]
fn a_signal_at_any_moment_leaves_whole_files() {
    ordeals::killed_at_any_moment(Scale::Small);
}
