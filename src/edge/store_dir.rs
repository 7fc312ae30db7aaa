//! A run store in a directory.
//!
//! Writers of one project take the lock of its folder in turn; the kernel releases it when a process
//! dies. A file is written to `.staging`, flushed, and moved to a name that was free. Reading takes no
//! lock: files never change once they exist, and the index is replaced in one step.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{self, ErrorKind, Read as _, Seek as _, SeekFrom};
use std::path::PathBuf;
use std::time::Duration;

use super::descent::descend;
use super::door::Door;
use super::durable_write::DurableWriter;
use super::errors::files::{not_a_regular_file, read_refused};
use super::open_folder::{Listed, OpenFolder, is_missing, split};
use super::root_folder::RootFolder;
use crate::domain::{Code, Diagnostic};
use crate::store::{Created, Fetched, Guard, ObjectStore, ObjectVersion};

/// Longest wait for the lock. A writer holds it for some flushes to disk and the index.
const LOCK_TIMEOUT: Duration = Duration::from_secs(120);
/// The staging folder in the folder of a project.
const STAGING: &str = ".staging";

/// The store in one directory, which need not exist yet.
#[derive(Clone, Debug)]
pub struct StoreDir {
    root: RootFolder,
}

impl StoreDir {
    /// The store in `root`, anywhere on this machine.
    #[must_use]
    pub fn at(root: impl Into<PathBuf>) -> Self {
        Self::through(&Door::default(), root.into())
    }

    /// The store in `root`, where a door leads there.
    pub(super) fn through(door: &Door, root: PathBuf) -> Self {
        Self { root: RootFolder::new(door, root) }
    }

    fn local(&self, path: &str) -> PathBuf {
        self.root.local(path)
    }

    /// A folder of the store; `None` where there is none.
    fn folder(&self, path: &str) -> Result<Option<OpenFolder>, Diagnostic> {
        let Some(root) = self.root.open()? else { return Ok(None) };
        root.below(path).map_err(|error| read_refused(&self.local(path), &error))
    }

    /// The writer, and the directory that it writes into.
    fn writer(&self) -> Result<(DurableWriter, &OpenFolder), Diagnostic> {
        let (code, flag) = (Code::StoreNotWritten, "--store");
        if let Some(open) = self.root.if_open() {
            return Ok((DurableWriter::of(open, code, flag), open));
        }
        let (writer, folder) = DurableWriter::at(self.root.door(), self.root.path(), code, flag)?;
        Ok((writer, self.root.opened(folder)))
    }

    /// Opens a regular file. A link could lead anywhere, a pipe could block.
    fn open(&self, path: &str) -> Result<Option<File>, Diagnostic> {
        let Some(root) = self.root.open()? else { return Ok(None) };
        root.file(path).map_err(|error| {
            let local = self.local(path);
            match error.kind() {
                ErrorKind::InvalidInput => not_a_regular_file(&local.display().to_string()),
                _ => read_refused(&local, &error),
            }
        })
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
        let Some(open) = self.folder(folder)? else { return Ok(Vec::new()) };
        let mut objects = Vec::new();
        descend(open, folder, |entry, path| {
            if is_visible(entry) && entry.kind.is_file() {
                objects.push(path.to_owned());
            }
            is_visible(entry)
        })?;
        objects.sort_unstable();
        Ok(objects)
    }

    fn folders(&self, folder: &str) -> Result<Vec<String>, Diagnostic> {
        let Some(open) = self.folder(folder)? else { return Ok(Vec::new()) };
        let folders = visible(&open)?.filter(|entry| entry.kind.is_dir());
        let mut names: Vec<String> = folders.map(|entry| entry.name).collect();
        names.sort_unstable();
        Ok(names)
    }

    fn named(&self, folder: &str, names: &[String]) -> Result<Vec<String>, Diagnostic> {
        let mut found = Vec::new();
        for name in names {
            let path = format!("{folder}/{name}");
            if self.size(&path)?.is_some() {
                found.push(path);
            }
        }
        found.sort_unstable();
        Ok(found)
    }

    fn beginning(&self, folder: &str, prefixes: &[String]) -> Result<Vec<String>, Diagnostic> {
        let begins = |name: &str| prefixes.iter().any(|prefix| name.starts_with(prefix.as_str()));
        let Some(open) = self.folder(folder)? else { return Ok(Vec::new()) };
        let files = visible(&open)?.filter(|entry| entry.kind.is_file() && begins(&entry.name));
        let mut paths: Vec<String> = files.map(|entry| format!("{folder}/{}", entry.name)).collect();
        paths.sort_unstable();
        Ok(paths)
    }

    fn size(&self, path: &str) -> Result<Option<u64>, Diagnostic> {
        let (folders, name) = split(path);
        let Some(folder) = self.folder(folders)? else { return Ok(None) };
        match folder.dir().symlink_metadata(name) {
            Ok(found) => Ok(found.is_file().then_some(found.len())),
            Err(error) if is_missing(&error) => Ok(None),
            Err(error) => Err(read_refused(&self.local(path), &error)),
        }
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
        let (writer, root) = self.writer()?;
        let staging = writer.ensure_below(root, &staging(path))?;
        let (folders, name) = split(path);
        let folder = writer.ensure_below(root, folders)?;
        match writer.create(&staging, (&folder, name), bytes)? {
            true => Ok(Created::New(ObjectVersion::default())),
            false => Ok(Created::Exists),
        }
    }

    fn create_copies(&self, paths: &[String], bytes: &[u8]) -> Result<Vec<Created>, Diagnostic> {
        let (writer, root) = self.writer()?;
        let mut created = Vec::with_capacity(paths.len());
        let mut first: Option<(OpenFolder, &str)> = None;
        let mut folders = BTreeMap::new();
        for path in paths {
            if self.size(path)?.is_some() {
                created.push(Created::Exists);
                continue;
            }
            let (above, name) = split(path);
            let folder = writer.ensure_below(root, above)?;
            // The envelope of a thousand tasks lies beside each of them: its bytes are kept once.
            let linked = first.as_ref().and_then(|(from, first)| writer.link((from, first), (&folder, name)));
            match linked {
                Some(true) => {
                    created.push(Created::New(ObjectVersion::default()));
                    folders.insert(above, folder);
                }
                Some(false) => created.push(Created::Exists),
                None => {
                    let outcome = self.create(path, bytes)?;
                    if first.is_none() && outcome != Created::Exists {
                        first = Some((folder, name));
                    }
                    created.push(outcome);
                }
            }
        }
        for folder in folders.values() {
            writer.sync_folder(folder)?;
        }
        Ok(created)
    }

    fn lock(&self, folder: &str) -> Result<Box<dyn Guard>, Diagnostic> {
        let (writer, root) = self.writer()?;
        let folder = writer.ensure_below(root, folder)?;
        let lock = writer.lock(&folder, LOCK_TIMEOUT)?;
        writer.remove_staging(&folder, STAGING)?;
        Ok(Box::new(ProjectLock { _lock: lock }))
    }

    fn keeps_index(&self) -> bool {
        true
    }

    fn replace(&self, path: &str, bytes: &[u8]) -> Result<(), Diagnostic> {
        let (writer, root) = self.writer()?;
        let staging = writer.ensure_below(root, &staging(path))?;
        let (folders, name) = split(path);
        let folder = writer.ensure_below(root, folders)?;
        writer.replace(&staging, (&folder, name), bytes)
    }

    fn append(&self, path: &str, line: &[u8]) -> Result<(), Diagnostic> {
        let (writer, root) = self.writer()?;
        let (folders, name) = split(path);
        writer.append_line(&writer.ensure_below(root, folders)?, name, line)
    }
}

/// The staging folder of the project of a path, or of the store for files beside projects. It is created and removed
/// under the lock only.
fn staging(path: &str) -> String {
    path.split_once('/').map_or_else(|| STAGING.to_owned(), |(project, _)| format!("{project}/{STAGING}"))
}

/// The lock of a project, until it is dropped.
struct ProjectLock {
    _lock: File,
}

impl Guard for ProjectLock {}

/// What lies in a folder, without what is hidden and without names that are not UTF-8.
fn visible(folder: &OpenFolder) -> Result<impl Iterator<Item = Listed>, Diagnostic> {
    let entries = folder.entries().map_err(|error| read_refused(folder.shown(), &error))?;
    Ok(entries.into_iter().filter(is_visible))
}

fn is_visible(entry: &Listed) -> bool {
    entry.is_utf8 && !entry.name.starts_with('.')
}
