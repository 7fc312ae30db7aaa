//! Betting as version 0.1 did it: in one order, drawn from the seed over the items as they are sorted by name.
//! Recorded decisions are made again by it; `betting` says what took its place, and why.

use crate::domain::Alpha;
use crate::inference::inversion::Inversion;
use crate::numerics::monotone::Monotone;
use crate::numerics::stream::{Purpose, Streams};

/// Is the mean difference above `null`, for differences of which nothing is known but their bounds?
///
/// H0 of [`Inversion::p_greater`]: delta <= `null`; of [`Inversion::p_less`]: delta >= `null`.
/// Positive is better. No symmetry, no normal limit: the level holds at every n and for every
/// distribution on the bounds, also where one loss in a hundred items was never seen. The price is
/// power.
///
/// ```text
/// E_t(null) = product over i <= t of (1 + stake_i (y_i - v))
/// stake_i   = min(sqrt(2 ln(1/alpha) / (n s2_i)), 0.75 / v)
/// p_greater = 1 / max over t <= n of max(1, E_t)
///
/// y     (d - low) / (high - low), the items in a random order drawn from the seed
/// v     (null - low) / (high - low)
/// s2_i  variance of the y before i, one imagined item of mean 1/2 and variance 1/4 among them
/// ```
///
/// No stake looks at the item it is put on, so under H0 the capital E is a supermartingale and ever
/// reaches 1/alpha with probability of at most alpha (Ville). Every factor falls with `null`, so the
/// bounds are exact inversions. The alpha that tunes the stakes does not limit the alphas that may be
/// asked for. The order is random because files are sorted by subject.
///
/// # Parameters
/// Differences within `low`..`high`: -1..1 for scores in 0..1. What lies outside counts as the bound.
///
/// # Edge cases
/// `null` below `low` is treated as `low`; from `high` on p = 1. All differences 0 and a null of -M:
/// p <= .05 from about n = 5 / M on.
///
/// # Accuracy
/// 1e-12 on ln E. Golden: `betting_1`. The level is simulated in the tests for rare losses.
///
/// # References
/// 1. Waudby-Smith, I. and Ramdas, A. (2024). Estimating means of bounded random variables by betting.
///    *Journal of the Royal Statistical Society B* 86, 1-27.
#[derive(Clone, Debug)]
pub(crate) struct BettingOneOrder {
    delta: f64,
    low: f64,
    high: f64,
    /// (y, stake without its cap) in the order of betting; the stakes serve both directions.
    bets: Vec<(f64, f64)>,
}

impl BettingOneOrder {
    /// From the paired differences, at least one, their bounds `low` < `high`, the alpha that the
    /// stakes are tuned to, and the seed of the order.
    #[must_use]
    pub(crate) fn new(differences: &[f64], low: f64, high: f64, alpha: Alpha, seed: u64) -> Self {
        let delta = differences.iter().sum::<f64>() / differences.len() as f64;
        let mut ys: Vec<f64> =
            differences.iter().map(|d| ((d - low) / (high - low)).clamp(0.0, 1.0)).collect();
        let mut stream = Streams::new(seed, Purpose::Order).replicate(0);
        stream.shuffle(&mut ys);
        Self { delta, low, high, bets: with_stakes(&ys, alpha) }
    }

    fn p_up(&self, null: f64) -> f64 {
        let v = ((null - self.low) / (self.high - self.low)).clamp(0.0, 1.0);
        (-most_capital(&self.bets, v, false).1).exp()
    }

    fn p_down(&self, null: f64) -> f64 {
        let v = ((self.high - null) / (self.high - self.low)).clamp(0.0, 1.0);
        (-most_capital(&self.bets, v, true).1).exp()
    }
}

/// Each item with the stake that the items before it suggest.
fn with_stakes(ys: &[f64], alpha: Alpha) -> Vec<(f64, f64)> {
    let budget = 2.0 * alpha.get().recip().ln() / ys.len() as f64;
    let (mut sum, mut squares, mut seen) = (0.5, 0.25, 1.0);
    ys.iter()
        .map(|y| {
            let stake = (budget / (squares / seen)).sqrt();
            sum += y;
            seen += 1.0;
            let gap: f64 = y - sum / seen;
            squares += gap * gap;
            (*y, stake)
        })
        .collect()
}

/// ln of the capital at the end, and of the most there ever was (at least 0), against "mean <= `null`";
/// `mirrored`: with every y seen from the other end.
fn most_capital(bets: &[(f64, f64)], null: f64, mirrored: bool) -> (f64, f64) {
    /// Capital is kept as a product times a power of e^200.
    const FAR: f64 = 200.0;
    let cap = 0.75 / null;
    let (mut capital, mut offset, mut most, mut ln_most) = (1.0_f64, 0.0, 1.0_f64, 0.0_f64);
    for (y, stake) in bets {
        let y = if mirrored { 1.0 - y } else { *y };
        capital *= 1.0 + stake.min(cap) * (y - null);
        most = most.max(capital);
        if !(1e-87..1e87).contains(&capital) {
            let shift = FAR.copysign(capital - 1.0);
            ln_most = ln_most.max(offset + most.ln());
            capital *= (-shift).exp();
            offset += shift;
            most = capital;
        }
    }
    (offset + capital.ln(), ln_most.max(offset + most.ln()).max(0.0))
}

impl Inversion for BettingOneOrder {
    fn delta(&self) -> f64 {
        self.delta
    }

    fn p_greater(&self, null: f64) -> f64 {
        Monotone(|x| self.p_up(x)).at(null)
    }

    fn p_less(&self, null: f64) -> f64 {
        Monotone(|x: f64| self.p_down(-x)).at(-null)
    }

    fn lower(&self, alpha: Alpha) -> f64 {
        Monotone(|x| self.p_up(x)).first_above(alpha.get())
    }

    fn upper(&self, alpha: Alpha) -> f64 {
        -Monotone(|x: f64| self.p_down(-x)).first_above(alpha.get())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::inference::golden_cases::{cases, close};

    #[test]
    fn golden() {
        for case in cases("e_value").iter().filter(|c| c.id().starts_with("betting")) {
            let number = |name| case.input(name).as_f64().expect("a number");
            let alpha = Alpha::new(number("alpha")).expect("a rate");
            let (ln, _) = most_capital(&with_stakes(&case.list("x"), alpha), number("m0"), false);
            close(ln, case.expected(&["ln_K"]).expect("ln K"), 1e-12, case.id());
        }
    }

    /// The stakes of the golden cases are nearly all capped; here none is. Numbers by the definition, in Python.
    #[test]
    fn stakes_follow_what_was_seen() {
        let ys: Vec<f64> = (0..400).map(|i| f64::from(i * 37 % 100) / 100.0).collect();
        let bets = with_stakes(&ys, Alpha::new(0.05).expect("a rate"));
        for (null, last, most) in [
            (0.3, 29.369_008_849_045_414, 29.369_008_849_045_414),
            (0.45, 4.789_983_565_102_799, 4.813_586_004_533_549),
            (0.6, -21.425_558_838_261_445, 0.0),
        ] {
            let found = most_capital(&bets, null, false);
            close(found.0, last, 1e-12, "last");
            close(found.1, most, 1e-12, "most");
        }
    }

    fn betting(d: &[f64], seed: u64) -> BettingOneOrder {
        BettingOneOrder::new(d, -1.0, 1.0, Alpha::new(0.05).expect("a rate"), seed)
    }

    /// Capital beyond what a double holds, up and down.
    #[test]
    fn capital_without_limits() {
        for (y, null) in [(1.0, 0.3), (0.0, 0.6), (0.5, 0.5)] {
            let bets = vec![(y, 1.2); 9000];
            let wanted = 9000.0 * (1.0 + f64::min(1.2, 0.75 / null) * (y - null)).ln();
            let (last, most) = most_capital(&bets, null, false);
            close(last, wanted, 1e-12, "last");
            close(most, wanted.max(0.0), 1e-12, "most");
            assert_eq!(most_capital(&[(1.0 - y, 1.2)], null, true), most_capital(&[(y, 1.2)], null, false));
        }
    }

    #[test]
    fn ends() {
        let same = betting(&[0.0; 250], 0);
        assert!(same.p_greater(-0.02) <= 0.05 && same.p_greater(0.0) == 1.0);
        assert_eq!((same.p_greater(1.0), same.p_less(-1.0)), (1.0, 1.0));
        assert_eq!(same.p_up(-7.0), same.p_up(-1.0));
    }

    /// Recorded decisions are made again by the edition that made them.
    #[test]
    fn the_first_edition_keeps_its_order() {
        use crate::domain::{Claim, Edition, Method, MethodChoice, Plan};
        use crate::inference::infer::infer;
        use crate::inference::sample::Sample;
        let d: Vec<f64> = (0..90).map(|i| f64::from(i * 37 % 90) / 120.0 - 0.3).collect();
        let sample = Sample::graded(vec![0.3; 90], d.iter().map(|x| x + 0.3).collect(), None);
        let plan = |edition| Plan {
            method: MethodChoice::Named(Method::Betting),
            edition,
            seed: 3,
            ..Plan::of(Claim::Above { min_delta: -0.1 })
        };
        let p = |edition| infer(&sample, &plan(edition)).expect("it fits").p_claim;
        let one = betting(&sample.differences(), 3).p_greater(-0.1);
        assert_eq!(p(Edition::First).to_bits(), one.to_bits());
        assert_ne!(p(Edition::Second).to_bits(), one.to_bits());
    }
}
