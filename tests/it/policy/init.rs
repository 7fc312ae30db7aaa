//! `policy init`: what it writes is a policy that `policy check` takes.

use crate::support::{Session, repository};

#[test]
fn a_draft_is_a_policy_that_a_person_has_to_settle() {
    let session = Session::with_examples();
    let said = session.run("policy init runs/candidate.json --out evalsig.yml").exits(0);
    assert!(said.stderr.contains("evalsig policy check evalsig.yml"), "{}", said.stderr);
    insta::assert_snapshot!(session.read("evalsig.yml"));
    let said = session.run("policy check evalsig.yml").exits(0).stdout;
    assert!(said.contains("nobody has settled this margin yet"), "{said}");
    // A policy is not overwritten.
    let again = session.run("policy init runs/candidate.json --out evalsig.yml").exits(73);
    assert!(again.stderr.contains("not overwritten"), "{}", again.stderr);
}

#[test]
fn a_folder_with_a_file_a_task_becomes_a_suite() {
    let session = Session::new();
    let folder = repository("tests/golden/lm_eval/baseline");
    let folder = folder.to_str().unwrap();
    // The tasks have several metrics and filters, so that each file needs a choice.
    let refused = session.run(&format!("policy init {folder}")).exits(65);
    assert!(refused.stderr.contains("[run-ambiguous]"), "{}", refused.stderr);
    for name in ["a", "b"] {
        let rows = [0, 1].map(|i| {
            format!(
                r#"{{"doc_id": {i}, "doc": {{}}, "target": "t", "arguments": {{}}, "resps": [], "filtered_resps": [], "filter": "none", "metrics": ["acc"], "doc_hash": "d{i}", "prompt_hash": "p{i}", "target_hash": "t{i}", "acc": 1.0}}"#
            )
        });
        session.write(
            &format!("out/samples_{name}_2026-01-01T00-00-00.000000.jsonl"),
            &(rows.join("\n") + "\n"),
        );
    }
    let draft = session.run("policy init out").exits(0).stdout;
    session.write("p.yml", &draft);
    let said = session.run("policy check p.yml").exits(0).stdout;
    assert!(said.contains("\na (no-regression)") && said.contains("\nb (no-regression)"), "{said}");
}

#[test]
fn names_and_paths_from_files_are_written_as_texts() {
    let session = Session::new();
    let run = |task: &str, metric: &str| {
        serde_json::json!({"run_id": "r", "model_id": "m", "task_id": task, "metric_name": metric,
                           "items": [{"item_id": "q", "score": 640.5}, {"item_id": "p", "score": -2}]})
        .to_string()
    };
    session.write("a: #b.json", &run("010 - evil: &x", "yes"));
    session.write("c.json", &run("..//", "latency_ms"));
    session.run_args(&["policy", "init", "a: #b.json", "c.json", "--out", "p.yml"]).exits(0);
    let said = session.run("policy check p.yml --output json").exits(0).json();
    let first = said["meaning"]["tasks"][0]["says"][0].as_str().unwrap();
    assert!(first.starts_with("a: #b.json is compared with"), "{first}");
    assert_eq!(said["meaning"]["tasks"][1]["role"], "budget");
    // A name that no line can hold is refused, never cut.
    session.write("d.json", &run("a\nb", "s"));
    let refused = session.run("policy init d.json").exits(64).stderr;
    assert!(refused.contains("tasks[0].task-id") && refused.contains("U+000A"), "{refused}");
    let twice = session.run("policy init c.json c.json").exits(64);
    assert!(twice.stderr.contains("one file for each task"), "{}", twice.stderr);
}
