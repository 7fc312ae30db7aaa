//! The export of a suite: all its runs, its claims as a table, and nothing that a name could do.

use serde_json::Value;

use super::{POLICY, assert_valid, envelope, gate, session, table};

#[test]
fn every_run_of_a_suite_is_exported_and_its_claims_are_shown() {
    let session = session();
    gate(&session, "v1").exits(0);
    let first =
        POLICY.replace("baseline: base/code.csv", "baseline: store:latest-allowed\n    first-run: record");
    session.write("evalsig.yml", &first.replace("name: style", "name: tone"));
    gate(&session, "v2").exits(2);
    let told = session.run("export all --store kept --out out").exits(0);
    assert!(!told.stderr.contains("missing"), "{}", told.stderr);
    let index: Value = envelope(&session, "out/export.json");
    assert_valid("schemas/export.v1.schema.json", &index);
    assert_eq!(
        session.read("out/schemas/audit.v2.schema.json"),
        std::fs::read_to_string(crate::support::repository("schemas/audit.v2.schema.json")).unwrap()
    );

    let decision = &index["decisions"][0];
    assert_eq!(decision["numbers"], Value::Null);
    assert_eq!(decision["suite"]["rule"], "improve-one-regress-none");
    assert_eq!(decision["suite"]["blocking"], serde_json::json!([]));
    let written = envelope(&session, "audit/v1/audit.json");
    assert_eq!(decision["suite"]["claims"], written["suite"]["claims"]);
    let mut runs = 0;
    for task in decision["tasks"].as_array().unwrap() {
        let recorded = &written["tasks"][task["task"].as_str().unwrap()];
        assert_eq!(task["numbers"]["delta"], recorded["report"]["comparison"]["delta"]);
        let named = [
            (&task["runs"]["baseline"], &recorded["store"]["baseline"]),
            (&task["runs"]["candidate"], &recorded["store"]["candidate"]),
            (&task["runs"]["anchor"], &recorded["anchor_store"]),
        ];
        for (path, stored) in named.iter().filter(|(_, stored)| !stored.is_null()) {
            let bytes = std::fs::read(session.path(&format!("out/{}", path.as_str().unwrap()))).unwrap();
            assert_eq!(stored["sha256"], evalsig::domain::Digest::of(&bytes).to_string());
            runs += 1;
        }
    }
    assert_eq!(runs, 9);
    let tone =
        &index["decisions"][1]["tasks"].as_array().unwrap().iter().find(|t| t["task"] == "tone").unwrap();
    assert!(tone["numbers"].is_null() && tone["runs"]["candidate"].is_string());
    // What is exported is enough to decide again.
    let again = session.run("verify out --store out/runs").exits(0).stdout;
    assert!(again.contains("REPRODUCED: 2 of 2 decisions"), "{again}");

    let (readme, page) = (session.read("out/README.txt"), session.read("out/index.html"));
    for shown in ["improve-one-regress-none", "Blocking: tone.", "slice algebra", "anchor", "all tasks"] {
        let here = shown != "all tasks";
        assert_eq!(readme.contains(shown), here, "{shown}: {readme}");
        assert_eq!(page.contains(shown), here, "{shown}");
    }
    assert!(readme.contains("   | Task"), "{readme}");
    // Each decision opens its report, with the items of every task that had a baseline.
    let report = session.read("out/reports/v2-1.html");
    assert!(page.contains("href=\"./reports/v2-1.html\"") && report.contains("First run of"), "{page}");
    assert!(report.matches("class=\"changes\"").count() > 1);

    // A run that is gone is missed by name.
    let path = written["tasks"]["math"]["anchor_store"]["path"].as_str().unwrap();
    std::fs::remove_file(session.path(&format!("kept/{path}"))).unwrap();
    let told = session.run("export v1 --store kept --out less").exits(2);
    assert!(told.stderr.contains(path), "{}", told.stderr);
    assert_eq!(session.run("export v1 --out bare").exits(0).stderr, "");
}

#[test]
fn a_name_in_a_run_does_nothing_in_an_export() {
    let session = session();
    let hostile = ["<img src=x onerror=alert(1)>", "\"a\n    touch owned\u{202e}\""];
    for (file, run) in [("base/math.csv", "base"), ("cand/math.csv", "cand")] {
        session.write(file, &table(run, "math", if run == "cand" { 40 } else { 0 }, 0, hostile));
    }
    session.write("anchor/math.csv", &table("anchor", "math", 0, 4, hostile));
    gate(&session, "v1").exits(0);
    session.run("export all --store kept --out out").exits(0);
    let (readme, page) = (session.read("out/README.txt"), session.read("out/index.html"));
    assert!(page.contains("slice &lt;img src=x onerror=alert(1)&gt;"), "{page}");
    assert!(!page.contains("<img") && !page.contains('\u{202e}'));
    assert!(readme.contains("slice a") && !readme.contains('\u{202e}'), "{readme}");
    assert!(!readme.lines().any(|line| line.starts_with("    touch")), "{readme}");
    // Nor on a terminal.
    let told = session.run("statement audit/v1/audit.json --predicate test-result").exits(0).stdout;
    assert!(!told.contains("\n    touch owned"), "{told}");
}
