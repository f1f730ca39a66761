//! What a directory holds, although it may change while it is listed.
//!
//! Flag changes are renames, and a directory that is renamed in while it is read loses entries and
//! shows others twice; this is measured, on every file system. So a directory whose time of change
//! moved meanwhile is listed again, and what was seen is united.

use std::ffi::OsStr;
use std::fs::{self, DirEntry, FileType};
use std::io;
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::{DirEntryExt, FileTypeExt, MetadataExt};
use std::path::Path;
use std::thread;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use crate::arena::{Arena, Span};
use crate::error::Error;

/// What is said of a directory that never stood still.
pub(super) const UNSTEADY: &str = "kept changing while the tree was read: run again";

/// How often a directory is listed before it is given up as still changing.
const ATTEMPTS: usize = 3;

/// One entry of a directory.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Entry<'e> {
    /// Its name, of any bytes.
    pub name: &'e OsStr,
    /// The inode number, a link's its own.
    pub inode: u64,
    /// What it is, links not followed.
    pub kind: Kind,
}

/// What an entry is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// A directory.
    Directory,
    /// A regular file.
    File,
    /// A symbolic link to anything or nothing.
    Link,
    /// FIFO, socket or device: never opened.
    Special,
}

impl Kind {
    /// The kind of a file type, which tells of a link only if it was not followed.
    pub fn of(file_type: FileType) -> Kind {
        if file_type.is_dir() {
            Kind::Directory
        } else if file_type.is_symlink() {
            Kind::Link
        } else if file_type.is_fifo()
            || file_type.is_socket()
            || file_type.is_char_device()
            || file_type.is_block_device()
        {
            Kind::Special
        } else {
            Kind::File
        }
    }
}

/// The entries of a directory, in the order in which it gives them.
#[derive(Debug, Default)]
pub struct Entries {
    names: Arena,
    items: Vec<Item>,
}

#[derive(Clone, Copy, Debug)]
struct Item {
    name: Span,
    inode: u64,
    kind: Kind,
}

impl Entries {
    /// Adds one.
    pub fn push(&mut self, Entry { name, inode, kind }: Entry<'_>) {
        let name = self.names.add(&[name.as_bytes()]);
        self.items.push(Item { name, inode, kind });
    }

    /// All of them.
    pub fn iter(&self) -> impl Iterator<Item = Entry<'_>> {
        self.items.iter().map(|&Item { name, inode, kind }| {
            let name = OsStr::from_bytes(self.names.get(name));
            Entry { name, inode, kind }
        })
    }

    /// Adds what a later listing of the directory saw; of one name the later entry stays. Until
    /// [`super::scan`] has looked, a file that was renamed meanwhile is here under both names.
    pub fn unite(&mut self, later: &Entries) {
        let mut earlier = std::mem::take(&mut self.items);
        for entry in later.iter() {
            self.push(entry);
        }
        self.items.append(&mut earlier);
        let name = |item: &Item| self.names.get(item.name);
        self.items.sort_by(|one, other| name(one).cmp(name(other)));
        self.items.dedup_by(|next, first| name(next) == name(first));
    }
}

/// What a directory holds.
#[derive(Debug)]
pub struct Listing {
    /// What every listing saw.
    pub entries: Entries,
    /// Whether the last listing saw a directory that did not change.
    pub steady: bool,
    /// Entries of which not even the kind could be told.
    pub errors: Vec<Error>,
    /// What the directory was after it was listed.
    pub state: State,
}

/// What tells whether a directory is another, or another in what it holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct State {
    /// Device and inode.
    pub identity: (u64, u64),
    written: Time,
    /// Unlike the other it cannot be set, as rsync does when it has written.
    changed: Time,
}

/// Seconds since 1970-01-01 UTC, and nanoseconds.
type Time = (i64, i64);

impl State {
    /// Asks the system; of a link, what it leads to.
    ///
    /// # Errors
    /// What the system says.
    pub fn of(directory: &Path) -> io::Result<State> {
        let now = fs::metadata(directory)?;
        Ok(State {
            identity: (now.dev(), now.ino()),
            written: (now.mtime(), now.mtime_nsec()),
            changed: (now.ctime(), now.ctime_nsec()),
        })
    }

    /// How long to wait until a further change must show: what follows within one tick of the
    /// clock that a file system goes by has the same time.
    fn fresh_for(self, now: Duration) -> Option<Duration> {
        let (seconds, nanoseconds) = self.written.max(self.changed);
        let tick = if nanoseconds == 0 { COARSE_TICK } else { TICK };
        let whole = Duration::from_secs(u64::try_from(seconds).ok()?);
        let changed = whole + Duration::from_nanos(u64::try_from(nanoseconds).ok()?);
        // Another machine's clock may be a little ahead; a time far from now says nothing.
        let is_near = now < changed + tick && changed < now + tick;
        is_near.then(|| (changed + tick).saturating_sub(now))
    }
}

/// The tick that times of files are taken from, 10 ms at the most (Linux `HZ`), and as much again.
const TICK: Duration = Duration::from_millis(20);
/// The same where whole seconds are counted; FAT counts them in two.
const COARSE_TICK: Duration = Duration::from_secs(2);

/// Lists a directory, again while it changes.
///
/// # Errors
/// Where the directory cannot be read. It is then not known what it holds: never take it for empty.
pub fn list(directory: &Path) -> Result<Listing, Error> {
    let mut listing = list_settled(directory)?;
    for _ in 1..ATTEMPTS {
        if listing.steady {
            break;
        }
        let later = list_settled(directory)?;
        listing.entries.unite(&later.entries);
        listing = Listing { entries: listing.entries, ..later };
    }
    Ok(listing)
}

/// Lists a directory when a change must show.
fn list_settled(directory: &Path) -> Result<Listing, Error> {
    let state = State::of(directory).map_err(|error| Error::io(directory, error))?;
    state.fresh_for(now()).into_iter().for_each(thread::sleep);
    list_once(directory)
}

/// Lists a directory as it is at this moment; one that has only just changed is not steady.
///
/// # Errors
/// As [`list`].
pub(super) fn list_once(directory: &Path) -> Result<Listing, Error> {
    let state = || State::of(directory).map_err(|error| Error::io(directory, error));
    let before = state()?;
    let is_fresh = before.fresh_for(now()).is_some();
    let (entries, errors) = read(directory)?;
    let after = state()?;
    Ok(Listing { entries, steady: before == after && !is_fresh, errors, state: after })
}

fn now() -> Duration {
    SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default()
}

/// One pass over the directory: its entries, and those of which not even the kind could be told.
fn read(directory: &Path) -> Result<(Entries, Vec<Error>), Error> {
    let failed = |error| Error::io(directory, error);
    let (mut entries, mut errors) = (Entries::default(), Vec::new());
    for entry in fs::read_dir(directory).map_err(failed)? {
        match entry.map_err(failed).and_then(|entry| Ok((kind(&entry)?, entry))) {
            Ok((kind, entry)) => {
                entries.push(Entry { name: &entry.file_name(), inode: entry.ino(), kind });
            }
            Err(error) => errors.push(error),
        }
    }
    Ok((entries, errors))
}

fn kind(entry: &DirEntry) -> Result<Kind, Error> {
    let file_type = entry.file_type().map_err(|error| Error::io(&entry.path(), error))?;
    Ok(Kind::of(file_type))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_directory_is_fresh_while_a_change_might_not_show() {
        let state = |time| State { identity: (1, 1), written: (0, 0), changed: time };
        let at = |milliseconds: u64| Duration::from_millis(100_000 + milliseconds);
        let fresh = |state: State, now| state.fresh_for(at(now)).map(|fresh| fresh.as_millis());
        let fine = state((100, 5_000_000));
        let found = [0, 5, 20, 25, 1000].map(|now| fresh(fine, now));
        assert_eq!(found, [Some(25), Some(20), Some(5), None, None]);
        let whole = state((100, 0));
        assert_eq!([0, 1999, 2000].map(|now| fresh(whole, now)), [Some(2000), Some(1), None]);
        assert_eq!(fresh(state((999, 1)), 0), None, "a time far ahead says nothing");
        assert_eq!(fresh(state((-1, 1)), 0), None);
    }

    #[test]
    fn a_directory_that_has_just_changed_is_not_steady_and_is_when_it_was_waited_for() {
        let directory = tempfile::tempdir().unwrap();
        fs::write(directory.path().join("1"), "mail").unwrap();
        let listing = list(directory.path()).unwrap();
        assert!(listing.steady && listing.entries.iter().count() == 1);
        assert!(listing.state.fresh_for(now()).is_none());
    }

    #[test]
    fn of_two_listings_the_later_says_what_a_name_is() {
        let entry = |name, inode| Entry { name: OsStr::new(name), inode, kind: Kind::File };
        let of = |listed: &[(&'static str, u64)]| {
            let mut entries = Entries::default();
            for &(name, inode) in listed {
                entries.push(entry(name, inode));
            }
            entries
        };
        let mut seen = of(&[("b", 1), ("a", 2)]);
        seen.unite(&of(&[("c", 3), ("a", 4)]));
        let all: Vec<(&OsStr, u64)> = seen.iter().map(|entry| (entry.name, entry.inode)).collect();
        assert_eq!(all, [(OsStr::new("a"), 4), (OsStr::new("b"), 1), (OsStr::new("c"), 3)]);
    }
}
