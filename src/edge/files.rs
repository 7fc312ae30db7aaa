//! Files by the names that people give.

use std::fs;
use std::io::Write as _;
use std::path::{Path, PathBuf};

use super::source::{DiskFile, DiskFolder, spool};
use crate::commands::Files;
use crate::domain::{Code, Diagnostic};
use crate::readers::Named;

/// The file system. With a root, only files that really lie below it are read: what the action
/// reads was named by a workflow but put there by whoever wrote the pull request.
#[derive(Clone, Debug, Default)]
pub struct Disk {
    /// The folder that files must lie in, if any.
    pub root: Option<PathBuf>,
}

impl Disk {
    /// Where `path` really leads, after every link, where that matters: a pipe that a shell made
    /// (`<(...)`) has a path and leads nowhere.
    pub(super) fn resolve(&self, path: &str) -> Result<PathBuf, Diagnostic> {
        let Some(root) = &self.root else { return Ok(path.into()) };
        let real = fs::canonicalize(path).map_err(|error| absent(path, &error))?;
        let root =
            fs::canonicalize(root).map_err(|error| unreadable(path, &format!("workspace: {error}")))?;
        if !real.starts_with(&root) {
            return Err(
                unreadable(path, "leads out of the workspace").next("put the run file into the workspace")
            );
        }
        Ok(real)
    }

    /// Opens what the path leads to.
    pub(super) fn reach(&self, path: &str) -> Result<Named, Diagnostic> {
        let real = self.resolve(path)?;
        let failed = |error: std::io::Error| unreadable(path, &error.to_string());
        let kind = fs::metadata(&real).map_err(|error| absent(path, &error))?;
        if kind.is_dir() {
            return Ok(Named::Folder(Box::new(DiskFolder::named(Path::new(path), self))));
        }
        let spooled = self.root.is_none() && is_pipe(&kind);
        if !kind.is_file() && !spooled {
            return Err(unreadable(path, "is not a regular file").next("name one run file"));
        }
        let file = fs::File::open(&real).map_err(failed)?;
        let source = if spooled {
            spool(file, path)
        } else {
            DiskFile::named(file, path, self).map(|file| Box::new(file) as _)
        };
        source.map(Named::File).map_err(failed)
    }
}

#[cfg(unix)]
fn is_pipe(kind: &fs::Metadata) -> bool {
    std::os::unix::fs::FileTypeExt::is_fifo(&kind.file_type())
}

#[cfg(not(unix))]
fn is_pipe(_: &fs::Metadata) -> bool {
    false
}

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

fn absent(path: &str, error: &std::io::Error) -> Diagnostic {
    unreadable(path, &error.to_string()).next("check the path; it is taken from the current directory")
}

pub(super) fn unreadable(path: &str, what: &str) -> Diagnostic {
    Code::FileUnreadable.at(path).what(format!("cannot be read: {what}"))
}
