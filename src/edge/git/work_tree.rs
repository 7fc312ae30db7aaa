//! A trail in a folder of a work tree: the files are those of the folder, the past is that of `HEAD`.

use std::collections::BTreeSet;
use std::path::Path;

use super::{Git, GitTrail};
use crate::domain::Diagnostic;
use crate::edge::trail_dir::TrailDir;
use crate::trail::{Earlier, FileKind, History, Snapshot, TrailFiles};

/// The commit that the work tree stands on.
const HEAD: &str = "HEAD";

/// A folder and what git knows of it.
#[derive(Debug)]
pub(in crate::edge) struct WorkTree {
    folder: TrailDir,
    head: GitTrail,
}

impl WorkTree {
    /// The trail in `root/audit`; none where `root` lies in no work tree that git opens, or nothing was
    /// committed yet. Then the folder is all there is.
    pub(in crate::edge) fn at(root: &Path) -> Result<Option<Self>, Diagnostic> {
        let Some(git) = Git::around(root).ok().filter(|git| git.in_work_tree) else { return Ok(None) };
        let prefix = git.prefix.clone();
        let head = GitTrail::open(git, HEAD, prefix)?;
        Ok(head.map(|head| Self { folder: TrailDir::at(root), head }))
    }
}

impl TrailFiles for WorkTree {
    fn snapshot(&self) -> Result<Snapshot, Diagnostic> {
        self.folder.snapshot()
    }

    fn read(&self, path: &str) -> Result<Vec<u8>, Diagnostic> {
        self.folder.read(path)
    }

    fn shown(&self, path: &str) -> String {
        self.folder.shown(path)
    }

    fn history(&self) -> Result<Option<History>, Diagnostic> {
        let past = self.head.past(false)?;
        // A folder that was never committed has no past to speak of.
        Ok(Some(past).filter(|past| self.head.is_there() || !past.changes.is_empty()))
    }

    fn earlier(&self, commit: &str) -> Result<Earlier, Diagnostic> {
        if let Some(apart) = self.head.apart(commit)? {
            return Ok(apart);
        }
        let here = self.folder.snapshot()?.files;
        let here: BTreeSet<String> =
            here.into_iter().filter(|file| file.kind == FileKind::Plain).map(|file| file.path).collect();
        let (mut same, mut other) = (BTreeSet::new(), BTreeSet::new());
        for (path, file) in self.head.files_of(commit)? {
            // What is committed and what lies in the folder need not be the same.
            let there = here.contains(&path).then(|| self.head.bytes_of(&file)).transpose();
            let there = there.map_err(|error| super::unreadable(&path, &error.to_string()))?;
            let kept = match there {
                Some(bytes) => self.folder.read(&path)? == bytes,
                None => false,
            };
            (if kept { &mut same } else { &mut other }).insert(path);
        }
        Ok(Earlier::Led { same, other })
    }
}
