//! GitHub: the check on the commit, and the branch that holds the trail.
//!
//! `site` says which GitHub and in whose name, `caller` sends one request at a time within one
//! deadline, `reply` sorts what comes back. On these stand `checks`, `objects` and `branch`.

mod branch;
mod caller;
mod checks;
mod objects;
mod reply;
mod site;

use std::sync::Arc;
use std::time::Duration;

use tokio::runtime::{Builder, Runtime};

use super::trail_dir::TrailDirs;
use crate::commands::targets::TrailTarget;
use crate::commands::{Checks, Trails};
use crate::domain::{Code, Diagnostic};
use crate::present::check::{Conclusion, NewCheck, Page};
use crate::trail::Port;
use branch::Branch;
use caller::{Caller, Pace};
use checks::{Desk, Open};
use site::Site;

/// A job's GitHub.
pub struct GitHub {
    caller: Caller,
    open: Arc<Open>,
    /// Dropped last: the others have work on it.
    runtime: Runtime,
}

impl GitHub {
    /// The GitHub of the environment; `None` without a token. `patience` is what all waiting may
    /// take together.
    ///
    /// # Errors
    /// `bad-usage` where the environment names no repository, or an address to which a token must not
    /// be sent.
    pub fn connect(
        token: Option<String>,
        variable: impl Fn(&str) -> Option<String>,
        patience: Duration,
    ) -> Result<Option<Self>, Diagnostic> {
        let Some(site) = Site::of(token, variable)? else { return Ok(None) };
        let runtime = Builder::new_multi_thread()
            .worker_threads(1)
            .enable_all()
            .build()
            .map_err(|error| Code::Bug.at("runtime").what(format!("cannot be started: {error}")))?;
        let caller = Caller::new(&site, Pace::within(patience), runtime.handle().clone())?;
        let open = Arc::new(Open::none(&caller));
        Ok(Some(Self { caller, open, runtime }))
    }

    /// From now on a signal that ends the job completes the open check first, calls `farewell`, and
    /// ends the process.
    pub fn mind_signals(&self, farewell: impl FnOnce() + Send + 'static) {
        let open = Arc::clone(&self.open);
        self.runtime.spawn(async move {
            if signalled().await.is_ok() {
                open.abandon("The job was cancelled or ran out of time before its verdict was shown.").await;
                farewell();
            }
        });
    }

    /// Completes the open check as a failure, because of a panic.
    pub fn abandon(&self, reason: &str) {
        self.runtime.block_on(self.open.abandon(reason));
    }

    fn desk(&self) -> Desk<'_> {
        Desk { caller: &self.caller, open: Arc::clone(&self.open) }
    }
}

impl Checks for GitHub {
    fn open(&self, check: &NewCheck) -> Result<String, Diagnostic> {
        self.desk().open(check)
    }

    fn close(&self, conclusion: Conclusion, page: &Page) -> Result<(), Diagnostic> {
        self.desk().close(conclusion, page)
    }
}

impl Trails for GitHub {
    fn open(&self, place: &TrailTarget) -> Result<Box<dyn Port + '_>, Diagnostic> {
        match place {
            TrailTarget::Branch { name, .. } => Ok(Box::new(Branch::new(&self.caller, name))),
            folder @ TrailTarget::Folder(_) => TrailDirs.open(folder).map(|port| port as Box<dyn Port + '_>),
        }
    }
}

/// Waits for the signals by which runners end a job.
#[cfg(unix)]
async fn signalled() -> std::io::Result<()> {
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
async fn signalled() -> std::io::Result<()> {
    tokio::signal::ctrl_c().await
}
