//! The files of commits, through GitHub's API.
//!
//! Trees are read level by level and kept, so each file costs one request beyond those of its folder. The
//! contents API would follow links, and leaves files of more than a megabyte out.

use std::cell::RefCell;
use std::collections::BTreeMap;

use super::client::Client;
use super::response::ApiError;
use super::{refs, tree};
use crate::commands::origin::is_ref_name;
use crate::commands::revisions::Revision;
use crate::domain::Diagnostic;
use crate::edge::commit_files::{Entry, Objects};
use crate::edge::errors::commits as errors;
use crate::edge::git_object::is_oid;

/// The permission that reading needs.
const PERMISSION: &str = "contents: read";

/// Objects of the repository on GitHub.
pub(in crate::edge) struct GitHubObjects<'a> {
    client: &'a Client,
    trees: RefCell<BTreeMap<String, Vec<Entry>>>,
}

impl<'a> GitHubObjects<'a> {
    pub(super) fn new(client: &'a Client) -> Self {
        Self { client, trees: RefCell::default() }
    }

    /// The id of the commit that a revision leads to.
    pub(in crate::edge) fn resolve(&self, revision: &Revision) -> Result<String, Diagnostic> {
        let unreadable =
            |error: ApiError| error.diagnostic(&format!("{revision} cannot be read"), PERMISSION);
        let found = match revision {
            Revision::Branch(name) if is_ref_name(name) => refs::branch_head(self.client, name),
            Revision::Commit(id) if is_oid(id) => self.commit(id),
            Revision::Named(name) if is_oid(name) => self.commit(name),
            Revision::Named(name) if is_ref_name(name) => {
                let short = |folder| name.strip_prefix(folder);
                match (short("refs/heads/"), short("refs/tags/")) {
                    (Some(branch), _) => refs::branch_head(self.client, branch),
                    (None, Some(tag)) => refs::tagged_commit(self.client, tag),
                    (None, None) => {
                        let branch = refs::branch_head(self.client, name).map_err(unreadable)?;
                        let tag = refs::tagged_commit(self.client, name).map_err(unreadable)?;
                        if branch.is_some() && tag.is_some() && branch != tag {
                            return Err(errors::ambiguous_revision(name));
                        }
                        Ok(branch.or(tag))
                    }
                }
            }
            Revision::Branch(_) | Revision::Commit(_) | Revision::Named(_) => {
                return Err(errors::malformed_revision(&revision.to_string()));
            }
        };
        found.map_err(unreadable)?.ok_or_else(|| {
            let next = "see that it exists, and that the job has permissions: contents: read";
            errors::no_such_revision(&revision.to_string(), "of this repository on GitHub", next)
        })
    }

    /// The id itself, if it is a commit's.
    fn commit(&self, id: &str) -> Result<Option<String>, ApiError> {
        match self.client.get(&format!("/git/commits/{id}")) {
            Ok(_) => Ok(Some(id.to_owned())),
            Err(ApiError::NotFound(_)) => Ok(None),
            Err(error) => Err(error),
        }
    }

    fn entries(&self, oid: &str, recursive: bool) -> Result<Vec<Entry>, Diagnostic> {
        tree::entries(self.client, oid, recursive)
            .map_err(|error| error.diagnostic(&format!("the files of {oid} cannot be read"), PERMISSION))?
            .ok_or_else(|| errors::too_many_files(oid))
    }
}

impl Objects for GitHubObjects<'_> {
    fn tree(&self, oid: &str) -> Result<Vec<Entry>, Diagnostic> {
        if let Some(known) = self.trees.borrow().get(oid) {
            return Ok(known.clone());
        }
        let entries = self.entries(oid, false)?;
        self.trees.borrow_mut().insert(oid.to_owned(), entries.clone());
        Ok(entries)
    }

    fn all_below(&self, oid: &str) -> Result<Vec<Entry>, Diagnostic> {
        self.entries(oid, true)
    }

    fn blob(&self, oid: &str) -> Result<Option<Vec<u8>>, Diagnostic> {
        // The tree said how long it is, and GitHub gives out no blob of more than that.
        tree::read_blob(self.client, oid)
            .map(Some)
            .map_err(|error| error.diagnostic(&format!("file {oid} cannot be read"), PERMISSION))
    }
}
