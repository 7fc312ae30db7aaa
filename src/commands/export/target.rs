//! Where an export is written to.

use crate::domain::Diagnostic;

/// Creates the folder or archive that an export is written to.
pub trait ExportTargets {
    /// Begins an export to `out`.
    ///
    /// # Errors
    /// `output-not-written` where something is there already, or nothing can be.
    fn begin(&self, out: &str) -> Result<Box<dyn ExportTarget + '_>, Diagnostic>;
}

/// An export that is being written. It appears in one step at the end; dropped before, it leaves nothing.
pub trait ExportTarget {
    /// Adds a file under a path with forward slashes that leads nowhere else.
    ///
    /// # Errors
    /// `output-not-written`.
    fn add(&mut self, path: &str, bytes: &[u8]) -> Result<(), Diagnostic>;

    /// Puts everything that was added into place.
    ///
    /// # Errors
    /// `output-not-written`; also where somebody else was there first.
    fn finish(self: Box<Self>) -> Result<(), Diagnostic>;
}
