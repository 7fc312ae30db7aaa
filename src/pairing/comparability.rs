//! Whether two runs measured the same thing: one metric, one direction, the same items.

use super::errors;
use crate::domain::{Diagnostic, Direction, Edition, Plan, RunFrame, TaskMismatch};

/// Checks that the runs measure the same thing, and returns notes. Another task is refused unless the plan
/// allows it.
///
/// # Errors
/// `runs-differ` where the metrics or tasks differ, where a harness says that lower scores are better and the
/// plan does not, or where one id names two items.
pub(super) fn check_comparable(
    baseline: &RunFrame,
    candidate: &RunFrame,
    plan: &Plan,
) -> Result<Vec<String>, Diagnostic> {
    let (b, c, direction) = (baseline.metadata(), candidate.metadata(), plan.direction);
    if b.metric_name != c.metric_name {
        return Err(errors::metrics_differ(&b.metric_name, &c.metric_name));
    }
    let mut notes = Vec::new();
    if b.task_id != c.task_id {
        let known = [&b.task_id, &c.task_id].iter().all(|task| !matches!(task.as_str(), "" | "unknown"));
        if known && plan.task_mismatch == TaskMismatch::Error && plan.edition >= Edition::Second {
            return Err(errors::tasks_differ(&b.task_id, &c.task_id));
        }
        // Allowed by name, it is a warning, which stands before the numbers.
        if !known || plan.edition == Edition::First {
            notes.push(format!("the runs name different tasks: {:?} and {:?}", b.task_id, c.task_id));
        }
    }
    match baseline.direction().or(candidate.direction()) {
        Some(Direction::LowerIsBetter) if direction == Direction::HigherIsBetter => {
            return Err(errors::better_when_lower(&b.metric_name));
        }
        Some(Direction::HigherIsBetter) if direction == Direction::LowerIsBetter => notes.push(format!(
            "the harness says that higher is better for {:?}; the plan says lower",
            b.metric_name
        )),
        _ => {}
    }
    same_items(baseline, candidate)?;
    notes.extend(same_inputs(baseline, candidate));
    Ok(notes)
}

/// # Errors
/// `runs-differ` where one id has two targets, or two documents by the hashes of its harness.
fn same_items(baseline: &RunFrame, candidate: &RunFrame) -> Result<(), Diagnostic> {
    match differing(baseline.fingerprints(), candidate.fingerprints()).first {
        None => Ok(()),
        Some(id) => Err(errors::items_differ(id)),
    }
}

/// What to tell of items that were asked something else. Prompts may differ on purpose.
fn same_inputs(baseline: &RunFrame, candidate: &RunFrame) -> Option<String> {
    let found = differing(baseline.inputs(), candidate.inputs());
    found.first.map(|id| {
        format!(
            "{} of {} shared items were asked something else in the candidate: their input or prompt differs \
             (first: {id:?})",
            found.items, found.shared
        )
    })
}

/// Items that are not what they are in the other run.
#[derive(Default)]
struct Differing<'a> {
    first: Option<&'a str>,
    items: usize,
    /// Items of which both runs say something.
    shared: usize,
}

/// Merges two ascending sequences of items. Repeats of one item say the same: the first one counts.
fn differing<'a>(
    left: impl Iterator<Item = (&'a str, u64)>,
    right: impl Iterator<Item = (&'a str, u64)>,
) -> Differing<'a> {
    let mut found = Differing::default();
    let mut rights = right.peekable();
    let mut last = None;
    for (id, of) in left.filter(|(_, of)| *of != 0) {
        if last.replace(id) == Some(id) {
            continue;
        }
        while rights.next_if(|(other, of)| *other < id || (*other == id && *of == 0)).is_some() {}
        let Some((_, other)) = rights.peek().filter(|(other, _)| *other == id) else { continue };
        found.shared += 1;
        if *other != of {
            found.items += 1;
            found.first.get_or_insert(id);
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::differing;

    #[test]
    fn an_item_counts_once_and_only_where_both_runs_say_something() {
        let found = |left: &[(&'static str, u64)], right: &[(&'static str, u64)]| {
            let found = differing(left.iter().copied(), right.iter().copied());
            (found.first, found.items, found.shared)
        };
        let left = [("a", 1), ("a", 1), ("b", 2), ("c", 0), ("d", 4), ("f", 6)];
        assert_eq!(found(&left, &left), (None, 0, 4));
        // Two repeats of `a`, of which one says nothing; `b` and `d` are others; `e` and `f` are not shared.
        let right = [("a", 0), ("a", 1), ("b", 7), ("c", 3), ("d", 8), ("d", 8), ("e", 5)];
        assert_eq!(found(&left, &right), (Some("b"), 2, 3));
        assert_eq!(found(&left, &[]), (None, 0, 0));
    }
}
