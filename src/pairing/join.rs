//! Two ascending sequences of items become pairs, and what has no partner becomes a gap.

use super::errors;
use std::collections::BTreeMap;

use super::epoch_reduction::{Reduced, ReducedItem};
use super::missing_data::{
    ABSENT, EPOCH_ABSENT, EpochTally, ITEM_ABSENT, IncompleteItem, MissingData, Reasons,
};
use crate::domain::{Diagnostic, TextColumn};

/// Two runs, merged.
pub(super) struct Joined<'a> {
    pub(super) ids: TextColumn,
    pub(super) baseline: Vec<f64>,
    pub(super) candidate: Vec<f64>,
    /// Cluster name of each pair where either run carries clusters.
    pub(super) clusters: Vec<&'a str>,
    /// Whether an item of either run has a slice.
    is_sliced: bool,
    /// Slice name of each pair, where it has one; empty where no item has.
    pub(super) slices: Vec<Option<&'a str>>,
    /// Items with something missing; their clusters are numbered by [`gaps`].
    pub(super) gaps: Vec<IncompleteItem>,
    /// Cluster and slice name of each gap, where its runs know one.
    pub(super) gap_clusters: Vec<Option<&'a str>>,
    pub(super) gap_slices: Vec<Option<&'a str>>,
    pub(super) one_epoch: bool,
    pub(super) unequal_epochs: usize,
}

/// What one run knows of an item, and why it does not know more.
type Side = (EpochTally, Option<Box<Reasons>>);

/// What a run knows of an item that it does not hold.
fn absent() -> Side {
    (ABSENT, Some(Box::new(Reasons::from([(ITEM_ABSENT, 1)]))))
}

/// Merges two ascending sequences of items, and adds to what is missing what only both together show.
pub(super) fn join<'a>(left: &Reduced<'a, '_>, right: &Reduced<'a, '_>) -> Result<Joined<'a>, Diagnostic> {
    let room = left.items.min(right.items);
    let mut joined = Joined {
        ids: TextColumn::default(),
        baseline: Vec::with_capacity(room),
        candidate: Vec::with_capacity(room),
        clusters: Vec::new(),
        is_sliced: left.is_sliced || right.is_sliced,
        slices: Vec::new(),
        gaps: Vec::new(),
        gap_clusters: Vec::new(),
        gap_slices: Vec::new(),
        one_epoch: true,
        unequal_epochs: 0,
    };
    let mut rights = right.items().peekable();
    for l in left.items() {
        while let Some(r) = rights.next_if(|r| r.id < l.id) {
            joined.gap(None, [absent(), side(&r, 0)], r.cluster, r.slice);
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
                joined.match_up(&l, &r, lacking)?;
            }
            None => joined.gap(None, [side(&l, 0), absent()], l.cluster, l.slice),
        }
    }
    for r in rights {
        joined.gap(None, [absent(), side(&r, 0)], r.cluster, r.slice);
    }
    Ok(joined)
}

/// What a run knows of an item that lacks so many epochs which other items of the run have.
fn side(item: &ReducedItem<'_>, lacking: u32) -> Side {
    let mut reasons = item.reasons.clone();
    if lacking > 0 {
        *reasons.get_or_insert_default().entry(EPOCH_ABSENT).or_insert(0) += u64::from(lacking);
    }
    (item.side.lacking(lacking), reasons)
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
        if let (Some(a), Some(b)) = (l.slice, r.slice)
            && a != b
        {
            return Err(errors::slice_conflict(l.id, a, b));
        }
        let (cluster, slice) = (l.cluster.or(r.cluster), l.slice.or(r.slice));
        let scored = l.side.scored > 0 && r.side.scored > 0;
        if l.side.missing + left_lacks > 0 || r.side.missing + right_lacks > 0 {
            let sides = [side(l, left_lacks), side(r, right_lacks)];
            self.gap(scored.then_some(self.baseline.len()), sides, cluster, slice);
        }
        if scored {
            self.ids.push(l.id);
            self.baseline.push(l.side.mean());
            self.candidate.push(r.side.mean());
            self.clusters.extend(cluster);
            if self.is_sliced {
                self.slices.push(slice);
            }
            self.one_epoch &= l.side.scored == 1 && r.side.scored == 1;
            self.unequal_epochs += usize::from(l.side.scored != r.side.scored);
        }
        Ok(())
    }

    fn gap(
        &mut self,
        row: Option<usize>,
        [(baseline, baseline_why), (candidate, candidate_why)]: [Side; 2],
        cluster: Option<&'a str>,
        slice: Option<&'a str>,
    ) {
        let reasons = [baseline_why, candidate_why];
        self.gaps.push(IncompleteItem { row, cluster: None, baseline, candidate, reasons });
        self.gap_clusters.push(cluster);
        self.gap_slices.push(slice);
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

/// What is missing, in these clusters.
pub(super) fn gaps(items: Vec<IncompleteItem>, clusters: Vec<Option<u32>>) -> MissingData {
    let in_cluster = |(item, cluster)| IncompleteItem { cluster, ..item };
    MissingData::of(items.into_iter().zip(clusters).map(in_cluster).collect())
}
