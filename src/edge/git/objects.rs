//! The files of commits in a clone, each object held against its id: whoever can write into `.git` cannot put
//! another file into a commit.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::path::Path;

use super::cat_file::{CatFile, Object};
use super::repository::{Repository, RepositoryError, can_be_revision};
use crate::commands::revisions::{MAX_FILE, Revision};
use crate::domain::Diagnostic;
use crate::edge::commit_files::{Entry, EntryKind, Objects};
use crate::edge::errors::{commits, git as errors};
use crate::edge::git_object::object_oid;

/// Most entries of one listing, as many as GitHub gives at once.
const MAX_ENTRIES: usize = 100_000;

/// Objects of the repository around a folder.
#[derive(Debug)]
pub(in crate::edge) struct GitObjects {
    repository: Repository,
    /// Started at the first read.
    cat_file: RefCell<Option<CatFile>>,
    trees: RefCell<BTreeMap<String, Vec<Entry>>>,
}

impl GitObjects {
    pub(in crate::edge) fn around(folder: &Path) -> Result<Self, RepositoryError> {
        let repository = Repository::discover(folder)?;
        Ok(Self { repository, cat_file: RefCell::default(), trees: RefCell::default() })
    }

    /// The id of the commit that a revision leads to. A branch is the one that was fetched from `origin`, else
    /// the local one.
    pub(in crate::edge) fn resolve(&self, revision: &Revision) -> Result<String, Diagnostic> {
        let names = match revision {
            Revision::Branch(name) => {
                vec![format!("refs/remotes/origin/{name}"), format!("refs/heads/{name}")]
            }
            Revision::Commit(id) => vec![id.clone()],
            Revision::Named(name) => vec![name.clone(), format!("refs/remotes/origin/{name}")],
        };
        for name in names {
            if !can_be_revision(&name) {
                return Err(commits::malformed_revision(&revision.to_string()));
            }
            if let Some(commit) = self.repository.resolve_commit(&name)? {
                return Ok(commit);
            }
        }
        let next = "fetch it, for example `git fetch origin main`; in the action, give github-token, which asks GitHub";
        Err(commits::no_such_revision(&revision.to_string(), "of this clone", next))
    }

    /// Whether the commit is here.
    pub(in crate::edge) fn holds(&self, commit: &str) -> bool {
        self.object(commit, 0).is_ok_and(|found| found.is_some_and(|object| object.kind == "commit"))
    }

    /// An object, held against its id if all of it was read.
    fn object(&self, oid: &str, limit: u64) -> Result<Option<Object>, Diagnostic> {
        let unreadable = |error: &std::io::Error| errors::object_unreadable(&format!("object {oid}"), error);
        let mut cat_file = self.cat_file.borrow_mut();
        let running = match cat_file.take() {
            Some(running) => running,
            None => CatFile::open(&self.repository).map_err(|error| unreadable(&error))?,
        };
        let running = cat_file.insert(running);
        let read = running.object(oid, usize::try_from(limit).unwrap_or(usize::MAX));
        if read.is_err() {
            // The position in its output is unknown now.
            *cat_file = None;
        }
        let object = read.map_err(|error| unreadable(&error))?;
        let whole = object.as_ref().filter(|object| object.size <= limit);
        if whole.is_some_and(|object| object_oid(&object.kind, &object.bytes, oid.len()) != oid) {
            return Err(commits::object_damaged(oid));
        }
        Ok(object)
    }

    /// The content of an object that must be there.
    fn content(&self, oid: &str, kind: &str) -> Result<Vec<u8>, Diagnostic> {
        match self.object(oid, MAX_FILE)? {
            Some(object) if object.kind == kind && object.size <= MAX_FILE => Ok(object.bytes),
            Some(_) => Err(commits::object_damaged(oid)),
            None => Err(self.repository.damaged(&format!("object {oid} is missing"))),
        }
    }

    /// The tree of a commit.
    fn tree_of(&self, commit: &str) -> Result<String, Diagnostic> {
        let bytes = self.content(commit, "commit")?;
        let text = String::from_utf8_lossy(&bytes);
        let tree = text.lines().next().and_then(|line| line.strip_prefix("tree "));
        tree.map(str::to_owned).ok_or_else(|| commits::object_damaged(commit))
    }
}

impl Objects for GitObjects {
    fn tree(&self, oid: &str) -> Result<Vec<Entry>, Diagnostic> {
        if let Some(known) = self.trees.borrow().get(oid) {
            return Ok(known.clone());
        }
        let tree = if self.holds(oid) { self.tree_of(oid)? } else { oid.to_owned() };
        let entries = parse_tree(&self.content(&tree, "tree")?, oid.len() / 2)
            .ok_or_else(|| commits::object_damaged(&tree))?;
        self.trees.borrow_mut().insert(oid.to_owned(), entries.clone());
        Ok(entries)
    }

    fn all_below(&self, oid: &str) -> Result<Vec<Entry>, Diagnostic> {
        let mut found = Vec::new();
        let mut folders = vec![(String::new(), oid.to_owned())];
        let mut seen = 0_usize;
        while let Some((above, oid)) = folders.pop() {
            for entry in self.tree(&oid)? {
                // Counted with the folders, so that a tree of nothing but folders has an end too.
                seen += 1;
                if seen > MAX_ENTRIES {
                    return Err(commits::too_many_files(&oid));
                }
                let path = format!("{above}{}", entry.name);
                if entry.kind == EntryKind::Folder {
                    folders.push((format!("{path}/"), entry.oid));
                } else {
                    found.push(Entry { name: path, ..entry });
                }
            }
        }
        Ok(found)
    }

    fn blob(&self, oid: &str) -> Result<Option<Vec<u8>>, Diagnostic> {
        match self.object(oid, MAX_FILE)? {
            Some(object) if object.size > MAX_FILE => Ok(None),
            Some(object) if object.kind == "blob" => Ok(Some(object.bytes)),
            Some(_) => Err(commits::object_damaged(oid)),
            None => Err(self.repository.damaged(&format!("object {oid} is missing"))),
        }
    }
}

/// The entries of a tree object: `<mode> <name>\0<id>`, the id as `width` bytes. A name that is not UTF-8
/// matches no path and is left out.
fn parse_tree(mut bytes: &[u8], width: usize) -> Option<Vec<Entry>> {
    let mut entries = Vec::new();
    while !bytes.is_empty() {
        let end = bytes.iter().position(|byte| *byte == 0)?;
        let (head, rest) = (bytes.get(..end)?, bytes.get(end + 1..)?);
        let oid = rest.get(..width)?.iter().map(|byte| format!("{byte:02x}")).collect();
        bytes = rest.get(width..)?;
        let blank = head.iter().position(|byte| *byte == b' ')?;
        let mode = std::str::from_utf8(head.get(..blank)?).ok()?;
        let Ok(name) = std::str::from_utf8(head.get(blank + 1..)?) else { continue };
        entries.push(Entry { name: name.to_owned(), oid, kind: EntryKind::of_mode(mode), size: None });
    }
    Some(entries)
}
