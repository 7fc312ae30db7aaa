//! The schema of the policy file.

#![allow(dead_code, reason = "the types are never built: only their schema is used")]

use schemars::{JsonSchema, Schema};
use serde_json::{Value, json};

use super::required;
use crate::domain::policy::{CommentMode, FirstRun, Role, Scale, Spending, SuiteRule, Weights};
use crate::domain::{Identical, Method, MethodChoice, MissingRule, TaskMismatch};
use crate::readers::Format;

/// The JSON Schema (draft 2020-12) of `.github/evalsig.yml`.
#[must_use]
pub fn policy_schema() -> Schema {
    let mut schema = schemars::schema_for!(Policy);
    // What may stand under `defaults` may stand in a task as well.
    let shared = schema.pointer("/$defs/Defaults/properties").and_then(Value::as_object).cloned();
    if let Some(task) = schema.pointer_mut("/$defs/Task/properties").and_then(Value::as_object_mut) {
        task.extend(shared.unwrap_or_default());
    }
    required(&mut schema, "", &["version", "tasks"]);
    required(&mut schema, "/$defs/Task", &["name", "role", "candidate"]);
    for whole in ["/$defs/Slices", "/$defs/Anchor"] {
        required(&mut schema, whole, &["by", "min-items", "run", "margin"]);
    }
    for free in ["Defaults", "Suite", "Limits", "Waivers", "Check"] {
        required(&mut schema, &format!("/$defs/{free}"), &[]);
    }
    schema
}

fn names<T: Copy>(all: &[T], name: fn(T) -> &'static str) -> Vec<&'static str> {
    all.iter().map(|value| name(*value)).collect()
}

fn methods() -> Vec<&'static str> {
    let named = Method::ALL.iter().map(|method| method.as_str());
    std::iter::once(MethodChoice::Auto.as_str()).chain(named).collect()
}

fn formats() -> Vec<&'static str> {
    std::iter::once("auto").chain(names(Format::ALL, Format::as_str)).collect()
}

/// `mean`, `first` or a number.
fn epochs() -> Value {
    json!([{"enum": ["mean", "first"]}, {"type": "integer", "minimum": 0, "maximum": u32::MAX}])
}

/// What a release must show, task by task, fixed before the data are seen. docs/policy.md explains every key.
#[derive(JsonSchema)]
#[schemars(rename_all = "kebab-case", deny_unknown_fields, extend("$id" = "https://github.com/org/evalsig-action/schemas/policy.v1.schema.json"))]
struct Policy {
    /// The version of this format.
    #[schemars(extend("const" = 1))]
    version: u64,
    /// What holds for every task that does not say otherwise.
    defaults: Defaults,
    /// The tasks, each of another name.
    #[schemars(length(min = 1))]
    tasks: Vec<Task>,
    /// How the claims of all tasks become one verdict.
    suite: Suite,
    /// What bounds attempts, and the age of what is compared with.
    limits: Limits,
    /// What waivers may do.
    waivers: Waivers,
    /// How the check is called, and whether it comments.
    check: Check,
}

/// What holds for every task that does not say otherwise.
#[derive(JsonSchema)]
#[schemars(rename_all = "kebab-case", deny_unknown_fields)]
struct Defaults {
    /// The run that is in use: a path, git:REF:PATH, store:RUN_ID, store:latest-allowed or trail:latest-allowed.
    #[schemars(length(min = 1))]
    baseline: String,
    /// The project of the store in which the baseline is looked up.
    #[schemars(regex(pattern = "^[A-Za-z0-9._-]{1,100}$"))]
    baseline_project: String,
    /// What happens where there is no baseline yet: fail unless said.
    #[schemars(extend("enum" = names(FirstRun::ALL, FirstRun::as_str)))]
    first_run: String,
    /// The format of both files; auto looks at their content.
    #[schemars(extend("enum" = formats()))]
    format: String,
    /// The metric; needed where files hold several.
    #[schemars(length(min = 1))]
    metric: String,
    /// The field that names the item; without it the usual one of the format.
    #[schemars(length(min = 1))]
    id: String,
    /// The field whose equal values make items dependent, or none; without it the clusters of the files count.
    #[schemars(length(min = 1))]
    cluster: String,
    /// What becomes of repeats: mean unless said, first, or the number of an epoch.
    #[schemars(extend("anyOf" = epochs()))]
    epochs: Value,
    /// Whether less is better: true unless said for a budget, else false.
    lower_is_better: bool,
    /// Largest accepted probability of a wrong claim: 0.05 unless said.
    #[schemars(extend("exclusiveMinimum" = 0, "exclusiveMaximum" = 0.5))]
    alpha: f64,
    /// What the advice plans for: 0.8 unless said. It never enters a verdict.
    #[schemars(extend("exclusiveMinimum" = 0, "exclusiveMaximum" = 1))]
    power: f64,
    /// The true improvement that the advice plans for.
    planned_delta: f64,
    /// The method of inference: auto chooses by the shape of the data.
    #[schemars(extend("enum" = methods()))]
    method: String,
    /// Random resamples, where the method draws any: 10000 unless said.
    #[schemars(range(min = 100, max = 10_000_000))]
    resamples: u32,
    /// Seed of every random stream: 0 unless said.
    seed: u64,
    /// What an unscored item does: error, unless said, refuses the run; exclude leaves it out.
    #[schemars(extend("enum" = names(MissingRule::ALL, MissingRule::as_str)))]
    missing: String,
    /// Least share of the larger run that must be paired: 0.95 unless said.
    #[schemars(range(min = 0, max = 1))]
    min_coverage: f64,
    /// Lowest and highest score that an item can get.
    score_range: [f64; 2],
    /// What runs of different tasks do: error, unless said, refuses them.
    #[schemars(extend("enum" = names(TaskMismatch::ALL, TaskMismatch::as_str)))]
    task_mismatch: String,
    /// What a candidate does that changes nothing: judge, unless said, judges it like any other.
    #[schemars(extend("enum" = names(Identical::ALL, Identical::as_str)))]
    identical: String,
}

/// One task: which runs, and what the candidate must show on them. Takes the keys of `defaults` too.
#[derive(JsonSchema)]
#[schemars(rename_all = "kebab-case", deny_unknown_fields)]
struct Task {
    /// Its name in the suite.
    #[schemars(regex(pattern = "^[A-Za-z0-9_][A-Za-z0-9._/-]{0,99}$"))]
    name: String,
    /// The task as run files name it, where that is another name.
    #[schemars(length(min = 1))]
    task_id: String,
    /// What it is for.
    #[schemars(extend("enum" = names(Role::ALL, Role::as_str)))]
    role: String,
    /// The run that wants to ship: a file, a folder, a glob that exactly one file matches, or store:RUN_ID.
    #[schemars(length(min = 1))]
    candidate: String,
    /// The improvement that counts, for role improve: 0 unless said.
    #[schemars(range(min = 0))]
    min_delta: f64,
    /// How much worse is still acceptable: a number above 0.
    #[schemars(extend("exclusiveMinimum" = 0))]
    margin: f64,
    /// Why that much; required where a margin stands.
    #[schemars(length(min = 1))]
    margin_rationale: String,
    /// What the margin is counted in: difference unless said; ratio for a budget only.
    #[schemars(extend("enum" = names(Scale::ALL, Scale::as_str)))]
    scale: String,
    /// Subgroups of items that are guarded too.
    slices: Slices,
    /// A fixed run that the candidate must not fall behind either.
    anchor: Anchor,
}

/// Subgroups of items that are guarded too.
#[derive(JsonSchema)]
#[schemars(rename_all = "kebab-case", deny_unknown_fields)]
struct Slices {
    /// The field of an item that names its subgroup.
    #[schemars(length(min = 1))]
    by: String,
    /// Fewest paired items of a subgroup that decides; smaller ones are only reported.
    #[schemars(range(min = 1))]
    min_items: u64,
    /// How much worse each may become: a number above 0.
    #[schemars(extend("exclusiveMinimum" = 0))]
    margin: f64,
}

/// A fixed run that the candidate must not fall behind either.
#[derive(JsonSchema)]
#[schemars(rename_all = "kebab-case", deny_unknown_fields)]
struct Anchor {
    /// The run: a path, git:REF:PATH or store:RUN_ID.
    #[schemars(length(min = 1))]
    run: String,
    /// How much worse than it is still acceptable: a number above 0.
    #[schemars(extend("exclusiveMinimum" = 0))]
    margin: f64,
}

/// How the claims of all tasks become one verdict.
#[derive(JsonSchema)]
#[schemars(rename_all = "kebab-case", deny_unknown_fields)]
struct Suite {
    /// What all tasks together must show: improve-one-regress-none where a task has the role improve, else regress-none.
    #[schemars(extend("enum" = names(SuiteRule::ALL, SuiteRule::as_str)))]
    rule: String,
    /// How several claims share alpha.
    #[schemars(extend("const" = "holm"))]
    correction: String,
    /// What each task weighs in the pooled endpoint: items unless said.
    #[schemars(extend("enum" = names(Weights::ALL, Weights::as_str)))]
    weights: String,
    /// What the pooled endpoint must exceed: 0 unless said.
    #[schemars(range(min = 0))]
    min_delta: f64,
}

/// What bounds attempts, and the age of what is compared with.
#[derive(JsonSchema)]
#[schemars(rename_all = "kebab-case", deny_unknown_fields)]
struct Limits {
    /// Most attempts at one release.
    #[schemars(range(min = 1))]
    max_attempts: u32,
    /// How attempts share alpha: none unless said.
    #[schemars(extend("enum" = names(Spending::ALL, Spending::as_str)))]
    spending: String,
    /// Whole days after which a baseline of a store or trail is too old.
    max_baseline_age: u64,
    /// Whether a gate judges only under a plan that was locked before: false unless said.
    require_locked_plan: bool,
}

/// What waivers may do.
#[derive(JsonSchema)]
#[schemars(rename_all = "kebab-case", deny_unknown_fields)]
struct Waivers {
    /// Whether a waiver in force turns the check green: false unless said.
    may_turn_green: bool,
}

/// How the check is called, and whether it comments.
#[derive(JsonSchema)]
#[schemars(rename_all = "kebab-case", deny_unknown_fields)]
struct Check {
    /// The check's name.
    #[schemars(length(min = 1, max = 100))]
    name: String,
    /// Whether a comment stands on the pull request: off unless said.
    #[schemars(extend("enum" = names(CommentMode::ALL, CommentMode::as_str)))]
    comment: String,
}
