//! DeepEval's test runs, held to the totals that DeepEval itself writes.

use std::fs;

use evalsig::domain::{ClusterRule, Code, Direction, Unscored};
use evalsig::readers::{Format, ReadOptions, read};
use serde_json::{Value, json};

use super::damage::{by, every_cut_is_refused, no_flip_loses_a_row};
use crate::support::repository;
use crate::support::runs::rows;

fn golden() -> Value {
    serde_json::from_slice(&fs::read(repository("tests/golden/deepeval/test_run.json")).unwrap()).unwrap()
}

fn bytes(run: &Value) -> Vec<u8> {
    run.to_string().into_bytes()
}

#[test]
fn counts_and_means_are_those_of_deepeval() {
    let run = golden();
    for total in run["metricsScores"].as_array().unwrap() {
        let metric = total["metric"].as_str().unwrap();
        let reading = by(&bytes(&run), metric).unwrap();
        assert_eq!(reading.format, Format::DeepEval);
        assert_eq!(reading.run.len(), 12);
        let scores: Vec<f64> = reading.run.scores().collect();
        let said: Vec<f64> =
            total["scores"].as_array().unwrap().iter().map(|score| score.as_f64().unwrap()).collect();
        assert_eq!((scores.len(), scores.iter().sum::<f64>()), (said.len(), said.iter().sum()), "{metric}");
        let errors = reading.run.unscored().get(&Unscored::JudgeFailed).copied().unwrap_or(0);
        assert_eq!(errors as u64, total["errors"].as_u64().unwrap());
    }
    let passed = by(&bytes(&run), "success").unwrap().run.scores().sum::<f64>();
    assert_eq!(passed, run["testPassed"].as_f64().unwrap());
    let error = by(&bytes(&run), "").unwrap_err();
    assert_eq!(error.code, Code::RunAmbiguous);
    assert!(error.what.contains("2 metrics: \"Fragile\", \"Overlap\""), "{error}");
}

#[test]
fn test_cases_are_named_by_people_or_by_what_they_ask() {
    let run = golden();
    let reading = by(&bytes(&run), "Overlap").unwrap().run;
    let ids: Vec<String> = rows(&reading).into_iter().map(|row| row.0).collect();
    assert!(ids.contains(&"the third".to_owned()));
    assert_eq!(ids.iter().filter(|id| id.len() == 16).count(), 11);
    assert_eq!((&*reading.metadata().model_id, &*reading.metadata().task_id), ("model-a", "unknown"));
    // One more test case renames none of those that follow.
    let mut more = run.clone();
    more["metricsScores"] = json!([]);
    let mut new = more["testCases"][0].clone();
    new["input"] = json!("What is new?");
    more["testCases"].as_array_mut().unwrap().insert(0, new);
    for (at, case) in more["testCases"].as_array_mut().unwrap().iter_mut().enumerate() {
        if case["name"] != "the third" {
            case["name"] = json!(format!("test_case_{at}"));
        }
    }
    let other = rows(&by(&bytes(&more), "Overlap").unwrap().run);
    assert!(ids.iter().all(|id| other.iter().any(|row| row.0 == *id)));
    // Repeats of a test case are its epochs; two that share a name are told apart by what they ask.
    let mut twice = run.clone();
    twice["metricsScores"] = json!([]);
    let cases = twice["testCases"].as_array_mut().unwrap();
    let (third, mut namesake) = (cases[3].clone(), cases[4].clone());
    cases.push(third);
    let epochs = |run: &Value| -> Vec<(String, u32)> {
        rows(&by(&bytes(run), "Overlap").unwrap().run)
            .into_iter()
            .map(|row| (row.0, row.1))
            .filter(|row| row.0.starts_with("the third"))
            .collect()
    };
    assert_eq!(epochs(&twice), [("the third".to_owned(), 0), ("the third".to_owned(), 1)]);
    namesake["name"] = json!("the third");
    twice["testCases"].as_array_mut().unwrap().push(namesake);
    assert!(epochs(&twice).iter().all(|(id, _)| id.len() == "the third".len() + 17));
}

#[test]
fn spans_of_a_trace_are_no_scores_of_the_test_case() {
    let mut run = golden();
    let metric = run["testCases"][0]["metricsData"][0].clone();
    run["testCases"][0]["trace"] =
        json!({"agentSpans": [{"name": "s", "metricsData": [metric, metric]}], "metricsData": [metric]});
    let total = &mut run["metricsScores"][0]["scores"];
    total.as_array_mut().unwrap().extend([json!(0.25), json!(0.25)]);
    assert_eq!(by(&bytes(&run), "Overlap").unwrap().run.scores().sum::<f64>(), 7.5);
}

#[test]
fn conversations_clusters_and_what_a_test_took_are_read() {
    let mut run = golden();
    let chat = |said: &str| {
        json!({"name": "conversational_test_case_0", "success": true, "turns": [{"role": "user", "content": said, "order": 0}],
        "metricsData": [{"name": "Overlap", "score": 1.0, "success": true}], "metadata": {"topic": "art"}})
    };
    run["conversationalTestCases"] = json!([chat("hi"), chat("bye")]);
    run["metricsScores"] = json!([]);
    let options = ReadOptions {
        metric: Some("Overlap".into()),
        cluster: ClusterRule::Key("topic".into()),
        ..ReadOptions::default()
    };
    let reading = read(&bytes(&run), None, &options).unwrap().run;
    assert_eq!((reading.len(), reading.item_count(), reading.cluster_count()), (14, 14, Some(2)));
    let took = by(&bytes(&golden()), "latency_ms").unwrap().run;
    assert_eq!((took.scores().next(), took.direction()), (Some(500.0), Some(Direction::LowerIsBetter)));
    assert_eq!(by(&bytes(&golden()), "cost").unwrap().run.scores().nth(1), Some(0.001));
    let wrapped = json!({"testRunData": golden(), "testRunLink": "x"});
    assert_eq!(by(&bytes(&wrapped), "Overlap").unwrap().run, by(&bytes(&golden()), "Overlap").unwrap().run);
}

#[test]
fn a_run_that_contradicts_its_totals_is_refused() {
    let refusal = |change: &dyn Fn(&mut Value)| {
        let mut run = golden();
        change(&mut run);
        by(&bytes(&run), "Overlap").unwrap_err().to_string()
    };
    let said = refusal(&|run| drop(run["testCases"].as_array_mut().unwrap().pop()));
    assert!(said.starts_with("metricsScores: counts 12 of \"Overlap\", and the file holds 11"), "{said}");
    let said = refusal(&|run| run["testCases"][0]["metricsData"][0]["score"] = json!(1.0));
    assert!(said.starts_with("metricsScores: counts 12"), "{said}");
    let said = refusal(&|run| {
        let again = run["testCases"][0]["metricsData"][0].clone();
        run["testCases"][0]["metricsData"].as_array_mut().unwrap().push(again);
        run["metricsScores"] = json!([]);
    });
    assert!(said.starts_with("testCases[0]: holds \"Overlap\" twice"), "{said}");
    assert!(by(b"{\"testCases\": []}", "").unwrap_err().to_string().starts_with("has no rows"));
}

#[test]
fn damage_is_refused_or_loses_nothing() {
    let mut run = golden();
    run["testCases"].as_array_mut().unwrap().truncate(3);
    run["metricsScores"] = json!([{"metric": "Overlap", "scores": [0.25, 0.5, 0.75]}]);
    every_cut_is_refused(&bytes(&run), "Overlap", |_| false);
    no_flip_loses_a_row(&bytes(&run), "Overlap", 1);
}
