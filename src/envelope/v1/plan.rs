//! Everything that fixed the inference before the data were seen.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::sampling::document::{DrawRef, PredictorRef};

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
    /// Whether the user said so, rather than leaving it at the default.
    #[serde(default)]
    pub better_named: Option<bool>,
    /// The field that names the items, where one was asked for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub id: Option<String>,
    /// from-data, none, or the key asked for.
    pub cluster: String,
    /// Which rule that is: from-data, none or key; tells a key from a rule of the same name.
    #[serde(default)]
    pub cluster_rule: Option<String>,
    /// items or clusters.
    pub units: String,
    /// mean, first, or the number of the epoch.
    pub epochs: String,
    /// error or exclude.
    pub missing: String,
    /// Least share of the larger run that had to be paired.
    pub min_coverage: f64,
    /// Lowest and highest score an item can get, where the user named them.
    #[serde(default)]
    pub score_range: Option<(f64, f64)>,
    /// What runs of different tasks do: error or allow.
    #[serde(default)]
    pub task_mismatch: Option<String>,
    /// What a candidate does that changes nothing: judge or allow.
    #[serde(default)]
    pub identical: Option<String>,
    /// How the candidate's items were drawn, where it was scored on a sample of a bank.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sampling: Option<Sampling>,
    /// What a judged difference counts where people labelled a part of the items: cross-fitted, or a number from 0 to 1.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub lambda: Option<String>,
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

/// How a candidate's items were drawn from a bank.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Sampling {
    /// What the claim is about: bank or population.
    pub about: String,
    /// SHA-256 over the id and the score of every item of the bank.
    #[schemars(regex(pattern = "^[0-9a-f]{64}$"))]
    pub bank_content_sha256: String,
    /// How items were drawn: with the bank this determines them.
    pub draw: DrawRef,
    /// What predicts the candidate's scores; null where the baseline's own score does.
    pub predictor: Option<PredictorRef>,
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
