//! What an envelope says of the decision about one task.

use serde::Deserialize;
use serde_json::Value;

use super::content::{CONTRADICTION, Content, Subject};
use crate::domain::{Digest, Edition};
use crate::envelope::v1;

#[derive(Deserialize)]
struct Body {
    report: Value,
    plan: Value,
    inputs: Inputs,
}

#[derive(Deserialize)]
struct Report {
    verdict: v1::VerdictWord,
    exit_code: u8,
}

#[derive(Deserialize)]
struct Inputs {
    baseline: Input,
    candidate: Input,
    #[serde(default)]
    repeats: Vec<Input>,
    #[serde(default)]
    gold: Option<Input>,
}

/// Everything that an envelope says of one run file.
pub(super) type Input = serde_json::Map<String, Value>;

/// A run file as it was read, whatever it was called and however it was found: its bytes, and what was
/// taken out of them (format, run, metric, clusters). Members of later versions count too; but not the judge, which
/// earlier versions did not read and the bytes hold anyway.
pub(super) fn as_read(input: &Input) -> Input {
    let same_under_any_name = |name: &str| matches!(name, "path" | "resolved" | "at_commit" | "judge");
    input
        .iter()
        .filter(|(name, _)| !same_under_any_name(name))
        .map(|(name, value)| (name.clone(), value.clone()))
        .collect()
}

/// What else was judged. Where there is nothing more, the identity is that of earlier versions. A sample adds nothing:
/// the plan says how it was drawn.
fn with_more(identity: Value, repeats: &[Input], gold: Option<&Input>) -> Value {
    let Value::Object(mut members) = identity else { return identity };
    if !repeats.is_empty() {
        members.insert("repeats".into(), repeats.iter().map(as_read).map(Value::Object).collect());
    }
    if let Some(gold) = gold {
        members.insert("gold".into(), Value::Object(as_read(gold)));
    }
    Value::Object(members)
}

/// Reads it, or says why that cannot be done.
pub(super) fn read(bytes: &[u8], schema: &str, verdict: v1::VerdictWord) -> Result<Content, String> {
    let no_envelope = |error: serde_json::Error| format!("is not an envelope: {error}");
    if schema == v1::SCHEMA {
        serde_json::from_slice::<v1::Envelope>(bytes)
            .map_err(|error| format!("is not in the form of {}: {error}", v1::SCHEMA))?;
    }
    let Body { report, plan, inputs } = serde_json::from_slice(bytes).map_err(no_envelope)?;
    let told =
        Report::deserialize(&report).map_err(|error| format!("is not an envelope: report: {error}"))?;
    if told.verdict != verdict || told.exit_code != verdict.exit_code() {
        return Err(CONTRADICTION.into());
    }
    let Inputs { baseline, candidate, repeats, gold } = &inputs;
    for (which, input) in [("baseline", baseline), ("candidate", candidate)] {
        if !input.get("sha256").is_some_and(Value::is_string) {
            return Err(format!("is not an envelope: inputs.{which} has no sha256"));
        }
    }
    let engine = plan.get("engine").and_then(Value::as_str).unwrap_or_default();
    let identity = match Edition::of_engine(engine) {
        // As those versions took it, and left it in stores: metric and run did not count.
        Edition::First => serde_json::json!({
            "baseline": baseline.get("sha256"),
            "candidate": candidate.get("sha256"),
            "plan": plan,
        }),
        Edition::Second => serde_json::json!({
            "baseline": as_read(baseline),
            "candidate": as_read(candidate),
            "plan": plan,
        }),
    };
    let identity = with_more(identity, repeats, gold.as_ref());
    let text = |name: &str| candidate.get(name).and_then(Value::as_str).unwrap_or_default().to_owned();
    Ok(Content {
        fingerprint: Digest::of(identity.to_string().as_bytes()),
        subject: Subject::Task { task_id: text("task_id"), metric: text("metric") },
        outcome: vec![("report".into(), report)],
    })
}
