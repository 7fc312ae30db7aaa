//! A trail as one commit holds it, read without a checkout.

use std::cell::RefCell;
use std::collections::BTreeMap;

use super::blobs::Blobs;
use super::{Git, history, pathspec, unreadable};
use crate::domain::Diagnostic;
use crate::trail::{Earlier, FileKind, History, Listed, MAX_FILE, ROOT, Snapshot, Token, TrailFiles};

const ATTRIBUTES: &str = ".gitattributes";

/// The trail in one commit.
#[derive(Debug)]
pub(in crate::edge) struct GitTrail {
    git: Git,
    /// How the commit was named.
    name: String,
    commit: String,
    /// The folder that holds `audit/`, with a slash at its end; empty at the top.
    root: String,
    files: BTreeMap<String, Object>,
    blobs: RefCell<Option<Blobs>>,
}

/// One file of a commit.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Object {
    pub(super) oid: String,
    pub(super) kind: FileKind,
}

impl GitTrail {
    /// The trail that the commit of this name holds below `root`; none where no commit has the name.
    pub(in crate::edge) fn open(git: Git, name: &str, root: String) -> Result<Option<Self>, Diagnostic> {
        let Some(commit) = git.commit(name)? else { return Ok(None) };
        let files = list(&git, &commit, &root)?;
        Ok(Some(Self { git, name: name.to_owned(), commit, root, files, blobs: RefCell::default() }))
    }

    /// The commit holds something under `audit/`.
    pub(super) fn is_there(&self) -> bool {
        self.files.keys().any(|path| path != ATTRIBUTES)
    }

    pub(super) fn past(&self, is_source: bool) -> Result<History, Diagnostic> {
        let walked = history::walk(&self.git, &self.commit, &self.root)?;
        Ok(History {
            commit: self.commit.clone(),
            name: self.name.clone(),
            is_source,
            cut: walked.cut,
            changes: walked.changes,
        })
    }

    /// What a commit is that did not lead here; none if it did.
    pub(super) fn apart(&self, commit: &str) -> Result<Option<Earlier>, Diagnostic> {
        if commit.len() != self.commit.len() {
            return Ok(Some(Earlier::Stranger));
        }
        if self.git.commit(commit)?.as_deref() == Some(commit) {
            let led = self.git.run(&["merge-base", "--is-ancestor", commit, &self.commit]);
            if led.is_ok_and(|output| output.status.success()) {
                return Ok(None);
            }
        }
        Ok(Some(if history::is_cut(&self.git, &self.commit)? { Earlier::Cut } else { Earlier::Stranger }))
    }

    /// The files under `audit/` in another commit.
    pub(super) fn files_of(&self, commit: &str) -> Result<BTreeMap<String, Object>, Diagnostic> {
        let mut files = list(&self.git, commit, &self.root)?;
        files.remove(ATTRIBUTES);
        Ok(files)
    }

    pub(super) fn bytes_of(&self, object: &Object) -> std::io::Result<Vec<u8>> {
        let mut blobs = self.blobs.borrow_mut();
        let open = match blobs.take() {
            Some(open) => open,
            None => Blobs::open(&self.git)?,
        };
        let open = blobs.insert(open);
        let read = open.read(&object.oid, MAX_FILE.saturating_add(1));
        if read.is_err() {
            // Where it stopped nobody knows.
            *blobs = None;
        }
        read
    }
}

impl TrailFiles for GitTrail {
    fn snapshot(&self) -> Result<Snapshot, Diagnostic> {
        let listed = |(path, file): (&String, &Object)| Listed { path: path.clone(), kind: file.kind };
        Ok(Snapshot { token: Token(self.commit.clone()), files: self.files.iter().map(listed).collect() })
    }

    fn read(&self, path: &str) -> Result<Vec<u8>, Diagnostic> {
        let place = || format!("{}:{}{path}", self.name, self.root);
        let file = self.files.get(path).filter(|file| file.kind == FileKind::Plain);
        let file = file.ok_or_else(|| unreadable(&place(), "there is no such file"))?;
        self.bytes_of(file).map_err(|error| {
            unreadable(&place(), &error.to_string())
                .next("see with `git fsck` whether the clone is whole, or make a new one")
        })
    }

    fn shown(&self, path: &str) -> String {
        format!("{}:{}{path}", self.name, self.root)
    }

    fn history(&self) -> Result<Option<History>, Diagnostic> {
        self.past(true).map(Some)
    }

    fn earlier(&self, commit: &str) -> Result<Earlier, Diagnostic> {
        if let Some(apart) = self.apart(commit)? {
            return Ok(apart);
        }
        let (same, other): (BTreeMap<_, _>, BTreeMap<_, _>) =
            self.files_of(commit)?.into_iter().partition(|(path, file)| self.files.get(path) == Some(file));
        Ok(Earlier::Led { same: same.into_keys().collect(), other: other.into_keys().collect() })
    }
}

/// The files of a trail by their paths from `root`.
fn list(git: &Git, commit: &str, root: &str) -> Result<BTreeMap<String, Object>, Diagnostic> {
    let trail = pathspec(&format!("{root}{ROOT}"));
    let attributes = pathspec(&format!("{root}{ATTRIBUTES}"));
    let output = git.read(&["ls-tree", "-r", "-z", "--full-tree", commit, "--", &trail, &attributes])?;
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
            // A name that is not text cannot be told from another one by its path.
            _ => FileKind::Other,
        };
        let path = String::from_utf8_lossy(path).into_owned();
        // No tree that git makes holds a name twice: neither of the two is the file.
        let twice = files.contains_key(&path);
        files.insert(path, Object { oid, kind: if twice { FileKind::Other } else { kind } });
    }
    Ok(files)
}
