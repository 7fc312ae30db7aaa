//! What a change of the policy changes, in words: a pull request that loosens its own gate is told so.

mod change;
mod limits;
mod one_task;

pub use change::{Change, Effect};

use change::Changes;

use crate::domain::policy::{Policy, Role, SuiteRule, TaskPolicy};

/// Every difference in meaning between two policies, in the order of the file; none where they mean the same.
#[must_use]
pub fn difference(old: &Policy, new: &Policy) -> Vec<Change> {
    let mut changes = Changes::default();
    let by_name =
        |tasks: &[TaskPolicy], task: &TaskPolicy| tasks.iter().position(|other| other.name == task.name);
    for task in &old.tasks {
        match by_name(&new.tasks, task).and_then(|at| new.tasks.get(at)) {
            Some(now) => one_task::compare(task, now, &mut changes),
            None => {
                changes.add(removed(task), format!("{}: the task is removed (role {})", task.name, task.role))
            }
        }
    }
    for task in new.tasks.iter().filter(|task| by_name(&old.tasks, task).is_none()) {
        changes.add(added(task, new), format!("{}: a task is added (role {})", task.name, task.role));
    }
    limits::suite(&old.suite, &new.suite, &mut changes);
    limits::limits(&old.limits, &new.limits, &mut changes);
    limits::others(old, new, &mut changes);
    changes.into_list()
}

fn removed(task: &TaskPolicy) -> Effect {
    match task.role {
        Role::ReportOnly => Effect::Changes,
        // An improve task without a margin guarded nothing: with it goes one way to an ALLOW.
        Role::Improve if task.margin.is_none() && task.slices.is_none() && task.anchor.is_none() => {
            Effect::Tightens
        }
        Role::Improve | Role::NoRegression | Role::Budget => Effect::Loosens,
    }
}

fn added(task: &TaskPolicy, new: &Policy) -> Effect {
    match (task.role, new.suite.rule) {
        (Role::NoRegression | Role::Budget, _) => Effect::Tightens,
        (Role::ReportOnly, _) => Effect::Changes,
        // One more task on which an improvement is enough.
        (Role::Improve, SuiteRule::ImproveOneRegressNone) => Effect::Loosens,
        (Role::Improve, SuiteRule::RegressNone) if task.margin.is_some() => Effect::Tightens,
        (Role::Improve, SuiteRule::RegressNone | SuiteRule::Pooled) => Effect::Changes,
    }
}
