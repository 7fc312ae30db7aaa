//! CSV: a line of column names, then a row an item. Between the cells stand commas, semicolons or
//! tabs, as the first line shows, or a line `sep=;` before it, which spreadsheets write.

mod rows;

use super::errors;
use std::collections::BTreeSet;

use self::rows::{CsvRow, CsvRows};
use super::scalar::Scalar;
use super::table::{Cell, IDS, RowsBy, SCORE, Table, names_items};
use super::{Content, Format, ReadOptions, Reader, Reading, json};
use crate::domain::{Code, Diagnostic, Score, Unscored};

/// What may stand between two cells.
const SEPARATORS: [u8; 3] = [b',', b';', b'\t'];
/// What spreadsheets and data frames write where there is no value.
const NOTHING: [&str; 6] = ["", "null", "None", "NA", "N/A", "<NA>"];
/// What begins the line by which a spreadsheet says what stands between the cells.
const SEP: &str = "sep=";
/// A column that only promptfoo's own table has.
const PROMPTFOO: &str = "Grader Reason";

/// The rows of a table, the one with the names of the columns first, separated as a line before it says or it shows.
///
/// # Errors
/// Where the file cannot be read.
pub(super) fn rows<'c>(content: &'c Content<'c>) -> Result<CsvRows<'c>, Diagnostic> {
    let (said, mut lines) = lines_of(content.head());
    let (separator, _) = separator(said, lines.next().unwrap_or("")).unwrap_or((b',', false));
    let mut rows = CsvRows::of(content, separator)?;
    if said.is_some() {
        rows.next()?;
    }
    Ok(rows)
}

/// Reads CSV with named columns.
pub(super) struct CsvReader;

impl Reader for CsvReader {
    fn format(&self) -> Format {
        Format::Csv
    }

    fn sniff(&self, head: &[u8]) -> bool {
        let (said, mut lines) = lines_of(head);
        let first = lines.next().unwrap_or("");
        let Some((separator, names_an_item)) = separator(said, first) else { return false };
        let mut goes_on = || lines.next().is_some_and(|line| line.as_bytes().contains(&separator));
        !matches!(json::first_byte(head), None | Some(b'{' | b'['))
            && first.chars().all(|c| c == '\t' || !c.is_control())
            && (names_an_item || goes_on())
    }

    fn recognises(&self, head: &[u8]) -> bool {
        let (said, mut lines) = lines_of(head);
        let header = lines.next().unwrap_or_default();
        let Some((separator, _)) = separator(said, header) else { return false };
        let cells = |line: &'_ str| -> Vec<String> {
            line.split(char::from(separator)).map(|cell| cell.trim().trim_matches('"').to_owned()).collect()
        };
        let names = cells(header);
        // The first row that is a line: a cell may go over several.
        let first = lines.map(cells).find(|row| row.len() == names.len()).unwrap_or_default();
        let numeric = |(name, cell): (&String, &String)| {
            name != "id" && (has_comma(cell) || TextCell(cell).score().is_ok())
        };
        names_items(names.iter().map(String::as_str), || names.iter().zip(&first).any(numeric))
    }

    fn takes_id(&self) -> bool {
        true
    }

    fn read(&self, content: &Content<'_>, options: &ReadOptions) -> Result<Reading, Diagnostic> {
        let mut rows = rows(content)?;
        let Some((line, header)) = rows.next()? else {
            return Err(errors::no_rows());
        };
        let mut header = Header::of(header).map_err(|error| error.within(&format!("line {line}")))?;
        let mut table = Table::new(options, RowsBy::Line);
        while let Some((line, row)) = rows.next()? {
            let cells = header.cells(line, row).map_err(|error| error.within(&format!("line {line}")))?;
            table.row(line, &cells)?;
        }
        let wanted = options.metric.as_deref();
        let reading = table.finish(content.path(), Format::Csv).map_err(|error| header.why(wanted, error))?;
        header.check_commas(&reading.run.metadata().metric_name)?;
        Ok(reading)
    }
}

/// The lines that a file begins with, behind one that says what stands between the cells; and what it says.
fn lines_of(head: &[u8]) -> (Option<u8>, std::str::Lines<'_>) {
    let mut lines = json::head(head).lines();
    let first = lines.clone().next().unwrap_or_default().trim().trim_matches('"');
    let said = first.get(..SEP.len()).filter(|begin| begin.eq_ignore_ascii_case(SEP));
    let said = said.and_then(|_| first.as_bytes().get(SEP.len()..)).and_then(|rest| match rest {
        [separator] => SEPARATORS.contains(separator).then_some(*separator),
        // A tab at the end of a line is trimmed as a blank.
        [] => Some(b'\t'),
        _ => None,
    });
    if said.is_some() {
        lines.next();
    }
    (said, lines)
}

/// What stands between the cells of a header, as a line before it said or it shows; and whether one of them names the
/// item.
fn separator(said: Option<u8>, header: &str) -> Option<(u8, bool)> {
    let cells = |separator: u8| header.split(char::from(separator));
    let named = |cell: &str| IDS.contains(&cell.trim().trim_matches('"'));
    if let Some(separator) = said {
        return Some((separator, cells(separator).any(named)));
    }
    let by_name = SEPARATORS.into_iter().find(|s| cells(*s).count() > 1 && cells(*s).any(named));
    if let Some(separator) = by_name {
        return Some((separator, true));
    }
    let most = SEPARATORS.into_iter().rev().max_by_key(|s| cells(*s).count())?;
    (cells(most).count() > 1).then_some((most, false))
}

/// A column name, and the line that first has a decimal comma in it.
struct Header(Vec<(String, Option<(u64, String)>)>);

impl Header {
    /// # Errors
    /// `run-malformed` where a name stands twice, `format-unknown` for a table that is no run.
    fn of(row: CsvRow<'_>) -> Result<Self, Diagnostic> {
        let names: Vec<&str> = row.iter().map(str::trim).collect();
        if names.contains(&PROMPTFOO) {
            return Err(errors::promptfoo_table());
        }
        let mut seen = BTreeSet::new();
        let twice = names.iter().find(|name| !name.is_empty() && !seen.insert(**name));
        match twice {
            Some(name) => Err(errors::duplicate_column(name)),
            None => Ok(Self(names.into_iter().map(|name| (name.to_owned(), None)).collect())),
        }
    }

    /// The cells of a row by name. Columns without a name, such as an index, are left out.
    fn cells<'r>(
        &'r mut self,
        line: u64,
        row: CsvRow<'r>,
    ) -> Result<Vec<(&'r str, TextCell<'r>)>, Diagnostic> {
        if row.len() != self.0.len() {
            return Err(errors::wrong_number_of_cells(row.len(), self.0.len()));
        }
        for ((_, comma), cell) in self.0.iter_mut().zip(row.iter()) {
            if comma.is_none() && has_comma(cell) {
                *comma = Some((line, cell.to_owned()));
            }
        }
        let cells = self.0.iter().zip(row.iter()).map(|((name, _), cell)| (name.as_str(), TextCell(cell)));
        Ok(cells.filter(|(name, _)| !name.is_empty()).collect())
    }

    /// Why no metric was found, where a column holds numbers that only a person can read.
    fn why(&self, wanted: Option<&str>, error: Diagnostic) -> Diagnostic {
        let is_it = |name: &str| wanted.is_none_or(|wanted| wanted == name) && !IDS.contains(&name);
        let comma =
            self.0.iter().filter(|(name, _)| is_it(name)).find_map(|(name, at)| Some((name, at.as_ref()?)));
        match comma {
            Some((name, (line, cell))) if error.code == Code::RunMalformed && error.place.is_empty() => {
                errors::decimal_comma(*line, name, cell)
            }
            _ => error,
        }
    }

    /// Refuses scores that only a person can read: left out, they would leave out the graded items.
    fn check_commas(&self, metric: &str) -> Result<(), Diagnostic> {
        let column = |wanted: &str| self.0.iter().find(|(name, _)| name == wanted);
        // Where rows name their metric, no column does.
        match column(metric).or_else(|| column(SCORE)) {
            Some((name, Some((line, cell)))) => Err(errors::decimal_comma(*line, name, cell)),
            _ => Ok(()),
        }
    }
}

/// Whether a cell is a number but for a comma.
fn has_comma(cell: &str) -> bool {
    cell.contains(',') && cell.bytes().all(|b| b.is_ascii_digit() || b",.-+".contains(&b))
}

/// A cell.
struct TextCell<'r>(&'r str);

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
