//! The answer of `evalsig watch`, for people; as JSON it is the same members.

use serde::Serialize;

use super::terminal::Page;
use crate::domain::number_format::{count, p_value, percent, signed};

/// Said beside every answer.
pub const WARNING: &str = "gate and compare are tests for a sample whose size was fixed beforehand: repeating \
them on growing data until one passes is not valid, and neither is a gate on data that watch stopped on";

/// Where a sequential test stands.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Watched {
    /// Whether there is enough evidence.
    pub stopped: bool,
    /// `for` or `against` the claim, once stopped.
    pub evidence: Option<&'static str>,
    /// The process exit code.
    pub exit_code: u8,
    /// Value that delta must exceed.
    pub min_delta: f64,
    /// Largest accepted probability of ever stopping wrongly, in each direction.
    pub alpha: f64,
    /// Seed of the cluster test's resamples; evidence from items needs none.
    pub seed: u64,
    /// `discordant_pairs`, `betting` or `planned_looks`.
    pub process: &'static str,
    /// Items paired in the files as last read.
    pub pairs: usize,
    /// Items that the last look took in; after evidence, those up to it.
    pub pairs_used: u64,
    /// Items scored in one run alone.
    pub unpaired: usize,
    /// Mean oriented difference of the items used.
    pub delta: f64,
    /// Bounds for delta, each at 1 - alpha, where the process has them.
    pub bounds: Option<Bounds>,
    /// ln of the e-values for and against the claim; none with planned looks.
    pub ln_e: Option<Sides>,
    /// p-values of "not for" and "not against", valid at every look.
    pub p_value: Sides,
    /// Looks taken.
    pub looks: u32,
    /// Looks planned, where they are.
    pub looks_planned: Option<u32>,
    /// The state file, where there is one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub state: Option<Kept>,
    /// Remarks a reader must see beside the numbers.
    pub notes: Vec<String>,
}

/// The state file that carries a test from one call to the next.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Kept {
    /// Its path.
    pub file: String,
    /// Whether this call began it.
    pub begun: bool,
    /// SHA-256 of the last look in it.
    pub head: String,
}

/// Bounds for delta.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Bounds {
    /// Lower bound; none where unbounded.
    pub lower: Option<f64>,
    /// Upper bound; none where unbounded.
    pub upper: Option<f64>,
}

/// A number for each direction.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Sides {
    /// For the claim.
    #[serde(rename = "for")]
    pub above: f64,
    /// Against it.
    #[serde(rename = "against")]
    pub below: f64,
}

/// The answer for people.
#[must_use]
pub fn text(watched: &Watched) -> String {
    let claim = format!("delta > {}", signed(watched.min_delta));
    let mut page = Page::new();
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
