//! Run files on disk as readers use them: bytes from any position, and the folder around them.

use std::fs::{self, File, Metadata};
use std::io::{self, Read, Seek, SeekFrom};
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use super::errors::files::{
    is_a_folder, keeps_secrets, not_a_file_name, not_a_run_file, outside_workspace, path_not_found,
    unreadable,
};
use crate::domain::Diagnostic;
use crate::readers::{FileOrFolder, Folder, InMemory, Source, Stream, is_secret};

/// Bytes of a pipe that are kept in memory; more goes to a temporary file without a name.
const MAX_IN_MEMORY: u64 = 64 << 20;
/// Most entries of a folder that contains a run.
const MAX_NAMES: usize = 100_000;

/// The file system. With a root, only files are read whose path without symbolic links lies below it:
/// a workflow names what the action reads, but the author of a pull request may have put it there.
#[derive(Clone, Debug, Default)]
pub struct Disk {
    /// The folder around all files that may be read, if any.
    pub root: Option<PathBuf>,
}

impl Disk {
    /// The path without symbolic links, where there is a root. Without one the path stays as it is: a
    /// pipe from a shell (`<(...)`) has no such path.
    fn resolve(&self, path: &str) -> Result<PathBuf, Diagnostic> {
        let Some(root) = &self.root else { return Ok(path.into()) };
        let real = fs::canonicalize(path).map_err(|error| path_not_found(path, &error))?;
        let root =
            fs::canonicalize(root).map_err(|error| unreadable(path, &format!("workspace: {error}")))?;
        let Ok(below) = real.strip_prefix(&root) else { return Err(outside_workspace(path)) };
        // By its own name, not that of a link to it: what a pull request calls a run may be the keys of the job.
        if is_secret(&below.to_string_lossy()) {
            return Err(keeps_secrets(path));
        }
        Ok(real)
    }

    /// Opens a file or folder by its path.
    pub(super) fn open_path(&self, path: &str) -> Result<FileOrFolder, Diagnostic> {
        let real = self.resolve(path)?;
        let failed = |error: std::io::Error| unreadable(path, &error.to_string());
        let kind = fs::metadata(&real).map_err(|error| path_not_found(path, &error))?;
        if kind.is_dir() {
            return Ok(FileOrFolder::Folder(Box::new(DiskFolder::new(Path::new(path), self))));
        }
        let spooled = self.root.is_none() && is_pipe(&kind);
        if !kind.is_file() && !spooled {
            return Err(not_a_run_file(path));
        }
        let file = fs::File::open(&real).map_err(failed)?;
        let source = if spooled {
            spool(file, path)
        } else {
            DiskFile::with_folder(file, path, self).map(|file| Box::new(file) as _)
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
    /// When it was opened.
    opened: FileState,
    /// The folder in the path that the user named; of a symbolic link its own, because tools that link
    /// into a store keep the other files there.
    folder: Option<DiskFolder>,
}

/// Size and time of the last change: what differs after a change of the file.
#[derive(PartialEq, Eq)]
struct FileState {
    size: u64,
    modified: Option<SystemTime>,
}

impl FileState {
    fn of(metadata: &Metadata) -> Self {
        Self { size: metadata.len(), modified: metadata.modified().ok() }
    }
}

impl DiskFile {
    /// A file that was opened by its path.
    fn with_folder(file: File, path: &str, disk: &Disk) -> io::Result<Self> {
        let folder = Path::new(path).parent().map(|folder| DiskFolder::new(folder, disk));
        Ok(Self { folder, ..Self::new(file, path)? })
    }

    fn new(file: File, path: &str) -> io::Result<Self> {
        let opened = FileState::of(&file.metadata()?);
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
        Box::new(Cursor { file: &self.file, position: 0 })
    }

    fn is_unchanged(&self) -> bool {
        // The handle stays with the file, even if its path names another file now.
        self.file.metadata().is_ok_and(|now| FileState::of(&now) == self.opened)
    }

    fn folder(&self) -> Option<&dyn Folder> {
        self.folder.as_ref().map(|folder| folder as &dyn Folder)
    }
}

/// A position in a file with several readers, which would share the position of the handle.
struct Cursor<'f> {
    file: &'f File,
    position: u64,
}

impl Read for Cursor<'_> {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        let mut file = self.file;
        file.seek(SeekFrom::Start(self.position))?;
        let read = file.read(into)?;
        self.position += read as u64;
        Ok(read)
    }
}

impl Seek for Cursor<'_> {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        let mut file = self.file;
        if let SeekFrom::Current(_) = to {
            file.seek(SeekFrom::Start(self.position))?;
        }
        self.position = file.seek(to)?;
        Ok(self.position)
    }

    fn stream_position(&mut self) -> io::Result<u64> {
        Ok(self.position)
    }
}

/// A folder, whose files are opened under the rules of the [`Disk`].
struct DiskFolder {
    path: PathBuf,
    shown: String,
    disk: Disk,
}

impl DiskFolder {
    fn new(path: &Path, disk: &Disk) -> Self {
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
                // No tool gives a run a name that is not UTF-8.
                names.extend(entry?.file_name().into_string());
                if names.len() > MAX_NAMES {
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
        // One name without a folder: the content of a file must not lead out of its folder.
        if Path::new(name).file_name() != Some(name.as_ref()) {
            return Err(not_a_file_name(&shown));
        }
        match self.disk.open_path(&shown)? {
            FileOrFolder::File(source) => Ok(source),
            FileOrFolder::Folder(_) => Err(is_a_folder(&shown)),
        }
    }
}

/// The bytes of a stream that cannot be read twice, such as standard input.
pub(super) fn spool(mut from: impl Read, path: &str) -> io::Result<Box<dyn Source>> {
    let mut bytes = Vec::new();
    (&mut from).take(MAX_IN_MEMORY).read_to_end(&mut bytes)?;
    if (bytes.len() as u64) < MAX_IN_MEMORY {
        return Ok(Box::new(InMemory { path: path.to_owned(), bytes }));
    }
    let mut file = tempfile::tempfile()?;
    io::Write::write_all(&mut file, &bytes)?;
    io::copy(&mut from, &mut file)?;
    Ok(Box::new(DiskFile::new(file, path)?))
}
