//! A decision as text: for a terminal, as Markdown for check, summary and comment, and as JUnit for systems that know
//! only that. Each takes the view that was made from the envelope.

mod changes;
mod drawing;
pub mod junit;
pub mod markdown;
pub mod terminal;

use crate::domain::number_format::count;
use crate::view::{Asked, ClaimView, TaskView, Unit};

/// What was asked for, as a cell of a table: `above +1.0`.
fn asked(asked: Asked, unit: &Unit) -> String {
    match asked {
        Asked::MoreThan(value) => format!("above {}", unit.signed(value)),
        Asked::Within(margin) => format!("{} to {}", unit.signed(-margin), unit.signed(margin)),
    }
}

/// Both bounds: `+3.1 to +6.7`.
fn bounds(lower: Option<f64>, upper: Option<f64>, unit: &Unit) -> String {
    unit.bounds(lower, upper).join(" to ")
}

/// `2,000 items in 453 groups`
fn items_and_groups(task: &TaskView) -> String {
    let items = format!("{} items", count(task.pairs));
    task.clusters.map_or(items.clone(), |groups| format!("{items} in {} groups", count(groups)))
}

/// The heading of the claims of a suite; one row a claim follows.
const CLAIMS: [&str; 8] = ["task", "claim", "difference", "bounds", "asked for", "p", "items", "result"];

fn claim_cells(claim: &ClaimView) -> [String; 8] {
    let kind = match &claim.label {
        Some(label) => format!("{} {label}", claim.kind),
        None => claim.kind.clone(),
    };
    let word = claim.unit.word();
    let result = if claim.decides { claim.held.clone() } else { format!("{} (reported only)", claim.held) };
    [
        claim.task.clone().unwrap_or_else(|| "all tasks".into()),
        kind,
        claim.delta.map_or("-".into(), |delta| format!("{}{word}", claim.unit.signed(delta))),
        bounds(claim.lower, claim.upper, &claim.unit),
        asked(Asked::MoreThan(claim.null_value), &claim.unit),
        claim.p.clone(),
        count(claim.pairs),
        result,
    ]
}
