//! Making recorded decisions again: the same inputs under the recorded plan must give the same result.
//! The envelope alone never shows that.

mod pair;
mod suite;

use serde::Deserialize;

use super::{Files, Stores};
use crate::domain::Diagnostic;
use crate::envelope::replay::Difference;
use crate::envelope::{v1, v2};
use crate::readers::{FileOrFolder, InMemory};
use crate::store::{ObjectStore, RecordedRun, recorded_run};
use crate::trail::{Finding, FindingKind, Severity, Verification};

/// Where the runs of recorded decisions are.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Inputs {
    /// The files of one decision, or of several about the same runs.
    Files {
        /// The run that was in use.
        baseline: String,
        /// The run that wanted to replace it.
        candidate: String,
    },
    /// The store that the envelopes name, wherever it lies now.
    Store(String),
}

/// Makes every decision again that `answer` lists and whose envelope is as it was written.
///
/// # Errors
/// Those of reading the trail and of reaching the store. What is wrong with an input is a finding.
pub fn replay(
    answer: &mut Verification,
    read: &dyn Fn(&str) -> Result<Vec<u8>, Diagnostic>,
    inputs: &Inputs,
    files: &dyn Files,
    stores: &dyn Stores,
) -> Result<(), Diagnostic> {
    let mut findings = Vec::new();
    for line in answer.lines.iter_mut().filter(|line| line.ok && line.is_decision()) {
        let bytes = read(&line.path)?;
        match again(&bytes, inputs, files, stores)? {
            Again::Same { exactly } => {
                (line.made_again, line.reproduced) = (true, true);
                if !exactly {
                    findings.push(Finding::note(FindingKind::OtherEngine, &line.path).at(line.index));
                }
            }
            Again::Found(finding) => {
                // What could not be decided was not checked either.
                line.made_again = finding.severity == Severity::Broken;
                findings.push(Finding { path: line.path.clone(), ..finding }.at(line.index))
            }
        }
    }
    answer.add(findings);
    Ok(())
}

/// How one decision came out again.
enum Again {
    /// As it was recorded: to the bit, or within the tolerance for another version.
    Same { exactly: bool },
    /// It did not, or could not be made.
    Found(Finding),
}

fn again(bytes: &[u8], inputs: &Inputs, files: &dyn Files, stores: &dyn Stores) -> Result<Again, Diagnostic> {
    #[derive(Deserialize)]
    struct Shape {
        schema: String,
    }
    let shape = serde_json::from_slice(bytes).map_or(String::new(), |shape: Shape| shape.schema);
    if shape == v2::SCHEMA {
        suite::again(bytes, inputs, stores)
    } else {
        pair::again(bytes, inputs, files, stores)
    }
}

/// A decision of another version, which this one cannot make again.
fn of_newer_version(expected: &str, error: &Diagnostic) -> Again {
    let finding = Finding::undecided(FindingKind::NewerUnreadable, "");
    Again::Found(finding.expected(expected).found(error.to_string()))
}

/// What came out, held to what was recorded.
fn outcome(differences: &[Difference], exactly: bool) -> Again {
    match differences.first() {
        None => Again::Same { exactly },
        Some(difference) => Again::Found(
            Finding::broken(FindingKind::NotReproduced, "")
                .expected(format!("{} {}", difference.member, difference.recorded))
                .found(difference.again.to_string()),
        ),
    }
}

fn differs(verdict: &v1::VerdictWord, found: &str) -> Finding {
    Finding::broken(FindingKind::NotReproduced, "").expected(verdict.as_str()).found(found)
}

/// A stored run with the bytes that the envelope names.
fn stored(place: &dyn ObjectStore, run: &v1::StoredRun) -> Result<Result<FileOrFolder, Finding>, Diagnostic> {
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
