//! Files by the names that people give.

use std::fs;
use std::io::Write as _;
use std::path::Path;

use super::source::{spool, unreadable};
use crate::commands::Files;
use crate::domain::{Code, Diagnostic};
use crate::readers::Named;

pub use super::source::Disk;

impl Files for Disk {
    fn open(&self, path: &str) -> Result<Named, Diagnostic> {
        if path == "-" && self.root.is_none() {
            return spool(std::io::stdin().lock(), path)
                .map(Named::File)
                .map_err(|error| unreadable("standard input", &error.to_string()));
        }
        self.reach(path)
    }

    fn write(&self, path: &str, bytes: &[u8]) -> Result<(), Diagnostic> {
        write_whole(Path::new(path), bytes).map_err(|error| {
            Code::OutputNotWritten
                .at(path)
                .what(error.to_string())
                .next("check that the folder exists and can be written to")
        })
    }
}

/// Writes beside the target and renames: a reader sees the old file or the new one, never half.
fn write_whole(path: &Path, bytes: &[u8]) -> std::io::Result<()> {
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    if path.exists() && !path.is_file() {
        // A pipe or device, such as /dev/stdout: there is nothing to rename over.
        return fs::OpenOptions::new().write(true).open(path)?.write_all(bytes);
    }
    let mut staged = tempfile::Builder::new().prefix(".evalsig-").tempfile_in(folder)?;
    staged.write_all(bytes)?;
    staged.as_file().sync_all()?;
    readable_by_others(staged.path(), folder)?;
    staged.persist(path).map_err(|error| error.error)?;
    Ok(())
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
