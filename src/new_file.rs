//! A new file that has no name until it is whole, so that nothing half-written is ever left behind:
//! not by a full disk, not by a signal that ends the tool in between, not by a power cut.
//!
//! On Linux most file systems have files without a name (`O_TMPFILE`, `open(2)`), which go with
//! the process. Where there are none (NFS, FAT, other systems) a neighbour under a name of its own
//! is written; then a signal may leave that neighbour half, and never the file itself.

use std::fs::{File, Permissions};
use std::io::{self, Write};
use std::path::Path;

use tempfile::{Builder, NamedTempFile};

/// What the names of neighbours begin with.
const PREFIX: &str = ".maildiff-";

/// The folder that a path lies in.
pub(crate) fn folder_of(path: &Path) -> &Path {
    path.parent().filter(|parent| !parent.as_os_str().is_empty()).unwrap_or(Path::new("."))
}

/// A file that is being written.
#[derive(Debug)]
pub(crate) enum NewFile {
    #[cfg(any(target_os = "linux", target_os = "android"))]
    Nameless(File),
    Neighbour(NamedTempFile),
}

impl NewFile {
    /// Begins a file that will lie in this folder.
    ///
    /// # Errors
    /// What the system says.
    pub(crate) fn begin(folder: &Path, permissions: Permissions) -> io::Result<NewFile> {
        #[cfg(any(target_os = "linux", target_os = "android"))]
        if let Some(file) = nameless::open_in(folder, &permissions) {
            return Ok(NewFile::Nameless(file));
        }
        let mut builder = Builder::new();
        let neighbour = builder.prefix(PREFIX).permissions(permissions).tempfile_in(folder)?;
        Ok(NewFile::Neighbour(neighbour))
    }

    /// Gives the file its name, in place of what had it before. All of it is on the disk by then.
    ///
    /// # Errors
    /// What the system says; nothing is left then.
    pub(crate) fn finish(self, target: &Path) -> io::Result<()> {
        self.file().sync_all()?;
        match self {
            #[cfg(any(target_os = "linux", target_os = "android"))]
            NewFile::Nameless(file) => nameless::name(&file, target),
            NewFile::Neighbour(file) => {
                file.persist(target).map(drop).map_err(|failed| failed.error)
            }
        }
    }

    fn file(&self) -> &File {
        match self {
            #[cfg(any(target_os = "linux", target_os = "android"))]
            NewFile::Nameless(file) => file,
            NewFile::Neighbour(file) => file.as_file(),
        }
    }
}

impl Write for NewFile {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.file().write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.file().flush()
    }
}

/// Files without a name.
#[cfg(any(target_os = "linux", target_os = "android"))]
mod nameless {
    use std::fs::{File, Permissions};
    use std::io::{self, ErrorKind};
    use std::os::fd::AsRawFd;
    use std::os::unix::fs::PermissionsExt;
    use std::path::{Path, PathBuf};

    use rustix::fs::{AtFlags, CWD, Mode, OFlags, linkat, open};
    use rustix::io::retry_on_intr;
    use tempfile::Builder;

    /// Opens one that can be given a name in this folder; `None` where there is no such thing.
    pub(super) fn open_in(folder: &Path, permissions: &Permissions) -> Option<File> {
        let flags = OFlags::TMPFILE | OFlags::WRONLY | OFlags::CLOEXEC;
        let mode = Mode::from_raw_mode(permissions.mode());
        let file = File::from(retry_on_intr(|| open(folder, flags, mode)).ok()?);
        // It is named through this path, which needs `/proc`.
        path_of(&file).exists().then_some(file)
    }

    /// Names it. Where the name is taken it first gets another beside it: only a rename replaces a
    /// file, and it needs a name to begin with.
    pub(super) fn name(file: &File, target: &Path) -> io::Result<()> {
        match link(file, target) {
            Err(error) if error.kind() == ErrorKind::AlreadyExists => {
                let folder = super::folder_of(target);
                let mut builder = Builder::new();
                let neighbour =
                    builder.prefix(super::PREFIX).make_in(folder, |path| link(file, path))?;
                neighbour.persist(target).map_err(|failed| failed.error)
            }
            linked => linked,
        }
    }

    fn link(file: &File, name: &Path) -> io::Result<()> {
        let from = path_of(file);
        Ok(retry_on_intr(|| linkat(CWD, &from, CWD, name, AtFlags::SYMLINK_FOLLOW))?)
    }

    fn path_of(file: &File) -> PathBuf {
        PathBuf::from(format!("/proc/self/fd/{}", file.as_raw_fd()))
    }
}
