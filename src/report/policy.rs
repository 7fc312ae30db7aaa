//! What `policy check` reports: what a policy means, and what it can show.

use serde::Serialize;

use crate::policy::Meaning;

/// A policy that can be used.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct PolicyReport {
    /// The file.
    pub path: String,
    /// SHA-256 of its bytes: what an envelope names it by.
    pub sha256: String,
    /// What it means.
    pub meaning: Meaning,
    /// What each claim can show with runs like those of the store; empty without a store.
    pub power: Vec<ClaimPower>,
    /// The least probability that all claims are shown together, where each is known.
    pub whole: Option<f64>,
    /// What is not known, and what stands out.
    pub notes: Vec<String>,
    /// The waiver file, where one was named: each waiver in words.
    pub waivers: Vec<String>,
}

/// What one claim can show.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct ClaimPower {
    /// The task.
    pub task: String,
    /// `superiority` or `margin`.
    pub claim: &'static str,
    /// The runs that show the spread.
    pub runs: [String; 2],
    /// Their paired items.
    pub pairs: usize,
    /// The truth that is planned for, in units of the metric.
    pub truth: f64,
    /// The value that delta must exceed.
    pub null: f64,
    /// What the claim may spend.
    pub alpha: f64,
    /// Probability that it is shown.
    pub power: f64,
    /// Paired items with which the whole suite has its power; none where no number suffices.
    pub needed: Option<u64>,
    /// The smallest effect that is shown with the power of the plan.
    pub detectable: Option<f64>,
}

/// A file that cannot be used: every problem of it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct PolicyProblems {
    /// In the order of the file.
    pub problems: Vec<PolicyProblem>,
}

/// One problem.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct PolicyProblem {
    /// File, line, column and key.
    pub place: String,
    /// What was found.
    pub what: String,
    /// What to write.
    pub next: String,
}
