//! What flags and inputs may do under a policy: tighten it, and nothing else.

use super::words::points;
use crate::domain::policy::{FirstRun, Policy, Role, Spending, TaskPolicy};
use crate::domain::{Alpha, Code, Diagnostic, Fraction, Identical, MissingRule, TaskMismatch};

/// What was said beside the policy; `None` where nothing was. It holds for every task that it is about.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Tightening {
    /// A smaller error rate.
    pub alpha: Option<Alpha>,
    /// A larger share that must be paired.
    pub min_coverage: Option<Fraction>,
    /// A larger improvement that counts, for tasks of role improve.
    pub min_delta: Option<f64>,
    /// A smaller margin, above 0, for tasks that have one.
    pub margin: Option<f64>,
    /// Unscored items are an error.
    pub missing: Option<MissingRule>,
    /// Runs of different tasks are an error.
    pub task_mismatch: Option<TaskMismatch>,
    /// A candidate that changes nothing is judged like any other.
    pub identical: Option<Identical>,
    /// A missing baseline is an error.
    pub first_run: Option<FirstRun>,
    /// Fewer attempts.
    pub max_attempts: Option<u32>,
    /// A younger baseline, in days.
    pub max_baseline_age: Option<u64>,
    /// A plan locked before.
    pub require_locked_plan: Option<bool>,
}

/// Applies what was said to a policy. Gives a line for each value that changed, as `plan.overridden` records them:
/// `mmlu-pro: alpha 0.05 -> 0.01`. Where anything is refused the policy stays as it was.
///
/// # Errors
/// `bad-policy` for a value that would loosen the policy, or is about no task of it; it names both values.
pub fn tighten(policy: &mut Policy, by: &Tightening) -> Result<Vec<String>, Diagnostic> {
    let mut changed = policy.clone();
    let mut lines = Vec::new();
    for task in &mut changed.tasks {
        lines.extend(one_task(task, by)?);
    }
    let any = |wanted: fn(&TaskPolicy) -> bool| policy.tasks.iter().any(wanted);
    if by.min_delta.is_some() && !any(|task| task.role == Role::Improve) {
        return Err(about_nothing("min-delta", "no task has the role improve"));
    }
    if by.margin.is_some() && !any(|task| task.margin.is_some()) {
        return Err(about_nothing("margin", "no task has a margin"));
    }
    let limits = &mut changed.limits;
    if let Some(attempts) = by.max_attempts {
        let before = limits.max_attempts;
        if before.is_some_and(|before| attempts > before) || attempts == 0 {
            return Err(loosens(
                "max-attempts",
                "",
                attempts,
                before.unwrap_or_default(),
                "a smaller number of at least 1",
            ));
        }
        if before != Some(attempts) {
            lines.push(format!(
                "max-attempts {} -> {attempts}",
                before.map_or("any".into(), |n| n.to_string())
            ));
            limits.max_attempts = Some(attempts);
            if let (Spending::Bonferroni, Some(before)) = (limits.spending, before) {
                keep_alpha_of_attempt(&mut changed.tasks, before, attempts);
            }
        }
    }
    if let Some(days) = by.max_baseline_age {
        let before = limits.max_baseline_age;
        if before.is_some_and(|before| days > before) {
            return Err(loosens("max-baseline-age", "", days, before.unwrap_or_default(), "fewer days"));
        }
        if before != Some(days) {
            lines.push(format!(
                "max-baseline-age {} -> {days}",
                before.map_or("any".into(), |n| n.to_string())
            ));
            limits.max_baseline_age = Some(days);
        }
    }
    match (limits.require_locked_plan, by.require_locked_plan) {
        (true, Some(false)) => return Err(loosens("require-locked-plan", "", false, true, "true")),
        (false, Some(true)) => {
            lines.push("require-locked-plan false -> true".into());
            limits.require_locked_plan = true;
        }
        _ => {}
    }
    *policy = changed;
    Ok(lines)
}

/// The error for a flag or input that no policy leaves open, such as another metric: `given` is what was said, `decided`
/// what the policy says.
#[must_use]
pub fn decided_by_policy(key: &str, given: &str, decided: &str) -> Diagnostic {
    Code::BadPolicy
        .at(key)
        .what(format!(
            "is {given:?}, and the policy says {decided:?}: under a policy, flags and inputs may only tighten"
        ))
        .next(format!("drop {key}, or change the policy in a pull request of its own"))
}

/// Fewer attempts would share alpha between fewer, and one of them be judged more loosely than the policy has it:
/// whoever names another number with each attempt would spend more than alpha. So alpha shrinks with their number.
fn keep_alpha_of_attempt(tasks: &mut [TaskPolicy], before: u32, now: u32) {
    for task in tasks {
        let alpha = task.plan.alpha.get() / f64::from(before) * f64::from(now);
        task.plan.alpha = Alpha::new(alpha).unwrap_or(task.plan.alpha);
    }
}

fn one_task(task: &mut TaskPolicy, by: &Tightening) -> Result<Vec<String>, Diagnostic> {
    let name = task.name.to_string();
    let mut lines = Vec::new();
    let mut number =
        |key: &str, given: Option<f64>, before: f64, smaller: bool| -> Result<bool, Diagnostic> {
            let Some(given) = given.filter(|given| *given != before) else { return Ok(false) };
            if (given < before) != smaller {
                let allowed = if smaller { "a smaller number" } else { "a larger number" };
                return Err(loosens(key, &name, points(given), points(before), allowed));
            }
            lines.push(format!("{name}: {key} {} -> {}", points(before), points(given)));
            Ok(true)
        };
    let plan = &mut task.plan;
    if number("alpha", by.alpha.map(Alpha::get), plan.alpha.get(), true)? {
        plan.alpha = by.alpha.unwrap_or(plan.alpha);
    }
    if number("min-coverage", by.min_coverage.map(Fraction::get), plan.min_coverage.get(), false)? {
        plan.min_coverage = by.min_coverage.unwrap_or(plan.min_coverage);
    }
    let min_delta = by.min_delta.filter(|_| task.role == Role::Improve);
    if number("min-delta", min_delta, task.min_delta, false)? {
        task.min_delta = min_delta.unwrap_or(task.min_delta);
    }
    if let Some(before) = task.margin {
        if by.margin.is_some_and(|margin| margin.is_nan() || margin <= 0.0) {
            return Err(loosens(
                "margin",
                &name,
                points(by.margin.unwrap_or_default()),
                points(before),
                "a number above 0",
            ));
        }
        if number("margin", by.margin, before, true)? {
            task.margin = by.margin;
        }
    }
    // Of each pair the stricter value stands first.
    lines.extend(stricter(
        "missing",
        &name,
        &mut plan.missing,
        by.missing,
        MissingRule::Error,
        MissingRule::as_str,
    )?);
    lines.extend(stricter(
        "task-mismatch",
        &name,
        &mut plan.task_mismatch,
        by.task_mismatch,
        TaskMismatch::Error,
        TaskMismatch::as_str,
    )?);
    lines.extend(stricter(
        "identical",
        &name,
        &mut plan.identical,
        by.identical,
        Identical::Judge,
        Identical::as_str,
    )?);
    lines.extend(stricter(
        "first-run",
        &name,
        &mut task.first_run,
        by.first_run,
        FirstRun::Fail,
        FirstRun::as_str,
    )?);
    task.plan.claim = task.main_claim();
    Ok(lines)
}

/// Sets a choice to its strict value.
fn stricter<T: Copy + PartialEq>(
    key: &str,
    task: &str,
    value: &mut T,
    given: Option<T>,
    strict: T,
    name: fn(T) -> &'static str,
) -> Result<Option<String>, Diagnostic> {
    let Some(given) = given.filter(|given| given != value) else { return Ok(None) };
    if given != strict {
        return Err(loosens(key, task, name(given), name(*value), name(strict)));
    }
    let line = format!("{task}: {key} {} -> {}", name(*value), name(given));
    *value = given;
    Ok(Some(line))
}

fn loosens(key: &str, task: &str, given: impl ToString, before: impl ToString, allowed: &str) -> Diagnostic {
    let of = if task.is_empty() { String::new() } else { format!(" for {task}") };
    Code::BadPolicy
        .at(key)
        .what(format!(
            "is {}, and the policy says {}{of}: under a policy, flags and inputs may only tighten",
            given.to_string(),
            before.to_string()
        ))
        .next(format!("drop it, write {allowed}, or change the policy in a pull request of its own"))
}

fn about_nothing(key: &str, why: &str) -> Diagnostic {
    Code::BadPolicy.at(key).what(format!("is set, and {why} in the policy")).next("drop it")
}

#[cfg(test)]
mod tests {
    use super::{Tightening, decided_by_policy, tighten};
    use crate::domain::{Alpha, Fraction, MissingRule};
    use crate::policy::parse;

    const POLICY: &str = "version: 1
tasks:
  - {name: a, role: improve, candidate: c, baseline: b, min-delta: 0.01, missing: exclude, margin: 0.02, margin-rationale: why}
  - {name: b, role: no-regression, candidate: c, baseline: b, alpha: 0.01, margin: 0.03, margin-rationale: why}
limits: {max-attempts: 3, spending: bonferroni, max-baseline-age: 30}
";

    fn with(by: Tightening) -> Result<Vec<String>, String> {
        let before = parse(POLICY, "p").unwrap();
        let mut policy = before.clone();
        let result = tighten(&mut policy, &by).map_err(|error| error.to_string());
        assert_eq!(policy == before, !result.as_ref().is_ok_and(|lines| !lines.is_empty()), "{result:?}");
        result
    }

    #[test]
    fn what_is_stricter_is_taken_and_recorded() {
        assert_eq!(with(Tightening::default()), Ok(vec![]));
        let by = Tightening {
            alpha: Alpha::new(0.01),
            min_delta: Some(0.02),
            margin: Some(0.015),
            missing: Some(MissingRule::Error),
            max_attempts: Some(2),
            ..Tightening::default()
        };
        assert_eq!(
            with(by).unwrap(),
            [
                "a: alpha 0.05 -> 0.01",
                "a: min-delta 0.01 -> 0.02",
                "a: margin 0.02 -> 0.015",
                "a: missing exclude -> error",
                "b: margin 0.03 -> 0.015",
                "max-attempts 3 -> 2",
            ]
        );
    }

    #[test]
    fn fewer_attempts_leave_no_more_alpha_to_each() {
        let mut policy = parse(POLICY, "p").unwrap();
        let each = |policy: &crate::domain::policy::Policy| {
            policy.limits.alpha_of_attempt(policy.tasks[0].plan.alpha).get()
        };
        let before = each(&policy);
        tighten(&mut policy, &Tightening { max_attempts: Some(1), ..Tightening::default() }).unwrap();
        assert!((each(&policy) - before).abs() < 1e-12);
    }

    #[test]
    fn what_is_looser_is_refused_with_both_values() {
        let refused = |by: Tightening, both: [&str; 2]| {
            let error = with(by).unwrap_err();
            assert!(
                both.iter().all(|value| error.contains(value)) && error.ends_with("[bad-policy]"),
                "{error}"
            );
        };
        let none = Tightening::default();
        // Stricter for one task and looser for another.
        refused(Tightening { alpha: Alpha::new(0.02), ..none }, ["0.02", "0.01"]);
        refused(Tightening { min_coverage: Fraction::new(0.5), ..none }, ["0.5", "0.95"]);
        refused(Tightening { min_delta: Some(0.0), ..none }, ["0", "0.01"]);
        refused(Tightening { margin: Some(0.025), ..none }, ["0.025", "0.02"]);
        refused(Tightening { margin: Some(0.0), ..none }, ["is 0", "0.02"]);
        refused(Tightening { margin: Some(f64::NAN), ..none }, ["NaN", "0.02"]);
        refused(Tightening { missing: Some(MissingRule::Exclude), ..none }, ["exclude", "error"]);
        refused(Tightening { max_attempts: Some(4), ..none }, ["4", "3"]);
        refused(Tightening { max_attempts: Some(0), ..none }, ["0", "3"]);
        refused(Tightening { max_baseline_age: Some(31), ..none }, ["31", "30"]);
        let error = decided_by_policy("--metric", "f1", "accuracy").to_string();
        assert!(error.contains("f1") && error.contains("accuracy"), "{error}");
    }
}
