//! What was typed of `compare`.

use clap::Args;

use super::shared::SharedFlags;

/// Flags of compare.
#[derive(Debug, Args)]
pub(in crate::cli) struct CompareFlags {
    #[command(flatten)]
    #[allow(missing_docs)]
    pub(in crate::cli) shared: SharedFlags,
}
