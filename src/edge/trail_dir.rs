//! A trail in a directory.
//!
//! Writers of all processes on one machine exclude each other by a lock on the `audit` directory
//! itself (`flock` on its handle): it leaves no file behind, and the kernel releases it when a
//! process dies. Under the lock the listing is compared with the one that the caller verified; then the
//! new folder is written to `audit/.staging`, flushed, and renamed into place. A kill before the
//! rename leaves the trail as it was, a kill after it leaves the new entry complete. The next writer
//! removes the files that a killed one left in `audit/.staging`.
//!
//! Verifying takes no lock and writes nothing: a trail can be verified on a read-only medium, and
//! while others append to it.

mod glance;
mod staging;

use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;

use super::errors::files;
use super::local_files::{is_missing, local_path, read_limited};
use crate::commands::Trails;
use crate::commands::targets::TrailTarget;
use crate::domain::{Code, Diagnostic, Digest, ReleaseId};
use crate::trail::{
    Addition, AppendOutcome, FileKind, Glance, HeadToken, Listed, Port, ROOT, STAGING, Snapshot, TrailFiles,
    settled,
};

/// Longest wait for the lock. An append holds it for some flushes to disk.
const LOCK_TIMEOUT: Duration = Duration::from_secs(60);

/// The trail in one directory: `<root>/audit`.
#[derive(Clone, Debug)]
pub struct TrailDir {
    root: PathBuf,
    lock_timeout: Duration,
}

impl TrailDir {
    /// The trail in `root/audit`, which need not exist yet.
    #[must_use]
    pub fn at(root: impl Into<PathBuf>) -> Self {
        let root = root.into();
        // "" is what is left of "audit" without its last part.
        let root = if root.as_os_str().is_empty() { PathBuf::from(".") } else { root };
        Self { root, lock_timeout: LOCK_TIMEOUT }
    }

    /// The same trail with another longest wait for the lock.
    #[must_use]
    pub fn lock_timeout(mut self, lock_timeout: Duration) -> Self {
        self.lock_timeout = lock_timeout;
        self
    }

    fn audit(&self) -> PathBuf {
        self.root.join(ROOT)
    }

    /// Every file in the order of the paths: those of the trail, and those in the staging folder.
    fn list(&self) -> Result<(Vec<Listed>, Vec<Listed>), Diagnostic> {
        let mut files = Vec::new();
        for name in [".gitattributes", ROOT] {
            let path = self.root.join(name);
            match fs::symlink_metadata(&path) {
                Ok(found) if found.is_dir() && name == ROOT => walk(&path, ROOT, &mut files)?,
                Ok(found) if found.is_dir() => {}
                Ok(found) => files.push(Listed { path: name.into(), kind: kind(found.file_type()) }),
                Err(error) if is_missing(&error) => {}
                Err(error) => return Err(files::read_refused(&path, &error)),
            }
        }
        files.sort();
        let staging = format!("{ROOT}/{STAGING}");
        Ok(files.into_iter().partition(|file| !file.path.starts_with(&staging)))
    }
}

impl TrailFiles for TrailDir {
    fn snapshot(&self) -> Result<Snapshot, Diagnostic> {
        let name = self.audit().display().to_string();
        let (mut files, mut staged) = settled(&name, || self.list(), |one, other| one.0 == other.0)?;
        let token = token(&files);
        files.append(&mut staged);
        Ok(Snapshot { token, files })
    }

    fn glance(&self, release: &ReleaseId) -> Result<Option<Glance>, Diagnostic> {
        glance::glance(&self.root, release)
    }

    fn read(&self, path: &str) -> Result<Vec<u8>, Diagnostic> {
        read_limited(&local_path(&self.root, path))
    }

    fn shown(&self, path: &str) -> String {
        local_path(&self.root, path).display().to_string()
    }
}

impl Port for TrailDir {
    fn append(&self, token_then: &HeadToken, addition: &Addition) -> Result<AppendOutcome, Diagnostic> {
        let staging = staging::StagingArea::open(&self.root)?;
        let _lock = staging.writer().lock(&self.audit(), self.lock_timeout)?;
        staging.clear()?;
        let now = if glance::is_of_folders(token_then) {
            glance::token(&self.root)
        } else {
            self.list().map(|(files, _)| token(&files))
        };
        if now.map_err(|error| Diagnostic { code: Code::TrailNotWritten, ..error })? != *token_then {
            return Ok(AppendOutcome::Conflict);
        }
        staging.commit(addition)
    }
}

/// Adds every file below `folder`, whose path in the trail is `prefix`. Folders are not listed, links are not followed.
fn walk(folder: &Path, prefix: &str, listed: &mut Vec<Listed>) -> Result<(), Diagnostic> {
    if !fs::symlink_metadata(folder).is_ok_and(|found| found.is_dir()) {
        return Ok(());
    }
    let mut todo = vec![(folder.to_path_buf(), prefix.to_owned(), true)];
    while let Some((folder, prefix, clean)) = todo.pop() {
        let entries = match fs::read_dir(&folder) {
            Ok(entries) => entries,
            // A staging folder that its writer has removed since.
            Err(error) if is_missing(&error) => continue,
            Err(error) => return Err(files::read_refused(&folder, &error)),
        };
        for entry in entries {
            let entry = entry.map_err(|error| files::read_refused(&folder, &error))?;
            let name = entry.file_name();
            let clean = clean && name.to_str().is_some();
            let path = format!("{prefix}/{}", name.to_string_lossy());
            match entry.file_type() {
                Ok(found) if found.is_dir() => todo.push((entry.path(), path, clean)),
                Ok(found) => {
                    // Two names that are not UTF-8 may have the same path after conversion.
                    let kind = if clean { kind(found) } else { FileKind::Other };
                    listed.push(Listed { path, kind });
                }
                Err(error) if is_missing(&error) => {}
                Err(error) => return Err(files::read_refused(&entry.path(), &error)),
            }
        }
    }
    Ok(())
}

fn kind(found: fs::FileType) -> FileKind {
    if found.is_file() {
        FileKind::Plain
    } else if found.is_symlink() {
        FileKind::Link
    } else {
        FileKind::Other
    }
}

/// The state of a listing: a digest of its paths.
fn token(files: &[Listed]) -> HeadToken {
    let mut text = String::new();
    for file in files {
        // No path contains a NUL.
        text.push_str(&file.path);
        text.push('\0');
    }
    HeadToken(Digest::of(text.as_bytes()).to_string())
}

/// Opens the trails in folders, for commands that append. There is no GitHub for those on branches.
#[derive(Clone, Copy, Debug, Default)]
pub struct TrailDirs;

impl Trails for TrailDirs {
    fn open(&self, place: &TrailTarget) -> Result<Box<dyn Port + '_>, Diagnostic> {
        match place {
            TrailTarget::Folder(root) => Ok(Box::new(TrailDir::at(root))),
            TrailTarget::Branch { name, .. } => Err(files::branch_without_github(name)),
        }
    }
}
