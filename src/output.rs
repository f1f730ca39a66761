//! Reports that go to files: whole or not at all.

use std::fs::{self, File, Permissions};
use std::io::{self, BufWriter, IsTerminal, Write};
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use maildiff::error::Error;

/// Writes a file so that its name shows either what it held before or all of what is new: into a
/// neighbour first, which then takes its name. What is no file of its own (`/dev/stdout`, a pipe)
/// is written straight, behind what is there. `write` is told whether a terminal will show it.
///
/// # Errors
/// Where the file cannot be written.
pub(crate) fn write_file(
    path: &Path,
    write: impl FnOnce(&mut dyn Write, bool) -> io::Result<()>,
) -> Result<(), Error> {
    let failed = |error| Error::io(path, error);
    let target = real(path);
    match fs::metadata(&target) {
        Ok(metadata) if !metadata.is_file() || is_alias(path) => {
            let file = File::options().append(true).open(path).map_err(failed)?;
            let shown = file.is_terminal();
            write_all(file, |out| write(out, shown)).map(drop).map_err(failed)
        }
        Ok(metadata) => {
            replace(&target, metadata.permissions(), |out| write(out, false)).map_err(failed)
        }
        // As any new file: what the umask leaves.
        Err(_) => {
            replace(&target, Permissions::from_mode(0o666), |out| write(out, false)).map_err(failed)
        }
    }
}

fn replace(
    target: &Path,
    permissions: Permissions,
    write: impl FnOnce(&mut dyn Write) -> io::Result<()>,
) -> io::Result<()> {
    let folder = folder_of(target);
    let file = tempfile::Builder::new().permissions(permissions).tempfile_in(folder)?;
    let file = write_all(file, write)?;
    file.persist(target).map(drop).map_err(|error| error.error)
}

fn write_all<W: Write>(
    file: W,
    write: impl FnOnce(&mut dyn Write) -> io::Result<()>,
) -> io::Result<W> {
    let mut out = BufWriter::new(file);
    write(&mut out)?;
    out.into_inner().map_err(io::IntoInnerError::into_error)
}

/// Whether a path leads to a file that somebody else has open, and which is not to be replaced:
/// `/dev/stdout` may be a log.
fn is_alias(path: &Path) -> bool {
    let folder = fs::canonicalize(folder_of(path)).unwrap_or_default();
    ["/dev", "/proc"].iter().any(|system| folder.starts_with(system))
}

fn folder_of(path: &Path) -> &Path {
    path.parent().filter(|parent| !parent.as_os_str().is_empty()).unwrap_or(Path::new("."))
}

/// Checks that a report will not lie in one of the `trees`, nor be one where that is a file: they
/// are never written to.
///
/// # Errors
/// Where it would.
pub(crate) fn check_place(path: &Path, trees: &[PathBuf]) -> Result<(), Error> {
    let target = real(path);
    let folder = fs::canonicalize(folder_of(&target)).unwrap_or_default();
    let holds = |tree: &&PathBuf| {
        fs::canonicalize(tree).is_ok_and(|tree| folder.starts_with(&tree) || target == tree)
    };
    let Some(tree) = trees.iter().find(holds) else { return Ok(()) };
    let told = if tree.is_dir() {
        format!("lies in {}, and a tree is never written to", tree.display())
    } else {
        "is one of the sides, and those are never written to".to_owned()
    };
    Err(Error::told(path, told))
}

/// The path behind links, where there is something.
fn real(path: &Path) -> PathBuf {
    fs::canonicalize(path).unwrap_or_else(|_| path.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn write(path: &Path, text: &str) -> Result<(), Error> {
        write_file(path, |out, _| out.write_all(text.as_bytes()))
    }

    #[test]
    fn a_file_is_replaced_whole_or_stays() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("report");
        write(&path, "one").unwrap();
        assert_eq!(fs::read_to_string(&path).unwrap(), "one");
        let broken = write_file(&path, |out, _| {
            out.write_all(b"half")?;
            Err(io::Error::other("full"))
        });
        assert!(broken.unwrap_err().to_string().ends_with("report: full"));
        assert_eq!(fs::read_to_string(&path).unwrap(), "one");
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
        assert!(write(&folder.path().join("no/such/folder"), "x").is_err());
    }

    #[test]
    fn a_tree_is_never_written_to() {
        let folder = tempfile::tempdir().unwrap();
        let tree = folder.path().join("tree");
        fs::create_dir_all(tree.join("cur")).unwrap();
        let check = |path: &Path| check_place(path, std::slice::from_ref(&tree));
        assert!(check(&tree.join("report")).is_err());
        assert!(check(&tree.join("cur/report")).is_err());
        assert!(check(&tree.join("../report")).is_ok());
        let mbox = folder.path().join("mbox");
        fs::write(&mbox, "").unwrap();
        assert!(check_place(&mbox, std::slice::from_ref(&mbox)).is_err());
        assert!(check_place(&folder.path().join("other"), &[mbox]).is_ok());
        std::os::unix::fs::symlink(&tree, folder.path().join("link")).unwrap();
        assert!(check(&folder.path().join("link/report")).is_err());
    }
}
