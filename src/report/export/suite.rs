//! What an export says of a decision about a suite.

use schemars::JsonSchema;
use serde::Serialize;

use super::numbers::Numbers;
use crate::envelope::v2::Claim;

/// The decision over all tasks.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
pub struct ExportedSuite {
    /// The policy's path.
    pub policy_path: String,
    /// SHA-256 of the policy.
    pub policy_sha256: String,
    /// How the claims became one verdict.
    pub rule: String,
    /// What was shown and what was not, in words.
    pub finding: String,
    /// Whether the attempt was beyond those that the policy allows: then an ALLOW is INCONCLUSIVE.
    pub attempts_exceeded: bool,
    /// The tasks that keep it from ALLOW.
    pub blocking: Vec<String>,
    /// Every claim, as the envelope has it.
    pub claims: Vec<Claim>,
}

/// One task of a suite.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
pub struct ExportedTask {
    /// Its name in the policy.
    pub task: String,
    /// Its main claim and the numbers of that; null where its first run was recorded, for want of a baseline.
    pub numbers: Option<Numbers>,
    /// Its stored runs.
    pub runs: ExportedRuns,
}

/// Paths of the stored runs of a task in the export; null for one that is not here, or that there is none of.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, JsonSchema)]
pub struct ExportedRuns {
    /// The run that was in use.
    pub baseline: Option<String>,
    /// The run that wanted to replace it, or that was recorded as the first.
    pub candidate: Option<String>,
    /// The fixed run that it was compared with too.
    pub anchor: Option<String>,
}
