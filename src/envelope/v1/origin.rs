//! What was decided about, by which workflow run and program.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// The source that was decided about.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Source {
    /// owner/name.
    pub repository: Option<String>,
    /// The repository's number, as text.
    pub repository_id: Option<String>,
    /// Head of the branch under decision.
    pub head_sha: Option<String>,
    /// The commit that was checked out and tested.
    pub tested_sha: Option<String>,
    /// The commit it would be merged into.
    pub base_sha: Option<String>,
    /// The git ref.
    pub r#ref: Option<String>,
    /// The event that started the workflow.
    pub event: Option<String>,
    /// Number of the pull request, as text.
    pub pull_request: Option<String>,
}

/// The workflow run that decided.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Run {
    /// The workflow file and its ref.
    pub workflow_ref: Option<String>,
    /// The commit of the workflow file.
    pub workflow_sha: Option<String>,
    /// Id of the run, as text.
    pub run_id: Option<String>,
    /// Attempt of the run, as text.
    pub run_attempt: Option<String>,
    /// Job.
    pub job: Option<String>,
    /// Who the event belongs to.
    pub actor: Option<String>,
    /// Who started this run.
    pub triggering_actor: Option<String>,
    /// The machine.
    pub runner: Option<String>,
}

/// The program that decided.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Tool {
    /// Always `evalsig`.
    pub name: String,
    /// Its version.
    pub version: String,
    /// The commit it was built from, where the build knew.
    pub git_sha: Option<String>,
    /// The image it ran in, where that was known.
    pub image_digest: Option<String>,
    /// Architecture and operating system.
    pub target: String,
}

/// What was asked of a time-stamping authority (RFC 3161) when the entry was written.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct TimeStamp {
    /// Where it was asked.
    pub url: String,
    /// `required`: nothing was to be recorded without one, so one that is missing was removed.
    /// `best-effort`: recorded without one where the authority gave none.
    pub policy: String,
}

impl TimeStamp {
    /// The policy under which nothing is recorded without a time stamp.
    pub const REQUIRED: &str = "required";
    /// The policy under which the authority may fail.
    pub const BEST_EFFORT: &str = "best-effort";
}
