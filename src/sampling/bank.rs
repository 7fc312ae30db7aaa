//! A bank: a run whose every item is scored.

use super::errors;
use crate::domain::{Diagnostic, Digest, EpochRule, Hasher, RunFrame};
use crate::pairing::{ItemScore, item_scores};

/// A run whose every item is scored, one number an item, in ascending order of id.
#[derive(Clone, Debug)]
pub struct Bank<'a> {
    run: &'a RunFrame,
    items: Vec<ItemScore<'a>>,
    scores: Vec<f64>,
    /// The cluster of each item as a position in `cluster_names`; empty where there are none.
    clusters: Vec<u32>,
    cluster_count: usize,
}

impl<'a> Bank<'a> {
    /// The bank that a run is.
    ///
    /// # Errors
    /// `unscored-items` where something of an item was not scored: what stands for the whole must be whole.
    pub fn of(run: &'a RunFrame, rule: EpochRule) -> Result<Self, Diagnostic> {
        let items = item_scores(run, rule);
        if let Some(item) = items.iter().find(|item| item.incomplete) {
            let unscored = items.iter().filter(|item| item.incomplete).count();
            return Err(errors::bank_unscored(item.id, unscored, items.len()));
        }
        let scores = items.iter().filter_map(|item| item.score).collect();
        let (clusters, cluster_count) = numbered(&items, |item| item.cluster);
        Ok(Self { run, items, scores, clusters, cluster_count })
    }

    /// The run that it is.
    #[must_use]
    pub fn run(&self) -> &'a RunFrame {
        self.run
    }

    /// SHA-256 over the id and the score of every item: what a sample is drawn from, in whatever file it stands and
    /// whatever else that says.
    #[must_use]
    pub fn digest(&self) -> Digest {
        let mut hasher = Hasher::default();
        for (item, score) in self.items.iter().zip(&self.scores) {
            // An id stands behind its length, so that no two banks collide by how their ids are cut.
            hasher.update(&(item.id.len() as u64).to_le_bytes());
            hasher.update(item.id.as_bytes());
            hasher.update(&score.to_bits().to_le_bytes());
        }
        hasher.digest()
    }

    /// Its items in ascending order of id.
    #[must_use]
    pub fn items(&self) -> &[ItemScore<'a>] {
        &self.items
    }

    /// The baseline's score of each item.
    #[must_use]
    pub fn scores(&self) -> &[f64] {
        &self.scores
    }

    /// The cluster of each item, numbered in ascending order of name; `None` where items carry none.
    #[must_use]
    pub fn clusters(&self) -> Option<(&[u32], usize)> {
        (!self.clusters.is_empty()).then_some((&self.clusters, self.cluster_count))
    }

    /// The stratum of each item, numbered in ascending order of name, and how many there are. Items without one are
    /// a stratum of their own.
    #[must_use]
    pub fn strata(&self) -> (Vec<u32>, usize) {
        numbered(&self.items, |item| Some(item.slice.unwrap_or_default()))
    }
}

/// Names of all items as numbers in ascending order of name; none at all where an item has no name.
fn numbered<'a>(
    items: &[ItemScore<'a>],
    name: impl Fn(&ItemScore<'a>) -> Option<&'a str>,
) -> (Vec<u32>, usize) {
    let Some(names) = items.iter().map(name).collect::<Option<Vec<&str>>>() else { return (Vec::new(), 0) };
    let mut distinct = names.clone();
    distinct.sort_unstable();
    distinct.dedup();
    let place = |name: &&str| distinct.binary_search(name).map_or(0, |place| place as u32);
    (names.iter().map(place).collect(), distinct.len())
}
