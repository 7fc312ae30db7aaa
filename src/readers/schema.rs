//! RunFrame JSON as a JSON Schema, from types that mirror what the reader accepts.
//!
//! The reader does not go through these types: it pushes straight into columns. A test holds the
//! two together: what the schema allows is read, and what it forbids is refused.

#![allow(dead_code, reason = "the types are never built: only their schema is used")]

use std::collections::BTreeMap;

use schemars::{JsonSchema, Schema};

/// The JSON Schema (draft 2020-12) of RunFrame JSON.
///
/// It says everything about the format but what a schema cannot: no key stands twice in one object;
/// no two items share (`item_id`, `epoch`); either all items carry a cluster or none; a
/// `judge_prompt_sha256` asks for a `judge_model`; integers are written without a fraction or an
/// exponent. Besides, the reader takes the bare tokens `NaN`, `Infinity` and `-Infinity` for a score,
/// which no JSON value stands for.
#[must_use]
pub fn runframe_schema() -> Schema {
    schemars::schema_for!(RunFrame)
}

/// One model's run on one task: one score per item, or per item and epoch.
#[derive(JsonSchema)]
#[schemars(extend("$id" = "https://github.com/org/evalsig-action/schemas/runframe.v1.schema.json"))]
struct RunFrame {
    /// Name of the run, unique in a project.
    run_id: String,
    /// The model that was evaluated.
    model_id: String,
    /// The task it was evaluated on. Two runs that are compared name the same one.
    task_id: String,
    /// The metric that the scores are. Two runs that are compared name the same one.
    metric_name: String,
    /// Hash of the evaluation's configuration, where the tool gives one.
    config_hash: Option<String>,
    /// The model that scored the answers, where that was one.
    judge_model: Option<String>,
    /// SHA-256 of what that model was asked, where it is known.
    #[schemars(regex(pattern = "^([0-9A-Fa-f]{64})?$"))]
    judge_prompt_sha256: Option<String>,
    /// The scores. No two items share `item_id` and `epoch`.
    #[schemars(length(min = 1))]
    items: Vec<Item>,
}

/// One score: of one item in one epoch.
#[derive(JsonSchema)]
struct Item {
    /// Names the item, the same in both runs; an integer stands for its digits.
    item_id: Name,
    /// The score; true and false count as 1 and 0. Null or absent: the item is unscored. It is
    /// counted and named, and never scored 0.
    score: Option<ScoreValue>,
    /// The cluster (passage, document, conversation) whose items are not independent of each other.
    /// Either all items carry one or none; an integer stands for its digits.
    cluster_id: Option<Name>,
    /// Which repeat of the item this is; null or absent is 0.
    #[schemars(range(max = 4_294_967_295_u32))]
    epoch: Option<u32>,
    /// Whatever else is known of the item. A cluster key may name one of its fields.
    metadata: Option<BTreeMap<String, serde_json::Value>>,
}

/// A string, or an integer that stands for its digits.
#[derive(JsonSchema)]
#[schemars(untagged, inline)]
enum Name {
    Text(String),
    Number(
        #[schemars(range(min = -9_223_372_036_854_775_808_i64, max = 18_446_744_073_709_551_615_u64))]
        Integer,
    ),
}

/// Any whole number from -2^63 to 2^64-1.
#[derive(JsonSchema)]
#[schemars(inline, transparent)]
struct Integer(#[schemars(extend("type" = "integer"))] serde_json::Number);

/// A number, or a truth value as 1 or 0.
#[derive(JsonSchema)]
#[schemars(untagged, inline)]
enum ScoreValue {
    Number(f64),
    Truth(bool),
}
