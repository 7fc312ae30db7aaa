//! What was typed of `convert`.

use clap::Args;

use super::shared::FORMAT_HELP;

/// Examples of `convert`.
pub(super) const EXAMPLES: &str = "\
What a gate would see of a file: which items, which scores, which clusters. evalsig doctor says the same numbers.

Examples:
  evalsig convert logs/run.eval --to runframe
  evalsig convert samples.jsonl --id sample.id --metric evaluation.score --to runframe --out run.json
  evalsig convert logs/run.eval --cluster passage_id --to parquet --out run.parquet";

/// Flags of convert.
#[derive(Debug, Args)]
pub(in crate::cli) struct ConvertFlags {
    /// The run file, or a folder with one run in it; - reads standard input.
    #[arg(value_name = "FILE")]
    pub(in crate::cli) file: String,
    /// runframe (JSON) or parquet.
    #[arg(long, value_name = "FORMAT", default_value = "runframe")]
    pub(in crate::cli) to: String,
    /// The file that gets it; without it, runframe goes to standard output.
    #[arg(long, value_name = "FILE")]
    pub(in crate::cli) out: Option<String>,
    #[allow(missing_docs)]
    #[arg(long, value_name = "FORMAT", help = "Format of the file", long_help = FORMAT_HELP.as_str(), default_value = "auto")]
    pub(in crate::cli) format: String,
    /// Metric to write.
    #[arg(long, value_name = "NAME")]
    pub(in crate::cli) metric: Option<String>,
    /// Field that names the item, as gate takes it.
    #[arg(long, value_name = "KEY", value_parser = clap::builder::NonEmptyStringValueParser::new())]
    pub(in crate::cli) id: Option<String>,
    /// Run to take from a file that holds several.
    #[arg(long, value_name = "NAME")]
    pub(in crate::cli) run_id: Option<String>,
    /// Field that names the sampling unit, or none.
    #[arg(long, value_name = "KEY|none", num_args = 0..=1, default_missing_value = "cluster_id")]
    pub(in crate::cli) cluster: Option<String>,
    /// Field whose values divide the items into slices.
    #[arg(long, value_name = "KEY")]
    pub(in crate::cli) slice: Option<String>,
}
