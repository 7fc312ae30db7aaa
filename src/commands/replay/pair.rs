//! The decision about one pair of runs, made again.

use serde_json::Value;

use super::beside;
use super::outcome::{Again, Inputs, differs, of_newer_version, outcome};
use crate::commands::decide;
use crate::commands::run_path::open_run;
use crate::commands::runs::LoadedRuns;
use crate::commands::{Files, Stores};
use crate::domain::{Code, Diagnostic, Plan};
use crate::envelope::{self, replay, v1};
use crate::readers::FileOrFolder;
use crate::trail::{Finding, FindingKind};

/// An envelope as it stands, as this version reads it, and the plan that it holds.
fn recorded(bytes: &[u8]) -> Result<(Value, v1::Envelope, Plan), Diagnostic> {
    let unreadable = |error: serde_json::Error| Code::EnvelopeUnreadable.at("").what(error.to_string());
    let value: Value = serde_json::from_slice(bytes).map_err(unreadable)?;
    let envelope: v1::Envelope = serde_json::from_slice(bytes).map_err(unreadable)?;
    let plan = replay::plan(&envelope.plan, envelope.report.equivalence)?;
    Ok((value, envelope, plan))
}

/// Makes the decision about one pair of runs again.
pub(super) fn again(
    bytes: &[u8],
    inputs: &Inputs,
    files: &dyn Files,
    stores: &dyn Stores,
) -> Result<Again, Diagnostic> {
    let (recorded, envelope, plan) = match recorded(bytes) {
        Ok(found) => found,
        // Whole, for its hash is right: so it is another version that knows more.
        Err(error) => return Ok(of_newer_version("a plan that this version knows", &error)),
    };
    let loaded = match load(&envelope, &plan, inputs, (files, stores))? {
        Ok(Ok(loaded)) => loaded,
        Ok(Err(error)) => return Ok(Again::Found(differs(&envelope.verdict, &error.to_string()))),
        Err(finding) => return Ok(Again::Found(finding)),
    };
    if let Some(finding) = loaded.others(&envelope) {
        return Ok(Again::Found(finding));
    }
    let record = match decide::record(&loaded, &plan) {
        Ok(record) => record,
        Err(error) => return Ok(Again::Found(differs(&envelope.verdict, &error.to_string()))),
    };
    let exactly = envelope.plan.engine == envelope::engine();
    Ok(outcome(&replay::differences(&recorded, &record, exactly)?, exactly))
}

/// Both runs as they were judged, and the plan.
pub(super) fn runs(
    bytes: &[u8],
    inputs: &Inputs,
    files: &dyn Files,
    stores: &dyn Stores,
) -> Result<Result<(LoadedRuns, Plan), Finding>, Diagnostic> {
    let (_, envelope, plan) = recorded(bytes)?;
    let loaded = match load(&envelope, &plan, inputs, (files, stores))? {
        Ok(loaded) => loaded?,
        Err(finding) => return Ok(Err(finding)),
    };
    Ok(match loaded.others(&envelope) {
        Some(finding) => Err(finding),
        None => Ok((loaded, plan)),
    })
}

/// The runs as the plan reads them, with everything that was judged beside them. The finding says what is not there; the
/// error of a run is the inner one.
fn load(
    envelope: &v1::Envelope,
    plan: &Plan,
    inputs: &Inputs,
    (files, stores): (&dyn Files, &dyn Stores),
) -> Result<Result<Result<LoadedRuns, Diagnostic>, Finding>, Diagnostic> {
    let found = match find(envelope, inputs, files, stores)? {
        Ok(found) => found,
        Err(finding) => return Ok(Err(finding)),
    };
    let beside = match beside::find(envelope, plan, inputs, (files, stores))? {
        Ok(beside) => beside,
        Err(finding) => return Ok(Err(finding)),
    };
    Ok(Ok(LoadedRuns::again(&found, &envelope.inputs, plan)
        .and_then(|runs| beside.join(runs, &envelope.inputs, plan))))
}

impl LoadedRuns {
    /// What shows that these are not the runs that were judged, nor their stored copies.
    fn others(&self, envelope: &v1::Envelope) -> Option<Finding> {
        let (inputs, stored) = (&envelope.inputs, envelope.store.as_ref());
        let mut runs = vec![
            (&self.baseline, &inputs.baseline, stored.map(|store| &store.baseline)),
            (&self.candidate, &inputs.candidate, stored.map(|store| &store.candidate)),
        ];
        for (at, (run, input)) in self.repeats().iter().zip(&inputs.repeats).enumerate() {
            runs.push((run, input, stored.and_then(|store| store.repeats.get(at))));
        }
        runs.into_iter().find_map(|(run, input, stored)| {
            let sha256 = run.identity.digest.to_string();
            let is_it = sha256 == input.sha256 || stored.is_some_and(|stored| stored.sha256 == sha256);
            let expected = || format!("{} with SHA-256 {}", input.path, input.sha256);
            (!is_it)
                .then(|| Finding::broken(FindingKind::InputDiffers, "").expected(expected()).found(sha256))
        })
    }
}

/// Both runs, each with the bytes that the envelope names.
fn find(
    envelope: &v1::Envelope,
    inputs: &Inputs,
    files: &dyn Files,
    stores: &dyn Stores,
) -> Result<Result<[FileOrFolder; 2], Finding>, Diagnostic> {
    match inputs {
        Inputs::Files { baseline, candidate, .. } => {
            Ok(Ok([open_run(baseline, files)?, open_run(candidate, files)?]))
        }
        Inputs::Store { root, .. } => {
            let Some(stored) = &envelope.store else {
                let finding = Finding::undecided(FindingKind::InputMissing, "");
                return Ok(Err(finding.expected("runs in a store").found("an envelope that names none")));
            };
            let place = stores.open(root)?;
            match (
                super::outcome::stored(&*place, &stored.baseline)?,
                super::outcome::stored(&*place, &stored.candidate)?,
            ) {
                (Ok(baseline), Ok(candidate)) => Ok(Ok([baseline, candidate])),
                (Err(finding), _) | (_, Err(finding)) => Ok(Err(finding)),
            }
        }
    }
}
