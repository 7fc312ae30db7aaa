//! One test, and its bounds by inverting it: the shape that every method takes.

use crate::domain::Alpha;

/// A family of one-sided tests of delta, the true mean improvement, prepared from one sample.
///
/// `p_greater` and `lower` are two views of the same test, and so are `p_less` and `upper`:
///
/// ```text
/// lower(alpha) > null   if and only if   p_greater(null) <= alpha
/// upper(alpha) < null   if and only if   p_less(null)    <= alpha
/// ```
///
/// A property test holds every method to it, so a report can never show an interval that
/// contradicts its p-value.
pub trait Inversion {
    /// The estimate of delta: item-weighted mean of the paired differences.
    fn delta(&self) -> f64;

    /// H0: delta <= `null`. Small when the data speak for more than `null`.
    fn p_greater(&self, null: f64) -> f64;

    /// H0: delta >= `null`. Small when the data speak for less than `null`.
    fn p_less(&self, null: f64) -> f64;

    /// Largest L such that every `null` below it is refuted at `alpha`; negative infinity where
    /// the data can refute none.
    fn lower(&self, alpha: Alpha) -> f64;

    /// Smallest U such that every `null` above it is refuted at `alpha`; positive infinity where
    /// the data can refute none.
    fn upper(&self, alpha: Alpha) -> f64;
}
