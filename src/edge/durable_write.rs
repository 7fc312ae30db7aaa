//! Writes that a kill or a power cut cannot leave incomplete: the bytes go to a staging folder, are
//! flushed, and are moved into place under a name that was free. Trails, stores and exports use it.

use std::fs::{self, File, Metadata, TryLockError};
use std::io::{self, ErrorKind, Write as _};
use std::path::Path;
use std::time::{Duration, Instant};

use super::errors::files;
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
    /// Writes below `root`, which is created where it is missing. New files and folders get the owner of
    /// the folder that was there before.
    pub(super) fn at(root: &Path, code: Code, flag: &'static str) -> Result<Self, Diagnostic> {
        let missing: Vec<&Path> = root.ancestors().take_while(|folder| !exists(folder)).collect();
        let around = root.ancestors().find(|folder| exists(folder)).unwrap_or(root);
        let around = if around.as_os_str().is_empty() { Path::new(".") } else { around };
        let writer = Self { code, flag, owner: fs::metadata(around).ok() };
        fs::create_dir_all(root).map_err(|error| writer.write_refused(root, "created", &error))?;
        // From the top down: a new folder survives a power cut once the folder that names it is flushed.
        for folder in missing.into_iter().rev() {
            writer.match_owner(folder);
            writer.sync_folder(around_of(folder))?;
        }
        Ok(writer)
    }

    /// Creates a folder unless it exists. A symbolic link is refused: it could lead the writes anywhere.
    pub(super) fn ensure_folder(&self, path: &Path) -> Result<(), Diagnostic> {
        match fs::create_dir(path) {
            Ok(()) => self.match_owner(path),
            Err(error) if error.kind() == ErrorKind::AlreadyExists => {}
            Err(error) => return Err(self.write_refused(path, "created", &error)),
        }
        match fs::symlink_metadata(path) {
            Ok(found) if found.is_dir() => Ok(()),
            Ok(_) => Err(self.not_a_folder(path)),
            Err(error) => Err(self.write_refused(path, "looked at", &error)),
        }
    }

    /// As [`Self::ensure_folder`], and a new folder survives a power cut.
    pub(super) fn ensure_flushed_folder(&self, path: &Path) -> Result<(), Diagnostic> {
        let is_new = fs::symlink_metadata(path).is_err();
        self.ensure_folder(path)?;
        if is_new { self.sync_folder(around_of(path)) } else { Ok(()) }
    }

    /// Creates a file in a staging folder and flushes it.
    pub(super) fn write_new(&self, path: &Path, bytes: &[u8]) -> Result<(), Diagnostic> {
        let write = || {
            let mut file = File::create_new(path)?;
            file.write_all(bytes)?;
            file.sync_all()
        };
        write().map_err(|error| self.write_refused(path, "written", &error))?;
        self.match_owner(path);
        Ok(())
    }

    /// Creates a file in one step; `false` where the name is taken.
    pub(super) fn create(&self, staging: &Path, target: &Path, bytes: &[u8]) -> Result<bool, Diagnostic> {
        let staged = self.staged(staging, target, bytes)?;
        match staged.persist_noclobber(target) {
            Ok(_) => self.sync_folder(target.parent().unwrap_or(staging)).map(|()| true),
            Err(error) if error.error.kind() == ErrorKind::AlreadyExists => Ok(false),
            Err(error) => Err(self.write_refused(target, "created", &error.error)),
        }
    }

    /// Replaces a file in one step: readers see the old content or the new one.
    pub(super) fn replace(&self, staging: &Path, target: &Path, bytes: &[u8]) -> Result<(), Diagnostic> {
        let staged = self.staged(staging, target, bytes)?;
        staged.persist(target).map_err(|error| self.write_refused(target, "replaced", &error.error))?;
        self.sync_folder(target.parent().unwrap_or(staging))
    }

    /// A flushed temporary file in the staging folder, for `target`.
    fn staged(
        &self,
        staging: &Path,
        target: &Path,
        bytes: &[u8],
    ) -> Result<tempfile::NamedTempFile, Diagnostic> {
        let write = || {
            let mut builder = tempfile::Builder::new();
            set_mode(&mut builder);
            let mut staged = builder.tempfile_in(staging)?;
            staged.write_all(bytes)?;
            staged.as_file().sync_all()?;
            Ok(staged)
        };
        let staged = write().map_err(|error: io::Error| self.write_refused(target, "written", &error))?;
        self.match_owner(staged.path());
        Ok(staged)
    }

    /// Removes a staging folder that a killed writer left. The caller must hold the lock.
    pub(super) fn remove_staging(&self, staging: &Path) -> Result<(), Diagnostic> {
        match fs::symlink_metadata(staging) {
            Err(error) if error.kind() == ErrorKind::NotFound => Ok(()),
            // `remove_dir_all` follows no symbolic links.
            Ok(found) if found.is_dir() => {
                fs::remove_dir_all(staging).map_err(|error| self.write_refused(staging, "swept", &error))
            }
            Ok(_) => Err(self.not_a_folder(staging)),
            Err(error) => Err(self.write_refused(staging, "looked at", &error)),
        }
    }

    /// Flushes the names in a folder to disk, so that they survive a power cut.
    pub(super) fn sync_folder(&self, path: &Path) -> Result<(), Diagnostic> {
        match File::open(path).and_then(|folder| folder.sync_all()) {
            Ok(()) => Ok(()),
            // Some file systems have no such operation and need none.
            Err(error) if matches!(error.kind(), ErrorKind::InvalidInput | ErrorKind::Unsupported) => Ok(()),
            Err(error) => Err(self.write_refused(path, "flushed to disk", &error)),
        }
    }

    /// Locks a folder for other writers until the handle is dropped or the process ends. A fixed
    /// doubling delay without jitter: the kernel decides who is next.
    pub(super) fn lock(&self, folder: &Path, timeout: Duration) -> Result<File, Diagnostic> {
        let handle = File::open(folder).map_err(|error| self.write_refused(folder, "opened", &error))?;
        let deadline = Instant::now() + timeout;
        let mut delay = Duration::from_millis(1);
        loop {
            match handle.try_lock() {
                Ok(()) => return Ok(handle),
                Err(TryLockError::WouldBlock) if Instant::now() < deadline => std::thread::sleep(delay),
                Err(TryLockError::WouldBlock) => {
                    return Err(files::lock_timed_out(self.code, folder, timeout.as_secs()));
                }
                Err(TryLockError::Error(error)) if error.kind() == ErrorKind::Interrupted => {}
                Err(TryLockError::Error(error)) => {
                    return Err(files::lock_refused(self.code, folder, &error));
                }
            }
            delay = (delay * 2).min(Duration::from_millis(20));
        }
    }

    /// Gives a new file to the owner of the folder. In a container evalsig is root and the folder belongs
    /// to the runner, whose later steps must be able to remove what was written. Best effort.
    #[cfg(unix)]
    pub(super) fn match_owner(&self, path: &Path) {
        use std::os::unix::fs::{MetadataExt as _, lchown};

        let (Some(owner), Ok(found)) = (&self.owner, fs::symlink_metadata(path)) else { return };
        if found.uid() == 0 && owner.uid() != 0 {
            let _ = lchown(path, Some(owner.uid()), Some(owner.gid()));
        }
    }

    #[cfg(not(unix))]
    pub(super) fn match_owner(&self, _path: &Path) {
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

/// The folder that names a path.
pub(super) fn around_of(path: &Path) -> &Path {
    path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."))
}

/// Whether a folder exists. The empty path is the current folder.
fn exists(folder: &Path) -> bool {
    folder.as_os_str().is_empty() || folder.exists()
}

/// Temporary files are readable by their owner only; these are meant for all users.
#[cfg(unix)]
fn set_mode(builder: &mut tempfile::Builder<'_, '_>) {
    use std::os::unix::fs::PermissionsExt as _;

    builder.permissions(fs::Permissions::from_mode(0o666));
}

#[cfg(not(unix))]
fn set_mode(_builder: &mut tempfile::Builder<'_, '_>) {}
