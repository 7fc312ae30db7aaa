//! What every commit did to the files that were there before it.
//!
//! A commit is compared with each of its parents, so a merge that drops or alters a file of any side
//! shows too. If no comparison finds more than additions, then every file that a commit ever held is
//! still there, with the same bytes, in every commit after it.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::io::{Seek as _, Write as _};
use std::process::{Child, Stdio};

use super::{Git, pathspec, said};
use crate::domain::Diagnostic;
use crate::trail::{Change, ROOT};

/// Commits that one process compares before the next one would be worth its start.
const SHARE: usize = 500;
/// Commits next to each other are compared by the same process: their trees are stored by differences.
const BLOCK: usize = 50;
/// Processes at the same time.
const MOST: usize = 8;

/// What was found between the first commit and this one.
pub(super) struct Walked {
    pub(super) cut: bool,
    pub(super) changes: Vec<Change>,
}

/// Looks at every commit that led to `commit`.
pub(super) fn walk(git: &Git, commit: &str, root: &str) -> Result<Walked, Diagnostic> {
    // Parents before children, each line a commit and its parents.
    let commits = git.read(&["rev-list", "--parents", "--topo-order", "--reverse", commit])?;
    let commits = String::from_utf8_lossy(&commits);
    let lines: Vec<&str> = commits.lines().collect();
    let ids = || lines.iter().map(|line| line.split(' ').next().unwrap_or_default());
    let missing = shallow(git)?;
    let mut changes = compare(git, &lines, root)?;
    if !changes.is_empty() {
        let order: BTreeMap<&str, usize> = ids().zip(0..).collect();
        let place = |change: &Change| order.get(change.commit.as_str()).copied();
        changes.sort_by(|a, b| (place(a), &a.path).cmp(&(place(b), &b.path)));
        // A merge may differ from more than one parent in the same file.
        changes.dedup_by(|b, a| (&a.commit, &a.path) == (&b.commit, &b.path));
    }
    Ok(Walked { cut: !missing.is_empty() && ids().any(|id| missing.contains(id)), changes })
}

/// Whether the past of a commit is known to its end.
pub(super) fn is_cut(git: &Git, commit: &str) -> Result<bool, Diagnostic> {
    let missing = shallow(git)?;
    if missing.is_empty() {
        return Ok(false);
    }
    let commits = git.read(&["rev-list", commit])?;
    Ok(String::from_utf8_lossy(&commits).lines().any(|id| missing.contains(id)))
}

/// The commits of a shallow clone whose parents it lacks.
fn shallow(git: &Git) -> Result<BTreeSet<String>, Diagnostic> {
    let path = git.read(&["rev-parse", "--git-path", "shallow"])?;
    let path = String::from_utf8_lossy(&path);
    match fs::read_to_string(git.folder.join(path.trim_end_matches('\n'))) {
        Ok(text) => Ok(text.lines().map(str::to_owned).collect()),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(BTreeSet::new()),
        Err(error) => Err(git.damaged(&error.to_string())),
    }
}

/// What each commit did but add files, in no order. The trees of a long trail are long themselves, so
/// the commits are dealt out to as many processes as there are processors.
fn compare(git: &Git, lines: &[&str], root: &str) -> Result<Vec<Change>, Diagnostic> {
    let processors = std::thread::available_parallelism().map_or(1, usize::from);
    let hands = processors.min(MOST).min(lines.len() / SHARE + 1);
    let mut shares = vec![String::new(); hands];
    for (block, share) in lines.chunks(BLOCK).zip((0..hands).cycle()) {
        if let Some(share) = shares.get_mut(share) {
            share.extend(block.iter().flat_map(|line| [line, "\n"]));
        }
    }
    // All are started before the first one is waited for.
    let running: Vec<_> = shares.iter().map(|share| start(git, share, root)).collect();
    let mut changes = Vec::new();
    for child in running {
        let output =
            child.and_then(Child::wait_with_output).map_err(|error| git.damaged(&error.to_string()))?;
        if !output.status.success() {
            return Err(git.damaged(&said(&output)));
        }
        changes.extend(parse(&output.stdout, root));
    }
    Ok(changes)
}

fn start(git: &Git, commits: &str, root: &str) -> std::io::Result<Child> {
    // A file rather than a pipe: nobody has to feed it while others are fed.
    let mut list = tempfile::tempfile()?;
    list.write_all(commits.as_bytes())?;
    list.rewind()?;
    let trail = pathspec(&format!("{root}{ROOT}"));
    let args = ["diff-tree", "--stdin", "-r", "-m", "-z", "--raw", "--no-abbrev", "--no-renames"];
    // Every status but an addition; submodules too, which `.gitmodules` could hide.
    let only = ["--ignore-submodules=none", "--no-ext-diff", "--diff-filter=a", "--", &trail];
    let mut command = git.command(&[&args[..], &only[..]].concat());
    command.stdin(Stdio::from(list)).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn()
}

/// Reads the id of a commit, and after it for each of its changes `:<mode> <mode> <oid> <oid> <status>`
/// and the path.
fn parse(output: &[u8], root: &str) -> Vec<Change> {
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
        changes.push(Change {
            commit: commit.clone(),
            path: String::from_utf8_lossy(path).into_owned(),
            before: format!("{mode} {oid}"),
            after: (status != "D").then(|| format!("{new_mode} {new_oid}")),
        });
    }
    changes
}
