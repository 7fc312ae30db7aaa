//! Runs beside the two that are compared: those of other models, which predict a candidate, and further ones of the
//! baseline.

use super::catalogue::{Catalogue, CatalogueEntry, Scope};
use super::content;
use super::errors;
use super::find::{FoundRun, fetch};
use super::port::ObjectStore;
use crate::domain::{Diagnostic, ProjectId, RunFrame, RunMetadata};

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
    let mut entries = of_task(place, project, bank)?;
    entries.retain(|entry| entry.record.model_id != bank.model_id);
    let skipped = entries.len().saturating_sub(MOST);
    let mut newest = entries.split_off(skipped);
    newest.sort_by(|a, b| a.path.cmp(&b.path));
    newest.iter().map(|entry| fetch(place, entry)).collect()
}

/// Further runs of a baseline: the newest of its model under its configuration, on its task and metric. None is the
/// baseline or the candidate again, and none is counted twice.
///
/// # Errors
/// `run-not-found` where there are fewer; those of the place.
pub fn further_runs(
    place: &dyn ObjectStore,
    project: &ProjectId,
    (baseline, candidate): (&RunFrame, &RunFrame),
    count: usize,
) -> Result<Vec<FoundRun>, Diagnostic> {
    let names = baseline.metadata();
    let configuration = names.config_hash.as_deref().unwrap_or_default();
    let mut entries = of_task(place, project, names)?;
    entries.retain(|entry| {
        let record = &entry.record;
        record.model_id == names.model_id
            && record.config_hash.as_deref().unwrap_or_default() == configuration
    });
    let mut seen = vec![content::digest(baseline).to_string(), content::digest(candidate).to_string()];
    let mut found = Vec::new();
    for entry in entries.iter().rev() {
        if found.len() == count {
            break;
        }
        let run = fetch(place, entry)?;
        // What another program stored says nothing of its content: its bytes are looked at where all are read.
        if let Some(facts) = &run.facts {
            if seen.contains(&facts.content_sha256) {
                continue;
            }
            seen.push(facts.content_sha256.clone());
        }
        found.push(run);
    }
    if found.len() == count {
        return Ok(found);
    }
    Err(errors::too_few_runs(place.shown(project.as_str()), &names.model_id, found.len() + 1, count + 1))
}

/// The runs that are there of a task and metric, in ascending order of time.
fn of_task(
    place: &dyn ObjectStore,
    project: &ProjectId,
    names: &RunMetadata,
) -> Result<Vec<CatalogueEntry>, Diagnostic> {
    let mut entries = Catalogue::read(place, project, &Scope::default())?.entries;
    entries.retain(|entry| {
        let record = &entry.record;
        entry.present && record.task_id == names.task_id && record.metric_name == names.metric_name
    });
    Ok(entries)
}
