//! A reference distribution kept sorted: p-values count its values, bounds are among them.

use crate::domain::Alpha;
use crate::inference::inversion::Inversion;

/// How a count of values becomes a p-value.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Counting {
    /// (count + `always`) / `total`: `always` replicates that speak against any refutation, the
    /// data themselves among them.
    Including {
        /// Replicates counted whatever the null.
        always: usize,
        /// All replicates, those included.
        total: usize,
    },
    /// max(count / B, 1 / (B + 1)): Python evalsig's bootstrap p-value.
    Floored,
}

/// Replicates of the estimate, each the smallest null that it does not help to refute.
///
/// ```text
/// p_greater(null) = p of #{ r : r - slack <= null }
/// p_less(null)    = p of #{ r : r + slack >= null }
/// ```
///
/// `slack` covers the rounding of the sums, so that replicates which tie on paper count as ties:
/// never in favour of a refutation. As p depends on the null through a count alone, the lower bound
/// is the first replicate whose count is too large, and the equivalence of [`Inversion`] is exact.
#[derive(Clone, Debug)]
pub(crate) struct Reference {
    delta: f64,
    sorted: Vec<f64>,
    slack: f64,
    counting: Counting,
}

impl Reference {
    /// From replicates in any order; none may be NaN.
    pub(crate) fn new(delta: f64, mut replicates: Vec<f64>, slack: f64, counting: Counting) -> Self {
        rayon::slice::ParallelSliceMut::par_sort_unstable_by(&mut replicates[..], f64::total_cmp);
        Self { delta, sorted: replicates, slack, counting }
    }

    fn p_of(&self, count: usize) -> f64 {
        match self.counting {
            Counting::Including { always, total } => (count + always) as f64 / total as f64,
            Counting::Floored => {
                let draws = self.sorted.len() as f64;
                (count as f64 / draws).max((draws + 1.0).recip())
            }
        }
    }

    /// The largest count whose p-value does not exceed `alpha`; `None` where no count's does.
    fn spare(&self, alpha: Alpha) -> Option<usize> {
        let (mut fits, mut exceeds) = (0, self.sorted.len() + 1);
        if self.p_of(fits) > alpha.get() {
            return None;
        }
        while exceeds - fits > 1 {
            let middle = fits.midpoint(exceeds);
            if self.p_of(middle) <= alpha.get() { fits = middle } else { exceeds = middle }
        }
        Some(fits)
    }
}

impl Inversion for Reference {
    fn delta(&self) -> f64 {
        self.delta
    }

    fn p_greater(&self, null: f64) -> f64 {
        self.p_of(self.sorted.partition_point(|r| r - self.slack <= null))
    }

    fn p_less(&self, null: f64) -> f64 {
        self.p_of(self.sorted.len() - self.sorted.partition_point(|r| r + self.slack < null))
    }

    fn lower(&self, alpha: Alpha) -> f64 {
        match self.spare(alpha) {
            None => f64::NEG_INFINITY,
            Some(count) => self.sorted.get(count).map_or(f64::INFINITY, |r| r - self.slack),
        }
    }

    fn upper(&self, alpha: Alpha) -> f64 {
        match self.spare(alpha) {
            None => f64::INFINITY,
            Some(count) => {
                let from_top = self.sorted.len().checked_sub(count + 1);
                from_top.and_then(|i| self.sorted.get(i)).map_or(f64::NEG_INFINITY, |r| r + self.slack)
            }
        }
    }
}
