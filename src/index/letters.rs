//! Reading every message of mboxes and identifying it.

use std::sync::atomic::{AtomicU64, Ordering};

use rayon::prelude::*;

use crate::arena::Arena;
use crate::error::Error;
use crate::mail_file::Buffer;
use crate::maildir::file::{File, Otherwise, Place};
use crate::maildir::layout::Layout;
use crate::mbox::{Mboxes, Reader, Reading};

use super::look::{BATCH, Look, Looker, Notes, records};
use super::record::{Keeper, Names};
use super::{Index, Options, Origin};

/// Reads every message of mboxes that takes part, on all cores; counts each in `read`.
pub fn index_mboxes(mut mboxes: Mboxes, options: &Options, read: &AtomicU64) -> Index {
    let mut index = empty_index(&mut mboxes, options);
    for (folder, error) in std::mem::take(&mut mboxes.unread) {
        index.count(folder, |tally| &mut tally.unreadable);
        index.errors.push((folder, error));
    }
    index.errors.append(&mut mboxes.errors);
    let (files, paths) = list(&mut index, &mboxes, options);
    let names = Names::of(&index.layout);
    let keeper = Keeper::new(files.len(), options.rules()).with_names(names);
    let Options { before, extent, ids_only, .. } = *options;
    let looker = Looker { root: &index.root, before, extent, ids_only, keeper: &keeper, read };
    let all = All { index: &index, mboxes: &mboxes, paths: &paths, looker };
    let looks = all.look_at_all(&files);
    drop(files);
    index.store = keeper.into_store(paths);
    index.messages = looks.into_iter().filter_map(|look| index.settle(look)).collect();
    index.errors.extend(mboxes.changed());
    index.errors.retain(|(folder, _)| !options.excludes(*folder));
    index.findings.retain(|finding| !options.excludes(finding.folder));
    index.sort();
    // Of an mbox that has changed, every message says so.
    index.errors.dedup_by(|(_, one), (_, other)| one.path() == other.path());
    index.add_up(options);
    index.origin = Origin::Mboxes(mboxes);
    index
}

fn empty_index(mboxes: &mut Mboxes, options: &Options) -> Index {
    let folders = std::mem::take(&mut mboxes.folders);
    let empty = Index::empty(mboxes.root.clone(), Layout::Mbox, folders, options);
    Index { findings: std::mem::take(&mut mboxes.findings), ..empty }
}

/// The letters that take part, as the files that they would be in a tree, and their paths. All of
/// them are delivered, for a program shows all.
fn list(index: &mut Index, mboxes: &Mboxes, options: &Options) -> (Vec<File>, Arena) {
    let mut paths = Arena::default();
    let mut files = Vec::new();
    for mbox in mboxes.files() {
        for letter in &mbox.letters {
            if options.excludes(mbox.folder) {
                index.count(mbox.folder, |tally| &mut tally.excluded);
                continue;
            }
            let path = paths.add(&[&mbox.path_of(letter)]);
            let handle = mbox.handle_of(letter);
            files.push(File::new(mbox.folder, Place::Cur, path, handle, Otherwise::Mail));
        }
    }
    (files, paths)
}

/// What is looked at.
struct All<'a> {
    index: &'a Index,
    mboxes: &'a Mboxes,
    paths: &'a Arena,
    looker: Looker<'a>,
}

/// What one thread has at hand.
struct Hand<'a> {
    reader: Reader<'a>,
    buffer: Buffer,
    notes: Notes,
}

impl<'a> All<'a> {
    /// Looks at every letter, on all cores, neighbours one after the other.
    fn look_at_all(&self, files: &[File]) -> Vec<Look> {
        let batches = files.par_chunks(BATCH);
        let looks = batches.map_init(
            || self.hand(),
            |hand, files| {
                let mut looks: Vec<Look> = files.iter().map(|file| self.look(file, hand)).collect();
                self.looker.keeper.take_ids(&mut hand.notes.ids, records(&mut looks));
                self.looker.read.fetch_add(files.len() as u64, Ordering::Relaxed);
                looks
            },
        );
        looks.flatten_iter().collect()
    }

    fn hand(&self) -> Hand<'a> {
        let (buffer, notes) = Default::default();
        Hand { reader: Reader::new(self.mboxes), buffer, notes }
    }

    fn look(&self, file: &File, hand: &mut Hand<'_>) -> Look {
        match self.read(file, hand) {
            Ok(Look::Mail(mut record)) => {
                let letter = self.mboxes.letter(file.inode);
                record.flags = letter.map(|(.., letter)| letter.flags).unwrap_or_default();
                Look::Mail(record)
            }
            Ok(look) => look,
            Err(error) => Look::Unreadable(Box::new((file.folder(), error))),
        }
    }

    fn read(&self, file: &File, hand: &mut Hand<'_>) -> Result<Look, Error> {
        let Hand { reader, buffer, notes } = hand;
        let path = file.path_in(self.paths);
        let on_disk = || self.index.on_disk(path);
        let mut letter = reader.open(file.inode, buffer)?;
        let look = letter.read(Reading::Undone, |mail| {
            Ok(self.looker.identify((file, path), mail, on_disk, notes))
        })??;
        if let Some(content) = letter.as_written(self.looker.extent)? {
            self.looker.keeper.set_as_written(file.path, content);
        }
        Ok(look)
    }
}
