//! One pair of runs as its reader sees it.

use super::effect::Effect;
use super::facts::Fact;
use super::headline;
use super::items::Items;
use super::notices::{self, Notice};
use super::part_of_items;
use super::power::PowerCurve;
use super::rules::{self, RuleRow};
use super::sentence::Sentence;
use super::unit::Unit;
use crate::domain::number_format::{count, p_value, percent, plain};
use crate::envelope::{Record, v1};

/// One pair of runs: the whole of a decision without a policy, one task of a suite.
#[derive(Clone, Debug, PartialEq)]
pub struct TaskView {
    /// Its name in the policy, where there is one.
    pub name: Option<String>,
    /// What the policy has it for: improve, no-regression, report-only or budget.
    pub role: Option<String>,
    /// What its main claim shows by itself.
    pub verdict: v1::VerdictWord,
    /// The first line about it.
    pub headline: Sentence,
    /// The claim in words.
    pub claim: String,
    /// What was shown and what was not, in the words that the envelope holds.
    pub finding: String,
    /// What to do next, where there is something to do; without a full stop.
    pub next: Option<String>,
    /// The task that was measured.
    pub task: String,
    /// The metric.
    pub metric: String,
    /// Whether lower scores are better.
    pub lower_is_better: bool,
    /// What differences are counted in.
    pub unit: Unit,
    /// The difference.
    pub effect: Effect,
    /// What both runs score by themselves, where the envelope says.
    pub levels: Option<v1::Levels>,
    /// The p-value that the verdict rests on, with its name.
    pub p: Option<Fact>,
    /// Paired items.
    pub pairs: u64,
    /// Clusters, where they are the independent units.
    pub clusters: Option<u64>,
    /// Items that the candidate does better.
    pub better: u64,
    /// Items that it does worse.
    pub worse: u64,
    /// The first ids of both, better ones first, as the envelope lists them: in ascending order, not by size.
    pub changed_ids: (Vec<String>, Vec<String>),
    /// The items themselves, where both runs were at hand.
    pub items: Option<Items>,
    /// What to know beside the verdict, the most important first.
    pub notices: Vec<Notice>,
    /// Every rule that was checked.
    pub rules: Vec<RuleRow>,
    /// What this many items would show.
    pub power: Option<PowerCurve>,
    /// What fixed the inference before the data were seen.
    pub plan: Vec<Fact>,
    /// Numbers for statisticians.
    pub numbers: Vec<Fact>,
    /// The baseline's file.
    pub baseline: InputView,
    /// The candidate's file.
    pub candidate: InputView,
    /// The anchor's file, where the policy names one.
    pub anchor: Option<InputView>,
}

/// One run file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct InputView {
    /// The model.
    pub model: String,
    /// The run.
    pub run: String,
    /// Path as it was given.
    pub path: String,
    /// SHA-256 of the file.
    pub sha256: String,
    /// Everything else that is recorded of it.
    pub facts: Vec<Fact>,
    /// Its copy in the store, and the SHA-256 of that.
    pub stored: Option<(String, String)>,
}

impl TaskView {
    /// The view of one record.
    pub(super) fn of(record: &Record, store: Option<&v1::Store>) -> Self {
        let Record { report, plan, inputs, changed, .. } = record;
        let effect = Effect::of(record);
        let c = &report.comparison;
        let bounds = [effect.lower, effect.upper]
            .into_iter()
            .chain(effect.observed.into_iter().flat_map(|(lower, upper)| [lower, upper]));
        let shown: Vec<f64> = bounds.flatten().collect();
        let unit = Unit::new(is_rate(record), effect.asked, &shown);
        let (label, p) = rules::p_shown(record);
        Self {
            name: None,
            role: None,
            verdict: report.verdict,
            headline: headline::of_pair(record, &effect, &unit),
            claim: report.claim.clone(),
            finding: report.finding.clone(),
            next: report.suggestion.clone(),
            task: inputs.candidate.task_id.clone(),
            metric: inputs.candidate.metric.clone(),
            lower_is_better: plan.better == "lower",
            levels: c.levels.clone(),
            p: p.map(|p| Fact::new(label, p_value(p))),
            pairs: c.n_pairs,
            clusters: c.n_clusters,
            better: changed.fixed,
            worse: changed.broken,
            changed_ids: (changed.fixed_ids.clone(), changed.broken_ids.clone()),
            items: None,
            notices: part_of_items::notices(record, &unit)
                .into_iter()
                .chain(notices::of_record(record))
                .collect(),
            rules: rules::of_record(record, &effect, &unit),
            power: PowerCurve::of(record, &effect),
            plan: plan_facts(plan),
            numbers: numbers(record, &effect, &unit),
            baseline: InputView::of(&inputs.baseline, store.map(|store| &store.baseline)),
            candidate: InputView::of(&inputs.candidate, store.map(|store| &store.candidate)),
            anchor: None,
            unit,
            effect,
        }
    }

    /// What it is called: its name in the policy, else the task that was measured.
    #[must_use]
    pub fn title(&self) -> &str {
        self.name.as_deref().unwrap_or(&self.task)
    }
}

/// Whether the metric is a rate: its scores are known to go from 0 to 1. Earlier versions did not record what is
/// known of a range, but tests for right and wrong answers take no others.
fn is_rate(record: &Record) -> bool {
    let unit_range = |lo: f64, hi: f64| lo == 0.0 && hi == 1.0;
    let known = record.pairing.score_range.as_ref().map(|range| unit_range(range.lo, range.hi));
    let two = || record.report.comparison.levels.as_ref()?.two_scores.map(|(lo, hi)| unit_range(lo, hi));
    let by_method = || {
        let method = record.report.comparison.method.as_str();
        method.starts_with("mcnemar") || method == "exact_unconditional"
    };
    known.or_else(two).unwrap_or_else(by_method)
}

fn plan_facts(plan: &v1::Plan) -> Vec<Fact> {
    let planned = plan.planned_delta.map_or("not named".into(), plain);
    let engine = &plan.engine;
    let mut facts = vec![
        Fact::new("hypothesis", &plan.hypothesis),
        Fact::new("asked for", plain(plan.null_value)),
        Fact::new("rule", &plan.rule),
        Fact::new("method", format!("{} ({})", plan.method_used, plan.method_reason)),
        Fact::new("alpha", format!("{}, {}-sided", plan.alpha, plan.sides)),
        Fact::new("planned power", percent(plan.power)),
        Fact::new("planned difference", planned),
        Fact::new("better is", &plan.better),
        Fact::new("independent units", &plan.units),
        Fact::new("clusters", &plan.cluster),
        Fact::new("epochs", &plan.epochs),
        Fact::new("missing scores", &plan.missing),
        Fact::new("least coverage", percent(plan.min_coverage)),
        Fact::new("resamples", plan.resamples.to_string()),
        Fact::new("seed", &plan.seed),
        Fact::new("engine", engine),
    ];
    if let Some(policy) = &plan.policy {
        facts.push(Fact::new("policy", format!("{}, sha256 {}", policy.path, policy.sha256)));
    }
    facts.extend(plan.overridden.iter().map(|what| Fact::new("overridden", what)));
    facts
}

fn numbers(record: &Record, effect: &Effect, unit: &Unit) -> Vec<Fact> {
    let c = &record.report.comparison;
    let pair = |lower: Option<f64>, upper: Option<f64>| unit.bounds(lower, upper).join(" to ");
    let each = percent(effect.each);
    let mut facts = vec![Fact::new(
        "difference",
        format!("{} (candidate minus baseline{})", unit.signed(c.delta), {
            if record.plan.better == "lower" { ", sign turned: lower is better" } else { "" }
        }),
    )];
    let which = if effect.tested { "bounds" } else { "interval" };
    match &effect.observed {
        None => {
            facts.push(Fact::new(which, format!("{}, each {each} sure", pair(effect.lower, effect.upper))))
        }
        Some((lower, upper)) => {
            facts.push(Fact::new(
                "bounds",
                format!(
                    "{}, each {each} sure, whatever the missing scores would be",
                    pair(effect.lower, effect.upper)
                ),
            ));
            facts.push(Fact::new("as scored", pair(*lower, *upper)));
        }
    }
    if let Some(check) = &c.cross_check {
        let bounds = pair(Some(check.lower), Some(check.upper));
        facts.push(Fact::new(
            "cross-check",
            format!("{bounds} ({}, {:.1} degrees of freedom)", check.method, check.df),
        ));
    }
    let (label, p) = rules::p_shown(record);
    facts.extend(p.map(|p| {
        Fact::new("p-value", format!("{} ({})", p_value(p), label.trim_start_matches("p of the ")))
    }));
    facts.extend(c.p_value_zero.map(|p| Fact::new("p at zero", format!("{} (better at all)", p_value(p)))));
    facts.push(Fact::new("method", format!("{} ({})", c.method, record.plan.method_reason)));
    let groups = c.n_clusters.map_or(String::new(), |k| format!(" in {} groups", count(k)));
    facts.push(Fact::new("pairs", format!("{}{groups}", count(c.n_pairs))));
    facts.extend(c.mde.map(|mde| {
        Fact::new(
            "shows from",
            format!(
                "{} beyond what was asked for, at {} power",
                unit.at_most(mde),
                percent(record.plan.power)
            ),
        )
    }));
    facts.extend(part_of_items::facts(record));
    let sizes = &record.effect_sizes;
    let size = |label: &str, value: Option<f64>| value.map(|value| Fact::new(label, format!("{value:.3}")));
    facts.extend(size("Cohen's d", sizes.cohens_d_paired));
    facts.extend(size("Cliff's d", sizes.cliffs_delta));
    facts.extend(size("per broken", sizes.fixed_per_broken));
    facts.extend(size("icc", sizes.icc));
    facts
}

impl InputView {
    pub(super) fn of(input: &v1::Input, stored: Option<&v1::StoredRun>) -> Self {
        let mut facts = vec![
            Fact::new("task", &input.task_id),
            Fact::new("metric", &input.metric),
            Fact::new("format", &input.format),
            Fact::new("size", format!("{} bytes", count(input.bytes))),
            Fact::new("items", count(input.items)),
            Fact::new("rows", count(input.rows)),
        ];
        facts.extend(input.clusters.map(|clusters| Fact::new("clusters", count(clusters))));
        let reasons: Vec<String> =
            input.unscored_by.iter().map(|(why, n)| format!("{} {why}", count(*n))).collect();
        let reasons = if reasons.is_empty() { String::new() } else { format!(" ({})", reasons.join(", ")) };
        facts.push(Fact::new("without a score", format!("{}{reasons}", count(input.unscored))));
        facts.extend(input.config_hash.as_ref().map(|hash| Fact::new("configuration", hash)));
        if let Some(found) = &input.resolved {
            facts.push(Fact::new("asked for as", format!("{}, stored {}", found.asked, found.stored_at)));
        }
        if let Some(at) = &input.at_commit {
            facts.push(Fact::new("at commit", format!("{} ({})", at.commit, at.revision)));
        }
        Self {
            model: input.model_id.clone(),
            run: input.run_id.clone(),
            path: input.path.clone(),
            sha256: input.sha256.clone(),
            facts,
            stored: stored.map(|run| (run.path.clone(), run.sha256.clone())),
        }
    }
}
