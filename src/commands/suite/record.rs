//! From the runs that were read to what is judged, and from the judgement to what is recorded.

use std::collections::BTreeMap;

use super::load::{LoadedPair, LoadedTask};
use super::policy_file::LoadedPolicy;
use crate::envelope::{Record, SuiteRecord, TaskRecord, v2};
use crate::suite::{SuiteJudgement, TaskJudgement, TaskRuns};
use crate::view::Items;

/// The runs of every task, as they are judged.
pub(in crate::commands) fn task_runs<'r>(tasks: &'r [LoadedTask<'_>]) -> Vec<TaskRuns<'r>> {
    tasks
        .iter()
        .map(|task| TaskRuns {
            task: task.task,
            baseline: task.baseline().map(|run| run.run()),
            candidate: task.candidate().run(),
            anchor: task.anchor.as_ref().map(|run| run.run()),
            stale: task.baseline().is_some_and(|run| run.is_old()),
        })
        .collect()
}

/// The record of the judgement on these tasks.
pub(in crate::commands) fn suite(
    judgement: &SuiteJudgement,
    policy: &LoadedPolicy,
    tasks: &[LoadedTask<'_>],
) -> SuiteRecord {
    let mut records = BTreeMap::new();
    let mut first_runs = BTreeMap::new();
    for (task, judged) in tasks.iter().zip(&judgement.tasks) {
        let name = judged.name.to_string();
        match (&task.runs, &judged.judgement) {
            (LoadedPair::Compared(runs), Some(judgement)) => {
                let inputs = runs.recorded(&judgement.pairs.counts);
                let record = TaskRecord {
                    role: task.task.role.to_string(),
                    record: Record::of(judgement, inputs, runs.notes()),
                    anchor: task.anchor.as_ref().map(|run| run.recorded(run.run().item_count())),
                    store: None,
                    anchor_store: None,
                };
                records.insert(name, record);
            }
            (LoadedPair::First(run), _) => {
                let first = v2::FirstRun {
                    asked: task.task.baseline.to_string(),
                    candidate: run.recorded(run.run().item_count()),
                    store: None,
                };
                first_runs.insert(name, first);
            }
            (LoadedPair::Compared(_), None) => {}
        }
    }
    SuiteRecord::of(judgement, &policy.rules, policy.written.clone(), records, first_runs)
}

/// What became of the items of every task that has a baseline; of those that changed `named` are kept each way.
pub(in crate::commands) fn items(
    judgement: &SuiteJudgement,
    tasks: &[LoadedTask<'_>],
    named: usize,
) -> BTreeMap<String, Items> {
    let of = |(task, judged): (&LoadedTask<'_>, &TaskJudgement)| {
        let (LoadedPair::Compared(runs), Some(judgement)) = (&task.runs, &judged.judgement) else {
            return None;
        };
        let pair = [runs.baseline.run(), runs.candidate.run()];
        let items = Items::of(&judgement.pairs, pair, judgement.plan.direction, named);
        Some((judged.name.to_string(), items))
    };
    tasks.iter().zip(&judgement.tasks).filter_map(of).collect()
}
