//! The program without its features: it decides and records as ever, and what needs a missing feature ends with its
//! name. Empty in a build that has any; `.ci/run` builds the other one.
#![cfg(not(any(feature = "buckets", feature = "github", feature = "signatures", feature = "timestamps")))]
#![allow(
    clippy::unwrap_used,
    clippy::disallowed_methods,
    reason = "a test touches the world and fails by panicking"
)]

use std::path::{Path, PathBuf};
use std::process::Command;

use evalsig::domain::Feature;

/// The exit code, and everything that was said.
fn evalsig(folder: &Path, environment: &[(&str, &str)], line: &str) -> (i32, String) {
    let mut command = Command::new(env!("CARGO_BIN_EXE_evalsig"));
    command.args(line.split_whitespace()).current_dir(folder).env_clear();
    let ran = command.envs(environment.iter().copied()).output().unwrap();
    let said = format!("{}{}", String::from_utf8_lossy(&ran.stdout), String::from_utf8_lossy(&ran.stderr));
    (ran.status.code().unwrap(), said)
}

/// A trail of four entries, each with a time stamp and a signature that all hold.
fn stamped() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/golden/trail_v1_stamped")
}

/// The flags of a gate over the example runs.
fn gate(more: &str) -> String {
    let runs = Path::new(env!("CARGO_MANIFEST_DIR")).join("examples/runs");
    let run = |name: &str| runs.join(name).display().to_string();
    format!(
        "gate --baseline {} --candidate {} --min-delta 0.01 {more}",
        run("baseline.json"),
        run("candidate.json")
    )
}

#[test]
fn a_decision_is_made_recorded_and_verified() {
    let folder = tempfile::tempdir().unwrap();
    let (code, said) = evalsig(folder.path(), &[], &gate("--release-id v1 --store runs"));
    assert!(code == 0 && said.contains("ALLOW"), "{said}");
    let (code, said) = evalsig(folder.path(), &[], "verify . --store runs");
    assert!(code == 0 && said.contains("INTACT: "), "{said}");
    let (code, said) = evalsig(folder.path(), &[], "report audit/v1/audit.json --html report.html");
    assert!(code == 0 && folder.path().join("report.html").exists(), "{said}");
}

#[test]
fn what_needs_a_missing_feature_names_it_and_writes_nothing() {
    assert!(Feature::ALL.iter().all(|feature| !feature.is_built()));
    let folder = tempfile::tempdir().unwrap();
    for (line, feature) in [
        (gate("--release-id v1 --store s3://bucket/runs"), "buckets"),
        (gate("--release-id v1 --timestamp-url http://tsa.example"), "timestamps"),
        (gate("--release-id v1 --timestamp-url http://tsa.example --timestamp best-effort"), "timestamps"),
        ("verify s3://bucket/trail".into(), "buckets"),
        ("verify . --tsa-ca ca.pem".into(), "timestamps"),
        ("verify . --key key.pub".into(), "signatures"),
        (
            "verify . --identity a@b --issuer https://issuer.example --trusted-root root.json".into(),
            "signatures",
        ),
        (format!("store mirror --audit-root {} --to gs://bucket/trail", stamped().display()), "buckets"),
        ("history --root az://container/runs".into(), "buckets"),
    ] {
        let (code, said) = evalsig(folder.path(), &[], &line);
        assert!(code == 64 && said.contains("[feature-missing]"), "{line}: {code} {said}");
        assert!(said.contains(&format!("lacks the feature \"{feature}\"")), "{line}: {said}");
    }
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 0);
}

#[test]
fn the_action_with_a_token_fails_visibly_and_decides_without_one() {
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name).display().to_string();
    std::fs::write(folder.path().join("output"), "").unwrap();
    for run in ["baseline.json", "candidate.json"] {
        let example = Path::new(env!("CARGO_MANIFEST_DIR")).join("examples/runs").join(run);
        std::fs::copy(example, folder.path().join(run)).unwrap();
    }
    let (output, workspace) = (path("output"), path("."));
    let mut step = vec![
        ("GITHUB_ACTIONS", "true"),
        ("GITHUB_OUTPUT", &output),
        ("GITHUB_WORKSPACE", &workspace),
        ("GITHUB_REPOSITORY", "org/app"),
        ("INPUT_BASELINE", "baseline.json"),
        ("INPUT_CANDIDATE", "candidate.json"),
        ("INPUT_MIN-DELTA", "0.01"),
        ("INPUT_RELEASE-ID", "v1"),
    ];
    let (code, said) = evalsig(folder.path(), &step, "action");
    assert!(code == 0 && said.contains("ALLOW"), "{said}");
    step.push(("INPUT_GITHUB-TOKEN", "ghs_secret"));
    let (code, said) = evalsig(folder.path(), &step, "action");
    assert!(code == 64 && said.contains("lacks the feature \"github\""), "{code} {said}");
    assert!(!said.contains("ghs_secret"), "{said}");
}

#[test]
fn a_trail_with_time_stamps_and_signatures_is_undecided_and_never_called_intact() {
    let (code, said) = evalsig(&stamped(), &[], "verify . --output json");
    assert_eq!(code, 2, "{said}");
    let told: serde_json::Value = serde_json::from_str(&said).unwrap();
    let findings = told.get("findings").unwrap().as_array().unwrap();
    let lacking = |feature: &str| {
        let names = |finding: &&serde_json::Value| {
            let text = |name: &str| finding.get(name).and_then(serde_json::Value::as_str).unwrap_or_default();
            (text("kind"), text("weight")) == ("feature-missing", "undecided")
                && text("found").contains(feature)
        };
        findings.iter().filter(names).count()
    };
    assert_eq!((lacking("\"timestamps\""), lacking("\"signatures\"")), (4, 4), "{said}");
    let (code, said) = evalsig(&stamped(), &[], "verify .");
    assert!(code == 2 && said.contains("UNDECIDED: ") && !said.contains("INTACT"), "{said}");
}
