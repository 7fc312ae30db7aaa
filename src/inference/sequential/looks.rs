//! Looking more than once: evidence that holds at every look, and looks planned beforehand.

use crate::domain::{Alpha, Diagnostic, Plan};
use crate::inference::estimate::Estimate;
use crate::inference::infer::infer;
use crate::inference::sample::Sample;
use crate::inference::sequential::betting_wealth::Wealth;
use crate::inference::sequential::e_value::ln_e_discordant;

/// What the data have shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Evidence {
    /// delta lies above the value of the claim.
    For,
    /// delta lies below it.
    Against,
}

/// What is tested where items are independent.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum ItemTest {
    /// 0/1 scores and the claim delta > 0: the beta mixture of the discordant pairs.
    Pairs,
    /// Scores within `low`..`high` and the claim delta > `min_delta`: the betting mixture on differences
    /// within `low - high`..`high - low`.
    Bets {
        /// Value that delta must exceed.
        min_delta: f64,
        /// Lowest score there can be.
        low: f64,
        /// Highest score there can be; above `low`.
        high: f64,
    },
}

/// What all items so far show.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Seen {
    /// Their mean difference. Where looking ends with evidence it lies, on average, further out than the truth.
    pub delta: f64,
    /// ln of the e-values for and against the claim.
    pub ln_e: (f64, f64),
    /// Bounds for delta, each valid at 1 - alpha at every look; `None` for discordant pairs, whose e-value
    /// tests 0 alone.
    pub bounds: Option<(f64, f64)>,
}

impl ItemTest {
    /// Is delta above the value of the claim, or below it, at whatever moment one looks?
    ///
    /// Two e-values of **all** items so far: one against H0 "delta <= `min_delta`", one against
    /// "delta >= `min_delta`"; the second is the first on differences of the other sign. Both are symmetric
    /// functions of the items: pairs are counted, and the mixture of bets is a mean of products. So
    ///
    /// - the order of items, their names and a seed are nothing to it: the same differences give the same bits;
    /// - nothing has to be remembered: in whatever order the items came, their e-values along that order form
    ///   a supermartingale that starts at 1, and each look sees it at one more moment. It ever reaches 1/alpha
    ///   with a probability of at most alpha (Ville), however often one looks.
    ///
    /// Items must be independent, only be added, and come at times that have nothing to do with their
    /// differences: on items sorted by subject, no item-level method keeps its level.
    ///
    /// `differences`: oriented, at least one, in any order. O(n log n).
    ///
    /// # Parameters
    /// - `differences`: of all items so far, oriented, at least one, in any order.
    /// - `alpha`: in (0, 1), for the bounds.
    ///
    /// # Example
    /// ```
    /// use evalsig::domain::Alpha;
    /// use evalsig::inference::sequential::ItemTest;
    ///
    /// let seen = ItemTest::Pairs.look(&[1.0, 0.0, 1.0, 1.0], Alpha::USUAL);
    /// assert_eq!(seen.delta, 0.75);
    /// assert!(seen.ln_e.0 > 0.0 && seen.ln_e.1 < 0.0);
    /// ```
    #[must_use]
    pub fn look(&self, differences: &[f64], alpha: Alpha) -> Seen {
        // 0 and -0 are one value, and must not be two.
        let mut sorted: Vec<f64> = differences.iter().map(|d| d + 0.0).collect();
        sorted.sort_unstable_by(f64::total_cmp);
        let delta = sorted.iter().sum::<f64>() / sorted.len().max(1) as f64;
        let (ln_e, bounds) = match *self {
            Self::Pairs => {
                let broken = sorted.iter().filter(|d| **d < 0.0).count() as u64;
                let fixed = sorted.iter().filter(|d| **d > 0.0).count() as u64;
                ((ln_e_discordant(broken, fixed), ln_e_discordant(fixed, broken)), None)
            }
            Self::Bets { min_delta, low, high } => {
                let mut above = Wealth::new(min_delta, low - high, high - low);
                let mut below = Wealth::new(-min_delta, low - high, high - low);
                for same in sorted.chunk_by(|a, b| a == b) {
                    let difference = same.first().copied().unwrap_or(0.0);
                    above.add(difference, same.len());
                    below.add(-difference, same.len());
                }
                ((above.ln_e(), below.ln_e()), Some((above.lower(alpha), -below.lower(alpha))))
            }
        };
        Seen { delta, ln_e, bounds }
    }
}

/// The looks at items so far: the strongest evidence there has been, and what stopped the test.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct ItemLooks {
    alpha: Alpha,
    p: (f64, f64),
    stopped: Option<Evidence>,
}

impl ItemLooks {
    /// Before the first look.
    ///
    /// # Parameters
    /// - `alpha`: for all looks together, in each direction.
    ///
    /// # Example
    /// ```
    /// use evalsig::domain::Alpha;
    /// use evalsig::inference::sequential::{Evidence, ItemLooks, ItemTest};
    ///
    /// let looks = ItemLooks::new(Alpha::USUAL);
    /// assert_eq!((looks.stopped(), looks.p()), (None, (1.0, 1.0)));
    /// ```
    #[must_use]
    pub fn new(alpha: Alpha) -> Self {
        Self { alpha, p: (1.0, 1.0), stopped: None }
    }

    /// After looks that were recorded with these p-values and stopped nothing.
    #[must_use]
    pub(crate) fn resumed(alpha: Alpha, p: (f64, f64)) -> Self {
        Self { alpha, p, stopped: None }
    }

    /// One more look. Once stopped, further looks change nothing.
    ///
    /// # Parameters
    /// - `seen`: what all items so far show.
    ///
    /// # Returns
    /// What stopped the test, if anything has.
    ///
    /// # Example
    /// ```
    /// use evalsig::domain::Alpha;
    /// use evalsig::inference::sequential::{Evidence, ItemLooks, ItemTest};
    ///
    /// let mut looks = ItemLooks::new(Alpha::USUAL);
    /// assert_eq!(looks.take(&ItemTest::Pairs.look(&[1.0; 3], Alpha::USUAL)), None);
    /// assert_eq!(looks.take(&ItemTest::Pairs.look(&[1.0; 9], Alpha::USUAL)), Some(Evidence::For));
    /// ```
    pub fn take(&mut self, seen: &Seen) -> Option<Evidence> {
        if self.stopped.is_none() {
            let (above, below) = seen.ln_e;
            self.p = (self.p.0.min((-above).exp()), self.p.1.min((-below).exp()));
            let enough = -self.alpha.get().ln();
            self.stopped = match (above >= enough, below >= enough) {
                (true, _) => Some(Evidence::For),
                (false, true) => Some(Evidence::Against),
                (false, false) => None,
            };
        }
        self.stopped
    }

    /// What stopped it, if anything did.
    ///
    /// # Example
    /// ```
    /// use evalsig::domain::Alpha;
    /// use evalsig::inference::sequential::{Evidence, ItemLooks, ItemTest};
    ///
    /// let mut looks = ItemLooks::new(Alpha::USUAL);
    /// looks.take(&ItemTest::Pairs.look(&[-1.0; 9], Alpha::USUAL));
    /// assert_eq!(looks.stopped(), Some(Evidence::Against));
    /// ```
    #[must_use]
    pub fn stopped(&self) -> Option<Evidence> {
        self.stopped
    }

    /// The p-values of "delta <= `min_delta`" and of "delta >= `min_delta`", valid at every look: 1 over the
    /// largest e-value at any look.
    ///
    /// # Example
    /// ```
    /// use evalsig::domain::Alpha;
    /// use evalsig::inference::sequential::{Evidence, ItemLooks, ItemTest};
    ///
    /// let mut looks = ItemLooks::new(Alpha::USUAL);
    /// looks.take(&ItemTest::Pairs.look(&[1.0; 9], Alpha::USUAL));
    /// assert!(looks.p().0 <= 0.05 && looks.p().1 == 1.0);
    /// ```
    #[must_use]
    pub fn p(&self) -> (f64, f64) {
        self.p
    }
}

/// A fixed number of looks at a test for a fixed sample, each at its share of alpha.
///
/// Where items come in clusters, the cluster is the unit, and betting on clusters is valid but all but
/// blind. So each look is the gate's test at alpha / N (Bonferroni): over all N looks, for any
/// dependence among them, a wrong answer has a probability of at most alpha if each look keeps its level.
/// The times of the looks must not depend on what the data show.
#[derive(Clone, Debug)]
pub struct PlannedLooks {
    plan: Plan,
    planned: u32,
    used: u32,
    p: (f64, f64),
    last: Option<Estimate>,
    stopped: Option<Evidence>,
}

impl PlannedLooks {
    /// Before the first of `planned` looks; `plan.alpha` is for all of them together. `None` for no
    /// look, or where alpha is too small to be shared.
    ///
    /// # Parameters
    /// - `plan`: the plan of the gate; its alpha is for all looks together.
    /// - `planned`: number of looks, at least 1.
    ///
    /// # Example
    /// ```
    /// use evalsig::domain::{Claim, Plan};
    /// use evalsig::inference::sequential::PlannedLooks;
    ///
    /// let plan = Plan::of(Claim::Above { min_delta: 0.0 });
    /// assert!(PlannedLooks::new(plan.clone(), 3).is_some());
    /// assert!(PlannedLooks::new(plan, 0).is_none());
    /// ```
    #[must_use]
    pub fn new(mut plan: Plan, planned: u32) -> Option<Self> {
        plan.alpha = Alpha::new(plan.alpha.get() / f64::from(planned))?;
        (planned > 0).then_some(Self { plan, planned, used: 0, p: (1.0, 1.0), last: None, stopped: None })
    }

    /// After `used` looks that were recorded with these p-values and stopped nothing.
    #[must_use]
    pub(crate) fn resumed(self, used: u32, p: (f64, f64)) -> Self {
        Self { used: used.min(self.planned), p, ..self }
    }

    /// One look at all data so far. Once stopped or used up, further looks change nothing.
    ///
    /// # Parameters
    /// - `sample`: all data so far.
    ///
    /// # Errors
    /// Those of [`infer`].
    ///
    /// # Example
    /// ```
    /// use evalsig::domain::{Claim, Plan};
    /// use evalsig::inference::Sample;
    /// use evalsig::inference::sequential::{Evidence, PlannedLooks};
    ///
    /// let mut plan = Plan::of(Claim::Above { min_delta: 0.0 });
    /// plan.resamples = 199;
    /// let mut looks = PlannedLooks::new(plan, 2).expect("two looks");
    /// let sample = Sample::graded(vec![0.0; 12], (1..=12).map(f64::from).collect(), None);
    /// assert_eq!(looks.look(&sample)?, Some(Evidence::For));
    /// # Ok::<(), evalsig::domain::Diagnostic>(())
    /// ```
    pub fn look(&mut self, sample: &Sample) -> Result<Option<Evidence>, Diagnostic> {
        if self.stopped.is_some() || self.left() == 0 {
            return Ok(self.stopped);
        }
        let estimate = infer(sample, &self.plan)?;
        self.used += 1;
        let null = self.plan.claim.lower_null();
        let shared = |p: f64| (p * f64::from(self.planned)).min(1.0);
        self.p = (self.p.0.min(shared(estimate.p_claim)), self.p.1.min(shared(estimate.p_against)));
        self.stopped = match (estimate.lower > null, estimate.upper < null) {
            (true, _) => Some(Evidence::For),
            (false, true) => Some(Evidence::Against),
            (false, false) => None,
        };
        self.last = Some(estimate);
        Ok(self.stopped)
    }

    /// What stopped it, if anything did.
    ///
    /// # Example
    /// ```
    /// use evalsig::domain::{Claim, Plan};
    /// use evalsig::inference::Sample;
    /// use evalsig::inference::sequential::{Evidence, PlannedLooks};
    ///
    /// let mut plan = Plan::of(Claim::Above { min_delta: 0.0 });
    /// plan.resamples = 199;
    /// let mut looks = PlannedLooks::new(plan, 2).expect("two looks");
    /// let sample = Sample::graded(vec![0.0; 12], (1..=12).map(f64::from).collect(), None);
    /// assert_eq!(looks.stopped(), None);
    /// looks.look(&sample)?;
    /// assert_eq!(looks.stopped(), Some(Evidence::For));
    /// # Ok::<(), evalsig::domain::Diagnostic>(())
    /// ```
    #[must_use]
    pub fn stopped(&self) -> Option<Evidence> {
        self.stopped
    }

    /// Looks that are left.
    #[must_use]
    pub(crate) fn left(&self) -> u32 {
        self.planned - self.used
    }

    /// The p-values for and against the claim: N times the smallest at any look.
    ///
    /// # Example
    /// ```
    /// use evalsig::domain::{Claim, Plan};
    /// use evalsig::inference::Sample;
    /// use evalsig::inference::sequential::{Evidence, PlannedLooks};
    ///
    /// let mut plan = Plan::of(Claim::Above { min_delta: 0.0 });
    /// plan.resamples = 199;
    /// let mut looks = PlannedLooks::new(plan, 2).expect("two looks");
    /// let sample = Sample::graded(vec![0.0; 12], (1..=12).map(f64::from).collect(), None);
    /// looks.look(&sample)?;
    /// assert!(looks.p().0 <= 0.05 && looks.p().1 == 1.0);
    /// # Ok::<(), evalsig::domain::Diagnostic>(())
    /// ```
    #[must_use]
    pub fn p(&self) -> (f64, f64) {
        self.p
    }

    /// The estimate of the latest look; its bounds are at 1 - alpha / N.
    ///
    /// # Example
    /// ```
    /// use evalsig::domain::{Claim, Plan};
    /// use evalsig::inference::Sample;
    /// use evalsig::inference::sequential::{Evidence, PlannedLooks};
    ///
    /// let mut plan = Plan::of(Claim::Above { min_delta: 0.0 });
    /// plan.resamples = 199;
    /// let mut looks = PlannedLooks::new(plan, 2).expect("two looks");
    /// let sample = Sample::graded(vec![0.0; 12], (1..=12).map(f64::from).collect(), None);
    /// looks.look(&sample)?;
    /// assert!(looks.last().is_some_and(|estimate| estimate.lower > 0.0));
    /// # Ok::<(), evalsig::domain::Diagnostic>(())
    /// ```
    #[must_use]
    pub fn last(&self) -> Option<&Estimate> {
        self.last.as_ref()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::numerics::stream::{Purpose, Stream, Streams};

    fn alpha() -> Alpha {
        Alpha::new(0.05).expect("a rate")
    }

    /// A mean of 0 by a loss of 0.6 in 3 of 100 items and small gains elsewhere.
    fn skewed(stream: &mut Stream) -> f64 {
        let noise = (stream.unit() - 0.5) * 0.01;
        if stream.unit() < 0.03 { -0.6 } else { 0.6 * 0.03 / 0.97 + noise }
    }

    fn pair(stream: &mut Stream) -> f64 {
        let u = stream.unit();
        if u < 0.05 {
            1.0
        } else if u < 0.10 {
            -1.0
        } else {
            0.0
        }
    }

    /// Forty looks at 1000 growing items: under H0 neither direction is crossed in more than alpha of the runs.
    #[test]
    fn level_at_every_look() {
        if !crate::domain::slow_tests::enabled() {
            return;
        }
        type Draw = fn(&mut Stream) -> f64;
        let bets = ItemTest::Bets { min_delta: 0.0, low: 0.0, high: 1.0 };
        let cases: [(&str, u64, Draw, ItemTest); 3] = [
            ("pairs", 1500, pair, ItemTest::Pairs),
            ("pairs by betting", 400, pair, bets),
            ("rare losses", 300, skewed, bets),
        ];
        for (name, runs, draw, test) in cases {
            let mut crossed = [0_u64; 2];
            for run in 0..runs {
                let mut stream = Streams::new(21, Purpose::Simulation).replicate(run);
                let d: Vec<f64> = (0..1000).map(|_| draw(&mut stream)).collect();
                let mut looks = ItemLooks::new(alpha());
                (1..=40).any(|look| looks.take(&test.look(&d[..25 * look], alpha())).is_some());
                match looks.stopped() {
                    Some(Evidence::For) => crossed[0] += 1,
                    Some(Evidence::Against) => crossed[1] += 1,
                    None => {}
                }
            }
            let most = 0.05 + 3.0 * (0.05 * 0.95 / runs as f64).sqrt();
            println!("{name}: {crossed:?} of {runs} runs crossed, at most {most:.3} may");
            assert!(crossed.iter().all(|c| *c as f64 <= most * runs as f64), "{name}: {crossed:?}");
        }
    }

    #[test]
    fn both_directions_are_mirrored() {
        let bets = ItemTest::Bets { min_delta: 0.0, low: 0.0, high: 1.0 };
        for test in [ItemTest::Pairs, bets] {
            let mut stream = Streams::new(4, Purpose::Simulation).replicate(0);
            let up: Vec<f64> = (0..2000)
                .map(|_| f64::from(u8::from(stream.unit() < 0.2)) - f64::from(u8::from(stream.unit() < 0.1)))
                .collect();
            let down: Vec<f64> = up.iter().map(|d| -d).collect();
            let (up, down) = (test.look(&up, alpha()), test.look(&down, alpha()));
            assert!((up.delta + down.delta).abs() < 1e-15);
            assert!((up.ln_e.0 - down.ln_e.1).abs() < 1e-9 && up.ln_e.0 > 3.0 && up.ln_e.1 < 0.0);
            assert!(up.bounds.is_none_or(|(low, high)| low > 0.0 && high > low));
            let (mut first, mut second) = (ItemLooks::new(alpha()), ItemLooks::new(alpha()));
            assert_eq!((first.take(&up), second.take(&down)), (Some(Evidence::For), Some(Evidence::Against)));
        }
    }

    /// Bounds and evidence are one statement: the lower bound lies above the claim where e has crossed.
    #[test]
    fn evidence_and_bounds_agree() {
        let mut stream = Streams::new(6, Purpose::Simulation).replicate(0);
        for _ in 0..200 {
            let d: Vec<f64> = (0..60).map(|_| (stream.unit() * 1.9 - 0.8).clamp(-1.0, 1.0)).collect();
            let min_delta = 0.4 * stream.unit() - 0.1;
            let seen = ItemTest::Bets { min_delta, low: 0.0, high: 1.0 }.look(&d, alpha());
            let (low, high) = seen.bounds.expect("bets have bounds");
            let line = -alpha().get().ln();
            assert!((seen.ln_e.0 >= line) == (low >= min_delta - 1e-9) || (low - min_delta).abs() < 1e-9);
            assert!((seen.ln_e.1 >= line) == (high <= min_delta + 1e-9) || (high - min_delta).abs() < 1e-9);
        }
    }

    /// Sorting items by name anew at every call once let .168 cross in 15 calls.
    #[test]
    fn the_order_of_items_changes_no_bit() {
        let mut stream = Streams::new(8, Purpose::Simulation).replicate(0);
        let mut d: Vec<f64> = (0..500).map(|_| skewed(&mut stream)).collect();
        for test in [ItemTest::Pairs, ItemTest::Bets { min_delta: -0.01, low: 0.0, high: 1.0 }] {
            let first = test.look(&d, alpha());
            d.reverse();
            d.rotate_left(123);
            assert_eq!(test.look(&d, alpha()), first);
        }
    }

    #[test]
    fn the_strongest_look_is_remembered_and_evidence_stays() {
        let strong = Seen { delta: 0.1, ln_e: (2.5, -2.0), bounds: None };
        let weak = Seen { ln_e: (0.5, 0.1), ..strong };
        let mut looks = ItemLooks::new(alpha());
        assert_eq!((looks.take(&strong), looks.take(&weak)), (None, None));
        assert_eq!(looks.p(), ((-2.5_f64).exp(), (-0.1_f64).exp()));
        let mut later = ItemLooks::resumed(alpha(), looks.p());
        let enough = Seen { ln_e: (3.1, -3.0), ..strong };
        assert_eq!(later.take(&enough), Some(Evidence::For));
        assert_eq!(later.take(&Seen { ln_e: (-9.0, 9.0), ..strong }), Some(Evidence::For));
        assert_eq!(later.p(), ((-3.1_f64).exp(), looks.p().1));
    }
}
