//! Opens a trail by the name that the user gives: a folder, a file, the URL of a bucket, or a commit of
//! the repository around the current directory.

use std::fs;
use std::path::Path;

use super::errors::{files, git};
use super::git::{CommitTrail, Repository, RepositoryError, WorkTreeTrail, can_be_revision};
use super::local_files::{is_missing, is_regular, read_limited};
use super::stores::Stores;
use super::trail_dir::TrailDir;
use crate::commands::verify::{Located, TrailLocator};
use crate::domain::Diagnostic;
use crate::trail::{EntryKind, ROOT, is_companion};

/// The prefix of a name that stands for a commit, even where a folder has the same name.
const GIT_PREFIX: &str = "git:";

/// Finds trails on this machine, and in the buckets that its environment gives access to.
#[derive(Clone, Copy, Debug, Default)]
pub struct LocalTrailLocator;

impl TrailLocator for LocalTrailLocator {
    fn locate(&self, path: &Path) -> Result<Located, Diagnostic> {
        if let Some(trail) = Stores::trail(path) {
            return Ok(Located::Trail(Box::new(trail?)));
        }
        if let Some(named) = path.to_str().and_then(|name| name.strip_prefix(GIT_PREFIX)) {
            return Ok(Located::Trail(Box::new(by_git_name(named)?)));
        }
        let found = match fs::metadata(path) {
            Ok(found) => found,
            Err(error) if is_missing(&error) => return by_revision(path),
            Err(error) => return Err(files::read_refused(path, &error)),
        };
        if found.is_file() {
            let beside = path.with_file_name("entry.json");
            let named =
                path.file_name().and_then(|name| name.to_str()).and_then(EntryKind::of_file).is_some();
            let entry = (named && is_regular(&beside)).then(|| read_limited(&beside)).transpose()?;
            let bytes = read_limited(path)?;
            return Ok(Located::Envelope {
                bytes,
                entry,
                beside: if named { companions(path)? } else { Vec::new() },
            });
        }
        if !found.is_dir() {
            return Err(files::neither_folder_nor_file(path));
        }
        // The user may name `audit` itself instead of the folder around it. A release may be called
        // "audit" too: then the folder contains an envelope.
        let inner = path.join(ROOT);
        let holds = fs::symlink_metadata(&inner).is_ok_and(|inner| inner.is_dir() || inner.is_symlink());
        if holds && !is_regular(&inner.join("audit.json")) {
            return by_folder(path);
        }
        let full = fs::canonicalize(path).map_err(|error| files::read_refused(path, &error))?;
        match full.parent() {
            Some(root) if full.file_name().is_some_and(|name| name == ROOT) => by_folder(root),
            _ => Ok(Located::Nothing),
        }
    }
}

/// Names and bytes of the signatures and time stamps beside an envelope, in the order of the names.
fn companions(envelope: &Path) -> Result<Vec<(String, Vec<u8>)>, Diagnostic> {
    let folder = envelope.parent().filter(|parent| !parent.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).map_err(|error| files::read_refused(folder, &error))? {
        let path = entry.map_err(|error| files::read_refused(folder, &error))?.path();
        let name = path.file_name().and_then(|name| name.to_str()).filter(|name| is_companion(name));
        if let Some(name) = name.filter(|_| is_regular(&path)) {
            found.push((name.to_owned(), read_limited(&path)?));
        }
    }
    found.sort();
    Ok(found)
}

/// The trail in a folder, with its history where it lies in a git work tree.
fn by_folder(root: &Path) -> Result<Located, Diagnostic> {
    Ok(Located::Trail(match WorkTreeTrail::open(root)? {
        Some(tracked) => Box::new(tracked),
        None => Box::new(TrailDir::at(root)),
    }))
}

/// The trail in the commit that a name stands for, where no file has that name.
fn by_revision(path: &Path) -> Result<Located, Diagnostic> {
    let named = path.to_str().and_then(|text| split(text).ok());
    let Some((name, root)) = named.filter(|(name, _)| can_be_revision(name)) else {
        return Ok(Located::Nothing);
    };
    let repository = match Repository::discover(Path::new(".")) {
        Ok(repository) => repository,
        Err(RepositoryError::NotInstalled | RepositoryError::NotFound) => return Ok(Located::Nothing),
        Err(refused) => return Err(refused.diagnostic(name)),
    };
    Ok(match CommitTrail::open(repository, name, root)? {
        Some(files) => Located::Trail(Box::new(files)),
        None => Located::Nothing,
    })
}

/// The trail in the commit that is named after `git:`.
fn by_git_name(named: &str) -> Result<CommitTrail, Diagnostic> {
    let (name, root) = split(named)?;
    if !can_be_revision(name) {
        return Err(git::malformed_revision(format!("{GIT_PREFIX}{named}")));
    }
    let repository = Repository::discover(Path::new(".")).map_err(|error| error.diagnostic(name))?;
    CommitTrail::open(repository, name, root)?
        .ok_or_else(|| git::no_such_revision(format!("{GIT_PREFIX}{name}")))
}

/// Splits `REVISION` or `REVISION:FOLDER`. The folder, empty or with a slash at its end, contains
/// `audit/`.
fn split(named: &str) -> Result<(&str, String), Diagnostic> {
    let (name, folder) = named.split_once(':').unwrap_or((named, ""));
    let folder = folder.trim_end_matches('/');
    if folder.is_empty() {
        return Ok((name, String::new()));
    }
    if folder.split('/').any(|part| matches!(part, "" | "." | "..")) {
        return Err(git::malformed_folder(named, folder));
    }
    Ok((name, format!("{folder}/")))
}
