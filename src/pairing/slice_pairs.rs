//! The pairs of one slice: a subgroup is judged by the same inference as the whole, on pairs of its own.

use std::collections::BTreeMap;

use super::missing_data::{IncompleteItem, MissingData};
use super::pairs::{Counts, Pairs};
use super::slices::SliceSize;
use crate::domain::TextColumn;

impl Pairs {
    /// Every slice with its size, in ascending order of name; at the end the items without a slice, if there are
    /// any. Nothing where no slices were read.
    #[must_use]
    pub fn slice_sizes(&self) -> Vec<SliceSize<'_>> {
        let Some(slices) = &self.slices else { return Vec::new() };
        let names = (0..slices.names.len()).map(|at| Some(slices.names.get(at))).chain([None]);
        let mut sizes: Vec<_> = names.map(|name| SliceSize { name, pairs: 0, unpaired: 0 }).collect();
        let place = |slice: &Option<u32>| slice.map_or(slices.names.len(), |slice| slice as usize);
        for slice in &slices.of_pairs {
            if let Some(size) = sizes.get_mut(place(slice)) {
                size.pairs += 1;
            }
        }
        for (slice, _) in slices.of_gaps.iter().zip(&self.gaps.items).filter(|(_, gap)| gap.row.is_none()) {
            if let Some(size) = sizes.get_mut(place(slice)) {
                size.unpaired += 1;
            }
        }
        sizes.retain(|size| size.name.is_some() || size.pairs + size.unpaired > 0);
        sizes
    }

    /// Whether each slice is one cluster, and each cluster one slice: the subjects of a test that are both. What a
    /// claim about one subject asks is that subject's own mean, so there its items are the units. Where slices only
    /// happen to hold few clusters, clusters stay the units.
    pub(super) fn slices_are_clusters(&self) -> bool {
        let (Some(slices), Some(clusters)) = (&self.slices, &self.clusters) else { return false };
        let (mut of_slice, mut of_cluster) = (BTreeMap::new(), BTreeMap::new());
        slices.of_pairs.iter().zip(clusters).all(|(slice, cluster)| {
            *of_slice.entry(slice).or_insert(cluster) == cluster
                && *of_cluster.entry(cluster).or_insert(slice) == slice
        })
    }

    /// The pairs of one slice, or of the items without a slice (`None`), so that the same inference can be run
    /// on them: in the same order, with the counts, the gaps and the clusters of these items alone. What is a
    /// property of the whole stays that of the whole: the range of scores, whether items are right or wrong,
    /// and whether there was one epoch. `None` where no pair is in the slice.
    #[must_use]
    pub fn slice(&self, label: Option<&str>) -> Option<Self> {
        let slices = self.slices.as_ref()?;
        let wanted = slices.number(label)?;
        let rows: Vec<usize> =
            (0..self.baseline.len()).filter(|row| slices.of_pairs.get(*row) == Some(&wanted)).collect();
        if rows.is_empty() {
            return None;
        }
        let mut ids = TextColumn::default();
        rows.iter().for_each(|row| ids.push(self.ids.get(*row)));
        let scores = |of: &[f64]| rows.iter().filter_map(|row| of.get(*row).copied()).collect();
        let mut gaps: Vec<IncompleteItem> = slices
            .of_gaps
            .iter()
            .zip(&self.gaps.items)
            .filter(|(slice, _)| **slice == wanted)
            .map(|(_, gap)| IncompleteItem {
                row: gap.row.and_then(|row| rows.binary_search(&row).ok()),
                ..gap.clone()
            })
            .collect();
        let mut notes = Vec::new();
        let clusters = self.clusters.as_ref().and_then(|all| {
            let clusters = renumbered(rows.iter().filter_map(|row| all.get(*row).copied()), &mut gaps);
            let distinct = clusters.iter().max().map_or(0, |last| *last as usize + 1);
            if distinct < clusters.len() && !self.slices_are_clusters() {
                return Some(clusters);
            }
            notes.push(if distinct < clusters.len() {
                "slices and clusters are the same, so the claim is about this cluster and its items are the independent units".into()
            } else {
                "every cluster of the slice holds one item, so the items are the independent units".into()
            });
            gaps.iter_mut().for_each(|gap| gap.cluster = None);
            None
        });
        Some(Self {
            ids,
            baseline: scores(&self.baseline),
            candidate: scores(&self.candidate),
            clusters,
            one_epoch: self.one_epoch,
            two_values: self.two_values,
            range: self.range,
            counts: counts(rows.len(), &gaps),
            slices: None,
            gaps: MissingData::of(gaps),
            notes,
            first_phase: None,
        })
    }
}

/// The clusters of the pairs as 0..k in the same order, every index used; those of the gaps numbered on from k
/// where no pair is in their cluster.
fn renumbered(of_pairs: impl Iterator<Item = u32> + Clone, gaps: &mut [IncompleteItem]) -> Vec<u32> {
    let mut index: BTreeMap<u32, u32> = of_pairs.clone().map(|cluster| (cluster, 0)).collect();
    let mut next = 0;
    for slot in index.values_mut() {
        *slot = next;
        next += 1;
    }
    let clusters = of_pairs.map(|cluster| index.get(&cluster).copied().unwrap_or(0)).collect();
    for cluster in gaps.iter_mut().filter_map(|gap| gap.cluster.as_mut()) {
        *cluster = *index.entry(*cluster).or_insert_with(|| {
            next += 1;
            next - 1
        });
    }
    clusters
}

/// How many items of a slice there are: the pairs, and what its gaps hold beyond them.
fn counts(pairs: usize, gaps: &[IncompleteItem]) -> Counts {
    let unpaired = || gaps.iter().filter(|gap| gap.row.is_none());
    let [baseline_items, candidate_items] = [0, 1]
        .map(|side: usize| pairs + unpaired().filter(|gap| gap.held().get(side) == Some(&true)).count());
    Counts {
        pairs,
        only_baseline: unpaired().filter(|gap| gap.baseline.scored > 0).count(),
        only_candidate: unpaired().filter(|gap| gap.candidate.scored > 0).count(),
        baseline_items,
        candidate_items,
        coverage: pairs as f64 / baseline_items.max(candidate_items) as f64,
    }
}
