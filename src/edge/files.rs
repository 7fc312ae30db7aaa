//! Reads and writes the files that the user names.

use std::fs::{self, TryLockError};
use std::io::{ErrorKind, Write as _};
use std::path::Path;

use super::disk::{Disk, spool};
use super::durable_write::around_of;
use super::errors::files::{bad_glob, output_not_written, unreadable};
use crate::commands::Files;
use crate::domain::Diagnostic;
use crate::readers::{FileOrFolder, GLOB};

impl Files for Disk {
    fn exists(&self, path: &str) -> bool {
        path == "-" || Path::new(path).exists()
    }

    fn matching(&self, pattern: &str) -> Result<Vec<String>, Diagnostic> {
        let paths = glob::glob_with(pattern, GLOB).map_err(|error| bad_glob(pattern, &error))?;
        let mut found = Vec::new();
        for path in paths {
            let path = path.map_err(|error| unreadable(pattern, &error.to_string()))?;
            found.push(path.to_string_lossy().into_owned());
        }
        found.sort();
        Ok(found)
    }

    fn open(&self, path: &str) -> Result<FileOrFolder, Diagnostic> {
        if path == "-" && self.root.is_none() {
            return spool(std::io::stdin().lock(), path)
                .map(FileOrFolder::File)
                .map_err(|error| unreadable("standard input", &error.to_string()));
        }
        self.open_path(path)
    }

    fn write(&self, path: &str, bytes: &[u8]) -> Result<(), Diagnostic> {
        write_atomically(Path::new(path), bytes).map_err(|error| output_not_written(path, &error))
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
            Some(before) => compare_and_replace(Path::new(path), before, bytes),
        };
        done.map_err(|error| output_not_written(path, &error))
    }
}

/// Creates a file in one step; `false` where the name is taken.
fn create(path: &Path, bytes: &[u8]) -> std::io::Result<bool> {
    match staged(path, bytes)?.persist_noclobber(path) {
        Ok(_) => flush_name(path).map(|()| true),
        Err(error) if error.error.kind() == ErrorKind::AlreadyExists => Ok(false),
        Err(error) => Err(error.error),
    }
}

/// Replaces a file that still contains `before`; `false` where it does not. The lock is on the file that
/// was opened: of two writers that opened the same old file, the second finds the new one by its name.
fn compare_and_replace(path: &Path, before: &[u8], bytes: &[u8]) -> std::io::Result<bool> {
    let missing = |error: &std::io::Error| error.kind() == ErrorKind::NotFound;
    let old = match fs::File::open(path) {
        Err(error) if missing(&error) => return Ok(false),
        old => old?,
    };
    match old.lock() {
        // Some network file systems have no locks; there the comparison must suffice.
        Err(error) if error.kind() == ErrorKind::Unsupported => {}
        locked => locked?,
    }
    let now = match fs::read(path) {
        Err(error) if missing(&error) => return Ok(false),
        now => now?,
    };
    if now != before {
        return Ok(false);
    }
    write_atomically(path, bytes).map(|()| true)
}

/// Writes beside the target and renames: a reader sees the old file or the new one.
fn write_atomically(path: &Path, bytes: &[u8]) -> std::io::Result<()> {
    if path.exists() && !path.is_file() {
        // A pipe or device, such as /dev/stdout: there is nothing to rename over.
        return fs::OpenOptions::new().write(true).open(path)?.write_all(bytes);
    }
    staged(path, bytes)?.persist(path).map_err(|error| error.error)?;
    flush_name(path)
}

/// What the names of files in the making begin with.
const IN_THE_MAKING: &str = ".evalsig-write-";
/// How often a file in the making is begun anew because another writer swept it away.
const ATTEMPTS: usize = 8;

/// A flushed temporary file in the same folder.
fn staged(path: &Path, bytes: &[u8]) -> std::io::Result<tempfile::NamedTempFile> {
    let folder = around_of(path);
    sweep(folder);
    let mut staged = begun(folder)?;
    staged.write_all(bytes)?;
    staged.as_file().sync_all()?;
    readable_by_others(staged.path(), folder)?;
    Ok(staged)
}

/// A new temporary file. It is locked as long as its writer lives: that is how others know that it is not abandoned.
fn begun(folder: &Path) -> std::io::Result<tempfile::NamedTempFile> {
    for _ in 0..ATTEMPTS {
        let staged = tempfile::Builder::new().prefix(IN_THE_MAKING).tempfile_in(folder)?;
        match staged.as_file().try_lock() {
            // Between its creation and the lock another writer may have swept it away, or be about to.
            Ok(()) if !staged.path().exists() => {}
            Err(TryLockError::WouldBlock) => {}
            // Where there are no locks nothing is swept.
            Ok(()) | Err(TryLockError::Error(_)) => return Ok(staged),
        }
    }
    Err(std::io::Error::other("other writers remove what this one begins"))
}

/// Removes the temporary files that killed writers left.
fn sweep(folder: &Path) {
    for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
        let in_the_making = entry.file_name().to_str().is_some_and(|name| name.starts_with(IN_THE_MAKING));
        if !in_the_making || !entry.file_type().is_ok_and(|kind| kind.is_file()) {
            continue;
        }
        // A writer at work holds the lock. It is kept while the file is removed.
        if let Ok(file) = fs::File::open(entry.path())
            && file.try_lock().is_ok()
        {
            let _ = fs::remove_file(entry.path());
        }
    }
}

/// Flushes the name of a file, so that it survives a power cut.
fn flush_name(path: &Path) -> std::io::Result<()> {
    match fs::File::open(around_of(path)).and_then(|folder| folder.sync_all()) {
        // A folder that cannot be read, and on some systems any folder, cannot be flushed by its name.
        Err(error)
            if matches!(
                error.kind(),
                ErrorKind::PermissionDenied | ErrorKind::InvalidInput | ErrorKind::Unsupported
            ) =>
        {
            Ok(())
        }
        flushed => flushed,
    }
}

/// Makes a temporary file readable by all users and gives it to the owner of its folder: in a container
/// evalsig is root, and later steps of a job must be able to remove the file.
#[cfg(unix)]
pub(super) fn readable_by_others(path: &Path, folder: &Path) -> std::io::Result<()> {
    use std::os::unix::fs::{MetadataExt as _, PermissionsExt as _, chown};
    fs::set_permissions(path, fs::Permissions::from_mode(0o644))?;
    let (owner, mine) = (fs::metadata(folder)?, fs::metadata(path)?);
    if owner.uid() != mine.uid() {
        // Only root may do this; every other user owns the file already.
        let _ = chown(path, Some(owner.uid()), Some(owner.gid()));
    }
    Ok(())
}

#[cfg(not(unix))]
pub(super) fn readable_by_others(_: &Path, _: &Path) -> std::io::Result<()> {
    Ok(())
}
