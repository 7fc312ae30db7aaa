//! Student's t on the means of clusters: every cluster weighs the same.

use crate::inference::inversion::forward_inversion;
use crate::inference::methods::cr2::{ClusterRobust, Correction};
use crate::inference::methods::prepared::{Prepared, Request};
use crate::inference::sample::Unit;

/// Is the mean of the *cluster means* above `null`? Another question than that of every other method:
/// each cluster counts the same, however many items it holds.
///
/// H0 of [`Inversion::p_greater`](crate::inference::Inversion::p_greater): the mean over clusters of their mean improvement is <= `null`; of
/// [`Inversion::p_less`](crate::inference::Inversion::p_less): >= `null`. [`Inversion::delta`](crate::inference::Inversion::delta) is that mean too, and differs from the
/// item-weighted one wherever sizes and effects go together. A report must say so.
///
/// ```text
/// y = s / m in each of k clusters;   t = (mean(y) - null) sqrt(k) / sd(y),   k - 1 degrees of freedom
/// ```
///
/// Edge cases as [`ClusterRobust`]. Golden: `cluster_*`, `cluster_mean_t`.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct ClusterMean(ClusterRobust);

impl ClusterMean {
    /// From the units, at least one.
    ///
    /// # Parameters
    /// - `units`: one entry an independent unit: the sum of its differences (units of the score, positive is better) and its number of items (> 0).
    ///
    /// # Example
    /// ```
    /// use evalsig::domain::Alpha;
    /// use evalsig::inference::Inversion as _;
    /// use evalsig::inference::Unit;
    /// use evalsig::inference::methods::ClusterMean;
    ///
    /// let units = [(2.0, 2.0), (6.0, 3.0), (3.0, 1.0)].map(|(sum, size)| Unit { sum, size });
    /// let test = ClusterMean::new(&units);
    /// assert!((test.delta() - 2.0).abs() < 1e-12); // the mean of 1, 2 and 3
    /// assert!(test.lower(Alpha::USUAL) < test.delta());
    /// ```
    #[must_use]
    pub fn new(units: &[Unit]) -> Self {
        let means: Vec<Unit> = units.iter().map(|u| Unit { sum: u.sum / u.size, size: 1.0 }).collect();
        Self(ClusterRobust::new(&means, Correction::Cr2))
    }

    /// Standard error of the mean of cluster means; 0 where there is none.
    ///
    /// # Example
    /// ```
    /// use evalsig::inference::Unit;
    /// use evalsig::inference::methods::ClusterMean;
    ///
    /// let units = [(2.0, 2.0), (6.0, 3.0), (3.0, 1.0)].map(|(sum, size)| Unit { sum, size });
    /// assert!((ClusterMean::new(&units).se() - 1.0 / 3.0_f64.sqrt()).abs() < 1e-12);
    /// ```
    #[must_use]
    pub fn se(&self) -> f64 {
        self.0.se()
    }
}

forward_inversion!(ClusterMean, |this| &this.0);

/// Makes `cluster_mean` ready.
pub(crate) fn build(request: &Request<'_>, units: &[Unit], notes: &mut Vec<String>) -> Prepared {
    notes.push(
        "cluster_mean weighs every cluster the same, whatever its size: its delta is the mean of cluster \
         means, another quantity than the mean over items"
            .into(),
    );
    Prepared::formula(Box::new(ClusterMean::new(units)), request.label())
}
