//! What one task means.

use super::meaning::TaskMeaning;
use super::numbers::{count, points};
use crate::domain::number_format::percent;
use crate::domain::policy::{BaselineSource, FirstRun, Policy, Role, Scale, Spending, SuiteRule, TaskPolicy};
use crate::domain::{ClusterRule, Direction, EpochRule, Identical, MissingRule, TaskMismatch};

pub(super) fn meaning(task: &TaskPolicy, policy: &Policy) -> TaskMeaning {
    let mut says = vec![runs(task), units(task)];
    says.extend(shows(task, policy));
    if task.role != Role::ReportOnly {
        says.push(error_rate(task, policy));
    }
    says.extend(exceptions(task));
    TaskMeaning { name: task.name.to_string(), role: task.role.as_str(), says }
}

/// A run, as a sentence names it.
pub(in crate::policy) fn run(run: &BaselineSource) -> String {
    match run {
        BaselineSource::Path(path) => path.clone(),
        BaselineSource::Git { revision, path } => format!("{path} of {revision} (git)"),
        BaselineSource::Stored(name) => format!("the run {name} of the store"),
        BaselineSource::StoreLatestAllowed => "the newest allowed run of the store".into(),
        BaselineSource::TrailLatestAllowed => {
            "the candidate that the trail allowed last for this task".into()
        }
    }
}

fn runs(task: &TaskPolicy) -> String {
    let metric = task
        .metric
        .as_deref()
        .map_or("the only metric of the files".to_owned(), |name| format!("the metric {name}"));
    let better = match task.plan.direction {
        Direction::HigherIsBetter => "more is better",
        Direction::LowerIsBetter => "less is better",
    };
    format!("{} is compared with {} by {metric}; {better}.", task.candidate, run(&task.baseline))
}

fn units(task: &TaskPolicy) -> String {
    let epochs = match task.plan.epochs {
        EpochRule::Mean => "Repeats of an item are averaged".to_owned(),
        EpochRule::First => "Only the first epoch of an item counts".to_owned(),
        EpochRule::Only(epoch) => format!("Only epoch {epoch} of an item counts"),
    };
    let epochs = match &task.plan.id {
        Some(id) => format!("Items are named by {id}. {epochs}"),
        None => epochs,
    };
    match &task.plan.cluster {
        ClusterRule::FromData => {
            format!("{epochs}; items that the files put into one cluster count as one unit.")
        }
        ClusterRule::Off => {
            format!("{epochs}; items count as independent of each other, whatever the files say.")
        }
        ClusterRule::Key(key) => format!("{epochs}; items with the same {key} count as one unit."),
    }
}

/// What must be shown.
fn shows(task: &TaskPolicy, policy: &Policy) -> Vec<String> {
    let mut says = Vec::new();
    let reason = task.margin_rationale.as_deref().unwrap_or_default().trim_end_matches('.');
    let margin = task.margin.map(|margin| match task.scale {
        Scale::Difference => points(margin),
        Scale::Ratio => format!("{} of the baseline's mean", percent(margin)),
    });
    match task.role {
        Role::Improve => {
            let claim = if task.min_delta > 0.0 {
                format!("better by more than {}", points(task.min_delta))
            } else {
                "better".to_owned()
            };
            says.push(match policy.suite.rule {
                SuiteRule::ImproveOneRegressNone => {
                    format!("It should be shown to be {claim}; one task of role improve must be.")
                }
                SuiteRule::RegressNone => format!(
                    "Whether it is {claim} is reported and not required: the suite asks for no improvement."
                ),
                SuiteRule::Pooled => "Its items count in the pooled endpoint.".to_owned(),
            });
            says.extend(margin.map(|margin| {
                format!("It must be shown not to be worse by {margin} or more, because: {reason}.")
            }));
        }
        Role::NoRegression => {
            says.extend(margin.map(|margin| {
                format!("It must be shown not to be worse by {margin} or more, because: {reason}.")
            }));
        }
        Role::Budget => {
            says.extend(margin.map(|margin| {
                format!(
                    "It must be shown that the cost does not grow by {margin} or more, because: {reason}."
                )
            }));
        }
        Role::ReportOnly => says.push("Its numbers are shown and decide nothing.".into()),
    }
    if let Some(slices) = &task.slices {
        says.push(format!(
            "Each {} with at least {} must be shown not to be worse by {} or more; smaller ones are \
             only reported.",
            slices.by,
            count(usize::try_from(slices.min_items).unwrap_or(usize::MAX), "item"),
            points(slices.margin)
        ));
    }
    if let Some(anchor) = &task.anchor {
        says.push(format!(
            "It must be shown not to be worse by {} or more than {}, which stays fixed: small losses cannot add up beyond that.",
            points(anchor.margin),
            run(&anchor.run)
        ));
    }
    says
}

fn error_rate(task: &TaskPolicy, policy: &Policy) -> String {
    let alpha = task.plan.alpha;
    let each = policy.limits.alpha_of_attempt(alpha);
    let rate =
        format!("Each of its claims is wrongly shown with a probability of at most {}", points(each.get()));
    match (policy.limits.spending, policy.limits.max_attempts) {
        (Spending::Bonferroni, Some(attempts)) if attempts > 1 => {
            format!("{rate} in an attempt ({} over all {attempts} attempts).", points(alpha.get()))
        }
        _ => format!("{rate}."),
    }
}

/// What a reviewer may not expect.
fn exceptions(task: &TaskPolicy) -> Vec<String> {
    let mut says = Vec::new();
    let plan = &task.plan;
    match plan.missing {
        MissingRule::Error => says.push("A run with an unscored item is refused.".into()),
        MissingRule::Exclude => says.push(format!(
            "Unscored items are left out; the verdict must hold whatever they would have scored, and below {} paired it is \
             INCONCLUSIVE.",
            percent(plan.min_coverage.get())
        )),
    }
    if plan.task_mismatch == TaskMismatch::Allow {
        says.push("The two runs may name different tasks.".into());
    }
    if plan.identical == Identical::Allow {
        says.push("A candidate whose every score equals the baseline's is allowed where no improvement is asked for.".into());
    }
    if task.first_run == FirstRun::Record {
        says.push(
            "Where there is no baseline yet, the run is kept and the task decides nothing, this once.".into(),
        );
    }
    says
}
