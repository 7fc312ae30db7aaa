//! The files of the repository at a commit: GitHub says which commit a branch points to now; what the checkout
//! holds of it is read from there, all else from GitHub. Without a token the checkout alone is asked.

use std::cell::OnceCell;
use std::path::PathBuf;

use super::commit_files::{self, Objects};
use super::git::{GitObjects, RepositoryError};
use super::github::{GitHub, GitHubObjects};
use crate::commands::Revisions;
use crate::commands::revisions::Revision;
use crate::domain::Diagnostic;

/// The repository around a folder, and the same one on GitHub.
pub struct RepositoryFiles<'a> {
    github: Option<GitHubObjects<'a>>,
    folder: PathBuf,
    /// Looked for when it is first needed.
    clone: OnceCell<Result<GitObjects, RepositoryError>>,
}

impl<'a> RepositoryFiles<'a> {
    /// The repository around `folder`; `github` is asked first, where there is one.
    #[must_use]
    pub fn new(github: Option<&'a GitHub>, folder: PathBuf) -> Self {
        Self { github: github.map(GitHub::objects), folder, clone: OnceCell::new() }
    }

    fn clone(&self) -> Result<&GitObjects, Diagnostic> {
        let opened = self.clone.get_or_init(|| GitObjects::around(&self.folder));
        opened.as_ref().map_err(|error| error.diagnostic("the files of a commit"))
    }

    /// Asks the clone if it holds the commit. Where it lacks a file of it, as a partial clone does, or holds a
    /// damaged one, GitHub is asked instead.
    fn ask<T>(
        &self,
        commit: &str,
        question: impl Fn(&dyn Objects) -> Result<T, Diagnostic>,
    ) -> Result<T, Diagnostic> {
        let Some(github) = &self.github else { return question(self.clone()?) };
        match self.clone().ok().filter(|clone| clone.holds(commit)).map(|clone| question(clone)) {
            Some(Ok(answer)) => Ok(answer),
            Some(Err(_)) | None => question(github),
        }
    }
}

impl Revisions for RepositoryFiles<'_> {
    fn resolve(&self, revision: &Revision) -> Result<String, Diagnostic> {
        match &self.github {
            Some(github) => github.resolve(revision),
            None => self.clone()?.resolve(revision),
        }
    }

    fn read(&self, commit: &str, path: &str) -> Result<Option<Vec<u8>>, Diagnostic> {
        self.ask(commit, |objects| commit_files::read(objects, commit, path))
    }

    fn list(&self, commit: &str, folder: &str) -> Result<Vec<String>, Diagnostic> {
        self.ask(commit, |objects| commit_files::list(objects, commit, folder))
    }
}
