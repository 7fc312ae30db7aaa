//! Opens a trail by the name that the user gives: a folder, a file, the URL of a bucket, or a commit of
//! the repository around the current directory.

use std::fs;
use std::io::Read as _;
use std::path::Path;

use super::door::Door;
use super::errors::{files, git};
use super::git::{CommitTrail, Repository, RepositoryError, WorkTreeTrail, can_be_revision};
use super::open_folder::{OpenFolder, is_missing};
use super::stores::Stores;
use super::trail_dir::TrailDir;
use crate::commands::verify::{Located, TrailLocator};
use crate::domain::Diagnostic;
use crate::trail::{EntryKind, MAX_FILE, ROOT, is_companion};

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
            return envelope(path);
        }
        if !found.is_dir() {
            return Err(files::neither_folder_nor_file(path));
        }
        // The user may name `audit` itself instead of the folder around it. A release may be called
        // "audit" too: then the folder contains an envelope.
        let inner = path.join(ROOT);
        let holds = fs::symlink_metadata(&inner).is_ok_and(|inner| inner.is_dir() || inner.is_symlink());
        let release = fs::symlink_metadata(inner.join("audit.json")).is_ok_and(|found| found.is_file());
        if holds && !release {
            return by_folder(path);
        }
        let full = fs::canonicalize(path).map_err(|error| files::read_refused(path, &error))?;
        match full.parent() {
            Some(root) if full.file_name().is_some_and(|name| name == ROOT) => by_folder(root),
            _ => Ok(Located::Nothing),
        }
    }
}

/// An envelope outside its trail. What lies beside it counts only where it has the name that it has in a trail.
fn envelope(path: &Path) -> Result<Located, Diagnostic> {
    let refused = |error: std::io::Error| files::read_refused(path, &error);
    let mut bytes = Vec::new();
    let limit = u64::try_from(MAX_FILE.saturating_add(1)).unwrap_or(u64::MAX);
    fs::File::open(path).and_then(|file| file.take(limit).read_to_end(&mut bytes)).map_err(refused)?;
    let name = path.file_name().and_then(|name| name.to_str());
    if name.and_then(EntryKind::of_file).is_none() {
        return Ok(Located::Envelope { bytes, entry: None, beside: Vec::new() });
    }
    let (folder, _) = Door::default().around(path).map_err(refused)?;
    let entry = beside(&folder, "entry.json")?;
    Ok(Located::Envelope { bytes, entry, beside: companions(&folder)? })
}

/// The bytes of a regular file beside an envelope, if there is one.
fn beside(folder: &OpenFolder, name: &str) -> Result<Option<Vec<u8>>, Diagnostic> {
    let refused = |error: std::io::Error| files::read_refused(&folder.path_of(name), &error);
    match folder.kind(name).map_err(refused)? {
        Some(kind) if kind.is_file() => folder.read(name, MAX_FILE.saturating_add(1)).map_err(refused),
        Some(_) | None => Ok(None),
    }
}

/// Names and bytes of the signatures and time stamps beside an envelope, in the order of the names.
fn companions(folder: &OpenFolder) -> Result<Vec<(String, Vec<u8>)>, Diagnostic> {
    let entries = folder.entries().map_err(|error| files::read_refused(folder.shown(), &error))?;
    let mut found = Vec::new();
    for entry in entries.into_iter().filter(|entry| entry.is_utf8 && is_companion(&entry.name)) {
        let bytes = beside(folder, &entry.name)?;
        found.extend(bytes.map(|bytes| (entry.name, bytes)));
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
