//! The first line, whatever the bounds are: right in each region, and never stronger than they are.

use evalsig::envelope::to_bytes;
use evalsig::view;
use proptest::prelude::*;
use serde_json::{Value, json};

use super::envelope;
use crate::support::Session;

/// The first line of the example's envelope with other bounds and another claim.
struct Case {
    value: Value,
}

impl Case {
    fn new() -> Self {
        Self { value: envelope("candidate", "--min-delta 0.01") }
    }

    /// With these bounds and this claim; the verdict is where they lie.
    fn line(&self, asked: Asked, lower: f64, upper: f64) -> String {
        let mut value = self.value.clone();
        let verdict = verdict(asked, lower, upper);
        value["verdict"] = verdict.into();
        value["exit_code"] =
            ["ALLOW", "REJECT", "INCONCLUSIVE"].iter().position(|v| *v == verdict).unwrap().into();
        let report = &mut value["report"];
        report["verdict"] = verdict.into();
        report["comparison"]["delta"] = ((lower + upper) / 2.0).into();
        report["comparison"]["bounds"] = json!({"lower": lower, "upper": upper, "each": 0.95});
        match asked {
            Asked::MoreThan(min_delta) => report["min_delta"] = min_delta.into(),
            Asked::Within(margin) => {
                report["min_delta"] = Value::Null;
                report["equivalence"] = margin.into();
            }
        }
        value["report"]["exit_code"] = value["exit_code"].clone();
        first_line(&value)
    }
}

#[derive(Clone, Copy, Debug)]
enum Asked {
    MoreThan(f64),
    Within(f64),
}

fn verdict(asked: Asked, lower: f64, upper: f64) -> &'static str {
    let (shown, refuted) = match asked {
        Asked::MoreThan(null) => (lower > null, upper < null),
        Asked::Within(margin) => (lower > -margin && upper < margin, upper < -margin || lower > margin),
    };
    if shown {
        "ALLOW"
    } else if refuted {
        "REJECT"
    } else {
        "INCONCLUSIVE"
    }
}

fn first_line(value: &Value) -> String {
    view::of_envelope(&to_bytes(value).unwrap()).unwrap().headline.to_string()
}

#[test]
fn each_region_has_its_own_words() {
    use Asked::{MoreThan, Within};
    let case = Case::new();
    let b = "model-b";
    for (asked, lower, upper, expected) in [
        (
            MoreThan(0.01),
            0.032,
            0.066,
            "may ship: it is better than model-a by at least 3.2 points (we asked for 1.0; 95 % sure)",
        ),
        (
            MoreThan(0.0),
            0.032,
            0.066,
            "may ship: it is better than model-a by at least 3.2 points (we asked for better at all; 95 % sure)",
        ),
        (
            MoreThan(-0.01),
            0.0032,
            0.02,
            "may ship: it is better than model-a by at least 0.3 points (we accept less than 1.0 worse; 95 % sure)",
        ),
        (
            MoreThan(-0.01),
            -0.0042,
            0.02,
            "may ship: it is at most 0.5 points worse than model-a (we accept less than 1.0 worse; 95 % sure)",
        ),
        (
            MoreThan(0.01),
            -0.08,
            -0.045,
            "must not ship: it is worse than model-a by at least 4.5 points (we asked for 1.0; 95 % sure)",
        ),
        (
            MoreThan(0.02),
            -0.01,
            0.015,
            "must not ship: it is better than model-a by at most 1.5 points (we asked for 2.0; 95 % sure)",
        ),
        (
            MoreThan(0.02),
            -0.01,
            0.0,
            "must not ship: it is not better than model-a (we asked for 2.0; 95 % sure)",
        ),
        (
            MoreThan(-0.01),
            -0.06,
            -0.02,
            "must not ship: it is worse than model-a by at least 2.0 points (we accept less than 1.0 worse; 95 % sure)",
        ),
        (
            Within(0.05),
            -0.021,
            0.0155,
            "may ship: it differs from model-a by at most 2.1 points (we accept less than 5.0 either way; 95 % sure)",
        ),
        (
            Within(0.01),
            0.02,
            0.04,
            "must not ship: it is better than model-a by at least 2.0 points (we accept less than 1.0 either way; 95 % sure)",
        ),
        (
            Within(0.01),
            -0.04,
            -0.02,
            "must not ship: it is worse than model-a by at least 2.0 points (we accept less than 1.0 either way; 95 % sure)",
        ),
    ] {
        assert_eq!(case.line(asked, lower, upper), format!("{b} {expected}"), "{asked:?} {lower} {upper}");
    }
    let open = case.line(MoreThan(0.01), -0.022, 0.026);
    assert!(open.starts_with("Not decided: the difference lies between -2.2 and +2.6 points; with these 2,000 items in 453 groups only a difference of "), "{open}");
    assert!(open.ends_with(" or more would show"), "{open}");
}

#[test]
fn what_is_missing_and_what_is_few_is_said_first() {
    let mut few = envelope("candidate", "--min-delta 0.01");
    few["pairing"]["coverage"] = 0.62.into();
    few["verdict"] = "INCONCLUSIVE".into();
    few["exit_code"] = 2.into();
    few["report"]["verdict"] = "INCONCLUSIVE".into();
    few["report"]["exit_code"] = 2.into();
    assert_eq!(
        first_line(&few),
        "Not decided: only 62 % of the items have a score in both runs, and at least 95 % must"
    );

    few["pairing"]["coverage"] = 1.into();
    few["report"]["comparison"]["worst_case"] = json!({"lower": -0.01, "upper": 0.1, "each": 0.95});
    assert_eq!(
        first_line(&few),
        "Not decided: scores are missing; those that are there would let it ship, but whatever the others would be, \
         the difference lies between -1.0 and +10.0 points"
    );
    few["report"]["comparison"]["worst_case"] = json!({"lower": null, "upper": null, "each": 0.95});
    assert!(
        first_line(&few)
            .ends_with("how far scores can go is not known, so nothing can be said with the others")
    );
}

#[test]
fn a_metric_that_is_no_rate_is_told_in_its_own_units_and_a_name_of_several_words_in_quotes() {
    let session = Session::new();
    let runs = |shift: f64| {
        let rows: String = (0..80)
            .map(|i| format!("i{i},{}\n", 100.0 + f64::from(i % 7) * (1.0 + shift / 50.0) + shift))
            .collect();
        format!("item_id,score\n{rows}")
    };
    session.write("a.csv", &runs(0.0)).write("b.csv", &runs(-5.0));
    let ran = session
        .run("gate --baseline a.csv --candidate b.csv --min-delta 2 --lower-is-better --envelope e.json");
    let mut value: Value = serde_json::from_str(&session.read("e.json")).unwrap();
    value["inputs"]["candidate"]["model_id"] = "x may ship: it is better than y".into();
    let line = first_line(&value);
    assert!(
        line.starts_with("\"x may ship: it is better than y\" may ship: it is better than "),
        "{line}\n{ran:?}"
    );
    assert!(!line.contains("point"), "{line}");
}

fn numbers(line: &str) -> Vec<f64> {
    let words = line.split(|c: char| c.is_whitespace() || c == '(' || c == ')' || c == ';');
    words.filter_map(|word| word.trim_start_matches('+').parse().ok()).collect()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]
    #[test]
    fn words_are_never_stronger_than_the_bounds(
        lower in -0.2_f64..0.2, width in 1e-4_f64..0.2, asked in prop_oneof![Just(0.0), -0.1_f64..0.1], within in any::<bool>(),
    ) {
        thread_local! { static CASE: Case = Case::new(); }
        let upper = lower + width;
        let asked = if within { Asked::Within(asked.abs() + 0.001) } else { Asked::MoreThan(asked) };
        let line = CASE.with(|case| case.line(asked, lower, upper));
        let said = numbers(&line)[0] / 100.0;
        let slack = 1e-9;
        if line.contains("better than model-a by at least") {
            prop_assert!(said <= lower + slack, "{line}: {lower} {upper}");
        } else if line.contains("worse than model-a by at least") {
            prop_assert!(said <= -upper + slack, "{line}: {lower} {upper}");
        } else if line.contains("is at most") {
            prop_assert!(said >= -lower - slack, "{line}: {lower} {upper}");
        } else if line.contains("better than model-a by at most") {
            prop_assert!(said >= upper - slack, "{line}: {lower} {upper}");
        } else if line.contains("differs from") {
            prop_assert!(said >= lower.abs().max(upper.abs()) - slack, "{line}: {lower} {upper}");
        } else if line.starts_with("Not decided") {
            let most = numbers(&line)[1] / 100.0;
            prop_assert!(said <= lower + slack && most >= upper - slack, "{line}: {lower} {upper}");
        } else {
            prop_assert!(line.contains("not better") || line.contains("not worse"), "{line}");
        }
    }
}
