//! Modifications and deletions of existing files in the history of a commit.
//!
//! Each commit is compared with each of its parents, so a merge that drops or alters a file of any side
//! is found too. If every comparison finds additions only, then each file of each commit is still there,
//! with the same bytes, in all commits after it.
//!
//! git compares two versions of a long list entry by entry, which costs more than to read it. Here the trees are
//! read and compared as bytes ([`Tree::lost_in`]); no setting of git has a say in that.

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::fs;
use std::rc::Rc;

use super::cat_file::CatFile;
use super::repository::Repository;
use super::tree_steps::{Node, Tree};
use crate::domain::Diagnostic;
use crate::trail::{FileChange, ROOT};

/// Commits that one process reads before a further process is worth its start.
const COMMITS_PER_PROCESS: usize = 500;
/// Most processes at the same time.
const MAX_PROCESSES: usize = 8;
/// Trees that are kept: those of a commit, of its parents, and of the folders above the trail.
const MAX_TREES: usize = 12;
/// Largest tree that is read: more entries than any file system takes in one folder.
const MAX_TREE: usize = 1 << 30;

/// What a walk through the history of a commit found.
pub(super) struct HistoryWalk {
    /// The clone is shallow and lacks some of the ancestors.
    pub(super) is_shallow: bool,
    /// Modifications and deletions, oldest first.
    pub(super) changes: Vec<FileChange>,
}

/// One commit of the history.
struct Commit<'a> {
    id: &'a str,
    parents: Vec<&'a str>,
    tree: &'a str,
}

/// Compares `commit` and all its ancestors with their parents.
pub(super) fn walk(repository: &Repository, commit: &str, root: &str) -> Result<HistoryWalk, Diagnostic> {
    // Parents before children: a line `commit <id> <parents>`, then one with the tree.
    let args = ["rev-list", "--parents", "--topo-order", "--reverse", "--format=%T", commit];
    let output = repository.stdout(&args)?;
    let output = String::from_utf8_lossy(&output);
    let mut lines = output.lines();
    let mut commits = Vec::new();
    while let (Some(line), Some(tree)) = (lines.next(), lines.next()) {
        let mut ids = line.split(' ').skip(1);
        let Some(id) = ids.next() else { return Err(repository.damaged(line)) };
        commits.push(Commit { id, parents: ids.collect(), tree });
    }
    let missing = shallow_commits(repository)?;
    let mut changes = compare(repository, &commits, root)?;
    // A merge may differ from more than one parent in the same file.
    changes.dedup_by(|b, a| (&a.commit, &a.path) == (&b.commit, &b.path));
    let is_shallow = !missing.is_empty() && commits.iter().any(|commit| missing.contains(commit.id));
    Ok(HistoryWalk { is_shallow, changes })
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

/// The modifications and deletions of all commits, oldest first, those of a commit by path. Each processor takes a
/// stretch of the history: neighbours are stored as deltas of each other, and share most of their bytes.
fn compare(
    repository: &Repository,
    commits: &[Commit<'_>],
    root: &str,
) -> Result<Vec<FileChange>, Diagnostic> {
    let processors = std::thread::available_parallelism().map_or(1, usize::from);
    let count = processors.min(MAX_PROCESSES).min(commits.len() / COMMITS_PER_PROCESS + 1);
    let trees: BTreeMap<&str, &str> = commits.iter().map(|commit| (commit.id, commit.tree)).collect();
    let trees = &trees;
    let parts = std::thread::scope(|scope| {
        let stretches = commits.chunks(commits.len().div_ceil(count).max(1));
        let running: Vec<_> = stretches
            .map(|stretch| scope.spawn(move || Reader::new(repository, root)?.compare(stretch, trees)))
            .collect();
        running.into_iter().map(std::thread::ScopedJoinHandle::join).collect::<Vec<_>>()
    });
    let mut changes = Vec::new();
    for part in parts {
        changes.extend(part.unwrap_or_else(|panic| std::panic::resume_unwind(panic))?);
    }
    Ok(changes)
}

/// Reads and compares the trees of one stretch of the history.
struct Reader<'a> {
    repository: &'a Repository,
    root: &'a str,
    cat_file: CatFile,
    /// The newest last.
    trees: VecDeque<(String, Rc<Tree>)>,
    changes: Vec<FileChange>,
}

impl<'a> Reader<'a> {
    fn new(repository: &'a Repository, root: &'a str) -> Result<Self, Diagnostic> {
        let cat_file = CatFile::open(repository).map_err(|error| repository.damaged(&error.to_string()))?;
        Ok(Self { repository, root, cat_file, trees: VecDeque::new(), changes: Vec::new() })
    }

    fn compare(
        mut self,
        commits: &[Commit<'_>],
        trees: &BTreeMap<&str, &str>,
    ) -> Result<Vec<FileChange>, Diagnostic> {
        // The trail in a tree, for the newest trees: the parent of most commits is the commit before.
        let mut known: BTreeMap<&str, Option<Node>> = BTreeMap::new();
        for commit in commits {
            let from = self.changes.len();
            for parent in &commit.parents {
                let Some(tree) = trees.get(parent) else {
                    return Err(self.repository.damaged(&format!("commit {parent} is missing")));
                };
                let [before, after] = [*tree, commit.tree].map(|tree| match known.get(tree) {
                    Some(node) => Ok(node.clone()),
                    None => self.trail_in(tree),
                });
                let (before, after) = (before?, after?);
                self.step(commit.id, ROOT.as_bytes(), before.clone(), after.clone())?;
                known.clear();
                known.extend([(*tree, before), (commit.tree, after)]);
            }
            self.changes.get_mut(from..).unwrap_or_default().sort_by(|a, b| a.path.cmp(&b.path));
        }
        Ok(self.changes)
    }

    /// What stands at `audit` below the root in a tree.
    fn trail_in(&mut self, tree: &str) -> Result<Option<Node>, Diagnostic> {
        let mut node = Node { mode: "040000".into(), oid: tree.to_owned() };
        for name in self.root.split_terminator('/').chain([ROOT]) {
            if !node.is_tree() {
                return Ok(None);
            }
            let tree = self.tree(&node.oid, None)?;
            let Some(found) = tree.find(name.as_bytes(), node.oid.len() / 2) else { return Ok(None) };
            node = found;
        }
        Ok(Some(node))
    }

    /// Compares what stands at a path before and after a commit. What was added is nothing unusual.
    fn step(
        &mut self,
        commit: &str,
        path: &[u8],
        before: Option<Node>,
        after: Option<Node>,
    ) -> Result<(), Diagnostic> {
        let Some(before) = before else { return Ok(()) };
        if after.as_ref() == Some(&before) {
            return Ok(());
        }
        let width = before.oid.len() / 2;
        match (before.is_tree(), after.filter(|after| after.is_tree() == before.is_tree())) {
            (true, Some(after)) => {
                let older = self.tree(&before.oid, None)?;
                let newer = self.tree(&after.oid, Some(&older))?;
                for lost in older.lost_in(&newer, width) {
                    let path = [path, b"/", &lost.name].concat();
                    self.step(commit, &path, Some(lost.before), lost.after)?;
                }
            }
            (true, None) => {
                // Every file below it was removed.
                let tree = self.tree(&before.oid, None)?;
                for (name, node) in tree.all(width) {
                    let path = [path, b"/", name].concat();
                    self.step(commit, &path, Some(node), None)?;
                }
            }
            (false, after) => self.changes.push(FileChange {
                commit: commit.to_owned(),
                path: String::from_utf8_lossy(path).into_owned(),
                before: format!("{} {}", before.mode, before.oid),
                after: after.map(|after| format!("{} {}", after.mode, after.oid)),
            }),
        }
        Ok(())
    }

    /// A tree, parsed with the help of another version of it where there is one.
    fn tree(&mut self, oid: &str, beside: Option<&Tree>) -> Result<Rc<Tree>, Diagnostic> {
        if let Some((_, tree)) = self.trees.iter().rev().find(|(known, _)| known == oid) {
            return Ok(Rc::clone(tree));
        }
        let damaged = |why: &str| self.repository.damaged(&format!("tree {oid} {why}"));
        let object = self.cat_file.object(oid, MAX_TREE).map_err(|error| damaged(&error.to_string()))?;
        let object = object.ok_or_else(|| damaged("is missing"))?;
        let whole = object.kind == "tree" && u64::try_from(object.bytes.len()) == Ok(object.size);
        let width = oid.len() / 2;
        let parsed = whole.then_some(object.bytes).and_then(|bytes| match beside {
            Some(other) => Tree::parse_beside(bytes, other, width),
            None => Tree::parse(bytes, width),
        });
        let tree = Rc::new(parsed.ok_or_else(|| damaged("is no tree"))?);
        if self.trees.len() >= MAX_TREES {
            self.trees.pop_front();
        }
        self.trees.push_back((oid.to_owned(), Rc::clone(&tree)));
        Ok(tree)
    }
}
