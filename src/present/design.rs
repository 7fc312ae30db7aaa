//! What a claim costs by one design and another, for people and for programs.

use std::fmt::Write as _;

use super::layout::fitted;
use super::screen::Width;
use crate::domain::number_format::{count, percent, signed};
use crate::domain::{Code, Diagnostic};
use crate::report::design::{DesignReport, DesignRow};

/// For a terminal.
#[must_use]
pub fn text(report: &DesignReport, width: Width) -> String {
    let mut out = String::new();
    let _ = writeln!(
        out,
        "To show more than {} with {} power where the truth is {} (alpha {}), by the spread of {} past model(s) on {} items:",
        signed(report.null_value),
        percent(report.power),
        signed(report.planned_delta),
        report.alpha,
        count(report.models),
        count(report.bank_items)
    );
    for DesignRow { design, items, answers, reaches, cost, how } in &report.rows {
        let answers = if answers == items { String::new() } else { format!(", {} answers", count(*answers)) };
        let cost = if report.priced { format!("{answers}, costs {cost:.2}") } else { answers };
        let short = if *reaches { "" } else { ", and the bank has too few" };
        let _ = writeln!(out, "  {:>9} items{cost}  {design}{short}", count(*items));
        let _ = writeln!(out, "            {how}");
    }
    if !report.repeats_known {
        out.push_str("The bank holds one answer an item, so what repeats would save is not known.\n");
    }
    out.push_str("Approximate (normal limit); the bounds of the gate itself do not rest on it.\n");
    fitted(&out, width)
}

/// One JSON object.
///
/// # Errors
/// `internal-error` where it cannot be written.
pub fn json(report: &DesignReport) -> Result<String, Diagnostic> {
    serde_json::to_string_pretty(report)
        .map(|text| text + "\n")
        .map_err(|error| Code::Bug.at("design").what(error.to_string()))
}
