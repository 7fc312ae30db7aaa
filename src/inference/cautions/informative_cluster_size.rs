//! Do large clusters fare otherwise than small ones? What no bound from few clusters can allow for.

use crate::inference::sample::Unit;
use crate::numerics::tails;

/// Up to so many clusters every order of the means is tried.
const EVERY_ORDER: usize = 8;
/// Below this p a note says so.
const NOTED: f64 = 0.05;

/// How the means of clusters go with their sizes.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct SizeEffect {
    /// Spearman's rank correlation, in [-1, 1]: below 0 where large clusters fare worse.
    pub rho: f64,
    /// H0: the order of the means has nothing to do with the sizes (two-sided).
    pub p: f64,
}

/// Has the mean difference of a cluster to do with its size?
///
/// Where it has, delta, the item-weighted mean, hangs on the largest clusters, and a sample of few
/// clusters rarely holds one of the largest that exist: bounds come out too narrow and off to one side,
/// whichever test makes them.
///
/// ```text
/// rho = correlation of the ranks of s_g / m_g and of m_g, ties at their mean rank
/// p   = share of all k! orders of the means whose |rho| is at least the one seen     k <= 8
///       2 P(T_(k-2) >= |rho| sqrt((k - 2) / (1 - rho^2)))                            k > 8
/// ```
///
/// The test knows nothing of the direction in which it would matter, and its power is that of k points:
/// silence proves nothing. It is a diagnosis, never part of a verdict.
///
/// `None` below five clusters, where all sizes are one, and where all means are one.
///
/// # Parameters
/// - `units`: one entry an independent unit: the sum of its differences (units of the score, positive is better) and its number of items (> 0).
///
/// # Returns
/// Spearman's rho in [-1, 1] and its two-sided p; `None` where there is no answer, as said above.
///
/// # References
/// 1. Spearman, C. (1904). The proof and measurement of association between two things. *American
///    Journal of Psychology* 15, 72-101.
///
/// # Example
/// ```
/// use evalsig::inference::Unit;
/// use evalsig::inference::cautions::informative_cluster_size::size_effect;
///
/// // The larger the cluster, the worse its mean: 1, 1/2, 1/3, ...
/// let units: Vec<Unit> = (1..=6).map(|m| Unit { sum: 1.0, size: f64::from(m) }).collect();
/// let found = size_effect(&units).expect("six clusters of several sizes");
/// assert!((found.rho + 1.0).abs() < 1e-12 && found.p < 0.01);
/// ```
#[must_use]
pub fn size_effect(units: &[Unit]) -> Option<SizeEffect> {
    let k = units.len();
    let means: Vec<f64> = units.iter().map(|unit| unit.sum / unit.size).collect();
    let sizes: Vec<f64> = units.iter().map(|unit| unit.size).collect();
    let (means, sizes) = (centred_ranks(&means), centred_ranks(&sizes));
    let square = |ranks: &[f64]| ranks.iter().map(|r| r * r).sum::<f64>();
    let scale = (square(&means) * square(&sizes)).sqrt();
    if k < 5 || scale <= 0.0 {
        return None;
    }
    let rho = (dot(&means, &sizes) / scale).clamp(-1.0, 1.0);
    let p = if k <= EVERY_ORDER {
        // Ranks are multiples of 1/2, so the products are exact and ties are ties.
        let seen = dot(&means, &sizes).abs();
        let (mut all, mut beyond) = (0_u32, 0_u32);
        every_order(&mut means.clone(), k, &mut |order| {
            all += 1;
            beyond += u32::from(dot(order, &sizes).abs() >= seen);
        });
        f64::from(beyond) / f64::from(all)
    } else {
        let df = k as f64 - 2.0;
        (2.0 * tails::student_sf(rho.abs() * (df / (1.0 - rho * rho)).sqrt(), df)).min(1.0)
    };
    Some(SizeEffect { rho, p })
}

/// What a reader must know where cluster size and difference go together.
pub(crate) fn note(units: &[Unit]) -> Option<String> {
    let SizeEffect { rho, p } = size_effect(units).filter(|found| found.p <= NOTED)?;
    let fare = if rho < 0.0 { "worse" } else { "better" };
    Some(format!(
        "large clusters fare {fare} than small ones (rank correlation {rho:+.2}, p = {p:.2}, {} clusters): delta \
         hangs on the largest clusters that exist, and where this sample lacks some of them the verdict is likelier \
         wrong than alpha says",
        units.len()
    ))
}

fn dot(a: &[f64], b: &[f64]) -> f64 {
    a.iter().zip(b).map(|(x, y)| x * y).sum()
}

/// The rank of each value less the mean rank; ties share theirs.
fn centred_ranks(values: &[f64]) -> Vec<f64> {
    let mut sorted = values.to_vec();
    sorted.sort_unstable_by(f64::total_cmp);
    let rank = |value: &f64| {
        let below = sorted.partition_point(|v| v < value);
        let up_to = sorted.partition_point(|v| v <= value);
        (below + up_to) as f64 / 2.0 - values.len() as f64 / 2.0
    };
    values.iter().map(rank).collect()
}

/// Heap's algorithm: `visit` sees every order of the first `k` values once.
fn every_order(values: &mut [f64], k: usize, visit: &mut impl FnMut(&[f64])) {
    if k <= 1 {
        return visit(values);
    }
    for i in 0..k {
        every_order(values, k - 1, visit);
        if i + 1 < k {
            values.swap(if k.is_multiple_of(2) { i } else { 0 }, k - 1);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::numerics::stream::{Purpose, Streams};

    fn units(means: &[f64], sizes: &[f64]) -> Vec<Unit> {
        means.iter().zip(sizes).map(|(mean, size)| Unit { sum: mean * size, size: *size }).collect()
    }

    /// Five in perfect order: two of 120 orders are as extreme. R: cor.test(1:5, 1:5, method = "spearman").
    #[test]
    fn exact_for_few_clusters() {
        let found = size_effect(&units(&[5.0, 4.0, 3.0, 2.0, 1.0], &[1.0, 2.0, 4.0, 8.0, 16.0]));
        let found = found.expect("sizes differ");
        assert_eq!(found.rho, -1.0);
        assert!((found.p - 2.0 / 120.0).abs() < 1e-15, "{}", found.p);
        // Ranks 2 1 4 3 5 against 1..5: sum of d^2 = 4, rho = 1 - 6 * 4 / 120 = .8, p = 16/120 as tables have it.
        let found = size_effect(&units(&[2.0, 1.0, 4.0, 3.0, 5.0], &[1.0, 2.0, 3.0, 4.0, 5.0]));
        let found = found.expect("sizes differ");
        assert!((found.rho - 0.8).abs() < 1e-15 && (found.p - 16.0 / 120.0).abs() < 1e-15, "{found:?}");
    }

    #[test]
    fn many_clusters_by_t() {
        let sizes: Vec<f64> = (1..=10).map(f64::from).collect();
        let means = [1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0, 8.0, 10.0, 9.0];
        let found = size_effect(&units(&means, &sizes)).expect("sizes differ");
        // rho = 1 - 6 * 2 / 990; t = rho sqrt(8 / (1 - rho^2)) = 17.955 on 8 degrees of freedom.
        let rho = 1.0 - 12.0 / 990.0;
        assert!((found.rho - rho).abs() < 1e-14 && (9e-8..1e-7).contains(&found.p), "{found:?}");
    }

    #[test]
    fn nothing_to_say() {
        assert_eq!(size_effect(&units(&[1.0, 2.0, 3.0, 4.0], &[1.0, 2.0, 3.0, 4.0])), None);
        assert_eq!(size_effect(&units(&[1.0, 2.0, 3.0, 4.0, 5.0], &[3.0; 5])), None);
        assert_eq!(size_effect(&units(&[0.5; 6], &[1.0, 2.0, 4.0, 8.0, 16.0, 32.0])), None);
    }

    /// Small clusters scatter more, which is no effect of size: the note must not come from that.
    #[test]
    fn unequal_scatter_is_no_effect() {
        for k in [6_u64, 20, 60] {
            let streams = Streams::new(k, Purpose::Simulation);
            let runs = 2000;
            let fired = (0..runs)
                .filter(|run| {
                    let mut stream = streams.replicate(*run);
                    let drawn: Vec<Unit> = (0..k)
                        .map(|_| {
                            let size = (2.0 + stream.normal()).exp().ceil();
                            Unit { sum: size.sqrt() * stream.normal(), size }
                        })
                        .collect();
                    note(&drawn).is_some()
                })
                .count();
            let rate = fired as f64 / runs as f64;
            assert!(rate < 0.05 + 4.0 * (0.05 * 0.95 / runs as f64).sqrt(), "k = {k}: {rate}");
        }
    }
}
