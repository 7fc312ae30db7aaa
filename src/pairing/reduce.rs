//! One number an item: the mean of its epochs, the first, or one by number.

use crate::domain::{EpochRule, Item, RunFrame};

/// An item with its epochs reduced to one score.
pub(super) struct ReducedItem<'a> {
    pub(super) id: &'a str,
    pub(super) cluster: Option<&'a str>,
    pub(super) score: f64,
    /// How many scored epochs went into `score`.
    pub(super) epochs: u32,
}

/// A run with its epochs reduced.
pub(super) struct Reduced<'a> {
    /// Scored items in ascending order of id.
    pub(super) rows: Vec<ReducedItem<'a>>,
    /// Distinct items, scored or not.
    pub(super) items: usize,
    /// Items with a score.
    pub(super) scored: usize,
}

/// Reduces a run. The rows of an item stand together in ascending order of epoch, so one pass does.
///
/// Averaging is why repeats help: pooling them as rows would count one item's luck many times.
pub(super) fn reduce(run: &RunFrame, rule: EpochRule) -> Reduced<'_> {
    let mut rows = Vec::with_capacity(run.len());
    let mut items = 0;
    let mut sorted = run.sorted().peekable();
    while let Some(first) = sorted.next() {
        items += 1;
        let mut sum = Sum::default();
        sum.add(&first, rule, true);
        while let Some(next) = sorted.next_if(|next| next.id == first.id) {
            sum.add(&next, rule, false);
        }
        if sum.epochs > 0 {
            rows.push(ReducedItem {
                id: first.id,
                cluster: first.cluster,
                score: sum.total / f64::from(sum.epochs),
                epochs: sum.epochs,
            });
        }
    }
    let scored = rows.len();
    Reduced { rows, items, scored }
}

#[derive(Default)]
struct Sum {
    total: f64,
    epochs: u32,
}

impl Sum {
    fn add(&mut self, item: &Item<'_>, rule: EpochRule, is_first: bool) {
        let wanted = match rule {
            EpochRule::Mean => true,
            EpochRule::First => is_first,
            EpochRule::Only(epoch) => item.epoch == epoch,
        };
        if let (true, Ok(score)) = (wanted, item.score) {
            self.total += score.get();
            self.epochs += 1;
        }
    }
}
