//! A test for bounded scores that needs no spread: what runs that hardly differ still show.

use crate::domain::{Diagnostic, Method};
use crate::inference::inversion::Formula;
use crate::inference::methods::needs::no_range;
use crate::inference::methods::prepared::{Prepared, Request};
use crate::inference::sample::{Sample, Unit};

/// Bets, as shares of the largest one, and their weights. Nearly all weight lies on the largest bet,
/// which is the best where nothing was lost; the others hold on where a unit was lost whole.
const BETS: [(f64, f64); 5] = [(1.0, 0.9), (0.9, 0.04), (0.75, 0.03), (0.5, 0.02), (0.25, 0.01)];

/// Is delta above `null`, for scores of which nothing is known but how far they can lie apart?
///
/// H0 of [`Inversion::p_greater`](crate::inference::Inversion::p_greater): delta <= `null`; of `p_less`: delta >=
/// `null`. delta is the item-weighted mean of the expected differences, positive is better. The
/// test holds its level at every number of units and for every law of the scores, and it does not need
/// that any two units differ: k units without a difference show that delta is above -m, for
/// p = about (1 - m / span)^k / 0.9.
///
/// ```text
/// y_g = s_g - null m_g               s_g, m_g  sum and number of the differences in unit g, |s_g| <= span m_g
/// e_t = product over g of (1 + t y_g / ((span + null) M)),   M the largest m_g,   0 <= t <= 1
/// p   = 1 / (.9 e_1 + .04 e_.9 + .03 e_.75 + .02 e_.5 + .01 e_.25),  at most 1
/// ```
///
/// # Why it is valid
/// Units are independent, sizes are taken as fixed. Every factor is at least 0, since y_g >= -(span +
/// null) m_g. By independence and by the inequality of arithmetic and geometric means the mean of e_t is
/// at most (1 + c times the mean over g of E y_g)^k with c > 0, and under H0 the sum of E y_g is at most 0.
/// So e_t, and any mixture of them, has a mean of at most 1, and P(p <= a) <= a for every a (Markov).
/// Neither the order of the units nor a common law matters. Each factor falls as `null` rises, so p rises.
///
/// With units of one size and no difference, e_1 = (1 - m / span)^-k is the exact answer: no test
/// does better than (1 - m / span)^k, the chance to lose nothing if a unit is lost whole with probability
/// m / span. The weights cost one part in nine of it. With other sizes k is nearly n / M: the losses
/// may sit in the largest units.
///
/// # Edge cases
/// `null` below -span: 0, for delta cannot lie there; at -span: 1 where every unit is at its worst, else
/// 0. `null` above span: 1.
///
/// # References
/// 1. Waudby-Smith, I. and Ramdas, A. (2024). Estimating means of bounded random variables by betting.
///    *Journal of the Royal Statistical Society B* 86, 1-27. doi:10.1093/jrsssb/qkad009.
#[derive(Clone, Debug, PartialEq)]
pub struct Bounded {
    units: Vec<Unit>,
    span: f64,
    largest: f64,
}

impl Bounded {
    /// From units, and how far two scores of an item can lie apart. `None` without a unit, where `span` is
    /// not positive, or where a unit contradicts it.
    ///
    /// # Parameters
    /// - `units`: one entry an independent unit: the sum of its differences (units of the score, positive is better) and its number of items (> 0).
    /// - `span`: how far two scores of an item can lie apart, > 0.
    ///
    /// # Example
    /// ```
    /// use evalsig::domain::Alpha;
    /// use evalsig::inference::Inversion as _;
    /// use evalsig::inference::Unit;
    /// use evalsig::inference::methods::Bounded;
    ///
    /// // 100 items of 0/1 scores, none of which changed: a loss of 4 points is excluded, one of 2 is not.
    /// let test = Bounded::new(&[Unit { sum: 0.0, size: 1.0 }; 100], 1.0).expect("units within the span");
    /// let lower = test.lower(Alpha::USUAL);
    /// assert!(lower > -0.04 && lower < -0.02);
    /// ```
    #[must_use]
    pub fn new(units: &[Unit], span: f64) -> Option<Self> {
        let fits = |unit: &Unit| unit.size > 0.0 && unit.sum.abs() <= span * unit.size * (1.0 + 1e-12);
        let largest = units.iter().map(|unit| unit.size).fold(0.0, f64::max);
        (span > 0.0 && span.is_finite() && largest > 0.0 && units.iter().all(fits)).then(|| {
            let mut units = units.to_vec();
            units.sort_unstable_by(|a, b| a.sum.total_cmp(&b.sum).then(a.size.total_cmp(&b.size)));
            Self { units, span, largest }
        })
    }

    /// p of H0: delta <= `null`, with the differences turned by `sign`.
    fn p(&self, null: f64, sign: f64) -> f64 {
        let room = self.span + null;
        if null > self.span {
            return 1.0;
        } else if room <= 0.0 {
            let worst = |unit: &Unit| sign * unit.sum <= -self.span * unit.size;
            return f64::from(room == 0.0 && self.units.iter().all(worst));
        }
        let mut ln_e = [0.0_f64; BETS.len()];
        for same in self.units.chunk_by(|a, b| a == b) {
            let (Some(unit), times) = (same.first(), same.len() as f64) else { continue };
            let y = ((sign * unit.sum - null * unit.size) / (room * self.largest)).max(-1.0);
            for (ln, (bet, _)) in ln_e.iter_mut().zip(BETS) {
                *ln += times * (bet * y).ln_1p();
            }
        }
        p_of(&ln_e)
    }
}

/// 1 / the mixture, at most 1; nothing overflows.
fn p_of(ln_e: &[f64; BETS.len()]) -> f64 {
    let top = ln_e.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    if top == f64::NEG_INFINITY {
        return 1.0;
    }
    let sum: f64 = ln_e.iter().zip(BETS).map(|(ln, (_, weight))| weight * (ln - top).exp()).sum();
    (-top - sum.ln()).exp().min(1.0)
}

impl Formula for Bounded {
    fn estimate(&self) -> f64 {
        let items: f64 = self.units.iter().map(|unit| unit.size).sum();
        self.units.iter().map(|unit| unit.sum).sum::<f64>() / items
    }

    fn greater(&self, null: f64) -> f64 {
        self.p(null, 1.0)
    }

    fn less(&self, null: f64) -> f64 {
        self.p(-null, -1.0)
    }
}

/// How many units of one size, none of which differs, show at `alpha` that delta is above `null`?
///
/// For units of other sizes it is the number of items over the size of the largest unit that must come
/// to that, and a little less will do. `span` is how far two scores of an item can lie apart. `None` for a
/// `null` of 0 and more, which no number of equal scores shows, and for a span that is not positive. For a
/// `null` below -span: 1.
///
/// ```text
/// the smallest k with p <= alpha; about ln(1 / (.9 alpha)) span / -null
/// ```
#[must_use]
pub(crate) fn units_needed(null: f64, span: f64, alpha: f64) -> Option<u64> {
    if null.is_nan() || null >= 0.0 || span.is_nan() || span <= 0.0 || alpha.is_nan() || alpha <= 0.0 {
        return None;
    }
    if null <= -span {
        return Some(1);
    }
    let gain = -null / (span + null);
    let p = |k: u64| p_of(&BETS.map(|(bet, _)| k as f64 * (bet * gain).ln_1p()));
    let (mut few, mut enough) = (0_u64, 1_u64);
    while p(enough) > alpha {
        few = enough;
        enough = enough.checked_mul(2).filter(|k| *k < 1 << 53)?;
    }
    while enough - few > 1 {
        let middle = few.midpoint(enough);
        if p(middle) <= alpha { enough = middle } else { few = middle }
    }
    Some(enough)
}

/// Makes `bounded` ready.
///
/// # Errors
/// `method-does-not-fit` where the range of the scores is not known.
pub(crate) fn build(request: &Request<'_>, _notes: &mut Vec<String>) -> Result<Prepared, Diagnostic> {
    Ok(Prepared::formula(Box::new(of(request.sample).ok_or_else(no_range)?), request.label()))
}

fn of(sample: &Sample) -> Option<Bounded> {
    sample.span.and_then(|span| Bounded::new(&sample.units(), span))
}

/// The bounded test in place of a method of `auto` that can refute nothing, and why; `None` where the method
/// has something to go by, or the range of the scores is not known.
pub(crate) fn in_place_of(
    prepared: &Prepared,
    sample: &Sample,
    method: Method,
) -> Option<(Prepared, String)> {
    let why = prepared.blind?;
    let (span, test) = (sample.span?, of(sample)?);
    let reason = format!(
        "{why}, which leaves {method} nothing to go by; two scores of an item lie at most {span} apart, and from \
         that alone bounded draws its bounds"
    );
    Some((Prepared::formula(Box::new(test), Method::Bounded.as_str()), reason))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::domain::{Alpha, Claim, Edition, Plan};
    use crate::inference::golden_cases::{agrees, close};
    use crate::inference::infer::infer;
    use crate::inference::inversion::Inversion as _;
    use crate::numerics::tails;

    fn same(k: usize, size: f64) -> Vec<Unit> {
        vec![Unit { sum: 0.0, size }; k]
    }

    fn test(units: &[Unit], span: f64) -> Bounded {
        Bounded::new(units, span).expect("units that fit the span")
    }

    /// 453 equal units without a difference: .99^453 = .0105, and nine tenths of the weight on it.
    #[test]
    fn equal_scores_show_what_the_binomial_shows() {
        let p = test(&same(453, 1.0), 1.0).p_greater(-0.01);
        let exact = 0.99_f64.powi(453);
        assert!((0.0105..0.0106).contains(&exact) && exact < p && p < exact / 0.9, "{p} for {exact}");
        let few = test(&same(14, 1.0), 1.0).p_greater(-0.01);
        assert!((0.86..0.89).contains(&few), "{few}");
        // Scores of 0 to 100, and clusters of three.
        let scaled = test(&same(453, 3.0), 100.0);
        close(scaled.p_greater(-1.0), p, 1e-12, "in points");
        close(scaled.p_less(1.0), p, 1e-12, "the mirror");
        assert_eq!(scaled.delta(), 0.0);
    }

    /// The formula of the documentation, multiplied out for three units.
    #[test]
    fn worked_by_hand() {
        let units =
            [Unit { sum: 0.0, size: 2.0 }, Unit { sum: -0.5, size: 1.0 }, Unit { sum: 1.0, size: 4.0 }];
        let null = -0.2;
        let e =
            |t: f64| (1.0 + t * 0.4 / 3.2) * (1.0 + t * (-0.5 + 0.2) / 3.2) * (1.0 + t * (1.0 + 0.8) / 3.2);
        let mixed = 0.9 * e(1.0) + 0.04 * e(0.9) + 0.03 * e(0.75) + 0.02 * e(0.5) + 0.01 * e(0.25);
        close(test(&units, 1.0).p_greater(null), mixed.recip(), 1e-13, "p");
    }

    /// One item lost in the largest unit or the smallest, a unit lost whole, many small losses.
    #[test]
    fn a_few_units_may_have_changed() {
        let mut units = same(600, 1.0);
        let clean = test(&units, 1.0).p_greater(-0.01);
        if let Some(unit) = units.first_mut() {
            unit.sum = -0.3;
        }
        let partly = test(&units, 1.0).p_greater(-0.01);
        if let Some(unit) = units.first_mut() {
            unit.sum = -1.0;
        }
        let whole = test(&units, 1.0).p_greater(-0.01);
        let exact = tails::binomial_le(1, 600, 0.01);
        assert!(
            clean < partly && partly < clean / 0.68 && partly < whole && whole > exact,
            "{partly} {whole}"
        );
        assert!(whole < 1.0, "{whole}");
    }

    #[test]
    fn ends() {
        let unit = same(3, 1.0);
        assert!(Bounded::new(&[], 1.0).is_none() && Bounded::new(&unit, 0.0).is_none());
        assert!(Bounded::new(&[Unit { sum: 2.5, size: 2.0 }], 1.0).is_none());
        let nothing = test(&unit, 1.0);
        assert_eq!(
            (nothing.p_greater(-1.5), nothing.p_greater(-1.0), nothing.p_greater(0.5)),
            (0.0, 0.0, 1.0)
        );
        close(nothing.p_greater(0.0), 1.0, 1e-15, "at 0");
        let worst = test(&[Unit { sum: -1.0, size: 1.0 }; 3], 1.0);
        assert_eq!((worst.p_greater(-1.0), worst.p_greater(0.5), worst.p_less(1.5)), (1.0, 1.0, 0.0));
        // Each unit doubles the largest bet.
        let e = 0.9 * 8.0 + 0.04 * 6.859 + 0.03 * 5.359_375 + 0.02 * 3.375 + 0.01 * 1.953_125;
        close(worst.p_less(0.0), 1.0 / e, 1e-12, "three units at the other end");
    }

    #[test]
    fn units_needed_is_where_p_reaches_alpha() {
        for (null, span, alpha) in
            [(-0.01, 1.0, 0.05), (-1.0, 100.0, 0.05), (-0.002, 1.0, 1e-4), (-0.5, 1.0, 0.01)]
        {
            let k = units_needed(null, span, alpha).expect("a number") as usize;
            let at = |k: usize| test(&same(k, 1.0), span).p_greater(null);
            assert!(at(k) <= alpha && at(k - 1) > alpha, "{null} {span} {alpha}: {k}");
        }
        // .99^299 = .0495; the other bets cost five units.
        assert_eq!(units_needed(-0.01, 1.0, 0.05), Some(304));
        assert_eq!((units_needed(0.0, 1.0, 0.05), units_needed(-2.0, 1.0, 0.05)), (None, Some(1)));
    }

    /// The example's baseline against itself: 2000 items in 453 clusters of 3 to 6, at a margin of .01. Version 0.1
    /// answered INCONCLUSIVE, "bounded below by nothing".
    #[test]
    fn a_candidate_that_changes_nothing_can_be_allowed() {
        let sizes = [(3, 123), (4, 116), (5, 117), (6, 97)];
        let clusters: Vec<u32> = sizes
            .iter()
            .flat_map(|(size, times)| std::iter::repeat_n(*size, *times))
            .zip(0..)
            .flat_map(|(size, cluster)| std::iter::repeat_n(cluster, size))
            .collect();
        let (n, few) = (clusters.len(), clusters.iter().filter(|c| **c < 14).count());
        assert_eq!(n, 2000);
        let infer_at = |n: usize, changed: usize, null: f64, edition| {
            let mut candidate = vec![1.0; n];
            candidate.iter_mut().rev().take(changed).for_each(|score| *score = 0.0);
            let sample = Sample {
                two_valued: Some(1.0),
                span: Some(1.0),
                ..Sample::graded(vec![1.0; n], candidate, Some(clusters[..n].to_vec()))
            };
            let claim = Claim::above(null).expect("finite");
            infer(&sample, &Plan { edition, ..Plan::of(claim) }).expect("an estimate")
        };
        for (changed, p) in [(0, 0.036_939), (1, 0.044_247)] {
            let found = infer_at(n, changed, -0.01, Edition::Second);
            assert_eq!((found.method, found.label), (Method::Bounded, "bounded"));
            assert!(
                (found.p_claim - p).abs() < 1e-5 && found.lower > -0.01 && found.p_zero == 1.0,
                "{found:?}"
            );
            assert!(found.reason.contains("bounded draws its bounds"), "{}", found.reason);
            assert!(found.reason.contains("sign_flip_bootstrap_t") && found.clusters == Some(453));
        }
        // Too few to show it; and as version 0.1 had it.
        let found = infer_at(few, 0, -0.01, Edition::Second);
        assert!(found.lower < -0.01 && found.p_claim > 0.8 && found.clusters == Some(14), "{found:?}");
        let before = infer_at(n, 0, -0.01, Edition::First);
        assert_eq!((before.method, before.p_claim, before.lower), (Method::FlipAndT, 1.0, f64::NEG_INFINITY));
    }

    /// Units of 0 or -x, at the margin that is the true mean, through the front door: with `bounded` where the usual
    /// method is blind and with that one elsewhere, every outcome weighted.
    #[test]
    fn auto_holds_its_level_where_runs_hardly_differ() {
        let mut worst = (0.0, 0, 0.0, 0.0);
        for n in [60_u64, 250] {
            for loss in [0.1, 0.3, 1.0] {
                for losses in [0.5, 1.0, 2.0, 3.0, 5.0, 8.0] {
                    let null = -loss * losses / n as f64;
                    let level: f64 = (0..20)
                        .filter(|lost| {
                            let candidate = (0..n).map(|i| if i < *lost { -loss } else { 0.0 }).collect();
                            let graded = Sample::graded(vec![0.0; n as usize], candidate, None);
                            let claim = Claim::above(null).expect("finite");
                            let plan = Plan { resamples: 999, ..Plan::of(claim) };
                            infer(&Sample { span: Some(1.0), ..graded }, &plan).is_ok_and(|e| e.lower > null)
                        })
                        .map(|lost| tails::binomial_ln_pmf(lost, n, losses / n as f64).exp())
                        .sum();
                    println!("{n} items, {loss} lost by {losses} expected: ALLOW {level:.4}");
                    if level > worst.0 {
                        worst = (level, n, loss, losses);
                    }
                }
            }
        }
        println!("worst {worst:?}");
        assert!(worst.0 <= 0.05, "{worst:?}");
    }

    /// Units of 0 or -x, at the margin that is the true mean: every outcome weighted.
    #[test]
    fn level_by_enumeration() {
        for k in [20_u64, 60, 200] {
            for loss in [0.1, 0.3, 1.0] {
                for losses in [0.5, 1.0, 2.0, 3.0, 5.0, 8.0] {
                    let q = losses / k as f64;
                    let level: f64 = (0..=k)
                        .filter(|lost| {
                            let mut units = same(k as usize, 1.0);
                            units.iter_mut().take(*lost as usize).for_each(|unit| unit.sum = -loss);
                            test(&units, 1.0).p_greater(-q * loss) <= 0.05
                        })
                        .map(|lost| tails::binomial_ln_pmf(lost, k, q).exp())
                        .sum();
                    assert!(level <= 0.05, "{k} {loss} {losses}: {level}");
                }
            }
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(crate::domain::slow_tests::cases(300)))]

        #[test]
        fn test_and_bounds_are_one(
            units in prop::collection::vec((-8..9_i32, 1..9_u8), 1..60),
            zeros in 0..200_usize,
            null in -1.5..1.5_f64,
        ) {
            let mut all = same(zeros, 2.0);
            all.extend(units.iter().map(|(s, m)| Unit {
                sum: f64::from(*s) / 8.0 * f64::from(*m),
                size: f64::from(*m),
            }));
            agrees(&test(&all, 1.0), &[null, 0.0, -0.01, -1.0, 1.0]);
            let bound = test(&all, 1.0).lower(Alpha::USUAL);
            prop_assert!((-1.0..=1.0).contains(&bound), "{}", bound);
        }
    }
}
