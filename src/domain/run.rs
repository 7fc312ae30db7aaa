//! One model's run on one task, held in columns: a million items in tens of megabytes.

use std::collections::BTreeMap;

use super::text_column::TextColumn;
use super::unscored::Unscored;
use super::{Direction, Judge, Score, ScoreRange};

/// The names of a run: its own, and those of its model, task and metric.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct RunMetadata {
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
    /// The model that scored the answers, where one did and the tool names it.
    pub judge: Option<Judge>,
}

impl RunMetadata {
    /// What stands where a file does not name its model or task.
    pub const UNKNOWN: &str = "unknown";
    /// The longest name in bytes: of a run, model, task, metric, configuration, cluster or slice.
    pub const LONGEST_NAME: usize = 1024;

    /// The first name that is longer than names may be, with its field.
    pub(super) fn too_long(&self) -> Option<(&'static str, &str)> {
        let names = [
            ("run_id", Some(&self.run_id)),
            ("model_id", Some(&self.model_id)),
            ("task_id", Some(&self.task_id)),
            ("metric_name", Some(&self.metric_name)),
            ("config_hash", self.config_hash.as_ref()),
            ("judge", self.judge.as_ref().map(|judge| &judge.model)),
        ];
        names
            .into_iter()
            .filter_map(|(field, name)| Some((field, name?.as_str())))
            .find(|(_, name)| name.len() > Self::LONGEST_NAME)
    }
}

/// Stands for no label: a run has fewer rows than this, and so fewer labels.
pub(super) const NO_LABEL: u32 = u32::MAX;

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
    pub(super) metadata: RunMetadata,
    pub(super) ids: TextColumn,
    pub(super) epochs: Vec<u32>,
    pub(super) scores: Vec<Result<Score, Unscored>>,
    pub(super) cluster_names: TextColumn,
    /// The cluster of each row; empty where the rows carry none.
    pub(super) clusters: Vec<u32>,
    /// The field that the slices were read from.
    pub(super) slice_key: Option<String>,
    pub(super) slice_names: TextColumn,
    /// The slice of each row's item, or [`NO_LABEL`]; empty where no item has one.
    pub(super) slices: Vec<u32>,
    /// Fingerprint of the target of each row's item, 0 where the file does not say; empty where it says of none.
    pub(super) fingerprints: Vec<u64>,
    /// Fingerprint of the input of each row's item, in the same way.
    pub(super) inputs: Vec<u64>,
    /// Rows in ascending order of (item id, epoch).
    pub(super) order: Vec<u32>,
    pub(super) direction: Option<Direction>,
    pub(super) range: Option<ScoreRange>,
    pub(super) ignored_clusters: Option<usize>,
}

impl Item<'_> {
    /// The longest item id, cluster or slice in bytes: a whole question may be one.
    pub const LONGEST_ID: usize = 4096;
}

impl RunFrame {
    /// The names of the run, its model, task and metric.
    #[must_use]
    pub fn metadata(&self) -> &RunMetadata {
        &self.metadata
    }

    /// Number of rows: items times epochs.
    #[must_use]
    pub fn len(&self) -> usize {
        self.ids.len()
    }

    /// Number of distinct items.
    #[must_use]
    pub fn item_count(&self) -> usize {
        let ids = || self.order.iter().map(|row| self.ids.get(*row as usize));
        usize::from(!self.is_empty()) + ids().zip(ids().skip(1)).filter(|(a, b)| a != b).count()
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

    /// Number of distinct clusters, where the rows carry any.
    #[must_use]
    pub fn cluster_count(&self) -> Option<usize> {
        self.is_clustered().then_some(self.cluster_names.len())
    }

    /// Each item once, in ascending order of its id, and the slice (the subgroup) that it belongs to; `None` where
    /// no slices were read. An item of which the file does not say has none.
    #[must_use]
    pub fn slices(&self) -> Option<impl Iterator<Item = (&str, Option<&str>)>> {
        if self.slices.is_empty() {
            return None;
        }
        let mut order = self.order.iter().map(|row| *row as usize).peekable();
        let label = |row: usize| self.slices.get(row).copied().filter(|slice| *slice != NO_LABEL);
        Some(std::iter::from_fn(move || {
            let first = order.next()?;
            let id = self.ids.get(first);
            let mut slice = label(first);
            // One epoch may say what another leaves out; two never say different things.
            while let Some(next) = order.next_if(|next| self.ids.get(*next) == id) {
                slice = slice.or(label(next));
            }
            Some((id, slice.map(|slice| self.slice_names.get(slice as usize))))
        }))
    }

    /// The field that the slices were read from, where they were read.
    #[must_use]
    pub fn slice_key(&self) -> Option<&str> {
        self.slice_key.as_deref().filter(|_| !self.slices.is_empty())
    }

    /// The same run, whose scores are by this judge.
    #[must_use]
    pub fn judged_by(mut self, judge: Option<Judge>) -> Self {
        self.metadata.judge = judge;
        self
    }

    /// The same run, whose slices were read from the field of this name.
    #[must_use]
    pub fn sliced_by(self, key: Option<&str>) -> Self {
        Self { slice_key: key.map(str::to_owned).filter(|_| !self.slices.is_empty()), ..self }
    }

    /// Each row's item id and the number of its cluster, in the order of [`RunFrame::sorted`]; no row at all where the
    /// rows carry none.
    pub fn cluster_numbers(&self) -> impl Iterator<Item = (&str, u32)> {
        self.order
            .iter()
            .filter_map(|row| Some((self.ids.get(*row as usize), *self.clusters.get(*row as usize)?)))
    }

    /// The name of the cluster with this number.
    #[must_use]
    pub fn cluster_name(&self, number: u32) -> &str {
        self.cluster_names.get(number as usize)
    }

    /// Number of distinct slices, where they were read.
    #[must_use]
    pub fn slice_count(&self) -> Option<usize> {
        (!self.slices.is_empty()).then_some(self.slice_names.len())
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

    /// Distinct clusters that the file carries and the plan has left unread; `None` where there is
    /// nothing of the kind.
    #[must_use]
    pub fn ignored_clusters(&self) -> Option<usize> {
        self.ignored_clusters
    }

    /// Each row's item id and the fingerprint of its target (or of the hashes of its harness), in the order
    /// of [`RunFrame::sorted`]: another fingerprint under one id is another item. 0 where the file does not
    /// say; no row at all where it says of none.
    pub fn fingerprints(&self) -> impl Iterator<Item = (&str, u64)> {
        self.by_id(&self.fingerprints)
    }

    /// Each row's item id and the fingerprint of its input, as [`RunFrame::fingerprints`]. Another one is
    /// worth a note: prompts may differ on purpose.
    pub fn inputs(&self) -> impl Iterator<Item = (&str, u64)> {
        self.by_id(&self.inputs)
    }

    fn by_id<'a>(&'a self, of: &'a [u64]) -> impl Iterator<Item = (&'a str, u64)> {
        self.order.iter().filter_map(|row| Some((self.ids.get(*row as usize), *of.get(*row as usize)?)))
    }

    /// Where better lies, as the harness itself says.
    #[must_use]
    pub fn direction(&self) -> Option<Direction> {
        self.direction
    }

    /// The lowest and the highest score an item can get, as the harness itself says.
    #[must_use]
    pub fn stated_range(&self) -> Option<ScoreRange> {
        self.range
    }

    /// Every score of the run, in the order of the file.
    pub fn scores(&self) -> impl Iterator<Item = f64> {
        self.scores.iter().filter_map(|score| score.ok()).map(Score::get)
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

    pub(super) fn row(&self, row: usize) -> Item<'_> {
        let cluster = self.clusters.get(row).map(|c| self.cluster_names.get(*c as usize));
        Item {
            id: self.ids.get(row),
            epoch: self.epochs.get(row).copied().unwrap_or(0),
            cluster,
            score: self.scores.get(row).copied().unwrap_or(Err(Unscored::Missing)),
        }
    }
}
