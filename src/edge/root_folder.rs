//! The folder around a trail or a store, which need not exist yet.

use std::path::{Path, PathBuf};
use std::sync::{Arc, OnceLock};

use super::door::Door;
use super::errors::files::read_refused;
use super::open_folder::{OpenFolder, is_missing};
use crate::domain::Diagnostic;

/// A folder by its name, which is resolved once: from then on it is the folder that was opened.
#[derive(Clone, Debug)]
pub(super) struct RootFolder {
    path: PathBuf,
    door: Door,
    open: Arc<OnceLock<OpenFolder>>,
}

impl RootFolder {
    pub(super) fn new(door: &Door, path: PathBuf) -> Self {
        Self { path, door: door.clone(), open: Arc::default() }
    }

    /// Its path as the user named it.
    pub(super) fn path(&self) -> &Path {
        &self.path
    }

    /// The door that leads to it.
    pub(super) fn door(&self) -> &Door {
        &self.door
    }

    /// The path of what lies below it, from a path with forward slashes.
    pub(super) fn local(&self, path: &str) -> PathBuf {
        path.split('/').fold(self.path.clone(), |folder, name| folder.join(name))
    }

    /// The folder; `None` where there is none yet.
    pub(super) fn open(&self) -> Result<Option<&OpenFolder>, Diagnostic> {
        if let Some(open) = self.if_open() {
            return Ok(Some(open));
        }
        match self.door.folder(&self.path) {
            Ok(folder) => Ok(Some(self.opened(folder))),
            Err(error) if is_missing(&error) => Ok(None),
            Err(error) => Err(read_refused(&self.path, &error)),
        }
    }

    /// The folder, if it was opened before.
    pub(super) fn if_open(&self) -> Option<&OpenFolder> {
        self.open.get()
    }

    /// The folder that was opened first; this one, if there was none.
    pub(super) fn opened(&self, folder: OpenFolder) -> &OpenFolder {
        self.open.get_or_init(|| folder)
    }
}
