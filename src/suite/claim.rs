//! One claim of a suite, with its numbers and what became of it.

use super::evidence::Evidence;
use crate::domain::named_enum;
use crate::domain::policy::TaskName;

named_enum! {
    /// What a claim of a suite is about.
    pub enum ClaimKind {
        Superiority = "superiority", "The candidate is better than the baseline.";
        NonInferiority = "non-inferiority", "The candidate is not worse than the baseline by the margin or more.";
        Slice = "slice", "The same as non-inferiority, for one subgroup of the items.";
        Anchor = "anchor", "The candidate is not worse than the anchor by the margin or more.";
        Budget = "budget", "A cost does not grow by the margin or more.";
    }
}

named_enum! {
    /// What became of a claim.
    pub enum Held {
        Shown = "shown", "The data show it.";
        Refuted = "refuted", "The data show its opposite.";
        Open = "open", "The data show neither.";
    }
}

/// One claim of a suite: delta > `null_value`, where delta is the true mean of candidate minus what it is compared
/// with, oriented so that larger is better.
#[derive(Clone, Debug, PartialEq)]
pub struct ClaimResult {
    /// The task; `None` for the pooled endpoint over all of them.
    pub task: Option<TaskName>,
    /// What it is about.
    pub kind: ClaimKind,
    /// The subgroup, the anchor, or `pooled`.
    pub label: Option<String>,
    /// The value that delta must exceed; for a budget counted as a ratio, minus the share of the baseline's mean.
    pub null_value: f64,
    /// The numbers.
    pub evidence: Evidence,
    /// Whether the verdict depends on it. A subgroup with few items is reported only.
    pub decides: bool,
    /// p of the claim, after the correction for the choice among several where there is one.
    pub p_adjusted: f64,
    /// p against the claim, after Holm over all claims that can reject the suite.
    pub p_against_adjusted: f64,
    /// What became of it.
    pub held: Held,
}

impl ClaimResult {
    /// A claim whose fate the rule has still to decide.
    pub(super) fn new(
        task: Option<&TaskName>,
        kind: ClaimKind,
        label: Option<String>,
        null_value: f64,
        evidence: Evidence,
    ) -> Self {
        let (p_adjusted, p_against_adjusted) = (evidence.p_value, evidence.p_against);
        let task = task.cloned();
        Self {
            task,
            kind,
            label,
            null_value,
            evidence,
            decides: true,
            p_adjusted,
            p_against_adjusted,
            held: Held::Open,
        }
    }
}
