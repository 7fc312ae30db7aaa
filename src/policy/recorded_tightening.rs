//! A tightening as an envelope records it: `NAME=VALUE`, so that the decision can be made again.

use super::Tightening;
use crate::domain::policy::FirstRun;
use crate::domain::{Alpha, Fraction, Identical, MissingRule, TaskMismatch};

/// What was said, one `NAME=VALUE` each; nothing where nothing was.
#[must_use]
pub fn recorded(by: &Tightening) -> Vec<String> {
    let said: [(&str, Option<String>); 11] = [
        ("alpha", by.alpha.map(|alpha| alpha.get().to_string())),
        ("min-coverage", by.min_coverage.map(|share| share.get().to_string())),
        ("min-delta", by.min_delta.map(|value| value.to_string())),
        ("margin", by.margin.map(|value| value.to_string())),
        ("missing", by.missing.map(|rule| rule.to_string())),
        ("task-mismatch", by.task_mismatch.map(|rule| rule.to_string())),
        ("identical", by.identical.map(|rule| rule.to_string())),
        ("first-run", by.first_run.map(|rule| rule.to_string())),
        ("max-attempts", by.max_attempts.map(|value| value.to_string())),
        ("max-baseline-age", by.max_baseline_age.map(|value| value.to_string())),
        ("require-locked-plan", by.require_locked_plan.map(|value| value.to_string())),
    ];
    said.into_iter().filter_map(|(name, value)| Some(format!("{name}={}", value?))).collect()
}

/// The tightening that was recorded; `None` where a line is none.
#[must_use]
pub fn from_recorded(lines: &[String]) -> Option<Tightening> {
    let mut by = Tightening::default();
    for line in lines {
        let (name, value) = line.split_once('=')?;
        match name {
            "alpha" => by.alpha = Some(value.parse().ok().and_then(Alpha::new)?),
            "min-coverage" => by.min_coverage = Some(value.parse().ok().and_then(Fraction::new)?),
            "min-delta" => by.min_delta = Some(value.parse().ok()?),
            "margin" => by.margin = Some(value.parse().ok()?),
            "missing" => by.missing = Some(MissingRule::from_name(value)?),
            "task-mismatch" => by.task_mismatch = Some(TaskMismatch::from_name(value)?),
            "identical" => by.identical = Some(Identical::from_name(value)?),
            "first-run" => by.first_run = Some(FirstRun::from_name(value)?),
            "max-attempts" => by.max_attempts = Some(value.parse().ok()?),
            "max-baseline-age" => by.max_baseline_age = Some(value.parse().ok()?),
            "require-locked-plan" => by.require_locked_plan = Some(value.parse().ok()?),
            _ => return None,
        }
    }
    Some(by)
}

#[cfg(test)]
mod tests {
    use super::{from_recorded, recorded};
    use crate::domain::policy::FirstRun;
    use crate::domain::{Alpha, Fraction, Identical, MissingRule, TaskMismatch};
    use crate::policy::Tightening;

    #[test]
    fn what_was_recorded_is_read_as_it_was() {
        let all = Tightening {
            alpha: Alpha::new(0.1 + 0.2),
            min_coverage: Fraction::new(1.0),
            min_delta: Some(1e-17),
            margin: Some(0.01),
            missing: Some(MissingRule::Error),
            task_mismatch: Some(TaskMismatch::Error),
            identical: Some(Identical::Judge),
            first_run: Some(FirstRun::Fail),
            max_attempts: Some(2),
            max_baseline_age: Some(30),
            require_locked_plan: Some(true),
        };
        for by in [Tightening::default(), all] {
            assert_eq!(from_recorded(&recorded(&by)), Some(by));
        }
        assert_eq!(recorded(&all).len(), 11);
        assert_eq!(from_recorded(&["alpha=0".into()]), None);
        assert_eq!(from_recorded(&["metric=f1".into()]), None);
    }
}
