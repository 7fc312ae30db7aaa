//! What a gate would make of a pair, without saying what it would decide.

use super::DoctorRequest;
use crate::domain::{Diagnostic, Plan, RunFrame};
use crate::inference::pilot::{Spread, spread};
use crate::inference::{self, Sample, planning};
use crate::pairing::pair;
use crate::present::doctor::{Pair, Precision, Target};

/// How often a bound falls short of delta by more than it is expected to: half of the time.
const EVEN: f64 = 0.5;

pub(super) fn match_up(
    baseline: &RunFrame,
    candidate: &RunFrame,
    request: &DoctorRequest,
) -> Result<Pair, Diagnostic> {
    let direction = baseline.direction().or(candidate.direction()).unwrap_or(request.plan.direction);
    let plan = &Plan { direction, ..request.plan.clone() };
    let pairs = pair(baseline, candidate, plan)?;
    let sample = Sample::of(&pairs, plan.direction);
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
    let precision = match spread(&sample) {
        Ok(spread) => Some(precision(&spread, request)),
        Err(error) => {
            notes.push(format!("what the pair can show cannot be told: {}", error.what));
            None
        }
    };
    Ok(Pair {
        pairs: pairs.counts.pairs,
        only_baseline: pairs.counts.only_baseline,
        only_candidate: pairs.counts.only_candidate,
        coverage: pairs.counts.coverage,
        method: method.as_str().into(),
        reason,
        precision,
        notes,
    })
}

fn precision(spread: &Spread, request: &DoctorRequest) -> Precision {
    let plan = &request.plan;
    let (alpha, power, null) = (plan.alpha, plan.power.get(), plan.claim.lower_null());
    let (sd, n, deff) = (spread.sd, spread.pairs as f64, spread.design_effect);
    let shown_with = |power: f64| planning::mde(sd, n, deff, alpha, power, plan.sides);
    Precision {
        sd_diff: sd,
        design_effect: deff,
        alpha: alpha.get(),
        power,
        min_delta: null,
        bound_distance: shown_with(EVEN),
        detectable: null + shown_with(power),
        target: request.target_delta.map(|delta| {
            let required = planning::required_n(delta, null, sd, deff, alpha, power, plan.sides);
            Target {
                delta,
                reachable: required.is_some_and(|needed| needed <= spread.pairs as u64),
                required_pairs: required,
            }
        }),
    }
}
