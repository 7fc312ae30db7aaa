//! The data as inference sees them: oriented differences and the sampling units.

use crate::domain::{Code, Diagnostic};

use crate::domain::{Direction, ScoreRange};
use crate::inference::two_phase::phase::TwoPhase;
use crate::pairing::{Imputed, Pairs};

/// Paired scores in ascending order of item id, one number an item (epochs already reduced),
/// oriented so that larger is better. Every number is finite and there is at least one.
#[derive(Clone, Debug, PartialEq)]
pub struct Sample {
    /// Baseline score of each item.
    pub baseline: Vec<f64>,
    /// Candidate score of each item.
    pub candidate: Vec<f64>,
    /// Cluster of each item as 0..k, every index used; `None` where items are independent.
    pub clusters: Option<Vec<u32>>,
    /// How far the two scores lie apart, where there are only two (1 for 0/1 scores) and every item had
    /// one epoch; `None` for graded scores.
    pub two_valued: Option<f64>,
    /// How far two scores of an item can lie apart, where that is known: no difference exceeds it.
    pub span: Option<f64>,
    /// What is known of the items that these were drawn from; `None` where these are all there are.
    pub two_phase: Option<TwoPhase>,
}

/// A million squares of this are still finite.
const LARGEST: f64 = 1e145;

/// One independent draw: an item, or a cluster of items.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Unit {
    /// Sum of the differences in it.
    pub sum: f64,
    /// Number of items in it; the estimate is sum of sums / sum of sizes.
    pub size: f64,
}

/// What is known beside the pairs; `filled`: and beside the items that are no pairs.
fn two_phase(
    pairs: &Pairs,
    two_values: Option<(f64, f64)>,
    direction: Direction,
    filled: bool,
) -> Option<TwoPhase> {
    pairs.first_phase.as_ref().map(|phase| TwoPhase::of(phase, two_values, direction, filled))
}

impl Sample {
    /// Graded scores of independent items, or of items in clusters, whose range is not known.
    ///
    /// # Parameters
    /// - `baseline`, `candidate`: one score an item, same items in the same order, finite, larger is better.
    /// - `clusters`: the cluster of each item as 0..k, or `None`.
    ///
    /// # Example
    /// ```
    /// use evalsig::inference::Sample;
    ///
    /// let sample = Sample::graded(vec![0.5, 0.5, 0.0], vec![1.0, 0.5, 0.5], Some(vec![0, 0, 1]));
    /// assert_eq!((sample.len(), sample.units().len()), (3, 2));
    /// ```
    #[must_use]
    pub fn graded(baseline: Vec<f64>, candidate: Vec<f64>, clusters: Option<Vec<u32>>) -> Self {
        Self { baseline, candidate, clusters, two_valued: None, span: None, two_phase: None }
    }

    /// Orients paired scores so that larger is better.
    ///
    /// # Parameters
    /// - `pairs`: the paired items.
    /// - `direction`: whether larger or smaller scores are better.
    ///
    /// # Example
    /// ```
    /// use evalsig::domain::{Claim, Direction, Item, Plan, RunFrameBuilder, RunMetadata, Score};
    /// use evalsig::inference::Sample;
    /// use evalsig::pairing::pair;
    ///
    /// let run = |scores: [f64; 2]| {
    ///     let mut rows = RunFrameBuilder::default();
    ///     for (id, score) in ["a", "b"].into_iter().zip(scores) {
    ///         rows.push(Item { id, epoch: 0, cluster: None, score: Ok(Score::new(score).expect("finite")) });
    ///     }
    ///     rows.finish(RunMetadata::default())
    /// };
    /// let plan = Plan::of(Claim::Above { min_delta: 0.0 });
    /// let pairs = pair(&run([3.0, 5.0])?, &run([2.0, 5.5])?, &plan)?;
    /// // Where less is better, the first item improved.
    /// assert_eq!(Sample::of(&pairs, Direction::LowerIsBetter).differences(), [1.0, -0.5]);
    /// # Ok::<(), evalsig::domain::Diagnostic>(())
    /// ```
    #[must_use]
    pub fn of(pairs: &Pairs, direction: Direction) -> Self {
        let orient = |scores: &[f64]| scores.iter().map(|s| s * direction.sign()).collect();
        Self {
            baseline: orient(&pairs.baseline),
            candidate: orient(&pairs.candidate),
            clusters: pairs.clusters.clone(),
            two_valued: pairs.two_values.map(|(low, high)| high - low),
            span: pairs.range.map(|known| known.range.span()),
            two_phase: two_phase(pairs, pairs.two_values, direction, false),
        }
    }

    /// The sample that would be there if nothing were missing and every missing score were the worst
    /// for the candidate (`worst`), or the best.
    #[must_use]
    pub(crate) fn filled(pairs: &Pairs, range: ScoreRange, direction: Direction, worst: bool) -> Self {
        let lowest = worst == (direction == Direction::HigherIsBetter);
        let Imputed { baseline, candidate, clusters, one_epoch } = pairs.filled(range, lowest);
        let orient = |scores: Vec<f64>| scores.into_iter().map(|s| s * direction.sign()).collect();
        let two_values = pairs.two_values.filter(|ends| one_epoch && *ends == (range.lo(), range.hi()));
        Self {
            baseline: orient(baseline),
            candidate: orient(candidate),
            clusters,
            two_valued: two_values.map(|(low, high)| high - low),
            span: Some(range.span()),
            two_phase: two_phase(pairs, two_values, direction, true),
        }
    }

    /// Number of paired items.
    ///
    /// # Example
    /// ```
    /// use evalsig::inference::Sample;
    ///
    /// let sample = Sample::graded(vec![0.5, 0.5, 0.0], vec![1.0, 0.5, 0.5], Some(vec![0, 0, 1]));
    /// assert_eq!(sample.len(), 3);
    /// ```
    #[must_use]
    pub fn len(&self) -> usize {
        self.baseline.len()
    }

    /// Whether there is no pair; `pairing` never makes such a sample.
    ///
    /// # Example
    /// ```
    /// use evalsig::inference::Sample;
    ///
    /// let sample = Sample::graded(vec![0.5, 0.5, 0.0], vec![1.0, 0.5, 0.5], Some(vec![0, 0, 1]));
    /// assert!(!sample.is_empty());
    /// ```
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.baseline.is_empty()
    }

    /// Refuses what no method can work on: nothing, or scores whose squares would overflow.
    pub(crate) fn check(&self) -> Result<(), Diagnostic> {
        if self.is_empty() {
            return Err(Code::TooFewItems
                .at("items")
                .what("there is no paired item")
                .next("pair some items"));
        }
        let largest = self.largest();
        if largest > 0.0 && largest < 1.0 / LARGEST {
            return Err(Code::MethodDoesNotFit
                .at("items")
                .what(format!("no score is larger than {largest:e}, too small to be squared and summed"))
                .next("rescale the metric"));
        }
        if largest > LARGEST {
            return Err(Code::MethodDoesNotFit
                .at("items")
                .what(format!("a score of {largest:e} is too large to be squared and summed"))
                .next("rescale the metric"));
        }
        Ok(())
    }

    /// The largest score, regardless of its sign.
    #[must_use]
    pub(crate) fn largest(&self) -> f64 {
        self.baseline.iter().chain(&self.candidate).fold(0.0, |top, score| top.max(score.abs()))
    }

    /// How far apart two differences may lie by rounding alone: scores of 0.3 and 0.1 differ by
    /// 0.19999999999999998, and 0.5 and 0.3 by 0.2.
    #[must_use]
    pub(crate) fn resolution(&self) -> f64 {
        4.0 * f64::EPSILON * self.largest()
    }

    /// Candidate minus baseline, oriented: positive is better.
    ///
    /// # Returns
    /// One difference an item, in the order of the sample, in units of the score.
    ///
    /// # Example
    /// ```
    /// use evalsig::inference::Sample;
    ///
    /// let sample = Sample::graded(vec![0.5, 0.5, 0.0], vec![1.0, 0.5, 0.5], Some(vec![0, 0, 1]));
    /// assert_eq!(sample.differences(), [0.5, 0.0, 0.5]);
    /// ```
    #[must_use]
    pub fn differences(&self) -> Vec<f64> {
        self.each_difference().collect()
    }

    /// The same, one by one: of ten million items a list takes 80 MB.
    fn each_difference(&self) -> impl Iterator<Item = f64> {
        self.candidate.iter().zip(&self.baseline).map(|(c, b)| c - b)
    }

    /// The items as units, whatever clusters they belong to.
    ///
    /// # Returns
    /// One unit an item, of size 1.
    ///
    /// # Example
    /// ```
    /// use evalsig::inference::Sample;
    ///
    /// let sample = Sample::graded(vec![0.5, 0.5, 0.0], vec![1.0, 0.5, 0.5], Some(vec![0, 0, 1]));
    /// assert!(sample.items().iter().all(|unit| unit.size == 1.0));
    /// ```
    #[must_use]
    pub fn items(&self) -> Vec<Unit> {
        self.each_difference().map(|sum| Unit { sum, size: 1.0 }).collect()
    }

    /// Number of clusters; `None` where items are independent.
    #[must_use]
    pub(crate) fn cluster_count(&self) -> Option<usize> {
        self.clusters.as_ref().map(|clusters| clusters.iter().max().map_or(0, |top| *top as usize + 1))
    }

    /// The sampling units: clusters where the sample has them, else items.
    ///
    /// # Returns
    /// One unit a cluster, in the order of the cluster numbers; one an item without clusters.
    ///
    /// # Example
    /// ```
    /// use evalsig::inference::Sample;
    ///
    /// let sample = Sample::graded(vec![0.5, 0.5, 0.0], vec![1.0, 0.5, 0.5], Some(vec![0, 0, 1]));
    /// use evalsig::inference::Unit;
    /// assert_eq!(sample.units(), [Unit { sum: 0.5, size: 2.0 }, Unit { sum: 0.5, size: 1.0 }]);
    /// ```
    #[must_use]
    pub fn units(&self) -> Vec<Unit> {
        let (Some(clusters), Some(k)) = (&self.clusters, self.cluster_count()) else {
            return self.items();
        };
        let mut units = vec![Unit { sum: 0.0, size: 0.0 }; k];
        for (difference, cluster) in self.each_difference().zip(clusters) {
            if let Some(unit) = units.get_mut(*cluster as usize) {
                unit.sum += difference;
                unit.size += 1.0;
            }
        }
        units
    }

    /// Pairs by outcome for scores of two values: (broken, fixed, items). Broken: baseline right, candidate
    /// wrong. `None` for graded scores.
    #[must_use]
    pub(crate) fn discordance(&self) -> Option<(u64, u64, u64)> {
        let count = |sign: f64| self.each_difference().filter(|d| d * sign > 0.0).count() as u64;
        self.two_valued.map(|_| (count(-1.0), count(1.0), self.len() as u64))
    }
}
