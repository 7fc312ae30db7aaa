//! Reports of SWE-bench, held to the counts in them.

use std::fs;

use evalsig::domain::{ClusterRule, Code, Unscored};
use evalsig::readers::{Format, ReadOptions, read};
use serde_json::{Value, json};

use super::damage::{by, every_cut_is_refused, no_flip_loses_a_row};
use crate::support::{Session, repository};

const GOLDEN: &str = "tests/golden/swe_bench/vendor__model-1.5.run-a.json";

fn golden() -> Value {
    serde_json::from_slice(&fs::read(repository(GOLDEN)).unwrap()).unwrap()
}

#[test]
fn counts_are_those_of_the_report() {
    let report = golden();
    let reading = by(report.to_string().as_bytes(), "").unwrap();
    assert_eq!((reading.format, &*reading.run.metadata().metric_name), (Format::SweBench, "resolved"));
    let count = |name: &str| report[name].as_u64().unwrap() as usize;
    assert_eq!(reading.run.scores().sum::<f64>() as usize, count("resolved_instances"));
    assert_eq!(reading.run.unscored(), [(Unscored::Failed, count("error_instances"))].into());
    let incomplete = report["incomplete_ids"].as_array().unwrap().len();
    assert_eq!(reading.run.len() + incomplete, count("total_instances"));
    assert_eq!(
        reading.notes,
        [
            "2 instances with an empty patch: not resolved, as SWE-bench counts them.",
            "1 instances on which the harness failed: unscored, where SWE-bench counts them as not resolved.",
            "1 instances without a prediction: no items of this run.",
        ]
    );
}

#[test]
fn the_name_of_the_file_names_model_and_run_and_instances_are_grouped_by_repository() {
    let session = Session::new();
    fs::copy(repository(GOLDEN), session.path("vendor__model-1.5.run-a.json")).unwrap();
    let found = session.run("doctor vendor__model-1.5.run-a.json --output json").json();
    let run = &found["files"][0]["run"];
    assert_eq!(
        [run["model_id"].as_str(), run["run_id"].as_str(), run["task_id"].as_str()],
        [Some("vendor__model-1.5"), Some("run-a"), Some("SWE-bench")]
    );
    let options = ReadOptions { cluster: ClusterRule::Key("repo".into()), ..ReadOptions::default() };
    let run = read(golden().to_string().as_bytes(), None, &options).unwrap().run;
    assert!(run.rows().all(|row| row.id.starts_with(row.cluster.unwrap())));
    assert_eq!(run.cluster_count(), Some(2));
}

#[test]
fn a_report_that_contradicts_itself_is_refused() {
    let refusal = |change: &dyn Fn(&mut Value)| {
        let mut report = golden();
        change(&mut report);
        by(report.to_string().as_bytes(), "").unwrap_err()
    };
    let error = refusal(&|report| drop(report["resolved_ids"].as_array_mut().unwrap().pop()));
    assert!(
        error
            .to_string()
            .starts_with("resolved_instances: counts 4 of \"resolved_ids\", and the file holds 3"),
        "{error}"
    );
    let error = refusal(&|report| report["unresolved_ids"][0] = report["resolved_ids"][0].clone());
    assert_eq!(error.code, Code::DuplicateItem);
    assert_eq!(error.place, "unresolved_ids[0]");
    let error = refusal(&|report| report["resolved_ids"] = json!(4));
    assert!(error.to_string().starts_with("does not list its instances"), "{error}");
    let error = refusal(&|report| report["resolved_ids"][1] = json!([]));
    assert!(error.to_string().starts_with("resolved_ids[1]: is a list"), "{error}");
}

#[test]
fn damage_is_refused_or_loses_nothing() {
    let text = golden().to_string();
    every_cut_is_refused(text.as_bytes(), "", |_| false);
    no_flip_loses_a_row(text.as_bytes(), "", 1);
}
