//! How much items of a cluster resemble each other, and what that costs.

use std::iter::zip;

use crate::inference::sample::Unit;
use crate::numerics::moments;

/// One-way analysis of variance of differences within clusters.
///
/// ```text
/// MSB = sum of m_g (mean_g - mean)^2 / (k - 1)      MSW = sum of (d - mean_g)^2 / (n - k)
/// n0  = (n - sum of m_g^2 / n) / (k - 1)            icc = (MSB - MSW) / (MSB + (n0 - 1) MSW)
/// ```
///
/// n differences d in k clusters of sizes m_g with means mean_g.
///
/// # References
/// 1. Donner, A. (1986). A review of inference procedures for the intraclass correlation coefficient in
///    the one-way random effects model. *International Statistical Review* 54, 67-82.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Anova {
    /// Mean square between clusters.
    pub between: f64,
    /// Mean square within clusters.
    pub within: f64,
    /// The size that equal clusters would have for the same variance of their means. Python evalsig
    /// takes the mean size instead, which is larger wherever sizes differ.
    pub n0: f64,
    /// Intra-cluster correlation, not clipped: below 0 where clusters differ less than chance would
    /// have it.
    pub icc: f64,
}

/// How strongly are differences of one cluster alike?
///
/// `differences` in units of the score; `clusters` holds the cluster of each as 0..k. `None` with fewer
/// than two clusters, without a cluster of two items, or where nothing varies.
///
/// Accuracy: 1e-8 and better against `golden_stats.json` (cluster_robust: msb, msw, n0, icc_anova_n0).
///
/// # Parameters
/// - `differences`: one an item, finite.
/// - `clusters`: the cluster of each item as 0..k, as long as `differences`.
///
/// # Returns
/// Mean squares, n0 and the ICC, or `None`.
///
/// # Example
/// ```
/// use evalsig::inference::icc::anova;
///
/// // Items of a cluster agree exactly, clusters differ.
/// let found = anova(&[1.0, 1.0, 0.0, 0.0, 2.0, 2.0], &[0, 0, 1, 1, 2, 2]).expect("three clusters of two");
/// assert_eq!((found.within, found.n0, found.icc), (0.0, 2.0, 1.0));
/// ```
#[must_use]
pub fn anova(differences: &[f64], clusters: &[u32]) -> Option<Anova> {
    let k = clusters.iter().max().map_or(0, |top| *top as usize + 1);
    let n = differences.len();
    if k < 2 || n <= k {
        return None;
    }
    let overall = moments::mean(differences);
    let mut groups = vec![(0.0, 0.0); k];
    for (difference, cluster) in zip(differences, clusters) {
        if let Some((sum, size)) = groups.get_mut(*cluster as usize) {
            *sum += difference;
            *size += 1.0;
        }
    }
    let mean_of = |cluster: u32| groups.get(cluster as usize).map_or(overall, |(sum, size)| sum / size);
    let within = moments::sum_of(zip(differences, clusters).map(|(d, c)| (d - mean_of(*c)).powi(2)));
    let between = moments::sum_of(groups.iter().map(|(s, m)| m * (s / m - overall).powi(2)));
    let (n, k) = (n as f64, k as f64);
    let (between, within) = (between / (k - 1.0), within / (n - k));
    let n0 = (n - groups.iter().map(|(_, m)| m * m).sum::<f64>() / n) / (k - 1.0);
    let total = between + (n0 - 1.0) * within;
    (total > 0.0).then(|| Anova { between, within, n0, icc: (between - within) / total })
}

/// Kish's effective number of units: how many equal units would weigh as much.
///
/// ```text
/// k_eff = n^2 / sum of m_g^2
/// ```
///
/// n items in units of sizes m_g. Equal to k for k equal units; near 4 where one of many holds half the
/// items. 0 without units.
///
/// # Parameters
/// - `units`: one entry an independent unit: the sum of its differences (units of the score, positive is better) and its number of items (> 0).
///
/// # Returns
/// A number from 0 to the number of units.
///
/// # References
/// 1. Kish, L. (1965). *Survey Sampling*, section 8.2.
///
/// # Example
/// ```
/// use evalsig::inference::Unit;
/// use evalsig::inference::icc::effective_units;
///
/// let unit = |size| Unit { sum: 0.0, size };
/// assert_eq!(effective_units(&[unit(5.0), unit(5.0)]), 2.0);
/// assert!(effective_units(&[unit(9.0), unit(1.0)]) < 1.25);
/// ```
#[must_use]
pub fn effective_units(units: &[Unit]) -> f64 {
    let n: f64 = units.iter().map(|unit| unit.size).sum();
    let squares: f64 = units.iter().map(|unit| unit.size * unit.size).sum();
    if squares > 0.0 { n * n / squares } else { 0.0 }
}

/// By how much clustering inflates the variance of the mean difference.
///
/// ```text
/// deff = 1 + icc (sum of m_g^2 / n - 1)
/// ```
///
/// n items in units of sizes m_g. `icc` outside [0, 1] counts as its nearer end. Python evalsig puts
/// the mean size in place of sum m_g^2 / n, which is larger wherever sizes differ: with one dominant
/// cluster its detectable effect comes out at a third of the true one.
///
/// # Parameters
/// - `units`: one entry an independent unit: the sum of its differences (units of the score, positive is better) and its number of items (> 0).
/// - `icc`: intra-cluster correlation of the differences.
///
/// # Returns
/// A factor, 1 for independent items.
///
/// # Example
/// ```
/// use evalsig::inference::Unit;
/// use evalsig::inference::icc::design_effect;
///
/// let units = [Unit { sum: 0.0, size: 10.0 }; 5];
/// assert_eq!(design_effect(&units, 0.5), 5.5);
/// assert_eq!(design_effect(&units, -0.2), 1.0);
/// ```
#[must_use]
pub fn design_effect(units: &[Unit], icc: f64) -> f64 {
    let n: f64 = units.iter().map(|unit| unit.size).sum();
    let squares: f64 = units.iter().map(|unit| unit.size * unit.size).sum();
    if n > 0.0 { 1.0 + icc.clamp(0.0, 1.0) * (squares / n - 1.0) } else { 1.0 }
}

#[cfg(test)]
mod tests {
    use super::{anova, design_effect, effective_units};
    use crate::inference::sample::Unit;

    #[test]
    fn ends() {
        assert!(anova(&[1.0, 2.0, 3.0], &[0, 0, 0]).is_none());
        assert!(anova(&[1.0, 2.0], &[0, 1]).is_none());
        assert!(anova(&[1.0; 4], &[0, 0, 1, 1]).is_none());
        assert_eq!(anova(&[1.0, 1.0, 2.0, 2.0], &[0, 0, 1, 1]).map(|a| a.icc), Some(1.0));
        let sizes = |m: &[f64]| m.iter().map(|size| Unit { sum: 0.0, size: *size }).collect::<Vec<_>>();
        assert_eq!(effective_units(&sizes(&[5.0; 8])), 8.0);
        assert_eq!(design_effect(&sizes(&[40.0; 50]), 0.1), 4.9);
        assert_eq!((design_effect(&sizes(&[3.0, 1.0]), -0.2), effective_units(&[])), (1.0, 0.0));
    }
}
