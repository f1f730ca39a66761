//! Any bytes as a file.

use std::cell::RefCell;
use std::io::{Seek, Write};
use std::path::Path;

use tempfile::NamedTempFile;

thread_local! {
    /// One file for all inputs: making one takes longer than reading it.
    static FILE: RefCell<NamedTempFile> = RefCell::new(NamedTempFile::new().unwrap());
}

/// Hands over the path of a file with these bytes in it.
pub(crate) fn with_file<T>(bytes: &[u8], then: impl FnOnce(&Path) -> T) -> T {
    FILE.with_borrow_mut(|file| {
        file.rewind().unwrap();
        file.write_all(bytes).unwrap();
        // In this order: what is emptied first, ext4 writes to the disk when it is closed.
        file.as_file().set_len(bytes.len() as u64).unwrap();
        then(file.path())
    })
}
