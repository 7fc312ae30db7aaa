//! `convert` writes what was read: the same run comes back, and doctor says the same numbers of both.

use serde_json::json;

use crate::support::{Session, repository};

/// What doctor says of a run, without what only a file has.
fn said(session: &Session, line: &str) -> serde_json::Value {
    let run = session.run(&format!("doctor {line} --output json")).json()["files"][0]["run"].clone();
    let keep = ["run_id", "model_id", "task_id", "metric", "items", "rows", "epochs", "mean", "clusters"];
    keep.iter().map(|key| ((*key).to_owned(), run[*key].clone())).collect::<serde_json::Map<_, _>>().into()
}

#[test]
fn every_format_becomes_a_runframe_and_parquet_with_the_same_numbers() {
    let golden = |path: &str| repository("tests/golden").join(path).to_str().unwrap().to_owned();
    for (file, flags) in [
        (golden("deepeval/test_run.json"), "--metric Overlap --cluster topic"),
        (golden("swe_bench/vendor__model-1.5.run-a.json"), "--cluster repo"),
        (golden("helm/run"), "--metric exact_match"),
        (golden("promptfoo/out.json"), "--metric score --cluster passage"),
        (repository("examples/runs/baseline-graded.json").to_str().unwrap().to_owned(), ""),
    ] {
        let session = Session::new();
        let run = if file.contains("promptfoo") { vec!["--run-id", "[echo] say {{q}}"] } else { vec![] };
        let flags: Vec<&str> = flags.split_whitespace().chain(run).collect();
        let convert =
            |more: &[&str]| session.run_args(&[&["convert", &file][..], &flags, more].concat()).exits(0);
        let json = convert(&["--to", "runframe", "--out", "run.json"]);
        assert!(json.stdout.is_empty() && json.stderr.contains("; written to run.json"), "{json:?}");
        convert(&["--to", "parquet", "--out", "run.parquet"]);
        assert_eq!(convert(&[]).stdout, session.read("run.json"), "{file}");
        let doctor = |args: &[&str]| {
            let run = session.run_args(&[&["doctor", "--output", "json"][..], args].concat()).json()["files"]
                [0]["run"]
                .clone();
            ["run_id", "model_id", "task_id", "metric", "items", "rows", "epochs", "mean", "clusters"]
                .map(|key| run[key].clone())
        };
        let original = doctor(&[&[file.as_str()][..], &flags].concat());
        assert_eq!(doctor(&["run.json"]), original, "{file}");
        assert_eq!(doctor(&["run.parquet"]), original, "{file}");
    }
}

#[test]
fn an_id_that_was_chosen_is_the_id_that_is_written() {
    let session = Session::new();
    session.write("a.jsonl", "{\"sample\": {\"id\": 7}, \"evaluation\": {\"score\": 0.5}}\n{\"sample\": {\"id\": 8}, \"evaluation\": {\"score\": null}}\n");
    let run = session.run("convert a.jsonl --id sample.id --metric evaluation.score").exits(0);
    let items = run.json()["items"].clone();
    assert_eq!(
        items,
        json!([{"item_id": "7", "score": 0.5, "epoch": 0}, {"item_id": "8", "score": null, "epoch": 0}])
    );
    assert!(
        run.stderr.contains("evaluation.score of unknown (jsonl), 2 rows of 2 items, 1 unscored"),
        "{}",
        run.stderr
    );
    session.write("b.json", &run.stdout);
    assert_eq!(said(&session, "b.json"), said(&session, "a.jsonl --id sample.id --metric evaluation.score"));
}

#[test]
fn what_cannot_be_written_is_refused() {
    let session = Session::with_examples();
    let ran = session.run("convert runs/baseline.json --to parquet").exits(64);
    assert!(ran.stderr.contains("is parquet, which no terminal can show"), "{}", ran.stderr);
    let ran = session.run("convert runs/baseline.json --to csv").exits(64);
    assert!(ran.stderr.contains("runframe or parquet"), "{}", ran.stderr);
    session.run("convert runs/nowhere.json").exits(65);
}
