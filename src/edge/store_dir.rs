//! A run store in a directory.
//!
//! Writers of one project take its folder's lock in turn; the kernel releases it when a process dies.
//! A file is prepared in `.staging`, flushed, and moved to a name that was free. Reading takes no lock:
//! files that are there never change, and the index is replaced whole.

use std::fs::{self, File};
use std::io::{self, ErrorKind, Read as _, Seek as _, SeekFrom};
use std::path::{Path, PathBuf};
use std::time::Duration;

use super::hand::Hand;
use super::source::unreadable;
use crate::domain::{Code, Diagnostic};
use crate::store::{Created, Fetched, Guard, Place, Receipt};

/// Longest wait for the lock. A writer holds it for some flushes to disk and the index.
const PATIENCE: Duration = Duration::from_secs(120);
/// Where files are prepared, in the folder of a project.
const STAGING: &str = ".staging";

/// The store in one directory, which need not exist yet.
#[derive(Clone, Debug)]
pub struct StoreDir {
    root: PathBuf,
}

impl StoreDir {
    /// The store in `root`.
    #[must_use]
    pub fn at(root: impl Into<PathBuf>) -> Self {
        Self { root: root.into() }
    }

    fn local(&self, path: &str) -> PathBuf {
        path.split('/').fold(self.root.clone(), |folder, name| folder.join(name))
    }

    /// The hand that writes below a project's folder (the root for what lies beside projects), and the
    /// place where it prepares files. That one is made and swept under the lock only.
    fn hand(&self, project: &str) -> Result<(Hand, PathBuf), Diagnostic> {
        let hand = Hand::at(&self.root, Code::StoreNotWritten, "--store")?;
        let project = self.local(project);
        hand.folder(&project)?;
        Ok((hand, project.join(STAGING)))
    }

    /// Opens a plain file. A link may lead anywhere, a pipe may hang.
    fn open(&self, path: &str) -> Result<Option<File>, Diagnostic> {
        let local = self.local(path);
        match fs::symlink_metadata(&local) {
            Ok(found) if found.is_file() => {
                File::open(&local).map(Some).map_err(|error| failed(&local, &error))
            }
            Ok(_) => Err(unreadable(&local.display().to_string(), "is not a regular file")),
            Err(error) if absent(&error) => Ok(None),
            Err(error) => Err(failed(&local, &error)),
        }
    }

    fn tail(&self, path: &str, length: u64) -> Result<Vec<u8>, Diagnostic> {
        let local = self.local(path);
        let mut file = self.open(path)?.ok_or_else(|| failed(&local, &ErrorKind::NotFound.into()))?;
        let mut read = || -> io::Result<Vec<u8>> {
            let size = file.metadata()?.len();
            file.seek(SeekFrom::Start(size.saturating_sub(length)))?;
            let mut bytes = Vec::new();
            (&mut file).take(length).read_to_end(&mut bytes)?;
            Ok(bytes)
        };
        read().map_err(|error| failed(&local, &error))
    }
}

impl Place for StoreDir {
    fn shown(&self, path: &str) -> String {
        self.local(path).display().to_string()
    }

    fn list(&self, folder: &str) -> Result<Vec<String>, Diagnostic> {
        let mut objects = Vec::new();
        let mut todo = vec![(self.local(folder), folder.to_owned())];
        while let Some((local, path)) = todo.pop() {
            for (entry, name) in visible(&local)? {
                let path = format!("{path}/{name}");
                match entry.file_type() {
                    Ok(kind) if kind.is_dir() => todo.push((entry.path(), path)),
                    Ok(kind) if kind.is_file() => objects.push(path),
                    Ok(_) => {}
                    Err(error) if absent(&error) => {}
                    Err(error) => return Err(failed(&entry.path(), &error)),
                }
            }
        }
        objects.sort_unstable();
        Ok(objects)
    }

    fn folders(&self, folder: &str) -> Result<Vec<String>, Diagnostic> {
        let found = visible(&self.local(folder))?;
        let folders =
            found.into_iter().filter(|(entry, _)| entry.file_type().is_ok_and(|kind| kind.is_dir()));
        let mut names: Vec<String> = folders.map(|(_, name)| name).collect();
        names.sort_unstable();
        Ok(names)
    }

    fn read(&self, path: &str) -> Result<Option<Fetched>, Diagnostic> {
        let Some(mut file) = self.open(path)? else { return Ok(None) };
        let mut bytes = Vec::new();
        file.read_to_end(&mut bytes).map_err(|error| failed(&self.local(path), &error))?;
        Ok(Some(Fetched { bytes, receipt: Receipt::default() }))
    }

    fn tails(&self, paths: &[String], length: u64) -> Vec<Result<Vec<u8>, Diagnostic>> {
        paths.iter().map(|path| self.tail(path, length)).collect()
    }

    fn create(&self, path: &str, bytes: &[u8]) -> Result<Created, Diagnostic> {
        let (hand, staging) = self.hand(project(path))?;
        hand.folder(&staging)?;
        let mut parent = self.root.clone();
        let names: Vec<&str> = path.split('/').collect();
        for name in names.split_last().map_or(&[][..], |(_, before)| before) {
            let above = parent.clone();
            parent.push(name);
            let is_new = fs::symlink_metadata(&parent).is_err();
            hand.folder(&parent)?;
            if is_new {
                hand.flush(&above)?;
            }
        }
        match hand.create(&staging, &self.local(path), bytes)? {
            true => Ok(Created::New(Receipt::default())),
            false => Ok(Created::Exists),
        }
    }

    fn lock(&self, folder: &str) -> Result<Box<dyn Guard>, Diagnostic> {
        let (hand, staging) = self.hand(folder)?;
        let lock = hand.lock(&self.local(folder), PATIENCE)?;
        hand.sweep(&staging)?;
        Ok(Box::new(Held { _lock: lock }))
    }

    fn keeps_index(&self) -> bool {
        true
    }

    fn replace(&self, path: &str, bytes: &[u8]) -> Result<(), Diagnostic> {
        let (hand, staging) = self.hand(project(path))?;
        hand.folder(&staging)?;
        hand.replace(&staging, &self.local(path), bytes)
    }
}

/// The project that a path lies in; empty for what lies beside projects.
fn project(path: &str) -> &str {
    path.split_once('/').map_or("", |(project, _)| project)
}

/// The lock of a project, until it is dropped.
struct Held {
    _lock: File,
}

impl Guard for Held {}

/// What lies in a folder, without what belongs to us alone; nothing where there is no such folder.
/// Names that are no text are none of ours.
fn visible(folder: &Path) -> Result<Vec<(fs::DirEntry, String)>, Diagnostic> {
    let entries = match fs::read_dir(folder) {
        Ok(entries) => entries,
        Err(error) if absent(&error) => return Ok(Vec::new()),
        Err(error) => return Err(failed(folder, &error)),
    };
    let mut found = Vec::new();
    for entry in entries {
        let entry = entry.map_err(|error| failed(folder, &error))?;
        if let Some(name) = entry.file_name().to_str().filter(|name| !name.starts_with('.')) {
            let name = name.to_owned();
            found.push((entry, name));
        }
    }
    Ok(found)
}

fn absent(error: &io::Error) -> bool {
    matches!(error.kind(), ErrorKind::NotFound | ErrorKind::NotADirectory)
}

fn failed(path: &Path, error: &io::Error) -> Diagnostic {
    unreadable(&path.display().to_string(), &error.to_string()).next("make it readable for this user")
}
