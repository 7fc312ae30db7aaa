//! What changes beside the tasks.

use super::change::{Changes, Effect};
use crate::domain::policy::{Limits, Policy, Spending, Suite, SuiteRule};

pub(super) fn suite(old: &Suite, new: &Suite, changes: &mut Changes) {
    let effect = match (old.rule, new.rule) {
        (SuiteRule::ImproveOneRegressNone | SuiteRule::Pooled, SuiteRule::RegressNone) => Effect::Loosens,
        (SuiteRule::RegressNone, SuiteRule::ImproveOneRegressNone | SuiteRule::Pooled) => Effect::Tightens,
        _ => Effect::Changes,
    };
    changes.of(effect, "suite.rule", old.rule.as_str(), new.rule.as_str());
    changes.of(Effect::Changes, "suite.weights", old.weights.as_str(), new.weights.as_str());
    changes.number("suite.min-delta", Some(old.min_delta), Some(new.min_delta), Some(false));
}

pub(super) fn limits(old: &Limits, new: &Limits, changes: &mut Changes) {
    changes.number(
        "limits.max-attempts",
        old.max_attempts.map(f64::from),
        new.max_attempts.map(f64::from),
        Some(true),
    );
    let shared = Spending::Bonferroni.as_str();
    changes.strictness("limits.spending", old.spending.as_str(), new.spending.as_str(), shared);
    let days = |limits: &Limits| limits.max_baseline_age.map(|days| days as f64);
    changes.number("limits.max-baseline-age", days(old), days(new), Some(true));
    let locked = |limits: &Limits| limits.require_locked_plan.to_string();
    changes.strictness("limits.require-locked-plan", &locked(old), &locked(new), "true");
}

pub(super) fn others(old: &Policy, new: &Policy, changes: &mut Changes) {
    let green = |policy: &Policy| policy.waivers.may_turn_green.to_string();
    changes.strictness("waivers.may-turn-green", &green(old), &green(new), "false");
    let name = |policy: &Policy| policy.check.name.clone().unwrap_or_else(|| "the usual one".into());
    if name(old) != name(new) {
        let words = format!(
            "check.name: {} -> {}; a rule that requires the check by its old name waits for one that no longer comes",
            name(old),
            name(new)
        );
        changes.add(Effect::Changes, words);
    }
    changes.of(Effect::Changes, "check.comment", old.check.comment.as_str(), new.check.comment.as_str());
}
