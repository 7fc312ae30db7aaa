//! From what an envelope recorded back to the plan that it was decided under: the same inputs under
//! that plan must give the same numbers again.

use serde_json::Value;

use super::record::Record;
use super::v1;
use crate::domain::{
    About, Alpha, Claim, ClusterRule, Code, Diagnostic, Direction, Edition, EpochRule, Fraction, Identical,
    Lambda, MissingRule, Plan, Rule, Sampling, ScoreRange, Sides, TaskMismatch,
};

/// The plan that was recorded. `margin` is the report's margin of a claim of equivalence.
///
/// # Errors
/// `envelope-unreadable` where a member holds no value that a plan can have, naming it.
pub fn plan(recorded: &v1::Plan, margin: Option<f64>) -> Result<Plan, Diagnostic> {
    let claim = match recorded.hypothesis.as_str() {
        "equivalent" => margin.and_then(Claim::within),
        _ => Claim::above(recorded.null_value),
    };
    let claim = claim.filter(|claim| claim.hypothesis() == recorded.hypothesis);
    let rule = [Rule::Interval, Rule::Evalsig01].into_iter().find(|rule| rule.as_str() == recorded.rule);
    let missing = [MissingRule::Error, MissingRule::Exclude];
    let missing = missing.into_iter().find(|missing| missing.as_str() == recorded.missing);
    let epochs = match recorded.epochs.as_str() {
        "mean" => Some(EpochRule::Mean),
        "first" => Some(EpochRule::First),
        number => number.parse().ok().map(EpochRule::Only),
    };
    Ok(Plan {
        claim: known("hypothesis", &recorded.hypothesis, claim)?,
        rule: known("rule", &recorded.rule, rule)?,
        alpha: known("alpha", &recorded.alpha.to_string(), Alpha::new(recorded.alpha))?,
        power: known("power", &recorded.power.to_string(), Fraction::new(recorded.power))?,
        planned_delta: recorded.planned_delta,
        sides: known(
            "sides",
            &recorded.sides,
            match recorded.sides.as_str() {
                "one" => Some(Sides::One),
                "two" => Some(Sides::Two),
                _ => None,
            },
        )?,
        method: known("method", &recorded.method, recorded.method.parse().ok())?,
        resamples: recorded.resamples,
        seed: known("seed", &recorded.seed, recorded.seed.parse().ok())?,
        direction: known(
            "better",
            &recorded.better,
            match recorded.better.as_str() {
                "higher" => Some(Direction::HigherIsBetter),
                "lower" => Some(Direction::LowerIsBetter),
                _ => None,
            },
        )?,
        direction_named: recorded.better_named.unwrap_or(false),
        id: recorded.id.clone(),
        cluster: known(
            "cluster_rule",
            recorded.cluster_rule.as_deref().unwrap_or_default(),
            ClusterRule::recorded(&recorded.cluster, recorded.cluster_rule.as_deref()),
        )?,
        task_mismatch: choice(
            "task_mismatch",
            recorded.task_mismatch.as_deref(),
            [TaskMismatch::Error, TaskMismatch::Allow],
            TaskMismatch::as_str,
        )?,
        identical: choice(
            "identical",
            recorded.identical.as_deref(),
            [Identical::Judge, Identical::Allow],
            Identical::as_str,
        )?,
        epochs: known("epochs", &recorded.epochs, epochs)?,
        missing: known("missing", &recorded.missing, missing)?,
        min_coverage: known(
            "min_coverage",
            &recorded.min_coverage.to_string(),
            Fraction::new(recorded.min_coverage),
        )?,
        score_range: match recorded.score_range {
            None => None,
            Some((lo, hi)) => Some(known("score_range", &format!("{lo},{hi}"), ScoreRange::new(lo, hi))?),
        },
        sampling: recorded.sampling.as_ref().map(sampling).transpose()?,
        gold: match &recorded.lambda {
            None => None,
            Some(text) => Some(known("lambda", text, Lambda::from_name(text))?),
        },
        edition: Edition::of_engine(&recorded.engine),
    })
}

/// How items were drawn.
fn sampling(recorded: &v1::Sampling) -> Result<Sampling, Diagnostic> {
    let unknown = |error: Diagnostic| {
        Code::EnvelopeUnreadable.at(format!("plan.sampling.{}", error.place)).what(error.what)
    };
    Ok(Sampling {
        about: known("sampling.about", &recorded.about, About::from_name(&recorded.about))?,
        bank: known(
            "sampling.bank_content_sha256",
            &recorded.bank_content_sha256,
            recorded.bank_content_sha256.parse().ok(),
        )?,
        draw: recorded.draw.read().map_err(unknown)?,
        predictor: recorded
            .predictor
            .as_ref()
            .map(|predictor| predictor.read())
            .transpose()
            .map_err(unknown)?,
    })
}

/// One of two words; the first where an earlier version did not write the member.
fn choice<T: Copy>(
    member: &str,
    recorded: Option<&str>,
    choices: [T; 2],
    name: fn(T) -> &'static str,
) -> Result<T, Diagnostic> {
    let [usual, _] = choices;
    match recorded {
        None => Ok(usual),
        Some(word) => known(member, word, choices.into_iter().find(|choice| name(*choice) == word)),
    }
}

fn known<T>(member: &str, found: &str, value: Option<T>) -> Result<T, Diagnostic> {
    value.ok_or_else(|| {
        Code::EnvelopeUnreadable
            .at(format!("plan.{member}"))
            .what(format!("is {found:?}, which this version does not know"))
            .next("use the evalsig that wrote it, or a newer one")
    })
}

/// A member that came out otherwise than it was recorded.
#[derive(Clone, Debug, PartialEq)]
pub struct Difference {
    /// Where: `report.comparison.delta`.
    pub member: String,
    /// What the envelope holds.
    pub recorded: Value,
    /// What came out.
    pub again: Value,
}

/// How far a number may lie from the one that was recorded, as a share of the larger of the two. The
/// same engine gives the same bits; another version is held to this.
pub const TOLERANCE: f64 = 1e-9;

/// Members that came without a change of the engine's version: an envelope may lack them, never have others.
const ADDED: [&str; 2] = ["levels", "p_value_against"];

/// What differs between the members that inputs, plan and seed determine. `exactly` asks for the same
/// bits. Members of newer versions that did not come out again are no difference, nor are remarks: how a
/// file had to be read depends on its format.
///
/// # Errors
/// `internal-error` where what came out is no JSON.
pub fn differences(recorded: &Value, again: &Record, exactly: bool) -> Result<Vec<Difference>, Diagnostic> {
    let mut found = Vec::new();
    let parts = [
        ("report", serde_json::to_value(&again.report)),
        ("plan", serde_json::to_value(&again.plan)),
        ("pairing", serde_json::to_value(&again.pairing)),
        ("effect_sizes", serde_json::to_value(&again.effect_sizes)),
        ("changed", serde_json::to_value(&again.changed)),
    ];
    for (name, again) in parts {
        let again = again.map_err(|error| Code::Bug.at(name).what(error.to_string()))?;
        compare(name, recorded.get(name).unwrap_or(&Value::Null), &again, exactly, &mut found);
    }
    Ok(found)
}

/// What differs in one member of an envelope, as [`differences`] has it.
///
/// # Errors
/// `internal-error` where what came out is no JSON.
pub fn of_member(
    name: &str,
    envelope: &Value,
    again: &impl serde::Serialize,
    exactly: bool,
) -> Result<Vec<Difference>, Diagnostic> {
    let again = serde_json::to_value(again).map_err(|error| Code::Bug.at(name).what(error.to_string()))?;
    let mut found = Vec::new();
    compare(name, envelope.get(name).unwrap_or(&Value::Null), &again, exactly, &mut found);
    Ok(found)
}

/// The first member in which two outcomes differ that ought to be one; each holds values by member.
#[must_use]
pub fn first_difference(recorded: &[(String, Value)], again: &[(String, Value)]) -> Option<Difference> {
    let mut found = Vec::new();
    for (member, again) in again {
        let recorded = recorded.iter().find(|(name, _)| name == member).map_or(&Value::Null, |(_, v)| v);
        compare(member, recorded, again, true, &mut found);
    }
    found.into_iter().next()
}

fn compare(member: &str, recorded: &Value, again: &Value, exactly: bool, found: &mut Vec<Difference>) {
    match (recorded, again) {
        (Value::Object(recorded), Value::Object(again)) => {
            for (name, again) in again {
                // Words and advice may be put better by a later version; members that it added, an earlier
                // one did not write.
                let words = ["engine", "method_reason", "claim", "finding", "suggestion", "mde"];
                let absent = !recorded.contains_key(name);
                let skipped = matches!(name.as_str(), "notes" | "warnings")
                    || (absent && ADDED.contains(&name.as_str()))
                    || (!exactly && (absent || words.contains(&name.as_str())));
                if !skipped {
                    let recorded = recorded.get(name).unwrap_or(&Value::Null);
                    compare(&format!("{member}.{name}"), recorded, again, exactly, found);
                }
            }
        }
        (Value::Array(before), Value::Array(now)) if before.len() == now.len() => {
            for (at, (before, now)) in before.iter().zip(now).enumerate() {
                compare(&format!("{member}[{at}]"), before, now, exactly, found);
            }
        }
        (Value::Number(before), Value::Number(now)) if same(before.as_f64(), now.as_f64(), exactly) => {}
        (before, now) if before == now => {}
        (before, now) => {
            found.push(Difference { member: member.to_owned(), recorded: before.clone(), again: now.clone() })
        }
    }
}

fn same(recorded: Option<f64>, again: Option<f64>, exactly: bool) -> bool {
    let (Some(a), Some(b)) = (recorded, again) else { return false };
    a.to_bits() == b.to_bits() || (!exactly && (a - b).abs() <= TOLERANCE * a.abs().max(b.abs()))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::plan;
    use crate::domain::{
        Alpha, Claim, ClusterRule, Direction, Edition, EpochRule, Fraction, Identical, Method, MethodChoice,
        MissingRule, Plan, Rule, ScoreRange, Sides, TaskMismatch,
    };
    use crate::envelope::from_judgement;

    fn claim() -> impl Strategy<Value = Claim> {
        let value = prop_oneof![Just(0.0), -1.0..1.0_f64];
        (value, any::<bool>()).prop_map(|(value, within)| {
            let within = within.then(|| Claim::within(value.abs())).flatten();
            within.unwrap_or_else(|| Claim::above(value).unwrap())
        })
    }

    fn any_plan() -> impl Strategy<Value = Plan> {
        let method = prop_oneof![
            Just(MethodChoice::Auto),
            prop::sample::select(Method::ALL.to_vec()).prop_map(MethodChoice::Named),
        ];
        let epochs = prop_oneof![
            Just(EpochRule::Mean),
            Just(EpochRule::First),
            any::<u32>().prop_map(EpochRule::Only)
        ];
        let cluster = prop_oneof![
            Just(ClusterRule::FromData),
            Just(ClusterRule::Off),
            "([a-m]{1,8}|from-data|none|key)".prop_map(ClusterRule::Key),
        ];
        let flags = (any::<bool>(), any::<bool>(), any::<bool>(), any::<bool>());
        let numbers = (0.0001..0.5_f64, 0.01..0.99_f64, 0.0..1.0_f64, prop::option::of(-1.0..1.0_f64));
        (claim(), method, epochs, cluster, flags, numbers, any::<u32>(), any::<u64>()).prop_map(
            |(claim, method, epochs, cluster, flags, numbers, resamples, seed)| Plan {
                claim,
                rule: if flags.0 { Rule::Interval } else { Rule::Evalsig01 },
                alpha: Alpha::new(numbers.0).unwrap(),
                power: Fraction::new(numbers.1).unwrap(),
                planned_delta: numbers.3,
                sides: if flags.1 { Sides::One } else { Sides::Two },
                method,
                resamples,
                seed,
                direction: if flags.2 { Direction::HigherIsBetter } else { Direction::LowerIsBetter },
                id: flags.0.then(|| "sample.id".to_owned()),
                cluster,
                epochs,
                missing: if flags.3 { MissingRule::Error } else { MissingRule::Exclude },
                min_coverage: Fraction::new(numbers.2).unwrap(),
                direction_named: flags.1,
                task_mismatch: if flags.2 { TaskMismatch::Error } else { TaskMismatch::Allow },
                identical: if flags.3 { Identical::Judge } else { Identical::Allow },
                score_range: ScoreRange::new(0.0, numbers.2 + 1.0).filter(|_| flags.0),
                edition: Edition::Second,
                sampling: None,
                gold: None,
            },
        )
    }

    proptest! {
        #[test]
        fn a_plan_that_was_recorded_is_the_plan(before in any_plan()) {
            let recorded = from_judgement::plan(&before, "sign_flip", "because", false);
            let margin = match before.claim {
                Claim::Within { margin } => Some(margin),
                Claim::Above { .. } => None,
            };
            prop_assert_eq!(plan(&recorded, margin).unwrap(), before);
            for (member, broken) in [("rule", "x"), ("sides", ""), ("seed", "-1"), ("epochs", "last")] {
                let mut wrong = recorded.clone();
                *match member {
                    "rule" => &mut wrong.rule,
                    "sides" => &mut wrong.sides,
                    "seed" => &mut wrong.seed,
                    _ => &mut wrong.epochs,
                } = broken.into();
                let error = plan(&wrong, margin).unwrap_err();
                prop_assert_eq!(error.place, format!("plan.{member}"));
            }
        }
    }
}
