//! What tasks, suite and limits must be to each other.

use std::collections::BTreeMap;

use super::errors;
use crate::domain::policy::{Limits, Role, Spending, Suite, SuiteRule};
use crate::policy::fields::Fields;
use crate::policy::problem::Problems;
use crate::policy::task::ReadTask;

/// Names are told apart on every file system: not by case alone.
pub(in crate::policy) fn names(tasks: &[ReadTask<'_>], problems: &mut Problems) {
    let mut seen: BTreeMap<String, (&str, usize)> = BTreeMap::new();
    for task in tasks {
        let name = task.policy.name.as_str();
        let line = task.fields.place("name").line;
        match seen.get(&name.to_ascii_lowercase()) {
            Some((first, at)) => task.fields.wrong("name", errors::same_name(name, first, *at), problems),
            None => drop(seen.insert(name.to_ascii_lowercase(), (name, line))),
        }
    }
}

/// How attempts share alpha says nothing without their number.
pub(in crate::policy) fn limits(limits: &Limits, fields: &Fields<'_>, problems: &mut Problems) {
    if limits.spending == Spending::Bonferroni && fields.lacks("max-attempts") {
        fields.wrong("spending", errors::spending_of_what(), problems);
    }
}

/// Holds the suite's rule to the roles of its tasks.
pub(in crate::policy) fn suite(
    suite: &Suite,
    fields: Option<&Fields<'_>>,
    top: &Fields<'_>,
    tasks: &[ReadTask<'_>],
    problems: &mut Problems,
) {
    let any = |wanted: &[Role]| tasks.iter().any(|task| wanted.contains(&task.policy.role));
    let guarded = tasks.iter().any(|task| {
        let policy = &task.policy;
        policy.margin.is_some() || policy.slices.is_some() || policy.anchor.is_some()
    });
    let mut wrong = |key: &str, wrong| match fields {
        Some(fields) if fields.has(key) => fields.wrong(key, wrong, problems),
        _ => top.wrong("tasks", wrong, problems),
    };
    match suite.rule {
        SuiteRule::ImproveOneRegressNone if !any(&[Role::Improve]) => {
            wrong("rule", errors::nothing_to_improve())
        }
        SuiteRule::RegressNone if !guarded => wrong("rule", errors::nothing_to_show()),
        SuiteRule::Pooled if !any(&[Role::Improve, Role::NoRegression]) => {
            wrong("rule", errors::nothing_to_pool())
        }
        SuiteRule::ImproveOneRegressNone | SuiteRule::RegressNone | SuiteRule::Pooled => {}
    }
    if suite.rule != SuiteRule::Pooled {
        for key in ["weights", "min-delta"] {
            if fields.is_some_and(|fields| fields.has(key)) {
                wrong(key, errors::only_pooled(key, suite.rule));
            }
        }
    }
}
