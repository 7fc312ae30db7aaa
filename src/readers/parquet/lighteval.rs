//! lighteval: `details_<task>_<date>.parquet`, a row a document, with an object of what was asked (`doc`) and one of its
//! scores (`metric`).

use std::borrow::Cow;

use ::parquet::file::metadata::ParquetMetaData;
use ::parquet::file::reader::{FileReader, SerializedFileReader};
use ::parquet::schema::types::ColumnDescPtr;
use bytes::Bytes;

use super::super::errors::no_such_id;
use super::super::labels::{LabelSource, Labels};
use super::super::quote::{escape, list, quote};
use super::super::scalar::Scalar;
use super::super::{Format, ReadOptions, Reading, created, fingerprint, metric_choice, table};
use super::column::{Column, ValueKind};
use super::errors::{self, damaged};
use super::layout;
use super::page_guard::PageLimit;
use crate::domain::{Diagnostic, Item, RunFrameBuilder, RunMetadata};

/// Rows decoded at a time.
const BATCH: usize = 8192;
/// How many columns a message names.
const NAMED: usize = 16;
const DOC: &str = "doc";
const METRIC: &str = "metric";
const ID: &str = "doc.id";
const QUERY: &str = "doc.query";

/// A value of every row.
struct Leaf {
    index: usize,
    path: String,
    /// `None` for a list, or a type that is not read.
    kind: Option<ValueKind>,
}

/// Whether a file is such a table.
pub(super) fn is_details(metadata: &ParquetMetaData) -> bool {
    let leaves = leaves(metadata);
    let of = |group: &str| {
        leaves.iter().any(|leaf| leaf.path.split_once('.').is_some_and(|(first, _)| first == group))
    };
    of(DOC) && of(METRIC)
}

fn leaves(metadata: &ParquetMetaData) -> Vec<Leaf> {
    let kind = |column: &ColumnDescPtr| ValueKind::of(column).filter(|_| column.max_rep_level() == 0);
    let columns = metadata.file_metadata().schema_descr().columns().iter().enumerate();
    columns
        .map(|(index, column)| Leaf { index, path: column.path().parts().join("."), kind: kind(column) })
        .collect()
}

/// Reads the run of one metric.
///
/// # Errors
/// `run-ambiguous` where several metrics are there and none is chosen; `run-malformed` where the file is damaged.
pub(super) fn read(
    bytes: &Bytes,
    path: &str,
    file: &SerializedFileReader<Bytes>,
    options: &ReadOptions,
) -> Result<Reading, Diagnostic> {
    let leaves = leaves(file.metadata());
    let scores: Vec<(&str, &Leaf)> = leaves
        .iter()
        .filter_map(|leaf| Some((leaf.path.strip_prefix(METRIC)?.strip_prefix('.')?, leaf)))
        .filter(|(_, leaf)| leaf.kind.is_some_and(ValueKind::is_number))
        .collect();
    if scores.is_empty() {
        return Err(errors::no_score_of_single_documents());
    }
    let names: Vec<&str> = scores.iter().map(|(name, _)| *name).collect();
    let wanted = options.metric.as_deref().map(|wanted| wanted.strip_prefix("metric.").unwrap_or(wanted));
    let chosen = metric_choice::choose(METRIC, &names, &[], wanted, None)?;
    let metric = chosen.name.to_owned();
    let score = scores.iter().find(|(name, _)| *name == metric).map(|(_, leaf)| *leaf);

    let mut clusters = Labels::clusters(&options.cluster);
    let mut slices = Labels::slices(options.slice.as_deref());
    leaves.iter().filter_map(|leaf| leaf.path.strip_prefix("doc.")).for_each(|name| {
        clusters.note_key(name);
        slices.note_key(name);
    });
    let label = |labels: &Labels<'_>| match labels.source {
        LabelSource::Metadata(key) => find(&leaves, key),
        LabelSource::Field => find(&leaves, "cluster_id"),
        LabelSource::Off => None,
    };
    let key = options.id.as_deref().unwrap_or(ID);
    let Some(id) = find(&leaves, key) else {
        return Err(no_such_id(key, &list(leaves.iter().map(|leaf| leaf.path.as_str()), NAMED)));
    };
    let query = find(&leaves, QUERY);
    let read = [Some(id), score, query, label(&clusters), label(&slices)];

    let limit = PageLimit::for_file(bytes.len());
    let total = usize::try_from(file.metadata().file_metadata().num_rows()).unwrap_or(usize::MAX);
    limit.check_rows(total)?;
    let mut details = Details { builder: RunFrameBuilder::default(), clusters, slices, limit, at: 0 };
    for group in 0..file.num_row_groups() {
        let group = file.get_row_group(group).map_err(|error| damaged(&error))?;
        let mut left = usize::try_from(group.metadata().num_rows()).unwrap_or(0);
        let mut columns = [const { None }; 5];
        for (slot, leaf) in columns.iter_mut().zip(read) {
            let Some((leaf, kind)) = leaf.and_then(|leaf| Some((leaf, leaf.kind?))) else { continue };
            let name = escape(&leaf.path);
            layout::check_chunk(group.metadata(), leaf.index, &name)?;
            *slot = Some(layout::open_chunk(bytes, &*group, (leaf.index, &name, kind), limit)?);
        }
        while left > 0 {
            let batch = left.min(BATCH);
            columns.iter_mut().flatten().try_for_each(|column: &mut Column| column.fill(batch))?;
            for _ in 0..batch {
                details.row(&mut columns)?;
            }
            left -= batch;
        }
        columns.iter_mut().flatten().try_for_each(Column::finish)?;
    }
    if details.at != total {
        return Err(errors::row_counts_differ(file.metadata().file_metadata().num_rows(), details.at));
    }
    let Details { mut builder, clusters, slices, .. } = details;
    clusters.check_in(DOC, "doc holds")?;
    slices.check_in(DOC, "doc holds")?;
    builder.ignored_clusters(clusters.ignored());
    let stem = table::stem(path);
    let (task, date) =
        stem.strip_prefix("details_").and_then(|name| name.rsplit_once('_')).unwrap_or((table::UNKNOWN, ""));
    let names = RunMetadata {
        run_id: stem.to_owned(),
        model_id: table::UNKNOWN.to_owned(),
        task_id: task.to_owned(),
        metric_name: metric,
        config_hash: None,
        judge: None,
    };
    let run = builder.finish_at(names, &|row| format!("rows[{row}]"))?;
    let created = created::in_file_name(date);
    Ok(Reading { metrics: chosen.available, created, ..Reading::of(run, Format::Lighteval) })
}

/// The value at a path, with or without `doc.` before it, if it is one value of each row.
fn find<'l>(leaves: &'l [Leaf], key: &str) -> Option<&'l Leaf> {
    let in_doc = format!("{DOC}.{key}");
    let found = leaves
        .iter()
        .find(|leaf| leaf.path == key)
        .or_else(|| leaves.iter().find(|leaf| leaf.path == in_doc));
    found.filter(|leaf| leaf.kind.is_some())
}

/// A run under construction, row by row.
struct Details<'o> {
    builder: RunFrameBuilder,
    clusters: Labels<'o>,
    slices: Labels<'o>,
    limit: PageLimit,
    at: usize,
}

impl Details<'_> {
    fn row(&mut self, columns: &mut [Option<Column>; 5]) -> Result<(), Diagnostic> {
        let at = self.at;
        self.at += 1;
        let here = |field: &str, error: Diagnostic| error.within(&format!("rows[{at}].{field}"));
        let [id, score, query, cluster, slice] = columns;
        let next = |column: &mut Option<Column>| -> Result<Scalar<'static>, Diagnostic> {
            match column.as_mut().map(Column::next) {
                None => Ok(Scalar::Null),
                Some(found) => found.map(Scalar::into_owned),
            }
        };
        let id = next(id).and_then(Scalar::id).map_err(|error| here("doc.id", error))?;
        let score = next(score).and_then(Scalar::score).map_err(|error| here(METRIC, error))?;
        let query = next(query).map_err(|error| here("doc.query", error))?;
        let cluster =
            next(cluster).and_then(Scalar::metadata_cluster).map_err(|error| here("cluster", error))?;
        let slice =
            next(slice).and_then(|value| self.slices.slice(value)).map_err(|error| here("slice", error))?;
        let texts = id.len() + cluster.as_deref().map_or(0, str::len) + slice.as_deref().map_or(0, str::len);
        self.limit.spend(texts)?;
        let cluster = self.clusters.note_label(cluster.filter(|label| !label.is_empty()));
        self.builder.push(Item { id: &id, epoch: 0, cluster: cluster.as_deref(), score });
        self.builder.slice(slice.map(Cow::into_owned).as_deref());
        self.builder.input(fingerprint::of_text(&fingerprint::of_scalar(&query)));
        Ok(())
    }
}

/// What to say where a file was taken for such a table by name and is none.
pub(super) fn refused() -> Diagnostic {
    errors::no_details(&quote("doc"), &quote("metric"))
}
