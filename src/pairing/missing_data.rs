//! What is missing, and what the runs would be if it had been scored.
//!
//! Items that lack a score are rarely a random part of a run: a candidate that answers nothing where it
//! would fail looks better for it. So a verdict must be the same whatever the missing scores would have
//! been, and this file makes the two extremes.

use std::collections::BTreeMap;

/// Reason for an item that one run does not hold at all.
pub(super) const ITEM_ABSENT: &str = "item not in the run";
/// Reason for an epoch that other items of the run have and this one has not.
pub(super) const EPOCH_ABSENT: &str = "epoch not in the run";

/// Scores that are missing, by reason; epochs are counted one by one.
pub type Reasons = BTreeMap<&'static str, u64>;

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
    pub(super) fn filled(self, fill: f64) -> f64 {
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
    /// Why its scores are missing, in the baseline and in the candidate; `None` where none is.
    pub reasons: [Option<Box<Reasons>>; 2],
}

impl IncompleteItem {
    /// Whether the baseline and the candidate hold it at all, scored or not.
    pub(super) fn held(&self) -> [bool; 2] {
        self.reasons.each_ref().map(|why| !why.as_ref().is_some_and(|why| why.contains_key(ITEM_ABSENT)))
    }

    pub(super) fn one_epoch(&self) -> bool {
        [self.baseline, self.candidate].iter().all(|side| side.scored + side.missing == 1)
    }
}

/// Everything that is missing.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct MissingData {
    /// The items with something missing, in ascending order of id.
    pub items: Vec<IncompleteItem>,
    /// Scores missing in the baseline, by reason.
    pub baseline: Reasons,
    /// Scores missing in the candidate, by reason.
    pub candidate: Reasons,
}

impl MissingData {
    /// These items, with the reasons of all of them added up.
    pub(super) fn of(items: Vec<IncompleteItem>) -> Self {
        let mut sums = [Reasons::new(), Reasons::new()];
        for item in &items {
            for (sum, why) in sums.iter_mut().zip(&item.reasons) {
                why.iter().flat_map(|why| why.iter()).for_each(|(why, n)| *sum.entry(why).or_insert(0) += n);
            }
        }
        let [baseline, candidate] = sums;
        Self { items, baseline, candidate }
    }

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
