//! RunFrame Parquet: one row per run, item and epoch. Columns are found by name; those that are not
//! needed are not read.

mod column;
mod errors;
mod layout;
mod lighteval;
mod page_guard;
mod store_metadata;
mod thrift;

use std::borrow::Cow;
use std::panic::{AssertUnwindSafe, catch_unwind};

use ::parquet::file::properties::ReaderProperties;
use ::parquet::file::reader::{FileReader, SerializedFileReader};
use ::parquet::file::serialized_reader::ReadOptionsBuilder;
use bytes::Bytes;
use serde::de::DeserializeSeed as _;

use self::errors::damaged;
use self::layout::{Columns, Layout};
use self::page_guard::PageLimit;
use super::created;
use super::labels::{Found, LabelSource, Labels, MetadataSeed};
use super::quote::{self, quote};
use super::run_filter::RunFilter;
use super::scalar::Scalar;
use super::usage;
use super::{Content, Format, ReadOptions, Reader, Reading, json, nonfinite};
use crate::domain::{Diagnostic, Direction, Item, RunFrameBuilder};

pub use store_metadata::{FactsInTail, RUN_FACTS, StoredJudge, StoredRowFacts, StoredRunFacts, run_facts};

/// Rows decoded at a time.
const BATCH: usize = 8192;

/// Reads RunFrame Parquet, compressed with Snappy, Zstd, LZ4, Brotli or not at all.
pub(super) struct ParquetReader;

impl Reader for ParquetReader {
    fn format(&self) -> Format {
        Format::Parquet
    }

    fn sniff(&self, head: &[u8]) -> bool {
        head.starts_with(b"PAR1")
    }

    fn takes_id(&self) -> bool {
        true
    }

    fn read(&self, content: &Content<'_>, options: &ReadOptions) -> Result<Reading, Diagnostic> {
        let bytes = Bytes::from(content.bytes()?);
        // The library returns errors for most damage, but a page that needs a dictionary which is
        // not there, and the like, run into its assertions.
        catch_unwind(AssertUnwindSafe(|| read(&bytes, content.path(), Kind::Any, options)))
            .unwrap_or_else(|_| Err(errors::damaged_page()))
    }
}

/// Reads details of lighteval. Parquet tells what it holds at its end, so by itself the reader of Parquet finds them.
pub(super) struct LightevalReader;

impl Reader for LightevalReader {
    fn format(&self) -> Format {
        Format::Lighteval
    }

    fn sniff(&self, head: &[u8]) -> bool {
        ParquetReader.sniff(head)
    }

    fn takes_id(&self) -> bool {
        true
    }

    fn read(&self, content: &Content<'_>, options: &ReadOptions) -> Result<Reading, Diagnostic> {
        let bytes = Bytes::from(content.bytes()?);
        catch_unwind(AssertUnwindSafe(|| read(&bytes, content.path(), Kind::Details, options)))
            .unwrap_or_else(|_| Err(errors::damaged_page()))
    }
}

/// What a Parquet file is to hold.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    Any,
    /// The details of lighteval.
    Details,
}

fn read(bytes: &Bytes, path: &str, kind: Kind, options: &ReadOptions) -> Result<Reading, Diagnostic> {
    if thrift::footer(bytes).is_none() {
        return Err(errors::damaged_footer());
    }
    // Pages of LZ4 in the frames of old versions of Arrow are unpacked without a bound.
    let properties = ReaderProperties::builder().set_backward_compatible_lz4(false).build();
    let library = ReadOptionsBuilder::new().with_reader_properties(properties).build();
    let file = SerializedFileReader::new_with_options(bytes.clone(), library).map_err(|e| damaged(&e))?;
    match (lighteval::is_details(file.metadata()), kind) {
        (true, _) => return lighteval::read(bytes, path, &file, options),
        (false, Kind::Details) => return Err(lighteval::refused()),
        (false, Kind::Any) => {}
    }
    let stored = store_metadata::facts(file.metadata().file_metadata())?;
    let mut clusters = Labels::clusters(&options.cluster);
    let mut slices = Labels::slices(options.slice.as_deref());
    let written_by_store = stored.is_some();
    let stored = stored.unwrap_or_default();
    let mut from = SliceColumn::Data;
    if let Some(key) = options.slice.as_deref() {
        if stored.slice_key.as_deref() == Some(key) {
            from = SliceColumn::RowFacts;
        } else if stored.cluster_key.as_deref() == Some(key) {
            slices.source = LabelSource::Field;
        }
    }
    if written_by_store {
        // It keeps no metadata: the other run may know the slices.
        slices.not_required();
    }
    if matches!(clusters.source, LabelSource::Metadata(key) if stored.cluster_key.as_deref() == Some(key)) {
        // The store keeps the clusters of that field in `cluster_id`.
        clusters.source = LabelSource::Field;
    }
    clusters.within_metadata();
    slices.within_metadata();
    let layout = Layout::of(file.metadata(), clusters.source, from.source(&slices), stored.row_facts)?;
    let limit = PageLimit::for_file(bytes.len());
    limit.check_rows(layout.rows)?;

    let mut partial = PartialRun {
        builder: RunFrameBuilder::default(),
        runs: RunFilter::new(options.run_id.as_deref(), options.metric.as_deref()),
        limit,
        slices,
        from,
        created: None,
        at: 0,
    };
    for group in 0..file.num_row_groups() {
        let group = file.get_row_group(group).map_err(|e| damaged(&e))?;
        let mut left = layout.rows_of(group.metadata())?;
        let mut columns = layout.open(bytes, &*group, limit)?;
        while left > 0 {
            let batch = left.min(BATCH);
            columns.fill(batch)?;
            for _ in 0..batch {
                partial.row(&mut columns, &mut clusters)?;
            }
            left -= batch;
        }
        columns.finish()?;
    }
    let PartialRun { mut builder, runs, slices, created, .. } = partial;
    let stored_direction = match stored.better.as_deref() {
        Some("higher") => Some(Direction::HigherIsBetter),
        Some("lower") => Some(Direction::LowerIsBetter),
        _ => None,
    };
    let (names, mut notes) = runs.finish()?;
    // What the store wrote was named when it was read first.
    notes.extend(quote::id_of_runframe(options.id.as_deref().filter(|_| !written_by_store)));
    // What the store wrote says it all: its digests hold what it knew then.
    let by_name = || usage::direction(&names.metric_name).filter(|_| !written_by_store);
    builder.direction(stored_direction.or_else(by_name));
    builder.score_range(stored.range.as_deref().and_then(|range| range.parse().ok()));
    builder.ignored_clusters(clusters.ignored());
    clusters.check()?;
    slices.check()?;
    if let Some(key) = options.slice.as_deref().filter(|_| !slices.any()) {
        notes.push(format!(
            "The stored run carries no slices by {}: those of the other run count.",
            quote(key)
        ));
    }
    let run = builder.finish(names).map_err(|error| clusters.name_field(error))?;
    let run = run.judged_by(stored.judge.as_ref().map(StoredJudge::judge));
    // The store took it in at that moment: the run is no younger.
    let stored_at = store_metadata::stored_at(file.metadata().file_metadata());
    let created =
        stored_at.as_deref().and_then(created::at_offset).or(created.and_then(created::unix_micros));
    Ok(Reading { created, notes, ..Reading::of(run, Format::Parquet) })
}

/// Where the slice of a row stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum SliceColumn {
    /// In what other programs write as well.
    Data,
    /// In what the store knows of a row.
    RowFacts,
}

impl SliceColumn {
    /// The source that takes a column of its own.
    fn source<'o>(self, slices: &Labels<'o>) -> LabelSource<'o> {
        match self {
            Self::Data => slices.source,
            Self::RowFacts => LabelSource::Off,
        }
    }
}

/// A run under construction, row by row.
struct PartialRun<'o> {
    builder: RunFrameBuilder,
    runs: RunFilter<'o>,
    limit: PageLimit,
    slices: Labels<'o>,
    from: SliceColumn,
    /// When the first row of the run was written, in microseconds since 1970.
    created: Option<i64>,
    /// The row of the file, over all row groups.
    at: usize,
}

impl PartialRun<'_> {
    fn row(&mut self, columns: &mut Columns, clusters: &mut Labels<'_>) -> Result<(), Diagnostic> {
        let at = self.at;
        self.at += 1;
        let here =
            |field: &'static str| move |error: Diagnostic| error.within(&format!("rows[{at}].{field}"));
        // Every column moves on, also in rows of runs that are not read.
        let moment = columns.moment();
        let names = columns.run.next();
        let item_id = columns.item_id.next();
        let score = columns.score.next();
        let epoch = columns.epoch.as_mut().map_or(Ok(Scalar::Null), |column| column.next());
        let cluster = columns.cluster.as_mut().map_or(Ok(Scalar::Null), |column| column.next());

        let slice = columns.slice.as_mut().map_or(Ok(Scalar::Null), |column| column.next());
        let facts = columns.facts.as_mut().map_or(Ok(Scalar::Null), |column| column.next());

        let names = names.map_err(|(field, error)| here(field)(error))?;
        if !self.runs.takes(names) {
            return Ok(());
        }
        // Python evalsig 0.1.2 writes 0 for every run.
        self.created = self.created.take().or(moment.filter(|moment| *moment != 0));
        let id = item_id.and_then(Scalar::id).map_err(here("item_id"))?;
        let mut score = score.and_then(Scalar::score).map_err(here("score"))?;
        let epoch = epoch.and_then(Scalar::epoch).map_err(here("epoch"))?;
        let cluster = match clusters.source {
            LabelSource::Off => {
                if let Ok(Ok(Some(label))) = cluster.map(Scalar::cluster) {
                    clusters.note_unread(&label);
                }
                None
            }
            LabelSource::Field => cluster.and_then(Scalar::cluster).map_err(here("cluster_id"))?,
            LabelSource::Metadata(_) => {
                cluster.and_then(|text| from_metadata(text, clusters)).map_err(here("metadata_json"))?
            }
        };
        let cluster = clusters.note_label(cluster.as_deref());
        let mut slice = match self.slices.source {
            LabelSource::Off => None,
            LabelSource::Field => slice
                .and_then(|value| self.slices.slice(value))
                .map_err(here("cluster_id"))?
                .map(Cow::into_owned),
            LabelSource::Metadata(_) => slice
                .and_then(|text| slice_from_metadata(text, &mut self.slices))
                .map_err(here("metadata_json"))?,
        };
        let mut said = (0, 0);
        if let Scalar::Text(text) = facts.map_err(here("metadata_json"))?
            && text != "{}"
        {
            let facts = StoredRowFacts::read(&text).map_err(here("metadata_json"))?;
            score = score.map_err(|why| facts.why().unwrap_or(why));
            let number = |text: Option<String>| text.and_then(|text| text.parse().ok()).unwrap_or(0);
            if self.from == SliceColumn::RowFacts {
                slice = self.slices.note_label(facts.slice.clone());
            }
            said = (number(facts.item), number(facts.input));
        }
        let labels = cluster.map_or(0, str::len) + slice.as_deref().map_or(0, str::len);
        self.limit.spend(id.len() + labels)?;
        self.builder.push(Item { id: &id, epoch, cluster, score });
        self.builder.slice(slice.as_deref());
        self.builder.fingerprint(said.0);
        self.builder.input(said.1);
        Ok(())
    }
}

/// The cluster that a text of metadata holds.
fn from_metadata<'t>(
    metadata: Scalar<'t>,
    clusters: &mut Labels<'_>,
) -> Result<Option<Cow<'t, str>>, Diagnostic> {
    let none = &mut Labels::slices(None);
    let label = labels_in(metadata, clusters, none, |[cluster, _], _| match cluster {
        Some(value) => value.metadata_cluster().map(|label| label.map(Cow::into_owned)),
        None => Ok(None),
    })?;
    Ok(label.map(Cow::from))
}

/// The slice that a text of metadata holds.
fn slice_from_metadata(metadata: Scalar<'_>, slices: &mut Labels<'_>) -> Result<Option<String>, Diagnostic> {
    let none = &mut Labels::slices(None);
    labels_in(metadata, none, slices, |[_, slice], slices| match slice {
        Some(value) => slices.slice(value).map(|label| label.map(Cow::into_owned)),
        None => Ok(None),
    })
}

/// What `take` makes of the labels in a text of metadata. It is called once, and hands out what it owns, because the
/// text of the row does not outlive this function.
fn labels_in<'o>(
    metadata: Scalar<'_>,
    clusters: &mut Labels<'o>,
    slices: &mut Labels<'o>,
    take: impl Fn(Found<'_>, &mut Labels<'_>) -> Result<Option<String>, Diagnostic>,
) -> Result<Option<String>, Diagnostic> {
    let text = match metadata {
        Scalar::Null => return Ok(None),
        Scalar::Text(text) => text,
        other => other.name()?.into(),
    };
    let mut parse = |text: &str, repaired: bool| {
        let mut de = serde_json::Deserializer::from_str(text);
        let seed = MetadataSeed { clusters: &mut *clusters, slices: &mut *slices, repaired };
        let found = seed.deserialize(&mut de)?;
        de.end()?;
        Ok(take(found, slices))
    };
    let parsed: Result<_, serde_json::Error> = match parse(&text, false) {
        Err(error) if json::is_syntax(&error) => match nonfinite::repair(&text) {
            Some(repaired) => parse(&repaired.text, true),
            None => Err(error),
        },
        other => other,
    };
    parsed.unwrap_or_else(|error| Err(json::diagnose(&error, "")))
}
