//! What changes in one task.

use super::change::{Changes, Effect};
use crate::domain::policy::{Role, TaskPolicy};
use crate::domain::{ClusterRule, Direction, Fraction, Identical, MissingRule, Plan, TaskMismatch};
use crate::policy::words::run;

pub(super) fn compare(old: &TaskPolicy, new: &TaskPolicy, changes: &mut Changes) {
    let what = |key: &str| format!("{}: {key}", new.name);
    changes.of(role(old.role, new.role), &what("role"), old.role.as_str(), new.role.as_str());
    let text = |value: &Option<String>| value.clone().unwrap_or_else(|| "none".into());
    for (key, before, now) in [
        ("task-id", text(&old.task_id), text(&new.task_id)),
        ("candidate", old.candidate.clone(), new.candidate.clone()),
        ("baseline", run(&old.baseline), run(&new.baseline)),
        ("baseline-project", text(&old.baseline_project), text(&new.baseline_project)),
        ("format", text(&old.format), text(&new.format)),
        ("metric", text(&old.metric), text(&new.metric)),
    ] {
        changes.of(Effect::Changes, &what(key), &before, &now);
    }
    changes.strictness(&what("first-run"), old.first_run.as_str(), new.first_run.as_str(), "fail");
    if old.role == Role::Improve && new.role == Role::Improve {
        changes.number(&what("min-delta"), Some(old.min_delta), Some(new.min_delta), Some(false));
    }
    let comparable = (old.scale == new.scale).then_some(true);
    changes.number(&what("margin"), old.margin, new.margin, comparable);
    changes.of(
        Effect::Changes,
        &what("margin-rationale"),
        &text(&old.margin_rationale),
        &text(&new.margin_rationale),
    );
    changes.of(Effect::Changes, &what("scale"), old.scale.as_str(), new.scale.as_str());
    guards(old, new, changes);
    plan(&old.plan, &new.plan, what, changes);
}

/// From guarding nothing to guarding most. What an improve task asks for differs in kind, unless it asks for nothing.
fn role(old: Role, new: Role) -> Effect {
    match (old, new) {
        (_, Role::ReportOnly) => Effect::Loosens,
        (Role::ReportOnly, Role::NoRegression | Role::Budget) => Effect::Tightens,
        _ => Effect::Changes,
    }
}

fn guards(old: &TaskPolicy, new: &TaskPolicy, changes: &mut Changes) {
    let what = |key: &str| format!("{}: {key}", new.name);
    match (&old.slices, &new.slices) {
        (None, None) => {}
        (Some(slices), None) => {
            changes.add(Effect::Loosens, format!("{} by {} are no longer guarded", what("slices"), slices.by))
        }
        (None, Some(slices)) => {
            changes.add(Effect::Tightens, format!("{} by {} are guarded now", what("slices"), slices.by))
        }
        (Some(old), Some(new)) => {
            changes.of(Effect::Changes, &what("slices.by"), &old.by, &new.by);
            changes.number(
                &what("slices.min-items"),
                Some(old.min_items as f64),
                Some(new.min_items as f64),
                Some(true),
            );
            changes.number(&what("slices.margin"), Some(old.margin), Some(new.margin), Some(true));
        }
    }
    match (&old.anchor, &new.anchor) {
        (None, None) => {}
        (Some(anchor), None) => {
            changes.add(
                Effect::Loosens,
                format!("{} {} is no longer compared with", what("anchor"), run(&anchor.run)),
            );
        }
        (None, Some(anchor)) => {
            changes.add(
                Effect::Tightens,
                format!("{} {} is compared with as well", what("anchor"), run(&anchor.run)),
            );
        }
        (Some(old), Some(new)) => {
            changes.of(Effect::Changes, &what("anchor.run"), &run(&old.run), &run(&new.run));
            changes.number(&what("anchor.margin"), Some(old.margin), Some(new.margin), Some(true));
        }
    }
}

fn plan(old: &Plan, new: &Plan, what: impl Fn(&str) -> String, changes: &mut Changes) {
    let better = |plan: &Plan| (plan.direction == Direction::LowerIsBetter).to_string();
    changes.of(Effect::Changes, &what("lower-is-better"), &better(old), &better(new));
    changes.number(&what("alpha"), Some(old.alpha.get()), Some(new.alpha.get()), Some(true));
    let id = |plan: &Plan| plan.id.clone().unwrap_or_else(|| "the usual one".into());
    changes.of(Effect::Changes, &what("id"), &id(old), &id(new));
    let cluster = match (&old.cluster, &new.cluster) {
        (_, ClusterRule::Off) => Effect::Loosens,
        (ClusterRule::Off, _) => Effect::Tightens,
        _ => Effect::Changes,
    };
    changes.of(cluster, &what("cluster"), old.cluster.as_str(), new.cluster.as_str());
    changes.of(Effect::Changes, &what("epochs"), &old.epochs.describe(), &new.epochs.describe());
    changes.of(Effect::Changes, &what("method"), old.method.as_str(), new.method.as_str());
    changes.number(&what("resamples"), Some(old.resamples.into()), Some(new.resamples.into()), None);
    changes.of(Effect::Changes, &what("seed"), &old.seed.to_string(), &new.seed.to_string());
    changes.strictness(
        &what("missing"),
        old.missing.as_str(),
        new.missing.as_str(),
        MissingRule::Error.as_str(),
    );
    changes.number(
        &what("min-coverage"),
        Some(Fraction::get(old.min_coverage)),
        Some(Fraction::get(new.min_coverage)),
        Some(false),
    );
    let range = |plan: &Plan| plan.score_range.map_or("unknown".to_owned(), |range| range.to_string());
    changes.of(Effect::Changes, &what("score-range"), &range(old), &range(new));
    changes.strictness(
        &what("task-mismatch"),
        old.task_mismatch.as_str(),
        new.task_mismatch.as_str(),
        TaskMismatch::Error.as_str(),
    );
    changes.strictness(
        &what("identical"),
        old.identical.as_str(),
        new.identical.as_str(),
        Identical::Judge.as_str(),
    );
    // Both are advice only.
    changes.number(&what("power"), Some(old.power.get()), Some(new.power.get()), None);
    changes.number(&what("planned-delta"), old.planned_delta, new.planned_delta, None);
}
