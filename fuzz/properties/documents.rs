//! What a trail, an event and a plan hold, read from bytes that anybody may have put there.

use evalsig::commands::origin::{Origin, is_ref_name};
use evalsig::envelope::{self, plan_lock, replay, v1, v2, waiver};
use evalsig::present::decision::{junit, markdown, terminal};
use evalsig::present::page::{self, Context};
use evalsig::present::screen::Screen;
use evalsig::trail::claimed_index;
use evalsig::view;
use serde_json::Value;

use super::readers::refused_well;

/// An envelope: refused in one line, or the same from all its readers, rendered by every renderer, and the same again
/// once it is written.
pub fn envelope(data: &[u8]) {
    let facts = match envelope::read(data) {
        Ok(facts) => facts,
        Err(error) => {
            refused_well(&error);
            assert!(envelope::summary(data).is_err() && view::of_envelope(data).is_err());
            let _ = envelope::candidates(data);
            return;
        }
    };
    let known = facts.schema == v1::SCHEMA || facts.schema == v2::SCHEMA;
    for error in [
        envelope::summary(data).map(drop),
        envelope::candidates(data).map(drop),
        view::of_envelope(data).map(drop),
    ]
    .into_iter()
    .filter_map(Result::err)
    {
        refused_well(&error);
    }
    if facts.schema == v1::SCHEMA {
        let read: v1::Envelope =
            serde_json::from_slice(data).expect("of version 1 every member is in its form");
        again(data, &facts, &read);
        if let Ok(plan) = replay::plan(&read.plan, read.report.equivalence) {
            assert_eq!(plan.alpha.get(), read.plan.alpha);
            assert_eq!(plan.claim.hypothesis(), read.plan.hypothesis);
            assert_eq!(
                plan.seed.to_string().trim_start_matches('0'),
                read.plan.seed.trim_start_matches(['0', '+'])
            );
        }
    } else if let Ok(read) = serde_json::from_slice::<v2::Envelope>(data)
        && facts.schema == v2::SCHEMA
    {
        again(data, &facts, &read);
    }
    let Ok(seen) = view::of_envelope(data) else {
        assert!(!known || facts.schema == v2::SCHEMA, "an envelope of version 1 is shown");
        return;
    };
    assert_eq!(seen.verdict, facts.verdict);
    let shown = terminal::decision(&seen, Screen::PLAIN);
    assert!(!shown.contains(|c: char| c != '\n' && c.is_control()), "{shown:?}");
    let _ = markdown::decision(&seen, "", 60_000);
    let _ = page::render(&seen, &Context { csv: None, server: Some("https://github.com") });
    let _ = junit::decision(&seen).expect("JUnit is written");
}

/// What is written of an envelope that held nothing but known members says the same.
fn again(data: &[u8], facts: &envelope::Facts, read: &impl serde::Serialize) {
    let Ok(before) = serde_json::from_slice::<Value>(data) else { return };
    let bytes = envelope::to_bytes(read).expect("what was read is written");
    if serde_json::from_slice::<Value>(&bytes).ok() == Some(before) {
        assert_eq!(envelope::read(&bytes).as_ref(), Ok(facts));
    }
}

/// An entry as it lies beside an envelope. That it is one is not yet that it holds: the `trail` target asks that.
pub fn entry(data: &[u8]) {
    let sealed = seal(data);
    for bytes in [data, &sealed] {
        if let Some(index) = claimed_index(bytes) {
            let value: Value = serde_json::from_slice(bytes).expect("an entry is JSON");
            assert_eq!(value.get("index").and_then(Value::as_u64), Some(index));
        }
    }
}

/// The bytes with the checksum that an entry of these would have.
pub fn seal(data: &[u8]) -> Vec<u8> {
    let mark = b"\"checksum\"";
    let end = data.windows(mark.len()).rposition(|part| part == mark).unwrap_or(data.len());
    let mut sealed = data[..end].to_vec();
    let checksum = evalsig::domain::Digest::of(&sealed);
    sealed.extend_from_slice(format!("\"checksum\": \"{checksum}\"\n}}\n").as_bytes());
    sealed
}

/// A locked plan and a recorded waiver.
pub fn plan_and_waiver(data: &[u8]) {
    match plan_lock::parse(data) {
        Ok(plan) => {
            assert!(plan_lock::read(data).is_ok());
            assert!(plan.in_short().contains("task"));
            let bytes = envelope::to_bytes(&plan).expect("a plan is written");
            assert_eq!(plan_lock::parse(&bytes).as_ref(), Ok(&plan));
        }
        Err(error) => refused_well(&error),
    }
    match waiver::parse(data) {
        Ok(recorded) => {
            assert!(waiver::read(data).is_ok());
            let bytes = envelope::to_bytes(&recorded).expect("a waiver is written");
            assert_eq!(waiver::parse(&bytes).as_ref(), Ok(&recorded));
        }
        Err(error) => refused_well(&error),
    }
    if let Err(error) = evalsig::store::RunFacts::read(&String::from_utf8_lossy(data)) {
        refused_well(&error);
    }
}

/// Events that start a job.
const EVENTS: [&str; 8] = [
    "pull_request",
    "pull_request_target",
    "merge_group",
    "workflow_run",
    "push",
    "release",
    "workflow_dispatch",
    "schedule",
];

/// The payload of an event; its first byte chooses which. Of it come only commit ids, numbers, and names of branches
/// that git would accept; and a change from elsewhere is never taken for one of our own.
pub fn event(data: &[u8]) {
    let Some((first, payload)) = data.split_first() else { return };
    let event = EVENTS[usize::from(*first) % EVENTS.len()];
    let sha = "3333333333333333333333333333333333333333";
    let variable = |name: &str| match name {
        "GITHUB_EVENT_NAME" => Some(event.to_owned()),
        "GITHUB_SHA" => Some(sha.to_owned()),
        "GITHUB_REPOSITORY" => Some("org/app".to_owned()),
        "GITHUB_REF" => Some("refs/heads/main".to_owned()),
        _ => None,
    };
    let origin = match Origin::read(variable, payload) {
        Ok(origin) => origin,
        Err(error) => {
            refused_well(&error);
            let bare = Origin::without_payload(variable);
            assert!(bare.proposed && bare.source.pull_request.is_none());
            return;
        }
    };
    let is_commit = |id: &String| {
        matches!(id.len(), 40 | 64) && id.bytes().all(|b| b.is_ascii_digit() || (b'a'..=b'f').contains(&b))
    };
    let source = &origin.source;
    for id in [&source.head_sha, &source.tested_sha, &source.base_sha].into_iter().flatten() {
        assert!(is_commit(id), "{id:?}");
    }
    assert!(source.pull_request.iter().all(|number| number.parse::<u64>().is_ok()));
    let branches = &origin.branches;
    for name in [&branches.base, &branches.head, &branches.default].into_iter().flatten() {
        assert!(is_ref_name(name), "{name:?}");
    }
    // A text that nobody looks at may be broken UTF-8, which the other reading refuses.
    let Ok(value) = serde_json::from_slice::<Value>(payload) else { return };
    let from = match event {
        "pull_request" | "pull_request_target" => value.pointer("/pull_request/head/repo/full_name"),
        "workflow_run" if value.pointer("/workflow_run/head_repository").is_some_and(|v| !v.is_null()) => {
            value.pointer("/workflow_run/head_repository/full_name")
        }
        _ => return assert!(!origin.foreign),
    };
    let own = matches!(from, Some(Value::String(name)) if name == "org/app");
    let told = event != "workflow_run" || value.pointer("/workflow_run/head_repository").is_some();
    assert!(
        !told || origin.foreign != own,
        "{from:?} was taken for {}",
        if own { "foreign" } else { "our own" }
    );
}
