//! A trail as one commit contains it, read without a checkout.

use std::cell::RefCell;
use std::collections::BTreeMap;

use super::cat_file::CatFile;
use super::history;
use super::repository::{Repository, pathspec};
use crate::domain::Diagnostic;
use crate::edge::errors::git as errors;
use crate::edge::git_object::TreeEntry;
use crate::trail::{Earlier, FileHistory, FileKind, HeadToken, Listed, MAX_FILE, ROOT, Snapshot, TrailFiles};

const ATTRIBUTES: &str = ".gitattributes";

/// The trail in one commit.
#[derive(Debug)]
pub(in crate::edge) struct CommitTrail {
    repository: Repository,
    /// The revision as the user wrote it.
    name: String,
    /// The id of the commit that it stands for.
    commit: String,
    /// The folder that contains `audit/`, with a slash at its end; empty at the top.
    root: String,
    files: BTreeMap<String, TreeEntry>,
    /// Started at the first read.
    cat_file: RefCell<Option<CatFile>>,
}

impl CommitTrail {
    /// The trail below `root` in the commit that `name` stands for; `None` where no commit has the name.
    pub(in crate::edge) fn open(
        repository: Repository,
        name: &str,
        root: String,
    ) -> Result<Option<Self>, Diagnostic> {
        let Some(commit) = repository.resolve_commit(name)? else { return Ok(None) };
        let files = list(&repository, &commit, &root)?;
        let name = name.to_owned();
        Ok(Some(Self { repository, name, commit, root, files, cat_file: RefCell::default() }))
    }

    /// Whether the commit contains anything under `audit/`.
    pub(super) fn has_files(&self) -> bool {
        self.files.keys().any(|path| path != ATTRIBUTES)
    }

    /// The history of the trail up to this commit. `is_source`: the files are read from the commit too.
    pub(super) fn history_of_commit(&self, is_source: bool) -> Result<FileHistory, Diagnostic> {
        let walk = history::walk(&self.repository, &self.commit, &self.root)?;
        Ok(FileHistory {
            commit: self.commit.clone(),
            name: self.name.clone(),
            is_source,
            cut: walk.is_shallow,
            changes: walk.changes,
        })
    }

    /// What `commit` is if it is no ancestor of this commit; `None` if it is one.
    pub(super) fn unless_ancestor(&self, commit: &str) -> Result<Option<Earlier>, Diagnostic> {
        if commit.len() != self.commit.len() {
            return Ok(Some(Earlier::Stranger));
        }
        if self.repository.resolve_commit(commit)?.as_deref() == Some(commit) {
            let ancestor = self.repository.run(&["merge-base", "--is-ancestor", commit, &self.commit]);
            if ancestor.is_ok_and(|output| output.status.success()) {
                return Ok(None);
            }
        }
        Ok(Some(if history::is_shallow(&self.repository, &self.commit)? {
            Earlier::Cut
        } else {
            Earlier::Stranger
        }))
    }

    /// The files under `audit/` in another commit.
    pub(super) fn files_in(&self, commit: &str) -> Result<BTreeMap<String, TreeEntry>, Diagnostic> {
        let mut files = list(&self.repository, commit, &self.root)?;
        files.remove(ATTRIBUTES);
        Ok(files)
    }

    pub(super) fn content(&self, entry: &TreeEntry) -> std::io::Result<Vec<u8>> {
        let mut cat_file = self.cat_file.borrow_mut();
        let running = match cat_file.take() {
            Some(running) => running,
            None => CatFile::open(&self.repository)?,
        };
        let running = cat_file.insert(running);
        let read = running.read(&entry.oid, MAX_FILE.saturating_add(1));
        if read.is_err() {
            // The position in its output is unknown now.
            *cat_file = None;
        }
        read
    }
}

impl TrailFiles for CommitTrail {
    fn snapshot(&self) -> Result<Snapshot, Diagnostic> {
        let listed = |(path, file): (&String, &TreeEntry)| Listed { path: path.clone(), kind: file.kind };
        Ok(Snapshot { token: HeadToken(self.commit.clone()), files: self.files.iter().map(listed).collect() })
    }

    fn read(&self, path: &str) -> Result<Vec<u8>, Diagnostic> {
        let place = || format!("{}:{}{path}", self.name, self.root);
        let file = self.files.get(path).filter(|file| file.kind == FileKind::Plain);
        let file = file.ok_or_else(|| errors::unreadable(&place(), "there is no such file"))?;
        self.content(file).map_err(|error| errors::object_unreadable(&place(), &error))
    }

    fn shown(&self, path: &str) -> String {
        format!("{}:{}{path}", self.name, self.root)
    }

    fn history(&self) -> Result<Option<FileHistory>, Diagnostic> {
        self.history_of_commit(true).map(Some)
    }

    fn earlier(&self, commit: &str) -> Result<Earlier, Diagnostic> {
        if let Some(other) = self.unless_ancestor(commit)? {
            return Ok(other);
        }
        let (same, other): (BTreeMap<_, _>, BTreeMap<_, _>) =
            self.files_in(commit)?.into_iter().partition(|(path, file)| self.files.get(path) == Some(file));
        Ok(Earlier::Led { same: same.into_keys().collect(), other: other.into_keys().collect() })
    }
}

/// The files of a trail by path from `root`.
fn list(
    repository: &Repository,
    commit: &str,
    root: &str,
) -> Result<BTreeMap<String, TreeEntry>, Diagnostic> {
    let trail = pathspec(&format!("{root}{ROOT}"));
    let attributes = pathspec(&format!("{root}{ATTRIBUTES}"));
    let output =
        repository.stdout(&["ls-tree", "-r", "-z", "--full-tree", commit, "--", &trail, &attributes])?;
    let mut files = BTreeMap::new();
    // `<mode> <kind> <oid> TAB <path>`
    for line in output.split(|byte| *byte == 0).filter(|line| !line.is_empty()) {
        let tab = line.iter().position(|byte| *byte == b'\t').unwrap_or(line.len());
        let (fields, path) = line.split_at(tab);
        let fields = String::from_utf8_lossy(fields);
        let mut fields = fields.split(' ');
        let mode = fields.next().unwrap_or_default();
        let oid = fields.nth(1).unwrap_or_default().to_owned();
        let path = path.get(1..).unwrap_or_default();
        let path = path.strip_prefix(root.as_bytes()).unwrap_or(path);
        let kind = match (std::str::from_utf8(path), mode) {
            (Ok(_), "100644" | "100755" | "100664") => FileKind::Plain,
            (Ok(_), "120000") => FileKind::Link,
            // Two names that are not UTF-8 may have the same path after conversion.
            _ => FileKind::Other,
        };
        let path = String::from_utf8_lossy(path).into_owned();
        // git never writes a tree with the same name twice, so neither entry can be trusted.
        let twice = files.contains_key(&path);
        files.insert(path, TreeEntry { oid, kind: if twice { FileKind::Other } else { kind } });
    }
    Ok(files)
}
