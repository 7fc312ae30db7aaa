//! Bootstrap-t of an item-weighted mean over sampling units.

use crate::inference::methods::prepared::{Prepared, Request};
use rayon::prelude::*;

use crate::inference::inversion::forward_inversion;
use crate::inference::resampling::pivots::Pivots;
use crate::inference::sample::Unit;
use crate::numerics::multinomial::multinomial;
use crate::numerics::stream::{Purpose, Stream, Streams};

/// Most resamples that are enumerated instead of drawn.
const MOST_ENUMERATED: f64 = 100_000.0;

/// Is the mean improvement above `null`, judged by how t statistics of resampled units scatter?
///
/// H0 of [`Inversion::p_greater`](crate::inference::Inversion::p_greater): delta <= `null`; of [`Inversion::p_less`](crate::inference::Inversion::p_less): delta >= `null`.
/// Positive is better. The distribution of t is not assumed but resampled, so skewed differences
/// are allowed for to second order, which neither sign flips nor Student's t do.
///
/// ```text
/// delta = sum s / sum m        s, m   sum and number of the differences in a unit, k units
/// se^2  = k / (k - 1) * sum (s - m delta)^2 / (sum m)^2         (CR1; items: sd^2 / n)
/// t*    = (delta* - delta) / se*     the same from k units drawn with replacement
///
/// p(null) = P(t* >= (delta - null) / se)        bound L = delta - t*_(1 - alpha) se
/// ```
///
/// A resample without variance has no t and is counted against the claim, in both directions: data
/// in which no failure was seen yet do not prove that there is none. Where all units agree exactly,
/// every resample is such: p = 1 and the bounds are infinite.
///
/// # Three ways to the same distribution
/// All resamples with their probabilities where they are at most 100,000 (10 units; or few distinct
/// ones): deterministic. Else random ones, whose p is `(1 + count) / (1 + resamples)`: one binomial
/// draw for each distinct unit where units repeat, k uniform draws where they do not. A test holds the
/// three to one distribution.
///
/// # Edge cases
/// Fewer than two units: p = 1, infinite bounds. Ties are decided for H0, with a slack of 1e-12.
///
/// # Accuracy
/// Enumerated: 1e-12. Drawn: standard error sqrt(p (1 - p) / resamples). Golden: `boot_exact_1`.
///
/// # References
/// 1. Efron, B. and Tibshirani, R. J. (1993). *An Introduction to the Bootstrap*, section 12.5.
/// 2. Davison, A. C. and Hinkley, D. V. (1997). *Bootstrap Methods and their Application*, 5.2.
#[derive(Clone, Debug)]
pub struct BootstrapT {
    resamples: Option<u32>,
    pivots: Pivots,
}

impl BootstrapT {
    /// From units, the number of random resamples (at least 1) and the seed.
    ///
    /// # Parameters
    /// - `units`: one entry an independent unit: the sum of its differences (units of the score, positive is better) and its number of items (> 0).
    /// - `resamples`: number of random resamples, at least 1; used only where not all are enumerated.
    /// - `seed`: chosen without a look at the data.
    ///
    /// # Returns
    /// The test, ready to be asked at any null and alpha.
    ///
    /// # Example
    /// ```
    /// use evalsig::domain::Alpha;
    /// use evalsig::inference::Inversion as _;
    /// use evalsig::inference::Unit;
    /// use evalsig::inference::methods::BootstrapT;
    ///
    /// let units: Vec<Unit> = [0.2, 0.1, 0.4, -0.1, 0.3, 0.2].iter().map(|d| Unit { sum: *d, size: 1.0 }).collect();
    /// let test = BootstrapT::new(&units, 999, 0);
    /// assert!((test.delta() - 1.1 / 6.0).abs() < 1e-12);
    /// assert!(test.lower(Alpha::USUAL) < test.delta());
    /// ```
    #[must_use]
    pub fn new(units: &[Unit], resamples: u32, seed: u64) -> Self {
        let pool = Pool::new(units);
        let way = pool.way();
        Self::by(&pool, way, resamples, seed)
    }

    fn by(pool: &Pool, way: Way, resamples: u32, seed: u64) -> Self {
        let slack = 1e-12 * (pool.delta.abs() + pool.se);
        let pivots = match way {
            Way::Enumerated => Pivots::weighted(pool.delta, pool.enumerated(), slack),
            Way::Multinomial | Way::Plain => {
                let streams = Streams::new(seed, Purpose::Bootstrap);
                let drawn = (0..u64::from(resamples)).into_par_iter().map(|number| {
                    let mut stream = streams.replicate(number);
                    let sums = match way {
                        Way::Plain => pool.drawn(&mut stream),
                        Way::Enumerated | Way::Multinomial => pool.drawn_by_counts(&mut stream),
                    };
                    pool.pivot(sums)
                });
                Pivots::counted(pool.delta, drawn.collect(), slack)
            }
        };
        let resamples = (way != Way::Enumerated).then_some(resamples);
        Self { resamples, pivots }
    }

    /// Random resamples drawn; `None` where all were enumerated.
    ///
    /// # Example
    /// ```
    /// use evalsig::inference::Unit;
    /// use evalsig::inference::methods::BootstrapT;
    ///
    /// let units: Vec<Unit> = [0.2, 0.1, 0.4, -0.1, 0.3, 0.2].iter().map(|d| Unit { sum: *d, size: 1.0 }).collect();
    /// assert_eq!(BootstrapT::new(&units, 999, 0).resamples(), None); // six units are enumerated
    /// ```
    #[must_use]
    pub fn resamples(&self) -> Option<u32> {
        self.resamples
    }
}

forward_inversion!(BootstrapT, |this| &this.pivots);

/// How the resamples come about.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Way {
    Enumerated,
    Multinomial,
    Plain,
}

/// Sums over a resample of r = s - m delta, m, and their squares and product.
#[derive(Clone, Copy, Debug, Default)]
struct Sums {
    r: f64,
    m: f64,
    rr: f64,
    rm: f64,
    mm: f64,
}

impl Sums {
    fn add(&mut self, times: f64, r: f64, m: f64) {
        self.r += times * r;
        self.m += times * m;
        self.rr += times * r * r;
        self.rm += times * r * m;
        self.mm += times * m * m;
    }
}

/// The units to draw from.
#[derive(Clone, Debug)]
struct Pool {
    delta: f64,
    se: f64,
    /// (residual s - m delta, size) of each unit.
    all: Vec<(f64, f64)>,
    /// The size of every unit, where they have one.
    equal: Option<f64>,
    /// The same without repeats, each with its count.
    distinct: Vec<(f64, f64, u64)>,
}

impl Pool {
    fn new(units: &[Unit]) -> Self {
        let items: f64 = units.iter().map(|u| u.size).sum();
        let delta = units.iter().map(|u| u.sum).sum::<f64>() / items;
        let mut sorted: Vec<(f64, f64)> = units.iter().map(|u| (u.sum, u.size)).collect();
        sorted.sort_unstable_by(|a, b| a.0.total_cmp(&b.0).then(a.1.total_cmp(&b.1)));
        let distinct = sorted
            .chunk_by(|a, b| a == b)
            .filter_map(|same| same.first().map(|(s, m)| (s - m * delta, *m, same.len() as u64)))
            .collect();
        let all: Vec<_> = units.iter().map(|u| (u.sum - u.size * delta, u.size)).collect();
        let k = units.len() as f64;
        let squares: f64 = all.iter().map(|(r, _)| r * r).sum();
        let se = if k < 2.0 { 0.0 } else { (k / (k - 1.0) * squares).sqrt() / items };
        let first = units.first().map(|u| u.size);
        let equal = first.filter(|size| units.iter().all(|u| u.size == *size));
        Self { delta, se, all, equal, distinct }
    }

    fn way(&self) -> Way {
        let (k, j) = (self.all.len() as f64, self.distinct.len() as f64);
        let mut compositions = 1.0;
        let mut i = 1.0;
        while i < j && compositions <= MOST_ENUMERATED {
            compositions *= (k + i) / i;
            i += 1.0;
        }
        if compositions <= MOST_ENUMERATED {
            Way::Enumerated
        } else if 12.0 * j < k {
            Way::Multinomial
        } else {
            Way::Plain
        }
    }

    /// The null at which this resample stops contradicting the claim; `None` without variance.
    fn pivot(&self, sums: Sums) -> Option<f64> {
        let k = self.all.len() as f64;
        let shift = sums.r / sums.m;
        let squares = sums.rr - 2.0 * shift * sums.rm + shift * shift * sums.mm;
        // What is left of a difference of equal numbers is rounding.
        if k < 2.0 || squares.is_nan() || squares <= 1e-12 * (sums.rr + shift * shift * sums.mm) {
            return None;
        }
        let se = (k / (k - 1.0) * squares).sqrt() / sums.m;
        Some(self.delta - shift / se * self.se)
    }

    fn drawn(&self, stream: &mut Stream) -> Sums {
        let mut sums = Sums::default();
        let k = self.all.len() as u32;
        if let Some(m) = self.equal {
            for _ in 0..k {
                let r = self.all.get(stream.below(k) as usize).map_or(0.0, |unit| unit.0);
                sums.r += r;
                sums.rr += r * r;
            }
            let size = f64::from(k) * m;
            return Sums { m: size, rm: m * sums.r, mm: m * size, ..sums };
        }
        for _ in 0..k {
            if let Some((r, m)) = self.all.get(stream.below(k) as usize) {
                sums.add(1.0, *r, *m);
            }
        }
        sums
    }

    fn drawn_by_counts(&self, stream: &mut Stream) -> Sums {
        let mut sums = Sums::default();
        let k = self.all.len() as u64;
        let mut units = self.distinct.iter();
        multinomial(stream, k, k, self.distinct.iter().map(|unit| unit.2), |times| {
            if let Some((r, m, _)) = units.next() {
                sums.add(times as f64, *r, *m);
            }
        });
        sums
    }

    /// Every resample with its multinomial probability.
    fn enumerated(&self) -> Vec<(Option<f64>, f64)> {
        let k = self.all.len();
        let mut factorial = vec![0.0_f64];
        for i in 1..=k {
            factorial.push(factorial.last().copied().unwrap_or(0.0) + (i as f64).ln());
        }
        let mut found = Vec::new();
        let all = factorial.last().copied().unwrap_or(0.0);
        self.descend(&self.distinct, k, Sums::default(), all, &factorial, &mut found);
        found
    }

    fn descend(
        &self,
        units: &[(f64, f64, u64)],
        left: usize,
        sums: Sums,
        ln_weight: f64,
        factorial: &[f64],
        found: &mut Vec<(Option<f64>, f64)>,
    ) {
        let Some(((r, m, count), rest)) = units.split_first() else { return };
        let ln_share = (*count as f64 / self.all.len() as f64).ln();
        let fewest = if rest.is_empty() { left } else { 0 };
        for times in fewest..=left {
            let mut sums = sums;
            sums.add(times as f64, *r, *m);
            let shared = factorial.get(times).copied().unwrap_or(0.0);
            let ln_weight = ln_weight + times as f64 * ln_share - shared;
            if rest.is_empty() {
                found.push((self.pivot(sums), ln_weight.exp()));
            } else {
                self.descend(rest, left - times, sums, ln_weight, factorial, found);
            }
        }
    }
}

/// Makes `bootstrap_t` ready.
pub(crate) fn build(request: &Request<'_>, units: &[Unit], _notes: &mut Vec<String>) -> Prepared {
    let test = BootstrapT::new(units, request.plan.resamples, request.plan.seed);
    let resamples = test.resamples();
    Prepared { resamples, ..Prepared::formula(Box::new(test), request.label()) }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::domain::Alpha;
    use crate::inference::golden_cases::{agrees, cases, close, numbers};
    use crate::inference::inversion::Inversion as _;

    fn items(values: &[f64]) -> Vec<Unit> {
        values.iter().map(|sum| Unit { sum: *sum, size: 1.0 }).collect()
    }

    #[test]
    fn golden() {
        for case in cases("bootstrap_exact") {
            let sums = case.list("cluster_sums");
            let sizes = numbers(case.input("cluster_sizes"));
            let units: Vec<Unit> =
                sums.iter().zip(&sizes).map(|(sum, size)| Unit { sum: *sum, size: *size }).collect();
            let pool = Pool::new(&units);
            close(pool.delta, case.expected(&["mean"]).expect("mean"), 1e-12, "mean");
            close(pool.se, case.expected(&["cr1_se"]).expect("se"), 1e-12, "se");
            let p = case.expected(&["p_greater_bootstrap_t"]).expect("p");
            close(BootstrapT::new(&units, 1, 0).p_greater(0.0), p, 1e-12, "p");
            let drawn = BootstrapT::by(&pool, Way::Plain, 40_000, 1).p_greater(0.0);
            assert!((drawn - p).abs() < 0.006, "{drawn} {p}");
        }
    }

    /// Largest distance between two distribution functions, in units of its standard error.
    fn distance(a: &BootstrapT, b: &BootstrapT, resamples: u32) -> f64 {
        let grid = a.pivots.p_greater(f64::NEG_INFINITY);
        assert!((grid - b.pivots.p_greater(f64::NEG_INFINITY)).abs() < 0.02);
        (0..400)
            .map(|i| a.delta() + (f64::from(i) - 200.0) / 100.0)
            .map(|null| (a.p_greater(null) - b.p_greater(null)).abs())
            .fold(0.0, f64::max)
            * (f64::from(resamples) / 2.0).sqrt()
    }

    #[test]
    fn the_three_ways_have_one_distribution() {
        let resamples = 20_000;
        let lattice: Vec<f64> = (0..120).map(|i| f64::from(i % 7 % 3) - 0.7).collect();
        let skewed: Vec<f64> = (0..60).map(|i| if i < 3 { -0.9 } else { 0.1 }).collect();
        let clusters: Vec<Unit> =
            (0..40).map(|i| Unit { sum: f64::from(i % 4) - 1.2, size: f64::from(1 + i % 2) }).collect();
        for units in [items(&lattice), items(&skewed), clusters] {
            let pool = Pool::new(&units);
            let plain = BootstrapT::by(&pool, Way::Plain, resamples, 2);
            let counts = BootstrapT::by(&pool, Way::Multinomial, resamples, 3);
            // 1.95 is the 0.1 % point of Kolmogorov's statistic.
            assert!(distance(&plain, &counts, resamples) < 1.95);
            if pool.way() == Way::Enumerated {
                let all = BootstrapT::by(&pool, Way::Enumerated, 1, 0);
                assert!(distance(&plain, &all, resamples) < 1.95);
            }
        }
        assert_eq!(Pool::new(&items(&skewed)).way(), Way::Enumerated);
    }

    #[test]
    fn no_variance_is_no_evidence() {
        let alpha = Alpha::new(0.05).expect("a rate");
        for units in [items(&[0.02; 50]), items(&[0.0; 7]), items(&[0.4]), items(&[0.1; 3])] {
            let test = BootstrapT::new(&units, 100, 0);
            assert_eq!((test.p_greater(-1.0), test.p_less(1.0)), (1.0, 1.0));
            assert_eq!((test.lower(alpha), test.upper(alpha)), (f64::NEG_INFINITY, f64::INFINITY));
        }
        // No failure seen in most resamples: at 20 items and one loss a third of them.
        let mut rare = [0.14; 20];
        rare[0] = -7.0;
        assert!(BootstrapT::new(&items(&rare), 1000, 0).p_greater(-5.0) > 0.3);
    }

    #[test]
    fn same_bits_on_any_number_of_threads() {
        let units = items(&(0..100).map(|i| (f64::from(i) * 0.7).sin()).collect::<Vec<_>>());
        let on = |threads| {
            let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().expect("a pool");
            pool.install(|| BootstrapT::new(&units, 2000, 4)).pivots.values
        };
        assert_eq!(on(1), on(3));
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(crate::domain::slow_tests::cases(1500)))]

        #[test]
        fn test_and_bounds_are_one(
            units in prop::collection::vec((-20..20_i32, 1..5_u8), 1..30),
            seed: u64,
            null in -3.0..3.0_f64,
        ) {
            let units: Vec<Unit> = units
                .iter()
                .map(|(s, m)| Unit { sum: f64::from(*s) / 8.0, size: f64::from(*m) })
                .collect();
            agrees(&BootstrapT::new(&units, 199, seed), &[null, 0.0, -0.25]);
        }
    }
}
