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
mod walk;

use std::path::PathBuf;
use std::time::Duration;

use walk::{kind, walk};

use super::door::Door;
use super::errors::files;
use super::open_folder::OpenFolder;
use super::root_folder::RootFolder;
use crate::commands::Trails;
use crate::commands::targets::TrailTarget;
use crate::domain::{Code, Diagnostic, Digest, ReleaseId};
use crate::trail::{
    Addition, AppendOutcome, Glance, HeadToken, Listed, MAX_FILE, Port, ROOT, STAGING, Snapshot, TrailFiles,
    settled,
};

/// Longest wait for the lock. An append holds it for some flushes to disk.
const LOCK_TIMEOUT: Duration = Duration::from_secs(60);

/// The trail in one directory: `<root>/audit`.
#[derive(Clone, Debug)]
pub struct TrailDir {
    root: RootFolder,
    lock_timeout: Duration,
}

impl TrailDir {
    /// The trail in `root/audit`, which need not exist yet, anywhere on this machine.
    #[must_use]
    pub fn at(root: impl Into<PathBuf>) -> Self {
        Self::through(&Door::default(), root.into())
    }

    /// The trail in `root/audit`, where a door leads there.
    pub(super) fn through(door: &Door, root: PathBuf) -> Self {
        // "" is what is left of "audit" without its last part.
        let root = if root.as_os_str().is_empty() { PathBuf::from(".") } else { root };
        Self { root: RootFolder::new(door, root), lock_timeout: LOCK_TIMEOUT }
    }

    /// The same trail with another longest wait for the lock.
    #[must_use]
    pub fn lock_timeout(mut self, lock_timeout: Duration) -> Self {
        self.lock_timeout = lock_timeout;
        self
    }

    /// Every file in the order of the paths: those of the trail, and those in the staging folder.
    fn list(&self) -> Result<(Vec<Listed>, Vec<Listed>), Diagnostic> {
        match self.root.open()? {
            Some(root) => list(root),
            None => Ok((Vec::new(), Vec::new())),
        }
    }
}

/// As [`TrailDir::list`], of a directory that is open.
fn list(root: &OpenFolder) -> Result<(Vec<Listed>, Vec<Listed>), Diagnostic> {
    let mut files = Vec::new();
    for name in [".gitattributes", ROOT] {
        let refused = |error: std::io::Error| files::read_refused(&root.path_of(name), &error);
        match root.kind(name).map_err(refused)? {
            Some(found) if found.is_dir() && name == ROOT => {
                if let Some(audit) = root.folder(name).map_err(refused)? {
                    walk(audit, ROOT, &mut files)?;
                }
            }
            Some(found) if !found.is_dir() => files.push(Listed { path: name.into(), kind: kind(found) }),
            Some(_) | None => {}
        }
    }
    files.sort();
    let staging = format!("{ROOT}/{STAGING}");
    Ok(files.into_iter().partition(|file| !file.path.starts_with(&staging)))
}

impl TrailFiles for TrailDir {
    fn snapshot(&self) -> Result<Snapshot, Diagnostic> {
        let name = self.root.local(ROOT).display().to_string();
        let (mut files, mut staged) = settled(&name, || self.list(), |one, other| one.0 == other.0)?;
        let token = token(&files);
        files.append(&mut staged);
        Ok(Snapshot { token, files })
    }

    fn glance(&self, release: &ReleaseId) -> Result<Option<Glance>, Diagnostic> {
        match self.root.open()? {
            Some(root) => glance::glance(root, release),
            None => Ok(None),
        }
    }

    fn read(&self, path: &str) -> Result<Vec<u8>, Diagnostic> {
        let refused = |error: &std::io::Error| files::read_refused(&self.root.local(path), error);
        let missing = || refused(&std::io::ErrorKind::NotFound.into());
        let root = self.root.open()?.ok_or_else(missing)?;
        // One more than may be there, so that whoever reads it sees that it is too long.
        root.read(path, MAX_FILE.saturating_add(1)).map_err(|error| refused(&error))?.ok_or_else(missing)
    }

    fn shown(&self, path: &str) -> String {
        self.root.local(path).display().to_string()
    }
}

impl Port for TrailDir {
    fn append(&self, token_then: &HeadToken, addition: &Addition) -> Result<AppendOutcome, Diagnostic> {
        let staging = staging::StagingArea::open(self.root.door(), self.root.path())?;
        let _lock = staging.lock(self.lock_timeout)?;
        staging.clear()?;
        let now = if glance::is_of_folders(token_then) {
            glance::token(staging.root())
        } else {
            list(staging.root()).map(|(files, _)| token(&files))
        };
        if now.map_err(|error| Diagnostic { code: Code::TrailNotWritten, ..error })? != *token_then {
            return Ok(AppendOutcome::Conflict);
        }
        staging.commit(addition)
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
#[derive(Clone, Debug, Default)]
pub struct TrailDirs {
    pub(super) door: Door,
}

impl Trails for TrailDirs {
    fn open(&self, place: &TrailTarget) -> Result<Box<dyn Port + '_>, Diagnostic> {
        match place {
            TrailTarget::Folder(root) => Ok(Box::new(TrailDir::through(&self.door, root.into()))),
            TrailTarget::Branch { name, .. } => Err(files::branch_without_github(name)),
        }
    }
}
