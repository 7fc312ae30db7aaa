//! A run as RunFrame JSON.

use std::collections::BTreeMap;

use serde::Serialize;

use crate::domain::{Diagnostic, RunFrame};

#[derive(Serialize)]
struct Run<'a> {
    run_id: &'a str,
    model_id: &'a str,
    task_id: &'a str,
    metric_name: &'a str,
    config_hash: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    judge_model: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    judge_prompt_sha256: Option<String>,
    items: Vec<Item<'a>>,
}

#[derive(Serialize)]
struct Item<'a> {
    item_id: &'a str,
    /// Null where the item carries none.
    score: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    cluster_id: Option<&'a str>,
    epoch: u32,
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    metadata: BTreeMap<&'a str, &'a str>,
}

/// The run, items in ascending order of (item, epoch). Where its clusters came from a field of the
/// items' metadata, they stand there as well, so that a plan that names the field finds them.
///
/// # Errors
/// `internal-error` where it cannot be written.
pub fn json(run: &RunFrame, cluster_key: Option<&str>) -> Result<String, Diagnostic> {
    let names = run.metadata();
    let mut slices = run.slices().into_iter().flatten().peekable();
    let mut slice_of = |id: &str| {
        while slices.next_if(|(other, _)| *other < id).is_some() {}
        slices.peek().and_then(|(_, slice)| *slice)
    };
    let items = run.sorted().map(|item| Item {
        item_id: item.id,
        score: item.score.ok().map(|score| score.get()),
        cluster_id: item.cluster,
        epoch: item.epoch,
        metadata: cluster_key
            .zip(item.cluster)
            .into_iter()
            .chain(run.slice_key().zip(slice_of(item.id)))
            .collect(),
    });
    super::json::text(&Run {
        run_id: &names.run_id,
        model_id: &names.model_id,
        task_id: &names.task_id,
        metric_name: &names.metric_name,
        config_hash: names.config_hash.as_deref(),
        judge_model: names.judge.as_ref().map(|judge| judge.model.as_str()),
        judge_prompt_sha256: names.judge.as_ref().and_then(|judge| Some(judge.prompt?.to_string())),
        items: items.collect(),
    })
}
