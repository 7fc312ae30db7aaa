//! What a policy plans, before there are candidates: its tasks in words, and the baselines that stand by then.

use super::SuiteRequest;
use super::load::Places;
use crate::commands::World;
use crate::domain::Diagnostic;
use crate::envelope::RepositoryFile;
use crate::envelope::plan_lock::PlannedTask;
use crate::policy;

/// What a policy plans: the file, and its tasks with the baselines that were found.
#[derive(Clone, Debug, PartialEq)]
pub struct PlannedPolicy {
    /// The policy file.
    pub policy: RepositoryFile,
    /// Its tasks, in the order of the file.
    pub tasks: Vec<PlannedTask>,
}

/// Reads the policy, and looks for the baseline of each task. As many items are planned as the baseline has.
///
/// # Errors
/// Those of reading the policy; every error about a baseline, with the task as the place. A baseline that is not
/// there yet is none.
pub fn planned(request: &SuiteRequest, now: &str, world: &World<'_>) -> Result<PlannedPolicy, Diagnostic> {
    let policy = request.policy(world)?;
    let places = Places::new(&policy, request.stores(), request.trail.as_ref(), now, world);
    let meaning = policy::words(&policy.rules);
    let mut tasks = Vec::new();
    for (task, words) in policy.rules.tasks.iter().zip(meaning.tasks) {
        let baseline = places.baseline_so_far(task)?.map(|run| run.recorded(run.run().item_count()));
        let items = baseline.as_ref().map(|input| input.items);
        let found = baseline.map(|input| (input.path, input.sha256));
        tasks.push(PlannedTask::of(task, words.says.join(" "), found, items));
    }
    let written = &policy.written;
    let policy = RepositoryFile {
        path: written.path.clone(),
        r#ref: written.source_ref.clone(),
        commit: written.commit.clone(),
        sha256: written.sha256.clone(),
    };
    Ok(PlannedPolicy { policy, tasks })
}
