//! The line of names above the rows of CSV and of a sheet, and the cells of either that hold text.

use super::super::errors;
use std::collections::BTreeSet;

use super::super::scalar::Scalar;
use super::line_numbers::RowsBy;
use super::{Cell, IDS, SCORE};
use crate::domain::{Code, Diagnostic, Score, Unscored};

/// What spreadsheets and data frames write where there is no value.
const NOTHING: [&str; 6] = ["", "null", "None", "NA", "N/A", "<NA>"];

/// The names of the columns, and the row that first has a decimal comma in each.
pub(in crate::readers) struct Header {
    columns: Vec<(String, Option<(u64, String)>)>,
    rows_by: RowsBy,
}

impl Header {
    /// # Errors
    /// `run-malformed` where a name stands twice.
    pub(in crate::readers) fn of<'n>(
        names: impl Iterator<Item = &'n str>,
        rows_by: RowsBy,
    ) -> Result<Self, Diagnostic> {
        let names: Vec<&str> = names.map(str::trim).collect();
        let mut seen = BTreeSet::new();
        let twice = names.iter().find(|name| !name.is_empty() && !seen.insert(**name));
        match twice {
            Some(name) => Err(errors::duplicate_column(name)),
            None => {
                let columns = names.into_iter().map(|name| (name.to_owned(), None)).collect();
                Ok(Self { columns, rows_by })
            }
        }
    }

    pub(in crate::readers) fn len(&self) -> usize {
        self.columns.len()
    }

    /// The names in their order; empty where a column has none.
    pub(in crate::readers) fn names(&self) -> impl Iterator<Item = &str> {
        self.columns.iter().map(|(name, _)| name.as_str())
    }

    /// Takes note of a decimal comma.
    pub(in crate::readers) fn note(&mut self, column: usize, row: u64, cell: &str) {
        if let Some((_, comma @ None)) = self.columns.get_mut(column)
            && has_comma(cell)
        {
            *comma = Some((row, cell.to_owned()));
        }
    }

    /// Why no metric was found, where a column holds numbers that only a person can read.
    pub(in crate::readers) fn why(&self, wanted: Option<&str>, error: Diagnostic) -> Diagnostic {
        let is_it = |name: &str| wanted.is_none_or(|wanted| wanted == name) && !IDS.contains(&name);
        let comma = self
            .columns
            .iter()
            .filter(|(name, _)| is_it(name))
            .find_map(|(name, at)| Some((name, at.as_ref()?)));
        match comma {
            Some((name, (row, cell))) if error.code == Code::RunMalformed && error.place.is_empty() => {
                errors::decimal_comma(&self.rows_by.place(*row), name, cell)
            }
            _ => error,
        }
    }

    /// Refuses scores that only a person can read: left out, they would leave out the graded items.
    ///
    /// # Errors
    /// `run-malformed`.
    pub(in crate::readers) fn check_commas(&self, metric: &str) -> Result<(), Diagnostic> {
        let column = |wanted: &str| self.columns.iter().find(|(name, _)| name == wanted);
        // Where rows name their metric, no column does.
        match column(metric).or_else(|| column(SCORE)) {
            Some((name, Some((row, cell)))) => {
                Err(errors::decimal_comma(&self.rows_by.place(*row), name, cell))
            }
            _ => Ok(()),
        }
    }
}

/// Whether a cell is a number but for a comma.
pub(in crate::readers) fn has_comma(cell: &str) -> bool {
    cell.contains(',') && cell.bytes().all(|b| b.is_ascii_digit() || b",.-+".contains(&b))
}

/// A cell that holds text.
pub(in crate::readers) struct TextCell<'r>(pub(in crate::readers) &'r str);

impl Cell for TextCell<'_> {
    fn scalar(&self) -> Scalar<'_> {
        if self.0.is_empty() { Scalar::Null } else { Scalar::Text(self.0.into()) }
    }

    fn whole(&self) -> Scalar<'_> {
        self.0.trim().parse().map_or_else(|_| self.scalar(), Scalar::Unsigned)
    }

    fn score(&self) -> Result<Score, Unscored> {
        let text = self.0.trim();
        let number = match text {
            _ if NOTHING.contains(&text) => return Err(Unscored::Missing),
            _ if text.eq_ignore_ascii_case("true") => 1.0,
            _ if text.eq_ignore_ascii_case("false") => 0.0,
            _ => text.parse().map_err(|_| Unscored::NotANumber)?,
        };
        Score::new(number).ok_or(Unscored::NotFinite)
    }
}
