//! Other programs over the same files: Python evalsig 0.1.2 in both directions, DuckDB.

use crate::tree;
use serde_json::Value;

use super::{history, session, words};
use crate::support::Session;
use crate::support::python::{python, script};

#[test]
fn python_evalsig_reads_what_we_write_and_we_extend_what_it_wrote() {
    if !tree::slow_tests("store::engines::python_evalsig_reads_what_we_write_and_we_extend_what_it_wrote") {
        return;
    }
    let Some(python) = python(&["evalsig==0.1.2"]) else { return };
    let session = Session::with_examples();
    let ask = |args: &[&str]| script(&python, &session.path("."), "store/oracle.py", args);
    ask(&["write", "kept", "default", "Py::run é/1"]);
    let gate = "gate --baseline runs/baseline-graded.json --candidate runs/candidate-graded.json --min-delta=-1 --store kept";
    session.run(gate).exits(0);
    let listed = |text: String| -> Vec<Value> {
        text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
    };
    let seen = listed(ask(&["list", "kept", "default"]));
    let ours = history(&session, "--root kept");
    assert_eq!(seen.len(), 3);
    for key in ["run_id", "model_id", "delta", "p_value", "verdict", "parent_run_id", "n_items"] {
        let of = |lines: &[Value]| lines.iter().map(|line| line[key].clone()).collect::<Vec<_>>();
        assert_eq!(of(&seen), of(&ours), "{key}");
    }
    assert!(seen.iter().all(|line| line["there"] == true && line["items"] == line["n_items"]));
    assert_eq!(words(&history(&session, "--root kept --until 2026-06-30"), "run_id"), ["Py::run é/1"]);

    // Python writes again, without knowing our lock; nothing of either is lost.
    ask(&["write", "kept", "default", "second"]);
    assert_eq!(history(&session, "--root kept").len(), 4);
    // Its runs can be compared with; what it decided stands in its index alone, and is kept there.
    let run = session.run_args(&["store", "get", "Py::run é/1", "--root", "kept"]).exits(0).json();
    assert_eq!(run["items"][1]["score"], 1.0);
    session.run("history --root kept --rebuild").exits(0);
    let seen = listed(ask(&["list", "kept", "default"]));
    let of = |run: &str| seen.iter().find(|line| line["run_id"] == run).map(|line| line["verdict"].clone());
    assert_eq!(["Py::run é/1", "second"].map(of), [Some("ALLOW".into()), Some("ALLOW".into())]);
}

#[test]
fn duckdb_sees_one_table_and_reads_only_the_months_asked_for() {
    let Some(python) = python(&["duckdb==1.4.2"]) else { return };
    let session = session(&[("b", 3), ("c", 5), ("d", 6)]);
    for candidate in ["c", "d"] {
        session
            .run(&format!("gate --baseline b.json --candidate {candidate}.json --min-delta 0 --release-id {candidate} --store kept"))
            .exits(2);
    }
    // One of the runs as if it had been stored in June.
    let files = session.files();
    let from = files.iter().find(|path| path.ends_with("/run_id=d.parquet")).unwrap();
    std::fs::create_dir_all(session.path("kept/default/year=2026/month=06")).unwrap();
    std::fs::rename(session.path(from), session.path("kept/default/year=2026/month=06/run_id=d.parquet"))
        .unwrap();
    let document = crate::support::repository("docs/store.md");
    let args = ["months", "kept", "default", document.to_str().unwrap()];
    let said = script(&python, &session.path("."), "store/duck.py", &args);
    let said: Value = serde_json::from_str(&said).unwrap();
    assert_eq!(said["runs"], serde_json::json!([["b", 0.375, 8], ["c", 0.625, 8], ["d", 0.75, 8]]));
    assert_eq!(said["june"], serde_json::json!([["d", 0.75, 8]]));
    assert_eq!(said["read"], 1, "{}", said["plan"].as_str().unwrap());
    assert_eq!(said["verdicts"], serde_json::json!(["INCONCLUSIVE", "INCONCLUSIVE"]));
    let means = |run: usize| said["runs"][run][1].as_f64().unwrap();
    for (run, release) in [(1, "c"), (2, "d")] {
        let envelope: Value =
            serde_json::from_str(&session.read(&format!("audit/{release}/audit.json"))).unwrap();
        assert_eq!(envelope["report"]["comparison"]["delta"], means(run) - means(0));
    }
}

/// A project whose files have other columns each: those of this version, those of Python evalsig 0.1.2 of January, those of
/// February without two of them, and those of June with one more, as a later version may write.
fn files_of_every_layout(python: &std::path::Path) -> Session {
    let session = session(&[("b", 3), ("c", 5)]);
    session.run("gate --baseline b.json --candidate c.json --min-delta 0 --store kept").exits(2);
    let files = session.files();
    let ours = files.iter().find(|path| path.ends_with("/run_id=c.parquet")).unwrap();
    let golden = crate::support::repository("tests/golden/parquet/evalsig-graded.parquet");
    let put = |month: &str, from: &std::path::Path, selection: &str| {
        let path = format!("kept/default/year=2026/month={month}/run_id=x.parquet");
        std::fs::create_dir_all(session.path(&path).parent().unwrap()).unwrap();
        std::fs::copy(from, session.path(&path)).unwrap();
        if !selection.is_empty() {
            script(python, &session.path("."), "store/duck.py", &["as", &path, selection]);
        }
    };
    put("01", &golden, "");
    put("02", &session.path(ours), "* EXCLUDE (config_hash, metadata_json) REPLACE ('narrow' AS run_id)");
    put("06", &session.path(ours), "* REPLACE ('wide' AS run_id), 0.25 AS seconds");
    session
}

/// Rows and name of the run that Python wrote, by our own reader.
fn golden_run() -> (usize, String) {
    let path = crate::support::repository("tests/golden/parquet/evalsig-graded.parquet");
    let options = evalsig::readers::ReadOptions::default();
    let run = evalsig::readers::read(&std::fs::read(path).unwrap(), None, &options).unwrap().run;
    (run.len(), run.metadata().run_id.clone())
}

#[test]
fn files_of_every_program_and_version_are_one_table_in_duckdb() {
    let Some(python) = python(&["duckdb==1.4.2"]) else { return };
    let session = files_of_every_layout(&python);
    let document = crate::support::repository("docs/store.md");
    let args = ["months", "kept", "default", document.to_str().unwrap()];
    let said: Value =
        serde_json::from_str(&script(&python, &session.path("."), "store/duck.py", &args)).unwrap();
    let runs: Vec<&str> =
        said["runs"].as_array().unwrap().iter().map(|run| run[0].as_str().unwrap()).collect();
    assert_eq!(runs, ["b", "c", &golden_run().1, "narrow", "wide"]);
    assert_eq!(said["june"], serde_json::json!([["wide", 0.625, 8]]));
    assert_eq!(said["read"], 1, "{}", said["plan"].as_str().unwrap());
}

#[test]
fn all_gates_of_an_organisation_are_one_table() {
    let Some(python) = python(&["duckdb==1.4.2"]) else { return };
    let session = session(&[("b", 0), ("c", 7), ("d", 3)]);
    let gate = |project: &str, baseline: &str, candidate: &str, plan: &str| {
        session.run(&format!(
            "gate --baseline {baseline}.json --candidate {candidate}.json {plan} --store kept --project {project}"
        ))
    };
    gate("search", "b", "c", "--min-delta 0").exits(0);
    gate("search", "c", "d", "--min-delta 0").exits(1);
    gate("chat", "c", "d", "--min-delta=-0.99").exits(0);
    let document = crate::support::repository("docs/store.md");
    let args = ["gates", "kept", document.to_str().unwrap()];
    let said: Value =
        serde_json::from_str(&script(&python, &session.path("."), "store/duck.py", &args)).unwrap();
    assert_eq!(
        said["gates"],
        serde_json::json!([
            ["chat", "d", "c", "ALLOW", -0.5],
            ["search", "c", "b", "ALLOW", 0.875],
            ["search", "d", "c", "REJECT", -0.5],
        ])
    );
    assert_eq!(said["by_month"], serde_json::json!([["chat", 1, 1, -0.5], ["search", 2, 1, 0.1875]]));
    let worse: Vec<Value> =
        (3..7).map(|n| serde_json::json!(["chat", "d", format!("q{n}"), 1.0, 0.0])).collect();
    assert_eq!(said["worse"], Value::from(worse));
}

#[test]
fn spark_sees_one_table_and_reads_only_the_months_asked_for() {
    if !tree::slow_tests("store::engines::spark_sees_one_table_and_reads_only_the_months_asked_for") {
        return;
    }
    if crate::support::tool("java", &["-version"]).is_none() {
        return tree::skipped("Spark needs java: install openjdk-17-jre-headless");
    }
    let (Some(duckdb), Some(spark)) = (python(&["duckdb==1.4.2"]), python(&["pyspark==3.5.9"])) else {
        return;
    };
    let session = files_of_every_layout(&duckdb);
    let document = crate::support::repository("docs/store.md");
    let root = session.path("kept");
    let args = [root.to_str().unwrap(), "default", document.to_str().unwrap()];
    let said: Value =
        serde_json::from_str(&script(&spark, &session.path("."), "store/spark.py", &args)).unwrap();
    assert_eq!(said["june"], serde_json::json!([["wide", 0.625]]));
    assert_eq!(said["read"], 1);
    let (rows, name) = golden_run();
    assert_eq!(said["rows"], rows + 4 * 8);
    assert_eq!(said["runs"], serde_json::json!(["b", "c", name, "narrow", "wide"]));
    let columns: Vec<&str> =
        said["columns"].as_array().unwrap().iter().map(|of| of.as_str().unwrap()).collect();
    for column in ["item_id", "metadata_json", "seconds", "year", "month"] {
        assert!(columns.contains(&column), "{columns:?}");
    }
    assert_eq!(said["verdicts"], serde_json::json!(["INCONCLUSIVE"]));
}
