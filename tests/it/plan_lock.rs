//! `evalsig plan lock`: what will be judged is fixed in the trail before the runs exist.

use std::fs;

use evalsig::domain::Digest;
use serde_json::Value;

use crate::support::{Session, repository};

const LOCK: &str = "plan lock --release-id v1 --policy evalsig.yml";

/// A session with a baseline, a policy for it, and no candidate yet.
fn planned(limits: &str) -> Session {
    let session = Session::with_examples();
    session.write(
        "evalsig.yml",
        &format!(
            "version: 1
tasks:
  - name: qa
    baseline: runs/baseline.json
    candidate: new/candidate.json
    role: no-regression
    margin: 0.3
    margin-rationale: \"far more than annotators disagree by\"
suite: {{rule: regress-none}}
{limits}
"
        ),
    );
    session
}

fn sha256(session: &Session, path: &str) -> String {
    Digest::of(&fs::read(session.path(path)).unwrap()).to_string()
}

#[test]
fn a_release_is_judged_only_under_the_plan_that_was_locked() {
    let session = planned("limits: {require-locked-plan: true}");
    let told = session.run(LOCK).exits(0).stdout;
    assert!(told.starts_with("PLAN of release v1, locked at "), "{told}");
    assert!(told.contains("qa (no-regression): "), "{told}");
    let baseline = sha256(&session, "runs/baseline.json");
    assert!(
        told.contains(&format!("baseline runs/baseline.json: runs/baseline.json, SHA-256 {baseline}")),
        "{told}"
    );
    assert!(told.contains("appended to the trail: audit/_plans/v1/001/plan.json"), "{told}");

    let plan: Value = serde_json::from_str(&session.read("audit/_plans/v1/001/plan.json")).unwrap();
    let schema = fs::read_to_string(repository("schemas/plan.v1.schema.json")).unwrap();
    let validator = jsonschema::validator_for(&serde_json::from_str(&schema).unwrap()).unwrap();
    let errors: Vec<_> = validator.iter_errors(&plan).map(|error| error.to_string()).collect();
    assert!(errors.is_empty(), "{errors:#?}");
    assert_eq!(plan["policy"]["sha256"], sha256(&session, "evalsig.yml"));
    assert_eq!(plan["tasks"][0]["margin"], 0.3);
    assert_eq!(plan["tasks"][0]["baseline"]["sha256"], baseline);
    assert!(plan["tasks"][0]["planned_n"].as_u64().unwrap() > 1);

    // The runs come afterwards.
    session.write("new/candidate.json", &session.read("runs/candidate.json"));
    session.run("gate --policy evalsig.yml --release-id v1").exits(0);
    let envelope: Value = serde_json::from_str(&session.read("audit/v1/audit.json")).unwrap();
    assert_eq!(envelope["policy"]["locked_plan"]["path"], "audit/_plans/v1/001/plan.json");
    assert_eq!(envelope["policy"]["locked_plan"]["entry_index"], 1);
    let told = session.run("verify").exits(0).stdout;
    assert!(told.contains("INTACT: 2 entries (1 plan among them) of 1 release"), "{told}");

    // Without a plan, or under another policy than the one that was locked, there is no verdict.
    let refused = session.run("gate --policy evalsig.yml --release-id v2");
    assert!(refused.code >= 64, "{}", refused.stderr);
    session.write("evalsig.yml", &session.read("evalsig.yml").replacen("0.3", "0.4", 1));
    let refused = session.run("gate --policy evalsig.yml --release-id v1");
    assert!(refused.code >= 64, "{}", refused.stderr);
    let told = session.run(LOCK).exits(0).stdout;
    assert!(told.contains("audit/_plans/v1/002/plan.json"), "{told}");
}

#[test]
fn the_plan_that_is_locked_is_told_again() {
    let session = planned("");
    let first = session.run(&format!("{LOCK} --output json")).exits(0).json();
    assert_eq!((&first["written"], &first["entry_index"]), (&true.into(), &1.into()));
    let before = session.files();
    let again = session.run(&format!("{LOCK} --output json")).exits(0).json();
    assert_eq!(again["written"], false);
    assert_eq!((&again["path"], &again["sha256"]), (&first["path"], &first["sha256"]));
    assert_eq!(again["plan"]["locked_at"], first["plan"]["locked_at"]);
    assert!(session.run(LOCK).exits(0).stdout.contains("recorded before, so nothing was written"));
    assert_eq!(session.files(), before);
    // Another baseline is another plan.
    session.write("runs/baseline.json", &session.read("runs/candidate.json"));
    let other = session.run(&format!("{LOCK} --output json")).exits(0).json();
    assert_eq!((&other["written"], &other["entry_index"]), (&true.into(), &2.into()));
}

#[test]
fn a_baseline_that_is_not_there_yet_is_recorded_as_none() {
    let session = planned("");
    let policy = session.read("evalsig.yml");
    for asked in ["store:latest-allowed", "trail:latest-allowed", "runs/later.json"] {
        session.write("evalsig.yml", &policy.replacen("runs/baseline.json", asked, 1));
        let told = session.run(&format!("{LOCK} --store kept --output json")).exits(0).json();
        let baseline = &told["plan"]["tasks"][0]["baseline"];
        assert_eq!(baseline["asked"], asked);
        assert!(baseline["path"].is_null() && baseline["sha256"].is_null(), "{told}");
        assert!(told["plan"]["tasks"][0]["planned_n"].is_null());
    }
    assert!(
        session.run(&format!("{LOCK} --store kept")).exits(0).stdout.contains("runs/later.json: none yet")
    );
}

#[test]
fn the_newest_allowed_run_of_store_or_trail_is_found_without_a_candidate() {
    let session = planned("");
    session.write("new/candidate.json", &session.read("runs/candidate.json"));
    session.run("gate --policy evalsig.yml --release-id v0 --store kept").exits(0);
    let envelope: Value = serde_json::from_str(&session.read("audit/v0/audit.json")).unwrap();
    let stored = &envelope["tasks"]["qa"]["store"]["candidate"];
    let policy = session.read("evalsig.yml");
    for asked in ["store:latest-allowed", "trail:latest-allowed"] {
        session.write("evalsig.yml", &policy.replacen("runs/baseline.json", asked, 1));
        let told = session.run(&format!("{LOCK} --store kept --output json")).exits(0).json();
        let baseline = &told["plan"]["tasks"][0]["baseline"];
        assert_eq!(baseline["sha256"], stored["sha256"], "{told:#}");
        assert!(baseline["path"].as_str().unwrap().ends_with(stored["path"].as_str().unwrap()));
    }
}

#[test]
fn what_cannot_be_locked_leaves_nothing_behind() {
    let session = planned("");
    let before = session.files();
    for (line, code) in [
        ("plan lock --release-id v1 --policy nothing.yml", 64),
        ("plan lock --release-id ../v1 --policy evalsig.yml", 64),
        ("plan lock --release-id v1 --policy runs/baseline.json", 64),
        // Nobody listens there.
        (&format!("{LOCK} --timestamp-url http://127.0.0.1:9/tsr"), 75),
        (&format!("{LOCK} --timestamp-url ftp://tsa.example"), 64),
        (&format!("{LOCK} --timestamp perhaps"), 64),
    ] {
        let ran = session.run(line);
        assert_eq!(ran.code, code, "{line}: {}", ran.stderr);
        assert_eq!(session.files(), before, "{line}");
    }
    let line = format!("{LOCK} --timestamp-url http://127.0.0.1:9/tsr --timestamp best-effort");
    let told = session.run(&line).exits(0).stdout;
    assert!(told.contains("no time stamp: "), "{told}");
    // What was recorded without one is not what was asked for when one is required.
    session.run(&format!("{LOCK} --timestamp-url http://127.0.0.1:9/tsr")).exits(73);
}
