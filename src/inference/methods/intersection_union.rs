//! Two tests, both of which must refute: the guarded method.

use crate::domain::Alpha;
use crate::inference::inversion::Inversion;

/// What do two tests of the same delta refute together?
///
/// ```text
/// p = max(p_A, p_B)      lower = min(lower_A, lower_B)      upper = max(upper_A, upper_B)
/// ```
///
/// The p-value is valid wherever either of the two is: sign flips are exact under symmetry, whatever
/// the sizes and correlations within clusters; bootstrap-t and Hall's t allow for skewness. The
/// maximum, not the better of the two, so no choice is made after looking. Estimate and test refer
/// to the same delta; that of the first is reported.
///
/// Edge cases: where one of the two has no answer (p = 1, infinite bound), neither has the pair.
#[derive(Clone, Copy, Debug)]
pub struct IntersectionUnion<A, B> {
    /// The test whose estimate is reported.
    pub test: A,
    /// The test that must refute as well.
    pub guard: B,
}

impl<A: Inversion, B: Inversion> Inversion for IntersectionUnion<A, B> {
    fn delta(&self) -> f64 {
        self.test.delta()
    }

    fn p_greater(&self, null: f64) -> f64 {
        self.test.p_greater(null).max(self.guard.p_greater(null))
    }

    fn p_less(&self, null: f64) -> f64 {
        self.test.p_less(null).max(self.guard.p_less(null))
    }

    fn lower(&self, alpha: Alpha) -> f64 {
        self.test.lower(alpha).min(self.guard.lower(alpha))
    }

    fn upper(&self, alpha: Alpha) -> f64 {
        self.test.upper(alpha).max(self.guard.upper(alpha))
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::inference::golden_cases::agrees;
    use crate::inference::methods::bootstrap_t::BootstrapT;
    use crate::inference::methods::saddlepoint::Saddlepoint;
    use crate::inference::sample::Unit;

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(crate::domain::slow_tests::cases(60)))]

        #[test]
        fn test_and_bounds_are_one(values in prop::collection::vec(-1.0..1.0_f64, 5..40), null in -0.5..0.5_f64) {
            let units: Vec<Unit> = values.iter().map(|sum| Unit { sum: *sum, size: 1.0 }).collect();
            let guarded =
                IntersectionUnion { test: Saddlepoint::new(&values), guard: BootstrapT::new(&units, 99, 1) };
            agrees(&guarded, &[null, 0.0]);
            prop_assert!(guarded.p_greater(null) >= guarded.guard.p_greater(null));
        }
    }
}
