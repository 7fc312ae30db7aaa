//! Rows that platforms export, by the very commands of docs/formats.md. The rows are generated in the published shapes.

use serde_json::{Value, json};

use crate::support::Session;
use crate::tree;

/// The command of a section, without what names the files.
fn command(section: &str) -> String {
    let docs = tree::read("docs/formats.md");
    let (_, text) = docs.split_once(&format!("### `{section}`")).expect(section);
    let line = text.lines().find(|line| line.starts_with("evalsig gate ")).expect(section);
    line.strip_prefix("evalsig ").unwrap().to_owned()
}

fn score(at: u32, shift: u32) -> f64 {
    f64::from((at * 7 + shift) % 5) / 4.0
}

/// Both files of a section, its command on them, and what must come out: pairs, and the means of both runs.
fn gated(section: &str, ending: &str, file: &dyn Fn(u32) -> String) {
    let session = Session::new();
    for (name, shift) in [("baseline", 0), ("candidate", 3)] {
        session.write(&format!("{name}.{ending}"), &file(shift));
    }
    let ran = session.run(&format!("{} --output json", command(section)));
    assert!((0..=2).contains(&ran.code), "{section}: {}{}", ran.stdout, ran.stderr);
    let found = ran.json();
    assert_eq!(found["pairing"]["pairs"], 40, "{section}");
    let mean = |shift| (0..40).map(|at| score(at, shift)).sum::<f64>() / 40.0;
    let delta = found["report"]["comparison"]["delta"].as_f64().unwrap();
    assert!((delta - (mean(3) - mean(0))).abs() < 1e-12, "{section}: {delta}");
}

fn lines(row: &dyn Fn(u32) -> Value) -> String {
    (0..40).map(|at| row(at).to_string() + "\n").collect()
}

#[test]
fn rows_of_every_platform_are_gated_by_the_command_that_the_guide_gives() {
    gated("braintrust", "jsonl", &|shift| {
        lines(&|at| {
            json!({"id": format!("span-{shift}-{at}"), "span_id": format!("s{shift}{at}"), "root_span_id": format!("s{shift}{at}"), "is_root": true,
                   "input": {"question": at}, "expected": "x", "output": "y", "scores": {"Factuality": score(at, shift), "Levenshtein": 0.5},
                   "metadata": {"model": "m"}, "metrics": {"start": 1.5, "end": 2.5}, "origin": {"object_type": "dataset", "id": format!("row-{at}")}})
        })
    });
    gated("langfuse", "jsonl", &|shift| {
        lines(
            &|at| json!({"id": format!("item-{at}"), "scores": {"accuracy": score(at, shift), "brevity": 1}}),
        )
    });
    gated("langsmith", "csv", &|shift| {
        let rows: String = (0..40)
            .map(|at| {
                format!("Q{at},\"an, answer\",,A,{},0.25,ex-{at},call-{shift}-{at}\n", score(at, shift))
            })
            .collect();
        format!(
            "inputs.question,outputs.answer,error,reference.answer,feedback.correctness,execution_time,example_id,id\n{rows}"
        )
    });
    gated("mlflow", "jsonl", &|shift| {
        lines(
            &|at| json!({"question_id": at, "inputs": "Q", "ground_truth": "A", "outputs": "A", "token_count": 7, "exact_match/v1/score": score(at, shift)}),
        )
    });
    gated("weave", "jsonl", &|shift| {
        lines(&|at| {
            json!({"inputs": {"example": {"id": format!("e{at}"), "question": "Q"}},
                   "output": {"output": "A", "scores": {"match": {"correct": score(at, shift)}}, "model_latency": 0.1}})
        })
    });
}
