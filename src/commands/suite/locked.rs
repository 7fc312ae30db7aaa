//! The plan that was locked in the trail before the runs were read.

use super::errors;
use super::load::LoadedTask;
use super::policy_file::LoadedPolicy;
use crate::commands::World;
use crate::commands::targets::TrailTarget;
use crate::domain::{Diagnostic, ReleaseId};
use crate::envelope::plan_lock::PlanLock;
use crate::envelope::v2;
use crate::trail::{self, EntryKind, RecordedEntry};

/// The newest plan of the release, where it is of this very policy. Under `require-locked-plan` everything else is an
/// error; without it another plan, or none, is none.
///
/// # Errors
/// `bad-policy` where a plan is required and there is none, or another one; `runs-differ` where a baseline is not the
/// one that the plan names; those of the trail.
pub(super) fn plan(
    (release, trail): (Option<&ReleaseId>, Option<&TrailTarget>),
    policy: &LoadedPolicy,
    tasks: &[LoadedTask<'_>],
    now: &str,
    world: &World<'_>,
) -> Result<Option<v2::LockedPlan>, Diagnostic> {
    let required = policy.rules.limits.require_locked_plan;
    let (Some(release), Some(target)) = (release, trail) else {
        return if required { Err(errors::no_release_for_plan()) } else { Ok(None) };
    };
    let port = world.trails.open(target)?;
    let plans = trail::records(&*port, Some(release))?;
    let Some(entry) = plans.into_iter().rfind(|entry| entry.kind == EntryKind::Plan) else {
        return if required { Err(errors::no_locked_plan(release)) } else { Ok(None) };
    };
    let plan: PlanLock =
        serde_json::from_slice(&entry.bytes).map_err(|error| errors::plan_unreadable(&entry.path, &error))?;
    if plan.policy.sha256 != policy.written.sha256 {
        if required {
            return Err(errors::other_policy(release, &plan.policy.sha256, &policy.written.sha256));
        }
        return Ok(None);
    }
    for task in tasks {
        let planned = plan.tasks.iter().find(|planned| planned.name == task.task.name.as_str());
        let expected = planned.and_then(|planned| planned.baseline.sha256.as_ref());
        let (Some(expected), Some(baseline)) = (expected, task.baseline()) else { continue };
        let found = baseline.identity.digest.to_string();
        if *expected != found && required {
            return Err(errors::other_baseline(task.task, expected, &found));
        }
    }
    Ok(Some(recorded(&plan, &entry, tasks, now)))
}

fn recorded(plan: &PlanLock, entry: &RecordedEntry, tasks: &[LoadedTask<'_>], now: &str) -> v2::LockedPlan {
    let time = |text: &str| text.parse::<jiff::Timestamp>().ok();
    let locked = time(&plan.locked_at);
    let seconds = match (locked, time(now)) {
        (Some(then), Some(now)) => u64::try_from(now.as_second() - then.as_second()).unwrap_or(0),
        _ => 0,
    };
    let older = |task: &&LoadedTask<'_>| {
        let made = task.candidate().created().and_then(time);
        matches!((made, locked), (Some(made), Some(locked)) if made < locked)
    };
    v2::LockedPlan {
        path: entry.path.clone(),
        sha256: entry.sha256.to_string(),
        entry_index: entry.index,
        locked_at: plan.locked_at.clone(),
        seconds_before: seconds,
        older_runs: tasks.iter().filter(older).map(|task| task.task.name.to_string()).collect(),
    }
}
