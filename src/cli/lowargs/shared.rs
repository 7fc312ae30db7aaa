//! Flags that several subcommands have.

use std::sync::LazyLock;

use clap::{Args, ValueEnum};

use crate::readers::Format;

/// What --format takes: auto, or the name of a format.
pub(super) static FORMATS: LazyLock<String> = LazyLock::new(|| {
    let names = Format::ALL.iter().map(|format| format.as_str());
    std::iter::once("auto").chain(names).collect::<Vec<_>>().join("|")
});

/// Flags that gate and compare share.
#[derive(Debug, Args)]
pub(in crate::cli) struct SharedFlags {
    /// Run that is in use; - reads standard input, gate takes store:RUN_ID and store:latest-allowed.
    #[arg(long, value_name = "FILE")]
    pub(in crate::cli) baseline: Option<String>,
    /// Run that wants to replace it; - reads standard input.
    #[arg(long, value_name = "FILE")]
    pub(in crate::cli) candidate: Option<String>,
    /// Format of both files: auto looks at the content, never at the name.
    #[arg(long, value_name = FORMATS.as_str(), default_value = "auto")]
    pub(in crate::cli) format: String,
    /// Metric to gate on; refused when a file holds another one.
    #[arg(long, value_name = "NAME", alias = "metric-name")]
    pub(in crate::cli) metric: Option<String>,
    /// Run to take from the baseline's file, where it holds several.
    #[arg(long, value_name = "NAME")]
    pub(in crate::cli) baseline_run: Option<String>,
    /// Run to take from the candidate's file, where it holds several.
    #[arg(long, value_name = "NAME")]
    pub(in crate::cli) candidate_run: Option<String>,
    /// Field that names the sampling unit, or none if items are independent. Without the flag the
    /// cluster ids in the data are used where there are any; with no value, cluster_id is required.
    #[arg(long, value_name = "KEY|none", num_args = 0..=1, default_missing_value = "cluster_id")]
    pub(in crate::cli) cluster: Option<String>,
    /// What becomes of an item's repeats: their mean, the first, or the epoch of this number.
    #[arg(long, value_name = "mean|first|N", default_value = "mean")]
    pub(in crate::cli) epochs: String,
    /// Smaller scores are better: the sign of every difference is turned.
    #[arg(long, value_name = "BOOL", num_args = 0..=1, require_equals = true, default_missing_value = "true")]
    pub(in crate::cli) lower_is_better: Option<String>,
    /// Largest accepted probability of a wrong ALLOW, and of a wrong REJECT: above 0 and below 0.5; above
    /// 0.2 the report warns.
    #[arg(long, value_name = "RATE", default_value = "0.05", allow_hyphen_values = true)]
    pub(in crate::cli) alpha: String,
    /// Power that the advice plans for; it never enters a verdict.
    #[arg(long, value_name = "SHARE", default_value = "0.80", allow_hyphen_values = true)]
    pub(in crate::cli) power: String,
    /// Method of inference: auto chooses from the shape of the data; names are in docs/statistics.md.
    #[arg(long, value_name = "NAME", default_value = "auto")]
    pub(in crate::cli) method: String,
    /// Each bound is a one-sided statement at 1 - alpha (gate's default).
    #[arg(long, value_name = "BOOL", num_args = 0..=1, require_equals = true, default_missing_value = "true", conflicts_with = "two_sided")]
    pub(in crate::cli) one_sided: Option<String>,
    /// Both bounds together are a statement at 1 - alpha (compare's default).
    #[arg(long)]
    pub(in crate::cli) two_sided: bool,
    /// Random resamples, where the method draws any.
    #[arg(long, value_name = "N", default_value = "10000", allow_hyphen_values = true)]
    pub(in crate::cli) resamples: String,
    /// Seed of every random stream: same inputs, plan and seed give the same bits.
    #[arg(long, value_name = "N", default_value = "0", allow_hyphen_values = true)]
    pub(in crate::cli) seed: String,
    /// What an item without a score does: error refuses the run, exclude leaves it out and counts it.
    #[arg(long, value_name = "error|exclude", default_value = "error")]
    pub(in crate::cli) missing: String,
    /// Least share of the larger run that must be scored in both; below it the verdict is INCONCLUSIVE.
    #[arg(long, value_name = "SHARE", default_value = "0.95", allow_hyphen_values = true)]
    pub(in crate::cli) min_coverage: String,
    /// Lowest and highest score an item can get, such as 0,1 or 1,5: with it the verdict can hold whatever
    /// missing items would have scored. Known without the flag for 0/1 scores and where the log states it.
    #[arg(long, value_name = "LO,HI", allow_hyphen_values = true)]
    pub(in crate::cli) score_range: Option<String>,
    /// What runs that name different tasks do: error refuses them, allow compares them and says so.
    #[arg(long, value_name = "error|allow", default_value = "error")]
    pub(in crate::cli) task_mismatch: String,
    /// True improvement to plan for: says how many items it would need.
    #[arg(long, value_name = "DELTA", allow_hyphen_values = true)]
    pub(in crate::cli) planned_delta: Option<String>,
    #[command(flatten)]
    #[allow(missing_docs)]
    pub(in crate::cli) view: ViewFlags,
}

/// Flags of how a result is shown.
#[derive(Debug, Args)]
pub(in crate::cli) struct ViewFlags {
    /// Shape of the result on standard output.
    #[arg(long, value_enum, default_value_t = OutputFlag::Tty)]
    pub(in crate::cli) output: OutputFlag,
    /// Also write the JSON result to this file.
    #[arg(long, value_name = "FILE")]
    pub(in crate::cli) json: Option<String>,
    /// Also write a page for the browser to this file; gate only. It runs nothing and loads nothing.
    #[arg(long, value_name = "FILE")]
    pub(in crate::cli) html: Option<String>,
    /// Nothing on standard error but errors.
    #[arg(long, short)]
    pub(in crate::cli) quiet: bool,
    /// When to use colour; NO_COLOR turns it off too.
    #[arg(long, value_enum, default_value_t = ColourFlag::Auto)]
    pub(in crate::cli) color: ColourFlag,
}

/// Shapes of a result.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(in crate::cli) enum OutputFlag {
    /// For people.
    Tty,
    /// One JSON object.
    Json,
    /// Markdown.
    Markdown,
    /// JUnit XML, one test case a task; gate only.
    Junit,
}

/// When to use colour.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(in crate::cli) enum ColourFlag {
    /// On a terminal, unless NO_COLOR is set.
    Auto,
    /// Always.
    Always,
    /// Never.
    Never,
}

/// Shapes of a result that has no Markdown form.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(in crate::cli) enum PlainOutputFlag {
    /// For people.
    Tty,
    /// One JSON object.
    Json,
}
