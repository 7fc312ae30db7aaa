//! A run store in a directory.
//!
//! Writers of one project take the lock of its folder in turn; the kernel releases it when a process
//! dies. A file is written to `.staging`, flushed, and moved to a name that was free. Reading takes no
//! lock: files never change once they exist, and the index is replaced in one step.

use std::fs::{self, File};
use std::io::{self, ErrorKind, Read as _, Seek as _, SeekFrom};
use std::path::{Path, PathBuf};
use std::time::Duration;

use super::durable_write::DurableWriter;
use super::errors::files::{not_a_regular_file, read_refused};
use super::local_files::{is_missing, local_path};
use crate::domain::{Code, Diagnostic};
use crate::store::{Created, Fetched, Guard, ObjectStore, ObjectVersion};

/// Longest wait for the lock. A writer holds it for some flushes to disk and the index.
const LOCK_TIMEOUT: Duration = Duration::from_secs(120);
/// The staging folder in the folder of a project.
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
        local_path(&self.root, path)
    }

    /// The writer for the folder of a project (the root for files beside projects) and its staging
    /// folder, which is created and removed under the lock only.
    fn writer(&self, project: &str) -> Result<(DurableWriter, PathBuf), Diagnostic> {
        let writer = DurableWriter::at(&self.root, Code::StoreNotWritten, "--store")?;
        let project = self.local(project);
        writer.ensure_flushed_folder(&project)?;
        Ok((writer, project.join(STAGING)))
    }

    /// Opens a regular file. A link could lead anywhere, a pipe could block.
    fn open(&self, path: &str) -> Result<Option<File>, Diagnostic> {
        let local = self.local(path);
        match fs::symlink_metadata(&local) {
            Ok(found) if found.is_file() => {
                File::open(&local).map(Some).map_err(|error| read_refused(&local, &error))
            }
            Ok(_) => Err(not_a_regular_file(&local.display().to_string())),
            Err(error) if is_missing(&error) => Ok(None),
            Err(error) => Err(read_refused(&local, &error)),
        }
    }

    fn tail(&self, path: &str, length: u64) -> Result<Vec<u8>, Diagnostic> {
        let local = self.local(path);
        let mut file = self.open(path)?.ok_or_else(|| read_refused(&local, &ErrorKind::NotFound.into()))?;
        let mut read = || -> io::Result<Vec<u8>> {
            let size = file.metadata()?.len();
            file.seek(SeekFrom::Start(size.saturating_sub(length)))?;
            let mut bytes = Vec::new();
            (&mut file).take(length).read_to_end(&mut bytes)?;
            Ok(bytes)
        };
        read().map_err(|error| read_refused(&local, &error))
    }
}

impl ObjectStore for StoreDir {
    fn shown(&self, path: &str) -> String {
        self.local(path).display().to_string()
    }

    fn list(&self, folder: &str) -> Result<Vec<String>, Diagnostic> {
        let mut objects = Vec::new();
        let mut todo = vec![(self.local(folder), folder.to_owned())];
        while let Some((local, path)) = todo.pop() {
            for (entry, name) in list_visible(&local)? {
                let path = format!("{path}/{name}");
                match entry.file_type() {
                    Ok(kind) if kind.is_dir() => todo.push((entry.path(), path)),
                    Ok(kind) if kind.is_file() => objects.push(path),
                    Ok(_) => {}
                    Err(error) if is_missing(&error) => {}
                    Err(error) => return Err(read_refused(&entry.path(), &error)),
                }
            }
        }
        objects.sort_unstable();
        Ok(objects)
    }

    fn folders(&self, folder: &str) -> Result<Vec<String>, Diagnostic> {
        let found = list_visible(&self.local(folder))?;
        let folders =
            found.into_iter().filter(|(entry, _)| entry.file_type().is_ok_and(|kind| kind.is_dir()));
        let mut names: Vec<String> = folders.map(|(_, name)| name).collect();
        names.sort_unstable();
        Ok(names)
    }

    fn read(&self, path: &str) -> Result<Option<Fetched>, Diagnostic> {
        let Some(mut file) = self.open(path)? else { return Ok(None) };
        let mut bytes = Vec::new();
        file.read_to_end(&mut bytes).map_err(|error| read_refused(&self.local(path), &error))?;
        Ok(Some(Fetched { bytes, version: ObjectVersion::default() }))
    }

    fn tails(&self, paths: &[String], length: u64) -> Vec<Result<Vec<u8>, Diagnostic>> {
        paths.iter().map(|path| self.tail(path, length)).collect()
    }

    fn create(&self, path: &str, bytes: &[u8]) -> Result<Created, Diagnostic> {
        let (writer, staging) = self.writer(project(path))?;
        writer.ensure_folder(&staging)?;
        let mut parent = self.root.clone();
        let names: Vec<&str> = path.split('/').collect();
        for name in names.split_last().map_or(&[][..], |(_, before)| before) {
            parent.push(name);
            writer.ensure_flushed_folder(&parent)?;
        }
        match writer.create(&staging, &self.local(path), bytes)? {
            true => Ok(Created::New(ObjectVersion::default())),
            false => Ok(Created::Exists),
        }
    }

    fn lock(&self, folder: &str) -> Result<Box<dyn Guard>, Diagnostic> {
        let (writer, staging) = self.writer(folder)?;
        let lock = writer.lock(&self.local(folder), LOCK_TIMEOUT)?;
        writer.remove_staging(&staging)?;
        Ok(Box::new(ProjectLock { _lock: lock }))
    }

    fn keeps_index(&self) -> bool {
        true
    }

    fn replace(&self, path: &str, bytes: &[u8]) -> Result<(), Diagnostic> {
        let (writer, staging) = self.writer(project(path))?;
        writer.ensure_folder(&staging)?;
        writer.replace(&staging, &self.local(path), bytes)
    }
}

/// The project of a path; empty for files beside projects.
fn project(path: &str) -> &str {
    path.split_once('/').map_or("", |(project, _)| project)
}

/// The lock of a project, until it is dropped.
struct ProjectLock {
    _lock: File,
}

impl Guard for ProjectLock {}

/// The entries of a folder without hidden ones and without names that are not UTF-8; none where there is
/// no such folder.
fn list_visible(folder: &Path) -> Result<Vec<(fs::DirEntry, String)>, Diagnostic> {
    let entries = match fs::read_dir(folder) {
        Ok(entries) => entries,
        Err(error) if is_missing(&error) => return Ok(Vec::new()),
        Err(error) => return Err(read_refused(folder, &error)),
    };
    let mut found = Vec::new();
    for entry in entries {
        let entry = entry.map_err(|error| read_refused(folder, &error))?;
        if let Some(name) = entry.file_name().to_str().filter(|name| !name.starts_with('.')) {
            let name = name.to_owned();
            found.push((entry, name));
        }
    }
    Ok(found)
}
