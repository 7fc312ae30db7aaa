//! Preparing files where nobody looks, and moving them into place whole.

use std::fs::{self, File, Metadata};
use std::io::{self, ErrorKind, Write as _};
use std::path::{Path, PathBuf};

use crate::domain::{Code, Diagnostic};
use crate::trail::{Addition, NewFile, Outcome, ROOT, STAGING};

/// The place to prepare files in. All methods but [`Stage::open`] are called under the lock.
pub(super) struct Stage {
    root: PathBuf,
    staging: PathBuf,
    owner: Option<Metadata>,
}

impl Stage {
    /// Makes sure that `audit` is a real folder: it is what the lock is taken on.
    pub(super) fn open(root: &Path) -> Result<Self, Diagnostic> {
        fs::create_dir_all(root).map_err(|error| not_written(root, "created", &error))?;
        let audit = root.join(ROOT);
        let this =
            Self { root: root.to_path_buf(), staging: audit.join(STAGING), owner: fs::metadata(root).ok() };
        this.folder(&audit)?;
        Ok(this)
    }

    /// Removes what a killed writer left.
    pub(super) fn sweep(&self) -> Result<(), Diagnostic> {
        match fs::symlink_metadata(&self.staging) {
            Err(error) if error.kind() == ErrorKind::NotFound => Ok(()),
            // `remove_dir_all` follows no links, below the folder or in its place.
            Ok(found) if found.is_dir() => {
                fs::remove_dir_all(&self.staging).map_err(|error| not_written(&self.staging, "swept", &error))
            }
            Ok(_) => Err(in_the_way(&self.staging)),
            Err(error) => Err(not_written(&self.staging, "looked at", &error)),
        }
    }

    /// Writes the addition: files beside the folder first, then the folder, whole.
    pub(super) fn write(&self, addition: &Addition) -> Result<Outcome, Diagnostic> {
        let result = self.stage_and_move(addition);
        // On success an empty folder; after an error whatever was prepared. If it cannot be removed
        // now, the next writer sweeps it, and verify knows it for what it is.
        let _ = fs::remove_dir_all(&self.staging);
        result
    }

    fn stage_and_move(&self, addition: &Addition) -> Result<Outcome, Diagnostic> {
        self.folder(&self.staging)?;
        let within = format!("{}/", addition.folder);
        let prepared = self.staging.join("folder");
        self.folder(&prepared)?;
        let mut beside = Vec::new();
        for file in &addition.files {
            match file.path.strip_prefix(&within) {
                Some(name) => self.put(&prepared.join(name), &file.bytes)?,
                None => beside.push(file),
            }
        }
        flush_folder(&prepared)?;
        for file in beside {
            if self.move_file(file)? == Outcome::Conflict {
                return Ok(Outcome::Conflict);
            }
        }
        self.move_folder(&prepared, &addition.folder)?;
        Ok(Outcome::Done)
    }

    /// One file, create-only.
    fn move_file(&self, file: &NewFile) -> Result<Outcome, Diagnostic> {
        let target = self.local(&file.path);
        let failed = |error: &io::Error| not_written(&target, "created", error);
        let mut staged = tempfile::Builder::new();
        set_mode(&mut staged);
        let mut staged = staged.tempfile_in(&self.staging).map_err(|error| failed(&error))?;
        staged.write_all(&file.bytes).map_err(|error| failed(&error))?;
        staged.as_file().sync_all().map_err(|error| failed(&error))?;
        self.adopt(staged.path());
        match staged.persist_noclobber(&target) {
            Ok(_) => flush_folder(target.parent().unwrap_or(&self.root)).map(|()| Outcome::Done),
            // Somebody who takes no lock: git, an editor.
            Err(error) if error.error.kind() == ErrorKind::AlreadyExists => Ok(Outcome::Conflict),
            Err(error) => Err(failed(&error.error)),
        }
    }

    /// The prepared folder. A rename replaces no folder that holds anything, and no file.
    fn move_folder(&self, prepared: &Path, folder: &str) -> Result<(), Diagnostic> {
        let target = self.local(folder);
        // From the root down to the parent: `audit/<id>` and `audit/<id>/attempts` for an attempt.
        let mut parents = vec![self.root.clone()];
        let names: Vec<&str> = folder.split('/').collect();
        for name in names.split_last().map_or(&[][..], |(_, before)| before) {
            let parent = parents.last().unwrap_or(&self.root).join(name);
            self.folder(&parent)?;
            parents.push(parent);
        }
        if fs::symlink_metadata(&target).is_ok_and(|found| !found.is_dir()) {
            return Err(in_the_way(&target));
        }
        fs::rename(prepared, &target).map_err(|error| match error.kind() {
            ErrorKind::DirectoryNotEmpty | ErrorKind::AlreadyExists => Code::TrailNotWritten
                .at(target.display().to_string())
                .what("holds files that are no envelope and entry")
                .next("move them out of the trail"),
            _ => not_written(&target, "renamed into place", &error),
        })?;
        // The new name, and every folder above it: one that a killed writer made may never have been
        // flushed.
        for parent in parents.iter().rev() {
            flush_folder(parent).map_err(|error| {
                error.next("the entry is in place but may not survive a power cut: run again")
            })?;
        }
        Ok(())
    }

    fn put(&self, path: &Path, bytes: &[u8]) -> Result<(), Diagnostic> {
        let write = || {
            let mut file = File::create_new(path)?;
            file.write_all(bytes)?;
            file.sync_all()
        };
        write().map_err(|error| not_written(path, "written", &error))?;
        self.adopt(path);
        Ok(())
    }

    /// Makes a folder unless it is there. A link to a folder is not one:
    /// through it the trail could be written anywhere.
    fn folder(&self, path: &Path) -> Result<(), Diagnostic> {
        match fs::create_dir(path) {
            Ok(()) => self.adopt(path),
            Err(error) if error.kind() == ErrorKind::AlreadyExists => {}
            Err(error) => return Err(not_written(path, "created", &error)),
        }
        match fs::symlink_metadata(path) {
            Ok(found) if found.is_dir() => Ok(()),
            Ok(_) => Err(in_the_way(path)),
            Err(error) => Err(not_written(path, "looked at", &error)),
        }
    }

    fn local(&self, path: &str) -> PathBuf {
        path.split('/').fold(self.root.clone(), |folder, name| folder.join(name))
    }

    /// In a container evalsig is root and the folder is the runner's: what is written there should
    /// be too, or later steps cannot clean up. Best effort.
    #[cfg(unix)]
    fn adopt(&self, path: &Path) {
        use std::os::unix::fs::{MetadataExt as _, lchown};

        let (Some(owner), Ok(found)) = (&self.owner, fs::symlink_metadata(path)) else { return };
        if found.uid() == 0 && owner.uid() != 0 {
            let _ = lchown(path, Some(owner.uid()), Some(owner.gid()));
        }
    }

    #[cfg(not(unix))]
    fn adopt(&self, _path: &Path) {
        let _ = &self.owner;
    }
}

/// Temporary files are private by default; these are about to be public.
#[cfg(unix)]
fn set_mode(builder: &mut tempfile::Builder<'_, '_>) {
    use std::os::unix::fs::PermissionsExt as _;

    builder.permissions(fs::Permissions::from_mode(0o666));
}

#[cfg(not(unix))]
fn set_mode(_builder: &mut tempfile::Builder<'_, '_>) {}

/// Makes new names in a folder survive a power cut.
fn flush_folder(path: &Path) -> Result<(), Diagnostic> {
    match File::open(path).and_then(|folder| folder.sync_all()) {
        Ok(()) => Ok(()),
        // Some file systems know no such thing and need none.
        Err(error) if matches!(error.kind(), ErrorKind::InvalidInput | ErrorKind::Unsupported) => Ok(()),
        Err(error) => Err(not_written(path, "flushed to disk", &error)),
    }
}

fn in_the_way(path: &Path) -> Diagnostic {
    Code::TrailNotWritten
        .at(path.display().to_string())
        .what("is a file or a symbolic link, expected a folder")
        .next("move it away, or give another --audit-root")
}

/// Where, what and what next, for an error of the operating system.
pub(super) fn not_written(path: &Path, what: &str, error: &io::Error) -> Diagnostic {
    let next = match error.kind() {
        ErrorKind::PermissionDenied | ErrorKind::ReadOnlyFilesystem => {
            "make the folder writable for this user, or give another --audit-root"
        }
        ErrorKind::StorageFull | ErrorKind::QuotaExceeded | ErrorKind::FileTooLarge => {
            "free some space and run again; nothing was half-written"
        }
        ErrorKind::NotADirectory | ErrorKind::AlreadyExists | ErrorKind::IsADirectory => {
            "move the file away, or give another --audit-root"
        }
        _ => "nothing was half-written: run again once the cause is gone",
    };
    Code::TrailNotWritten.at(path.display().to_string()).what(format!("cannot be {what}: {error}")).next(next)
}
