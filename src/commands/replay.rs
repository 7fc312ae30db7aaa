//! Making recorded decisions again: the same inputs under the recorded plan must give the same result.
//! The envelope alone never shows that.

mod beside;
mod outcome;
mod pair;
mod recorded_pair;
mod suite;

use serde::Deserialize;

use super::progress::{Progress, Whole};
use super::{Files, Stores};
use crate::domain::Diagnostic;
use crate::envelope::v2;
use crate::trail::{Finding, FindingKind, Severity, Verification};
use outcome::Again;

pub use outcome::Inputs;
pub(super) use recorded_pair::RecordedPair;

/// Makes every decision again that `answer` lists and whose envelope is as it was written.
///
/// # Errors
/// Those of reading the trail and of reaching the store. What is wrong with an input is a finding.
pub fn replay(
    answer: &mut Verification,
    read: &dyn Fn(&str) -> Result<Vec<u8>, Diagnostic>,
    inputs: &Inputs,
    (files, stores): (&dyn Files, &dyn Stores),
    progress: &dyn Progress,
) -> Result<(), Diagnostic> {
    let mut findings = Vec::new();
    let wanted = answer.lines.iter().filter(|line| line.ok && line.is_decision()).count() as u64;
    let stage = progress.begin("making the decisions again", Whole::Of(wanted, "decisions"));
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
        stage.advance(1);
    }
    answer.add(findings);
    Ok(())
}

/// The runs of every task that had a baseline, by its name in the policy; of a single pair under an empty name. What
/// is wrong with one is the finding.
///
/// # Errors
/// `envelope-unreadable` for a plan that this version does not know; those of reading the runs.
pub(super) fn recorded_pairs(
    bytes: &[u8],
    inputs: &Inputs,
    files: &dyn Files,
    stores: &dyn Stores,
) -> Result<Result<Vec<(String, RecordedPair)>, Finding>, Diagnostic> {
    if is_suite(bytes) {
        return suite::runs(bytes, inputs, stores);
    }
    let runs = pair::runs(bytes, inputs, files, stores)?;
    Ok(runs.map(|(runs, plan)| vec![(String::new(), RecordedPair { runs, plan })]))
}

/// Whether an envelope is about a suite.
fn is_suite(bytes: &[u8]) -> bool {
    #[derive(Deserialize)]
    struct Shape {
        schema: String,
    }
    serde_json::from_slice(bytes).is_ok_and(|shape: Shape| shape.schema == v2::SCHEMA)
}

fn again(bytes: &[u8], inputs: &Inputs, files: &dyn Files, stores: &dyn Stores) -> Result<Again, Diagnostic> {
    if is_suite(bytes) {
        suite::again(bytes, inputs, stores)
    } else {
        pair::again(bytes, inputs, files, stores)
    }
}
