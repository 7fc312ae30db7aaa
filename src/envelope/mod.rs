//! The bytes that are hashed and kept. `v1` holds the structs that are written; this file turns
//! them into bytes and reads back as much as a trail needs to know.

mod from_judgement;
pub mod record;
pub mod replay;
pub mod statement;
mod suite_record;
pub mod v1;
pub mod v2;

pub use from_judgement::{engine, input};
pub use record::{Circumstances, Place, Record};
pub use suite_record::{SuiteRecord, TaskRecord, exit_code};

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::domain::{Code, Diagnostic, Digest, Edition, ReleaseId};

/// Largest envelope that is read: a real one is a few kB.
pub const MAX_BYTES: usize = 1 << 20;

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
    /// Identity of the decision apart from its moment: the plan, and both inputs as they were read.
    pub fingerprint: Digest,
    /// What the decision is about.
    pub subject: Subject,
    /// Verdict, words and numbers.
    pub report: Value,
    /// Nothing was to be recorded without a time stamp.
    pub stamp_required: bool,
}

/// What a decision is about: a release is decided for one task by one metric.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Subject {
    /// The candidate's task.
    pub task_id: String,
    /// The metric.
    pub metric: String,
}

impl std::fmt::Display for Subject {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "task {:?}, metric {:?}", self.task_id, self.metric)
    }
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

#[derive(Deserialize)]
struct Skeleton {
    schema: String,
    verdict: v1::VerdictWord,
    exit_code: u8,
    release_id: Option<ReleaseIdText>,
    attempt: u32,
    supersedes: Option<v1::FileRef>,
    decided_at: String,
    report: Value,
    plan: Value,
    inputs: InputsSkeleton,
    time_stamp: Option<StampSkeleton>,
}

#[derive(Deserialize)]
struct StampSkeleton {
    policy: String,
}

#[derive(Deserialize)]
struct ReportSkeleton {
    verdict: v1::VerdictWord,
    exit_code: u8,
}

#[derive(Deserialize)]
struct InputsSkeleton {
    baseline: InputSkeleton,
    candidate: InputSkeleton,
}

/// Everything that an envelope says of one run file.
type InputSkeleton = serde_json::Map<String, Value>;

/// A run file as it was read, whatever it was called and however it was found: its bytes, and what was
/// taken out of them (format, run, metric, clusters). Members of later versions count too.
fn as_read(input: &InputSkeleton) -> InputSkeleton {
    let same_under_any_name = |name: &str| matches!(name, "path" | "resolved");
    input
        .iter()
        .filter(|(name, _)| !same_under_any_name(name))
        .map(|(name, value)| (name.clone(), value.clone()))
        .collect()
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
    let skeleton: Skeleton =
        serde_json::from_slice(bytes).map_err(|error| unreadable(format!("is not an envelope: {error}")))?;
    if !skeleton.schema.starts_with("evalsig.audit/v") {
        return Err(unreadable(format!("has schema {:?}, expected {:?}", skeleton.schema, v1::SCHEMA)));
    }
    if skeleton.schema == v1::SCHEMA {
        serde_json::from_slice::<v1::Envelope>(bytes)
            .map_err(|error| unreadable(format!("is not in the form of {}: {error}", v1::SCHEMA)))?;
    }
    let (verdict, exit_code) = (skeleton.verdict, skeleton.exit_code);
    let expected = match verdict {
        v1::VerdictWord::Allow => 0,
        v1::VerdictWord::Reject => 1,
        v1::VerdictWord::Inconclusive => 2,
    };
    let report: ReportSkeleton = serde_json::from_value(skeleton.report.clone())
        .map_err(|error| unreadable(format!("is not an envelope: report: {error}")))?;
    if exit_code != expected || report.verdict != verdict || report.exit_code != expected {
        return Err(unreadable("names different verdicts or exit codes in different places".into()));
    }
    let InputsSkeleton { baseline, candidate } = &skeleton.inputs;
    for (which, input) in [("baseline", baseline), ("candidate", candidate)] {
        if !input.get("sha256").is_some_and(Value::is_string) {
            return Err(unreadable(format!("is not an envelope: inputs.{which} has no sha256")));
        }
    }
    let engine = skeleton.plan.get("engine").and_then(Value::as_str).unwrap_or_default();
    let identity = match Edition::of_engine(engine) {
        // As those versions took it, and left it in stores: metric and run did not count.
        Edition::First => serde_json::json!({
            "baseline": baseline.get("sha256"),
            "candidate": candidate.get("sha256"),
            "plan": skeleton.plan,
        }),
        Edition::Second => serde_json::json!({
            "baseline": as_read(baseline),
            "candidate": as_read(candidate),
            "plan": skeleton.plan,
        }),
    };
    let text = |name: &str| candidate.get(name).and_then(Value::as_str).unwrap_or_default().to_owned();
    let subject = Subject { task_id: text("task_id"), metric: text("metric") };
    Ok(Facts {
        schema: skeleton.schema,
        release_id: skeleton.release_id.map(|text| text.0),
        attempt: skeleton.attempt,
        supersedes: skeleton.supersedes,
        verdict,
        decided_at: skeleton.decided_at,
        fingerprint: Digest::of(identity.to_string().as_bytes()),
        subject,
        report: skeleton.report,
        stamp_required: skeleton.time_stamp.is_some_and(|asked| asked.policy == v1::TimeStamp::REQUIRED),
    })
}
