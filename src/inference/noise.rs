//! How often would the gate fire where there is nothing to find?

use std::collections::BTreeMap;

use rayon::prelude::*;

use super::stream::{Purpose, Stream, Streams};
use super::{Sample, infer, tails};
use crate::domain::{Diagnostic, Plan};
use crate::pairing::Repeats;

/// What random splits of one run's repeats made of it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Noise {
    /// Items with two scored repeats or more: those that were split.
    pub items: usize,
    /// Random splits.
    pub splits: u32,
    /// Splits after which one half was shown to be better than the other.
    pub allowed: u32,
    /// Splits after which it was shown to be worse.
    pub rejected: u32,
}

impl Noise {
    /// The most that a share of splits may really be, at 95 %: Clopper and Pearson's upper bound.
    #[must_use]
    pub fn at_most(&self, count: u32) -> f64 {
        let (x, n) = (f64::from(count), f64::from(self.splits));
        if count >= self.splits { 1.0 } else { tails::beta_inv(0.95, x + 1.0, n - x) }
    }
}

/// Is one half of a run's repeats shown to be better, or worse, than the other half?
///
/// Each split puts the scored repeats of every item into two halves at random (one is left out where
/// their number is odd), takes the mean of each half, and asks the plan's method about delta = 0, which
/// is the truth: both halves come from one model. A split that answers "better" or "worse" is a false
/// alarm.
///
/// Given the scores, swapping the halves of an item is as likely as not, so each share is at most
/// `Plan::alpha_each` for sign flips, and near it or below for the formulas of large samples. What the
/// shares cannot show: how clusters of items move together between two models, and skewed differences
/// between them; within one model both cancel.
///
/// `repeats` scores of the items, `clusters` the cluster of each. Items with one scored repeat are left
/// out; `None` where fewer than two are left. Streams: one a split, of the plan's seed.
///
/// # Errors
/// Those of [`infer`].
pub fn noise(
    repeats: &Repeats,
    clusters: Option<&[u32]>,
    plan: &Plan,
    splits: u32,
) -> Result<Option<Noise>, Diagnostic> {
    let split: Vec<(usize, &[f64])> =
        repeats.items().enumerate().filter(|(_, scores)| scores.len() >= 2).collect();
    if split.len() < 2 {
        return Ok(None);
    }
    let clusters = clusters.map(|all| renumbered(split.iter().filter_map(|(item, _)| all.get(*item))));
    let streams = Streams::new(plan.seed, Purpose::Split);
    let (allowed, rejected) = (0..splits)
        .into_par_iter()
        .map(|number| {
            let mut stream = streams.replicate(u64::from(number));
            let (baseline, candidate) =
                split.iter().map(|(_, scores)| halves(scores, &mut stream)).unzip::<_, _, Vec<_>, Vec<_>>();
            let binary =
                [&baseline, &candidate].iter().all(|side| side.iter().all(|s| *s == 0.0 || *s == 1.0));
            let two_valued = binary.then_some(1.0);
            let sample = Sample { two_valued, ..Sample::graded(baseline, candidate, clusters.clone()) };
            let found = infer(&sample, plan)?;
            Ok((u32::from(found.lower > 0.0), u32::from(found.upper < 0.0)))
        })
        .try_reduce(|| (0, 0), |a, b| Ok((a.0 + b.0, a.1 + b.1)))?;
    Ok(Some(Noise { items: split.len(), splits, allowed, rejected }))
}

/// The means of two random halves.
fn halves(scores: &[f64], stream: &mut Stream) -> (f64, f64) {
    let mut drawn = scores.to_vec();
    for last in (1..drawn.len()).rev() {
        let other = stream.below(u32::try_from(last + 1).unwrap_or(u32::MAX)) as usize;
        drawn.swap(last, other);
    }
    let half = drawn.len() / 2;
    let mean = |part: &[f64]| part.iter().sum::<f64>() / part.len() as f64;
    (mean(drawn.get(..half).unwrap_or(&[])), mean(drawn.get(half..2 * half).unwrap_or(&[])))
}

/// Clusters as 0..k in the order in which they first come.
fn renumbered<'c>(clusters: impl Iterator<Item = &'c u32>) -> Vec<u32> {
    let mut numbers = BTreeMap::new();
    clusters
        .map(|cluster| {
            let next = u32::try_from(numbers.len()).unwrap_or(u32::MAX);
            *numbers.entry(*cluster).or_insert(next)
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::{Noise, halves, noise, renumbered};
    use crate::domain::{Claim, Plan};
    use crate::inference::stream::{Purpose, Streams};
    use crate::pairing::Repeats;

    fn plan() -> Plan {
        Plan { resamples: 199, ..Plan::of(Claim::Above { min_delta: 0.0 }) }
    }

    /// Items of every difficulty, answered `repeats` times.
    fn run(items: u64, repeats: usize) -> Repeats {
        let streams = Streams::new(5, Purpose::Simulation);
        let mut run = Repeats::default();
        for item in 0..items {
            let mut stream = streams.replicate(item);
            let rate = stream.unit();
            run.push((0..repeats).map(|_| f64::from(u8::from(stream.unit() < rate))));
        }
        run
    }

    #[test]
    fn alarms_come_no_oftener_than_alpha() {
        const SPLITS: u32 = 600;
        let clusters: Vec<u32> = (0..60).map(|item| item / 6).collect();
        for (repeats, clusters) in [(2, None), (5, None), (4, Some(&clusters[..]))] {
            let found =
                noise(&run(60, repeats), clusters, &plan(), SPLITS).expect("an answer").expect("repeats");
            assert_eq!((found.items, found.splits), (60, SPLITS));
            // .05 and three standard errors; and not never.
            for share in [found.allowed, found.rejected].map(|count| f64::from(count) / f64::from(SPLITS)) {
                assert!((0.002..0.077).contains(&share), "{repeats} {share}");
            }
        }
    }

    #[test]
    fn one_repeat_tells_nothing() {
        assert_eq!(noise(&run(50, 1), None, &plan(), 10), Ok(None));
        let mut mixed = run(2, 2);
        mixed.push([1.0]);
        assert_eq!(noise(&mixed, None, &plan(), 10).expect("an answer").map(|found| found.items), Some(2));
    }

    #[test]
    fn a_split_uses_each_repeat_once() {
        let mut stream = Streams::new(0, Purpose::Split).replicate(0);
        for _ in 0..100 {
            let (a, b) = halves(&[1.0, 2.0, 4.0, 8.0], &mut stream);
            assert_eq!(a + b, 7.5);
            let (a, b) = halves(&[1.0, 2.0, 4.0], &mut stream);
            assert!([3.0, 5.0, 6.0].contains(&(a + b)) && a != b);
        }
        assert_eq!(renumbered([7, 7, 2, 7, 9].iter()), [0, 0, 1, 0, 2]);
    }

    /// R: binom.test(3, 200, alternative = "less")$conf.int[2]
    #[test]
    fn the_bound_is_clopper_and_pearsons() {
        let noise = Noise { items: 9, splits: 200, allowed: 3, rejected: 200 };
        assert!((noise.at_most(3) - 0.038_309_708_498_568_54).abs() < 1e-9, "{}", noise.at_most(3));
        assert_eq!(noise.at_most(200), 1.0);
    }
}
