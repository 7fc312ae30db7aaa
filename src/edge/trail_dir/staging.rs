//! Writes an entry to `audit/.staging` first, then moves it into place in one step.

use std::fs;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use crate::domain::{Code, Diagnostic};
use crate::edge::durable_write::DurableWriter;
use crate::edge::errors::files;
use crate::edge::local_files::local_path;
use crate::trail::{Addition, AppendOutcome, ROOT, STAGING};

/// The folder `audit/.staging`. All methods but [`StagingArea::open`] need the lock.
pub(super) struct StagingArea {
    root: PathBuf,
    staging: PathBuf,
    writer: DurableWriter,
}

impl StagingArea {
    /// Creates `audit` where it is missing and checks that it is a real folder: the lock is taken on it.
    pub(super) fn open(root: &Path) -> Result<Self, Diagnostic> {
        let writer = DurableWriter::at(root, Code::TrailNotWritten, "--audit-root")?;
        let audit = root.join(ROOT);
        writer.ensure_folder(&audit)?;
        Ok(Self { root: root.to_path_buf(), staging: audit.join(STAGING), writer })
    }

    /// Writes into the folder of the trail.
    pub(super) fn writer(&self) -> &DurableWriter {
        &self.writer
    }

    /// Removes what a killed writer left.
    pub(super) fn clear(&self) -> Result<(), Diagnostic> {
        self.writer.remove_staging(&self.staging)
    }

    /// Adds the files: those beside the folder of the entry first, then that folder in one step.
    pub(super) fn commit(&self, addition: &Addition) -> Result<AppendOutcome, Diagnostic> {
        let result = self.stage_and_move(addition);
        // After success it is empty. If it cannot be removed now, the next writer removes it; verify
        // ignores it.
        let _ = fs::remove_dir_all(&self.staging);
        result
    }

    fn stage_and_move(&self, addition: &Addition) -> Result<AppendOutcome, Diagnostic> {
        self.writer.ensure_folder(&self.staging)?;
        let within = format!("{}/", addition.folder);
        let staged = self.staging.join("folder");
        self.writer.ensure_folder(&staged)?;
        let mut beside = Vec::new();
        for file in &addition.files {
            match file.path.strip_prefix(&within) {
                Some(name) => self.writer.write_new(&staged.join(name), &file.bytes)?,
                None => beside.push(file),
            }
        }
        self.writer.sync_folder(&staged)?;
        for file in beside {
            // Programs that take no lock may be first, such as git or an editor.
            if !self.writer.create(&self.staging, &local_path(&self.root, &file.path), &file.bytes)? {
                return Ok(AppendOutcome::Conflict);
            }
        }
        self.move_folder(&staged, &addition.folder)?;
        Ok(AppendOutcome::Done)
    }

    /// Renames the staged folder. A rename replaces no folder with content, and no file.
    fn move_folder(&self, staged: &Path, folder: &str) -> Result<(), Diagnostic> {
        let target = local_path(&self.root, folder);
        // From the root down to the parent: `audit/<id>` and `audit/<id>/attempts` for an attempt.
        let mut parents = vec![self.root.clone()];
        let names: Vec<&str> = folder.split('/').collect();
        for name in names.split_last().map_or(&[][..], |(_, before)| before) {
            let parent = parents.last().unwrap_or(&self.root).join(name);
            self.writer.ensure_folder(&parent)?;
            parents.push(parent);
        }
        if fs::symlink_metadata(&target).is_ok_and(|found| !found.is_dir()) {
            return Err(self.writer.not_a_folder(&target));
        }
        fs::rename(staged, &target).map_err(|error| match error.kind() {
            ErrorKind::DirectoryNotEmpty | ErrorKind::AlreadyExists => files::entry_folder_in_use(&target),
            _ => self.writer.write_refused(&target, "renamed into place", &error),
        })?;
        // The new name and all folders above it: those that a killed writer created may never have
        // been flushed.
        for parent in parents.iter().rev() {
            self.writer.sync_folder(parent).map_err(files::entry_not_flushed)?;
        }
        Ok(())
    }
}
