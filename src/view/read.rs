//! From an envelope, or the record that becomes one, to the view of it.

use serde::de::DeserializeOwned;

use super::decision::{DecisionView, Moment};
use super::effect::Asked;
use super::items::Items;
use super::notices::Notice;
use super::suite::{self, SuiteView};
use super::task::{InputView, TaskView};
use super::unit::Unit;
use crate::domain::number_format::percent;
use crate::domain::{Code, Diagnostic, Digest};
use crate::envelope::{self, Record, SuiteRecord, TaskRecord, v1, v2};

/// The view of an envelope of any version.
///
/// # Errors
/// As [`envelope::read`]; `envelope-unreadable` for one of a newer version that lacks what this one shows.
pub fn of_envelope(bytes: &[u8]) -> Result<DecisionView, Diagnostic> {
    let facts = envelope::read(bytes)?;
    let envelope_sha256 = Digest::of(bytes);
    // As `envelope::read` tells them apart: a suite is what is about several tasks.
    if facts.outcome.iter().any(|(member, _)| member == "suite") {
        let read: v2::Envelope = parsed(bytes)?;
        let store = read.tasks.values().find_map(|task| task.store.clone());
        let moment = Moment {
            envelope_sha256,
            schema: read.schema.clone(),
            release: read.release_id.clone(),
            attempt: read.attempt,
            decided_at: read.decided_at.clone(),
            clock: read.clock.clone(),
            source: read.source.clone().unwrap_or_default(),
            run: read.run.clone().unwrap_or_default(),
            tool: read.tool.clone(),
            store: store.map(|store| (store.root, store.project)),
            time_stamp: read.time_stamp.as_ref().map(|asked| asked.url.clone()),
        };
        let tasks = read.tasks.into_iter().map(|(name, task)| (name, of_task(task))).collect();
        let record = SuiteRecord {
            policy: read.policy,
            suite: read.suite,
            tasks,
            first_runs: read.first_runs,
            waivers: read.waivers,
        };
        let attempt = moment.release.is_some().then_some(moment.attempt);
        return Ok(DecisionView { moment: Some(moment), ..of_suite(&record, attempt) });
    }
    let read: v1::Envelope = parsed(bytes)?;
    let moment = Moment {
        envelope_sha256,
        schema: read.schema,
        release: read.release_id,
        attempt: read.attempt,
        decided_at: read.decided_at,
        clock: read.clock,
        source: read.source.unwrap_or_default(),
        run: read.run.unwrap_or_default(),
        tool: read.tool,
        store: read.store.as_ref().map(|store| (store.root.clone(), store.project.clone())),
        time_stamp: read.time_stamp.map(|asked| asked.url),
    };
    let record = Record {
        report: read.report,
        plan: read.plan,
        inputs: read.inputs,
        pairing: read.pairing,
        effect_sizes: read.effect_sizes,
        changed: read.changed,
    };
    let attempt = moment.release.is_some().then_some(moment.attempt);
    Ok(DecisionView { moment: Some(moment), ..view_of_pair(&record, read.store.as_ref(), attempt) })
}

fn parsed<T: DeserializeOwned>(bytes: &[u8]) -> Result<T, Diagnostic> {
    serde_json::from_slice(bytes).map_err(|error| {
        Code::EnvelopeUnreadable
            .at("")
            .what(format!("does not have what this version shows: {error}"))
            .next("use the evalsig that wrote it, or a newer one")
    })
}

fn of_task(task: v2::Task) -> TaskRecord {
    let v2::Task { role, report, plan, inputs, pairing, effect_sizes, changed, anchor, store, anchor_store } =
        task;
    let record = Record { report, plan, inputs, pairing, effect_sizes, changed };
    TaskRecord { role, record, anchor, store, anchor_store }
}

/// The view of the record of one pair of runs; `attempt` where it stands in a trail.
#[must_use]
pub fn of_pair(record: &Record, attempt: Option<u32>) -> DecisionView {
    view_of_pair(record, None, attempt)
}

/// The view of a comparison: a pair of runs without a verdict on it.
#[must_use]
pub fn comparison(record: &Record, items: Items) -> TaskView {
    TaskView { items: Some(items), ..TaskView::of(record, None) }
}

fn view_of_pair(record: &Record, store: Option<&v1::Store>, attempt: Option<u32>) -> DecisionView {
    let task = TaskView::of(record, store);
    let mut notices = task.notices.clone();
    notices.extend(
        attempt
            .map(|attempt| of_attempt(attempt, None, record.plan.alpha, record.any_allow_at_most(attempt))),
    );
    sorted(&mut notices);
    DecisionView {
        verdict: record.report.verdict,
        headline: task.headline.clone(),
        finding: record.report.finding.clone(),
        next: record.report.suggestion.clone(),
        notices,
        tasks: vec![task],
        suite: None,
        moment: None,
        place: None,
        past: Vec::new(),
    }
}

/// The view of the record of a suite; `attempt` where it stands in a trail.
#[must_use]
pub fn of_suite(record: &SuiteRecord, attempt: Option<u32>) -> DecisionView {
    let nth = attempt.unwrap_or(1);
    let tasks: Vec<TaskView> = record.tasks.iter().map(|(name, task)| of_task_record(name, task)).collect();
    let mut notices = suite::notices(record);
    for task in &tasks {
        let named =
            |notice: &Notice| Notice { text: format!("{}: {}", task.title(), notice.text), ..notice.clone() };
        notices.extend(task.notices.iter().map(named));
    }
    notices.extend(attempt.map(|attempt| {
        of_attempt(
            attempt,
            record.suite.max_attempts,
            record.suite.alpha,
            Some(record.any_allow_at_most(attempt)),
        )
    }));
    sorted(&mut notices);
    let unit_of = |name: Option<&str>| {
        let own = name.and_then(|name| tasks.iter().find(|task| task.name.as_deref() == Some(name)));
        // The pooled endpoint is a mean over tasks: a rate where every one of them is.
        let rate = || !tasks.is_empty() && tasks.iter().all(|task| task.unit.is_rate());
        own.map_or_else(|| Unit::new(rate(), Asked::MoreThan(0.001), &[]), |task| task.unit.clone())
    };
    let suite = SuiteView::of(record, unit_of);
    DecisionView {
        verdict: record.verdict(nth),
        headline: suite::headline(record, nth),
        finding: record.suite.finding.clone(),
        next: record.suite.suggestion.clone(),
        notices,
        tasks,
        suite: Some(suite),
        moment: None,
        place: None,
        past: Vec::new(),
    }
}

fn of_task_record(name: &str, task: &TaskRecord) -> TaskView {
    TaskView {
        name: Some(name.to_owned()),
        role: Some(task.role.clone()),
        anchor: task.anchor.as_ref().map(|input| InputView::of(input, task.anchor_store.as_ref())),
        ..TaskView::of(&task.record, task.store.as_ref())
    }
}

/// Which attempt it is, and what trying again does to the error rate.
fn of_attempt(attempt: u32, most: Option<u32>, alpha: f64, at_most: Option<f64>) -> Notice {
    let of = most.map_or(String::new(), |most| format!(" of {most}"));
    let luck = at_most.map_or(String::new(), |luck| match attempt {
        1 => format!("; a candidate that does not meet it is allowed with a probability of at most {}", percent(luck)),
        _ => format!(
            "; if no candidate meets it, one attempt or another up to this one is allowed with a probability of up to {}",
            percent(luck)
        ),
    });
    let text = format!("attempt {attempt}{of} at this release, judged at alpha {alpha}{luck}");
    if attempt > 1 { Notice::warning("attempt", text) } else { Notice::remark("attempt", text) }
}

/// Warnings first; within a weight as they came.
fn sorted(notices: &mut [Notice]) {
    notices.sort_by_key(|notice| notice.weight);
}
