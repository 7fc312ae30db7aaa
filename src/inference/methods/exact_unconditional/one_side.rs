//! One direction of the unconditional test: the rejection region, its probability, and the worst discordance.

use super::worst::worst_over;
use crate::inference::methods::tango_score::score;
use crate::numerics::tails;

/// What the confidence set of the discordance may miss, and therefore costs: Berger and Boos' gamma, for
/// p above 1e-3.
pub const GAMMA: f64 = 1e-4;

/// One direction: "greater", or "less" with broken and fixed exchanged.
#[derive(Clone, Copy, Debug)]
pub(super) struct Side {
    pub(super) items: f64,
    pub(super) broken: f64,
    pub(super) fixed: f64,
    /// Confidence set for the discordance.
    pub(super) low: f64,
    pub(super) high: f64,
    gamma: f64,
}

impl Side {
    pub(super) fn new(items: u64, broken: u64, fixed: u64, gamma: f64) -> Self {
        let discordant = broken + fixed;
        let (m, n) = (discordant as f64, items as f64);
        let low = if discordant == 0 { 0.0 } else { tails::beta_inv(gamma / 2.0, m, n - m + 1.0).min(m / n) };
        let high = if discordant >= items {
            1.0
        } else {
            // The mirror keeps the small tail small.
            (1.0 - tails::beta_inv(gamma / 2.0, n - m, m + 1.0)).max(m / n)
        };
        Self { items: n, broken: broken as f64, fixed: fixed as f64, low, high, gamma }
    }

    /// The p-value of H0: difference <= `null`.
    pub(super) fn p(&self, null: f64) -> f64 {
        if null.abs() < 1e-20 {
            // Too close to 0 to make a difference.
            self.p_by_search(0.0)
        } else if null < -1.0 {
            self.gamma
        } else if null >= 1.0 {
            1.0
        } else {
            self.p_by_search(null)
        }
    }

    fn p_by_search(&self, null: f64) -> f64 {
        let observed = score(self.items, self.broken, self.fixed, null);
        let stairs = Stairs::new(self, null, observed);
        let worst = if self.high >= null.abs() {
            worst_over(self.low.max(null.abs()), self.high, self.items, null, |q| stairs.probability(q))
        } else if null > 0.0 {
            stairs.probability(self.high)
        } else {
            0.0
        };
        round_up((worst.clamp(0.0, 1.0) + self.gamma).min(1.0))
    }
}

/// Up to the next number with 34 bits.
pub(super) fn round_up(p: f64) -> f64 {
    const DROPPED: u64 = (1 << 18) - 1;
    f64::from_bits((p.to_bits() + DROPPED) & !DROPPED)
}

/// From m discordant items to m + 1, with everything that does not depend on q.
#[derive(Clone, Copy, Debug)]
struct Step {
    /// (n - m) / (m + 1): what the odds of q multiply in Bin(m; n, q).
    grow: f64,
    /// (m + 1) / (m - k + 2): what P(Bin(m) = k - 1) is multiplied by, beside 1 - pi.
    stay: f64,
    /// (m + 1 - k) / k where k(m + 1) = k + 1, 0 where k stays, NaN where the step is irregular.
    shift: f64,
}

/// The rejection region: for each number of discordant items the smallest number of fixes in it.
#[derive(Clone, Debug)]
pub(super) struct Stairs {
    items: f64,
    null: f64,
    /// The m of the first entry.
    first: f64,
    /// k(m) for m = first, first + 1, ...
    least: Vec<f64>,
    /// One fewer than `least`.
    steps: Vec<Step>,
}

impl Stairs {
    pub(super) fn new(side: &Side, null: f64, observed: f64) -> Self {
        let items = side.items;
        let reached = |m: f64, k: f64| {
            // Ties are decided for H0: rounding must not drop an outcome as extreme as the data.
            let slack = if observed.is_finite() { 1e-9 * (1.0 + observed.abs()) } else { 0.0 };
            score(items, m - k, k, null) >= observed - slack
        };
        // From 0 on the tails are known without computing one.
        let first =
            Some((items * side.low - reach(items, side.low)).floor()).filter(|m| *m > 64.0).unwrap_or(0.0);
        let last = (items * side.high + reach(items, side.high)).ceil().min(items);
        let (mut below, mut k) = (-1.0, first + 1.0);
        while k - below > 1.0 {
            let middle = ((k + below) / 2.0).floor();
            if reached(first, middle) {
                k = middle;
            } else {
                below = middle;
            }
        }
        let (mut m, mut least) = (first, vec![k]);
        while m < last {
            m += 1.0;
            while k > 0.0 && reached(m, k - 1.0) {
                k -= 1.0;
            }
            while k <= m && !reached(m, k) {
                k += 1.0;
            }
            least.push(k);
        }
        let numbered = least.iter().zip(least.iter().skip(1)).scan(first, |m, (k, next)| {
            let here = *m;
            *m += 1.0;
            Some((here, *k, *next))
        });
        let steps = numbered
            .map(|(m, k, next)| Step {
                grow: (items - m) / (m + 1.0),
                stay: (m + 1.0) / (m - k + 2.0),
                shift: if k < 1.0 {
                    f64::NAN
                } else if next == k {
                    0.0
                } else if next == k + 1.0 {
                    (m + 1.0 - k + 1.0) / k
                } else {
                    f64::NAN
                },
            })
            .collect();
        Self { items, null, first, least, steps }
    }

    /// P(T >= t) at discordance `q`: one pass over m, the binomial tails carried along.
    pub(super) fn probability(&self, q: f64) -> f64 {
        let pi = if q > 0.0 { (0.5 + 0.5 * self.null / q).clamp(0.0, 1.0) } else { 0.5 };
        let start = (self.items * q - reach(self.items, q)).floor().clamp(self.first, self.last());
        let start = if start <= 64.0 { self.first } else { start };
        let skipped = (start - self.first) as usize;
        if q >= 1.0 || pi >= 1.0 || pi <= 0.0 {
            return self.one_sided(q, pi, skipped);
        }
        let (odds, fix_odds, broken) = (q / (1.0 - q), pi / (1.0 - pi), 1.0 - pi);
        let end = self.items * q + reach(self.items, q);
        let taken = ((end - start).max(0.0) as usize).min(self.steps.len());
        let mut weight = ln_pmf(start, self.items, q).exp();
        let Some(k) = self.least.get(skipped) else { return 0.0 };
        let (mut tail, mut edge) = tail_and_edge(start, *k, pi);
        let mut sum = weight * tail;
        let mut m = start;
        let ahead = self.least.iter().skip(skipped + 1);
        for (step, next) in self.steps.iter().skip(skipped).zip(ahead).take(taken) {
            m += 1.0;
            weight *= step.grow * odds;
            if step.shift.is_nan() {
                (tail, edge) = tail_and_edge(m, *next, pi);
            } else {
                tail += pi * edge;
                edge *= step.stay * broken;
                let crossed = edge * step.shift * fix_odds;
                tail -= crossed;
                edge = if step.shift > 0.0 { crossed } else { edge };
            }
            sum += weight * tail;
        }
        sum
    }

    /// [`Stairs::probability`] where every discordant item is fixed, or every one broken, or every
    /// item is discordant.
    fn one_sided(&self, q: f64, pi: f64, skipped: usize) -> f64 {
        let mut m = self.first + skipped as f64;
        let mut sum = 0.0;
        for k in self.least.iter().skip(skipped) {
            sum += ln_pmf(m, self.items, q).exp() * tail_and_edge(m, *k, pi).0;
            m += 1.0;
        }
        sum
    }

    fn last(&self) -> f64 {
        self.first + self.steps.len() as f64
    }
}

/// How far from its mean n q the number of discordant items has to be followed: beyond lies less
/// than 1e-14.
fn reach(items: f64, q: f64) -> f64 {
    7.8 * (items * q * (1.0 - q)).max(0.0).sqrt() + 12.0
}

fn ln_pmf(k: f64, n: f64, p: f64) -> f64 {
    tails::binomial_ln_pmf(k as u64, n as u64, p)
}

/// P(Bin(m, pi) >= k) and P(Bin(m, pi) = k - 1).
fn tail_and_edge(m: f64, k: f64, pi: f64) -> (f64, f64) {
    if k < 1.0 {
        (1.0, 0.0)
    } else {
        (tails::binomial_ge(k as u64, m as u64, pi), ln_pmf(k - 1.0, m, pi).exp())
    }
}
