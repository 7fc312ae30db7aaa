//! One number an item: the mean of its epochs, the first, or one by number; and what is missing of it.

use std::collections::{BTreeMap, BTreeSet};

use super::gaps::Side;
use crate::domain::{Edition, EpochRule, Item, RunFrame};

/// An item with its epochs reduced to one score.
pub(super) struct ReducedItem<'a> {
    pub(super) id: &'a str,
    pub(super) cluster: Option<&'a str>,
    /// What is known of it, and how much is not.
    pub(super) side: Side,
}

/// A run with its epochs reduced.
pub(super) struct Reduced<'a> {
    /// Every item of the run, scored or not, in ascending order of id.
    pub(super) rows: Vec<ReducedItem<'a>>,
    /// Items with a score.
    pub(super) scored: usize,
    /// Scores that the epoch rule wants of every item.
    pub(super) wanted: u32,
    /// Scores that are missing of the items of the run, by reason.
    pub(super) missing: BTreeMap<&'static str, u64>,
}

/// Which epochs of a run its items are to have.
struct Wanted {
    rule: EpochRule,
    edition: Edition,
    /// The lowest epoch of the run.
    first: u32,
    /// How many epochs every item is to have.
    count: u32,
}

impl Wanted {
    /// Every epoch that occurs in the run is wanted of each of its items: the mean of fewer is the mean
    /// of something else, and whoever leaves out a bad epoch would gain by it.
    fn of(run: &RunFrame, rule: EpochRule, edition: Edition) -> Self {
        let mut labels = BTreeSet::new();
        let mut last = None;
        for row in run.rows() {
            if last != Some(row.epoch) {
                last = Some(row.epoch);
                labels.insert(row.epoch);
            }
        }
        let count = match rule {
            EpochRule::Mean => u32::try_from(labels.len()).unwrap_or(u32::MAX),
            EpochRule::First | EpochRule::Only(_) => 1,
        };
        Self { rule, edition, first: labels.first().copied().unwrap_or(0), count }
    }

    fn takes(&self, item: &Item<'_>, is_first: bool) -> bool {
        match (self.rule, self.edition) {
            (EpochRule::Mean, _) => true,
            (EpochRule::First, Edition::First) => is_first,
            (EpochRule::First, Edition::Second) => item.epoch == self.first,
            (EpochRule::Only(epoch), _) => item.epoch == epoch,
        }
    }
}

/// Reduces a run. The rows of an item stand together in ascending order of epoch, so one pass does.
///
/// Averaging is why repeats help: pooling them as rows would count one item's luck many times.
pub(super) fn reduce(run: &RunFrame, rule: EpochRule, edition: Edition) -> Reduced<'_> {
    let wanted = Wanted::of(run, rule, edition);
    let mut reduced = Reduced {
        rows: Vec::with_capacity(run.len()),
        scored: 0,
        wanted: wanted.count,
        missing: BTreeMap::new(),
    };
    let mut sorted = run.sorted().peekable();
    while let Some(first) = sorted.next() {
        let mut sum = Sum::default();
        sum.add(&first, &wanted, true, &mut reduced.missing);
        while let Some(next) = sorted.next_if(|next| next.id == first.id) {
            sum.add(&next, &wanted, false, &mut reduced.missing);
        }
        let absent = wanted.count.saturating_sub(sum.rows);
        if absent > 0 {
            *reduced.missing.entry(super::gaps::EPOCH_ABSENT).or_insert(0) += u64::from(absent);
        }
        let missing = wanted.count.saturating_sub(sum.epochs);
        reduced.scored += usize::from(sum.epochs > 0);
        reduced.rows.push(ReducedItem {
            id: first.id,
            cluster: first.cluster,
            side: Side { total: sum.total, scored: sum.epochs, missing },
        });
    }
    reduced
}

#[derive(Default)]
struct Sum {
    total: f64,
    /// Rows that the rule takes.
    rows: u32,
    /// Those of them with a score.
    epochs: u32,
}

impl Sum {
    fn add(
        &mut self,
        item: &Item<'_>,
        wanted: &Wanted,
        is_first: bool,
        missing: &mut BTreeMap<&'static str, u64>,
    ) {
        if !wanted.takes(item, is_first) {
            return;
        }
        self.rows += 1;
        match item.score {
            Ok(score) => {
                self.total += score.get();
                self.epochs += 1;
            }
            Err(why) => *missing.entry(why.as_str()).or_insert(0) += 1,
        }
    }
}
