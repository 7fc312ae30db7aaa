//! Writes that a kill or a power cut cannot leave incomplete: the bytes go to a file under a name that nobody uses,
//! are flushed, and are moved into place in one step. Trails, stores, exports and output files use it.

use std::fs::{File, Metadata, TryLockError};
use std::io::{self, ErrorKind, Read as _, Seek as _, SeekFrom, Write as _};
use std::path::Path;
use std::time::{Duration, Instant};

use cap_fs_ext::{FollowSymlinks, OpenOptionsFollowExt as _};
use cap_std::fs::OpenOptions;

use super::door::Door;
use super::errors::files;
use super::open_folder::OpenFolder;
use super::staged_file::{StagedFile, create_new};
use crate::domain::{Code, Diagnostic};

/// Writes into one folder, and says in its errors which folder it is.
#[derive(Clone, Debug)]
pub(super) struct DurableWriter {
    code: Code,
    /// The flag by which the user names another folder.
    flag: &'static str,
    /// Of the folder that was there before; new files get the same owner.
    owner: Option<Metadata>,
}

impl DurableWriter {
    /// Opens `root`, which is created where it is missing, and writes below it. New files and folders get the owner
    /// of the folder that was there before.
    pub(super) fn at(
        door: &Door,
        root: &Path,
        code: Code,
        flag: &'static str,
    ) -> Result<(Self, OpenFolder), Diagnostic> {
        let mut writer = Self { code, flag, owner: None };
        let refused = |error: &io::Error| files::write_refused(code, root, "opened", flag, error);
        let mut missing = Vec::new();
        let mut folder = root;
        let mut open = loop {
            match door.folder(folder) {
                Ok(open) => break open,
                Err(error) if error.kind() == ErrorKind::NotFound => {}
                Err(error) => return Err(refused(&error)),
            }
            // A path that ends in `..` or in nothing has no folder around it that could be created.
            let Some(name) = folder.file_name().and_then(|name| name.to_str()) else {
                return Err(refused(&ErrorKind::NotFound.into()));
            };
            missing.push(name);
            folder = folder.parent().unwrap_or(Path::new(""));
        };
        writer.owner = open.handle().and_then(|handle| handle.metadata()).ok();
        // From the top down: a new folder survives a power cut once the folder that names it is flushed.
        for name in missing.into_iter().rev() {
            let below = writer.ensure_folder(&open, name)?;
            writer.sync_folder(&open)?;
            open = below;
        }
        Ok((writer, open))
    }

    /// The writer for a folder that is open.
    pub(super) fn of(folder: &OpenFolder, code: Code, flag: &'static str) -> Self {
        Self { code, flag, owner: folder.handle().and_then(|handle| handle.metadata()).ok() }
    }

    /// Opens a folder, which is created unless it exists. A symbolic link is refused: it could lead the writes
    /// anywhere.
    pub(super) fn ensure_folder(&self, parent: &OpenFolder, name: &str) -> Result<OpenFolder, Diagnostic> {
        let path = parent.path_of(name);
        let is_new = match parent.dir().create_dir(name) {
            Ok(()) => true,
            Err(error) if error.kind() == ErrorKind::AlreadyExists => false,
            Err(error) => return Err(self.write_refused(&path, "created", &error)),
        };
        match parent.folder(name) {
            Ok(Some(folder)) => {
                if is_new && let Ok(handle) = folder.handle() {
                    self.match_owner(&handle);
                }
                Ok(folder)
            }
            Ok(None) => Err(self.write_refused(&path, "opened", &ErrorKind::NotFound.into())),
            Err(error) if error.kind() == ErrorKind::NotADirectory => Err(self.not_a_folder(&path)),
            Err(error) => Err(self.write_refused(&path, "opened", &error)),
        }
    }

    /// Opens the folder at a path with forward slashes below `root`, created and flushed part by part.
    pub(super) fn ensure_below(&self, root: &OpenFolder, path: &str) -> Result<OpenFolder, Diagnostic> {
        let refused = |error: io::Error| self.write_refused(root.shown(), "opened", &error);
        let mut folder = root.again().map_err(refused)?;
        for name in path.split('/').filter(|name| !name.is_empty()) {
            let is_new = matches!(folder.kind(name), Ok(None));
            let next = self.ensure_folder(&folder, name)?;
            if is_new {
                self.sync_folder(&folder)?;
            }
            folder = next;
        }
        Ok(folder)
    }

    /// Creates a file in a staging folder and flushes it.
    pub(super) fn write_new(&self, folder: &OpenFolder, name: &str, bytes: &[u8]) -> Result<(), Diagnostic> {
        let write = || {
            let mut file = create_new(folder, name)?;
            self.match_owner(&file);
            file.write_all(bytes)?;
            file.sync_all()
        };
        write().map_err(|error| self.write_refused(&folder.path_of(name), "written", &error))
    }

    /// Creates a file in one step; `false` where the name is taken.
    pub(super) fn create(
        &self,
        staging: &OpenFolder,
        (folder, name): (&OpenFolder, &str),
        bytes: &[u8],
    ) -> Result<bool, Diagnostic> {
        let staged = self.staged(staging, &folder.path_of(name), bytes)?;
        match staged.move_to_free_name(folder, name) {
            Ok(()) => self.sync_folder(folder).map(|()| true),
            Err(error) if error.kind() == ErrorKind::AlreadyExists => Ok(false),
            Err(error) => Err(self.write_refused(&folder.path_of(name), "created", &error)),
        }
    }

    /// Replaces a file in one step: readers see the old content or the new one.
    pub(super) fn replace(
        &self,
        staging: &OpenFolder,
        (folder, name): (&OpenFolder, &str),
        bytes: &[u8],
    ) -> Result<(), Diagnostic> {
        let staged = self.staged(staging, &folder.path_of(name), bytes)?;
        staged
            .replace(folder, name)
            .map_err(|error| self.write_refused(&folder.path_of(name), "replaced", &error))?;
        self.sync_folder(folder)
    }

    /// Gives a file that was just created another name; `false` where the name is taken, `None` where the file system
    /// has no such thing or no room for one more name. The caller flushes the folder.
    pub(super) fn link(
        &self,
        (from, created): (&OpenFolder, &str),
        (folder, name): (&OpenFolder, &str),
    ) -> Option<bool> {
        match from.dir().hard_link(created, folder.dir(), name) {
            Ok(()) => Some(true),
            Err(error) if error.kind() == ErrorKind::AlreadyExists => Some(false),
            Err(_) => None,
        }
    }

    /// Adds a line to a file and flushes it; a new file gets its name flushed too. What a killed writer left without
    /// an end stays a line of its own.
    pub(super) fn append_line(&self, folder: &OpenFolder, name: &str, line: &[u8]) -> Result<(), Diagnostic> {
        let write = || {
            let is_new = match folder.kind(name)? {
                Some(kind) if kind.is_file() => false,
                Some(_) => return Err(io::Error::other("is no regular file")),
                None => true,
            };
            let mut options = OpenOptions::new();
            options.read(true).append(true).create(true).follow(FollowSymlinks::No);
            let mut file = folder.dir().open_with(name, &options)?.into_std();
            let mut bytes = Vec::with_capacity(line.len() + 2);
            if !is_new && !ends_a_line(&mut file)? {
                bytes.push(b'\n');
            }
            bytes.extend_from_slice(line);
            bytes.push(b'\n');
            // One write: what a kill leaves is the line or nothing.
            file.write_all(&bytes)?;
            file.sync_data()?;
            if is_new {
                self.match_owner(&file);
            }
            Ok(is_new)
        };
        let is_new =
            write().map_err(|error| self.write_refused(&folder.path_of(name), "appended to", &error))?;
        if is_new { self.sync_folder(folder) } else { Ok(()) }
    }

    /// A flushed temporary file in the staging folder, for `target`.
    fn staged<'f>(
        &self,
        staging: &'f OpenFolder,
        target: &Path,
        bytes: &[u8],
    ) -> Result<StagedFile<'f>, Diagnostic> {
        let write = || {
            let mut staged = StagedFile::new(staging)?;
            self.match_owner(&staged.file);
            staged.file.write_all(bytes)?;
            staged.file.sync_all()?;
            Ok(staged)
        };
        write().map_err(|error: io::Error| self.write_refused(target, "written", &error))
    }

    /// Removes a staging folder that a killed writer left. The caller must hold the lock.
    pub(super) fn remove_staging(&self, parent: &OpenFolder, name: &str) -> Result<(), Diagnostic> {
        let path = parent.path_of(name);
        match parent.kind(name) {
            Ok(None) => Ok(()),
            // Removing follows no symbolic links.
            Ok(Some(kind)) if kind.is_dir() => {
                parent.dir().remove_dir_all(name).map_err(|error| self.write_refused(&path, "swept", &error))
            }
            Ok(Some(_)) => Err(self.not_a_folder(&path)),
            Err(error) => Err(self.write_refused(&path, "looked at", &error)),
        }
    }

    /// Flushes the names in a folder to disk, so that they survive a power cut.
    pub(super) fn sync_folder(&self, folder: &OpenFolder) -> Result<(), Diagnostic> {
        match folder.handle().and_then(|handle| handle.sync_all()) {
            Ok(()) => Ok(()),
            // Some file systems have no such operation and need none. A folder that may be written to but not be read
            // cannot be flushed.
            Err(error)
                if matches!(
                    error.kind(),
                    ErrorKind::InvalidInput | ErrorKind::Unsupported | ErrorKind::PermissionDenied
                ) =>
            {
                Ok(())
            }
            Err(error) => Err(self.write_refused(folder.shown(), "flushed to disk", &error)),
        }
    }

    /// Locks a folder for other writers until the handle is dropped or the process ends. A fixed
    /// doubling delay without jitter: the kernel decides who is next.
    pub(super) fn lock(&self, folder: &OpenFolder, timeout: Duration) -> Result<File, Diagnostic> {
        let shown = folder.shown();
        let handle = folder.handle().map_err(|error| self.write_refused(shown, "opened", &error))?;
        let deadline = Instant::now() + timeout;
        let mut delay = Duration::from_millis(1);
        loop {
            match handle.try_lock() {
                Ok(()) => return Ok(handle),
                Err(TryLockError::WouldBlock) if Instant::now() < deadline => std::thread::sleep(delay),
                Err(TryLockError::WouldBlock) => {
                    return Err(files::lock_timed_out(self.code, shown, timeout.as_secs()));
                }
                Err(TryLockError::Error(error)) if error.kind() == ErrorKind::Interrupted => {}
                Err(TryLockError::Error(error)) => {
                    return Err(files::lock_refused(self.code, shown, &error));
                }
            }
            delay = (delay * 2).min(Duration::from_millis(20));
        }
    }

    /// Gives a new file or folder to the owner of the folder. In a container evalsig is root and the folder belongs
    /// to the runner, whose later steps must be able to remove what was written. Best effort.
    #[cfg(unix)]
    pub(super) fn match_owner(&self, new: &File) {
        use std::os::unix::fs::{MetadataExt as _, fchown};

        let (Some(owner), Ok(found)) = (&self.owner, new.metadata()) else { return };
        if found.uid() == 0 && owner.uid() != 0 {
            let _ = fchown(new, Some(owner.uid()), Some(owner.gid()));
        }
    }

    #[cfg(not(unix))]
    pub(super) fn match_owner(&self, _new: &File) {
        let _ = &self.owner;
    }

    /// The error for a file or link where a folder should be.
    pub(super) fn not_a_folder(&self, path: &Path) -> Diagnostic {
        files::not_a_folder(self.code, path, self.flag)
    }

    /// The error for a write that the operating system refuses.
    pub(super) fn write_refused(&self, path: &Path, action: &str, error: &io::Error) -> Diagnostic {
        files::write_refused(self.code, path, action, self.flag, error)
    }
}

/// Whether a file is empty or its last line is ended.
fn ends_a_line(file: &mut File) -> io::Result<bool> {
    if file.metadata()?.len() == 0 {
        return Ok(true);
    }
    let mut last = [0];
    file.seek(SeekFrom::End(-1))?;
    file.read_exact(&mut last)?;
    Ok(last == *b"\n")
}
