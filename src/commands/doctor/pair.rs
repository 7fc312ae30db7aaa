//! What a gate would make of a pair, without saying what it would decide.

use super::drop_threshold;
use super::labels;
use super::request::DoctorRequest;
use crate::commands::Files;
use crate::domain::{Claim, Diagnostic, Plan, RunFrame};
use crate::inference::planning::{Ask, Design, Forecast, spread};

use crate::inference::{self, Sample};
use crate::pairing::pair;
use crate::report::doctor::{DropThresholdReport, PairReport, PlannedEffect, Precision};

/// How often a bound falls short of delta by more than it is expected to: half of the time.
const EVEN: f64 = 0.5;

pub(super) fn match_up(
    baseline: &RunFrame,
    candidate: &RunFrame,
    request: &DoctorRequest,
    files: &dyn Files,
) -> Result<(PairReport, Option<DropThresholdReport>), Diagnostic> {
    let direction = baseline.direction().or(candidate.direction()).unwrap_or(request.plan.direction);
    let plan = &Plan { direction, planned_delta: request.target_delta, ..request.plan.clone() };
    let pairs = pair(baseline, candidate, plan)?;
    let labelled = match &request.gold {
        Some(path) => Some(labels::of_pair(path, &pairs, [baseline, candidate], plan, files)?),
        None => None,
    };
    let sample = labelled
        .as_ref()
        .map_or_else(|| Sample::of(&pairs, plan.direction), |labelled| labelled.sample.clone());
    let (method, reason) = inference::choose(&sample);
    let mut notes = pairs.notes;
    if pairs.counts.coverage < plan.min_coverage.get() {
        notes.push("coverage lies below the default min-coverage: gate would be INCONCLUSIVE".into());
    }
    if let Some((units, needed)) = inference::infer(&sample, plan)?.too_few {
        notes.push(format!(
            "{units} independent units are too few: gate would be INCONCLUSIVE below {needed}"
        ));
    }
    let precision = match (spread(&sample), Design::of(&sample)) {
        (Ok(spread), Some(design)) => {
            Some(precision(&design, spread.sd, spread.design_effect, &sample, plan))
        }
        (Err(error), _) => {
            notes.push(format!("what the pair can show cannot be told: {}", error.what));
            None
        }
        (Ok(_), None) => None,
    };
    let rule = drop_threshold::of_pair(&sample, request)?;
    let facts = PairReport {
        pairs: pairs.counts.pairs,
        only_baseline: pairs.counts.only_baseline,
        only_candidate: pairs.counts.only_candidate,
        coverage: pairs.counts.coverage,
        method: method.as_str().into(),
        reason,
        labels: labelled.map(|labelled| labelled.report),
        precision,
        notes,
    };
    Ok((facts, rule))
}

fn precision(design: &Design, sd: f64, design_effect: f64, sample: &Sample, plan: &Plan) -> Precision {
    let forecast = Forecast::by(design, sample, plan);
    let ask = Ask::of(plan);
    let even = Ask { power: EVEN, claim: Claim::Above { min_delta: plan.claim.lower_null() }, ..ask };
    let (equivalence, detectable) = match plan.claim {
        Claim::Above { min_delta } => (None, forecast.reach.map(|reach| min_delta + reach)),
        Claim::Within { margin } => (Some(margin), None),
    };
    Precision {
        sd_diff: sd,
        design_effect,
        alpha: plan.alpha.get(),
        power: ask.power,
        min_delta: plan.claim.lower_null(),
        equivalence,
        smallest_margin: if equivalence.is_some() { forecast.reach } else { None },
        units: forecast.units,
        least_units: forecast.least_units,
        clustered: forecast.clustered,
        bound_distance: design.detectable(&even, forecast.units),
        detectable,
        room: forecast.room,
        target: forecast.planned.map(|delta| {
            let required = forecast.needed.and_then(Result::ok);
            let possible = forecast.room.is_none_or(|room| delta <= room);
            PlannedEffect {
                delta,
                reachable: possible && forecast.enough(),
                possible,
                required_pairs: required.map(|need| need.items),
                required_clusters: required.and_then(|need| need.clusters),
            }
        }),
    }
}
