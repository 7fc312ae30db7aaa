//! The record of a suite as its readers meet it: store, history, verify, export, statement and schema of what
//! `gate --policy` wrote.

mod baselines;
mod export;
mod records;
mod verify;

use std::fmt::Write as _;

use serde_json::Value;

use crate::support::{Ran, Session, repository};

const POLICY: &str = r#"version: 1
tasks:
  - name: math
    baseline: base/math.csv
    candidate: "cand/*.csv"
    metric: accuracy
    role: improve
    margin: 0.02
    margin-rationale: "two of a hundred problems are mislabelled"
    slices: {by: subject, min-items: 100, margin: 0.1}
    anchor: {run: anchor/math.csv, margin: 0.1}
  - name: code
    baseline: base
    candidate: cand
    metric: accuracy
    role: no-regression
    margin: 0.05
    margin-rationale: "less than two graders disagree by"
  - name: style
    baseline: base/code.csv
    candidate: cand/code.csv
    metric: style
    role: no-regression
    margin: 0.05
    margin-rationale: "less than two graders disagree by"
  - name: latency
    baseline: base/math.csv
    candidate: cand/math.csv
    metric: latency_ms
    role: budget
    scale: ratio
    lower-is-better: true
    margin: 0.1
    margin-rationale: "users do not notice a tenth"
limits: {max-attempts: 2}
"#;

/// A run of 400 items as a table: of the items that the baseline misses it answers `fixed`, of those that it answers
/// it misses `broken`. `named` is what the file says of its task.
fn table(run: &str, named: &str, fixed: usize, broken: usize, subjects: [&str; 2]) -> String {
    let mut text = String::from("run_id,model_id,task_id,item_id,accuracy,style,latency_ms,subject\n");
    let (mut to_fix, mut to_break) = (fixed, broken);
    for item in 0..400_usize {
        let mut right = item * 7919 % 10 < 6;
        let left = if right { &mut to_break } else { &mut to_fix };
        if *left > 0 {
            (*left, right) = (*left - 1, !right);
        }
        let style = (40 + item * 31 % 50 + (item + fixed) % 3) as f64 / 100.0;
        let latency = 400 + item * 17 % 200 + fixed % 7;
        let subject = subjects[item / 2 % 2];
        let right = u8::from(right);
        writeln!(text, "{run},m-{run},{named},q{item},{right},{style},{latency},{subject}").unwrap();
    }
    text
}

/// Base and anchor runs, a candidate that is better at math, and the policy.
fn session() -> Session {
    let session = Session::new();
    let subjects = ["algebra", "geometry"];
    session
        .write("evalsig.yml", POLICY)
        .write("base/math.csv", &table("base", "math", 0, 0, subjects))
        .write("base/code.csv", &table("base", "code", 0, 0, subjects))
        .write("anchor/math.csv", &table("anchor", "math", 0, 4, subjects))
        .write("cand/math.csv", &table("cand", "math", 40, 4, subjects))
        .write("cand/code.csv", &table("cand", "code", 5, 5, subjects));
    session
}

/// A gate of the policy, its runs kept in a store.
fn gate(session: &Session, release: &str) -> Ran {
    session.run(&format!("gate --policy evalsig.yml --release-id {release} --store kept --project app"))
}

fn envelope(session: &Session, path: &str) -> Value {
    serde_json::from_str(&session.read(path)).unwrap()
}

#[track_caller]
fn assert_valid(schema: &str, document: &Value) {
    let schema: Value = serde_json::from_str(&std::fs::read_to_string(repository(schema)).unwrap()).unwrap();
    let validator = jsonschema::validator_for(&schema).unwrap();
    let errors: Vec<_> = validator.iter_errors(document).map(|error| error.to_string()).collect();
    assert!(errors.is_empty(), "{errors:#?}");
}
