//! McNemar's test with the mid-p correction.

use crate::domain::{Alpha, Diagnostic};
use crate::inference::inversion::Inversion;
use crate::inference::methods::prepared::{Counts, Prepared, Request};
use crate::numerics::monotone::Monotone;
use crate::numerics::tails;

/// Is the candidate better on the items on which the two models disagree, counting half of the outcome
/// that was seen?
///
/// Of n items b were broken (baseline right, candidate wrong) and c fixed. H0 of
/// [`Inversion::p_greater`]: P(fixed) <= P(broken), that is delta <= 0.
///
/// ```text
/// p_greater = P(X > c) + P(X = c) / 2,   X binomial of b + c trials with probability 1/2
/// p_less    = P(X < c) + P(X = c) / 2
/// ```
///
/// Given b + c the test knows only the sign of delta, so it inverts at 0 and nowhere else: for a `null`
/// below 0 p is that at 0 (whoever refutes delta <= 0 refutes less), for one above 0 it is 1. A lower
/// bound is then just above 0 or minus infinity.
///
/// # Edge cases
/// No discordant pair: 1/2 on both sides, as the formula says.
///
/// # Accuracy
/// 1e-12. Golden: `mcnemar_*`, `midp_greater`, `midp_less`. Not exact: the level is .058 at n = 20 with
/// every item discordant, .073 at n = 12, and below .0502 where n >= 20 and at most half are discordant.
///
/// # References
/// 1. Fagerland, M. W., Lydersen, S. and Laake, P. (2013). The McNemar test for binary matched-pairs
///    data: mid-p and asymptotic are better than exact conditional. *BMC Medical Research Methodology*
///    13, 91. doi:10.1186/1471-2288-13-91.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct McnemarMidP {
    delta: f64,
    greater: f64,
    less: f64,
}

impl McnemarMidP {
    /// From the number of items, at least 1, and how many of them were broken and fixed.
    ///
    /// # Parameters
    /// - `items`: number of paired items, at least 1.
    /// - `broken`: items with baseline right and candidate wrong.
    /// - `fixed`: the reverse; `broken + fixed <= items`.
    ///
    /// # Example
    /// ```
    /// use evalsig::inference::Inversion as _;
    /// use evalsig::inference::methods::McnemarMidP;
    ///
    /// // P(X > 7) + P(X = 7) / 2 of 8 fair coins.
    /// let test = McnemarMidP::new(21, 1, 7);
    /// assert!((test.p_greater(0.0) - 5.0 / 256.0).abs() < 1e-12);
    /// ```
    #[must_use]
    pub fn new(items: u64, broken: u64, fixed: u64) -> Self {
        let pairs = broken + fixed;
        // "More than", and half of "equal", each a tail of its own: nothing is subtracted.
        let half = 0.5 * tails::binomial_ln_pmf(fixed, pairs, 0.5).exp();
        Self {
            delta: (fixed as f64 - broken as f64) / items as f64,
            greater: (tails::binomial_ge(fixed + 1, pairs, 0.5) + half).min(1.0),
            less: (tails::binomial_ge(broken + 1, pairs, 0.5) + half).min(1.0),
        }
    }
}

impl Inversion for McnemarMidP {
    fn delta(&self) -> f64 {
        self.delta
    }

    fn p_greater(&self, null: f64) -> f64 {
        if null > 0.0 { 1.0 } else { self.greater }
    }

    fn p_less(&self, null: f64) -> f64 {
        if null < 0.0 { 1.0 } else { self.less }
    }

    fn lower(&self, alpha: Alpha) -> f64 {
        Monotone(|x| self.p_greater(x)).first_above(alpha.get())
    }

    fn upper(&self, alpha: Alpha) -> f64 {
        -Monotone(|x: f64| self.p_less(-x)).first_above(alpha.get())
    }
}

/// Makes `mcnemar_midp` ready.
///
/// # Errors
/// None: the counts are those of a sample.
pub(crate) fn build(
    request: &Request<'_>,
    counts: Counts,
    notes: &mut Vec<String>,
) -> Result<Prepared, Diagnostic> {
    if request.has_margin() {
        notes.push("mid-p McNemar tests a difference of 0 only: it can refute no other value".into());
    }
    let test = McnemarMidP::new(counts.items, counts.broken, counts.fixed);
    Ok(Prepared::formula(Box::new(test), request.label()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::inference::golden_cases::{agrees, cases, close};

    #[test]
    fn golden() {
        for case in cases("mcnemar") {
            let test = McnemarMidP::new(case.count("n"), case.count("b"), case.count("c"));
            if let Some(p) = case.expected(&["midp_greater"]) {
                close(test.p_greater(0.0), p, 1e-9, case.id());
            }
            if let Some(p) = case.expected(&["midp_less"]) {
                close(test.p_less(0.0), p, 1e-9, case.id());
            }
            if let Some(delta) = case.expected(&["delta"]) {
                close(test.delta(), delta, 1e-12, case.id());
            }
        }
    }

    /// Every outcome with up to 60 discordant pairs, and with it every sample of any n.
    #[test]
    fn test_and_bounds_are_one() {
        for pairs in 0..=60 {
            for fixed in 0..=pairs {
                agrees(&McnemarMidP::new(80, pairs - fixed, fixed), &[0.0, -0.02, 0.02, 5e-324, -5e-324]);
            }
        }
    }

    /// Over all discordances the level is a mixture of the levels given m; the worst of those at 20.
    #[test]
    fn level_by_enumeration() {
        let given = |m: u64| -> f64 {
            (0..=m)
                .filter(|c| McnemarMidP::new(m, m - c, *c).p_greater(0.0) <= 0.05)
                .map(|c| tails::binomial_ln_pmf(c, m, 0.5).exp())
                .sum()
        };
        close(given(20), 0.057_659_149_169_921_875, 1e-9, "the documented excess");
        close(given(12), 0.072_998_046_875, 1e-9, "the worst");
        assert!((1..200).all(|m| given(m) <= given(12)));
    }
}
