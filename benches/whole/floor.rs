//! What any program must do that reads the header of every message: list the directories, and open,
//! fstat, read and close each file. Nothing is kept and nothing is looked at.

use std::fs::{self, File};
use std::io::Read;
use std::os::fd::OwnedFd;
use std::path::{Path, PathBuf};

use rayon::ThreadPoolBuilder;
use rayon::prelude::*;
use rustix::fs::{Advice, Mode, OFlags, fadvise, openat};

/// How much of each file is read, in bytes.
const READ: usize = 16 << 10;
/// How many files a thread takes at a time.
const BATCH: usize = 64;

/// How the floor is laid.
pub(crate) struct Floor {
    /// How many files are opened and announced before they are read; 1 is plain reading.
    pub(crate) announce: usize,
    /// How many threads read; as many as there are cores where it is not said.
    pub(crate) jobs: Option<usize>,
}

/// A directory that stays open, and the names of the files in it.
struct Directory {
    opened: OwnedFd,
    names: Vec<std::ffi::OsString>,
}

impl Floor {
    /// Reads all trees at the same time; tells how many bytes there were.
    pub(crate) fn run(&self, trees: &[PathBuf]) -> u64 {
        let pool = ThreadPoolBuilder::new().num_threads(self.jobs.unwrap_or(0)).build().unwrap();
        pool.install(|| trees.par_iter().map(|tree| self.read_tree(tree)).sum())
    }

    fn read_tree(&self, tree: &Path) -> u64 {
        let mut directories = Vec::new();
        list(tree, &mut directories);
        let batches: Vec<(&OwnedFd, &[std::ffi::OsString])> = directories
            .iter()
            .flat_map(|directory| {
                directory.names.chunks(BATCH).map(|names| (&directory.opened, names))
            })
            .collect();
        let read = |buffer: &mut Vec<u8>, (directory, names): (&OwnedFd, &[std::ffi::OsString])| {
            let parts = names.chunks(self.announce);
            parts.map(|names| self.read_files(directory, names, buffer)).sum::<u64>()
        };
        batches.into_par_iter().map_init(|| vec![0; READ], read).sum()
    }

    fn read_files(
        &self,
        directory: &OwnedFd,
        names: &[std::ffi::OsString],
        buffer: &mut [u8],
    ) -> u64 {
        let open = |name: &std::ffi::OsString| -> File {
            let flags = OFlags::RDONLY | OFlags::CLOEXEC;
            let file = openat(directory, name.as_os_str(), flags, Mode::empty()).unwrap();
            if self.announce > 1 {
                let length = std::num::NonZeroU64::new(READ as u64);
                fadvise(&file, 0, length, Advice::WillNeed).unwrap();
            }
            file.into()
        };
        let mut sum = 0;
        for mut file in names.iter().map(open).collect::<Vec<File>>() {
            let size = file.metadata().unwrap().len();
            let read = file.read(buffer).unwrap() as u64;
            assert!(read == size.min(READ as u64));
            sum += read;
        }
        sum
    }
}

fn list(path: &Path, directories: &mut Vec<Directory>) {
    let flags = OFlags::RDONLY | OFlags::DIRECTORY | OFlags::CLOEXEC;
    let opened = rustix::fs::open(path, flags, Mode::empty()).unwrap();
    let mut names = Vec::new();
    let mut below = Vec::new();
    for entry in fs::read_dir(path).unwrap() {
        let entry = entry.unwrap();
        if entry.file_type().unwrap().is_dir() {
            below.push(entry.path());
        } else {
            names.push(entry.file_name());
        }
    }
    directories.push(Directory { opened, names });
    for path in below {
        list(&path, directories);
    }
}
