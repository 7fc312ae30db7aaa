//! Two ascending sequences of items become pairs, and what has no partner becomes a gap.

use super::errors;
use std::collections::BTreeMap;

use super::epoch_reduction::{Reduced, ReducedItem};
use super::missing_data::{ABSENT, EPOCH_ABSENT, EpochTally, ITEM_ABSENT, IncompleteItem, MissingData};
use crate::domain::{Diagnostic, TextColumn};

/// Two runs, merged.
pub(super) struct Joined<'a> {
    pub(super) ids: TextColumn,
    pub(super) baseline: Vec<f64>,
    pub(super) candidate: Vec<f64>,
    /// Cluster name of each pair where either run carries clusters.
    pub(super) clusters: Vec<&'a str>,
    /// Items with something missing: their row among the pairs, and both sides.
    pub(super) gaps: Vec<(Option<usize>, EpochTally, EpochTally)>,
    /// Cluster name of each gap, where its runs know one.
    pub(super) others: Vec<Option<&'a str>>,
    pub(super) one_epoch: bool,
    pub(super) unequal_epochs: usize,
}

/// Merges two ascending sequences of items, and adds to what is missing what only both together show.
pub(super) fn join<'a>(left: &mut Reduced<'a>, right: &mut Reduced<'a>) -> Result<Joined<'a>, Diagnostic> {
    let room = left.rows.len().min(right.rows.len());
    let mut joined = Joined {
        ids: TextColumn::default(),
        baseline: Vec::with_capacity(room),
        candidate: Vec::with_capacity(room),
        clusters: Vec::new(),
        gaps: Vec::new(),
        others: Vec::new(),
        one_epoch: true,
        unequal_epochs: 0,
    };
    let (mut only_left, mut only_right) = (0, 0);
    let mut lost = [0, 0];
    let mut rights = right.rows.iter().peekable();
    for l in &left.rows {
        while let Some(r) = rights.next_if(|r| r.id < l.id) {
            joined.gap(None, ABSENT, r.side, r.cluster);
            only_right += 1;
        }
        match rights.next_if(|r| r.id == l.id) {
            Some(r) => {
                // An epoch that the run has of other items. What the other run has of other items and lacks
                // here as well was not planned for this one.
                let lacks = |of: u64, run: u64, other: u64, other_run: u64| match of {
                    // Counted already: it has none of the epochs that the rule takes.
                    0 => 0,
                    of => (run & !of & !(other_run & !other)).count_ones(),
                };
                let lacking = [
                    lacks(l.epochs, left.epochs, r.epochs, right.epochs),
                    lacks(r.epochs, right.epochs, l.epochs, left.epochs),
                ];
                lost.iter_mut().zip(lacking).for_each(|(sum, more)| *sum += u64::from(more));
                joined.match_up(l, r, lacking)?;
            }
            None => {
                joined.gap(None, l.side, ABSENT, l.cluster);
                only_left += 1;
            }
        }
    }
    for r in rights {
        joined.gap(None, ABSENT, r.side, r.cluster);
        only_right += 1;
    }
    let [lost_left, lost_right] = lost;
    for (missing, items, epochs) in
        [(&mut left.missing, only_right, lost_left), (&mut right.missing, only_left, lost_right)]
    {
        for (why, count) in [(ITEM_ABSENT, items), (EPOCH_ABSENT, epochs)] {
            if count > 0 {
                *missing.entry(why).or_insert(0) += count;
            }
        }
    }
    Ok(joined)
}

impl<'a> Joined<'a> {
    /// An item that both runs hold.
    fn match_up(
        &mut self,
        l: &ReducedItem<'a>,
        r: &ReducedItem<'a>,
        [left_lacks, right_lacks]: [u32; 2],
    ) -> Result<(), Diagnostic> {
        if let (Some(a), Some(b)) = (l.cluster, r.cluster)
            && a != b
        {
            return Err(errors::cluster_conflict(l.id, a, b));
        }
        let cluster = l.cluster.or(r.cluster);
        let scored = l.side.scored > 0 && r.side.scored > 0;
        let [left, right] = [l.side.lacking(left_lacks), r.side.lacking(right_lacks)];
        if left.missing > 0 || right.missing > 0 {
            self.gap(scored.then_some(self.baseline.len()), left, right, cluster);
        }
        if scored {
            self.ids.push(l.id);
            self.baseline.push(l.side.mean());
            self.candidate.push(r.side.mean());
            self.clusters.extend(cluster);
            self.one_epoch &= l.side.scored == 1 && r.side.scored == 1;
            self.unequal_epochs += usize::from(l.side.scored != r.side.scored);
        }
        Ok(())
    }

    fn gap(
        &mut self,
        row: Option<usize>,
        baseline: EpochTally,
        candidate: EpochTally,
        cluster: Option<&'a str>,
    ) {
        self.gaps.push((row, baseline, candidate));
        self.others.push(cluster);
    }
}

/// Cluster names of the pairs as 0..k in ascending order of name, every index used; and those of other
/// items, numbered on from k where no pair is in their cluster. An item whose cluster nobody names is one
/// of its own.
pub(super) fn dense(names: &[&str], others: &[Option<&str>]) -> (Option<Vec<u32>>, Vec<Option<u32>>) {
    if names.is_empty() {
        return (None, vec![None; others.len()]);
    }
    let mut index: BTreeMap<&str, u32> = names.iter().map(|name| (*name, 0)).collect();
    for (position, slot) in index.values_mut().enumerate() {
        *slot = u32::try_from(position).unwrap_or(u32::MAX);
    }
    let of_pairs = names.iter().map(|name| index.get(name).copied().unwrap_or(0)).collect();
    let mut next = u32::try_from(index.len()).unwrap_or(u32::MAX);
    let of_others = others
        .iter()
        .map(|name| {
            let known = name.and_then(|name| index.get(name).copied());
            let number = known.unwrap_or(next);
            if known.is_none() {
                next = next.saturating_add(1);
                index.extend(name.map(|name| (name, number)));
            }
            Some(number)
        })
        .collect();
    (Some(of_pairs), of_others)
}

/// What is missing, with its reasons.
pub(super) fn gaps(
    joined: &Joined<'_>,
    baseline: BTreeMap<&'static str, u64>,
    candidate: BTreeMap<&'static str, u64>,
    clusters: Vec<Option<u32>>,
) -> MissingData {
    let items = joined.gaps.iter().zip(clusters).map(|((row, baseline, candidate), cluster)| {
        IncompleteItem { row: *row, cluster, baseline: *baseline, candidate: *candidate }
    });
    MissingData { items: items.collect(), baseline, candidate }
}
