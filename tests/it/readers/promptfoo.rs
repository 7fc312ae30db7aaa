//! promptfoo's results, held to what promptfoo itself says of them.

use std::fs;

use evalsig::domain::{ClusterRule, Code, Diagnostic, Unscored};
use evalsig::readers::{Format, ReadOptions, Reading, read};
use serde_json::{Value, json};

use crate::support::Session;
use crate::support::runs::rows;

const FOLDER: &str = "tests/golden/promptfoo";

fn golden(name: &str) -> Vec<u8> {
    fs::read(format!("{FOLDER}/{name}")).unwrap()
}

fn by(bytes: &[u8], run_id: Option<&str>, metric: &str, cluster: ClusterRule) -> Result<Reading, Diagnostic> {
    let options = ReadOptions {
        run_id: run_id.map(str::to_owned),
        metric: Some(metric.into()),
        cluster,
        ..ReadOptions::default()
    };
    read(bytes, None, &options)
}

/// Results of one provider and prompt.
fn of_prompt(index: u64) -> Vec<Value> {
    let file: Value = serde_json::from_slice(&golden("out.json")).unwrap();
    let results = file["results"]["results"].as_array().unwrap().iter();
    results.filter(|result| result["promptIdx"] == index).cloned().collect()
}

fn file(results: &[Value]) -> Vec<u8> {
    json!({"evalId": "e", "results": {"version": 3, "results": results}, "config": {"description": "toy"}})
        .to_string()
        .into_bytes()
}

#[test]
fn counts_and_sums_are_those_that_promptfoo_reports() {
    let whole = golden("out.json");
    let file: Value = serde_json::from_slice(&whole).unwrap();
    for prompt in file["results"]["prompts"].as_array().unwrap() {
        let run = format!("[{}] {}", prompt["provider"].as_str().unwrap(), prompt["label"].as_str().unwrap());
        let metrics = &prompt["metrics"];
        let of = |metric: &str| {
            (metrics["namedScores"][metric].clone(), metrics["namedScoresCount"][metric].clone())
        };
        for (metric, (sum, count)) in [
            ("score", (metrics["score"].clone(), json!(4))),
            ("success", (metrics["testPassCount"].clone(), json!(4))),
            ("has", of("has")),
            ("exact", of("exact")),
        ] {
            let reading = by(&whole, Some(&run), metric, ClusterRule::FromData).unwrap();
            assert_eq!(reading.format, Format::Promptfoo);
            let scores: Vec<f64> =
                reading.run.rows().filter_map(|row| row.score.ok()).map(|s| s.get()).collect();
            assert_eq!(
                (Some(scores.iter().sum()), Some(scores.len() as u64)),
                (sum.as_f64(), count.as_u64()),
                "{run} {metric}"
            );
            assert_eq!(reading.run.len(), 4);
            let lines = by(&golden("out.jsonl"), Some(&run), metric, ClusterRule::FromData).unwrap();
            assert_eq!(rows(&lines.run), rows(&reading.run));
        }
    }
}

#[test]
fn repeats_are_epochs_of_what_is_asked() {
    let run = by(&golden("out.json"), Some("[echo] say {{q}}"), "score", ClusterRule::Key("passage".into()))
        .unwrap()
        .run;
    let expected = [(0, "p2"), (1, "p2"), (0, "p1"), (1, "p1")];
    let found: Vec<_> =
        run.sorted().map(|row| (row.id.to_owned(), row.epoch, row.cluster.unwrap().to_owned())).collect();
    assert_eq!(found.len(), expected.len());
    for ((id, epoch, cluster), (expected_epoch, expected_cluster)) in found.iter().zip(expected) {
        assert_eq!((*epoch, cluster.as_str()), (expected_epoch, expected_cluster), "{id}");
    }
    assert!(found[3].0.starts_with("t1 "));
    assert_eq!(found[3].0.len(), "t1 ".len() + 16);
    assert_eq!(
        (run.metadata().run_id.as_str(), run.metadata().model_id.as_str()),
        ("[echo] say {{q}}", "echo")
    );
    assert_eq!(run.metadata().task_id, "toy");
}

#[test]
fn several_prompts_or_metrics_need_a_choice() {
    for name in ["out.json", "out.jsonl"] {
        let refusal =
            |run, metric| by(&golden(name), run, metric, ClusterRule::FromData).unwrap_err().to_string();
        assert_eq!(
            refusal(None, "score"),
            "results: the file holds 2 runs: \"[echo] echo {{q}}\", \"[echo] say {{q}}\"; choose one with --baseline-run or --candidate-run (doctor: --run-id) [run-ambiguous]"
        );
        assert!(
            refusal(Some("other"), "score")
                .starts_with("results: no run is \"other\"; the file holds 2 runs")
        );
        assert!(refusal(Some("[echo] say {{q}}"), "acc").starts_with(
            "results: no metric is \"acc\"; the file holds \"exact\", \"has\", \"score\", \"success\""
        ));
    }
    let error = read(&file(&of_prompt(0)), None, &ReadOptions::default()).unwrap_err();
    assert_eq!(error.code, Code::RunAmbiguous);
}

#[test]
fn the_order_of_results_changes_nothing() {
    let mut results = of_prompt(0);
    let expected = by(&file(&results), None, "score", ClusterRule::FromData).unwrap();
    results.reverse();
    assert_eq!(by(&file(&results), None, "score", ClusterRule::FromData).unwrap(), expected);
    results.rotate_left(1);
    // Of the same tests in another place of the evaluation the items are the same.
    results.iter_mut().for_each(|result| result["testIdx"] = json!(result["testIdx"].as_u64().unwrap() + 7));
    assert_eq!(by(&file(&results), None, "score", ClusterRule::FromData).unwrap(), expected);
}

#[test]
fn a_test_that_failed_before_it_was_scored_is_unscored() {
    let mut results = of_prompt(0);
    results[1]["failureReason"] = json!(2);
    results[1]["success"] = json!(false);
    results[1]["score"] = json!(0);
    for metric in ["score", "success", "has"] {
        let run = by(&file(&results), None, metric, ClusterRule::FromData).unwrap().run;
        assert_eq!(run.unscored(), [(Unscored::Failed, 1)].into());
    }
    let run = by(&file(&of_prompt(0)), None, "exact", ClusterRule::FromData).unwrap().run;
    assert_eq!(run.unscored(), [(Unscored::Missing, 2)].into());
}

#[test]
fn what_is_added_while_it_runs_does_not_name_the_item_and_what_is_asked_does() {
    let run = |change: &dyn Fn(&mut Value)| {
        let mut results = of_prompt(0);
        results.iter_mut().for_each(change);
        by(&file(&results), None, "score", ClusterRule::FromData).unwrap().run
    };
    let plain = run(&|_| {});
    let added = run(&|result| {
        result["vars"]["sessionId"] = json!("f81d");
        result["vars"]["_conversation"] = json!([1]);
    });
    assert_eq!(rows(&added), rows(&plain));
    let ids = |run: &evalsig::domain::RunFrame| run.rows().map(|row| row.id.to_owned()).collect::<Vec<_>>();
    for other in [
        run(&|result| result["vars"]["more"] = Value::Null),
        run(&|result| result["vars"]["q"] = json!([result["vars"]["q"]])),
        run(&|result| result["testCase"]["description"] = json!("t2")),
    ] {
        assert!(ids(&other).iter().all(|id| !ids(&plain).contains(id)));
    }
}

#[test]
fn what_is_no_result_is_refused_with_its_place() {
    let mut results = of_prompt(0);
    results[2].as_object_mut().unwrap().remove("vars");
    let error = by(&file(&results), None, "score", ClusterRule::FromData).unwrap_err().to_string();
    assert!(error.starts_with("results.results[2]: is no result: it lacks promptIdx or vars"), "{error}");
    let twice = [of_prompt(0), of_prompt(0)].concat();
    let error = by(&file(&twice), None, "score", ClusterRule::FromData).unwrap_err();
    assert_eq!(error.code, Code::DuplicateItem);
    assert!(by(&file(&[]), None, "score", ClusterRule::FromData).is_err());
    let table = by(&golden("out.csv"), None, "score", ClusterRule::FromData).unwrap_err().to_string();
    assert!(table.starts_with("line 1: looks like promptfoo's table for people"), "{table}");
    let lines = golden("out.jsonl");
    for end in (0..lines.len()).step_by(97) {
        if let Ok(reading) = by(&lines[..end], Some("[echo] say {{q}}"), "score", ClusterRule::FromData) {
            panic!("{end} bytes: {reading:?}");
        }
    }
}

#[test]
fn two_prompts_of_one_file_are_gated_against_each_other() {
    let session = Session::new();
    fs::write(session.path("out.json"), golden("out.json")).unwrap();
    let ran = session.run_args(&[
        "compare",
        "--baseline",
        "out.json",
        "--candidate",
        "out.json",
        "--metric",
        "score",
        "--baseline-run",
        "[echo] say {{q}}",
        "--candidate-run",
        "[echo] echo {{q}}",
        "--output",
        "json",
    ]);
    assert_eq!(ran.code, 0, "{ran:?}");
    let report: Value = serde_json::from_str(&ran.stdout).unwrap();
    let run = |which: &str| report["inputs"][which]["run_id"].as_str().unwrap().to_owned();
    assert_eq!((run("baseline"), run("candidate")), ("[echo] say {{q}}".into(), "[echo] echo {{q}}".into()));
    assert_eq!(report["comparison"]["delta"], 0.25);
    assert_eq!(report["comparison"]["notes"], json!([]));
}
