//! A budget that is counted as a share of the baseline's mean: "latency may grow by a tenth".
//!
//! ```text
//! claim: mean(candidate) < (1 + margin) mean(baseline)   if and only if   mean(candidate - (1 + margin) baseline) < 0
//! ```
//!
//! The right side is a mean of paired differences, so every method tests it as it tests any other, and inverting
//! the test over the margin bounds the ratio (Fieller 1954 does the same for the t test).

use super::evidence::Evidence;
use crate::domain::{Diagnostic, Direction, Plan, ScoreRange};
use crate::pairing::{KnownRange, Pairs};

/// Steps of the search for a bound: each halves at least, most do far better.
const STEPS: u32 = 40;
/// Width of the bracket, as a share of 1 + ratio, at which a bound is known well enough to be shown.
const CLOSE: f64 = 1e-6;

/// The evidence that a cost grows by less than `margin` of the baseline's mean. Delta and its bounds are shares of
/// that mean, larger is better: -0.03 is a growth by three per cent.
///
/// # Errors
/// Those of [`Evidence::of`].
pub(super) fn evidence(
    pairs: &Pairs,
    plan: &Plan,
    margin: f64,
    unchanged: bool,
) -> Result<Evidence, Diagnostic> {
    let mean = |scores: &[f64]| scores.iter().sum::<f64>() / scores.len() as f64;
    let (before, after) = (mean(&pairs.baseline), mean(&pairs.candidate));
    if before <= 0.0 {
        return Ok(Evidence::nothing(
            f64::NAN,
            pairs.counts.pairs,
            format!("the baseline's mean is {before}, and a ratio needs one above 0"),
        ));
    }
    let delta = (after / before - 1.0) * plan.direction.sign();
    let at = |delta: f64| Evidence::of(&scaled(pairs, plan.direction, delta), plan, 0.0, false);
    let own = at(-margin)?;
    if own.obstacle.is_some() {
        return Ok(Evidence { delta, ..own });
    }
    // The bound of the scaled differences falls as the ratio that they are held to rises.
    let lower = root(delta, -1.0, |delta| at(delta).map(|found| found.lower))?;
    let upper = root(delta, 1.0, |delta| at(delta).map(|found| found.upper))?;
    let shown = own.shown || (unchanged && pairs.gaps.is_empty());
    Ok(Evidence { delta, lower, upper, shown, ..own })
}

/// The pairs with every baseline score times 1 - `delta` (lower is better) or 1 + `delta`.
fn scaled(pairs: &Pairs, direction: Direction, delta: f64) -> Pairs {
    let factor = 1.0 + delta * direction.sign();
    let mut scaled = pairs.clone();
    for score in &mut scaled.baseline {
        *score *= factor;
    }
    for item in &mut scaled.gaps.items {
        item.baseline.total *= factor;
    }
    scaled.two_values = None;
    // Missing scores of either run are looked for in one range: the one that holds both.
    scaled.range = pairs.range.and_then(|known| {
        let (lo, hi) = (known.range.lo(), known.range.hi());
        let range = ScoreRange::new(lo.min(lo * factor), hi.max(hi * factor))?;
        Some(KnownRange { range, ..known })
    });
    scaled
}

/// Where `bound`, which falls, crosses 0, looked for from `from` outwards on the side of `sign`; infinite on that
/// side where it does not cross, which is where the data bound nothing.
fn root(
    from: f64,
    sign: f64,
    mut bound: impl FnMut(f64) -> Result<f64, Diagnostic>,
) -> Result<f64, Diagnostic> {
    // Below the root the bound is positive, above it negative.
    let mut step = 0.01 * (1.0 + from.abs());
    let (mut near, mut far) = (from, from + sign * step);
    let mut crossed = false;
    for _ in 0..STEPS {
        let value = bound(far)?;
        if (value > 0.0) == (sign < 0.0) && value != 0.0 {
            crossed = true;
            break;
        }
        near = far;
        step *= 2.0;
        far += sign * step;
        if !far.is_finite() || far.abs() > 1e6 {
            break;
        }
    }
    if !crossed {
        return Ok(sign * f64::INFINITY);
    }
    for _ in 0..STEPS {
        if (far - near).abs() <= CLOSE * (1.0 + near.abs()) {
            break;
        }
        let middle = near + (far - near) / 2.0;
        let value = bound(middle)?;
        if (value > 0.0) == (sign < 0.0) && value != 0.0 { far = middle } else { near = middle }
    }
    // Outwards: a bound may be too wide by the width of the bracket, never too narrow.
    Ok(far)
}

#[cfg(test)]
mod tests {
    use super::root;

    #[test]
    fn a_crossing_is_found_on_either_side_and_its_absence_too() {
        let below = root(0.0, -1.0, |x| Ok(-0.3 - x)).unwrap();
        assert!((below + 0.3).abs() < 1e-5 && below <= -0.3, "{below}");
        let above = root(0.0, 1.0, |x| Ok(0.7 - x)).unwrap();
        assert!((above - 0.7).abs() < 1e-5 && above >= 0.7, "{above}");
        assert_eq!(root(0.0, -1.0, |_| Ok(f64::NEG_INFINITY)).unwrap(), f64::NEG_INFINITY);
    }
}
