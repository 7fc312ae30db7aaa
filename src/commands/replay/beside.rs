//! What was judged beside the two runs of a recorded decision: further runs of the baseline, a sample, labels.

use super::outcome::{Inputs, stored};
use crate::commands::run_path::open_run;
use crate::commands::runs::{LoadedRun, LoadedRuns, Sampled};
use crate::commands::{Files, Stores};
use crate::domain::{Diagnostic, Plan, Predictor, RunFrame};
use crate::envelope::v1;
use crate::readers::{self, FileOrFolder, GoldLabels, ReadOptions};
use crate::sampling::{Bank, History, document};
use crate::trail::{Finding, FindingKind};

/// What was found, not read as the plan asks for yet.
pub(super) struct Beside {
    repeats: Vec<FileOrFolder>,
    past: Past,
    gold: Option<GoldLabels>,
}

/// What past models scored on the bank.
enum Past {
    /// There were none.
    None,
    /// Their runs, each with its model.
    Runs(Vec<(String, RunFrame)>),
    /// Their mean, as the sample that was judged holds it.
    Mean(Vec<f64>),
}

/// Finds it.
///
/// # Errors
/// Those of reading files and of reaching the store. What is missing or another one is a finding.
pub(super) fn find(
    envelope: &v1::Envelope,
    plan: &Plan,
    inputs: &Inputs,
    (files, stores): (&dyn Files, &dyn Stores),
) -> Result<Result<Beside, Finding>, Diagnostic> {
    let mut beside = Beside { repeats: Vec::new(), past: Past::None, gold: None };
    let predictor = plan.sampling.as_ref().and_then(|sampling| sampling.predictor.as_ref());
    let predictor = predictor.filter(|predictor| !predictor.history.is_empty());
    let gold = match inputs {
        Inputs::Files { repeats, sample, gold, .. } => {
            let wanted = envelope.inputs.repeats.len();
            if repeats.len() != wanted {
                let expected = format!("{} runs of the baseline", wanted + 1);
                return Ok(Err(missing(
                    &expected,
                    &format!("{}: name each with --baseline", repeats.len() + 1),
                )));
            }
            for path in repeats {
                beside.repeats.push(open_run(path, files)?);
            }
            if predictor.is_some() {
                beside.past = match sample_file(envelope, sample.as_deref(), files)? {
                    Ok(mean) => Past::Mean(mean),
                    Err(finding) => return Ok(Err(finding)),
                };
            }
            gold
        }
        Inputs::Store { root, gold } => {
            let place = stores.open(root)?;
            for run in envelope.store.iter().flat_map(|store| &store.repeats) {
                match stored(&*place, run)? {
                    Ok(file) => beside.repeats.push(file),
                    Err(finding) => return Ok(Err(finding)),
                }
            }
            if let Some(predictor) = predictor {
                match past_runs(predictor, &|run| stored(&*place, run))? {
                    Ok(runs) => beside.past = Past::Runs(runs),
                    Err(finding) => return Ok(Err(finding)),
                }
            }
            gold
        }
    };
    if let Some(recorded) = &envelope.inputs.gold {
        let Some(path) = gold else {
            return Ok(Err(missing(
                &format!("{} with SHA-256 {}", recorded.path, recorded.sha256),
                "no labels: name them with --gold",
            )));
        };
        let names = [&envelope.inputs.baseline.run_id, &envelope.inputs.candidate.run_id];
        let labels = readers::read_gold(&files.open(path)?, names.map(String::as_str))?;
        if labels.identity.digest.to_string() != recorded.sha256 {
            return Ok(Err(other(&recorded.path, &recorded.sha256, &labels.identity.digest.to_string())));
        }
        beside.gold = Some(labels);
    }
    Ok(Ok(beside))
}

impl Beside {
    /// The runs with everything that was judged beside them.
    pub(super) fn join(
        self,
        runs: LoadedRuns,
        recorded: &v1::Inputs,
        plan: &Plan,
    ) -> Result<LoadedRuns, Diagnostic> {
        let repeats = self.repeats.iter().zip(&recorded.repeats);
        let repeats = repeats.map(|(file, input)| LoadedRun::again(file, input, plan, None));
        let repeats = repeats.collect::<Result<Vec<_>, Diagnostic>>()?;
        let sampled = match &plan.sampling {
            None => None,
            Some(sampling) => {
                let bank = Bank::of(runs.baseline_run(), plan.epochs)?;
                let history = match &self.past {
                    Past::None => Vec::new(),
                    Past::Mean(mean) => mean.clone(),
                    Past::Runs(past) => {
                        let past: Vec<(&str, &RunFrame)> =
                            past.iter().map(|(model, run)| (model.as_str(), run)).collect();
                        History::of(&bank, &past, plan.epochs).mean(&bank)
                    }
                };
                drop(bank);
                Some(Sampled::again(sampling.clone(), history))
            }
        };
        runs.with(repeats, sampled, self.gold)
    }
}

/// The mean of the past models, from the sample that the envelope names.
fn sample_file(
    envelope: &v1::Envelope,
    path: Option<&str>,
    files: &dyn Files,
) -> Result<Result<Vec<f64>, Finding>, Diagnostic> {
    let (name, sha256) = match &envelope.inputs.sample {
        Some(sample) => (sample.path.as_str(), sample.sha256.as_str()),
        None => ("a sample", "unknown"),
    };
    let Some(path) = path else {
        let expected = format!("the past runs that predict the candidate, or {name} with SHA-256 {sha256}");
        return Ok(Err(missing(&expected, "neither: name the store, or the sample with --sample")));
    };
    let (bytes, identity) = readers::read_whole(&files.open(path)?)?;
    if identity.digest.to_string() != sha256 {
        return Ok(Err(other(name, sha256, &identity.digest.to_string())));
    }
    Ok(Ok(document::parse(&bytes).map_err(|error| error.within(path))?.history_mean))
}

type Found = Result<FileOrFolder, Finding>;

/// The past runs that a predictor names, each with its model.
fn past_runs(
    predictor: &Predictor,
    open: &dyn Fn(&v1::StoredRun) -> Result<Found, Diagnostic>,
) -> Result<Result<Vec<(String, RunFrame)>, Finding>, Diagnostic> {
    let mut runs = Vec::new();
    for run in &predictor.history {
        let stored = v1::StoredRun {
            path: run.path.clone(),
            sha256: run.sha256.to_string(),
            version: None,
            etag: None,
        };
        let file = match open(&stored)? {
            Ok(file) => file,
            Err(finding) => return Ok(Err(finding)),
        };
        let reading = readers::read_file(&file, None, &ReadOptions::default())?.reading;
        runs.push((run.model_id.clone(), reading.run));
    }
    Ok(Ok(runs))
}

fn missing(expected: &str, found: &str) -> Finding {
    Finding::undecided(FindingKind::InputMissing, "").expected(expected).found(found)
}

fn other(path: &str, sha256: &str, found: &str) -> Finding {
    Finding::broken(FindingKind::InputDiffers, "")
        .expected(format!("{path} with SHA-256 {sha256}"))
        .found(found)
}
