//! What labels of people and the scores of a judge show together.

use crate::commands::Files;
use crate::commands::runs::labels_of;
use crate::domain::{Diagnostic, Lambda, Plan, RunFrame};
use crate::inference::{Sample, two_phase};
use crate::pairing::Pairs;
use crate::readers::read_gold;
use crate::report::doctor::LabelsReport;
use crate::sampling::corrected;

/// A pair with labels.
pub(super) struct Labelled {
    /// As if people had scored as many items, with the standard error that the judge's scores leave: a plan goes by it.
    pub(super) sample: Sample,
    pub(super) report: LabelsReport,
}

/// # Errors
/// Those of the labels, and of correcting a judge by them.
pub(super) fn of_pair(
    path: &str,
    judged: &Pairs,
    runs: [&RunFrame; 2],
    plan: &Plan,
    files: &dyn Files,
) -> Result<Labelled, Diagnostic> {
    let gold = read_gold(&files.open(path)?, runs.map(|run| run.metadata().run_id.as_str()))?;
    labels_of(&gold, runs)?;
    let [baseline, candidate] = &gold.runs;
    let plan = Plan { gold: Some(Lambda::CrossFitted), ..plan.clone() };
    let found = corrected(judged, [baseline, candidate], &plan)?;
    let by_people = Sample::of(&found.pairs, plan.direction);
    let sample = two_phase::as_if_paired(&by_people).unwrap_or(by_people);
    let report = LabelsReport {
        labelled: found.judge.labelled,
        judged: found.judge.judged,
        lambda: found.judge.lambda,
    };
    Ok(Labelled { sample, report })
}
