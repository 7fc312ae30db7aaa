//! A run as the bytes of a Parquet file: the columns that Python evalsig 0.1.2 writes, readable by
//! any engine. The same run and facts give the same bytes.

use std::sync::Arc;

use bytes::Bytes;
use parquet::basic::Compression;
use parquet::data_type::{ByteArray, ByteArrayType, DataType, DoubleType, Int32Type, Int64Type};
use parquet::errors::ParquetError;
use parquet::file::metadata::KeyValue;
use parquet::file::properties::{EnabledStatistics, WriterProperties};
use parquet::file::writer::{SerializedFileWriter, SerializedRowGroupWriter};
use parquet::schema::parser::parse_message_type;
use parquet::schema::types::ColumnPath;

use super::errors;
use super::run_facts::RunFacts;
use crate::domain::{Diagnostic, Item, ProjectId, RunFrame};
use crate::readers::{RUN_FACTS, StoredRowFacts};

/// The columns and their types. Additions only: engines read old and new files as one table.
const SCHEMA: &str = "message schema {
    OPTIONAL BYTE_ARRAY project_id (STRING);
    OPTIONAL BYTE_ARRAY run_id (STRING);
    OPTIONAL BYTE_ARRAY model_id (STRING);
    OPTIONAL BYTE_ARRAY task_id (STRING);
    OPTIONAL BYTE_ARRAY metric_name (STRING);
    OPTIONAL BYTE_ARRAY item_id (STRING);
    OPTIONAL BYTE_ARRAY cluster_id (STRING);
    OPTIONAL INT32 epoch;
    OPTIONAL DOUBLE score;
    OPTIONAL BYTE_ARRAY config_hash (STRING);
    OPTIONAL INT64 ts (TIMESTAMP(MICROS, true));
    OPTIONAL BYTE_ARRAY metadata_json (STRING);
}";

/// Rows of a row group: a million, as engines like them.
const GROUP: usize = 1 << 20;

/// The bytes of a Parquet file that holds `run`, outside any store. `cluster_key` names the field that its clusters were
/// read from; `created` is when it says that it was made.
///
/// # Errors
/// `store-not-written` where an epoch or the time has no place in the columns.
pub fn run_as_parquet(
    run: &RunFrame,
    cluster_key: Option<&str>,
    created: Option<&str>,
) -> Result<Vec<u8>, Diagnostic> {
    // The same run gives the same bytes: a moment that nobody knows is none.
    let ts = created.unwrap_or("1970-01-01T00:00:00Z");
    file(run, &RunFacts::of(run, &ProjectId::default(), ts, cluster_key, None))
}

/// The bytes of a file that holds `run`, with its facts in the file's metadata. Rows stand in
/// ascending order of (item, epoch).
///
/// # Errors
/// `store-not-written` where an epoch or the time has no place in the columns.
pub(super) fn file(run: &RunFrame, facts: &RunFacts) -> Result<Vec<u8>, Diagnostic> {
    if let Some(item) = run.sorted().find(|item| i32::try_from(item.epoch).is_err()) {
        return Err(errors::epoch_too_large(item.epoch));
    }
    let at: jiff::Timestamp = facts.ts.parse().map_err(|_| errors::not_a_time(&facts.ts))?;
    let write = || -> Result<Vec<u8>, ParquetError> {
        let schema = Arc::new(parse_message_type(SCHEMA)?);
        let mut file = SerializedFileWriter::new(Vec::new(), schema, Arc::new(properties(facts)?))?;
        // A group at a time: all rows at once would take as much memory as the run.
        let (mut items, mut slices) = (run.sorted(), run.slices());
        let mut fingerprints = run.fingerprints().map(|(_, fingerprint)| fingerprint);
        let mut inputs = run.inputs().map(|(_, input)| input);
        let mut slice = None;
        loop {
            let rows: Vec<Item<'_>> = items.by_ref().take(GROUP).collect();
            if rows.is_empty() {
                break;
            }
            let group = Group {
                facts,
                ts: at.as_microsecond(),
                fingerprints: fingerprints.by_ref().take(rows.len()).collect(),
                slices: slices
                    .as_mut()
                    .map(|slices| rows.iter().map(|row| slice_of(row, &mut slice, slices)).collect())
                    .unwrap_or_default(),
                inputs: inputs.by_ref().take(rows.len()).collect(),
                rows,
            };
            let mut writer = file.next_row_group()?;
            group.write(&mut writer)?;
            writer.close()?;
        }
        file.into_inner()
    };
    write().map_err(|error| errors::parquet_not_written(&error))
}

/// The slice of a row. `now` is the item that was looked at last, and `items` what comes after it.
fn slice_of<'a>(
    row: &Item<'a>,
    now: &mut Option<(&'a str, Option<&'a str>)>,
    items: &mut impl Iterator<Item = (&'a str, Option<&'a str>)>,
) -> Option<&'a str> {
    // Every epoch of an item is in its slice.
    while now.is_none_or(|(id, _)| id != row.id) {
        *now = Some(items.next()?);
    }
    now.and_then(|(_, slice)| slice)
}

fn properties(facts: &RunFacts) -> Result<WriterProperties, ParquetError> {
    let json = serde_json::to_string(facts).map_err(|error| ParquetError::General(error.to_string()))?;
    let plain = |name: &str| ColumnPath::from(name);
    Ok(WriterProperties::builder()
        .set_created_by(concat!("evalsig ", env!("CARGO_PKG_VERSION")).to_owned())
        .set_compression(Compression::SNAPPY)
        .set_statistics_enabled(EnabledStatistics::Chunk)
        // Every value once: a dictionary would only be thrown away.
        .set_column_dictionary_enabled(plain("item_id"), false)
        .set_key_value_metadata(Some(vec![KeyValue::new(RUN_FACTS.to_owned(), json)]))
        .build())
}

/// The rows of one row group.
struct Group<'a> {
    facts: &'a RunFacts,
    /// Microseconds since 1970, UTC.
    ts: i64,
    rows: Vec<Item<'a>>,
    fingerprints: Vec<u64>,
    inputs: Vec<u64>,
    slices: Vec<Option<&'a str>>,
}

impl Group<'_> {
    fn write(&self, to: &mut SerializedRowGroupWriter<'_, Vec<u8>>) -> Result<(), ParquetError> {
        let RunFacts { project_id, run_id, model_id, task_id, metric_name, config_hash, .. } = self.facts;
        for name in [project_id, run_id, model_id, task_id, metric_name] {
            self.constant(to, name)?;
        }
        self.column::<ByteArrayType>(to, |item, _| Some(text(item.id)))?;
        self.column::<ByteArrayType>(to, |item, _| item.cluster.map(text))?;
        self.column::<Int32Type>(to, |item, _| i32::try_from(item.epoch).ok())?;
        // NaN, as Python writes it: what it reads must be a number.
        self.column::<DoubleType>(to, |item, _| Some(item.score.map_or(f64::NAN, |score| score.get())))?;
        self.constant(to, config_hash)?;
        self.column::<Int64Type>(to, |_, _| Some(self.ts))?;
        let nothing = text("{}");
        self.column::<ByteArrayType>(to, |item, row| {
            let said = |column: &[u64]| column.get(row).filter(|of| **of != 0).map(u64::to_string);
            let facts = StoredRowFacts {
                unscored: item.score.err().map(|why| why.as_str().to_owned()),
                item: said(&self.fingerprints),
                slice: self.slices.get(row).copied().flatten().map(str::to_owned),
                input: said(&self.inputs),
            };
            let known = facts != StoredRowFacts::default();
            Some(match known.then(|| serde_json::to_vec(&facts)) {
                Some(Ok(json)) => ByteArray::from(json),
                _ => nothing.clone(),
            })
        })
    }

    fn constant(
        &self,
        to: &mut SerializedRowGroupWriter<'_, Vec<u8>>,
        value: &str,
    ) -> Result<(), ParquetError> {
        let value = text(value);
        self.column::<ByteArrayType>(to, |_, _| Some(value.clone()))
    }

    /// The next column, from what it holds of each row; `None` is null.
    fn column<T: DataType>(
        &self,
        to: &mut SerializedRowGroupWriter<'_, Vec<u8>>,
        value: impl Fn(&Item<'_>, usize) -> Option<T::T>,
    ) -> Result<(), ParquetError> {
        let found = self.rows.iter().enumerate().map(|(row, item)| value(item, row));
        let mut levels = Vec::with_capacity(self.rows.len());
        let values: Vec<T::T> =
            found.inspect(|value| levels.push(i16::from(value.is_some()))).flatten().collect();
        let Some(mut column) = to.next_column()? else {
            return Err(ParquetError::General("more columns than the schema names".into()));
        };
        column.typed::<T>().write_batch(&values, Some(&levels), None)?;
        column.close()
    }
}

fn text(value: &str) -> ByteArray {
    ByteArray::from(Bytes::copy_from_slice(value.as_bytes()))
}
