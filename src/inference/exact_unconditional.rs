//! Exact unconditional test of paired 0/1 scores, any null value.

mod ladder;
mod worst;

use self::ladder::{Ladder, RUNG};
use self::worst::worst_over;
use super::Inversion;
use super::monotone::Monotone;
use super::tails;
use super::tango_score::score;
use crate::domain::Alpha;

/// What the confidence set of the discordance may miss, and therefore costs: Berger and Boos' gamma, for
/// p above 1e-3.
pub const GAMMA: f64 = 1e-4;

/// Is the candidate better by more than `null`, whatever the share of items the two models disagree
/// on?
///
/// Of n items b were broken (baseline right, candidate wrong) and c fixed. H0 of
/// [`Inversion::p_greater`]: P(fixed) - P(broken) <= `null`; of [`Inversion::p_less`]: >= `null`.
/// Positive is better. Unlike McNemar's exact test it does not condition on b + c, so it keeps its
/// power where few items are discordant, and it takes any `null` in [-1, 1].
///
/// ```text
/// P_0(null) = max over q in Q of P(T >= t; q, null) + gamma,  at most 1
///
/// T, t    Tango's score statistic at `null`: as random variable, as observed
/// q       the discordance P(fixed) + P(broken), the nuisance
/// Q       Clopper-Pearson interval for q from b + c of n at confidence 1 - gamma,
///         cut to q >= |null|; gamma = 1e-4
/// P(...)  sum over m of Bin(m; n, q) P(Bin(m, (1 + null / q) / 2) >= k(m)),
///         k(m) the smallest number of fixes among m discordant items with T >= t
/// ```
///
/// For a positive `null` and q below it the worst case of H0 is "nothing broken", and that is what
/// is evaluated. T rises with every fix and falls with every break (a test holds it to that), so
/// within H0 the worst difference is `null` itself and k(m) is a staircase.
///
/// # The maximum over q
/// A grid alone is no maximum. P is a polynomial in q; on the Bernstein ellipse of Q with parameter
/// e^eta its modulus is at most `(|1 - q| + |q + null| / 2 + |q - null| / 2)^n`, which bounds the error
/// of interpolation in N + 1 Chebyshev points (Trefethen 2013, theorem 8.2). N is the smallest number
/// for which that bound lies below 1e-12; the interpolant is then searched at two points in
/// each gap whose ends come near the best node, and by golden section around the best.
///
/// # p in the tail
/// P_0 never falls below gamma, so it can say nothing at an alpha of 1e-4. A fixed gamma is a choice
/// made before the data, so p goes down a ladder of such tests, each for its own order of magnitude:
///
/// ```text
/// p = P_0 where P_0 > 1e-3, else min(1e-3, p_1)         p_j = P_j where P_j > t_(j+1), else min(t_(j+1), p_(j+1))
///
/// t_j = 1e-3^j       P_1 = P_0 with gamma = 1e-7
/// P_j = max over q in Q_j of P(Bin(m, (1 + null / q) / 2) >= c) + gamma_j,   gamma_j = 1e-5 t_j,   j = 2 ... 99
/// ```
///
/// with c fixes among m = b + c discordant items and Q_j the one-sided Clopper-Pearson set of q at
/// confidence 1 - gamma_j. Given m this P_j is exact and computed as a tail, where the sums of P_0 keep
/// 1e-11 in absolute terms only. **The ladder is a p-value**: for a in [t_(j+1), t_j) the event p <= a
/// needs P_j <= a, since whatever lies deeper was reached through P_j <= t_(j+1) <= a; and each P_j is
/// one. It never falls as `null` rises, because no P_j does. Above 1e-3 nothing changes, to the bit.
///
/// # Edge cases
/// No discordant pair: the interval for q is [0, 9.9 / n], so a non-inferiority margin of more than
/// about 7 / n is reached. `null` below -1: 0, for no difference of rates lies there. `null` of 1 and
/// more: 1. Where Q holds no value that `null` allows: gamma. With [`ExactUnconditional::floored`], as
/// in version 0.1, p is P_0, and gamma below -1.
///
/// # Accuracy
/// Absolute error of P_0 and of P_1 below 1e-11, relative error of the others below 1e-11. The p-value is rounded up to 34 bits (6e-11 of its value), which
/// shortens the inversion. Golden: `mcnemar_*`, `uncond_z_greater_bb1e-4` and `uncond_z_two_bb1e-4`.
/// The level is enumerated over all outcomes in the tests (n <= 30) and in `examples/calibrate.rs`.
///
/// # References
/// 1. Berger, R. L. and Boos, D. D. (1994). P values maximized over a confidence set for the nuisance
///    parameter. *Journal of the American Statistical Association* 89, 1012-1016.
/// 2. Berger, R. L. and Sidik, K. (2003). Exact unconditional tests for a 2 x 2 matched-pairs design.
///    *Statistical Methods in Medical Research* 12, 91-108.
/// 3. Trefethen, L. N. (2013). *Approximation Theory and Approximation Practice*. SIAM.
#[derive(Clone, Debug)]
pub struct ExactUnconditional {
    greater: Ladder,
    less: Ladder,
}

impl ExactUnconditional {
    /// From the number of items, at least 1, and how many of them were broken and fixed.
    #[must_use]
    pub fn new(items: u64, broken: u64, fixed: u64) -> Self {
        Self::with(items, broken, fixed, false)
    }

    /// As version 0.1 had it: the same p above 1e-3, and none below [`GAMMA`].
    #[must_use]
    pub fn floored(items: u64, broken: u64, fixed: u64) -> Self {
        Self::with(items, broken, fixed, true)
    }

    fn with(items: u64, broken: u64, fixed: u64, floored: bool) -> Self {
        Self {
            greater: Ladder::new(items, broken, fixed, floored),
            less: Ladder::new(items, fixed, broken, floored),
        }
    }
}

/// Whether the test shows more than `null` at `alpha`: one side at one value, for planning, which asks often.
pub(super) fn shows(items: u64, broken: u64, fixed: u64, null: f64, alpha: Alpha) -> bool {
    if alpha.get() >= RUNG {
        return Side::new(items, broken, fixed, GAMMA).p(null) <= alpha.get();
    }
    Ladder::new(items, broken, fixed, false).p(null) <= alpha.get()
}

impl Inversion for ExactUnconditional {
    fn delta(&self) -> f64 {
        let side = &self.greater.first;
        (side.fixed - side.broken) / side.items
    }

    fn p_greater(&self, null: f64) -> f64 {
        Monotone(|x| self.greater.p(x)).at(null)
    }

    fn p_less(&self, null: f64) -> f64 {
        Monotone(|x| self.less.p(x)).at(-null)
    }

    fn lower(&self, alpha: Alpha) -> f64 {
        self.greater.bound(alpha)
    }

    fn upper(&self, alpha: Alpha) -> f64 {
        -self.less.bound(alpha)
    }
}

impl Ladder {
    fn bound(&self, alpha: Alpha) -> f64 {
        // At these levels the first rung decides alone: on either side of the level both functions agree.
        if alpha.get() >= RUNG {
            return Monotone(|x| self.first.p(x)).first_above(alpha.get());
        }
        Monotone(|x| self.p(x)).first_above(alpha.get())
    }
}

/// One direction: "greater", or "less" with broken and fixed exchanged.
#[derive(Clone, Copy, Debug)]
struct Side {
    items: f64,
    broken: f64,
    fixed: f64,
    /// Confidence set for the discordance.
    low: f64,
    high: f64,
    gamma: f64,
}

impl Side {
    fn new(items: u64, broken: u64, fixed: u64, gamma: f64) -> Self {
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
    fn p(&self, null: f64) -> f64 {
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
fn round_up(p: f64) -> f64 {
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
struct Stairs {
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
    fn new(side: &Side, null: f64, observed: f64) -> Self {
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
    fn probability(&self, q: f64) -> f64 {
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

#[cfg(test)]
mod tests;
