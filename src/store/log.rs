//! `manifest.log.jsonl`: the runs that were stored since `manifest.json` was last written, one a line.
//!
//! Python rewrites its whole index for each run, which takes a second once there are 100,000. A gate appends a line
//! here instead, and the index takes the lines in when they have become many. Whoever reads takes both. The log is read
//! first: what is taken in meanwhile stands in the index that is read second.

use super::errors;
use super::layout;
use super::manifest::ManifestRecord;
use super::port::ObjectStore;
use crate::domain::{Diagnostic, ProjectId};

/// An index up to this size, some 600 runs, is written anew by every gate: Python sees each run at once.
const WRITTEN_WHOLE: u64 = 256 << 10;
/// The index takes a log in that is longer than a quarter of it, and than this (some 10,000 runs) in any case: who
/// looks for the newest runs reads it whole.
const LONGEST: u64 = 4 << 20;

/// How long the index of a project and its log are, in bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Lengths {
    pub(super) index: u64,
    pub(super) log: u64,
}

impl Lengths {
    /// # Errors
    /// Those of [`ObjectStore::size`].
    pub(super) fn of(place: &dyn ObjectStore, project: &ProjectId) -> Result<Self, Diagnostic> {
        let size = |path: String| place.size(&path).map(Option::unwrap_or_default);
        Ok(Self { index: size(layout::manifest(project))?, log: size(layout::log(project))? })
    }

    /// Whether the index is too long to be written anew for one run.
    pub(super) fn is_long(self) -> bool {
        self.index > WRITTEN_WHOLE
    }

    /// Whether the index has to take the log in.
    pub(super) fn is_due(self) -> bool {
        self.log > (self.index / 4).min(LONGEST)
    }
}

/// The records of the log, in the order in which they were appended. A line that is not whole is one that a killed
/// writer left, before it created the file of the run.
///
/// # Errors
/// Those of [`ObjectStore::read`].
pub(super) fn read(place: &dyn ObjectStore, project: &ProjectId) -> Result<Vec<ManifestRecord>, Diagnostic> {
    let Some(log) = place.read(&layout::log(project))? else { return Ok(Vec::new()) };
    let lines = log.bytes.split(|byte| *byte == b'\n');
    Ok(lines.filter_map(|line| serde_json::from_slice(line).ok()).collect())
}

/// Appends a record. To be called under the lock.
///
/// # Errors
/// Those of [`ObjectStore::append`].
pub(super) fn append(
    place: &dyn ObjectStore,
    project: &ProjectId,
    record: &ManifestRecord,
) -> Result<(), Diagnostic> {
    let line = serde_json::to_vec(record).map_err(|error| errors::manifest_not_built(&error))?;
    place.append(&layout::log(project), &line)
}

/// Empties the log, once the index has its records. To be called under the lock.
///
/// # Errors
/// Those of [`ObjectStore::replace`].
pub(super) fn clear(place: &dyn ObjectStore, project: &ProjectId) -> Result<(), Diagnostic> {
    match place.size(&layout::log(project))? {
        None | Some(0) => Ok(()),
        Some(_) => place.replace(&layout::log(project), b""),
    }
}

#[cfg(test)]
mod tests {
    use super::{LONGEST, Lengths, WRITTEN_WHOLE};

    #[test]
    fn a_log_is_taken_in_after_a_quarter_of_the_index_and_never_grows_too_long_to_be_read() {
        let lengths = |index, log| Lengths { index, log };
        assert!(!lengths(WRITTEN_WHOLE, 0).is_long() && lengths(WRITTEN_WHOLE + 1, 0).is_long());
        assert!(!lengths(1 << 20, 1 << 18).is_due() && lengths(1 << 20, (1 << 18) + 1).is_due());
        assert!(!lengths(1 << 40, LONGEST).is_due() && lengths(1 << 40, LONGEST + 1).is_due());
        assert!(!lengths(0, 0).is_due());
    }
}
