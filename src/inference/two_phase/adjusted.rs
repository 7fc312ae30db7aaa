//! A test of what a prediction leaves, as a test of delta.

use crate::domain::Alpha;
use crate::inference::inversion::Inversion;
use crate::numerics::monotone::Monotone;

/// What a test of mean(c - f) over a sample says about delta over the first phase.
///
/// ```text
/// delta   = m + gain                                     m  the mean of c - f on the sample
/// p(null) = p of the test at m + (null - gain - m) / scale
/// ```
///
/// `scale` is the standard error of delta over that of m as independent draws would have it: sqrt(1 - n/N) for a claim
/// about the bank, because what was drawn of it is known; more for one about the population, because the bank is a
/// sample itself. A bound is the first double, in order, whose own value reaches the bound of the test, so that
/// rounding moves neither it nor the null to the other side.
///
/// # References
/// 1. Cochran, W. G. (1977). *Sampling Techniques*, 3rd edition, sections 2.6 (finite population correction), 7.3 (difference
///    estimator) and 12.2 (double sampling). Wiley.
pub struct Adjusted {
    test: Box<dyn Inversion>,
    gain: f64,
    scale: f64,
}

impl Adjusted {
    /// The test, moved by `gain` and scaled by `scale` > 0.
    pub(crate) fn new(test: Box<dyn Inversion>, gain: f64, scale: f64) -> Self {
        Self { test, gain, scale }
    }

    /// Where a null for delta lies for the test.
    fn inside(&self, null: f64) -> f64 {
        let centre = self.test.delta();
        // The ends stay the ends, whatever is subtracted from them.
        if null.abs() == f64::MAX { null } else { centre + (null - self.gain - centre) / self.scale }
    }

    /// The smallest double that lies at `bound` or beyond for the test.
    fn first_at(&self, bound: f64) -> f64 {
        Monotone(|x| f64::from(self.inside(x) >= bound)).first_above(0.5)
    }
}

impl Inversion for Adjusted {
    fn delta(&self) -> f64 {
        self.test.delta() + self.gain
    }

    fn p_greater(&self, null: f64) -> f64 {
        self.test.p_greater(self.inside(null))
    }

    fn p_less(&self, null: f64) -> f64 {
        self.test.p_less(self.inside(null))
    }

    fn lower(&self, alpha: Alpha) -> f64 {
        self.first_at(self.test.lower(alpha))
    }

    fn upper(&self, alpha: Alpha) -> f64 {
        // The largest double at the bound or below: the mirror image of `first_at`.
        let bound = self.test.upper(alpha);
        -Monotone(|x: f64| f64::from(self.inside(-x) <= bound)).first_above(0.5)
    }
}

/// A delta that is known: every item of the bank was scored, and the claim is about the bank.
pub(super) struct Known(pub(super) f64);

impl Inversion for Known {
    fn delta(&self) -> f64 {
        self.0
    }

    fn p_greater(&self, null: f64) -> f64 {
        f64::from(null >= self.0)
    }

    fn p_less(&self, null: f64) -> f64 {
        f64::from(null <= self.0)
    }

    fn lower(&self, _alpha: Alpha) -> f64 {
        self.0
    }

    fn upper(&self, _alpha: Alpha) -> f64 {
        self.0
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::inference::golden_cases::agrees;
    use crate::inference::methods::HallT;

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(crate::domain::slow_tests::cases(300)))]

        #[test]
        fn test_and_bounds_are_one(
            values in prop::collection::vec(-1.0..1.0_f64, 3..40),
            gain in -0.5..0.5_f64,
            scale in 0.05..3.0_f64,
            null in -1.5..1.5_f64,
        ) {
            let test = Adjusted::new(Box::new(HallT::new(&values)), gain, scale);
            let delta = test.delta();
            agrees(&test, &[null, 0.0, delta, gain]);
            agrees(&Known(delta), &[null, delta, delta.next_down(), delta.next_up()]);
        }
    }

    #[test]
    fn a_test_that_is_neither_moved_nor_scaled_says_what_it_said() {
        let plain = HallT::new(&[0.25, 0.5, -0.25, 0.75, 0.0]);
        let same = Adjusted::new(Box::new(plain), 0.0, 1.0);
        assert!((same.lower(Alpha::USUAL) - plain.lower(Alpha::USUAL)).abs() < 1e-15);
        assert_eq!(same.delta(), plain.delta());
        let half = Adjusted::new(Box::new(plain), 0.125, 0.5);
        let expected = plain.delta() + 0.125 - 0.5 * (plain.delta() - plain.lower(Alpha::USUAL));
        assert!((half.lower(Alpha::USUAL) - expected).abs() < 1e-14);
    }
}
