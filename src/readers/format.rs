//! The names of the formats, what a caller may choose, and what it gets.

use crate::domain::{ClusterRule, RunFrame, named_enum};

named_enum! {
    /// A format of run files.
    pub enum Format {
        RunFrame = "runframe", "RunFrame JSON: one object with the run's names and its items.";
        Parquet = "parquet", "RunFrame Parquet: one row per run, item and epoch; the format of the run store.";
        Inspect = "inspect", "Inspect: an .eval log (a zip archive) or a JSON log.";
        LmEval = "lm_eval", "lm-evaluation-harness: samples_TASK_DATE.jsonl, one file a task.";
        Helm = "helm", "HELM: a run directory, or its per_instance_stats.json.";
        Promptfoo = "promptfoo", "promptfoo: results as JSON or JSON Lines (-o out.json, -o out.jsonl).";
        DeepEval = "deepeval", "DeepEval: a test run (.deepeval/.latest_run_full.json, test_run_DATE.json).";
        Eee = "eee", "Every Eval Ever: instances as JSON Lines (UUID_samples.jsonl).";
        TauBench = "tau_bench", "tau-bench and tau2-bench: results of several trials of each task.";
        SweBench = "swe_bench", "SWE-bench: the report of an evaluation (MODEL.RUN_ID.json).";
        OpenAiEvals = "openai_evals", "openai/evals: the log of a run of oaieval, JSON Lines of events.";
        Lighteval = "lighteval", "lighteval: the details of a task (details_TASK_DATE.parquet).";
        Jsonl = "jsonl", "JSON Lines, or a JSON list: an object a row, with a field that names the item and fields with scores.";
        Csv = "csv", "CSV: a line of column names, then a row an item; separated by commas, semicolons or tabs.";
        Xlsx = "xlsx", "Excel: a workbook (.xlsx) with a row of column names, then a row an item, in one of its sheets.";
    }
}

/// What a caller chooses of a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReadOptions {
    /// The field that names the item, where the format lets rows choose; `None` takes the usual one.
    pub id: Option<String>,
    /// The metric to read; `None` takes the only one.
    pub metric: Option<String>,
    /// Where the cluster of an item stands.
    pub cluster: ClusterRule,
    /// The field in which the slice (the subgroup) of an item stands, named as a cluster key is; `None` reads none.
    pub slice: Option<String>,
    /// The run to read; `None` takes the only one.
    pub run_id: Option<String>,
    /// Whether parts of a file that repeat others are read as well, and held against them.
    pub deep: bool,
}

impl Default for ReadOptions {
    fn default() -> Self {
        Self {
            id: None,
            metric: None,
            cluster: ClusterRule::FromData,
            slice: None,
            run_id: None,
            deep: false,
        }
    }
}

/// A run, the format it came in, and what a person should know of how it was read.
#[derive(Clone, Debug, PartialEq)]
pub struct Reading {
    /// The run.
    pub run: RunFrame,
    /// The format of the file.
    pub format: Format,
    /// The version of the tool that wrote it, where it says.
    pub version: Option<String>,
    /// When the run says that it was made, as RFC 3339 in UTC; `None` where the format does not say. Anybody can
    /// write anything there: good enough to name runs that are older than they may be, and for nothing else.
    pub created: Option<String>,
    /// The metrics that the file holds for this run.
    pub metrics: Vec<String>,
    /// Why rows lack a score and what to do, where the file shows it. One of the notes, which a refusal repeats.
    pub unscored: Option<String>,
    /// Sentences about the file, each complete; they may quote it.
    pub notes: Vec<String>,
}

impl Reading {
    /// A run that was read from a file which says no more.
    pub(super) fn of(run: RunFrame, format: Format) -> Self {
        let metrics = vec![run.metadata().metric_name.clone()];
        Self { run, format, version: None, created: None, metrics, unscored: None, notes: Vec::new() }
    }
}

#[cfg(test)]
mod tests {
    use super::Format;

    #[test]
    fn names_are_read_back() {
        for format in Format::ALL {
            assert_eq!(format.to_string().parse(), Ok(*format));
        }
        assert_eq!(
            "xml".parse::<Format>(),
            Err("expected one of runframe, parquet, inspect, lm_eval, helm, promptfoo, deepeval, eee, tau_bench, swe_bench, openai_evals, lighteval, jsonl, csv, xlsx".into())
        );
    }
}
