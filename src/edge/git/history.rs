//! Modifications and deletions of existing files in the history of a commit.
//!
//! Each commit is compared with each of its parents, so a merge that drops or alters a file of any side
//! is found too. If every comparison finds additions only, then each file of each commit is still there,
//! with the same bytes, in all commits after it.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::io::{Seek as _, Write as _};
use std::process::{Child, Stdio};

use super::repository::{Repository, pathspec, stderr_line};
use crate::domain::Diagnostic;
use crate::trail::{FileChange, ROOT};

/// Commits that one process compares before a further process is worth its start.
const COMMITS_PER_PROCESS: usize = 500;
/// Neighbouring commits go to the same process, because git stores their trees as deltas.
const COMMITS_PER_BLOCK: usize = 50;
/// Most processes at the same time.
const MAX_PROCESSES: usize = 8;

/// What a walk through the history of a commit found.
pub(super) struct HistoryWalk {
    /// The clone is shallow and lacks some of the ancestors.
    pub(super) is_shallow: bool,
    /// Modifications and deletions, oldest first.
    pub(super) changes: Vec<FileChange>,
}

/// Compares `commit` and all its ancestors with their parents.
pub(super) fn walk(repository: &Repository, commit: &str, root: &str) -> Result<HistoryWalk, Diagnostic> {
    // Parents before children, each line a commit and its parents.
    let commits = repository.stdout(&["rev-list", "--parents", "--topo-order", "--reverse", commit])?;
    let commits = String::from_utf8_lossy(&commits);
    let lines: Vec<&str> = commits.lines().collect();
    let ids = || lines.iter().map(|line| line.split(' ').next().unwrap_or_default());
    let missing = shallow_commits(repository)?;
    let mut changes = compare(repository, &lines, root)?;
    if !changes.is_empty() {
        let order: BTreeMap<&str, usize> = ids().zip(0..).collect();
        let place = |change: &FileChange| order.get(change.commit.as_str()).copied();
        changes.sort_by(|a, b| (place(a), &a.path).cmp(&(place(b), &b.path)));
        // A merge may differ from more than one parent in the same file.
        changes.dedup_by(|b, a| (&a.commit, &a.path) == (&b.commit, &b.path));
    }
    Ok(HistoryWalk { is_shallow: !missing.is_empty() && ids().any(|id| missing.contains(id)), changes })
}

/// Whether a shallow clone lacks some of the ancestors of a commit.
pub(super) fn is_shallow(repository: &Repository, commit: &str) -> Result<bool, Diagnostic> {
    let missing = shallow_commits(repository)?;
    if missing.is_empty() {
        return Ok(false);
    }
    let commits = repository.stdout(&["rev-list", commit])?;
    Ok(String::from_utf8_lossy(&commits).lines().any(|id| missing.contains(id)))
}

/// The commits of a shallow clone whose parents it lacks.
fn shallow_commits(repository: &Repository) -> Result<BTreeSet<String>, Diagnostic> {
    let path = repository.stdout(&["rev-parse", "--git-path", "shallow"])?;
    let path = String::from_utf8_lossy(&path);
    match fs::read_to_string(repository.folder.join(path.trim_end_matches('\n'))) {
        Ok(text) => Ok(text.lines().map(str::to_owned).collect()),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(BTreeSet::new()),
        Err(error) => Err(repository.damaged(&error.to_string())),
    }
}

/// The modifications and deletions of all commits, in no order. The trees of a long trail are large, so
/// the commits are distributed over as many processes as there are processors.
fn compare(repository: &Repository, lines: &[&str], root: &str) -> Result<Vec<FileChange>, Diagnostic> {
    let processors = std::thread::available_parallelism().map_or(1, usize::from);
    let count = processors.min(MAX_PROCESSES).min(lines.len() / COMMITS_PER_PROCESS + 1);
    let mut shares = vec![String::new(); count];
    for (block, share) in lines.chunks(COMMITS_PER_BLOCK).zip((0..count).cycle()) {
        if let Some(share) = shares.get_mut(share) {
            share.extend(block.iter().flat_map(|line| [line, "\n"]));
        }
    }
    // All are started before the first one is waited for.
    let running: Vec<_> = shares.iter().map(|share| start(repository, share, root)).collect();
    let mut changes = Vec::new();
    for child in running {
        let output = child
            .and_then(Child::wait_with_output)
            .map_err(|error| repository.damaged(&error.to_string()))?;
        if !output.status.success() {
            return Err(repository.damaged(&stderr_line(&output)));
        }
        changes.extend(parse(&output.stdout, root));
    }
    Ok(changes)
}

fn start(repository: &Repository, commits: &str, root: &str) -> std::io::Result<Child> {
    // A file rather than a pipe, which somebody would have to fill while other processes wait for input.
    let mut list = tempfile::tempfile()?;
    list.write_all(commits.as_bytes())?;
    list.rewind()?;
    let trail = pathspec(&format!("{root}{ROOT}"));
    let args = ["diff-tree", "--stdin", "-r", "-m", "-z", "--raw", "--no-abbrev", "--no-renames"];
    // Every status but an addition; submodules too, which `.gitmodules` could hide.
    let only = ["--ignore-submodules=none", "--no-ext-diff", "--diff-filter=a", "--", &trail];
    let mut command = repository.command(&[&args[..], &only[..]].concat());
    command.stdin(Stdio::from(list)).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn()
}

/// Parses the output of `git diff-tree -z --raw`: the id of a commit, then for each of its changes
/// `:<mode> <mode> <oid> <oid> <status>` and the path.
fn parse(output: &[u8], root: &str) -> Vec<FileChange> {
    let mut words = output.split(|byte| *byte == 0);
    let mut commit = String::new();
    let mut changes = Vec::new();
    while let Some(word) = words.next() {
        let word = String::from_utf8_lossy(word);
        let Some(fields) = word.strip_prefix(':') else {
            commit = word.into_owned();
            continue;
        };
        let fields: Vec<&str> = fields.split(' ').collect();
        let [mode, new_mode, oid, new_oid, status] = fields[..] else { continue };
        let path = words.next().unwrap_or_default();
        let path = path.strip_prefix(root.as_bytes()).unwrap_or(path);
        changes.push(FileChange {
            commit: commit.clone(),
            path: String::from_utf8_lossy(path).into_owned(),
            before: format!("{mode} {oid}"),
            after: (status != "D").then(|| format!("{new_mode} {new_oid}")),
        });
    }
    changes
}
