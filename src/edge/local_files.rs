//! Regular files and local paths, as trails and stores in folders use them.

use std::fs::{self, File};
use std::io::{Error, ErrorKind, Read as _};
use std::path::{Path, PathBuf};

use super::errors::files;
use crate::domain::Diagnostic;
use crate::trail::MAX_FILE;

/// The local path of a path with forward slashes below `root`.
pub(super) fn local_path(root: &Path, path: &str) -> PathBuf {
    path.split('/').fold(root.to_path_buf(), |folder, name| folder.join(name))
}

/// Whether there is a regular file at a path; a symbolic link is none.
pub(super) fn is_regular(path: &Path) -> bool {
    fs::symlink_metadata(path).is_ok_and(|found| found.is_file())
}

/// Whether an error says that there is nothing at a path.
pub(super) fn is_missing(error: &Error) -> bool {
    matches!(error.kind(), ErrorKind::NotFound | ErrorKind::NotADirectory)
}

/// The bytes of a file, at most one more than [`MAX_FILE`].
pub(super) fn read_limited(path: &Path) -> Result<Vec<u8>, Diagnostic> {
    let read = || {
        let limit = MAX_FILE.saturating_add(1);
        let file = File::open(path)?;
        let size = usize::try_from(file.metadata()?.len()).unwrap_or(limit);
        let mut bytes = Vec::with_capacity(size.min(limit));
        file.take(u64::try_from(limit).unwrap_or(u64::MAX)).read_to_end(&mut bytes)?;
        Ok(bytes)
    };
    read().map_err(|error: Error| files::read_refused(path, &error))
}
