//! What the claims of a policy can show with runs like those of a store.

use super::stored_pair::StoredPair;
use crate::commands::World;
use crate::commands::targets::StoreTarget;
use crate::domain::policy::{Policy, Role, Scale, SuiteRule, TaskPolicy};
use crate::domain::{Alpha, Claim, Code, Diagnostic};
use crate::inference::planning::{Ask, Design};
use crate::report::policy::{ClaimPower, PolicyReport};
use crate::store::{Catalogue, Scope};

/// Adds the power of each claim to the report. Gives an error for each task that can never be allowed with as few units
/// as the runs have.
pub(super) fn measure(
    policy: &Policy,
    path: &str,
    store: &StoreTarget,
    world: &World<'_>,
    report: &mut PolicyReport,
) -> Result<Vec<Diagnostic>, Diagnostic> {
    let place = world.stores.open(&store.root)?;
    let catalogue = Catalogue::read(&*place, &store.project, &Scope::default())?;
    let mut never = Vec::new();
    let claims = claims(policy);
    let mut known = true;
    for task in policy.tasks.iter().filter(|task| task.role != Role::ReportOnly) {
        let pair = match StoredPair::newest(task, &catalogue, &*place, store) {
            Ok(pair) => pair,
            Err(why) => {
                known = false;
                report.notes.push(format!("{}: what it can show is not known: {why}", task.name));
                continue;
            }
        };
        let Some(design) = Design::of(&pair.sample) else {
            known = false;
            report.notes.push(format!(
                "{}: what it can show is not known: {} and {} differ by the same amount on every item",
                task.name, pair.runs[0], pair.runs[1]
            ));
            continue;
        };
        let units = design.units(pair.pairs as u64);
        let alpha = policy.limits.alpha_of_attempt(task.plan.alpha);
        let least = design.least_units(alpha);
        if units < least && !claims_of(task, policy, &pair).is_empty() {
            never.push(too_few(path, task, units, least, alpha));
        }
        for (kind, null, truth) in claims_of(task, policy, &pair) {
            let alpha = if kind == SUPERIORITY { divided(alpha, improving(policy)) } else { alpha };
            let ask = Ask { claim: Claim::Above { min_delta: null }, alpha, power: task.plan.power.get() };
            // Each of m claims at 1 - beta / m, so that all together have the power of the plan.
            let share = Ask { power: 1.0 - (1.0 - ask.power) / claims.max(1) as f64, ..ask };
            report.power.push(ClaimPower {
                task: task.name.to_string(),
                claim: kind,
                runs: pair.runs.clone(),
                pairs: pair.pairs,
                truth,
                null,
                alpha: alpha.get(),
                power: design.power(&ask, units, truth),
                needed: design.needed(&share, truth).ok().map(|need| need.items),
                detectable: (kind == SUPERIORITY).then(|| design.detectable(&ask, units)).flatten(),
            });
        }
    }
    report.whole = known.then(|| whole(policy, &report.power)).flatten();
    Ok(never)
}

const SUPERIORITY: &str = "superiority";
const MARGIN: &str = "margin";

/// The claims of a task as kind, null value and the truth to plan for: as planned, or else that nothing changed.
fn claims_of(task: &TaskPolicy, policy: &Policy, pair: &StoredPair) -> Vec<(&'static str, f64, f64)> {
    let mut claims = Vec::new();
    if task.role == Role::Improve && policy.suite.rule == SuiteRule::ImproveOneRegressNone {
        claims.push((SUPERIORITY, task.min_delta, task.plan.planned_delta.unwrap_or(task.min_delta)));
    }
    if let Some(margin) = task.margin {
        let mean = pair.sample.baseline.iter().sum::<f64>() / pair.sample.baseline.len().max(1) as f64;
        let margin = match task.scale {
            Scale::Difference => margin,
            Scale::Ratio => margin * mean.abs(),
        };
        claims.push((MARGIN, -margin, 0.0));
    }
    claims
}

fn improving(policy: &Policy) -> usize {
    policy.tasks.iter().filter(|task| task.role == Role::Improve).count()
}

/// How many claims have to be shown together: every margin, and one improvement.
fn claims(policy: &Policy) -> usize {
    let margins = policy.tasks.iter().filter(|task| task.margin.is_some()).count();
    margins + usize::from(policy.suite.rule == SuiteRule::ImproveOneRegressNone)
}

/// Holm begins at alpha over the number of claims.
fn divided(alpha: Alpha, by: usize) -> Alpha {
    Alpha::new(alpha.get() / by.max(1) as f64).unwrap_or(alpha)
}

/// At least this surely all are shown: what any of them misses adds up, and of the improvements the likeliest counts.
fn whole(policy: &Policy, power: &[ClaimPower]) -> Option<f64> {
    let of =
        |kind: &'static str| power.iter().filter(move |claim| claim.claim == kind).map(|claim| claim.power);
    let missed: f64 = of(MARGIN).map(|power| 1.0 - power).sum();
    match policy.suite.rule {
        SuiteRule::Pooled => None,
        SuiteRule::RegressNone => Some((1.0 - missed).max(0.0)),
        SuiteRule::ImproveOneRegressNone => Some((of(SUPERIORITY).fold(0.0, f64::max) - missed).max(0.0)),
    }
}

fn too_few(path: &str, task: &TaskPolicy, units: u64, least: u64, alpha: Alpha) -> Diagnostic {
    Code::BadPolicy
        .at(format!("{path}: {}", task.name))
        .what(format!(
            "can never be allowed with runs like those of the store: they have {units} independent units, and alpha {} needs {least}",
            alpha.get()
        ))
        .next("evaluate more items or clusters, allow fewer attempts, or write a larger alpha")
}
