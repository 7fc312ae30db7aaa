//! Where the runs of recorded decisions are, and how a decision came out again.

use crate::domain::Diagnostic;
use crate::envelope::replay::Difference;
use crate::envelope::v1;
use crate::readers::{FileOrFolder, InMemory};
use crate::store::{ObjectStore, RecordedRun, recorded_run};
use crate::trail::{Finding, FindingKind};

/// Where the runs of recorded decisions are.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Inputs {
    /// The files of one decision, or of several about the same runs.
    Files {
        /// The run that was in use.
        baseline: String,
        /// The run that wanted to replace it.
        candidate: String,
        /// Further runs of the baseline, in the order in which they were named.
        repeats: Vec<String>,
        /// The sample that the candidate was scored on.
        sample: Option<String>,
        /// Labels of people.
        gold: Option<String>,
    },
    /// The store that the envelopes name, wherever it lies now.
    Store {
        /// Its folder, or the URL of a bucket.
        root: String,
        /// Labels of people, which no store keeps.
        gold: Option<String>,
    },
}

/// How one decision came out again.
pub(super) enum Again {
    /// As it was recorded: to the bit, or within the tolerance for another version.
    Same { exactly: bool },
    /// It did not, or could not be made.
    Found(Finding),
}

/// A decision of another version, which this one cannot make again.
pub(super) fn of_newer_version(expected: &str, error: &Diagnostic) -> Again {
    let finding = Finding::undecided(FindingKind::NewerUnreadable, "");
    Again::Found(finding.expected(expected).found(error.to_string()))
}

/// What came out, held to what was recorded.
pub(super) fn outcome(differences: &[Difference], exactly: bool) -> Again {
    match differences.first() {
        None => Again::Same { exactly },
        Some(difference) => Again::Found(
            Finding::broken(FindingKind::NotReproduced, "")
                .expected(format!("{} {}", difference.member, difference.recorded))
                .found(difference.again.to_string()),
        ),
    }
}

pub(super) fn differs(verdict: &v1::VerdictWord, found: &str) -> Finding {
    Finding::broken(FindingKind::NotReproduced, "").expected(verdict.as_str()).found(found)
}

/// A stored run with the bytes that the envelope names.
pub(super) fn stored(
    place: &dyn ObjectStore,
    run: &v1::StoredRun,
) -> Result<Result<FileOrFolder, Finding>, Diagnostic> {
    let missing = || Finding::undecided(FindingKind::InputMissing, "");
    Ok(match recorded_run(place, run)? {
        RecordedRun::Read(bytes) => {
            let source = InMemory { path: place.shown(&run.path), bytes };
            Ok(FileOrFolder::File(Box::new(source)))
        }
        RecordedRun::Missing => Err(missing().expected(place.shown(&run.path)).found("nothing")),
        RecordedRun::OutsideStore => Err(missing().expected("a path inside the store").found(&run.path)),
        RecordedRun::Changed(sha256) => {
            let finding = Finding::broken(FindingKind::InputDiffers, "");
            let expected = format!("{} with SHA-256 {}", place.shown(&run.path), run.sha256);
            Err(finding.expected(expected).found(sha256.to_string()))
        }
    })
}
