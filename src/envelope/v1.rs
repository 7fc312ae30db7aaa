//! Version 1 of the envelope: the structs that are written, and nothing else. They stand apart from
//! the domain so that a change there cannot move a byte here.
//!
//! Optional members are written as `null` rather than left out: an auditor sees that a fact was
//! absent, not that it was forgotten. An unbounded side of an interval is `null` too, never
//! `Infinity`: the file is strict JSON. Integers that may exceed 2^53 are text.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Name of the schema this module writes.
pub const SCHEMA: &str = "evalsig.audit/v1";

/// The record of one decision.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Envelope {
    /// Always `evalsig.audit/v1`.
    pub schema: String,
    /// ALLOW, REJECT or INCONCLUSIVE.
    pub verdict: VerdictWord,
    /// 0, 1 or 2, as the process exits.
    pub exit_code: u8,
    /// The release that was decided, when the envelope was made for a trail.
    pub release_id: Option<String>,
    /// Which attempt at this release: 1 for the first.
    pub attempt: u32,
    /// The attempt before this one.
    pub supersedes: Option<FileRef>,
    /// When the decision was made: RFC 3339, UTC.
    pub decided_at: String,
    /// Where that time came from, such as `system clock`.
    pub clock: String,
    /// The decision and the numbers it rests on.
    pub report: Report,
    /// Everything that fixed the inference before the data were seen.
    pub plan: Plan,
    /// The two runs.
    pub inputs: Inputs,
    /// How items of the two runs were matched.
    pub pairing: Pairing,
    /// The size of the effect in other units.
    pub effect_sizes: EffectSizes,
    /// Items whose score changed.
    pub changed: Changed,
    /// The source that was decided about.
    pub source: Option<Source>,
    /// The workflow run that decided.
    pub run: Option<Run>,
    /// The program that decided.
    pub tool: Tool,
    /// The stored copies of both runs.
    pub store: Option<Store>,
    /// Human decisions that stand beside the verdict; they never change it.
    pub overrides: Vec<Override>,
}

/// The three verdicts as they are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "UPPERCASE")]
pub enum VerdictWord {
    /// The claim was shown.
    Allow,
    /// The opposite of the claim was shown.
    Reject,
    /// Neither was shown.
    Inconclusive,
}

impl VerdictWord {
    /// The word itself.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Allow => "ALLOW",
            Self::Reject => "REJECT",
            Self::Inconclusive => "INCONCLUSIVE",
        }
    }
}

/// A file of the trail and the SHA-256 of its bytes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct FileRef {
    /// Path from the folder that holds `audit/`, with forward slashes.
    pub path: String,
    /// SHA-256 of the file's bytes, 64 lower-case hexadecimal digits.
    #[schemars(regex(pattern = "^[0-9a-f]{64}$"))]
    pub sha256: String,
}

/// The decision and the numbers it rests on.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Report {
    /// As at the top.
    pub verdict: VerdictWord,
    /// As at the top.
    pub exit_code: u8,
    /// The claim in words.
    pub claim: String,
    /// What was shown, and what was not, in words.
    pub finding: String,
    /// The numbers.
    pub comparison: Comparison,
    /// The value that delta had to exceed; null for a claim of equivalence.
    pub min_delta: Option<f64>,
    /// The margin of a claim of equivalence, else null.
    pub equivalence: Option<f64>,
    /// Largest accepted probability of a wrong ALLOW, and of a wrong REJECT.
    pub alpha: f64,
    /// Power that the advice plans for.
    pub power: f64,
    /// What to do next, where there is something to do.
    pub suggestion: Option<String>,
}

/// The numbers of a comparison.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Comparison {
    /// Item-weighted mean of candidate - baseline, sign turned when lower is better.
    pub delta: f64,
    /// Confidence interval for delta at `ci_level`; null is an unbounded side.
    pub ci: (Option<f64>, Option<f64>),
    /// Its confidence level: 1 - alpha.
    pub ci_level: f64,
    /// Tests the claim (H0: delta <= `min_delta`).
    pub p_value: f64,
    /// Tests superiority (H0: delta <= 0).
    pub p_value_zero: Option<f64>,
    /// Whether `p_value` reached alpha. Kept for readers of the original recipe.
    pub significant: bool,
    /// Paired items.
    pub n_pairs: u64,
    /// Clusters, where clusters were the sampling units.
    pub n_clusters: Option<u64>,
    /// Method of inference.
    pub method: String,
    /// Smallest true improvement beyond the claim's value that this many items show with the
    /// planned power. It never enters the verdict.
    pub mde: Option<f64>,
    /// Remarks that belong beside the numbers.
    pub notes: Vec<String>,
    /// Cluster-robust t beside the method used, where clusters were the units.
    pub cross_check: Option<CrossCheck>,
    /// Both bounds of the inverted test; absent under the rule `evalsig-0.1`, which has none.
    pub bounds: Option<Bounds>,
}

/// CR2 with Bell and McCaffrey's degrees of freedom. It never enters the verdict.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct CrossCheck {
    /// Always `cr2`.
    pub method: String,
    /// Standard error of delta.
    pub se: f64,
    /// Degrees of freedom.
    pub df: f64,
    /// Lower bound at the confidence of `bounds`.
    pub lower: f64,
    /// Upper bound at the confidence of `bounds`.
    pub upper: f64,
}

/// Both bounds of one inverted test.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Bounds {
    /// Lower bound; null is unbounded.
    pub lower: Option<f64>,
    /// Upper bound; null is unbounded.
    pub upper: Option<f64>,
    /// Confidence of each bound taken by itself.
    pub each: f64,
}

/// Everything that fixed the inference before the data were seen.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Plan {
    /// superior-by-margin, superior, non-inferior or equivalent.
    pub hypothesis: String,
    /// The value that delta must exceed; for equivalence the lower edge.
    pub null_value: f64,
    /// interval or evalsig-0.1.
    pub rule: String,
    /// Method asked for.
    pub method: String,
    /// Method used.
    pub method_used: String,
    /// Why that method.
    pub method_reason: String,
    /// Largest accepted error rate.
    pub alpha: f64,
    /// Power planned for.
    pub power: f64,
    /// True improvement planned for, where one was named.
    pub planned_delta: Option<f64>,
    /// one or two.
    pub sides: String,
    /// higher or lower.
    pub better: String,
    /// from-data, none, or the key asked for.
    pub cluster: String,
    /// items or clusters.
    pub units: String,
    /// mean, first, or the number of the epoch.
    pub epochs: String,
    /// error or exclude.
    pub missing: String,
    /// Least share of the larger run that had to be paired.
    pub min_coverage: f64,
    /// Random resamples where the method draws any.
    pub resamples: u32,
    /// Seed of the random streams, as text.
    pub seed: String,
    /// Name and version of the engine.
    pub engine: String,
    /// The policy file, where one was used.
    pub policy: Option<PolicyRef>,
    /// Settings of the policy that a flag or input replaced.
    pub overridden: Vec<String>,
}

/// The policy file that was used.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct PolicyRef {
    /// Its path as given.
    pub path: String,
    /// The git ref it was read at, where it was.
    pub source_ref: Option<String>,
    /// SHA-256 of its bytes.
    pub sha256: String,
    /// The task of the policy that was decided.
    pub task: Option<String>,
}

/// The two runs.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Inputs {
    /// The run that is in use.
    pub baseline: Input,
    /// The run that wants to replace it.
    pub candidate: Input,
}

/// One run file.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Input {
    /// Path as given; `-` is standard input.
    pub path: String,
    /// SHA-256 of the file's bytes.
    #[schemars(regex(pattern = "^[0-9a-f]{64}$"))]
    pub sha256: String,
    /// Size of the file.
    pub bytes: u64,
    /// Format it was read in.
    pub format: String,
    /// What the run says of itself.
    pub run_id: String,
    /// The model.
    pub model_id: String,
    /// The task.
    pub task_id: String,
    /// The metric.
    pub metric: String,
    /// Distinct items.
    pub items: u64,
    /// Rows: items times epochs.
    pub rows: u64,
    /// Distinct clusters, where the run carries any.
    pub clusters: Option<u64>,
    /// Rows without a score.
    pub unscored: u64,
    /// Hash of the evaluation's configuration, where the tool gives one.
    pub config_hash: Option<String>,
    /// How the run was found, where it was asked for by its place in the store.
    pub resolved: Option<Resolved>,
}

/// A run that was found in the store.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Resolved {
    /// What was asked for, such as `store:latest-allowed`.
    pub asked: String,
    /// When the run that was found had been stored: ISO 8601, UTC.
    pub stored_at: String,
    /// Whole days from then to the decision.
    pub age_days: u64,
    /// The age above which there is a warning, where one was set.
    pub max_age_days: Option<u64>,
}

/// How items of the two runs were matched.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Pairing {
    /// Items scored in both runs.
    pub pairs: u64,
    /// Items that only the baseline holds or scored.
    pub only_baseline: u64,
    /// Items that only the candidate holds or scored.
    pub only_candidate: u64,
    /// Duplicate rows; always 0, because a run with duplicates is refused.
    pub duplicates: u64,
    /// Pairs as a share of the larger run.
    pub coverage: f64,
}

/// The size of the effect in other units.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct EffectSizes {
    /// Mean difference over the standard deviation of the differences; null without spread.
    pub cohens_d_paired: Option<f64>,
    /// P(candidate > baseline) - P(candidate < baseline) over all pairs of items.
    pub cliffs_delta: Option<f64>,
    /// Items fixed for each item broken; null when none was broken.
    pub fixed_per_broken: Option<f64>,
    /// Intra-cluster correlation of the differences.
    pub icc: Option<f64>,
    /// Effective number of independent units.
    pub effective_units: Option<f64>,
}

/// Items whose score changed.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Changed {
    /// Items that the candidate does better.
    pub fixed: u64,
    /// Items that it does worse.
    pub broken: u64,
    /// The first of the fixed items in ascending order of id.
    pub fixed_ids: Vec<String>,
    /// The first of the broken items in ascending order of id.
    pub broken_ids: Vec<String>,
}

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

/// The stored copies of both runs.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Store {
    /// Where the store is: a folder as it was named, or the URL of a bucket.
    pub root: String,
    /// The project that the runs belong to.
    pub project: String,
    /// The baseline's copy.
    pub baseline: StoredRun,
    /// The candidate's copy.
    pub candidate: StoredRun,
}

/// One stored run.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct StoredRun {
    /// Path of its Parquet file from the root of the store, with forward slashes.
    pub path: String,
    /// SHA-256 of the file's bytes.
    #[schemars(regex(pattern = "^[0-9a-f]{64}$"))]
    pub sha256: String,
    /// Version of the object, where a bucket counts versions: what its retention protects.
    pub version: Option<String>,
    /// The bucket's own name for the object's content.
    pub etag: Option<String>,
}

/// A human decision that stands beside the verdict.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Override {
    /// Who decided.
    pub who: String,
    /// Why.
    pub why: String,
    /// The ticket that says more.
    pub ticket: Option<String>,
    /// Until when it holds: RFC 3339.
    pub until: Option<String>,
}
