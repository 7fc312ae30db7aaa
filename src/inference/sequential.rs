//! Looking more than once: evidence that holds at every look, and looks planned beforehand.

use std::collections::BTreeMap;

use super::evalue::PairEvidence;
use super::wealth::Wealth;
use super::{Estimate, Sample, infer};
use crate::domain::{Alpha, Diagnostic, Digest, Plan};

/// What the data have shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Evidence {
    /// delta lies above the value of the claim.
    For,
    /// delta lies below it.
    Against,
}

/// Puts items into an order that is random, yet the same for the same seed and ids however a file
/// is sorted, and hands out each item once.
///
/// The place of an item is SHA-256(seed as 8 bytes, little-endian, then the id). An item that comes at a
/// later look is appended, so that what was concluded from earlier items never changes. That is valid
/// as long as *when* an item arrives has nothing to do with its difference: the items of one look are
/// shuffled, the looks are not.
#[derive(Clone, Debug)]
pub struct Arrivals {
    seed: u64,
    seen: BTreeMap<Digest, f64>,
}

/// The items of one look beside those of earlier looks.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Batch {
    /// Differences of the items that are new, in the order of their keys.
    pub fresh: Vec<f64>,
    /// Items of earlier looks whose difference is another one now; the first one stands.
    pub changed: usize,
    /// Items of earlier looks that are gone; they stay counted.
    pub gone: usize,
}

impl Arrivals {
    /// Before the first look.
    #[must_use]
    pub fn new(seed: u64) -> Self {
        Self { seed, seen: BTreeMap::new() }
    }

    /// Sorts out one look: every item's id, once, and difference.
    pub fn admit<'a>(&mut self, items: impl Iterator<Item = (&'a str, f64)>) -> Batch {
        let mut batch = Batch::default();
        let (before, mut known) = (self.seen.len(), 0);
        let mut fresh = Vec::new();
        for (id, difference) in items {
            let key = Digest::of(&[&self.seed.to_le_bytes(), id.as_bytes()].concat());
            match self.seen.get(&key) {
                Some(first) => {
                    known += 1;
                    batch.changed += usize::from(*first != difference);
                }
                None => fresh.push((key, difference)),
            }
        }
        fresh.sort_unstable_by_key(|(key, _)| *key);
        batch.gone = before - known;
        batch.fresh = fresh.iter().map(|(_, difference)| *difference).collect();
        self.seen.extend(fresh);
        batch
    }
}

/// An e-process for one direction.
#[derive(Clone, Debug)]
enum Process {
    Pairs(PairEvidence),
    Bets(Box<Wealth>),
}

impl Process {
    fn push(&mut self, difference: f64) -> f64 {
        match self {
            // Concordant items change nothing: most need no beta function.
            Self::Pairs(pairs) if difference == 0.0 => pairs.ln_e(),
            Self::Pairs(pairs) => pairs.push(difference),
            Self::Bets(wealth) => wealth.push(difference),
        }
    }

    fn ln_e(&self) -> f64 {
        match self {
            Self::Pairs(pairs) => pairs.ln_e(),
            Self::Bets(wealth) => wealth.ln_e(),
        }
    }

    fn p(&self) -> f64 {
        match self {
            Self::Pairs(pairs) => pairs.p(),
            Self::Bets(wealth) => wealth.p(),
        }
    }
}

/// Is delta above the value of the claim, or below it, at whatever moment one looks?
///
/// Two e-processes: one against H0 "delta <= `min_delta`", one against "delta >= `min_delta`"; the
/// second is the first on differences of the other sign. Either stops the test once its e reaches
/// 1/alpha, which under its H0 ever happens with probability of at most alpha (Ville). O(1) an item.
///
/// Items must be independent, and come in an order that has nothing to do with their differences
/// ([`Arrivals`]): on items sorted by subject, no item-level method keeps its level.
#[derive(Clone, Debug)]
pub struct Sequential {
    above: Process,
    below: Process,
    alpha: Alpha,
    used: u64,
    sum: f64,
    stopped: Option<Evidence>,
}

impl Sequential {
    /// For 0/1 scores and the claim delta > 0: the beta mixture of the discordant pairs.
    #[must_use]
    pub fn of_pairs(alpha: Alpha) -> Self {
        Self::new(Process::Pairs(PairEvidence::default()), Process::Pairs(PairEvidence::default()), alpha)
    }

    /// For scores within `low`..`high` and any claim: the betting mixture on differences within
    /// `low - high`..`high - low`.
    #[must_use]
    pub fn of_bounded(min_delta: f64, low: f64, high: f64, alpha: Alpha) -> Self {
        let bets = |null| Process::Bets(Box::new(Wealth::new(null, low - high, high - low)));
        Self::new(bets(min_delta), bets(-min_delta), alpha)
    }

    fn new(above: Process, below: Process, alpha: Alpha) -> Self {
        Self { above, below, alpha, used: 0, sum: 0.0, stopped: None }
    }

    /// One more oriented difference. Once stopped, more items change nothing.
    pub fn push(&mut self, difference: f64) -> Option<Evidence> {
        if self.stopped.is_some() {
            return self.stopped;
        }
        self.used += 1;
        self.sum += difference;
        let enough = -self.alpha.get().ln();
        let (above, below) = (self.above.push(difference), self.below.push(-difference));
        self.stopped = match (above >= enough, below >= enough) {
            (true, _) => Some(Evidence::For),
            (false, true) => Some(Evidence::Against),
            (false, false) => None,
        };
        self.stopped
    }

    /// What stopped it, if anything did.
    #[must_use]
    pub fn stopped(&self) -> Option<Evidence> {
        self.stopped
    }

    /// Items used; after a stop, those up to it.
    #[must_use]
    pub fn used(&self) -> u64 {
        self.used
    }

    /// Mean difference of the items used; 0 before the first. After an early stop it lies, on average,
    /// further out than the truth.
    #[must_use]
    pub fn delta(&self) -> f64 {
        if self.used == 0 { 0.0 } else { self.sum / self.used as f64 }
    }

    /// ln of the e-values for and against the claim as they stand.
    #[must_use]
    pub fn ln_e(&self) -> (f64, f64) {
        (self.above.ln_e(), self.below.ln_e())
    }

    /// The anytime-valid p-values of "delta <= `min_delta`" and of "delta >= `min_delta`".
    #[must_use]
    pub fn p(&self) -> (f64, f64) {
        (self.above.p(), self.below.p())
    }

    /// Bounds for delta, each valid at 1 - alpha at every look; `None` for discordant pairs, whose
    /// e-value tests 0 alone.
    #[must_use]
    pub fn bounds(&self) -> Option<(f64, f64)> {
        match (&self.above, &self.below) {
            (Process::Bets(above), Process::Bets(below)) => {
                Some((above.lower(self.alpha), -below.lower(self.alpha)))
            }
            _ => None,
        }
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
    #[must_use]
    pub fn new(mut plan: Plan, planned: u32) -> Option<Self> {
        plan.alpha = Alpha::new(plan.alpha.get() / f64::from(planned))?;
        (planned > 0).then_some(Self { plan, planned, used: 0, p: (1.0, 1.0), last: None, stopped: None })
    }

    /// One look at all data so far. Once stopped or used up, further looks change nothing.
    ///
    /// # Errors
    /// Those of [`infer`].
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
    #[must_use]
    pub fn stopped(&self) -> Option<Evidence> {
        self.stopped
    }

    /// Looks that are left.
    #[must_use]
    pub fn left(&self) -> u32 {
        self.planned - self.used
    }

    /// Looks taken, and planned.
    #[must_use]
    pub fn looks(&self) -> (u32, u32) {
        (self.used, self.planned)
    }

    /// The p-values for and against the claim: N times the smallest at any look.
    #[must_use]
    pub fn p(&self) -> (f64, f64) {
        self.p
    }

    /// The estimate of the latest look; its bounds are at 1 - alpha / N.
    #[must_use]
    pub fn last(&self) -> Option<&Estimate> {
        self.last.as_ref()
    }
}

#[cfg(test)]
mod tests {
    use super::super::stream::{Purpose, Stream, Streams};
    use super::*;

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

    /// A look after each of 1000 items: under H0 neither direction is crossed in more than alpha of
    /// the runs.
    #[test]
    fn level_at_every_look() {
        type Draw = fn(&mut Stream) -> f64;
        type Start = fn() -> Sequential;
        let cases: [(&str, u64, Draw, Start); 3] = [
            ("pairs", 1500, pair, || Sequential::of_pairs(alpha())),
            ("pairs by betting", 300, pair, || Sequential::of_bounded(0.0, 0.0, 1.0, alpha())),
            ("rare losses", 400, skewed, || Sequential::of_bounded(0.0, 0.0, 1.0, alpha())),
        ];
        for (name, runs, draw, start) in cases {
            let mut crossed = [0_u64; 2];
            for run in 0..runs {
                let mut stream = Streams::new(21, Purpose::Simulation).replicate(run);
                let mut test = start();
                (0..1000).any(|_| test.push(draw(&mut stream)).is_some());
                match test.stopped() {
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
        for start in [|| Sequential::of_pairs(alpha()), || Sequential::of_bounded(0.0, 0.0, 1.0, alpha())] {
            let (mut up, mut down) = (start(), start());
            let mut stream = Streams::new(4, Purpose::Simulation).replicate(0);
            for _ in 0..2000 {
                let d = f64::from(u8::from(stream.unit() < 0.2)) - f64::from(u8::from(stream.unit() < 0.1));
                up.push(d);
                down.push(-d);
            }
            assert_eq!((up.stopped(), down.stopped()), (Some(Evidence::For), Some(Evidence::Against)));
            assert_eq!((up.used(), up.p()), (down.used(), (down.p().1, down.p().0)));
            assert!(up.used() < 2000 && up.delta() == -down.delta());
            assert!(up.p().0 <= 0.05 && up.bounds().is_none_or(|(low, _)| low >= -1e-9));
        }
    }

    #[test]
    fn a_later_look_appends() {
        let items = |n: usize| (0..n).map(|i| (format!("q{i}"), i as f64)).collect::<Vec<_>>();
        let admit = |arrivals: &mut Arrivals, items: &[(String, f64)]| {
            arrivals.admit(items.iter().map(|(id, d)| (id.as_str(), *d)))
        };
        let (few, mut many) = (items(30), items(90));
        let mut arrivals = Arrivals::new(7);
        let first = admit(&mut arrivals, &few);
        many.reverse();
        many[0].1 += 0.5;
        let second = admit(&mut arrivals, &many);
        assert_eq!((first.fresh.len(), second.fresh.len(), second.changed), (30, 60, 0));
        assert!(first.fresh.windows(2).any(|w| w[0] > w[1]), "shuffled");
        many[89].1 += 0.5;
        let third = admit(&mut arrivals, &many[1..]);
        assert_eq!(third, Batch { fresh: vec![], changed: 1, gone: 1 });
        // The order is the seed's, not the file's.
        let mut turned = few.clone();
        turned.reverse();
        assert_eq!(admit(&mut Arrivals::new(7), &turned).fresh, first.fresh);
        assert_ne!(admit(&mut Arrivals::new(8), &few).fresh, first.fresh);
    }
}
