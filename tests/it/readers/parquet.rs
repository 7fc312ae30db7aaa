//! RunFrame Parquet: what other writers write, round trips, damage.

use std::fs;

use evalsig::domain::{ClusterRule, Code};
use evalsig::readers::{Format, ReadOptions, Reading, read};
use proptest::prelude::*;
use serde_json::Value;

use super::damage::{every_cut_is_refused, no_flip_loses_a_row};
use crate::support::parquet::{Style, file};
use crate::support::repository;
use crate::support::runs::{Row, not_finite, rows, valid_rows};

fn golden(name: &str) -> Vec<u8> {
    fs::read(repository("tests/golden/parquet").join(name)).unwrap()
}

fn read_run(bytes: &[u8], run_id: Option<&str>) -> Result<Reading, evalsig::domain::Diagnostic> {
    read(bytes, None, &ReadOptions { run_id: run_id.map(str::to_owned), ..ReadOptions::default() })
}

/// Every file and every run in it, against what pyarrow read back.
#[test]
fn files_of_other_writers_are_read_as_they_read_them() {
    let expected: Value = serde_json::from_slice(&golden("expected.json")).unwrap();
    for (name, runs) in expected["files"].as_object().unwrap() {
        if name == "pyarrow-gzip.parquet" {
            continue;
        }
        for (run_id, expected) in runs.as_object().unwrap() {
            let reading = read_run(&golden(name), Some(run_id)).unwrap_or_else(|e| panic!("{name}: {e}"));
            assert_eq!(reading.format, Format::Parquet);
            let names = reading.run.metadata();
            assert_eq!(&names.run_id, run_id);
            assert_eq!(names.model_id, expected["model_id"], "{name}");
            assert_eq!(names.task_id, expected["task_id"], "{name}");
            assert_eq!(names.metric_name, expected["metric_name"], "{name}");
            assert_eq!(names.config_hash.as_deref(), expected["config_hash"].as_str(), "{name}");
            let expected: Vec<Row> = serde_json::from_value(expected["rows"].clone()).unwrap();
            assert_eq!(rows(&reading.run), expected, "{name}");
        }
    }
}

#[test]
fn scores_that_are_null_or_not_finite_are_unscored() {
    let run = read_run(&golden("pyarrow-unscored.parquet"), None).unwrap().run;
    assert_eq!(not_finite(&run), 4);
    assert_eq!(run.unscored().values().sum::<usize>(), 6);
}

/// As DuckDB writes literals, in each of the ways in which a decimal may be kept.
#[test]
fn decimals_are_the_numbers_that_they_stand_for() {
    let decimal = |name: &str| fs::read(repository("tests/golden/decimal").join(name)).unwrap();
    for name in ["int32", "int64", "fixed", "literals", "brotli"] {
        let run = read_run(&decimal(&format!("{name}.parquet")), None).unwrap().run;
        let scores: Vec<Option<f64>> = rows(&run).into_iter().map(|row| row.3).collect();
        assert_eq!(scores, [Some(0.5), Some(0.25), Some(-1.75), None, Some(12.0)], "{name}");
    }
    let said = read_run(&decimal("dates.parquet"), None).unwrap_err().to_string();
    assert!(said.starts_with("column score is INT32, expected numbers"), "{said}");
    for at in (0..decimal("fixed.parquet").len()).step_by(3) {
        let mut bytes = decimal("fixed.parquet");
        let _ = read_run(&bytes[..at], None).map(|reading| panic!("cut at {at}: {reading:?}"));
        bytes[at] ^= 8;
        if let Ok(reading) = read_run(&bytes, None) {
            assert_eq!(reading.run.len(), 5, "byte {at}");
        }
    }
}

#[test]
fn several_runs_need_a_choice() {
    let bytes = golden("pyarrow-two-runs.parquet");
    let error = read_run(&bytes, None).unwrap_err();
    assert_eq!(
        error.to_string(),
        "run_id: the file holds 2 runs: \"first\", \"second\"; choose one with --baseline-run or --candidate-run (doctor: --run-id) [run-ambiguous]"
    );
    let error = read_run(&bytes, Some("third")).unwrap_err();
    assert_eq!(
        error.to_string(),
        "run_id: no run is \"third\"; the file holds \"first\", \"second\"; choose one of these with --baseline-run or --candidate-run (doctor: --run-id) [run-ambiguous]"
    );
    let notes = read_run(&bytes, Some("second")).unwrap().notes;
    assert_eq!(notes.len(), 1);
    assert!(notes[0].contains("10 rows of others were not read"), "{}", notes[0]);
}

#[test]
fn a_metric_is_chosen_or_refused() {
    let row = |id: &str| (id.to_owned(), 0, None, Some(1.0));
    let bytes = file(
        &[("r", "f1", &[row("a")]), ("r", "accuracy", &[row("a"), row("b")]), ("r", "f1", &[row("c")])],
        &Style::number(0),
    );
    let metric =
        |name: &str| read(&bytes, None, &ReadOptions { metric: Some(name.into()), ..ReadOptions::default() });
    assert_eq!(rows(&metric("f1").unwrap().run).len(), 2);
    assert_eq!(
        read_run(&bytes, None).unwrap_err().to_string(),
        "metric_name: the run holds 2 metrics: \"accuracy\", \"f1\"; choose one with --metric [run-ambiguous]"
    );
    assert_eq!(
        metric("bleu").unwrap_err().to_string(),
        "metric_name: no metric is \"bleu\"; the file holds \"accuracy\", \"f1\"; choose one of these with --metric [run-ambiguous]"
    );
}

#[test]
fn a_cluster_may_stand_in_the_metadata() {
    let bytes = golden("evalsig-graded.parquet");
    let cluster = |rule| read(&bytes, None, &ReadOptions { cluster: rule, ..ReadOptions::default() });
    let run = cluster(ClusterRule::Key("subject".into())).unwrap().run;
    assert_eq!(run.rows().next().unwrap().cluster, Some("law"));
    assert_eq!(run.rows().nth(3).unwrap().cluster, Some("art"));
    assert!(!cluster(ClusterRule::Off).unwrap().run.is_clustered());
    let error = cluster(ClusterRule::Key("topic".into())).unwrap_err();
    assert_eq!(error.code, Code::ClusterMissing);
    assert_eq!(error.what, "no item carries \"topic\"; metadata holds \"subject\", \"n\", \"nan\"");
    let error = cluster(ClusterRule::Key("nan".into())).unwrap_err().to_string();
    assert!(error.starts_with("rows[0].metadata_json: is not finite, expected one value"), "{error}");
    let error = read(
        &golden("evalsig-no-clusters.parquet"),
        None,
        &ReadOptions { cluster: ClusterRule::Key("cluster_id".into()), ..ReadOptions::default() },
    );
    assert_eq!(error.unwrap_err().code, Code::ClusterMissing);
}

#[test]
fn other_compressions_are_refused_by_name() {
    let error = read_run(&golden("pyarrow-gzip.parquet"), None).unwrap_err().to_string();
    assert!(
        error.starts_with(
            "column run_id is compressed with gzip; write the file with snappy, zstd, lz4 or brotli"
        ),
        "{error}"
    );
}

/// Files that tests/golden/make_codecs.py had pyarrow write, against what pyarrow reads of them.
#[test]
fn every_codec_gives_the_rows_and_the_mean_that_pyarrow_gives() {
    let codec = |name: &str| fs::read(repository("tests/golden/codecs").join(name)).unwrap();
    let expected: Value = serde_json::from_slice(&codec("expected.json")).unwrap();
    let files = expected["files"].as_object().unwrap();
    assert_eq!(files.len(), 8);
    let mut read_before: Option<Vec<Row>> = None;
    for (name, said) in files {
        let run = read_run(&codec(name), None).unwrap_or_else(|error| panic!("{name}: {error}")).run;
        let scores: Vec<f64> = run.scores().collect();
        assert_eq!(
            (run.len() as u64, scores.len() as u64),
            (said["rows"].as_u64().unwrap(), said["scored"].as_u64().unwrap()),
            "{name}"
        );
        let mean = scores.iter().sum::<f64>() / scores.len() as f64;
        assert!((mean - said["mean"].as_f64().unwrap()).abs() < 1e-12, "{name}: {mean}");
        assert_eq!(read_before.get_or_insert_with(|| rows(&run)), &rows(&run), "{name}");
        every_cut_is_refused(&codec(name), "", |_| false);
        no_flip_loses_a_row(&codec(name), "", 5);
    }
}

#[test]
fn damage_is_an_error_at_every_byte_of_every_golden_file() {
    for entry in fs::read_dir(repository("tests/golden/parquet")).unwrap() {
        let path = entry.unwrap().path();
        if path.extension().is_some_and(|e| e == "parquet") {
            let bytes = fs::read(&path).unwrap();
            for end in (0..bytes.len()).step_by(7) {
                assert!(read_run(&bytes[..end], None).is_err(), "{}: {end} bytes", path.display());
            }
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 128, ..ProptestConfig::default() })]

    #[test]
    fn what_is_written_is_read(expected in valid_rows(12), style in 0_u8..64) {
        let bytes = file(&[("r", "accuracy", &expected)], &Style::number(style));
        let reading = read_run(&bytes, None).unwrap();
        prop_assert_eq!(rows(&reading.run), expected);
        prop_assert!(reading.notes.is_empty());
    }

    #[test]
    fn rows_of_other_runs_are_not_read(
        first in valid_rows(8), second in valid_rows(8), style in 0_u8..64,
    ) {
        let bytes = file(&[("first", "m", &first), ("second", "m", &second)], &Style::number(style));
        prop_assert_eq!(rows(&read_run(&bytes, Some("second")).unwrap().run), second);
        prop_assert_eq!(rows(&read_run(&bytes, Some("first")).unwrap().run), first);
        prop_assert_eq!(read_run(&bytes, None).unwrap_err().code, Code::RunAmbiguous);
    }

    /// Never a panic, and never fewer rows than were written.
    #[test]
    fn a_changed_byte_is_refused_or_loses_no_row(
        expected in valid_rows(8), style in 0_u8..64, at: prop::sample::Index, with: u8,
    ) {
        let mut bytes = file(&[("r", "accuracy", &expected)], &Style::number(style));
        *at.get_mut(&mut bytes) = with;
        if let Ok(reading) = read_run(&bytes, None) {
            prop_assert_eq!(reading.run.len(), expected.len());
        }
    }
}
