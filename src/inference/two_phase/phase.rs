//! The first phase as inference sees it: oriented, one prediction an item of the sample.

use crate::domain::{About, Direction};
use crate::pairing::{FirstPhase, Source};

/// What is known beside the items of a sample, oriented so that larger is better.
#[derive(Clone, Debug, PartialEq)]
pub struct TwoPhase {
    /// What the claim is about.
    pub about: About,
    /// What is predicted of the candidate on each item of the sample.
    pub predicted: Vec<f64>,
    /// Mean of predicted - baseline over the first phase.
    pub gain: f64,
    /// Units of the first phase: items, or clusters where clusters were drawn.
    pub units: f64,
    /// The stratum of each item of the sample, and how many items of the first phase each stratum has.
    pub strata: Option<(Vec<u32>, Vec<f64>)>,
    /// What the guard of rare errors goes by.
    pub guard: Guard,
}

/// What the guard of rare errors goes by.
#[derive(Clone, Debug, PartialEq)]
pub enum Guard {
    /// A bank: mean of the baseline, and each prediction with the number of items that it is made of. The lower and
    /// the higher score where there are only two; graded scores have no guard.
    Bank {
        /// Mean score of the baseline over the bank.
        baseline: f64,
        /// Predictions and how often each occurs.
        predictions: Vec<(f64, f64)>,
        /// The lower and the higher score.
        two_values: Option<(f64, f64)>,
    },
    /// A judge: how far a person's difference can lie from what was predicted of it.
    Judge,
}

impl TwoPhase {
    /// Of a first phase; `filled`: the sample holds the items that are no pairs, too.
    pub(crate) fn of(
        phase: &FirstPhase,
        two_values: Option<(f64, f64)>,
        direction: Direction,
        filled: bool,
    ) -> Self {
        let sign = direction.sign();
        let gaps = |all: &[f64]| if filled { all.to_vec() } else { Vec::new() };
        let predicted = phase.predicted.iter().copied().chain(gaps(&phase.predicted_of_gaps));
        let strata = phase.strata.as_ref().map(|strata| {
            let more = strata.of_gaps.iter().filter(|_| filled);
            let of_items = strata.of_pairs.iter().chain(more).copied().collect();
            (of_items, strata.sizes.iter().map(|size| *size as f64).collect())
        });
        let guard = match &phase.source {
            Source::Judge => Guard::Judge,
            Source::Bank { baseline, predictions } => Guard::Bank {
                baseline: sign * baseline,
                predictions: predictions.iter().map(|(value, count)| (sign * value, *count)).collect(),
                two_values: two_values.map(|(lo, hi)| if sign > 0.0 { (lo, hi) } else { (-hi, -lo) }),
            },
        };
        Self {
            about: phase.about,
            predicted: predicted.map(|score| sign * score).collect(),
            gain: sign * phase.gain,
            units: phase.clusters.unwrap_or(phase.items) as f64,
            strata,
            guard,
        }
    }
}
