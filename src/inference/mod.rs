//! Slices in, an [`Estimate`] out: how sure may we be of delta, the true mean improvement?
//!
//! One file a method; each implements [`Inversion`], so test and bounds are one thing. `tails` is
//! the only file that calls the distribution library, `stream` the only one that draws random
//! numbers.

mod beta;
mod inversion;
mod monotone;
mod sample;
pub mod stream;
pub mod tails;

pub use inversion::Inversion;
pub use sample::{Sample, Unit};

use crate::domain::{Diagnostic, Method, Plan};

/// What the data say about delta under one plan.
#[derive(Clone, Debug, PartialEq)]
pub struct Estimate {
    /// The method used.
    pub method: Method,
    /// Its name in reports; `mcnemar` splits into `mcnemar_exact` and `mcnemar_chi2` as in the
    /// Python package.
    pub label: &'static str,
    /// Why this method: the row of the table that fits the data, or that it was asked for.
    pub reason: String,
    /// Item-weighted mean of the oriented differences.
    pub delta: f64,
    /// Lower bound at 1 - `Plan::alpha_each`; may be negative infinity.
    pub lower: f64,
    /// Upper bound at 1 - `Plan::alpha_each`; may be positive infinity.
    pub upper: f64,
    /// H0: delta <= the claim's lower null value (one-sided).
    pub p_claim: f64,
    /// H0: delta >= the claim's lower null value (one-sided): what a REJECT rests on.
    pub p_against: f64,
    /// H0: delta <= 0 (one-sided).
    pub p_zero: f64,
    /// Independent units: items, or clusters.
    pub units: usize,
    /// Kish's effective number of units, n^2 / sum of squared sizes.
    pub effective_units: f64,
    /// Number of clusters where clusters are the units.
    pub clusters: Option<usize>,
    /// Standard deviation of the per-item differences (n - 1), for the advice.
    pub sd_diff: f64,
    /// Intra-cluster correlation of the differences, where there are clusters.
    pub icc: Option<f64>,
    /// Remarks a reader must see beside the numbers.
    pub notes: Vec<String>,
    /// Set where there are too few units for any test at this alpha: (units, units needed).
    pub too_few: Option<(usize, usize)>,
}

/// What does this sample say about delta under this plan?
///
/// # Errors
/// `method-does-not-fit` where the method asked for cannot take the data.
pub fn infer(sample: &Sample, plan: &Plan) -> Result<Estimate, Diagnostic> {
    let _ = (sample, plan);
    todo!()
}
