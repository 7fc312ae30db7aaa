//! Sign flips of the sampling units, and of items as Python evalsig does them.

use crate::domain::Alpha;
use crate::inference::inversion::{Inversion, forward_inversion};
use crate::inference::methods::prepared::{Prepared, Request};
use crate::inference::resampling::meet_in_the_middle::MeetInTheMiddle;
use crate::inference::resampling::pivots::Pivots;
use crate::inference::resampling::reference_distribution::{Counting, Reference};
use crate::inference::resampling::sign_flips::SubsetMeans;
use crate::inference::resampling::{lattice, sign_flips};
use crate::inference::sample::Unit;
use crate::numerics::stream::{Purpose, Streams};

/// Up to this many units every subset is listed: 4096 of them take less time than any shortcut.
const LISTED_UNITS: usize = 12;

/// Would the improvement stand out if each unit's surplus over the null could as well have had the
/// other sign?
///
/// Tests H0: delta <= null against delta > null (`p_greater`) and the mirror (`p_less`); delta is the
/// item-weighted mean of the differences over units (items, or clusters of items), oriented so that
/// positive is better.
///
/// ```text
/// p_greater(null) = #{ F : F empty, or mean(F) <= null } / 2^k,   mean(F) = sum of s_g / sum of m_g, g in F
/// lower(alpha)    = the smallest null with p_greater above alpha: one of the subset means
/// ```
///
/// k units with sums s_g of differences and sizes m_g. Flipping the units in F beats the data exactly when
/// mean(F) <= null, so the test for every null is the distribution of the subset means (Hartigan's typical
/// values), its bounds are order statistics of them, and the two cannot contradict each other.
///
/// # Four ways to the subset means
/// F runs through all subsets wherever they can be counted, and p is exact and needs no seed:
///
/// 1. up to 12 units they are listed;
/// 2. sums that are multiples of one step (graded scores) are counted by sum and size together, at any k
///    while these have at most 131,072 values: some 200 items in quarters. Counts of the sums at one null
///    would not do: at the bounds the sums leave that lattice, and a bound from elsewhere could contradict
///    the p-value;
/// 3. else up to 34 units, meet in the middle: each null is answered by counting pairs of 2^(k/2) subset
///    sums, 35 ms a gate. At 40 units that would be 300.
///
/// Beyond, F runs through B random subsets, with p = (1 + #) / (B + 1): its bounds are order statistics of
/// the same B means. A test holds 2 and 3 equal to the list.
///
/// Exact for any sizes, correlations within clusters and variances that differ, if each unit's
/// surplus s_g - m_g delta is symmetric about 0. Under skew it errs: at n = 50 items it lets through
/// 8 % of candidates that are no better where 5 % were asked for (exponential), with two-point data
/// (2 % lose everything) 37 %.
///
/// Edge cases: p cannot fall below 2^-k, so at least log2(1 / alpha) units are needed (five at .05).
/// Units that are all equal have subset means that are all equal: the bounds then have no width, and
/// [`crate::inference::infer`] replaces them by none when the method was not asked for by name. Subset means that
/// tie with the null up to rounding count as ties: against a refutation.
///
/// Accuracy: exact counts up to 53 units, 1e-13 of p beyond, against `golden_stats.json` (signflip_exact,
/// signflip_exact_aggregated, cluster_robust, degenerate).
///
/// # References
/// 1. Fisher, R. A. (1935). *The Design of Experiments*, section 21.
/// 2. Hartigan, J. A. (1969). Using subsample values as typical values. *Journal of the American
///    Statistical Association* 64, 1303-1317.
/// 3. Canay, I. A., Romano, J. P. and Shaikh, A. M. (2017). Randomization tests under an approximate
///    symmetry assumption. *Econometrica* 85, 1013-1030. doi:10.3982/ECTA13081.
#[derive(Clone, Debug)]
pub struct SignFlip {
    way: Way,
    resamples: Option<u32>,
}

#[derive(Clone, Debug)]
enum Way {
    /// All means, or those of random subsets.
    Listed(Reference),
    /// The distinct means with their shares of all subsets.
    Counted(Pivots),
    /// Counted anew for each null, from the sums of two halves.
    MetInTheMiddle(Box<MeetInTheMiddle>),
}

impl SignFlip {
    /// From units: every subset where they can be counted, else `resamples` random ones from `seed`.
    ///
    /// `resolution` is how far a single difference may be off by rounding, in units of the score.
    ///
    /// # Parameters
    /// - `units`: one entry an independent unit: the sum of its differences (units of the score, positive is better) and its number of items (> 0).
    /// - `resamples`: number of random resamples, at least 1; used only where not all are enumerated.
    /// - `seed`: chosen without a look at the data.
    ///
    /// # Example
    /// ```
    /// use evalsig::inference::Inversion as _;
    /// use evalsig::inference::Unit;
    /// use evalsig::inference::methods::SignFlip;
    ///
    /// // Five units that all speak for the candidate: only the data themselves are as extreme, p = 2^-5.
    /// let units: Vec<Unit> = [1.0, 2.0, 3.0, 4.0, 5.0].iter().map(|d| Unit { sum: *d, size: 1.0 }).collect();
    /// assert_eq!(SignFlip::new(&units, 0.0, 999, 0).p_greater(0.0), 1.0 / 32.0);
    /// ```
    #[must_use]
    pub fn new(units: &[Unit], resolution: f64, resamples: u32, seed: u64) -> Self {
        if units.len() <= LISTED_UNITS {
            return Self { way: Way::Listed(listed(units, resolution)), resamples: None };
        }
        match counted(units, resolution).or_else(|| halved(units, resolution)) {
            Some(way) => Self { way, resamples: None },
            None => Self::random(units, resolution, resamples, seed),
        }
    }

    /// With random subsets whatever the number of units: Python evalsig's permutation test, where the
    /// units are items.
    ///
    /// # Parameters
    /// - `units`: one entry an independent unit: the sum of its differences (units of the score, positive is better) and its number of items (> 0).
    /// - `resolution`: as for [`SignFlip::new`].
    /// - `resamples`: number of random resamples, at least 1; used only where not all are enumerated.
    /// - `seed`: chosen without a look at the data.
    ///
    /// # Example
    /// ```
    /// use evalsig::inference::Inversion as _;
    /// use evalsig::inference::Unit;
    /// use evalsig::inference::methods::SignFlip;
    ///
    /// let units: Vec<Unit> = [0.2, 0.1, 0.4, -0.1, 0.3, 0.2].iter().map(|d| Unit { sum: *d, size: 1.0 }).collect();
    /// let test = SignFlip::random(&units, 1e-15, 9999, 0);
    /// assert!(test.p_greater(0.0) > 0.0 && test.p_greater(0.0) < 0.06);
    /// ```
    #[must_use]
    pub fn random(units: &[Unit], resolution: f64, resamples: u32, seed: u64) -> Self {
        let subsets = sign_flips::random_subsets(units, &Streams::new(seed, Purpose::SignFlip), resamples);
        let total = resamples as usize + 1;
        let way = Way::Listed(reference(units, subsets, resolution, 1, total));
        Self { way, resamples: Some(resamples) }
    }

    /// Random subsets used; `None` where all were.
    ///
    /// # Example
    /// ```
    /// use evalsig::inference::Unit;
    /// use evalsig::inference::methods::SignFlip;
    ///
    /// let units: Vec<Unit> = [0.2, 0.1, 0.4, -0.1, 0.3, 0.2].iter().map(|d| Unit { sum: *d, size: 1.0 }).collect();
    /// assert_eq!(SignFlip::new(&units, 1e-15, 999, 0).resamples(), None);
    /// assert_eq!(SignFlip::random(&units, 1e-15, 999, 0).resamples(), Some(999));
    /// ```
    #[must_use]
    pub fn resamples(&self) -> Option<u32> {
        self.resamples
    }
}

fn listed(units: &[Unit], resolution: f64) -> Reference {
    let subsets = sign_flips::every_subset(units);
    let total = subsets.means.len() + 1;
    reference(units, subsets, resolution, 0, total)
}

fn counted(units: &[Unit], resolution: f64) -> Option<Way> {
    let means = lattice::subset_means(units, apart(resolution))?;
    let slack = slack(units, units.len(), resolution) + apart(resolution);
    Some(Way::Counted(Pivots::weighted(delta(units), means, slack)))
}

fn halved(units: &[Unit], resolution: f64) -> Option<Way> {
    let slack = slack(units, units.len(), resolution);
    MeetInTheMiddle::new(units, delta(units), slack).map(|halves| Way::MetInTheMiddle(Box::new(halves)))
}

/// How far apart differences may lie that are one on paper: each is off by at most `resolution`.
fn apart(resolution: f64) -> f64 {
    2.0 * resolution
}

fn delta(units: &[Unit]) -> f64 {
    let (sum, size) = units.iter().fold((0.0, 0.0), |(s, m), unit| (s + unit.sum, m + unit.size));
    sum / size
}

/// How far a subset mean may be off by rounding, if no value passed through more than `depth` additions.
fn slack(units: &[Unit], depth: usize, resolution: f64) -> f64 {
    let largest = units.iter().fold(0.0_f64, |top, unit| top.max((unit.sum / unit.size).abs()));
    let widest = units.iter().fold(0.0_f64, |top, unit| top.max(unit.size));
    (depth as f64 + widest) * f64::EPSILON * largest + resolution
}

/// `identity` more replicates that always count: with random subsets, the data themselves.
fn reference(
    units: &[Unit],
    subsets: SubsetMeans,
    resolution: f64,
    identity: usize,
    total: usize,
) -> Reference {
    let slack = slack(units, subsets.depth, resolution);
    let counting = Counting::Including { always: subsets.empty + identity, total };
    Reference::new(delta(units), subsets.means, slack, counting)
}

forward_inversion!(SignFlip, |this| match &this.way {
    Way::Listed(all) => all as &dyn Inversion,
    Way::Counted(means) => means,
    Way::MetInTheMiddle(halves) => &**halves,
});

/// How many units a sign-flip test needs at `alpha`: the smallest k with 2^-k <= alpha.
#[must_use]
pub(crate) fn needed(alpha: Alpha) -> usize {
    let mut smallest_p = 1.0;
    let mut units = 0;
    while smallest_p > alpha.get() {
        smallest_p /= 2.0;
        units += 1;
    }
    units
}

/// Makes `sign_flip` ready.
pub(crate) fn build(request: &Request<'_>, units: &[Unit], _notes: &mut Vec<String>) -> Prepared {
    let (draws, seed) = (request.plan.resamples, request.plan.seed);
    let test = SignFlip::new(units, request.sample.resolution(), draws, seed);
    let resamples = test.resamples();
    Prepared { resamples, ..Prepared::formula(Box::new(test), request.label()) }
}

/// Makes `paired_permutation` ready.
pub(crate) fn build_random(request: &Request<'_>, units: &[Unit], _notes: &mut Vec<String>) -> Prepared {
    let (draws, seed) = (request.plan.resamples, request.plan.seed);
    let test = SignFlip::random(units, request.sample.resolution(), draws, seed);
    Prepared { resamples: Some(draws), ..Prepared::formula(Box::new(test), request.label()) }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::{SignFlip, Way, counted, halved, listed, needed};
    use crate::domain::Alpha;
    use crate::inference::golden_cases::agrees;
    use crate::inference::inversion::Inversion;
    use crate::inference::sample::Unit;

    fn items(differences: &[f64]) -> Vec<Unit> {
        differences.iter().map(|d| Unit { sum: *d, size: 1.0 }).collect()
    }

    fn by(way: Option<Way>) -> Option<SignFlip> {
        way.map(|way| SignFlip { way, resamples: None })
    }

    #[test]
    fn units_needed() {
        let at = |a| Alpha::new(a).map(needed);
        assert_eq!(
            (at(0.05), at(0.025), at(0.01), at(0.0625), at(0.5)),
            (Some(5), Some(6), Some(7), Some(4), Some(1))
        );
    }

    #[test]
    fn ties_in_decimals_count_as_ties() {
        // 0.1 + 0.2 - 0.3 is 5.6e-17 in doubles and 0 on paper: subsets that sum to 0 count.
        let units = items(&[0.1, 0.2, -0.3]);
        let tests = [counted(&units, 4e-16), halved(&units, 4e-16), Some(Way::Listed(listed(&units, 4e-16)))];
        for flip in tests.map(|way| by(way).expect("three items")) {
            assert_eq!(flip.p_greater(0.0), 5.0 / 8.0);
            assert_eq!(flip.p_less(0.0), 5.0 / 8.0);
        }
    }

    #[test]
    fn random_subsets_approach_all_subsets() {
        let units: Vec<Unit> =
            (0..12).map(|i| Unit { sum: f64::from(i * i % 7) - 2.5, size: f64::from(i % 3 + 1) }).collect();
        let all = SignFlip::new(&units, 0.0, 1, 0);
        let some = SignFlip::random(&units, 0.0, 100_000, 3);
        for null in [-0.4, 0.0, 0.1, 0.3] {
            let error = (1e-5 * all.p_greater(null)).sqrt() * 4.0;
            assert!((all.p_greater(null) - some.p_greater(null)).abs() < error, "{null}");
        }
    }

    /// P-values to the bit and bounds but for the slack, beside the list of all subsets.
    fn equals_the_list(units: &[Unit], resolution: f64, test: &SignFlip, nulls: &[f64]) {
        let all = listed(units, resolution);
        let largest = units.iter().fold(0.0_f64, |most, unit| most.max((unit.sum / unit.size).abs()));
        let near = 16.0 * resolution + 1e-13 * largest + f64::MIN_POSITIVE;
        for null in nulls {
            assert_eq!(test.p_greater(*null), all.p_greater(*null), "{null}");
            assert_eq!(test.p_less(*null), all.p_less(*null), "{null}");
        }
        for alpha in [0.001, 0.05, 0.3, 0.8] {
            let alpha = Alpha::new(alpha).expect("a rate");
            for (found, wanted) in
                [(test.lower(alpha), all.lower(alpha)), (test.upper(alpha), all.upper(alpha))]
            {
                assert!(found == wanted || (found - wanted).abs() <= near, "{found} for {wanted}");
            }
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(crate::domain::slow_tests::cases(300)))]

        #[test]
        fn shortcuts_equal_the_list_on_a_grid(
            units in prop::collection::vec((-9..9_i32, 1..4_u32), 1..14),
            even: bool,
            step in prop::sample::select(vec![1.0, 0.25, 0.1, 1.0 / 3.0, 1e-7]),
        ) {
            let units: Vec<Unit> = units
                .iter()
                .map(|(s, m)| Unit {
                    sum: f64::from(*s) * step,
                    size: if even { 1.0 } else { f64::from(*m) },
                })
                .collect();
            let resolution = 9.0 * step * f64::EPSILON;
            for test in [counted(&units, resolution), halved(&units, resolution)] {
                let test = by(test).expect("few units");
                // Nulls on the grid tie with subset means; the others lie between them.
                let nulls = [0.0, step, -2.0 * step, 0.5 * step, 0.137 * step, 20.0 * step, -20.0 * step];
                equals_the_list(&units, resolution, &test, &nulls);
                agrees(&test, &nulls);
            }
        }

        #[test]
        fn meeting_in_the_middle_equals_the_list(
            units in prop::collection::vec((-1.0..1.0_f64, 1..40_u32), 1..17),
            repeats in 1..3_usize,
            scale in prop::sample::select(vec![1.0, 1e-300, 1e140]),
            null in -1.0..1.0_f64,
        ) {
            let units: Vec<Unit> = units
                .iter()
                .take(16 / repeats)
                .flat_map(|(s, m)| vec![Unit { sum: s * scale, size: f64::from(*m) }; repeats])
                .collect();
            let test = by(halved(&units, 0.0)).expect("few units");
            let nulls = [null * scale, 0.1 * null * scale, 0.0];
            equals_the_list(&units, 0.0, &test, &nulls);
            agrees(&test, &nulls);
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(crate::domain::slow_tests::cases(8)))]

        /// Too many to list; here the two shortcuts hold each other, and the search has to interpolate.
        #[test]
        fn shortcuts_equal_each_other(
            units in prop::collection::vec((-40..40_i32, 1..3_u32), 20..27),
            null in -20.0..20.0_f64,
        ) {
            let units: Vec<Unit> =
                units.iter().map(|(s, m)| Unit { sum: f64::from(*s), size: f64::from(*m) }).collect();
            let counts = by(counted(&units, 0.0)).expect("a grid");
            let halves = by(halved(&units, 0.0)).expect("few units");
            for null in [null, 0.0, 1.0] {
                prop_assert_eq!(counts.p_greater(null), halves.p_greater(null));
                prop_assert_eq!(counts.p_less(null), halves.p_less(null));
            }
            for alpha in [1e-5, 0.05, 0.4].map(|a| Alpha::new(a).expect("a rate")) {
                prop_assert!((counts.lower(alpha) - halves.lower(alpha)).abs() < 1e-12);
                prop_assert!((counts.upper(alpha) - halves.upper(alpha)).abs() < 1e-12);
            }
            agrees(&halves, &[null]);
        }
    }

    /// Interpolation meets steps where most units tie, and no two units are alike.
    #[test]
    fn steps_are_found() {
        let units: Vec<Unit> = (0..30)
            .map(|i| Unit { sum: f64::from(i % 5) * f64::from(i + 1), size: f64::from(i + 1) })
            .collect();
        let test = by(halved(&units, 0.0)).expect("few units");
        agrees(&test, &[0.5, 1.0, 2.0]);
    }

    /// 2^-50, where 10,000 random flips say 1e-4.
    #[test]
    fn fifty_equal_items() {
        let flip = SignFlip::new(&items(&[0.02; 50]), 0.0, 1, 0);
        assert_eq!(
            (flip.p_greater(0.0), flip.p_less(0.0), flip.resamples()),
            ((-50.0_f64).exp2(), 1.0, None)
        );
    }
}
