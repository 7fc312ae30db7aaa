//! Exact unconditional test of paired 0/1 scores, any null value.

use super::Inversion;
use super::monotone::Monotone;
use super::tails;
use super::tango_score::score;
use crate::domain::Alpha;

/// What the confidence set of the discordance may miss, and therefore costs: Berger and Boos' gamma.
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
/// p(null) = max over q in Q of P(T >= t; q, null) + gamma,  at most 1
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
/// # Edge cases
/// No discordant pair: the interval for q is [0, 9.9 / n], so a non-inferiority margin of more than
/// about 7 / n is reached. `null` below -1: gamma. `null` of 1 and more: 1. Where Q holds no value
/// that `null` allows: gamma. p is never below gamma, so an alpha of 1e-4 or less is never reached.
///
/// # Accuracy
/// Absolute error of P below 1e-11. The p-value is rounded up to 34 bits (6e-11 of its value), which
/// shortens the inversion. Golden: `mcnemar_*`, `uncond_z_greater_bb1e-4` and `uncond_z_two_bb1e-4`.
/// The level is enumerated over all outcomes in the tests (n <= 30) and in `examples/calibrate.rs`.
///
/// # References
/// 1. Berger, R. L. and Boos, D. D. (1994). P values maximized over a confidence set for the nuisance
///    parameter. *Journal of the American Statistical Association* 89, 1012-1016.
/// 2. Berger, R. L. and Sidik, K. (2003). Exact unconditional tests for a 2 x 2 matched-pairs design.
///    *Statistical Methods in Medical Research* 12, 91-108.
/// 3. Trefethen, L. N. (2013). *Approximation Theory and Approximation Practice*. SIAM.
#[derive(Clone, Copy, Debug)]
pub struct ExactUnconditional {
    greater: Side,
    less: Side,
}

impl ExactUnconditional {
    /// From the number of items, at least 1, and how many of them were broken and fixed.
    #[must_use]
    pub fn new(items: u64, broken: u64, fixed: u64) -> Self {
        Self { greater: Side::new(items, broken, fixed, GAMMA), less: Side::new(items, fixed, broken, GAMMA) }
    }
}

impl Inversion for ExactUnconditional {
    fn delta(&self) -> f64 {
        (self.greater.fixed - self.greater.broken) / self.greater.items
    }

    fn p_greater(&self, null: f64) -> f64 {
        Monotone(|x| self.greater.p(x)).at(null)
    }

    fn p_less(&self, null: f64) -> f64 {
        Monotone(|x| self.less.p(x)).at(-null)
    }

    fn lower(&self, alpha: Alpha) -> f64 {
        Monotone(|x| self.greater.p(x)).first_above(alpha.get())
    }

    fn upper(&self, alpha: Alpha) -> f64 {
        -Monotone(|x| self.less.p(x)).first_above(alpha.get())
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
    /// The p-value at 0: also that of every null too close to 0 to make a difference.
    at_zero: f64,
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
        let mut side =
            Self { items: n, broken: broken as f64, fixed: fixed as f64, low, high, gamma, at_zero: 0.0 };
        side.at_zero = side.p_by_search(0.0);
        side
    }

    /// The p-value of H0: difference <= `null`.
    fn p(&self, null: f64) -> f64 {
        if null.abs() < 1e-20 {
            self.at_zero
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

/// Degree at which interpolation of P on [low, high] is good to 1e-12: the best over a few ellipses.
///
/// On the ellipse with parameter e^eta around an interval of width w at distance d from 0,
/// `|z| - Re z` is at most `w (cosh eta - 1)`, and at most `y^2 / (2 Re z)` with y the half height.
fn degree(low: f64, high: f64, items: f64, null: f64) -> f64 {
    const LN_ERROR: f64 = -27.7;
    let width = high - low;
    [0.06, 0.1, 0.15, 0.2, 0.25, 0.3, 0.4, 0.5, 0.65, 0.8, 1.0, 1.3, 1.7]
        .iter()
        .map(|eta: &f64| {
            let bulge = width * (eta.cosh() - 1.0);
            let height = 0.5 * width * eta.sinh();
            let excess = |distance: f64| {
                let nearest = distance - 0.5 * bulge;
                if nearest > 0.0 { bulge.min(0.5 * height * height / nearest) } else { bulge }
            };
            let growth = 0.5 * (excess(low - null) + excess(low + null)) + excess(1.0 - high);
            ((items * growth + (4.0 / eta.exp_m1()).ln() - LN_ERROR) / eta).ceil()
        })
        .fold(items, f64::min)
        .max(6.0)
}

/// The largest value of `f` on [low, high], f a polynomial of degree `items` as described above.
fn worst_over(low: f64, high: f64, items: f64, null: f64, f: impl Fn(f64) -> f64) -> f64 {
    let last = degree(low, high, items, null) as usize;
    let angle = std::f64::consts::PI / last as f64;
    let (middle, half) = (0.5 * (low + high), 0.5 * (high - low));
    // (cosine, weight of the barycentric formula, value)
    let nodes: Vec<(f64, f64, f64)> = (0..=last)
        .map(|j| {
            let cosine = (j as f64 * angle).cos();
            let sign = if j % 2 == 0 { 1.0 } else { -1.0 };
            let weight = if j == 0 || j == last { 0.5 * sign } else { sign };
            (cosine, weight, f((middle + half * cosine).clamp(low, high)))
        })
        .collect();
    let between = |theta: f64| {
        let x = theta.cos();
        let (mut above, mut below) = (0.0, 0.0);
        for (cosine, weight, value) in &nodes {
            let gap = x - cosine;
            if gap == 0.0 {
                return *value;
            }
            above += weight / gap * value;
            below += weight / gap;
        }
        above / below
    };
    let mut best = nodes.iter().fold(0.0, |most: f64, node| most.max(node.2));
    // Between nodes the interpolant does not rise by more than the largest step between neighbours.
    let step = nodes.windows(2).fold(0.0, |most: f64, pair| match pair {
        [left, right] => most.max((left.2 - right.2).abs()),
        _ => most,
    });
    let enough = best - step;
    let mut at = nodes.iter().position(|node| node.2 == best).unwrap_or(0) as f64 * angle;
    for (j, pair) in nodes.windows(2).enumerate() {
        if pair.iter().all(|node| node.2 < enough) {
            continue;
        }
        let theta = j as f64 * angle;
        let inside = [theta + angle / 3.0, theta + 2.0 * angle / 3.0].map(|t| (t, between(t)));
        for (theta, value) in inside {
            if value > best {
                (best, at) = (value, theta);
            }
        }
    }
    best.max(golden_section(at - angle / 3.0, at + angle / 3.0, between))
}

/// The largest value seen while closing in on the maximum of a function with one peak.
fn golden_section(mut a: f64, mut b: f64, f: impl Fn(f64) -> f64) -> f64 {
    const RATIO: f64 = 0.618_033_988_749_894_8;
    let (mut left, mut right) = (b - RATIO * (b - a), a + RATIO * (b - a));
    let (mut at_left, mut at_right) = (f(left), f(right));
    for _ in 0..24 {
        if at_left > at_right {
            (b, right, at_right) = (right, left, at_left);
            left = b - RATIO * (b - a);
            at_left = f(left);
        } else {
            (a, left, at_left) = (left, right, at_right);
            right = a + RATIO * (b - a);
            at_right = f(right);
        }
    }
    at_left.max(at_right)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::golden_cases::{agrees, cases, close};
    use super::*;

    #[test]
    fn golden() {
        for case in cases("mcnemar") {
            let Some(wanted) = case.expected(&["uncond_z_greater_bb1e-4"]) else { continue };
            let (n, b, c) = (case.count("n"), case.count("b"), case.count("c"));
            let test = ExactUnconditional::new(n, b, c);
            close(test.p_greater(0.0), wanted, 1e-8, case.id());
            let two = case.expected(&["uncond_z_two_bb1e-4"]).expect("both sides");
            let smaller = test.p_greater(0.0).min(test.p_less(0.0));
            if b != c && two > 2e-4 {
                close((2.0 * (smaller - GAMMA) + GAMMA).min(1.0), two, 1e-8, case.id());
            }
        }
    }

    /// The formula of the documentation, summed outright on a fine grid.
    fn plain(n: u64, b: u64, c: u64, null: f64, q: f64) -> f64 {
        let observed = score(n as f64, b as f64, c as f64, null);
        let pi = 0.5 + 0.5 * null / q;
        (0..=n)
            .flat_map(|m| (0..=m).map(move |k| (m, k)))
            .filter(|(m, k)| score(n as f64, (m - k) as f64, *k as f64, null) >= observed - 1e-9)
            .map(|(m, k)| (tails::binomial_ln_pmf(m, n, q) + tails::binomial_ln_pmf(k, m, pi)).exp())
            .sum()
    }

    #[test]
    fn one_pass_is_the_plain_sum_and_no_grid_finds_more() {
        for (n, b, c) in [(1, 0, 0), (1, 0, 1), (12, 2, 5), (30, 0, 0), (30, 0, 4), (30, 9, 7), (30, 3, 27)] {
            let side = Side::new(n, b, c, GAMMA);
            for null in [-0.6, -0.21, -0.05, 0.0, 0.02, 0.13, 0.5] {
                let stairs = Stairs::new(&side, null, score(n as f64, b as f64, c as f64, null));
                let low = side.low.max(null.abs());
                if low > side.high {
                    // No discordance the data allow fits the null; or only one below it does.
                    assert!(null > 0.0 || side.p(null) == round_up(GAMMA), "{n} {b} {c} {null}");
                    continue;
                }
                let mut highest = 0.0_f64;
                for i in 0..=400 {
                    let q = (low + (side.high - low) * f64::from(i) / 400.0).max(1e-9);
                    let wanted = plain(n, b, c, null, q);
                    assert!((stairs.probability(q) - wanted).abs() < 1e-12, "{n} {b} {c} {null} {q}");
                    highest = highest.max(wanted);
                }
                let found = side.p(null);
                assert!(found >= (highest + GAMMA).min(1.0) - 1e-12, "{n} {b} {c} {null}: {found} {highest}");
                assert!(found <= (highest + GAMMA).min(1.0) * 1.002 + 1e-12, "{found} {highest}");
            }
        }
    }

    #[test]
    fn interpolation_keeps_its_promise() {
        for (n, b, c, null) in
            [(200, 9, 20, -0.02), (200, 9, 20, 0.139), (12_032, 700, 1000, 0.02), (12_032, 0, 60, 0.0055)]
        {
            let side = Side::new(n, b, c, GAMMA);
            let stairs = Stairs::new(&side, null, score(n as f64, b as f64, c as f64, null));
            let (low, high) = (side.low.max(null.abs()), side.high);
            let found = worst_over(low, high, n as f64, null, |q| stairs.probability(q));
            let steps = 3000;
            let highest = (0..=steps)
                .map(|i| stairs.probability(low + (high - low) * f64::from(i) / f64::from(steps)))
                .fold(0.0, f64::max);
            assert!(found >= highest - 1e-11 && found <= highest + 1e-5 * highest, "{found} {highest}");
        }
    }

    /// Every outcome of every n, weighted: the promise itself.
    #[test]
    fn level_by_enumeration() {
        for n in [5_u64, 16, 30] {
            for null in [-0.1, 0.0, 0.05] {
                let alpha = 0.05;
                let refuted: Vec<(u64, u64)> = (0..=n)
                    .flat_map(|b| (0..=n - b).map(move |c| (b, c)))
                    .filter(|(b, c)| ExactUnconditional::new(n, *b, *c).p_greater(null) <= alpha)
                    .collect();
                for i in 1..=40 {
                    let q = f64::abs(null) + (1.0 - f64::abs(null)) * f64::from(i) / 40.0;
                    let pi = 0.5 + 0.5 * null / q;
                    let level: f64 = refuted
                        .iter()
                        .map(|(b, c)| {
                            (tails::binomial_ln_pmf(b + c, n, q) + tails::binomial_ln_pmf(*c, b + c, pi))
                                .exp()
                        })
                        .sum();
                    assert!(level <= alpha, "n {n}, null {null}, q {q}: {level}");
                }
            }
        }
    }

    #[test]
    fn ends() {
        let test = ExactUnconditional::new(1000, 0, 0);
        assert_eq!((test.p_greater(0.0), test.p_less(0.0), test.delta()), (1.0, 1.0, 0.0));
        assert!(test.p_greater(-0.02) < 0.001 && test.p_greater(-0.001) > 0.05);
        assert_eq!((test.p_greater(-2.0), test.p_greater(1.0)), (GAMMA, 1.0));
        let all = ExactUnconditional::new(40, 0, 40);
        assert!(all.p_greater(0.5) < 0.001 && all.p_less(0.999) == 1.0);
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(200))]

        #[test]
        fn test_and_bounds_are_one(n in 1_u64..80, b in 0_u64..80, c in 0_u64..80, null in -1.2..1.2_f64) {
            let (b, c) = (b % (n + 1), c % (n + 1));
            prop_assume!(b + c <= n);
            agrees(&ExactUnconditional::new(n, b, c), &[null, 0.0, -0.02, 1.0, -1.0]);
        }
    }
}
