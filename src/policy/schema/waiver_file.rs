//! The schema of the waiver file.

#![allow(dead_code, reason = "the types are never built: only their schema is used")]

use schemars::{JsonSchema, Schema};
use serde_json::json;

use super::required;

/// The JSON Schema (draft 2020-12) of `.github/evalsig-waivers.yml`.
#[must_use]
pub fn waivers_schema() -> Schema {
    let mut schema = schemars::schema_for!(WaiverFile);
    let all = ["task", "reason", "ticket", "approver", "candidate-sha256", "effective-until"];
    required(&mut schema, "/$defs/Waiver", &all);
    let one = json!([{"required": ["release"]}, {"required": ["commit"]}]);
    if let Some(waiver) = schema.pointer_mut("/$defs/Waiver").and_then(serde_json::Value::as_object_mut) {
        waiver.insert("oneOf".into(), one);
    }
    schema
}

/// Decisions by people that stand beside an unchanged verdict. docs/policy.md explains every key.
#[derive(JsonSchema)]
#[schemars(rename_all = "kebab-case", deny_unknown_fields, extend("$id" = "https://github.com/org/evalsig-action/schemas/waivers.v1.schema.json"))]
struct WaiverFile {
    /// The version of this format.
    #[schemars(extend("const" = 1))]
    version: u64,
    /// The waivers.
    waivers: Vec<Waiver>,
}

/// A decision by a person about one task of one release or commit.
#[derive(JsonSchema)]
#[schemars(rename_all = "kebab-case", deny_unknown_fields)]
struct Waiver {
    /// The release that may ship in spite of the verdict.
    #[schemars(regex(pattern = "^[A-Za-z0-9][A-Za-z0-9._-]{0,99}$"))]
    release: String,
    /// The commit, by its full hash, in the place of a release.
    #[schemars(regex(pattern = "^([0-9A-Fa-f]{40}|[0-9A-Fa-f]{64})$"))]
    commit: String,
    /// The task of the policy.
    #[schemars(regex(pattern = "^[A-Za-z0-9_][A-Za-z0-9._/-]{0,99}$"))]
    task: String,
    /// Why.
    #[schemars(length(min = 1))]
    reason: String,
    /// Where it was discussed.
    #[schemars(length(min = 1))]
    ticket: String,
    /// Who decided.
    #[schemars(length(min = 1))]
    approver: String,
    /// SHA-256 of the candidate's file: another candidate is not waived.
    #[schemars(regex(pattern = "^[0-9A-Fa-f]{64}$"))]
    candidate_sha256: String,
    /// The last day (2026-12-31), or the time at which it ends (2026-12-31T18:00:00Z), in UTC.
    #[schemars(regex(pattern = "^[0-9]{4}-[0-9]{2}-[0-9]{2}(T[0-9:.]+Z)?$"))]
    effective_until: String,
}
