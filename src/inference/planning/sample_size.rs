//! Before the data: how many items, what effect, what power. None of this enters a verdict.

use crate::domain::{Alpha, Sides};
use crate::numerics::monotone::bisect;
use crate::numerics::tails;

/// What one side of a test spends.
fn each(alpha: Alpha, sides: Sides) -> f64 {
    match sides {
        Sides::One => alpha.get(),
        Sides::Two => alpha.halved().get(),
    }
}

/// z_alpha + z_beta: how many standard errors the planned effect must lie above the null.
fn reach(alpha: Alpha, power: f64, sides: Sides) -> f64 {
    tails::normal_isf(each(alpha, sides)) + tails::normal_isf(1.0 - power)
}

/// What is the smallest true effect that a test of `n` pairs shows with probability `power`?
///
/// ```text
/// mde = (z_alpha + z_beta) sd sqrt(deff / n)
/// ```
///
/// `sd` standard deviation of the differences, in units of the score; `n` pairs; `deff` design effect
/// (1 where items are independent; [`crate::inference::icc::design_effect`]); z_alpha, z_beta upper points of the
/// normal at alpha (one-sided) or alpha / 2 (two-sided) and at 1 - power.
///
/// A quantity of design, by the normal approximation: about one item short of the t test at n = 50.
/// 0 where `sd` is not positive, infinite for n < 2. `golden_stats.json` (mde), 1e-10.
///
/// # Parameters
/// - `sd`: standard deviation of the differences, in units of the score.
/// - `n`: number of pairs.
/// - `deff`: design effect, 1 where items are independent.
/// - `alpha`: in (0, 1), for both sides together where there are two.
/// - `power`: in (0, 1).
/// - `sides`: one or two.
///
/// # Returns
/// An effect >= 0 in units of the score.
///
/// # Example
/// ```
/// use evalsig::domain::{Alpha, Sides};
/// use evalsig::inference::planning::mde;
///
/// // 400 pairs, sd 0.3: 2.4865 standard errors of 0.015.
/// let effect = mde(0.3, 400.0, 1.0, Alpha::USUAL, 0.8, Sides::One);
/// assert!((effect - 0.037_297).abs() < 1e-5);
/// ```
#[must_use]
pub fn mde(sd: f64, n: f64, deff: f64, alpha: Alpha, power: f64, sides: Sides) -> f64 {
    if sd <= 0.0 {
        0.0
    } else if n < 2.0 {
        f64::INFINITY
    } else {
        reach(alpha, power, sides) * sd / (n / deff).sqrt()
    }
}

/// With what probability does a test of `n` pairs show an effect when `delta` is the truth?
///
/// ```text
/// one-sided:  P(Z >= z_alpha - shift)
/// two-sided:  P(Z >= z_alpha/2 - shift) + P(Z >= z_alpha/2 + shift),   shift = delta sqrt(n / deff) / sd
/// ```
///
/// Symbols as in [`mde`]; `delta` is the distance of the true effect from the null. Where `sd` is not
/// positive or n < 2: 1 for any delta but 0, there alpha. `golden_stats.json` (mde: power_at_*), 1e-10.
///
/// # Parameters
/// - `delta`: true effect minus null, in units of the score.
/// - `sd`: standard deviation of the differences, in units of the score.
/// - `n`: number of pairs.
/// - `deff`: design effect, 1 where items are independent.
/// - `alpha`: in (0, 1), for both sides together where there are two.
/// - `sides`: one or two.
///
/// # Returns
/// A probability.
///
/// # Example
/// ```
/// use evalsig::domain::{Alpha, Sides};
/// use evalsig::inference::planning::power_for_delta;
///
/// let power = |delta| power_for_delta(delta, 0.3, 400.0, 1.0, Alpha::USUAL, Sides::One);
/// assert!((power(0.0) - 0.05).abs() < 1e-12);
/// assert!((power(0.037_297) - 0.8).abs() < 1e-3);
/// ```
#[must_use]
pub fn power_for_delta(delta: f64, sd: f64, n: f64, deff: f64, alpha: Alpha, sides: Sides) -> f64 {
    if sd <= 0.0 || n < 2.0 {
        return if delta == 0.0 { alpha.get() } else { 1.0 };
    }
    let shift = delta * (n / deff).sqrt() / sd;
    let critical = tails::normal_isf(each(alpha, sides));
    match sides {
        Sides::One => tails::normal_sf(critical - shift),
        Sides::Two => tails::normal_sf(critical - shift) + tails::normal_sf(critical + shift),
    }
}

/// How many pairs show a claim delta > `null` with probability `power` when `planned` is the truth?
///
/// ```text
/// n = ceil( ((z_alpha + z_beta) sd / (planned - null))^2 deff )
/// ```
///
/// `null` is the claim's value (`--min-delta`), in units of the score like `planned` and `sd`; the other
/// symbols as in [`mde`]. `None` where `planned` does not exceed `null`: no number of items can then
/// show the claim. Python evalsig plans for delta > 0 and judges against min_delta; its "80 % power"
/// therefore allows 51 % of such candidates and rejects 40 %.
///
/// `golden_stats.json` (required_n_margin; mde: required_n_for_mde), exact.
///
/// # Parameters
/// - `planned`: the true effect planned for.
/// - `null`: the value of the claim.
/// - `sd`, `deff`, `alpha`, `sides`: as in [`mde`].
/// - `power`: in (0, 1).
///
/// # Returns
/// Pairs, rounded up, or `None`.
///
/// # Example
/// ```
/// use evalsig::domain::{Alpha, Sides};
/// use evalsig::inference::planning::required_n;
///
/// let pairs = required_n(0.05, 0.0, 0.3, 1.0, Alpha::USUAL, 0.8, Sides::One);
/// assert_eq!(pairs, Some(223));
/// assert_eq!(required_n(0.05, 0.05, 0.3, 1.0, Alpha::USUAL, 0.8, Sides::One), None);
/// ```
#[must_use]
pub fn required_n(
    planned: f64,
    null: f64,
    sd: f64,
    deff: f64,
    alpha: Alpha,
    power: f64,
    sides: Sides,
) -> Option<u64> {
    let gap = planned - null;
    if gap.is_nan() || gap <= 0.0 {
        return None;
    }
    let pairs = (reach(alpha, power, sides) * sd / gap).powi(2) * deff;
    pairs.is_finite().then(|| (pairs - ROUNDING * pairs).ceil().max(0.0) as u64)
}

/// A planned n of 1000.0000000001 is 1000 items, not 1001: mde and `required_n` are each other's inverse.
const ROUNDING: f64 = 1e-12;

/// With what probability does a t test of `n` pairs show an effect of `dz` standard deviations?
///
/// ```text
/// P( (Z + dz sqrt(n)) / W > t_alpha ),   W^2 = chi^2 / df
/// two-sided: the mirrored tail is added
/// ```
///
/// Z standard normal, chi^2 with df = n - 1 degrees of freedom, t_alpha the upper point of Student's t.
/// The noncentral t distribution, integrated over W by Simpson's rule: absolute error below 1e-9. `n` may
/// be fractional; NaN below 2. `golden_stats.json` (power_noncentral_t), 1e-7.
///
/// # Parameters
/// - `dz`: true effect minus null, over the standard deviation of the differences.
/// - `n`: number of pairs, may be fractional.
/// - `alpha`: in (0, 1).
/// - `sides`: one or two.
///
/// # Returns
/// A probability; NaN for n below 2.
///
/// # References
/// 1. Cohen, J. (1988). *Statistical Power Analysis for the Behavioral Sciences*, 2nd ed., chapter 2.
///
/// # Example
/// ```
/// use evalsig::domain::{Alpha, Sides};
/// use evalsig::inference::planning::power_t;
///
/// assert!((power_t(0.0, 20.0, Alpha::USUAL, Sides::One) - 0.05).abs() < 1e-6);
/// assert!(power_t(0.5, 27.0, Alpha::USUAL, Sides::One) > 0.8);
/// ```
#[must_use]
pub fn power_t(dz: f64, n: f64, alpha: Alpha, sides: Sides) -> f64 {
    if n.is_nan() || n < 2.0 {
        return f64::NAN;
    }
    let df = n - 1.0;
    let (shift, critical) = (dz * n.sqrt(), tails::student_isf(each(alpha, sides), df));
    let given = |w: f64| {
        let right = tails::normal_sf(critical * w - shift);
        match sides {
            Sides::One => right,
            Sides::Two => right + tails::normal_sf(critical * w + shift),
        }
    };
    mean_over_w(df, 9.0, 2000, given)
}

/// The mean of `given(W)`, W^2 = chi^2 / df: a standard deviation as a sample estimates it. By Simpson's rule
/// on `steps` (even) intervals, `reach` standard deviations of W to both sides of 1.
pub(crate) fn mean_over_w(df: f64, reach: f64, steps: u32, given: impl Fn(f64) -> f64) -> f64 {
    // ln density of W: 2 (df/2)^(df/2) / Gamma(df/2) w^(df - 1) exp(-df w^2 / 2).
    let scale = 2.0_f64.ln() + 0.5 * df * (0.5 * df).ln() - tails::ln_gamma(0.5 * df);
    let density = |w: f64| (scale + (df - 1.0) * w.ln() - 0.5 * df * w * w).exp();
    let width = reach / (2.0 * df).sqrt();
    let (low, high) = ((1.0 - width).max(0.0), 1.0 + width);
    let step = (high - low) / f64::from(steps);
    let ordinates = (0..=steps).map(|i| {
        let w = low + step * f64::from(i);
        let weight = if i == 0 || i == steps { 1.0 } else { f64::from(2 + 2 * (i % 2)) };
        if w > 0.0 { weight * density(w) * given(w) } else { 0.0 }
    });
    ordinates.sum::<f64>() * step / 3.0
}

/// How many pairs, as a fraction, does a t test need for `power` at an effect of `dz` > 0 standard
/// deviations? Inverts [`power_t`] by bisection; round up. `None` where more than 1e9 are needed.
///
/// # Parameters
/// - `dz`: effect in standard deviations, > 0.
/// - `alpha`, `sides`: as in [`power_t`].
/// - `power`: in (0, 1).
///
/// # Example
/// ```
/// use evalsig::domain::{Alpha, Sides};
/// use evalsig::inference::planning::required_n_t;
///
/// let n = required_n_t(0.5, Alpha::USUAL, 0.8, Sides::One).expect("fewer than 1e9 pairs");
/// assert_eq!(n.ceil(), 27.0);
/// ```
#[must_use]
pub fn required_n_t(dz: f64, alpha: Alpha, power: f64, sides: Sides) -> Option<f64> {
    let enough = |n: f64| power_t(dz, n, alpha, sides) >= power;
    let (mut low, mut high) = (2.0, 4.0);
    while !enough(high) {
        (low, high) = (high, 2.0 * high);
        if high > 1e9 {
            return None;
        }
    }
    Some(bisect((low, high), 60, enough))
}

#[cfg(test)]
mod tests {
    use super::{mde, power_for_delta, required_n};
    use crate::domain::{Alpha, Sides};

    #[test]
    fn edges() {
        let Some(alpha) = Alpha::new(0.05) else { return };
        assert_eq!(mde(0.0, 100.0, 1.0, alpha, 0.8, Sides::One), 0.0);
        assert_eq!(mde(0.3, 1.0, 1.0, alpha, 0.8, Sides::One), f64::INFINITY);
        assert_eq!(power_for_delta(0.0, 0.0, 9.0, 1.0, alpha, Sides::One), 0.05);
        assert_eq!(power_for_delta(0.1, 0.0, 9.0, 1.0, alpha, Sides::One), 1.0);
        assert_eq!(required_n(0.02, 0.02, 0.3, 1.0, alpha, 0.8, Sides::One), None);
        assert_eq!(required_n(0.01, 0.02, 0.3, 1.0, alpha, 0.8, Sides::One), None);
    }
}
