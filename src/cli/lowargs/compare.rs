//! What was typed of `compare`.

use clap::Args;

use super::shared::{PlanFlags, RunFlags, ViewFlags};

pub(super) const EXAMPLES: &str = "\
Examples:
  evalsig compare --baseline base.json --candidate cand.json
  evalsig compare --baseline base.json --candidate cand.json --method cr2 --output json";

/// Flags of compare.
#[derive(Debug, Args)]
pub(in crate::cli) struct CompareFlags {
    #[command(flatten)]
    #[allow(missing_docs)]
    pub(in crate::cli) runs: RunFlags,
    #[command(flatten)]
    #[allow(missing_docs)]
    pub(in crate::cli) plan: PlanFlags,
    #[command(flatten)]
    #[allow(missing_docs)]
    pub(in crate::cli) view: ViewFlags,
}
