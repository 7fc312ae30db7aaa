//! The rows of a sheet, one at a time. Cells without a value are as if they were not there, and so are rows without one.

use calamine::XlsxCellReader;

use super::super::quote::escape;
use super::super::source::Stream;
use super::archive::Workbook;
use super::cell::SheetCell;
use super::errors;
use crate::domain::Diagnostic;

/// The last row and the last column that a sheet has, from 0.
const LAST: (u32, u32) = (1_048_575, 16_383);

/// A row: its number, from 1, and its cells, each with its column, from 0.
pub(super) struct SheetRow<'r> {
    pub(super) number: u64,
    pub(super) cells: &'r [(u32, SheetCell)],
}

/// A cell that holds a value, at its row and column from 0.
type Placed = ((u32, u32), SheetCell);

/// The rows of a sheet that is being read.
pub(super) struct SheetRows<'w, 'b> {
    sheet: String,
    cells: XlsxCellReader<'w, Box<dyn Stream + 'b>>,
    row: Vec<(u32, SheetCell)>,
    /// The first cell of the row after it.
    ahead: Option<Placed>,
    last: Option<(u32, u32)>,
    /// Whether the last cell was read: the library takes a further question for a file that was cut.
    ended: bool,
}

impl<'w, 'b> SheetRows<'w, 'b> {
    /// # Errors
    /// `run-malformed` where the sheet is damaged.
    pub(super) fn open(workbook: &'w mut Workbook<'b>, sheet: &str) -> Result<Self, Diagnostic> {
        let cells = workbook.worksheet_cells_reader(sheet);
        let cells = cells.map_err(|error| errors::damaged(&error).within(&escape(sheet)))?;
        Ok(Self { sheet: sheet.to_owned(), cells, row: Vec::new(), ahead: None, last: None, ended: false })
    }

    /// The next row that holds a value.
    ///
    /// # Errors
    /// `run-malformed` where the sheet is damaged, or its cells do not stand in order: which of two by one name counts
    /// would depend on the program that reads it.
    pub(super) fn next(&mut self) -> Result<Option<SheetRow<'_>>, Diagnostic> {
        self.row.clear();
        let first = match self.ahead.take() {
            Some(first) => Some(first),
            None => self.cell()?,
        };
        let Some(((row, column), cell)) = first else { return Ok(None) };
        self.row.push((column, cell));
        while let Some(((at, column), cell)) = self.cell()? {
            if at != row {
                self.ahead = Some(((at, column), cell));
                break;
            }
            self.row.push((column, cell));
        }
        Ok(Some(SheetRow { number: u64::from(row) + 1, cells: &self.row }))
    }

    /// The next cell that holds a value.
    fn cell(&mut self) -> Result<Option<Placed>, Diagnostic> {
        while !self.ended {
            let next = self.cells.next_cell_with_formula_metadata();
            let next = next.map_err(|error| errors::damaged(&error).within(&self.place()))?;
            let Some(found) = next else {
                self.ended = true;
                break;
            };
            let at = found.pos;
            if self.last.is_some_and(|last| last >= at) {
                return Err(errors::cells_out_of_order().within(&address(
                    &self.sheet,
                    at.1,
                    u64::from(at.0) + 1,
                )));
            }
            if at.0 > LAST.0 || at.1 > LAST.1 {
                return Err(errors::beyond_the_sheet().within(&self.place()));
            }
            self.last = Some(at);
            let cell = SheetCell::of(found.value, found.formula.is_some());
            if !cell.is_blank() {
                return Ok(Some((at, cell)));
            }
        }
        Ok(None)
    }

    /// Where the last whole cell stands.
    fn place(&self) -> String {
        match self.last {
            Some((row, column)) => format!("after {}", address(&self.sheet, column, u64::from(row) + 1)),
            None => escape(&self.sheet),
        }
    }
}

/// The name of a cell, as `scores!C7`: its column from 0, its row from 1.
pub(super) fn address(sheet: &str, column: u32, row: u64) -> String {
    let (mut letters, mut left) = (Vec::new(), column + 1);
    while left > 0 {
        letters.push(char::from(b'A' + ((left - 1) % 26) as u8));
        left = (left - 1) / 26;
    }
    let letters: String = letters.into_iter().rev().collect();
    format!("{}!{letters}{row}", escape(sheet))
}

#[cfg(test)]
mod tests {
    use super::super::super::quote::Quotes;
    use super::address;

    #[test]
    fn cells_are_named_as_excel_names_them() {
        let name = |column, row| Quotes::Shown.of(&address("scores", column, row));
        assert_eq!(name(2, 7), "scores!C7");
        assert_eq!([name(25, 1), name(26, 1), name(701, 1)], ["scores!Z1", "scores!AA1", "scores!ZZ1"]);
        assert_eq!(name(16_383, 1_048_576), "scores!XFD1048576");
    }
}
