//! The bytes that are hashed and kept. `v1` and `v2` hold the structs that are written; this file turns
//! them into bytes. `facts` reads back as much as a trail needs to know, `summary` what is listed.

mod candidates;
mod document;
mod facts;
mod from_judgement;
pub mod plan_lock;
pub mod record;
pub mod replay;
pub mod statement;
mod suite_record;
mod summary;
pub mod v1;
pub mod v2;
pub mod waiver;

pub use candidates::{Candidate, StoredCandidate, candidates};
pub use document::{DocumentFacts, RepositoryFile};
pub use facts::{Facts, MAX_BYTES, Subject, Version, read, version_of};
pub use from_judgement::{engine, input, tool};
pub use record::{Circumstances, Place, Record};
pub use suite_record::{SuiteRecord, TaskRecord, exit_code, suite};
pub use summary::{SuiteSummary, Summary, SummaryNumbers, SummaryReport, TaskSummary, summary};

use serde::Serialize;

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

/// The JSON Schema of the envelope of one task, as published in `schemas/audit.v1.schema.json`.
#[must_use]
pub fn schema() -> schemars::Schema {
    schemars::schema_for!(v1::Envelope)
}

/// That of a suite, as published in `schemas/audit.v2.schema.json`.
#[must_use]
pub fn suite_schema() -> schemars::Schema {
    let mut schema = schemars::schema_for!(v2::Envelope);
    // Not by the derive: within another schema an `$id` would turn every reference below it.
    let id = "https://github.com/org/evalsig-action/schemas/audit.v2.schema.json";
    schema.insert("$id".into(), id.into());
    schema
}
