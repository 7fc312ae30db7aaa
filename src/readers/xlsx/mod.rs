//! Excel workbooks (`.xlsx`): in a sheet a row of column names, then a row an item. Columns mean what they mean in CSV.
//!
//! `calamine` reads the cells, one after the other: a range of cells would take memory for every cell up to the last one,
//! and one cell in the last corner of a sheet makes that 17 billion.

mod archive;
mod cell;
mod errors;
mod rows;
mod sheets;
mod xml_guard;

use std::panic::{AssertUnwindSafe, catch_unwind};

use calamine::{Reader as _, Xlsx};

use self::archive::Workbook;
use self::cell::SheetCell;
use self::rows::{SheetRow, SheetRows, address};
use self::sheets::{ChosenSheet, RunOfSheet};
use super::quote::{Quotes, escape};
use super::table::{Header, RowsBy, Table};
use super::{Content, Format, ReadOptions, Reader, Reading, is_secret};
use crate::domain::Diagnostic;

/// Reads Excel workbooks.
pub(super) struct XlsxReader;

impl Reader for XlsxReader {
    fn format(&self) -> Format {
        Format::Xlsx
    }

    fn sniff(&self, head: &[u8]) -> bool {
        archive::is_workbook(head)
    }

    /// A workbook may hold anything, and what it holds is compressed: [`XlsxReader::read`] knows.
    fn recognises(&self, _: &[u8]) -> bool {
        false
    }

    fn takes_id(&self) -> bool {
        true
    }

    fn read(&self, content: &Content<'_>, options: &ReadOptions) -> Result<Reading, Diagnostic> {
        // The library runs into assertions of arithmetic where a workbook is damaged.
        catch_unwind(AssertUnwindSafe(|| from_workbook(content, options)))
            .unwrap_or_else(|_| Err(errors::unreadable_workbook()))
    }
}

fn from_workbook(content: &Content<'_>, options: &ReadOptions) -> Result<Reading, Diagnostic> {
    let bytes = archive::checked(content.size(), content.seek()?)?;
    let mut workbook = Xlsx::new(bytes).map_err(|error| errors::damaged(&error))?;
    let found = sheets::look(&mut workbook, options.id.as_deref())?;
    // Where sheets name their items they are runs, and what is wrong with them may be quoted.
    let shown = found.are_runs() && !is_secret(content.path());
    let chosen = found.choose(options.run_id.as_deref());
    chosen
        .and_then(|chosen| from_sheet(&mut workbook, &chosen, content.path(), options))
        .map_err(|error| if shown { Quotes::Shown.of_error(error) } else { error })
}

fn from_sheet(
    workbook: &mut Workbook<'_>,
    chosen: &ChosenSheet<'_>,
    path: &str,
    options: &ReadOptions,
) -> Result<Reading, Diagnostic> {
    let in_sheet = |error: Diagnostic| error.within(&escape(chosen.name));
    let mut rows = SheetRows::open(workbook, chosen.name)?;
    let Some(first) = rows.next()? else {
        return Err(in_sheet(super::errors::no_rows()));
    };
    let named = first.cells.iter().map(|(column, cell)| (*column, cell.as_name()));
    let (columns, names): (Vec<u32>, Vec<String>) = named.filter(|(_, name)| !name.is_empty()).unzip();
    let mut header = Header::of(names.iter().map(String::as_str), RowsBy::Row).map_err(in_sheet)?;
    let mut table = match &chosen.run {
        RunOfSheet::Rows => Table::new(options, RowsBy::Row),
        RunOfSheet::Only => Table::of_run(options, RowsBy::Row, None),
        RunOfSheet::Sheet => Table::of_run(options, RowsBy::Row, Some(chosen.name.to_owned())),
    };
    let mut beside = Beside::default();
    while let Some(row) = rows.next()? {
        let cells = beside.without(&row, &columns);
        for (at, (cell, column)) in cells.iter().zip(&columns).enumerate() {
            cell.check().map_err(|error| error.within(&address(chosen.name, *column, row.number)))?;
            header.note(at, row.number, cell.text());
        }
        // A remark beside the table is no item.
        if cells.iter().any(|cell| !cell.is_blank()) {
            let named: Vec<(&str, &SheetCell)> = header.names().zip(cells).collect();
            table.row(row.number, &named).map_err(in_sheet)?;
        }
    }
    let wanted = options.metric.as_deref();
    let finished = table.finish(path, Format::Xlsx);
    let mut reading = finished.map_err(|error| in_sheet(header.why(wanted, error)))?;
    header.check_commas(&reading.run.metadata().metric_name).map_err(in_sheet)?;
    reading.notes.extend(chosen.note.clone());
    reading.notes.extend(beside.note(chosen.name));
    Ok(reading)
}

/// Cells in columns without a name.
#[derive(Debug, Default)]
struct Beside {
    count: usize,
    first: Option<(u32, u64)>,
}

impl Beside {
    /// The cells of a row in these columns; the others are counted.
    fn without<'r>(&mut self, row: &SheetRow<'r>, columns: &[u32]) -> Vec<&'r SheetCell> {
        let mut cells = row.cells.iter().peekable();
        let mut found = Vec::with_capacity(columns.len());
        let mut pass = |(column, _): &(u32, SheetCell)| {
            self.count += 1;
            self.first.get_or_insert((*column, row.number));
        };
        for column in columns {
            while let Some(cell) = cells.next_if(|(at, _)| at < column) {
                pass(cell);
            }
            let cell = cells.next_if(|(at, _)| at == column);
            found.push(cell.map_or(&SheetCell::Empty, |(_, cell)| cell));
        }
        cells.for_each(pass);
        found
    }

    /// What to tell of them.
    fn note(&self, sheet: &str) -> Option<String> {
        let (column, row) = self.first?;
        let first = address(sheet, column, row);
        Some(match self.count {
            1 => format!("1 cell stands in a column without a name and was not read: {first}."),
            many => {
                format!(
                    "{many} cells stand in columns without a name and were not read: the first is {first}."
                )
            }
        })
    }
}
