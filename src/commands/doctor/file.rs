//! What is in one file.

use std::collections::BTreeMap;

use super::request::DoctorRequest;
use super::{aa_test, shared_prefix};
use crate::commands::Files;
use crate::commands::run_path::open_run;
use crate::domain::{ClusterRule, Code, RunFrame, TextColumn};
use crate::pairing::repeats;
use crate::readers::{self, ReadFile};
use crate::report::doctor::{ClusterSizes, CountRange, FileReport, RunSummary};

pub(super) fn examine(
    path: &str,
    request: &DoctorRequest,
    split_epochs: bool,
    files: &dyn Files,
) -> (FileReport, Option<RunFrame>) {
    let options = request.read_options(request.deep);
    let mut finding = FileReport {
        path: path.to_owned(),
        ok: false,
        problem: None,
        run: None,
        noise: None,
        notes: Vec::new(),
    };
    let read = open_run(path, files).and_then(|named| readers::read_file(&named, request.format, &options));
    let file = match read {
        Ok(file) => file,
        Err(error) => {
            finding.problem = Some(error.to_string());
            return (finding, None);
        }
    };
    let facts = facts(&file);
    let ReadFile { reading, .. } = file;
    let noise = split_epochs.then(|| aa_test::of_epochs(&reading.run, request)).transpose();
    finding.problem = match &noise {
        Err(error) => Some(error.to_string()),
        Ok(_) if !facts.unscored.is_empty() => Some(format!(
            "some rows carry no score; gate refuses the run unless --missing exclude [{}]",
            Code::UnscoredItems.as_str()
        )),
        Ok(_) => None,
    };
    finding.ok = finding.problem.is_none();
    finding.noise = noise.unwrap_or(None);
    finding.run = Some(facts);
    finding.notes = reading.notes;
    // Who says that items are independent need not be asked.
    if request.plan.cluster != ClusterRule::Off {
        finding.notes.extend(shared_prefix::forgotten(&reading.run));
    }
    (finding, Some(reading.run))
}

fn facts(file: &ReadFile) -> RunSummary {
    let run = &file.reading.run;
    let names = run.metadata();
    let items = Items::of(run);
    let mean = mean_of(run, &items.ids);
    RunSummary {
        sha256: file.identity.digest.to_string(),
        format: file.reading.format.as_str().into(),
        version: file.reading.version.clone(),
        run_id: names.run_id.clone(),
        model_id: names.model_id.clone(),
        task_id: names.task_id.clone(),
        metric: names.metric_name.clone(),
        judge: names.judge.as_ref().map(ToString::to_string),
        metrics: file.reading.metrics.clone(),
        items: items.ids.len(),
        rows: run.len(),
        epochs: items.epochs,
        mean,
        unscored: run.unscored().into_iter().map(|(why, count)| (why.as_str(), count)).collect(),
        clusters: items.clusters.as_deref().map(clusters),
    }
}

/// The mean score of a run.
pub(super) fn mean(run: &RunFrame) -> Option<f64> {
    mean_of(run, &Items::of(run).ids)
}

/// Of each item the mean of its scored epochs: every item weighs the same.
fn mean_of(run: &RunFrame, ids: &TextColumn) -> Option<f64> {
    let means: Vec<f64> = repeats(run, ids)
        .items()
        .filter(|scores| !scores.is_empty())
        .map(|scores| scores.iter().sum::<f64>() / scores.len() as f64)
        .collect();
    (!means.is_empty()).then(|| means.iter().sum::<f64>() / means.len() as f64)
}

fn clusters(of_items: &[u32]) -> ClusterSizes {
    let mut sizes: BTreeMap<u32, usize> = BTreeMap::new();
    for cluster in of_items {
        *sizes.entry(*cluster).or_insert(0) += 1;
    }
    let squares: usize = sizes.values().map(|m| m * m).sum();
    ClusterSizes {
        count: sizes.len(),
        smallest: sizes.values().min().copied().unwrap_or(0),
        largest: sizes.values().max().copied().unwrap_or(0),
        effective: (of_items.len() * of_items.len()) as f64 / squares as f64,
    }
}

/// The items of a run in ascending order.
struct Items {
    ids: TextColumn,
    /// Rows of an item.
    epochs: CountRange,
    /// The cluster of each, as a number; `None` where the run carries none.
    clusters: Option<Vec<u32>>,
}

impl Items {
    fn of(run: &RunFrame) -> Self {
        let mut ids = TextColumn::default();
        let mut clusters = run.is_clustered().then(Vec::new);
        let mut numbers: BTreeMap<&str, u32> = BTreeMap::new();
        let mut rows: Vec<usize> = Vec::new();
        for row in run.sorted() {
            if !ids.is_empty() && ids.get(ids.len() - 1) == row.id {
                if let Some(rows) = rows.last_mut() {
                    *rows += 1;
                }
                continue;
            }
            ids.push(row.id);
            rows.push(1);
            if let (Some(clusters), Some(name)) = (&mut clusters, row.cluster) {
                let next = u32::try_from(numbers.len()).unwrap_or(u32::MAX);
                clusters.push(*numbers.entry(name).or_insert(next));
            }
        }
        let epochs = CountRange {
            least: rows.iter().min().copied().unwrap_or(0),
            most: rows.iter().max().copied().unwrap_or(0),
        };
        Self { ids, epochs, clusters }
    }
}
