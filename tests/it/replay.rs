//! A year later: the same inputs under the recorded plan must give the recorded verdict, and `verify`
//! says what it made again and what it could not.

use serde_json::Value;

use crate::support::{Ran, Session};

const PLANS: [&str; 6] = [
    "--min-delta 0",
    "--min-delta -0.05 --cluster none --seed 7 --resamples 500",
    "--equivalence 0.2 --alpha 0.1",
    "--min-delta 0.01 --rule evalsig-0.1 --two-sided",
    "--min-delta 0 --method cr2 --planned-delta 0.03 --power 0.9",
    "--min-delta 0 --lower-is-better --epochs first --missing exclude --min-coverage 0.5",
];

/// A trail with a decision under each plan, on graded and on 0/1 runs, with a store.
fn decided() -> Session {
    let session = Session::with_examples();
    for (n, plan) in PLANS.iter().enumerate() {
        let kind = if n % 2 == 0 { "-graded" } else { "" };
        let line = format!(
            "gate --baseline runs/baseline{kind}.json --candidate runs/candidate{kind}.json {plan} --release-id v{n} --store kept"
        );
        assert!((0..=2).contains(&session.run(&line).code), "{line}");
    }
    session
}

fn verify(session: &Session, flags: &str) -> Ran {
    session.run(&format!("verify {flags}"))
}

#[test]
fn every_decision_comes_out_again_from_files_and_from_the_store() {
    let mut session = decided();
    let ran = verify(&session, "--store kept").exits(0);
    assert!(
        ran.stdout.contains("REPRODUCED: 6 of 6 decisions came out again as recorded."),
        "{}",
        ran.stdout
    );
    assert!(!ran.stdout.contains("the runs behind"), "{}", ran.stdout);
    for (n, _) in PLANS.iter().enumerate() {
        let kind = if n % 2 == 0 { "-graded" } else { "" };
        let files = format!(
            "--release-id v{n} --baseline runs/baseline{kind}.json --candidate runs/candidate{kind}.json"
        );
        let ran = verify(&session, &files).exits(0);
        assert!(ran.stdout.contains("REPRODUCED: 1 of 1 decision came out again"), "{}", ran.stdout);
    }
    // On one thread and on two: the same bits.
    for threads in ["1", "2"] {
        session.set("RAYON_NUM_THREADS", threads);
        let lines = verify(&session, "--store kept --output json").exits(0).json();
        assert!(lines["lines"].as_array().unwrap().iter().all(|line| line["reproduced"] == true));
    }
    // One envelope by itself, with the stored copies as files.
    let envelope: Value = serde_json::from_str(&session.read("audit/v1/audit.json")).unwrap();
    let stored = |run: &str| format!("kept/{}", envelope["store"][run]["path"].as_str().unwrap());
    let (baseline, candidate) = (stored("baseline"), stored("candidate"));
    let ran = verify(&session, &format!("audit/v1/audit.json --baseline {baseline} --candidate {candidate}"));
    assert!(ran.stdout.contains("REPRODUCED: 1 of 1 decision"), "{}", ran.stdout);
    assert!(verify(&session, "").exits(0).stdout.contains("- the runs behind the verdicts"));
}

#[test]
fn what_is_not_the_recorded_decision_is_found_and_named() {
    let session = decided();
    let found = |flags: &str, code: i32| -> Value {
        let answer = verify(&session, &format!("{flags} --output json")).exits(code).json();
        answer["findings"][0].clone()
    };
    let swapped = "--release-id v1 --baseline runs/candidate.json --candidate runs/baseline.json";
    let finding = found(swapped, 1);
    assert_eq!(
        (&finding["kind"], &finding["path"]),
        (&"input-differs".into(), &"audit/v1/audit.json".into())
    );
    assert!(finding["expected"].as_str().unwrap().starts_with("runs/baseline.json with SHA-256 "));
    session.run("verify --baseline runs/baseline.json").exits(64);
    assert_eq!(found("--release-id v1 --store nowhere", 2)["kind"], "input-missing");

    // A stored run that was changed.
    let envelope: Value = serde_json::from_str(&session.read("audit/v1/audit.json")).unwrap();
    let path = format!("kept/{}", envelope["store"]["candidate"]["path"].as_str().unwrap());
    let whole = std::fs::read(session.path(&path)).unwrap();
    std::fs::write(session.path(&path), &whole[1..]).unwrap();
    assert_eq!(found("--release-id v1 --store kept", 1)["kind"], "input-differs");
    std::fs::write(session.path(&path), whole).unwrap();

    // A report that was changed together with its hashes: only making the decision again finds it.
    let envelope = session.read("audit/v5/audit.json");
    let delta = envelope.lines().find(|line| line.trim_start().starts_with("\"delta\"")).unwrap();
    let forged = envelope.replacen(delta, "      \"delta\": 0.75,", 1);
    session.write("forged.json", &forged);
    let ran = verify(&session, "forged.json --store kept --output json");
    let answer = ran.json();
    let kinds: Vec<&str> =
        answer["findings"].as_array().unwrap().iter().map(|f| f["kind"].as_str().unwrap()).collect();
    assert!(kinds.contains(&"not-reproduced"), "{kinds:?}");
    let finding = &answer["findings"][0];
    assert_eq!(finding["expected"], "report.comparison.delta 0.75", "{finding}");

    // Another version of the engine is named, and held to a tolerance.
    let older = envelope.replace(concat!("evalsig ", env!("CARGO_PKG_VERSION")), "evalsig 0.0.9");
    session.write("older.json", &older);
    let answer = verify(&session, "older.json --store kept --output json").json();
    assert_eq!(answer["lines"][0]["reproduced"], true);
    assert!(answer["findings"].to_string().contains("other-engine"));
    // And a plan that this version does not know is told, never skipped.
    session.write("newer.json", &envelope.replace("\"rule\": \"interval\"", "\"rule\": \"better\""));
    let answer = verify(&session, "newer.json --store kept --output json").json();
    let told = answer["findings"].to_string();
    assert!(told.contains("newer-unreadable") && told.contains("plan.rule: is \\\"better\\\""), "{told}");
}

/// Decisions of evalsig 0.1.0, each by a rule that changed since: tests/golden/make_decided_0_1.py.
const DECIDED_BY_0_1: [(&str, &str, &str); 12] = [
    ("missing-items", "binary", "--min-delta -0.05"),
    ("tail", "tail", "--min-delta 0.1"),
    ("tail-equivalence", "tail", "--equivalence 0.9 --two-sided"),
    ("graded-epochs", "graded", "--min-delta 0"),
    ("graded-first", "graded", "--min-delta 0 --epochs first"),
    ("graded-equivalence", "graded", "--equivalence 0.15 --two-sided"),
    ("betting", "graded", "--min-delta -0.2 --method betting"),
    ("single", "single", "--min-delta -0.1"),
    ("single-none", "single", "--min-delta -0.1 --cluster none --alpha 0.3"),
    ("percent", "percent", "--min-delta -10"),
    ("evalsig-rule", "binary", "--min-delta 0 --rule evalsig-0.1"),
    ("tango", "binary", "--min-delta -0.04 --method tango"),
];

#[test]
fn what_version_0_1_decided_comes_out_again_by_its_own_rules() {
    let session = Session::new();
    let folder = crate::support::repository("tests/golden/decided_0_1").display().to_string();
    let mut changed = 0;
    for (release, runs, plan) in DECIDED_BY_0_1 {
        let files = format!("--baseline {folder}/{runs}-a.json --candidate {folder}/{runs}-b.json");
        let ran = session.run(&format!("verify {folder} --release-id {release} {files}")).exits(0);
        assert!(ran.stdout.contains("REPRODUCED: 1 of 1 decision"), "{release}: {}", ran.stdout);
        let path = format!("tests/golden/decided_0_1/audit/{release}/audit.json");
        let text = std::fs::read_to_string(crate::support::repository(&path)).unwrap();
        let before: Value = serde_json::from_str(&text).unwrap();
        assert_eq!(before["plan"]["engine"], "evalsig 0.1.0");
        // What is decided today about the same runs goes by today's rules.
        let now = session.run(&format!("gate {files} {plan} --output json")).json();
        assert_eq!(now["plan"]["engine"], "evalsig 0.2.0");
        let numbers = |report: &Value| {
            let c = &report["report"]["comparison"];
            [report["verdict"].clone(), c["p_value"].clone(), c["bounds"].clone(), c["n_clusters"].clone()]
        };
        changed += usize::from(numbers(&before) != numbers(&now));
    }
    assert!(changed >= 8, "the cases are those in which a rule changed: {changed}");
}
