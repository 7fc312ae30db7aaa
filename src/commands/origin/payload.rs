//! The payload of an event, as far as it is looked at.

use serde::Deserialize;

/// The parts of a payload that are looked at.
#[derive(Debug, Default, Deserialize)]
pub(super) struct Payload {
    pub(super) pull_request: Option<PullRequest>,
    pub(super) merge_group: Option<MergeGroup>,
    pub(super) workflow_run: Option<WorkflowRun>,
    pub(super) before: Option<String>,
    pub(super) repository: Option<Repository>,
}

#[derive(Debug, Deserialize)]
pub(super) struct PullRequest {
    pub(super) number: u64,
    pub(super) head: Side,
    pub(super) base: Side,
}

#[derive(Debug, Deserialize)]
pub(super) struct Side {
    pub(super) sha: String,
    pub(super) r#ref: Option<String>,
    /// Null where the fork was deleted.
    pub(super) repo: Option<Repository>,
}

#[derive(Debug, Deserialize)]
pub(super) struct Repository {
    pub(super) full_name: Option<String>,
    pub(super) default_branch: Option<String>,
}

#[derive(Debug, Deserialize)]
pub(super) struct MergeGroup {
    pub(super) head_sha: String,
    pub(super) base_sha: String,
    pub(super) head_ref: Option<String>,
    pub(super) base_ref: Option<String>,
}

#[derive(Debug, Deserialize)]
pub(super) struct WorkflowRun {
    pub(super) head_sha: String,
    /// What started the run that ended.
    pub(super) event: Option<String>,
    pub(super) head_branch: Option<String>,
    pub(super) head_repository: Option<Repository>,
    #[serde(default)]
    pub(super) pull_requests: Vec<Linked>,
}

/// A pull request as a workflow run lists it.
#[derive(Debug, Deserialize)]
pub(super) struct Linked {
    pub(super) number: u64,
    pub(super) base: Option<LinkedSide>,
}

#[derive(Debug, Deserialize)]
pub(super) struct LinkedSide {
    pub(super) r#ref: Option<String>,
}
