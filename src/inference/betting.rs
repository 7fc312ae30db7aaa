//! Betting on a bounded mean: a test with a finite-sample guarantee, fixed n or sequential.

use super::Inversion;
use super::monotone::Monotone;
use super::stream::{Purpose, Streams};
use crate::domain::Alpha;

/// Number of bets that are mixed.
const BETS: usize = 30;

/// The bets: odds a, log-spaced in the stake they are at a fair coin, a / (1 + a / 2), from .004 to
/// 1.98.
fn odds() -> [f64; BETS] {
    std::array::from_fn(|j| {
        let (least, most) = (0.004_f64.ln(), 1.98_f64.ln());
        let stake = (least + (most - least) * j as f64 / (BETS - 1) as f64).exp();
        stake / (1.0 - stake / 2.0)
    })
}

/// ln of the mean of e^x.
fn ln_mean_exp(values: &[f64; BETS]) -> f64 {
    let most = values.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    most + (values.iter().map(|v| (v - most).exp()).sum::<f64>() / BETS as f64).ln()
}

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
pub struct Betting {
    delta: f64,
    low: f64,
    high: f64,
    /// (y, stake without its cap) in the order of betting; the stakes serve both directions.
    bets: Vec<(f64, f64)>,
}

impl Betting {
    /// From the paired differences, at least one, their bounds `low` < `high`, the alpha that the
    /// stakes are tuned to, and the seed of the order.
    #[must_use]
    pub fn new(differences: &[f64], low: f64, high: f64, alpha: Alpha, seed: u64) -> Self {
        let delta = differences.iter().sum::<f64>() / differences.len() as f64;
        let mut ys: Vec<f64> =
            differences.iter().map(|d| ((d - low) / (high - low)).clamp(0.0, 1.0)).collect();
        let mut stream = Streams::new(seed, Purpose::Order).replicate(0);
        for last in (1..ys.len()).rev() {
            ys.swap(last, stream.below(last as u32 + 1) as usize);
        }
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

impl Inversion for Betting {
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

/// Betting without a horizon, item by item and valid at every look: stop as soon as
/// `ln_e >= ln(1 / alpha)`.
///
/// ```text
/// E = mean over 30 odds a of  product over items of (1 + a y) / (1 + a v)
/// ```
///
/// with y and v as in [`Betting`], the odds log-spaced in the stake that they are at v = 1/2.
///
/// H0: the mean of what is pushed is at most `null`, given everything pushed before. For the other
/// direction push the negatives against the negative null. O(30) an item.
#[derive(Clone, Debug)]
pub struct Wealth {
    low: f64,
    high: f64,
    null: f64,
    bets: [f64; BETS],
    logs: [f64; BETS],
    items: f64,
    most: f64,
}

impl Wealth {
    /// Before the first item; `low` <= `null` <= `high`, the bounds of what will be pushed.
    #[must_use]
    pub fn new(null: f64, low: f64, high: f64) -> Self {
        let null = ((null - low) / (high - low)).clamp(0.0, 1.0);
        Self { low, high, null, bets: odds(), logs: [0.0; BETS], items: 0.0, most: 0.0 }
    }

    /// One more difference; returns ln E as it stands.
    pub fn push(&mut self, difference: f64) -> f64 {
        let y = ((difference - self.low) / (self.high - self.low)).clamp(0.0, 1.0);
        for (log, a) in self.logs.iter_mut().zip(&self.bets) {
            *log += ((1.0 + a * y) / (1.0 + a * self.null)).ln();
        }
        self.items += 1.0;
        let ln_e = self.ln_e();
        self.most = self.most.max(ln_e);
        ln_e
    }

    /// The lower bound for the mean of what was pushed: the least value whose e-value now, had it been
    /// the null, lies below 1 / alpha. Valid at 1 - alpha at every look; within 1e-12 of the range.
    ///
    /// The product over (1 + a y) does not depend on the null, so no item is looked at again.
    #[must_use]
    pub fn lower(&self, alpha: Alpha) -> f64 {
        let refuted = |null: f64| {
            let mut logs = self.logs;
            for (log, a) in logs.iter_mut().zip(&self.bets) {
                *log += self.items * ((1.0 + a * self.null) / (1.0 + a * null)).ln();
            }
            ln_mean_exp(&logs) >= -alpha.get().ln()
        };
        let (mut low, mut high) = (0.0, 1.0);
        for _ in 0..40 {
            let middle = 0.5 * (low + high);
            if refuted(middle) { low = middle } else { high = middle }
        }
        self.low + low * (self.high - self.low)
    }

    /// ln of the e-value now.
    #[must_use]
    pub fn ln_e(&self) -> f64 {
        ln_mean_exp(&self.logs)
    }

    /// The anytime-valid p-value: 1 over the largest e-value so far.
    #[must_use]
    pub fn p(&self) -> f64 {
        (-self.most).exp()
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::golden_cases::{agrees, cases, close};
    use super::*;

    #[test]
    fn golden() {
        for case in cases("e_value").iter().filter(|c| c.id().starts_with("betting")) {
            let number = |name| case.input(name).as_f64().expect("a number");
            let alpha = Alpha::new(number("alpha")).expect("a rate");
            let (ln, _) = most_capital(&with_stakes(&case.list("x"), alpha), number("m0"), false);
            close(ln, case.expected(&["ln_K"]).expect("ln K"), 1e-12, case.id());
        }
    }

    fn betting(d: &[f64], seed: u64) -> Betting {
        Betting::new(d, -1.0, 1.0, Alpha::new(0.05).expect("a rate"), seed)
    }

    #[test]
    fn item_by_item_is_all_at_once() {
        let mut stream = Streams::new(3, Purpose::Simulation).replicate(0);
        let mut wealth = Wealth::new(-0.02, -1.0, 1.0);
        let (mut logs, mut most) = ([0.0; BETS], 0.0_f64);
        for _ in 0..500 {
            let d = 1.9 * stream.unit() - 0.9;
            most = most.max(wealth.push(d));
            for (log, a) in logs.iter_mut().zip(odds()) {
                *log += (a * (d + 1.0) / 2.0).ln_1p() - (a * 0.49).ln_1p();
            }
        }
        close(wealth.ln_e(), ln_mean_exp(&logs), 1e-11, "E");
        close(wealth.p(), (-most).exp(), 1e-12, "p");
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

    /// Losses of 0.5 that come with probability r, gains such that the mean is 0.
    #[test]
    fn level_where_losses_are_rare() {
        for (n, rare) in [(20, 0.02), (60, 0.005), (60, 0.1), (200, 0.02)] {
            let (runs, mut refuted) = (3000_u64, 0);
            for run in 0..runs {
                let mut stream = Streams::new(15, Purpose::Simulation).replicate(run);
                let draw = |_| if stream.unit() < rare { -0.5 } else { 0.5 * rare / (1.0 - rare) };
                let d: Vec<f64> = (0..n).map(draw).collect();
                refuted += u64::from(betting(&d, run).p_up(0.0) <= 0.05);
            }
            assert!(refuted as f64 / (runs as f64) < 0.05, "n {n}, rate {rare}: {refuted}");
        }
    }

    /// Looking after each of 2000 items crosses in at most 5 % of the runs.
    #[test]
    fn level_at_every_look() {
        let (runs, mut crossed) = (600_u64, 0);
        for run in 0..runs {
            let mut stream = Streams::new(14, Purpose::Simulation).replicate(run);
            let mut wealth = Wealth::new(0.0, -1.0, 1.0);
            for _ in 0..2000 {
                let loss = stream.unit() < 0.03;
                let noise = (stream.unit() - 0.5) * 0.01;
                wealth.push(if loss { -0.6 } else { 0.6 * 0.03 / 0.97 + noise });
            }
            crossed += u64::from(wealth.p() <= 0.05);
        }
        assert!((crossed as f64 / runs as f64) < 0.05, "{crossed}");
    }

    #[test]
    fn ends() {
        let same = betting(&[0.0; 250], 0);
        assert!(same.p_greater(-0.02) <= 0.05 && same.p_greater(0.0) == 1.0);
        assert_eq!((same.p_greater(1.0), same.p_less(-1.0)), (1.0, 1.0));
        assert_eq!(same.p_up(-7.0), same.p_up(-1.0));
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(1500))]

        #[test]
        fn test_and_bounds_are_one(d in prop::collection::vec(-1.0..=1.0_f64, 1..300), null in -1.0..1.0_f64) {
            agrees(&betting(&d, 7), &[null, 0.0, 2.0, -2.0]);
        }
    }
}
