//! Why keys do not go together, one function a message.

use crate::domain::policy::{Role, SuiteRule};
use crate::policy::errors::wrong;
use crate::policy::problem::Wrong;
use crate::policy::task::MARGIN;

pub(super) fn margin_missing(role: Role) -> Wrong {
    wrong(
        format!("\"margin\" is missing, and a task of role {role} is about nothing else"),
        format!("write `margin`, {MARGIN}, and `margin-rationale`, which says why that much"),
    )
}

pub(super) fn rationale_missing() -> Wrong {
    wrong(
        "\"margin-rationale\" is missing: nobody can review a margin without its reason",
        "write `margin-rationale: \"...\"` with a sentence that says why that much worse is acceptable",
    )
}

pub(super) fn rationale_without_margin() -> Wrong {
    wrong("stands here, and no margin does", "write the `margin` that it explains, or remove it")
}

pub(super) fn margin_of_report_only(key: &str) -> Wrong {
    wrong(
        format!("{key:?} stands in a task of role report-only, which decides nothing"),
        "remove it, or write `role: no-regression`",
    )
}

pub(super) fn guard_of_report_only(key: &str) -> Wrong {
    wrong(
        format!("{key:?} guards something, and a task of role report-only decides nothing"),
        "remove it, or write `role: no-regression` with a margin",
    )
}

pub(super) fn min_delta_of_role(role: Role) -> Wrong {
    wrong(
        format!("\"min-delta\" is the improvement that counts, and a task of role {role} need not improve"),
        "remove it, or write `role: improve`; how much worse is acceptable is `margin`",
    )
}

pub(super) fn ratio_of_role(role: Role) -> Wrong {
    wrong(
        format!(
            "is ratio, and the role is {role}: only a budget is counted as a share of the baseline's mean"
        ),
        "remove `scale` and count the margin in units of the metric, or write `role: budget`",
    )
}

pub(super) fn ratio_of_one(margin: f64) -> Wrong {
    wrong(
        format!("is {margin} of the baseline's mean, so that the cost may at least double"),
        "write a share below 1: 0.1 is a tenth of the baseline's mean",
    )
}

pub(super) fn ratio_guards(key: &str) -> Wrong {
    wrong(
        format!("{key:?} has a margin in units of the metric, and this task counts in a ratio"),
        "write `scale: difference`, or put it into a task of its own",
    )
}

pub(super) fn budget_of_benefit() -> Wrong {
    wrong(
        "says that more is better, and the role is budget: a cost, of which less is better",
        "write `lower-is-better: true` in this task, or `role: no-regression`",
    )
}

pub(super) fn method_without_margin(min_delta: f64) -> Wrong {
    wrong(
        format!(
            "is mcnemar_midp, which only knows better from worse: it never shows more than {min_delta}, so nothing is ever allowed"
        ),
        "write `method: auto`, or remove `min-delta`",
    )
}

pub(super) fn planned_outside_claim(planned: f64, null: f64) -> Wrong {
    wrong(
        format!(
            "is {planned}, and the claim is an improvement of more than {null}: no number of items shows it"
        ),
        format!("write a number above {null}, the improvement that you expect"),
    )
}

pub(super) fn min_delta_beyond_range(min_delta: f64, span: f64) -> Wrong {
    wrong(
        format!("is {min_delta}, and scores lie at most {span} apart (score-range): nothing is ever allowed"),
        format!("write a number below {span}; one point of a score from 0 to 1 is 0.01"),
    )
}

pub(super) fn margin_beyond_range(margin: f64, span: f64) -> Wrong {
    wrong(
        format!(
            "is {margin}, and scores lie at most {span} apart (score-range): the claim holds whatever the candidate does"
        ),
        format!("write a number below {span}; one point of a score from 0 to 1 is 0.01"),
    )
}

pub(super) fn same_name(name: &str, first: &str, line: usize) -> Wrong {
    let what = if name == first {
        format!("is {name:?}, and so is the task on line {line}")
    } else {
        format!("is {name:?}, which differs from {first:?} on line {line} in case alone")
    };
    wrong(what, "give each task a name of its own")
}

pub(super) fn spending_of_what() -> Wrong {
    wrong(
        "is bonferroni, which divides alpha by the number of attempts, and \"max-attempts\" is missing",
        "write `max-attempts: 3`, or the number that you allow; or `spending: none`",
    )
}

pub(super) fn nothing_to_improve() -> Wrong {
    wrong(
        "is improve-one-regress-none, and no task has the role improve: nothing is ever allowed",
        "write `role: improve` in a task, or `rule: regress-none`",
    )
}

pub(super) fn nothing_to_show() -> Wrong {
    wrong(
        "nothing has to be shown: no task has a margin, slices or an anchor, so every candidate would be allowed",
        "write `margin` and `margin-rationale` in a task of role no-regression, or a task of role improve under `rule: \
         improve-one-regress-none`",
    )
}

pub(super) fn nothing_to_pool() -> Wrong {
    wrong(
        "is pooled, and no task has the role improve or no-regression: there is nothing to pool",
        "write one of these roles in a task, or `rule: regress-none`",
    )
}

pub(super) fn only_pooled(key: &str, rule: SuiteRule) -> Wrong {
    wrong(
        format!("{key:?} is about the pooled endpoint, and the rule is {rule}"),
        "remove it, or write `rule: pooled`",
    )
}

pub(super) fn resamples_too_few(resamples: u32, share: f64) -> Wrong {
    let needed = (1.0 / share).ceil();
    wrong(
        format!(
            "no p-value of {resamples} resamples is below 1 / {}, and one of {share:.2e} is needed (alpha over attempts and \
             tasks): nothing is ever allowed",
            u64::from(resamples) + 1
        ),
        format!(
            "write `resamples: {}` or more, or a larger alpha",
            if needed < 1e7 { needed.max(100.0) } else { 1e7 }
        ),
    )
}

pub(super) fn slices_too_small(min_items: u64, fewest: u64, alpha: f64) -> Wrong {
    wrong(
        format!(
            "\"min-items\" is {min_items}, and a slice of fewer than {fewest} items shows nothing at alpha {alpha}: one that \
             small would block every release"
        ),
        format!("write `min-items: {fewest}` or more; some hundreds are usual"),
    )
}
