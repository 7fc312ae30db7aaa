//! Runs of other models on a task: what a candidate is predicted by before it is run.

use super::catalogue::{Catalogue, Scope};
use super::find::{FoundRun, fetch};
use super::port::ObjectStore;
use crate::domain::{Diagnostic, ProjectId, RunMetadata};

/// Most runs that are taken, the newest.
const MOST: usize = 100;

/// The runs of the task and metric of `bank` that are not of its model, the newest hundred, in ascending order of path.
///
/// # Errors
/// Those of the place.
pub fn past_runs(
    place: &dyn ObjectStore,
    project: &ProjectId,
    bank: &RunMetadata,
) -> Result<Vec<FoundRun>, Diagnostic> {
    let mut entries = Catalogue::read(place, project, &Scope::default())?.entries;
    entries.retain(|entry| {
        let record = &entry.record;
        entry.present
            && record.task_id == bank.task_id
            && record.metric_name == bank.metric_name
            && record.model_id != bank.model_id
    });
    let skipped = entries.len().saturating_sub(MOST);
    let mut newest = entries.split_off(skipped);
    newest.sort_by(|a, b| a.path.cmp(&b.path));
    newest.iter().map(|entry| fetch(place, entry)).collect()
}
