//! What the verdict over all tasks will mean.

use super::numbers::{count, points};
use crate::domain::policy::{Policy, Role, Spending, SuiteRule, TaskPolicy, Weights};

/// The names of tasks in a sentence.
fn names<'p>(tasks: impl Iterator<Item = &'p TaskPolicy>) -> String {
    tasks.map(|task| task.name.as_str()).collect::<Vec<_>>().join(", ")
}

fn improving(policy: &Policy) -> impl Iterator<Item = &TaskPolicy> {
    policy.tasks.iter().filter(|task| task.role == Role::Improve)
}

fn guarded(policy: &Policy) -> impl Iterator<Item = &TaskPolicy> {
    policy.tasks.iter().filter(|task| task.margin.is_some() || task.slices.is_some() || task.anchor.is_some())
}

pub(super) fn allow(policy: &Policy) -> Vec<String> {
    let mut says = Vec::new();
    match policy.suite.rule {
        SuiteRule::ImproveOneRegressNone => {
            let n = improving(policy).count();
            let correction = match n {
                1 => String::new(),
                n => format!(
                    " (Holm over {n}, so that the chance of a wrong one does not grow with their number)"
                ),
            };
            says.push(format!(
                "The candidate was shown to be better on at least one of: {}{correction}.",
                names(improving(policy))
            ));
        }
        SuiteRule::RegressNone => says.push("No improvement was asked for.".into()),
        SuiteRule::Pooled => {
            let pooled =
                policy.tasks.iter().filter(|task| matches!(task.role, Role::Improve | Role::NoRegression));
            let weights = match policy.suite.weights {
                Weights::Items => "each task weighs as much as it has items",
                Weights::Equal => "each task weighs the same",
            };
            let more = match policy.suite.min_delta {
                least if least > 0.0 => format!("better by more than {}", points(least)),
                _ => "better".to_owned(),
            };
            says.push(format!(
                "The candidate was shown to be {more} over {} together; {weights}.",
                names(pooled)
            ));
        }
    }
    if guarded(policy).next().is_some() {
        says.push(format!(
            "And every margin, slice, anchor and budget was shown to hold, each at its error rate without a correction, because all \
             of them must: {}.",
            names(guarded(policy))
        ));
    }
    says
}

pub(super) fn reject(policy: &Policy) -> Vec<String> {
    let mut says = Vec::new();
    if guarded(policy).next().is_some() {
        says.push(
            "At least one margin, slice, anchor or budget was shown to be broken, with Holm over all claims."
                .into(),
        );
    }
    match policy.suite.rule {
        SuiteRule::ImproveOneRegressNone => {
            says.push("Or every task of role improve was shown not to improve by what it asks for.".into());
        }
        SuiteRule::Pooled => {
            says.push("Or the pooled endpoint was shown not to improve by what it asks for.".into())
        }
        SuiteRule::RegressNone => {}
    }
    says
}

pub(super) fn inconclusive(policy: &Policy) -> Vec<String> {
    let open = match policy.suite.rule {
        SuiteRule::RegressNone => "a margin",
        SuiteRule::ImproveOneRegressNone | SuiteRule::Pooled => "an improvement or a margin",
    };
    vec![format!(
        "Neither: {open} was not shown and not refuted; the report names what blocks. It is no ALLOW."
    )]
}

pub(super) fn limits(policy: &Policy) -> Vec<String> {
    let limits = &policy.limits;
    let mut says = vec![match (limits.max_attempts, limits.spending) {
        (None, _) => "A release may be attempted any number of times, each at the full error rate: with five attempts a release \
                      that does not hold its claims is allowed far more often than alpha says."
            .to_owned(),
        (Some(1), _) => "A release may be attempted once.".to_owned(),
        (Some(n), Spending::Bonferroni) => format!(
            "A release may be attempted {n} times; the attempts share alpha, so any of them is a wrong ALLOW with at most alpha."
        ),
        (Some(n), Spending::None) => format!(
            "A release may be attempted {n} times, each at the full error rate: all of them together are wrong with up to {n} \
             times alpha."
        ),
    }];
    says.push(match limits.max_baseline_age {
        Some(days) => {
            format!(
                "A baseline of a store or trail that is older than {} does not allow.",
                count(usize::try_from(days).unwrap_or(usize::MAX), "day")
            )
        }
        None => "A baseline may be of any age.".to_owned(),
    });
    if limits.require_locked_plan {
        says.push("The plan must have been locked in the trail before the runs were read.".into());
    }
    says.push(if policy.waivers.may_turn_green {
        "A waiver turns the check green; the verdict stays what it is.".to_owned()
    } else {
        "A waiver is shown beside the verdict and does not turn the check green.".to_owned()
    });
    says
}
