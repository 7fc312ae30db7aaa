//! Records of items: who each is, its labels and all its scores, kept until it is known which score is read. For formats
//! whose files hold objects of their own; rows with named columns are a [`Table`](super::table::Table).

use std::collections::BTreeMap;

use super::errors;
use super::labels::{LabelSource, Labels};
use super::quote::{list, quote};
use super::scalar::Scalar;
use super::tree::Node;
use super::{Format, ReadOptions, Reading, metric_choice, usage};
use crate::domain::{Diagnostic, Item, RunFrameBuilder, RunMetadata, Score, ScoreRange, Unscored, Usage};

/// The field that is the cluster where no other is named.
const FIELD: &str = "cluster_id";
/// How many fields a message names.
const NAMED: usize = 12;
/// Most metrics of a file.
const MOST: usize = 10_000;

/// A score, or why there is none.
pub(super) type Value = Result<Score, Unscored>;

/// Where the fields of a record stand that a caller may name.
pub(super) struct Fields<'n> {
    /// All of the record: a name with dots leads through it.
    pub(super) record: &'n Node,
    /// The objects in it whose fields go by their own names, the first that is looked at first.
    pub(super) inside: Vec<&'n Node>,
}

impl<'n> Fields<'n> {
    fn find(&self, key: &str) -> Option<&'n Node> {
        let there = |value: &&Node| !value.is_null();
        let found = self.inside.iter().find_map(|place| place.at(key).filter(there));
        found.or_else(|| self.record.at(key).filter(there))
    }

    fn names(&self) -> impl Iterator<Item = &'n str> {
        self.inside.iter().flat_map(|place| place.fields()).map(|(name, _)| name)
    }
}

/// What a reader says of one record.
pub(super) struct Row<'n> {
    /// Its number: a line, or a place in a list.
    pub(super) number: u64,
    pub(super) fields: Fields<'n>,
    /// What names its item where the caller names no field.
    pub(super) id: String,
    /// Which repeat of the item it is; `None` counts them in the order of the file.
    pub(super) epoch: Option<u32>,
    /// What the right answer is, and what was asked, as numbers; 0 where the file does not say.
    pub(super) target: u64,
    pub(super) input: u64,
    /// Why none of its scores counts.
    pub(super) unscored: Option<Unscored>,
    pub(super) scores: Vec<(String, Value)>,
}

struct Record {
    number: u64,
    id: String,
    epoch: Option<u32>,
    cluster: Option<String>,
    slice: Option<String>,
    target: u64,
    input: u64,
    unscored: Option<Unscored>,
    /// Each by the number of its name.
    scores: Box<[(usize, Value)]>,
}

/// All records of a file.
pub(super) struct Records<'o> {
    options: &'o ReadOptions,
    clusters: Labels<'o>,
    slices: Labels<'o>,
    names: BTreeMap<String, usize>,
    /// Whether a metric has a number anywhere, by the number of its name.
    numeric: Vec<bool>,
    records: Vec<Record>,
    place: Box<dyn Fn(u64) -> String + 'o>,
}

/// What the scores of a file are, once all of it is read.
pub(super) struct Scores<'a> {
    pub(super) format: Format,
    /// What messages call the place of the metrics.
    pub(super) place: &'a str,
    /// The names of the run; the metric is chosen here.
    pub(super) names: RunMetadata,
    /// The metric that the tool itself reports first.
    pub(super) headline: Option<&'a str>,
    /// Metrics that are read only where they are asked for, beside what items took.
    pub(super) aside: &'a [&'a str],
    /// How far the scores of a metric can go for certain.
    pub(super) range: fn(&str) -> Option<ScoreRange>,
}

impl<'o> Records<'o> {
    /// No records yet; `place` names one by its number.
    pub(super) fn new(options: &'o ReadOptions, place: impl Fn(u64) -> String + 'o) -> Self {
        Self {
            options,
            clusters: Labels::clusters(&options.cluster),
            slices: Labels::slices(options.slice.as_deref()),
            names: BTreeMap::new(),
            numeric: Vec::new(),
            records: Vec::new(),
            place: Box::new(place),
        }
    }

    /// Takes a record.
    ///
    /// # Errors
    /// `run-malformed` where the field that is to name it is not there, or a label is none; with its place.
    pub(super) fn push(&mut self, row: Row<'_>) -> Result<(), Diagnostic> {
        let number = row.number;
        self.take(row).map_err(|error| error.within(&(self.place)(number)))
    }

    fn take(&mut self, row: Row<'_>) -> Result<(), Diagnostic> {
        let id = match self.options.id.as_deref() {
            None => row.id,
            Some(key) => {
                let found = row.fields.find(key);
                let found = found.ok_or_else(|| errors::no_such_id(key, &list(row.fields.names(), NAMED)))?;
                found.scalar().id().map_err(|error| error.within(&quote(key)))?.into_owned()
            }
        };
        let cluster = self.cluster(&row.fields)?;
        let slice = self.slice(&row.fields)?;
        let mut scores: Vec<(usize, Value)> = Vec::with_capacity(row.scores.len());
        for (name, value) in row.scores {
            let next = self.names.len();
            let at = *self.names.entry(name).or_insert(next);
            if at >= MOST {
                return Err(errors::too_many_columns(MOST));
            }
            if at == self.numeric.len() {
                self.numeric.push(false);
            }
            if let Some(numeric) = self.numeric.get_mut(at) {
                *numeric |= matches!(value, Ok(_) | Err(Unscored::NotFinite));
            }
            scores.push((at, value));
        }
        self.records.push(Record {
            number: row.number,
            id,
            epoch: row.epoch,
            cluster,
            slice,
            target: row.target,
            input: row.input,
            unscored: row.unscored,
            scores: scores.into_boxed_slice(),
        });
        Ok(())
    }

    fn cluster(&mut self, fields: &Fields<'_>) -> Result<Option<String>, Diagnostic> {
        let key = match self.clusters.source {
            LabelSource::Off | LabelSource::Field => FIELD,
            LabelSource::Metadata(key) => key,
        };
        fields.names().for_each(|name| self.clusters.note_key(name));
        let label = fields.find(key).map(|label| label.scalar().metadata_cluster());
        if self.clusters.source == LabelSource::Off {
            if let Some(Ok(Some(label))) = label {
                self.clusters.note_unread(&label);
            }
            return Ok(None);
        }
        let label = label.transpose().map_err(|error| error.within(&quote(key)))?.flatten();
        Ok(self.clusters.note_label(label.map(std::borrow::Cow::into_owned)))
    }

    fn slice(&mut self, fields: &Fields<'_>) -> Result<Option<String>, Diagnostic> {
        let key = match self.slices.source {
            LabelSource::Off => return Ok(None),
            LabelSource::Field => FIELD,
            LabelSource::Metadata(key) => key,
        };
        fields.names().for_each(|name| self.slices.note_key(name));
        let Some(label) = fields.find(key) else { return Ok(None) };
        let label = self.slices.slice(label.scalar()).map_err(|error| error.within(&quote(key)))?;
        Ok(label.map(std::borrow::Cow::into_owned))
    }

    /// Keeps the records of which `is_kept` says yes, by their places in the order in which they were taken.
    pub(super) fn keep(&mut self, is_kept: impl Fn(usize) -> bool) {
        let mut at = 0;
        self.records.retain(|_| {
            at += 1;
            is_kept(at - 1)
        });
    }

    /// The records that have a score of this name, counted, and the sum of these scores.
    pub(super) fn count_and_sum(&self, name: &str) -> (usize, f64) {
        let Some(at) = self.names.get(name) else { return (0, 0.0) };
        let scored =
            self.records.iter().flat_map(|record| record.scores.iter().filter(|(held, _)| held == at));
        scored
            .filter_map(|(_, value)| value.ok())
            .fold((0, 0.0), |(count, sum), score| (count + 1, sum + score.get()))
    }

    /// The run of the metric that is chosen.
    ///
    /// # Errors
    /// `run-ambiguous` where no metric is chosen of several; `cluster-missing`, `slice-missing`; as
    /// [`RunFrameBuilder::finish`].
    pub(super) fn finish(mut self, of: Scores<'_>) -> Result<Reading, Diagnostic> {
        if self.records.is_empty() {
            return Err(errors::no_rows());
        }
        self.clusters.check_in("metadata", "there are")?;
        self.slices.check_in("metadata", "there are")?;
        let aside = |name: &str| Usage::from_name(name).is_some() || of.aside.contains(&name);
        let held = |is_aside: bool| -> Vec<&str> {
            let numeric = |at: &usize| self.numeric.get(*at).copied().unwrap_or(false);
            let names = self.names.iter().filter(|(name, at)| aside(name) == is_aside && numeric(at));
            names.map(|(name, _)| name.as_str()).collect()
        };
        let chosen = metric_choice::choose(
            of.place,
            &held(false),
            &held(true),
            self.options.metric.as_deref(),
            of.headline,
        )?;
        let metric = self.names.get(chosen.name).copied().unwrap_or(usize::MAX);
        let names = RunMetadata { metric_name: chosen.name.to_owned(), ..of.names };
        let (metrics, notes) = (chosen.available, chosen.note.into_iter().collect());
        let mut builder = RunFrameBuilder::default();
        let mut repeats: BTreeMap<String, u32> = BTreeMap::new();
        for record in &mut self.records {
            let epoch = record.epoch.unwrap_or_else(|| {
                let next = repeats.entry(record.id.clone()).or_insert(0);
                let epoch = *next;
                *next = next.saturating_add(1);
                epoch
            });
            let mut held = record.scores.iter().filter(|(at, _)| *at == metric).map(|(_, value)| *value);
            let score = match (record.unscored, held.next()) {
                (Some(why), _) => Err(why),
                (None, None) => Err(Unscored::Missing),
                (None, Some(value)) if Usage::is_name(&names.metric_name) => {
                    value.and_then(|figure| usage::figure(Some(figure.get())))
                }
                (None, Some(value)) => value,
            };
            if held.next().is_some() {
                return Err(errors::metric_twice(&names.metric_name).within(&(self.place)(record.number)));
            }
            builder.push(Item { id: &record.id, epoch, cluster: record.cluster.as_deref(), score });
            builder.slice(record.slice.as_deref());
            builder.fingerprint(record.target);
            builder.input(record.input);
        }
        builder.ignored_clusters(self.clusters.ignored());
        builder.direction(usage::direction(&names.metric_name));
        builder.score_range((of.range)(&names.metric_name));
        let place = |row: usize| (self.place)(self.records.get(row).map_or(0, |record| record.number));
        let run = builder.finish_at(names, &place).map_err(|error| self.clusters.name_field(error))?;
        Ok(Reading { metrics, notes, ..Reading::of(run, of.format) })
    }
}

/// A value as a score; text and the like are none.
pub(super) fn value(node: Option<&Node>) -> Value {
    let scalar = node.map_or(Scalar::Null, Node::scalar);
    scalar.score().unwrap_or(Err(Unscored::NotANumber))
}

/// A figure of what an item took, under the name that it has in every format; `None` where there is none.
pub(super) fn took(usage: Usage, node: Option<&Node>, unit: fn(f64) -> f64) -> Option<(String, Value)> {
    let figure = value(node.filter(|node| !node.is_null()));
    let figure = match figure {
        Err(Unscored::Missing) => return None,
        figure => figure.and_then(|figure| Score::new(unit(figure.get())).ok_or(Unscored::NotFinite)),
    };
    Some((usage.as_str().to_owned(), figure))
}

/// A figure in the unit that it is told in.
pub(super) fn as_it_is(figure: f64) -> f64 {
    figure
}

/// Scores that are right or wrong, or a share, whatever their name.
pub(super) fn unit(_metric: &str) -> Option<ScoreRange> {
    Some(ScoreRange::UNIT)
}

/// Scores of which no range is certain.
pub(super) fn unbounded(_metric: &str) -> Option<ScoreRange> {
    None
}

/// A text of a record, unless it is empty.
pub(super) fn text<'n>(node: &'n Node, path: &[&str]) -> Option<&'n str> {
    let found = path.iter().try_fold(node, |node, key| node.get(key))?;
    found.text().filter(|text| !text.is_empty())
}

/// A name of a run, or what stands for one that is not told.
pub(super) fn name(found: Option<&str>) -> String {
    found.unwrap_or(RunMetadata::UNKNOWN).to_owned()
}
