//! What was typed of `doctor`.

use clap::Args;

use super::shared::{CLAIM, FORMAT_HELP, PlainOutputFlag, SHOWN};

/// The groups in which help lists the flags.
const RUNS: &str = "What to check";
const DROP: &str = "The rule \"fail when the score drops\"";
const AA: &str = "Where nothing changed";

pub(super) const EXAMPLES: &str = "\
Look before you gate: doctor says what two runs can show, never what they do show, so it may be run before the plan is \
fixed. Exit code 65 where a gate would refuse a file or the pair.

Do you fail a release today when its score drops by more than some points? --tolerance says what that rule does on \
your data: how often it fires where nothing changed, which true drop it finds, and the gate to use instead.

Examples:
  evalsig doctor base.json cand.json
  evalsig doctor base.json cand.json --target-delta 0.02
  evalsig doctor base.json cand.json --gold labels.csv --min-delta -0.02 --target-delta 0
  evalsig doctor base.json cand.json --tolerance 0.02
  evalsig doctor base.json --tolerance 0.02 --discordance 0.1
  evalsig doctor --aa epochs.json
  evalsig doctor --aa monday.json tuesday.json wednesday.json --min-delta -0.02";

/// Flags of doctor.
#[derive(Debug, Args)]
pub(in crate::cli) struct DoctorFlags {
    /// Run files to check
    ///
    /// Run files to check. With exactly two, they are checked as a pair (baseline, candidate) too.
    #[arg(value_name = "FILE", required_unless_present = "aa")]
    pub(in crate::cli) files: Vec<String>,
    #[allow(missing_docs)]
    #[arg(long, value_name = "FORMAT", help = "Format of the files", long_help = FORMAT_HELP.as_str(), default_value = "auto", help_heading = RUNS)]
    pub(in crate::cli) format: String,
    /// Metric to expect.
    #[arg(long, value_name = "NAME", help_heading = RUNS)]
    pub(in crate::cli) metric: Option<String>,
    /// Field that names the item, as gate takes it.
    #[arg(long, value_name = "KEY", value_parser = clap::builder::NonEmptyStringValueParser::new(), help_heading = RUNS)]
    pub(in crate::cli) id: Option<String>,
    /// Run to take from each file that holds several.
    #[arg(long, value_name = "NAME", help_heading = RUNS)]
    pub(in crate::cli) run_id: Option<String>,
    /// Hold a file against what it says twice
    ///
    /// Read also what repeats another part of a file, and hold it against that: the samples of an Inspect archive
    /// against its summaries. Every sample is unpacked for it.
    #[arg(long, help_heading = RUNS)]
    pub(in crate::cli) deep: bool,
    /// Labels of people on some items: how many does the claim need?
    ///
    /// Labels of people on a random part of the items of the pair, as gate takes them: what they and the scores of the
    /// judge show together, and how many labels the claim needs.
    #[arg(long, value_name = "FILE", help_heading = RUNS)]
    pub(in crate::cli) gold: Option<String>,
    /// Field that names the sampling unit, or none.
    #[arg(long, value_name = "KEY|none", num_args = 0..=1, default_missing_value = "cluster_id", help_heading = RUNS)]
    pub(in crate::cli) cluster: Option<String>,
    /// An item's repeats: mean, first, or a number
    ///
    /// What becomes of an item's repeats when the pair is matched: their mean, the first, or the epoch of this
    /// number.
    #[arg(long, value_name = "mean|first|N", default_value = "mean", help_heading = RUNS)]
    pub(in crate::cli) epochs: String,
    /// Value that delta must exceed
    ///
    /// Value that delta must exceed: the claim that a gate is to decide.
    #[arg(long, value_name = "DELTA", default_value = "0", allow_hyphen_values = true, help_heading = CLAIM)]
    pub(in crate::cli) min_delta: String,
    /// Claim equivalence instead
    ///
    /// Claim equivalence instead: delta within this margin on both sides.
    #[arg(long, value_name = "MARGIN", conflicts_with = "min_delta", allow_hyphen_values = true, help_heading = CLAIM)]
    pub(in crate::cli) equivalence: Option<String>,
    /// What "fail when the score drops by more than X" does here
    ///
    /// What does the rule "fail when the score drops by more than X" do on this pair, or on one run?
    #[arg(long, value_name = "X", allow_hyphen_values = true, help_heading = DROP)]
    pub(in crate::cli) tolerance: Option<String>,
    /// For --tolerance on one run of 0/1 scores
    ///
    /// For --tolerance on one run of 0/1 scores: the share of items whose score changes between two runs.
    #[arg(long, value_name = "SHARE", requires = "tolerance", allow_hyphen_values = true, help_heading = DROP)]
    pub(in crate::cli) discordance: Option<String>,
    /// For --tolerance on one run of graded scores
    ///
    /// For --tolerance on one run of graded scores: the standard deviation of an item's difference.
    #[arg(long,
        value_name = "SD",
        requires = "tolerance",
        conflicts_with = "discordance",
        allow_hyphen_values = true, help_heading = DROP)]
    pub(in crate::cli) sd_diff: Option<String>,
    /// True improvement to find
    ///
    /// True improvement to find: says whether these pairs would show it, and how many would.
    #[arg(long, value_name = "DELTA", allow_hyphen_values = true, help_heading = CLAIM)]
    pub(in crate::cli) target_delta: Option<String>,
    /// Error rate of the gate.
    #[arg(long, value_name = "RATE", default_value = "0.05", allow_hyphen_values = true, help_heading = CLAIM)]
    pub(in crate::cli) alpha: String,
    /// Power to plan for.
    #[arg(long, value_name = "SHARE", default_value = "0.80", allow_hyphen_values = true, help_heading = CLAIM)]
    pub(in crate::cli) power: String,
    /// How often a gate speaks where nothing changed
    ///
    /// How often does the gate speak where nothing changed? Gates whole runs of one model against each other:
    /// those named here (with the one FILE before, if there is one), or the epochs of a single run.
    #[arg(long, value_name = "RUN", num_args = 0.., help_heading = AA)]
    pub(in crate::cli) aa: Option<Vec<String>>,
    /// Most pairs of runs or epochs that --aa gates
    ///
    /// Most pairs of runs or epochs that --aa gates; of more a random choice.
    #[arg(long, value_name = "N", default_value = "200", allow_hyphen_values = true, help_heading = AA)]
    pub(in crate::cli) splits: String,
    /// Seed of the gates of --aa, and of the choice of pairs.
    #[arg(long, value_name = "N", default_value = "0", allow_hyphen_values = true, help_heading = AA)]
    pub(in crate::cli) seed: String,
    /// tty or json on standard output
    ///
    /// Shape of the result on standard output: tty for people, json for programs (one object).
    #[arg(long, value_enum, value_name = "SHAPE", hide_possible_values = true, default_value_t = PlainOutputFlag::Tty, help_heading = SHOWN)]
    pub(in crate::cli) output: PlainOutputFlag,
}
