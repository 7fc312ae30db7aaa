//! The claims of one task.

use super::claim::{ClaimKind, ClaimResult};
use super::evidence::Evidence;
use super::judgement::TaskRuns;
use super::{ratio, slices};
use crate::decision::{self, Judgement};
use crate::domain::policy::{Role, Scale};
use crate::domain::{Claim, Diagnostic, Identical, Plan, RunFrame};

/// The task's own judgement, and its claims in the order in which a reader wants them.
///
/// # Errors
/// Those of [`decision::judge`] about either pair of runs.
pub(super) fn claims(
    runs: &TaskRuns<'_>,
    baseline: &RunFrame,
    plan: Plan,
) -> Result<(Judgement, Vec<ClaimResult>), Diagnostic> {
    let TaskRuns { task, candidate, .. } = *runs;
    let plan = Plan { claim: task.main_claim(), ..plan };
    let judgement = decision::judge(baseline, candidate, &plan)?;
    let pairs = &judgement.pairs;
    let unchanged = unchanged(&judgement, baseline, candidate);
    let main = || Evidence::from_decision(&judgement.basis, &judgement.decision, &plan, pairs);
    let mut found = Vec::new();
    let mut push = |kind, label, null, evidence| {
        found.push(ClaimResult::new(Some(&task.name), kind, label, null, evidence));
    };
    if task.role == Role::Improve {
        push(ClaimKind::Superiority, None, task.min_delta, main());
    }
    if let Some(margin) = task.margin {
        let kind = if task.role == Role::Budget { ClaimKind::Budget } else { ClaimKind::NonInferiority };
        let evidence = match (task.role, task.scale) {
            (_, Scale::Ratio) => ratio::evidence(pairs, &plan, margin, unchanged)?,
            (Role::Improve | Role::ReportOnly, Scale::Difference) => {
                Evidence::of(pairs, &plan, -margin, unchanged)?
            }
            (Role::NoRegression | Role::Budget, Scale::Difference) => main(),
        };
        push(kind, None, -margin, evidence);
    }
    if let (Some(anchor), Some(run)) = (&task.anchor, runs.anchor) {
        let plan = Plan { claim: Claim::Above { min_delta: -anchor.margin }, ..plan.clone() };
        let against = decision::judge(run, candidate, &plan).map_err(|error| error.within("anchor"))?;
        let evidence = Evidence::from_decision(&against.basis, &against.decision, &plan, &against.pairs);
        push(ClaimKind::Anchor, Some(anchor.run.to_string()), -anchor.margin, evidence);
    }
    if let Some(guarded) = &task.slices {
        found.extend(slices::claims(&task.name, guarded, pairs, &plan, unchanged)?);
    }
    Ok((judgement, found))
}

/// Whether nothing changed that was measured, and the plan allows that.
fn unchanged(judgement: &Judgement, baseline: &RunFrame, candidate: &RunFrame) -> bool {
    judgement.plan.identical == Identical::Allow
        && judgement.pairs.gaps.is_empty()
        && decision::same_scores(baseline, candidate)
}
