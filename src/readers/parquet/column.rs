//! One column of one row group, as a sequence of values of any type.

use super::errors;
use ::parquet::basic::{ConvertedType, LogicalType, TimeUnit, Type};
use ::parquet::column::page::PageReader;
use ::parquet::column::reader::{ColumnReader, ColumnReaderImpl, get_column_reader};
use ::parquet::data_type::{BoolType, ByteArrayType, DataType, DoubleType, FloatType, Int32Type, Int64Type};
use ::parquet::schema::types::ColumnDescPtr;

use super::super::scalar::Scalar;
use super::errors::damaged;
use crate::domain::Diagnostic;

/// What the values of a column are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum ValueKind {
    Text,
    Signed,
    Unsigned,
    /// Floating point or truth value.
    Real,
}

impl ValueKind {
    /// The kind of a column; `None` for types that are not read, such as times and decimals.
    pub(super) fn of(column: &ColumnDescPtr) -> Option<Self> {
        let converted = column.converted_type();
        match (column.physical_type(), column.logical_type_ref()) {
            (Type::BYTE_ARRAY, None | Some(LogicalType::String | LogicalType::Json | LogicalType::Enum)) => {
                (converted != ConvertedType::DECIMAL).then_some(Self::Text)
            }
            (Type::INT32 | Type::INT64, None | Some(LogicalType::Integer(_))) => match converted {
                ConvertedType::NONE
                | ConvertedType::INT_8
                | ConvertedType::INT_16
                | ConvertedType::INT_32
                | ConvertedType::INT_64 => Some(Self::Signed),
                ConvertedType::UINT_8
                | ConvertedType::UINT_16
                | ConvertedType::UINT_32
                | ConvertedType::UINT_64 => Some(Self::Unsigned),
                _ => None,
            },
            (Type::FLOAT | Type::DOUBLE | Type::BOOLEAN, None) => Some(Self::Real),
            _ => None,
        }
    }
}

/// A moment in the unit of its column as microseconds since 1970; `None` where they are too many.
pub(super) type ToMicros = fn(i64) -> Option<i64>;

/// How a value of a column of moments becomes microseconds since 1970; `None` where the column holds none.
pub(super) fn micros(column: &ColumnDescPtr) -> Option<ToMicros> {
    let unit = match (column.physical_type(), column.logical_type_ref(), column.converted_type()) {
        (Type::INT64, Some(LogicalType::Timestamp(timestamp)), _) => timestamp.unit,
        (Type::INT64, None, ConvertedType::TIMESTAMP_MILLIS) => TimeUnit::MILLIS,
        (Type::INT64, None, ConvertedType::TIMESTAMP_MICROS) => TimeUnit::MICROS,
        _ => return None,
    };
    Some(match unit {
        TimeUnit::MILLIS => |n| n.checked_mul(1000),
        TimeUnit::MICROS => Some,
        TimeUnit::NANOS => |n| Some(n.div_euclid(1000)),
    })
}

/// A column of one row group. Rows are decoded by [`Column::fill`] and handed out by [`Column::next`].
pub(super) struct Column {
    name: &'static str,
    values: Values,
    /// 1 for a value, 0 for a null, one a row; stays empty where the column has no nulls by type.
    levels: Vec<i16>,
    nullable: bool,
    row: usize,
    value: usize,
}

enum Values {
    Text(Typed<ByteArrayType>),
    Int32 { column: Typed<Int32Type>, unsigned: bool },
    Int64 { column: Typed<Int64Type>, unsigned: bool },
    Float(Typed<FloatType>),
    Double(Typed<DoubleType>),
    Bool(Typed<BoolType>),
}

struct Typed<T: DataType> {
    reader: ColumnReaderImpl<T>,
    buffer: Vec<T::T>,
}

impl<T: DataType> Typed<T> {
    fn new(reader: ColumnReaderImpl<T>) -> Self {
        Self { reader, buffer: Vec::new() }
    }

    /// Decodes up to `rows` rows; returns how many there were.
    fn fill(
        &mut self,
        rows: usize,
        levels: Option<&mut Vec<i16>>,
    ) -> Result<usize, ::parquet::errors::ParquetError> {
        self.buffer.clear();
        self.reader.read_records(rows, levels, None, &mut self.buffer).map(|(records, _, _)| records)
    }
}

impl Column {
    /// Opens a column whose type [`ValueKind::of`] accepted.
    pub(super) fn open(
        name: &'static str,
        description: ColumnDescPtr,
        kind: ValueKind,
        pages: Box<dyn PageReader>,
    ) -> Result<Self, Diagnostic> {
        let nullable = description.max_def_level() > 0;
        let unsigned = kind == ValueKind::Unsigned;
        let values = match get_column_reader(description, pages) {
            ColumnReader::ByteArrayColumnReader(reader) => Values::Text(Typed::new(reader)),
            ColumnReader::Int32ColumnReader(reader) => Values::Int32 { column: Typed::new(reader), unsigned },
            ColumnReader::Int64ColumnReader(reader) => Values::Int64 { column: Typed::new(reader), unsigned },
            ColumnReader::FloatColumnReader(reader) => Values::Float(Typed::new(reader)),
            ColumnReader::DoubleColumnReader(reader) => Values::Double(Typed::new(reader)),
            ColumnReader::BoolColumnReader(reader) => Values::Bool(Typed::new(reader)),
            _ => return Err(errors::column_type(name)),
        };
        Ok(Self { name, values, levels: Vec::new(), nullable, row: 0, value: 0 })
    }

    /// Decodes the next `rows` rows.
    ///
    /// # Errors
    /// `run-malformed` where the column is damaged or has fewer rows.
    pub(super) fn fill(&mut self, rows: usize) -> Result<(), Diagnostic> {
        let found = self.decode(rows)?;
        let levels = if self.nullable { self.levels.len() } else { rows };
        if found != rows || levels != rows {
            let name = self.name;
            return Err(errors::column_too_short(name));
        }
        Ok(())
    }

    /// Makes sure that the column ends where the row group does.
    ///
    /// # Errors
    /// `run-malformed` where it goes on.
    pub(super) fn finish(&mut self) -> Result<(), Diagnostic> {
        if self.decode(1)? != 0 {
            let name = self.name;
            return Err(errors::column_too_long(name));
        }
        Ok(())
    }

    fn decode(&mut self, rows: usize) -> Result<usize, Diagnostic> {
        (self.row, self.value) = (0, 0);
        self.levels.clear();
        let levels = self.nullable.then_some(&mut self.levels);
        match &mut self.values {
            Values::Text(column) => column.fill(rows, levels),
            Values::Int32 { column, .. } => column.fill(rows, levels),
            Values::Int64 { column, .. } => column.fill(rows, levels),
            Values::Float(column) => column.fill(rows, levels),
            Values::Double(column) => column.fill(rows, levels),
            Values::Bool(column) => column.fill(rows, levels),
        }
        .map_err(|error| damaged(&error).within(&format!("column {}", self.name)))
    }

    /// The next of the rows that [`Column::fill`] decoded.
    ///
    /// # Errors
    /// `run-malformed` where a text is not UTF-8, and past the last decoded row.
    pub(super) fn next(&mut self) -> Result<Scalar<'_>, Diagnostic> {
        if self.nullable {
            let level = self.levels.get(self.row).copied();
            self.row += 1;
            if level == Some(0) {
                return Ok(Scalar::Null);
            }
        }
        let at = self.value;
        self.value += 1;
        let scalar = match &self.values {
            Values::Text(column) => {
                match column.buffer.get(at).map(|text| std::str::from_utf8(text.data())) {
                    Some(Ok(text)) => Some(Scalar::Text(text.into())),
                    Some(Err(_)) => {
                        return Err(errors::not_utf8());
                    }
                    None => None,
                }
            }
            Values::Int32 { column, unsigned } => column.buffer.get(at).map(|n| {
                if *unsigned { Scalar::Unsigned(u64::from(n.cast_unsigned())) } else { signed(i64::from(*n)) }
            }),
            Values::Int64 { column, unsigned } => column
                .buffer
                .get(at)
                .map(|n| if *unsigned { Scalar::Unsigned(n.cast_unsigned()) } else { signed(*n) }),
            Values::Float(column) => column.buffer.get(at).map(|x| Scalar::Float(f64::from(*x))),
            Values::Double(column) => column.buffer.get(at).map(|x| Scalar::Float(*x)),
            Values::Bool(column) => column.buffer.get(at).map(|yes| Scalar::Bool(*yes)),
        };
        scalar.ok_or_else(errors::too_few_values)
    }
}

/// An integer as JSON would give it: without a sign unless it is negative.
fn signed(n: i64) -> Scalar<'static> {
    u64::try_from(n).map_or(Scalar::Signed(n), Scalar::Unsigned)
}
