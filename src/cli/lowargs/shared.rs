//! Flags that several subcommands have.

use std::sync::LazyLock;

use clap::{Args, ValueEnum};

use crate::readers::Format;

/// What is said at length of --format, with the name of every format.
pub(super) static FORMAT_HELP: LazyLock<String> = LazyLock::new(|| {
    let names: Vec<&str> = Format::ALL.iter().map(|format| format.as_str()).collect();
    format!(
        "Format of the files. auto looks at the content, never at the name; or one of {}",
        names.join(", ")
    )
});

/// The groups in which help lists the flags of a comparison.
pub(super) const RUNS: &str = "What to compare";
/// Fewer items, and judges that err.
pub(super) const PART: &str = "A part of the items";
/// What gate claims.
pub(super) const CLAIM: &str = "What the candidate must show";
/// What fixes the inference.
pub(super) const JUDGED: &str = "How it is judged";
/// Evidence, and where it goes.
pub(super) const WRITTEN: &str = "What is written";
/// The result on the terminal.
pub(super) const SHOWN: &str = "How it is shown";

/// Flags of which runs gate and compare take, and how they are read.
#[derive(Debug, Args)]
pub(in crate::cli) struct RunFlags {
    /// Run that is in use
    ///
    /// A run file; - reads standard input. gate also takes store:RUN_ID and store:latest-allowed, and the flag several
    /// times: runs of one model under one configuration, whose mean on each item is compared.
    #[arg(long, value_name = "FILE", help_heading = RUNS)]
    pub(in crate::cli) baseline: Vec<String>,
    /// Run that wants to replace it
    ///
    /// A run file; - reads standard input.
    #[arg(long, value_name = "FILE", help_heading = RUNS)]
    pub(in crate::cli) candidate: Option<String>,
    #[arg(
        long, value_name = "FORMAT", default_value = "auto", help_heading = RUNS,
        help = "Format of both files", long_help = FORMAT_HELP.as_str()
    )]
    #[allow(missing_docs)]
    pub(in crate::cli) format: String,
    /// Metric to gate on
    ///
    /// Refused when a file holds another one.
    #[arg(long, value_name = "NAME", alias = "metric-name", help_heading = RUNS)]
    pub(in crate::cli) metric: Option<String>,
    /// Field that names the item
    ///
    /// The column of a table that names the item, the same in both runs; with dots it reaches into objects, as in
    /// sample.id. Without it the first of item_id, sample_id, doc_id and id. Of lm-evaluation-harness a field of the
    /// document, of promptfoo of the metadata or the variables, of Inspect of the metadata.
    #[arg(long, value_name = "KEY", value_parser = clap::builder::NonEmptyStringValueParser::new(), help_heading = RUNS)]
    pub(in crate::cli) id: Option<String>,
    /// Run to take from the baseline's file, where it holds several.
    #[arg(long, value_name = "NAME", help_heading = RUNS)]
    pub(in crate::cli) baseline_run: Option<String>,
    /// Run to take from the candidate's file, where it holds several.
    #[arg(long, value_name = "NAME", help_heading = RUNS)]
    pub(in crate::cli) candidate_run: Option<String>,
    /// Field that names the sampling unit, or none
    ///
    /// none if items are independent. Without the flag the cluster ids in the data are used where there are any; with no
    /// value, cluster_id is required.
    #[arg(long, value_name = "KEY", num_args = 0..=1, default_missing_value = "cluster_id", help_heading = RUNS)]
    pub(in crate::cli) cluster: Option<String>,
    /// An item's repeats: mean, first, or a number
    ///
    /// What becomes of an item's repeats: their mean, the first, or the epoch of this number.
    #[arg(long, value_name = "WHICH", default_value = "mean", help_heading = RUNS)]
    pub(in crate::cli) epochs: String,
    /// Smaller scores are better
    ///
    /// The sign of every difference is turned.
    #[arg(long, value_name = "BOOL", num_args = 0..=1, require_equals = true, default_missing_value = "true", help_heading = RUNS)]
    pub(in crate::cli) lower_is_better: Option<String>,
    /// Items without a score: error or exclude
    ///
    /// What an item without a score does: error refuses the run, exclude leaves it out and counts it.
    #[arg(long, value_name = "RULE", default_value = "error", help_heading = RUNS)]
    pub(in crate::cli) missing: String,
    /// Runs of different tasks: error or allow
    ///
    /// What runs that name different tasks do: error refuses them, allow compares them and says so.
    #[arg(long, value_name = "RULE", default_value = "error", help_heading = RUNS)]
    pub(in crate::cli) task_mismatch: String,
}

/// Flags of how gate and compare judge.
#[derive(Debug, Args)]
pub(in crate::cli) struct PlanFlags {
    /// Largest probability of a wrong verdict
    ///
    /// Largest accepted probability of a wrong ALLOW, and of a wrong REJECT: above 0 and below 0.5; above 0.2 the report
    /// warns.
    #[arg(long, value_name = "RATE", default_value = "0.05", allow_hyphen_values = true, help_heading = JUDGED)]
    pub(in crate::cli) alpha: String,
    /// Method of inference
    ///
    /// auto chooses from the shape of the data; names are in docs/statistics.md.
    #[arg(long, value_name = "NAME", default_value = "auto", help_heading = JUDGED)]
    pub(in crate::cli) method: String,
    /// Each bound alone is a statement at 1 - alpha (gate's default).
    #[arg(long, value_name = "BOOL", num_args = 0..=1, require_equals = true, default_missing_value = "true", conflicts_with = "two_sided", help_heading = JUDGED)]
    pub(in crate::cli) one_sided: Option<String>,
    /// Both bounds together are one at 1 - alpha (compare's default).
    #[arg(long, help_heading = JUDGED)]
    pub(in crate::cli) two_sided: bool,
    /// Random resamples, where the method draws any
    #[arg(long, value_name = "N", default_value = "10000", allow_hyphen_values = true, help_heading = JUDGED)]
    pub(in crate::cli) resamples: String,
    /// Seed of every random stream
    ///
    /// Same inputs, plan and seed give the same bits.
    #[arg(long, value_name = "N", default_value = "0", allow_hyphen_values = true, help_heading = JUDGED)]
    pub(in crate::cli) seed: String,
    /// Least share of the larger run scored in both
    ///
    /// Least share of the larger run that must be scored in both; below it the verdict is INCONCLUSIVE.
    #[arg(long, value_name = "SHARE", default_value = "0.95", allow_hyphen_values = true, help_heading = JUDGED)]
    pub(in crate::cli) min_coverage: String,
    /// Lowest and highest score an item can get, such as 0,1
    ///
    /// With it the verdict can hold whatever missing items would have scored. Known without the flag for 0/1 scores and
    /// where the log states it.
    #[arg(long, value_name = "LO,HI", allow_hyphen_values = true, help_heading = JUDGED)]
    pub(in crate::cli) score_range: Option<String>,
    /// Power that the advice plans for
    ///
    /// It never enters a verdict.
    #[arg(long, value_name = "SHARE", default_value = "0.80", allow_hyphen_values = true, help_heading = JUDGED)]
    pub(in crate::cli) power: String,
    /// True improvement to plan for: says how many items it needs
    #[arg(long, value_name = "DELTA", allow_hyphen_values = true, help_heading = JUDGED)]
    pub(in crate::cli) planned_delta: Option<String>,
}

/// Flags of how a result is shown.
#[derive(Debug, Args)]
pub(in crate::cli) struct ViewFlags {
    /// tty, json or markdown on standard output
    ///
    /// Shape of the result on standard output: tty for people, json for programs (one object), markdown for a summary.
    #[arg(long, value_enum, value_name = "SHAPE", default_value_t = OutputFlag::Tty, hide_possible_values = true, help_heading = SHOWN)]
    pub(in crate::cli) output: OutputFlag,
    /// Also write the JSON result to this file.
    #[arg(long, value_name = "FILE", help_heading = SHOWN)]
    pub(in crate::cli) json: Option<String>,
    /// Also write a page for the browser to this file; gate only
    ///
    /// It runs nothing and loads nothing.
    #[arg(long, value_name = "FILE", help_heading = SHOWN)]
    pub(in crate::cli) html: Option<String>,
    /// Nothing on standard error but errors: no remark, no progress.
    #[arg(long, short, help_heading = SHOWN)]
    pub(in crate::cli) quiet: bool,
    /// Colour: auto, always or never
    ///
    /// auto uses it on a terminal, unless NO_COLOR is set.
    #[arg(long, value_enum, value_name = "WHEN", default_value_t = ColourFlag::Auto, hide_possible_values = true, help_heading = SHOWN)]
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
