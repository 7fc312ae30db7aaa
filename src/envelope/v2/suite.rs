//! The decision over all tasks, and the claims that it rests on.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::envelope::v1::VerdictWord;

/// The decision over all tasks.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Suite {
    /// What the claims say, whichever attempt it is.
    pub verdict: VerdictWord,
    /// improve-one-regress-none, regress-none or pooled.
    pub rule: String,
    /// How the choice among several claims is paid for: holm.
    pub correction: String,
    /// What a task weighs in the pooled endpoint: items or equal; null under another rule.
    pub weights: Option<String>,
    /// What every claim and the corrections were held to: the policy's alpha, or the part of it that one attempt may
    /// spend.
    pub alpha: f64,
    /// Most attempts at one release, where the policy limits them.
    pub max_attempts: Option<u32>,
    /// How attempts share alpha: none or bonferroni.
    pub spending: String,
    /// What was shown and what was not, in words.
    pub finding: String,
    /// What to do next, where there is something to do.
    pub suggestion: Option<String>,
    /// Every claim, task by task.
    pub claims: Vec<Claim>,
    /// The tasks that keep the suite from ALLOW, in the order of the policy.
    pub blocking: Vec<String>,
}

/// One claim: delta > `null_value`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Claim {
    /// The task; null for the pooled endpoint.
    pub task: Option<String>,
    /// superiority, non-inferiority, slice, anchor or budget.
    pub kind: String,
    /// The subgroup, the anchor, or `pooled`.
    pub label: Option<String>,
    /// The value that delta must exceed. For a budget counted as a ratio, minus a share of the baseline's mean, and
    /// delta is counted likewise.
    pub null_value: f64,
    /// Mean of candidate minus what it is compared with, sign turned when lower is better; null where nothing is
    /// paired.
    pub delta: Option<f64>,
    /// Both bounds, whatever missing items would have scored.
    pub bounds: ClaimBounds,
    /// H0: delta <= `null_value`.
    pub p_value: f64,
    /// The same after the correction for the choice among several tasks, where there is one.
    pub p_adjusted: f64,
    /// H0: delta >= `null_value`: what a refutation rests on.
    pub p_against: f64,
    /// The same after Holm over all claims that can reject the suite.
    pub p_against_adjusted: f64,
    /// Paired items.
    pub n_pairs: u64,
    /// Whether the verdict depends on it.
    pub decides: bool,
    /// shown, refuted or open.
    pub held: String,
    /// Why nothing could be shown, where that is not a matter of the numbers.
    pub obstacle: Option<String>,
}

/// Both bounds of a claim.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct ClaimBounds {
    /// Lower bound; null is unbounded.
    pub lower: Option<f64>,
    /// Upper bound; null is unbounded.
    pub upper: Option<f64>,
    /// Confidence of each bound taken by itself.
    pub each: f64,
}
