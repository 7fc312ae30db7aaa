//! Schema, history and statement.

use serde_json::{Value, json};

use super::{POLICY, assert_valid, envelope, gate, session};
use crate::store::history;

fn texts<'v>(lines: &'v [Value], key: &str) -> Vec<&'v str> {
    lines.iter().map(|line| line[key].as_str().unwrap_or("-")).collect()
}

#[test]
fn the_envelope_is_what_its_schema_says() {
    let session = session();
    gate(&session, "v1").exits(0);
    let allowed = envelope(&session, "audit/v1/audit.json");
    assert_valid("schemas/audit.v2.schema.json", &allowed);
    assert_eq!(allowed["schema"], "evalsig.audit/v2");
    let kinds: Vec<&str> =
        allowed["suite"]["claims"].as_array().unwrap().iter().map(|c| c["kind"].as_str().unwrap()).collect();
    for kind in ["superiority", "non-inferiority", "slice", "anchor", "budget"] {
        assert!(kinds.contains(&kind), "{kind}: {kinds:?}");
    }
    // First runs, too.
    let first =
        POLICY.replace("baseline: base/code.csv", "baseline: store:latest-allowed\n    first-run: record");
    session.write("evalsig.yml", &first);
    gate(&session, "v2").exits(2);
    let recorded = envelope(&session, "audit/v2/audit.json");
    assert_valid("schemas/audit.v2.schema.json", &recorded);
    assert_eq!(recorded["first_runs"].as_object().unwrap().keys().collect::<Vec<_>>(), ["style"]);
    // A schema that took everything would prove nothing.
    for (pointer, value) in [
        ("/suite/claims/0/p_value", json!("small")),
        ("/policy/sha256", json!("short")),
        ("/tasks/math/plan", json!(1)),
    ] {
        let mut wrong = allowed.clone();
        *wrong.pointer_mut(pointer).unwrap() = value;
        let schema = evalsig::envelope::suite_schema();
        assert!(!jsonschema::validator_for(schema.as_value()).unwrap().is_valid(&wrong), "{pointer}");
    }
}

#[test]
fn history_has_a_line_for_each_task_and_its_run() {
    let session = session();
    gate(&session, "v1").exits(0);
    let lines = history(&session, "--root kept --project app --trail .");
    let decided: Vec<Value> = lines.iter().filter(|line| !line["verdict"].is_null()).cloned().collect();
    let mut tasks = texts(&decided, "policy_task");
    tasks.sort_unstable();
    assert_eq!(tasks, ["code", "latency", "math", "style"]);
    let written = envelope(&session, "audit/v1/audit.json");
    for line in &decided {
        let task = &written["tasks"][line["policy_task"].as_str().unwrap()];
        assert_eq!(line["verdict"], "ALLOW");
        assert_eq!(line["delta"], task["report"]["comparison"]["delta"]);
        assert_eq!(line["p_value"], task["report"]["comparison"]["p_value"]);
        assert_eq!(line["metric_name"], task["inputs"]["candidate"]["metric"]);
        assert_eq!(line["parent_run_id"], "base");
        let path = line["path"].as_str().unwrap();
        assert!(path.ends_with(task["store"]["candidate"]["path"].as_str().unwrap()), "{path}");
        assert!(session.has(path));
        assert_eq!(line["envelopes"].as_array().unwrap().len(), 1);
        assert_eq!(line["envelopes"][0]["release_id"], "v1");
        assert_eq!(line["envelopes"][0]["attempt"], 1);
    }
    // Baselines and anchors are stored, and nothing was decided about them.
    let others: Vec<Value> = lines.iter().filter(|line| line["verdict"].is_null()).cloned().collect();
    let mut runs = texts(&others, "run_id");
    runs.sort_unstable();
    assert_eq!(runs, ["anchor", "base", "base", "base", "base"]);
    assert!(others.iter().all(|line| line["policy_task"].is_null()));

    // The trail alone knows the decisions, and the store alone knows them as well.
    let of_trail = history(&session, "--trail .");
    let mut tasks = texts(&of_trail, "policy_task");
    tasks.sort_unstable();
    assert_eq!(tasks, ["code", "latency", "math", "style"]);
    assert!(of_trail.iter().all(|line| line["present"] == false && line["envelopes"][0]["attempt"] == 1));
    let of_store = history(&session, "--root kept --project app --verdict ALLOW");
    assert_eq!(of_store.len(), 4);
    assert_eq!(history(&session, "--root kept --project app --task style").len(), 1);
    assert_eq!(history(&session, "--trail . --task style").len(), 1);

    let table = session.run("history --trail .").exits(0).stdout;
    assert!(table.lines().any(|line| line.starts_with("TIME ") && line.contains("POLICY TASK")), "{table}");
    let csv = session.run("history --trail . --output csv").exits(0).stdout;
    assert!(csv.lines().next().unwrap().ends_with(",attempt,policy_task"), "{csv}");
    assert!(csv.lines().skip(1).any(|line| line.ends_with(",v1,1,code")), "{csv}");
}

#[test]
fn an_attempt_beyond_those_allowed_is_listed_as_what_it_is() {
    let session = session();
    // The same policy three times: another seed is another plan, so another attempt.
    for (attempt, code) in [(1, 0), (2, 0), (3, 2)] {
        session.write("evalsig.yml", &format!("{POLICY}defaults: {{seed: {attempt}}}\n"));
        gate(&session, "v1").exits(code);
    }
    let third = envelope(&session, "audit/v1/attempts/003/audit.json");
    assert_valid("schemas/audit.v2.schema.json", &third);
    assert_eq!((&third["suite"]["verdict"], &third["verdict"]), (&json!("ALLOW"), &json!("INCONCLUSIVE")));
    for asked in ["--root kept --project app", "--trail .", "--root kept --project app --trail ."] {
        let lines = history(&session, asked);
        let count = |verdict: &str| lines.iter().filter(|line| line["verdict"] == verdict).count();
        assert_eq!((count("ALLOW"), count("INCONCLUSIVE")), (8, 4), "{asked}");
    }
    let failed =
        session.run("statement audit/v1/attempts/003/audit.json --predicate test-result").exits(0).json();
    assert_eq!(failed["predicate"]["result"], "FAILED");
    assert_eq!(failed["predicate"]["failedTests"], json!(["all tasks: attempts"]));
}

#[test]
fn a_statement_names_every_run_and_claim() {
    let session = session();
    gate(&session, "v1").exits(0);
    let statement = session.run("statement audit/v1/audit.json").exits(0).json();
    let names: Vec<&str> =
        statement["subject"].as_array().unwrap().iter().map(|s| s["name"].as_str().unwrap()).collect();
    let judged = [
        "base/code.csv",
        "cand/code.csv",
        "base/math.csv",
        "cand/math.csv",
        "anchor/math.csv",
        "evalsig.yml",
    ];
    assert_eq!(names, [&judged[..], &["audit/v1/audit.json"]].concat());
    assert_valid("schemas/verdict.v1.schema.json", &statement["predicate"]);
    for subject in statement["subject"].as_array().unwrap() {
        let bytes = std::fs::read(session.path(subject["name"].as_str().unwrap())).unwrap();
        assert_eq!(subject["digest"]["sha256"], evalsig::domain::Digest::of(&bytes).to_string());
    }

    let test = "statement audit/v1/audit.json --predicate test-result --part predicate";
    let passed = session.run(test).exits(0).json();
    assert_eq!(passed["result"], "PASSED");
    assert_eq!(passed["configuration"].as_array().unwrap().len(), 7);
    assert_eq!(passed["failedTests"], json!([]));
    let mut tests: Vec<&str> =
        passed["passedTests"].as_array().unwrap().iter().map(|test| test.as_str().unwrap()).collect();
    tests.sort_unstable();
    assert_eq!(tests[..2], ["code: non-inferiority", "latency: budget"]);
    for test in ["math: superiority", "math: slice algebra", "math: slice geometry", "style: non-inferiority"]
    {
        assert!(tests.contains(&test), "{test}: {tests:?}");
    }
    assert!(tests.iter().any(|test| test.starts_with("math: anchor")), "{tests:?}");

    // A candidate that broke code: that claim failed, and the others did not.
    session.write("cand/code.csv", &super::table("worse", "code", 1, 90, ["algebra", "geometry"]));
    gate(&session, "v2").exits(1);
    let failed = session.run(&test.replace("v1", "v2")).exits(0).json();
    assert_eq!(failed["result"], "FAILED");
    assert_eq!(failed["failedTests"], json!(["code: non-inferiority"]));
    assert!(failed["passedTests"].as_array().unwrap().contains(&json!("math: superiority")));
}
