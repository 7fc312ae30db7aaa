//! Writing so that a kill or a power cut leaves nothing half-written: prepared where nobody looks,
//! flushed, moved into place under a name that was free. Trail and store write through this.

use std::fs::{self, File, Metadata, TryLockError};
use std::io::{self, ErrorKind, Write as _};
use std::path::Path;
use std::time::{Duration, Instant};

use crate::domain::{Code, Diagnostic};

/// What writes into a folder, and how it speaks of failures.
#[derive(Clone, Debug)]
pub(super) struct Hand {
    code: Code,
    /// The flag that names another folder.
    flag: &'static str,
    owner: Option<Metadata>,
}

impl Hand {
    /// Writes below `root`, which is made where it is missing. Whatever is made belongs to the owner of
    /// the folder that was there before.
    pub(super) fn at(root: &Path, code: Code, flag: &'static str) -> Result<Self, Diagnostic> {
        let missing: Vec<&Path> = root.ancestors().take_while(|folder| !is_there(folder)).collect();
        let around = root.ancestors().find(|folder| is_there(folder)).unwrap_or(root);
        let around = if around.as_os_str().is_empty() { Path::new(".") } else { around };
        let hand = Self { code, flag, owner: fs::metadata(around).ok() };
        fs::create_dir_all(root).map_err(|error| hand.not_written(root, "created", &error))?;
        missing.into_iter().for_each(|folder| hand.adopt(folder));
        Ok(hand)
    }

    /// Makes a folder unless it is there. A link to a folder is not one: through it anything could be
    /// written anywhere.
    pub(super) fn folder(&self, path: &Path) -> Result<(), Diagnostic> {
        match fs::create_dir(path) {
            Ok(()) => self.adopt(path),
            Err(error) if error.kind() == ErrorKind::AlreadyExists => {}
            Err(error) => return Err(self.not_written(path, "created", &error)),
        }
        match fs::symlink_metadata(path) {
            Ok(found) if found.is_dir() => Ok(()),
            Ok(_) => Err(self.in_the_way(path)),
            Err(error) => Err(self.not_written(path, "looked at", &error)),
        }
    }

    /// A new file, flushed, at a place where nobody looks.
    pub(super) fn put(&self, path: &Path, bytes: &[u8]) -> Result<(), Diagnostic> {
        let write = || {
            let mut file = File::create_new(path)?;
            file.write_all(bytes)?;
            file.sync_all()
        };
        write().map_err(|error| self.not_written(path, "written", &error))?;
        self.adopt(path);
        Ok(())
    }

    /// A file that appears whole under a name that was free; `false` where it is taken.
    pub(super) fn create(&self, staging: &Path, target: &Path, bytes: &[u8]) -> Result<bool, Diagnostic> {
        let staged = self.staged(staging, target, bytes)?;
        match staged.persist_noclobber(target) {
            Ok(_) => self.flush(target.parent().unwrap_or(staging)).map(|()| true),
            Err(error) if error.error.kind() == ErrorKind::AlreadyExists => Ok(false),
            Err(error) => Err(self.not_written(target, "created", &error.error)),
        }
    }

    /// A file that takes the place of the one before it: readers see the old one or the new one.
    pub(super) fn replace(&self, staging: &Path, target: &Path, bytes: &[u8]) -> Result<(), Diagnostic> {
        let staged = self.staged(staging, target, bytes)?;
        staged.persist(target).map_err(|error| self.not_written(target, "replaced", &error.error))?;
        self.flush(target.parent().unwrap_or(staging))
    }

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
        let staged = write().map_err(|error: io::Error| self.not_written(target, "written", &error))?;
        self.adopt(staged.path());
        Ok(staged)
    }

    /// Removes what a killed writer prepared. To be called under the lock.
    pub(super) fn sweep(&self, staging: &Path) -> Result<(), Diagnostic> {
        match fs::symlink_metadata(staging) {
            Err(error) if error.kind() == ErrorKind::NotFound => Ok(()),
            // `remove_dir_all` follows no links, below the folder or in its place.
            Ok(found) if found.is_dir() => {
                fs::remove_dir_all(staging).map_err(|error| self.not_written(staging, "swept", &error))
            }
            Ok(_) => Err(self.in_the_way(staging)),
            Err(error) => Err(self.not_written(staging, "looked at", &error)),
        }
    }

    /// Makes new names in a folder survive a power cut.
    pub(super) fn flush(&self, path: &Path) -> Result<(), Diagnostic> {
        match File::open(path).and_then(|folder| folder.sync_all()) {
            Ok(()) => Ok(()),
            // Some file systems know no such thing and need none.
            Err(error) if matches!(error.kind(), ErrorKind::InvalidInput | ErrorKind::Unsupported) => Ok(()),
            Err(error) => Err(self.not_written(path, "flushed to disk", &error)),
        }
    }

    /// Keeps other writers of a folder out until the handle is dropped, or the process dies.
    pub(super) fn lock(&self, folder: &Path, patience: Duration) -> Result<File, Diagnostic> {
        let failed = |what: String| self.code.at(folder.display().to_string()).what(what);
        let handle = File::open(folder).map_err(|error| self.not_written(folder, "opened", &error))?;
        let deadline = Instant::now() + patience;
        let mut pause = Duration::from_millis(1);
        loop {
            match handle.try_lock() {
                Ok(()) => return Ok(handle),
                Err(TryLockError::WouldBlock) if Instant::now() < deadline => std::thread::sleep(pause),
                Err(TryLockError::WouldBlock) => {
                    return Err(failed(format!(
                        "has been locked by another process for {} s",
                        patience.as_secs()
                    ))
                    .next("see which evalsig hangs, end it and run again"));
                }
                Err(TryLockError::Error(error)) if error.kind() == ErrorKind::Interrupted => {}
                Err(TryLockError::Error(error)) => {
                    return Err(failed(format!("cannot be locked: {error}"))
                        .next("keep it on a local disk, not on a network share"));
                }
            }
            pause = (pause * 2).min(Duration::from_millis(20));
        }
    }

    /// In a container evalsig is root and the folder is the runner's: what is written there should
    /// be too, or later steps cannot clean up. Best effort.
    #[cfg(unix)]
    pub(super) fn adopt(&self, path: &Path) {
        use std::os::unix::fs::{MetadataExt as _, lchown};

        let (Some(owner), Ok(found)) = (&self.owner, fs::symlink_metadata(path)) else { return };
        if found.uid() == 0 && owner.uid() != 0 {
            let _ = lchown(path, Some(owner.uid()), Some(owner.gid()));
        }
    }

    #[cfg(not(unix))]
    pub(super) fn adopt(&self, _path: &Path) {
        let _ = &self.owner;
    }

    /// Something stands where a folder should.
    pub(super) fn in_the_way(&self, path: &Path) -> Diagnostic {
        self.code
            .at(path.display().to_string())
            .what("is a file or a symbolic link, expected a folder")
            .next(format!("move it away, or give another {}", self.flag))
    }

    /// Where, what and what next, for an error of the operating system.
    pub(super) fn not_written(&self, path: &Path, what: &str, error: &io::Error) -> Diagnostic {
        let flag = self.flag;
        let next = match error.kind() {
            ErrorKind::PermissionDenied | ErrorKind::ReadOnlyFilesystem => {
                format!("make the folder writable for this user, or give another {flag}")
            }
            ErrorKind::StorageFull | ErrorKind::QuotaExceeded | ErrorKind::FileTooLarge => {
                "free some space and run again; nothing was half-written".into()
            }
            ErrorKind::NotADirectory | ErrorKind::AlreadyExists | ErrorKind::IsADirectory => {
                format!("move the file away, or give another {flag}")
            }
            _ => "nothing was half-written: run again once the cause is gone".into(),
        };
        self.code.at(path.display().to_string()).what(format!("cannot be {what}: {error}")).next(next)
    }
}

/// The current folder, which has an empty name, always is.
fn is_there(folder: &Path) -> bool {
    folder.as_os_str().is_empty() || folder.exists()
}

/// Temporary files are private by default; these are about to be public.
#[cfg(unix)]
fn set_mode(builder: &mut tempfile::Builder<'_, '_>) {
    use std::os::unix::fs::PermissionsExt as _;

    builder.permissions(fs::Permissions::from_mode(0o666));
}

#[cfg(not(unix))]
fn set_mode(_builder: &mut tempfile::Builder<'_, '_>) {}
