//! What the baseline and past runs say of a candidate before it is run.

use super::bank::Bank;
use crate::domain::{EpochRule, RunFrame};
use crate::numerics::least_squares::LeastSquares;
use crate::pairing::item_scores;

/// What models of the past scored on the items of a bank.
#[derive(Clone, Debug, PartialEq)]
pub struct History {
    /// One row a model: its mean score of each item of the bank, where it has one.
    models: Vec<Vec<Option<f64>>>,
}

/// Weights of a predictor, and what they were worth where they were fitted.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Fit {
    /// w0, w1, w2, w3.
    pub weights: [f64; 4],
    /// Variance of what the predictor left of the past runs.
    pub left: f64,
    /// Variance of their differences from the baseline. `left / paired` is about the share of the items that a sample
    /// needs for the same bounds.
    pub paired: f64,
}

impl History {
    /// From past runs, each with the name of its model: several runs of one model count as one.
    ///
    /// # Parameters
    /// - `bank`: the items that are asked about; what past runs hold beyond them is not looked at.
    /// - `runs`: model and run, none of them the candidate's.
    /// - `rule`: what becomes of repeats.
    ///
    /// # Returns
    /// A row for each model, in ascending order of its name.
    #[must_use]
    pub fn of(bank: &Bank<'_>, runs: &[(&str, &RunFrame)], rule: EpochRule) -> Self {
        let mut names: Vec<&str> = runs.iter().map(|(model, _)| *model).collect();
        names.sort_unstable();
        names.dedup();
        let model = |name: &str| {
            let own: Vec<_> = runs
                .iter()
                .filter(|(model, _)| *model == name)
                .map(|(_, run)| scores(bank, run, rule))
                .collect();
            mean_of(&own, bank.items().len())
        };
        Self { models: names.into_iter().map(model).collect() }
    }

    /// How many items of the bank a run holds with a score.
    #[must_use]
    pub fn held(bank: &Bank<'_>, run: &RunFrame, rule: EpochRule) -> usize {
        scores(bank, run, rule).iter().flatten().count()
    }

    /// How many models there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.models.len()
    }

    /// Whether there is none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.models.is_empty()
    }

    /// Mean score of each item over the models; an item that no model has gets the mean of the others, and without
    /// any model every item 0.
    #[must_use]
    pub fn mean(&self, bank: &Bank<'_>) -> Vec<f64> {
        let mean = mean_of(&self.models, bank.items().len());
        let known = mean.iter().flatten().count();
        let middle = if known == 0 { 0.0 } else { mean.iter().flatten().sum::<f64>() / known as f64 };
        mean.into_iter().map(|score| score.unwrap_or(middle)).collect()
    }

    /// How well do the baseline and the other models predict a model? Every past model is predicted in turn as if it
    /// were the candidate, by the baseline and the models that are left, with the weights that make the squared
    /// errors of all of them least.
    ///
    /// # Returns
    /// `None` without a model. With one model there is no other to predict it by, so w2 and w3 are 0.
    ///
    /// # Notes
    /// The bounds of a gate hold whatever the weights are, as long as the candidate's scores had no part in them;
    /// good weights make them narrow.
    #[must_use]
    pub fn fit(&self, bank: &Bank<'_>) -> Option<Fit> {
        let mut fit = LeastSquares::<4>::new();
        self.each_in_turn(bank, |terms, score, _| fit.add(terms, score));
        let weights = fit.weights();
        let (mut left, mut paired) = (Spread::default(), Spread::default());
        self.each_in_turn(bank, |terms, score, baseline| {
            left.add(score - dot(weights, terms));
            paired.add(score - baseline);
        });
        (!self.is_empty()).then_some(Fit { weights, left: left.variance(), paired: paired.variance() })
    }

    /// Calls `of` with the terms, the score and the baseline's score of every item of every model.
    fn each_in_turn(&self, bank: &Bank<'_>, mut of: impl FnMut([f64; 4], f64, f64)) {
        for (at, baseline) in bank.scores().iter().enumerate() {
            let scored = || self.models.iter().filter_map(|model| model.get(at).copied().flatten());
            let (sum, count) = scored().fold((0.0, 0.0), |(sum, n), score| (sum + score, n + 1.0));
            for score in scored() {
                let others = (count > 1.0).then(|| (sum - score) / (count - 1.0));
                match (others, self.models.len()) {
                    (Some(h), _) => of([1.0, *baseline, h, baseline * h], score, *baseline),
                    (None, 1) => of([1.0, *baseline, 0.0, 0.0], score, *baseline),
                    // Nothing to predict it by.
                    (None, _) => {}
                }
            }
        }
    }
}

/// What is predicted of a candidate on each item of the bank: f = w0 + w1 b + w2 h + w3 b h, held within the scores that
/// bank and history reach.
///
/// # Parameters
/// - `bank`: b of each item.
/// - `weights`: w0 to w3.
/// - `history`: h of each item, as [`History::mean`] gives it; empty without a history.
#[must_use]
pub fn predict(bank: &Bank<'_>, weights: [f64; 4], history: &[f64]) -> Vec<f64> {
    let all = || bank.scores().iter().chain(history).copied();
    let (lo, hi) = (all().fold(f64::INFINITY, f64::min), all().fold(f64::NEG_INFINITY, f64::max));
    let h = history.iter().copied().chain(std::iter::repeat(0.0));
    bank.scores().iter().zip(h).map(|(b, h)| dot(weights, [1.0, *b, h, b * h]).clamp(lo, hi)).collect()
}

fn dot(weights: [f64; 4], terms: [f64; 4]) -> f64 {
    weights.iter().zip(terms).map(|(weight, term)| weight * term).sum()
}

/// A run's score of each item of the bank.
fn scores(bank: &Bank<'_>, run: &RunFrame, rule: EpochRule) -> Vec<Option<f64>> {
    let own = item_scores(run, rule);
    let of = |id: &str| own.binary_search_by(|item| item.id.cmp(id)).ok().and_then(|at| own.get(at)?.score);
    bank.items().iter().map(|item| of(item.id)).collect()
}

/// The mean of each column of so many, over the rows that have it.
fn mean_of(rows: &[Vec<Option<f64>>], columns: usize) -> Vec<Option<f64>> {
    (0..columns)
        .map(|at| {
            let known = || rows.iter().filter_map(|row| row.get(at).copied().flatten());
            let count = known().count();
            (count > 0).then(|| known().sum::<f64>() / count as f64)
        })
        .collect()
}

/// A variance from numbers that pass once.
#[derive(Default)]
struct Spread {
    n: f64,
    mean: f64,
    squares: f64,
}

impl Spread {
    /// Welford's step.
    fn add(&mut self, value: f64) {
        self.n += 1.0;
        let gap = value - self.mean;
        self.mean += gap / self.n;
        self.squares += gap * (value - self.mean);
    }

    fn variance(&self) -> f64 {
        if self.n < 2.0 { 0.0 } else { self.squares / (self.n - 1.0) }
    }
}
