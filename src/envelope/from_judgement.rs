//! From the values of a judgement to the structs that are written.

use std::collections::BTreeMap;

use super::v1;
use crate::decision::{Basis, EffectSizes, Gold, Judgement, Outlook, WorstCase};
use crate::domain::{Claim, Digest, Direction, Edition, Lambda, Plan, RunFrame, Sampling, Sides, Verdict};
use crate::inference::{Estimate, LegacyOutcome};
use crate::numerics::moments::mean;
use crate::pairing::{Pairs, Source};
use crate::sampling::document::{DrawRef, PredictorRef};
use crate::sampling::{Agreement, JudgeQuality, Share};

/// How many ids of changed items an envelope lists.
const LISTED: usize = 20;

impl From<Verdict> for v1::VerdictWord {
    fn from(verdict: Verdict) -> Self {
        match verdict {
            Verdict::Allow => Self::Allow,
            Verdict::Reject => Self::Reject,
            Verdict::Inconclusive => Self::Inconclusive,
        }
    }
}

/// The engine that computed the numbers.
#[must_use]
pub fn engine() -> String {
    concat!("evalsig ", env!("CARGO_PKG_VERSION")).into()
}

/// The program that records.
#[must_use]
pub fn tool(image_digest: Option<String>) -> v1::Tool {
    v1::Tool {
        name: "evalsig".into(),
        version: env!("CARGO_PKG_VERSION").into(),
        git_sha: option_env!("EVALSIG_GIT_SHA").map(Into::into),
        image_digest,
        target: format!("{}-{}", std::env::consts::ARCH, std::env::consts::OS),
    }
}

/// The report on a judgement; `notes` stand beside the numbers.
pub(super) fn report(judgement: &Judgement, notes: Vec<String>) -> v1::Report {
    let Judgement { plan, decision, basis, pairs, warnings, gold, .. } = judgement;
    let comparison = match basis {
        Basis::Interval { estimate, worst_case, outlook } => {
            comparison(plan, pairs, estimate, outlook, worst_case.as_ref())
        }
        Basis::Evalsig01(outcome) => legacy_comparison(plan, pairs, outcome),
    };
    let comparison = v1::Comparison { warnings: warnings.clone(), notes, ..comparison };
    v1::Report {
        verdict: decision.verdict.into(),
        exit_code: decision.verdict.exit_code(),
        claim: decision.claim.clone(),
        finding: decision.finding.clone(),
        comparison,
        min_delta: match plan.claim {
            Claim::Above { min_delta } => Some(min_delta),
            Claim::Within { .. } => None,
        },
        equivalence: match plan.claim {
            Claim::Above { .. } => None,
            Claim::Within { margin } => Some(margin),
        },
        alpha: plan.alpha.get(),
        power: plan.power.get(),
        suggestion: decision.suggestion.clone(),
        judge: gold.as_ref().map(judge),
    }
}

fn judge(gold: &Gold) -> v1::JudgeReport {
    let share = |share: Share| v1::Share {
        hits: share.hits as u64,
        of: share.of as u64,
        lower: share.lower,
        upper: share.upper,
    };
    let of = |agreement: &Agreement| v1::Agreement {
        same: share(agreement.same),
        sensitivity: agreement.sensitivity.map(share),
        specificity: agreement.specificity.map(share),
    };
    let JudgeQuality { labelled, judged, lambda, runs: [baseline, candidate] } = &gold.judge;
    let (basis, verdict) = &gold.uncorrected;
    let (delta, bounds) = match basis {
        Basis::Interval { estimate, .. } => (estimate.delta, (estimate.lower, estimate.upper)),
        Basis::Evalsig01(outcome) => (outcome.delta, (outcome.ci_low, outcome.ci_high)),
    };
    v1::JudgeReport {
        labelled: *labelled as u64,
        judged: *judged as u64,
        lambda: *lambda,
        baseline: of(baseline),
        candidate: of(candidate),
        uncorrected: v1::Uncorrected {
            verdict: (*verdict).into(),
            delta,
            lower: finite(bounds.0),
            upper: finite(bounds.1),
        },
    }
}

/// The numbers of an estimate. A one-sided interval shows its lower side only, as the original
/// recipe prints it; `bounds` always has both.
fn comparison(
    plan: &Plan,
    pairs: &Pairs,
    estimate: &Estimate,
    outlook: &Outlook,
    worst_case: Option<&WorstCase>,
) -> v1::Comparison {
    let p_value = estimate.p_value(plan);
    let largest_p = worst_case.map_or(p_value, |case| case.p_value);
    let (lower, upper) = (finite(estimate.lower), finite(estimate.upper));
    let one_sided = plan.sides == Sides::One && matches!(plan.claim, Claim::Above { .. });
    v1::Comparison {
        delta: estimate.delta,
        ci: (lower, if one_sided { None } else { upper }),
        ci_level: 1.0 - plan.alpha.get(),
        p_value,
        p_value_zero: Some(estimate.p_zero),
        p_value_against: against(plan, worst_case.map_or(estimate.p_against, |case| case.p_against)),
        significant: largest_p <= plan.alpha.get(),
        n_pairs: pairs.counts.pairs as u64,
        n_clusters: estimate.clusters.map(|k| k as u64),
        method: estimate.label.into(),
        mde: outlook.mde.and_then(finite),
        warnings: Vec::new(),
        notes: Vec::new(),
        cross_check: estimate.cross_check.map(|check| v1::CrossCheck {
            method: "cr2".into(),
            se: check.se,
            df: check.df,
            lower: check.lower,
            upper: check.upper,
        }),
        bounds: Some(v1::Bounds { lower, upper, each: 1.0 - plan.alpha_each().get() }),
        worst_case: worst_case.map(|case| v1::WorstCase {
            lower: finite(case.lower),
            upper: finite(case.upper),
            each: 1.0 - plan.alpha_each().get(),
        }),
        levels: Some(levels(pairs, estimate.delta * plan.direction.sign())),
    }
}

/// The p-value of a refutation. A claim of equivalence is refuted at either end, and by the bounds alone.
fn against(plan: &Plan, p: f64) -> Option<f64> {
    match (plan.claim, plan.sides) {
        (Claim::Within { .. }, _) => None,
        (Claim::Above { .. }, Sides::One) => Some(p),
        (Claim::Above { .. }, Sides::Two) => Some((2.0 * p).min(1.0)),
    }
}

/// What both runs score by themselves; of a sample of a bank what they score on the bank, the candidate as estimated.
fn levels(pairs: &Pairs, delta: f64) -> v1::Levels {
    let (baseline, candidate) = match pairs.first_phase.as_ref().map(|phase| &phase.source) {
        Some(Source::Bank { baseline, .. }) => (*baseline, baseline + delta),
        Some(Source::Judge) | None => (mean(&pairs.baseline), mean(&pairs.candidate)),
    };
    v1::Levels { baseline, candidate, two_scores: pairs.two_values }
}

/// The numbers that Python evalsig 0.1.2 reports. It has no bounds: its test and its interval are two
/// things.
fn legacy_comparison(plan: &Plan, pairs: &Pairs, outcome: &LegacyOutcome) -> v1::Comparison {
    v1::Comparison {
        delta: outcome.delta,
        ci: (finite(outcome.ci_low), finite(outcome.ci_high)),
        ci_level: 1.0 - plan.alpha.get(),
        p_value: outcome.p_value,
        p_value_zero: None,
        p_value_against: None,
        significant: outcome.significant,
        n_pairs: pairs.counts.pairs as u64,
        n_clusters: outcome.clusters.map(|k| k as u64),
        method: outcome.label.into(),
        mde: finite(outcome.mde),
        warnings: Vec::new(),
        notes: Vec::new(),
        cross_check: None,
        bounds: None,
        worst_case: None,
        levels: Some(levels(pairs, outcome.delta)),
    }
}

/// The plan as recorded, with the method that the data's shape chose.
pub(super) fn plan(plan: &Plan, method_used: &str, method_reason: &str, clustered: bool) -> v1::Plan {
    v1::Plan {
        hypothesis: plan.claim.hypothesis().into(),
        null_value: plan.claim.lower_null(),
        rule: plan.rule.as_str().into(),
        method: plan.method.as_str().into(),
        method_used: method_used.into(),
        method_reason: method_reason.into(),
        alpha: plan.alpha.get(),
        power: plan.power.get(),
        planned_delta: plan.planned_delta,
        sides: match plan.sides {
            Sides::One => "one",
            Sides::Two => "two",
        }
        .into(),
        better: match plan.direction {
            Direction::HigherIsBetter => "higher",
            Direction::LowerIsBetter => "lower",
        }
        .into(),
        better_named: Some(plan.direction_named),
        id: plan.id.clone(),
        cluster: plan.cluster.as_str().into(),
        cluster_rule: Some(plan.cluster.kind().into()),
        units: if clustered { "clusters" } else { "items" }.into(),
        epochs: plan.epochs.describe(),
        missing: plan.missing.as_str().into(),
        min_coverage: plan.min_coverage.get(),
        score_range: plan.score_range.map(|range| (range.lo(), range.hi())),
        task_mismatch: Some(plan.task_mismatch.as_str().into()),
        identical: Some(plan.identical.as_str().into()),
        sampling: plan.sampling.as_ref().map(sampling),
        lambda: plan.gold.map(Lambda::describe),
        resamples: plan.resamples,
        seed: plan.seed.to_string(),
        engine: engine(),
        policy: None,
        overridden: Vec::new(),
    }
}

fn sampling(of: &Sampling) -> v1::Sampling {
    v1::Sampling {
        about: of.about.as_str().into(),
        bank_content_sha256: of.bank.to_string(),
        draw: DrawRef::of(&of.draw),
        predictor: of.predictor.as_ref().map(|predictor| PredictorRef::of(predictor, None)),
    }
}

/// One run file as recorded.
#[must_use]
pub fn input(
    path: &str,
    bytes: u64,
    digest: Digest,
    format: &str,
    run: &RunFrame,
    items: usize,
) -> v1::Input {
    let names = run.metadata();
    v1::Input {
        path: path.into(),
        sha256: digest.to_string(),
        bytes,
        format: format.into(),
        run_id: names.run_id.clone(),
        model_id: names.model_id.clone(),
        task_id: names.task_id.clone(),
        metric: names.metric_name.clone(),
        items: items as u64,
        rows: run.len() as u64,
        clusters: run.cluster_count().map(|k| k as u64),
        unscored: run.unscored().values().sum::<usize>() as u64,
        unscored_by: run
            .unscored()
            .into_iter()
            .map(|(why, rows)| (why.as_str().to_owned(), rows as u64))
            .collect(),
        config_hash: names.config_hash.clone(),
        judge: names.judge.as_ref().map(|judge| v1::NamedJudge {
            model: judge.model.clone(),
            prompt_sha256: judge.prompt.as_ref().map(ToString::to_string),
        }),
        resolved: None,
        at_commit: None,
    }
}

/// How the runs were matched, as recorded.
pub(super) fn pairing(pairs: &Pairs, edition: Edition) -> v1::Pairing {
    let counts = &pairs.counts;
    let reasons = |missing: &BTreeMap<&'static str, u64>| {
        missing.iter().map(|(why, count)| ((*why).to_owned(), *count)).collect()
    };
    v1::Pairing {
        missing: (edition >= Edition::Second).then(|| v1::Missing {
            baseline: reasons(&pairs.gaps.baseline),
            candidate: reasons(&pairs.gaps.candidate),
        }),
        score_range: pairs.range.map(|known| v1::KnownRange {
            lo: known.range.lo(),
            hi: known.range.hi(),
            source: known.source.as_str().into(),
        }),
        pairs: counts.pairs as u64,
        only_baseline: counts.only_baseline as u64,
        only_candidate: counts.only_candidate as u64,
        duplicates: 0,
        coverage: counts.coverage,
    }
}

/// Items whose score changed, better or worse as the direction says.
pub(super) fn changed(pairs: &Pairs, direction: Direction) -> v1::Changed {
    let mut changed = v1::Changed { fixed: 0, broken: 0, fixed_ids: Vec::new(), broken_ids: Vec::new() };
    for (row, (b, c)) in pairs.baseline.iter().zip(&pairs.candidate).enumerate() {
        let difference = (c - b) * direction.sign();
        let (count, ids) = if difference > 0.0 {
            (&mut changed.fixed, &mut changed.fixed_ids)
        } else if difference < 0.0 {
            (&mut changed.broken, &mut changed.broken_ids)
        } else {
            continue;
        };
        *count += 1;
        if ids.len() < LISTED {
            ids.push(pairs.ids.get(row).to_owned());
        }
    }
    changed
}

impl From<EffectSizes> for v1::EffectSizes {
    fn from(sizes: EffectSizes) -> Self {
        let EffectSizes { cohens_d_paired, cliffs_delta, fixed_per_broken, icc, effective_units } = sizes;
        Self { cohens_d_paired, cliffs_delta, fixed_per_broken, icc, effective_units }
    }
}

fn finite(value: f64) -> Option<f64> {
    value.is_finite().then_some(value)
}
