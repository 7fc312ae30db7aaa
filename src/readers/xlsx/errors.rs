//! Why a workbook is refused, one function a message.

use std::fmt::Display;

use calamine::XlsxError;

use super::super::errors::{DAMAGED, DAMAGED_OR_CUT};
use super::super::quote::{escape, quote};
use crate::domain::{Code, Diagnostic};

const MISLEADS: &str = "the file is damaged or was made to mislead: save it again with a spreadsheet program";

fn malformed(what: impl Into<String>) -> Diagnostic {
    Code::RunMalformed.at("").what(what)
}

/// An error of the library; it may quote the file.
pub(super) fn damaged(error: &XlsxError) -> Diagnostic {
    let next =
        if matches!(error, XlsxError::Password) { "save it without a password" } else { DAMAGED_OR_CUT };
    malformed(format!("cannot be read as a workbook: {}", escape(&error.to_string()))).next(next)
}

pub(super) fn damaged_archive(error: impl Display) -> Diagnostic {
    malformed(format!("cannot be read as a zip archive: {}", escape(&error.to_string()))).next(DAMAGED_OR_CUT)
}

pub(super) fn unreadable_workbook() -> Diagnostic {
    malformed("the reader of workbooks gave up on it").next(DAMAGED)
}

pub(super) fn duplicate_members() -> Diagnostic {
    malformed("has two members by one name, and which of them counts depends on the program that reads it")
        .next("save the workbook again with a spreadsheet program")
}

pub(super) fn too_many_members(members: usize, most: usize) -> Diagnostic {
    malformed(format!("holds {members} members, and no workbook holds more than {most}")).next(DAMAGED)
}

pub(super) fn other_document(what: &str) -> Diagnostic {
    Code::FormatUnknown
        .at("")
        .what(format!("is {what}, which is not read"))
        .next("save the table as an Excel workbook (.xlsx) or as CSV (UTF-8)")
}

pub(super) fn too_many_strings_declared() -> Diagnostic {
    malformed("declares more texts than it has room for").next(MISLEADS)
}

pub(super) fn odd_value() -> Diagnostic {
    malformed("a cell holds more than one value, or a number that is none").next(MISLEADS)
}

pub(super) fn beyond_the_sheet() -> Diagnostic {
    malformed("a cell stands outside of the columns A to XFD and the rows 1 to 1048576").next(MISLEADS)
}

pub(super) fn cells_out_of_order() -> Diagnostic {
    malformed("stands twice, or behind a later cell").next(MISLEADS)
}

pub(super) fn too_many_sheets(sheets: usize, most: usize) -> Diagnostic {
    malformed(format!("holds {sheets} sheets, and at most {most} are looked into"))
        .next("save the sheet with the scores in a workbook of its own")
}

pub(super) fn two_sheets_of_one_name(name: &str) -> Diagnostic {
    malformed(format!("has two sheets that are called {}", quote(name))).next(MISLEADS)
}

pub(super) fn several_tables(count: usize, held: &str) -> Diagnostic {
    Code::RunAmbiguous
        .at("run_id")
        .what(format!("{count} sheets name items, and each is a run: {held}"))
        .next("choose one with --baseline-run or --candidate-run (doctor: --run-id)")
}

pub(super) fn no_table(sheets: &str, ids: &str) -> Diagnostic {
    malformed(format!("no sheet has a column that names the item in its first row; there are {sheets}"))
        .next(format!("name every item, in a column {ids}, or say with --id which column names it"))
}

pub(super) fn cell_error(error: impl Display) -> Diagnostic {
    malformed(format!("holds the error {error}"))
        .next("correct the formula, or clear the cell: an empty cell is an item without a score")
}

pub(super) fn formula_without_result() -> Diagnostic {
    malformed("holds a formula without its result: the program that wrote the file did not compute it")
        .next("open the workbook in a spreadsheet program and save it, or write values")
}
