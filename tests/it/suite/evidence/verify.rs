//! A suite is decided again from its envelope and the store, and what was changed is found.

use serde_json::Value;

use super::{POLICY, envelope, gate, session};
use crate::support::Session;

#[test]
fn a_suite_comes_out_again_under_every_rule() {
    for rule in ["{rule: improve-one-regress-none}", "{rule: regress-none}", "{rule: pooled, weights: equal}"]
    {
        let session = session();
        session.write("evalsig.yml", &format!("{POLICY}suite: {rule}\n"));
        gate(&session, "v1").exits(0);
        let told = session.run("verify --store kept").exits(0).stdout;
        assert!(told.contains("REPRODUCED: 1 of 1 decision"), "{rule}: {told}");
        let without = session.run("verify").exits(0).stdout;
        assert!(without.contains("- the runs behind the verdicts"), "{without}");
    }
}

/// Verifies the envelope with a change, by itself: the chain would find any.
fn changed(session: &Session, change: impl Fn(&mut Value)) -> Value {
    let mut value = envelope(session, "audit/v1/audit.json");
    change(&mut value);
    let text = format!("{value:#}\n");
    session.write("alone/audit.json", &text);
    let answer = session.run("verify alone/audit.json --store kept --output json").exits(1).json();
    let findings = answer["findings"].as_array().unwrap();
    findings.iter().find(|finding| finding["kind"] != "lone-envelope").unwrap().clone()
}

#[test]
fn a_changed_number_policy_or_run_is_found() {
    let session = session();
    gate(&session, "v1").exits(0);
    session.write("alone/audit.json", &session.read("audit/v1/audit.json"));
    let told = session.run("verify alone/audit.json --store kept").exits(2).stdout;
    assert!(told.contains("REPRODUCED: 1 of 1 decision"), "{told}");

    for pointer in [
        "/suite/claims/0/p_value",
        "/suite/claims/3/delta",
        "/tasks/code/report/comparison/delta",
        "/tasks/latency/report/comparison/p_value",
    ] {
        let finding = changed(&session, |envelope| {
            let number = envelope.pointer_mut(pointer).unwrap();
            *number = (number.as_f64().unwrap() + 0.001).into();
        });
        assert_eq!(finding["kind"], "not-reproduced", "{pointer}: {finding}");
        let member = pointer.rsplit('/').next().unwrap();
        assert!(finding.to_string().contains(member), "{pointer}: {finding}");
    }

    // A looser margin, with the digest that belongs to it, and without.
    let loose = POLICY.replacen("margin: 0.02", "margin: 0.2", 1);
    let digest = evalsig::domain::Digest::of(loose.as_bytes()).to_string();
    let finding = changed(&session, |envelope| {
        envelope["policy"]["text"] = loose.clone().into();
        envelope["policy"]["sha256"] = digest.clone().into();
    });
    assert_eq!(finding["kind"], "not-reproduced", "{finding}");
    let finding = changed(&session, |envelope| envelope["policy"]["text"] = loose.clone().into());
    assert_eq!(finding["kind"], "not-reproduced", "{finding}");
    assert!(finding["expected"].as_str().unwrap().starts_with("a policy with SHA-256 "), "{finding}");

    // The baseline's copy in the place of the candidate's.
    let finding = changed(&session, |envelope| {
        let baseline = envelope["tasks"]["math"]["store"]["baseline"].clone();
        envelope["tasks"]["math"]["store"]["candidate"] = baseline;
    });
    assert!(["input-differs", "not-reproduced"].contains(&finding["kind"].as_str().unwrap()), "{finding}");

    // Another run's bytes under its name.
    let stored = envelope(&session, "audit/v1/audit.json");
    let path =
        |which: &str| format!("kept/{}", stored["tasks"]["code"]["store"][which]["path"].as_str().unwrap());
    std::fs::copy(session.path(&path("baseline")), session.path(&path("candidate"))).unwrap();
    let answer = session.run("verify --store kept --output json").exits(1).json();
    assert_eq!(answer["findings"][0]["kind"], "input-differs", "{answer:#}");
}
