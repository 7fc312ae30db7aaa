//! What a trail needs to know of a decision, read from an envelope of any version.
//!
//! What every version has stands here; `single` reads what an envelope of one task says beyond that, `suite` what
//! one of several does.

mod content;
mod single;
mod suite;

pub use content::Subject;

use serde::Deserialize;
use serde_json::Value;

use self::content::{CONTRADICTION, Content};
use super::{v1, v2};
use crate::domain::{Code, Diagnostic, Digest, ReleaseId};

/// Largest envelope that is read: one about a pair of runs is a few kB, and a suite adds 5 kB for each of its tasks.
pub const MAX_BYTES: usize = 16 << 20;

/// What the schemas of all versions of a decision begin with.
const FAMILY: &str = "evalsig.audit/v";
/// The newest version that this program writes and reads whole.
const NEWEST: u32 = 2;

/// What a trail needs to know of an envelope. Everything else is carried, not interpreted.
#[derive(Clone, Debug, PartialEq)]
pub struct Facts {
    /// The schema's name, such as `evalsig.audit/v1`.
    pub schema: String,
    /// The release it belongs to.
    pub release_id: Option<ReleaseId>,
    /// Which attempt.
    pub attempt: u32,
    /// The attempt before it.
    pub supersedes: Option<v1::FileRef>,
    /// Its verdict.
    pub verdict: v1::VerdictWord,
    /// When it was decided.
    pub decided_at: String,
    /// Identity of the decision apart from its moment: the plan, and all inputs as they were read.
    pub fingerprint: Digest,
    /// What the decision is about.
    pub subject: Subject,
    /// Verdict, words and numbers: what inputs, plan and seed determine. By member, such as `report`.
    pub outcome: Vec<(String, Value)>,
    /// Nothing was to be recorded without a time stamp.
    pub stamp_required: bool,
}

/// How this program stands to the version of a schema.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Version {
    /// It writes this version, or a later one, and reads it whole.
    Known,
    /// The version is later than any that it knows.
    Newer,
    /// It is a schema of something else, or of a version that never was.
    Unknown,
}

/// The version of a schema of the family `family`, of which `newest` is the newest that is known.
pub(super) fn version_in(schema: &str, family: &str, newest: u32) -> Version {
    match schema.strip_prefix(family).and_then(|number| number.parse::<u32>().ok()) {
        Some(version) if version > newest => Version::Newer,
        Some(version) if version > 0 && format!("{family}{version}") == schema => Version::Known,
        Some(_) | None => Version::Unknown,
    }
}

/// How this program stands to the version of an envelope's schema.
#[must_use]
pub fn version_of(schema: &str) -> Version {
    version_in(schema, FAMILY, NEWEST)
}

/// What envelopes of all versions have.
#[derive(Deserialize)]
struct Header {
    schema: String,
    verdict: v1::VerdictWord,
    exit_code: u8,
    release_id: Option<ReleaseIdText>,
    attempt: u32,
    supersedes: Option<v1::FileRef>,
    decided_at: String,
    time_stamp: Option<StampAsked>,
}

#[derive(Deserialize)]
struct StampAsked {
    policy: String,
}

#[derive(Deserialize)]
#[serde(try_from = "String")]
struct ReleaseIdText(ReleaseId);

impl TryFrom<String> for ReleaseIdText {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        text.parse().map(Self).map_err(|why| format!("release id {text:?}: {why}"))
    }
}

/// Reads what a trail needs to know from an envelope of this or a newer version: unknown members
/// are carried by, missing or contradicting ones are an error. One of this version has to have every
/// member in its form.
///
/// # Errors
/// `envelope-unreadable` where the bytes are not an envelope or contradict themselves.
pub fn read(bytes: &[u8]) -> Result<Facts, Diagnostic> {
    let unreadable = |what: String| Code::EnvelopeUnreadable.at("").what(what);
    if bytes.len() > MAX_BYTES {
        return Err(unreadable(format!("is {} bytes long, more than any envelope", bytes.len())));
    }
    of_family(bytes).map_err(unreadable)?;
    let header: Header =
        serde_json::from_slice(bytes).map_err(|error| unreadable(format!("is not an envelope: {error}")))?;
    if header.exit_code != header.verdict.exit_code() {
        return Err(unreadable(CONTRADICTION.into()));
    }
    // A newer version is read as far as it has the shape of one that is known.
    let of_shape = if header.schema == v1::SCHEMA { single::read } else { newer_shape };
    let Content { fingerprint, subject, outcome } =
        of_shape(bytes, &header.schema, header.verdict).map_err(unreadable)?;
    Ok(Facts {
        schema: header.schema,
        release_id: header.release_id.map(|text| text.0),
        attempt: header.attempt,
        supersedes: header.supersedes,
        verdict: header.verdict,
        decided_at: header.decided_at,
        fingerprint,
        subject,
        outcome,
        stamp_required: header.time_stamp.is_some_and(|asked| asked.policy == v1::TimeStamp::REQUIRED),
    })
}

/// Whether bytes are an envelope of some version. Any file may be named as one, also one that keeps secrets: before this is
/// known, nothing of it is quoted.
fn of_family(bytes: &[u8]) -> Result<(), String> {
    #[derive(Deserialize)]
    struct Named {
        schema: String,
    }
    match serde_json::from_slice::<Named>(bytes) {
        Ok(named) if named.schema.starts_with(FAMILY) => Ok(()),
        Err(error) if !error.is_data() => Err(format!("is not an envelope: {error}")),
        Ok(_) | Err(_) => Err(format!("is not an envelope: it names no schema such as {:?}", v1::SCHEMA)),
    }
}

/// The content of a version from 2 on: that of a suite, or for want of tasks that of one task.
fn newer_shape(bytes: &[u8], schema: &str, verdict: v1::VerdictWord) -> Result<Content, String> {
    #[derive(Deserialize)]
    struct Shape {
        suite: Option<serde::de::IgnoredAny>,
    }
    let shape: Shape =
        serde_json::from_slice(bytes).map_err(|error| format!("is not an envelope: {error}"))?;
    if shape.suite.is_some() || schema == v2::SCHEMA {
        suite::read(bytes, schema, verdict)
    } else {
        single::read(bytes, schema, verdict)
    }
}
