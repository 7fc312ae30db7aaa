//! One cell of a sheet, as the value that it holds.

use std::cmp::Ordering;

use calamine::{CellErrorType, DataRef, ExcelDateTime};

use super::super::scalar::Scalar;
use super::super::table::{Cell, TextCell};
use super::errors;
use crate::domain::{Diagnostic, Score, Unscored};

/// Up to here every whole number is one of its own: a sheet keeps numbers as doubles.
const LARGEST_WHOLE: f64 = 9_007_199_254_740_992.0;
const SECONDS_OF_DAY: f64 = 86_400.0;

/// What a cell holds.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum SheetCell {
    Empty,
    Number(f64),
    Bool(bool),
    Text(String),
    /// A date, a time of day, both, or a duration, as text.
    Moment(String),
    /// What a formula answers where it has no result.
    Error(CellErrorType),
    /// A formula whose result is not in the file.
    NoResult,
}

impl SheetCell {
    /// The value that the library gives. It gives nothing for a formula without a result.
    pub(super) fn of(value: DataRef<'_>, is_formula: bool) -> Self {
        match value {
            DataRef::Int(number) => Self::Number(number as f64),
            DataRef::Float(number) => Self::Number(number),
            DataRef::Bool(yes) => Self::Bool(yes),
            DataRef::String(text) => Self::Text(text),
            DataRef::SharedString(text) => Self::Text(text.to_owned()),
            DataRef::DateTime(moment) => Self::Moment(moment_as_text(&moment)),
            DataRef::DateTimeIso(text) | DataRef::DurationIso(text) => Self::Moment(text),
            DataRef::Error(error) => Self::Error(error),
            DataRef::Empty if is_formula => Self::NoResult,
            DataRef::Empty => Self::Empty,
        }
    }

    /// Whether there is nothing in it, not even blanks.
    pub(super) fn is_blank(&self) -> bool {
        match self {
            Self::Empty => true,
            Self::Text(text) => text.is_empty(),
            _ => false,
        }
    }

    /// # Errors
    /// `run-malformed` where a formula has no result.
    pub(super) fn check(&self) -> Result<(), Diagnostic> {
        match self {
            Self::Error(error) => Err(errors::cell_error(error)),
            Self::NoResult => Err(errors::formula_without_result()),
            _ => Ok(()),
        }
    }

    /// What it names a column, where it stands above one.
    pub(super) fn as_name(&self) -> String {
        match self {
            Self::Number(number) => number.to_string(),
            Self::Bool(yes) => yes.to_string(),
            _ => self.text().trim().to_owned(),
        }
    }

    /// The text in it, where it holds one.
    pub(super) fn text(&self) -> &str {
        match self {
            Self::Text(text) | Self::Moment(text) => text,
            _ => "",
        }
    }
}

impl Cell for &SheetCell {
    fn scalar(&self) -> Scalar<'_> {
        match self {
            SheetCell::Number(number) => of_number(*number),
            SheetCell::Bool(yes) => Scalar::Bool(*yes),
            SheetCell::Text(text) | SheetCell::Moment(text) if !text.is_empty() => {
                Scalar::Text(text.as_str().into())
            }
            _ => Scalar::Null,
        }
    }

    fn whole(&self) -> Scalar<'_> {
        match self {
            SheetCell::Text(text) => text.trim().parse().map_or_else(|_| self.scalar(), Scalar::Unsigned),
            _ => self.scalar(),
        }
    }

    fn score(&self) -> Result<Score, Unscored> {
        match self {
            SheetCell::Number(number) => Score::new(*number).ok_or(Unscored::NotFinite),
            SheetCell::Bool(yes) => Score::new(f64::from(u8::from(*yes))).ok_or(Unscored::NotFinite),
            SheetCell::Text(text) => TextCell(text).score(),
            SheetCell::Moment(_) => Err(Unscored::NotANumber),
            SheetCell::Empty | SheetCell::Error(_) | SheetCell::NoResult => Err(Unscored::Missing),
        }
    }
}

/// A number; as an integer where it is one, beyond doubt.
fn of_number(number: f64) -> Scalar<'static> {
    let whole = number.trunc().total_cmp(&number) == Ordering::Equal && number.abs() < LARGEST_WHOLE;
    match (whole, number < 0.0) {
        (true, false) => Scalar::Unsigned(number as u64),
        (true, true) => Scalar::Signed(number as i64),
        (false, _) => Scalar::Float(number),
    }
}

/// 2026-03-01, 2026-03-01T10:30:00, 10:30:00; parts of a second only where there are any. A duration is told as its
/// hours, minutes and seconds, of which there may be more than a day has.
fn moment_as_text(moment: &ExcelDateTime) -> String {
    let days = moment.as_f64();
    if moment.is_duration() {
        let seconds = (days * SECONDS_OF_DAY).round();
        let (sign, seconds) = (if seconds < 0.0 { "-" } else { "" }, seconds.abs() as u64);
        return format!("{sign}{:02}:{:02}:{:02}", seconds / 3600, seconds / 60 % 60, seconds % 60);
    }
    let (year, month, day, hour, minute, second, milli) = moment.to_ymd_hms_milli();
    let date = format!("{year:04}-{month:02}-{day:02}");
    let parts = if milli == 0 { String::new() } else { format!(".{milli:03}") };
    let time = format!("{hour:02}:{minute:02}:{second:02}{parts}");
    match (days < 1.0, (hour, minute, second, milli) == (0, 0, 0, 0)) {
        (true, _) => time,
        (false, true) => date,
        (false, false) => format!("{date}T{time}"),
    }
}

#[cfg(test)]
mod tests {
    use calamine::{DataRef, ExcelDateTime, ExcelDateTimeType};

    use super::super::super::scalar::Scalar;
    use super::super::super::table::Cell as _;
    use super::SheetCell;
    use crate::domain::Unscored;

    #[test]
    fn whole_numbers_name_items_as_their_digits_and_no_others_do() {
        let id =
            |number: f64| (&SheetCell::Number(number)).scalar().id().ok().map(std::borrow::Cow::into_owned);
        assert_eq!(id(7.0).as_deref(), Some("7"));
        assert_eq!(id(-7.0).as_deref(), Some("-7"));
        assert_eq!(id(9_007_199_254_740_991.0).as_deref(), Some("9007199254740991"));
        // Two ids of so many digits may be one double.
        for number in [9_007_199_254_740_992.0, 1.5, f64::NAN, f64::INFINITY] {
            assert_eq!(id(number), None, "{number}");
        }
    }

    #[test]
    fn moments_are_text_in_one_form() {
        let text = |days: f64, of: ExcelDateTimeType| {
            SheetCell::of(DataRef::DateTime(ExcelDateTime::new(days, of, false)), false).text().to_owned()
        };
        let of = ExcelDateTimeType::DateTime;
        assert_eq!(text(46082.0, of), "2026-03-01");
        assert_eq!(text(46082.4375, of), "2026-03-01T10:30:00");
        assert_eq!(text(0.4375, of), "10:30:00");
        assert_eq!(text(1.5, ExcelDateTimeType::TimeDelta), "36:00:00");
        assert_eq!(text(-0.5, ExcelDateTimeType::TimeDelta), "-12:00:00");
    }

    #[test]
    fn scores_are_numbers_truth_values_and_text_as_in_csv() {
        let score = |cell: SheetCell| (&cell).score().map(|score| score.get());
        assert_eq!(score(SheetCell::Number(0.25)), Ok(0.25));
        assert_eq!(score(SheetCell::Bool(true)), Ok(1.0));
        assert_eq!(score(SheetCell::Text(" 0.5 ".into())), Ok(0.5));
        assert_eq!(score(SheetCell::Text("N/A".into())), Err(Unscored::Missing));
        assert_eq!(score(SheetCell::Empty), Err(Unscored::Missing));
        assert_eq!(score(SheetCell::Moment("2026-03-01".into())), Err(Unscored::NotANumber));
        assert_eq!(score(SheetCell::Number(f64::INFINITY)), Err(Unscored::NotFinite));
        assert_eq!((&SheetCell::Text(String::new())).scalar(), Scalar::Null);
    }
}
