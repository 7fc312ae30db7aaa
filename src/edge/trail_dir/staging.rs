//! Writes an entry to `audit/.staging` first, then moves it into place in one step.

use std::fs::File;
use std::io::ErrorKind;
use std::path::Path;
use std::time::Duration;

use crate::domain::{Code, Diagnostic};
use crate::edge::door::Door;
use crate::edge::durable_write::DurableWriter;
use crate::edge::errors::files;
use crate::edge::open_folder::{OpenFolder, split};
use crate::trail::{Addition, AppendOutcome, ROOT, STAGING};

/// The folder `audit/.staging`. All methods but [`StagingArea::open`] and [`StagingArea::lock`] need the lock.
pub(super) struct StagingArea {
    root: OpenFolder,
    audit: OpenFolder,
    writer: DurableWriter,
}

impl StagingArea {
    /// Creates `audit` where it is missing and checks that it is a real folder: the lock is taken on it.
    pub(super) fn open(door: &Door, root: &Path) -> Result<Self, Diagnostic> {
        let (writer, root) = DurableWriter::at(door, root, Code::TrailNotWritten, "--audit-root")?;
        let audit = writer.ensure_folder(&root, ROOT)?;
        Ok(Self { root, audit, writer })
    }

    /// Keeps other writers out until the handle is dropped.
    pub(super) fn lock(&self, timeout: Duration) -> Result<File, Diagnostic> {
        self.writer.lock(&self.audit, timeout)
    }

    /// The folder around `audit`.
    pub(super) fn root(&self) -> &OpenFolder {
        &self.root
    }

    /// Removes what a killed writer left.
    pub(super) fn clear(&self) -> Result<(), Diagnostic> {
        self.writer.remove_staging(&self.audit, STAGING)
    }

    /// Adds the files: those beside the folder of the entry first, then that folder in one step.
    pub(super) fn commit(&self, addition: &Addition) -> Result<AppendOutcome, Diagnostic> {
        let result = self.stage_and_move(addition);
        // After success it is empty. If it cannot be removed now, the next writer removes it; verify
        // ignores it.
        let _ = self.audit.dir().remove_dir_all(STAGING);
        result
    }

    fn stage_and_move(&self, addition: &Addition) -> Result<AppendOutcome, Diagnostic> {
        let staging = self.writer.ensure_folder(&self.audit, STAGING)?;
        let within = format!("{}/", addition.folder);
        let staged = self.writer.ensure_folder(&staging, "folder")?;
        let mut beside = Vec::new();
        for file in &addition.files {
            match file.path.strip_prefix(&within) {
                Some(name) => self.writer.write_new(&staged, name, &file.bytes)?,
                None => beside.push(file),
            }
        }
        self.writer.sync_folder(&staged)?;
        for file in beside {
            let (folders, name) = split(&file.path);
            let folder = self.writer.ensure_below(&self.root, folders)?;
            // Programs that take no lock may be first, such as git or an editor.
            if !self.writer.create(&staging, (&folder, name), &file.bytes)? {
                return Ok(AppendOutcome::Conflict);
            }
        }
        self.move_folder(&staging, "folder", &addition.folder)?;
        Ok(AppendOutcome::Done)
    }

    /// Renames the staged folder. A rename replaces no folder with content, and no file.
    fn move_folder(&self, staging: &OpenFolder, staged: &str, folder: &str) -> Result<(), Diagnostic> {
        let (above, name) = split(folder);
        // From the root down to the parent: `audit/<id>` and `audit/<id>/attempts` for an attempt.
        let mut parents = Vec::new();
        for part in above.split('/') {
            let parent = parents.last().unwrap_or(&self.root);
            parents.push(self.writer.ensure_folder(parent, part)?);
        }
        let parent = parents.last().unwrap_or(&self.root);
        let target = parent.path_of(name);
        if matches!(parent.kind(name), Ok(Some(kind)) if !kind.is_dir()) {
            return Err(self.writer.not_a_folder(&target));
        }
        staging.dir().rename(staged, parent.dir(), name).map_err(|error| match error.kind() {
            ErrorKind::DirectoryNotEmpty | ErrorKind::AlreadyExists => files::entry_folder_in_use(&target),
            _ => self.writer.write_refused(&target, "renamed into place", &error),
        })?;
        // The new name and all folders above it: those that a killed writer created may never have
        // been flushed.
        for parent in parents.iter().rev().chain([&self.root]) {
            self.writer.sync_folder(parent).map_err(files::entry_not_flushed)?;
        }
        Ok(())
    }
}
