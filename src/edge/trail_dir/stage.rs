//! Preparing files where nobody looks, and moving them into place whole.

use std::fs;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use super::super::hand::Hand;
use crate::domain::{Code, Diagnostic};
use crate::trail::{Addition, Outcome, ROOT, STAGING};

/// The place to prepare files in. All methods but [`Stage::open`] are called under the lock.
pub(super) struct Stage {
    root: PathBuf,
    staging: PathBuf,
    hand: Hand,
}

impl Stage {
    /// Makes sure that `audit` is a real folder: it is what the lock is taken on.
    pub(super) fn open(root: &Path) -> Result<Self, Diagnostic> {
        let hand = Hand::at(root, Code::TrailNotWritten, "--audit-root")?;
        let audit = root.join(ROOT);
        hand.folder(&audit)?;
        Ok(Self { root: root.to_path_buf(), staging: audit.join(STAGING), hand })
    }

    /// What writes here.
    pub(super) fn hand(&self) -> &Hand {
        &self.hand
    }

    /// Removes what a killed writer left.
    pub(super) fn sweep(&self) -> Result<(), Diagnostic> {
        self.hand.sweep(&self.staging)
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
        self.hand.folder(&self.staging)?;
        let within = format!("{}/", addition.folder);
        let prepared = self.staging.join("folder");
        self.hand.folder(&prepared)?;
        let mut beside = Vec::new();
        for file in &addition.files {
            match file.path.strip_prefix(&within) {
                Some(name) => self.hand.put(&prepared.join(name), &file.bytes)?,
                None => beside.push(file),
            }
        }
        self.hand.flush(&prepared)?;
        for file in beside {
            // Somebody who takes no lock may be first: git, an editor.
            if !self.hand.create(&self.staging, &self.local(&file.path), &file.bytes)? {
                return Ok(Outcome::Conflict);
            }
        }
        self.move_folder(&prepared, &addition.folder)?;
        Ok(Outcome::Done)
    }

    /// The prepared folder. A rename replaces no folder that holds anything, and no file.
    fn move_folder(&self, prepared: &Path, folder: &str) -> Result<(), Diagnostic> {
        let target = self.local(folder);
        // From the root down to the parent: `audit/<id>` and `audit/<id>/attempts` for an attempt.
        let mut parents = vec![self.root.clone()];
        let names: Vec<&str> = folder.split('/').collect();
        for name in names.split_last().map_or(&[][..], |(_, before)| before) {
            let parent = parents.last().unwrap_or(&self.root).join(name);
            self.hand.folder(&parent)?;
            parents.push(parent);
        }
        if fs::symlink_metadata(&target).is_ok_and(|found| !found.is_dir()) {
            return Err(self.hand.in_the_way(&target));
        }
        fs::rename(prepared, &target).map_err(|error| match error.kind() {
            ErrorKind::DirectoryNotEmpty | ErrorKind::AlreadyExists => Code::TrailNotWritten
                .at(target.display().to_string())
                .what("holds files that are no envelope and entry")
                .next("move them out of the trail"),
            _ => self.hand.not_written(&target, "renamed into place", &error),
        })?;
        // The new name, and every folder above it: one that a killed writer made may never have been
        // flushed.
        for parent in parents.iter().rev() {
            self.hand.flush(parent).map_err(|error| {
                error.next("the entry is in place but may not survive a power cut: run again")
            })?;
        }
        Ok(())
    }

    fn local(&self, path: &str) -> PathBuf {
        path.split('/').fold(self.root.clone(), |folder, name| folder.join(name))
    }
}
