//! How often a gate speaks where nothing changed: whole runs of one model, or whole epochs of one run.

use std::collections::{BTreeMap, BTreeSet};

use super::request::DoctorRequest;
use crate::domain::{Code, Diagnostic, EpochRule, Item, Plan, RunFrame, RunFrameBuilder};
use crate::inference::Sample;
use crate::inference::planning::{Noise, noise};
use crate::pairing::pair;
use crate::present::doctor::claim;
use crate::report::doctor::{AaReport, Share};

/// Several runs of one model.
pub(super) fn of_runs(runs: &[&RunFrame], request: &DoctorRequest) -> Result<AaReport, Diagnostic> {
    let found = gated(runs, &request.plan, request)?;
    let models: BTreeSet<&str> = runs.iter().map(|run| run.metadata().model_id.as_str()).collect();
    let mut notes = Vec::new();
    if models.len() > 1 {
        notes.push(format!(
            "the runs name {} different models ({}): what they differ by counts as noise here",
            models.len(),
            models.into_iter().collect::<Vec<_>>().join(", ")
        ));
    }
    Ok(described(&found, "run", request, notes))
}

/// The epochs of one run.
pub(super) fn of_epochs(run: &RunFrame, request: &DoctorRequest) -> Result<AaReport, Diagnostic> {
    let epochs = epochs(run)?;
    if epochs.len() < 2 {
        return Err(Code::TooFewItems
            .at("--aa")
            .what("the run has one epoch, so there is nothing to hold it against")
            .next(
                "evaluate with two epochs an item or more, or name further runs of the same model after --aa",
            ));
    }
    let plan = Plan { epochs: EpochRule::Mean, ..request.plan.clone() };
    let found = gated(&epochs.iter().collect::<Vec<_>>(), &plan, request)?;
    Ok(described(&found, "epoch", request, Vec::new()))
}

/// Each epoch as a run of its own.
pub(super) fn epochs(run: &RunFrame) -> Result<Vec<RunFrame>, Diagnostic> {
    let mut builders: BTreeMap<u32, RunFrameBuilder> = BTreeMap::new();
    for row in run.sorted() {
        builders.entry(row.epoch).or_default().push(Item { epoch: 0, ..row });
    }
    builders
        .into_values()
        .map(|mut builder| {
            builder.direction(run.direction());
            builder.score_range(run.stated_range());
            builder.finish(run.metadata().clone())
        })
        .collect()
}

fn gated(runs: &[&RunFrame], plan: &Plan, request: &DoctorRequest) -> Result<Noise, Diagnostic> {
    let sample = |a: usize, b: usize| {
        let (Some(a), Some(b)) = (runs.get(a), runs.get(b)) else {
            return Err(Code::Bug.at("--aa").what("a run is gone").next("report this as a bug"));
        };
        let direction = a.direction().unwrap_or(plan.direction);
        let pairs = pair(a, b, &Plan { direction, ..plan.clone() })?;
        Ok(Sample::of(&pairs, direction))
    };
    noise(runs.len(), sample, plan, request.splits)
}

fn described(found: &Noise, of: &'static str, request: &DoctorRequest, notes: Vec<String>) -> AaReport {
    let interval = |share: f64| {
        let (low, high) = found.between(share);
        Share { share, low, high }
    };
    AaReport {
        of,
        draws: found.draws,
        pairs: found.pairs,
        independent: found.independent,
        alpha: request.plan.alpha_each().get(),
        claim: claim(request.plan.claim),
        allow_is_wrong: !holds(request),
        allow: interval(found.allow),
        reject: interval(found.reject),
        notes,
    }
}

/// Whether the claim holds for a candidate that changed nothing.
fn holds(request: &DoctorRequest) -> bool {
    request.plan.claim.lower_null() < 0.0
}
