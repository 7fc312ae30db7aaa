//! The answer of `evalsig watch`, for people; as JSON it is the same members.

use super::layout::Page;
use super::screen::Width;
use crate::domain::number_format::{count, p_value, percent, signed};
use crate::report::watch::WatchReport;

/// Said beside every answer.
pub const WARNING: &str = "gate and compare are tests for a sample whose size was fixed beforehand: repeating \
them on growing data until one passes is not valid, and neither is a gate on data that watch stopped on";

/// The answer for people.
#[must_use]
pub fn text(watched: &WatchReport, width: Width) -> String {
    let claim = format!("delta > {}", signed(watched.min_delta));
    let mut page = Page::new(width);
    page.line(&match watched.evidence {
        Some("for") => format!("evalsig watch: stopped, ALLOW-side evidence: {claim}"),
        Some(_) => format!("evalsig watch: stopped, evidence against {claim}"),
        None => format!("evalsig watch: not decided yet whether {claim}"),
    });
    page.gap();
    let (used, pairs) = (count(watched.pairs_used), count(watched.pairs as u64));
    page.row("pairs", &format!("{used} used of {pairs}, {} unpaired", count(watched.unpaired as u64)));
    page.row("delta", &format!("{}  (of the pairs used)", signed(watched.delta)));
    if let Some(bounds) = &watched.bounds {
        let lower = signed(bounds.lower.unwrap_or(f64::NEG_INFINITY));
        let upper = signed(bounds.upper.unwrap_or(f64::INFINITY));
        page.row("bounds", &format!("{lower} and {upper}  (each {})", percent(1.0 - watched.alpha)));
    }
    let p = &watched.p_value;
    let at = if watched.looks_planned.is_some() { "over all planned looks" } else { "at every look" };
    page.row("p-value", &format!("{} for, {} against  (valid {at})", p_value(p.above), p_value(p.below)));
    if let Some(ln_e) = &watched.ln_e {
        let needed = -watched.alpha.ln();
        page.row(
            "ln e",
            &format!("{:.2} for, {:.2} against  (stops at {needed:.2})", ln_e.above, ln_e.below),
        );
    }
    let looks = match watched.looks_planned {
        Some(planned) => format!("{} of {planned} planned", watched.looks),
        None => watched.looks.to_string(),
    };
    page.row("looks", &looks);
    if let Some(state) = &watched.state {
        let begun = if state.begun { "begun now, " } else { "" };
        page.row("state", &format!("{}  ({begun}last look sha256:{})", state.file, state.head));
    }
    page.row("process", &format!("{}, alpha {}, seed {}", watched.process, watched.alpha, watched.seed));
    page.gap();
    for note in watched.notes.iter().map(String::as_str).chain([WARNING]) {
        page.row("note", note);
    }
    page.text
}
