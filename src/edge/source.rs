//! Run files as readers see them: bytes from any place on, and the folder around them.

use std::fs::{self, File, Metadata};
use std::io::{self, Read, Seek, SeekFrom};
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use crate::domain::{Code, Diagnostic};
use crate::readers::{FileOrFolder, Folder, InMemory, Source, Stream};

/// What is kept in memory of bytes that come once; more goes to a temporary file without a name.
const IN_MEMORY: u64 = 64 << 20;
/// Most entries of a folder that holds a run.
const MOST_NAMES: usize = 100_000;

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
    fn resolve(&self, path: &str) -> Result<PathBuf, Diagnostic> {
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
    pub(super) fn reach(&self, path: &str) -> Result<FileOrFolder, Diagnostic> {
        let real = self.resolve(path)?;
        let failed = |error: std::io::Error| unreadable(path, &error.to_string());
        let kind = fs::metadata(&real).map_err(|error| absent(path, &error))?;
        if kind.is_dir() {
            return Ok(FileOrFolder::Folder(Box::new(DiskFolder::named(Path::new(path), self))));
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
        source.map(FileOrFolder::File).map_err(failed)
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

/// A regular file.
struct DiskFile {
    file: File,
    path: String,
    opened: Stamp,
    /// The folder as it was named: a link's own, where tools that link into a store keep the others.
    folder: Option<DiskFolder>,
}

/// What a change of a file leaves behind.
#[derive(PartialEq, Eq)]
struct Stamp {
    size: u64,
    modified: Option<SystemTime>,
}

impl Stamp {
    fn of(metadata: &Metadata) -> Self {
        Self { size: metadata.len(), modified: metadata.modified().ok() }
    }
}

impl DiskFile {
    /// A file that was opened by its path.
    fn named(file: File, path: &str, disk: &Disk) -> io::Result<Self> {
        let folder = Path::new(path).parent().map(|folder| DiskFolder::named(folder, disk));
        Ok(Self { folder, ..Self::nameless(file, path)? })
    }

    fn nameless(file: File, path: &str) -> io::Result<Self> {
        let opened = Stamp::of(&file.metadata()?);
        Ok(Self { file, path: path.to_owned(), opened, folder: None })
    }
}

impl Source for DiskFile {
    fn path(&self) -> &str {
        &self.path
    }

    fn size(&self) -> u64 {
        self.opened.size
    }

    fn stream(&self) -> Box<dyn Stream + '_> {
        Box::new(Place { file: &self.file, at: 0 })
    }

    fn is_unchanged(&self) -> bool {
        // The handle stays with the file, whatever its path leads to by now.
        self.file.metadata().is_ok_and(|now| Stamp::of(&now) == self.opened)
    }

    fn folder(&self) -> Option<&dyn Folder> {
        self.folder.as_ref().map(|folder| folder as &dyn Folder)
    }
}

/// A place in a file that several read: the handle's own position would be everybody's.
struct Place<'f> {
    file: &'f File,
    at: u64,
}

impl Read for Place<'_> {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        let mut file = self.file;
        file.seek(SeekFrom::Start(self.at))?;
        let read = file.read(into)?;
        self.at += read as u64;
        Ok(read)
    }
}

impl Seek for Place<'_> {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        let mut file = self.file;
        if let SeekFrom::Current(_) = to {
            file.seek(SeekFrom::Start(self.at))?;
        }
        self.at = file.seek(to)?;
        Ok(self.at)
    }

    fn stream_position(&mut self) -> io::Result<u64> {
        Ok(self.at)
    }
}

/// A folder; what lies in it is opened under the rules of the disk.
struct DiskFolder {
    path: PathBuf,
    shown: String,
    disk: Disk,
}

impl DiskFolder {
    fn named(path: &Path, disk: &Disk) -> Self {
        let shown = path.to_string_lossy().into_owned();
        Self { path: path.to_owned(), shown, disk: disk.clone() }
    }
}

impl Folder for DiskFolder {
    fn path(&self) -> &str {
        &self.shown
    }

    fn names(&self) -> Result<Vec<String>, Diagnostic> {
        let path = if self.shown.is_empty() { "." } else { &self.shown };
        let real = self.disk.resolve(path)?;
        let list = || -> io::Result<Vec<String>> {
            let mut names = Vec::new();
            for entry in fs::read_dir(real)? {
                // A name that is no text is none that a tool gives to a run.
                names.extend(entry?.file_name().into_string());
                if names.len() > MOST_NAMES {
                    return Err(io::Error::other("it holds too many files for the folder of a run"));
                }
            }
            names.sort_unstable();
            Ok(names)
        };
        list().map_err(|error| unreadable(path, &error.to_string()))
    }

    fn open(&self, name: &str) -> Result<Box<dyn Source>, Diagnostic> {
        let path = self.path.join(name);
        let shown = path.to_string_lossy();
        // One name and nothing else: what a file says must not lead out of its folder.
        if Path::new(name).file_name() != Some(name.as_ref()) {
            return Err(unreadable(&shown, "is no name of a file"));
        }
        match self.disk.reach(&shown)? {
            FileOrFolder::File(source) => Ok(source),
            FileOrFolder::Folder(_) => Err(unreadable(&shown, "is a folder").next("name one run file")),
        }
    }
}

/// Bytes that come once and have no place to go back to, such as standard input.
pub(super) fn spool(mut from: impl Read, path: &str) -> io::Result<Box<dyn Source>> {
    let mut bytes = Vec::new();
    (&mut from).take(IN_MEMORY).read_to_end(&mut bytes)?;
    if (bytes.len() as u64) < IN_MEMORY {
        return Ok(Box::new(InMemory { path: path.to_owned(), bytes }));
    }
    let mut file = tempfile::tempfile()?;
    io::Write::write_all(&mut file, &bytes)?;
    io::copy(&mut from, &mut file)?;
    Ok(Box::new(DiskFile::nameless(file, path)?))
}

pub(super) fn unreadable(path: &str, what: &str) -> Diagnostic {
    Code::FileUnreadable.at(path).what(format!("cannot be read: {what}"))
}

fn absent(path: &str, error: &std::io::Error) -> Diagnostic {
    unreadable(path, &error.to_string()).next("check the path; it is taken from the current directory")
}
