//! Betting on a bounded mean without a horizon: evidence that may be looked at any time.

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

/// Betting without a horizon, item by item and valid at every look: stop as soon as
/// `ln_e >= ln(1 / alpha)`.
///
/// ```text
/// E = mean over 30 odds a of  product over items of (1 + a y) / (1 + a v)
/// ```
///
/// with y and v as in [`Betting`](crate::inference::methods::Betting), the odds log-spaced in the stake that they are at v = 1/2.
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
    ///
    /// # Parameters
    /// - `null`: the mean that is tested.
    /// - `low`, `high`: bounds of what will be pushed, `low` < `high`.
    ///
    /// # Example
    /// ```
    /// use evalsig::inference::sequential::Wealth;
    ///
    /// let mut wealth = Wealth::new(0.0, -1.0, 1.0);
    /// for _ in 0..30 {
    ///     wealth.push(0.5);
    /// }
    /// assert!(wealth.p() < 0.05);
    /// ```
    #[must_use]
    pub fn new(null: f64, low: f64, high: f64) -> Self {
        let null = ((null - low) / (high - low)).clamp(0.0, 1.0);
        Self { low, high, null, bets: odds(), logs: [0.0; BETS], items: 0.0, most: 0.0 }
    }

    /// `count` more items of one difference, without a look in between.
    pub(crate) fn add(&mut self, difference: f64, count: usize) {
        let y = ((difference - self.low) / (self.high - self.low)).clamp(0.0, 1.0);
        let count = count as f64;
        for (log, a) in self.logs.iter_mut().zip(&self.bets) {
            *log += count * ((1.0 + a * y) / (1.0 + a * self.null)).ln();
        }
        self.items += count;
    }

    /// One more difference, and a look; returns ln E as it stands.
    ///
    /// # Parameters
    /// - `difference`: of one item; outside the bounds it counts as the bound.
    ///
    /// # Returns
    /// ln e as it stands.
    ///
    /// # Example
    /// ```
    /// use evalsig::inference::sequential::Wealth;
    ///
    /// let mut wealth = Wealth::new(0.0, -1.0, 1.0);
    /// assert!(wealth.push(1.0) > 0.0 && wealth.push(-1.0) < 1.0);
    /// ```
    pub fn push(&mut self, difference: f64) -> f64 {
        self.add(difference, 1);
        let ln_e = self.ln_e();
        self.most = self.most.max(ln_e);
        ln_e
    }

    /// The lower bound for the mean of what was pushed: the least value whose e-value now, had it been
    /// the null, lies below 1 / alpha. Valid at 1 - alpha at every look; within 1e-12 of the range.
    ///
    /// The product over (1 + a y) does not depend on the null, so no item is looked at again.
    ///
    /// # Parameters
    /// - `alpha`: in (0, 1).
    ///
    /// # Example
    /// ```
    /// use evalsig::domain::Alpha;
    /// use evalsig::inference::sequential::Wealth;
    ///
    /// let mut wealth = Wealth::new(0.0, -1.0, 1.0);
    /// for _ in 0..30 {
    ///     wealth.push(0.5);
    /// }
    /// let lower = wealth.lower(Alpha::USUAL);
    /// assert!(lower > 0.0 && lower < 0.5);
    /// ```
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
    ///
    /// # Example
    /// ```
    /// use evalsig::inference::sequential::Wealth;
    ///
    /// let mut wealth = Wealth::new(0.0, -1.0, 1.0);
    /// for _ in 0..30 {
    ///     wealth.push(0.5);
    /// }
    /// assert!(wealth.ln_e() >= 20.0_f64.ln()); // 1 / alpha at .05
    /// ```
    #[must_use]
    pub fn ln_e(&self) -> f64 {
        ln_mean_exp(&self.logs)
    }

    /// The anytime-valid p-value: 1 over the largest e-value after any [`Wealth::push`].
    ///
    /// # Example
    /// ```
    /// use evalsig::inference::sequential::Wealth;
    ///
    /// let mut wealth = Wealth::new(0.0, -1.0, 1.0);
    /// for _ in 0..30 {
    ///     wealth.push(0.5);
    /// }
    /// let strongest = wealth.p();
    /// wealth.push(-1.0);
    /// assert!(wealth.p() <= strongest); // a loss takes nothing back
    /// ```
    #[must_use]
    pub fn p(&self) -> f64 {
        (-self.most).exp()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::inference::golden_cases::close;
    use crate::numerics::stream::{Purpose, Streams};

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

    /// Looking after each of 2000 items crosses in at most 5 % of the runs.
    #[test]
    fn level_at_every_look() {
        if !crate::domain::slow_tests::enabled() {
            return;
        }
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
}
