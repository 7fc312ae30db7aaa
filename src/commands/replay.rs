//! Making recorded decisions again: the same inputs under the recorded plan must give the same result.
//! The envelope alone never shows that.

use serde_json::Value;

use super::decide;
use super::runs::LoadedRuns;
use super::{Files, Stores};
use crate::domain::{Code, Diagnostic, Plan};
use crate::envelope::{self, replay, v1};
use crate::readers::{FileOrFolder, InMemory};
use crate::store::{RecordedRun, recorded_run};
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

/// An envelope as it stands, as this version reads it, and the plan that it holds.
fn recorded(bytes: &[u8]) -> Result<(Value, v1::Envelope, Plan), Diagnostic> {
    let unreadable = |error: serde_json::Error| Code::EnvelopeUnreadable.at("").what(error.to_string());
    let value: Value = serde_json::from_slice(bytes).map_err(unreadable)?;
    let envelope: v1::Envelope = serde_json::from_slice(bytes).map_err(unreadable)?;
    let plan = replay::plan(&envelope.plan, envelope.report.equivalence)?;
    Ok((value, envelope, plan))
}

/// How one decision came out again.
enum Again {
    /// As it was recorded: to the bit, or within the tolerance for another version.
    Same { exactly: bool },
    /// It did not, or could not be made.
    Found(Finding),
}

fn again(bytes: &[u8], inputs: &Inputs, files: &dyn Files, stores: &dyn Stores) -> Result<Again, Diagnostic> {
    let (recorded, envelope, plan) = match recorded(bytes) {
        Ok(found) => found,
        // Whole, for its hash is right: so it is another version that knows more.
        Err(error) => {
            let finding = Finding::undecided(FindingKind::NewerUnreadable, "");
            return Ok(Again::Found(
                finding.expected("a plan that this version knows").found(error.to_string()),
            ));
        }
    };
    let runs = match find(&envelope, inputs, files, stores)? {
        Ok(runs) => runs,
        Err(finding) => return Ok(Again::Found(finding)),
    };
    let loaded = match LoadedRuns::again(&runs, &envelope.inputs, &plan) {
        Ok(loaded) => loaded,
        Err(error) => return Ok(Again::Found(differs(&envelope.verdict, &error.to_string()))),
    };
    if let Some(finding) = loaded.others(&envelope) {
        return Ok(Again::Found(finding));
    }
    let record = match decide::record(&loaded, &plan) {
        Ok(record) => record,
        Err(error) => return Ok(Again::Found(differs(&envelope.verdict, &error.to_string()))),
    };
    let exactly = envelope.plan.engine == envelope::engine();
    Ok(match replay::differences(&recorded, &record, exactly)?.first() {
        None => Again::Same { exactly },
        Some(difference) => Again::Found(
            Finding::broken(FindingKind::NotReproduced, "")
                .expected(format!("{} {}", difference.member, difference.recorded))
                .found(difference.again.to_string()),
        ),
    })
}

impl LoadedRuns {
    /// What shows that these are not the runs that were judged, nor their stored copies.
    fn others(&self, envelope: &v1::Envelope) -> Option<Finding> {
        let (inputs, stored) = (&envelope.inputs, envelope.store.as_ref());
        let runs = [
            (&self.baseline, &inputs.baseline, stored.map(|store| &store.baseline)),
            (&self.candidate, &inputs.candidate, stored.map(|store| &store.candidate)),
        ];
        runs.into_iter().find_map(|(run, input, stored)| {
            let sha256 = run.identity.digest.to_string();
            let is_it = sha256 == input.sha256 || stored.is_some_and(|stored| stored.sha256 == sha256);
            let expected = || format!("{} with SHA-256 {}", input.path, input.sha256);
            (!is_it)
                .then(|| Finding::broken(FindingKind::InputDiffers, "").expected(expected()).found(sha256))
        })
    }
}

fn differs(verdict: &v1::VerdictWord, found: &str) -> Finding {
    Finding::broken(FindingKind::NotReproduced, "").expected(verdict.as_str()).found(found)
}

/// Both runs, each with the bytes that the envelope names.
fn find(
    envelope: &v1::Envelope,
    inputs: &Inputs,
    files: &dyn Files,
    stores: &dyn Stores,
) -> Result<Result<[FileOrFolder; 2], Finding>, Diagnostic> {
    match inputs {
        Inputs::Files { baseline, candidate } => Ok(Ok([files.open(baseline)?, files.open(candidate)?])),
        Inputs::Store(root) => {
            let Some(stored) = &envelope.store else {
                let finding = Finding::undecided(FindingKind::InputMissing, "");
                return Ok(Err(finding.expected("runs in a store").found("an envelope that names none")));
            };
            let place = stores.open(root)?;
            let mut found = Vec::new();
            for run in [&stored.baseline, &stored.candidate] {
                let missing = || Finding::undecided(FindingKind::InputMissing, "");
                let bytes = match recorded_run(&*place, run)? {
                    RecordedRun::Read(bytes) => bytes,
                    RecordedRun::Missing => {
                        return Ok(Err(missing().expected(place.shown(&run.path)).found("nothing")));
                    }
                    RecordedRun::OutsideStore => {
                        return Ok(Err(missing().expected("a path inside the store").found(&run.path)));
                    }
                    RecordedRun::Changed(sha256) => {
                        let finding = Finding::broken(FindingKind::InputDiffers, "");
                        let expected = format!("{} with SHA-256 {}", place.shown(&run.path), run.sha256);
                        return Ok(Err(finding.expected(expected).found(sha256.to_string())));
                    }
                };
                let source = InMemory { path: place.shown(&run.path), bytes };
                found.push(FileOrFolder::File(Box::new(source)));
            }
            let mut found = found.into_iter();
            match (found.next(), found.next()) {
                (Some(baseline), Some(candidate)) => Ok(Ok([baseline, candidate])),
                _ => Err(Code::Bug.at("replay").what("two runs were found, and are gone")),
            }
        }
    }
}
