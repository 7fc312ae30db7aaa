//! Slices: every format gives the subgroup of an item where it gives its cluster, and the store keeps it.

use evalsig::domain::{ClusterRule, Code, Diagnostic, ProjectId};
use evalsig::edge::StoreDir;
use evalsig::envelope::v1::VerdictWord;
use evalsig::readers::{Format, ReadOptions, Reading, read};
use evalsig::store::{Baseline, DecisionFacts, ObjectStore as _, RunArchive};
use serde_json::{Value, json};

use crate::support::runs::rows;
use crate::support::zip::{Member, archive};

fn by(bytes: &[u8], slice: &str, cluster: ClusterRule) -> Result<Reading, Diagnostic> {
    let options = ReadOptions { slice: Some(slice.to_owned()), cluster, ..ReadOptions::default() };
    read(bytes, None, &options)
}

fn slices(bytes: &[u8], slice: &str) -> Result<Vec<(String, Option<String>)>, Diagnostic> {
    let run = by(bytes, slice, ClusterRule::FromData)?.run;
    assert_eq!(run.slice_key(), Some(slice));
    let slices = run.slices().expect("labels were read");
    Ok(slices.map(|(id, slice)| (id.to_owned(), slice.map(str::to_owned))).collect())
}

/// Three items; the second one is in no slice.
fn expected() -> Vec<(String, Option<String>)> {
    [("1", Some("law")), ("2", None), ("3", Some("art"))]
        .map(|(id, slice)| (id.to_owned(), slice.map(str::to_owned)))
        .into()
}

fn frame(items: &Value) -> Vec<u8> {
    json!({"run_id": "r", "model_id": "m", "task_id": "t", "metric_name": "acc", "items": items})
        .to_string()
        .into_bytes()
}

fn log(samples: &[Value]) -> Value {
    json!({
        "status": "success", "eval": {"eval_id": "e", "task": "qa", "model": "m"}, "plan": {},
        "results": {"total_samples": samples.len(), "completed_samples": samples.len()},
    })
}

fn sample(id: u8, metadata: &Value) -> Value {
    json!({"id": id, "epoch": 1, "scores": {"match": {"value": "C"}}, "metadata": metadata})
}

/// An archive whose summaries hold other metadata than the samples themselves.
fn eval(summaries: &[Value], samples: &[Value]) -> Vec<u8> {
    let mut members: Vec<Member> = samples
        .iter()
        .map(|sample| {
            Member::stored(&format!("samples/{}_epoch_1.json", sample["id"]), sample.to_string().as_bytes())
        })
        .collect();
    members.push(Member::stored("summaries.json", json!(summaries).to_string().as_bytes()));
    members.push(Member::stored("header.json", log(summaries).to_string().as_bytes()));
    archive(&members)
}

#[test]
fn every_format_gives_the_slice_of_an_item() {
    let labels = [json!({"subject": "law"}), json!({}), json!({"subject": "art"})];
    let items: Vec<Value> =
        (1..).zip(&labels).map(|(id, label)| json!({"item_id": id, "score": 1, "metadata": label})).collect();
    assert_eq!(slices(&frame(&json!(items)), "subject"), Ok(expected()));

    let jsonl = |label: &dyn Fn(&Value) -> Value| {
        let lines = (1..).zip(&labels).map(|(id, of)| {
            let mut line = json!({"id": id, "score": 1});
            line.as_object_mut().unwrap().extend(label(of).as_object().unwrap().clone());
            line.to_string() + "\n"
        });
        lines.collect::<String>().into_bytes()
    };
    assert_eq!(slices(&jsonl(&|of| of.clone()), "subject"), Ok(expected()), "a column");
    assert_eq!(slices(&jsonl(&|of| json!({"metadata": of})), "subject"), Ok(expected()), "metadata");
    assert_eq!(slices(b"id,score,subject\n1,1,law\n2,1,\n3,1,art\n", "subject"), Ok(expected()));

    let lines: Vec<String> = (1..)
        .zip(&labels)
        .map(|(id, of)| json!({"doc_id": id, "doc": {"meta": of}, "metrics": ["acc"], "acc": 1}).to_string())
        .collect();
    for key in ["doc.meta.subject", "meta.subject"] {
        assert_eq!(slices(lines.join("\n").as_bytes(), key), Ok(expected()), "{key}");
    }

    let results: Vec<Value> = (1..)
        .zip(&labels)
        .map(|(n, of): (u8, _)| {
            let mut vars = of.clone();
            vars["q"] = n.into();
            let test = json!({"description": format!("{n}")});
            json!({"promptIdx": 0, "testIdx": n, "provider": "p", "vars": vars, "testCase": test, "score": 1})
        })
        .collect();
    let file = json!({"evalId": "e", "results": {"results": results}}).to_string();
    let options =
        ReadOptions { metric: Some("score".into()), slice: Some("subject".into()), ..ReadOptions::default() };
    let found = read(file.as_bytes(), None, &options).unwrap().run;
    let found: Vec<Option<&str>> = found.slices().unwrap().map(|(_, slice)| slice).collect();
    assert_eq!(found, [Some("law"), None, Some("art")], "promptfoo");

    let samples: Vec<Value> = (1..).zip(&labels).map(|(id, of)| sample(id, of)).collect();
    let mut whole = log(&samples);
    whole["samples"] = json!(samples);
    assert_eq!(slices(whole.to_string().as_bytes(), "subject"), Ok(expected()));
    assert_eq!(slices(&eval(&samples, &samples), "subject"), Ok(expected()));
}

/// A field of the metadata that Python evalsig keeps as text, beside a NaN.
#[test]
fn parquet_of_python_evalsig_has_the_slices_in_its_metadata() {
    let path = crate::support::repository("tests/golden/parquet/evalsig-graded.parquet");
    let bytes = std::fs::read(path).unwrap();
    let found = slices(&bytes, "subject").unwrap();
    assert_eq!(found.len(), 10);
    let of = |id: &str| found.iter().find(|(item, _)| item == id).unwrap().1.clone();
    assert_eq!([of("q1"), of("q10"), of("q2")].map(Option::unwrap), ["law", "art", "law"]);
    assert!(slices(&bytes, "topic").is_err_and(|error| error.code == Code::SliceMissing));
}

#[test]
fn a_slice_that_a_summary_lacks_is_read_from_its_sample() {
    let whole = [("1", "law"), ("3", "art")]
        .map(|(id, subject)| sample(id.parse().unwrap(), &json!({"subject": subject})));
    let whole = [whole[0].clone(), sample(2, &json!({})), whole[1].clone()];
    for thinned in [json!({"subject": "Key removed from summary (> 1k)"}), json!({})] {
        let summaries = [sample(1, &thinned), sample(2, &json!({})), sample(3, &thinned)];
        assert_eq!(slices(&eval(&summaries, &whole), "subject"), Ok(expected()), "{thinned}");
    }
    // As Inspect ends a text that it cut.
    let cut = [
        sample(1, &json!({"subject": "la..."})),
        sample(2, &json!({})),
        sample(3, &json!({"subject": "ar..."})),
    ];
    assert_eq!(slices(&eval(&cut, &whole), "subject"), Ok(expected()));
    let gone = [sample(1, &json!({"subject": "Key removed from summary (> 1k)"}))];
    let error = slices(&eval(&gone, &[sample(1, &json!({}))]), "subject").unwrap_err();
    assert_eq!(error.code, Code::RunMalformed);
}

#[test]
fn a_key_that_is_nowhere_is_an_error_that_says_what_is_there() {
    let error = |bytes: &[u8], key: &str| slices(bytes, key).unwrap_err().to_string();
    let items = json!([{"item_id": 1, "score": 1, "metadata": {"subject": "law"}}]);
    assert_eq!(
        error(&frame(&items), "topic"),
        "items[].metadata: no item carries \"topic\"; metadata holds \"subject\"; name a field that is there under slices: by [slice-missing]"
    );
    assert_eq!(
        error(b"id,score,subject\n1,1,law\n", "topic"),
        "columns: no item carries \"topic\"; there are \"id\", \"score\", \"subject\"; name a field that is there under slices: by [slice-missing]"
    );
    let helm = json!([{"instance_id": "a", "train_trial_index": 0, "stats": [{"name": {"name": "em", "split": "test"}, "count": 1, "mean": 1}]}]);
    assert!(error(helm.to_string().as_bytes(), "subject").ends_with("[slice-missing]"));
    let line = json!({"doc_id": 1, "doc": {"q": 1}, "metrics": ["acc"], "acc": 1}).to_string();
    assert!(
        error(line.as_bytes(), "subject").starts_with("doc: no item carries \"subject\"; doc holds \"q\"")
    );
    let many: Vec<Value> = (0..40).map(|id| sample(id, &json!({}))).collect();
    assert!(error(&eval(&many, &many), "subject").ends_with("[slice-missing]"));

    let deep = json!([{"item_id": 1, "score": 1, "metadata": {"subject": ["law"]}}]);
    assert_eq!(
        error(&frame(&deep), "subject"),
        "items[0].metadata[\"subject\"]: is a list, expected one value; name a field that holds one value for each item [run-malformed]"
    );
}

#[test]
fn one_field_may_be_cluster_and_slice() {
    let items = json!([
        {"item_id": 1, "score": 1, "cluster_id": "x", "metadata": {"subject": "law"}},
        {"item_id": 2, "score": 0, "cluster_id": "x", "metadata": {"subject": "art"}},
    ]);
    let run = by(&frame(&items), "subject", ClusterRule::Key("subject".into())).unwrap().run;
    assert_eq!(run.rows().map(|row| row.cluster).collect::<Vec<_>>(), [Some("law"), Some("art")]);
    assert_eq!(run.slices().unwrap().map(|(_, slice)| slice).collect::<Vec<_>>(), [Some("law"), Some("art")]);
    // The field that rows are labelled with when no other is named.
    let run = by(&frame(&items), "cluster_id", ClusterRule::Off).unwrap().run;
    assert!(!run.is_clustered());
    assert_eq!(run.slice_count(), Some(1));
    let table = b"id,score,group\n1,1,a\n2,0,b\n";
    let run = by(table, "group", ClusterRule::FromData).unwrap().run;
    assert_eq!((run.cluster_count(), run.slice_count()), (Some(2), Some(2)));
    // A column of numbers that is the slice is no metric.
    let run = by(b"id,score,year\n1,1,2024\n2,0,2025\n", "year", ClusterRule::FromData).unwrap().run;
    assert_eq!((run.metadata().metric_name.as_str(), run.slice_count()), ("score", Some(2)));
}

#[test]
fn the_slices_change_nothing_else_and_are_read_only_when_asked_for() {
    let items =
        json!([{"item_id": 1, "score": 1, "metadata": {"subject": "law"}}, {"item_id": 2, "score": null}]);
    let plain = read(&frame(&items), None, &ReadOptions::default()).unwrap().run;
    let sliced = by(&frame(&items), "subject", ClusterRule::FromData).unwrap().run;
    assert!(plain.slices().is_none() && plain.slice_count().is_none() && plain.slice_key().is_none());
    assert_eq!(rows(&plain), rows(&sliced));
}

#[test]
fn the_store_keeps_the_slices() {
    let items = json!([
        {"item_id": 1, "score": 1, "epoch": 0, "metadata": {"subject": "law"}},
        {"item_id": 1, "score": 1, "epoch": 1},
        {"item_id": 2, "score": null, "metadata": {"subject": ""}},
        {"item_id": 3, "score": 0, "metadata": {"subject": "art"}},
    ]);
    let run = by(&frame(&items), "subject", ClusterRule::FromData).unwrap().run;
    let folder = tempfile::tempdir().unwrap();
    let (place, project) = (StoreDir::at(folder.path()), ProjectId::default());
    let archive =
        RunArchive { place: &place, project: &project, ts: "2026-11-21T17:00:00Z", cluster_key: None };
    let decided = DecisionFacts {
        decision_sha256: "d".into(),
        verdict: VerdictWord::Allow,
        delta: 0.0,
        p_value: 0.01,
        parent_run_id: "b".into(),
    };
    let (stored, _) = archive.keep(Baseline::Run(&run), &run, decided).unwrap();
    let bytes = place.read(&stored.path).unwrap().unwrap().bytes;
    assert_eq!(slices(&bytes, "subject"), Ok(expected()));
    let reading = by(&bytes, "subject", ClusterRule::FromData).unwrap();
    assert_eq!(reading.format, Format::Parquet);
    assert_eq!(reading.created.as_deref(), Some("2026-11-21T17:00:00Z"), "no younger than that");

    // Another field was not stored: the other run may know it.
    let other = by(&bytes, "topic", ClusterRule::FromData).unwrap();
    assert!(other.run.slices().is_none());
    assert_eq!(other.notes, ["The stored run carries no slices by \"topic\": those of the other run count."]);
    // The run that `get` writes as JSON has them as well.
    let session = crate::support::Session::new();
    let got = session.run_args(&["store", "get", "r", "--root", folder.path().to_str().unwrap()]).exits(0);
    assert_eq!(slices(got.stdout.as_bytes(), "subject"), Ok(expected()));
}
