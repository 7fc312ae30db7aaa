//! The decision about a suite, made again from the policy in its envelope and the runs in the store.

use std::collections::BTreeMap;

use serde_json::Value;

use super::outcome::{Again, Inputs, differs, of_newer_version, outcome, stored};
use super::recorded_pair::RecordedPair;
use crate::commands::Stores;
use crate::commands::runs::{LoadedRun, LoadedRuns};
use crate::domain::policy::{Policy, TaskPolicy};
use crate::domain::{Code, Diagnostic, Digest, RunFrame};
use crate::envelope::{self, Record, replay, v1, v2};
use crate::policy;
use crate::store::ObjectStore;
use crate::suite::{TaskRuns, judge_suite};
use crate::trail::{Finding, FindingKind};

/// The runs of one task, read again.
struct Reread<'a> {
    task: &'a TaskPolicy,
    baseline: Option<LoadedRun>,
    candidate: LoadedRun,
    anchor: Option<LoadedRun>,
    stale: bool,
}

/// Makes the decision about a suite again.
pub(super) fn again(bytes: &[u8], inputs: &Inputs, stores: &dyn Stores) -> Result<Again, Diagnostic> {
    let unreadable = |error: serde_json::Error| Code::EnvelopeUnreadable.at("").what(error.to_string());
    let read = serde_json::from_slice::<Value>(bytes)
        .and_then(|value| Ok((value, serde_json::from_slice::<v2::Envelope>(bytes)?)))
        .map_err(unreadable);
    let (value, envelope) = match read {
        Ok(found) => found,
        Err(error) => return Ok(of_newer_version("an envelope that this version knows", &error)),
    };
    if Digest::of(envelope.policy.text.as_bytes()).to_string() != envelope.policy.sha256 {
        let finding = Finding::broken(FindingKind::NotReproduced, "");
        return Ok(Again::Found(
            finding
                .expected(format!("a policy with SHA-256 {}", envelope.policy.sha256))
                .found("another text under policy.text"),
        ));
    }
    let rules = match rules(&envelope.policy) {
        Ok(rules) => rules,
        Err(error) => return Ok(of_newer_version("a policy that this version knows", &error)),
    };
    let Inputs::Store { root, .. } = inputs else { return Ok(Again::Found(needs_store())) };
    let place = stores.open(root)?;
    let mut tasks = Vec::new();
    for task in &rules.tasks {
        match reread(task, &envelope, &*place)? {
            Ok(runs) => tasks.push(runs),
            Err(finding) => return Ok(Again::Found(finding)),
        }
    }
    let runs: Vec<TaskRuns<'_>> = tasks.iter().map(Reread::as_judged).collect();
    let judgement = match judge_suite(&rules, &runs) {
        Ok(judgement) => judgement,
        Err(error) => return Ok(Again::Found(differs(&envelope.verdict, &error.to_string()))),
    };
    let exactly = envelope.tasks.values().all(|task| task.plan.engine == envelope::engine());
    let suite = envelope::suite(&judgement, &rules);
    let mut found = replay::of_member("suite", &value, &suite, exactly)?;
    for (judged, task) in judgement.tasks.iter().zip(&tasks) {
        let name = judged.name.as_str();
        let (Some(judgement), Some(recorded)) = (&judged.judgement, envelope.tasks.get(name)) else {
            continue;
        };
        let record = Record::of(judgement, recorded.inputs.clone(), Vec::new());
        let value = value.get("tasks").and_then(|tasks| tasks.get(task.task.name.as_str()));
        let differences = replay::differences(value.unwrap_or(&Value::Null), &record, exactly)?;
        found.extend(differences.into_iter().map(|difference| replay::Difference {
            member: format!("tasks.{name}.{}", difference.member),
            ..difference
        }));
    }
    let beyond = rules.limits.max_attempts.is_some_and(|most| envelope.attempt > most);
    found.extend((envelope.attempts_exceeded != beyond).then(|| replay::Difference {
        member: "attempts_exceeded".into(),
        recorded: envelope.attempts_exceeded.into(),
        again: beyond.into(),
    }));
    Ok(outcome(&found, exactly))
}

/// The runs of every task that had a baseline, by its name.
pub(super) fn runs(
    bytes: &[u8],
    inputs: &Inputs,
    stores: &dyn Stores,
) -> Result<Result<Vec<(String, RecordedPair)>, Finding>, Diagnostic> {
    let envelope: v2::Envelope = serde_json::from_slice(bytes)
        .map_err(|error| Code::EnvelopeUnreadable.at("").what(error.to_string()))?;
    let Inputs::Store { root, .. } = inputs else { return Ok(Err(needs_store())) };
    let rules = rules(&envelope.policy)?;
    let place = stores.open(root)?;
    let mut found = Vec::new();
    for task in &rules.tasks {
        match reread(task, &envelope, &*place)? {
            Err(finding) => return Ok(Err(finding)),
            Ok(Reread { baseline: Some(baseline), candidate, .. }) => {
                found.push((
                    task.name.to_string(),
                    RecordedPair { runs: LoadedRuns::pair(baseline, candidate), plan: task.plan.clone() },
                ));
            }
            Ok(Reread { baseline: None, .. }) => {}
        }
    }
    Ok(Ok(found))
}

/// Two files are not enough.
fn needs_store() -> Finding {
    let finding = Finding::undecided(FindingKind::InputMissing, "");
    finding.expected("the runs of every task").found("two files, and a suite has more: name the store")
}

/// The policy as it was applied.
fn rules(recorded: &v2::Policy) -> Result<Policy, Diagnostic> {
    let mut rules = policy::parse(&recorded.text, &recorded.path)?;
    let by = policy::from_recorded(&recorded.tightened).ok_or_else(|| {
        Code::EnvelopeUnreadable
            .at("policy.tightened")
            .what(format!("is {:?}, which this version does not know", recorded.tightened))
    })?;
    policy::tighten(&mut rules, &by)?;
    Ok(rules)
}

impl Reread<'_> {
    fn as_judged(&self) -> TaskRuns<'_> {
        fn run(of: &Option<LoadedRun>) -> Option<&RunFrame> {
            of.as_ref().map(LoadedRun::run)
        }
        TaskRuns {
            task: self.task,
            baseline: run(&self.baseline),
            candidate: self.candidate.run(),
            anchor: run(&self.anchor),
            stale: self.stale,
        }
    }
}

/// The stored runs of one task, each with the bytes that the envelope names.
fn reread<'a>(
    task: &'a TaskPolicy,
    envelope: &v2::Envelope,
    place: &dyn ObjectStore,
) -> Result<Result<Reread<'a>, Finding>, Diagnostic> {
    let missing = |found: &str| {
        let finding = Finding::undecided(FindingKind::InputMissing, "");
        Ok(Err(finding.expected(format!("the runs of task {} in a store", task.name)).found(found)))
    };
    let mut runs: BTreeMap<&str, LoadedRun> = BTreeMap::new();
    let mut wanted: Vec<(&str, &v1::StoredRun, &v1::Input)> = Vec::new();
    let name = task.name.as_str();
    let mut stale = false;
    match (envelope.tasks.get(name), envelope.first_runs.get(name)) {
        (Some(recorded), _) => {
            let Some(store) = &recorded.store else { return missing("an envelope that names none") };
            wanted.push(("baseline", &store.baseline, &recorded.inputs.baseline));
            wanted.push(("candidate", &store.candidate, &recorded.inputs.candidate));
            if let (Some(run), Some(input)) = (&recorded.anchor_store, &recorded.anchor) {
                wanted.push(("anchor", run, input));
            }
            let age = recorded.inputs.baseline.resolved.as_ref();
            stale = age.is_some_and(|age| age.max_age_days.is_some_and(|most| age.age_days > most));
        }
        (None, Some(first)) => match &first.store {
            Some(run) => wanted.push(("candidate", run, &first.candidate)),
            None => return missing("an envelope that names none"),
        },
        (None, None) => return missing("an envelope without this task of its policy"),
    }
    for (which, run, input) in wanted {
        let file = match stored(place, run)? {
            Ok(file) => file,
            Err(finding) => return Ok(Err(finding)),
        };
        let slice = task.slices.as_ref().map(|slices| slices.by.as_str());
        match LoadedRun::again(&file, input, &task.plan, slice) {
            Ok(run) => runs.insert(which, run),
            Err(error) => return Ok(Err(differs(&envelope.verdict, &error.to_string()))),
        };
    }
    let (baseline, anchor) = (runs.remove("baseline"), runs.remove("anchor"));
    match runs.remove("candidate") {
        Some(candidate) => Ok(Ok(Reread { task, baseline, candidate, anchor, stale })),
        None => missing("no candidate"),
    }
}
