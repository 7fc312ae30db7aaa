//! The claims of a suite as rows of texts, and what decided it in words. Nothing here is made safe for a place yet.

use crate::domain::number_format::{count, p_value, percent, signed};
use crate::envelope::v2::{Claim, ClaimBounds};
use crate::report::export::ExportedSuite;

/// What stands above the rows.
pub(in crate::present) const HEAD: [&str; 8] =
    ["Task", "Claim", "Must exceed", "Delta", "Bounds", "p adjusted", "Pairs", "Held"];

/// One row a claim, under [`HEAD`].
pub(in crate::present) fn rows(suite: &ExportedSuite) -> Vec<[String; 8]> {
    suite.claims.iter().map(row).collect()
}

fn row(claim: &Claim) -> [String; 8] {
    let kind = match &claim.label {
        Some(label) => format!("{} {label}", claim.kind),
        None => claim.kind.clone(),
    };
    let obstacle = claim.obstacle.as_ref().map_or(String::new(), |why| format!(": {why}"));
    let decides = if claim.decides { "" } else { " (reported only)" };
    [
        claim.task.clone().unwrap_or_else(|| "all tasks".into()),
        kind,
        signed(claim.null_value),
        claim.delta.map_or_else(|| "none".into(), signed),
        bounds(&claim.bounds),
        p_value(claim.p_adjusted),
        count(claim.n_pairs),
        format!("{}{obstacle}{decides}", claim.held),
    ]
}

fn bounds(bounds: &ClaimBounds) -> String {
    let level = percent(bounds.each);
    match (bounds.lower, bounds.upper) {
        (Some(low), Some(high)) => format!("{} to {} (each {level})", signed(low), signed(high)),
        (Some(low), None) => format!("above {} ({level})", signed(low)),
        (None, Some(high)) => format!("below {} ({level})", signed(high)),
        (None, None) => "unbounded".into(),
    }
}

/// The rule, the tasks that block, and the finding.
pub(in crate::present) fn words(suite: &ExportedSuite) -> String {
    let blocking = if suite.blocking.is_empty() {
        String::new()
    } else {
        format!(" Blocking: {}.", suite.blocking.join(", "))
    };
    let beyond = if suite.attempts_exceeded {
        " This attempt is beyond those that the policy allows, so it could not be allowed."
    } else {
        ""
    };
    format!("Suite under the rule {}.{blocking}{beyond} {}", suite.rule, suite.finding)
}
