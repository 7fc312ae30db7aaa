//! Which sheet of a workbook is read. One that names its items is a table; where several do, each is a run, which its
//! name chooses as it does in other files that hold several runs.

use calamine::{Reader as _, SheetType};

use super::super::errors as shared;
use super::super::quote::{list, quote};
use super::super::table::{Cell as _, IDS, names_items};
use super::archive::Workbook;
use super::cell::SheetCell;
use super::errors;
use super::rows::SheetRows;
use crate::domain::Diagnostic;

/// Most sheets of a workbook. Each is looked into.
const MOST: usize = 1000;
/// How many sheets a message names.
const NAMED: usize = 8;

/// A sheet that holds values.
struct FilledSheet {
    name: String,
    /// Whether its first row has a column that names the items, and another row follows.
    is_table: bool,
    /// Whether it is a run beyond doubt.
    is_run: bool,
}

/// The sheets of a workbook that hold values.
pub(super) struct FilledSheets(Vec<FilledSheet>);

/// Which run the rows of a sheet are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum RunOfSheet {
    /// The one that the rows name, and that may have been asked for.
    Rows,
    /// The only one: what was asked for is the sheet.
    Only,
    /// The sheet itself, which has others beside it.
    Sheet,
}

/// The sheet that is read.
pub(super) struct ChosenSheet<'s> {
    pub(super) name: &'s str,
    pub(super) run: RunOfSheet,
    /// What to tell of the others.
    pub(super) note: Option<String>,
}

/// Looks at the first rows of every sheet.
///
/// # Errors
/// `run-malformed` where one of them is damaged, or two have one name.
pub(super) fn look(workbook: &mut Workbook<'_>, id: Option<&str>) -> Result<FilledSheets, Diagnostic> {
    let sheets = workbook.sheets_metadata().iter().filter(|sheet| sheet.typ == SheetType::WorkSheet);
    let names: Vec<String> = sheets.map(|sheet| sheet.name.clone()).collect();
    if names.len() > MOST {
        return Err(errors::too_many_sheets(names.len(), MOST));
    }
    let twice =
        names.iter().enumerate().find(|(at, name)| names.iter().take(*at).any(|other| other == *name));
    if let Some((_, name)) = twice {
        return Err(errors::two_sheets_of_one_name(name));
    }
    let mut filled = Vec::new();
    for name in names {
        let mut rows = SheetRows::open(workbook, &name)?;
        let Some(first) = rows.next()? else { continue };
        let header: Vec<(u32, String)> =
            first.cells.iter().map(|(column, cell)| (*column, cell.as_name())).collect();
        let columns = || header.iter().map(|(_, name)| name.as_str());
        let second = rows.next()?;
        let names_item = |name: &str| id.map_or(IDS.contains(&name), |id| id == name);
        let is_table = second.is_some() && columns().any(names_item);
        let of_number = |(column, cell): &(u32, SheetCell)| {
            let named = header.iter().any(|(at, name)| at == column && !name.is_empty() && name != "id");
            named && cell.score().is_ok()
        };
        let has_number = second.is_some_and(|second| second.cells.iter().any(of_number));
        let is_run = names_items(columns(), || has_number) || is_table && id.is_some() && has_number;
        filled.push(FilledSheet { name, is_table, is_run });
    }
    Ok(FilledSheets(filled))
}

impl FilledSheets {
    /// Whether every table is a run beyond doubt: only then may the names of sheets and columns be told.
    pub(super) fn are_runs(&self) -> bool {
        let mut tables = self.0.iter().filter(|sheet| sheet.is_table).peekable();
        tables.peek().is_some() && tables.all(|sheet| sheet.is_run)
    }

    /// The sheet of this name, else the only one that names its items, else the only one.
    ///
    /// # Errors
    /// `run-ambiguous` with all of them where several could be meant; `run-malformed` where there is none.
    pub(super) fn choose(&self, run_id: Option<&str>) -> Result<ChosenSheet<'_>, Diagnostic> {
        let tables: Vec<&FilledSheet> = self.0.iter().filter(|sheet| sheet.is_table).collect();
        let listed = || list(tables.iter().map(|sheet| sheet.name.as_str()), NAMED);
        if let Some(named) = tables.iter().find(|sheet| Some(sheet.name.as_str()) == run_id) {
            let run = if tables.len() == 1 { RunOfSheet::Only } else { RunOfSheet::Sheet };
            return Ok(ChosenSheet { name: &named.name, run, note: None });
        }
        let (name, others) = match (tables.as_slice(), self.0.as_slice(), run_id) {
            ([only], all, _) => (&only.name, all.len() - 1),
            ([], [], _) => return Err(shared::no_rows()),
            ([], [only], _) => (&only.name, 0),
            ([], all, _) => {
                let names = list(all.iter().map(|sheet| sheet.name.as_str()), NAMED);
                return Err(errors::no_table(&names, &IDS.join(", ")));
            }
            (several, _, None) => return Err(errors::several_tables(several.len(), &listed())),
            (_, _, Some(run)) => return Err(shared::unknown_run(run, &listed())),
        };
        let note = (others > 0).then(|| {
            let sheets = if others == 1 {
                "1 other sheet names".into()
            } else {
                format!("{others} other sheets name")
            };
            format!("The sheet {} was read: {sheets} no items.", quote(name))
        });
        Ok(ChosenSheet { name, run: RunOfSheet::Rows, note })
    }
}
