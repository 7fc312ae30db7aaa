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
    use super::{check_comparable, differing};
    use crate::domain::{
        Claim, Code, Direction, Edition, Item, Plan, RunFrame, RunFrameBuilder, RunMetadata, Score,
        TaskMismatch,
    };

    fn plan() -> Plan {
        Plan::of(Claim::Above { min_delta: 0.0 })
    }

    fn run(task: &str, direction: Option<Direction>, input: u64) -> RunFrame {
        let mut rows = RunFrameBuilder::default();
        for id in ["a", "b"] {
            rows.push(Item { id, epoch: 0, cluster: None, score: Ok(Score::new(1.0).unwrap()) });
            rows.input(input);
        }
        rows.direction(direction);
        rows.finish(RunMetadata { task_id: task.into(), ..RunMetadata::default() }).unwrap()
    }

    #[test]
    fn another_task_is_refused_allowed_or_not_known() {
        let ask = |baseline: &str, candidate: &str, plan: &Plan| {
            check_comparable(&run(baseline, None, 0), &run(candidate, None, 0), plan).map(|notes| notes.len())
        };
        assert_eq!(ask("math", "math", &plan()), Ok(0));
        assert_eq!(ask("math", "law", &plan()).unwrap_err().code, Code::RunsDiffer);
        // Not every tool names its task: that is said and no error.
        for unnamed in ["", "unknown"] {
            assert_eq!((ask("math", unnamed, &plan()), ask(unnamed, "law", &plan())), (Ok(1), Ok(1)));
        }
        // What was allowed by name is a warning of its own.
        assert_eq!(ask("math", "law", &Plan { task_mismatch: TaskMismatch::Allow, ..plan() }), Ok(0));
        assert_eq!(ask("math", "law", &Plan { edition: Edition::First, ..plan() }), Ok(1));
    }

    #[test]
    fn the_harness_says_where_better_lies() {
        let ask = |stated: Direction, planned: Direction| {
            let (one, other) = (run("math", Some(stated), 0), run("math", None, 0));
            let plan = Plan { direction: planned, ..plan() };
            let notes =
                |left: &RunFrame, right: &RunFrame| check_comparable(left, right, &plan).map(|n| n.len());
            let found = notes(&one, &other);
            assert_eq!(found.is_ok(), notes(&other, &one).is_ok());
            found
        };
        let (higher, lower) = (Direction::HigherIsBetter, Direction::LowerIsBetter);
        assert_eq!((ask(higher, higher), ask(lower, lower), ask(higher, lower)), (Ok(0), Ok(0), Ok(1)));
        assert_eq!(ask(lower, higher).unwrap_err().code, Code::RunsDiffer);
    }

    #[test]
    fn other_prompts_are_said() {
        let ask = |left, right| {
            check_comparable(&run("math", None, left), &run("math", None, right), &plan()).unwrap()
        };
        assert!(ask(1, 1).is_empty() && ask(0, 1).is_empty());
        let notes = ask(1, 2);
        assert!(notes[0].starts_with("2 of 2 shared items were asked something else"), "{notes:?}");
    }

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
