//! Why the runs of a policy's tasks cannot be judged, one function a message.

use std::fmt::Display;

use crate::domain::policy::{BaselineSource, TaskName, TaskPolicy};
use crate::domain::{Code, Diagnostic, ReleaseId};

/// What a message names at most.
const NAMED: usize = 8;

fn at(task: &TaskPolicy, key: &str) -> String {
    format!("task {}: {key}", task.name)
}

fn list(names: &[String]) -> String {
    let more = names.len().saturating_sub(NAMED);
    let shown: Vec<&str> = names.iter().take(NAMED).map(String::as_str).collect();
    let rest = if more == 0 { String::new() } else { format!(" and {more} more") };
    format!("{}{rest}", shown.join(", "))
}

pub(super) fn bad_glob(pattern: &str, why: impl Display) -> Diagnostic {
    Code::BadPolicy.at(format!("pattern {pattern:?}")).what(format!("cannot be matched: {why}"))
}

pub(super) fn not_in_folder(folder: &str, name: &str) -> Diagnostic {
    Code::FileUnreadable.at(format!("{folder}/{name}")).what("is not in this folder of the commit")
}

pub(super) fn task_without_file(task: &TaskPolicy, key: &str, pattern: &str) -> Diagnostic {
    Code::RunNotFound
        .at(at(task, key))
        .what(format!("is {pattern:?}, and no file is there: a task without a run is an error, never a pass"))
        .next("run the evaluation of this task, or correct the path in the policy")
}

pub(super) fn several_files(task: &TaskPolicy, key: &str, pattern: &str, found: &[String]) -> Diagnostic {
    Code::RunAmbiguous
        .at(at(task, key))
        .what(format!("is {pattern:?}, which {} files match: {}", found.len(), list(found)))
        .next("narrow the pattern until one file is left")
}

pub(super) fn no_file_of_task(task: &TaskPolicy, key: &str, folder: &str, names: &[String]) -> Diagnostic {
    Code::RunNotFound
        .at(at(task, key))
        .what(format!(
            "is the folder {folder:?}, and none of its files is of task {:?}: {}",
            task.name_in_runs(),
            list(names)
        ))
        .next("name the task in the policy as the run files do (task-id), or name the file")
}

pub(super) fn no_baseline(task: &TaskPolicy, asked: &BaselineSource, why: &str) -> Diagnostic {
    Code::RunNotFound
        .at(at(task, "baseline"))
        .what(format!("is {:?}, and {why}", asked.to_string()))
        .next("promote a run first, or let the policy record the first one (first-run: record)")
}

pub(super) fn no_store(task: &TaskPolicy, key: &str, asked: &BaselineSource) -> Diagnostic {
    Code::BadUsage
        .at(at(task, key))
        .what(format!("is {:?}, and no store was named", asked.to_string()))
        .next("say --store ROOT (input store)")
}

pub(super) fn no_trail(task: &TaskPolicy, key: &str) -> Diagnostic {
    Code::BadUsage
        .at(at(task, key))
        .what("is trail:latest-allowed, and no trail was named")
        .next("say --release-id ID, and --audit-root DIR where the trail is not here")
}

pub(super) fn no_revisions(task: &TaskPolicy, key: &str, asked: &BaselineSource) -> Diagnostic {
    Code::BadUsage
        .at(at(task, key))
        .what(format!("is {:?}, and there is no git repository to read it from", asked.to_string()))
        .next("run in a checkout, or give the action a token")
}

pub(super) fn other_task(task: &TaskPolicy, which: &str, found: &str, expected: &str) -> Diagnostic {
    Code::RunsDiffer
        .at(at(task, which))
        .what(format!("is a run of task {found:?}, and the policy expects {expected:?}"))
        .next("name the task in the policy as the run files do (task-id), or give the run of this task")
}

pub(super) fn unknown_format(task: &TaskPolicy, name: &str, why: impl Display) -> Diagnostic {
    Code::BadPolicy.at(at(task, "format")).what(format!("is {name:?}: {why}"))
}

pub(super) fn allowed_run_gone(task: &TaskPolicy, key: &str, decision: &str, path: &str) -> Diagnostic {
    Code::RunNotFound
        .at(at(task, key))
        .what(format!("is trail:latest-allowed, and the run that {decision} allowed is neither in the store nor, with the same bytes, at {path:?}"))
        .next("name the store that holds it (--store ROOT)")
}

pub(super) fn no_release_for_plan() -> Diagnostic {
    Code::BadPolicy
        .at("limits.require-locked-plan")
        .what("is true, and no release is named whose plan could be locked")
        .next("say --release-id ID (input release-id)")
}

pub(super) fn no_locked_plan(release: &ReleaseId) -> Diagnostic {
    Code::BadPolicy
        .at("limits.require-locked-plan")
        .what(format!("is true, and the trail holds no plan for release {release}"))
        .next(format!(
            "lock one before the runs are made: evalsig plan lock --release-id {release} --policy FILE"
        ))
}

pub(super) fn plan_unreadable(path: &str, why: impl Display) -> Diagnostic {
    Code::EnvelopeUnreadable.at(path).what(format!("is no plan that this version reads: {why}"))
}

pub(super) fn other_policy(release: &ReleaseId, locked: &str, found: &str) -> Diagnostic {
    Code::BadPolicy
        .at("limits.require-locked-plan")
        .what(format!(
            "is true, and the plan locked for release {release} is of another policy: it was locked with SHA-256 \
             {locked}, and this one has {found}"
        ))
        .next("lock a plan of this policy, which stands in the trail beside the first, and make the runs again")
}

pub(super) fn other_baseline(task: &TaskPolicy, expected: &str, found: &str) -> Diagnostic {
    Code::RunsDiffer
        .at(at(task, "baseline"))
        .what(format!("has SHA-256 {found}, and the locked plan names {expected}"))
        .next("give the baseline that the plan was locked for, or lock a new plan before the runs are made")
}

pub(super) fn waiver_of_no_task(path: &str, task: &TaskName) -> Diagnostic {
    Code::BadPolicy
        .at(path)
        .what(format!("waives task {task}, and the policy has no task of this name"))
        .next("correct the name of the task, or remove the waiver")
}
