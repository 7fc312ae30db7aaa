//! The GitHub Actions runner: reads its environment, writes outputs and the summary of the step.

use std::fs::{self, OpenOptions};
use std::io::{Read as _, Write as _};

use super::errors::runner_file_not_written;
use crate::commands::action::StepOutput;
use crate::commands::origin::{Origin, Step};
use crate::domain::Diagnostic;

/// The runner of this job, as its environment describes it.
#[derive(Clone, Copy, Debug, Default)]
pub struct Runner;

/// Most bytes in the summary of a step; the runner drops a longer one.
const SUMMARY_LIMIT: usize = 1024 * 1024;

impl Runner {
    /// The text of an input. The runner writes the name in upper case, turns blanks into `_` and keeps
    /// hyphens.
    #[must_use]
    pub fn input(&self, name: &str) -> Option<String> {
        std::env::var(format!("INPUT_{}", name.to_uppercase().replace(' ', "_"))).ok()
    }

    /// The folder of the job's files.
    #[must_use]
    pub fn workspace(&self) -> String {
        variable("GITHUB_WORKSPACE").unwrap_or_else(|| ".".into())
    }

    /// A variable of the environment; an empty one is an absent one.
    #[must_use]
    pub fn variable(&self, name: &str) -> Option<String> {
        variable(name)
    }

    /// Where this step runs; and `event-unreadable` where the event does not say which commit it is about.
    /// Then only what the environment says is known.
    #[must_use]
    pub fn step(&self, nonce: &str) -> (Step, Option<Diagnostic>) {
        let (origin, unreadable) = match Origin::read(variable, &payload()) {
            Ok(origin) => (origin, None),
            Err(error) => (Origin::without_payload(variable), Some(error)),
        };
        let step = Step {
            origin,
            image_digest: variable("EVALSIG_IMAGE_DIGEST"),
            server: variable("GITHUB_SERVER_URL"),
            nonce: nonce.to_owned(),
        };
        (step, unreadable)
    }

    /// Appends outputs and summary to the files that the runner names.
    ///
    /// # Errors
    /// `output-not-written` where such a file cannot be written.
    pub fn write_outputs(&self, output: &StepOutput) -> Result<(), Diagnostic> {
        append("GITHUB_OUTPUT", &output.outputs)?;
        if let Some(path) = variable("GITHUB_STEP_SUMMARY") {
            let used =
                fs::metadata(&path).map_or(0, |meta| usize::try_from(meta.len()).unwrap_or(usize::MAX));
            if used.saturating_add(output.summary.len()) <= SUMMARY_LIMIT {
                append("GITHUB_STEP_SUMMARY", &output.summary)?;
            }
        }
        Ok(())
    }
}

fn append(name: &str, text: &str) -> Result<(), Diagnostic> {
    let Some(path) = variable(name) else { return Ok(()) };
    OpenOptions::new()
        .append(true)
        .create(true)
        .open(&path)
        .and_then(|mut file| file.write_all(text.as_bytes()))
        .map_err(|error| runner_file_not_written(name, &error))
}

/// Most bytes of an event payload that are read; GitHub's own limit is 25 MB.
const PAYLOAD_LIMIT: u64 = 32 * 1024 * 1024;

/// The payload of the event; an absent one is empty.
fn payload() -> Vec<u8> {
    let mut bytes = Vec::new();
    if let Some(file) = variable("GITHUB_EVENT_PATH").and_then(|path| fs::File::open(path).ok()) {
        // An incomplete payload does not parse, which is reported as an error of its own.
        let _ = file.take(PAYLOAD_LIMIT).read_to_end(&mut bytes);
    }
    bytes
}

/// An empty variable is an absent one.
fn variable(name: &str) -> Option<String> {
    std::env::var(name).ok().filter(|value| !value.is_empty())
}
