//! The stored runs that an envelope names: read by path, and compared by digest.

use super::port::ObjectStore;
use crate::domain::{Diagnostic, Digest};
use crate::envelope::v1;

/// What the store holds at the path that an envelope names.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum RecordedRun {
    /// The bytes that the envelope names.
    Read(Vec<u8>),
    /// No file.
    Missing,
    /// A file with another SHA-256.
    Changed(Digest),
    /// Not read: the path leads out of the store. An envelope is only as honest as whoever could append to
    /// the trail.
    OutsideStore,
}

/// Reads a run by the path and the SHA-256 that an envelope names.
///
/// # Errors
/// Those of [`ObjectStore::read`].
pub fn recorded_run(place: &dyn ObjectStore, run: &v1::StoredRun) -> Result<RecordedRun, Diagnostic> {
    if !is_inside(&run.path) {
        return Ok(RecordedRun::OutsideStore);
    }
    let Some(file) = place.read(&run.path)? else { return Ok(RecordedRun::Missing) };
    let sha256 = Digest::of(&file.bytes);
    Ok(if sha256.to_string() == run.sha256 {
        RecordedRun::Read(file.bytes)
    } else {
        RecordedRun::Changed(sha256)
    })
}

/// Whether a path stays below the folder that it is joined to, on every system.
#[must_use]
pub fn is_inside(path: &str) -> bool {
    path.split('/').all(|part| !matches!(part, "" | "." | "..") && !part.contains('\\'))
}

#[cfg(test)]
mod tests {
    use super::is_inside;

    #[test]
    fn no_path_leads_out() {
        for path in ["default/year=2026/month=01/run_id=a%3Ab.parquet", "a/.hidden"] {
            assert!(is_inside(path), "{path}");
        }
        for path in ["", "/etc/passwd", "../x", "a/../b", "a//b", "a/./b", "a/", "a\\..\\b"] {
            assert!(!is_inside(path), "{path:?}");
        }
    }
}
