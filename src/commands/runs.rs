//! Two run files, read as one plan asks for them.

use super::Files;
use crate::domain::{Diagnostic, Plan};
use crate::envelope::judged;
use crate::envelope::v1;
use crate::readers::{self, Format, Identity, ReadFile, ReadOptions, Reading};

/// The two runs.
#[derive(Clone, Debug, PartialEq)]
pub struct Runs {
    /// Path of the run that is in use.
    pub baseline: String,
    /// Path of the run that wants to replace it.
    pub candidate: String,
    /// Format of both; `None` detects it from the content of each.
    pub format: Option<Format>,
    /// Metric to insist on.
    pub metric: Option<String>,
    /// The run of the baseline's file, where it holds several.
    pub baseline_run: Option<String>,
    /// The run of the candidate's file, where it holds several.
    pub candidate_run: Option<String>,
}

/// Both runs, read.
pub struct Loaded {
    /// The run that is in use.
    pub(super) baseline: Opened,
    /// The run that wants to replace it.
    pub(super) candidate: Opened,
}

impl Loaded {
    /// Reads both files.
    ///
    /// # Errors
    /// Every error about a single run, with the file as the place.
    pub fn read(runs: &Runs, plan: &Plan, files: &dyn Files) -> Result<Self, Diagnostic> {
        Ok(Self {
            baseline: Opened::read(&runs.baseline, runs.baseline_run.as_ref(), runs, plan, files)?,
            candidate: Opened::read(&runs.candidate, runs.candidate_run.as_ref(), runs, plan, files)?,
        })
    }

    /// What a person should know of how they were read.
    pub(super) fn notes(&self) -> impl Iterator<Item = String> {
        let of = |which: &'static str, opened: &Opened| -> Vec<String> {
            opened.reading.notes.iter().map(|note| format!("{which}: {note}")).collect()
        };
        of("baseline", &self.baseline).into_iter().chain(of("candidate", &self.candidate))
    }

    /// The task that the baseline was measured on.
    #[must_use]
    pub fn task(&self) -> &str {
        &self.baseline.reading.run.names().task_id
    }
}

/// One run file, read.
pub(super) struct Opened {
    path: String,
    pub(super) identity: Identity,
    pub(super) reading: Reading,
}

impl Opened {
    pub(super) fn read(
        path: &str,
        run: Option<&String>,
        runs: &Runs,
        plan: &Plan,
        files: &dyn Files,
    ) -> Result<Self, Diagnostic> {
        let options =
            ReadOptions { metric: runs.metric.clone(), cluster: plan.cluster.clone(), run_id: run.cloned() };
        let ReadFile { path, identity, reading } =
            readers::read_file(&files.open(path)?, runs.format, &options)?;
        Ok(Self { path, identity, reading })
    }

    /// As the envelope records it.
    pub(super) fn recorded(&self, items: usize) -> v1::Input {
        judged::input(
            &self.path,
            self.identity.bytes,
            self.identity.digest,
            self.reading.format.as_str(),
            &self.reading.run,
            items,
        )
    }
}
