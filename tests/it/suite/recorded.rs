//! What stands in the trail beside a suite's envelope: plans that were locked, waivers by people.

use serde_json::Value;

use super::GATE;
use crate::support::Session;
use crate::support::suite::{better, run, session, usual, worse};

fn sha256(session: &Session, path: &str) -> String {
    evalsig::domain::Digest::of(session.read(path).as_bytes()).to_string()
}

#[test]
fn a_plan_is_locked_before_the_runs_and_judged_by() {
    let session = session(&better(), &usual());
    let policy = format!("{}limits: {{require-locked-plan: true}}\n", session.read("evalsig.yml"));
    session.write("evalsig.yml", &policy);
    let error = session.run(&format!("{GATE} --release-id v1")).exits(64).stderr;
    assert!(error.contains("plan lock --release-id v1"), "{error}");
    assert!(session.run(GATE).exits(64).stderr.contains("no release is named"));
    assert!(!session.has("audit"));

    session.run("plan lock --release-id v1 --policy evalsig.yml").exits(0);
    let result = session.run(&format!("{GATE} --release-id v1")).exits(0).json();
    let plan = &result["policy"]["locked_plan"];
    assert_eq!(plan["entry_index"], 1);
    assert_eq!(plan["sha256"], sha256(&session, plan["path"].as_str().unwrap()));
    let shown = session.run("gate --policy evalsig.yml --release-id v1").exits(0).stdout;
    assert!(shown.contains("before the runs were read"), "{shown}");

    // Another baseline than the one that was locked, or another policy, is not judged.
    session.write("base/math.csv", &run(|item| item % 3 == 0));
    let error = session.run(&format!("{GATE} --release-id v1")).exits(65).stderr;
    assert!(error.contains("task math: baseline") && error.contains("locked plan names"), "{error}");
    session.write("base/math.csv", &usual());
    session.write("evalsig.yml", &policy.replace("margin: 0.05", "margin: 0.2"));
    let error = session.run(&format!("{GATE} --release-id v1")).exits(64).stderr;
    assert!(error.contains("of another policy"), "{error}");
    session.run("verify").exits(0);
}

/// A waiver of `safety` for release v1 and the candidate that lies there.
fn waiver(session: &Session, until: &str) -> String {
    format!(
        "version: 1\nwaivers:\n  - {{release: v1, task: safety, reason: \"labels are wrong, see the ticket\", ticket: REL-7, approver: \
         Ada Lovelace, candidate-sha256: {}, effective-until: {until}}}\n",
        sha256(session, "cand/safety.csv")
    )
}

#[test]
fn a_waiver_stands_beside_the_verdict_and_changes_nothing_of_it() {
    let session = session(&better(), &worse());
    session.write("evalsig-waivers.yml", &waiver(&session, "2099-12-31"));
    let result = session.run(&format!("{GATE} --release-id v1")).exits(1).json();
    assert_eq!(result["verdict"], "REJECT");
    assert_eq!(result["waivers"]["in_force"][0]["approver"], "Ada Lovelace");
    assert_eq!(result["waivers"]["all_blocking"], true);
    assert_eq!(result["waivers"]["may_turn_green"], false);
    let shown = session.run("gate --policy evalsig.yml --release-id v1").exits(1).stdout;
    assert!(shown.contains("waived      by Ada Lovelace until 2100-01-01"), "{shown}");
    let waivers: Vec<String> =
        session.files().into_iter().filter(|path| path.ends_with("waiver.json")).collect();
    assert_eq!(waivers.len(), 1, "recorded once, however often the gate is run: {waivers:?}");
    let recorded: Value = serde_json::from_str(&session.read(&waivers[0])).unwrap();
    assert_eq!(recorded["decision"]["path"], "audit/v1/audit.json");
    assert_eq!(recorded["file"]["sha256"], sha256(&session, "evalsig-waivers.yml"));
    let verified = session.run("verify --output json").exits(0).json();
    assert_eq!(verified["entries"], 2);

    // For another candidate or release, or after its end, it waives nothing and is named.
    session.write("cand/safety.csv", &run(|item| item % 2 == 0));
    let other = session.run(&format!("{GATE} --release-id v1")).exits(1).json();
    assert_eq!(other["waivers"]["in_force"], Value::Array(vec![]));
    assert!(other["waivers"]["remarks"][0].as_str().unwrap().contains("names another candidate"));
    let next = session.run(&format!("{GATE} --release-id v2")).exits(1).json();
    assert!(next["waivers"]["remarks"][0].as_str().unwrap().contains("another release"));
    session.write("evalsig-waivers.yml", &waiver(&session, "2020-12-31"));
    let late = session.run(&format!("{GATE} --release-id v3")).exits(1).json();
    assert!(late["waivers"]["remarks"][0].as_str().unwrap().starts_with("ended: safety"));
}

#[test]
fn a_waiver_that_cannot_be_read_is_an_error_and_not_none() {
    let session = session(&better(), &worse());
    session.write("evalsig-waivers.yml", &waiver(&session, "tomorrow"));
    session.run(&format!("{GATE} --release-id v1")).exits(64);
    session.write(
        "evalsig-waivers.yml",
        &waiver(&session, "2099-12-31").replace("task: safety", "task: saftey"),
    );
    let error = session.run(&format!("{GATE} --release-id v1")).exits(64).stderr;
    assert!(error.contains("saftey"), "{error}");
    assert!(!session.has("audit"));
}
