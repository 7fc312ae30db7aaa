//! What was typed of `mde`.

use clap::Args;

use super::shared::{CLAIM, FORMAT_HELP, PlainOutputFlag, SHOWN};

/// The group in which help lists the flags of the design.
const DESIGN: &str = "What is planned";

pub(super) const EXAMPLES: &str = "\
How widely the per-item differences spread decides what a number of items can show. Type it (--sd-diff, and --icc \
with a cluster size where items cluster), or show a pilot: two runs from which sd, icc and cluster sizes are taken. \
A pilot with several epochs an item also tells how much of the spread is luck of the draw, and so how many repeats \
pay. Plan for an improvement that would matter to you, not for the one that the pilot happened to show.

Examples:
  evalsig mde --sd-diff 0.35 --n-pairs 2000 --one-sided
  evalsig mde --baseline base.json --candidate cand.json --one-sided
  evalsig mde --baseline base.json --candidate cand.json --target-delta 0.02 --one-sided";

/// Flags of mde.
#[derive(Debug, Args)]
pub(in crate::cli) struct MdeFlags {
    /// Standard deviation of the per-item paired difference, in units of the score. A pilot (--baseline
    /// and --candidate) shows it instead.
    #[arg(long, value_name = "SD", allow_hyphen_values = true, help_heading = DESIGN)]
    pub(in crate::cli) sd_diff: Option<String>,
    /// Paired items; 1000 unless said, or as many as the pilot has.
    #[arg(long, value_name = "N", allow_hyphen_values = true, help_heading = DESIGN)]
    pub(in crate::cli) n_pairs: Option<String>,
    /// True improvement to plan for
    ///
    /// True improvement to plan for: prints the items it needs instead of the effect that --n-pairs show.
    #[arg(long, value_name = "DELTA", allow_hyphen_values = true, help_heading = DESIGN)]
    pub(in crate::cli) target_delta: Option<String>,
    /// Value that delta must exceed
    ///
    /// Value that delta must exceed: the margin of the claim that is planned.
    #[arg(long, value_name = "DELTA", default_value = "0", allow_hyphen_values = true, help_heading = CLAIM)]
    pub(in crate::cli) min_delta: String,
    /// Plan an equivalence claim instead
    ///
    /// Plan an equivalence claim instead: both sides within this margin, where the true delta is 0 unless
    /// --target-delta says otherwise.
    #[arg(long, value_name = "MARGIN", conflicts_with = "min_delta", allow_hyphen_values = true, help_heading = CLAIM)]
    pub(in crate::cli) equivalence: Option<String>,
    /// Error rate.
    #[arg(long, value_name = "RATE", default_value = "0.05", allow_hyphen_values = true, help_heading = CLAIM)]
    pub(in crate::cli) alpha: String,
    /// Power.
    #[arg(long, value_name = "SHARE", default_value = "0.80", allow_hyphen_values = true, help_heading = CLAIM)]
    pub(in crate::cli) power: String,
    /// Plan a one-sided test, as gate uses.
    #[arg(long, conflicts_with = "two_sided", help_heading = CLAIM)]
    pub(in crate::cli) one_sided: bool,
    /// Plan a two-sided test (the default of this command, as in the Python package).
    #[arg(long, help_heading = CLAIM)]
    pub(in crate::cli) two_sided: bool,
    /// Intra-cluster correlation of the differences
    ///
    /// Intra-cluster correlation of the differences; 0 unless said. A pilot shows it.
    #[arg(long, value_name = "RHO", allow_hyphen_values = true, help_heading = DESIGN)]
    pub(in crate::cli) icc: Option<String>,
    /// Mean number of items in a cluster. A pilot shows it.
    #[arg(long, value_name = "M", allow_hyphen_values = true, help_heading = DESIGN)]
    pub(in crate::cli) cluster_size: Option<String>,
    /// Number of clusters
    ///
    /// Number of clusters; the mean size is then items / clusters. A pilot shows it.
    #[arg(long, value_name = "K", conflicts_with = "cluster_size", allow_hyphen_values = true, help_heading = DESIGN)]
    pub(in crate::cli) n_clusters: Option<String>,
    /// tty or json on standard output
    ///
    /// Shape of the result on standard output: tty for people, json for programs (one object).
    #[arg(long, value_enum, value_name = "SHAPE", hide_possible_values = true, default_value_t = PlainOutputFlag::Tty, help_heading = SHOWN)]
    pub(in crate::cli) output: PlainOutputFlag,
    #[command(flatten)]
    #[allow(missing_docs)]
    pub(in crate::cli) pilot: PilotFlags,
}

/// Flags of a pilot. None has a default here, so that one given without a pilot is noticed.
#[derive(Debug, Args)]
#[command(next_help_heading = "A pilot instead of --sd-diff")]
pub(in crate::cli) struct PilotFlags {
    /// Baseline of a pilot
    ///
    /// Baseline of a pilot: a pair of runs that is read and paired as compare does; - reads standard input.
    #[arg(long, value_name = "FILE")]
    pub(in crate::cli) baseline: Option<String>,
    /// Candidate of the pilot; - reads standard input.
    #[arg(long, value_name = "FILE")]
    pub(in crate::cli) candidate: Option<String>,
    #[allow(missing_docs)]
    #[arg(long, value_name = "FORMAT", help = "Format of the files", long_help = FORMAT_HELP.as_str())]
    pub(in crate::cli) format: Option<String>,
    /// Metric to plan for; refused when a file holds another one.
    #[arg(long, value_name = "NAME", alias = "metric-name")]
    pub(in crate::cli) metric: Option<String>,
    /// Field that names the item, as gate takes it.
    #[arg(long, value_name = "KEY", value_parser = clap::builder::NonEmptyStringValueParser::new())]
    pub(in crate::cli) id: Option<String>,
    /// Run to take from the baseline's file, where it holds several.
    #[arg(long, value_name = "NAME")]
    pub(in crate::cli) baseline_run: Option<String>,
    /// Run to take from the candidate's file, where it holds several.
    #[arg(long, value_name = "NAME")]
    pub(in crate::cli) candidate_run: Option<String>,
    /// Field that names the sampling unit
    ///
    /// Field that names the sampling unit, or none if items are independent. Without the flag the cluster ids in the
    /// data are used where there are any.
    #[arg(long, value_name = "KEY|none", num_args = 0..=1, default_missing_value = "cluster_id")]
    pub(in crate::cli) cluster: Option<String>,
    /// An item's repeats: mean, first, or a number
    ///
    /// What becomes of an item's repeats: their mean unless said, the first, or the epoch of this number.
    #[arg(long, value_name = "mean|first|N")]
    pub(in crate::cli) epochs: Option<String>,
    /// Smaller scores are better.
    #[arg(long, value_name = "BOOL", num_args = 0..=1, require_equals = true, default_missing_value = "true")]
    pub(in crate::cli) lower_is_better: Option<String>,
    /// Items without a score: error or exclude
    ///
    /// What an item without a score does: error, unless said, refuses the run; exclude leaves it out.
    #[arg(long, value_name = "error|exclude")]
    pub(in crate::cli) missing: Option<String>,
}
