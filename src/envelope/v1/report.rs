//! The decision and the numbers it rests on.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::VerdictWord;

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
    /// What people said of the judge, where they labelled a part of the items.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub judge: Option<JudgeReport>,
}

/// How a judge did against people, and what its scores alone would have said.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct JudgeReport {
    /// Items that people labelled in both runs.
    pub labelled: u64,
    /// Items that the judge scored in both runs.
    pub judged: u64,
    /// What a judged difference counts, over all items: 0 is people alone, 1 the judge as it is.
    pub lambda: f64,
    /// Of the baseline's answers.
    pub baseline: Agreement,
    /// Of the candidate's answers.
    pub candidate: Agreement,
    /// The gate on the judge's scores by themselves.
    pub uncorrected: Uncorrected,
}

/// Where judge and people agree, of the labelled answers of one run.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Agreement {
    /// Both give the same score.
    pub same: Share,
    /// Of what people call right, what the judge calls right; null where scores are graded.
    pub sensitivity: Option<Share>,
    /// Of what people call wrong, what the judge calls wrong.
    pub specificity: Option<Share>,
}

/// A share of answers, with exact bounds (Clopper and Pearson).
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Share {
    /// How many.
    pub hits: u64,
    /// Of how many.
    pub of: u64,
    /// Lower bound at 1 - alpha.
    pub lower: f64,
    /// Upper bound at 1 - alpha.
    pub upper: f64,
}

/// A gate on the judge's scores by themselves.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Uncorrected {
    /// The verdict that it would have been.
    pub verdict: VerdictWord,
    /// Mean of the judge's differences.
    pub delta: f64,
    /// Lower bound; null is unbounded.
    pub lower: Option<f64>,
    /// Upper bound; null is unbounded.
    pub upper: Option<f64>,
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
    /// Tests the opposite of the claim (H0: delta >= `min_delta`): what a REJECT rests on, whatever missing
    /// items would have scored. Null for a claim of equivalence, and where the rule knows none.
    #[serde(default)]
    pub p_value_against: Option<f64>,
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
    /// Remarks that may make the verdict mean something else.
    #[serde(default)]
    pub warnings: Vec<String>,
    /// Remarks that belong beside the numbers.
    pub notes: Vec<String>,
    /// Cluster-robust t beside the method used, where clusters were the units.
    pub cross_check: Option<CrossCheck>,
    /// Both bounds of the inverted test; absent under the rule `evalsig-0.1`, which has none.
    pub bounds: Option<Bounds>,
    /// Both bounds whatever the missing items would have scored; null where nothing is missing.
    #[serde(default)]
    pub worst_case: Option<WorstCase>,
    /// What both runs score by themselves; absent from envelopes of versions that did not record it.
    #[serde(default)]
    pub levels: Option<Levels>,
}

/// What both runs score by themselves on the paired items, in the metric's own units.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Levels {
    /// Mean score of the baseline; its sign is never turned.
    pub baseline: f64,
    /// Mean score of the candidate.
    pub candidate: f64,
    /// The lower and the higher score, where every score is one of two.
    pub two_scores: Option<(f64, f64)>,
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

/// Both bounds whatever the missing items would have scored. The verdict rests on these.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct WorstCase {
    /// Lower bound; null is unbounded, as where no range of scores is known.
    pub lower: Option<f64>,
    /// Upper bound; null is unbounded.
    pub upper: Option<f64>,
    /// Confidence of each bound taken by itself.
    pub each: f64,
}

/// How low and how high scores can be.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct KnownRange {
    /// The lowest score.
    pub lo: f64,
    /// The highest score.
    pub hi: f64,
    /// Whence that is known, in words.
    pub source: String,
}

/// Scores that are missing, by reason; each epoch of an item counts.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Missing {
    /// Missing in the baseline.
    pub baseline: BTreeMap<String, u64>,
    /// Missing in the candidate.
    pub candidate: BTreeMap<String, u64>,
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
    /// What is missing, by reason; absent from envelopes of versions that did not count it.
    #[serde(default)]
    pub missing: Option<Missing>,
    /// How low and how high scores can be, where that is known.
    #[serde(default)]
    pub score_range: Option<KnownRange>,
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
