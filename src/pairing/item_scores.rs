//! One run by itself: each item with its epochs reduced, as pairing reduces them.

use super::epoch_reduction::{Epochs, reduce};
use crate::domain::{Edition, EpochRule, RunFrame};

/// One item of a run, its epochs reduced.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct ItemScore<'a> {
    /// Its id.
    pub id: &'a str,
    /// Its cluster, where the run has clusters.
    pub cluster: Option<&'a str>,
    /// Its slice, where the run has slices and it has one.
    pub slice: Option<&'a str>,
    /// Its score; `None` where nothing of it was scored.
    pub score: Option<f64>,
    /// Whether something of it is missing.
    pub incomplete: bool,
}

/// Every item of a run in ascending order of id.
#[must_use]
pub fn item_scores(run: &RunFrame, rule: EpochRule) -> Vec<ItemScore<'_>> {
    let epochs = Epochs::of([run, run]);
    let reduced = reduce(run, &epochs, rule, Edition::Second);
    reduced
        .items()
        .map(|item| ItemScore {
            id: item.id,
            cluster: item.cluster,
            slice: item.slice,
            score: (item.side.scored > 0).then(|| item.side.mean()),
            incomplete: item.side.missing > 0,
        })
        .collect()
}
