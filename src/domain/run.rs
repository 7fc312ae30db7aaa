//! One model's run on one task, held in columns: a million items in tens of megabytes.

use std::collections::BTreeMap;

use super::{Code, Diagnostic, Score};

/// Many short texts in one allocation, in the order they were pushed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Names {
    text: String,
    ends: Vec<usize>,
}

impl Names {
    /// Appends a text.
    pub fn push(&mut self, name: &str) {
        self.text.push_str(name);
        self.ends.push(self.text.len());
    }

    /// How many texts there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.ends.len()
    }

    /// Whether there is none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.ends.is_empty()
    }

    /// The text at `index`; empty beyond the end.
    #[must_use]
    pub fn get(&self, index: usize) -> &str {
        let end = self.ends.get(index).copied().unwrap_or(0);
        let start = index.checked_sub(1).and_then(|i| self.ends.get(i)).copied().unwrap_or(0);
        self.text.get(start..end).unwrap_or("")
    }
}

/// Why an item carries no score. It is counted and named, never scored 0.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Unscored {
    /// The score is absent or null.
    Missing,
    /// The score is NaN or infinite.
    NotFinite,
}

impl Unscored {
    /// The reason in words.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Missing => "score missing",
            Self::NotFinite => "score not finite",
        }
    }
}

/// What a run says of itself.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct RunNames {
    /// Name of the run, unique in a project.
    pub run_id: String,
    /// The model that was evaluated.
    pub model_id: String,
    /// The task it was evaluated on.
    pub task_id: String,
    /// The metric that the scores are.
    pub metric_name: String,
    /// Hash of the evaluation's configuration, where the tool gives one.
    pub config_hash: Option<String>,
}

/// One row of a run.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Item<'a> {
    /// Names the item; the same in both runs.
    pub id: &'a str,
    /// Which repeat.
    pub epoch: u32,
    /// The cluster it belongs to.
    pub cluster: Option<&'a str>,
    /// Its score, or why it has none.
    pub score: Result<Score, Unscored>,
}

/// One model's run on one task: at least one item, no (item, epoch) twice, every score finite or
/// counted as unscored, and either every item in a cluster or none.
#[derive(Clone, Debug, PartialEq)]
pub struct RunFrame {
    names: RunNames,
    ids: Names,
    epochs: Vec<u32>,
    scores: Vec<Result<Score, Unscored>>,
    cluster_names: Vec<String>,
    clusters: Vec<u32>,
    /// Rows in ascending order of (item id, epoch).
    order: Vec<u32>,
}

impl RunFrame {
    /// What the run says of itself.
    #[must_use]
    pub fn names(&self) -> &RunNames {
        &self.names
    }

    /// Number of rows: items times epochs.
    #[must_use]
    pub fn len(&self) -> usize {
        self.ids.len()
    }

    /// Never true: a run without rows cannot be built.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.ids.is_empty()
    }

    /// Whether the rows carry clusters; then all of them do.
    #[must_use]
    pub fn is_clustered(&self) -> bool {
        !self.clusters.is_empty()
    }

    /// The rows in the order of the file.
    pub fn rows(&self) -> impl Iterator<Item = Item<'_>> {
        (0..self.len()).map(|row| self.row(row))
    }

    /// The rows in ascending order of (item id, epoch): the order in which everything downstream
    /// works, so that the order of rows in a file never reaches a verdict.
    pub fn sorted(&self) -> impl Iterator<Item = Item<'_>> {
        self.order.iter().map(|row| self.row(*row as usize))
    }

    /// How many rows carry no score, by reason.
    #[must_use]
    pub fn unscored(&self) -> BTreeMap<Unscored, usize> {
        let mut counts = BTreeMap::new();
        for why in self.scores.iter().filter_map(|score| score.err()) {
            *counts.entry(why).or_insert(0) += 1;
        }
        counts
    }

    fn row(&self, row: usize) -> Item<'_> {
        let cluster = self.clusters.get(row).and_then(|c| self.cluster_names.get(*c as usize));
        Item {
            id: self.ids.get(row),
            epoch: self.epochs.get(row).copied().unwrap_or(0),
            cluster: cluster.map(String::as_str),
            score: self.scores.get(row).copied().unwrap_or(Err(Unscored::Missing)),
        }
    }
}

/// Builds a run row by row and refuses what no run may hold.
#[derive(Debug, Default)]
pub struct RunFrameBuilder {
    ids: Names,
    epochs: Vec<u32>,
    scores: Vec<Result<Score, Unscored>>,
    cluster_names: Vec<String>,
    cluster_index: BTreeMap<String, u32>,
    clusters: Vec<Option<u32>>,
}

impl RunFrameBuilder {
    /// Appends a row.
    pub fn push(&mut self, item: Item<'_>) {
        self.ids.push(item.id);
        self.epochs.push(item.epoch);
        self.scores.push(item.score);
        let cluster = item.cluster.map(|name| self.intern(name));
        self.clusters.push(cluster);
    }

    /// Rows so far.
    #[must_use]
    pub fn len(&self) -> usize {
        self.ids.len()
    }

    /// Whether no row was pushed yet.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.ids.is_empty()
    }

    fn intern(&mut self, name: &str) -> u32 {
        // Clustered files list a cluster's items together: most rows repeat the last name.
        if let Some(last) = self.clusters.last().copied().flatten()
            && self.cluster_names.get(last as usize).is_some_and(|n| n == name)
        {
            return last;
        }
        if let Some(index) = self.cluster_index.get(name) {
            return *index;
        }
        let index = u32::try_from(self.cluster_names.len()).unwrap_or(u32::MAX);
        self.cluster_names.push(name.to_owned());
        self.cluster_index.insert(name.to_owned(), index);
        index
    }

    /// Checks the whole and hands it out.
    ///
    /// # Errors
    /// `run-malformed` without rows; `duplicate-item` where an (item, epoch) stands twice;
    /// `cluster-incomplete` where some rows carry a cluster and some do not.
    pub fn finish(self, names: RunNames) -> Result<RunFrame, Diagnostic> {
        let Self { ids, epochs, scores, cluster_names, clusters, .. } = self;
        let rows = u32::try_from(ids.len()).map_err(|_| {
            Code::RunMalformed.at("items").what("has more than 4,294,967,295 rows").next("split the run")
        })?;
        if rows == 0 {
            return Err(Code::RunMalformed
                .at("items")
                .what("is empty")
                .next("a run needs at least one item"));
        }
        let key = |row: u32| (ids.get(row as usize), epochs.get(row as usize).copied().unwrap_or(0));
        let mut order: Vec<u32> = (0..rows).collect();
        if !order.is_sorted_by(|a, b| key(*a) < key(*b)) {
            rayon::slice::ParallelSliceMut::par_sort_unstable_by(&mut order[..], |a, b| {
                key(*a).cmp(&key(*b))
            });
        }
        for pair in order.windows(2) {
            let [a, b] = pair else { continue };
            if key(*a) == key(*b) {
                let (id, epoch) = key(*a);
                let (first, second) = (a.min(b), a.max(b));
                return Err(Code::DuplicateItem
                    .at(format!("items[{second}]"))
                    .what(format!("item {id:?} in epoch {epoch} stands already at items[{first}]"))
                    .next("keep one row per item and epoch, or number the repeats with \"epoch\""));
            }
        }
        let clusters = whole_or_none(&clusters, &ids)?;
        Ok(RunFrame { names, ids, epochs, scores, cluster_names, clusters, order })
    }
}

/// Clusters for all rows, for none, or an error that names the first row of the minority.
fn whole_or_none(clusters: &[Option<u32>], ids: &Names) -> Result<Vec<u32>, Diagnostic> {
    let known = clusters.iter().flatten().count();
    if known == 0 {
        return Ok(Vec::new());
    }
    match clusters.iter().position(Option::is_none) {
        None => Ok(clusters.iter().flatten().copied().collect()),
        Some(row) => Err(Code::ClusterIncomplete
            .at(format!("items[{row}].cluster_id"))
            .what(format!(
                "item {:?} carries no cluster, and {known} of {} rows do",
                ids.get(row),
                clusters.len()
            ))
            .next("give every item its cluster, or say --cluster none if items are independent")),
    }
}
