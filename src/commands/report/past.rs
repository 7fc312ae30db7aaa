//! The decisions about the same task that the trail holds.

use super::found::Found;
use crate::domain::Diagnostic;
use crate::envelope::{self, Summary};
use crate::view::{DecisionView, PastDecision};

/// How many are shown.
const SHOWN: usize = 20;

/// The last decisions about the same task up to the one that is shown, oldest first; none where there is no trail.
pub(super) fn decisions(found: &Found, seen: &DecisionView) -> Result<Vec<PastDecision>, Diagnostic> {
    let Some((files, lines)) = &found.trail else { return Ok(Vec::new()) };
    let this = seen.place.as_ref().map_or(u64::MAX, |place| place.index);
    let mut past = Vec::new();
    let sound = lines.iter().filter(|line| line.ok && line.is_decision());
    let mut earlier: Vec<_> = sound.filter(|line| line.index.is_some_and(|index| index <= this)).collect();
    earlier.sort_by_key(|line| line.index);
    for line in earlier.into_iter().rev() {
        if past.len() == SHOWN {
            break;
        }
        // One of a newer version is left out: it cannot be compared with this one.
        let Ok(summary) = envelope::summary(&files.read(&line.path)?) else { continue };
        if same(&summary, seen) {
            let effect = match summary.tasks.as_slice() {
                [only] if summary.suite.is_none() => {
                    let numbers = &only.report.comparison;
                    let bounds =
                        numbers.bounds.as_ref().map_or(numbers.ci, |bounds| (bounds.lower, bounds.upper));
                    Some((numbers.delta, bounds.0, bounds.1))
                }
                _ => None,
            };
            past.push(PastDecision {
                release: line.release.clone(),
                attempt: line.number,
                decided_at: summary.decided_at,
                verdict: summary.verdict,
                effect,
                this: line.index == Some(this),
            });
        }
    }
    past.reverse();
    Ok(past)
}

/// Whether a decision is about the same: the same task and metric, or a policy at the same path.
fn same(summary: &Summary, seen: &DecisionView) -> bool {
    match (&summary.suite, seen.pair()) {
        (None, Some(task)) => summary.tasks.iter().any(|other| {
            let candidate = &other.inputs.candidate;
            candidate.task_id == task.task && candidate.metric == task.metric
        }),
        (Some(suite), None) => seen.suite.as_ref().is_some_and(|own| own.policy_path == suite.policy_path),
        _ => false,
    }
}
