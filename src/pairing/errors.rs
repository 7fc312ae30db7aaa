//! Why two runs cannot be compared, one function a message.

use crate::domain::{Code, Diagnostic, ScoreRange};

pub(super) fn cluster_conflict(id: &str, a: &str, b: &str) -> Diagnostic {
    Code::ClusterConflict
        .at(format!("item {id:?}"))
        .what(format!("is in cluster {a:?} in the baseline and {b:?} in the candidate"))
        .next("make both runs name the same clusters, or say --cluster none if items are independent")
}

pub(super) fn slice_conflict(id: &str, a: &str, b: &str) -> Diagnostic {
    Code::SliceConflict
        .at(format!("item {id:?}"))
        .what(format!("is in slice {a:?} in the baseline and {b:?} in the candidate"))
        .next("make both runs name the same slices: compare runs of one version of the data set")
}

pub(super) fn no_overlap(
    baseline_scored: usize,
    baseline_first: &str,
    candidate_scored: usize,
    candidate_first: &str,
) -> Diagnostic {
    Code::NoOverlap
        .at("")
        .what(format!("no item is scored in both runs: the baseline has {baseline_scored} scored items (first: {baseline_first}), the candidate {candidate_scored} (first: {candidate_first})"))
        .next("check that both files are runs of the same items and that item ids are spelled alike")
}

pub(super) fn no_score_in_run(which: &str, items: usize, reasons: &str) -> Diagnostic {
    Code::NoOverlap
        .at(which)
        .what(format!("has no score at all, of {items} items ({reasons})"))
        .next("score the run again, or name the metric that holds scores with --metric")
}

pub(super) fn unscored_items(
    which: &str,
    row: usize,
    id: &str,
    total: usize,
    rows: usize,
    reasons: &str,
) -> Diagnostic {
    Code::UnscoredItems
        .at(format!("{which}: items[{row}].score"))
        .what(format!("item {id:?} has no score; {total} of {rows} rows have none ({reasons})"))
        .next("score them, or leave them out with --missing exclude (they then weigh on coverage)")
}

pub(super) fn empty_claim(
    flag: &str,
    value: f64,
    range: ScoreRange,
    source: &str,
    what: &str,
    point: f64,
) -> Diagnostic {
    Code::BadUsage
        .at(flag)
        .what(format!(
            "is {value}, and scores lie between {} and {} ({source}): {what}",
            range.lo(),
            range.hi()
        ))
        .next(format!("differences are in units of the score: say {point} for one point in a hundred"))
}

pub(super) fn two_scales(
    baseline_lowest: f64,
    baseline_highest: f64,
    candidate_lowest: f64,
    candidate_highest: f64,
) -> Diagnostic {
    Code::RunsDiffer
        .at("score")
        .what(format!("lies between {baseline_lowest} and {baseline_highest} in the baseline and between {candidate_lowest} and {candidate_highest} in the candidate: two scales"))
        .next(
            "bring both runs to one scale; if one scale really holds both, name it with --score-range LO,HI",
        )
}

pub(super) fn score_outside_range(which: &str, id: &str, score: f64, range: ScoreRange) -> Diagnostic {
    Code::ScoreOutOfRange
        .at(which)
        .what(format!("item {id:?} has score {score}, outside the range {range} that --score-range names"))
        .next("name the range that the metric really has, or mend the score")
}

pub(super) fn items_differ(id: &str) -> Diagnostic {
    Code::RunsDiffer
        .at(format!("item {id:?}"))
        .what("is another item or has another target in the candidate")
        .next("compare runs of one version of the data set, whose ids name the same items in both")
}

pub(super) fn better_when_lower(metric: &str) -> Diagnostic {
    Code::RunsDiffer
        .at("metric_name")
        .what(format!(
            "{metric:?} is better when lower, as its harness says, and the plan takes higher for better"
        ))
        .next("say --lower-is-better")
}

pub(super) fn tasks_differ(baseline: &str, candidate: &str) -> Diagnostic {
    Code::RunsDiffer
        .at("task_id")
        .what(format!("is {baseline:?} in the baseline and {candidate:?} in the candidate"))
        .next("compare runs of one task; if both names mean one task, say --task-mismatch allow")
}

pub(super) fn metrics_differ(baseline: &str, candidate: &str) -> Diagnostic {
    Code::RunsDiffer
        .at("metric_name")
        .what(format!("is {baseline:?} in the baseline and {candidate:?} in the candidate"))
        .next("compare runs of one metric")
}
