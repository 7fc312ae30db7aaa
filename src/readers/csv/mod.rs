//! CSV: a line of column names, then a row an item. Between the cells stand commas, semicolons or
//! tabs, as the first line shows, or a line `sep=;` before it, which spreadsheets write.

mod rows;

use super::errors;

use self::rows::{CsvRow, CsvRows};
use super::table::{Cell as _, Header, IDS, RowsBy, Table, TextCell, has_comma, names_items};
use super::{Content, Format, ReadOptions, Reader, Reading, json};
use crate::domain::Diagnostic;

/// What may stand between two cells.
const SEPARATORS: [u8; 3] = [b',', b';', b'\t'];
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
        let mut header = header_of(header).map_err(|error| error.within(&format!("line {line}")))?;
        let mut table = Table::new(options, RowsBy::Line);
        while let Some((line, row)) = rows.next()? {
            let cells =
                cells(&mut header, line, row).map_err(|error| error.within(&format!("line {line}")))?;
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

/// # Errors
/// `run-malformed` where a name stands twice, `format-unknown` for a table that is no run.
fn header_of(row: CsvRow<'_>) -> Result<Header, Diagnostic> {
    if row.iter().any(|name| name.trim() == PROMPTFOO) {
        return Err(errors::promptfoo_table());
    }
    Header::of(row.iter(), RowsBy::Line)
}

/// The cells of a row by name. Columns without a name, such as an index, are left out.
fn cells<'r>(
    header: &'r mut Header,
    line: u64,
    row: CsvRow<'r>,
) -> Result<Vec<(&'r str, TextCell<'r>)>, Diagnostic> {
    if row.len() != header.len() {
        return Err(errors::wrong_number_of_cells(row.len(), header.len()));
    }
    row.iter().enumerate().for_each(|(column, cell)| header.note(column, line, cell));
    let cells = header.names().zip(row.iter()).map(|(name, cell)| (name, TextCell(cell)));
    Ok(cells.filter(|(name, _)| !name.is_empty()).collect())
}
