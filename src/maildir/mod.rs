//! One tree on disk: what is a folder, what is a message, and what every other file is.
//!
//! Nothing here reads more of a file than its first bytes, and nothing is left out: each entry
//! below the root that is not a directory gets one place in the [`scan::Scan`].

pub mod file_name;
pub mod folder_name;
pub mod layout;
pub mod control;
pub mod mail_like;
pub mod listing;
pub mod files;
pub mod walk;
pub mod nature;
pub mod file;
pub mod renamed;
mod faults;
pub mod scan;
