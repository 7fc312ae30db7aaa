//! Results of tau-bench and tau2-bench: tasks are items, trials their epochs.

use evalsig::domain::{Code, Unscored};
use evalsig::readers::Format;
use serde_json::{Value, json};

use super::damage::{by, every_cut_is_refused, no_flip_loses_a_row};
use crate::support::Session;
use crate::support::runs::rows;

/// As tau-bench writes them: a list in the order in which tasks ended.
fn first(tasks: u32, trials: u32) -> Value {
    let trial = |task: u32, trial: u32| {
        json!({"task_id": task, "reward": f64::from(u8::from((task + trial).is_multiple_of(3))), "info": {"task": {"user_id": "u"}, "source": "user"},
               "traj": [{"role": "user", "content": "hi"}], "trial": trial})
    };
    json!((0..trials).flat_map(|at| (0..tasks).rev().map(move |task| trial(task, at))).collect::<Vec<_>>())
}

/// As tau2-bench writes them.
fn second(tasks: u32, trials: u32) -> Value {
    let simulation = |task: u32, trial: u32| {
        json!({"id": format!("{task}-{trial}"), "task_id": task.to_string(), "trial": trial, "duration": 2.5, "agent_cost": 0.01,
               "termination_reason": "user_stop", "reward_info": {"reward": f64::from(u8::from((task + trial).is_multiple_of(3)))}, "messages": [{"role": "user"}]})
    };
    json!({"timestamp": "2026-11-21T05:30:01Z", "info": {"git_commit": "c", "num_trials": trials, "agent_info": {"implementation": "llm_agent", "llm": "model-a"},
           "environment_info": {"domain_name": "retail", "policy": "p"}}, "tasks": (0..tasks).map(|task| json!({"id": task.to_string()})).collect::<Vec<_>>(),
           "simulations": (0..tasks).flat_map(|task| (0..trials).map(move |at| simulation(task, at))).collect::<Vec<_>>()})
}

fn bytes(file: &Value) -> Vec<u8> {
    file.to_string().into_bytes()
}

#[test]
fn tasks_are_items_and_trials_epochs() {
    for file in [first(6, 4), second(6, 4)] {
        let reading = by(&bytes(&file), "").unwrap();
        assert_eq!((reading.format, &*reading.run.metadata().metric_name), (Format::TauBench, "reward"));
        let mut found = rows(&reading.run);
        found.sort_by(|a, b| (&a.0, a.1).cmp(&(&b.0, b.1)));
        let expected: Vec<_> = (0..6_u32)
            .flat_map(|task| {
                (0..4).map(move |at| {
                    (task.to_string(), at, None, Some(f64::from(u8::from((task + at).is_multiple_of(3)))))
                })
            })
            .collect();
        assert_eq!(found, expected);
        assert_eq!(reading.notes, Vec::<String>::new());
    }
    let reading = by(&bytes(&second(2, 1)), "").unwrap();
    let names = reading.run.metadata();
    assert_eq!([&*names.model_id, &*names.task_id], ["model-a", "retail"]);
    assert_eq!(reading.created.as_deref(), Some("2026-11-21T05:30:01Z"));
    assert_eq!(by(&bytes(&second(2, 1)), "latency_ms").unwrap().run.scores().next(), Some(2500.0));
    assert_eq!(by(&bytes(&second(2, 1)), "cost").unwrap().run.scores().next(), Some(0.01));
}

#[test]
fn what_was_not_evaluated_is_unscored_and_what_is_missing_is_told() {
    let mut file = second(3, 2);
    file["simulations"][0]["termination_reason"] = json!("infrastructure_error");
    file["simulations"][1]["reward_info"] = Value::Null;
    file["simulations"].as_array_mut().unwrap().pop();
    let reading = by(&bytes(&file), "").unwrap();
    assert_eq!(reading.run.unscored(), [(Unscored::Failed, 1), (Unscored::Missing, 1)].into());
    assert!(reading.notes[0].starts_with("The file holds 5 of the 6 simulations"), "{:?}", reading.notes);
    let mut old = first(3, 1);
    old[0]["info"] = json!({"error": "overloaded", "traceback": "..."});
    old[0]["reward"] = json!(0.0);
    assert_eq!(by(&bytes(&old), "").unwrap().run.unscored(), [(Unscored::Failed, 1)].into());
    // Written with the simulations in files of their own.
    let mut apart = second(2, 2);
    let index = apart["simulations"].as_array().unwrap().iter().map(|one| {
        json!({"id": one["id"], "task_id": one["task_id"], "trial": one["trial"], "reward": one["reward_info"]["reward"], "termination_reason": "user_stop"})
    });
    apart["simulation_index"] = json!(index.collect::<Vec<_>>());
    apart["simulations"] = json!([]);
    assert_eq!(rows(&by(&bytes(&apart), "").unwrap().run), rows(&by(&bytes(&second(2, 2)), "").unwrap().run));
}

#[test]
fn a_trial_that_stands_twice_is_refused_and_trials_without_a_number_are_counted() {
    let mut file = first(2, 1);
    let again = file[0].clone();
    file.as_array_mut().unwrap().push(again);
    let error = by(&bytes(&file), "").unwrap_err();
    assert_eq!((error.code, error.place.as_str()), (Code::DuplicateItem, "[2]"));
    file.as_array_mut()
        .unwrap()
        .iter_mut()
        .for_each(|trial| drop(trial.as_object_mut().unwrap().remove("trial")));
    assert_eq!(
        rows(&by(&bytes(&file), "").unwrap().run).iter().map(|row| row.1).collect::<Vec<_>>(),
        [0, 0, 1]
    );
    let mut out = first(2, 1);
    out[0]["reward"] = json!(999);
    assert!(by(&bytes(&out), "").is_err(), "a reward lies between 0 and 1");
    out[0]["reward"] = json!(1);
    out[1]["task_id"] = Value::Null;
    assert!(by(&bytes(&out), "").unwrap_err().to_string().starts_with("[1]: task_id: is null"));
}

#[test]
fn two_models_are_compared_by_task() {
    let session = Session::new();
    session.write("a.json", &second(20, 4).to_string()).write("b.json", &first(20, 4).to_string());
    let ran = session
        .run("compare --baseline a.json --candidate b.json --task-mismatch allow --output json")
        .exits(0)
        .json();
    assert_eq!(
        (ran["pairing"]["pairs"].as_u64(), ran["comparison"]["delta"].as_f64()),
        (Some(20), Some(0.0))
    );
}

#[test]
fn damage_is_refused_or_loses_nothing() {
    for file in [first(2, 2), second(2, 2)] {
        every_cut_is_refused(&bytes(&file), "", |_| false);
        no_flip_loses_a_row(&bytes(&file), "", 1);
    }
}
