//! Exact unconditional test of paired 0/1 scores, any null value.

mod ladder;
mod one_side;
mod worst;

use self::ladder::{Ladder, RUNG};
use self::one_side::Side;
use crate::domain::{Alpha, Diagnostic, Edition};
use crate::inference::inversion::Inversion;
use crate::inference::methods::prepared::{Counts, Prepared, Request};
use crate::numerics::monotone::Monotone;

pub use self::one_side::GAMMA;

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
///    doi:10.1080/01621459.1994.10476836.
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
    ///
    /// # Parameters
    /// - `items`: number of paired items, at least 1.
    /// - `broken`: items with baseline right and candidate wrong.
    /// - `fixed`: the reverse; `broken + fixed <= items`.
    ///
    /// # Returns
    /// The test, ready to be asked at any null in [-1, 1] and any alpha.
    ///
    /// # Example
    /// ```
    /// use evalsig::domain::Alpha;
    /// use evalsig::inference::Inversion as _;
    /// use evalsig::inference::methods::ExactUnconditional;
    ///
    /// // 200 items, 4 broken and 15 fixed: better than 0, and not worse by 2 points beyond doubt.
    /// let test = ExactUnconditional::new(200, 4, 15);
    /// assert!((test.delta() - 0.055).abs() < 1e-12);
    /// assert!(test.p_greater(0.0) < 0.05 && test.lower(Alpha::USUAL) > 0.0);
    /// assert!(test.p_greater(-0.02) < test.p_greater(0.0));
    /// ```
    #[must_use]
    pub fn new(items: u64, broken: u64, fixed: u64) -> Self {
        Self::with(items, broken, fixed, false)
    }

    /// As version 0.1 had it: the same p above 1e-3, and none below [`GAMMA`].
    ///
    /// # Parameters
    /// - `items`: number of paired items, at least 1.
    /// - `broken`: items with baseline right and candidate wrong.
    /// - `fixed`: the reverse; `broken + fixed <= items`.
    ///
    /// # Example
    /// ```
    /// use evalsig::inference::Inversion as _;
    /// use evalsig::inference::methods::{ExactUnconditional, GAMMA};
    ///
    /// assert!(ExactUnconditional::floored(200, 0, 100).p_greater(0.0) >= GAMMA);
    /// assert!(ExactUnconditional::new(200, 0, 100).p_greater(0.0) < GAMMA);
    /// ```
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
pub(crate) fn shows(items: u64, broken: u64, fixed: u64, null: f64, alpha: Alpha) -> bool {
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

/// Makes `exact_unconditional` ready.
///
/// # Errors
/// None: the counts are those of a sample.
pub(crate) fn build(
    request: &Request<'_>,
    counts: Counts,
    _notes: &mut Vec<String>,
) -> Result<Prepared, Diagnostic> {
    let Counts { broken, fixed, items } = counts;
    let test = match request.plan.edition {
        Edition::First => ExactUnconditional::floored(items, broken, fixed),
        Edition::Second => ExactUnconditional::new(items, broken, fixed),
    };
    Ok(Prepared::formula(Box::new(test), request.label()))
}

#[cfg(test)]
mod tests;
