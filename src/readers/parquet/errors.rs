//! Why a Parquet file is refused, one function a message.

use std::fmt::Display;

use ::parquet::errors::ParquetError;

use super::super::errors::{DAMAGED, DAMAGED_OR_CUT, WRITE_UTF8};
use super::super::quote::{escape, ours};
use crate::domain::{Code, Diagnostic};

pub(super) fn malformed(what: impl Into<String>) -> Diagnostic {
    Code::RunMalformed.at("").what(what)
}

/// An error of the library; it may quote the file.
pub(super) fn damaged(error: &ParquetError) -> Diagnostic {
    malformed(format!("cannot be read as Parquet: {}", escape(&error.to_string()))).next(DAMAGED_OR_CUT)
}

pub(super) fn too_few_values() -> Diagnostic {
    malformed("has fewer values than rows").next(DAMAGED)
}

pub(super) fn not_utf8() -> Diagnostic {
    malformed("is not UTF-8 text").next(WRITE_UTF8)
}

pub(super) fn column_too_long(name: &str) -> Diagnostic {
    malformed(format!("column {name} holds more rows than the file declares")).next(DAMAGED)
}

pub(super) fn column_too_short(name: &str) -> Diagnostic {
    malformed(format!("column {name} ends before the rows that the file declares")).next(DAMAGED)
}

pub(super) fn column_type(name: &str) -> Diagnostic {
    malformed(format!("column {name} has a type that is not read"))
}

pub(super) fn no_parquet_end() -> Diagnostic {
    malformed("does not end as a Parquet file does").next("the file is damaged or was cut short")
}

pub(super) fn bad_facts(error: impl Display) -> Diagnostic {
    malformed(escape(&error.to_string()))
}

pub(super) fn no_details(doc: &str, metric: &str) -> Diagnostic {
    malformed(format!("has no columns {doc} and {metric}"))
        .next("give details_<task>_<date>.parquet, which lighteval writes with --save-details")
}

pub(super) fn no_score_of_single_documents() -> Diagnostic {
    malformed("no metric is one number for each document")
        .next("run the task with a metric of single documents")
}

pub(super) fn column_missing(name: &str, held: &str) -> Diagnostic {
    malformed(format!("has no column {}; it has {held}", ours(name)))
        .next("a RunFrame needs run_id, model_id, task_id, metric_name, item_id and score")
}

pub(super) fn column_of_other_type(
    name: &str,
    physical: impl Display,
    logical: &str,
    expected: &str,
) -> Diagnostic {
    malformed(format!("column {name} is {physical}{logical}, expected {expected}"))
        .next("write the columns of a RunFrame with the types that its format names")
}

pub(super) fn column_not_flat(name: &str) -> Diagnostic {
    malformed(format!("column {name} is nested, repeated or stands twice"))
        .next("a RunFrame has one flat column of each name")
}

pub(super) fn negative_rows(rows: i64) -> Diagnostic {
    malformed(format!("a row group declares {rows} rows"))
}

pub(super) fn compression(name: &str, compression: &str) -> Diagnostic {
    malformed(format!("column {name} is compressed with {compression}")).next(
        "write the file with snappy, zstd, lz4 or brotli, as in COPY runs TO 'runs.parquet' (COMPRESSION zstd) of DuckDB",
    )
}

pub(super) fn value_counts_differ(name: &str, values: i64, rows: i64) -> Diagnostic {
    malformed(format!("column {name} holds {values} values in a row group of {rows} rows")).next(DAMAGED)
}

pub(super) fn no_column_in_group(name: &str) -> Diagnostic {
    malformed(format!("a row group has no column {name}"))
}

pub(super) fn row_counts_differ(declared: i64, found: usize) -> Diagnostic {
    malformed(format!("declares {declared} rows, and its row groups hold {found}")).next(DAMAGED)
}

pub(super) fn damaged_footer() -> Diagnostic {
    malformed("cannot be read as Parquet: its footer is missing or damaged").next(DAMAGED_OR_CUT)
}

pub(super) fn damaged_page() -> Diagnostic {
    malformed("the decoder gave up on a damaged page").next(DAMAGED)
}

pub(super) fn too_much_text() -> Diagnostic {
    malformed("unpacks to far more text than a file of its size holds")
        .next("shorten the item ids and cluster ids, or write the run as RunFrame JSON")
}

pub(super) fn pages_too_large() -> Diagnostic {
    malformed("its pages unpack to far more than a file of its size holds").next(DAMAGED)
}

pub(super) fn damaged_pages() -> Diagnostic {
    malformed("its pages are damaged").next(DAMAGED)
}

pub(super) fn too_many_rows(rows: usize) -> Diagnostic {
    malformed(format!("declares {rows} rows, far more than a file of its size holds")).next(DAMAGED)
}
