//! What a policy takes as its baseline from a store: `store:latest-allowed` and first runs.

use serde_json::Value;

use super::{assert_valid, envelope, gate, table};
use crate::store::history;
use crate::support::Session;

const SUBJECTS: [&str; 2] = ["algebra", "geometry"];

/// Two tasks over tables whose baselines come from the store.
const POLICY: &str = r#"version: 1
defaults: {baseline: store:latest-allowed, metric: accuracy, first-run: record, role-free: x}
tasks:
  - name: math
    candidate: cand/math.csv
    role: no-regression
    margin: 0.05
    margin-rationale: "less than two graders disagree by"
  - name: code
    candidate: cand/code.csv
    role: no-regression
    margin: 0.05
    margin-rationale: "less than two graders disagree by"
limits: {max-attempts: 1}
"#;

/// A session whose candidates are called `run`.
fn session(run: &str) -> Session {
    let session = Session::new();
    session.write("evalsig.yml", &POLICY.replace(", role-free: x", ""));
    candidates(&session, run, 0, 0);
    session
}

fn candidates(session: &Session, run: &str, fixed: usize, broken: usize) {
    session.write("cand/math.csv", &table(run, "math", fixed, broken, SUBJECTS));
    session.write("cand/code.csv", &table(run, "code", fixed, broken, SUBJECTS));
}

fn baseline(envelope: &Value, task: &str) -> String {
    envelope["tasks"][task]["inputs"]["baseline"]["run_id"].as_str().unwrap_or("none").to_owned()
}

#[test]
fn the_first_run_is_recorded_and_stays_the_baseline_until_one_is_allowed() {
    let session = session("one");
    gate(&session, "v1").exits(2);
    let first = envelope(&session, "audit/v1/audit.json");
    assert_valid("schemas/audit.v2.schema.json", &first);
    assert_eq!(first["first_runs"]["math"]["candidate"]["run_id"], "one");
    assert!(first["first_runs"]["math"]["store"]["path"].is_string());
    assert_eq!(first["suite"]["blocking"], serde_json::json!(["math", "code"]));
    let failed = session.run("statement audit/v1/audit.json --predicate test-result").exits(0).json();
    assert_eq!(failed["predicate"]["failedTests"], serde_json::json!(["code: baseline", "math: baseline"]));
    // The same again finds the same, and is no attempt of its own.
    gate(&session, "v1").exits(2);
    assert!(!session.has("audit/v1/attempts"));
    session.run("verify --store kept").exits(0);

    // Nothing is decided about a first run, and it is listed with its task.
    let lines = history(&session, "--root kept --project app --trail .");
    assert_eq!(lines.len(), 2);
    for line in &lines {
        assert_eq!((&line["verdict"], &line["delta"]), (&Value::Null, &Value::Null));
        assert_eq!(line["policy_task"], line["task_id"]);
        assert_eq!(line["envelopes"][0]["release_id"], "v1");
    }

    // One that is undecided does not take its place.
    candidates(&session, "two", 14, 30);
    gate(&session, "v2").exits(2);
    let second = envelope(&session, "audit/v2/audit.json");
    assert_eq!((baseline(&second, "math"), baseline(&second, "code")), ("one".into(), "one".into()));
    candidates(&session, "three", 5, 5);
    gate(&session, "v3").exits(0);
    let third = envelope(&session, "audit/v3/audit.json");
    assert_eq!((baseline(&third, "math"), baseline(&third, "code")), ("one".into(), "one".into()));
    // One that is allowed does.
    candidates(&session, "four", 6, 5);
    gate(&session, "v4").exits(0);
    assert_eq!(baseline(&envelope(&session, "audit/v4/audit.json"), "math"), "three");
    session.run("verify --store kept").exits(0);
}

#[test]
fn a_run_does_not_become_the_baseline_of_another_task_by_its_name() {
    let session = session("one");
    // The file for math says that it is of code, and comes first.
    session.write("cand/math.csv", &table("forged", "code", 0, 200, SUBJECTS));
    gate(&session, "v1").exits(2);
    session.write("cand/math.csv", &table("forged-too", "code", 0, 199, SUBJECTS));
    session.write("cand/code.csv", &table("two", "code", 4, 5, SUBJECTS));
    gate(&session, "v2").exits(0);
    let second = envelope(&session, "audit/v2/audit.json");
    assert_eq!((baseline(&second, "math"), baseline(&second, "code")), ("forged".into(), "one".into()));
    // Allowed for math, whatever it calls itself.
    session.write("cand/code.csv", &table("three", "code", 4, 4, SUBJECTS));
    session.write("cand/math.csv", &table("forged-three", "code", 0, 198, SUBJECTS));
    gate(&session, "v3").exits(0);
    let third = envelope(&session, "audit/v3/audit.json");
    assert_eq!((baseline(&third, "math"), baseline(&third, "code")), ("forged-too".into(), "two".into()));
}

#[test]
fn what_was_not_allowed_is_no_baseline() {
    let session = session("one");
    gate(&session, "v1").exits(2);
    // Rejected because of code: the run of math, better by itself, is no baseline either.
    session.write("cand/math.csv", &table("better", "math", 40, 0, SUBJECTS));
    session.write("cand/code.csv", &table("broken", "code", 0, 120, SUBJECTS));
    gate(&session, "v2").exits(1);
    candidates(&session, "three", 5, 5);
    gate(&session, "v3").exits(0);
    let third = envelope(&session, "audit/v3/audit.json");
    assert_eq!((baseline(&third, "math"), baseline(&third, "code")), ("one".into(), "one".into()));

    // A second attempt where the policy has one: the claims hold, and it is not allowed.
    candidates(&session, "four", 7, 5);
    gate(&session, "v3").exits(2);
    let beyond = envelope(&session, "audit/v3/attempts/002/audit.json");
    assert_eq!(beyond["suite"]["verdict"], "ALLOW");
    assert_eq!(beyond["attempts_exceeded"], true);
    candidates(&session, "five", 6, 5);
    gate(&session, "v5").exits(0);
    assert_eq!(baseline(&envelope(&session, "audit/v5/audit.json"), "math"), "three");
    let lines = history(&session, "--root kept --project app");
    let four: Vec<&Value> = lines.iter().filter(|line| line["run_id"] == "four").collect();
    assert!(four.len() == 2 && four.iter().all(|line| line["verdict"] == "INCONCLUSIVE"), "{four:?}");
}

#[test]
fn tasks_that_read_one_file_have_each_their_own_baseline() {
    // Runs that were stored within one second stand by their names.
    let session = session("run-1");
    let one_file = r#"version: 1
defaults: {baseline: store:latest-allowed, first-run: record, candidate: cand/code.csv}
tasks:
"#;
    let task = |name: &str, metric: &str| {
        format!(
            "  - {{name: {name}, candidate: cand/code.csv, metric: {metric}, role: no-regression, margin: 0.05, margin-rationale: \"less than graders disagree by\"}}\n"
        )
    };
    let tasks = [task("right", "accuracy"), task("style", "style"), task("right-again", "accuracy")].concat();
    session.write("evalsig.yml", &format!("{}{tasks}", one_file.replace(", candidate: cand/code.csv", "")));
    gate(&session, "v1").exits(2);
    let runs = [("v2", "run-2", "run-1", 5), ("v3", "run-3", "run-2", 6), ("v4", "run-4", "run-3", 7)];
    for (release, run, before, fixed) in runs {
        candidates(&session, run, fixed, 5);
        gate(&session, release).exits(0);
        let written = envelope(&session, &format!("audit/{release}/audit.json"));
        for (name, metric) in [("right", "accuracy"), ("style", "style"), ("right-again", "accuracy")] {
            assert_eq!(baseline(&written, name), before, "{name}");
            assert_eq!(written["tasks"][name]["inputs"]["baseline"]["metric"], metric, "{name}");
        }
    }
    session.run("verify --store kept").exits(0);
    // Two of the three share a stored run, and each has its line.
    for asked in ["--root kept --project app", "--root kept --project app --trail ."] {
        let lines = history(&session, &format!("{asked} --verdict ALLOW"));
        assert_eq!(lines.len(), 9, "{asked}");
    }
}
