//! Details of lighteval: nested columns of Parquet, held to the means of the scores that were written.

use std::fs;

use evalsig::commands::Files as _;
use evalsig::domain::{ClusterRule, Code, Diagnostic, Unscored};
use evalsig::edge::Disk;
use evalsig::readers::{Format, ReadOptions, Reading, read, read_file};
use serde_json::Value;

use crate::support::repository;
use crate::support::runs::rows;

const GOLDEN: &str = "tests/golden/lighteval/details_qa_2026-11-21T05-30-01.123456.parquet";

fn golden() -> Vec<u8> {
    fs::read(repository(GOLDEN)).unwrap()
}

fn by(bytes: &[u8], metric: &str) -> Result<Reading, Diagnostic> {
    let options = ReadOptions { metric: Some(metric.to_owned()), ..ReadOptions::default() };
    read(bytes, None, &options)
}

#[test]
fn counts_and_sums_are_those_that_were_written() {
    let expected: Value =
        serde_json::from_slice(&fs::read(repository("tests/golden/lighteval/expected.json")).unwrap())
            .unwrap();
    for (metric, said) in expected.as_object().unwrap() {
        let reading = by(&golden(), metric).unwrap();
        assert_eq!((reading.format, reading.run.len()), (Format::Lighteval, 30));
        let scores: Vec<f64> = reading.run.scores().collect();
        assert_eq!(
            (scores.len() as u64, scores.iter().sum::<f64>()),
            (said["count"].as_u64().unwrap(), said["sum"].as_f64().unwrap()),
            "{metric}"
        );
        assert_eq!(rows(&by(&golden(), &format!("metric.{metric}")).unwrap().run), rows(&reading.run));
    }
    assert_eq!(by(&golden(), "f1").unwrap().run.unscored(), [(Unscored::Missing, 1)].into());
    assert_eq!(rows(&by(&golden(), "em").unwrap().run)[8], ("8".to_owned(), 0, None, Some(0.75)));
}

#[test]
fn a_metric_is_chosen_and_what_is_no_number_is_not_offered() {
    let error = read(&golden(), None, &ReadOptions::default()).unwrap_err();
    assert_eq!(error.code, Code::RunAmbiguous);
    assert!(error.what.contains("3 metrics: \"acc\", \"em\", \"f1\""), "{error}");
    assert!(by(&golden(), "judges").unwrap_err().what.contains("no metric is \"judges\""));
}

#[test]
fn names_clusters_and_another_id_come_from_the_document_and_the_file() {
    let file = Disk::default().open(repository(GOLDEN).to_str().unwrap()).unwrap();
    let options = |id: Option<&str>, cluster: &str| ReadOptions {
        id: id.map(str::to_owned),
        metric: Some("acc".into()),
        cluster: ClusterRule::Key(cluster.to_owned()),
        ..ReadOptions::default()
    };
    let reading =
        read_file(&file, Some(Format::Lighteval), &options(None, "specific.topic")).unwrap().reading;
    assert_eq!((&*reading.run.metadata().task_id, reading.run.cluster_count()), ("qa", Some(2)));
    assert_eq!(reading.created.as_deref(), Some("2026-11-21T05:30:01.123456Z"));
    let other =
        read_file(&file, None, &options(Some("doc.query"), "doc.specific.topic")).unwrap().reading.run;
    assert!(rows(&other)[0].0.starts_with("Question: 0"));
    let error = read_file(&file, None, &options(Some("nowhere"), "topic")).unwrap_err();
    assert!(
        error
            .what
            .starts_with("nothing here is \"nowhere\", which is to name the item; there are \"doc.query\""),
        "{error}"
    );
    let error = read_file(&file, None, &options(None, "topic")).unwrap_err();
    assert_eq!(error.code, Code::ClusterMissing);
    let frame = fs::read(repository("tests/golden/parquet/pyarrow-minimal.parquet")).unwrap();
    let error = read(&frame, Some(Format::Lighteval), &ReadOptions::default()).unwrap_err().to_string();
    assert!(error.starts_with("has no columns \"doc\" and \"metric\""), "{error}");
}

#[test]
fn damage_is_refused_or_loses_nothing() {
    let whole = golden();
    for at in (0..whole.len()).step_by(29) {
        assert!(by(&whole[..at], "em").is_err(), "cut at {at}");
        for bit in [1, 6] {
            let mut changed = whole.clone();
            changed[at] ^= 1 << bit;
            if let Ok(reading) = by(&changed, "em") {
                assert_eq!(reading.run.len(), 30, "bit {bit} of byte {at}");
            }
        }
    }
}
