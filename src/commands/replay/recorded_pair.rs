//! The two runs of a recorded decision, as they were judged.

use crate::commands::runs::LoadedRuns;
use crate::domain::{Diagnostic, Plan, RunFrame};
use crate::pairing::Pairs;

/// The two runs of one task, read again with the bytes that its envelope names.
pub(in crate::commands) struct RecordedPair {
    pub(super) runs: LoadedRuns,
    /// The plan that was recorded.
    pub(in crate::commands) plan: Plan,
}

impl RecordedPair {
    /// Baseline and candidate.
    pub(in crate::commands) fn pair(&self) -> (&RunFrame, &RunFrame) {
        self.runs.judged()
    }

    /// The pairs that were judged.
    ///
    /// # Errors
    /// Those of pairing.
    pub(in crate::commands) fn pairs(&self) -> Result<Pairs, Diagnostic> {
        self.runs.pairs(&self.plan)
    }
}
