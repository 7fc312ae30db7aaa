//! Logs of openai/evals, held to their final report.

use evalsig::domain::{Code, Unscored};
use evalsig::readers::Format;
use serde_json::{Value, json};

use super::damage::{by, every_cut_is_refused, no_flip_loses_a_row};

fn event(number: u64, sample: u64, kind: &str, data: &Value) -> Value {
    json!({"run_id": "231", "event_id": number, "sample_id": format!("qa.dev.{sample}"), "type": kind, "data": data, "created_by": "", "created_at": "2026-11-21 05:30:01.5+00:00"})
}

fn log(events: &[Value], report: &Value) -> String {
    let spec = json!({"spec": {"completion_fns": ["gpt-x"], "eval_name": "qa.dev.v0", "base_eval": "qa", "split": "dev", "run_config": {"seed": 1},
        "created_by": "", "run_id": "231", "created_at": "2026-11-21T05:30:01Z"}});
    let report = json!({"final_report": report, "run_id": "231"});
    [spec].iter().chain(events).chain([&report]).map(|line| line.to_string() + "\n").collect()
}

/// Samples in the order in which threads ended, each with what was sampled.
fn matched(samples: u64) -> Vec<Value> {
    (0..samples)
        .rev()
        .flat_map(|at| {
            [
                event(2 * at, at, "sampling", &json!({"prompt": "p", "sampled": ["x"]})),
                event(
                    2 * at + 1,
                    at,
                    "match",
                    &json!({"correct": !at.is_multiple_of(4), "expected": at.to_string(), "picked": "x"}),
                ),
            ]
        })
        .collect()
}

#[test]
fn matches_are_read_and_their_mean_is_that_of_the_report() {
    let reading =
        by(log(&matched(8), &json!({"accuracy": 0.75, "boostrap_std": 0.1})).as_bytes(), "").unwrap();
    assert_eq!(reading.format, Format::OpenAiEvals);
    assert_eq!((reading.run.len(), reading.run.scores().sum::<f64>()), (8, 6.0));
    let names = reading.run.metadata();
    assert_eq!(
        [&*names.run_id, &*names.model_id, &*names.task_id, &*names.metric_name],
        ["231", "gpt-x", "qa.dev.v0", "accuracy"]
    );
    assert_eq!(reading.created.as_deref(), Some("2026-11-21T05:30:01Z"));
    let error = by(log(&matched(8), &json!({"accuracy": 0.5})).as_bytes(), "").unwrap_err().to_string();
    assert!(
        error.starts_with("final_report: says that accuracy is 0.5, and the mean of its 8 events is 0.75"),
        "{error}"
    );
}

#[test]
fn a_log_without_its_report_did_not_end() {
    let text = log(&matched(4), &json!({"accuracy": 0.75}));
    let cut = text.trim_end().rsplit_once('\n').unwrap().0;
    assert_eq!(by(cut.as_bytes(), "").unwrap_err().code, Code::RunUnfinished);
}

#[test]
fn metrics_that_an_eval_records_are_chosen_by_name() {
    let events = [
        event(0, 0, "metrics", &json!({"choice": "Y", "score": 1.0, "tokens": 7})),
        event(1, 1, "metrics", &json!({"choice": "N", "score": "n/a", "tokens": 9})),
        event(2, 2, "error", &json!({"type": "RateLimit", "message": "m"})),
    ];
    let text = log(&events, &json!({"score": 1.0}));
    let error = by(text.as_bytes(), "").unwrap_err().to_string();
    assert!(error.starts_with("events: the file holds 2 metrics: \"score\", \"tokens\""), "{error}");
    let run = by(text.as_bytes(), "score").unwrap().run;
    assert_eq!(run.unscored(), [(Unscored::Failed, 1), (Unscored::NotANumber, 1)].into());
    assert!(by(text.as_bytes(), "choice").is_err());
}

#[test]
fn several_matches_of_a_sample_are_its_repeats() {
    let events = [(9, 0, true), (3, 0, false), (4, 1, true)]
        .map(|(number, sample, correct)| event(number, sample, "match", &json!({"correct": correct})));
    let run = by(log(&events, &json!({"accuracy": 2.0 / 3.0})).as_bytes(), "").unwrap().run;
    let found: Vec<_> =
        run.rows().map(|row| (row.id.to_owned(), row.epoch, row.score.unwrap().get())).collect();
    assert_eq!(
        found,
        [("qa.dev.0".to_owned(), 0, 0.0), ("qa.dev.0".to_owned(), 1, 1.0), ("qa.dev.1".to_owned(), 0, 1.0)]
    );
    let twice = [events[0].clone(), events[0].clone()];
    let error = by(log(&twice, &json!({})).as_bytes(), "").unwrap_err().to_string();
    assert!(error.starts_with("line 3: event_id: event 9 stands twice"), "{error}");
}

#[test]
fn damage_is_refused_or_loses_nothing() {
    let text = log(&matched(4), &json!({"accuracy": 0.75}));
    every_cut_is_refused(text.as_bytes(), "", |_| false);
    no_flip_loses_a_row(text.as_bytes(), "", 1);
}
