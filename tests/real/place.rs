//! Where a trial makes its trees.

use std::env;
use std::fs::{self, Permissions};
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use tempfile::TempDir;

/// A directory for one trial: gone afterwards, or kept in the directory that `MAILDIFF_KEEP` names.
#[derive(Debug)]
pub(crate) struct Place {
    path: PathBuf,
    _until_dropped: Option<TempDir>,
}

impl Place {
    /// For the trial of this name. What an earlier run kept under it is replaced.
    pub(crate) fn new(name: &str) -> Place {
        let place = match env::var_os("MAILDIFF_KEEP") {
            Some(kept) => Place::kept(&PathBuf::from(kept).join(name)),
            None => Place::temporary(),
        };
        // The server may be another user.
        fs::set_permissions(&place.path, Permissions::from_mode(0o755)).unwrap();
        place
    }

    fn temporary() -> Place {
        let directory = tempfile::tempdir().unwrap();
        Place { path: directory.path().to_owned(), _until_dropped: Some(directory) }
    }

    fn kept(path: &Path) -> Place {
        if path.exists() {
            fs::remove_dir_all(path).unwrap();
        }
        fs::create_dir_all(path).unwrap();
        Place { path: path.canonicalize().unwrap(), _until_dropped: None }
    }

    /// A path in it.
    pub(crate) fn path(&self, name: impl AsRef<Path>) -> PathBuf {
        self.path.join(name)
    }

    /// A directory in it, made if need be.
    pub(crate) fn directory(&self, name: impl AsRef<Path>) -> PathBuf {
        let path = self.path(name);
        fs::create_dir_all(&path).unwrap();
        path
    }
}
