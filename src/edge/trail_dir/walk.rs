//! The files below a folder of a trail.

use cap_std::fs::FileType;

use crate::domain::Diagnostic;
use crate::edge::errors::files;
use crate::edge::open_folder::{OpenFolder, is_missing};
use crate::trail::{FileKind, Listed};

/// Adds every file below `folder`, whose path in the trail is `prefix`. Folders are not listed, links are not followed.
pub(super) fn walk(folder: OpenFolder, prefix: &str, listed: &mut Vec<Listed>) -> Result<(), Diagnostic> {
    let mut todo = vec![(folder, prefix.to_owned())];
    while let Some((folder, prefix)) = todo.pop() {
        let entries = match folder.entries() {
            Ok(entries) => entries,
            // A staging folder that its writer has removed since.
            Err(error) if is_missing(&error) => continue,
            Err(error) => return Err(files::read_refused(folder.shown(), &error)),
        };
        for entry in entries {
            let path = format!("{prefix}/{}", entry.name);
            // A name that is not UTF-8 is no part of a trail, and may be equal to another one after conversion.
            if !entry.is_utf8 {
                listed.push(Listed { path, kind: FileKind::Other });
                continue;
            }
            if !entry.kind.is_dir() {
                listed.push(Listed { path, kind: kind(entry.kind) });
                continue;
            }
            match folder.folder(&entry.name) {
                Ok(below) => todo.extend(below.map(|below| (below, path))),
                Err(error) => return Err(files::read_refused(&folder.path_of(&entry.name), &error)),
            }
        }
    }
    Ok(())
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
