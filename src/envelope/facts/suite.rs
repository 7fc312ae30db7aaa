//! What an envelope says of the decision about a suite.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::Value;

use super::content::{CONTRADICTION, Content, Subject};
use super::single::{Input, as_read};
use crate::domain::Digest;
use crate::envelope::{v1, v2};

#[derive(Deserialize)]
struct Body {
    attempts_exceeded: bool,
    policy: Policy,
    suite: Value,
    tasks: BTreeMap<String, Task>,
    first_runs: BTreeMap<String, FirstRun>,
}

#[derive(Deserialize)]
struct Policy {
    sha256: String,
    tightened: Value,
}

#[derive(Deserialize)]
struct Task {
    report: Value,
    plan: Value,
    inputs: BTreeMap<String, Input>,
    anchor: Option<Input>,
}

#[derive(Deserialize)]
struct FirstRun {
    candidate: Input,
}

/// Reads it, or says why that cannot be done.
pub(super) fn read(bytes: &[u8], schema: &str, verdict: v1::VerdictWord) -> Result<Content, String> {
    if schema == v2::SCHEMA {
        serde_json::from_slice::<v2::Envelope>(bytes)
            .map_err(|error| format!("is not in the form of {}: {error}", v2::SCHEMA))?;
    }
    let Body { attempts_exceeded, policy, suite, tasks, first_runs } =
        serde_json::from_slice(bytes).map_err(|error| format!("is not an envelope: {error}"))?;
    let of_suite = suite.get("verdict").cloned().map(serde_json::from_value::<v1::VerdictWord>);
    let Some(Ok(of_suite)) = of_suite else { return Err("is not an envelope: suite has no verdict".into()) };
    let beyond = attempts_exceeded && of_suite == v1::VerdictWord::Allow;
    if verdict != if beyond { v1::VerdictWord::Inconclusive } else { of_suite } {
        return Err(CONTRADICTION.into());
    }
    let inputs: BTreeMap<&String, Value> = tasks
        .iter()
        .map(|(name, task)| {
            let inputs: BTreeMap<&String, Input> =
                task.inputs.iter().map(|(which, input)| (which, as_read(input))).collect();
            let anchor = task.anchor.as_ref().map(as_read);
            (name, serde_json::json!({"inputs": inputs, "anchor": anchor, "plan": task.plan}))
        })
        .collect();
    let first: BTreeMap<&String, Input> =
        first_runs.iter().map(|(name, run)| (name, as_read(&run.candidate))).collect();
    let identity = serde_json::json!({
        "policy": policy.sha256, "tightened": policy.tightened, "tasks": inputs, "first_runs": first,
    });
    let mut names: Vec<String> = tasks.keys().chain(first_runs.keys()).cloned().collect();
    names.sort();
    let mut outcome = vec![("suite".to_owned(), suite)];
    outcome.extend(tasks.into_iter().map(|(name, task)| (format!("tasks.{name}.report"), task.report)));
    Ok(Content {
        fingerprint: Digest::of(identity.to_string().as_bytes()),
        subject: Subject::Suite(names),
        outcome,
    })
}
