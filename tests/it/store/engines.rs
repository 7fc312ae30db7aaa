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
    let args = ["kept", "default", document.to_str().unwrap()];
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
