//! The two runs: the files that were judged, and their stored copies.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// The two runs.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Inputs {
    /// The run that is in use.
    pub baseline: Input,
    /// The run that wants to replace it.
    pub candidate: Input,
    /// Further runs of the baseline, where its mean over several was compared.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub repeats: Vec<Input>,
    /// The sample that the candidate was scored on; the baseline is the bank then.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sample: Option<SampleInput>,
    /// Labels of people on a part of the items.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub gold: Option<GoldInput>,
}

/// The file of a sample.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct SampleInput {
    /// Path as given.
    pub path: String,
    /// SHA-256 of the file's bytes.
    #[schemars(regex(pattern = "^[0-9a-f]{64}$"))]
    pub sha256: String,
    /// Size of the file.
    pub bytes: u64,
}

/// The file of people's labels.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct GoldInput {
    /// Path as given.
    pub path: String,
    /// SHA-256 of the file's bytes.
    #[schemars(regex(pattern = "^[0-9a-f]{64}$"))]
    pub sha256: String,
    /// Size of the file.
    pub bytes: u64,
    /// The judge whose scores the labels correct, where the file names one.
    pub judge: Option<String>,
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
    /// The same by reason, such as `judge failed`. Absent where every row has a score, and in envelopes
    /// of versions that did not count them apart.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub unscored_by: BTreeMap<String, u64>,
    /// Hash of the evaluation's configuration, where the tool gives one.
    pub config_hash: Option<String>,
    /// The model that scored the answers, where one did and the file names it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub judge: Option<NamedJudge>,
    /// How the run was found, where it was asked for by its place in the store.
    pub resolved: Option<Resolved>,
    /// The commit that the file was read from; absent where it was read from disk or a store.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub at_commit: Option<AtCommit>,
}

/// A model that scored answers, as a run file names it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct NamedJudge {
    /// The model.
    pub model: String,
    /// SHA-256 of what it was asked, where the file holds that.
    pub prompt_sha256: Option<String>,
}

/// The commit that a file was read from.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct AtCommit {
    /// The branch, tag or commit that was asked for.
    pub revision: String,
    /// The commit that it led to.
    pub commit: String,
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
    /// Those of further runs of the baseline.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub repeats: Vec<StoredRun>,
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
