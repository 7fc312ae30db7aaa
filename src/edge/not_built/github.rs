//! `github` in a build without the feature `github`: there is no connection, so nothing is ever asked of it.

use std::marker::PhantomData;
use std::time::Duration;

use crate::commands::comment::{Kept, NewComment, PullRequests};
use crate::commands::gate_check::NewCheck;
use crate::commands::revisions::Revision;
use crate::commands::{Checks, Comments, OpenedCheck};
use crate::domain::{Diagnostic, Feature};
use crate::edge::commit_files::{Entry, Objects};
use crate::edge::trail_dir::TrailDirs;
use crate::present::check::{Conclusion, Page};

/// GitHub as one job uses it, which cannot be reached.
pub enum GitHub {}

impl GitHub {
    /// `None` without a token, which means not to use GitHub.
    ///
    /// # Errors
    /// `feature-missing` where there is a token.
    pub fn connect(
        token: Option<String>,
        _: impl Fn(&str) -> Option<String>,
        _: Duration,
    ) -> Result<Option<Self>, Diagnostic> {
        token.map_or(Ok(None), |_| Err(Feature::GitHub.refuse("input github-token")))
    }

    /// There is no check to close.
    pub fn close_check_on_signal(&self, _: impl FnOnce(Option<String>) + Send + 'static) {
        match *self {}
    }

    /// There is no check to complete.
    pub fn fail_open_check(&self, _: &str) -> Option<String> {
        match *self {}
    }

    /// There are no trails on branches.
    pub fn trails(&self, _: TrailDirs) -> TrailDirs {
        match *self {}
    }

    pub(in crate::edge) fn objects(&self) -> GitHubObjects<'_> {
        match *self {}
    }
}

impl Checks for GitHub {
    fn open(&self, _: &NewCheck) -> Result<OpenedCheck, Diagnostic> {
        match *self {}
    }

    fn close(&self, _: Conclusion, _: &Page) -> Result<Option<String>, Diagnostic> {
        match *self {}
    }

    fn head_of_merge(&self, _: &str) -> Result<Option<String>, Diagnostic> {
        match *self {}
    }
}

impl Comments for GitHub {
    fn keep(&self, _: &PullRequests, _: &NewComment) -> Result<Vec<(u64, Kept)>, Diagnostic> {
        match *self {}
    }
}

/// Objects of the repository on GitHub.
pub(in crate::edge) struct GitHubObjects<'a> {
    github: GitHub,
    lifetime: PhantomData<&'a GitHub>,
}

impl GitHubObjects<'_> {
    pub(in crate::edge) fn resolve(&self, _: &Revision) -> Result<String, Diagnostic> {
        match self.github {}
    }
}

impl Objects for GitHubObjects<'_> {
    fn tree(&self, _: &str) -> Result<Vec<Entry>, Diagnostic> {
        match self.github {}
    }

    fn all_below(&self, _: &str) -> Result<Vec<Entry>, Diagnostic> {
        match self.github {}
    }

    fn blob(&self, _: &str) -> Result<Option<Vec<u8>>, Diagnostic> {
        match self.github {}
    }
}
