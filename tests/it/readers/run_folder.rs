//! Folders of lm-evaluation-harness above a model's folder, with several times in them; and globs in place of a path.

use std::fs;

use serde_json::{Value, json};

use crate::support::{Session, repository};

fn samples(shift: u32) -> String {
    (0..40_u32)
        .map(|at| {
            let line = json!({"doc_id": at, "doc": {"q": at}, "filter": "none", "metrics": ["acc"], "acc": u32::from((at + shift).is_multiple_of(3)), "resps": []});
            line.to_string() + "\n"
        })
        .collect()
}

fn results(task: &str) -> String {
    json!({"model_name": "model-a", "results": {task: {"sample_len": 40}}, "higher_is_better": {task: {"acc": true}}}).to_string()
}

/// A folder as the harness fills it: `results` where the run ended.
fn run(session: &Session, folder: &str, task: &str, date: &str, shift: u32, ended: bool) {
    session.write(&format!("{folder}/samples_{task}_{date}.jsonl"), &samples(shift));
    if ended {
        session.write(&format!("{folder}/results_{date}.json"), &results(task));
    }
}

const FIRST: &str = "2026-04-08T10-00-00.123456";
const SECOND: &str = "2026-04-09T10-00-00.123456";
const THIRD: &str = "2026-04-10T10-00-00.123456";

fn inputs(session: &Session, baseline: &str, candidate: &str) -> Value {
    let ran =
        session.run_args(&["compare", "--baseline", baseline, "--candidate", candidate, "--output", "json"]);
    ran.exits(0).json()["inputs"].clone()
}

fn refusal(session: &Session, candidate: &str) -> String {
    let ran = session.run_args(&["compare", "--baseline", "a/samples.jsonl", "--candidate", candidate]);
    ran.exits(65).stderr.split_whitespace().collect::<Vec<_>>().join(" ")
}

#[test]
fn the_newest_complete_run_of_a_task_is_read_and_said_so() {
    let session = Session::new();
    run(&session, "a", "qa", FIRST, 0, true);
    run(&session, "out/model-a", "qa", FIRST, 1, true);
    run(&session, "out/model-a", "qa", SECOND, 2, true);
    run(&session, "out/model-a", "qa", THIRD, 0, false);
    for candidate in ["out/model-a", "out/model-a/", "out"] {
        let inputs = inputs(&session, "a", candidate);
        let path = inputs["candidate"]["path"].as_str().unwrap();
        assert!(path.ends_with(&format!("samples_qa_{SECOND}.jsonl")), "{path}");
    }
    let found = session.run("doctor out/model-a out/model-a --output json").json();
    let note = found["files"][0]["notes"][0].as_str().unwrap();
    assert!(
        note.starts_with(
            "The folder holds 3 runs of \"qa\": the newest with results is read, of \"2026-04-09"
        ),
        "{note}"
    );
    assert!(note.ends_with("; 1 newer without results. Name a file to read another."), "{note}");
}

#[test]
fn what_could_be_meant_is_named() {
    let session = Session::new();
    session.write("a/samples.jsonl", &samples(0));
    run(&session, "out/model-a", "qa", FIRST, 0, true);
    run(&session, "out/model-b", "qa", FIRST, 1, true);
    let said = refusal(&session, "out");
    assert!(
        said.contains(
            "2 folders in it hold runs: \"out/model-a\", \"out/model-b\" [run-ambiguous] next: name one of these folders"
        ),
        "{said}"
    );
    run(&session, "group", "mmlu_law", FIRST, 0, true);
    run(&session, "group", "mmlu_art", FIRST, 0, false);
    let said = refusal(&session, "group");
    assert!(said.contains(&format!("the folder holds 2 runs: \"samples_mmlu_art_{FIRST}.jsonl\"")), "{said}");
    assert!(said.contains("or all of them as tasks of a policy"), "{said}");
    // Of runs of which none ended, none is the one.
    run(&session, "stopped", "qa", FIRST, 0, false);
    run(&session, "stopped", "qa", SECOND, 0, false);
    assert!(refusal(&session, "stopped").contains("the folder holds 2 runs"));
    fs::create_dir(session.path("empty")).unwrap();
    assert!(refusal(&session, "empty").contains("no tool's folder of one run"));
}

#[test]
fn a_glob_stands_for_the_one_path_that_it_matches() {
    let session = Session::new();
    run(&session, "a", "qa", FIRST, 0, true);
    run(&session, "out/model-a", "qa", SECOND, 1, true);
    let read = inputs(&session, "a/samples_qa_*.jsonl", "out/**/samples_qa_*.jsonl");
    assert_eq!(read["candidate"]["path"], format!("out/model-a/samples_qa_{SECOND}.jsonl"));
    let ran = session
        .run("gate --baseline a/samples_* --candidate out/*/samples_* --min-delta -0.9 --release-id v1");
    ran.exits(0);
    session.run("verify --release-id v1 --baseline a/samples_* --candidate out/*/samples_*").exits(0);
    let two = session.run("compare --baseline a/*.json* --candidate out/*").exits(65).stderr;
    assert!(two.contains("a/*.json*: matches 2 paths: \"a/results_"), "{two}");
    let none = session.run("compare --baseline b/*.jsonl --candidate out/*").exits(65).stderr;
    assert!(none.contains("b/*.jsonl: matches no file"), "{none}");
    // What is there by this very name is no glob.
    session.write("a[1].jsonl", &samples(0)).write("a1.jsonl", &samples(1));
    assert_eq!(inputs(&session, "a[1].jsonl", "a1.jsonl")["baseline"]["path"], "a[1].jsonl");
}

#[test]
fn a_task_of_a_policy_takes_the_newest_complete_run() {
    let session = Session::new();
    run(&session, "base", "qa", FIRST, 0, true);
    run(&session, "cand", "qa", FIRST, 1, true);
    run(&session, "cand", "qa", SECOND, 2, true);
    session.write("p.yml", "version: 1\ntasks:\n  - {name: qa, baseline: base, candidate: cand, metric: 'acc,none', role: no-regression, margin: 0.5, margin-rationale: a test}\n");
    let ran = session.run("gate --policy p.yml --output json");
    let path = ran.json()["tasks"]["qa"]["inputs"]["candidate"]["path"].as_str().unwrap().to_owned();
    assert!(path.ends_with(&format!("samples_qa_{SECOND}.jsonl")), "{path}");
}

#[test]
fn old_samples_of_two_filters_are_refused_with_the_reason() {
    let session = Session::new();
    let line = |at: u32, right: u8| {
        json!({"doc_id": at, "doc": {"q": at}, "target": "A", "arguments": [], "resps": [], "filtered_resps": [], "exact_match": right}).to_string() + "\n"
    };
    let text: String = (0..4).flat_map(|at| [line(at, 1), line(at, 0)]).collect();
    session.write("old.jsonl", &text);
    let said =
        session.run("doctor old.jsonl").exits(65).stdout.split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(said.contains("name no filter"), "{said}");
    assert!(!said.contains("number the repeats"), "{said}");
}

#[test]
fn doctor_lists_the_runs_of_a_folder_and_which_two_make_a_pair() {
    let session = Session::new();
    run(&session, "runs/old", "qa", FIRST, 0, true);
    run(&session, "runs/new", "qa", SECOND, 1, true);
    session.write("runs/other.csv", "id,score\nx,1\ny,0\n");
    session.write("runs/readme.json", "{\"a\": 1}");
    fs::copy(repository("examples/runs/baseline.json"), session.path("runs/base.json")).unwrap();
    let found = session.run("doctor runs --output json").exits(0).json();
    let listing = &found["listing"];
    assert_eq!(listing["folder"], "runs");
    let runs = listing["runs"].as_array().unwrap();
    assert_eq!(
        runs.iter().map(|run| run["format"].as_str().unwrap()).collect::<Vec<_>>(),
        ["runframe", "lm_eval", "lm_eval", "csv"]
    );
    assert_eq!(
        listing["pairs"],
        json!([{"baseline": format!("runs/old/samples_qa_{FIRST}.jsonl"), "candidate": format!("runs/new/samples_qa_{SECOND}.jsonl")}])
    );
    assert_eq!(listing["other"], 3, "both results and the readme");
    // The numbers are those of one file by itself.
    let alone = session.run("doctor runs/base.json --output json").json();
    assert_eq!(runs[0]["mean"], alone["files"][0]["run"]["mean"]);
    assert_eq!(runs[0]["items"], alone["files"][0]["run"]["items"]);
    let shown = session.run("doctor runs").exits(0).stdout;
    assert!(shown.contains("evalsig doctor runs/old/samples_qa_"), "{shown}");
    assert!(shown.contains("acc,none (lm_eval) of model-a on qa, 40 items, mean 0.3"), "{shown}");
    // A file with several metrics is a run as soon as one is chosen.
    session.write("runs/several.csv", "id,f1,em\nx,1,0\ny,0,1\n");
    let ran = session.run("doctor runs").exits(0);
    assert!(
        ran.stdout.contains("pick  runs/several.csv: columns: the file holds 2 metrics"),
        "{}",
        ran.stdout
    );
    session.write("runs/broken.jsonl", "{\"id\": 1, \"score\": 1}\n{\"id\": 2, \"sco");
    let ran = session.run("doctor runs").exits(65);
    assert!(ran.stdout.contains("FAIL  runs/broken.jsonl: line 2"), "{}", ran.stdout);
}
