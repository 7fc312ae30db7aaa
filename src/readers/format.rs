//! The names of the formats, what a caller may choose, and what it gets.

use std::fmt;
use std::str::FromStr;

use crate::domain::{ClusterRule, RunFrame};

macro_rules! formats {
    ($($variant:ident = $name:literal, $about:literal;)+) => {
        /// A format of run files.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
        pub enum Format { $(#[doc = $about] $variant,)+ }

        impl Format {
            /// Every format, in the order of the documentation.
            pub const ALL: &'static [Self] = &[$(Self::$variant,)+];

            /// The name in flags and plans.
            #[must_use]
            pub fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $name,)+ }
            }

            /// One line for `--help` and the documentation.
            #[must_use]
            pub fn about(self) -> &'static str {
                match self { $(Self::$variant => $about,)+ }
            }
        }
    };
}

formats! {
    RunFrame = "runframe", "RunFrame JSON: one object with the run's names and its items.";
    Parquet = "parquet", "RunFrame Parquet: one row per run, item and epoch; the format of the run store.";
    Inspect = "inspect", "Inspect: an .eval log (a zip archive) or a JSON log.";
    LmEval = "lm_eval", "lm-evaluation-harness: samples_TASK_DATE.jsonl, one file a task.";
    Helm = "helm", "HELM: a run directory, or its per_instance_stats.json.";
    Promptfoo = "promptfoo", "promptfoo: results as JSON or JSON Lines (-o out.json, -o out.jsonl).";
    Jsonl = "jsonl", "JSON Lines: an object a line, with a field that names the item and fields with scores.";
    Csv = "csv", "CSV: a line of column names, then a row an item; separated by commas, semicolons or tabs.";
}

impl fmt::Display for Format {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

impl FromStr for Format {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Self::ALL.iter().find(|format| format.as_str() == text).copied().ok_or_else(|| {
            let names: Vec<_> = Self::ALL.iter().map(|format| format.as_str()).collect();
            format!("expected one of {}", names.join(", "))
        })
    }
}

/// What a caller chooses of a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReadOptions {
    /// The metric to read; `None` takes the only one.
    pub metric: Option<String>,
    /// Where the cluster of an item stands.
    pub cluster: ClusterRule,
    /// The run to read; `None` takes the only one.
    pub run_id: Option<String>,
    /// Whether parts of a file that repeat others are read as well, and held against them.
    pub deep: bool,
}

impl Default for ReadOptions {
    fn default() -> Self {
        Self { metric: None, cluster: ClusterRule::FromData, run_id: None, deep: false }
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
    /// The metrics that the file holds for this run.
    pub metrics: Vec<String>,
    /// Sentences about the file, each complete; they may quote it.
    pub notes: Vec<String>,
}

impl Reading {
    /// A run that was read from a file which says no more.
    pub(super) fn of(run: RunFrame, format: Format) -> Self {
        let metrics = vec![run.names().metric_name.clone()];
        Self { run, format, version: None, metrics, notes: Vec::new() }
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
            Err("expected one of runframe, parquet, inspect, lm_eval, helm, promptfoo, jsonl, csv".into())
        );
    }
}
