//! Results as one strict JSON object.

use std::collections::BTreeMap;

use serde::Serialize;

use crate::domain::Diagnostic;
use crate::envelope::{Record, SuiteRecord, exit_code, to_bytes, v1, v2};
use crate::report::evidence::TrailEntry;

#[derive(Serialize)]
struct Gate {
    verdict: v1::VerdictWord,
    exit_code: u8,
    report: v1::Report,
    plan: v1::Plan,
    inputs: v1::Inputs,
    pairing: v1::Pairing,
    effect_sizes: v1::EffectSizes,
    changed: v1::Changed,
    #[serde(skip_serializing_if = "Option::is_none")]
    attempt: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    any_allow_at_most: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    trail: Option<TrailEntry>,
    #[serde(skip_serializing_if = "Option::is_none")]
    store: Option<v1::Store>,
}

#[derive(Serialize)]
struct Suite<'a> {
    verdict: v1::VerdictWord,
    exit_code: u8,
    attempt: u32,
    attempts_exceeded: bool,
    any_allow_at_most: f64,
    policy: &'a v2::Policy,
    suite: &'a v2::Suite,
    tasks: BTreeMap<&'a str, v2::Task>,
    first_runs: &'a BTreeMap<String, v2::FirstRun>,
    waivers: &'a v2::Waivers,
    #[serde(skip_serializing_if = "Option::is_none")]
    trail: Option<TrailEntry>,
}

/// The result of a gate under a policy: the members of its envelope that depend on runs, policy and seed, and the
/// place in the trail where something was kept there.
///
/// # Errors
/// `internal-error` for a number that is not finite.
pub fn suite(record: &SuiteRecord, attempt: u32, trail: Option<TrailEntry>) -> Result<String, Diagnostic> {
    let verdict = record.verdict(attempt);
    text(&Suite {
        verdict,
        exit_code: exit_code(verdict),
        attempt,
        attempts_exceeded: record.exceeds(attempt),
        any_allow_at_most: record.any_allow_at_most(attempt),
        policy: &record.policy,
        suite: &record.suite,
        tasks: record.tasks.iter().map(|(name, task)| (name.as_str(), task.written())).collect(),
        first_runs: &record.first_runs,
        waivers: &record.waivers,
        trail,
    })
}

/// The result of a gate: the envelope's members that depend on inputs, plan and seed, and the place
/// in the trail and in the store where something was kept there.
///
/// # Errors
/// `internal-error` for a number that is not finite.
pub fn gate(
    record: Record,
    trail: Option<TrailEntry>,
    store: Option<v1::Store>,
) -> Result<String, Diagnostic> {
    let attempt = trail.as_ref().map(|line| line.attempt);
    let any_allow_at_most = attempt.and_then(|attempt| record.any_allow_at_most(attempt));
    let Record { report, plan, inputs, pairing, effect_sizes, changed } = record;
    let (verdict, exit_code) = (report.verdict, report.exit_code);
    text(&Gate {
        verdict,
        exit_code,
        report,
        plan,
        inputs,
        pairing,
        effect_sizes,
        changed,
        attempt,
        any_allow_at_most,
        trail,
        store,
    })
}

#[derive(Serialize)]
struct Compare {
    comparison: v1::Comparison,
    plan: v1::Plan,
    inputs: v1::Inputs,
    pairing: v1::Pairing,
    effect_sizes: v1::EffectSizes,
    changed: v1::Changed,
}

/// The result of a comparison.
///
/// # Errors
/// `internal-error` for a number that is not finite.
pub fn compare(record: Record) -> Result<String, Diagnostic> {
    let Record { report, plan, inputs, pairing, effect_sizes, changed } = record;
    text(&Compare { comparison: report.comparison, plan, inputs, pairing, effect_sizes, changed })
}

/// Any result of ours as JSON text.
///
/// # Errors
/// `internal-error` for a number that is not finite.
pub fn text(document: &impl Serialize) -> Result<String, Diagnostic> {
    Ok(String::from_utf8_lossy(&to_bytes(document)?).into_owned())
}
