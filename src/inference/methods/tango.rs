//! Tango's score test for paired 0/1 scores, at any margin.

use crate::domain::{Code, Diagnostic};
use crate::inference::inversion::Formula;
use crate::inference::methods::prepared::{Counts, Prepared, Request};
use crate::inference::methods::tango_score::score;
use crate::numerics::tails;

/// Does the candidate's success rate exceed the baseline's by more than a margin?
///
/// Tests H0: delta <= null against delta > null (`p_greater`) and the mirror (`p_less`) for paired
/// 0/1 scores; delta is the difference of success rates. At null = 0 it is McNemar's test without
/// continuity correction. The bounds invert it (Tango's interval).
///
/// ```text
/// z(null) = (c - b - n null) / sqrt(n (2 q + null - null^2)),   p_greater(null) = P(Z >= z(null))
/// 2n q^2 + B q - b null (1 - null) = 0,   B = null (2n - c + b) - (b + c),   q >= 0
/// ```
///
/// n pairs: c fixed (baseline wrong, candidate right), b broken (the reverse); q is the
/// maximum-likelihood rate of breaks when the difference of rates is `null`; Z is standard normal.
/// Written for null >= 0; below, b and c change places and z its sign.
///
/// An approximation, not exact. Worst level at alpha .05 over all discordance rates and 10 to 300 pairs,
/// by enumeration: .066 at null 0 (.052 from 100 pairs on), .070-.072 at -.02 to -.1, and .086-.092 at
/// +.02 to +.1, where few discordant pairs are expected and nearly all are fixes. Above 2000 discordant
/// pairs .0488-.0509.
///
/// Edge cases: without a discordant pair z(0) = 0 and the bounds are finite; they rest on the normal
/// approximation alone. p_greater is 1 for null >= 1; below -1 it is 0, for no difference of rates
/// lies there.
///
/// Accuracy: 1e-9 and better against `golden_stats.json` (mcnemar, tango_* fields).
///
/// # References
/// 1. Tango, T. (1998). Equivalence test and confidence interval for the difference in proportions for
///    the paired-sample design. *Statistics in Medicine* 17, 891-908.
///    doi:10.1002/(SICI)1097-0258(19980430)17:8<891::AID-SIM780>3.0.CO;2-B.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Tango {
    broken: f64,
    fixed: f64,
    pairs: f64,
}

impl Tango {
    /// From counts; `None` without pairs or with more discordant pairs than pairs.
    ///
    /// # Parameters
    /// - `broken`: items with baseline right and candidate wrong.
    /// - `fixed`: the reverse.
    /// - `pairs`: number of paired items, at least 1.
    ///
    /// # Example
    /// ```
    /// use evalsig::domain::Alpha;
    /// use evalsig::inference::Inversion as _;
    /// use evalsig::inference::methods::Tango;
    ///
    /// let test = Tango::new(12, 30, 500).expect("no more discordant pairs than pairs");
    /// assert!((test.delta() - 0.036).abs() < 1e-12);
    /// assert!(test.p_greater(0.0) < 0.01 && test.lower(Alpha::USUAL) > 0.0);
    /// ```
    #[must_use]
    pub fn new(broken: u64, fixed: u64, pairs: u64) -> Option<Self> {
        let discordant = broken.checked_add(fixed)?;
        (pairs > 0 && discordant <= pairs).then_some(Self {
            broken: broken as f64,
            fixed: fixed as f64,
            pairs: pairs as f64,
        })
    }

    /// The statistic z(null); infinite at |null| >= 1 but where every pair is discordant that way.
    ///
    /// # Parameters
    /// - `null`: the difference of success rates that is tested, in [-1, 1].
    ///
    /// # Example
    /// ```
    /// use evalsig::inference::methods::Tango;
    ///
    /// // At 0 it is McNemar's (c - b) / sqrt(c + b).
    /// let test = Tango::new(12, 30, 500).expect("no more discordant pairs than pairs");
    /// assert!((test.statistic(0.0) - 18.0 / 42.0_f64.sqrt()).abs() < 1e-12);
    /// ```
    #[must_use]
    pub fn statistic(&self, null: f64) -> f64 {
        let (excess, pairs) = (self.fixed - self.broken, self.pairs);
        match null.abs() {
            size if size < 1.0 => score(pairs, self.broken, self.fixed, null),
            1.0 if excess == null * pairs => 0.0,
            _ => f64::NEG_INFINITY.copysign(-null),
        }
    }
}

impl Formula for Tango {
    fn estimate(&self) -> f64 {
        (self.fixed - self.broken) / self.pairs
    }

    fn greater(&self, null: f64) -> f64 {
        if null >= 1.0 { 1.0 } else { tails::normal_sf(self.statistic(null)) }
    }

    fn less(&self, null: f64) -> f64 {
        if null <= -1.0 { 1.0 } else { tails::normal_sf(-self.statistic(null)) }
    }
}

/// Makes `tango` ready, taking the items as independent.
///
/// # Errors
/// `bug` where there are more discordant pairs than pairs.
pub(crate) fn build(
    request: &Request<'_>,
    counts: Counts,
    notes: &mut Vec<String>,
) -> Result<Prepared, Diagnostic> {
    let Counts { broken, fixed, items } = counts;
    if broken + fixed == 0 {
        notes.push("no pair is discordant: the bounds rest on a normal approximation alone".into());
    }
    match Tango::new(broken, fixed, items) {
        Some(test) => Ok(Prepared::formula(Box::new(test), request.label())),
        None => Err(Code::Bug.at("tango").what(format!("{broken} + {fixed} discordant of {items} pairs"))),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::Tango;
    use crate::inference::inversion::{Formula as _, Inversion as _};

    #[test]
    fn ends() {
        let all_fixed = Tango::new(0, 20, 20);
        assert_eq!(
            all_fixed.map(|t| (t.p_greater(1.0), t.p_less(1.0), t.p_less(1.5))),
            Some((1.0, 0.5, 0.0))
        );
        let none = Tango::new(0, 0, 100);
        assert_eq!(none.map(|t| (t.p_greater(0.0), t.p_less(0.0))), Some((0.5, 0.5)));
        assert_eq!(
            none.map(|t| (t.p_greater(-1.0), t.p_greater(1.0), t.p_less(-1.0))),
            Some((0.0, 1.0, 1.0))
        );
        assert!(Tango::new(3, 3, 5).is_none() && Tango::new(0, 0, 0).is_none());
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(crate::domain::slow_tests::cases(500)))]

        /// The statistic falls in the null, so holding p monotone moves it by rounding only.
        #[test]
        fn monotone_on_its_own(n in 1..400_u64, b in 0.0..=1.0_f64, c in 0.0..=1.0_f64, null in -0.999..0.999_f64) {
            let broken = (b * n as f64) as u64;
            let fixed = (c * (n - broken) as f64) as u64;
            let test = Tango::new(broken, fixed, n).ok_or_else(|| TestCaseError::fail("counts"))?;
            let (raw, held) = (test.greater(null), test.p_greater(null));
            prop_assert!((raw - held).abs() <= 1e-12 * raw, "{raw} {held}");
        }
    }
}
