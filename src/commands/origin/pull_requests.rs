//! Which pull requests a job is about.

use super::Origin;
use crate::commands::comment::PullRequests;

impl Origin {
    /// The pull requests that a comment on the verdict goes to.
    ///
    /// | event | pull requests |
    /// |---|---|
    /// | `pull_request`, `pull_request_target` | the one of the event |
    /// | `workflow_run` | the only one that the event lists; for a fork, where it lists none, those of its branch |
    /// | `push`, `workflow_dispatch` | the open ones of the branch |
    /// | any other | none |
    ///
    /// A merge group has none: its commit is the queue's, and may hold the changes of several.
    #[must_use]
    pub fn pull_requests(&self) -> PullRequests {
        if let Some(number) = self.source.pull_request.as_ref().and_then(|number| number.parse().ok()) {
            return PullRequests::One(number);
        }
        let by_branch = ["push", "workflow_dispatch", "workflow_run"];
        match (&self.branches.head_repository, &self.branches.head) {
            (Some(repository), Some(branch))
                if self.source.event.as_deref().is_some_and(|event| by_branch.contains(&event)) =>
            {
                PullRequests::OfBranch { repository: repository.clone(), branch: branch.clone() }
            }
            _ => PullRequests::None,
        }
    }
}
