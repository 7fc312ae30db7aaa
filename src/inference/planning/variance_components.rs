//! Do more repeats of each item pay? Splits the variance of the differences into what repeats lower and
//! what only more items lower.

use std::iter::zip;

use crate::numerics::moments;
use crate::pairing::Repeats;

/// The parts that the variance of one item's difference is made of, in squared units of the score.
///
/// ```text
/// Var(D) = omega^2 + sigma_A^2 / K_A + sigma_B^2 / K_B
/// ```
///
/// D difference of an item's means over `K_A` repeats of the baseline and `K_B` of the candidate; omega^2
/// variance between items of the true difference; sigma_A^2, sigma_B^2 mean over the items of the variance
/// of one repeat.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct VarianceComponents {
    /// omega^2, not clipped: below 0 where repeats scatter more than the differences of items allow for.
    pub between: f64,
    /// sigma_A^2, of the baseline.
    pub baseline: f64,
    /// sigma_B^2, of the candidate.
    pub candidate: f64,
}

/// How much of the spread of the differences is luck of the draw, and how much do items differ in truth?
///
/// ```text
/// sigma_S^2 = sum over items i and repeats e of (x_ie - mean_i)^2 / sum over i of (r_i - 1)
/// omega^2   = sd^2 - sigma_A^2 mean(1 / r_A) - sigma_B^2 mean(1 / r_B)
/// ```
///
/// `x_ie` score of repeat e of item i on side S (A baseline, B candidate), in units of the score; `r_i` how
/// many repeats the item has on that side; sd^2 variance (n - 1) of the differences of the items' means. The
/// moments of a one-way analysis of variance; with r repeats of every item omega^2 of one side alone is
/// (MSB - MSW) / r.
///
/// Unbiased for independent items whose repeats are independent draws, on either side, as long as the number
/// of repeats of an item has nothing to do with its scores; items in clusters lower omega^2 as they lower
/// sd^2 ([`crate::inference::planning::spread`]). Runs that share their luck repeat by repeat (one seed for both) are not
/// such draws: omega^2 then comes out too small. An item with one repeat says nothing of sigma^2 and is
/// reckoned with in omega^2. `None` below two items, or where a side has no item with two repeats: omega^2
/// and sigma^2 then cannot be told apart.
///
/// `baseline` and `candidate` hold the same items in the same order.
///
/// # Parameters
/// - `baseline`, `candidate`: the repeats of the same items in the same order.
///
/// # Returns
/// The parts in squared units of the score, or `None`.
///
/// # References
/// 1. Miller, E. (2024). Adding Error Bars to Evals: A Statistical Approach to Language Model Evaluations.
///    arXiv:2411.00640.
/// 2. Searle, S. R., Casella, G. and McCulloch, C. E. (1992). *Variance Components*. Wiley.
///
/// # Example
/// ```
/// use evalsig::inference::planning::variance_components;
/// use evalsig::pairing::Repeats;
///
/// let (mut baseline, mut candidate) = (Repeats::default(), Repeats::default());
/// for item in [0.0, 1.0, 2.0] {
///     baseline.push([0.0, 1.0]);
///     candidate.push([item, item + 1.0]);
/// }
/// let parts = variance_components(&baseline, &candidate).expect("items with two repeats");
/// assert!((parts.baseline - 0.5).abs() < 1e-12 && (parts.candidate - 0.5).abs() < 1e-12);
/// ```
#[must_use]
pub fn variance_components(baseline: &Repeats, candidate: &Repeats) -> Option<VarianceComponents> {
    let (a, b) = (Side::of(baseline)?, Side::of(candidate)?);
    let differences: Vec<f64> = zip(&b.means, &a.means).map(|(b, a)| b - a).collect();
    (differences.len() >= 2).then(|| VarianceComponents {
        between: moments::sd(&differences).powi(2) - a.within * a.inverse - b.within * b.inverse,
        baseline: a.within,
        candidate: b.within,
    })
}

/// One side of the pilot.
struct Side {
    means: Vec<f64>,
    within: f64,
    /// Mean of 1 / r over the items.
    inverse: f64,
}

impl Side {
    fn of(repeats: &Repeats) -> Option<Self> {
        let freedom: usize = repeats.items().map(|scores| scores.len().saturating_sub(1)).sum();
        let squares: Vec<f64> = repeats.items().map(moments::squares).collect();
        let inverses: Vec<f64> = repeats.items().map(|scores| 1.0 / scores.len().max(1) as f64).collect();
        (freedom > 0).then(|| Self {
            means: repeats.items().map(moments::mean).collect(),
            within: moments::sum(&squares) / freedom as f64,
            inverse: moments::mean(&inverses),
        })
    }
}

/// What the mean difference would scatter by if every item had K repeats on both sides.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct RepeatsPlan {
    parts: VarianceComponents,
    clustered: f64,
}

impl RepeatsPlan {
    /// A plan from a pilot's parts, its sd^2 and its design effect.
    ///
    /// What clusters add, sd^2 (deff - 1), is a matter of the true differences of their items, and no
    /// repeat lowers it.
    ///
    /// # Parameters
    /// - `parts`: of the pilot.
    /// - `sd`: standard deviation of its differences, in units of the score.
    /// - `design_effect`: 1 where items are independent.
    ///
    /// # Example
    /// ```
    /// use evalsig::inference::planning::{RepeatsPlan, VarianceComponents};
    ///
    /// let parts = VarianceComponents { between: 0.0, baseline: 0.1, candidate: 0.1 };
    /// // Nothing but luck: twice the repeats halve the items.
    /// assert!((RepeatsPlan::new(parts, 0.4, 1.0).saving(1.0) - 0.5).abs() < 1e-12);
    /// ```
    #[must_use]
    pub fn new(parts: VarianceComponents, sd: f64, design_effect: f64) -> Self {
        Self { parts, clustered: sd * sd * (design_effect - 1.0).max(0.0) }
    }

    /// n Var(mean difference) with `repeats` of every item on both sides, infinity allowed.
    ///
    /// ```text
    /// V(K) = max(omega^2, 0) + (sigma_A^2 + sigma_B^2) / K + sd^2 (deff - 1)
    /// ```
    ///
    /// At the K of a pilot with equal repeats V(K) = sd^2 deff, unless omega^2 was negative.
    #[must_use]
    pub(crate) fn variance(&self, repeats: f64) -> f64 {
        self.parts.between.max(0.0) + (self.parts.baseline + self.parts.candidate) / repeats + self.clustered
    }

    /// The repeats, a whole number, at which n Var(mean difference) is no more than `share` of what it is at `repeats`.
    /// `None` where no number of repeats lowers it so far.
    #[must_use]
    pub(crate) fn lowered_to(&self, repeats: f64, share: f64) -> Option<f64> {
        let luck = self.parts.baseline + self.parts.candidate;
        let room = share * self.variance(repeats) - self.variance(f64::INFINITY);
        (room > 0.0).then(|| (luck / room).ceil())
    }

    /// By which share do twice as many repeats lower the items that an effect needs? In [0, 1/2].
    ///
    /// ```text
    /// saving(K) = 1 - V(2 K) / V(K)
    /// ```
    ///
    /// The same for every effect, alpha and power, as all of them need items in proportion to V. 0 where
    /// nothing varies.
    ///
    /// # Parameters
    /// - `repeats`: repeats of each item on both sides today, >= 1.
    ///
    /// # Example
    /// ```
    /// use evalsig::inference::planning::{RepeatsPlan, VarianceComponents};
    ///
    /// let parts = VarianceComponents { between: 0.0, baseline: 0.1, candidate: 0.1 };
    /// let clustered = RepeatsPlan::new(parts, 0.4, 3.0);
    /// assert!(clustered.saving(1.0) < 0.5 && clustered.saving(8.0) < clustered.saving(1.0));
    /// ```
    #[must_use]
    pub fn saving(&self, repeats: f64) -> f64 {
        let before = self.variance(repeats);
        if before > 0.0 { 1.0 - self.variance(2.0 * repeats) / before } else { 0.0 }
    }

    /// The fewest repeats, a power of two, whose doubling saves less than `least` of the items. `None`
    /// where that takes more than 2^20, as it does where nothing but luck varies.
    ///
    /// # Parameters
    /// - `least`: the smallest saving that pays, in (0, 1/2).
    ///
    /// # Example
    /// ```
    /// use evalsig::inference::planning::{RepeatsPlan, VarianceComponents};
    ///
    /// let parts = VarianceComponents { between: 0.0, baseline: 0.1, candidate: 0.1 };
    /// let plan = RepeatsPlan::new(parts, 0.4, 3.0);
    /// let repeats = plan.enough(0.1).expect("savings fall");
    /// assert!(plan.saving(f64::from(repeats)) < 0.1);
    /// ```
    #[must_use]
    pub fn enough(&self, least: f64) -> Option<u32> {
        (0..=20).map(|power| 1_u32 << power).find(|repeats| self.saving(f64::from(*repeats)) < least)
    }
}

#[cfg(test)]
mod tests {
    use super::{RepeatsPlan, VarianceComponents, variance_components};
    use crate::domain::{Alpha, Sides};
    use crate::inference::icc;
    use crate::inference::planning::sample_size as planning;
    use crate::numerics::stream::{Purpose, Stream, Streams};
    use crate::numerics::{moments, tails};
    use crate::pairing::Repeats;

    fn repeats(items: &[&[f64]]) -> Repeats {
        let mut repeats = Repeats::default();
        items.iter().for_each(|scores| repeats.push(scores.iter().copied()));
        repeats
    }

    fn near(got: f64, wanted: f64) {
        assert!((got - wanted).abs() < 1e-14, "{got} for {wanted}");
    }

    /// By hand, with unequal repeats.
    ///
    /// Baseline (0, 2), (1): means 1, 1; squares 2 of 1 degree of freedom, sigma_A^2 = 2; mean 1/r = 3/4.
    /// Candidate (4, 4, 7), (2, 4): means 5, 3; squares 6 + 2 of 3, sigma_B^2 = 8/3; mean 1/r = 5/12.
    /// Differences 4, 2: sd^2 = 2. omega^2 = 2 - 3/2 - 10/9 = -11/18.
    #[test]
    fn a_case_by_hand() {
        let parts =
            variance_components(&repeats(&[&[0.0, 2.0], &[1.0]]), &repeats(&[&[4.0, 4.0, 7.0], &[2.0, 4.0]]))
                .unwrap();
        near(parts.baseline, 2.0);
        near(parts.candidate, 8.0 / 3.0);
        near(parts.between, -11.0 / 18.0);
        let plan = RepeatsPlan::new(parts, 2.0_f64.sqrt(), 1.0);
        near(plan.variance(1.0), 14.0 / 3.0);
        assert_eq!((plan.variance(f64::INFINITY), plan.saving(4.0), plan.enough(0.1)), (0.0, 0.5, None));
        // Nothing but luck: half of the variance takes twice the repeats, from whatever there are.
        assert_eq!((plan.lowered_to(1.0, 0.5), plan.lowered_to(3.0, 0.25)), (Some(2.0), Some(12.0)));
    }

    #[test]
    fn what_cannot_be_told_apart_is_not_split() {
        let (one, two) = (repeats(&[&[0.0], &[1.0]]), repeats(&[&[0.0, 1.0], &[1.0, 1.0]]));
        assert_eq!(variance_components(&one, &two), None);
        assert_eq!(variance_components(&two, &one), None);
        assert_eq!(variance_components(&repeats(&[&[0.0, 1.0]]), &repeats(&[&[0.0, 1.0]])), None);
        let still = variance_components(&repeats(&[&[0.0, 0.0], &[1.0, 1.0]]), &two).unwrap();
        assert_eq!(still.baseline, 0.0, "a baseline that always says the same");
    }

    /// A baseline without luck leaves the candidate's own analysis of variance, here by another route.
    #[test]
    fn one_side_alone_is_the_analysis_of_variance() {
        let mut stream = Streams::new(5, Purpose::Simulation).replicate(0);
        let scores: Vec<f64> = (0..60).map(|_| stream.normal()).collect();
        let items: Vec<u32> = (0..60).map(|row| row / 5).collect();
        let anova = icc::anova(&scores, &items).unwrap();
        let candidate: Vec<&[f64]> = scores.chunks(5).collect();
        let parts = variance_components(&repeats(&[&[3.0, 3.0][..]; 12]), &repeats(&candidate)).unwrap();
        near(parts.candidate, anova.within);
        near(parts.between, (anova.between - anova.within) / 5.0);
    }

    /// Saving of a doubling by hand: V = 1 + 4 / K. V(1) = 5, V(2) = 3, V(4) = 2, V(8) = 1.5, V(16) = 1.25,
    /// V(32) = 1.125: savings .4, 1/3, 1/4, 1/6, .1. Clusters that double the variance of one difference: V = 2 + 4 / K.
    #[test]
    fn repeats_pay_less_and_less() {
        let parts = VarianceComponents { between: 1.0, baseline: 1.0, candidate: 3.0 };
        let plan = RepeatsPlan::new(parts, 1.0, 1.0);
        for (repeats, saving) in [(1.0, 0.4), (2.0, 1.0 / 3.0), (4.0, 0.25), (8.0, 1.0 / 6.0), (16.0, 0.1)] {
            near(plan.saving(repeats), saving);
        }
        assert_eq!((plan.enough(0.11), plan.enough(0.09), plan.enough(0.5)), (Some(16), Some(32), Some(1)));
        let clustered = RepeatsPlan::new(parts, 1.0, 2.0);
        assert_eq!((clustered.variance(1.0), clustered.variance(f64::INFINITY)), (6.0, 2.0));
        let nothing = VarianceComponents { between: 0.0, baseline: 0.0, candidate: 0.0 };
        assert_eq!(RepeatsPlan::new(nothing, 0.0, 1.0).enough(0.1), Some(1));
    }

    /// Truth of the simulations: omega^2 .09, of which .03 is the cluster's; sigma_A^2 .25 and sigma_B^2
    /// .16 on average, with items of little and of much luck.
    const TRUE: VarianceComponents = VarianceComponents { between: 0.09, baseline: 0.25, candidate: 0.16 };

    /// A pilot of `items` in clusters of 4, with repeats that `count` draws.
    fn pilot(stream: &mut Stream, items: usize, count: impl Fn(&mut Stream) -> u32) -> (Repeats, Repeats) {
        let (mut baseline, mut candidate) = (Repeats::default(), Repeats::default());
        let mut shared = 0.0;
        for item in 0..items {
            if item % 4 == 0 {
                shared = 0.03_f64.sqrt() * stream.normal();
            }
            let level = 2.0 * stream.normal();
            let gain = shared + 0.06_f64.sqrt() * stream.normal();
            let luck = if item % 2 == 0 { 0.5_f64 } else { 1.5 };
            for (side, mean, part) in
                [(&mut baseline, level, TRUE.baseline), (&mut candidate, level + gain, TRUE.candidate)]
            {
                let repeats = count(stream);
                side.push((0..repeats).map(|_| mean + (luck * part).sqrt() * stream.normal()));
            }
        }
        (baseline, candidate)
    }

    fn differences(baseline: &Repeats, candidate: &Repeats) -> Vec<f64> {
        std::iter::zip(baseline.items(), candidate.items())
            .map(|(a, b)| moments::mean(b) - moments::mean(a))
            .collect()
    }

    /// 1 to 5 repeats an item: every mean within 3 standard errors of the truth, which are below 1.5 %.
    #[test]
    fn the_parts_are_unbiased() {
        let streams = Streams::new(20_260_101, Purpose::Simulation);
        let found: Vec<VarianceComponents> = (0..2000)
            .map(|number| {
                let mut stream = streams.replicate(number);
                let (baseline, candidate) = pilot(&mut stream, 80, |stream| 1 + stream.below(5));
                variance_components(&baseline, &candidate).unwrap()
            })
            .collect();
        // sd^2, and with it omega^2, falls short by .03 (4 - 1) / (80 - 1).
        let between = TRUE.between - 0.03 * 3.0 / 79.0;
        for (name, wanted, part) in [
            ("omega^2", between, (|p: &VarianceComponents| p.between) as fn(&VarianceComponents) -> f64),
            ("sigma_A^2", TRUE.baseline, |p| p.baseline),
            ("sigma_B^2", TRUE.candidate, |p| p.candidate),
        ] {
            let values: Vec<f64> = found.iter().map(part).collect();
            let (mean, error) = (moments::mean(&values), moments::sd(&values) / (values.len() as f64).sqrt());
            println!("{name}: {mean:.5} +- {error:.5} for {wanted:.5}");
            assert!((mean - wanted).abs() < 3.0 * error && error < 0.015 * wanted, "{name}: {mean} {error}");
        }
    }

    /// From pilots with 2 repeats: what the mean difference of 200 items with 8 repeats scatters by.
    #[test]
    fn other_repeats_and_clusters_are_foretold() {
        let streams = Streams::new(20_260_102, Purpose::Simulation);
        let clusters: Vec<u32> = (0..200).map(|item| item / 4).collect();
        let mut foretold = Vec::new();
        let mut means = Vec::new();
        for number in 0..2000 {
            let mut stream = streams.replicate(number);
            let (baseline, candidate) = pilot(&mut stream, 200, |_| 2);
            let d = differences(&baseline, &candidate);
            let deff = 1.0 + icc::anova(&d, &clusters).unwrap().icc.max(0.0) * 3.0;
            let parts = variance_components(&baseline, &candidate).unwrap();
            foretold.push(RepeatsPlan::new(parts, moments::sd(&d), deff).variance(8.0) / 200.0);
            let (baseline, candidate) = pilot(&mut stream, 200, |_| 8);
            means.push(moments::mean(&differences(&baseline, &candidate)));
        }
        let (foretold, seen) = (moments::mean(&foretold), moments::sd(&means).powi(2));
        println!("variance of the mean: foretold {foretold:.6}, seen {seen:.6}");
        // The variance of 2000 means is known to 3.2 %.
        assert!((foretold / seen - 1.0).abs() < 0.1, "{foretold} {seen}");
    }

    /// The items that 4 repeats need for power .80 give it to the t test of cluster means.
    #[test]
    fn the_items_needed_are_enough() {
        let alpha = Alpha::new(0.05).unwrap();
        // Four items a cluster that share .03: deff sd^2 = sd^2 + 3 * .03.
        let sd = (TRUE.between + (TRUE.baseline + TRUE.candidate) / 4.0).sqrt();
        let variance = RepeatsPlan::new(TRUE, sd, 1.0 + 0.09 / (sd * sd)).variance(4.0);
        let needed = planning::required_n(0.05, 0.0, variance.sqrt(), 1.0, alpha, 0.8, Sides::One).unwrap();
        let clusters = needed.div_ceil(4);
        let streams = Streams::new(20_260_103, Purpose::Simulation);
        let shown = (0..2000)
            .filter(|number| {
                let mut stream = streams.replicate(*number);
                let (baseline, candidate) = pilot(&mut stream, 4 * clusters as usize, |_| 4);
                let d = differences(&baseline, &candidate);
                let means: Vec<f64> = d.chunks(4).map(|cluster| 0.05 + moments::mean(cluster)).collect();
                let t = moments::mean(&means) / (moments::sd(&means) / (clusters as f64).sqrt());
                tails::student_sf(t, clusters as f64 - 1.0) <= 0.05
            })
            .count();
        let power = shown as f64 / 2000.0;
        println!("{needed} items, power {power:.3}");
        // Two standard errors are .018.
        assert!((power - 0.8).abs() < 0.02, "{power}");
    }
}
