//! The path that `gate` and `compare` share: pair, infer, decide.

mod warnings;

use super::runs::Loaded;
use crate::decision::{self, Outlook};
use crate::domain::{Diagnostic, Identical, Plan, Rule, RunFrame, Score};
use crate::envelope::judged::{self, Judged, Remarks};
use crate::envelope::v1;
use crate::inference::planning::Forecast;

use crate::inference::methods::bounded;
use crate::inference::{self, Estimate, Sample, effect_sizes as effects, icc};
use crate::pairing::{Pairs, pair};

/// Judges the candidate against the baseline under a plan. Writes nothing.
///
/// # Errors
/// Every error about the two runs together; `method-does-not-fit` where the method asked for cannot
/// take the data.
pub fn judge(runs: &Loaded, plan: &Plan) -> Result<Judged, Diagnostic> {
    let Loaded { baseline, candidate } = runs;
    let pairs = pair(&baseline.reading.run, &candidate.reading.run, plan)?;
    let sample = Sample::of(&pairs, plan.direction);

    let mut remarks = Remarks { warnings: warnings::of(runs, plan, &pairs), notes: pairs.notes.clone() };
    remarks.notes.extend(runs.notes());
    // Two runs of one file are compared on purpose.
    if baseline.identity == candidate.identity
        && baseline.reading.run.names() == candidate.reading.run.names()
    {
        remarks.notes.push("baseline and candidate are the same file, byte for byte".into());
    }
    let unchanged = plan.identical == Identical::Allow
        && pairs.gaps.is_empty()
        && same_scores(&baseline.reading.run, &candidate.reading.run);
    let (report, recorded_plan) = match plan.rule {
        Rule::Interval => by_interval(plan, &pairs, &sample, unchanged, remarks)?,
        Rule::Evalsig01 => by_evalsig_0_1(plan, &pairs, &sample, remarks)?,
    };
    Ok(Judged {
        report,
        plan: recorded_plan,
        inputs: v1::Inputs {
            baseline: baseline.recorded(pairs.counts.baseline_items),
            candidate: candidate.recorded(pairs.counts.candidate_items),
        },
        pairing: judged::pairing(&pairs, plan.edition),
        effect_sizes: effect_sizes(&sample),
        changed: judged::changed(&pairs, plan.direction),
    })
}

/// Whether two runs hold the same scores, epoch by epoch: equal means may hide that every answer changed.
fn same_scores(baseline: &RunFrame, candidate: &RunFrame) -> bool {
    fn scores(run: &RunFrame) -> impl Iterator<Item = (&str, u32, Option<Score>)> {
        run.sorted().map(|row| (row.id, row.epoch, row.score.ok()))
    }
    scores(baseline).eq(scores(candidate))
}

/// By the bounds of one inverted test.
fn by_interval(
    plan: &Plan,
    pairs: &Pairs,
    sample: &Sample,
    unchanged: bool,
    mut remarks: Remarks,
) -> Result<(v1::Report, v1::Plan), Diagnostic> {
    let estimate = inference::infer(sample, plan)?;
    remarks.notes.extend(estimate.notes.iter().cloned());
    let case = decision::worst_case(pairs, &estimate, plan)?;
    let outlook = outlook(plan, sample, &estimate);
    let decision = decision::decide(plan, &pairs.counts, &estimate, case.as_ref(), &outlook, unchanged);
    let comparison = judged::comparison(plan, &pairs.counts, &estimate, &outlook, case.as_ref(), remarks);
    let recorded = judged::plan(plan, estimate.label, &estimate.reason, estimate.clusters.is_some());
    Ok((judged::report(plan, &decision, comparison), recorded))
}

/// What another run of this kind would show: a matter of design, from the spread of this one.
fn outlook(plan: &Plan, sample: &Sample, estimate: &Estimate) -> Outlook {
    if let Some(forecast) = Forecast::of(sample, plan) {
        return Outlook { mde: forecast.reach, advice: forecast.sentence() };
    }
    let same = sample.baseline == sample.candidate;
    let null = plan.claim.lower_null();
    let needed = sample.span.and_then(|span| bounded::units_needed(null, span, plan.alpha_each().get()));
    Outlook { mde: None, advice: decision::without_spread(plan, estimate.units as u64, same, needed) }
}

/// The effect in other units.
fn effect_sizes(sample: &Sample) -> v1::EffectSizes {
    let differences = sample.differences();
    let finite = |value: f64| value.is_finite().then_some(value);
    v1::EffectSizes {
        cohens_d_paired: effects::cohens_d_paired(&differences),
        cliffs_delta: effects::cliffs_delta(&sample.baseline, &sample.candidate),
        fixed_per_broken: effects::fix_odds(&differences).odds.and_then(finite),
        icc: sample
            .clusters
            .as_deref()
            .and_then(|clusters| icc::anova(&differences, clusters))
            .map(|anova| anova.icc),
        effective_units: finite(icc::effective_units(&sample.units())),
    }
}

/// As Python evalsig 0.1.2 does.
fn by_evalsig_0_1(
    plan: &Plan,
    pairs: &Pairs,
    sample: &Sample,
    mut remarks: Remarks,
) -> Result<(v1::Report, v1::Plan), Diagnostic> {
    let outcome = inference::evalsig_0_1(sample, plan)?;
    remarks.notes.extend(outcome.notes.iter().cloned());
    let holds = decision::holds_whatever(pairs, &outcome, plan)?;
    let decision = decision::reproduce(plan, &pairs.counts, &outcome, holds);
    let comparison = judged::legacy_comparison(plan, &pairs.counts, &outcome, remarks);
    let recorded = judged::plan(
        plan,
        outcome.label,
        "chosen as Python evalsig 0.1.2 chooses",
        outcome.clusters.is_some(),
    );
    Ok((judged::report(plan, &decision, comparison), recorded))
}
