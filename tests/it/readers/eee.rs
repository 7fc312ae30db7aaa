//! Instances of Every Eval Ever.

use evalsig::domain::{Code, Unscored};
use evalsig::readers::{Format, ReadOptions, read};
use serde_json::{Value, json};

use super::damage::{by, every_cut_is_refused, no_flip_loses_a_row};
use crate::support::Session;
use crate::support::runs::rows;

fn instance(at: u32, more: &Value) -> Value {
    let mut instance = json!({
        "schema_version": "0.2.2", "evaluation_id": "qa/model-a/1", "model_id": "vendor/model-a", "evaluation_name": "qa",
        "sample_id": format!("q{at}"), "sample_hash": format!("{at:064x}"), "interaction_type": "single_turn",
        "input": {"raw": format!("Q{at}"), "reference": ["x"]}, "output": {"raw": ["x"]}, "answer_attribution": [],
        "evaluation": {"score": f64::from(at % 4) / 4.0, "is_correct": at.is_multiple_of(4)},
        "token_usage": {"input_tokens": 3, "output_tokens": at, "total_tokens": 3 + at}, "performance": {"latency_ms": 12.5},
    });
    for (key, value) in more.as_object().unwrap() {
        instance[key] = value.clone();
    }
    instance
}

fn file(instances: &[Value]) -> String {
    instances.iter().map(|instance| instance.to_string() + "\n").collect()
}

fn whole() -> String {
    file(&(0..40).map(|at| instance(at, &json!({}))).collect::<Vec<_>>())
}

#[test]
fn instances_are_read_by_their_score() {
    let reading = by(whole().as_bytes(), "").unwrap();
    assert_eq!((reading.format, reading.version.as_deref()), (Format::Eee, Some("0.2.2")));
    let names = reading.run.metadata();
    assert_eq!(
        [&*names.run_id, &*names.model_id, &*names.task_id, &*names.metric_name],
        ["qa/model-a/1", "vendor/model-a", "qa", "score"]
    );
    assert_eq!((reading.run.len(), reading.run.scores().sum::<f64>()), (40, 15.0));
    assert_eq!(rows(&by(whole().as_bytes(), "evaluation.score").unwrap().run), rows(&reading.run));
    assert_eq!(by(whole().as_bytes(), "is_correct").unwrap().run.scores().sum::<f64>(), 10.0);
    assert_eq!(by(whole().as_bytes(), "output_tokens").unwrap().run.scores().sum::<f64>(), 780.0);
    assert_eq!(by(whole().as_bytes(), "latency_ms").unwrap().run.scores().count(), 40);
}

#[test]
fn an_instance_with_an_error_is_unscored() {
    let text = file(&[
        instance(0, &json!({})),
        instance(1, &json!({"error": "no answer"})),
        instance(2, &json!({"evaluation": {"score": null}})),
    ]);
    assert_eq!(
        by(text.as_bytes(), "").unwrap().run.unscored(),
        [(Unscored::Failed, 1), (Unscored::Missing, 1)].into()
    );
}

#[test]
fn several_evaluations_of_a_file_need_a_choice() {
    let text = file(&[
        instance(0, &json!({})),
        instance(0, &json!({"evaluation_name": "math"})),
        instance(1, &json!({"evaluation_name": "math"})),
    ]);
    let error = by(text.as_bytes(), "").unwrap_err();
    assert_eq!(
        (error.code, error.what.as_str()),
        (Code::RunAmbiguous, "the file holds 2 runs: \"qa\", \"math\"")
    );
    let of = |run: &str| {
        read(text.as_bytes(), None, &ReadOptions { run_id: Some(run.into()), ..ReadOptions::default() })
    };
    let run = of("math").unwrap().run;
    assert_eq!((run.len(), &*run.metadata().task_id, &*run.metadata().run_id), (2, "math", "math"));
    assert!(of("law").unwrap_err().what.contains("no run is \"law\""));
    // One sample under two metrics of one evaluation.
    let results = file(&[
        instance(0, &json!({"evaluation_result_id": "f1"})),
        instance(0, &json!({"evaluation_result_id": "em"})),
    ]);
    let error = by(results.as_bytes(), "").unwrap_err();
    assert!(error.what.contains("2 runs: \"f1\", \"em\""), "{error}");
    let twice = file(&[instance(0, &json!({})), instance(0, &json!({}))]);
    assert_eq!(by(twice.as_bytes(), "").unwrap_err().code, Code::DuplicateItem);
}

#[test]
fn one_id_with_two_hashes_is_two_questions() {
    let session = Session::new();
    let other = file(&(0..40).map(|at| instance(at, &json!({"sample_hash": if at == 7 { "0".repeat(63) + "x" } else { format!("{at:064x}") }}))).collect::<Vec<_>>());
    session.write("a.jsonl", &whole()).write("b.jsonl", &whole()).write("c.jsonl", &other);
    let same = session.run("compare --baseline a.jsonl --candidate b.jsonl --output json").exits(0).json();
    assert_eq!(same["pairing"]["pairs"], 40);
    let ran = session.run("compare --baseline a.jsonl --candidate c.jsonl").exits(65);
    assert!(ran.stderr.contains("[runs-differ]"), "{}", ran.stderr);
}

#[test]
fn damage_is_refused_or_loses_nothing() {
    let text = file(&(0..4).map(|at| instance(at, &json!({}))).collect::<Vec<_>>());
    // A cut between two lines leaves a shorter whole file: nothing shows it.
    every_cut_is_refused(text.as_bytes(), "", |at| {
        text.as_bytes()[..at].ends_with(b"\n") || text.as_bytes()[at] == b'\n'
    });
    no_flip_loses_a_row(text.as_bytes(), "", 1);
}
