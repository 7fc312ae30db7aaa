//! What was typed of `watch`.

use clap::Args;

use super::shared::{FORMAT_HELP, JUDGED, PlainOutputFlag, RUNS, SHOWN};

/// The group in which help lists the flags of the looks.
const WHEN: &str = "When it looks";

pub(super) const ASSUMES: &str = "\
Independent items: each look computes the e-values of all pairs so far, which depend neither on the order of items, \
nor on their names, nor on a seed. So watch may be called at any time, as often as you like, as long as the runs only \
grow (no item goes, no score changes), the plan stays the same, and the time at which an item arrives has nothing to do \
with its score: do not feed a file sorted by subject or difficulty.

Items in clusters: each look is the cluster test at alpha / N of --looks N, and N is all there are, however many calls \
make them. With --deadline or --done the last look is kept for the end.

--state FILE carries the test from call to call: it counts planned looks, remembers evidence and the strongest look, \
shows a look at unchanged items again at no cost, and refuses runs that did more than grow, another plan, and a second \
process at the same time. Each look in it holds the SHA-256 of the one before. Without it (and without --follow) nothing \
is remembered: with clusters, and with epochs that are still to come, alpha then pays for one look (with clusters for \
the N of --looks in all, which you have to count). A new state file is a new test: \
alpha holds for each test, not for the best of several.

watch gives evidence, not a verdict: it writes no envelope.

Examples:
  evalsig watch --baseline base.json --candidate cand.json --state looks.json
  evalsig watch --baseline base.json --candidate cand.json --follow";

/// Flags of watch.
#[derive(Debug, Args)]
pub(in crate::cli) struct WatchFlags {
    /// Run that is in use.
    #[arg(long, value_name = "FILE", help_heading = RUNS)]
    pub(in crate::cli) baseline: String,
    /// Run that wants to replace it.
    #[arg(long, value_name = "FILE", help_heading = RUNS)]
    pub(in crate::cli) candidate: String,
    /// Value that delta must exceed.
    #[arg(long, value_name = "DELTA", default_value = "0", allow_hyphen_values = true, help_heading = JUDGED)]
    pub(in crate::cli) min_delta: String,
    /// Largest accepted probability of ever stopping wrongly, in each direction.
    #[arg(long, value_name = "RATE", default_value = "0.05", allow_hyphen_values = true, help_heading = JUDGED)]
    pub(in crate::cli) alpha: String,
    /// Seed of the cluster test's resamples
    ///
    /// Seed of the cluster test's resamples; evidence from items needs none.
    #[arg(long, value_name = "N", default_value = "0", allow_hyphen_values = true, help_heading = JUDGED)]
    pub(in crate::cli) seed: String,
    /// Smaller scores are better
    ///
    /// Smaller scores are better: the sign of every difference is turned.
    #[arg(long, value_name = "BOOL", num_args = 0..=1, require_equals = true, default_missing_value = "true", help_heading = RUNS)]
    pub(in crate::cli) lower_is_better: Option<String>,
    /// Field that names the sampling unit
    ///
    /// Field that names the sampling unit, or none if items are independent.
    #[arg(long, value_name = "KEY|none", num_args = 0..=1, default_missing_value = "cluster_id", help_heading = RUNS)]
    pub(in crate::cli) cluster: Option<String>,
    /// Metric to expect; refused when a file holds another one.
    #[arg(long, value_name = "NAME", alias = "metric-name", help_heading = RUNS)]
    pub(in crate::cli) metric: Option<String>,
    /// Field that names the item, as gate takes it.
    #[arg(long, value_name = "KEY", value_parser = clap::builder::NonEmptyStringValueParser::new(), help_heading = RUNS)]
    pub(in crate::cli) id: Option<String>,
    /// Run to take from the baseline's file, where it holds several.
    #[arg(long, value_name = "NAME", help_heading = RUNS)]
    pub(in crate::cli) baseline_run: Option<String>,
    /// Run to take from the candidate's file, where it holds several.
    #[arg(long, value_name = "NAME", help_heading = RUNS)]
    pub(in crate::cli) candidate_run: Option<String>,
    #[allow(missing_docs)]
    #[arg(long, value_name = "FORMAT", help = "Format of the files", long_help = FORMAT_HELP.as_str(), default_value = "auto", help_heading = RUNS)]
    pub(in crate::cli) format: String,
    /// Items without a score: error or exclude
    ///
    /// What an item without a score does: error refuses the run, exclude leaves it out and counts it.
    #[arg(long, value_name = "error|exclude", default_value = "error", help_heading = RUNS)]
    pub(in crate::cli) missing: String,
    /// Bounds that no score can leave, 0,1 unless said
    ///
    /// Bounds that no score can leave, 0,1 unless said; naming them chooses betting for 0/1 scores too.
    #[arg(long, value_name = "LOW,HIGH", allow_hyphen_values = true, help_heading = JUDGED)]
    pub(in crate::cli) bounds: Option<String>,
    /// Looks planned where items carry clusters
    ///
    /// Looks planned where items carry clusters; each spends its share of alpha.
    #[arg(long, value_name = "N", default_value = "1", allow_hyphen_values = true, help_heading = JUDGED)]
    pub(in crate::cli) looks: String,
    /// File that carries the test from one call to the next
    ///
    /// File that carries the test from one call to the next; begun where it does not exist.
    #[arg(long, value_name = "FILE", help_heading = WHEN)]
    pub(in crate::cli) state: Option<String>,
    /// Look again whenever a file has changed.
    #[arg(long, help_heading = WHEN)]
    pub(in crate::cli) follow: bool,
    /// Seconds between two glances at the files.
    #[arg(long,
        value_name = "SECONDS",
        default_value = "5",
        requires = "follow",
        allow_hyphen_values = true, help_heading = WHEN)]
    pub(in crate::cli) every: String,
    /// Take the last look after this many seconds.
    #[arg(long, value_name = "SECONDS", requires = "follow", allow_hyphen_values = true, help_heading = WHEN)]
    pub(in crate::cli) deadline: Option<String>,
    /// Take the last look once this file exists
    ///
    /// Take the last look once this file exists: it says that both runs are complete.
    #[arg(long, value_name = "FILE", requires = "follow", help_heading = WHEN)]
    pub(in crate::cli) done: Option<String>,
    /// tty or json on standard output
    ///
    /// Shape of the result on standard output: tty for people, json for programs (one object).
    #[arg(long, value_enum, value_name = "SHAPE", hide_possible_values = true, default_value_t = PlainOutputFlag::Tty, help_heading = SHOWN)]
    pub(in crate::cli) output: PlainOutputFlag,
}
