//! McNemar's test: exact for few discordant pairs, the score test for many.

use crate::domain::{Code, Diagnostic};
use crate::inference::inversion::{Formula, Inversion, NoEvidence};
use crate::inference::methods::prepared::{Counts, Prepared, Request};
use crate::inference::methods::tango::Tango;
use crate::numerics::tails;

/// Up to this many discordant pairs the exact test is used, as in Python evalsig.
pub(crate) const EXACT_UP_TO: u64 = 25;

/// Among the pairs on which the runs disagree, does the candidate win more often than chance?
///
/// Tests H0: delta <= null against delta > null (`p_greater`) and the mirror (`p_less`), given the
/// number m of discordant pairs:
///
/// ```text
/// theta = (1 + null n / m) / 2,   p_greater(null) = P(X >= c),   X ~ Binomial(m, theta)
/// ```
///
/// n pairs, c of them fixed (baseline wrong, candidate right), m - c broken. The bounds are Clopper and
/// Pearson's for theta, mapped back: delta = (2 theta - 1) m / n.
///
/// **At null = 0 the test is exact whatever the discordance rate. At any other null it takes the
/// observed rate m / n for the true one**, and that is optimistic where m is small: from one fixed
/// item in 100 it concludes that delta cannot lie below -0.01. For claims with a margin prefer
/// `exact_unconditional`, which makes no such assumption, or `tango`. At 0 it is conservative: level
/// .001-.02 where ten or fewer discordant pairs are expected.
///
/// Edge cases: without a discordant pair p = 1 and there are no bounds. theta outside [0, 1] counts as
/// its nearer end.
///
/// Accuracy: 1e-12 against `golden_stats.json` (mcnemar, exact_*) and `parity_0_1_2.json`.
///
/// # References
/// 1. McNemar, Q. (1947). Note on the sampling error of the difference between correlated proportions
///    or percentages. *Psychometrika* 12, 153-157.
/// 2. Clopper, C. J. and Pearson, E. S. (1934). The use of confidence or fiducial limits illustrated in
///    the case of the binomial. *Biometrika* 26, 404-413.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct ExactConditional {
    broken: u64,
    fixed: u64,
    pairs: f64,
}

impl ExactConditional {
    /// From counts; `None` without a discordant pair or with more discordant pairs than pairs.
    ///
    /// # Parameters
    /// - `broken`: items with baseline right and candidate wrong.
    /// - `fixed`: the reverse.
    /// - `pairs`: number of paired items.
    ///
    /// # Example
    /// ```
    /// use evalsig::inference::Inversion as _;
    /// use evalsig::inference::methods::ExactConditional;
    ///
    /// // 8 discordant pairs, 7 of them fixed: P(X >= 7) = 9 / 256.
    /// let test = ExactConditional::new(1, 7, 21).expect("a discordant pair");
    /// assert!((test.p_greater(0.0) - 9.0 / 256.0).abs() < 1e-15);
    /// assert!(ExactConditional::new(0, 0, 21).is_none());
    /// ```
    #[must_use]
    pub fn new(broken: u64, fixed: u64, pairs: u64) -> Option<Self> {
        let discordant = broken.checked_add(fixed)?;
        (discordant > 0 && discordant <= pairs).then_some(Self { broken, fixed, pairs: pairs as f64 })
    }

    /// P(at least `wins` of the discordant pairs go to a side that is `null` better).
    fn tail(&self, wins: u64, null: f64) -> f64 {
        let discordant = self.broken + self.fixed;
        let theta = 0.5 * (1.0 + null * (self.pairs / discordant as f64));
        tails::binomial_ge(wins, discordant, theta)
    }
}

impl Formula for ExactConditional {
    fn estimate(&self) -> f64 {
        (self.fixed as f64 - self.broken as f64) / self.pairs
    }

    fn greater(&self, null: f64) -> f64 {
        self.tail(self.fixed, null)
    }

    fn less(&self, null: f64) -> f64 {
        self.tail(self.broken, -null)
    }
}

/// Makes `mcnemar` ready, under the name `mcnemar_exact` or `mcnemar_chi2`.
///
/// # Errors
/// `bug` where there are more discordant pairs than pairs.
pub(crate) fn build(
    request: &Request<'_>,
    counts: Counts,
    notes: &mut Vec<String>,
) -> Result<Prepared, Diagnostic> {
    let Counts { broken, fixed, items } = counts;
    if broken + fixed > EXACT_UP_TO {
        let test = Tango::new(broken, fixed, items)
            .ok_or_else(|| Code::Bug.at("mcnemar").what(format!("{broken} + {fixed} of {items} pairs")))?;
        return Ok(Prepared::formula(Box::new(test), "mcnemar_chi2"));
    }
    if request.has_margin() {
        notes.push(
            "the exact McNemar test takes the observed share of discordant pairs for the true one wherever \
             the claim's value is not 0; tango does not"
                .into(),
        );
    }
    let test: Box<dyn Inversion> = match ExactConditional::new(broken, fixed, items) {
        Some(test) => Box::new(test),
        None => {
            notes.push("no pair is discordant: McNemar's test has nothing to go by, p = 1".into());
            Box::new(NoEvidence { delta: 0.0 })
        }
    };
    Ok(Prepared::formula(test, "mcnemar_exact"))
}

#[cfg(test)]
mod tests {
    use super::ExactConditional;
    use crate::domain::Alpha;
    use crate::inference::inversion::Inversion as _;
    use crate::numerics::tails;

    #[test]
    fn at_zero_it_is_the_binomial_test() {
        let p = ExactConditional::new(1, 7, 21).map(|t| t.p_greater(0.0)).unwrap_or_default();
        assert!((p - 9.0 / 256.0).abs() < 1e-16, "{p}");
    }

    #[test]
    fn bounds_are_clopper_pearson_mapped_back() {
        let test = ExactConditional::new(4, 11, 200);
        let alpha = Alpha::new(0.05);
        let bounds = test.zip(alpha).map(|(t, a)| (t.lower(a), t.upper(a))).unwrap_or_default();
        let back = |theta: f64| (2.0 * theta - 1.0) * 15.0 / 200.0;
        assert!((bounds.0 - back(tails::beta_inv(0.05, 11.0, 5.0))).abs() < 1e-14);
        assert!((bounds.1 - back(tails::beta_inv(0.95, 12.0, 4.0))).abs() < 1e-14);
    }
}
