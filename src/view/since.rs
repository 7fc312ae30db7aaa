//! What changed since the attempt before: a plan that was loosened until it fits is seen here and nowhere else.

use serde_json::Value;

use super::notices::Notice;
use crate::policy;

/// The member that stands there only where a field was named.
const ID: &str = "id";
/// Members of the plan that people choose; the others follow from the data or name the program.
const CHOSEN: &[(&str, &str)] = &[
    ("null_value", "asked for"),
    ("hypothesis", "hypothesis"),
    ("rule", "rule"),
    ("method", "method"),
    ("alpha", "alpha"),
    ("sides", "sides"),
    ("better", "better is"),
    (ID, "items named by"),
    ("cluster", "clusters"),
    ("epochs", "epochs"),
    ("missing", "missing scores"),
    ("min_coverage", "least coverage"),
    ("score_range", "score range"),
    ("task_mismatch", "task mismatch"),
    ("identical", "identical"),
    ("resamples", "resamples"),
    ("seed", "seed"),
];

/// What the attempt before was, and what was changed since in plan, policy and files. `read` gives the bytes of a file by
/// its path from the folder that holds `audit/`. `None` where there was no attempt before, or it is not at hand.
#[must_use]
pub fn since_last_attempt(now: &[u8], read: impl FnOnce(&str) -> Option<Vec<u8>>) -> Option<Notice> {
    let now: Value = serde_json::from_slice(now).ok()?;
    let before: Value = serde_json::from_slice(&read(now.pointer("/supersedes/path")?.as_str()?)?).ok()?;
    let attempt = before.get("attempt")?.as_u64()?;
    let verdict = before.get("verdict")?.as_str()?;
    let mut changes = plan(&before, &now);
    changes.extend(policy_changes(&before, &now));
    let label = if changes.is_empty() { "since the last attempt" } else { "plan changed" };
    changes.extend(files(&before, &now));
    let changes =
        if changes.is_empty() { "nothing that was compared".to_owned() } else { changes.join("; ") };
    Some(Notice::warning(label, format!("attempt {attempt} was {verdict}; changed since: {changes}")))
}

/// What was chosen otherwise, for one pair of runs.
fn plan(before: &Value, now: &Value) -> Vec<String> {
    let (Some(before), Some(now)) = (before.get("plan"), now.get("plan")) else { return Vec::new() };
    let change = |(member, label): &(&str, &str)| {
        let (old, new) = (before.get(member), now.get(member));
        let said = |value: Option<&Value>| match value {
            Some(Value::String(text)) => text.clone(),
            Some(value) => value.to_string(),
            None if *member == ID => "the usual field".into(),
            None => "not recorded".into(),
        };
        // A member that an earlier version did not write is no change.
        let recorded = old.is_some() || *member == ID;
        (recorded && old != new).then(|| format!("{label} {} -> {}", said(old), said(new)))
    };
    CHOSEN.iter().filter_map(change).collect()
}

/// What the policy says otherwise, in its own words.
fn policy_changes(before: &Value, now: &Value) -> Vec<String> {
    let text = |of: &Value, member: &str| {
        of.pointer(&format!("/policy/{member}")).and_then(Value::as_str).map(str::to_owned)
    };
    let (Some(old), Some(new)) = (text(before, "text"), text(now, "text")) else { return Vec::new() };
    let path = text(now, "path").unwrap_or_default();
    match (policy::parse(&old, &path), policy::parse(&new, &path)) {
        (Ok(old), Ok(new)) => {
            let changes = policy::difference(&old, &new);
            changes.iter().map(|change| format!("policy {}: {}", change.effect, change.words)).collect()
        }
        _ if old != new => vec!["the policy".into()],
        _ => Vec::new(),
    }
}

/// Which run files are others.
fn files(before: &Value, now: &Value) -> Vec<String> {
    let digests = |of: &Value, run: &str| -> Vec<String> {
        let tasks = of.get("tasks").and_then(Value::as_object).into_iter().flatten().map(|(_, task)| task);
        let sha256 = |of: &Value| {
            of.pointer(&format!("/inputs/{run}/sha256")).and_then(Value::as_str).map(str::to_owned)
        };
        tasks.chain([of]).filter_map(sha256).collect()
    };
    let other = |run: &&str| digests(before, run) != digests(now, run);
    let named: Vec<&str> = ["baseline", "candidate"].into_iter().filter(other).collect();
    if named.is_empty() { Vec::new() } else { vec![format!("the run of the {}", named.join(" and the "))] }
}
