//! A trail in a directory.
//!
//! Writers of all processes on one machine exclude each other by a lock on the `audit` directory
//! itself (`flock` on its handle): it leaves no file behind, and the kernel releases it when a
//! process dies. Under the lock the listing is compared with the one the caller judged; then the
//! new folder is prepared in `audit/.staging`, flushed, and renamed into place. A kill before the
//! rename leaves the trail as it was, a kill after it leaves the new entry whole. What a killed
//! writer prepared is swept by the next one.
//!
//! Verifying takes no lock and writes nothing: a trail can be verified on a read-only medium, and
//! while others append to it.

mod stage;

use std::fs::{self, File};
use std::io::{self, Read as _};
use std::path::{Path, PathBuf};
use std::time::Duration;

use crate::commands::Trails;
use crate::commands::targets::TrailTarget;
use crate::domain::{Code, Diagnostic, Digest};
use crate::trail::{
    Addition, FileKind, Listed, MAX_FILE, Outcome, Port, ROOT, STAGING, Snapshot, Token, TrailFiles, settled,
};

/// Longest wait for the lock. An append holds it for some flushes to disk.
const PATIENCE: Duration = Duration::from_secs(60);

/// The trail in one directory: `<root>/audit`.
#[derive(Clone, Debug)]
pub struct TrailDir {
    root: PathBuf,
    patience: Duration,
}

impl TrailDir {
    /// The trail in `root/audit`, which need not exist yet.
    #[must_use]
    pub fn at(root: impl Into<PathBuf>) -> Self {
        let root = root.into();
        // "" is what is left of "audit" without its last part.
        let root = if root.as_os_str().is_empty() { PathBuf::from(".") } else { root };
        Self { root, patience: PATIENCE }
    }

    /// Waits at most this long for other writers.
    #[must_use]
    pub fn patience(mut self, patience: Duration) -> Self {
        self.patience = patience;
        self
    }

    fn audit(&self) -> PathBuf {
        self.root.join(ROOT)
    }

    /// The local path of a path of the trail.
    fn local(&self, path: &str) -> PathBuf {
        path.split('/').fold(self.root.clone(), |folder, name| folder.join(name))
    }

    /// Every file, in order, without what is being prepared.
    fn list(&self) -> Result<(Vec<Listed>, Vec<Listed>), Diagnostic> {
        let mut files = Vec::new();
        for name in [".gitattributes", ROOT] {
            let path = self.root.join(name);
            match fs::symlink_metadata(&path) {
                Ok(found) if found.is_dir() && name == ROOT => walk(&path, &mut files)?,
                Ok(found) if found.is_dir() => {}
                Ok(found) => files.push(Listed { path: name.into(), kind: kind(found.file_type()) }),
                Err(error) if absent(&error) => {}
                Err(error) => return Err(unreadable(&path, &error)),
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

    fn read(&self, path: &str) -> Result<Vec<u8>, Diagnostic> {
        read_plain(&self.local(path))
    }

    fn shown(&self, path: &str) -> String {
        self.local(path).display().to_string()
    }
}

impl Port for TrailDir {
    fn append(&self, token_then: &Token, addition: &Addition) -> Result<Outcome, Diagnostic> {
        let stage = stage::Stage::open(&self.root)?;
        let _lock = stage.hand().lock(&self.audit(), self.patience)?;
        stage.sweep()?;
        let now = self.list().map_err(|error| Diagnostic { code: Code::TrailNotWritten, ..error })?;
        if token(&now.0) != *token_then {
            return Ok(Outcome::Conflict);
        }
        stage.write(addition)
    }
}

/// Adds every file below `folder`. Folders are not listed, links are not followed.
fn walk(folder: &Path, files: &mut Vec<Listed>) -> Result<(), Diagnostic> {
    let mut todo = vec![(folder.to_path_buf(), ROOT.to_owned(), true)];
    while let Some((folder, prefix, clean)) = todo.pop() {
        let entries = match fs::read_dir(&folder) {
            Ok(entries) => entries,
            // What a writer prepared is gone by now.
            Err(error) if absent(&error) => continue,
            Err(error) => return Err(unreadable(&folder, &error)),
        };
        for entry in entries {
            let entry = entry.map_err(|error| unreadable(&folder, &error))?;
            let name = entry.file_name();
            let clean = clean && name.to_str().is_some();
            let path = format!("{prefix}/{}", name.to_string_lossy());
            match entry.file_type() {
                Ok(found) if found.is_dir() => todo.push((entry.path(), path, clean)),
                Ok(found) => {
                    // A name that is not text cannot be told from another one by its path.
                    let kind = if clean { kind(found) } else { FileKind::Other };
                    files.push(Listed { path, kind });
                }
                Err(error) if absent(&error) => {}
                Err(error) => return Err(unreadable(&entry.path(), &error)),
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

fn token(files: &[Listed]) -> Token {
    let mut text = String::new();
    for file in files {
        // No path holds a NUL.
        text.push_str(&file.path);
        text.push('\0');
    }
    Token(Digest::of(text.as_bytes()).to_string())
}

pub(super) fn plain(path: &Path) -> bool {
    fs::symlink_metadata(path).is_ok_and(|found| found.is_file())
}

pub(super) fn read_plain(path: &Path) -> Result<Vec<u8>, Diagnostic> {
    let read = || {
        let limit = MAX_FILE.saturating_add(1);
        let file = File::open(path)?;
        let size = usize::try_from(file.metadata()?.len()).unwrap_or(limit);
        let mut bytes = Vec::with_capacity(size.min(limit));
        file.take(u64::try_from(limit).unwrap_or(u64::MAX)).read_to_end(&mut bytes)?;
        Ok(bytes)
    };
    read().map_err(|error: io::Error| unreadable(path, &error))
}

pub(super) fn absent(error: &io::Error) -> bool {
    matches!(error.kind(), io::ErrorKind::NotFound | io::ErrorKind::NotADirectory)
}

pub(super) fn unreadable(path: &Path, error: &io::Error) -> Diagnostic {
    Code::FileUnreadable
        .at(path.display().to_string())
        .what(format!("cannot be read: {error}"))
        .next("make it readable for this user")
}

/// Trails by the folder that holds them, for commands that append.
#[derive(Clone, Copy, Debug, Default)]
pub struct TrailDirs;

impl Trails for TrailDirs {
    fn open(&self, place: &TrailTarget) -> Result<Box<dyn Port + '_>, Diagnostic> {
        match place {
            TrailTarget::Folder(root) => Ok(Box::new(TrailDir::at(root))),
            TrailTarget::Branch { name, .. } => {
                Err(Code::TrailNotWritten.at(name).what("is a branch, and there is no GitHub to ask for it"))
            }
        }
    }
}
