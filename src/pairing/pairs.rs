//! Items that were scored in both runs, and how they were matched.

use super::first_phase::FirstPhase;
use super::missing_data::MissingData;
use super::score_range::KnownRange;
use super::slices::Slices;
use crate::domain::TextColumn;

/// How items of the two runs were matched.
#[derive(Clone, Debug, PartialEq)]
pub struct Counts {
    /// Items scored in both runs.
    pub pairs: usize,
    /// Items scored in the baseline alone.
    pub only_baseline: usize,
    /// Items scored in the candidate alone.
    pub only_candidate: usize,
    /// Distinct items of the baseline, scored or not.
    pub baseline_items: usize,
    /// Distinct items of the candidate, scored or not.
    pub candidate_items: usize,
    /// Pairs as a share of the larger run, in [0, 1]. A candidate that drops the items it fails
    /// shows here.
    pub coverage: f64,
}

/// Items scored in both runs, in ascending order of id. All columns have the same length, at least 1.
#[derive(Clone, Debug, PartialEq)]
pub struct Pairs {
    /// Item ids.
    pub ids: TextColumn,
    /// Baseline score of each item, as the file has it.
    pub baseline: Vec<f64>,
    /// Candidate score of each item, as the file has it.
    pub candidate: Vec<f64>,
    /// Cluster of each item as 0..k, every index used; `None` where items are independent.
    pub clusters: Option<Vec<u32>>,
    /// Whether every paired item had one epoch in both runs.
    pub one_epoch: bool,
    /// The lower and the higher score, where the pairs have only two and one epoch an item.
    pub two_values: Option<(f64, f64)>,
    /// How far scores can go, where that is known.
    pub range: Option<KnownRange>,
    /// What was matched and what was not.
    pub counts: Counts,
    /// The slice (the subgroup) of each item, where slices were read.
    pub slices: Option<Slices>,
    /// What is missing of either run.
    pub gaps: MissingData,
    /// Remarks a reader must see beside the numbers.
    pub notes: Vec<String>,
    /// What is known of the items that these were drawn from; `None` where these are all there are.
    pub first_phase: Option<FirstPhase>,
}
