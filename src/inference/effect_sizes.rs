//! How large the difference is, in units that need no knowledge of the score. Reported beside a
//! verdict, never part of it.

use crate::numerics::moments;

/// Standardised mean difference of two samples, with their pooled standard deviation.
///
/// ```text
/// d = (mean(candidate) - mean(baseline)) / s,   s^2 = ((n1 - 1) s1^2 + (n2 - 1) s2^2) / (n1 + n2 - 2)
/// ```
///
/// Positive is better. It ignores the pairing. `None` with fewer than two values on a side or where no
/// score varies. `golden_stats.json` (effect_size), 1e-10.
///
/// # Parameters
/// - `baseline`, `candidate`: scores of each side in any order, finite, positive orientation; lengths may differ.
///
/// # Returns
/// d in standard deviations, or `None`.
///
/// # References
/// 1. Cohen, J. (1988). *Statistical Power Analysis for the Behavioral Sciences*, 2nd ed., chapter 2.
///
/// # Example
/// ```
/// use evalsig::inference::effect_sizes::cohens_d;
///
/// let d = cohens_d(&[0.0, 1.0, 2.0], &[1.0, 2.0, 3.0]);
/// assert_eq!(d, Some(1.0));
/// assert_eq!(cohens_d(&[1.0], &[2.0]), None);
/// ```
#[must_use]
pub fn cohens_d(baseline: &[f64], candidate: &[f64]) -> Option<f64> {
    if baseline.len() < 2 || candidate.len() < 2 {
        return None;
    }
    let freedom = (baseline.len() + candidate.len() - 2) as f64;
    let pooled = ((moments::squares(baseline) + moments::squares(candidate)) / freedom).sqrt();
    (pooled > 0.0).then(|| (moments::mean(candidate) - moments::mean(baseline)) / pooled)
}

/// Cohen's d with Hedges' correction of its bias in small samples.
///
/// ```text
/// g = d (1 - 3 / (4 df - 1)),   df = n1 + n2 - 2
/// ```
///
/// `None` where [`cohens_d`] is. `golden_stats.json` (effect_size), 1e-10.
///
/// # Parameters
/// - `baseline`, `candidate`: scores of each side in any order, finite, positive orientation; lengths may differ.
///
/// # Returns
/// g in standard deviations, or `None`.
///
/// # References
/// 1. Hedges, L. V. (1981). Distribution theory for Glass's estimator of effect size and related
///    estimators. *Journal of Educational Statistics* 6, 107-128.
///
/// # Example
/// ```
/// use evalsig::inference::effect_sizes::hedges_g;
///
/// // d = 1 with 4 degrees of freedom: 1 - 3 / 15.
/// let g = hedges_g(&[0.0, 1.0, 2.0], &[1.0, 2.0, 3.0]);
/// assert!((g.expect("scores vary") - 0.8).abs() < 1e-12);
/// ```
#[must_use]
pub fn hedges_g(baseline: &[f64], candidate: &[f64]) -> Option<f64> {
    let freedom = (baseline.len() + candidate.len()) as f64 - 2.0;
    cohens_d(baseline, candidate).map(|d| d * (1.0 - 3.0 / (4.0 * freedom - 1.0)))
}

/// Mean of the paired differences over their standard deviation (n - 1): the effect a paired test sees.
///
/// Positive is better. `None` with fewer than two pairs, or where the differences are equal: their
/// standard deviation below 1e-12 is rounding. `golden_stats.json` (effect_size), 1e-10.
///
/// # Parameters
/// - `differences`: candidate minus baseline of each item, finite, in units of the score.
///
/// # Returns
/// d in standard deviations of the differences, or `None`.
///
/// # Example
/// ```
/// use evalsig::inference::effect_sizes::cohens_d_paired;
///
/// assert_eq!(cohens_d_paired(&[1.0, 2.0, 3.0]), Some(2.0));
/// assert_eq!(cohens_d_paired(&[0.5, 0.5]), None);
/// ```
#[must_use]
pub fn cohens_d_paired(differences: &[f64]) -> Option<f64> {
    let sd = moments::sd(differences);
    (differences.len() >= 2 && sd >= 1e-12).then(|| moments::mean(differences) / sd)
}

/// How much more often does a candidate's score beat a baseline's than the reverse, over all pairs of
/// one from each side?
///
/// ```text
/// (#{ c > b } - #{ c < b }) / (n1 n2)
/// ```
///
/// In [-1, 1], positive is better; unchanged by any rising transform of the score. Sorts once:
/// O(n log n). `None` where a side is empty. `golden_stats.json` (effect_size), 1e-10.
///
/// # Parameters
/// - `baseline`, `candidate`: scores of each side in any order, finite, positive orientation; lengths may differ.
///
/// # Returns
/// A number in [-1, 1], or `None` where a side is empty.
///
/// # References
/// 1. Cliff, N. (1993). Dominance statistics: ordinal analyses to answer ordinal questions.
///    *Psychological Bulletin* 114, 494-509.
///
/// # Example
/// ```
/// use evalsig::inference::effect_sizes::cliffs_delta;
///
/// assert_eq!(cliffs_delta(&[1.0, 2.0], &[2.0, 3.0]), Some(0.75));
/// ```
#[must_use]
pub fn cliffs_delta(baseline: &[f64], candidate: &[f64]) -> Option<f64> {
    if baseline.is_empty() || candidate.is_empty() {
        return None;
    }
    let mut sorted = baseline.to_vec();
    sorted.sort_unstable_by(f64::total_cmp);
    let (mut wins, mut losses) = (0_u64, 0_u64);
    for score in candidate {
        wins += sorted.partition_point(|b| b < score) as u64;
        losses += (sorted.len() - sorted.partition_point(|b| b <= score)) as u64;
    }
    Some((wins as f64 - losses as f64) / (baseline.len() as f64 * candidate.len() as f64))
}

/// How many items the candidate fixed for each one it broke.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct FixOdds {
    /// Items whose score rose; for 0/1 scores: baseline wrong, candidate right.
    pub fixed: u64,
    /// Items whose score fell.
    pub broken: u64,
    /// fixed / broken; infinite where none broke, `None` where neither happened.
    pub odds: Option<f64>,
}

/// How many items rose, how many fell, and their ratio: the odds of the sign test and, for 0/1 scores,
/// the conditional odds ratio of McNemar's table.
///
/// # Parameters
/// - `differences`: candidate minus baseline of each item, finite.
///
/// # Returns
/// Both counts and fixed / broken.
///
/// # Example
/// ```
/// use evalsig::inference::effect_sizes::fix_odds;
///
/// let found = fix_odds(&[1.0, 1.0, -1.0, 0.0]);
/// assert_eq!((found.fixed, found.broken, found.odds), (2, 1, Some(2.0)));
/// ```
#[must_use]
pub fn fix_odds(differences: &[f64]) -> FixOdds {
    let fixed = differences.iter().filter(|d| **d > 0.0).count() as u64;
    let broken = differences.iter().filter(|d| **d < 0.0).count() as u64;
    let odds = (fixed + broken > 0).then(|| fixed as f64 / broken as f64);
    FixOdds { fixed, broken, odds }
}

#[cfg(test)]
mod tests {
    use super::{FixOdds, cliffs_delta, cohens_d, cohens_d_paired, fix_odds, hedges_g};

    #[test]
    fn edges() {
        assert_eq!((cohens_d(&[1.0, 1.0], &[1.0, 1.0]), hedges_g(&[1.0], &[2.0])), (None, None));
        assert_eq!((cohens_d_paired(&[0.2, 0.3 - 0.1]), cliffs_delta(&[], &[1.0])), (None, None));
        assert_eq!(cliffs_delta(&[1.0, 2.0], &[2.0, 3.0]), Some(0.75));
        assert_eq!(fix_odds(&[1.0, 1.0, -1.0, 0.0]), FixOdds { fixed: 2, broken: 1, odds: Some(2.0) });
        assert_eq!(fix_odds(&[1.0]).odds, Some(f64::INFINITY));
        assert_eq!(fix_odds(&[0.0]).odds, None);
    }
}
