//! Flags of where the runs of a recorded decision are.

use clap::Args;

/// The group in which help lists them.
const RUNS: &str = "Where the runs are";

/// Where the runs of recorded decisions are: in files, or in a store.
#[derive(Debug, Default, Args)]
pub(in crate::cli) struct AgainFlags {
    /// The baseline's file, where no store keeps it
    ///
    /// The baseline's file, where no store keeps it; needs --candidate too. Once for each run of the baseline, in the
    /// order in which they were judged.
    #[arg(long, value_name = "FILE", requires = "candidate", conflicts_with = "store", help_heading = RUNS)]
    pub(in crate::cli) baseline: Vec<String>,
    /// The candidate's file
    ///
    /// The candidate's file; needs --baseline too.
    #[arg(long, value_name = "FILE", requires = "baseline", help_heading = RUNS)]
    pub(in crate::cli) candidate: Option<String>,
    /// Sample that the candidate was scored on
    ///
    /// The sample that the candidate was scored on: holds what past runs predict, where no store is named.
    #[arg(long, value_name = "FILE", conflicts_with = "store", help_heading = RUNS)]
    pub(in crate::cli) sample: Option<String>,
    /// People's labels, where the decision rests on them.
    #[arg(long, value_name = "FILE", help_heading = RUNS)]
    pub(in crate::cli) gold: Option<String>,
    /// The store that keeps the runs
    ///
    /// The store that keeps the runs that the envelopes name: a folder, or the URL of a bucket.
    #[arg(long, value_name = "ROOT", help_heading = RUNS)]
    pub(in crate::cli) store: Option<String>,
}
