//! Which columns a file has, whether their types can be read, and whether its counts agree.

use super::errors;
use std::borrow::Cow;

use ::parquet::basic::{Compression, LogicalType};
use ::parquet::file::metadata::{ColumnChunkMetaData, ParquetMetaData, RowGroupMetaData};
use ::parquet::file::reader::RowGroupReader;
use ::parquet::schema::types::SchemaDescriptor;

use super::super::labels::LabelSource;
use super::super::quote::list;
use super::super::scalar::Scalar;
use super::column::{self, Column, ToMicros, ValueKind};
use super::errors::damaged;
use super::page_guard::{PageGuard, PageLimit};
use crate::domain::Diagnostic;

/// A column that is read: where it stands, and what its values are.
#[derive(Clone, Copy, Debug)]
struct Field {
    name: &'static str,
    index: usize,
    kind: ValueKind,
}

/// The columns of a file that are read, and its rows.
pub(super) struct Layout {
    names: [Option<Field>; 5],
    item_id: Field,
    score: Field,
    epoch: Option<Field>,
    cluster: Option<Field>,
    slice: Option<Field>,
    facts: Option<Field>,
    time: Option<Field>,
    /// How its values become microseconds since 1970.
    micros: Option<ToMicros>,
    /// Rows that the file declares.
    pub(super) rows: usize,
}

/// The columns that name the run; all but the last are required.
const NAMES: [&str; 5] = ["run_id", "model_id", "task_id", "metric_name", CONFIG_HASH];
const CONFIG_HASH: &str = "config_hash";

const TEXT: &[ValueKind] = &[ValueKind::Text];
const LABEL: &[ValueKind] = &[ValueKind::Text, ValueKind::Signed, ValueKind::Unsigned];
const INTEGER: &[ValueKind] = &[ValueKind::Signed, ValueKind::Unsigned];
const NUMBER: &[ValueKind] = &[ValueKind::Signed, ValueKind::Unsigned, ValueKind::Real];

impl Layout {
    /// # Errors
    /// `run-malformed` where a required column is missing, a column has a type or a compression
    /// that is not read, or the counts of rows do not agree.
    pub(super) fn of(
        metadata: &ParquetMetaData,
        cluster: LabelSource<'_>,
        slice: LabelSource<'_>,
        row_facts: bool,
    ) -> Result<Self, Diagnostic> {
        let schema = metadata.file_metadata().schema_descr();
        let mut names = [None; 5];
        for (slot, name) in names.iter_mut().zip(NAMES) {
            *slot = find(schema, name, TEXT)?;
            if slot.is_none() && name != CONFIG_HASH {
                return Err(missing(schema, name));
            }
        }
        let item_id = find(schema, "item_id", LABEL)?.ok_or_else(|| missing(schema, "item_id"))?;
        let score = find(schema, "score", NUMBER)?.ok_or_else(|| missing(schema, "score"))?;
        let epoch = find(schema, "epoch", INTEGER)?;
        let cluster = match cluster {
            // Only counted: what it holds must not be what a file is refused for.
            LabelSource::Off => find(schema, "cluster_id", LABEL).ok().flatten(),
            LabelSource::Field => find(schema, "cluster_id", LABEL)?,
            LabelSource::Metadata(_) => find(schema, "metadata_json", TEXT)?,
        };
        let slice = match slice {
            LabelSource::Off => None,
            LabelSource::Field => find(schema, "cluster_id", LABEL)?,
            LabelSource::Metadata(_) => find(schema, "metadata_json", TEXT)?,
        };
        let facts = if row_facts { find(schema, "metadata_json", TEXT)? } else { None };
        let (time, micros) = moments(metadata).unzip();
        let mut layout = Self { names, item_id, score, epoch, cluster, slice, facts, time, micros, rows: 0 };
        for group in metadata.row_groups() {
            layout.rows = layout.rows.saturating_add(layout.rows_of(group)?);
        }
        if i64::try_from(layout.rows).ok() != Some(metadata.file_metadata().num_rows()) {
            return Err(errors::row_counts_differ(metadata.file_metadata().num_rows(), layout.rows));
        }
        Ok(layout)
    }

    fn fields(&self) -> impl Iterator<Item = Field> {
        let named = self.names.into_iter().flatten();
        named
            .chain([self.item_id, self.score])
            .chain(self.epoch)
            .chain(self.cluster)
            .chain(self.slice)
            .chain(self.facts)
            .chain(self.time)
    }

    /// Rows of a row group, once every column that is read agrees on them.
    pub(super) fn rows_of(&self, group: &RowGroupMetaData) -> Result<usize, Diagnostic> {
        let rows = group.num_rows();
        for field in self.fields() {
            check_chunk(group, field.index, field.name)?;
        }
        usize::try_from(rows).map_err(|_| errors::negative_rows(rows))
    }

    /// Opens the columns of a row group of `file`.
    ///
    /// # Errors
    /// `run-malformed` where the headers of their pages are damaged.
    pub(super) fn open(
        &self,
        file: &[u8],
        group: &dyn RowGroupReader,
        limit: PageLimit,
    ) -> Result<Columns, Diagnostic> {
        let open = |field: Field| open_chunk(file, group, (field.index, field.name, field.kind), limit);
        let mut names = [const { None }; 5];
        for (slot, field) in names.iter_mut().zip(self.names) {
            *slot = field.map(open).transpose()?;
        }
        Ok(Columns {
            run: RunColumns(names),
            item_id: open(self.item_id)?,
            score: open(self.score)?,
            epoch: self.epoch.map(open).transpose()?,
            cluster: self.cluster.map(open).transpose()?,
            slice: self.slice.map(open).transpose()?,
            time: self.time.map(open).transpose()?,
            micros: self.micros,
            facts: self.facts.map(open).transpose()?,
        })
    }
}

/// Holds one column of a row group against its rows, and its compression against those that are read.
///
/// # Errors
/// `run-malformed` where it has another number of values, or a compression that is not read.
pub(super) fn check_chunk(group: &RowGroupMetaData, index: usize, name: &str) -> Result<(), Diagnostic> {
    let rows = group.num_rows();
    let Some(chunk) = group.columns().get(index) else {
        return Err(errors::no_column_in_group(name));
    };
    if chunk.num_values() != rows {
        return Err(errors::value_counts_differ(name, chunk.num_values(), rows));
    }
    match chunk.compression() {
        read if is_read(read) => Ok(()),
        other => Err(errors::compression(name, codec_name(other))),
    }
}

/// Whether a compression is read. Not gzip, whose pages the library unpacks without a bound.
fn is_read(compression: Compression) -> bool {
    use Compression::{BROTLI, LZ4, LZ4_RAW, SNAPPY, UNCOMPRESSED, ZSTD};
    matches!(compression, UNCOMPRESSED | SNAPPY | ZSTD(_) | BROTLI(_) | LZ4 | LZ4_RAW)
}

/// Opens one column of a row group of `file`: its place among the columns, its name, and what its values are.
///
/// # Errors
/// `run-malformed` where the headers of its pages are damaged.
pub(super) fn open_chunk(
    file: &[u8],
    group: &dyn RowGroupReader,
    (index, name, kind): (usize, &str, ValueKind),
    limit: PageLimit,
) -> Result<Column, Diagnostic> {
    let chunk = group.metadata().column(index);
    let within = |error: Diagnostic| error.within(&format!("column {name}"));
    limit.check_pages(file, place(chunk), chunk.compression()).map_err(within)?;
    let pages = group.get_column_page_reader(index).map_err(|e| within(damaged(&e)))?;
    let description = chunk.column_descr_ptr();
    let pages = Box::new(PageGuard::new(pages, group.metadata().num_rows(), &description));
    Column::open(name, description, kind, pages)
}

/// The column of the moments at which rows were written. What it holds is told and decides nothing: where it cannot
/// be read, nobody misses it.
fn moments(metadata: &ParquetMetaData) -> Option<(Field, ToMicros)> {
    let columns = metadata.file_metadata().schema_descr().columns();
    let (index, column) = columns.iter().enumerate().find(|(_, column)| column.path().parts() == ["ts"])?;
    let micros = column::micros(column).filter(|_| column.max_rep_level() == 0)?;
    let readable = metadata
        .row_groups()
        .iter()
        .all(|group| group.columns().get(index).is_some_and(|chunk| is_read(chunk.compression())));
    readable.then_some((Field { name: "ts", index, kind: ValueKind::Signed }, micros))
}

/// Where a column chunk lies in its file: offset and length, as declared; huge where it is negative.
fn place(chunk: &ColumnChunkMetaData) -> (u64, u64) {
    let start = chunk.dictionary_page_offset().unwrap_or(chunk.data_page_offset());
    let known = |n: i64| u64::try_from(n).unwrap_or(u64::MAX);
    (known(start), known(chunk.compressed_size()))
}

/// The column of this name among those at the top of the schema.
fn find(
    schema: &SchemaDescriptor,
    name: &'static str,
    accepted: &[ValueKind],
) -> Result<Option<Field>, Diagnostic> {
    let mut found = schema
        .columns()
        .iter()
        .enumerate()
        .filter(|(_, column)| column.path().parts().first().is_some_and(|part| part == name));
    let Some((index, column)) = found.next() else { return Ok(None) };
    if found.next().is_some() || column.path().parts().len() != 1 || column.max_rep_level() > 0 {
        return Err(errors::column_not_flat(name));
    }
    let takes = |kind: &ValueKind| {
        accepted.contains(kind) || accepted == NUMBER && matches!(kind, ValueKind::Decimal { .. })
    };
    match ValueKind::of(column).filter(takes) {
        Some(kind) => Ok(Some(Field { name, index, kind })),
        None => {
            let logical =
                column.logical_type_ref().map_or(String::new(), |of| format!(" ({})", logical_name(of)));
            let expected = match accepted {
                TEXT => "text",
                LABEL => "text or integers",
                INTEGER => "integers",
                _ => "numbers",
            };
            Err(errors::column_of_other_type(name, column.physical_type(), &logical, expected))
        }
    }
}

/// What a compression is called.
fn codec_name(of: Compression) -> &'static str {
    match of {
        Compression::UNCOMPRESSED => "nothing",
        Compression::SNAPPY => "snappy",
        Compression::GZIP(_) => "gzip",
        Compression::LZO => "lzo",
        Compression::BROTLI(_) => "brotli",
        Compression::LZ4 => "lz4",
        Compression::ZSTD(_) => "zstd",
        Compression::LZ4_RAW => "lz4_raw",
    }
}

/// What a logical type is called.
fn logical_name(of: &LogicalType) -> &'static str {
    match of {
        LogicalType::String => "text",
        LogicalType::Map => "a map",
        LogicalType::List => "a list",
        LogicalType::Enum => "an enumeration",
        LogicalType::Decimal(_) => "a decimal",
        LogicalType::Date => "a date",
        LogicalType::Time(_) => "a time of day",
        LogicalType::Timestamp(_) => "a moment",
        LogicalType::Integer(_) => "an integer",
        LogicalType::Json => "JSON",
        LogicalType::Bson => "BSON",
        LogicalType::Uuid => "a UUID",
        LogicalType::Float16 => "a half-precision number",
        _ => "another type",
    }
}

fn missing(schema: &SchemaDescriptor, name: &str) -> Diagnostic {
    let columns = schema.columns().iter().filter_map(|column| column.path().parts().first());
    errors::column_missing(name, &list(columns.map(String::as_str), 16))
}

/// The open columns of one row group.
pub(super) struct Columns {
    pub(super) run: RunColumns,
    pub(super) item_id: Column,
    pub(super) score: Column,
    pub(super) epoch: Option<Column>,
    /// `cluster_id`, or `metadata_json` where a field of it holds the cluster.
    pub(super) cluster: Option<Column>,
    /// The same for the slice.
    pub(super) slice: Option<Column>,
    /// `ts`, where it can be read.
    pub(super) time: Option<Column>,
    pub(super) micros: Option<ToMicros>,
    /// `metadata_json` where it holds what the store knows of a row.
    pub(super) facts: Option<Column>,
}

impl Columns {
    /// The moment of the next row, in microseconds since 1970.
    pub(super) fn moment(&mut self) -> Option<i64> {
        let found = self.time.as_mut()?.next().ok()?;
        let number = match found {
            Scalar::Unsigned(n) => i64::try_from(n).ok()?,
            Scalar::Signed(n) => n,
            _ => return None,
        };
        (self.micros?)(number)
    }

    pub(super) fn fill(&mut self, rows: usize) -> Result<(), Diagnostic> {
        self.each(|column| column.fill(rows))
    }

    pub(super) fn finish(&mut self) -> Result<(), Diagnostic> {
        self.each(Column::finish)
    }

    fn each(&mut self, mut act: impl FnMut(&mut Column) -> Result<(), Diagnostic>) -> Result<(), Diagnostic> {
        let named = self.run.0.iter_mut().flatten().chain([&mut self.item_id, &mut self.score]);
        let rest = self
            .epoch
            .iter_mut()
            .chain(&mut self.cluster)
            .chain(&mut self.slice)
            .chain(&mut self.facts)
            .chain(&mut self.time);
        named.chain(rest).try_for_each(&mut act)
    }
}

/// The columns that name the run, in the order of [`NAMES`].
pub(super) struct RunColumns([Option<Column>; 5]);

impl RunColumns {
    /// What the next row says of its run; an absent or null `config_hash` is empty.
    ///
    /// # Errors
    /// The field, and what is wrong with it.
    pub(super) fn next(&mut self) -> Result<[Cow<'_, str>; 5], (&'static str, Diagnostic)> {
        let mut names = [const { Cow::Borrowed("") }; 5];
        for ((slot, column), field) in names.iter_mut().zip(&mut self.0).zip(NAMES) {
            match column.as_mut().map_or(Ok(Scalar::Null), Column::next).map_err(|error| (field, error))? {
                Scalar::Text(text) => *slot = text,
                Scalar::Null if field == CONFIG_HASH => {}
                other => *slot = other.name().map_err(|error| (field, error))?.into(),
            }
        }
        Ok(names)
    }
}
