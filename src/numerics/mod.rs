//! Distributions, sums and random numbers: what knows nothing of runs, samples or plans.
//!
//! `tails` holds every distribution that p-values come from; `stream` is the only file that draws random
//! numbers. docs/numerics.md compares `tails` with `statrs` and with 60 digits.

mod beta;
pub(crate) mod least_squares;
pub(crate) mod moments;
pub(crate) mod monotone;
pub(crate) mod multinomial;
pub mod stream;
pub mod tails;
