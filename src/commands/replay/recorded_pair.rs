//! The two runs of a recorded decision, as they were judged.

use crate::commands::runs::LoadedRun;
use crate::domain::{Plan, RunFrame};

/// The two runs of one task, read again with the bytes that its envelope names.
pub(in crate::commands) struct RecordedPair {
    pub(super) baseline: LoadedRun,
    pub(super) candidate: LoadedRun,
    /// The plan that was recorded.
    pub(in crate::commands) plan: Plan,
}

impl RecordedPair {
    /// Baseline and candidate.
    pub(in crate::commands) fn pair(&self) -> (&RunFrame, &RunFrame) {
        (self.baseline.run(), self.candidate.run())
    }
}
