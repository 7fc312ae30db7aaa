//! The two newest runs of a task in a store: they show how widely scores spread.

use crate::commands::targets::StoreTarget;
use crate::domain::policy::TaskPolicy;
use crate::domain::{Diagnostic, MissingRule, Plan, RunFrame};
use crate::inference::Sample;
use crate::pairing::pair;
use crate::readers::{self, Format, ReadOptions};
use crate::store::{Catalogue, ManifestRecord, ObjectStore, by_name};

/// A pair of runs as a sample.
pub(super) struct StoredPair {
    pub(super) runs: [String; 2],
    pub(super) pairs: usize,
    pub(super) sample: Sample,
}

impl StoredPair {
    /// The two newest runs of a task, or why there are none, in words.
    pub(super) fn newest(
        task: &TaskPolicy,
        catalogue: &Catalogue,
        place: &dyn ObjectStore,
        store: &StoreTarget,
    ) -> Result<Self, String> {
        let name = task.name_in_runs();
        let fits = |record: &ManifestRecord| {
            let metric = task.metric.as_ref().is_none_or(|metric| record.metric_name == *metric);
            metric && (record.task_id == name || same_name(&record.task_id, name))
        };
        let mut newest: Vec<&str> = Vec::new();
        for entry in catalogue.entries.iter().rev().filter(|entry| entry.present && fits(&entry.record)) {
            if newest.len() < 2 && !newest.contains(&entry.record.run_id.as_str()) {
                newest.push(&entry.record.run_id);
            }
        }
        let [candidate, baseline] = newest[..] else {
            let found = match newest.len() {
                0 => "no run",
                _ => "one run",
            };
            return Err(format!("the store holds {found} of {name}, and a spread needs two"));
        };
        let plan = Plan { missing: MissingRule::Exclude, ..task.plan.clone() };
        let read = |name: &str| load(name, task, &plan, place, store).map_err(|error| error.to_string());
        let paired = pair(&read(baseline)?, &read(candidate)?, &plan).map_err(|error| error.to_string())?;
        let sample = Sample::of(&paired, plan.direction);
        Ok(Self { runs: [baseline.to_owned(), candidate.to_owned()], pairs: paired.counts.pairs, sample })
    }
}

/// Run files write `mmlu_pro` where people write `mmlu-pro`.
fn same_name(a: &str, b: &str) -> bool {
    let folded = |text: &str| text.to_ascii_lowercase().replace('_', "-");
    folded(a) == folded(b)
}

fn load(
    name: &str,
    task: &TaskPolicy,
    plan: &Plan,
    place: &dyn ObjectStore,
    store: &StoreTarget,
) -> Result<RunFrame, Diagnostic> {
    let found = by_name(place, &store.project, name)?;
    let options = ReadOptions {
        id: plan.id.clone(),
        metric: task.metric.clone(),
        cluster: plan.cluster.clone(),
        slice: None,
        run_id: None,
        deep: false,
    };
    let shown = place.shown(&found.entry.path);
    let reading = readers::read(&found.file.bytes, Some(Format::Parquet), &options);
    Ok(reading.map_err(|error| error.within(&shown))?.run)
}
