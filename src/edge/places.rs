//! What people call a trail: a folder, a file, or a commit of the repository around the current
//! directory.

use std::fs;
use std::path::Path;

use super::git::{Git, GitTrail, NoGit, WorkTree, can_be_ref};
use super::trail_dir::{TrailDir, absent, plain, read_plain, unreadable};
use crate::commands::verify::{Found, Places};
use crate::domain::{Code, Diagnostic};
use crate::trail::{ROOT, is_companion};

/// What a name begins with that means a commit, whatever folders there are.
const GIT: &str = "git:";

/// Places on this machine.
#[derive(Clone, Copy, Debug, Default)]
pub struct LocalPlaces;

impl Places for LocalPlaces {
    fn look(&self, path: &Path) -> Result<Found, Diagnostic> {
        if let Some(trail) = super::Stores::trail(path) {
            return Ok(Found::Trail(Box::new(trail?)));
        }
        if let Some(named) = path.to_str().and_then(|name| name.strip_prefix(GIT)) {
            return Ok(Found::Trail(Box::new(commit(named)?)));
        }
        let found = match fs::metadata(path) {
            Ok(found) => found,
            Err(error) if absent(&error) => return perhaps_commit(path),
            Err(error) => return Err(unreadable(path, &error)),
        };
        if found.is_file() {
            let beside = path.with_file_name("entry.json");
            let named = path.file_name().is_some_and(|name| name == "audit.json");
            let entry = (named && plain(&beside)).then(|| read_plain(&beside)).transpose()?;
            let bytes = read_plain(path)?;
            return Ok(Found::Envelope {
                bytes,
                entry,
                beside: if named { companions(path)? } else { Vec::new() },
            });
        }
        if !found.is_dir() {
            return Err(Code::FileUnreadable
                .at(path.display().to_string())
                .what("is neither a folder nor a file")
                .next("give the folder that holds audit/, or an audit.json"));
        }
        // `audit` itself may be given for the folder that holds it. A release may be called "audit"
        // too, and then its envelope shows which of the two folders this is.
        let inner = path.join(ROOT);
        let holds = fs::symlink_metadata(&inner).is_ok_and(|inner| inner.is_dir() || inner.is_symlink());
        if holds && !plain(&inner.join("audit.json")) {
            return folder(path);
        }
        let full = fs::canonicalize(path).map_err(|error| unreadable(path, &error))?;
        match full.parent() {
            Some(root) if full.file_name().is_some_and(|name| name == ROOT) => folder(root),
            _ => Ok(Found::Nothing),
        }
    }
}

/// The signatures and time stamps beside an envelope, in the order of their names.
fn companions(envelope: &Path) -> Result<Vec<(String, Vec<u8>)>, Diagnostic> {
    let folder = envelope.parent().filter(|parent| !parent.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).map_err(|error| unreadable(folder, &error))? {
        let path = entry.map_err(|error| unreadable(folder, &error))?.path();
        let name = path.file_name().and_then(|name| name.to_str()).filter(|name| is_companion(name));
        if let Some(name) = name.filter(|_| plain(&path)) {
            found.push((name.to_owned(), read_plain(&path)?));
        }
    }
    found.sort();
    Ok(found)
}

/// A folder that holds a trail, with its past where git knows it.
fn folder(root: &Path) -> Result<Found, Diagnostic> {
    Ok(Found::Trail(match WorkTree::at(root)? {
        Some(tracked) => Box::new(tracked),
        None => Box::new(TrailDir::at(root)),
    }))
}

/// What a name means that no path has.
fn perhaps_commit(path: &Path) -> Result<Found, Diagnostic> {
    let named = path.to_str().and_then(|text| split(text).ok());
    let Some((name, root)) = named.filter(|(name, _)| can_be_ref(name)) else { return Ok(Found::Nothing) };
    let git = match Git::around(Path::new(".")) {
        Ok(git) => git,
        Err(NoGit::Program | NoGit::Repository) => return Ok(Found::Nothing),
        Err(refused) => return Err(refused.told(name)),
    };
    Ok(match GitTrail::open(git, name, root)? {
        Some(files) => Found::Trail(Box::new(files)),
        None => Found::Nothing,
    })
}

/// What follows `git:` is a commit, or nothing.
fn commit(named: &str) -> Result<GitTrail, Diagnostic> {
    let (name, root) = split(named)?;
    if !can_be_ref(name) {
        return Err(Code::BadUsage
            .at(format!("{GIT}{named}"))
            .what("names no branch, tag or commit")
            .next("give one as git prints it, such as git:origin/evalsig-audit"));
    }
    let git = Git::around(Path::new(".")).map_err(|none| none.told(name))?;
    GitTrail::open(git, name, root)?.ok_or_else(|| {
        Code::FileUnreadable
            .at(format!("{GIT}{name}"))
            .what("cannot be read: the repository has no branch, tag or commit of that name")
            .next("fetch it, for example `git fetch origin evalsig-audit`, or see `git branch --all`")
    })
}

/// `REF` or `REF:FOLDER`: the folder that holds `audit/`, where that is not the top.
fn split(named: &str) -> Result<(&str, String), Diagnostic> {
    let (name, folder) = named.split_once(':').unwrap_or((named, ""));
    let folder = folder.trim_end_matches('/');
    if folder.is_empty() {
        return Ok((name, String::new()));
    }
    if folder.split('/').any(|part| matches!(part, "" | "." | "..")) {
        return Err(Code::BadUsage
            .at(named)
            .what(format!("{folder:?} is no folder of a commit"))
            .next("write it from the top of the repository, such as git:main:services/llm"));
    }
    Ok((name, format!("{folder}/")))
}
