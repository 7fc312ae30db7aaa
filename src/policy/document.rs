//! The file as a whole: its top, and what stands beside the tasks.

use super::errors;
use super::fields::{Fields, choice, text, truth, whole};
use super::keys;
use super::problem::{Problems, Wrong};
use super::rules;
use super::shared::Shared;
use super::task::{ReadTask, min_delta};
use super::yaml::{Node, Value};
use crate::domain::policy::{
    CheckPolicy, CommentMode, Limits, Policy, Role, Spending, Suite, SuiteRule, TaskPolicy, Waivers, Weights,
};

/// Longest name of a check.
const LONGEST_NAME: usize = 100;

/// The policy that a document holds; `None` where something was added to `problems`.
pub(super) fn policy(root: &Node, problems: &mut Problems) -> Option<Policy> {
    let top = Fields::of(root, "", &[keys::TOP], problems)?;
    top.required("version", "`version: 1`", problems, version);
    let defaults = top
        .node("defaults")
        .and_then(|node| Fields::of(node, "defaults", &[keys::DEFAULTS], problems))
        .map(|fields| Shared::read(&fields, problems))
        .unwrap_or_default();
    let tasks = tasks(&top, &defaults, problems);
    let limits = limits(&top, problems);
    let waivers = waivers(&top, problems);
    let check = check(&top, problems);
    let roles: Vec<Role> = tasks.iter().map(|task| task.policy.role).collect();
    let (suite, suite_fields) = suite(&top, &roles, problems);
    for task in &tasks {
        rules::task(task, problems);
    }
    rules::names(&tasks, problems);
    if !problems.is_empty() {
        return None;
    }
    rules::suite(&suite, suite_fields.as_ref(), &top, &tasks, problems);
    rules::reach(&suite, &limits, &tasks, problems);
    let tasks: Vec<TaskPolicy> = tasks.into_iter().map(|task| task.policy).collect();
    problems.is_empty().then_some(Policy { tasks, suite, limits, waivers, check })
}

/// Version 1, and no other.
pub(super) fn version(node: &Node) -> Result<(), Wrong> {
    match whole("1", Some)(node)? {
        1 => Ok(()),
        other => Err(errors::version(&other.to_string())),
    }
}

fn tasks<'n>(top: &Fields<'n>, defaults: &Shared, problems: &mut Problems) -> Vec<ReadTask<'n>> {
    const WRITE: &str = "at least one task with name, role, candidate and baseline";
    let items = top.required("tasks", WRITE, problems, |node| match &node.value {
        Value::List(items) if !items.is_empty() => Ok(items),
        _ => Err(errors::no_list(&node.found(), "a list of tasks", WRITE)),
    });
    let mut read = Vec::new();
    for (index, node) in items.into_iter().flatten().enumerate() {
        read.extend(ReadTask::read(node, &format!("tasks[{index}]"), defaults, problems));
    }
    read
}

fn suite<'n>(top: &Fields<'n>, roles: &[Role], problems: &mut Problems) -> (Suite, Option<Fields<'n>>) {
    let usual = if roles.contains(&Role::Improve) {
        SuiteRule::ImproveOneRegressNone
    } else {
        SuiteRule::RegressNone
    };
    let mut suite = Suite { rule: usual, weights: Weights::Items, min_delta: 0.0 };
    let fields = top.node("suite").and_then(|node| Fields::of(node, "suite", &[keys::SUITE], problems));
    if let Some(fields) = &fields {
        suite.rule =
            fields.optional("rule", problems, choice(SuiteRule::ALL, SuiteRule::as_str)).unwrap_or(usual);
        fields.optional("correction", problems, choice(&["holm"], |name| name));
        suite.weights = fields
            .optional("weights", problems, choice(Weights::ALL, Weights::as_str))
            .unwrap_or(suite.weights);
        suite.min_delta = fields.optional("min-delta", problems, min_delta).unwrap_or(0.0);
    }
    (suite, fields)
}

fn limits(top: &Fields<'_>, problems: &mut Problems) -> Limits {
    let mut limits = Limits {
        max_attempts: None,
        spending: Spending::None,
        max_baseline_age: None,
        require_locked_plan: false,
    };
    let node = top.node("limits");
    let Some(fields) = node.and_then(|node| Fields::of(node, "limits", &[keys::LIMITS], problems)) else {
        return limits;
    };
    limits.max_attempts = fields.optional(
        "max-attempts",
        problems,
        whole("a whole number of at least 1", |n| u32::try_from(n).ok().filter(|n| *n >= 1)),
    );
    limits.spending = fields
        .optional("spending", problems, choice(Spending::ALL, Spending::as_str))
        .unwrap_or(Spending::None);
    limits.max_baseline_age =
        fields.optional("max-baseline-age", problems, whole("a whole number of days", Some));
    limits.require_locked_plan = fields.optional("require-locked-plan", problems, truth).unwrap_or(false);
    rules::limits(&limits, &fields, problems);
    limits
}

fn waivers(top: &Fields<'_>, problems: &mut Problems) -> Waivers {
    let node = top.node("waivers");
    let fields = node.and_then(|node| Fields::of(node, "waivers", &[keys::WAIVERS], problems));
    let may = fields.and_then(|fields| fields.optional("may-turn-green", problems, truth));
    Waivers { may_turn_green: may.unwrap_or(false) }
}

fn check(top: &Fields<'_>, problems: &mut Problems) -> CheckPolicy {
    let node = top.node("check");
    let Some(fields) = node.and_then(|node| Fields::of(node, "check", &[keys::CHECK], problems)) else {
        return CheckPolicy { name: None, comment: CommentMode::Off };
    };
    let name = fields.optional(
        "name",
        problems,
        text("a name of at most 100 characters", |name| match name.chars().count() {
            chars if chars > LONGEST_NAME => Err(format!("it has {chars} characters")),
            _ => Ok(name.trim().to_owned()),
        }),
    );
    let comment = fields.optional("comment", problems, choice(CommentMode::ALL, CommentMode::as_str));
    CheckPolicy { name, comment: comment.unwrap_or(CommentMode::Off) }
}
