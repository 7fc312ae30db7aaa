//! One number an item: the mean of its epochs, the first, or one by number; and what is missing of it.

use std::collections::BTreeSet;

use super::missing_data::{EPOCH_ABSENT, EpochTally, Reasons};
use crate::domain::{Edition, EpochRule, Item, RunFrame};

/// An item with its epochs reduced to one score.
pub(super) struct ReducedItem<'a> {
    pub(super) id: &'a str,
    pub(super) cluster: Option<&'a str>,
    pub(super) slice: Option<&'a str>,
    /// Scores of it that are missing, by reason.
    pub(super) reasons: Option<Box<Reasons>>,
    /// What is known of it, and how much of what its run says is not.
    pub(super) side: EpochTally,
    /// Its epochs, scored or not, as bits of [`Epochs`].
    pub(super) epochs: u64,
}

/// A run with its epochs reduced. Its items are made as they are asked for: ten million of them at once would take more
/// memory than the run itself.
pub(super) struct Reduced<'a, 'e> {
    run: &'a RunFrame,
    all_epochs: &'e Epochs,
    wanted: Wanted,
    /// Items of the run, scored or not.
    pub(super) items: usize,
    /// Items with a score.
    pub(super) scored: usize,
    /// Whether any item has a slice.
    pub(super) is_sliced: bool,
    /// The epochs that occur in the run.
    pub(super) epochs: u64,
}

/// The epochs of two runs, so that a set of them is a few bits. Beyond 64 they are not told apart.
pub(super) struct Epochs(Vec<u32>);

impl Epochs {
    pub(super) fn of(runs: [&RunFrame; 2]) -> Self {
        let mut all = BTreeSet::new();
        for run in runs {
            let mut last = None;
            for row in run.rows() {
                if last != Some(row.epoch) {
                    last = Some(row.epoch);
                    all.insert(row.epoch);
                }
            }
        }
        Self(all.into_iter().collect())
    }

    fn bit(&self, epoch: u32) -> u64 {
        let position = match self.0.first() {
            Some(first) if *first == epoch => 0,
            _ => self.0.binary_search(&epoch).unwrap_or_default(),
        };
        1 << position.min(63)
    }
}

/// Which rows count.
#[derive(Clone, Copy)]
struct Wanted {
    rule: EpochRule,
    edition: Edition,
    /// The lowest epoch of the run.
    first: u32,
}

impl Wanted {
    fn takes(&self, item: &Item<'_>, is_first: bool) -> bool {
        match (self.rule, self.edition) {
            (EpochRule::Mean, _) => true,
            (EpochRule::First, Edition::First) => is_first,
            // The first of the run: whoever leaves out a first epoch must not gain by the second.
            (EpochRule::First, Edition::Second) => item.epoch == self.first,
            (EpochRule::Only(epoch), _) => item.epoch == epoch,
        }
    }
}

/// Reduces a run. The rows of an item stand together in ascending order of epoch, so one pass does.
///
/// Averaging is why repeats help: pooling them as rows would count one item's luck many times.
pub(super) fn reduce<'a, 'e>(
    run: &'a RunFrame,
    all_epochs: &'e Epochs,
    rule: EpochRule,
    edition: Edition,
) -> Reduced<'a, 'e> {
    let first = run.rows().map(|row| row.epoch).min().unwrap_or(0);
    let wanted = Wanted { rule, edition, first };
    let is_sliced = run.slices().is_some_and(|mut slices| slices.any(|(_, slice)| slice.is_some()));
    let mut reduced = Reduced { run, all_epochs, wanted, items: 0, scored: 0, is_sliced, epochs: 0 };
    let (mut items, mut scored, mut epochs) = (0, 0, 0);
    for item in reduced.items() {
        items += 1;
        scored += usize::from(item.side.scored > 0);
        epochs |= item.epochs;
    }
    (reduced.items, reduced.scored, reduced.epochs) = (items, scored, epochs);
    reduced
}

impl<'a> Reduced<'a, '_> {
    /// Every item of the run, scored or not, in ascending order of id.
    pub(super) fn items(&self) -> impl Iterator<Item = ReducedItem<'a>> {
        let (wanted, epochs) = (self.wanted, self.all_epochs);
        let mut sorted = self.run.sorted().peekable();
        let mut slices = self.run.slices();
        std::iter::from_fn(move || {
            let first = sorted.next()?;
            let mut sum = Sum::default();
            sum.add(&first, wanted, epochs, true);
            while let Some(next) = sorted.next_if(|next| next.id == first.id) {
                sum.add(&next, wanted, epochs, false);
            }
            if sum.epochs == 0 {
                // The one epoch that the rule wants.
                sum.lacks(EPOCH_ABSENT);
            }
            Some(ReducedItem {
                id: first.id,
                cluster: first.cluster,
                slice: slices.as_mut().and_then(Iterator::next).and_then(|(_, slice)| slice),
                reasons: sum.reasons,
                side: EpochTally { total: sum.total, scored: sum.scored, missing: sum.missing },
                epochs: sum.epochs,
            })
        })
    }
}

#[derive(Default)]
struct Sum {
    total: f64,
    epochs: u64,
    scored: u32,
    missing: u32,
    reasons: Option<Box<Reasons>>,
}

impl Sum {
    fn add(&mut self, item: &Item<'_>, wanted: Wanted, epochs: &Epochs, is_first: bool) {
        if !wanted.takes(item, is_first) {
            return;
        }
        self.epochs |= epochs.bit(item.epoch);
        match item.score {
            Ok(score) => {
                self.total += score.get();
                self.scored += 1;
            }
            Err(why) => self.lacks(why.as_str()),
        }
    }

    fn lacks(&mut self, why: &'static str) {
        self.missing += 1;
        *self.reasons.get_or_insert_default().entry(why).or_insert(0) += 1;
    }
}
