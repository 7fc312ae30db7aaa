//! Betting on a bounded mean: a test with a finite-sample guarantee, fixed n or sequential.

use rayon::prelude::*;

use super::Inversion;
use super::monotone::Monotone;
use crate::domain::Alpha;

/// Number of bets that are mixed.
const BETS: usize = 30;

/// The bets: odds a, log-spaced in the stake they are at a fair coin, a / (1 + a / 2), from .004 to
/// 1.98. They do not depend on the null, so one pass over the data serves every null.
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
/// E(null) = mean over 30 bets a of  product over items of (1 + a y) / (1 + a v)
/// y = (d - low) / (high - low),   v = (null - low) / (high - low)
/// p_greater(null) = min(1, 1 / E(null))
/// ```
///
/// Under H0 each factor has an expectation of at most 1, so E is an e-value and 1/E a p-value
/// (Markov). E falls with `null`, for every bet. It does not depend on the order of the items.
///
/// # Parameters
/// Differences within `low`..`high`: -1..1 for scores in 0..1. What lies outside counts as the bound.
///
/// # Edge cases
/// `null` below `low` is treated as `low`, from `high` on p = 1. All differences 0 and a null of -M:
/// p = .05 from about n = 6 / M on, the rule of three for scores in 0..1.
///
/// # Accuracy
/// 1e-12 on ln E. Level at most .05 by Markov's inequality; enumerated in the tests.
///
/// # References
/// 1. Waudby-Smith, I. and Ramdas, A. (2024). Estimating means of bounded random variables by betting.
///    *Journal of the Royal Statistical Society B* 86, 1-27.
#[derive(Clone, Debug)]
pub struct Betting {
    n: f64,
    delta: f64,
    low: f64,
    high: f64,
    /// ln of the product of 1 + a y, per bet; and with y seen from the other end.
    up: [f64; BETS],
    down: [f64; BETS],
}

impl Betting {
    /// From the paired differences, at least one, and their bounds, `low` < `high`.
    #[must_use]
    pub fn new(differences: &[f64], low: f64, high: f64) -> Self {
        let n = differences.len() as f64;
        let width = high - low;
        let bets = odds();
        let capital = |from_below: bool| {
            let parts: Vec<[f64; BETS]> = differences
                .par_chunks(1 << 14)
                .map(|part| {
                    let mut sums = [0.0; BETS];
                    // A product of 8 factors of at most 200 cannot overflow: one logarithm for the lot.
                    for few in part.chunks(8) {
                        let ys: Vec<f64> = few
                            .iter()
                            .map(|d| ((if from_below { d - low } else { high - d }) / width).clamp(0.0, 1.0))
                            .collect();
                        for (sum, a) in sums.iter_mut().zip(&bets) {
                            *sum += ys.iter().fold(1.0, |product, y| product * (1.0 + a * y)).ln();
                        }
                    }
                    sums
                })
                .collect();
            let mut total = [0.0; BETS];
            for part in parts {
                for (sum, share) in total.iter_mut().zip(part) {
                    *sum += share;
                }
            }
            total
        };
        let delta = differences.iter().sum::<f64>() / n;
        Self { n, delta, low, high, up: capital(true), down: capital(false) }
    }

    /// ln E against "delta <= `null`".
    #[must_use]
    pub fn ln_e_greater(&self, null: f64) -> f64 {
        self.ln_e(&self.up, (null - self.low) / (self.high - self.low))
    }

    /// ln E against "delta >= `null`".
    #[must_use]
    pub fn ln_e_less(&self, null: f64) -> f64 {
        self.ln_e(&self.down, (self.high - null) / (self.high - self.low))
    }

    fn ln_e(&self, capital: &[f64; BETS], null: f64) -> f64 {
        let (mut logs, null) = (*capital, null.clamp(0.0, 1.0));
        for (log, a) in logs.iter_mut().zip(odds()) {
            *log -= self.n * (a * null).ln_1p();
        }
        ln_mean_exp(&logs)
    }

    fn p_up(&self, null: f64) -> f64 {
        (-self.ln_e_greater(null)).exp().min(1.0)
    }

    fn p_down(&self, null: f64) -> f64 {
        (-self.ln_e_less(null)).exp().min(1.0)
    }
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

/// The same bets item by item, valid at every look: stop as soon as `ln_e >= ln(1 / alpha)`.
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
    most: f64,
}

impl Wealth {
    /// Before the first item; `low` <= `null` <= `high`, the bounds of what will be pushed.
    #[must_use]
    pub fn new(null: f64, low: f64, high: f64) -> Self {
        let null = ((null - low) / (high - low)).clamp(0.0, 1.0);
        Self { low, high, null, bets: odds(), logs: [0.0; BETS], most: 0.0 }
    }

    /// One more difference; returns ln E as it stands.
    pub fn push(&mut self, difference: f64) -> f64 {
        let y = ((difference - self.low) / (self.high - self.low)).clamp(0.0, 1.0);
        for (log, a) in self.logs.iter_mut().zip(&self.bets) {
            *log += ((1.0 + a * y) / (1.0 + a * self.null)).ln();
        }
        let ln_e = self.ln_e();
        self.most = self.most.max(ln_e);
        ln_e
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

/// ln of the capital of one predictable bet tuned to a planned horizon: `x` in 0..1, H0: mean <= `null`.
///
/// ```text
/// stake_i = min(sqrt(2 ln(1/alpha) / (n v)), 0.75 / null),   v the variance of the items before i,
///           one imagined item of mean 1/2 and variance 1/4 among them
/// ln E    = sum ln(1 + stake_i (x_i - null))
/// ```
///
/// n is the number of items, known beforehand. Golden: `betting_1`.
#[must_use]
pub fn ln_capital_plug_in(x: &[f64], null: f64, alpha: Alpha) -> f64 {
    let horizon = x.len() as f64;
    let budget = 2.0 * alpha.get().recip().ln() / horizon;
    let (mut sum, mut squares, mut seen, mut capital) = (0.5, 0.25, 1.0, 0.0);
    for x in x {
        let stake = (budget / (squares / seen)).sqrt().min(0.75 / null);
        capital += (stake * (x - null)).ln_1p();
        sum += x;
        seen += 1.0;
        squares += (x - sum / seen).powi(2);
    }
    capital
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::golden_cases::{agrees, cases, close};
    use super::super::stream::{Purpose, Streams};
    use super::super::tails;
    use super::*;

    #[test]
    fn golden() {
        for case in cases("e_value").iter().filter(|c| c.id().starts_with("betting")) {
            let number = |name| case.input(name).as_f64().expect("a number");
            let alpha = Alpha::new(number("alpha")).expect("a rate");
            let ln = ln_capital_plug_in(&case.list("x"), number("m0"), alpha);
            close(ln, case.expected(&["ln_K"]).expect("ln K"), 1e-12, case.id());
        }
    }

    #[test]
    fn item_by_item_is_all_at_once() {
        let mut stream = Streams::new(3, Purpose::Simulation).replicate(0);
        let d: Vec<f64> = (0..500).map(|_| 2.0 * stream.unit() - 0.9).collect();
        let all = Betting::new(&d, -1.0, 1.0);
        let (mut up, mut down) = (Wealth::new(-0.02, -1.0, 1.0), Wealth::new(0.02, -1.0, 1.0));
        let mut most = 0.0_f64;
        for d in &d {
            most = most.max(up.push(*d));
            down.push(-d);
        }
        close(up.ln_e(), all.ln_e_greater(-0.02), 1e-11, "greater");
        close(down.ln_e(), all.ln_e_less(-0.02), 1e-11, "less");
        close(up.p(), (-most).exp(), 1e-12, "p");
    }

    /// All outcomes of n items that lose 0.5 with probability r and gain so that the mean is 0.
    #[test]
    fn level_by_enumeration_of_two_points() {
        for n in [20_u32, 60, 150] {
            for rare in [0.005, 0.02, 0.1, 0.5] {
                let gain = 0.5 * rare / (1.0 - rare);
                let level: f64 = (0..=n)
                    .filter(|losses| {
                        let mut d = vec![gain; (n - losses) as usize];
                        d.extend(vec![-0.5; *losses as usize]);
                        Betting::new(&d, -1.0, 1.0).p_up(0.0) <= 0.05
                    })
                    .map(|losses| tails::binomial_ln_pmf(losses.into(), n.into(), rare).exp())
                    .sum();
                assert!(level <= 0.05, "n {n}, rate {rare}: {level}");
            }
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
        let same = Betting::new(&[0.0; 400], -1.0, 1.0);
        assert!(same.p_greater(-0.02) <= 0.05 && same.p_greater(0.0) == 1.0);
        assert_eq!((same.p_greater(1.0), same.p_less(-1.0)), (1.0, 1.0));
        assert_eq!(same.p_up(-7.0), same.p_up(-1.0));
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(1500))]

        #[test]
        fn test_and_bounds_are_one(d in prop::collection::vec(-1.0..=1.0_f64, 1..300), null in -1.0..1.0_f64) {
            agrees(&Betting::new(&d, -1.0, 1.0), &[null, 0.0, 2.0, -2.0]);
        }
    }
}
