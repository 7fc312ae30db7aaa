//! Writes RunFrame Parquet in the ways that its readers must stand.

use std::sync::Arc;

use bytes::Bytes;
use parquet::basic::{BrotliLevel, Compression, ZstdLevel};
use parquet::data_type::{ByteArray, ByteArrayType, DoubleType, Int32Type, Int64Type};
use parquet::file::properties::{WriterProperties, WriterVersion};
use parquet::file::writer::{SerializedFileWriter, SerializedRowGroupWriter};
use parquet::schema::parser::parse_message_type;

use super::runs::Row;

/// How a file is written.
#[derive(Clone, Debug)]
pub(crate) struct Style {
    pub(crate) compression: Compression,
    pub(crate) dictionary: bool,
    pub(crate) version: WriterVersion,
    pub(crate) rows_per_group: usize,
    pub(crate) rows_per_page: usize,
}

impl Style {
    pub(crate) fn number(n: u8) -> Self {
        Self {
            compression: match n % 6 {
                0 => Compression::SNAPPY,
                1 => Compression::ZSTD(ZstdLevel::default()),
                2 => Compression::BROTLI(BrotliLevel::default()),
                3 => Compression::LZ4_RAW,
                // In Hadoop's frames.
                4 => Compression::LZ4,
                _ => Compression::UNCOMPRESSED,
            },
            dictionary: n & 4 == 0,
            version: if n & 8 == 0 { WriterVersion::PARQUET_1_0 } else { WriterVersion::PARQUET_2_0 },
            rows_per_group: if n & 16 == 0 { usize::MAX } else { 3 },
            rows_per_page: if n & 32 == 0 { 20_000 } else { 2 },
        }
    }
}

const SCHEMA: &str = "message run {
    REQUIRED BYTE_ARRAY run_id (STRING); REQUIRED BYTE_ARRAY model_id (STRING);
    REQUIRED BYTE_ARRAY task_id (STRING); OPTIONAL BYTE_ARRAY metric_name (STRING);
    REQUIRED BYTE_ARRAY item_id (STRING); OPTIONAL BYTE_ARRAY cluster_id (STRING);
    REQUIRED INT64 epoch; OPTIONAL DOUBLE score; REQUIRED INT32 other; }";

/// The bytes of a file that holds one run, or several: (run id, metric, rows).
pub(crate) fn file(runs: &[(&str, &str, &[Row])], style: &Style) -> Vec<u8> {
    let properties = WriterProperties::builder()
        .set_compression(style.compression)
        .set_dictionary_enabled(style.dictionary)
        .set_writer_version(style.version)
        .set_data_page_row_count_limit(style.rows_per_page)
        .set_write_batch_size(style.rows_per_page)
        .build();
    let schema = Arc::new(parse_message_type(SCHEMA).unwrap());
    let mut writer = SerializedFileWriter::new(Vec::new(), schema, Arc::new(properties)).unwrap();
    let rows: Vec<_> = runs
        .iter()
        .flat_map(|(run, metric, rows)| rows.iter().map(move |row| (*run, *metric, row)))
        .collect();
    for rows in rows.chunks(style.rows_per_group.min(rows.len().max(1))) {
        let mut group = writer.next_row_group().unwrap();
        let text = |f: &dyn Fn(&(&str, &str, &Row)) -> String| rows.iter().map(|row| Some(f(row))).collect();
        texts(&mut group, text(&|(run, _, _)| (*run).to_owned()), false);
        texts(&mut group, text(&|(run, _, _)| format!("model of {run}")), false);
        texts(&mut group, text(&|_| "task".to_owned()), false);
        texts(&mut group, text(&|(_, metric, _)| (*metric).to_owned()), true);
        texts(&mut group, text(&|(_, _, row)| row.0.clone()), false);
        texts(&mut group, rows.iter().map(|(_, _, row)| row.2.clone()).collect(), true);
        let epochs: Vec<i64> = rows.iter().map(|(_, _, row)| i64::from(row.1)).collect();
        column::<Int64Type>(&mut group, &epochs, None);
        let scores: Vec<f64> = rows.iter().filter_map(|(_, _, row)| row.3).collect();
        let levels: Vec<i16> = rows.iter().map(|(_, _, row)| i16::from(row.3.is_some())).collect();
        column::<DoubleType>(&mut group, &scores, Some(&levels));
        column::<Int32Type>(&mut group, &vec![7; rows.len()], None);
        group.close().unwrap();
    }
    writer.into_inner().unwrap()
}

fn texts(group: &mut SerializedRowGroupWriter<'_, Vec<u8>>, texts: Vec<Option<String>>, nullable: bool) {
    let levels: Vec<i16> = texts.iter().map(|text| i16::from(text.is_some())).collect();
    let values: Vec<_> = texts.into_iter().flatten().map(|t| ByteArray::from(Bytes::from(t))).collect();
    column::<ByteArrayType>(group, &values, nullable.then_some(levels.as_slice()));
}

fn column<T: parquet::data_type::DataType>(
    group: &mut SerializedRowGroupWriter<'_, Vec<u8>>,
    values: &[T::T],
    levels: Option<&[i16]>,
) {
    let mut column = group.next_column().unwrap().unwrap();
    column.typed::<T>().write_batch(values, levels, None).unwrap();
    column.close().unwrap();
}
