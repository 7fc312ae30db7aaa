//! Samples of lm-evaluation-harness: held against its own results, and every way in which they can mislead.

use std::collections::BTreeSet;
use std::fs;

use evalsig::commands::Files as _;
use evalsig::domain::{ClusterRule, Code, Diagnostic, Direction};
use evalsig::edge::Disk;
use evalsig::readers::{Format, ReadFile, ReadOptions, Reading, read, read_file};
use serde_json::{Value, json};

use crate::support::runs::{not_finite, rows};
use crate::support::{Session, repository};

fn options(metric: &str, cluster: ClusterRule) -> ReadOptions {
    ReadOptions { metric: (!metric.is_empty()).then(|| metric.to_owned()), cluster, ..ReadOptions::default() }
}

/// The path of a file whose name begins so.
fn path(run: &str, begin: &str) -> String {
    let folder = fs::read_dir(repository("tests/golden/lm_eval").join(run)).unwrap();
    let mut found = folder.map(|entry| entry.unwrap().path().to_str().unwrap().to_owned());
    found.find(|path| path.rsplit('/').next().unwrap().starts_with(begin)).unwrap()
}

fn golden(run: &str, task: &str, metric: &str) -> Result<ReadFile, Diagnostic> {
    let path = path(run, &format!("samples_{task}_"));
    read_file(&Disk::default().open(&path)?, None, &options(metric, ClusterRule::FromData))
}

fn plain(lines: &[Value], metric: &str) -> Result<Reading, Diagnostic> {
    let text: Vec<String> = lines.iter().map(Value::to_string).collect();
    read(text.join("\n").as_bytes(), None, &options(metric, ClusterRule::FromData))
}

fn line(id: u32, filter: &str, score: Value) -> Value {
    json!({"doc_id": id, "doc": {"q": "Q"}, "target": "A", "filter": filter, "metrics": ["em"], "em": score})
}

#[test]
fn every_score_is_what_the_results_say_it_is() {
    for (run, results) in [("baseline", "results_"), ("candidate", "run_")] {
        let results: Value = serde_json::from_slice(&fs::read(path(run, results)).unwrap()).unwrap();
        let mut seen = 0;
        for (task, said) in results["results"].as_object().unwrap() {
            for (metric, mean) in said.as_object().unwrap().iter().filter(|(key, _)| key.contains(',')) {
                if metric.contains("_stderr,")
                    || metric.starts_with("mcc,")
                    || metric.starts_with("brier_score,")
                {
                    continue;
                }
                let reading = golden(run, task, metric).unwrap().reading;
                assert_eq!(reading.format, Format::LmEval);
                let names = reading.run.metadata();
                assert_eq!((&names.metric_name, &names.task_id), (metric, task));
                assert_eq!(names.model_id, format!("dummy-{run}"));
                assert!(names.run_id.starts_with(&format!("{task}_2026-")), "{}", names.run_id);
                assert_eq!(reading.run.len() as u64, said["sample_len"].as_u64().unwrap());
                let scores: Vec<f64> = rows(&reading.run).iter().filter_map(|row| row.3).collect();
                let nan = if task == "golden_nan" { 4 } else { 0 };
                assert_eq!((scores.len(), not_finite(&reading.run)), (20 - nan, nan));
                let own = scores.iter().sum::<f64>() / scores.len() as f64;
                assert!((own - mean.as_f64().unwrap()).abs() < 1e-12, "{task}, {metric}: {own} and {mean}");
                let higher = results["higher_is_better"][task][metric.split(',').next().unwrap()].as_bool();
                let direction =
                    if higher.unwrap() { Direction::HigherIsBetter } else { Direction::LowerIsBetter };
                assert_eq!(reading.run.direction(), Some(direction));
                seen += 1;
            }
        }
        assert_eq!(seen, 6);
    }
}

#[test]
fn a_metric_and_a_filter_are_chosen() {
    let error = golden("baseline", "golden_gen", "").unwrap_err();
    assert_eq!(error.code, Code::RunAmbiguous);
    assert_eq!(
        error.what,
        "the file holds 2 metrics: \"exact_match,flexible-extract\", \"exact_match,strict-match\""
    );
    assert_eq!(golden("baseline", "golden_gen", "exact_match").unwrap_err().code, Code::RunAmbiguous);
    assert_eq!(golden("baseline", "golden_gen", "exact_match,none").unwrap_err().code, Code::RunAmbiguous);
    // With one filter, the metric is enough, and with one metric, nothing need be said.
    assert_eq!(
        golden("baseline", "golden_qa", "acc").unwrap().reading.run.metadata().metric_name,
        "acc,none"
    );
    assert_eq!(
        golden("baseline", "golden_nan", "").unwrap().reading.run.metadata().metric_name,
        "judged,none"
    );
}

#[test]
fn what_is_no_number_for_each_item_is_named() {
    let notes = golden("baseline", "golden_qa", "acc").unwrap().reading.notes;
    assert_eq!(
        notes,
        ["Not one number for each item, and so not to be chosen: \"brier_score,none\", \"mcc,none\"."]
    );
    for metric in ["mcc", "brier_score,none"] {
        let error = golden("baseline", "golden_qa", metric).unwrap_err();
        assert_eq!(error.what, "is not one number for each item, so items cannot be compared by it");
        assert_eq!(error.next, "choose another with --metric: \"acc,none\", \"acc_norm,none\"");
    }
    let lists = [json!([true, false]), json!([1.5, 7]), json!("[0.35 0.22]"), json!({"a": 1})];
    for list in lists {
        // A number elsewhere in the file does not make it one.
        let error = plain(&[line(0, "none", json!(1)), line(1, "none", list)], "").unwrap_err();
        assert_eq!((error.code, error.place.as_str()), (Code::RunMalformed, "em,none"));
    }
    let rows = rows(&plain(&[line(0, "none", json!(null)), line(1, "none", json!(true))], "").unwrap().run);
    assert_eq!((rows[0].3, rows[1].3), (None, Some(1.0)));
}

#[test]
fn old_files_do_not_list_their_metrics() {
    let old = |id: u32| {
        json!({"doc_id": id, "doc": {}, "target": "A", "arguments": [["Q", "A"]], "resps": [[1]], "filtered_resps": [1],
               "acc": id, "prompt_hash": "p"})
    };
    let reading = plain(&[old(0), old(1)], "").unwrap();
    assert_eq!(reading.run.metadata().metric_name, "acc,none");
    assert!(reading.notes[0].starts_with("No results_<date>.json"), "{:?}", reading.notes);
    assert_eq!(plain(&[json!({"doc_id": 0, "doc": {}})], "").unwrap_err().what, "no line carries a metric");
}

#[test]
fn a_label_is_a_field_of_the_document() {
    let by = |key: &str| {
        let path = path("baseline", "samples_golden_gen_");
        let options = options("exact_match,strict-match", ClusterRule::Key(key.into()));
        read_file(&Disk::default().open(&path).unwrap(), None, &options).map(|read| read.reading.run)
    };
    assert_eq!(by("doc.passage_id").unwrap().cluster_count(), Some(5));
    assert_eq!(by("passage_id").unwrap().cluster_count(), Some(5));
    let topics = by("doc.meta.topic").unwrap();
    let topics: BTreeSet<_> = topics.rows().filter_map(|item| item.cluster).collect();
    assert_eq!(topics, BTreeSet::from(["art", "law"]));
    let error = by("doc.subject").unwrap_err().to_string();
    assert!(error.contains("doc: no item carries \"doc.subject\"; doc holds \"answer\","), "{error}");
    let mut labelled = line(0, "none", json!(1));
    labelled["doc"]["p"] = json!("p0");
    let text = format!("{labelled}\n\n{}", line(1, "none", json!(1)));
    let error = read(text.as_bytes(), None, &options("", ClusterRule::Key("doc.p".into()))).unwrap_err();
    assert_eq!((error.code, error.place.as_str()), (Code::ClusterIncomplete, "line 3: doc[\"p\"]"));
    assert!(by("doc.choices").unwrap_err().to_string().contains("is a list, expected one value"));
}

#[test]
fn a_file_that_was_cut_between_lines_is_found_out() {
    let folder = tempfile::tempdir().unwrap();
    let copy = |name: &str, text: &str| fs::write(folder.path().join(name), text).unwrap();
    let samples = path("baseline", "samples_golden_qa_");
    let (name, results) = (samples.rsplit('/').next().unwrap(), path("baseline", "results_"));
    let text = fs::read_to_string(&samples).unwrap();
    let cut: String = text.lines().take(19).map(|line| format!("{line}\n")).collect();
    copy(name, &cut);
    let at = folder.path().join(name).to_str().unwrap().to_owned();
    let read = |path: &str| {
        read_file(&Disk::default().open(path).unwrap(), None, &options("acc", ClusterRule::FromData))
    };
    assert_eq!(read(&at).unwrap().reading.run.len(), 19);
    copy(results.rsplit('/').next().unwrap(), &fs::read_to_string(&results).unwrap());
    let error = read(&at).unwrap_err();
    assert_eq!(error.what, "holds 19 documents, and the results beside it count 20");
    copy(name, &text);
    assert_eq!(read(folder.path().to_str().unwrap()).unwrap().reading.run.len(), 20);

    let (strict, flexible) = (line(0, "strict", json!(1)), line(0, "flexible", json!(1)));
    let error = plain(&[strict.clone(), line(1, "strict", json!(1)), flexible], "em,strict").unwrap_err();
    assert!(error.what.contains("holds 2 documents and filter \"flexible\" holds 1"), "{error}");
    let error = plain(&[strict.clone(), line(1, "strict", json!(1)), strict], "").unwrap_err();
    assert_eq!((error.code, error.place.as_str()), (Code::DuplicateItem, "line 3"));
}

#[test]
fn a_file_that_was_cut_within_a_line_is_refused_with_the_line() {
    let whole = fs::read(path("baseline", "samples_golden_nan_")).unwrap();
    let ends: Vec<usize> =
        whole.iter().enumerate().filter(|(_, byte)| **byte == b'\n').map(|(at, _)| at).collect();
    for end in 0..whole.len() {
        // After the last bracket of a line the line is whole.
        if ends.iter().any(|line| *line == end || *line + 1 == end) {
            continue;
        }
        let error = read(&whole[..end], None, &options("", ClusterRule::FromData)).unwrap_err();
        assert_eq!(error.code.exit().code(), 65, "{end} bytes");
    }
    let error = read(&whole[..ends[6] + 30], None, &options("", ClusterRule::FromData)).unwrap_err();
    assert_eq!(error.place, "line 8, column 29", "{error}");
}

#[test]
fn runs_of_other_documents_or_of_the_other_direction_are_not_compared() {
    let compare = |baseline: &str, candidate: &str, more: &[&str]| {
        let arguments = ["compare", "--baseline", baseline, "--candidate", candidate];
        let done = Session::new().run_args(&[&arguments, more].concat());
        (done.code, done.stderr)
    };
    let (baseline, candidate) =
        (path("baseline", "samples_golden_qa_"), path("candidate", "samples_golden_qa_"));
    let (code, told) = compare(&baseline, &candidate, &["--metric", "acc"]);
    assert_eq!(code, 0, "{told}");

    let folder = tempfile::tempdir().unwrap();
    let other = folder.path().join("other.jsonl");
    let text = fs::read_to_string(&candidate).unwrap();
    let at = text.find("\"target_hash\": \"").unwrap() + 16;
    fs::write(&other, format!("{}beef{}", &text[..at], &text[at + 4..])).unwrap();
    let (code, told) = compare(&baseline, other.to_str().unwrap(), &["--metric", "acc"]);
    assert_eq!(code, 65);
    assert!(told.contains("item \"0\": is another item or has another target"), "{told}");

    let (baseline, candidate) =
        (path("baseline", "samples_golden_lower_"), path("candidate", "samples_golden_lower_"));
    let (code, told) = compare(&baseline, &candidate, &[]);
    assert_eq!(code, 65);
    assert!(told.contains("is better when lower, as its harness says"), "{told}");
    assert!(told.contains("say --lower-is-better"), "{told}");
    assert_eq!(compare(&baseline, &candidate, &["--lower-is-better"]).0, 0);
}
