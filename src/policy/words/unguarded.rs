//! What may become worse without the policy noticing. Whoever reviews a policy sees what stands there; this is what
//! does not.

use super::numbers::count;
use crate::domain::policy::{Policy, Role, Spending, SuiteRule, TaskPolicy};
use crate::domain::{ClusterRule, Direction};

pub(super) fn list(policy: &Policy) -> Vec<String> {
    let mut says: Vec<String> = policy.tasks.iter().filter_map(|task| falls(task, policy)).collect();
    for task in policy.tasks.iter().filter(|task| task.margin.is_some()) {
        if task.slices.is_none() && task.role != Role::Budget {
            says.push(format!(
                "{}: a subgroup may fall by any amount while others rise, since the task has no slices.",
                task.name
            ));
        }
        if task.anchor.is_none() && follows(task) {
            says.push(format!(
                "{}: many allowed losses below the margin may add up, since the baseline moves on with every release and the task \
                 has no anchor.",
                task.name
            ));
        }
    }
    for task in policy
        .tasks
        .iter()
        .filter(|task| task.role != Role::ReportOnly && task.plan.cluster == ClusterRule::Off)
    {
        says.push(format!(
            "{}: items count as independent. Where several share a passage, a document or a conversation, an ALLOW is wrong more \
             often than alpha says.",
            task.name
        ));
    }
    let attempts = policy.limits.max_attempts.map_or(2, |n| n);
    if attempts > 1 && policy.limits.spending == Spending::None {
        says.push("Repeated attempts at one release: each has the full error rate.".into());
    }
    if policy.suite.rule == SuiteRule::Pooled {
        says.push(pooled(policy));
    }
    says
}

/// A task that may fall without limit.
fn falls(task: &TaskPolicy, policy: &Policy) -> Option<String> {
    let name = &task.name;
    match task.role {
        Role::ReportOnly => Some(format!("{name}: report-only. It may become worse without limit.")),
        Role::Improve if task.margin.is_none() && task.anchor.is_none() => {
            let others = policy.tasks.iter().filter(|other| other.role == Role::Improve).count() - 1;
            match (policy.suite.rule, others) {
                (SuiteRule::ImproveOneRegressNone, 0) => None,
                (SuiteRule::ImproveOneRegressNone, _) => Some(format!(
                    "{name}: NO MARGIN. It may fall without limit while another task of role improve rises, and the release is allowed."
                )),
                (SuiteRule::RegressNone, _) => Some(format!(
                    "{name}: NO MARGIN, and the suite asks for no improvement. It may fall without limit."
                )),
                (SuiteRule::Pooled, _) => Some(format!(
                    "{name}: NO MARGIN. It may fall without limit while others rise and make up for it."
                )),
            }
        }
        Role::Improve | Role::NoRegression | Role::Budget => None,
    }
}

/// Whether the baseline is another run after each release.
fn follows(task: &TaskPolicy) -> bool {
    use crate::domain::policy::BaselineSource::{Git, Path, StoreLatestAllowed, Stored, TrailLatestAllowed};
    match &task.baseline {
        StoreLatestAllowed | TrailLatestAllowed => true,
        // A path is replaced when a baseline is promoted, and a branch moves.
        Path(_) | Git { .. } => task.role != Role::Budget,
        Stored(_) => false,
    }
}

fn pooled(policy: &Policy) -> String {
    let pooled = policy.tasks.iter().filter(|task| matches!(task.role, Role::Improve | Role::NoRegression));
    let tasks: Vec<_> = pooled.collect();
    let metrics: std::collections::BTreeSet<_> = tasks.iter().map(|task| task.metric.as_deref()).collect();
    let lower = tasks.iter().filter(|task| task.plan.direction == Direction::LowerIsBetter).count();
    let mixed = if metrics.len() > 1 || (lower > 0 && lower < tasks.len()) {
        " Their metrics differ: a point of one weighs as much as a point of another."
    } else {
        ""
    };
    format!(
        "The pooled endpoint of {}: one may fall while others rise, as far as its margin allows.{mixed}",
        count(tasks.len(), "task")
    )
}
