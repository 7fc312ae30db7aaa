//! The Actions runner: its environment in, outputs and summary out.

use std::fs::{self, OpenOptions};
use std::io::Write as _;

use serde::Deserialize;

use crate::commands::action::{Step, Told};
use crate::domain::{Code, Diagnostic};
use crate::envelope::v1;

/// The runner of this job, as its environment describes it.
#[derive(Clone, Copy, Debug, Default)]
pub struct Runner;

/// The summary of a step may hold 1 MiB; over it the runner drops all of it.
const SUMMARY_LIMIT: usize = 1024 * 1024;

/// What the payload of an event says of the commits concerned. Everything else in it is ignored.
#[derive(Debug, Default, Deserialize)]
struct Event {
    pull_request: Option<PullRequest>,
}

#[derive(Debug, Deserialize)]
struct PullRequest {
    number: u64,
    head: Commit,
    base: Commit,
}

#[derive(Debug, Deserialize)]
struct Commit {
    sha: String,
}

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

    /// Where this step runs.
    #[must_use]
    pub fn step(&self) -> Step {
        let pull = event().pull_request;
        let tested = variable("GITHUB_SHA");
        let head =
            pull.as_ref().map(|pr| pr.head.sha.clone()).filter(|sha| is_sha(sha)).or_else(|| tested.clone());
        Step {
            source: v1::Source {
                repository: variable("GITHUB_REPOSITORY"),
                repository_id: variable("GITHUB_REPOSITORY_ID"),
                head_sha: head,
                tested_sha: tested,
                base_sha: pull.as_ref().map(|pr| pr.base.sha.clone()).filter(|sha| is_sha(sha)),
                r#ref: variable("GITHUB_REF"),
                event: variable("GITHUB_EVENT_NAME"),
                pull_request: pull.map(|pr| pr.number.to_string()),
            },
            run: v1::Run {
                workflow_ref: variable("GITHUB_WORKFLOW_REF"),
                workflow_sha: variable("GITHUB_WORKFLOW_SHA"),
                run_id: variable("GITHUB_RUN_ID"),
                run_attempt: variable("GITHUB_RUN_ATTEMPT"),
                job: variable("GITHUB_JOB"),
                actor: variable("GITHUB_ACTOR"),
                triggering_actor: variable("GITHUB_TRIGGERING_ACTOR"),
                runner: variable("RUNNER_NAME"),
            },
            image_digest: variable("EVALSIG_IMAGE_DIGEST"),
            nonce: nonce(),
        }
    }

    /// Gives the runner what it was told: outputs and summary are appended to the files it named.
    ///
    /// # Errors
    /// `output-not-written` where such a file cannot be written.
    pub fn tell(&self, told: &Told) -> Result<(), Diagnostic> {
        append("GITHUB_OUTPUT", &told.outputs)?;
        if let Some(path) = variable("GITHUB_STEP_SUMMARY") {
            let used =
                fs::metadata(&path).map_or(0, |meta| usize::try_from(meta.len()).unwrap_or(usize::MAX));
            if used.saturating_add(told.summary.len()) <= SUMMARY_LIMIT {
                append("GITHUB_STEP_SUMMARY", &told.summary)?;
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

/// The payload of the event; an absent or odd one says nothing.
fn event() -> Event {
    let text = variable("GITHUB_EVENT_PATH").and_then(|path| fs::read(path).ok()).unwrap_or_default();
    serde_json::from_slice(&text).unwrap_or_default()
}

/// An empty variable is an absent one.
fn variable(name: &str) -> Option<String> {
    std::env::var(name).ok().filter(|value| !value.is_empty())
}

fn is_sha(text: &str) -> bool {
    matches!(text.len(), 40 | 64) && text.bytes().all(|b| b.is_ascii_hexdigit())
}

/// 128 random bits in hexadecimal. Without a source of randomness there is no safe delimiter, and
/// the empty one makes a value that holds it an error rather than an injection.
fn nonce() -> String {
    let mut bytes = [0_u8; 16];
    match getrandom::fill(&mut bytes) {
        Ok(()) => bytes.iter().map(|byte| format!("{byte:02x}")).collect(),
        Err(_) => String::new(),
    }
}
