//! What is known of every item beside those that were scored in full: the first phase of two-phase sampling.

use crate::domain::About;

/// What is known of all items of a bank, or of all that a judge scored, of which the pairs are a random part.
///
/// ```text
/// delta = mean over the pairs of (candidate - predicted)  +  gain
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct FirstPhase {
    /// What the claim is about.
    pub about: About,
    /// What is predicted of the candidate's score, for each pair.
    pub predicted: Vec<f64>,
    /// The same for each item with something missing that is no pair, in their order.
    pub predicted_of_gaps: Vec<f64>,
    /// Mean of predicted - baseline over all items of the first phase.
    pub gain: f64,
    /// Items of the first phase.
    pub items: usize,
    /// Its clusters, where clusters were drawn.
    pub clusters: Option<usize>,
    /// Its strata, where the items were drawn by strata.
    pub strata: Option<Strata>,
    /// Where it comes from.
    pub source: Source,
}

/// Strata, each of which gave a sample of its own.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Strata {
    /// The stratum of each pair.
    pub of_pairs: Vec<u32>,
    /// The stratum of each item with something missing that is no pair.
    pub of_gaps: Vec<u32>,
    /// Items of each stratum in the first phase.
    pub sizes: Vec<usize>,
}

/// Where a first phase comes from.
#[derive(Clone, Debug, PartialEq)]
pub enum Source {
    /// A bank on which the baseline is scored.
    Bank {
        /// Mean score of the baseline over the bank.
        baseline: f64,
        /// Each prediction that occurs, ascending, and for how many items of the bank.
        predictions: Vec<(f64, f64)>,
    },
    /// A judge who scored every item, where people looked at some.
    Judge,
}
