//! A line of history, and which lines are wanted.

use super::manifest::ManifestRecord;
use super::period::Period;
use crate::domain::Digest;

/// Which lines are wanted; every part that is given must fit.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Query {
    /// When the run was stored, or decided about.
    pub period: Period,
    /// The model.
    pub model: Option<String>,
    /// The task, as the run or a policy names it.
    pub task: Option<String>,
    /// The metric.
    pub metric: Option<String>,
    /// The verdict, in upper case.
    pub verdict: Option<String>,
}

impl Query {
    /// Whether a line is wanted.
    pub(super) fn takes(&self, line: &HistoryLine) -> bool {
        let record = &line.record;
        let tasks = [Some(record.task_id.as_str()), line.policy_task.as_deref()];
        self.takes_names(&record.model_id, tasks, &record.metric_name)
            && fits(&self.verdict, record.verdict.as_deref().unwrap_or(""))
            && self.period.takes(record.time())
    }

    /// Whether names of model, task and metric are wanted.
    pub(super) fn takes_names(&self, model: &str, tasks: [Option<&str>; 2], metric: &str) -> bool {
        fits(&self.model, model)
            && tasks.into_iter().flatten().any(|task| fits(&self.task, task))
            && fits(&self.metric, metric)
    }
}

/// Whether a part of a query takes what was found.
pub(super) fn fits(wanted: &Option<String>, found: &str) -> bool {
    wanted.as_ref().is_none_or(|wanted| wanted == found)
}

/// One line of history.
#[derive(Clone, Debug, PartialEq)]
pub struct HistoryLine {
    /// The run, and what was decided about it.
    pub record: ManifestRecord,
    /// Its Parquet file as people reach it; empty where no store keeps the run.
    pub path: String,
    /// Whether that file is there.
    pub present: bool,
    /// The task of a policy that it was the candidate of.
    pub policy_task: Option<String>,
    /// The envelopes that decided about it.
    pub kept: Vec<EnvelopeCopy>,
}

/// An envelope, wherever it is kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EnvelopeCopy {
    /// Its path as people reach it.
    pub path: String,
    /// SHA-256 of its bytes.
    pub sha256: Digest,
    /// The release and the attempt at it, where a trail holds it.
    pub release: Option<(String, u32)>,
    /// The position of its entry in the chain, where a trail holds it.
    pub position: Option<u64>,
}
