//! Why a run file is refused, one function a message, beside its code. Messages of one format stand in its folder.

use std::fmt::Display;

use super::Format;
use super::quote::{escape, marked, ours, plain, quote};
use crate::domain::{Code, Diagnostic};

/// What to do about a file whose bytes contradict each other.
pub(super) const DAMAGED: &str = "the file is damaged: write it again";
/// What to do about a file that may have been damaged or cut.
pub(super) const DAMAGED_OR_CUT: &str = "the file is damaged or was cut short: write it again";
/// What to do about a file that ends too early.
pub(super) const CUT_SHORT: &str = "the file was cut short: write it again";
/// What to do about a run without rows.
pub(super) const ONE_ITEM: &str = "a run needs at least one item";
/// What to do about text in another encoding.
pub(super) const WRITE_UTF8: &str = "write the file as UTF-8";

pub(super) fn line_cut_short(place: impl Into<String>) -> Diagnostic {
    Code::RunMalformed
        .at(place)
        .what("the line ends in the middle of its JSON")
        .next("write one object a line, whole; if this is the last line, the file was cut short")
}

pub(super) fn run_contradicts_itself(field: &str, a: &str, b: &str) -> Diagnostic {
    Code::RunMalformed
        .at(field)
        .what(format!("rows of one run name both {} and {}", quote(a), quote(b)))
        .next("give each run a run id of its own")
}

pub(super) fn several_metrics_of_run(count: usize, held: &str) -> Diagnostic {
    Code::RunAmbiguous
        .at("metric_name")
        .what(format!("the run holds {count} metrics: {held}"))
        .next("choose one with --metric")
}

pub(super) fn several_runs(count: usize, held: &str) -> Diagnostic {
    Code::RunAmbiguous
        .at("run_id")
        .what(format!("the file holds {count} runs: {held}"))
        .next("choose one with --baseline-run or --candidate-run (doctor: --run-id)")
}

pub(super) fn unknown_metric(place: &str, wanted: &str, held: &str) -> Diagnostic {
    Code::RunAmbiguous
        .at(place)
        .what(format!("no metric is {}; the file holds {held}", ours(wanted)))
        .next("choose one of these with --metric")
}

pub(super) fn unknown_run(wanted: &str, held: &str) -> Diagnostic {
    Code::RunAmbiguous
        .at("run_id")
        .what(format!("no run is {}; the file holds {held}", ours(wanted)))
        .next("choose one of these with --baseline-run or --candidate-run (doctor: --run-id)")
}

pub(super) fn no_rows() -> Diagnostic {
    Code::RunMalformed.at("").what("has no rows").next(ONE_ITEM)
}

pub(super) fn unreadable(error: &std::io::Error) -> Diagnostic {
    Code::FileUnreadable.at("").what(format!("cannot be read: {}", plain(&error.to_string())))
}

pub(super) fn changed_while_read() -> Diagnostic {
    Code::FileUnreadable
        .at("")
        .what("cannot be read: it changed while it was read")
        .next("wait until it is written, or give a copy")
}

pub(super) fn unexpected_value(found: &str, expected: &str, next: &str) -> Diagnostic {
    Code::RunMalformed.at("").what(format!("is {found}, expected {expected}")).next(next)
}

pub(super) fn cluster_missing(place: &str, key: &str, seen: &str) -> Diagnostic {
    Code::ClusterMissing
        .at(place)
        .what(format!("no item carries {}; {seen}", ours(key)))
        .next("name a field that is there, or say --cluster none if items are independent")
}

pub(super) fn slice_missing(place: &str, key: &str, seen: &str) -> Diagnostic {
    Code::SliceMissing
        .at(place)
        .what(format!("no item carries {}; {seen}", ours(key)))
        .next("name a field that is there under slices: by")
}

pub(super) fn helm_damaged(place: &str, what: &str) -> Diagnostic {
    Code::RunMalformed.at(place).what(what).next("the file is damaged: write it again (helm-run)")
}

pub(super) fn no_test_split(shown: &str) -> Diagnostic {
    Code::RunAmbiguous
        .at("stats")
        .what(format!("the file holds several splits and no \"test\": {shown}"))
        .next("choose one after the metric, as in --metric exact_match,valid")
}

pub(super) fn not_json(at: impl Into<String>, message: &str) -> Diagnostic {
    Code::RunMalformed.at(at).what(format!("is not JSON: {message}")).next("")
}

pub(super) fn json_unexpected(at: impl Into<String>, message: impl Into<String>) -> Diagnostic {
    Code::RunMalformed.at(at).what(message).next("")
}

pub(super) fn json_goes_on(at: impl Into<String>) -> Diagnostic {
    Code::RunMalformed
        .at(at)
        .what("the file goes on after its JSON object")
        .next("a run is one JSON object in a file of its own")
}

pub(super) fn json_cut_short(at: impl Into<String>, message: &str) -> Diagnostic {
    Code::RunMalformed
        .at(at)
        .what(format!("the file ends in the middle of its JSON ({message})"))
        .next(CUT_SHORT)
}

pub(super) fn not_utf8_at(line: impl Display, column: usize) -> Diagnostic {
    Code::RunMalformed.at(format!("line {line}, column {column}")).what("is not UTF-8 text").next(WRITE_UTF8)
}

pub(super) fn no_reader(format: Format) -> Diagnostic {
    Code::Bug.at("readers").what(format!("format {format} has no reader"))
}

pub(super) fn several_runs_in_folder(folder: &str, count: usize, names: &str) -> Diagnostic {
    Code::RunAmbiguous
        .at(folder)
        .what(format!("the folder holds {count} runs: {names}"))
        .next("name one of these files, or all of them as tasks of a policy (evalsig policy init FOLDER writes one)")
}

pub(super) fn several_folders(folder: &str, count: usize, paths: &str) -> Diagnostic {
    Code::RunAmbiguous
        .at(folder)
        .what(format!("{count} folders in it hold runs: {paths}"))
        .next("name one of these folders")
}

pub(super) fn no_run_in_folder(folder: &str) -> Diagnostic {
    Code::FileUnreadable
        .at(folder)
        .what("cannot be read: is a folder, and no tool's folder of one run")
        .next("name one run file")
}

pub(super) fn cannot_unpack(error: &std::io::Error) -> Diagnostic {
    Code::RunMalformed
        .at("")
        .what(format!("cannot be unpacked: {}", plain(&error.to_string())))
        .next(DAMAGED_OR_CUT)
}

pub(super) fn decompression_bomb() -> Diagnostic {
    Code::RunMalformed
        .at("")
        .what("unpacks to far more than a file of its size holds")
        .next("the file is damaged or was made to exhaust memory: write it again")
}

pub(super) fn longer_than_declared(length: u64) -> Diagnostic {
    Code::RunMalformed
        .at("")
        .what(format!("unpacks to more than the {length} bytes that were declared for it"))
        .next("the file is damaged or was made to mislead: write it again")
}

pub(super) fn decimal_comma(row: &str, name: &str, cell: &str) -> Diagnostic {
    Code::RunMalformed
        .at(format!("{row}: {}", escape(name)))
        .what(format!("is {}: is that a decimal comma?", quote(cell)))
        .next("write scores with a decimal point, and without separators of thousands")
}

pub(super) fn wrong_number_of_cells(cells: usize, columns: usize) -> Diagnostic {
    Code::RunMalformed
        .at("")
        .what(format!("has {cells} cells, and the first line names {columns} columns"))
        .next("quote cells that hold a separator, a quotation mark or a line break")
}

pub(super) fn duplicate_column(name: &str) -> Diagnostic {
    Code::RunMalformed
        .at("")
        .what(format!("the column {} stands twice", quote(name)))
        .next("give each column a name of its own")
}

pub(super) fn promptfoo_table() -> Diagnostic {
    Code::FormatUnknown
        .at("")
        .what("looks like promptfoo's table for people, which does not name its items")
        .next("let promptfoo write JSON (-o out.json) or JSON Lines (-o out.jsonl)")
}

pub(super) fn line_not_utf8(line: u64) -> Diagnostic {
    Code::RunMalformed.at(format!("line {line}")).what("is not UTF-8 text").next(WRITE_UTF8)
}

pub(super) fn row_too_long(line: u64, longest: u64) -> Diagnostic {
    Code::RunMalformed
        .at(format!("line {line}"))
        .what(format!("the row is longer than {} MiB", longest >> 20))
        .next("close the quotation that it begins")
}

pub(super) fn row_cut_short(line: u64) -> Diagnostic {
    Code::RunMalformed
        .at(format!("line {line}"))
        .what("the file ends in the middle of this row: its last line has no end")
        .next("the file was cut short: write it again; if it is whole, end it with a line break")
}

pub(super) fn cell_goes_on(line: u64) -> Diagnostic {
    Code::RunMalformed
        .at(format!("line {line}"))
        .what("a cell goes on after its closing quotation mark")
        .next("write each quotation mark inside a quoted cell twice")
}

pub(super) fn line_too_long(line: u64, longest: u64) -> Diagnostic {
    Code::RunMalformed
        .at(format!("line {line}"))
        .what(format!("is longer than {} MiB", longest >> 20))
        .next("write one row a line")
}

pub(super) fn other_tool(tool: &str, marks: &str, but: &str, next: &str) -> Diagnostic {
    Code::FormatUnknown.at("").what(format!("looks like {tool} (it has {marks}), {but}")).next(next)
}

pub(super) fn not_this_format(named: Format, looks: &str, next: impl Into<String>) -> Diagnostic {
    Code::FormatUnknown.at("").what(format!("is not {named}: it {looks}")).next(next)
}

pub(super) fn format_unknown(what: impl Into<String>, next: impl Into<String>) -> Diagnostic {
    Code::FormatUnknown.at("").what(what).next(next)
}

pub(super) fn no_number_in_table(what: impl Into<String>, nested: &str) -> Diagnostic {
    Code::RunMalformed.at("").what(what).next(format!("write each score as a plain number{nested}"))
}

pub(super) fn two_id_columns(here: &str, first: &str, shown: &str) -> Diagnostic {
    Code::RunMalformed
        .at("")
        .what(format!("the item is named by {} here and by {} on {shown}", quote(here), quote(first)))
        .next("name all items in one column")
}

pub(super) fn items_named_already(format: Format, key: &str) -> Diagnostic {
    Code::BadUsage
        .at("--id")
        .what(format!("is {}, and {format} names its items itself", ours(key)))
        .next("leave --id out")
}

pub(super) fn ambiguous_name(name: &str) -> Diagnostic {
    Code::RunMalformed
        .at("")
        .what(format!("two values are {}: dots in the keys of this row can be read in two ways", ours(name)))
        .next("name another field")
}

pub(super) fn metric_twice(metric: &str) -> Diagnostic {
    Code::RunMalformed
        .at("")
        .what(format!("holds {} twice", quote(metric)))
        .next("give each metric a name of its own, and run the evaluation again")
}

pub(super) fn totals_differ(place: &str, of: &str, said: usize, held: usize) -> Diagnostic {
    Code::RunMalformed
        .at(place)
        .what(format!("counts {said} of {}, and the file holds {held}, or their sums differ", quote(of)))
        .next(DAMAGED_OR_CUT)
}

pub(super) fn no_lists_of_instances() -> Diagnostic {
    Code::RunMalformed
        .at("")
        .what("does not list its instances: resolved_ids and unresolved_ids are missing")
        .next("give the report that swebench.harness.run_evaluation writes, <model>.<run id>.json")
}

pub(super) fn no_final_report() -> Diagnostic {
    Code::RunUnfinished
        .at("")
        .what("holds no final report: the run did not end, or the file was cut short")
        .next("run the evaluation to its end")
}

pub(super) fn report_differs(metric: &str, said: f64, held: f64, count: usize) -> Diagnostic {
    Code::RunMalformed
        .at("final_report")
        .what(format!(
            "says that {metric} is {}, and the mean of its {count} events is {}",
            marked(&said.to_string()),
            marked(&held.to_string())
        ))
        .next(DAMAGED_OR_CUT)
}

pub(super) fn event_twice(event: u64) -> Diagnostic {
    Code::RunMalformed
        .at("event_id")
        .what(format!("event {event} stands twice"))
        .next("the file is damaged or was put together from several: write it again")
}

pub(super) fn no_such_id(key: &str, found: &str) -> Diagnostic {
    Code::RunMalformed
        .at("")
        .what(format!("nothing here is {}, which is to name the item; there are {found}", ours(key)))
        .next("name a field that every item carries with --id, or leave --id out")
}

pub(super) fn no_id_column(found: &str, ids: &str) -> Diagnostic {
    Code::RunMalformed
        .at("")
        .what(format!("no column names the item; there are {found}"))
        .next(format!("name every item, in a column {ids}, or say with --id which column names it"))
}

pub(super) fn too_many_columns(most: usize) -> Diagnostic {
    Code::RunMalformed
        .at("")
        .what(format!("the rows so far have {most} columns"))
        .next("write one row for each item, with the same columns")
}

pub(super) fn column_name_too_long(name: &str, most: usize) -> Diagnostic {
    Code::RunMalformed
        .at("")
        .what(format!(
            "the name of a column has {} bytes, and at most {most} are taken: {}",
            name.len(),
            quote(name)
        ))
        .next("give each column a short name")
}

pub(super) fn several_metrics(place: &str, count: usize, held: &str) -> Diagnostic {
    Code::RunAmbiguous
        .at(place)
        .what(format!("the file holds {count} metrics: {held}"))
        .next("choose one with --metric")
}

pub(super) fn only_usage(place: &str, held: &str) -> Diagnostic {
    Code::RunAmbiguous
        .at(place)
        .what(format!("no metric says how good the items are, only what they took: {held}"))
        .next("choose one with --metric and say --lower-is-better")
}

pub(super) fn no_sample() -> Diagnostic {
    Code::RunMalformed.at("").what("is no object, expected a sample").next(DAMAGED)
}
