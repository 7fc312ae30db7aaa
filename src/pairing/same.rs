//! Whether two runs measured the same thing: one metric, one direction, the same items.

use crate::domain::{Code, Diagnostic, Direction, Edition, Plan, RunFrame, TaskMismatch};

/// The runs must measure the same thing. Another task is refused unless the plan allows it, and then said.
///
/// # Errors
/// `runs-differ` where the metrics or tasks differ, where a harness says that lower scores are better and the
/// plan does not, or where one id names two items.
pub(super) fn same_subject(
    baseline: &RunFrame,
    candidate: &RunFrame,
    plan: &Plan,
) -> Result<Vec<String>, Diagnostic> {
    let (b, c, direction) = (baseline.names(), candidate.names(), plan.direction);
    if b.metric_name != c.metric_name {
        return Err(Code::RunsDiffer
            .at("metric_name")
            .what(format!("is {:?} in the baseline and {:?} in the candidate", b.metric_name, c.metric_name))
            .next("compare runs of one metric"));
    }
    let mut notes = Vec::new();
    if b.task_id != c.task_id {
        let known = [&b.task_id, &c.task_id].iter().all(|task| !matches!(task.as_str(), "" | "unknown"));
        if known && plan.task_mismatch == TaskMismatch::Error && plan.edition >= Edition::Second {
            return Err(Code::RunsDiffer
                .at("task_id")
                .what(format!("is {:?} in the baseline and {:?} in the candidate", b.task_id, c.task_id))
                .next("compare runs of one task; if both names mean one task, say --task-mismatch allow"));
        }
        // Allowed by name, it is a warning, which stands before the numbers.
        if !known || plan.edition == Edition::First {
            notes.push(format!("the runs name different tasks: {:?} and {:?}", b.task_id, c.task_id));
        }
    }
    match baseline.direction().or(candidate.direction()) {
        Some(Direction::LowerIsBetter) if direction == Direction::HigherIsBetter => {
            return Err(Code::RunsDiffer
                .at("metric_name")
                .what(format!(
                    "{:?} is better when lower, as its harness says, and the plan takes higher for better",
                    b.metric_name
                ))
                .next("say --lower-is-better"));
        }
        Some(Direction::HigherIsBetter) if direction == Direction::LowerIsBetter => notes.push(format!(
            "the harness says that higher is better for {:?}; the plan says lower",
            b.metric_name
        )),
        _ => {}
    }
    same_items(baseline, candidate)?;
    Ok(notes)
}

/// Merges two ascending sequences of items.
fn same_items(baseline: &RunFrame, candidate: &RunFrame) -> Result<(), Diagnostic> {
    let mut rights = candidate.fingerprints().peekable();
    for (id, fingerprint) in baseline.fingerprints() {
        while rights.next_if(|(other, _)| *other < id).is_some() {}
        if let Some((other, found)) = rights.peek()
            && *other == id
            && *found != fingerprint
        {
            return Err(Code::RunsDiffer
                .at(format!("item {id:?}"))
                .what("is another document or has another target in the candidate, as their hashes show")
                .next("compare runs of one version of the data set"));
        }
    }
    Ok(())
}
