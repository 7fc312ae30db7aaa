//! The spread that right and wrong answers have under the null: what a sample that saw no failure cannot show.

use crate::inference::inversion::Formula;
use crate::numerics::monotone::bisect;
use crate::numerics::tails;

/// Is delta above `null`, judged by the spread that the null itself implies?
///
/// H0 of `p_greater`: delta <= `null`; of `p_less`: delta >= `null`. Scores are right or wrong. A sample of 50 items
/// of a bank on which 95 % are right sees no wrong answer at all in one of thirteen tries; then c - f hardly varies, and
/// any test that estimates its spread from the sample shows too much. This one takes the spread from the predictions,
/// moved so that they have the mean that the null says, as Wilson's test of a proportion does:
///
/// ```text
/// q_i = expit(logit f_i + t)       t such that mean(q) = null + mean(b) over the bank
/// V   = mean( q (1 - f)^2 + (1 - q) f^2 ) - mean(q - f)^2
/// z   = (|delta - null| - half an item / n) / sqrt(V scale^2 / n), with the sign of delta - null
/// p_greater = sf(z - G (z^2 - 1) / 6)       G  skewness of the mean of c - f under q
/// ```
///
/// Half an item, because where all predictions are alike only whole answers count; the last term is the first of
/// Cornish and Fisher.
///
/// It stands beside a test that takes the spread from the sample, and both must refute: where the predictions are good
/// the two agree, where they are bad the other one is wider.
///
/// # Edge cases
/// A `null` that asks for a mean below 0 (above 1) is refuted by any data.
///
/// # References
/// 1. Wilson, E. B. (1927). Probable inference, the law of succession, and statistical inference. *Journal of the
///    American Statistical Association* 22, 209-212.
/// 2. Cornish, E. A. and Fisher, R. A. (1938). Moments and cumulants in the specification of distributions. *Revue de
///    l'Institut International de Statistique* 5, 307-320.
#[derive(Clone, Debug)]
pub struct NullVariance {
    delta: f64,
    /// Mean of the baseline over the bank, where wrong is 0 and right is 1.
    baseline: f64,
    /// Logit of a prediction, the prediction, and its share of the bank.
    predictions: Vec<(f64, f64, f64)>,
    /// How far right lies from wrong.
    unit: f64,
    /// Standard error of delta over that of independent draws.
    scale: f64,
    /// n, items drawn.
    drawn: f64,
}

/// Predictions are held this far from certainty where their logit is taken.
const NEAREST: f64 = 1e-3;

impl NullVariance {
    /// From the estimate of delta, the predictions of the bank and the design.
    ///
    /// # Parameters
    /// - `delta`: the estimate, in units of the score.
    /// - `baseline`: mean score of the baseline over the bank.
    /// - `predictions`: predictions of the bank, each with how many items it is made of.
    /// - `two_values`: the lower and the higher score.
    /// - `scale`: as [`Adjusted`](super::Adjusted) has it.
    /// - `drawn`: items of the sample.
    pub(crate) fn new(
        delta: f64,
        baseline: f64,
        predictions: &[(f64, f64)],
        (lo, hi): (f64, f64),
        (scale, drawn): (f64, f64),
    ) -> Self {
        let all: f64 = predictions.iter().map(|(_, count)| count).sum();
        let unit = hi - lo;
        let predictions = predictions
            .iter()
            .map(|(value, count)| {
                let f = ((value - lo) / unit).clamp(0.0, 1.0);
                let held = f.clamp(NEAREST, 1.0 - NEAREST);
                ((held / (1.0 - held)).ln(), f, count / all)
            })
            .collect();
        Self { delta, baseline: (baseline - lo) / unit, predictions, unit, scale, drawn }
    }

    /// z of a null for delta, corrected for steps and skewness; infinite where no bank can have such a mean.
    fn z(&self, null: f64) -> f64 {
        let mean = self.baseline + null / self.unit;
        if mean <= 0.0 {
            return f64::INFINITY;
        } else if mean >= 1.0 {
            return f64::NEG_INFINITY;
        }
        let moved = |shift: f64, logit: f64| 1.0 / (1.0 + (-logit - shift).exp());
        let mean_at = |shift: f64| -> f64 {
            self.predictions.iter().map(|(logit, _, share)| share * moved(shift, *logit)).sum()
        };
        let shift = bisect((-60.0, 60.0), 60, |shift| mean_at(shift) >= mean);
        let under_null =
            || self.predictions.iter().map(|(logit, f, share)| (moved(shift, *logit), *f, *share));
        let centre: f64 = under_null().map(|(q, f, share)| share * (q - f)).sum();
        let moment = |power: i32| -> f64 {
            let of =
                |q: f64, f: f64| q * (1.0 - f - centre).powi(power) + (1.0 - q) * (-f - centre).powi(power);
            under_null().map(|(q, f, share)| share * of(q, f)).sum()
        };
        let (variance, third) = (moment(2), moment(3));
        let gap = (self.delta - null) / self.unit;
        let far = gap.signum() * (gap.abs() - 0.5 / self.drawn).max(0.0);
        let z = far / (variance / self.drawn).sqrt() / self.scale;
        let skew = third / (variance.powf(1.5) * self.drawn.sqrt());
        // Beyond three standard errors the expansion no longer rises with z, and is not needed.
        let near = z.clamp(-3.0, 3.0);
        let corrected = z - skew * (near * near - 1.0) / 6.0;
        if corrected.is_nan() { 0.0 } else { corrected }
    }
}

impl Formula for NullVariance {
    fn estimate(&self) -> f64 {
        self.delta
    }

    fn greater(&self, null: f64) -> f64 {
        tails::normal_sf(self.z(null))
    }

    fn less(&self, null: f64) -> f64 {
        tails::normal_sf(-self.z(null))
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::domain::Alpha;
    use crate::inference::golden_cases::agrees;
    use crate::inference::inversion::Inversion as _;

    /// With one prediction for all items only the number of right answers counts, and the binomial is exact: 50 of 50
    /// right refute every share below .05^(1/50) = .9418.
    #[test]
    fn is_near_the_binomial_where_nothing_is_predicted() {
        for (right, exact) in [(50.0, 0.9418), (48.0, 0.8794), (40.0, 0.6844)] {
            let delta = right / 50.0 - 0.5;
            let test = NullVariance::new(delta, 0.5, &[(0.7, 50.0)], (0.0, 1.0), (1.0, 50.0));
            let lower = test.lower(Alpha::USUAL) + 0.5;
            assert!(lower <= exact + 0.002 && lower > exact - 0.02, "{right}: {lower} for {exact}");
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(crate::domain::slow_tests::cases(100)))]

        #[test]
        fn test_and_bounds_are_one(
            predictions in prop::collection::vec((0.0..1.0_f64, 1.0..50.0_f64), 1..20),
            baseline in 0.0..1.0_f64,
            delta in -0.3..0.3_f64,
            null in -1.2..1.2_f64,
        ) {
            let test = NullVariance::new(delta, baseline, &predictions, (0.0, 1.0), (1.0, 100.0));
            agrees(&test, &[null, 0.0, delta, -baseline, 1.0 - baseline]);
        }
    }
}
