//! The files below a folder of a trail.

use cap_std::fs::FileType;

use crate::domain::Diagnostic;
use crate::edge::descent::descend;
use crate::edge::open_folder::OpenFolder;
use crate::trail::{FileKind, Listed};

/// Adds every file below `folder`, whose path in the trail is `prefix`. Folders are not listed, links are not followed.
pub(super) fn walk(folder: OpenFolder, prefix: &str, listed: &mut Vec<Listed>) -> Result<(), Diagnostic> {
    descend(folder, prefix, |entry, path| {
        // A name that is not UTF-8 is no part of a trail, and may be equal to another one after conversion.
        if !entry.is_utf8 {
            listed.push(Listed { path: path.to_owned(), kind: FileKind::Other });
        } else if !entry.kind.is_dir() {
            listed.push(Listed { path: path.to_owned(), kind: kind(entry.kind) });
        }
        entry.is_utf8
    })
}

/// What a file is to a trail.
pub(super) fn kind(found: FileType) -> FileKind {
    if found.is_file() {
        FileKind::Plain
    } else if found.is_symlink() {
        FileKind::Link
    } else {
        FileKind::Other
    }
}
