//! What history and exports say of a decision, read from an envelope of either shape.

use std::collections::BTreeMap;

use serde::Deserialize;

use super::facts::read;
use super::{v1, v2};
use crate::domain::{Code, Diagnostic};

/// A decision in short, as its envelope has it.
#[derive(Clone, Debug, PartialEq)]
pub struct Summary {
    /// The release it belongs to.
    pub release_id: Option<String>,
    /// Which attempt.
    pub attempt: u32,
    /// Its verdict: of a suite that of this attempt, whatever a task shows by itself.
    pub verdict: v1::VerdictWord,
    /// When it was decided.
    pub decided_at: String,
    /// What it rests on: one pair of runs, or one for each task of a suite that had a baseline.
    pub tasks: Vec<TaskSummary>,
    /// What only the decision about a suite has.
    pub suite: Option<SuiteSummary>,
}

/// The comparison of two runs.
#[derive(Clone, Debug, PartialEq)]
pub struct TaskSummary {
    /// The task's name in the policy; nothing where there was no policy.
    pub name: Option<String>,
    /// The numbers.
    pub report: SummaryReport,
    /// The two runs.
    pub inputs: v1::Inputs,
    /// Their stored copies.
    pub store: Option<v1::Store>,
    /// Whether it was compared with an anchor too.
    pub anchored: bool,
    /// The stored copy of the anchor's run.
    pub anchor: Option<v1::StoredRun>,
    /// What else it was judged by: further runs of the baseline, and past runs that predict the candidate.
    pub beside: Vec<v1::StoredRun>,
}

/// What the decision about a suite has beyond its tasks.
#[derive(Clone, Debug, PartialEq)]
pub struct SuiteSummary {
    /// The policy's path.
    pub policy_path: String,
    /// SHA-256 of the policy.
    pub policy_sha256: String,
    /// How the claims became one verdict.
    pub rule: String,
    /// What was shown and what was not, in words.
    pub finding: String,
    /// Whether the attempt was beyond those that the policy allows.
    pub attempts_exceeded: bool,
    /// The tasks that keep it from ALLOW.
    pub blocking: Vec<String>,
    /// Every claim.
    pub claims: Vec<v2::Claim>,
    /// The runs that were recorded for want of a baseline, by task.
    pub first_runs: BTreeMap<String, v2::FirstRun>,
}

/// The part of a report that a line of history has room for.
#[derive(Clone, Debug, PartialEq, Deserialize)]
pub struct SummaryReport {
    /// The claim in words.
    pub claim: String,
    /// The numbers.
    pub comparison: SummaryNumbers,
}

/// Delta, its interval and bounds, and its p-value.
#[derive(Clone, Debug, PartialEq, Deserialize)]
pub struct SummaryNumbers {
    /// Mean of candidate - baseline, sign turned when lower is better.
    pub delta: f64,
    /// Its interval; null is an unbounded side.
    pub ci: (Option<f64>, Option<f64>),
    /// The interval's confidence.
    pub ci_level: f64,
    /// Tests the claim.
    pub p_value: f64,
    /// Paired items.
    pub n_pairs: u64,
    /// Both bounds, where the rule knows any.
    pub bounds: Option<v1::Bounds>,
}

/// What both shapes begin with.
#[derive(Deserialize)]
struct Header {
    release_id: Option<String>,
    attempt: u32,
    verdict: v1::VerdictWord,
    decided_at: String,
    suite: Option<Suite>,
}

#[derive(Deserialize)]
struct Suite {
    rule: String,
    finding: String,
    blocking: Vec<String>,
    claims: Vec<v2::Claim>,
}

/// What an envelope of one pair has at its top, and that of a suite under the name of each task.
#[derive(Deserialize)]
struct Pair {
    report: SummaryReport,
    inputs: v1::Inputs,
    store: Option<v1::Store>,
    #[serde(default)]
    anchor: Option<serde::de::IgnoredAny>,
    #[serde(default)]
    anchor_store: Option<v1::StoredRun>,
    plan: PlanPart,
}

#[derive(Deserialize)]
struct PlanPart {
    #[serde(default)]
    sampling: Option<v1::Sampling>,
}

#[derive(Deserialize)]
struct Tasks {
    attempts_exceeded: bool,
    policy: Policy,
    tasks: BTreeMap<String, Pair>,
    first_runs: BTreeMap<String, v2::FirstRun>,
}

#[derive(Deserialize)]
struct Policy {
    path: String,
    sha256: String,
}

/// Reads a decision in short, from an envelope of these or a newer version.
///
/// # Errors
/// As [`read`].
pub fn summary(bytes: &[u8]) -> Result<Summary, Diagnostic> {
    read(bytes)?;
    let Header { release_id, attempt, verdict, decided_at, suite } = part(bytes)?;
    let (tasks, suite) = match suite {
        None => (vec![part::<Pair>(bytes)?.under(None)], None),
        Some(Suite { rule, finding, blocking, claims }) => {
            let Tasks { attempts_exceeded, policy, tasks, first_runs } = part(bytes)?;
            let Policy { path: policy_path, sha256: policy_sha256 } = policy;
            let tasks = tasks.into_iter().map(|(name, pair)| pair.under(Some(name))).collect();
            let suite = SuiteSummary {
                policy_path,
                policy_sha256,
                rule,
                finding,
                attempts_exceeded,
                blocking,
                claims,
                first_runs,
            };
            (tasks, Some(suite))
        }
    };
    Ok(Summary { release_id, attempt, verdict, decided_at, tasks, suite })
}

fn part<'b, T: Deserialize<'b>>(bytes: &'b [u8]) -> Result<T, Diagnostic> {
    serde_json::from_slice(bytes)
        .map_err(|error| Code::EnvelopeUnreadable.at("").what(format!("is not an envelope: {error}")))
}

impl Pair {
    fn under(self, name: Option<String>) -> TaskSummary {
        let Self { report, inputs, store, anchor, anchor_store, plan } = self;
        let repeats = store.iter().flat_map(|store| store.repeats.iter().cloned());
        let past = plan.sampling.and_then(|sampling| sampling.predictor).into_iter().flat_map(|predictor| {
            predictor.runs.into_iter().map(|run| v1::StoredRun {
                path: run.path,
                sha256: run.sha256,
                version: None,
                etag: None,
            })
        });
        let beside = repeats.chain(past).collect();
        TaskSummary { beside, name, report, inputs, store, anchored: anchor.is_some(), anchor: anchor_store }
    }
}
