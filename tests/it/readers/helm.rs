//! HELM's run directories: held against its own means, and every way in which they can mislead.

use std::collections::BTreeMap;
use std::fs;

use evalsig::commands::Files as _;
use evalsig::domain::{ClusterRule, Code, Diagnostic};
use evalsig::edge::Disk;
use evalsig::readers::{Format, ReadFile, ReadOptions, Reading, read, read_file};
use serde_json::{Value, json};

use crate::support::repository;
use crate::support::runs::rows;

fn options(metric: &str) -> ReadOptions {
    ReadOptions { metric: (!metric.is_empty()).then(|| metric.to_owned()), ..ReadOptions::default() }
}

fn golden(path: &str, metric: &str) -> Result<ReadFile, Diagnostic> {
    let path = repository("tests/golden/helm").join(path);
    read_file(&Disk::default().open(path.to_str().unwrap())?, None, &options(metric))
}

fn plain(records: &Value, metric: &str) -> Result<Reading, Diagnostic> {
    read(records.to_string().as_bytes(), None, &options(metric))
}

fn row(id: &str, trial: u32, stats: &[Value]) -> Value {
    json!({"instance_id": id, "train_trial_index": trial, "stats": stats})
}

fn stat(name: &str, split: &str, mean: f64) -> Value {
    json!({"name": {"name": name, "split": split}, "count": 1, "sum": mean, "mean": mean})
}

#[test]
fn a_run_directory_says_what_its_stats_say() {
    for (folder, split, suffix, items) in
        [("run", "test", "", 5), ("valid", "valid", ",valid", 4), ("run", "valid", ",valid", 1)]
    {
        let stats = fs::read(repository("tests/golden/helm").join(folder).join("stats.json")).unwrap();
        let stats: Vec<Value> = serde_json::from_slice(&stats).unwrap();
        for metric in ["exact_match", "f1_score"] {
            let asked = if folder == "run" { format!("{metric}{suffix}") } else { metric.to_owned() };
            let ReadFile { path, reading, .. } = golden(folder, &asked).unwrap();
            assert!(path.ends_with("per_instance_stats.json"), "{path}");
            assert_eq!(reading.format, Format::Helm);
            let names = reading.run.metadata();
            assert_eq!(names.metric_name, format!("{metric}{suffix}"));
            assert_eq!(names.run_id, "mock:subject=law,method=joint,model=mock_model-1b");
            assert_eq!(
                (&*names.model_id, &*names.task_id),
                ("mock/model-1b", "mock:subject=law,method=joint")
            );

            let mut scores = BTreeMap::<String, Vec<f64>>::new();
            for (id, epoch, _, score) in rows(&reading.run) {
                assert!(epoch < 2);
                scores.entry(id).or_default().extend(score);
            }
            assert_eq!(scores.len(), items);
            let means: Vec<f64> = scores
                .values()
                .filter(|scores| !scores.is_empty())
                .map(|scores| scores.iter().sum::<f64>() / scores.len() as f64)
                .collect();
            // The third instance has no f1_score.
            assert_eq!(items - means.len(), usize::from(metric == "f1_score" && items > 1));
            let own = stats
                .iter()
                .find(|stat| stat["name"] == json!({"name": metric, "split": split}))
                .and_then(|stat| stat["mean"].as_f64())
                .unwrap();
            let mean = means.iter().sum::<f64>() / means.len() as f64;
            assert!((mean - own).abs() < 1e-12, "{folder}, {metric}: {mean} and {own}");
        }
    }
}

#[test]
fn what_was_left_out_is_said() {
    let notes = |folder: &str, metric: &str| golden(folder, metric).unwrap().reading.notes;
    assert_eq!(
        notes("run", "exact_match"),
        [
            "The split is \"test\"; the file holds \"test\", \"valid\".",
            "14 rows of perturbed instances were left out; --cluster instance_id reads them as further items of their instance."
        ]
    );
    assert_eq!(notes("valid", "exact_match"), ["The split is \"valid\", the only one of the file."]);
    let reading = plain(&json!([row("a", 0, &[stat("em", "test", 1.0)])]), "").unwrap();
    assert_eq!(reading.notes, ["No run_spec.json lies beside the file: model and task are unknown."]);
    assert_eq!(reading.run.metadata().model_id, "unknown");
}

#[test]
fn perturbed_instances_are_further_items_of_a_cluster_on_request() {
    let path = repository("tests/golden/helm/run");
    let options = ReadOptions { cluster: ClusterRule::Key("instance_id".into()), ..options("exact_match") };
    let read =
        |path: &std::path::Path| read_file(&Disk::default().open(path.to_str().unwrap())?, None, &options);
    let reading = read(&path).unwrap().reading;
    assert_eq!(
        reading.notes[1],
        "14 rows of perturbed instances are items in the cluster of their instance."
    );
    let found = rows(&reading.run);
    let (perturbed, plain): (Vec<_>, Vec<_>) = found.iter().partition(|row| row.0.contains(' '));
    assert_eq!((plain.len(), perturbed.len()), (10, 10));
    assert!(found.iter().all(|row| row.0.starts_with(row.2.as_deref().unwrap())));
    assert!(perturbed.iter().any(|row| row.0 == "id0 robustness"));
    // The instances themselves score what they score without them.
    let without = rows(&golden("run", "exact_match").unwrap().reading.run);
    assert_eq!(
        plain.iter().map(|row| (&row.0, row.1, row.3)).collect::<Vec<_>>(),
        without.iter().map(|row| (&row.0, row.1, row.3)).collect::<Vec<_>>()
    );
    // Their mean is what HELM itself says of them.
    let stats: Vec<Value> = serde_json::from_slice(&fs::read(path.join("stats.json")).unwrap()).unwrap();
    let said = stats.iter().find(|stat| {
        let name = &stat["name"];
        name["name"] == "exact_match"
            && name["split"] == "test"
            && name["perturbation"]["computed_on"] == "perturbed"
    });
    let mean = perturbed.iter().filter_map(|row| row.3).sum::<f64>() / 10.0;
    assert!((said.unwrap()["mean"].as_f64().unwrap() - mean).abs() < 1e-12, "{mean}");
}

#[test]
fn a_metric_and_a_split_are_chosen() {
    let error = golden("run", "").unwrap_err();
    assert_eq!(error.code, Code::RunAmbiguous);
    assert_eq!(
        error.what,
        "the file holds 4 metrics: \"exact_match\", \"f1_score\", \"num_prompt_tokens\", \"training_co2_cost\""
    );
    assert_eq!(golden("run", "accuracy").unwrap_err().code, Code::RunAmbiguous);
    assert_eq!(golden("run", "exact_match,train").unwrap_err().code, Code::RunAmbiguous);
    let two = json!([row("a", 0, &[stat("em", "valid", 1.0)]), row("b", 0, &[stat("em", "train", 0.0)])]);
    let error = plain(&two, "em").unwrap_err();
    assert_eq!(error.what, "the file holds several splits and no \"test\": \"train\", \"valid\"");
    let run = plain(&two, "em,train").unwrap().run;
    assert_eq!(run.metadata().metric_name, "em,train");
    assert_eq!(rows(&run), [("b".to_owned(), 0, None, Some(0.0))]);
}

#[test]
fn what_cannot_be_a_score_is_refused_or_unscored() {
    let bare = |mean: Value| {
        json!([row("a", 0, &[json!({"name": {"name": "em", "split": "test"}, "count": 1, "mean": mean})])])
    };
    let error = plain(&bare(json!("high")), "").unwrap_err().to_string();
    assert!(error.starts_with("[0]: stats[0]: mean: is \"high\", expected a number"), "{error}");
    assert_eq!(rows(&plain(&bare(json!(null)), "").unwrap().run)[0].3, None);
    let infinite = bare(json!("X")).to_string().replace("\"X\"", "Infinity");
    assert_eq!(rows(&read(infinite.as_bytes(), None, &options("")).unwrap().run)[0].3, None);

    for (records, what) in [
        (json!([row("a", 0, &[stat("em", "test", 1.0), stat("em", "test", 0.0)])]), "holds \"em\" twice"),
        (
            json!([row("a", 0, &[stat("em", "test", 1.0)]), row("a", 0, &[stat("em", "test", 1.0)])]),
            "holds \"em\" twice",
        ),
        (
            json!([row("a", 0, &[stat("em", "test", 1.0), stat("em", "valid", 0.0)])]),
            "holds statistics of two splits",
        ),
        (json!([{"instance_id": "a", "stats": 3}]), "is no list of statistics"),
        (json!([{"instance_id": "a", "stats": [{"name": {}}]}]), "is missing, expected the name of a metric"),
        (
            json!([{"instance_id": "a", "perturbation": {"name": "typos"}, "stats": []}]),
            "holds no instance without a perturbation",
        ),
    ] {
        let error = plain(&records, "em").unwrap_err();
        assert_eq!((error.code, error.what.as_str()), (Code::RunMalformed, what));
    }
    // An instance whose statistics are all gone is an item without a score, not an item less.
    let run = plain(&json!([row("a", 0, &[stat("em", "test", 1.0)]), row("b", 0, &[])]), "").unwrap().run;
    assert_eq!(rows(&run)[1], ("b".to_owned(), 0, None, None));
}

#[test]
fn no_instance_has_a_label() {
    let cluster = ClusterRule::Key("passage".into());
    let records = json!([row("a", 0, &[stat("em", "test", 1.0)])]).to_string();
    let error =
        read(records.as_bytes(), None, &ReadOptions { cluster, ..ReadOptions::default() }).unwrap_err();
    assert_eq!(error.code, Code::ClusterMissing);
}

#[test]
fn files_without_scores_name_the_one_that_has_them() {
    for file in ["stats.json", "run_spec.json", "scenario_state.json"] {
        let error = golden(&format!("run/{file}"), "").unwrap_err().to_string();
        assert!(error.contains("holds no score per item; give per_instance_stats.json"), "{error}");
        assert!(error.ends_with("[format-unknown]"), "{error}");
    }
}

#[test]
fn a_file_that_was_cut_short_is_refused() {
    let whole = fs::read(repository("tests/golden/helm/valid/per_instance_stats.json")).unwrap();
    for end in 0..whole.len() {
        let error = read(&whole[..end], None, &options("exact_match")).unwrap_err();
        assert_eq!(error.code.exit().code(), 65, "{end} bytes");
    }
}
