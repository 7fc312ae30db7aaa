//! The sentences about a suite: what was asked, what was shown, which tasks block and what would help.

use super::claim::{ClaimKind, ClaimResult, Held};
use crate::domain::number_format::{percent, signed};
use crate::domain::policy::{Policy, SuiteRule, TaskName};
use crate::domain::{Alpha, Verdict};

/// What a list in a sentence names at most.
const NAMED: usize = 4;

pub(super) fn finding(
    verdict: Verdict,
    policy: &Policy,
    claims: &[ClaimResult],
    first_runs: &[&TaskName],
    stale: &[&TaskName],
    alpha: Alpha,
) -> String {
    let guards: Vec<&ClaimResult> =
        claims.iter().filter(|claim| claim.decides && claim.kind != ClaimKind::Superiority).collect();
    let held = guards.iter().filter(|claim| claim.held == Held::Shown).count();
    let mut sentences = vec![match verdict {
        Verdict::Allow if guards.is_empty() => "Shown:".to_owned(),
        Verdict::Allow => format!("Shown: all {} margins hold.", guards.len()),
        Verdict::Reject => {
            let broken = claims.iter().filter(|claim| claim.decides && claim.held == Held::Refuted);
            let named = list(broken.map(|claim| format!("{} ({})", name(claim), fate(claim))));
            format!("Refuted: {named}.")
        }
        Verdict::Inconclusive => {
            format!("Not decided: {held} of {} margins are shown to hold.", guards.len())
        }
    }];
    if verdict == Verdict::Inconclusive {
        let open = guards.iter().filter(|claim| claim.held != Held::Shown);
        let named = list(open.map(|claim| format!("{} ({})", name(claim), fate(claim))));
        if !named.is_empty() {
            sentences.push(format!("Open: {named}."));
        }
    }
    if verdict != Verdict::Reject {
        sentences.extend(improvement(policy.suite.rule, claims));
    }
    if !first_runs.is_empty() {
        let named = list(first_runs.iter().map(ToString::to_string));
        sentences.push(format!("There is no baseline yet for {named}: the run is recorded as the first."));
    }
    if !stale.is_empty() {
        let named = list(stale.iter().map(ToString::to_string));
        let most = policy.limits.max_baseline_age.unwrap_or_default();
        sentences
            .push(format!("The baseline of {named} is older than the {most} days that the policy allows."));
    }
    sentences.push(format!("Every bound is one-sided at {}.", percent(1.0 - alpha.get())));
    sentences.join(" ")
}

/// What is shown of improvement, where the rule asks for it.
fn improvement(rule: SuiteRule, claims: &[ClaimResult]) -> Option<String> {
    let superior = || claims.iter().filter(|claim| claim.kind == ClaimKind::Superiority);
    let shown = |claim: &&ClaimResult| claim.held == Held::Shown;
    let better = list(superior().filter(|claim| claim.task.is_some()).filter(shown).map(|claim| {
        format!("{} (by more than {})", name(claim), signed(claim.null_value.max(claim.evidence.lower)))
    }));
    match rule {
        SuiteRule::RegressNone => None,
        SuiteRule::ImproveOneRegressNone if better.is_empty() => {
            Some("No task is shown to improve, and the rule asks for one.".into())
        }
        SuiteRule::ImproveOneRegressNone => Some(format!("Shown to improve: {better}.")),
        SuiteRule::Pooled => Some(match superior().find(|claim| claim.task.is_none()) {
            Some(claim) if shown(&claim) && better.is_empty() => {
                format!("The pooled endpoint is shown above {}.", signed(claim.evidence.lower))
            }
            Some(claim) if shown(&claim) => {
                format!(
                    "The pooled endpoint is shown above {}; of its tasks, {better}.",
                    signed(claim.evidence.lower)
                )
            }
            Some(claim) => format!("The pooled endpoint is not shown above {}.", signed(claim.null_value)),
            None => "The pooled endpoint cannot be computed yet.".into(),
        }),
    }
}

pub(super) fn suggestion(
    verdict: Verdict,
    claims: &[ClaimResult],
    first_runs: &[&TaskName],
    stale: &[&TaskName],
) -> Option<String> {
    if verdict == Verdict::Allow {
        return None;
    }
    if !stale.is_empty() {
        return Some("promote a newer baseline, or run the one in use again".into());
    }
    if !first_runs.is_empty() {
        return Some(
            "run the gate again for the next candidate, which is compared with the run recorded now".into(),
        );
    }
    let obstacle = claims.iter().filter(|claim| claim.decides && claim.held == Held::Open);
    if let Some(claim) = obstacle.into_iter().find(|claim| claim.evidence.obstacle.is_some()) {
        let why = claim.evidence.obstacle.as_deref().unwrap_or_default();
        return Some(format!("{}: {}", name(claim), why.trim_end_matches('.')));
    }
    Some(match verdict {
        Verdict::Reject => {
            "look at the items that broke in the tasks named; a waiver is a decision by a person and \
                            leaves this verdict as it is"
                .into()
        }
        Verdict::Allow | Verdict::Inconclusive => {
            "add items to the tasks that are open: `evalsig policy check` says how many each needs".into()
        }
    })
}

/// What a claim is about, for a sentence.
fn name(claim: &ClaimResult) -> String {
    let task = claim.task.as_ref().map_or("the pooled endpoint", TaskName::as_str);
    match (claim.kind, &claim.label) {
        (ClaimKind::Slice, Some(label)) => format!("{task}, slice {label:?}"),
        (ClaimKind::Anchor, Some(label)) => format!("{task}, anchor {label:?}"),
        (
            ClaimKind::Superiority
            | ClaimKind::NonInferiority
            | ClaimKind::Budget
            | ClaimKind::Slice
            | ClaimKind::Anchor,
            _,
        ) => task.to_owned(),
    }
}

/// The bounds of a claim beside what it needed.
fn fate(claim: &ClaimResult) -> String {
    let (lower, upper) = (signed(claim.evidence.lower), signed(claim.evidence.upper));
    format!("delta between {lower} and {upper}, needed above {}", signed(claim.null_value))
}

fn list(names: impl Iterator<Item = String>) -> String {
    let all: Vec<String> = names.collect();
    let more = all.len().saturating_sub(NAMED);
    let shown = all.get(..all.len() - more).unwrap_or_default().join("; ");
    if more == 0 { shown } else { format!("{shown}; and {more} more") }
}
