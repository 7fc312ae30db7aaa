//! The decision about the tasks of a policy as its reader sees it.

use super::facts::Fact;
use super::notices::Notice;
use super::sentence::Sentence;
use super::task::InputView;
use super::unit::Unit;
use crate::domain::RunMetadata;
use crate::domain::number_format::{p_value, percent};
use crate::envelope::v1::VerdictWord;
use crate::envelope::{SuiteRecord, v2};

/// What the decision about a suite has beyond its tasks.
#[derive(Clone, Debug, PartialEq)]
pub struct SuiteView {
    /// The policy's path.
    pub policy_path: String,
    /// Every claim, task by task.
    pub claims: Vec<ClaimView>,
    /// The tasks that keep it from ALLOW.
    pub blocking: Vec<String>,
    /// Tasks whose run was recorded for want of a baseline.
    pub first_runs: Vec<FirstRunView>,
    /// The policy: path, commit, hash, limits.
    pub policy: Vec<Fact>,
    /// The policy's text.
    pub policy_text: String,
    /// Who waived what, for the first line; `None` where nothing is waived.
    pub waived: Option<String>,
}

/// One claim of a suite.
#[derive(Clone, Debug, PartialEq)]
pub struct ClaimView {
    /// The task; `None` for the pooled endpoint.
    pub task: Option<String>,
    /// superiority, non-inferiority, slice, anchor or budget.
    pub kind: String,
    /// The subgroup, the anchor, or `pooled`.
    pub label: Option<String>,
    /// What its differences are counted in.
    pub unit: Unit,
    /// The value that the difference must exceed.
    pub null_value: f64,
    /// The difference.
    pub delta: Option<f64>,
    /// Lower bound; `None` is unbounded.
    pub lower: Option<f64>,
    /// Upper bound; `None` is unbounded.
    pub upper: Option<f64>,
    /// The p-value that its result rests on, after the correction.
    pub p: String,
    /// Paired items.
    pub pairs: u64,
    /// Whether the verdict depends on it.
    pub decides: bool,
    /// shown, refuted or open.
    pub held: String,
    /// Why nothing could be shown, where that is no matter of the numbers.
    pub obstacle: Option<String>,
}

/// A run that was recorded because there was no baseline yet.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FirstRunView {
    /// The task.
    pub task: String,
    /// The baseline that was asked for.
    pub asked: String,
    /// The run.
    pub run: InputView,
}

/// Characters of a hash that tell it from another for a reader.
const SHORT: usize = 12;

impl SuiteView {
    /// What a record of a suite holds; `unit_of` is what the differences of a task are counted in.
    pub(super) fn of(record: &SuiteRecord, unit_of: impl Fn(Option<&str>) -> Unit) -> Self {
        let claim = |claim: &v2::Claim| ClaimView {
            task: claim.task.clone(),
            kind: claim.kind.clone(),
            label: claim.label.clone(),
            unit: match claim.kind.as_str() {
                "budget" => Unit::new(false, super::Asked::MoreThan(claim.null_value), &bounds(claim)),
                _ => unit_of(claim.task.as_deref()),
            },
            null_value: claim.null_value,
            delta: claim.delta,
            lower: claim.bounds.lower,
            upper: claim.bounds.upper,
            p: p_value(if claim.held == "refuted" { claim.p_against_adjusted } else { claim.p_adjusted }),
            pairs: claim.n_pairs,
            decides: claim.decides,
            held: claim.held.clone(),
            obstacle: claim.obstacle.clone(),
        };
        let first = |(task, first): (&String, &v2::FirstRun)| FirstRunView {
            task: task.clone(),
            asked: first.asked.clone(),
            run: InputView::of(&first.candidate, first.store.as_ref()),
        };
        Self {
            policy_path: record.policy.path.clone(),
            claims: record.suite.claims.iter().map(claim).collect(),
            blocking: record.suite.blocking.clone(),
            first_runs: record.first_runs.iter().map(first).collect(),
            policy: policy(record),
            policy_text: record.policy.text.clone(),
            waived: waived(record),
        }
    }
}

fn bounds(claim: &v2::Claim) -> Vec<f64> {
    [claim.bounds.lower, claim.bounds.upper].into_iter().flatten().collect()
}

/// The first line about a suite.
pub(super) fn headline(record: &SuiteRecord, attempt: u32) -> Sentence {
    let suite = &record.suite;
    let candidates = candidates(record);
    let named = |begun: Sentence| match candidates.as_slice() {
        [one] => begun.name(*one),
        _ => begun.words("the candidate"),
    };
    let tasks = record.tasks.len() + record.first_runs.len();
    let deciding = suite.claims.iter().filter(|claim| claim.decides);
    let (claims, shown) =
        deciding.fold((0, 0), |(all, shown), claim| (all + 1, shown + usize::from(claim.held == "shown")));
    let blocking = |begun: Sentence| {
        let mut sentence = begun;
        for (at, task) in suite.blocking.iter().take(NAMED).enumerate() {
            sentence = sentence.words(if at == 0 { "" } else { ", " }).name(task);
        }
        match suite.blocking.len().saturating_sub(NAMED) {
            0 => sentence,
            more => sentence.words(format!(" and {more} more")),
        }
    };
    match record.verdict(attempt) {
        VerdictWord::Inconclusive if record.exceeds(attempt) => Sentence::of(format!(
            "Not decided: this is attempt {attempt} at the release, and the policy allows {}",
            suite.max_attempts.unwrap_or_default()
        )),
        VerdictWord::Allow if claims == 0 => named(Sentence::default()).words(format!(
            " may ship: the first runs of {} were recorded, and nothing is compared yet",
            of_tasks(tasks)
        )),
        VerdictWord::Allow => named(Sentence::default()).words(format!(
            " may ship: {} that the policy asks of {} ({} sure)",
            if claims == 1 {
                "it shows the one thing".into()
            } else {
                format!("it shows all {claims} things")
            },
            of_tasks(tasks),
            percent(1.0 - suite.alpha)
        )),
        VerdictWord::Reject => {
            blocking(named(Sentence::default()).words(" must not ship: it fails what the policy asks of "))
                .words(format!(" ({} sure)", percent(1.0 - suite.alpha)))
        }
        VerdictWord::Inconclusive => {
            let begun = Sentence::of(format!(
                "Not decided: {shown} of the {claims} things that the policy asks of {} were shown",
                of_tasks(tasks)
            ));
            if suite.blocking.is_empty() { begun } else { blocking(begun.words("; open or failed: ")) }
        }
    }
}

/// How many names a first line has room for.
const NAMED: usize = 3;

fn of_tasks(tasks: usize) -> String {
    if tasks == 1 { "1 task".into() } else { format!("{tasks} tasks") }
}

/// The models that are judged, each once.
fn candidates(record: &SuiteRecord) -> Vec<&str> {
    let of_tasks = record.tasks.values().map(|task| task.record.inputs.candidate.model_id.as_str());
    let firsts = record.first_runs.values().map(|first| first.candidate.model_id.as_str());
    let mut names: Vec<&str> = of_tasks.chain(firsts).collect();
    names.sort_unstable();
    names.dedup();
    // What no file names says nothing.
    names.retain(|name| *name != RunMetadata::UNKNOWN);
    names
}

/// What to know beside the verdict on a suite.
pub(super) fn notices(record: &SuiteRecord) -> Vec<Notice> {
    let mut found = Vec::new();
    if !record.policy.proposed_changes.is_empty() {
        found.push(Notice::warning(
            "policy changed here",
            format!(
                "this change alters the policy, and was judged without that: {}",
                record.policy.proposed_changes.join("; ")
            ),
        ));
    }
    for waiver in &record.waivers.in_force {
        found.push(Notice::warning(
            "waiver",
            format!(
                "{} waived by {} until {}: {} ({})",
                waiver.task, waiver.approver, waiver.effective_until, waiver.reason, waiver.ticket
            ),
        ));
    }
    found.extend(record.waivers.remarks.iter().map(|text| Notice::warning("waivers", text)));
    if let Some(plan) = &record.policy.locked_plan {
        if !plan.older_runs.is_empty() {
            found.push(Notice::warning(
                "runs older than the plan",
                format!("made before the plan was locked, by their own time: {}", plan.older_runs.join(", ")),
            ));
        }
        found.push(Notice::remark(
            "locked plan",
            format!(
                "locked {} before the runs were read ({}, entry {})",
                span(plan.seconds_before),
                plan.locked_at,
                plan.entry_index
            ),
        ));
    }
    found.extend(record.policy.overridden.iter().map(|text| Notice::remark("tightened", text)));
    found
}

fn policy(record: &SuiteRecord) -> Vec<Fact> {
    let v2::Policy { path, source_ref, commit, sha256, .. } = &record.policy;
    let mut facts = vec![Fact::new("policy", path), Fact::new("sha256", sha256)];
    if let (Some(of), Some(commit)) = (source_ref, commit) {
        let short = commit.get(..SHORT).unwrap_or(commit);
        facts.push(Fact::new("read at", format!("{of}, commit {short}")));
    }
    facts.push(Fact::new("rule", &record.suite.rule));
    facts.push(Fact::new("alpha", record.suite.alpha.to_string()));
    facts.extend(record.suite.max_attempts.map(|most| Fact::new("attempts", most.to_string())));
    facts
}

/// Who waived what, for the first line.
fn waived(record: &SuiteRecord) -> Option<String> {
    let first = record.waivers.in_force.first()?;
    let more = match record.waivers.in_force.len() {
        1 => String::new(),
        more => format!(" and {} more", more - 1),
    };
    Some(format!("waived by {} until {}{more}", first.approver, first.effective_until))
}

/// A span of time in the unit that people would use.
fn span(seconds: u64) -> String {
    match seconds {
        0..=119 => format!("{seconds} s"),
        120..=7199 => format!("{} min", seconds / 60),
        7200..=172_799 => format!("{} h", seconds / 3600),
        _ => format!("{} days", seconds / 86_400),
    }
}
