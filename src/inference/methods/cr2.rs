//! Cluster-robust t of an item-weighted mean: CR2 with Bell and McCaffrey's degrees of freedom.

use crate::inference::inversion::Formula;
use crate::inference::methods::prepared::{Prepared, Request};
use crate::inference::sample::Unit;
use crate::numerics::tails;

/// Which small-sample correction of the sandwich estimator.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Correction {
    /// None.
    Cr0,
    /// k / (k - 1) on the variance.
    Cr1,
    /// Residuals divided by sqrt(1 - h): unbiased if items within a cluster are independent.
    Cr2,
    /// Residuals divided by 1 - h: the jackknife of clusters, conservative.
    Cr3,
}

/// Is the mean improvement above `null`, judged by how cluster sums scatter around their share?
///
/// H0 of [`Inversion::p_greater`](crate::inference::Inversion::p_greater): delta <= `null`; of [`Inversion::p_less`](crate::inference::Inversion::p_less): delta >= `null`.
/// Positive is better. delta is the item-weighted mean.
///
/// ```text
/// delta = sum s / n,   n = sum m        s, m  sum and number of the differences in a cluster, k of them
/// se^2  = sum ((s - m delta) w)^2       h = m / n, the cluster's leverage
/// w     = 1 / n                         CR0  (CR1: times sqrt(k / (k - 1)))
///         1 / (n sqrt(1 - h))           CR2
///         1 / (n (1 - h))               CR3
/// df    = (sum w^2 m (1 - h))^2 / (sum w^4 m^2 (1 - 2 h) + (sum w^2 m^2)^2 / n^2)
/// p     = P(T_df >= (delta - null) / se)
/// ```
///
/// df is Satterthwaite's, from the mean and variance that se^2 has if items are independent and equally
/// spread; it is k - 1 for equal sizes and falls to little more than 1 where one cluster dominates.
/// With units of one item CR2 is Student's t.
///
/// # Edge cases
/// Fewer than two clusters, or no variance between them: p = 1, infinite bounds.
///
/// # Accuracy
/// 1e-12. Golden: `cluster_*` (R clubSandwich), `tost_*`, `paired_t_*` through units of one item. Level
/// measured: .046-.067 for normal cluster effects, up to .10 at skewness -1 and few clusters; printed
/// as a cross-check, not chosen by `auto`.
///
/// # References
/// 1. Bell, R. M. and McCaffrey, D. F. (2002). Bias reduction in standard errors for linear regression
///    with multi-stage samples. *Survey Methodology* 28, 169-181.
/// 2. Pustejovsky, J. E. and Tipton, E. (2018). Small-sample methods for cluster-robust variance
///    estimation and hypothesis testing in fixed effects models. *Journal of Business & Economic
///    Statistics* 36, 672-683. doi:10.1080/07350015.2016.1247004.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct ClusterRobust {
    delta: f64,
    se: f64,
    df: f64,
}

impl ClusterRobust {
    /// From the units, at least one.
    ///
    /// # Parameters
    /// - `units`: one entry an independent unit: the sum of its differences (units of the score, positive is better) and its number of items (> 0).
    /// - `correction`: CR2 unless a comparison needs another.
    ///
    /// # Example
    /// ```
    /// use evalsig::inference::Inversion as _;
    /// use evalsig::inference::Unit;
    /// use evalsig::inference::methods::{ClusterRobust, Correction};
    ///
    /// let units = [1.0, 2.0, 3.0].map(|sum| Unit { sum, size: 1.0 });
    /// let test = ClusterRobust::new(&units, Correction::Cr2);
    /// assert!((test.delta() - 2.0).abs() < 1e-12);
    /// // With one item a unit it is Student's t: t = 2 sqrt(3), two degrees of freedom.
    /// assert!((test.p_greater(0.0) - 0.037_09).abs() < 1e-5);
    /// ```
    #[must_use]
    pub fn new(units: &[Unit], correction: Correction) -> Self {
        let k = units.len() as f64;
        let n: f64 = units.iter().map(|u| u.size).sum();
        let delta = units.iter().map(|u| u.sum).sum::<f64>() / n;
        let (mut variance, mut mean, mut diagonal, mut cross, mut size) = (0.0, 0.0, 0.0, 0.0, 0.0_f64);
        for unit in units {
            let (m, h) = (unit.size, unit.size / n);
            let w2 = match correction {
                Correction::Cr0 => 1.0,
                Correction::Cr1 => k / (k - 1.0),
                Correction::Cr2 => 1.0 / (1.0 - h),
                Correction::Cr3 => 1.0 / ((1.0 - h) * (1.0 - h)),
            } / (n * n);
            let residual = unit.sum - m * delta;
            variance += residual * residual * w2;
            mean += w2 * m * (1.0 - h);
            diagonal += w2 * w2 * m * m * (1.0 - 2.0 * h);
            cross += w2 * m * m;
            size = size.max(unit.sum.abs() / n);
        }
        let df = mean * mean / (diagonal + cross * cross / (n * n));
        // Equal means leave a spread of rounding behind.
        let spread = variance.sqrt();
        let se = if units.len() < 2 || spread <= 1e-13 * size { 0.0 } else { spread };
        Self { delta, se, df }
    }

    /// Standard error of delta; 0 where there is none.
    ///
    /// # Example
    /// ```
    /// use evalsig::inference::Unit;
    /// use evalsig::inference::methods::{ClusterRobust, Correction};
    ///
    /// let units = [1.0, 2.0, 3.0].map(|sum| Unit { sum, size: 1.0 });
    /// let test = ClusterRobust::new(&units, Correction::Cr2);
    /// assert!((test.se() - 1.0 / 3.0_f64.sqrt()).abs() < 1e-12);
    /// ```
    #[must_use]
    pub fn se(&self) -> f64 {
        self.se
    }

    /// Degrees of freedom, at least 1; meaningless where the standard error is 0.
    ///
    /// # Example
    /// ```
    /// use evalsig::inference::Unit;
    /// use evalsig::inference::methods::{ClusterRobust, Correction};
    ///
    /// let units = [1.0, 2.0, 3.0].map(|sum| Unit { sum, size: 1.0 });
    /// let test = ClusterRobust::new(&units, Correction::Cr2);
    /// assert!((test.df() - 2.0).abs() < 1e-12);
    /// ```
    #[must_use]
    pub fn df(&self) -> f64 {
        self.df
    }

    fn tail(&self, null: f64, sign: f64) -> f64 {
        if self.se <= 0.0 { 1.0 } else { tails::student_sf((sign * self.delta - null) / self.se, self.df) }
    }
}

impl Formula for ClusterRobust {
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

/// Makes `cr2` ready.
pub(crate) fn build(request: &Request<'_>, units: &[Unit], _notes: &mut Vec<String>) -> Prepared {
    Prepared::formula(Box::new(ClusterRobust::new(units, Correction::Cr2)), request.label())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::domain::Alpha;
    use crate::inference::equivalence::tost;
    use crate::inference::golden_cases::{agrees, cases, close};
    use crate::inference::inversion::Inversion as _;
    use crate::inference::methods::cluster_mean::ClusterMean;
    use crate::numerics::stream::{Purpose, Streams};

    fn items(values: &[f64]) -> Vec<Unit> {
        values.iter().map(|sum| Unit { sum: *sum, size: 1.0 }).collect()
    }

    fn clusters(values: &[f64], labels: &[f64]) -> Vec<Unit> {
        let mut units: Vec<Unit> = Vec::new();
        for (value, label) in values.iter().zip(labels) {
            let place = *label as usize - 1;
            if units.len() <= place {
                units.resize(place + 1, Unit { sum: 0.0, size: 0.0 });
            }
            units[place].sum += value;
            units[place].size += 1.0;
        }
        units
    }

    #[test]
    fn golden_sandwiches() {
        for case in cases("cluster_robust") {
            let units = clusters(&case.list("d"), &case.list("cluster"));
            for (name, correction) in [
                ("CR0", Correction::Cr0),
                ("CR1", Correction::Cr1),
                ("CR2", Correction::Cr2),
                ("CR3", Correction::Cr3),
            ] {
                let test = ClusterRobust::new(&units, correction);
                let what = format!("{} {name}", case.id());
                let wanted = |field| case.expected(&[name, field]).expect("a number");
                close(test.delta(), wanted("est"), 1e-8, &what);
                close(test.se(), wanted("se"), 1e-8, &what);
                close(test.df(), wanted("df_satterthwaite"), 1e-8, &what);
                close(test.p_greater(0.0), wanted("p_greater"), 1e-8, &what);
                close(2.0 * test.p_greater(0.0).min(test.p_less(0.0)), wanted("p_two"), 1e-8, &what);
            }
            let means = ClusterMean::new(&units);
            let t = case.expected(&["cluster_mean_t"]).expect("t");
            close(means.delta() / means.se(), t, 1e-8, case.id());
        }
    }

    #[test]
    fn golden_students_t_and_equivalence() {
        for case in cases("paired_t") {
            let test = ClusterRobust::new(&items(&case.list("d")), Correction::Cr2);
            let (Some(p), Some(df)) = (case.expected(&["p_greater"]), case.expected(&["df"])) else {
                continue;
            };
            close(test.df(), df, 1e-9, case.id());
            close(test.p_greater(0.0), p, 1e-9, case.id());
            let bound = test.lower(Alpha::new(0.05).expect("a rate"));
            close(bound, case.expected(&["lower95"]).expect("a bound"), 1e-9, case.id());
        }
        for case in cases("tost") {
            let test = ClusterRobust::new(&items(&case.list("d")), Correction::Cr2);
            let margin = case.input("margin").as_f64().expect("a margin");
            close(test.p_greater(-margin), case.expected(&["p_noninferior"]).expect("p"), 1e-9, case.id());
            close(test.p_less(margin), case.expected(&["p_notsuperior"]).expect("p"), 1e-9, case.id());
            close(tost(&test, margin), case.expected(&["p_tost"]).expect("p"), 1e-9, case.id());
        }
    }

    #[test]
    fn degrees_of_freedom_by_the_whole_matrix() {
        let sizes = [40.0, 3.0, 7.0, 1.0, 12.0];
        let units: Vec<Unit> = sizes.iter().map(|m| Unit { sum: m * m % 5.0, size: *m }).collect();
        let n: f64 = sizes.iter().sum();
        let w = |m: f64| 1.0 / (n * (1.0 - m / n).sqrt());
        let entry = |g: usize, l: usize| {
            let own = if g == l { sizes[g] } else { 0.0 };
            w(sizes[g]) * w(sizes[l]) * (own - sizes[g] * sizes[l] / n)
        };
        let trace: f64 = (0..5).map(|g| entry(g, g)).sum();
        let squares: f64 = (0..25).map(|i| entry(i / 5, i % 5).powi(2)).sum();
        close(ClusterRobust::new(&units, Correction::Cr2).df(), trace * trace / squares, 1e-12, "df");
    }

    /// Normal cluster effects, sizes 1/rank, ICC .1: .058 in the research table.
    #[test]
    fn level_at_twelve_unequal_clusters() {
        let (runs, mut refuted) = (6000_u64, 0);
        for run in 0..runs {
            let mut stream = Streams::new(13, Purpose::Simulation).replicate(run);
            let units: Vec<Unit> = (1..=12)
                .map(|rank| {
                    let size = (77.0 / f64::from(rank)).round();
                    let sum = size * 0.1_f64.sqrt() * stream.normal() + (0.9 * size).sqrt() * stream.normal();
                    Unit { sum, size }
                })
                .collect();
            let test = ClusterRobust::new(&units, Correction::Cr2);
            refuted += u64::from(test.tail(0.0, 1.0) <= 0.05);
        }
        let level = refuted as f64 / runs as f64;
        assert!((0.047..0.070).contains(&level), "{level}");
    }

    #[test]
    fn no_spread_no_answer() {
        for units in [items(&[0.02; 40]), items(&[0.3]), items(&[0.0; 5])] {
            let test = ClusterRobust::new(&units, Correction::Cr2);
            assert_eq!((test.p_greater(-0.5), test.p_less(0.5)), (1.0, 1.0));
            assert_eq!(test.lower(Alpha::new(0.2).expect("a rate")), f64::NEG_INFINITY);
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(crate::domain::slow_tests::cases(2000)))]

        #[test]
        fn test_and_bounds_are_one(
            units in prop::collection::vec((-5.0..5.0_f64, 1..50_u8), 1..30),
            null in -1.0..1.0_f64,
        ) {
            let units: Vec<Unit> =
                units.iter().map(|(s, m)| Unit { sum: *s, size: f64::from(*m) }).collect();
            agrees(&ClusterRobust::new(&units, Correction::Cr2), &[null, 0.0]);
            agrees(&ClusterMean::new(&units), &[null, 0.0]);
        }
    }
}
