//! What items took, in time, tokens and money: one name in every format, never 0 where nothing is known.

use std::fs;

use evalsig::commands::Files as _;
use evalsig::domain::{Code, Diagnostic, Direction, Unscored};
use evalsig::edge::Disk;
use evalsig::readers::{Format, ReadOptions, Reading, read, read_file};
use serde_json::{Value, json};

use crate::support::repository;

fn golden(name: &str) -> Vec<u8> {
    fs::read(repository("tests/golden/usage").join(name)).unwrap()
}

fn by(bytes: &[u8], metric: &str) -> Result<Reading, Diagnostic> {
    read(bytes, None, &ReadOptions { metric: Some(metric.to_owned()), ..ReadOptions::default() })
}

/// Each item's figure in the order of the file, and why there is none.
fn figures(bytes: &[u8], metric: &str) -> Vec<Result<f64, Unscored>> {
    let run = by(bytes, metric).unwrap().run;
    assert_eq!(run.direction(), Some(Direction::LowerIsBetter), "{metric}");
    assert_eq!(run.metadata().metric_name, metric);
    assert_eq!(run.stated_range(), None);
    run.rows().map(|row| row.score.map(|score| score.get())).collect()
}

#[test]
fn inspect_counts_the_model_under_evaluation_and_no_other() {
    let bytes = golden("inspect-baseline.json");
    let log: Value = serde_json::from_slice(&bytes).unwrap();
    let samples = log["samples"].as_array().unwrap();
    let model = |n: usize, field: &str| samples[n]["model_usage"]["vendor/model"][field].as_f64();
    for (n, seconds) in
        samples.iter().enumerate().map(|(n, sample)| (n, sample["working_time"].as_f64().unwrap()))
    {
        let of = |metric: &str| figures(&bytes, metric)[n];
        if n == 5 {
            // It failed at once: a figure would make the failure a success.
            for metric in ["latency_ms", "working_time", "total_time", "total_tokens", "cost"] {
                assert_eq!(of(metric), Err(Unscored::Failed), "{metric}");
            }
            continue;
        }
        assert_eq!(of("latency_ms"), Ok(seconds * 1000.0));
        assert_eq!(of("working_time"), Ok(seconds));
        assert_eq!(of("total_time"), Ok(samples[n]["total_time"].as_f64().unwrap()));
        if n == 7 {
            // A provider that reports none writes 0 of everything.
            for metric in ["input_tokens", "output_tokens", "total_tokens", "cost"] {
                assert_eq!(of(metric), Err(Unscored::Missing), "{metric}");
            }
            continue;
        }
        let cached = model(n, "input_tokens_cache_read").unwrap();
        assert_eq!(of("input_tokens"), Ok(model(n, "input_tokens").unwrap() + cached));
        assert_eq!(of("output_tokens"), Ok(model(n, "output_tokens").unwrap()));
        assert_eq!(of("total_tokens"), Ok(model(n, "total_tokens").unwrap()));
        assert_eq!(of("cost"), Ok(model(n, "total_cost").unwrap()));
    }
    let reading = by(&bytes, "cost").unwrap();
    assert_eq!(
        reading.notes,
        [
            "Tokens and cost are those of \"vendor/model\", the model under evaluation; other models of the log are left out."
        ]
    );
    assert!(by(&bytes, "latency_ms").unwrap().notes.is_empty());
    assert_eq!(reading.created.as_deref(), Some("2026-11-21T06:02:04Z"));
}

#[test]
fn the_tokens_of_all_models_count_where_none_has_the_name_of_the_run() {
    let mut log: Value = serde_json::from_slice(&golden("inspect-baseline.json")).unwrap();
    log["eval"]["model"] = "none/none".into();
    let bytes = log.to_string().into_bytes();
    let usage = &log["samples"][0]["model_usage"];
    let total = |model: &str| usage[model]["total_tokens"].as_f64().unwrap();
    assert_eq!(figures(&bytes, "total_tokens")[0], Ok(total("vendor/model") + total("vendor/judge")));
    assert_eq!(by(&bytes, "total_tokens").unwrap().notes.len(), 1);
}

#[test]
fn promptfoo_counts_what_the_model_itself_was_asked() {
    let bytes = golden("promptfoo-baseline.json");
    let file: Value = serde_json::from_slice(&bytes).unwrap();
    let results = file["results"]["results"].as_array().unwrap();
    // Items stand in the order of their hashes.
    let sorted = |metric: &str| {
        let mut found: Vec<f64> = figures(&bytes, metric).into_iter().flatten().collect();
        found.sort_by(f64::total_cmp);
        found
    };
    for (metric, own, path) in [
        ("latency_ms", "latencyMs", "/latencyMs"),
        ("input_tokens", "tokenUsage.prompt", "/response/tokenUsage/prompt"),
        ("output_tokens", "tokenUsage.completion", "/response/tokenUsage/completion"),
        ("total_tokens", "tokenUsage.total", "/response/tokenUsage/total"),
        ("cost", "cost", "/cost"),
    ] {
        // Not the answer from the cache, nor the test that failed, nor counts of a provider that reports none.
        let known = |n: &usize| !matches!(n, 3 | 5) && (*n != 7 || metric == "latency_ms");
        let mut expected: Vec<f64> = (0..results.len())
            .filter(known)
            .map(|n| results[n].pointer(path).unwrap().as_f64().unwrap())
            .collect();
        expected.sort_by(f64::total_cmp);
        assert_eq!(sorted(metric), expected, "{metric}");
        assert_eq!(sorted(own), expected, "{own}");
        let run = by(&bytes, metric).unwrap().run;
        assert_eq!(run.unscored().get(&Unscored::Failed), Some(&1), "{metric}");
    }
    let reading = by(&bytes, "latency_ms").unwrap();
    assert!(
        reading.notes[0].starts_with("1 of 24 answers came from promptfoo's cache"),
        "{:?}",
        reading.notes
    );
    assert_eq!(reading.created.as_deref(), Some("2026-11-21T06:02:04Z"));
}

#[test]
fn helm_has_the_same_names_for_its_own_statistics() {
    let stat =
        |name: &str, mean: f64| json!({"name": {"name": name, "split": "test"}, "count": 1, "mean": mean});
    let row = |id: &str, seconds: f64| {
        let stats =
            [stat("exact_match", 1.0), stat("inference_runtime", seconds), stat("num_output_tokens", 3.0)];
        json!({"instance_id": id, "train_trial_index": 0, "stats": stats})
    };
    let bytes = json!([row("a", 0.25), row("b", -1.0)]).to_string().into_bytes();
    assert_eq!(figures(&bytes, "latency_ms"), [Ok(250.0), Err(Unscored::NotANumber)]);
    assert_eq!(figures(&bytes, "inference_runtime")[0], Ok(0.25));
    assert_eq!(figures(&bytes, "output_tokens"), [Ok(3.0), Ok(3.0)]);
    let reading = by(&bytes, "exact_match").unwrap();
    assert_eq!(reading.run.direction(), None);
    let listed = ["exact_match", "inference_runtime", "num_output_tokens", "latency_ms", "output_tokens"];
    assert_eq!(reading.metrics, listed);
    let valid = String::from_utf8(bytes).unwrap().replace("\"test\"", "\"valid\"");
    assert_eq!(by(valid.as_bytes(), "latency_ms").unwrap().run.metadata().metric_name, "latency_ms,valid");
}

#[test]
fn what_items_took_is_never_taken_for_the_score() {
    let plain = |text: &str| read(text.as_bytes(), None, &ReadOptions::default());
    let table = "id,latency_ms,correct,cost\n1,640,1,0.1\n2,700,0,\n";
    let reading = plain(table).unwrap();
    assert_eq!((reading.run.metadata().metric_name.as_str(), reading.run.direction()), ("correct", None));
    assert_eq!(reading.metrics, ["correct", "latency_ms", "cost"]);
    assert_eq!(figures(table.as_bytes(), "cost"), [Ok(0.1), Err(Unscored::Missing)]);
    let lines = "{\"id\":1,\"total_tokens\":7}\n{\"id\":2,\"total_tokens\":9}\n";
    let error = plain(lines).unwrap_err();
    assert_eq!(
        error.to_string(),
        "columns: no metric says how good the items are, only what they took: \"total_tokens\"; choose one with --metric and say --lower-is-better [run-ambiguous]"
    );
    assert_eq!(figures(lines.as_bytes(), "total_tokens"), [Ok(7.0), Ok(9.0)]);
    let frame = r#"{"run_id":"r","model_id":"m","task_id":"t","metric_name":"latency_ms","items":[{"item_id":1,"score":640}]}"#;
    assert_eq!(figures(frame.as_bytes(), "latency_ms"), [Ok(640.0)]);

    for (name, default) in [("inspect-baseline.json", "match"), ("promptfoo-baseline.json", "score")] {
        let error = by(&golden(name), "speed").unwrap_err();
        assert!(error.code == Code::RunAmbiguous && error.what.contains("\"latency_ms\""), "{error}");
        let metrics = by(&golden(name), default).unwrap().metrics;
        assert!(metrics.iter().any(|metric| metric == "cost"), "{metrics:?}");
    }
    assert_eq!(
        read(&golden("inspect-baseline.json"), None, &ReadOptions::default())
            .unwrap()
            .run
            .metadata()
            .metric_name,
        "match"
    );
}

#[test]
fn a_score_of_the_same_name_comes_first() {
    let mut log: Value = serde_json::from_slice(&golden("inspect-baseline.json")).unwrap();
    for sample in log["samples"].as_array_mut().unwrap() {
        if sample["scores"].get("match").is_some() {
            sample["scores"]["cost"] = json!({"value": 0.25});
        }
    }
    let reading = by(log.to_string().as_bytes(), "cost").unwrap();
    assert_eq!(reading.run.direction(), None);
    assert_eq!(reading.run.scores().next(), Some(0.25));
    assert_eq!(reading.metrics.iter().filter(|metric| *metric == "cost").count(), 1);
}

#[test]
fn a_budget_is_a_comparison_like_any_other() {
    for tool in ["inspect", "promptfoo"] {
        let [baseline, candidate] = ["baseline", "candidate"].map(|run| {
            repository("tests/golden/usage").join(format!("{tool}-{run}.json")).to_str().unwrap().to_owned()
        });
        let session = crate::support::Session::new();
        let gate = |more: &[&str]| {
            let mut args = vec!["gate", "--baseline", &baseline, "--candidate", &candidate];
            args.extend(["--metric", "latency_ms", "--min-delta", "-200", "--missing", "exclude"]);
            args.extend(["--min-coverage", "0.5"]);
            args.extend(more);
            session.run_args(&args)
        };
        // Higher is not better, and nobody has to remember that.
        let refused = gate(&[]).exits(65);
        assert!(refused.stderr.contains("say --lower-is-better"), "{}", refused.stderr);
        // A tenth slower, some 90 ms. What is not known stays open: no figure is taken for 0.
        let report = gate(&["--lower-is-better", "--output", "json"]).exits(2).json();
        let delta = report["report"]["comparison"]["delta"].as_f64().unwrap();
        assert!((-95.0..-90.0).contains(&delta), "{tool}: {delta}");
        assert_eq!(report["report"]["comparison"]["n_pairs"], if tool == "inspect" { 23 } else { 22 });
    }
}

#[test]
fn ten_times_as_dear_is_no_other_scale() {
    let run = |cost: f64| {
        let rows: Vec<String> =
            (0..20).map(|n| format!("{n},{},1\n", cost * (1.0 + f64::from(n) / 40.0))).collect();
        format!("id,cost,correct\n{}", rows.concat())
    };
    let session = crate::support::Session::new();
    session.write("a.csv", &run(0.5));
    session.write("b.csv", &run(6.0));
    let line = "gate --baseline a.csv --candidate b.csv --metric cost --lower-is-better --min-delta -0.1";
    let report = session.run(&format!("{line} --output json")).exits(1).json();
    assert_eq!(report["verdict"], "REJECT");
}

#[test]
fn a_run_says_when_it_was_made_where_its_format_does() {
    let created = |bytes: &[u8]| read(bytes, None, &ReadOptions::default()).unwrap().created;
    for text in [
        r#"{"run_id":"r","model_id":"m","task_id":"t","metric_name":"a","items":[{"item_id":1,"score":1}]}"#,
        "id,score\n1,1\n",
        "{\"id\":1,\"score\":1}\n",
    ] {
        assert_eq!(created(text.as_bytes()), None, "{text}");
    }
    // The name of the file says it: the results beside it were written without their date.
    let samples = "samples_golden_qa_2026-11-21T15-25-58.720955.jsonl";
    let path = repository("tests/golden/lm_eval/baseline").join(samples);
    let options = ReadOptions { metric: Some("acc,none".into()), ..ReadOptions::default() };
    let file = Disk::default().open(path.to_str().unwrap()).unwrap();
    let read_from = read_file(&file, None, &options).unwrap();
    assert_eq!(read_from.reading.created.as_deref(), Some("2026-11-21T15:25:58.720955Z"));
    let mut log: Value = serde_json::from_slice(&golden("inspect-baseline.json")).unwrap();
    log["eval"].as_object_mut().unwrap().remove("created");
    assert_eq!(
        created(log.to_string().as_bytes()).as_deref(),
        Some("2026-11-21T06:02:05Z"),
        "stats.started_at"
    );
    // Python evalsig 0.1.2 writes 0 for every run: that is no moment.
    let python = fs::read(repository("tests/golden/parquet/evalsig-graded.parquet")).unwrap();
    assert_eq!(created(&python), None);
    for unit in ["ms", "us", "ns"] {
        let of = |run: &str| {
            let options = ReadOptions { run_id: Some(run.into()), ..ReadOptions::default() };
            let reading = read(&golden(&format!("moments-{unit}.parquet")), None, &options).unwrap();
            assert_eq!(reading.format, Format::Parquet);
            reading.created
        };
        assert_eq!(of("first").as_deref(), Some("2026-11-21T06:02:29Z"), "{unit}");
        assert_eq!(of("second"), None, "{unit}");
    }
}
