//! Which keys of one task go together.

use super::errors;
use crate::domain::policy::{Role, Scale};
use crate::domain::{Direction, Method, MethodChoice};
use crate::policy::problem::Problems;
use crate::policy::task::ReadTask;

/// Holds a task to its role.
pub(in crate::policy) fn task(task: &ReadTask<'_>, problems: &mut Problems) {
    let (fields, policy) = (&task.fields, &task.policy);
    let role = policy.role;
    margins(task, problems);
    if fields.has("min-delta") && role != Role::Improve {
        fields.wrong("min-delta", errors::min_delta_of_role(role), problems);
    }
    if fields.has("scale") && policy.scale == Scale::Ratio {
        if role != Role::Budget {
            fields.wrong("scale", errors::ratio_of_role(role), problems);
        }
        if policy.margin.is_some_and(|margin| margin >= 1.0) {
            fields.wrong("margin", errors::ratio_of_one(policy.margin.unwrap_or_default()), problems);
        }
        for key in ["slices", "anchor"].into_iter().filter(|key| fields.has(key)) {
            fields.wrong(key, errors::ratio_guards(key), problems);
        }
    }
    if role == Role::ReportOnly {
        for key in ["slices", "anchor"].into_iter().filter(|key| fields.has(key)) {
            fields.wrong(key, errors::guard_of_report_only(key), problems);
        }
    }
    let direction_known = fields.has("lower-is-better") || fields.lacks("lower-is-better");
    if role == Role::Budget && policy.plan.direction == Direction::HigherIsBetter && direction_known {
        fields.wrong("lower-is-better", errors::budget_of_benefit(), problems);
    }
    if policy.min_delta > 0.0 && policy.plan.method == MethodChoice::Named(Method::McnemarMidp) {
        fields.wrong("method", errors::method_without_margin(policy.min_delta), problems);
    }
    if let Some(planned) = policy.plan.planned_delta
        && policy.scale == Scale::Difference
        && planned <= policy.plan.claim.lower_null()
        && policy.plan.score_range.is_none_or(|range| policy.min_delta < range.span())
    {
        fields.wrong(
            "planned-delta",
            errors::planned_outside_claim(planned, policy.plan.claim.lower_null()),
            problems,
        );
    }
    range(task, problems);
}

fn margins(task: &ReadTask<'_>, problems: &mut Problems) {
    let (fields, role) = (&task.fields, task.policy.role);
    match role {
        Role::NoRegression | Role::Budget if fields.lacks("margin") => {
            problems.add(fields.at, fields.path("margin"), errors::margin_missing(role));
        }
        Role::ReportOnly => {
            for key in ["margin", "margin-rationale"].into_iter().filter(|key| fields.has(key)) {
                fields.wrong(key, errors::margin_of_report_only(key), problems);
            }
            return;
        }
        Role::Improve | Role::NoRegression | Role::Budget => {}
    }
    match (!fields.lacks("margin"), !fields.lacks("margin-rationale")) {
        (true, false) => {
            problems.add(fields.at, fields.path("margin-rationale"), errors::rationale_missing())
        }
        (false, true) if role == Role::Improve && fields.has("margin-rationale") => {
            fields.wrong("margin-rationale", errors::rationale_without_margin(), problems);
        }
        _ => {}
    }
}

/// Margins as wide as the range of the scores hold whatever happens, and no candidate improves by as much.
fn range(task: &ReadTask<'_>, problems: &mut Problems) {
    let (fields, policy) = (&task.fields, &task.policy);
    let Some(span) = policy.plan.score_range.map(crate::domain::ScoreRange::span) else { return };
    if policy.min_delta >= span {
        fields.wrong("min-delta", errors::min_delta_beyond_range(policy.min_delta, span), problems);
    }
    if policy.scale == Scale::Ratio {
        return;
    }
    let guards = [
        ("margin", policy.margin),
        ("slices", policy.slices.as_ref().map(|slices| slices.margin)),
        ("anchor", policy.anchor.as_ref().map(|anchor| anchor.margin)),
    ];
    for (key, margin) in guards {
        if let Some(margin) = margin.filter(|margin| *margin >= span) {
            fields.wrong(key, errors::margin_beyond_range(margin, span), problems);
        }
    }
}
