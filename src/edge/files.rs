//! Files by the names that people give.

use std::fs;
use std::io::{ErrorKind, Write as _};
use std::path::Path;

use super::source::{spool, unreadable};
use crate::commands::Files;
use crate::domain::{Code, Diagnostic};
use crate::readers::FileOrFolder;

pub use super::source::Disk;

impl Files for Disk {
    fn open(&self, path: &str) -> Result<FileOrFolder, Diagnostic> {
        if path == "-" && self.root.is_none() {
            return spool(std::io::stdin().lock(), path)
                .map(FileOrFolder::File)
                .map_err(|error| unreadable("standard input", &error.to_string()));
        }
        self.reach(path)
    }

    fn write(&self, path: &str, bytes: &[u8]) -> Result<(), Diagnostic> {
        write_whole(Path::new(path), bytes).map_err(|error| not_written(path, &error))
    }

    fn current(&self, path: &str) -> Result<Option<Vec<u8>>, Diagnostic> {
        match fs::read(path) {
            Ok(bytes) => Ok(Some(bytes)),
            Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
            Err(error) => Err(unreadable(path, &error.to_string())),
        }
    }

    fn replace(&self, path: &str, before: Option<&[u8]>, bytes: &[u8]) -> Result<bool, Diagnostic> {
        let done = match before {
            None => create(Path::new(path), bytes),
            Some(before) => exchange(Path::new(path), before, bytes),
        };
        done.map_err(|error| not_written(path, &error))
    }
}

fn not_written(path: &str, error: &std::io::Error) -> Diagnostic {
    Code::OutputNotWritten
        .at(path)
        .what(error.to_string())
        .next("check that the folder exists and can be written to")
}

/// Writes a file that is not there yet; who comes second gets false.
fn create(path: &Path, bytes: &[u8]) -> std::io::Result<bool> {
    match staged(path, bytes)?.persist_noclobber(path) {
        Ok(_) => Ok(true),
        Err(error) if error.error.kind() == ErrorKind::AlreadyExists => Ok(false),
        Err(error) => Err(error.error),
    }
}

/// Writes over a file that still holds `before`. The lock is on the file that stood there when it was
/// opened: of two that hold the same old file the second finds the new one under its name.
fn exchange(path: &Path, before: &[u8], bytes: &[u8]) -> std::io::Result<bool> {
    let gone = |error: &std::io::Error| error.kind() == ErrorKind::NotFound;
    let old = match fs::File::open(path) {
        Err(error) if gone(&error) => return Ok(false),
        old => old?,
    };
    match old.lock() {
        // Some network file systems have no locks; there the comparison alone has to do.
        Err(error) if error.kind() == ErrorKind::Unsupported => {}
        locked => locked?,
    }
    let now = match fs::read(path) {
        Err(error) if gone(&error) => return Ok(false),
        now => now?,
    };
    if now != before {
        return Ok(false);
    }
    write_whole(path, bytes).map(|()| true)
}

/// Writes beside the target and renames: a reader sees the old file or the new one, never half.
fn write_whole(path: &Path, bytes: &[u8]) -> std::io::Result<()> {
    if path.exists() && !path.is_file() {
        // A pipe or device, such as /dev/stdout: there is nothing to rename over.
        return fs::OpenOptions::new().write(true).open(path)?.write_all(bytes);
    }
    staged(path, bytes)?.persist(path).map_err(|error| error.error)?;
    Ok(())
}

/// The bytes in a file of another name in the same folder.
fn staged(path: &Path, bytes: &[u8]) -> std::io::Result<tempfile::NamedTempFile> {
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let mut staged = tempfile::Builder::new().prefix(".evalsig-").tempfile_in(folder)?;
    staged.write_all(bytes)?;
    staged.as_file().sync_all()?;
    readable_by_others(staged.path(), folder)?;
    Ok(staged)
}

/// A temporary file is private; a result is not. And a container's root must not leave files that
/// later steps cannot touch: they get the owner of the folder they lie in.
#[cfg(unix)]
pub(super) fn readable_by_others(path: &Path, folder: &Path) -> std::io::Result<()> {
    use std::os::unix::fs::{MetadataExt as _, PermissionsExt as _, chown};
    fs::set_permissions(path, fs::Permissions::from_mode(0o644))?;
    let (owner, mine) = (fs::metadata(folder)?, fs::metadata(path)?);
    if owner.uid() != mine.uid() {
        // Only root can give a file away; for everybody else the file is already theirs.
        let _ = chown(path, Some(owner.uid()), Some(owner.gid()));
    }
    Ok(())
}

#[cfg(not(unix))]
pub(super) fn readable_by_others(_: &Path, _: &Path) -> std::io::Result<()> {
    Ok(())
}
