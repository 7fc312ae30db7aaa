//! Equivalence: two one-sided tests of the same family.

use crate::inference::inversion::Inversion;

/// Does delta lie within `margin` of 0, on both sides?
///
/// H0: |delta| >= `margin` (> 0, in units of the score). The p-value is that of the worse side, so
/// `p <= alpha` exactly when -margin < L and U < margin for the bounds of the same test.
///
/// ```text
/// p = max(p_greater(-margin), p_less(margin))
/// ```
///
/// Golden: `tost_*`.
///
/// # References
/// 1. Schuirmann, D. J. (1987). A comparison of the two one-sided tests procedure and the power
///    approach. *Journal of Pharmacokinetics and Biopharmaceutics* 15, 657-680.
#[must_use]
pub fn tost(test: &impl Inversion, margin: f64) -> f64 {
    test.p_greater(-margin).max(test.p_less(margin))
}
