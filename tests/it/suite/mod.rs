//! `gate --policy`: the tasks of a policy judged as one.

mod evidence;
mod on_github;
mod recorded;
mod sources;

use serde_json::Value;

use crate::support::Session;
use crate::support::suite::{better, session, usual, without_law, worse};

/// What became of the claims about a task.
fn held(result: &Value, task: &str) -> Vec<(String, String)> {
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    result["suite"]["claims"]
        .as_array()
        .unwrap()
        .iter()
        .filter(|claim| claim["task"] == task)
        .map(|claim| (text(&claim["kind"]), text(&claim["held"])))
        .collect()
}

/// The policy with another line for `math`.
fn with_math(session: &Session, line: &str) {
    let policy = session.read("evalsig.yml");
    let math = policy.lines().find(|line| line.contains("name: math")).unwrap();
    session.write("evalsig.yml", &policy.replace(math, line));
}

const GATE: &str = "gate --policy evalsig.yml --output json";

#[test]
fn one_task_improves_and_none_regresses() {
    let session = session(&better(), &usual());
    let result = session.run(&format!("{GATE} --release-id v1 --store st")).exits(0).json();
    assert_eq!((&result["verdict"], &result["exit_code"]), (&"ALLOW".into(), &0.into()));
    assert_eq!(result["suite"]["rule"], "improve-one-regress-none");
    assert_eq!(result["suite"]["blocking"], Value::Array(vec![]));
    assert_eq!(
        held(&result, "math"),
        [("superiority".into(), "shown".into()), ("non-inferiority".into(), "shown".into())]
    );
    assert_eq!(held(&result, "safety"), [("non-inferiority".into(), "shown".into())]);
    assert_eq!(result["tasks"]["math"]["report"]["verdict"], "ALLOW");
    let envelope: Value = serde_json::from_str(&session.read("audit/v1/audit.json")).unwrap();
    assert_eq!(envelope["schema"], "evalsig.audit/v2");
    assert_eq!(envelope["policy"]["text"], session.read("evalsig.yml").as_str());
    for member in ["verdict", "suite", "policy"] {
        assert_eq!(envelope[member], result[member], "{member}");
    }
    let verified = session.run("verify --store st --output json").exits(0).json();
    assert_eq!(verified["lines"][0]["reproduced"], true, "{verified}");
}

#[test]
fn a_task_that_regresses_is_rejected_whatever_the_other_gains() {
    let session = session(&better(), &worse());
    let result = session.run(GATE).exits(1).json();
    assert_eq!(
        (&result["verdict"], &result["suite"]["blocking"]),
        (&"REJECT".into(), &vec!["safety"].into())
    );
    let shown = session.run("gate --policy evalsig.yml").exits(1).stdout;
    assert!(
        shown.starts_with("the candidate must not ship: it fails what the policy asks of safety (95 % sure)")
            && shown.contains("Refuted: safety"),
        "{shown}"
    );
    let page = session.run("gate --policy evalsig.yml --output markdown").exits(1).stdout;
    assert!(
        page.contains("**REJECT** · 2 tasks · blocking: safety") && page.contains("| safety |"),
        "{page}"
    );
}

#[test]
fn nothing_improves_so_nothing_is_decided_and_the_task_is_named() {
    let session = session(&usual(), &usual());
    let result = session.run(GATE).exits(2).json();
    assert_eq!(result["suite"]["blocking"], Value::from(vec!["math"]));
    let finding = result["suite"]["finding"].as_str().unwrap();
    assert!(finding.contains("No task is shown to improve"), "{finding}");
    session.write("evalsig.yml", &format!("{}suite: {{rule: regress-none}}\n", session.read("evalsig.yml")));
    session.run(GATE).exits(0);
}

#[test]
fn a_subject_that_fell_does_not_vanish_in_the_mean() {
    let session = session(&without_law(), &usual());
    session.run(GATE).exits(0);
    let guarded = |min_items: u32| {
        with_math(
            &session,
            &format!(
                "  - {{name: math, baseline: base/math.csv, candidate: cand/math.csv, role: improve, margin: 0.05, \
                 margin-rationale: noise, slices: {{by: subject, min-items: {min_items}, margin: 0.2}}}}"
            ),
        );
        session.run(GATE)
    };
    let result = guarded(50).exits(1).json();
    let law = |result: &Value| {
        let claims = result["suite"]["claims"].as_array().unwrap();
        claims.iter().find(|claim| claim["label"] == "law").unwrap().clone()
    };
    assert_eq!((&law(&result)["held"], &law(&result)["decides"]), (&"refuted".into(), &true.into()));
    let finding = result["suite"]["finding"].as_str().unwrap();
    assert!(finding.contains("slice \"law\""), "{finding}");
    // Too few items decide nothing, and are still shown.
    assert_eq!(law(&guarded(101).exits(0).json())["decides"], false);
}

#[test]
fn a_guarded_subject_cannot_be_made_small_by_leaving_items_out() {
    let session = session(&without_law(), &usual());
    let rows = without_law();
    let kept: Vec<&str> = rows.lines().filter(|row| !row.contains(",0,law,")).collect();
    session.write("cand/math.csv", &format!("{}\n", kept.join("\n")));
    with_math(
        &session,
        "  - {name: math, baseline: base/math.csv, candidate: cand/math.csv, role: improve, margin: 0.05, min-coverage: 0.5, \
         missing: exclude, margin-rationale: noise, slices: {by: subject, min-items: 100, margin: 0.2}}",
    );
    let result = session.run(GATE).json();
    assert_ne!(result["verdict"], "ALLOW", "{}", result["suite"]["finding"]);
    let law =
        result["suite"]["claims"].as_array().unwrap().iter().find(|claim| claim["label"] == "law").unwrap();
    assert_eq!(law["decides"], true);
}

#[test]
fn a_task_without_a_run_is_an_error_and_leaves_nothing() {
    let session = session(&better(), &usual());
    std::fs::remove_file(session.path("cand/safety.csv")).unwrap();
    let ran = session.run(&format!("{GATE} --release-id v1 --store st")).exits(65);
    assert!(
        ran.stderr.contains("task safety: candidate") && ran.stderr.contains("never a pass"),
        "{}",
        ran.stderr
    );
    assert!(!session.has("audit") && !session.has("st"));
}

#[test]
fn flags_tighten_a_policy_and_nothing_else() {
    let session = session(&better(), &usual());
    let tighter = session.run(&format!("{GATE} --alpha 0.01 --margin 0.03")).exits(0).json();
    assert_eq!(tighter["tasks"]["math"]["plan"]["alpha"], 0.01);
    assert_eq!(tighter["policy"]["tightened"], Value::from(vec!["alpha=0.01", "margin=0.03"]));
    for (flags, both) in [
        ("--alpha 0.1", ["0.1", "0.05"]),
        ("--margin 0.2", ["0.2", "0.05"]),
        ("--min-coverage 0.5", ["0.5", "0.95"]),
        ("--missing exclude", ["exclude", "error"]),
    ] {
        let ran = session.run(&format!("{GATE} {flags}")).exits(64);
        assert!(both.iter().all(|value| ran.stderr.contains(value)), "{flags}: {}", ran.stderr);
    }
    for flags in
        ["--metric latency_ms", "--seed 7", "--baseline base/math.csv", "--method tango", "--cluster none"]
    {
        let ran = session.run(&format!("{GATE} {flags}")).exits(64);
        assert!(ran.stderr.contains("the policy decides it"), "{flags}: {}", ran.stderr);
    }
    session
        .run("gate --baseline base/math.csv --candidate cand/math.csv --min-delta 0 --margin 0.1")
        .exits(64);
}

#[test]
fn a_budget_is_held_as_a_difference_or_as_a_ratio() {
    let slower = |percent: usize| {
        let mut text = String::new();
        for (at, row) in usual().lines().enumerate() {
            match row.rsplit_once(',').filter(|_| at > 0) {
                Some((rest, ms)) => {
                    text.push_str(&format!(
                        "{rest},{}\n",
                        ms.parse::<usize>().unwrap() * (100 + percent) / 100
                    ));
                }
                None => text.push_str(&format!("{row}\n")),
            }
        }
        text
    };
    let session = session(&better(), &usual());
    let budget = |margin: &str| {
        session.write(
            "evalsig.yml",
            &format!(
                "version: 1\ntasks:\n  - {{name: latency, baseline: base/math.csv, candidate: cand/math.csv, metric: latency_ms, \
                 role: budget, {margin}, margin-rationale: SLO}}\n"
            ),
        );
        session.run(GATE)
    };
    session.write("cand/math.csv", &slower(8));
    let claim = |result: &Value| result["suite"]["claims"][0].clone();
    let within = claim(&budget("scale: ratio, margin: 0.1").exits(0).json());
    let delta = within["delta"].as_f64().unwrap();
    assert!((delta + 0.08).abs() < 0.002, "{within}");
    assert_eq!((&within["kind"], &within["null_value"]), (&"budget".into(), &(-0.1).into()));
    let (lower, upper) = (&within["bounds"]["lower"], &within["bounds"]["upper"]);
    assert!(lower.as_f64().unwrap() <= delta && delta <= upper.as_f64().unwrap(), "{within}");
    budget("scale: ratio, margin: 0.05").exits(1);
    budget("margin: 60").exits(0);
    budget("margin: 20").exits(1);
}

#[test]
fn an_anchor_stops_losses_that_add_up() {
    let session = session(&better(), &usual());
    session.write("anchor.csv", &crate::support::suite::run(|_| true));
    let policy = session
        .read("evalsig.yml")
        .replace("role: no-regression,", "role: no-regression, anchor: {run: anchor.csv, margin: 0.05},");
    session.write("evalsig.yml", &policy);
    let result = session.run(GATE).exits(1).json();
    assert_eq!(
        held(&result, "safety"),
        [("non-inferiority".into(), "shown".into()), ("anchor".into(), "refuted".into())]
    );
}

#[test]
fn the_pooled_endpoint_is_fixed_beforehand_and_guards_stay() {
    let session = session(&better(), &better());
    let policy = session.read("evalsig.yml").replace("role: improve", "role: no-regression");
    for weights in ["items", "equal"] {
        session.write("evalsig.yml", &format!("{policy}suite: {{rule: pooled, weights: {weights}}}\n"));
        let result = session.run(&format!("{GATE} --release-id {weights} --store st")).exits(0).json();
        let pooled = result["suite"]["claims"].as_array().unwrap().last().unwrap().clone();
        assert_eq!(
            (&pooled["label"], &pooled["task"], &pooled["held"]),
            (&"pooled".into(), &Value::Null, &"shown".into())
        );
    }
    session.run("verify --store st").exits(0);
    session.write("cand/safety.csv", &worse());
    session.run(GATE).exits(1);
}

#[test]
fn attempts_share_alpha_and_end() {
    let session = session(&better(), &usual());
    let policy = session.read("evalsig.yml");
    session.write("evalsig.yml", &format!("{policy}limits: {{max-attempts: 2, spending: bonferroni}}\n"));
    let gate = |extra: &str| session.run(&format!("{GATE} --release-id v1 {extra}"));
    let first = gate("").exits(0).json();
    assert_eq!((&first["suite"]["alpha"], &first["attempt"]), (&0.025.into(), &1.into()));
    assert_eq!(first["any_allow_at_most"], 0.025);
    session.write("cand/safety.csv", &worse());
    gate("").exits(1);
    session.write("cand/safety.csv", &better());
    let third = gate("").exits(2).json();
    assert_eq!((&third["attempt"], &third["attempts_exceeded"]), (&3.into(), &true.into()));
    assert_eq!((&third["verdict"], &third["suite"]["verdict"]), (&"INCONCLUSIVE".into(), &"ALLOW".into()));
    assert_eq!(third["any_allow_at_most"], 0.05);
    // What stands in the trail is found again, whichever attempt it was.
    session.write("cand/safety.csv", &usual());
    assert_eq!(gate("").exits(0).json()["attempt"], 1);
    session.run("verify").exits(0);
    let shown = session.run("gate --policy evalsig.yml --release-id v1").exits(0).stdout;
    assert!(shown.contains("1 of 2 at this release, judged at alpha 0.025"), "{shown}");
}

#[test]
fn a_suite_may_gain_tasks_and_never_lose_one_within_a_release() {
    let session = session(&better(), &worse());
    session.run(&format!("{GATE} --release-id v1")).exits(1);
    let policy = session.read("evalsig.yml");
    let without = policy.lines().filter(|line| !line.contains("safety")).collect::<Vec<_>>().join("\n");
    session.write("evalsig.yml", &format!("{without}\n"));
    let ran = session.run(&format!("{GATE} --release-id v1"));
    assert!(ran.code >= 64 && ran.stderr.contains("safety"), "{} {}", ran.code, ran.stderr);
    session.run(&format!("{GATE} --release-id v2")).exits(0);
}

#[test]
fn a_subject_that_is_both_cluster_and_slice_is_judged_by_its_items() {
    let session = Session::new();
    let runs = |fallen: usize| {
        let mut text = String::from("item_id,acc,subject\n");
        for item in 0..800 {
            let (subject, nth) = (item % 8, item / 8);
            let right = if subject == fallen { nth % 2 == 0 } else { nth % 10 != 0 };
            text.push_str(&format!("{item},{},subject-{subject}\n", u8::from(right)));
        }
        text
    };
    session.write("base.csv", &runs(99)).write("same.csv", &runs(99)).write("fallen.csv", &runs(3));
    let gate = |candidate: &str| {
        session.write(
            "evalsig.yml",
            &format!(
                "version: 1\ntasks:\n  - {{name: all, baseline: base.csv, candidate: {candidate}, cluster: subject, role: no-regression, \
                 margin: 0.2, margin-rationale: noise, slices: {{by: subject, min-items: 50, margin: 0.1}}}}\n"
            ),
        );
        session.run(GATE)
    };
    let same = gate("same.csv").json();
    assert_eq!(same["tasks"]["all"]["plan"]["units"], "clusters");
    let slices: Vec<&Value> =
        same["suite"]["claims"].as_array().unwrap().iter().filter(|claim| claim["kind"] == "slice").collect();
    assert!(slices.len() == 8 && slices.iter().all(|claim| claim["obstacle"].is_null()), "{slices:#?}");
    let fallen = gate("fallen.csv").exits(1).json();
    let broken: Vec<&Value> = fallen["suite"]["claims"]
        .as_array()
        .unwrap()
        .iter()
        .filter(|claim| claim["held"] == "refuted")
        .collect();
    assert_eq!((broken.len(), &broken[0]["label"]), (1, &"subject-3".into()));
}
