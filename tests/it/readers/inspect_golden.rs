//! Logs that Inspect itself wrote, held against what Inspect says of them.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;

use evalsig::domain::{ClusterRule, Code, Diagnostic, RunFrame};
use evalsig::readers::{ReadOptions, Reading, read};
use serde_json::Value;

use crate::support::runs::rows;
use crate::support::{Session, repository};

const FINISHED: [&str; 5] = ["scorers.eval", "deflate.eval", "frames.eval", "chunked.eval", "scorers.json"];

fn golden(name: &str) -> Vec<u8> {
    fs::read(repository("tests/golden/inspect").join(name)).unwrap()
}

fn by(bytes: &[u8], metric: Option<&str>, cluster: &str) -> Result<Reading, Diagnostic> {
    let cluster = match cluster {
        "" => ClusterRule::FromData,
        key => ClusterRule::Key(key.into()),
    };
    read(bytes, None, &ReadOptions { metric: metric.map(str::to_owned), cluster, ..ReadOptions::default() })
}

/// What Inspect's `value_to_float` makes of a value.
fn number(value: &Value) -> Option<f64> {
    match value {
        Value::Bool(yes) => Some(f64::from(u8::from(*yes))),
        Value::String(text) => Some(match text.to_lowercase().as_str() {
            "c" | "yes" | "true" => 1.0,
            "p" => 0.5,
            "i" | "n" | "no" | "false" => 0.0,
            number => number.parse().unwrap(),
        }),
        other => other.as_f64(),
    }
}

/// Items with a score, items without, and the mean of the items' means over their scored epochs.
fn summary(run: &RunFrame) -> (u64, u64, f64) {
    let mut items = BTreeMap::<&str, Vec<f64>>::new();
    for item in run.rows() {
        items.entry(item.id).or_default().extend(item.score.ok().map(|score| score.get()));
    }
    let means: Vec<f64> = items
        .values()
        .filter(|scores| !scores.is_empty())
        .map(|scores| scores.iter().sum::<f64>() / scores.len() as f64)
        .collect();
    let scored = means.len() as u64;
    (scored, items.len() as u64 - scored, means.iter().sum::<f64>() / scored as f64)
}

#[test]
fn every_score_is_what_inspect_says_it_is() {
    let expected: Value = serde_json::from_slice(&golden("expected.json")).unwrap();
    assert_eq!(expected["generator"], "inspect_ai 0.3.285");
    assert_eq!(expected["logs"].as_object().unwrap().len(), FINISHED.len());
    for name in FINISHED {
        let expected = &expected["logs"][name];
        let results = expected["results"].as_array().unwrap();
        assert_eq!(results.len(), 5);
        for result in results {
            let (scorer, key) = (result["scorer"].as_str().unwrap(), result["name"].as_str().unwrap());
            let metric = if scorer == key { key.to_owned() } else { format!("{scorer}/{key}") };
            let reading = by(&golden(name), Some(&metric), "passage_id").unwrap();
            assert_eq!(reading.run.metadata().run_id, expected["eval_id"]);

            let (scored, unscored, mean) = summary(&reading.run);
            assert_eq!(
                (scored, unscored),
                (result["scored"].as_u64().unwrap(), result["unscored"].as_u64().unwrap())
            );
            let of_inspect = result["value"].as_f64().unwrap();
            assert!((mean - of_inspect).abs() < 1e-12, "{name}, {metric}: {mean} and {of_inspect}");

            let expected: BTreeSet<_> = expected["rows"]
                .as_array()
                .unwrap()
                .iter()
                .map(|row| {
                    let value = &row[2][scorer];
                    let score = number(if value.is_object() { &value[key] } else { value });
                    let id = row[0].as_str().unwrap();
                    format!("{:?}", (id, row[1].as_u64().unwrap(), expected["passages"][id].as_str(), score))
                })
                .collect();
            let found: BTreeSet<_> = rows(&reading.run)
                .iter()
                .map(|(id, epoch, cluster, score)| {
                    format!("{:?}", (id, u64::from(*epoch), cluster.as_deref(), score))
                })
                .collect();
            assert_eq!(found, expected, "{name}, {metric}");
        }
        assert_eq!(by(&golden(name), None, "").unwrap().run.metadata().metric_name, "letter");
        let error = by(&golden(name), Some("judges"), "").unwrap_err();
        assert!(error.what.contains("several judges"), "{error}");
    }
}

/// Summaries cut the three passages to one text: taken from there, all items would be one cluster.
#[test]
fn labels_that_begin_alike_for_a_kilobyte_are_told_apart() {
    for name in FINISHED {
        let run = by(&golden(name), Some("letter"), "passage").unwrap().run;
        assert_eq!(run.cluster_count(), Some(3), "{name}");
        assert!(run.rows().all(|item| item.cluster.is_some_and(|label| label.contains(" number "))));
        let error = by(&golden(name), Some("letter"), "facets").unwrap_err();
        assert!(error.what.contains("is an object, expected one value"), "{name}: {error}");
    }
}

#[test]
fn runs_that_crashed_failed_or_were_withdrawn_are_refused() {
    for (name, place) in [
        ("journal.eval", ""),
        ("failed.eval", "header.json: status"),
        ("invalidated.eval", "header.json: invalidated"),
    ] {
        let error = by(&golden(name), None, "").unwrap_err();
        assert_eq!((error.code, error.place.as_str()), (Code::RunUnfinished, place), "{name}: {error}");
    }
}

#[test]
fn damage_is_refused_or_changes_nothing() {
    for name in FINISHED {
        let whole = golden(name);
        let read = |bytes: &[u8]| by(bytes, Some("multi/safe"), "passage_id");
        let expected = rows(&read(&whole).unwrap().run);
        for end in (0..whole.len() - 1).step_by(whole.len() / 400) {
            assert_eq!(read(&whole[..end]).unwrap_err().code.exit().code(), 65, "{name} cut to {end}");
        }
        // JSON has no checksums: there a changed digit is a changed score.
        if name.ends_with(".json") {
            continue;
        }
        for at in (0..whole.len()).step_by(29) {
            let mut bytes = whole.clone();
            bytes[at] ^= 1 << (at % 8);
            match read(&bytes) {
                Ok(reading) => assert_eq!(rows(&reading.run), expected, "{name}, byte {at}"),
                Err(error) => assert_eq!(error.code.exit().code(), 65, "{name}, byte {at}: {error}"),
            }
        }
    }
}

/// An item with two epochs, one of them unscored, weighs as much as any other.
#[test]
fn doctor_shows_the_mean_that_inspect_shows() {
    let log = repository("tests/golden/inspect/scorers.eval");
    let shown = Session::new().run_args(&["doctor", log.to_str().unwrap(), "--metric", "multi/safe"]).stdout;
    assert!(shown.contains("6 in 12 rows, mean score 0.628598, 2 unscored"), "{shown}");
}
