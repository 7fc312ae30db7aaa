//! A resampling test and its bounds, as steps between sorted null values.

use crate::domain::Alpha;
use crate::inference::inversion::Inversion;

/// For each resample the null value at which it stops contradicting the claim "more than null", and
/// what the p-value is when so many of them do.
///
/// With v the values in ascending order and s a slack for ties,
///
/// ```text
/// p_greater(null) = up[number of v with v - s <= null]
/// p_less(null)    = down[number of v with v + s >= null]
/// ```
///
/// so a bound is one of the v, and test and bounds agree to the last bit.
#[derive(Clone, Debug)]
pub(crate) struct Pivots {
    delta: f64,
    pub(crate) values: Vec<f64>,
    /// Non-decreasing, one more than `values`.
    up: Vec<f64>,
    /// Non-decreasing, one more than `values`.
    down: Vec<f64>,
    slack: f64,
}

impl Pivots {
    /// From random resamples: each counts 1, as do the data themselves, so p is never 0
    /// (`(1 + count) / (1 + resamples)`). `None` contradicts every claim, in both directions.
    pub(crate) fn counted(delta: f64, resamples: Vec<Option<f64>>, slack: f64) -> Self {
        let all = 1.0 + resamples.len() as f64;
        let mut values: Vec<f64> = resamples.iter().copied().flatten().collect();
        let against = 1.0 + (resamples.len() - values.len()) as f64;
        values.sort_unstable_by(f64::total_cmp);
        let up: Vec<f64> = (0..=values.len()).map(|i| (against + i as f64) / all).collect();
        Self { delta, values, down: up.clone(), up, slack }
    }

    /// From all possible resamples with their probabilities: nothing is random, nothing is added.
    pub(crate) fn weighted(delta: f64, mut resamples: Vec<(Option<f64>, f64)>, slack: f64) -> Self {
        let against: f64 = resamples.iter().filter(|(v, _)| v.is_none()).map(|(_, w)| w).sum();
        resamples.retain(|(v, _)| v.is_some());
        resamples.sort_by(|(a, _), (b, _)| a.partial_cmp(b).unwrap_or(std::cmp::Ordering::Equal));
        let running = |weights: &mut dyn Iterator<Item = f64>| {
            let first = std::iter::once(against.min(1.0));
            let rest = weights.scan(against, |sum, w| {
                *sum += w;
                Some(sum.min(1.0))
            });
            first.chain(rest).collect()
        };
        Self {
            delta,
            up: running(&mut resamples.iter().map(|(_, w)| *w)),
            down: running(&mut resamples.iter().rev().map(|(_, w)| *w)),
            values: resamples.into_iter().filter_map(|(v, _)| v).collect(),
            slack,
        }
    }
}

impl Inversion for Pivots {
    fn delta(&self) -> f64 {
        self.delta
    }

    fn p_greater(&self, null: f64) -> f64 {
        let reached = self.values.partition_point(|v| v - self.slack <= null);
        self.up.get(reached).copied().unwrap_or(1.0)
    }

    fn p_less(&self, null: f64) -> f64 {
        let reached = self.values.len() - self.values.partition_point(|v| v + self.slack < null);
        self.down.get(reached).copied().unwrap_or(1.0)
    }

    fn lower(&self, alpha: Alpha) -> f64 {
        match self.up.partition_point(|p| *p <= alpha.get()) {
            0 => f64::NEG_INFINITY,
            allowed => self.values.get(allowed - 1).map_or(f64::INFINITY, |v| v - self.slack),
        }
    }

    fn upper(&self, alpha: Alpha) -> f64 {
        match self.down.partition_point(|p| *p <= alpha.get()) {
            0 => f64::INFINITY,
            allowed => self
                .values
                .len()
                .checked_sub(allowed)
                .and_then(|place| self.values.get(place))
                .map_or(f64::NEG_INFINITY, |v| v + self.slack),
        }
    }
}
