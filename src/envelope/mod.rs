//! The bytes that are hashed and kept. `v1` holds the structs that are written; this file turns
//! them into bytes, and `facts` reads back as much as a trail needs to know.

mod candidates;
mod document;
mod facts;
mod from_judgement;
pub mod plan_lock;
pub mod record;
pub mod replay;
pub mod statement;
mod suite_record;
pub mod v1;
pub mod v2;
pub mod waiver;

pub use candidates::{Candidate, StoredCandidate, candidates, first_runs};
pub use document::{DocumentFacts, RepositoryFile};
pub use facts::{Facts, MAX_BYTES, Subject, Version, read, version_of};
pub use from_judgement::{engine, input, tool};
pub use record::{Circumstances, Place, Record};
pub use suite_record::{SuiteRecord, TaskRecord, exit_code, suite};

use serde::{Deserialize, Serialize};

use crate::domain::{Code, Diagnostic};

/// The bytes of a document as it is stored: UTF-8 JSON, two spaces of indent, LF, one at the end.
///
/// # Errors
/// `internal-error` if a number in it is not finite; the structs use `null` for those.
pub fn to_bytes(document: &impl Serialize) -> Result<Vec<u8>, Diagnostic> {
    let mut bytes = serde_json::to_vec_pretty(document)
        .map_err(|error| Code::Bug.at("envelope").what(format!("cannot be written as JSON: {error}")))?;
    bytes.push(b'\n');
    Ok(bytes)
}

/// The JSON Schema of the envelope, as published in `schemas/audit.v1.schema.json`.
#[must_use]
pub fn schema() -> schemars::Schema {
    schemars::schema_for!(v1::Envelope)
}

/// What a line of history says of a decision, as its envelope has it.
#[derive(Clone, Debug, PartialEq, Deserialize)]
pub struct Summary {
    /// The release it belongs to.
    pub release_id: Option<String>,
    /// Which attempt.
    pub attempt: u32,
    /// Its verdict.
    pub verdict: v1::VerdictWord,
    /// When it was decided.
    pub decided_at: String,
    /// The numbers.
    pub report: SummaryReport,
    /// The two runs.
    pub inputs: v1::Inputs,
    /// Their stored copies.
    pub store: Option<v1::Store>,
}

/// The part of a report that a line of history has room for.
#[derive(Clone, Debug, PartialEq, Deserialize)]
pub struct SummaryReport {
    /// The claim in words.
    pub claim: String,
    /// The numbers.
    pub comparison: SummaryNumbers,
}

/// Delta, its interval and bounds, and its p-value.
#[derive(Clone, Debug, PartialEq, Deserialize)]
pub struct SummaryNumbers {
    /// Mean of candidate - baseline, sign turned when lower is better.
    pub delta: f64,
    /// Its interval; null is an unbounded side.
    pub ci: (Option<f64>, Option<f64>),
    /// The interval's confidence.
    pub ci_level: f64,
    /// Tests the claim.
    pub p_value: f64,
    /// Paired items.
    pub n_pairs: u64,
    /// Both bounds, where the rule knows any.
    pub bounds: Option<v1::Bounds>,
}

/// Reads what a line of history says, from an envelope of this or a newer version.
///
/// # Errors
/// As [`read`].
pub fn summary(bytes: &[u8]) -> Result<Summary, Diagnostic> {
    read(bytes)?;
    serde_json::from_slice(bytes)
        .map_err(|error| Code::EnvelopeUnreadable.at("").what(format!("is not an envelope: {error}")))
}
