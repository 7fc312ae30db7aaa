//! The Actions runner: its environment in, outputs and summary out.

use std::fs::{self, OpenOptions};
use std::io::{Read as _, Write as _};

use crate::commands::action::StepOutput;
use crate::commands::origin::{Origin, Step};
use crate::domain::{Code, Diagnostic};

/// The runner of this job, as its environment describes it.
#[derive(Clone, Copy, Debug, Default)]
pub struct Runner;

/// The summary of a step may hold 1 MiB; over it the runner drops all of it.
const SUMMARY_LIMIT: usize = 1024 * 1024;

impl Runner {
    /// An input's text. The runner upper-cases the name, turns blanks into `_` and keeps hyphens.
    #[must_use]
    pub fn input(&self, name: &str) -> Option<String> {
        std::env::var(format!("INPUT_{}", name.to_uppercase().replace(' ', "_"))).ok()
    }

    /// The folder that the job's files lie in.
    #[must_use]
    pub fn workspace(&self) -> String {
        variable("GITHUB_WORKSPACE").unwrap_or_else(|| ".".into())
    }

    /// A variable of the environment; an empty one is an absent one.
    #[must_use]
    pub fn variable(&self, name: &str) -> Option<String> {
        variable(name)
    }

    /// Where this step runs.
    ///
    /// # Errors
    /// `event-unreadable` where the event does not say which commit it is about.
    pub fn step(&self, nonce: &str) -> Result<Step, Diagnostic> {
        Ok(Step {
            origin: Origin::read(variable, &payload())?,
            image_digest: variable("EVALSIG_IMAGE_DIGEST"),
            server: variable("GITHUB_SERVER_URL"),
            nonce: nonce.to_owned(),
        })
    }

    /// Gives the runner the output of the step: outputs and summary are appended to the files it named.
    ///
    /// # Errors
    /// `output-not-written` where such a file cannot be written.
    pub fn write(&self, output: &StepOutput) -> Result<(), Diagnostic> {
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
        .map_err(|error| Code::OutputNotWritten.at(name).what(format!("cannot be appended to: {error}")))
}

/// Largest payload that is read; GitHub's own limit is 25 MB.
const PAYLOAD_LIMIT: u64 = 32 * 1024 * 1024;

/// The payload of the event; an absent one is empty.
fn payload() -> Vec<u8> {
    let mut bytes = Vec::new();
    if let Some(file) = variable("GITHUB_EVENT_PATH").and_then(|path| fs::File::open(path).ok()) {
        // What cannot be read to its end does not parse either, and that is an error of its own.
        let _ = file.take(PAYLOAD_LIMIT).read_to_end(&mut bytes);
    }
    bytes
}

/// An empty variable is an absent one.
fn variable(name: &str) -> Option<String> {
    std::env::var(name).ok().filter(|value| !value.is_empty())
}

/// 128 random bits in hexadecimal. Without a source of randomness there is no safe delimiter, and
/// the empty one makes a value that holds it an error rather than an injection.
#[must_use]
pub fn nonce() -> String {
    let mut bytes = [0_u8; 16];
    match getrandom::fill(&mut bytes) {
        Ok(()) => bytes.iter().map(|byte| format!("{byte:02x}")).collect(),
        Err(_) => String::new(),
    }
}
