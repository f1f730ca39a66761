//! Opening every file of a scan and identifying what is in it.

use std::fs;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};

use rayon::prelude::*;

use crate::error::{Error, Nature};
use crate::identify::{self, identify};
use crate::mail_file::{Buffer, MailFile};
use crate::maildir::file::{File, Otherwise};
use crate::maildir::renamed::relocate;
use crate::message::compression::{Seal, Storage};

use super::{Message, Read};

/// How often files that were renamed since they were listed are looked up.
const ROUNDS: usize = 3;

/// What became of a file.
pub(super) enum Look {
    Mail(Box<Message>),
    /// It is not mail, and its name says what it is instead.
    NoMail(Otherwise),
    Unreadable(Error),
    /// It is not where it was listed, nor anywhere else in its folder.
    Gone(Error),
}

/// Looks at every file, on all cores, and counts each in `read`. Those that are gone are looked up
/// under another name, all together: to mark a folder as read renames every file in it.
pub(super) fn look_at_all(
    root: &Path,
    files: &[File],
    wanted: identify::Options,
    read: &AtomicU64,
) -> Vec<Look> {
    let looks = files.par_iter().map_init(Buffer::default, |buffer, file| {
        read.fetch_add(1, Ordering::Relaxed);
        look(root, file, file.path.clone(), wanted, buffer)
    });
    let mut looks: Vec<Look> = looks.collect();
    for _ in 0..ROUNDS {
        let found = look_up(root, files, &looks);
        let again = found.into_par_iter().map_init(Buffer::default, |buffer, (at, file, path)| {
            (at, look(root, file, path, wanted, buffer))
        });
        for (at, again) in again.collect::<Vec<_>>() {
            if let Some(look) = looks.get_mut(at) {
                *look = again;
            }
        }
    }
    looks
}

/// The files that are gone and have another name by now, each with its index and that name.
fn look_up<'f>(root: &Path, files: &'f [File], looks: &[Look]) -> Vec<(usize, &'f File, PathBuf)> {
    let is_gone = |look: &Look| matches!(look, Look::Gone(_));
    let gone = files.iter().zip(looks).enumerate().filter(|(_, (_, look))| is_gone(look));
    let gone: Vec<(usize, &File)> = gone.map(|(at, (file, _))| (at, file)).collect();
    let traces: Vec<(&Path, u64)> =
        gone.iter().map(|(_, file)| (file.path.as_path(), file.inode)).collect();
    let paths = relocate(root, &traces);
    gone.into_iter().zip(paths).filter_map(|((at, file), path)| Some((at, file, path?))).collect()
}

/// Opens a file under a name and identifies what is in it.
fn look(
    root: &Path,
    file: &File,
    path: PathBuf,
    wanted: identify::Options,
    buffer: &mut Buffer,
) -> Look {
    let on_disk = root.join(&path);
    match read(&on_disk, file, path, wanted, buffer) {
        Ok(Some(message)) => Look::Mail(Box::new(message)),
        Ok(None) => Look::NoMail(file.otherwise),
        Err(_) if leads_nowhere(&on_disk) => {
            let told = Error::told(&on_disk, "is a link to nothing");
            Look::Unreadable(told.of(Nature::DanglingLink))
        }
        Err(error) if error.is_not_found() => Look::Gone(error),
        Err(error) => Look::Unreadable(error),
    }
}

/// Whether a path is a link to nothing, or to itself.
fn leads_nowhere(link: &Path) -> bool {
    let target = fs::metadata(link).err().map(|error| error.kind());
    link.is_symlink() && target.is_some_and(|kind| kind != ErrorKind::PermissionDenied)
}

fn read(
    on_disk: &Path,
    file: &File,
    path: PathBuf,
    wanted: identify::Options,
    buffer: &mut Buffer,
) -> Result<Option<Message>, Error> {
    let failed = |error| Error::io(on_disk, error);
    let mut mail = MailFile::open(on_disk, buffer).map_err(failed)?;
    let facts = Read {
        size: mail.size(),
        modified: mail.modified(),
        inode: mail.inode(),
        names: mail.names(),
    };
    let nature = nature(mail.storage());
    let counts = match file.otherwise {
        Otherwise::Mail => identify::Counts::Always,
        _ if file.place.is_leftover() => identify::Counts::IfMail,
        _ => identify::Counts::IfReadableMail,
    };
    let identity = identify(&mut mail, counts, wanted).map_err(|error| failed(error).of(nature))?;
    Ok(identity.map(|identity| Message::new(file, path, facts, identity)))
}

/// What kind of trouble it is if a file that is stored so cannot be read.
fn nature(storage: Storage) -> Nature {
    match storage {
        Storage::Closed(Seal::MailCrypt) => Nature::Encrypted,
        Storage::Closed(_) => Nature::Compressed,
        Storage::Plain | Storage::Gzip | Storage::Zstd => Nature::Unreadable,
    }
}
