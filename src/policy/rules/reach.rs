//! Designs that can never allow anything, whatever the candidate does.

use super::errors;
use crate::domain::policy::{Limits, Role, Suite, SuiteRule};
use crate::domain::{Method, MethodChoice, ScoreRange};
use crate::policy::problem::Problems;
use crate::policy::task::ReadTask;

/// Methods that draw all of their resamples at random, however few items there are.
const DRAWN: [Method; 3] = [Method::PairedPermutation, Method::PairedBootstrap, Method::ClusterBootstrap];

/// Refuses error rates that the resamples, or the items of the smallest slice, can never reach.
pub(in crate::policy) fn reach(
    suite: &Suite,
    limits: &Limits,
    tasks: &[ReadTask<'_>],
    problems: &mut Problems,
) {
    let improving = tasks.iter().filter(|task| task.policy.role == Role::Improve).count();
    for task in tasks.iter().filter(|task| task.policy.role != Role::ReportOnly) {
        let (fields, policy) = (&task.fields, &task.policy);
        let alpha = limits.alpha_of_attempt(policy.plan.alpha).get();
        // Holm begins at alpha over the number of claims, and one of them has to pass there.
        let share = match (policy.role, suite.rule) {
            (Role::Improve, SuiteRule::ImproveOneRegressNone) => alpha / improving.max(1) as f64,
            _ => alpha,
        };
        // (1 + count) / (1 + B) is never less.
        let least = 1.0 / (f64::from(policy.plan.resamples) + 1.0);
        let drawn = DRAWN.iter().any(|method| policy.plan.method == MethodChoice::Named(*method));
        if drawn && share < least {
            let key = if fields.has("resamples") { "resamples" } else { "method" };
            fields.wrong(key, errors::resamples_too_few(policy.plan.resamples, share), problems);
        }
        if let Some(slices) = &policy.slices {
            let span = policy.plan.score_range.map_or(1.0, ScoreRange::span);
            let fewest = fewest_items(alpha, slices.margin / span);
            if slices.min_items < fewest {
                fields.wrong("slices", errors::slices_too_small(slices.min_items, fewest, alpha), problems);
            }
        }
    }
}

/// The fewest items that show at `alpha` that nothing fell by a `margin`, a share of the scores' range.
///
/// Where the truth is a loss of just the margin, n items may all have been won by chance with a probability of
/// `((1 - margin) / 2)^n` (0/1 scores), and no outcome is less likely. Sign flips of graded scores need at least as
/// many. 1 where the margin is no such share.
fn fewest_items(alpha: f64, margin: f64) -> u64 {
    let each = if margin < 1.0 { (1.0 - margin) / 2.0 } else { 0.0 };
    let (mut items, mut least) = (1, each);
    while least > alpha && items < 1024 {
        items += 1;
        least *= each;
    }
    items
}

#[cfg(test)]
mod tests {
    use super::fewest_items;

    #[test]
    fn fewer_items_than_these_show_nothing() {
        let small = |alpha| fewest_items(alpha, 1e-9);
        assert_eq!([0.5, 0.25, 0.05, 0.05 / 3.0, 0.03125, 0.01].map(small), [1, 2, 5, 6, 5, 7]);
        assert_eq!([fewest_items(0.05, 0.03), fewest_items(0.05, 0.3), fewest_items(0.05, 3.0)], [5, 3, 1]);
        assert!(small(f64::MIN_POSITIVE) > 1000);
    }
}
