//! What `doctor` reports: the files, the pair that two of them make, an A/A test, a drop threshold.

use std::collections::BTreeMap;

use serde::Serialize;

/// Every file that was looked at, and the pair that two of them make.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct DoctorReport {
    /// The runs of a folder, where one was named.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub listing: Option<FolderListing>,
    /// One finding a file, in the order in which they were named.
    pub files: Vec<FileReport>,
    /// What gates of several runs of one model against each other answer, where that was asked for.
    pub noise: Option<AaReport>,
    /// What a gate would make of two files; `None` with another number of them.
    pub pair: Option<PairReport>,
    /// What a rule in use does, where that was asked for.
    pub tolerance: Option<DropThresholdReport>,
    /// Why two files are no pair.
    pub problem: Option<String>,
}

/// The runs in a folder and the folders in it.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct FolderListing {
    /// The folder as named.
    pub folder: String,
    /// Its runs, in ascending order of their paths.
    pub runs: Vec<ListedRun>,
    /// Which two of them are of one task and metric, the older one first.
    pub pairs: Vec<RunPair>,
    /// Files that hold several metrics or runs, of which none was chosen, with what there is.
    pub choices: Vec<String>,
    /// Files that look like runs and cannot be read, with the reason.
    pub problems: Vec<String>,
    /// How many other files of these kinds there are.
    pub other: usize,
}

/// One run of a folder.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct ListedRun {
    /// Its file.
    pub path: String,
    /// Its format.
    pub format: String,
    /// The task.
    pub task_id: String,
    /// The model.
    pub model_id: String,
    /// The metric that was read.
    pub metric: String,
    /// When it says that it was made.
    pub created: Option<String>,
    /// Distinct items.
    pub items: usize,
    /// Rows without a score.
    pub unscored: usize,
    /// Mean over the items, as for a single file.
    pub mean: Option<f64>,
}

/// Two runs that a gate could compare.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct RunPair {
    /// The older one.
    pub baseline: String,
    /// The other.
    pub candidate: String,
}

/// What was found in one file.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct FileReport {
    /// Its path as named.
    pub path: String,
    /// Whether a gate would take it.
    pub ok: bool,
    /// Why it would not.
    pub problem: Option<String>,
    /// The run in it; `None` where it cannot be read.
    pub run: Option<RunSummary>,
    /// What gates of its epochs against each other answer, where that was asked for.
    pub noise: Option<AaReport>,
    /// What a person should know of how it was read.
    pub notes: Vec<String>,
}

/// A run.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct RunSummary {
    /// Of the file.
    pub sha256: String,
    /// Its format.
    pub format: String,
    /// The version of the tool that wrote it, where it says.
    pub version: Option<String>,
    /// Name of the run.
    pub run_id: String,
    /// The model that was evaluated.
    pub model_id: String,
    /// The task it was evaluated on.
    pub task_id: String,
    /// The metric that was read.
    pub metric: String,
    /// The model that scored the answers, where one did and the file names it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub judge: Option<String>,
    /// All metrics that the file holds for this run.
    pub metrics: Vec<String>,
    /// Distinct items.
    pub items: usize,
    /// Items times epochs.
    pub rows: usize,
    /// Rows of an item.
    pub epochs: CountRange,
    /// Mean over the items of the mean of their scored epochs; `None` where nothing is scored.
    pub mean: Option<f64>,
    /// Rows without a score, by reason.
    pub unscored: BTreeMap<&'static str, usize>,
    /// Clusters; `None` where items are independent.
    pub clusters: Option<ClusterSizes>,
}

/// The least and the most of a count.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct CountRange {
    /// The least.
    pub least: usize,
    /// The most.
    pub most: usize,
}

/// Clusters of a run.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct ClusterSizes {
    /// How many.
    pub count: usize,
    /// Items in the smallest.
    pub smallest: usize,
    /// Items in the largest.
    pub largest: usize,
    /// As many equal clusters would weigh as much: n^2 / sum of sizes^2.
    pub effective: f64,
}

/// What a gate would make of the pair.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct PairReport {
    /// Items scored in both.
    pub pairs: usize,
    /// Items scored in the baseline alone.
    pub only_baseline: usize,
    /// Items scored in the candidate alone.
    pub only_candidate: usize,
    /// Pairs as a share of the larger run.
    pub coverage: f64,
    /// What `auto` would choose.
    pub method: String,
    /// Why.
    pub reason: String,
    /// The labels of people that the plan rests on; the items of `precision` are labelled ones then.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub labels: Option<LabelsReport>,
    /// What the pair can show; `None` where its differences do not vary.
    pub precision: Option<Precision>,
    /// Remarks a reader must see beside the numbers.
    pub notes: Vec<String>,
}

/// Labels of people on a part of what a judge scored.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct LabelsReport {
    /// Items that are labelled in both runs.
    pub labelled: usize,
    /// Items that the judge scored in both runs.
    pub judged: usize,
    /// What a judged difference counts.
    pub lambda: f64,
}

/// What a pair can show, by the power of the test that a gate runs.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Precision {
    /// Standard deviation of the per-item differences.
    pub sd_diff: f64,
    /// By how much clusters inflate the variance of delta.
    pub design_effect: f64,
    /// Error rate of each bound.
    pub alpha: f64,
    /// Power that is planned for.
    pub power: f64,
    /// The claim's value.
    pub min_delta: f64,
    /// Margin of an equivalence claim; `None` for the other claims.
    pub equivalence: Option<f64>,
    /// The smallest such margin that is shown with that power where the two do not differ.
    pub smallest_margin: Option<f64>,
    /// Independent units: items, or clusters.
    pub units: u64,
    /// Units below which no verdict exists.
    pub least_units: u64,
    /// Whether clusters are the units.
    pub clustered: bool,
    /// How far a bound is expected from delta; `None` where there is no bound.
    pub bound_distance: Option<f64>,
    /// The smallest true delta that is shown with that power; `None` where the scores leave room for none.
    pub detectable: Option<f64>,
    /// How much better than the baseline a candidate can be, where the range of scores is known.
    pub room: Option<f64>,
    /// The planned effect, where one was named.
    pub target: Option<PlannedEffect>,
}

/// A planned effect.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct PlannedEffect {
    /// The true delta that is planned for.
    pub delta: f64,
    /// Whether these pairs show it with the power planned for.
    pub reachable: bool,
    /// Whether the scores leave room for it.
    pub possible: bool,
    /// Pairs that would; `None` where no number does.
    pub required_pairs: Option<u64>,
    /// The same in whole clusters, where these are the units.
    pub required_clusters: Option<u64>,
}

/// What gates of whole runs of one model against each other answered.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct AaReport {
    /// `run` or `epoch`: what was held against each other.
    pub of: &'static str,
    /// How many of them.
    pub draws: usize,
    /// Pairs that were gated, in both orders.
    pub pairs: usize,
    /// Pairs that share no draw: as much as the shares can rest on.
    pub independent: usize,
    /// Error rate of each bound.
    pub alpha: f64,
    /// The claim that was asked about.
    pub claim: String,
    /// Whether ALLOW is a false alarm here; else REJECT is.
    pub allow_is_wrong: bool,
    /// How often the answer was ALLOW.
    pub allow: Share,
    /// How often it was REJECT.
    pub reject: Share,
    /// Remarks a reader must see beside the numbers.
    pub notes: Vec<String>,
}

/// A share with what it may really be, at 95 %.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Share {
    /// As found.
    pub share: f64,
    /// At least this.
    pub low: f64,
    /// At most this.
    pub high: f64,
}

/// A rule that is in use, on these data.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct DropThresholdReport {
    /// The drop that it tolerates, in units of the score.
    pub tolerance: f64,
    /// Paired items that it looks at.
    pub items: u64,
    /// Clusters, where these are the units.
    pub clusters: Option<u64>,
    /// Standard error of the difference that it looks at.
    pub standard_error: f64,
    /// Where the spread comes from.
    pub basis: String,
    /// Error rate of the gate beside it.
    pub alpha: f64,
    /// Power that is planned for.
    pub power: f64,
    /// How often the rule fails a candidate that changed nothing.
    pub false_alarm: f64,
    /// The smallest true drop that it fails with that power; `None` where no drop is.
    pub found: Option<f64>,
    /// One row a true drop.
    pub rows: Vec<DropThresholdRow>,
    /// Margin of the gate beside it; `None` where there are too few units for one.
    pub margin: Option<f64>,
    /// The smallest margin with which a gate allows, with that power, a candidate that changed nothing.
    pub supported_margin: Option<f64>,
    /// Items with which the margin of the rule is such a margin; `None` where it is 0, or no number does.
    pub required_pairs: Option<u64>,
    /// The same in whole clusters, where these are the units.
    pub required_clusters: Option<u64>,
    /// The words of the gate to use instead; `None` where there are too few units for one.
    pub gate: Option<Vec<String>>,
}

/// What happens to a candidate that is worse by so much.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct DropThresholdRow {
    /// The true drop.
    pub drop: f64,
    /// How often the rule fails it.
    pub fails: f64,
    /// How often the gate allows it.
    pub allows: Option<f64>,
    /// How often the gate rejects it.
    pub rejects: Option<f64>,
}
