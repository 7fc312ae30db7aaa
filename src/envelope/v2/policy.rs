//! The policy that a suite was judged by.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// The policy that a suite was judged by.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Policy {
    /// Its path.
    pub path: String,
    /// The git ref it was read at, such as `refs/heads/main`; null where it was read from disk.
    #[serde(rename = "ref")]
    pub source_ref: Option<String>,
    /// The commit that the ref named then.
    pub commit: Option<String>,
    /// SHA-256 of its bytes.
    #[schemars(regex(pattern = "^[0-9a-f]{64}$"))]
    pub sha256: String,
    /// Its text, byte for byte.
    pub text: String,
    /// What flags or inputs tightened, one `NAME=VALUE` each; they cannot loosen anything.
    pub tightened: Vec<String>,
    /// The same in words, with both values.
    pub overridden: Vec<String>,
    /// What the pull request under judgement changes in the policy, in words. It was judged without these changes.
    pub proposed_changes: Vec<String>,
    /// The plan that was locked in the trail before the runs were read.
    pub locked_plan: Option<LockedPlan>,
}

/// A plan that was locked before the runs were read.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct LockedPlan {
    /// Its file in the trail.
    pub path: String,
    /// SHA-256 of that file.
    #[schemars(regex(pattern = "^[0-9a-f]{64}$"))]
    pub sha256: String,
    /// The position of its entry in the chain.
    pub entry_index: u64,
    /// When it was locked: RFC 3339, UTC.
    pub locked_at: String,
    /// Whole seconds from then until the runs were read.
    pub seconds_before: u64,
    /// Tasks whose run was made before the plan was locked, by the run's own time.
    pub older_runs: Vec<String>,
}
