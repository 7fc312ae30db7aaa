//! Making recorded decisions again: the same inputs under the recorded plan must give the same result.
//! The envelope alone never shows that.

mod outcome;
mod pair;
mod suite;

use serde::Deserialize;

use super::{Files, Stores};
use crate::domain::Diagnostic;
use crate::envelope::v2;
use crate::trail::{Finding, FindingKind, Severity, Verification};
use outcome::Again;

pub use outcome::Inputs;

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
