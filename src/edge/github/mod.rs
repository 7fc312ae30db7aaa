//! GitHub: the check run on the commit, and the branch that contains the trail.
//!
//! `config` holds addresses and token, `client` sends requests within one deadline, `response` parses the
//! responses. `check_runs`, `comments`, `refs`, `tree`, `objects` and `trail_branch` use them.

mod check_runs;
mod client;
mod comments;
mod config;
mod objects;
mod refs;
mod response;
mod trail_branch;
mod tree;

use std::cell::RefCell;
use std::sync::Arc;
use std::time::Duration;

use tokio::runtime::{Builder, Runtime};

use super::errors::runtime_not_started;
use super::trail_dir::TrailDirs;
use crate::commands::comment::{Kept, NewComment, PullRequests};
use crate::commands::gate_check::NewCheck;
use crate::commands::targets::TrailTarget;
use crate::commands::{Checks, Comments, OpenedCheck, Trails};
use crate::domain::Diagnostic;
use crate::present::check::{Conclusion, Page};
use crate::trail::Port;
use check_runs::{CheckRuns, OpenCheckRun};
use client::Client;
use comments::PullRequestComments;
use config::Config;
pub(super) use objects::GitHubObjects;
use trail_branch::TrailBranch;

/// GitHub as one job uses it.
pub struct GitHub {
    client: Client,
    open: Arc<OpenCheckRun>,
    /// What the open check run was opened as, and its name.
    gate: RefCell<Option<(NewCheck, String)>>,
    /// Dropped last: the client has tasks on it.
    runtime: Runtime,
}

impl GitHub {
    /// The GitHub that the environment names; `None` without a token. `deadline` limits all requests
    /// together.
    ///
    /// # Errors
    /// `bad-usage` where the environment names no repository, or an address that must not get a token.
    pub fn connect(
        token: Option<String>,
        variable: impl Fn(&str) -> Option<String>,
        deadline: Duration,
    ) -> Result<Option<Self>, Diagnostic> {
        let Some(config) = Config::read(token, variable)? else { return Ok(None) };
        let runtime = Builder::new_multi_thread()
            .worker_threads(1)
            .enable_all()
            .build()
            .map_err(|error| runtime_not_started(&error))?;
        let client = Client::new(&config, deadline, runtime.handle().clone())?;
        let open = Arc::new(OpenCheckRun::none(&client));
        Ok(Some(Self { client, open, gate: RefCell::default(), runtime }))
    }

    /// From now on a signal that ends the job completes the open check run and then calls `exit` with its
    /// address, if one was open; it ends the process.
    pub fn close_check_on_signal(&self, exit: impl FnOnce(Option<String>) + Send + 'static) {
        let open = Arc::clone(&self.open);
        self.runtime.spawn(async move {
            if termination_signal().await.is_ok() {
                exit(
                    open.fail("The job was cancelled or ran out of time before its verdict was shown.").await,
                );
            }
        });
    }

    /// Completes the open check run as a failure, because of a panic. Gives its address, if one was open.
    pub fn fail_open_check(&self, reason: &str) -> Option<String> {
        self.runtime.block_on(self.open.fail(reason))
    }

    /// The files of commits.
    pub(super) fn objects(&self) -> GitHubObjects<'_> {
        GitHubObjects::new(&self.client)
    }

    /// The trails on branches, and those in folders.
    #[must_use]
    pub fn trails(&self, folders: TrailDirs) -> JobTrails<'_> {
        JobTrails { client: &self.client, folders }
    }

    fn check_runs(&self) -> CheckRuns<'_> {
        CheckRuns { client: &self.client, open: Arc::clone(&self.open), gate: &self.gate }
    }
}

impl Checks for GitHub {
    fn open(&self, check: &NewCheck) -> Result<OpenedCheck, Diagnostic> {
        self.check_runs().open(check)
    }

    fn close(&self, conclusion: Conclusion, page: &Page) -> Result<Option<String>, Diagnostic> {
        self.check_runs().close(conclusion, page)
    }

    fn head_of_merge(&self, commit: &str) -> Result<Option<String>, Diagnostic> {
        self.check_runs().head_of_merge(commit)
    }
}

impl Comments for GitHub {
    fn keep(
        &self,
        pull_requests: &PullRequests,
        comment: &NewComment,
    ) -> Result<Vec<(u64, Kept)>, Diagnostic> {
        PullRequestComments { client: &self.client }.keep(pull_requests, comment)
    }
}

/// The trails that a job with a token reaches: on branches, and in the folders of its workspace.
pub struct JobTrails<'a> {
    client: &'a Client,
    folders: TrailDirs,
}

impl Trails for JobTrails<'_> {
    fn open(&self, place: &TrailTarget) -> Result<Box<dyn Port + '_>, Diagnostic> {
        match place {
            TrailTarget::Branch { name, .. } => Ok(Box::new(TrailBranch::new(self.client, name))),
            folder @ TrailTarget::Folder(_) => self.folders.open(folder),
        }
    }
}

/// Waits for the signals by which runners end a job.
#[cfg(unix)]
async fn termination_signal() -> std::io::Result<()> {
    use tokio::signal::unix::{SignalKind, signal};
    let (mut interrupt, mut terminate) = (signal(SignalKind::interrupt())?, signal(SignalKind::terminate())?);
    std::future::poll_fn(|context| match (interrupt.poll_recv(context), terminate.poll_recv(context)) {
        (std::task::Poll::Pending, std::task::Poll::Pending) => std::task::Poll::Pending,
        _ => std::task::Poll::Ready(()),
    })
    .await;
    Ok(())
}

#[cfg(not(unix))]
async fn termination_signal() -> std::io::Result<()> {
    tokio::signal::ctrl_c().await
}
