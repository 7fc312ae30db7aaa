//! With what probability does a test of normal units show a claim? The part of planning for graded scores
//! and for clusters.

use crate::domain::{Alpha, Claim};
use crate::inference::planning::sample_size::mean_over_w;
use crate::numerics::tails;

/// With what probability are both parts of a claim shown by `units` independent units?
///
/// ```text
/// above:   P( (mean - null) / se > c W )
/// within:  P( -margin + c W se < mean < margin - c W se )
/// mean ~ N(delta, se^2),   se = sd / sqrt(units),   W^2 = chi^2 / df,   c = critical(units)
/// ```
///
/// `sd` standard deviation of the mean difference of one unit, in units of the score, above 0; `units` and
/// `df` may be fractional where sizes differ; `delta` the truth. With c the upper point of Student's t this
/// is the power of a t test (the noncentral t) and of two one-sided t tests; [`critical`] says what stands
/// in its place. 0 below two units.
///
/// Integrated over W by Simpson's rule, absolute error below 1e-6.
///
/// # References
/// 1. Cohen, J. (1988). *Statistical Power Analysis for the Behavioral Sciences*, 2nd ed., chapter 2.
/// 2. Phillips, K. F. (1990). Power of the two one-sided tests procedure in bioequivalence. *Journal of
///    Pharmacokinetics and Biopharmaceutics* 18, 137-144.
pub(crate) fn of_units(claim: Claim, delta: f64, sd: f64, units: f64, df: f64, critical: f64) -> f64 {
    if units < 2.0 || df < 1.0 || !critical.is_finite() {
        return 0.0;
    }
    let se = sd / units.sqrt();
    let above = (delta - claim.lower_null()) / se;
    let given = |w: f64| match claim {
        Claim::Above { .. } => tails::normal_sf(critical * w - above),
        Claim::Within { margin } => {
            let below = (margin - delta) / se;
            let (low, high) = (critical * w - above, below - critical * w);
            if low < high { tails::normal_sf(low) - tails::normal_sf(high) } else { 0.0 }
        }
    };
    mean_over_w(df, 8.0, 300, given).clamp(0.0, 1.0)
}

/// How many standard errors above the claim's value must the mean lie for `auto` to show it? Stands where
/// Student's t stands in a t test.
///
/// ```text
/// c = t(alpha_k, df) (1 + 1.5 ((1 + z^2) / (5 k) + 0.4 / (k - 3)^2))
/// alpha_k = floor(alpha 2^k) / 2^k,   z the upper point of the normal at alpha
/// ```
///
/// `auto` asks for a refutation by sign flips, whose p-values are multiples of 2^-k, and by the bootstrap-t,
/// which asks for more than Student's t where units are few. The factor was fitted to the power .80 of both
/// together for `units` = 5 to 200 units of normal differences at alpha = .01 to .1 (`examples/calibrate.rs`,
/// planning, holds it to that); it is 1.37 at 5 units, 1.12 at 10 and 1.01 at 100 for alpha = .05. Infinite
/// where no outcome of the flips reaches alpha.
pub(crate) fn critical(units: f64, df: f64, alpha: Alpha) -> f64 {
    let rate = alpha.get();
    let outcomes = units.floor().min(60.0).exp2();
    let attained = (rate * outcomes).floor() / outcomes;
    if attained <= 0.0 {
        return f64::INFINITY;
    }
    let z = tails::normal_isf(rate).max(0.0);
    let few = 0.2 * (1.0 + z * z) / units + 0.4 / (units - 3.0).max(1.0).powi(2);
    tails::student_isf(attained, df) * (1.0 + 1.5 * few)
}

#[cfg(test)]
mod tests {
    use super::{critical, of_units};
    use crate::domain::{Alpha, Claim, Sides};
    use crate::inference::planning::sample_size::power_t;
    use crate::numerics::tails;

    #[test]
    fn with_students_t_it_is_the_noncentral_t() {
        let alpha = Alpha::USUAL;
        for (dz, n) in [(0.5, 10.0), (0.3, 60.0), (1.5, 5.0), (0.05, 3000.0)] {
            let critical = tails::student_isf(0.05, n - 1.0);
            let got = of_units(Claim::Above { min_delta: -0.25 }, 2.0 * dz - 0.25, 2.0, n, n - 1.0, critical);
            let wanted = power_t(dz, n, alpha, Sides::One);
            assert!((got - wanted).abs() < 1e-6, "{dz} {n}: {got} for {wanted}");
        }
    }

    /// Two one-sided t tests, true difference 0: with many units 2 Phi(margin / se - t) - 1.
    #[test]
    fn equivalence_has_two_ends() {
        let (se, n) = (0.01_f64, 1e6_f64);
        let margin = 0.03;
        let got = of_units(Claim::Within { margin }, 0.0, se * n.sqrt(), n, n - 1.0, tails::normal_isf(0.05));
        let wanted = 1.0 - 2.0 * tails::normal_sf(3.0 - tails::normal_isf(0.05));
        assert!((got - wanted).abs() < 1e-4, "{got} for {wanted}");
        let one = of_units(Claim::Above { min_delta: -margin }, 0.0, se * n.sqrt(), n, n - 1.0, 1.645);
        assert!(got < one - 0.05, "both ends cost more than one: {got} {one}");
        assert_eq!(of_units(Claim::Within { margin: 0.001 }, 0.0, 1.0, 9.0, 8.0, 1.86), 0.0);
    }

    #[test]
    fn few_units_ask_for_more_than_students_t() {
        let alpha = Alpha::USUAL;
        assert_eq!(critical(4.0, 3.0, alpha), f64::INFINITY);
        let ratio = |k: f64| critical(k, k - 1.0, alpha) / tails::student_isf(0.05, k - 1.0);
        assert!(ratio(5.0) > 1.5 && ratio(10.0) > 1.1 && (1.0..1.02).contains(&ratio(100.0)));
    }
}
