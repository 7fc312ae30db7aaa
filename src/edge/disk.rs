//! Run files on disk as readers use them: bytes from any position, and the folder around them.

use std::fs::{File, Metadata};
use std::io::{self, Cursor, Read, Seek, SeekFrom};
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use super::door::{Door, Opened};
use super::errors::files::{
    is_a_folder, keeps_secrets, not_a_file_name, not_a_run_file, path_not_found, unreadable,
    workspace_not_opened,
};
use super::stores::Stores;
use super::trail_dir::TrailDirs;
use crate::domain::Diagnostic;
use crate::readers::{FileOrFolder, Folder, InMemory, Source, Stream, is_secret};

/// Bytes that are kept in memory; more go to a temporary file without a name.
const MAX_IN_MEMORY: u64 = 64 << 20;
/// Most entries of a folder that contains a run.
const MAX_NAMES: usize = 100_000;

/// The file system: all of it, or one folder of it. A workflow names what the action reads and writes, but the author
/// of a pull request may have put links and pipes there.
#[derive(Clone, Debug, Default)]
pub struct Disk {
    pub(super) door: Door,
}

impl Disk {
    /// The files below a folder: nothing outside it is read or written, whatever a path says. Relative paths begin
    /// there.
    ///
    /// # Errors
    /// `file-unreadable` where it cannot be opened.
    pub fn within(root: &Path) -> Result<Self, Diagnostic> {
        let door = Door::within(root).map_err(|error| workspace_not_opened(root, &error))?;
        Ok(Self { door })
    }

    /// The trails in folders that can be reached.
    #[must_use]
    pub fn trails(&self) -> TrailDirs {
        TrailDirs { door: self.door.clone() }
    }

    /// The stores in folders that can be reached, and buckets.
    #[must_use]
    pub fn stores(&self) -> Stores {
        Stores { door: self.door.clone() }
    }

    /// Opens a file or folder by its path.
    pub(super) fn open_path(&self, path: &str) -> Result<FileOrFolder, Diagnostic> {
        let failed = |error: io::Error| unreadable(path, &error.to_string());
        let source = match self.door.open(Path::new(path)).map_err(|error| path_not_found(path, &error))? {
            Opened::Folder => {
                return Ok(FileOrFolder::Folder(Box::new(DiskFolder::new(Path::new(path), self))));
            }
            Opened::Other => return Err(not_a_run_file(path)),
            Opened::Pipe(pipe) => spool(pipe, path),
            // By its own name, not that of a link to it: what a pull request calls a run may be the keys of the job.
            Opened::File(file) if self.door.is_confined() && is_secret(&self.door.own_path(&file, path)) => {
                return Err(keeps_secrets(path));
            }
            Opened::File(file) => DiskFile::with_folder(file, path, self).map(|file| Box::new(file) as _),
        };
        source.map(FileOrFolder::File).map_err(failed)
    }
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

/// Size and time of the last change: what differs after most changes of the file. That the judged bytes are the
/// hashed ones never rests on it.
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
        Box::new(FilePosition { file: &self.file, position: 0 })
    }

    fn private_copy(&self, bytes: &mut dyn Read) -> io::Result<Box<dyn Stream>> {
        Ok(match keep(bytes)? {
            Copied::InMemory(bytes) => Box::new(Cursor::new(bytes)),
            Copied::InFile(mut file) => {
                file.seek(SeekFrom::Start(0))?;
                Box::new(file)
            }
        })
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
struct FilePosition<'f> {
    file: &'f File,
    position: u64,
}

impl Read for FilePosition<'_> {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        let mut file = self.file;
        file.seek(SeekFrom::Start(self.position))?;
        let read = file.read(into)?;
        self.position += read as u64;
        Ok(read)
    }
}

impl Seek for FilePosition<'_> {
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
        let shown = if self.shown.is_empty() { "." } else { &self.shown };
        self.disk.door.names(&self.path, MAX_NAMES).map_err(|error| path_not_found(shown, &error))
    }

    fn folder(&self, name: &str) -> Option<Box<dyn Folder>> {
        let path = self.path.join(name);
        let one = Path::new(name).file_name() == Some(name.as_ref());
        // What is no folder is a file, which is opened where it is read.
        let _folder = self.disk.door.folder(&path).ok().filter(|_| one)?;
        Some(Box::new(Self::new(&path, &self.disk)))
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

/// Bytes that nobody else can change.
enum Copied {
    InMemory(Vec<u8>),
    /// In a temporary file without a name.
    InFile(File),
}

/// Copies a stream to where nobody else can change it.
fn keep(from: &mut dyn Read) -> io::Result<Copied> {
    let mut bytes = Vec::new();
    from.take(MAX_IN_MEMORY).read_to_end(&mut bytes)?;
    if (bytes.len() as u64) < MAX_IN_MEMORY {
        return Ok(Copied::InMemory(bytes));
    }
    let mut file = tempfile::tempfile()?;
    io::Write::write_all(&mut file, &bytes)?;
    drop(bytes);
    io::copy(from, &mut file)?;
    Ok(Copied::InFile(file))
}

/// The bytes of a stream that cannot be read twice, such as standard input.
pub(super) fn spool(mut from: impl Read, path: &str) -> io::Result<Box<dyn Source>> {
    Ok(match keep(&mut from)? {
        Copied::InMemory(bytes) => Box::new(InMemory { path: path.to_owned(), bytes }),
        Copied::InFile(file) => Box::new(DiskFile::new(file, path)?),
    })
}
