//! Betting on what a sample without replacement leaves: the finite-sample guarantee of a sampled gate.

use rayon::prelude::*;

use crate::domain::{Alpha, Plan};
use crate::inference::inversion::Formula;
use crate::inference::sample::Sample;
use crate::numerics::stream::{Purpose, Streams};

/// Orders that are bet through: fewer where there are many items, so that the work stays the same.
const ORDERS: usize = 32;
/// Items that are bet on for a null, over all orders.
const WORK: usize = 200_000;
/// The largest stake at even odds.
const MOST: f64 = 1.5;

/// Is the mean of a finite bank above `null`, for a sample of it of which nothing is known but the bounds of a value?
///
/// H0 of [`p_greater`](crate::inference::Inversion::p_greater): the mean over all N values <= `null`; of `p_less`: >=
/// `null`. No normal limit: the level holds for every n, N and every N values within the bounds. The price is power.
///
/// ```text
/// E_r(null) = product over i <= n of (1 + a_i y_i) / (1 + a_i v_i)       p_greater = 1 / max(1, mean of E_r)
///
/// y_i   (e - low) / (high - low) of the value that order r puts in place i
/// v_i   (N v - (y_1 + .. + y_(i-1))) / (N - i + 1),   v = (null - low) / (high - low):
///       what the rest of the bank has on average if its mean is `null`
/// a_i   odds that look at the values before i alone
/// ```
///
/// **Valid because:** in a random order the next value is a random one of those that are left, so its expectation is
/// v_i where the mean is `null` and less where it is less. So every E_r has an expectation of at most 1 under H0, hence
/// so has their mean, and Markov's inequality does the rest. As more of the bank is seen v_i moves away from what is
/// left: that is the finite population correction here.
///
/// # Edge cases
/// A `null` that the drawn values alone exceed is refuted: p = 0. `null` from `high` on: p = 1.
///
/// # References
/// 1. Waudby-Smith, I. and Ramdas, A. (2020). Confidence sequences for sampling without replacement. *Advances in Neural
///    Information Processing Systems* 33. arXiv:2006.04347.
/// 2. Waudby-Smith, I. and Ramdas, A. (2024). Estimating means of bounded random variables by betting. *Journal of the
///    Royal Statistical Society B* 86, 1-27, section 5. doi:10.1093/jrsssb/qkad009.
#[derive(Clone, Debug)]
pub struct BettingWithoutReplacement {
    delta: f64,
    low: f64,
    high: f64,
    bank: f64,
    /// Value and odds of each place, order by order.
    orders: Vec<Vec<(f64, f64)>>,
    /// The same odds for the mirrored values.
    mirrored: Vec<Vec<(f64, f64)>>,
}

impl BettingWithoutReplacement {
    /// From the drawn values, in any order.
    ///
    /// # Parameters
    /// - `values`: the drawn values, finite, at least one.
    /// - `low`, `high`: bounds of every value of the bank, `low` < `high`.
    /// - `bank`: N, how many values there are in all.
    /// - `alpha`: the level that tunes the odds.
    /// - `seed`: chosen without a look at the data.
    ///
    /// # Example
    /// ```
    /// use evalsig::domain::Alpha;
    /// use evalsig::inference::Inversion as _;
    /// use evalsig::inference::two_phase::BettingWithoutReplacement;
    ///
    /// let drawn: Vec<f64> = (0..300).map(|i| if i % 3 == 0 { 0.8 } else { 0.1 }).collect();
    /// let test = BettingWithoutReplacement::new(&drawn, (-1.0, 1.0), 400.0, Alpha::USUAL, 0);
    /// assert!(test.lower(Alpha::USUAL) > 0.1 && test.upper(Alpha::USUAL) < 0.6);
    /// ```
    #[must_use]
    pub fn new(values: &[f64], (low, high): (f64, f64), bank: f64, alpha: Alpha, seed: u64) -> Self {
        let mut sorted: Vec<f64> = values.iter().map(|value| value + 0.0).collect();
        sorted.sort_unstable_by(f64::total_cmp);
        let n = sorted.len();
        let delta = sorted.iter().sum::<f64>() / n as f64;
        let ys: Vec<f64> =
            sorted.iter().map(|value| ((value - low) / (high - low)).clamp(0.0, 1.0)).collect();
        let budget = 2.0 * alpha.get().recip().ln() / n as f64;
        let streams = Streams::new(seed, Purpose::Order);
        let count = (WORK / n.max(1)).clamp(4, ORDERS);
        let (orders, mirrored) = (0..count)
            .into_par_iter()
            .map(|order| {
                let mut stream = streams.replicate(order as u64);
                let mut places: Vec<f64> = ys.clone();
                stream.shuffle(&mut places);
                let other: Vec<f64> = places.iter().map(|y| 1.0 - y).collect();
                (with_odds(&places, budget), with_odds(&other, budget))
            })
            .unzip();
        Self { delta, low, high, bank, orders, mirrored }
    }

    /// What a prediction leaves on a sample of a bank of so many items: scores lie between 0 and 1, or -1 and 0 where
    /// orientation turned them, and so do predictions.
    pub(super) fn of(sample: &Sample, residual: &Sample, bank: f64, plan: &Plan) -> Self {
        let span = sample.span.unwrap_or(1.0);
        Self::new(&residual.differences(), (-span, span), bank, plan.alpha_each(), plan.seed)
    }

    /// 1 / the mean capital over all orders against "the mean is at most v", at most 1.
    fn p(&self, v: f64, orders: &[Vec<(f64, f64)>]) -> f64 {
        let ln_e: Vec<f64> = orders.par_iter().map(|order| self.capital(v, order)).collect();
        let most = ln_e.iter().copied().fold(f64::NEG_INFINITY, f64::max);
        if most == f64::INFINITY {
            return 0.0;
        }
        let sum: f64 = ln_e.iter().map(|ln| (ln - most).exp()).sum();
        (-(most + (sum / orders.len() as f64).ln())).exp().min(1.0)
    }

    fn capital(&self, v: f64, order: &[(f64, f64)]) -> f64 {
        let mut left = self.bank * v;
        let mut items = self.bank;
        let mut ln = 0.0;
        for (y, odds) in order {
            let expected = (left / items).min(1.0);
            left -= y;
            if left < -1e-9 * self.bank {
                // More was drawn than the whole bank could hold.
                return f64::INFINITY;
            }
            items -= 1.0;
            ln += (odds * y).ln_1p() - (odds * expected.max(0.0)).ln_1p();
        }
        ln
    }
}

/// Each value with odds that look at the values before it: the stake at even odds is sqrt(budget / variance), at most
/// [`MOST`], with one imagined value of mean 1/2 and variance 1/4 among them.
fn with_odds(ys: &[f64], budget: f64) -> Vec<(f64, f64)> {
    let (mut sum, mut squares, mut seen) = (0.5, 0.25, 1.0_f64);
    ys.iter()
        .map(|y| {
            let stake = (budget * seen / squares).sqrt().min(MOST);
            sum += y;
            seen += 1.0;
            let gap: f64 = y - sum / seen;
            squares += gap * gap;
            (*y, stake / (1.0 - stake / 2.0))
        })
        .collect()
}

impl Formula for BettingWithoutReplacement {
    fn estimate(&self) -> f64 {
        self.delta
    }

    fn greater(&self, null: f64) -> f64 {
        if null >= self.high {
            1.0
        } else {
            self.p(((null - self.low) / (self.high - self.low)).max(0.0), &self.orders)
        }
    }

    fn less(&self, null: f64) -> f64 {
        if null <= self.low {
            1.0
        } else {
            self.p(((self.high - null) / (self.high - self.low)).max(0.0), &self.mirrored)
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::inference::golden_cases::agrees;
    use crate::inference::inversion::Inversion as _;

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(crate::domain::slow_tests::cases(60)))]

        #[test]
        fn test_and_bounds_are_one(values in prop::collection::vec(-1.0..1.0_f64, 3..40), more in 0..100_u32, null in -1.2..1.2_f64) {
            let bank = values.len() as f64 + f64::from(more);
            let test = BettingWithoutReplacement::new(&values, (-1.0, 1.0), bank, Alpha::USUAL, 0);
            agrees(&test, &[null, 0.0, test.delta()]);
        }
    }

    /// A bank of 200 values of which 150 are drawn: bounds that know the bank's size are narrower than those that do
    /// not, and hold its mean far more often than 95 times of 100.
    #[test]
    fn holds_the_mean_of_the_bank() {
        let bank: Vec<f64> = (0..200).map(|i| [0.9, -0.4, 0.1, -0.7][i % 4]).collect();
        let mean = bank.iter().sum::<f64>() / 200.0;
        let mut wrong = 0;
        for replicate in 0..200 {
            let mut stream = Streams::new(3, Purpose::Simulation).replicate(replicate);
            let mut order = bank.clone();
            for at in 0..150 {
                order.swap(at, at + stream.below(200 - at as u32) as usize);
            }
            let drawn = &order[..150];
            let test = BettingWithoutReplacement::new(drawn, (-1.0, 1.0), 200.0, Alpha::USUAL, 0);
            wrong += u32::from(test.lower(Alpha::USUAL) > mean);
            if replicate == 0 {
                let unknown = BettingWithoutReplacement::new(drawn, (-1.0, 1.0), 1e12, Alpha::USUAL, 0);
                assert!(test.lower(Alpha::USUAL) > unknown.lower(Alpha::USUAL) + 0.02);
            }
        }
        assert!(wrong <= 10, "{wrong} of 200");
    }
}
