//! Opening every file of a scan and identifying what is in it.
//!
//! Files are taken in batches: what of a batch is in memory is read at once, and the rest is opened
//! and announced before the first of it is read, so that a disk has it on its way together. On a
//! cold disk that is several times as fast as one after the other, and on a warm one it costs
//! nothing.

use std::collections::BTreeSet;
use std::fs;
use std::io::{self, ErrorKind};
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};

use rayon::prelude::*;

use crate::arena::Arena;
use crate::error::{Error, Nature};
use crate::identify::{self, Extent, Identifier};
use crate::mail_file::{Buffer, MailFile, Opened, Opener, is_change, most_open};
use crate::maildir::file::{File, Otherwise, Place};
use crate::maildir::renamed::{Trace, chase};
use crate::message::compression::{Seal, Storage};

use super::record::{Facts, Keeper, Record};

/// How many files a thread opens before it reads the first of them, if it may open as many.
pub(super) const BATCH: usize = 64;

/// What became of a file.
#[derive(Debug)]
pub(super) enum Look {
    Mail(Record),
    /// It is mail of a time that is set aside; with the index of its folder.
    Later(usize),
    /// It is not mail, and its name says what it is instead; with the index of its folder.
    NoMail(usize, Otherwise),
    Unreadable(Box<Trouble>),
    /// It is another name, gone by now, of a file that another look is at.
    Ghost,
    /// It is not where it was listed, nor anywhere else in its folder; or it changed each time that
    /// it was read.
    Gone(Box<Trouble>),
}

/// What could not be read, behind the index of its folder.
type Trouble = (usize, Error);

/// What is looked for, and where what is found goes.
pub(super) struct Looker<'a> {
    pub(super) root: &'a Path,
    /// Mail of this time or later is set aside, in seconds since 1970-01-01 UTC.
    pub(super) before: Option<i64>,
    /// How much is wanted of each message.
    pub(super) extent: Extent,
    /// Whether only Message-IDs count.
    pub(super) ids_only: bool,
    pub(super) keeper: &'a Keeper,
    /// Counts the files.
    pub(super) read: &'a AtomicU64,
}

impl Looker<'_> {
    /// Looks at every file, on all cores. Those that are gone are looked up under another name, all
    /// together: to mark a folder as read renames every file in it.
    pub(super) fn look_at_all(&self, files: &mut [File], paths: &mut Arena) -> Vec<Look> {
        // Each of them is replaced: the batches are all the files.
        let mut looks: Vec<Look> = Vec::with_capacity(files.len());
        looks.resize_with(files.len(), || Look::Later(0));
        let at_once = batch();
        let batches = files.par_chunks(at_once).zip(looks.par_chunks_mut(at_once));
        batches.for_each_init(
            || Reader::new(self.root),
            |reader, (files, looks)| {
                self.look_at_batch(files, paths, reader, looks);
                self.read.fetch_add(files.len() as u64, Ordering::Relaxed);
            },
        );
        self.look_up(files, paths, &mut looks);
        drop_gone_ghosts(files, paths, &mut looks);
        looks
    }

    fn look_at_batch(
        &self,
        files: &[File],
        paths: &Arena,
        reader: &mut Reader<'_>,
        looks: &mut [Look],
    ) {
        let Reader { opener, buffer, notes } = reader;
        let mut announced: Vec<(&File, &mut Look, Opened)> = Vec::new();
        for (file, look) in files.iter().zip(&mut *looks) {
            let path = file.path_in(paths);
            let opened = opener.open(path);
            match opened.map(|opened| opened.read_or_announce(buffer)) {
                Ok(Ok(mail)) => *look = self.look(file, path, Ok(mail), notes),
                Ok(Err(opened)) => announced.push((file, look, opened)),
                Err(error) => *look = self.look(file, path, Err(error), notes),
            }
        }
        for (file, look, opened) in announced {
            *look = self.look(file, file.path_in(paths), opened.read(buffer), notes);
        }
        self.keeper.take_ids(&mut notes.ids, records(looks));
    }

    /// Looks again at the files that are gone and have another name by now, and at those that
    /// changed while they were read.
    fn look_up(&self, files: &mut [File], paths: &mut Arena, looks: &mut [Look]) {
        let is_gone = |look: &Look| matches!(look, Look::Gone(_));
        let both = files.iter_mut().zip(looks).filter(|(_, look)| is_gone(look));
        let trace = |file: &File| Trace::of(file.path_in(paths), file.inode);
        let gone = both.map(|both| (trace(both.0), both)).collect();
        chase(self.root, gone, |found| {
            let mut found: Vec<(Trace, (&mut File, &mut Look))> = found
                .into_iter()
                .map(|(path, trace, both)| (trace, moved(both, &path, paths)))
                .collect();
            let paths = &*paths;
            found.par_iter_mut().for_each_init(
                || Reader::new(self.root),
                |Reader { opener, buffer, notes }, (_, (file, look))| {
                    let path = file.path_in(paths);
                    let mail = opener.open(path).and_then(|opened| opened.read(buffer));
                    **look = self.look(file, path, mail, notes);
                    self.keeper.take_ids(&mut notes.ids, records(std::slice::from_mut(look)));
                },
            );
            found.retain(|(_, (_, look))| is_gone(look));
            found
        });
    }

    /// Identifies what is in a file that was opened.
    fn look(
        &self,
        file: &File,
        path: &Path,
        mail: io::Result<MailFile<'_>>,
        notes: &mut Notes,
    ) -> Look {
        self.read(file, path, mail, notes).unwrap_or_else(|error| unread(file, error))
    }

    fn read(
        &self,
        file: &File,
        path: &Path,
        mail: io::Result<MailFile<'_>>,
        notes: &mut Notes,
    ) -> Result<Look, Error> {
        let on_disk = || self.root.join(path);
        let mut mail = mail.map_err(|error| Error::io(&on_disk(), error))?;
        self.identify((file, path), &mut mail, on_disk, notes)
    }

    /// Identifies what is in an open file at this path.
    pub(super) fn identify(
        &self,
        (file, path): (&File, &Path),
        mail: &mut MailFile<'_>,
        on_disk: impl Fn() -> PathBuf,
        Notes { identifier, ids }: &mut Notes,
    ) -> Result<Look, Error> {
        let failed = |error| Error::io(&on_disk(), error);
        let facts = Facts {
            size: mail.size(),
            modified: mail.modified(),
            inode: mail.inode(),
            names: mail.names(),
            compressed: mail.storage() != Storage::Plain,
        };
        let nature = nature(mail.storage());
        let counts = match file.otherwise {
            Otherwise::Mail => identify::Counts::Always,
            _ if file.place.is_leftover() => identify::Counts::IfMail,
            _ => identify::Counts::IfReadableMail,
        };
        let wanted = identify::Options {
            date: self.before.is_some(),
            extent: self.extent,
            ids_only: self.ids_only,
        };
        let identity = identifier.identify(mail, counts, wanted);
        let identity = identity.map_err(|error| failed(error).of(nature))?;
        let Some(identity) = identity else {
            return Ok(Look::NoMail(file.folder(), file.otherwise));
        };
        if identity.date.zip(self.before).is_some_and(|(date, before)| date >= before) {
            return Ok(Look::Later(file.folder()));
        }
        let path = path.as_os_str().as_bytes();
        Ok(Look::Mail(self.keeper.keep(ids, (file, path), facts, identity)))
    }
}

/// What is said of a file that could not be read.
fn unread(file: &File, error: Error) -> Look {
    let trouble = |error| Box::new((file.folder(), error));
    if leads_nowhere(error.path()) {
        let told = Error::told(error.path(), "is a link to nothing");
        Look::Unreadable(trouble(told.of(Nature::DanglingLink)))
    } else if error.is_not_found() {
        let told = Error::told(error.path(), "vanished while the tree was read: run again");
        Look::Gone(trouble(told.of(Nature::Vanished)))
    } else if error.is_io(is_change) {
        Look::Gone(trouble(error.of(Nature::Vanished)))
    } else {
        Look::Unreadable(trouble(error))
    }
}

/// Gives a file the path that it has by now.
fn moved<'f, L>(
    (file, look): (&'f mut File, L),
    path: &Path,
    paths: &mut Arena,
) -> (&'f mut File, L) {
    if path != file.path_in(paths) {
        file.place = Place::of_delivered(path);
        file.path = paths.add(&[path.as_os_str().as_bytes()]);
    }
    (file, look)
}

/// Of a file that was listed under two names neither may be there when it is looked for: it is gone
/// once, and not at all if it was found under one of them.
fn drop_gone_ghosts(files: &[File], paths: &Arena, looks: &mut [Look]) {
    if !looks.iter().any(|look| matches!(look, Look::Gone(_))) {
        return;
    }
    let trace = |file: &File| Trace::of(file.path_in(paths), file.inode);
    let both = || files.iter().zip(&*looks);
    let gone: BTreeSet<u64> = both().filter(is_gone).map(|(file, _)| file.inode).collect();
    let found = both().filter(|both| !is_gone(both) && gone.contains(&both.0.inode));
    let mut known: BTreeSet<Trace> = found.map(|(file, _)| trace(file)).collect();
    for (file, look) in files.iter().zip(looks) {
        if matches!(look, Look::Gone(_)) && !known.insert(trace(file)) {
            *look = Look::Ghost;
        }
    }
}

fn is_gone((_, look): &(&File, &Look)) -> bool {
    matches!(look, Look::Gone(_))
}

/// How many files each thread may have open beside their directory, so that all together leave half
/// of what the process may open to others.
fn batch() -> usize {
    let fair = most_open() / 2 / rayon::current_num_threads();
    fair.saturating_sub(1).clamp(1, BATCH)
}

/// What one thread has at hand.
struct Reader<'a> {
    opener: Opener<'a>,
    buffer: Buffer,
    notes: Notes,
}

/// Where a thread puts down what it finds in files.
#[derive(Default)]
pub(super) struct Notes {
    identifier: Identifier,
    /// The ids of what was read last.
    pub(super) ids: Arena,
}

impl<'a> Reader<'a> {
    fn new(root: &'a Path) -> Reader<'a> {
        let (buffer, notes) = Default::default();
        Reader { opener: Opener::new(root), buffer, notes }
    }
}

pub(super) fn records(looks: &mut [Look]) -> impl Iterator<Item = &mut Record> {
    looks.iter_mut().filter_map(|look| match look {
        Look::Mail(record) => Some(record),
        _ => None,
    })
}

/// Whether a path is a link to nothing, or to itself.
fn leads_nowhere(link: &Path) -> bool {
    let target = fs::metadata(link).err().map(|error| error.kind());
    link.is_symlink() && target.is_some_and(|kind| kind != ErrorKind::PermissionDenied)
}

/// What kind of trouble it is if a file that is stored so cannot be read.
fn nature(storage: Storage) -> Nature {
    match storage {
        Storage::Closed(Seal::MailCrypt) => Nature::Encrypted,
        Storage::Closed(_) => Nature::Compressed,
        Storage::Plain | Storage::Gzip | Storage::Zstd => Nature::Unreadable,
    }
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;
    use crate::index::record::Rules;
    use crate::index::{Index, Options, index};
    use crate::mail_file::Known;
    use crate::mail_file::faulty::{Fault, Faulty};
    use crate::maildir::scan::{self, scan};

    /// What is made of a message on a bad disk, as much of it as is wanted.
    fn look_at(bytes: &[u8], fault: Fault, extent: Extent) -> Look {
        let (keeper, read) = (Keeper::new(1, Rules::default()), AtomicU64::new(0));
        let looker = Looker {
            root: Path::new(""),
            before: None,
            extent,
            ids_only: false,
            keeper: &keeper,
            read: &read,
        };
        let file = File::new(0, Place::Cur, Arena::default().add(&[b"cur/1"]), 1, Otherwise::Mail);
        let path = Path::new("cur/1");
        let known = Known { size: bytes.len() as u64, modified: 0, inode: 1, names: 1 };
        let mut buffer = Buffer::default();
        let opened = MailFile::of_bytes(Box::new(Faulty::new(bytes, fault)), known, &mut buffer);
        let opened = opened.map_err(|error| Error::io(path, error));
        let mut notes = Notes::default();
        let found = opened.and_then(|mut mail| {
            let on_disk = || path.to_owned();
            looker.identify((&file, path), &mut mail, on_disk, &mut notes)
        });
        found.unwrap_or_else(|error| unread(&file, error))
    }

    /// An index of a tree that holds nothing else.
    fn index_of(look: Look) -> Index {
        let tree = tempfile::tempdir().unwrap();
        fs::create_dir(tree.path().join("cur")).unwrap();
        let scan = scan(tree.path(), &scan::Options::default()).unwrap();
        let mut index = index(scan, &Options::default(), &AtomicU64::new(0));
        let settled = index.settle(look);
        index.messages.extend(settled);
        index.add_up(&Options::default());
        index
    }

    #[test]
    fn what_lies_on_a_bad_disk_is_unreadable_and_never_nothing() {
        let header = b"From: Ann <ann@example.org>\nMessage-ID: <a@example.org>\n\n";
        let with_id = [&header[..], &b"Hello Bob\n".repeat(9_999)].concat();
        let without = &with_id[header.len() - 1..];
        let (nowhere, late) = (u64::MAX, with_id.len() as u64 - 99);
        for extent in [Extent::Key, Extent::Header, Extent::Whole] {
            for (bytes, bad, is_read) in [
                (&*with_id, 0, false),
                (&with_id, 9, false),
                // Of a message with an id no more than its header need be whole.
                (&with_id, late, extent < Extent::Whole),
                (&with_id, nowhere, true),
                (without, late - header.len() as u64, false),
                (without, nowhere, true),
            ] {
                let index = index_of(look_at(bytes, Fault::From(bad), extent));
                let found = (index.messages.len(), index.tally.unreadable, index.errors.len());
                assert_eq!(found, if is_read { (1, 0, 0) } else { (0, 1, 1) }, "{extent:?} {bad}");
            }
            assert!(matches!(look_at(&with_id, Fault::Slow, extent), Look::Mail(_)));
        }
        let look = look_at(without, Fault::Restart, Extent::Key);
        let Look::Unreadable(trouble) = look else { panic!("{look:?}") };
        assert_eq!(trouble.1.to_string(), "cur/1: input/output error");
    }
}
