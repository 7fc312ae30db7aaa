//! The keys that may stand under `defaults` and in a task.

use super::fields::{Fields, choice, number, text, truth, whole};
use super::problem::{Problems, Wrong};
use super::yaml::{Node, Scalar, Value};
use super::{errors, numbers, texts};
use crate::domain::policy::{BaselineSource, FirstRun};
use crate::domain::{
    Alpha, ClusterRule, Direction, EpochRule, Fraction, Identical, MethodChoice, MissingRule, Plan,
    ProjectId, ScoreRange, TaskMismatch,
};
use crate::readers::Format;

/// What was said; `None` where nothing was.
#[derive(Clone, Debug, Default)]
pub(super) struct Shared {
    pub(super) baseline: Option<BaselineSource>,
    pub(super) baseline_project: Option<ProjectId>,
    pub(super) first_run: Option<FirstRun>,
    pub(super) format: Option<Option<Format>>,
    pub(super) metric: Option<String>,
    id: Option<String>,
    cluster: Option<ClusterRule>,
    epochs: Option<EpochRule>,
    pub(super) lower_is_better: Option<bool>,
    alpha: Option<Alpha>,
    power: Option<Fraction>,
    planned_delta: Option<f64>,
    method: Option<MethodChoice>,
    resamples: Option<u32>,
    seed: Option<u64>,
    missing: Option<MissingRule>,
    min_coverage: Option<Fraction>,
    score_range: Option<ScoreRange>,
    task_mismatch: Option<TaskMismatch>,
    identical: Option<Identical>,
}

/// How a run is named.
pub(super) const RUN: &str =
    "a path, git:REF:PATH, store:RUN_ID, store:latest-allowed or trail:latest-allowed";
const FORMAT: &str = "auto, or the name of a format such as runframe, inspect or lm_eval";

impl Shared {
    pub(super) fn read(fields: &Fields<'_>, problems: &mut Problems) -> Self {
        let p = problems;
        Self {
            baseline: fields.optional("baseline", p, baseline),
            baseline_project: fields.optional(
                "baseline-project",
                p,
                text("the name of a project", |text| text.parse().map_err(str::to_owned)),
            ),
            first_run: fields.optional("first-run", p, choice(FirstRun::ALL, FirstRun::as_str)),
            format: fields.optional(
                "format",
                p,
                text(FORMAT, |text| match text {
                    "auto" => Ok(None),
                    text => text.parse().map(Some),
                }),
            ),
            metric: fields.optional("metric", p, text("the name of a metric", |text| Ok(text.to_owned()))),
            id: fields.optional("id", p, text("the field that names the item", |text| Ok(text.to_owned()))),
            cluster: fields.optional(
                "cluster",
                p,
                text("the field that names the cluster, or none", |text| {
                    Ok(if text == "none" { ClusterRule::Off } else { ClusterRule::Key(text.to_owned()) })
                }),
            ),
            epochs: fields.optional("epochs", p, epochs),
            lower_is_better: fields.optional("lower-is-better", p, truth),
            alpha: fields.optional("alpha", p, alpha),
            power: fields.optional(
                "power",
                p,
                number("a number between 0 and 1, both excluded", |n| {
                    Fraction::new(n).filter(|_| n > 0.0 && n < 1.0)
                }),
            ),
            planned_delta: fields.optional("planned-delta", p, number("a number such as 0.02", Some)),
            method: fields.optional(
                "method",
                p,
                text("auto, or the name of a method in docs/statistics.md", |text| text.parse()),
            ),
            resamples: fields.optional(
                "resamples",
                p,
                whole("a whole number from 100 to 10000000", |n| {
                    u32::try_from(n).ok().filter(|n| (100..=10_000_000).contains(n))
                }),
            ),
            seed: fields.optional("seed", p, whole("a whole number from 0 to 18446744073709551615", Some)),
            missing: fields.optional("missing", p, choice(MissingRule::ALL, MissingRule::as_str)),
            min_coverage: fields.optional("min-coverage", p, number("a share from 0 to 1", Fraction::new)),
            score_range: fields.optional("score-range", p, score_range),
            task_mismatch: fields.optional(
                "task-mismatch",
                p,
                choice(TaskMismatch::ALL, TaskMismatch::as_str),
            ),
            identical: fields.optional("identical", p, choice(Identical::ALL, Identical::as_str)),
        }
    }

    /// What a task says, and where it says nothing, what holds for all.
    pub(super) fn or(self, defaults: &Self) -> Self {
        let d = defaults.clone();
        Self {
            baseline: self.baseline.or(d.baseline),
            baseline_project: self.baseline_project.or(d.baseline_project),
            first_run: self.first_run.or(d.first_run),
            format: self.format.or(d.format),
            metric: self.metric.or(d.metric),
            id: self.id.or(d.id),
            cluster: self.cluster.or(d.cluster),
            epochs: self.epochs.or(d.epochs),
            lower_is_better: self.lower_is_better.or(d.lower_is_better),
            alpha: self.alpha.or(d.alpha),
            power: self.power.or(d.power),
            planned_delta: self.planned_delta.or(d.planned_delta),
            method: self.method.or(d.method),
            resamples: self.resamples.or(d.resamples),
            seed: self.seed.or(d.seed),
            missing: self.missing.or(d.missing),
            min_coverage: self.min_coverage.or(d.min_coverage),
            score_range: self.score_range.or(d.score_range),
            task_mismatch: self.task_mismatch.or(d.task_mismatch),
            identical: self.identical.or(d.identical),
        }
    }

    /// The plan `usual`, changed where something was said.
    pub(super) fn plan(&self, usual: Plan) -> Plan {
        Plan {
            alpha: self.alpha.unwrap_or(usual.alpha),
            power: self.power.unwrap_or(usual.power),
            planned_delta: self.planned_delta.or(usual.planned_delta),
            method: self.method.unwrap_or(usual.method),
            resamples: self.resamples.unwrap_or(usual.resamples),
            seed: self.seed.unwrap_or(usual.seed),
            direction: match self.lower_is_better {
                Some(true) => Direction::LowerIsBetter,
                Some(false) => Direction::HigherIsBetter,
                None => usual.direction,
            },
            direction_named: self.lower_is_better.is_some() || usual.direction_named,
            id: self.id.clone().or(usual.id),
            cluster: self.cluster.clone().unwrap_or(usual.cluster),
            epochs: self.epochs.unwrap_or(usual.epochs),
            missing: self.missing.unwrap_or(usual.missing),
            min_coverage: self.min_coverage.unwrap_or(usual.min_coverage),
            score_range: self.score_range.or(usual.score_range),
            task_mismatch: self.task_mismatch.unwrap_or(usual.task_mismatch),
            identical: self.identical.unwrap_or(usual.identical),
            ..usual
        }
    }
}

/// A run that the candidate is compared with.
pub(super) fn baseline(node: &Node) -> Result<BaselineSource, Wrong> {
    text(RUN, |text| match text {
        "-" => Err("standard input cannot stand in a policy".into()),
        text => text.parse(),
    })(node)
}

fn alpha(node: &Node) -> Result<Alpha, Wrong> {
    let alpha = number("a number above 0 and below 0.5, such as 0.05", Alpha::new)(node)?;
    if alpha.get() < Alpha::TOO_LARGE { Ok(alpha) } else { Err(errors::alpha_too_large(&node.found())) }
}

fn epochs(node: &Node) -> Result<EpochRule, Wrong> {
    const EXPECTED: &str = "mean, first or the number of an epoch";
    match &node.value {
        Value::Scalar(Scalar { text, .. }) if text == "mean" => Ok(EpochRule::Mean),
        Value::Scalar(Scalar { text, .. }) if text == "first" => Ok(EpochRule::First),
        _ => whole(EXPECTED, |n| u32::try_from(n).ok().map(EpochRule::Only))(node),
    }
}

fn score_range(node: &Node) -> Result<ScoreRange, Wrong> {
    const EXPECTED: &str = "a list of two numbers, the lowest score and then the highest";
    let no_range = || errors::no_list(&node.found(), EXPECTED, "[0, 1], or what the metric has");
    let Value::List(items) = &node.value else { return Err(no_range()) };
    let [lo, hi] = items.as_slice() else { return Err(no_range()) };
    let [lo, hi] = [numbers::number(lo, EXPECTED)?, numbers::number(hi, EXPECTED)?];
    ScoreRange::new(lo, hi)
        .ok_or_else(|| errors::no_list(&format!("[{lo}, {hi}]"), EXPECTED, "the lower number first"))
}

/// A text of a person on one or several lines.
pub(super) fn prose(node: &Node) -> Result<String, Wrong> {
    texts::prose(node, "a sentence that says why")
        .map(|text| text.split_whitespace().collect::<Vec<_>>().join(" "))
}
