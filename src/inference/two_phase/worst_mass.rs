//! The rarest error that the null needs: what a few labels that found none cannot exclude.

use crate::inference::inversion::Formula;
use crate::numerics::tails;

/// Is delta above `null`, if what the null needs are errors that the labels may not have met?
///
/// H0 of `p_greater`: delta <= `null`; of `p_less`: delta >= `null`. Of a good judge people find few errors or none, so
/// the spread of what the judge leaves is that of numbers that are nearly all 0, and a test that estimates it shows too
/// much: with 30 labels and a judge right in 99 of 100 a nominal .05 becomes .2. Here the law under the null is the law
/// that was observed with a point mass beside it, as far off as a score can go and as large as the null needs:
///
/// ```text
/// t  = delta - null        D = m + span        w = t / D            m  mean of c - f on the sample
/// V  = (1 - w) (s^2 + t D) (1/n - 1/N) + S^2 / N                    s^2, S^2  variances of c - f and of c - b
/// z  = t / sqrt(V)         p_greater = sf(z)
/// ```
///
/// With no spread at all and N far above n, z^2 = n w / (1 - w): Wilson's test with no success. Both it and the test
/// that takes the spread from the sample must refute.
///
/// # Edge cases
/// t <= 0: V without the point mass, p >= .5.
#[derive(Clone, Copy, Debug)]
pub struct WorstMass {
    /// The estimate of delta.
    pub(crate) delta: f64,
    /// Mean of what the prediction leaves.
    pub(crate) mean: f64,
    /// Its variance over units.
    pub(crate) variance: f64,
    /// Variance of candidate - baseline over units; 0 where the claim is about the first phase alone.
    pub(crate) paired: f64,
    /// How far two scores can lie apart.
    pub(crate) span: f64,
    /// Units of the sample.
    pub(crate) units: f64,
    /// Units of the first phase.
    pub(crate) first: f64,
}

impl WorstMass {
    fn p(&self, null: f64, sign: f64) -> f64 {
        let t = sign * self.delta - null;
        let far = sign * self.mean + self.span;
        let rest = (1.0 / self.units - 1.0 / self.first).max(0.0);
        let own = if t <= 0.0 {
            self.variance
        } else if far <= 0.0 || t >= far {
            // No law within the span has a mean so far off.
            0.0
        } else {
            (1.0 - t / far) * (self.variance + t * far)
        };
        let variance = own * rest + self.paired / self.first;
        let z = if variance > 0.0 { t / variance.sqrt() } else { f64::INFINITY * t };
        if z.is_nan() { 1.0 } else { tails::normal_sf(z) }
    }
}

impl Formula for WorstMass {
    fn estimate(&self) -> f64 {
        self.delta
    }

    fn greater(&self, null: f64) -> f64 {
        self.p(null, 1.0)
    }

    fn less(&self, null: f64) -> f64 {
        self.p(-null, -1.0)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::domain::Alpha;
    use crate::inference::golden_cases::agrees;
    use crate::inference::inversion::Inversion as _;

    /// 30 labels, no error found: the upper end of Wilson's interval with no success in 30 is z^2 / (30 + z^2).
    #[test]
    fn is_wilsons_bound_where_no_error_was_found() {
        let test = WorstMass {
            delta: 0.0,
            mean: 0.0,
            variance: 0.0,
            paired: 0.0,
            span: 1.0,
            units: 30.0,
            first: 1e12,
        };
        let z2 = 1.644_853_626_951_472_7_f64.powi(2);
        let expected = -z2 / (30.0 + z2);
        assert!((test.lower(Alpha::USUAL) - expected).abs() < 1e-6, "{}", test.lower(Alpha::USUAL));
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(crate::domain::slow_tests::cases(300)))]

        #[test]
        fn test_and_bounds_are_one(
            delta in -0.5..0.5_f64,
            mean in -0.5..0.5_f64,
            variance in 0.0..0.5_f64,
            paired in 0.0..0.5_f64,
            units in 5.0..500.0_f64,
            more in 0.0..2000.0_f64,
            null in -1.2..1.2_f64,
        ) {
            let test = WorstMass { delta, mean, variance, paired, span: 1.0, units, first: units + more };
            agrees(&test, &[null, 0.0, delta]);
        }
    }
}
