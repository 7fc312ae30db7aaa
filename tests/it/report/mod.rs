//! What people are shown of a decision: the first line, every text made from the view, `evalsig report`.

mod command;
mod first_line;
mod hostile;
mod texts;

use serde_json::Value;

use crate::support::Session;

/// The envelope of a gate on the shipped examples, as JSON to change.
fn envelope(candidate: &str, flags: &str) -> Value {
    let session = Session::with_examples();
    let line = format!("gate --baseline runs/baseline.json --candidate runs/{candidate}.json {flags}");
    session.run(&format!("{line} --envelope envelope.json"));
    serde_json::from_str(&session.read("envelope.json")).unwrap()
}
