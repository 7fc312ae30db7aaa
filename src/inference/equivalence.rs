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
/// # Parameters
/// - `test`: any method made ready for one sample.
/// - `margin`: half width of the zone of equivalence, > 0, in units of the score.
///
/// # Returns
/// p in [0, 1]; small where the data show |delta| < `margin`.
///
/// # References
/// 1. Schuirmann, D. J. (1987). A comparison of the two one-sided tests procedure and the power
///    approach. *Journal of Pharmacokinetics and Biopharmaceutics* 15, 657-680.
///
/// # Example
/// ```
/// use evalsig::inference::equivalence::tost;
/// use evalsig::inference::methods::PairedT;
///
/// // 400 items, mean difference 0.001, standard deviation 0.1.
/// let test = PairedT::new(400, 0.001, 0.1).expect("two items that differ");
/// assert!(tost(&test, 0.02) < 0.001);
/// assert!(tost(&test, 0.001) > 0.4);
/// ```
#[must_use]
pub fn tost(test: &impl Inversion, margin: f64) -> f64 {
    test.p_greater(-margin).max(test.p_less(margin))
}
