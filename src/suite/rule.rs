//! How the claims of all tasks become one verdict.

use super::claim::{ClaimKind, ClaimResult, Held};
use super::judgement::TaskRuns;
use super::wording;
use crate::domain::policy::{Policy, Role, SuiteRule, TaskName};
use crate::domain::{Alpha, Verdict};
use crate::inference::multiplicity::holm;

/// A verdict with its reasons.
pub(super) struct Outcome {
    pub(super) verdict: Verdict,
    pub(super) blocking: Vec<TaskName>,
    pub(super) finding: String,
    pub(super) suggestion: Option<String>,
}

/// Decides every claim, and then the suite.
pub(super) fn decide(
    policy: &Policy,
    runs: &[TaskRuns<'_>],
    claims: &mut [ClaimResult],
    alpha: Alpha,
) -> Outcome {
    let first_runs: Vec<&TaskName> =
        runs.iter().filter(|runs| runs.baseline.is_none()).map(|runs| &runs.task.name).collect();
    let stale: Vec<&TaskName> = runs
        .iter()
        .filter(|runs| runs.stale && runs.task.role != Role::ReportOnly)
        .map(|runs| &runs.task.name)
        .collect();
    show(policy.suite.rule, claims, alpha);
    refute(policy.suite.rule, claims, alpha);
    let improved = improved(policy.suite.rule, claims);
    let guards = || claims.iter().filter(|claim| claim.decides && claim.kind != ClaimKind::Superiority);
    let refuted = claims.iter().any(|claim| claim.decides && claim.held == Held::Refuted);
    let something = claims.iter().any(|claim| claim.decides);
    let shown = something
        && improved != Improved::Not
        && guards().all(|claim| claim.held == Held::Shown)
        && first_runs.is_empty()
        && stale.is_empty();
    let verdict = match (refuted, shown) {
        (true, _) => Verdict::Reject,
        (false, true) => Verdict::Allow,
        (false, false) => Verdict::Inconclusive,
    };
    let blocks = |name: &TaskName| {
        let of_task = |claim: &&ClaimResult| claim.decides && claim.task.as_ref() == Some(name);
        let own = claims.iter().filter(of_task);
        let missing = first_runs.contains(&name) || stale.contains(&name);
        match verdict {
            Verdict::Allow => false,
            Verdict::Reject => own.into_iter().any(|claim| claim.held == Held::Refuted),
            Verdict::Inconclusive => {
                missing
                    || own.into_iter().any(|claim| match claim.kind {
                        ClaimKind::Superiority => improved == Improved::Not,
                        ClaimKind::NonInferiority
                        | ClaimKind::Slice
                        | ClaimKind::Anchor
                        | ClaimKind::Budget => claim.held != Held::Shown,
                    })
            }
        }
    };
    let mut blocking: Vec<TaskName> =
        runs.iter().map(|runs| &runs.task.name).filter(|name| blocks(name)).cloned().collect();
    // Where the pooled endpoint blocks, every task that it is made of does.
    let pooled = claims.iter().any(|claim| {
        claim.task.is_none()
            && match verdict {
                Verdict::Allow => false,
                Verdict::Reject => claim.held == Held::Refuted,
                Verdict::Inconclusive => claim.held != Held::Shown,
            }
    });
    if pooled && blocking.is_empty() {
        let of_pool = |runs: &&TaskRuns<'_>| runs.task.is_pooled();
        blocking = runs.iter().filter(of_pool).map(|runs| runs.task.name.clone()).collect();
    }
    let finding = wording::finding(verdict, policy, claims, &first_runs, &stale, alpha);
    let suggestion = wording::suggestion(verdict, claims, &first_runs, &stale);
    Outcome { verdict, blocking, finding, suggestion }
}

/// Whether what the rule asks for beside the guards is there.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Improved {
    /// The rule asks for none.
    NotAsked,
    /// It is shown.
    Somewhere,
    /// It is not shown.
    Not,
}

fn improved(rule: SuiteRule, claims: &[ClaimResult]) -> Improved {
    if rule == SuiteRule::RegressNone {
        return Improved::NotAsked;
    }
    let shown = |claim: &ClaimResult| {
        claim.decides && claim.kind == ClaimKind::Superiority && claim.held == Held::Shown
    };
    if claims.iter().any(shown) { Improved::Somewhere } else { Improved::Not }
}

/// Which claims are shown: guards at alpha, one by one; superiority with Holm over the tasks of role `improve`.
/// Under `pooled` the endpoint is tested first, and the tasks only where it is shown (gatekeeping).
fn show(rule: SuiteRule, claims: &mut [ClaimResult], alpha: Alpha) {
    let superior = |claim: &ClaimResult| claim.kind == ClaimKind::Superiority && claim.task.is_some();
    let p: Vec<f64> =
        claims.iter().filter(|claim| superior(claim)).map(|claim| claim.evidence.p_value).collect();
    let adjusted = holm(&p);
    for (claim, p) in claims.iter_mut().filter(|claim| superior(claim)).zip(adjusted) {
        claim.p_adjusted = p;
        claim.decides = rule == SuiteRule::ImproveOneRegressNone;
    }
    let pooled = claims.iter().find(|claim| claim.task.is_none()).map(|claim| claim.evidence.shown);
    let gate_open = pooled.unwrap_or(rule != SuiteRule::Pooled);
    for claim in claims.iter_mut() {
        let shown = if superior(claim) {
            gate_open && claim.evidence.obstacle.is_none() && claim.p_adjusted <= alpha.get()
        } else {
            claim.evidence.shown
        };
        claim.held = if shown { Held::Shown } else { Held::Open };
    }
}

/// Which claims are refuted, with Holm over everything that can reject the suite: each guard, the pooled endpoint, and
/// "no task improves", whose p is the largest of the tasks of role `improve` because all of them must fail.
fn refute(rule: SuiteRule, claims: &mut [ClaimResult], alpha: Alpha) {
    let alternatives = rule == SuiteRule::ImproveOneRegressNone;
    let one_of_many = |claim: &ClaimResult| {
        alternatives && claim.decides && claim.kind == ClaimKind::Superiority && claim.task.is_some()
    };
    let single = |claim: &ClaimResult| claim.decides && !one_of_many(claim);
    let mut p: Vec<f64> =
        claims.iter().filter(|claim| single(claim)).map(|claim| claim.evidence.p_against).collect();
    let none_improves = claims
        .iter()
        .filter(|claim| one_of_many(claim))
        .map(|claim| claim.evidence.p_against)
        .reduce(f64::max);
    p.extend(none_improves);
    let adjusted = holm(&p);
    for (claim, p) in claims.iter_mut().filter(|claim| single(claim)).zip(&adjusted) {
        claim.p_against_adjusted = *p;
    }
    if let (Some(_), Some(p)) = (none_improves, adjusted.last()) {
        for claim in claims.iter_mut().filter(|claim| one_of_many(claim)) {
            claim.p_against_adjusted = *p;
        }
    }
    for claim in claims.iter_mut().filter(|claim| claim.decides) {
        if claim.p_against_adjusted <= alpha.get() {
            claim.held = Held::Refuted;
        }
    }
}
