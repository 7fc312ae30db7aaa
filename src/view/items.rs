//! The items themselves: what the envelope does not hold, and both runs do.

use std::cmp::Ordering;
use std::collections::BTreeMap;

use crate::domain::{Direction, RunFrame};
use crate::numerics::tails::student_isf;
use crate::pairing::Pairs;

/// What became of the items from baseline to candidate. Differences are candidate minus baseline, sign turned when
/// lower scores are better, in units of the score.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Items {
    /// Items that the candidate does worse, worst first; ties in ascending order of id. At most as many as were
    /// asked for.
    pub worse: Vec<ItemChange>,
    /// Items that it does better, best first.
    pub better: Vec<ItemChange>,
    /// How many items there are of both kinds, and without a change.
    pub counts: (u64, u64, u64),
    /// Right and wrong in both runs, where every score is one of two.
    pub outcomes: Option<Outcomes>,
    /// Differences in bins of one width: lower edge, upper edge, items. Empty where scores are one of two.
    pub histogram: Vec<(f64, f64, u64)>,
    /// Groups of items, the one that lost most first; empty where there are none. Of many the first and the last ones.
    pub clusters: Vec<ClusterChange>,
    /// How many groups were left out between them.
    pub clusters_left_out: usize,
    /// Means of each repeat; empty where items were run once.
    pub epochs: Vec<EpochMeans>,
}

/// One item whose score changed.
#[derive(Clone, Debug, PartialEq)]
pub struct ItemChange {
    /// Its id.
    pub id: String,
    /// The group it belongs to.
    pub cluster: Option<String>,
    /// Score of the baseline; the mean over repeats where there are some.
    pub baseline: f64,
    /// Score of the candidate.
    pub candidate: f64,
    /// The difference: above 0 is better.
    pub difference: f64,
}

/// How many items were right or wrong in both runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Outcomes {
    /// Right in both.
    pub both_right: u64,
    /// Wrong in the baseline, right in the candidate.
    pub fixed: u64,
    /// Right in the baseline, wrong in the candidate.
    pub broken: u64,
    /// Wrong in both.
    pub both_wrong: u64,
}

/// A group of items.
#[derive(Clone, Debug, PartialEq)]
pub struct ClusterChange {
    /// Its name.
    pub name: String,
    /// Paired items.
    pub items: u64,
    /// Items that the candidate does worse.
    pub worse: u64,
    /// Items that it does better.
    pub better: u64,
    /// Mean difference.
    pub difference: f64,
    /// Its 95 % interval by itself (Student's t, not corrected for looking at many); `None` below two items or where
    /// all differences are the same.
    pub interval: Option<(f64, f64)>,
}

/// Mean scores of one repeat over the paired items that have it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct EpochMeans {
    /// Which repeat.
    pub epoch: u32,
    /// Mean of the baseline.
    pub baseline: Option<f64>,
    /// Mean of the candidate.
    pub candidate: Option<f64>,
}

/// How many groups are kept at each end: more than any renderer shows. Of a million the rest would take as much memory as
/// the run.
const GROUPS: usize = 64;

/// Bins of the histogram.
const BINS: u32 = 21;

impl Items {
    /// What became of the pairs of both runs; of the changed items at most `most` each way.
    #[must_use]
    pub fn of(pairs: &Pairs, runs: [&RunFrame; 2], direction: Direction, most: usize) -> Self {
        let sign = direction.sign();
        let differences: Vec<f64> = pairs
            .candidate
            .iter()
            .zip(&pairs.baseline)
            .map(|(after, before)| (after - before) * sign)
            .collect();
        let groups = Groups::of(pairs, runs);
        let change = |row: usize| -> Option<ItemChange> {
            Some(ItemChange {
                id: pairs.ids.get(row).to_owned(),
                cluster: groups.name(row).map(str::to_owned),
                baseline: *pairs.baseline.get(row)?,
                candidate: *pairs.candidate.get(row)?,
                difference: *differences.get(row)?,
            })
        };
        let listed = |wanted: fn(f64) -> bool| {
            let size = |row: &usize| differences.get(*row).map_or(0.0, |difference| difference.abs());
            let mut rows: Vec<usize> =
                (0..).zip(&differences).filter(|(_, d)| wanted(**d)).map(|(row, _)| row).collect();
            let count = rows.len() as u64;
            // Largest first; rows ascend by id, so ties do too. A million changes are not sorted for the sake of ten.
            let order = |a: &usize, b: &usize| size(b).total_cmp(&size(a)).then(a.cmp(b));
            if most < rows.len() {
                rows.select_nth_unstable_by(most, order);
                rows.truncate(most);
            }
            rows.sort_unstable_by(order);
            (count, rows.into_iter().filter_map(change).collect::<Vec<_>>())
        };
        let (fewer, worse) = listed(|difference| difference < 0.0);
        let (more, better) = listed(|difference| difference > 0.0);
        let same = (differences.len() as u64).saturating_sub(fewer + more);
        let outcomes = pairs.two_values.map(|values| outcomes(pairs, values, direction));
        let histogram = if outcomes.is_some() { Vec::new() } else { histogram(&differences) };
        let (clusters, clusters_left_out) = groups.changes(&differences);
        Self {
            clusters,
            clusters_left_out,
            epochs: if pairs.one_epoch { Vec::new() } else { epochs(pairs, runs) },
            counts: (fewer, more, same),
            worse,
            better,
            outcomes,
            histogram,
        }
    }
}

fn outcomes(pairs: &Pairs, (low, high): (f64, f64), direction: Direction) -> Outcomes {
    let right = if direction == Direction::HigherIsBetter { high } else { low };
    let mut found = Outcomes { both_right: 0, fixed: 0, broken: 0, both_wrong: 0 };
    for (before, after) in pairs.baseline.iter().zip(&pairs.candidate) {
        let cell = match (*before == right, *after == right) {
            (true, true) => &mut found.both_right,
            (false, true) => &mut found.fixed,
            (true, false) => &mut found.broken,
            (false, false) => &mut found.both_wrong,
        };
        *cell += 1;
    }
    found
}

/// Bins that lie evenly around 0, so that the middle one holds what changed little; their width is a round number.
fn histogram(differences: &[f64]) -> Vec<(f64, f64, u64)> {
    let widest = differences.iter().fold(0.0_f64, |widest, d| widest.max(d.abs()));
    let Some(width) = round_width(2.0 * widest / f64::from(BINS)) else { return Vec::new() };
    let half = width * f64::from(BINS) / 2.0;
    let mut counts = vec![0_u64; BINS as usize];
    for difference in differences {
        let bin = ((difference + half) / width).floor().clamp(0.0, f64::from(BINS - 1)) as usize;
        if let Some(count) = counts.get_mut(bin) {
            *count += 1;
        }
    }
    let edge = |bin: u32| width * (f64::from(bin) - f64::from(BINS) / 2.0);
    (0..BINS).zip(counts).map(|(bin, count)| (edge(bin), edge(bin + 1), count)).collect()
}

/// The smallest of 1, 2 and 5 times a power of ten that is not below `least`; `None` where nothing differs.
fn round_width(least: f64) -> Option<f64> {
    // Read, not computed: the same number on every machine.
    let mut widths =
        (-15..=15).flat_map(|power| [1, 2, 5].map(|digit| format!("{digit}e{power}").parse().ok()));
    if least > 0.0 {
        widths.find_map(|width: Option<f64>| width.filter(|width| *width >= least))
    } else {
        None
    }
}

/// The groups that the pairs belong to.
struct Groups<'a> {
    /// The run that carries them.
    run: &'a RunFrame,
    /// The number of each pair's group; empty where neither run carries any.
    of_pairs: Vec<Option<u32>>,
}

/// What became of a group.
#[derive(Clone, Default)]
struct Sums {
    items: u64,
    worse: u64,
    better: u64,
    sum: f64,
    squares: f64,
}

impl<'a> Groups<'a> {
    fn of(pairs: &Pairs, [baseline, candidate]: [&'a RunFrame; 2]) -> Self {
        let run = if baseline.is_clustered() { baseline } else { candidate };
        let mut rows = run.cluster_numbers().peekable();
        let number = |index: usize| {
            let id = pairs.ids.get(index);
            while rows.next_if(|(other, _)| *other < id).is_some() {}
            rows.peek().filter(|(other, _)| *other == id).map(|(_, number)| *number)
        };
        let count = if run.is_clustered() { pairs.ids.len() } else { 0 };
        Self { run, of_pairs: (0..count).map(number).collect() }
    }

    /// The name of a pair's group.
    fn name(&self, pair: usize) -> Option<&'a str> {
        self.of_pairs.get(pair).copied().flatten().map(|number| self.run.cluster_name(number))
    }

    /// The groups that lost most and those that won most, in ascending order of what they won, equal ones of their
    /// names; and how many lie between.
    fn changes(&self, differences: &[f64]) -> (Vec<ClusterChange>, usize) {
        let mut sums = vec![Sums::default(); self.run.cluster_count().unwrap_or(0)];
        for (difference, number) in differences.iter().zip(&self.of_pairs) {
            let Some(of) = number.and_then(|number| sums.get_mut(number as usize)) else { continue };
            of.items += 1;
            of.worse += u64::from(*difference < 0.0);
            of.better += u64::from(*difference > 0.0);
            of.sum += difference;
            of.squares += difference * difference;
        }
        let mut found: Vec<(u32, Sums)> = (0..).zip(sums).filter(|(_, of)| of.items > 0).collect();
        found.sort_unstable_by(|(a, left), (b, right)| {
            let by_sum = left.sum.partial_cmp(&right.sum).unwrap_or(Ordering::Equal);
            by_sum.then_with(|| self.run.cluster_name(*a).cmp(self.run.cluster_name(*b)))
        });
        let left_out = found.len().saturating_sub(2 * GROUPS);
        let kept = found.iter().take(GROUPS).chain(found.iter().skip(GROUPS + left_out));
        (kept.map(|(number, of)| of.change(self.run.cluster_name(*number))).collect(), left_out)
    }
}

impl Sums {
    fn change(&self, name: &str) -> ClusterChange {
        let n = self.items as f64;
        let mean = self.sum / n;
        let variance = (self.squares - n * mean * mean) / (n - 1.0);
        let half = (self.items > 1 && variance > 0.0)
            .then(|| student_isf(0.025, n - 1.0) * (variance / n).sqrt())
            .filter(|half| half.is_finite());
        ClusterChange {
            name: name.to_owned(),
            items: self.items,
            worse: self.worse,
            better: self.better,
            difference: mean,
            interval: half.map(|half| (mean - half, mean + half)),
        }
    }
}

/// The mean of each repeat over the paired items.
fn epochs(pairs: &Pairs, runs: [&RunFrame; 2]) -> Vec<EpochMeans> {
    let mut means: BTreeMap<u32, [(f64, u64); 2]> = BTreeMap::new();
    for (which, run) in runs.into_iter().enumerate() {
        let mut index = 0;
        for row in run.sorted() {
            while index < pairs.ids.len() && pairs.ids.get(index) < row.id {
                index += 1;
            }
            let paired = index < pairs.ids.len() && pairs.ids.get(index) == row.id;
            if let (true, Ok(score)) = (paired, row.score)
                && let Some((sum, count)) = means.entry(row.epoch).or_default().get_mut(which)
            {
                *sum += score.get();
                *count += 1;
            }
        }
    }
    let mean = |(sum, count): (f64, u64)| (count > 0).then(|| sum / count as f64);
    means
        .into_iter()
        .map(|(epoch, [before, after])| EpochMeans { epoch, baseline: mean(before), candidate: mean(after) })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::{GROUPS, Items};
    use crate::domain::{Claim, Direction, Item, Plan, RunFrame, RunFrameBuilder, RunMetadata, Score};
    use crate::pairing::pair;

    /// Two items in each of so many groups: one is right, the other one in these groups.
    fn run(groups: usize, right: impl Fn(usize) -> bool) -> RunFrame {
        let mut rows = RunFrameBuilder::default();
        for group in 0..groups {
            for item in 0..2 {
                let id = format!("{item}-{group:04}");
                let score = f64::from(u8::from(item == 1 || right(group)));
                let cluster = format!("g{group:04}");
                rows.push(Item {
                    id: &id,
                    epoch: 0,
                    cluster: Some(&cluster),
                    score: Ok(Score::new(score).unwrap()),
                });
            }
        }
        rows.finish(RunMetadata::default()).unwrap()
    }

    #[test]
    fn of_many_groups_those_are_kept_that_lost_most_and_won_most() {
        let changes = |groups: usize| {
            // The last three groups lose an item, the first three win one.
            let (before, after) = (run(groups, |group| group >= 3), run(groups, |group| group + 3 < groups));
            let pairs = pair(&before, &after, &Plan::of(Claim::Above { min_delta: 0.0 })).unwrap();
            Items::of(&pairs, [&before, &after], Direction::HigherIsBetter, 10)
        };
        let few = changes(2 * GROUPS);
        assert_eq!((few.clusters.len(), few.clusters_left_out), (2 * GROUPS, 0));
        let many = changes(1000);
        assert_eq!((many.clusters.len(), many.clusters_left_out), (2 * GROUPS, 1000 - 2 * GROUPS));
        let names = |from: usize, to: usize| -> Vec<&str> {
            many.clusters[from..to].iter().map(|group| group.name.as_str()).collect()
        };
        assert_eq!(names(0, 4), ["g0997", "g0998", "g0999", "g0003"]);
        assert_eq!(names(2 * GROUPS - 4, 2 * GROUPS), ["g0996", "g0000", "g0001", "g0002"]);
        let first = &many.clusters[0];
        assert_eq!((first.items, first.worse, first.better, first.difference), (2, 1, 0, -0.5));
        assert_eq!(many.worse[0].cluster.as_deref(), Some("g0997"));
    }
}
