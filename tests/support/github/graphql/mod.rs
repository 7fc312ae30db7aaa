//! GraphQL: files and heads by query, and the one mutation that commits.

mod commit;
mod conversation;
mod parse;
mod run;
mod schema;
mod validate;

use serde_json::{Map, Value, json};

use super::site::Site;
use super::wire::{Answer, Call, Reply};
use parse::{Kind, Place};

/// An error of execution: GitHub's `type` and message.
pub(crate) type Failure = (&'static str, String);

/// Whether a request asks for a mutation.
pub(crate) fn is_mutation(call: &Call) -> bool {
    let operation = call.text("query").and_then(|query| parse::parse(query).ok());
    operation.is_some_and(|operation| operation.kind == Kind::Mutation)
}

/// Refusals have status 200: only `errors` tells them from success.
pub(crate) fn answer(site: &Site, call: &Call) -> Answer {
    let body = execute(site, call).unwrap_or_else(|errors| json!({"errors": errors}));
    Ok(Reply::json(200, &body))
}

fn execute(site: &Site, call: &Call) -> Result<Value, Vec<Value>> {
    let query = call.text("query").ok_or_else(|| {
        vec![json!({"message": "A query attribute must be specified and must be a string."})]
    })?;
    let operation = parse::parse(query).map_err(|error| vec![error])?;
    let errors = validate::errors(&operation);
    if !errors.is_empty() {
        return Err(errors);
    }
    let given = call.body.get("variables").unwrap_or(&Value::Null);
    let variables = validate::variables(&operation, given).map_err(|error| vec![error])?;
    let mut run = run::Run::new(site, call.stale, variables);
    let data = run.root(operation.kind, &operation.selections)?;
    Ok(if run.errors.is_empty() {
        json!({"data": data})
    } else {
        json!({"data": data, "errors": run.errors})
    })
}

/// An error of execution in its place.
fn failure((kind, message): Failure, key: &str, (line, column): Place) -> Value {
    json!({
        "type": kind,
        "path": [key],
        "locations": [{"line": line, "column": column}],
        "message": message,
    })
}

/// A fault's answer: the error without anything having been looked at.
pub(crate) fn refuse(call: &Call, error: Failure) -> Reply {
    let key = if is_mutation(call) { "createCommitOnBranch" } else { "repository" };
    let data = Map::from_iter([(key.to_owned(), Value::Null)]);
    Reply::json(200, &json!({"data": data, "errors": [failure(error, key, (1, 1))]}))
}

/// The answer to a mutation that came too late: a fault.
pub(crate) fn stale(call: &Call) -> Reply {
    let expected = call.body.pointer("/variables/input/expectedHeadOid").and_then(Value::as_str);
    refuse(call, commit::stale_data(expected.unwrap_or_default()))
}
