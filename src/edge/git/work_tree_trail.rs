//! A trail in a folder of a work tree: files come from the folder, history from `HEAD`.

use std::collections::BTreeSet;
use std::path::Path;

use super::commit_trail::CommitTrail;
use super::repository::Repository;
use crate::domain::Diagnostic;
use crate::edge::errors::git as errors;
use crate::edge::trail_dir::TrailDir;
use crate::trail::{Earlier, FileHistory, FileKind, Snapshot, TrailFiles};

/// The commit that is checked out.
const HEAD: &str = "HEAD";

/// A folder and the trail that `HEAD` contains at the same path.
#[derive(Debug)]
pub(in crate::edge) struct WorkTreeTrail {
    folder: TrailDir,
    head: CommitTrail,
}

impl WorkTreeTrail {
    /// The trail in `root/audit`; `None` where `root` lies in no work tree that git opens, or in one
    /// without commits. Such a folder has no history.
    pub(in crate::edge) fn open(root: &Path) -> Result<Option<Self>, Diagnostic> {
        let found = Repository::discover(root).ok().filter(|repository| repository.in_work_tree);
        let Some(repository) = found else { return Ok(None) };
        let prefix = repository.prefix.clone();
        let head = CommitTrail::open(repository, HEAD, prefix)?;
        Ok(head.map(|head| Self { folder: TrailDir::at(root), head }))
    }
}

impl TrailFiles for WorkTreeTrail {
    fn snapshot(&self) -> Result<Snapshot, Diagnostic> {
        self.folder.snapshot()
    }

    fn read(&self, path: &str) -> Result<Vec<u8>, Diagnostic> {
        self.folder.read(path)
    }

    fn shown(&self, path: &str) -> String {
        self.folder.shown(path)
    }

    fn history(&self) -> Result<Option<FileHistory>, Diagnostic> {
        let history = self.head.history_of_commit(false)?;
        // A folder that was never committed has no history.
        Ok(Some(history).filter(|history| self.head.has_files() || !history.changes.is_empty()))
    }

    fn earlier(&self, commit: &str) -> Result<Earlier, Diagnostic> {
        if let Some(other) = self.head.unless_ancestor(commit)? {
            return Ok(other);
        }
        let here = self.folder.snapshot()?.files;
        let here: BTreeSet<String> =
            here.into_iter().filter(|file| file.kind == FileKind::Plain).map(|file| file.path).collect();
        let (mut same, mut other) = (BTreeSet::new(), BTreeSet::new());
        for (path, file) in self.head.files_in(commit)? {
            // The work tree may differ from the commit.
            let there = here.contains(&path).then(|| self.head.content(&file)).transpose();
            let there = there.map_err(|error| errors::unreadable(&path, &error.to_string()))?;
            let kept = match there {
                Some(bytes) => self.folder.read(&path)? == bytes,
                None => false,
            };
            (if kept { &mut same } else { &mut other }).insert(path);
        }
        Ok(Earlier::Led { same, other })
    }
}
