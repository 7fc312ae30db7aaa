//! With what probability does the exact test of 0/1 scores show a claim? By enumeration of its outcomes.

use std::collections::BTreeMap;

use crate::domain::{Alpha, Claim};
use crate::inference::methods::exact_unconditional;
use crate::inference::methods::tango_score::score;
use crate::numerics::tails;

/// Beyond this many expected discordant pairs the critical value is that of the normal: the exact test comes
/// within a point of the power of Tango's.
const NORMAL_FROM: f64 = 300.0;
/// How many standard deviations of the number of discordant pairs are followed.
const FOLLOWED: f64 = 6.0;
/// Most numbers of discordant pairs that are weighed; beyond, every second, third, ... one.
const MOST_WEIGHED: u64 = 600;

/// How many numbers of discordant pairs the exact test itself is asked about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Care {
    /// Some five: within three points of power.
    Quick,
    /// Up to 25, which are all likely ones where these are few: within a point.
    Thorough,
}

/// Which outcomes of `items` pairs of 0/1 scores show a claim: those that the exact test takes where it was
/// asked, elsewhere those whose Tango statistic reaches `critical`; at each end of the claim.
#[derive(Clone, Debug)]
pub(crate) struct Region {
    items: u64,
    claim: Claim,
    critical: f64,
    /// The fewest fixes among so many discordant pairs, as the exact test has it.
    asked: BTreeMap<u64, u64>,
}

impl Region {
    /// The region of the test that `auto` runs, near `discordance`.
    ///
    /// The exact test orders outcomes by Tango's statistic and asks for the worst discordance within its
    /// confidence interval, which moves slowly with the number m of discordant pairs. So it is asked at some
    /// likely m, and the mean of its critical values there is used for the others.
    pub(crate) fn of(items: u64, claim: Claim, discordance: f64, alpha: Alpha, care: Care) -> Self {
        let n = items as f64;
        let normal = tails::normal_isf(alpha.get());
        let (mean, sd) = (n * discordance, (n * discordance * (1.0 - discordance)).sqrt());
        let mut region = Self { items, claim, critical: normal, asked: BTreeMap::new() };
        if mean > NORMAL_FROM {
            return region;
        }
        let (reach, most) = if care == Care::Quick { (1.2, 5.0) } else { (2.4, 25.0) };
        let (first, last) = ((mean - reach * sd).round().max(0.0), (mean + reach * sd).round().min(n));
        let stride = ((last - first) / (most - 1.0)).ceil().max(1.0) as usize;
        let mut between = Vec::new();
        for m in (first as u64..=last as u64).step_by(stride) {
            let k = exactly_fewest(items, m, claim.lower_null(), alpha);
            region.asked.insert(m, k);
            if k > 0 && k <= m {
                let null = claim.lower_null();
                between.push(0.5 * (reached(items, m, k, null) + reached(items, m, k - 1, null)));
            }
        }
        if !between.is_empty() {
            region.critical = between.iter().sum::<f64>() / between.len() as f64;
        } else if !region.asked.values().any(|k| *k == 0) {
            region.critical = f64::INFINITY;
        }
        region
    }

    /// P(shown) where `delta` is the truth and `discordance` the share of items on which the runs differ.
    ///
    /// ```text
    /// sum over m of Bin(m; n, q) P(k(m) <= F <= m - k'(m)),   F ~ Bin(m, (1 + delta / q) / 2)
    /// ```
    ///
    /// k(m) the fewest fixes among m discordant pairs that show the lower end of the claim, k'(m) the fewest
    /// breaks that show the upper end of an equivalence claim (0 where there is none).
    pub(crate) fn power(&self, delta: f64, discordance: f64) -> f64 {
        let q = discordance.max(delta.abs()).min(1.0);
        if self.items == 0 || (!self.critical.is_finite() && self.asked.is_empty()) {
            return 0.0;
        }
        let n = self.items as f64;
        let pi = if q > 0.0 { (0.5 + 0.5 * delta / q).clamp(0.0, 1.0) } else { 0.5 };
        let far = FOLLOWED * (n * q * (1.0 - q)).sqrt() + 10.0;
        let (first, last) = ((n * q - far).max(0.0) as u64, (n * q + far).min(n) as u64);
        let stride = ((last - first) / MOST_WEIGHED + 1) as usize;
        let null = self.claim.lower_null();
        let mut fewest = None;
        let (mut shown, mut total) = (0.0, 0.0);
        for m in (first..=last).step_by(stride) {
            let k = self.fewest(m, null, fewest);
            fewest = Some(k);
            let weight = tails::binomial_ln_pmf(m, self.items, q).exp();
            total += weight;
            let lower = tails::binomial_ge(k, m, pi);
            shown += weight
                * match self.claim {
                    Claim::Above { .. } => lower,
                    // By symmetry as many breaks are asked for at the upper end as fixes at the lower.
                    Claim::Within { .. } if 2 * k > m => 0.0,
                    Claim::Within { .. } => (lower - tails::binomial_ge(m - k + 1, m, pi)).max(0.0),
                };
        }
        if total > 0.0 { (shown / total).min(1.0) } else { 0.0 }
    }

    /// The fewest fixes among `m` discordant pairs that reach the critical value; m + 1 where none do.
    fn fewest(&self, m: u64, null: f64, near: Option<u64>) -> u64 {
        if let Some(k) = self.asked.get(&m) {
            return *k;
        }
        let reached = |k: u64| reached(self.items, m, k, null) >= self.critical;
        let mut k = near.unwrap_or_else(|| first(m, &reached)).min(m + 1);
        while k > 0 && (k > m || reached(k)) && (k - 1 > m || reached(k - 1)) {
            k -= 1;
        }
        while k <= m && !reached(k) {
            k += 1;
        }
        k
    }
}

/// Tango's statistic of `k` fixes among `m` discordant of `items` pairs.
fn reached(items: u64, m: u64, k: u64, null: f64) -> f64 {
    score(items as f64, (m - k) as f64, k as f64, null)
}

/// The smallest k in 0..=m that is `enough`, by bisection; m + 1 where none is.
fn first(m: u64, enough: &impl Fn(u64) -> bool) -> u64 {
    let (mut low, mut high) = (0, m + 1);
    while low < high {
        let middle = low.midpoint(high);
        if enough(middle) { high = middle } else { low = middle + 1 }
    }
    low
}

/// The fewest fixes among `m` discordant pairs that the exact test takes; m + 1 where none are enough.
fn exactly_fewest(items: u64, m: u64, null: f64, alpha: Alpha) -> u64 {
    let exact = |k: u64| exact_unconditional::shows(items, m - k, k, null, alpha);
    let normal = tails::normal_isf_for_search(alpha.get());
    let mut k = first(m, &|k| reached(items, m, k, null) >= normal).min(m);
    while k <= m && !exact(k) {
        k += 1;
    }
    while k > 0 && k <= m && exact(k - 1) {
        k -= 1;
    }
    k
}
