//! `evalsig.waiver/v1`: a decision by a person, recorded beside a verdict that stays what it is.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::document::{DocumentFacts, Family, RepositoryFile, is_sha256, is_time};
use super::facts::Version;
use super::v1;
use crate::domain::Diagnostic;

/// Name of the schema this module writes.
pub const SCHEMA: &str = "evalsig.waiver/v1";

const FAMILY: Family = Family { prefix: "evalsig.waiver/v", newest: 1, name: "a waiver" };

/// A waiver as it was applied to a decision.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[schemars(extend("$id" = "https://github.com/org/evalsig-action/schemas/waiver.v1.schema.json"))]
pub struct RecordedWaiver {
    /// Always `evalsig.waiver/v1`.
    pub schema: String,
    /// The release that was decided.
    pub release_id: String,
    /// When it was recorded: RFC 3339, UTC.
    pub recorded_at: String,
    /// Where that time came from, such as `system clock`.
    pub clock: String,
    /// The file that holds it.
    pub file: RepositoryFile,
    /// What it says.
    pub waiver: Waiver,
    /// The decision that it stands beside.
    pub decision: v1::FileRef,
    /// The workflow run that recorded it.
    pub run: Option<v1::Run>,
    /// The program that recorded it.
    pub tool: v1::Tool,
    /// What was asked of a time-stamping authority; its token lies beside the entry.
    pub time_stamp: Option<v1::TimeStamp>,
}

/// What a waiver says, as its file has it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Waiver {
    /// The release that it is for; null where it names a commit.
    pub release: Option<String>,
    /// The commit that it is for; null where it names a release.
    pub commit: Option<String>,
    /// The task of the policy.
    pub task: String,
    /// Why.
    pub reason: String,
    /// The ticket that says more.
    pub ticket: Option<String>,
    /// Who decided.
    pub approver: String,
    /// SHA-256 of the candidate that it is about.
    #[schemars(regex(pattern = "^[0-9a-f]{64}$"))]
    pub candidate_sha256: String,
    /// Until when it holds: RFC 3339, UTC.
    pub effective_until: String,
}

impl RecordedWaiver {
    /// What it says, in a sentence. It holds text of whoever wrote the waiver.
    #[must_use]
    pub fn in_short(&self) -> String {
        let Waiver { task, reason, ticket, approver, candidate_sha256, effective_until, .. } = &self.waiver;
        let ticket = ticket.as_ref().map_or(String::new(), |ticket| format!(" (ticket {ticket})"));
        format!(
            "Task {task} of candidate {candidate_sha256} waived by {approver} until {effective_until}: {reason}{ticket}. \
             The verdict in {} stays what it is.",
            self.decision.path
        )
    }
}

/// Reads what a trail needs to know of a waiver, of this or a newer version. One of this version has to
/// have every member in its form.
///
/// # Errors
/// `envelope-unreadable` where the bytes are no waiver.
pub fn read(bytes: &[u8]) -> Result<DocumentFacts, Diagnostic> {
    let (value, waiver) = FAMILY.read::<RecordedWaiver>(bytes)?;
    if let Some(waiver) = &waiver {
        check(waiver).map_err(|why| FAMILY.unreadable(why))?;
    }
    let facts = FAMILY.facts(&value, "recorded_at", &["release_id", "waiver", "decision"])?;
    Ok(DocumentFacts { decision: waiver.map(|waiver| waiver.decision), ..facts })
}

/// How this program stands to the version of a schema.
#[must_use]
pub fn version_of(schema: &str) -> Version {
    FAMILY.version_of(schema)
}

/// The whole waiver.
///
/// # Errors
/// As [`read`], and for a waiver of a newer version.
pub fn parse(bytes: &[u8]) -> Result<RecordedWaiver, Diagnostic> {
    read(bytes)?;
    let (_, waiver) = FAMILY.read(bytes)?;
    waiver.ok_or_else(|| FAMILY.unreadable("a newer version wrote it"))
}

fn check(recorded: &RecordedWaiver) -> Result<(), String> {
    let RecordedWaiver { file, waiver, decision, .. } = recorded;
    let digests = [
        ("file.sha256", &file.sha256),
        ("waiver.candidate_sha256", &waiver.candidate_sha256),
        ("decision.sha256", &decision.sha256),
    ];
    for (member, text) in digests {
        is_sha256(text).map_err(|why| format!("{member} is {why}"))?;
    }
    is_time(&waiver.effective_until).map_err(|why| format!("waiver.effective_until is {why}"))?;
    match (&waiver.release, &waiver.commit) {
        (None, None) => Err("it names neither a release nor a commit".into()),
        (Some(release), _) if *release != recorded.release_id => {
            Err(format!("it is for release {release:?}, and was recorded for {:?}", recorded.release_id))
        }
        (Some(_), _) | (None, Some(_)) => Ok(()),
    }
}

/// The JSON Schema of a waiver, as published in `schemas/waiver.v1.schema.json`.
#[must_use]
pub fn schema() -> schemars::Schema {
    schemars::schema_for!(RecordedWaiver)
}
