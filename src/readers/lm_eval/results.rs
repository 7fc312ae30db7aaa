//! What the results beside the samples say: model, task, direction, and how many documents there are.

use super::super::tree::{Node, Projection};
use super::super::{Content, companion, created};
use super::errors;
use crate::domain::{Diagnostic, Direction, RunMetadata};

const PROJECTION: Projection<'static> = Projection::Fields(&[
    ("model_name", Projection::All),
    ("lm_eval_version", Projection::All),
    ("date", Projection::All),
    ("higher_is_better", Projection::All),
    // Before version 0.4.12 the count stands here alone.
    ("n-samples", Projection::Values(&Projection::Fields(&[("effective", Projection::All)]))),
    ("results", Projection::Values(&Projection::Fields(&[("sample_len", Projection::All)]))),
]);

/// Names of two files of one run, and what stands in the second.
pub(super) struct ResultsFile {
    /// Task and date of the samples, as their file is named.
    named: Option<(String, String)>,
    found: Option<Node>,
}

/// Task and date of `samples_<task>_<date>.jsonl`; a task may hold `_`, a date does not.
pub(super) fn parts(name: &str) -> Option<(&str, &str)> {
    let name = name.strip_suffix(".gz").unwrap_or(name);
    name.strip_prefix("samples_")?.strip_suffix(".jsonl")?.rsplit_once('_')
}

impl ResultsFile {
    /// # Errors
    /// Where there are results and they cannot be read.
    pub(super) fn of(content: &Content<'_>) -> Result<Self, Diagnostic> {
        let file = content.path().rsplit(['/', '\\']).next().unwrap_or_default();
        let named = parts(file).map(|(task, date)| (task.to_owned(), date.to_owned()));
        let found = match &named {
            // Called `results` unless the run was told a name for it.
            Some((_, date)) => {
                let end = format!("_{date}.json");
                companion::json(content, |name| name.ends_with(&end), PROJECTION)?
            }
            None => None,
        };
        Ok(Self { named, found })
    }

    /// What is said of this task in a part of the results.
    fn of_task(&self, part: &str) -> Option<&Node> {
        self.found.as_ref()?.get(part)?.get(&self.named.as_ref()?.0)
    }

    /// How many documents the results say that there are.
    fn counted(&self) -> Option<u64> {
        let said = |part, field| self.of_task(part).and_then(|task| task.get(field)).and_then(Node::count);
        said("results", "sample_len").or_else(|| said("n-samples", "effective"))
    }

    /// A file that was cut between two lines shows here, and nowhere else.
    ///
    /// # Errors
    /// `run-malformed` where the results count more documents than there are. They may count fewer: a
    /// metric need not be computed for every document.
    pub(super) fn check_count(&self, held: usize) -> Result<(), Diagnostic> {
        let counted = self.counted();
        match counted {
            Some(counted) if counted > held as u64 => {
                Err(errors::fewer_documents_than_counted(held, counted))
            }
            _ => Ok(()),
        }
    }

    /// Where better lies.
    pub(super) fn direction(&self, metric: &str) -> Option<Direction> {
        use super::super::scalar::Scalar::Bool;
        match self.of_task("higher_is_better")?.get(metric)? {
            Node::Leaf(Bool(true)) => Some(Direction::HigherIsBetter),
            Node::Leaf(Bool(false)) => Some(Direction::LowerIsBetter),
            _ => None,
        }
    }

    /// What to tell where there are no results, or they do not count the documents.
    pub(super) fn missing(&self) -> Option<String> {
        let cut =
            "the number of documents is not known, and a file that was cut between two lines does not show";
        match (&self.found, self.counted()) {
            (None, _) => Some(format!(
                "No results_<date>.json of the same run lies beside the file: the model and the direction of the \
                 metric are not known; {cut}."
            )),
            (Some(_), None) => {
                Some(format!("The results beside the file do not count its documents: {cut}."))
            }
            _ => None,
        }
    }

    /// When the run was begun: the results say it with its offset, the name of the file without.
    pub(super) fn created(&self) -> Option<String> {
        let said = self.found.as_ref().and_then(|found| found.get("date"));
        let seconds = said.and_then(|date| date.scalar().score().ok()?.ok());
        let named = || self.named.as_ref().and_then(|(_, date)| created::in_file_name(date));
        seconds.and_then(|seconds| created::unix_seconds(seconds.get())).or_else(named)
    }

    /// The version of the harness.
    pub(super) fn version(&self) -> Option<String> {
        self.found.as_ref()?.get("lm_eval_version")?.text().map(str::to_owned)
    }

    /// The names of the run; the metric is another's to say.
    pub(super) fn names(&self) -> RunMetadata {
        let unknown = || "unknown".to_owned();
        let model = self.found.as_ref().and_then(|found| found.get("model_name")).and_then(Node::text);
        let model_id = model.filter(|name| !name.is_empty()).map_or_else(unknown, str::to_owned);
        let (run_id, task_id) = match &self.named {
            Some((task, date)) => (format!("{task}_{date}"), task.clone()),
            None => (unknown(), unknown()),
        };
        RunMetadata { run_id, model_id, task_id, ..RunMetadata::default() }
    }
}
