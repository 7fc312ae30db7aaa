//! Slices in, an [`Estimate`] out: how sure may we be of delta, the true mean improvement?
//!
//! ```text
//! sample          oriented differences and the sampling units
//! inversion       the shape of every method: one test, and its bounds by inverting it
//! method_choice   the method that fits the data's shape
//! methods/        one file a named method, and their registry
//! resampling/     sign flips, lattices and order statistics that resampling methods stand on
//! two_phase/      a part of the items scored in full: what is tested then, and how it becomes delta
//! infer           choose, make ready, ask -> estimate
//! cautions/       what the data cannot show, as notes beside the numbers
//! planning/       sample size, power, pilots, A/A tests: before the data
//! sequential/     looking more than once
//! legacy/         the rule of Python evalsig 0.1.2
//! ```
//!
//! Beside them: effect sizes, intra-cluster correlation, equivalence (TOST) and multiplicity. Distributions
//! and random numbers are in [`crate::numerics`].
#![warn(clippy::wildcard_enum_match_arm)]

pub mod cautions;
pub mod effect_sizes;
pub mod equivalence;
mod estimate;
#[cfg(test)]
mod golden_cases;
pub mod icc;
mod infer;
mod inversion;
mod legacy;
mod method_choice;
pub mod methods;
pub mod multiplicity;
pub mod planning;
mod resampling;
mod sample;
pub mod sequential;
pub mod two_phase;

pub use estimate::{CrossCheck, Estimate};
pub use infer::infer;
pub use inversion::Inversion;
pub use legacy::{LegacyOutcome, evalsig_0_1};
pub use method_choice::choose;
pub use sample::{Sample, Unit};
