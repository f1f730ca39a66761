//! An index of what a table names.

use std::sync::atomic::{AtomicU64, Ordering};

use crate::arena::Arena;
use crate::error::Error;
use crate::maildir::layout::Layout;
use crate::table::Table;

use super::record::Keeper;
use super::{Index, Options, Origin};

/// Reads every row of a table that takes part; counts each in `read`.
///
/// # Errors
/// Where the table cannot be read any more.
pub fn index_table(table: &Table, options: &Options, read: &AtomicU64) -> Result<Index, Error> {
    let (root, folders) = (table.name().to_owned(), table.folders().to_vec());
    let mut index = Index {
        note: table.note().map(str::to_owned),
        origin: Origin::Table,
        ..Index::empty(root, Layout::Table, folders, options)
    };
    let keeper = Keeper::new(0, options.rules());
    let (mut paths, mut ids) = (Arena::default(), Arena::default());
    let mut row = 0;
    table.read(&mut |folder, entry| {
        row += 1;
        read.fetch_add(1, Ordering::Relaxed);
        if options.excludes(folder) {
            index.count(folder, |tally| &mut tally.excluded);
            return Ok(());
        }
        let place = (folder, paths.add(&[entry.path]));
        index.messages.push(keeper.keep_entry(&mut ids, place, entry, row));
        Ok(())
    })?;
    keeper.take_ids(&mut ids, index.messages.iter_mut());
    index.store = keeper.into_store(paths);
    index.store.tells = Some(table.tells());
    index.sort();
    index.add_up(options);
    Ok(index)
}
