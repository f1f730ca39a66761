//! What of a tree's mail a check reads to its end, beyond what identifying it took.

use std::collections::BTreeSet;
use std::path::PathBuf;

use crate::error::Error;
use crate::fetch;
use crate::index::{Index, Message};

use super::twins::twins;

/// What was read.
#[derive(Debug, Default)]
pub struct Reading {
    /// How many mail files were read to their end, for whatever reason.
    pub whole: u64,
    /// How many bytes these have on disk.
    pub bytes: u64,
    /// What could not be read again.
    pub errors: Vec<Error>,
    /// The paths of those that were read for a check.
    read: BTreeSet<PathBuf>,
}

impl Reading {
    /// Reads the content of files that share a base name, to tell copies from other messages.
    pub(super) fn read_twins(&mut self, index: &Index) {
        self.errors.extend(fetch::contents(index, &twins(index.messages())));
    }

    /// What reading to its end tells of each message; one that cannot be read any more is an error.
    pub(super) fn read<'m, T>(
        &mut self,
        messages: &[Message<'m>],
        results: Vec<Result<T, Error>>,
    ) -> Vec<(Message<'m>, T)> {
        let mut told = Vec::new();
        for (message, result) in messages.iter().zip(results) {
            match result {
                Ok(result) => {
                    self.read.insert(message.path().to_owned());
                    told.push((*message, result));
                }
                Err(error) => self.errors.push(error),
            }
        }
        told
    }

    /// Counts what was read to its end: what is named here, and whatever has a known content. The
    /// plan of a cure reads too, so this is done behind it.
    pub fn count(&mut self, index: &Index) {
        (self.whole, self.bytes) = (0, 0);
        let files = index.all_mail();
        let whole =
            files.filter(|file| file.content().is_some() || self.read.contains(file.path()));
        for file in whole {
            self.whole += 1;
            self.bytes += file.size();
        }
    }
}
