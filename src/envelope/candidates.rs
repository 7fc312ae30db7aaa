//! The candidates that a decision is about: what a later decision may take as its baseline.

use std::collections::BTreeMap;

use serde::Deserialize;

use super::facts::MAX_BYTES;
use super::v1;
use crate::domain::{Code, Diagnostic};

/// The candidate of one task, as its envelope names it.
#[derive(Clone, Debug, PartialEq)]
pub struct Candidate {
    /// The name of the task in its policy, in the envelope of a suite.
    pub task: Option<String>,
    /// The run file.
    pub input: v1::Input,
    /// Root of the store and the project, and the stored copy, where there is one.
    pub stored: Option<StoredCandidate>,
}

/// The stored copy of a candidate.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StoredCandidate {
    /// Where the store was: a folder as it was named, or the URL of a bucket.
    pub root: String,
    /// The project that the run belongs to.
    pub project: String,
    /// The file.
    pub run: v1::StoredRun,
}

/// What the envelope of one task has at its top, and that of a suite under the name of each task.
#[derive(Deserialize)]
struct Members {
    inputs: v1::Inputs,
    store: Option<v1::Store>,
}

#[derive(Deserialize)]
struct Suite {
    tasks: BTreeMap<String, Members>,
}

/// The candidates of a decision about one task or a suite.
///
/// # Errors
/// `envelope-unreadable` where the bytes name none.
pub fn candidates(bytes: &[u8]) -> Result<Vec<Candidate>, Diagnostic> {
    let unreadable = |error: serde_json::Error| {
        Code::EnvelopeUnreadable.at("").what(format!("names no candidate: {error}"))
    };
    if bytes.len() > MAX_BYTES {
        return Err(Code::EnvelopeUnreadable.at("").what("is longer than any envelope"));
    }
    if let Ok(Suite { tasks }) = serde_json::from_slice(bytes) {
        return Ok(tasks.into_iter().map(|(task, members)| candidate(Some(task), members)).collect());
    }
    let members: Members = serde_json::from_slice(bytes).map_err(unreadable)?;
    Ok(vec![candidate(None, members)])
}

fn candidate(task: Option<String>, members: Members) -> Candidate {
    let Members { inputs, store } = members;
    let stored = store.map(|v1::Store { root, project, candidate, .. }| StoredCandidate {
        root,
        project,
        run: candidate,
    });
    Candidate { task, input: inputs.candidate, stored }
}
