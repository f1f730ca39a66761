//! Opening every file of a scan and identifying what is in it.
//!
//! Files are taken in batches: what of a batch is in memory is read at once, and the rest is opened
//! and announced before the first of it is read, so that a disk has it on its way together. On a
//! cold disk that is several times as fast as one after the other, and on a warm one it costs
//! nothing.

use std::fs;
use std::io::{self, ErrorKind};
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};

use rayon::prelude::*;

use crate::arena::Arena;
use crate::error::{Error, Nature};
use crate::identify::{self, Extent, Identifier};
use crate::mail_file::{Buffer, MailFile, Opened, Opener, most_open};
use crate::maildir::file::{File, Otherwise, Place};
use crate::maildir::renamed::relocate;
use crate::message::compression::{Seal, Storage};

use super::record::{Facts, Keeper, Record};

/// How often files that were renamed since they were listed are looked up.
const ROUNDS: usize = 3;

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
    /// It is not where it was listed, nor anywhere else in its folder.
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
        for _ in 0..ROUNDS {
            self.look_up(files, paths, &mut looks);
        }
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

    /// Looks again at the files that are gone and have another name by now.
    fn look_up(&self, files: &mut [File], paths: &mut Arena, looks: &mut [Look]) {
        let is_gone = |look: &Look| matches!(look, Look::Gone(_));
        let both = files.iter_mut().zip(looks).filter(|(_, look)| is_gone(look));
        let gone: Vec<(&mut File, &mut Look)> = both.collect();
        let traces: Vec<(&Path, u64)> =
            gone.iter().map(|(file, _)| (file.path_in(paths), file.inode)).collect();
        let found = relocate(self.root, &traces);
        let mut again: Vec<(&mut File, &mut Look)> = Vec::new();
        for ((file, look), path) in gone.into_iter().zip(found) {
            let Some(path) = path else { continue };
            if path != file.path_in(paths) {
                file.place = Place::of_delivered(&path);
                file.path = paths.add(&[path.as_os_str().as_bytes()]);
            }
            again.push((file, look));
        }
        let paths = &*paths;
        again.into_par_iter().for_each_init(
            || Reader::new(self.root),
            |Reader { opener, buffer, notes }, (file, look)| {
                let path = file.path_in(paths);
                let mail = opener.open(path).and_then(|opened| opened.read(buffer));
                *look = self.look(file, path, mail, notes);
                self.keeper.take_ids(&mut notes.ids, records(std::slice::from_mut(look)));
            },
        );
    }

    /// Identifies what is in a file that was opened.
    fn look(
        &self,
        file: &File,
        path: &Path,
        mail: io::Result<MailFile<'_>>,
        notes: &mut Notes,
    ) -> Look {
        let trouble = |error| Box::new((file.folder(), error));
        match self.read(file, path, mail, notes) {
            Ok(look) => look,
            Err(error) if leads_nowhere(error.path()) => {
                let told = Error::told(error.path(), "is a link to nothing");
                Look::Unreadable(trouble(told.of(Nature::DanglingLink)))
            }
            Err(error) if error.is_not_found() => Look::Gone(trouble(error)),
            Err(error) => Look::Unreadable(trouble(error)),
        }
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
