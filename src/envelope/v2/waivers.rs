//! What people decided beside the verdict on a suite.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::envelope::RepositoryFile;

/// The waivers of the file beside the policy, as they stood when the decision was made.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Waivers {
    /// The file, where there is one.
    pub file: Option<RepositoryFile>,
    /// Those that hold for a task that blocks.
    pub in_force: Vec<Waiver>,
    /// Whether every task that blocks is waived.
    pub all_blocking: bool,
    /// Whether the policy lets waivers turn the check green.
    pub may_turn_green: bool,
    /// Those that are unused, have ended or end soon, in words.
    pub remarks: Vec<String>,
}

impl Waivers {
    /// Whether the check turns green in spite of the verdict.
    #[must_use]
    pub fn turn_green(&self) -> bool {
        self.may_turn_green && self.all_blocking
    }
}

/// A decision by a person that stands beside the verdict.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Waiver {
    /// The task that it waives.
    pub task: String,
    /// Why.
    pub reason: String,
    /// The ticket that says more.
    pub ticket: String,
    /// Who decided.
    pub approver: String,
    /// SHA-256 of the candidate's run file that it is about.
    #[schemars(regex(pattern = "^[0-9a-f]{64}$"))]
    pub candidate_sha256: String,
    /// Until when it holds: RFC 3339, UTC.
    pub effective_until: String,
    /// The release that it is for; null where it names a commit.
    pub release: Option<String>,
    /// The commit that it is for; null where it names a release.
    pub commit: Option<String>,
}
