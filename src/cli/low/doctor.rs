//! What was typed of `doctor`.

use clap::Args;

use super::{FORMATS, PlainOutputFlag};

pub(super) const EXAMPLES: &str = "\
Look before you gate: doctor says what two runs can show, never what they do show, so it may be run before the plan is \
fixed. Exit code 65 where a gate would refuse a file or the pair.

Examples:
  evalsig doctor base.json cand.json
  evalsig doctor base.json cand.json --target-delta 0.02
  evalsig doctor base.json --aa --splits 1000";

/// Flags of doctor.
#[derive(Debug, Args)]
pub(in crate::cli) struct DoctorFlags {
    /// Run files to check. With exactly two, they are checked as a pair (baseline, candidate) too.
    #[arg(value_name = "FILE", required = true)]
    pub(in crate::cli) files: Vec<String>,
    /// Format of the files: auto looks at the content.
    #[arg(long, value_name = FORMATS, default_value = "auto")]
    pub(in crate::cli) format: String,
    /// Metric to expect.
    #[arg(long, value_name = "NAME")]
    pub(in crate::cli) metric: Option<String>,
    /// Run to take from each file that holds several.
    #[arg(long, value_name = "NAME")]
    pub(in crate::cli) run_id: Option<String>,
    /// Read also what repeats another part of a file, and hold it against that: the samples of an Inspect archive
    /// against its summaries. Every sample is unpacked for it.
    #[arg(long)]
    pub(in crate::cli) deep: bool,
    /// Field that names the sampling unit, or none.
    #[arg(long, value_name = "KEY|none", num_args = 0..=1, default_missing_value = "cluster_id")]
    pub(in crate::cli) cluster: Option<String>,
    /// What becomes of an item's repeats when the pair is matched: their mean, the first, or the epoch of
    /// this number.
    #[arg(long, value_name = "mean|first|N", default_value = "mean")]
    pub(in crate::cli) epochs: String,
    /// Value that delta must exceed: the claim that a gate is to decide.
    #[arg(long, value_name = "DELTA", default_value = "0", allow_hyphen_values = true)]
    pub(in crate::cli) min_delta: String,
    /// True improvement to find: says whether these pairs would show it, and how many would.
    #[arg(long, value_name = "DELTA", allow_hyphen_values = true)]
    pub(in crate::cli) target_delta: Option<String>,
    /// Error rate of the gate.
    #[arg(long, value_name = "RATE", default_value = "0.05", allow_hyphen_values = true)]
    pub(in crate::cli) alpha: String,
    /// Power to plan for.
    #[arg(long, value_name = "SHARE", default_value = "0.80", allow_hyphen_values = true)]
    pub(in crate::cli) power: String,
    /// Split the epochs of each run at random in two and gate one half against the other: how often would
    /// the gate fire on noise? Needs two epochs an item.
    #[arg(long)]
    pub(in crate::cli) aa: bool,
    /// Random splits of --aa.
    #[arg(long, value_name = "N", default_value = "200", allow_hyphen_values = true)]
    pub(in crate::cli) splits: String,
    /// Seed of the splits.
    #[arg(long, value_name = "N", default_value = "0", allow_hyphen_values = true)]
    pub(in crate::cli) seed: String,
    /// Shape of the result on standard output.
    #[arg(long, value_enum, default_value_t = PlainOutputFlag::Tty)]
    pub(in crate::cli) output: PlainOutputFlag,
}
