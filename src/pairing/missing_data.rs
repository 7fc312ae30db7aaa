//! What is missing, and what the runs would be if it had been scored.
//!
//! Items that lack a score are rarely a random part of a run: a candidate that answers nothing where it
//! would fail looks better for it. So a verdict must be the same whatever the missing scores would have
//! been, and this file makes the two extremes.

use std::collections::BTreeMap;

use crate::domain::ScoreRange;

/// Reason for an item that one run does not hold at all.
pub(super) const ITEM_ABSENT: &str = "item not in the run";
/// Reason for an epoch that other items of the run have and this one has not.
pub(super) const EPOCH_ABSENT: &str = "epoch not in the run";

/// What one run knows of an item.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct EpochTally {
    /// Sum of its scores.
    pub total: f64,
    /// How many epochs were scored.
    pub scored: u32,
    /// How many are missing.
    pub missing: u32,
}

/// An item that a run does not hold at all: how many epochs it lacks makes no difference then.
pub(super) const ABSENT: EpochTally = EpochTally { total: 0.0, scored: 0, missing: 1 };

impl EpochTally {
    /// The same with more epochs missing.
    pub(super) fn lacking(self, more: u32) -> Self {
        Self { missing: self.missing + more, ..self }
    }

    /// The mean of the scored epochs; NaN where there is none.
    pub(super) fn mean(self) -> f64 {
        self.total / f64::from(self.scored)
    }

    /// The mean if every missing epoch had been scored `fill`.
    fn filled(self, fill: f64) -> f64 {
        (self.total + f64::from(self.missing) * fill) / f64::from(self.scored + self.missing)
    }
}

/// An item of which something is missing in one of the runs, or in both.
#[derive(Clone, Debug, PartialEq)]
pub struct IncompleteItem {
    /// Its row among the pairs, where both runs scored some of it.
    pub row: Option<usize>,
    /// Its cluster, numbered on from those of the pairs; `None` where items are independent.
    pub cluster: Option<u32>,
    /// What the baseline knows of it.
    pub baseline: EpochTally,
    /// What the candidate knows of it.
    pub candidate: EpochTally,
}

impl IncompleteItem {
    fn one_epoch(&self) -> bool {
        [self.baseline, self.candidate].iter().all(|side| side.scored + side.missing == 1)
    }
}

/// Everything that is missing.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct MissingData {
    /// The items with something missing, in ascending order of id.
    pub items: Vec<IncompleteItem>,
    /// Scores missing in the baseline, by reason; epochs are counted one by one.
    pub baseline: BTreeMap<&'static str, u64>,
    /// Scores missing in the candidate, by reason.
    pub candidate: BTreeMap<&'static str, u64>,
}

/// Both runs as they would be without gaps.
#[derive(Clone, Debug, PartialEq)]
pub struct Imputed {
    /// Baseline score of each item.
    pub baseline: Vec<f64>,
    /// Candidate score of each item.
    pub candidate: Vec<f64>,
    /// Cluster of each item as 0..k, every index used; `None` where items are independent.
    pub clusters: Option<Vec<u32>>,
    /// Whether every item has one epoch in both runs.
    pub one_epoch: bool,
}

impl MissingData {
    /// Whether nothing is missing.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.items.is_empty()
    }

    /// Items with something missing in the baseline, and in the candidate.
    #[must_use]
    pub fn counts(&self) -> (usize, usize) {
        let lacking = |side: fn(&IncompleteItem) -> EpochTally| {
            self.items.iter().filter(|gap| side(gap).missing > 0).count()
        };
        (lacking(|gap| gap.baseline), lacking(|gap| gap.candidate))
    }
}

impl super::Pairs {
    /// The runs with every missing score of the baseline set to one end of `range` and every missing
    /// score of the candidate to the other: the lowest difference there can be, or the highest.
    #[must_use]
    pub fn filled(&self, range: ScoreRange, lowest: bool) -> Imputed {
        let (in_baseline, in_candidate) =
            if lowest { (range.hi(), range.lo()) } else { (range.lo(), range.hi()) };
        let mut filled = Imputed {
            baseline: self.baseline.clone(),
            candidate: self.candidate.clone(),
            clusters: self.clusters.clone(),
            one_epoch: self.one_epoch && self.gaps.items.iter().all(IncompleteItem::one_epoch),
        };
        for gap in &self.gaps.items {
            let (b, c) = (gap.baseline.filled(in_baseline), gap.candidate.filled(in_candidate));
            let places =
                gap.row.and_then(|row| filled.baseline.get_mut(row).zip(filled.candidate.get_mut(row)));
            match places {
                Some((baseline, candidate)) => (*baseline, *candidate) = (b, c),
                None => {
                    filled.baseline.push(b);
                    filled.candidate.push(c);
                    if let Some(clusters) = &mut filled.clusters {
                        clusters.extend(gap.cluster);
                    }
                }
            }
        }
        filled
    }
}
