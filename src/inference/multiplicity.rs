//! Adjusted p-values for several claims at once.
//!
//! Each function takes p-values in any order and returns the adjusted ones in the same order, every one
//! at most 1. A claim is made where its adjusted p-value is at most alpha. Golden: `padj_*`
//! (R `p.adjust`, statsmodels).
//!
//! # References
//! 1. Holm, S. (1979). A simple sequentially rejective multiple test procedure. *Scandinavian Journal
//!    of Statistics* 6, 65-70. doi:10.2307/4615733.
//! 2. Hochberg, Y. (1988). A sharper Bonferroni procedure for multiple tests of significance.
//!    *Biometrika* 75, 800-802.
//! 3. Benjamini, Y. and Hochberg, Y. (1995). Controlling the false discovery rate. *Journal of the Royal
//!    Statistical Society B* 57, 289-300. doi:10.2307/2346101.

/// Probability of any wrong claim at most alpha, by the union bound: `min(1, m p)`.
///
/// # Parameters
/// - `p`: p-values in [0, 1], in any order; may be empty.
///
/// # Returns
/// The adjusted p-values, in the order of `p`.
///
/// # Example
/// ```
/// use evalsig::inference::multiplicity::bonferroni;
///
/// let adjusted = bonferroni(&[0.01, 0.04, 0.03]);
/// let wanted = [0.03, 0.12, 0.09];
/// assert!(adjusted.iter().zip(wanted).all(|(found, wanted)| (found - wanted).abs() < 1e-12));
/// ```
#[must_use]
pub fn bonferroni(p: &[f64]) -> Vec<f64> {
    let m = p.len() as f64;
    p.iter().map(|p| (m * p).min(1.0)).collect()
}

/// Probability of any wrong claim at most alpha under any dependence; never weaker than
/// [`bonferroni`].
///
/// ```text
/// adjusted p_(i) = max over j <= i of min(1, (m - j + 1) p_(j)),   p_(1) <= ... <= p_(m)
/// ```
///
/// # Parameters
/// - `p`: p-values in [0, 1], in any order; may be empty.
///
/// # Returns
/// The adjusted p-values, in the order of `p`.
///
/// # Example
/// ```
/// use evalsig::inference::multiplicity::holm;
///
/// let adjusted = holm(&[0.01, 0.04, 0.03]);
/// let wanted = [0.03, 0.06, 0.06];
/// assert!(adjusted.iter().zip(wanted).all(|(found, wanted)| (found - wanted).abs() < 1e-12));
/// ```
#[must_use]
pub fn holm(p: &[f64]) -> Vec<f64> {
    let m = p.len() as f64;
    let mut most = 0.0_f64;
    let steps = ascending(p).into_iter().enumerate().map(|(before, (place, p))| {
        most = most.max((m - before as f64) * p).min(1.0);
        (place, most)
    });
    in_place(p.len(), steps.collect())
}

/// Probability of any wrong claim at most alpha where the tests are independent or positively
/// dependent; never weaker than [`holm`].
///
/// ```text
/// adjusted p_(i) = min over j >= i of (m - j + 1) p_(j)
/// ```
///
/// # Parameters
/// - `p`: p-values in [0, 1], in any order; may be empty.
///
/// # Returns
/// The adjusted p-values, in the order of `p`.
///
/// # Example
/// ```
/// use evalsig::inference::multiplicity::hochberg;
///
/// let adjusted = hochberg(&[0.01, 0.04, 0.03]);
/// let wanted = [0.03, 0.04, 0.04];
/// assert!(adjusted.iter().zip(wanted).all(|(found, wanted)| (found - wanted).abs() < 1e-12));
/// ```
#[must_use]
pub fn hochberg(p: &[f64]) -> Vec<f64> {
    step_up(p, |m, rank| m - rank + 1.0)
}

/// Expected share of wrong claims among the claims at most alpha, under the same condition as
/// [`hochberg`]: for exploring, not for a gate.
///
/// ```text
/// adjusted p_(i) = min over j >= i of m p_(j) / j
/// ```
///
/// # Parameters
/// - `p`: p-values in [0, 1], in any order; may be empty.
///
/// # Returns
/// The adjusted p-values, in the order of `p`.
///
/// # Example
/// ```
/// use evalsig::inference::multiplicity::benjamini_hochberg;
///
/// let adjusted = benjamini_hochberg(&[0.01, 0.04, 0.03]);
/// let wanted = [0.03, 0.04, 0.04];
/// assert!(adjusted.iter().zip(wanted).all(|(found, wanted)| (found - wanted).abs() < 1e-12));
/// ```
#[must_use]
pub fn benjamini_hochberg(p: &[f64]) -> Vec<f64> {
    step_up(p, |m, rank| m / rank)
}

fn step_up(p: &[f64], factor: impl Fn(f64, f64) -> f64) -> Vec<f64> {
    let m = p.len() as f64;
    let mut least = 1.0_f64;
    let steps = ascending(p).into_iter().enumerate().rev().map(|(before, (place, p))| {
        least = least.min(factor(m, before as f64 + 1.0) * p);
        (place, least)
    });
    in_place(p.len(), steps.collect())
}

/// (original place, p) from the smallest p on.
fn ascending(p: &[f64]) -> Vec<(usize, f64)> {
    let mut sorted: Vec<(usize, f64)> = p.iter().copied().enumerate().collect();
    sorted.sort_by(|a, b| a.1.total_cmp(&b.1));
    sorted
}

fn in_place(len: usize, adjusted: Vec<(usize, f64)>) -> Vec<f64> {
    let mut out = vec![1.0; len];
    for (place, p) in adjusted {
        if let Some(slot) = out.get_mut(place) {
            *slot = p;
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::inference::golden_cases::{cases, close};

    #[test]
    fn golden() {
        for case in cases("multiplicity") {
            let p = case.list("p");
            for (name, adjusted) in [
                ("bonferroni", bonferroni(&p)),
                ("holm", holm(&p)),
                ("hochberg", hochberg(&p)),
                ("bh", benjamini_hochberg(&p)),
            ] {
                let wanted = case.expected_list(name);
                assert_eq!(adjusted.len(), wanted.len());
                for (got, wanted) in adjusted.iter().zip(&wanted) {
                    // R printed 15 digits.
                    close(*got, *wanted, 1e-12, &format!("{} {name}", case.id()));
                }
            }
        }
        assert!(holm(&[]).is_empty() && benjamini_hochberg(&[]).is_empty());
    }

    proptest! {
        #[test]
        fn order_is_kept_and_strength_is_ranked(p in prop::collection::vec(0.0..=1.0_f64, 1..20)) {
            let (b, h, u, f) = (bonferroni(&p), holm(&p), hochberg(&p), benjamini_hochberg(&p));
            for i in 0..p.len() {
                prop_assert!(b[i] >= h[i] && h[i] >= u[i] && u[i] >= f[i] - 1e-15 && f[i] >= p[i] - 1e-15);
                for j in 0..p.len() {
                    prop_assert!(p[i] > p[j] || (h[i] <= h[j] && f[i] <= f[j] && u[i] <= u[j]));
                }
            }
        }
    }
}
