//! What became of the items of a recorded decision, from the runs that its envelope names.

use std::collections::BTreeMap;

use crate::commands::replay::{Inputs, recorded_pairs};
use crate::commands::{Files, Stores};
use crate::domain::{Code, Diagnostic};
use crate::trail::{Finding, Severity};
use crate::view::Items;

/// The items of each task by its name in the policy; of a single pair under an empty name. At most `most` of those
/// that changed each way.
///
/// # Errors
/// `trail-broken` for a run that is not the one that the envelope names, `file-unreadable` for one that is not there;
/// every error about a run.
pub(in crate::commands) fn of_envelope(
    bytes: &[u8],
    inputs: &Inputs,
    most: usize,
    files: &dyn Files,
    stores: &dyn Stores,
) -> Result<BTreeMap<String, Items>, Diagnostic> {
    let runs = recorded_pairs(bytes, inputs, files, stores)?.map_err(|finding| refused(&finding))?;
    let mut found = BTreeMap::new();
    for (name, runs) in runs {
        let (baseline, candidate) = runs.pair();
        let pairs = runs.pairs()?;
        found.insert(name, Items::of(&pairs, [baseline, candidate], runs.plan.direction, most));
    }
    Ok(found)
}

/// What was found against the runs, as the error of a command that cannot go on.
fn refused(finding: &Finding) -> Diagnostic {
    let code = if finding.severity == Severity::Broken { Code::TrailBroken } else { Code::FileUnreadable };
    code.at(&finding.path)
        .what(format!("{} Expected {}, found {}", finding.kind.about(), finding.expected, finding.found))
        .next("name the store that keeps the runs of this decision, or both files; without them the report shows no items")
}
