//! What GitHub demands of a check run before it takes it.

use serde_json::{Value, json};

use super::wire::Reply;

/// In bytes, for summary and text. Counting characters lets emojis through that GitHub refuses.
const MOST_BYTES: usize = 65_535;
const MOST_ANNOTATIONS: usize = 50;
const STATUSES: &[&str] = &["queued", "in_progress", "completed"];
const CONCLUSIONS: &[&str] =
    &["action_required", "cancelled", "failure", "neutral", "success", "skipped", "timed_out"];
const LEVELS: &[&str] = &["notice", "warning", "failure"];

/// Members, their types and their ranges.
pub(crate) fn shape(body: &Value, required: &[&str], verb: &str) -> Result<(), Reply> {
    violation(body, required).map_or(Ok(()), |message| {
        let docs = format!("/checks/runs#{verb}-a-check-run");
        Err(Reply::error(422, &format!("Invalid request.\n\n{message}"), &docs))
    })
}

fn violation(body: &Value, required: &[&str]) -> Option<String> {
    if !body.is_object() {
        return Some(format!("For 'links/0/schema', {body} is not an object."));
    }
    let texts = ["name", "head_sha", "external_id", "details_url"];
    let times = ["started_at", "completed_at"];
    missing(body, required)
        .or_else(|| texts.iter().chain(&times).find_map(|name| not_a_text(body, name)))
        .or_else(|| times.iter().find_map(|name| not_a_time(body, name)))
        .or_else(|| not_among(body, "status", STATUSES))
        .or_else(|| not_among(body, "conclusion", CONCLUSIONS))
        .or_else(|| {
            let completes = body["status"] == "completed" || !body["completed_at"].is_null();
            (completes && body["conclusion"].is_null())
                .then(|| "No subschema in \"anyOf\" matched.\n\"conclusion\" wasn't supplied.".into())
        })
        .or_else(|| body.get("output").and_then(output))
}

fn output(output: &Value) -> Option<String> {
    if !output.is_object() {
        return Some(format!("For 'properties/output', {output} is not an object."));
    }
    let parts = ["title", "summary", "text"];
    missing(output, &["title", "summary"])
        .or_else(|| parts.iter().find_map(|name| not_a_text(output, name)))
        .or_else(|| parts.iter().find_map(|name| too_many_characters(output, name)))
        .or_else(|| {
            let annotations = output.get("annotations")?;
            let Some(list) = annotations.as_array() else {
                return Some(format!("For 'properties/annotations', {annotations} is not an array."));
            };
            let given = list.len();
            (given > MOST_ANNOTATIONS)
                .then(|| format!("No more than {MOST_ANNOTATIONS} items are allowed; {given} were supplied."))
                .or_else(|| list.iter().find_map(annotation))
        })
}

fn annotation(annotation: &Value) -> Option<String> {
    missing(annotation, &["path", "start_line", "end_line", "annotation_level", "message"])
        .or_else(|| not_among(annotation, "annotation_level", LEVELS))
        .or_else(|| {
            let (start, end) = (annotation["start_line"].as_u64(), annotation["end_line"].as_u64());
            match (start, end) {
                (Some(start), Some(end)) if start <= end => None,
                _ => Some("annotations: start_line and end_line must be lines in order.".into()),
            }
        })
}

fn missing(value: &Value, names: &[&str]) -> Option<String> {
    let absent: Vec<String> =
        names.iter().filter(|name| value[**name].is_null()).map(|name| format!("\"{name}\"")).collect();
    match absent.len() {
        0 => None,
        1 => Some(format!("{} wasn't supplied.", absent[0])),
        _ => Some(format!("{} weren't supplied.", absent.join(", "))),
    }
}

fn not_a_text(value: &Value, name: &str) -> Option<String> {
    let found = value.get(name)?;
    (!found.is_string()).then(|| format!("For 'properties/{name}', {found} is not a string."))
}

fn not_a_time(value: &Value, name: &str) -> Option<String> {
    let found = value.get(name)?.as_str()?;
    let parsed: Result<jiff::Timestamp, _> = found.parse();
    parsed.is_err().then(|| format!("For 'properties/{name}', {found:?} is not a date-time."))
}

fn not_among(value: &Value, name: &str, allowed: &[&str]) -> Option<String> {
    let found = value.get(name)?;
    let known = found.as_str().is_some_and(|found| allowed.contains(&found));
    (!known).then(|| {
        format!("{found} is not a possible value. Must be one of the following: {}.", allowed.join(", "))
    })
}

fn too_many_characters(value: &Value, name: &str) -> Option<String> {
    let given = value.get(name)?.as_str()?.chars().count();
    (given > MOST_BYTES).then(|| format!("Only {MOST_BYTES} characters are allowed; {given} were supplied."))
}

/// The size in bytes is looked at last, and refused in another shape than the rest.
pub(crate) fn bytes(body: &Value, verb: &str) -> Result<(), Reply> {
    let too_long = |name: &str| body["output"][name].as_str().is_some_and(|text| text.len() > MOST_BYTES);
    let Some(name) = ["summary", "text"].into_iter().find(|name| too_long(name)) else { return Ok(()) };
    let error = json!({
        "resource": "CheckRun",
        "code": "custom",
        "field": name,
        "message": format!("{name} exceeds a maximum bytesize of {MOST_BYTES}"),
    });
    Err(Reply::json(
        422,
        &json!({
            "message": "Validation Failed",
            "errors": [error],
            "documentation_url": format!("https://docs.github.com/rest/checks/runs#{verb}-a-check-run"),
            "status": "422",
        }),
    ))
}
