//! The sample that a candidate was scored on.

use crate::commands::Files;
use crate::domain::{About, Code, Diagnostic, Plan, RunFrame, Sampling};
use crate::envelope::v1;
use crate::readers::{self, FileIdentity};
use crate::sampling::document::{self, Sample};
use crate::sampling::{Bank, DrawnBank};

/// A sample that `plan sample` wrote, and what is claimed of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SampleInput {
    /// Its file.
    pub path: String,
    /// What the claim is about.
    pub about: About,
}

/// A sample, read: what fixes the gate on it, and what past models scored on the bank.
pub(in crate::commands) struct Sampled {
    pub(in crate::commands) sampling: Sampling,
    /// Mean score of past models on each item of the bank; empty without any.
    history: Vec<f64>,
    /// The file, where there is one: a decision that is made again knows all of it.
    file: Option<SampleFile>,
}

struct SampleFile {
    path: String,
    identity: FileIdentity,
    sample: Sample,
}

impl SampleInput {
    /// Reads it.
    ///
    /// # Errors
    /// Those of the file and of [`document::parse`], with the path as the place.
    pub(super) fn load(&self, files: &dyn Files) -> Result<Sampled, Diagnostic> {
        let (bytes, identity) = readers::read_whole(&files.open(&self.path)?)?;
        let read = || {
            let sample = document::parse(&bytes)?;
            Ok((sample.sampling(self.about)?, sample))
        };
        let (sampling, sample) = read().map_err(|error: Diagnostic| error.within(&self.path))?;
        let history = sample.history_mean.clone();
        Ok(Sampled {
            sampling,
            history,
            file: Some(SampleFile { path: self.path.clone(), identity, sample }),
        })
    }
}

impl Sampled {
    /// Of a recorded plan, with what past models scored on the bank.
    pub(in crate::commands) fn again(sampling: Sampling, history: Vec<f64>) -> Self {
        Self { sampling, history, file: None }
    }

    /// The bank with what was drawn from it; the items that the file lists are those that the seed draws.
    ///
    /// # Errors
    /// Those of [`Bank::of`] and [`DrawnBank::new`]; `runs-differ` where the file lists other items.
    pub(super) fn drawn<'a>(&'a self, bank: &'a RunFrame, plan: &Plan) -> Result<DrawnBank<'a>, Diagnostic> {
        let drawn = DrawnBank::new(Bank::of(bank, plan.epochs)?, &self.sampling, &self.history)?;
        if let Some(file) = &self.file {
            file.sample.check(&drawn.ids())?;
        }
        Ok(drawn)
    }

    /// Refuses a candidate that had a part in its own prediction.
    pub(super) fn check(&self, candidate: &RunFrame) -> Result<(), Diagnostic> {
        let own = &candidate.metadata().run_id;
        let past = self.sampling.predictor.iter().flat_map(|predictor| &predictor.history);
        match past.into_iter().find(|run| !own.is_empty() && run.run_id == *own) {
            None => Ok(()),
            Some(run) => Err(Code::RunsDiffer
                .at("--sample")
                .what(format!(
                    "run {:?} is the candidate, and among the past runs that predict it",
                    run.run_id
                ))
                .next("draw the sample from a store that does not hold the candidate yet")),
        }
    }

    /// What a person should know where the candidate's model is one of the past.
    pub(super) fn note(&self, model: &str) -> Option<String> {
        let past = self.sampling.predictor.iter().flat_map(|predictor| &predictor.history);
        let known = past.into_iter().any(|run| run.model_id == model);
        known.then(|| {
            format!("model {model:?} of the candidate is among the past models that predict it: the bounds hold, but this is no new model")
        })
    }

    /// As the envelope records it.
    pub(super) fn recorded(&self) -> Option<v1::SampleInput> {
        self.file.as_ref().map(|file| v1::SampleInput {
            path: file.path.clone(),
            sha256: file.identity.digest.to_string(),
            bytes: file.identity.bytes,
        })
    }
}
