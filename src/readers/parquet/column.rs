//! One column of one row group, as a sequence of values of any type.

use super::errors;
use ::parquet::basic::{ConvertedType, LogicalType, TimeUnit, Type};
use ::parquet::column::page::PageReader;
use ::parquet::column::reader::{ColumnReader, ColumnReaderImpl, get_column_reader};
use ::parquet::data_type::{
    BoolType, ByteArrayType, DataType, DoubleType, FixedLenByteArrayType, FloatType, Int32Type, Int64Type,
};
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
    /// A whole number of so many tenths, hundredths and so on, as SQL engines write literals such as 0.5.
    Decimal {
        scale: u8,
    },
}

impl ValueKind {
    /// Whether its values are numbers or truth values.
    pub(super) fn is_number(self) -> bool {
        self != Self::Text
    }

    /// The kind of a column; `None` for types that are not read, such as times.
    pub(super) fn of(column: &ColumnDescPtr) -> Option<Self> {
        let converted = column.converted_type();
        if let Some(scale) = decimal(column) {
            return Some(Self::Decimal { scale });
        }
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

/// How many digits of a decimal stand behind the point; `None` where the column holds none, or more than any number has.
fn decimal(column: &ColumnDescPtr) -> Option<u8> {
    let physical = column.physical_type();
    let scale = match (column.logical_type_ref(), column.converted_type()) {
        (Some(LogicalType::Decimal(decimal)), _) => decimal.scale,
        (None, ConvertedType::DECIMAL) => column.type_scale(),
        _ => return None,
    };
    let whole = matches!(physical, Type::INT32 | Type::INT64 | Type::BYTE_ARRAY | Type::FIXED_LEN_BYTE_ARRAY);
    u8::try_from(scale).ok().filter(|scale| whole && *scale <= LONGEST_DECIMAL)
}

/// Most digits of a decimal.
const LONGEST_DECIMAL: u8 = 38;

/// A decimal as the number that it stands for. `None` for bytes longer than any decimal has.
fn of_bytes(bytes: &[u8], scale: u8) -> Option<f64> {
    let negative = bytes.first().is_some_and(|first| *first >= 0x80);
    let mut whole = [if negative { 0xff } else { 0 }; 16];
    whole.get_mut(16_usize.checked_sub(bytes.len())?..)?.copy_from_slice(bytes);
    Some(scaled(i128::from_be_bytes(whole) as f64, scale))
}

/// A whole number of the units that a scale stands for. Up to 22 digits the power is exact, so that the quotient is the
/// double next to the decimal.
fn scaled(units: f64, scale: u8) -> f64 {
    units / 10_f64.powi(i32::from(scale))
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
    name: Box<str>,
    values: Values,
    /// One a row: `most` for a value, less for a null; stays empty where the column has no nulls by type.
    levels: Vec<i16>,
    most: i16,
    /// Of a column of decimals.
    scale: Option<u8>,
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
    Fixed(Typed<FixedLenByteArrayType>),
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
        name: &str,
        description: ColumnDescPtr,
        kind: ValueKind,
        pages: Box<dyn PageReader>,
    ) -> Result<Self, Diagnostic> {
        let most = description.max_def_level();
        let unsigned = kind == ValueKind::Unsigned;
        let scale = if let ValueKind::Decimal { scale } = kind { Some(scale) } else { None };
        let values = match get_column_reader(description, pages) {
            ColumnReader::ByteArrayColumnReader(reader) => Values::Text(Typed::new(reader)),
            ColumnReader::Int32ColumnReader(reader) => Values::Int32 { column: Typed::new(reader), unsigned },
            ColumnReader::Int64ColumnReader(reader) => Values::Int64 { column: Typed::new(reader), unsigned },
            ColumnReader::FloatColumnReader(reader) => Values::Float(Typed::new(reader)),
            ColumnReader::DoubleColumnReader(reader) => Values::Double(Typed::new(reader)),
            ColumnReader::BoolColumnReader(reader) => Values::Bool(Typed::new(reader)),
            ColumnReader::FixedLenByteArrayColumnReader(reader) => Values::Fixed(Typed::new(reader)),
            _ => return Err(errors::column_type(name)),
        };
        Ok(Self { name: name.into(), values, levels: Vec::new(), most, scale, row: 0, value: 0 })
    }

    /// Decodes the next `rows` rows.
    ///
    /// # Errors
    /// `run-malformed` where the column is damaged or has fewer rows.
    pub(super) fn fill(&mut self, rows: usize) -> Result<(), Diagnostic> {
        let found = self.decode(rows)?;
        let levels = if self.most > 0 { self.levels.len() } else { rows };
        if found != rows || levels != rows {
            return Err(errors::column_too_short(&self.name));
        }
        Ok(())
    }

    /// Makes sure that the column ends where the row group does.
    ///
    /// # Errors
    /// `run-malformed` where it goes on.
    pub(super) fn finish(&mut self) -> Result<(), Diagnostic> {
        if self.decode(1)? != 0 {
            return Err(errors::column_too_long(&self.name));
        }
        Ok(())
    }

    fn decode(&mut self, rows: usize) -> Result<usize, Diagnostic> {
        (self.row, self.value) = (0, 0);
        self.levels.clear();
        let levels = (self.most > 0).then_some(&mut self.levels);
        match &mut self.values {
            Values::Text(column) => column.fill(rows, levels),
            Values::Int32 { column, .. } => column.fill(rows, levels),
            Values::Int64 { column, .. } => column.fill(rows, levels),
            Values::Float(column) => column.fill(rows, levels),
            Values::Double(column) => column.fill(rows, levels),
            Values::Bool(column) => column.fill(rows, levels),
            Values::Fixed(column) => column.fill(rows, levels),
        }
        .map_err(|error| damaged(&error).within(&format!("column {}", self.name)))
    }

    /// The next of the rows that [`Column::fill`] decoded.
    ///
    /// # Errors
    /// `run-malformed` where a text is not UTF-8, and past the last decoded row.
    pub(super) fn next(&mut self) -> Result<Scalar<'_>, Diagnostic> {
        if self.most > 0 {
            let level = self.levels.get(self.row).copied();
            self.row += 1;
            if level.is_some_and(|level| level < self.most) {
                return Ok(Scalar::Null);
            }
        }
        let at = self.value;
        self.value += 1;
        if let Some(scale) = self.scale {
            return self.decimal(at, scale);
        }
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
            // Only decimals have bytes of a fixed length.
            Values::Fixed(_) => return Err(errors::column_type(&self.name)),
        };
        scalar.ok_or_else(errors::too_few_values)
    }
}

impl Column {
    fn decimal(&self, at: usize, scale: u8) -> Result<Scalar<'_>, Diagnostic> {
        let number = match &self.values {
            Values::Int32 { column, .. } => column.buffer.get(at).map(|n| Some(scaled(f64::from(*n), scale))),
            Values::Int64 { column, .. } => column.buffer.get(at).map(|n| Some(scaled(*n as f64, scale))),
            Values::Text(column) => column.buffer.get(at).map(|bytes| of_bytes(bytes.data(), scale)),
            Values::Fixed(column) => column.buffer.get(at).map(|bytes| of_bytes(bytes.data(), scale)),
            Values::Float(_) | Values::Double(_) | Values::Bool(_) => {
                return Err(errors::column_type(&self.name));
            }
        };
        let number = number.ok_or_else(errors::too_few_values)?;
        number.map(Scalar::Float).ok_or_else(|| errors::column_type(&self.name))
    }
}

/// An integer as JSON would give it: without a sign unless it is negative.
fn signed(n: i64) -> Scalar<'static> {
    u64::try_from(n).map_or(Scalar::Signed(n), Scalar::Unsigned)
}
