//! Student's t of the paired differences, corrected for their skewness.

use crate::inference::inversion::Formula;
use crate::numerics::tails;

/// Is the mean difference above `null`, allowing for skewed differences?
///
/// H0 of [`p_greater`](crate::inference::Inversion::p_greater): delta <= `null`; of
/// [`p_less`](crate::inference::Inversion::p_less): delta >= `null`.
/// Positive is better. Hall's transformation removes the term of order 1 / sqrt(n) that skewness adds
/// to the distribution of t, and unlike Johnson's it is monotone, so it can be inverted. It stands in
/// for bootstrap-t where there are too many items to resample.
///
/// ```text
/// t    = (delta - null) sqrt(n) / s
/// g(t) = t + G (t^2 / 3 + 1/6) / sqrt(n) + G^2 t^3 / (27 n)
/// p_greater = P(T_(n-1) >= g(t))        p_less = P(T_(n-1) >= -g(t))
///
/// s    standard deviation of the differences (n - 1)
/// G    skewness, mean((d - delta)^3) / s^3
/// ```
///
/// g'(t) = (1 + G t / (3 sqrt(n)))^2, never negative.
///
/// # Edge cases
/// Fewer than two items, or no variance: nothing to studentise with, p = 1, infinite bounds.
///
/// # Accuracy
/// 1e-12 as a function of the moments; its level is within about .005 of bootstrap-t at n = 1000.
///
/// # References
/// 1. Hall, P. (1992). On the removal of skewness by transformation. *Journal of the Royal Statistical
///    Society B* 54, 221-228.
#[derive(Clone, Copy, Debug)]
pub struct HallT {
    n: f64,
    delta: f64,
    se: f64,
    /// G / sqrt(n).
    skew: f64,
}

impl HallT {
    /// From the paired differences, at least one.
    ///
    /// # Parameters
    /// - `differences`: one an item, finite, in units of the score, positive is better; at least one.
    ///
    /// # Example
    /// ```
    /// use evalsig::domain::Alpha;
    /// use evalsig::inference::Inversion as _;
    /// use evalsig::inference::methods::HallT;
    ///
    /// let test = HallT::new(&[0.2, 0.1, 0.4, -0.1, 0.3, 0.2]);
    /// assert!((test.delta() - 1.1 / 6.0).abs() < 1e-12);
    /// let lower = test.lower(Alpha::USUAL);
    /// assert!(test.p_greater(lower.next_down()) <= 0.05);
    /// ```
    #[must_use]
    pub fn new(differences: &[f64]) -> Self {
        let n = differences.len() as f64;
        let delta = differences.iter().sum::<f64>() / n;
        let (mut squares, mut cubes, mut size) = (0.0, 0.0, 0.0_f64);
        for d in differences {
            let gap = d - delta;
            squares += gap * gap;
            cubes += gap * gap * gap;
            size = size.max(d.abs());
        }
        let sd = (squares / (n - 1.0)).sqrt();
        // Equal numbers leave a spread of rounding behind.
        let se = if n < 2.0 || sd <= 1e-12 * size { 0.0 } else { sd / n.sqrt() };
        let skew = if se > 0.0 { cubes / n / (sd * sd * sd) / n.sqrt() } else { 0.0 };
        Self { n, delta, se, skew }
    }

    /// p_greater at `null`; with `sign` -1 p_less at -`null`.
    fn tail(&self, null: f64, sign: f64) -> f64 {
        if self.se <= 0.0 {
            return 1.0;
        }
        let t = (sign * self.delta - null) / self.se;
        let skew = sign * self.skew;
        // The same cubic, as a difference of cubes where the skewness allows, has no overflow to fear.
        let g = t + skew * (t * t / 3.0 + 1.0 / 6.0) + skew * skew * t * t * t / 27.0;
        if g.is_nan() { tails::student_sf(t, self.n - 1.0) } else { tails::student_sf(g, self.n - 1.0) }
    }
}

impl Formula for HallT {
    fn estimate(&self) -> f64 {
        self.delta
    }

    fn greater(&self, null: f64) -> f64 {
        self.tail(null, 1.0)
    }

    fn less(&self, null: f64) -> f64 {
        self.tail(-null, -1.0)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::inference::golden_cases::{agrees, cases, close};
    use crate::inference::inversion::Inversion as _;
    use crate::numerics::stream::{Purpose, Streams};

    /// Symmetric data leave nothing but 1/6 of no skewness: Student's t.
    #[test]
    fn is_students_t_without_skewness() {
        for case in cases("paired_t") {
            let d = case.list("d");
            let mut both = d.clone();
            both.extend(d.iter().map(|x| -x));
            let test = HallT::new(&both);
            if test.se > 0.0 {
                let t = (test.delta - 0.05) / test.se;
                close(test.p_greater(0.05), tails::student_sf(t, test.n - 1.0), 1e-9, case.id());
            }
        }
    }

    #[test]
    fn skewness_costs_left_tailed_data() {
        let mut d = vec![0.05; 95];
        d.extend([-0.6; 5]);
        let test = HallT::new(&d);
        let t = test.delta / test.se;
        assert!(test.skew < 0.0 && test.p_greater(0.0) > tails::student_sf(t, 99.0));
    }

    /// False refutations at the edge, left-tailed exponential differences: .05 where t has .067.
    #[test]
    fn level_at_200_skewed_items() {
        let (runs, mut refuted) = (4000_u64, 0);
        for run in 0..runs {
            let mut stream = Streams::new(12, Purpose::Simulation).replicate(run);
            let d: Vec<f64> = (0..200).map(|_| 1.0 + (1.0 - stream.unit()).ln()).collect();
            refuted += u64::from(HallT::new(&d).p_greater(0.0) <= 0.05);
        }
        let level = refuted as f64 / runs as f64;
        assert!((0.040..0.062).contains(&level), "{level}");
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(crate::domain::slow_tests::cases(3000)))]

        #[test]
        fn test_and_bounds_are_one(d in prop::collection::vec(-1.0..1.0_f64, 1..60), null in -1.0..1.0_f64) {
            agrees(&HallT::new(&d), &[null, 0.0, -1e300, 1e300]);
        }
    }
}
