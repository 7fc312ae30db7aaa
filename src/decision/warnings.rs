//! What may make a verdict mean something else than its reader thinks: shown before the numbers.

use crate::domain::{Alpha, Claim, ClusterRule, Edition, Plan, RunFrame};
use crate::pairing::Pairs;

/// Words in the name of a metric that is usually better when lower.
const LOWER_IS_BETTER: &[&str] = &[
    "toxicity",
    "toxic",
    "error",
    "errors",
    "loss",
    "latency",
    "perplexity",
    "wer",
    "cer",
    "mse",
    "rmse",
    "mae",
    "cost",
    "violation",
    "violations",
    "hallucination",
    "hallucinations",
    "bias",
    "bypass",
    "refusals",
];

/// The warnings about one decision.
pub(super) fn warnings(baseline: &RunFrame, candidate: &RunFrame, plan: &Plan, pairs: &Pairs) -> Vec<String> {
    if plan.edition == Edition::First {
        return Vec::new();
    }
    [
        tasks(baseline, candidate),
        clusters(baseline, candidate, plan),
        configuration(baseline, candidate),
        direction(baseline, candidate, plan),
        alpha(plan),
        margin(plan, pairs),
    ]
    .into_iter()
    .flatten()
    .collect()
}

/// Runs of two tasks, which only the plan lets through.
fn tasks(baseline: &RunFrame, candidate: &RunFrame) -> Option<String> {
    let (before, after) = (&baseline.metadata().task_id, &candidate.metadata().task_id);
    (before != after).then(|| {
        format!(
            "the runs name different tasks, {before:?} and {after:?}: the difference may be that of the tasks"
        )
    })
}

/// Clusters that the data carry and the plan overlooks: the costliest mistake there is.
fn clusters(baseline: &RunFrame, candidate: &RunFrame, plan: &Plan) -> Option<String> {
    let ignored = baseline.ignored_clusters().or(candidate.ignored_clusters())?;
    // Clusters of one item each are items.
    let matter = ignored < baseline.len().min(candidate.len());
    (matter && plan.cluster == ClusterRule::Off).then(|| {
        format!(
            "the items carry {ignored} clusters, and --cluster none takes them for independent: where items of a cluster \
             resemble each other, far more candidates are allowed wrongly than alpha says (29 in 100 at 20 clusters \
             of 20 items and a correlation of .5)"
        )
    })
}

/// Runs of two configurations differ in more than the model.
fn configuration(baseline: &RunFrame, candidate: &RunFrame) -> Option<String> {
    let (before, after) =
        (baseline.metadata().config_hash.as_ref()?, candidate.metadata().config_hash.as_ref()?);
    (before != after).then(|| {
        "the two runs have different configuration hashes: what differs may be the task or its data, not the model"
            .into()
    })
}

/// A metric whose name says that less is better, judged as if more were.
fn direction(baseline: &RunFrame, candidate: &RunFrame, plan: &Plan) -> Option<String> {
    if plan.direction_named || baseline.direction().or(candidate.direction()).is_some() {
        return None;
    }
    let name = &baseline.metadata().metric_name;
    let mut words = name.split(|c: char| !c.is_alphanumeric()).map(str::to_lowercase);
    let word = words.find(|word| LOWER_IS_BETTER.contains(&word.as_str()))?;
    Some(format!(
        "the metric is called {name:?} and higher counts as better here: if less {word} is better, say \
         --lower-is-better; if not, say --lower-is-better=false"
    ))
}

/// Above this an error rate is unusual enough to be said.
const LARGE_ALPHA: f64 = 0.2;

fn alpha(plan: &Plan) -> Option<String> {
    let alpha = plan.alpha.get();
    (alpha > LARGE_ALPHA && alpha < Alpha::TOO_LARGE).then(|| {
        format!("alpha is {alpha}: one wrong candidate in {:.0} may be allowed", (1.0 / alpha).round())
    })
}

/// A margin as wide as everything that was observed, where nothing is known of the range.
fn margin(plan: &Plan, pairs: &Pairs) -> Option<String> {
    let width = match plan.claim {
        Claim::Above { min_delta } => min_delta.abs(),
        Claim::Within { margin } => margin,
    };
    let scores = || pairs.baseline.iter().chain(&pairs.candidate).copied();
    let (low, high) = (scores().fold(f64::INFINITY, f64::min), scores().fold(f64::NEG_INFINITY, f64::max));
    (pairs.range.is_none() && low < high && width >= high - low).then(|| {
        format!(
            "the margin {width} is as wide as all scores seen, {low} to {high}: differences are in units of the score"
        )
    })
}
