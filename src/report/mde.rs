//! What `mde` reports: what a design shows, or what an effect needs.

use serde::Serialize;

/// What a design shows, or what an effect needs.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct MdeReport {
    /// Minimum detectable effect, where no target was named; `None` too where no effect can be shown.
    pub mde: Option<f64>,
    /// Paired items that the target needs, where one was named.
    pub required_pairs: Option<u64>,
    /// The same in whole clusters, where these are the units.
    pub required_clusters: Option<u64>,
    /// Standard deviation of the per-item differences.
    pub sd_diff: f64,
    /// Paired items of the design, where no target was named.
    pub n_pairs: Option<u64>,
    /// Whole clusters that these are, where clusters are the units.
    pub n_clusters: Option<u64>,
    /// True improvement to plan for.
    pub target_delta: Option<f64>,
    /// Value that delta must exceed.
    pub min_delta: f64,
    /// Margin of an equivalence claim; `None` for the other claims.
    pub equivalence: Option<f64>,
    /// Error rate.
    pub alpha: f64,
    /// Power.
    pub power: f64,
    /// `one` or `two`.
    pub sides: &'static str,
    /// Intra-cluster correlation that was reckoned with, in [0, 1].
    pub icc: f64,
    /// Design effect that was reckoned with.
    pub design_effect: f64,
    /// The pilot that sd and icc come from; `None` where they were typed.
    pub pilot: Option<PilotReport>,
    /// What other numbers of repeats would change; `None` where that cannot be told.
    pub repeats: Option<RepeatsReport>,
    /// Remarks a reader must see beside the numbers.
    pub notes: Vec<String>,
}

/// What was found in a pilot.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct PilotReport {
    /// Path of the baseline.
    pub baseline: String,
    /// Path of the candidate.
    pub candidate: String,
    /// Items scored in both.
    pub pairs: usize,
    /// Items scored in the baseline alone.
    pub only_baseline: usize,
    /// Items scored in the candidate alone.
    pub only_candidate: usize,
    /// Pairs as a share of the larger run.
    pub coverage: f64,
    /// Mean number of scored epochs of a paired item in the baseline.
    pub epochs_baseline: f64,
    /// Mean number of scored epochs of a paired item in the candidate.
    pub epochs_candidate: f64,
    /// PilotClusters; `None` where items are independent.
    pub clusters: Option<PilotClusters>,
}

/// PilotClusters of a pilot.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct PilotClusters {
    /// How many.
    pub count: usize,
    /// Mean number of items in one.
    pub mean_size: f64,
    /// Number of items in the cluster of an item, on average over the items.
    pub seen_size: f64,
    /// The size of equal clusters for the same variance of their means; `None` without a cluster of two.
    pub n0: Option<f64>,
    /// Intra-cluster correlation as estimated, below 0 perhaps; `None` without a cluster of two.
    pub icc: Option<f64>,
}

/// Parts of the variance of the differences, and what follows for plans.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct RepeatsReport {
    /// omega^2, between items, as estimated: below 0 perhaps.
    pub omega2: f64,
    /// sigma_A^2, of one repeat of the baseline.
    pub sigma2_baseline: f64,
    /// sigma_B^2, of one repeat of the candidate.
    pub sigma2_candidate: f64,
    /// Paired items that each row's MDE is for.
    pub n_pairs: u64,
    /// One row a number of repeats.
    pub rows: Vec<RepeatsRow>,
    /// Fewest repeats a side whose doubling lowers the items needed by less than 10 %.
    pub enough: Option<u32>,
    /// By which share that doubling lowers them.
    pub saving: Option<f64>,
}

/// A design with another number of repeats.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct RepeatsRow {
    /// RepeatsReport of every item on both sides; `None`: without limit.
    pub repeats: Option<u32>,
    /// MDE; `None` where nothing would vary, as estimated.
    pub mde: Option<f64>,
    /// Paired items that the target needs, where one was named.
    pub required_pairs: Option<u64>,
}
