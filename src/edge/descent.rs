//! Everything below a folder.

use std::rc::Rc;

use super::errors::files::read_refused;
use super::open_folder::{Listed, OpenFolder, is_missing};
use crate::domain::Diagnostic;

/// Shows every entry below `folder` to `enters`, with its path, which begins with `prefix`; of a folder it says whether
/// to go into it. Links are not followed. What is removed meanwhile is left out.
///
/// A folder is opened when its turn comes, and stays open only while folders in it wait: a process may hold some hundred
/// descriptors, and a trail has a folder for each release.
pub(super) fn descend(
    folder: OpenFolder,
    prefix: &str,
    mut enters: impl FnMut(&Listed, &str) -> bool,
) -> Result<(), Diagnostic> {
    let mut todo = below(folder, prefix, &mut enters)?;
    while let Some(Waiting { around, name, path }) = todo.pop() {
        match around.folder(&name) {
            Ok(Some(folder)) => todo.extend(below(folder, &path, &mut enters)?),
            Ok(None) => {}
            Err(error) => return Err(read_refused(&around.path_of(&name), &error)),
        }
    }
    Ok(())
}

/// A folder that was not opened yet.
struct Waiting {
    around: Rc<OpenFolder>,
    name: String,
    path: String,
}

/// The folders in a folder that are to be gone into.
fn below(
    folder: OpenFolder,
    prefix: &str,
    enters: &mut impl FnMut(&Listed, &str) -> bool,
) -> Result<Vec<Waiting>, Diagnostic> {
    let entries = match folder.entries() {
        Ok(entries) => entries,
        // A staging folder that its writer has removed since.
        Err(error) if is_missing(&error) => return Ok(Vec::new()),
        Err(error) => return Err(read_refused(folder.shown(), &error)),
    };
    let around = Rc::new(folder);
    let mut found = Vec::new();
    for entry in entries {
        let path = format!("{prefix}/{}", entry.name);
        if enters(&entry, &path) && entry.kind.is_dir() {
            found.push(Waiting { around: Rc::clone(&around), name: entry.name, path });
        }
    }
    Ok(found)
}
