//! One direction of the test at every order of magnitude: p-values below the price of one interval.

use std::sync::OnceLock;

use super::one_side::{GAMMA, Side, round_up};
use crate::domain::Alpha;
use crate::numerics::monotone::Monotone;
use crate::numerics::tails;

/// From one rung to the next; see `ExactUnconditional`.
pub(super) const RUNG: f64 = 1e-3;
/// Rungs below those of the unconditional test, down to where doubles end.
const CONDITIONAL: usize = 98;
/// What the interval of a conditional rung costs, as a share of the largest p that the rung gives.
const COST: f64 = 1e-5;

/// A side of the test, and what it needs where p falls below 1e-3, made when it is needed.
#[derive(Clone, Debug)]
pub(super) struct Ladder {
    pub(super) first: Side,
    /// Version 0.1: one rung, and no p below gamma.
    floored: bool,
    counts: Counts,
    second: OnceLock<Side>,
    /// The ends of the discordance's confidence set, rung by rung.
    ends: Vec<OnceLock<(f64, f64)>>,
}

/// Items, and how many were broken and fixed.
#[derive(Clone, Copy, Debug)]
struct Counts {
    items: u64,
    broken: u64,
    fixed: u64,
}

impl Ladder {
    pub(super) fn new(items: u64, broken: u64, fixed: u64, floored: bool) -> Self {
        Self {
            first: Side::new(items, broken, fixed, GAMMA),
            floored,
            counts: Counts { items, broken, fixed },
            second: OnceLock::new(),
            ends: vec![OnceLock::new(); if floored { 0 } else { CONDITIONAL }],
        }
    }

    /// The p-value of H0: difference <= `null`.
    pub(super) fn p(&self, null: f64) -> f64 {
        let first = self.first.p(null);
        if self.floored || first > RUNG {
            return first;
        }
        if null < -1.0 {
            return 0.0;
        }
        let Counts { items, broken, fixed } = self.counts;
        let second = self.second.get_or_init(|| Side::new(items, broken, fixed, GAMMA * RUNG)).p(null);
        let mut top = RUNG * RUNG;
        if second > top {
            return second.min(RUNG);
        }
        for ends in &self.ends {
            let below = top * RUNG;
            let p = self.counts.conditional(null, ends, COST * top);
            if p > below {
                return p.min(top);
            }
            top = below;
        }
        top
    }

    /// The smallest null whose p exceeds `alpha`.
    pub(super) fn bound(&self, alpha: Alpha) -> f64 {
        // At these levels the first rung decides alone: on either side of the level both functions agree.
        if alpha.get() >= RUNG {
            return Monotone(|x| self.first.p(x)).first_above(alpha.get());
        }
        Monotone(|x| self.p(x)).first_above(alpha.get())
    }
}

impl Counts {
    /// The exact test given the number of discordant items, at the worst discordance that the one-sided
    /// Clopper-Pearson bound at confidence 1 - `gamma` leaves. The chance of a fix among discordant
    /// items, (1 + null / q) / 2, rises with q below a null of 0 and falls above, so the worst is an end.
    fn conditional(self, null: f64, ends: &OnceLock<(f64, f64)>, gamma: f64) -> f64 {
        let discordant = self.broken + self.fixed;
        let chance = if null.abs() < 1e-20 {
            0.5
        } else {
            let (low, high) = *ends.get_or_init(|| self.ends(gamma));
            if null > 0.0 {
                (0.5 + 0.5 * null / low).min(1.0)
            } else if high < -null {
                // No discordance in the set allows a difference that low.
                return round_up(gamma);
            } else {
                0.5 + 0.5 * null / high
            }
        };
        round_up((tails::binomial_ge(self.fixed, discordant, chance) + gamma).min(1.0))
    }

    fn ends(self, gamma: f64) -> (f64, f64) {
        let (m, n) = ((self.broken + self.fixed) as f64, self.items as f64);
        let low = if m == 0.0 { 0.0 } else { tails::beta_inv(gamma, m, n - m + 1.0).min(m / n) };
        let high = if m >= n { 1.0 } else { (1.0 - tails::beta_inv(gamma, n - m, m + 1.0)).max(m / n) };
        (low, high)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_conditional_p_is_the_worst_over_the_discordances_of_the_set() {
        let gamma = 1e-9;
        for (items, broken, fixed) in [(400, 5, 60), (400, 60, 5), (2000, 40, 90)] {
            for null in [-0.2_f64, -0.05, -0.01, 0.0, 0.01, 0.03] {
                let counts = Counts { items, broken, fixed };
                let (low, high) = counts.ends(gamma);
                let low = low.max(null.abs());
                if low > high {
                    continue;
                }
                let tail = |i: u32| {
                    let q = low + (high - low) * f64::from(i) / 1000.0;
                    tails::binomial_ge(fixed, broken + fixed, 0.5 + 0.5 * null / q)
                };
                let worst = ((0..=1000).map(tail).fold(0.0, f64::max) + gamma).min(1.0);
                let found = counts.conditional(null, &OnceLock::new(), gamma);
                assert!((found - worst).abs() <= 1e-6 * worst, "{counts:?} {null}: {found} {worst}");
            }
        }
    }
}
