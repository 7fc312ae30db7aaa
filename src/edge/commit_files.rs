//! The files of a commit, found tree by tree from its top, in any place that holds git objects.
//!
//! A link is never followed: what it points to is not what stands at the path, and may lie outside.

use super::errors::commits as errors;
use crate::commands::revisions::{MAX_FILE, path_parts};
use crate::domain::Diagnostic;

/// What an entry of a tree is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum EntryKind {
    /// A regular file.
    File,
    /// A folder.
    Folder,
    /// A symbolic link.
    Link,
    /// A commit of another repository, or a mode that git does not know.
    Other,
}

impl EntryKind {
    /// The kind that a mode of a tree stands for, with or without leading zeros.
    pub(super) fn of_mode(mode: &str) -> Self {
        match mode.trim_start_matches('0') {
            "100644" | "100755" | "100664" => Self::File,
            "40000" => Self::Folder,
            "120000" => Self::Link,
            _ => Self::Other,
        }
    }

    fn as_str(self) -> &'static str {
        match self {
            Self::File => "a file",
            Self::Folder => "a folder",
            Self::Link => "a symbolic link",
            Self::Other => "a submodule",
        }
    }
}

/// One entry of a tree.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Entry {
    /// Its name, or, in a listing, its path below the folder.
    pub(super) name: String,
    /// Its object id.
    pub(super) oid: String,
    /// What it is.
    pub(super) kind: EntryKind,
    /// Its bytes, where the tree says so.
    pub(super) size: Option<u64>,
}

/// A place that holds git objects.
pub(super) trait Objects {
    /// The entries of a tree, or of the tree of a commit.
    fn tree(&self, oid: &str) -> Result<Vec<Entry>, Diagnostic>;

    /// Everything below a tree that is no folder, by path from that tree.
    fn all_below(&self, oid: &str) -> Result<Vec<Entry>, Diagnostic>;

    /// The content of a file; `None` where it has more than [`MAX_FILE`] bytes.
    fn blob(&self, oid: &str) -> Result<Option<Vec<u8>>, Diagnostic>;
}

/// What begins a file that Git LFS left in the place of another one.
const LFS: &[u8] = b"version https://git-lfs.github.com/spec/v1\n";

/// The bytes of a file; `None` where nothing is at the path.
pub(super) fn read(objects: &dyn Objects, commit: &str, path: &str) -> Result<Option<Vec<u8>>, Diagnostic> {
    let place = || format!("{path} at commit {commit}");
    let Some(entry) = find(objects, commit, path)? else { return Ok(None) };
    if entry.kind != EntryKind::File {
        return Err(errors::not_a_file(&place(), entry.kind.as_str()));
    }
    if let Some(size) = entry.size.filter(|size| *size > MAX_FILE) {
        return Err(errors::too_long(&place(), Some(size), MAX_FILE));
    }
    let bytes = objects.blob(&entry.oid)?.ok_or_else(|| errors::too_long(&place(), None, MAX_FILE))?;
    if bytes.starts_with(LFS) {
        return Err(errors::lfs_pointer(&place()));
    }
    Ok(Some(bytes))
}

/// The paths of all regular files below a folder, from the top, sorted.
pub(super) fn list(objects: &dyn Objects, commit: &str, folder: &str) -> Result<Vec<String>, Diagnostic> {
    let folder = folder.strip_suffix('/').unwrap_or(folder);
    let (oid, above) = if folder.is_empty() || folder == "." {
        (commit.to_owned(), String::new())
    } else {
        let Some(entry) = find(objects, commit, folder)? else { return Ok(Vec::new()) };
        if entry.kind != EntryKind::Folder {
            return Err(errors::not_a_folder(&format!("{folder} at commit {commit}"), entry.kind.as_str()));
        }
        (entry.oid, format!("{}/", path_parts(folder)?.join("/")))
    };
    let below = objects.all_below(&oid)?;
    let files = below.iter().filter(|entry| entry.kind == EntryKind::File);
    let mut paths: Vec<String> = files.map(|entry| format!("{above}{}", entry.name)).collect();
    paths.sort_unstable();
    Ok(paths)
}

/// The entry at a path. Every part but the last must be a folder.
fn find(objects: &dyn Objects, commit: &str, path: &str) -> Result<Option<Entry>, Diagnostic> {
    let mut tree = commit.to_owned();
    let mut found: Option<Entry> = None;
    for part in path_parts(path)? {
        if let Some(above) = found.take() {
            match above.kind {
                EntryKind::Folder => tree = above.oid,
                EntryKind::File => return Ok(None),
                EntryKind::Link | EntryKind::Other => {
                    return Err(errors::not_a_folder(
                        &format!("{} in {path} at commit {commit}", above.name),
                        above.kind.as_str(),
                    ));
                }
            }
        }
        let Some(entry) = objects.tree(&tree)?.into_iter().find(|entry| entry.name == part) else {
            return Ok(None);
        };
        found = Some(entry);
    }
    Ok(found)
}
