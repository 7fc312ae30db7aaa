//! What the action is asked.

use crate::commands::decide::DecisionRequest;
use crate::commands::revisions::PolicyRef;
use crate::commands::suite::SuiteRequest;
use crate::commands::targets::TimeStampPolicy;
use crate::domain::ReleaseId;
use crate::domain::policy::CommentMode;

/// What the action is asked.
#[derive(Clone, Debug, PartialEq)]
pub struct ActionRequest {
    /// What is to be decided.
    pub subject: ActionSubject,
    /// The release to be decided, if any.
    pub release: Option<ReleaseId>,
    /// Who is asked to stamp the entry.
    pub time_stamp: Option<TimeStampPolicy>,
    /// A folder for the trail, instead of the branch.
    pub audit_root: Option<String>,
    /// The branch for the trail.
    pub audit_branch: String,
    /// What a trail that cannot be written does.
    pub audit: Audit,
    /// What a verdict other than ALLOW does to the job.
    pub mode: Mode,
    /// Name of the check; `None` names it after the task.
    pub check_name: Option<String>,
    /// A file that gets a page for the browser.
    pub report: Option<String>,
    /// Whether a comment stands on the pull request; a policy may ask for one, too.
    pub comment: CommentMode,
    /// A file that gets the JSON result.
    pub report_json: Option<String>,
}

/// What the action is to decide.
#[derive(Clone, Debug, PartialEq)]
pub enum ActionSubject {
    /// One pair of runs under a plan.
    Pair(Box<DecisionRequest>),
    /// The tasks of a policy, which is read at the commit that the event and `policy_ref` lead to.
    Suite {
        /// The policy's path, from the top of the repository, and what stands beside it.
        asked: Box<SuiteRequest>,
        /// Which commit it is read at, where that was said.
        policy_ref: Option<PolicyRef>,
    },
}

/// What a trail that cannot be written does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Audit {
    /// Fails the job: no evidence, no release.
    Required,
    /// Is said in a warning; the verdict stands.
    BestEffort,
    /// No trail is written at all.
    Off,
}

/// What a verdict other than ALLOW does to the job.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mode {
    /// Fails it.
    Enforce,
    /// Nothing; errors still fail it.
    Advisory,
}

/// Where an envelope goes that later steps should find outside any trail.
pub(super) const LOOSE_ENVELOPE: &str = "evalsig-envelope.json";
