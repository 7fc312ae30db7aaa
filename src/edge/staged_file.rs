//! A file that is written under a name that nobody uses, and moved into place in one step.

use std::fs::{File, TryLockError};
use std::io::{self, ErrorKind};

use cap_std::fs::OpenOptions;

use super::entropy::nonce;
use super::open_folder::OpenFolder;

/// How the names of files begin that are not in place yet.
const STAGED: &str = ".evalsig-write-";
/// How often a file in the making is begun anew because another writer swept it away.
const ATTEMPTS: usize = 8;

/// Creates a file that is not there; a link that is there is not followed.
pub(super) fn create_new(folder: &OpenFolder, name: &str) -> io::Result<File> {
    Ok(folder.dir().open_with(name, OpenOptions::new().write(true).create_new(true))?.into_std())
}

/// A file that is not in place yet. It is removed unless it is moved into place.
pub(super) struct StagedFile<'f> {
    folder: &'f OpenFolder,
    name: String,
    /// Its handle.
    pub(super) file: File,
}

impl<'f> StagedFile<'f> {
    /// An empty file under a name that nobody can foresee. It is locked as long as its writer lives: that is how
    /// others know that it is not abandoned.
    pub(super) fn new(folder: &'f OpenFolder) -> io::Result<Self> {
        for _ in 0..ATTEMPTS {
            let name = format!("{STAGED}{}", nonce());
            let file = create_new(folder, &name)?;
            let locked = file.try_lock();
            let staged = Self { folder, name, file };
            match locked {
                // Between its creation and the lock another writer may have swept it away, or be about to.
                Ok(()) if folder.kind(&staged.name)?.is_none() => {}
                Err(TryLockError::WouldBlock) => {}
                // Where there are no locks nothing is swept.
                Ok(()) | Err(TryLockError::Error(_)) => return Ok(staged),
            }
        }
        Err(io::Error::other("other writers remove what this one begins"))
    }

    /// Removes the files that killed writers left in a folder.
    pub(super) fn sweep(folder: &OpenFolder) {
        for entry in folder.entries().into_iter().flatten() {
            if !entry.name.starts_with(STAGED) {
                continue;
            }
            // A writer at work holds the lock. It is kept while the file is removed.
            if let Ok(Some(file)) = folder.file(&entry.name)
                && file.try_lock().is_ok()
            {
                // What cannot be removed now is left to the next writer.
                let _ = folder.dir().remove_file(&entry.name);
            }
        }
    }

    /// Moves it to a name; what had that name is replaced, and a link is not followed.
    pub(super) fn replace(self, folder: &OpenFolder, name: &str) -> io::Result<()> {
        self.folder.dir().rename(&self.name, folder.dir(), name)
    }

    /// Moves it to a name that is free.
    ///
    /// # Errors
    /// `AlreadyExists` where it is not.
    pub(super) fn move_to_free_name(self, folder: &OpenFolder, name: &str) -> io::Result<()> {
        if let Some(renamed) = rename_to_free_name((self.folder, &self.name), (folder, name)) {
            return renamed;
        }
        // The second name is the last step: the first one goes when this is dropped.
        match self.folder.dir().hard_link(&self.name, folder.dir(), name) {
            // Some file systems have no second names. Who comes second there is told by the lock or by this look.
            Err(error) if matches!(error.kind(), ErrorKind::Unsupported | ErrorKind::PermissionDenied) => {
                match folder.kind(name)? {
                    Some(_) => Err(ErrorKind::AlreadyExists.into()),
                    None => self.replace(folder, name),
                }
            }
            linked => linked,
        }
    }
}

/// Renames unless the new name is taken; `None` where the file system, or the system, has no such call.
#[cfg(any(target_os = "linux", target_os = "macos"))]
fn rename_to_free_name(from: (&OpenFolder, &str), to: (&OpenFolder, &str)) -> Option<io::Result<()>> {
    use rustix::fs::{RenameFlags, renameat_with};
    use rustix::io::Errno;

    match renameat_with(from.0.dir(), from.1, to.0.dir(), to.1, RenameFlags::NOREPLACE) {
        Ok(()) => Some(Ok(())),
        Err(Errno::INVAL | Errno::NOSYS | Errno::OPNOTSUPP) => None,
        Err(error) => Some(Err(error.into())),
    }
}

#[cfg(not(any(target_os = "linux", target_os = "macos")))]
fn rename_to_free_name(_: (&OpenFolder, &str), _: (&OpenFolder, &str)) -> Option<io::Result<()>> {
    None
}

impl Drop for StagedFile<'_> {
    fn drop(&mut self) {
        // After a move there is nothing of this name; what cannot be removed is left to the next writer.
        let _ = self.folder.dir().remove_file(&self.name);
    }
}
