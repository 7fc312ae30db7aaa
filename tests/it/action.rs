//! `evalsig action` as the runner starts it.

use crate::support::{Job, assert_valid_envelope};

#[test]
fn a_release_leaves_outputs_summary_and_trail() {
    let job = Job::new(&[("min-delta", "0.01"), ("release-id", "v1")]);
    let ran = job.run().exits(0);
    assert_eq!(job.output("verdict").as_deref(), Some("ALLOW"));
    assert_eq!(job.output("exit-code").as_deref(), Some("0"));
    assert_eq!(job.output("envelope-path").as_deref(), Some("audit/v1/audit.json"));
    assert_eq!(job.output("entry-index").as_deref(), Some("1"));
    let names: Vec<String> = job.outputs().into_iter().map(|(name, _)| name).collect();
    // What only a GitHub can give is shown in tests/it/github.rs.
    let declared =
        evalsig::commands::ACTION_OUTPUTS.iter().filter(|n| !["audit-commit", "check-url"].contains(n));
    for name in declared.clone() {
        assert!(names.contains(&(*name).to_owned()), "{name} is declared but not written");
    }
    assert_eq!(names.len(), declared.count());
    let summary = job.session.read("summary.md");
    assert!(summary.starts_with("before\n") && summary.contains("**ALLOW**"), "{summary}");
    assert!(ran.stdout.contains("ALLOW"));
    let envelope = job.session.read("audit/v1/audit.json");
    assert_valid_envelope(&envelope);
    assert!(envelope.contains("\"repository\": \"org/app\""));
}

#[test]
fn every_verdict_but_allow_fails_the_step_unless_advisory() {
    let rejected = Job::new(&[("min-delta", "0"), ("candidate", "runs/candidate-worse.json")]);
    let ran = rejected.run().exits(1);
    assert!(ran.stdout.contains("\n::error title=evalsig::"), "{}", ran.stdout);
    assert_eq!(rejected.output("verdict").as_deref(), Some("REJECT"));
    let advisory =
        Job::new(&[("min-delta", "0"), ("candidate", "runs/candidate-worse.json"), ("mode", "advisory")]);
    let ran = advisory.run().exits(0);
    assert!(ran.stdout.contains("\n::warning title="), "{}", ran.stdout);
    assert_eq!(
        (advisory.output("verdict").as_deref(), advisory.output("exit-code").as_deref()),
        (Some("REJECT"), Some("1"))
    );
}

#[test]
fn without_a_release_the_envelope_is_a_file_and_a_notice_says_so() {
    let job = Job::new(&[("min-delta", "0.01")]);
    let ran = job.run().exits(0);
    assert!(ran.stdout.starts_with("::notice title=No release id::"), "{}", ran.stdout);
    assert_eq!(job.output("envelope-path").as_deref(), Some("evalsig-envelope.json"));
    assert_valid_envelope(&job.session.read("evalsig-envelope.json"));
    assert!(!job.session.has("audit"));
}

#[test]
fn failures_are_told_to_the_runner_too() {
    for (inputs, code, words) in [
        (vec![("min-delta", "0"), ("candidate", "absent.json")], 65, "absent.json"),
        (vec![("min-delta", "0"), ("alpha", "2")], 64, "input alpha"),
        (vec![], 64, "min-delta"),
        (vec![("min-delta", "0"), ("baseline", "")], 64, "input baseline"),
        (vec![("min-delta", "0"), ("mode", "dry")], 64, "input mode"),
        (vec![("min-delta", "0"), ("candidate", "../../../../../../etc/hostname")], 65, "workspace"),
    ] {
        let job = Job::new(&inputs);
        let ran = job.run().exits(code);
        assert!(
            ran.stdout.contains("::error title=evalsig::") && ran.stdout.contains(words),
            "{}",
            ran.stdout
        );
        assert_eq!(job.output("exit-code"), Some(code.to_string()));
        assert_eq!(job.output("verdict"), None);
        assert!(job.session.read("summary.md").contains("no verdict"));
        assert!(!job.session.has("audit"));
    }
}

#[test]
fn a_link_out_of_the_workspace_is_refused() {
    let job = Job::new(&[("min-delta", "0"), ("candidate", "link.json")]);
    std::os::unix::fs::symlink("/proc/self/environ", job.session.path("link.json")).unwrap();
    let ran = job.run().exits(65);
    assert!(ran.stdout.contains("leads out of the workspace"), "{}", ran.stdout);
}

#[test]
fn a_trail_that_refuses_fails_the_step_or_is_said() {
    let required = Job::new(&[("min-delta", "0.01"), ("release-id", "v1")]);
    required.session.write("audit", "in the way");
    required.run().exits(73);
    let best_effort = Job::new(&[("min-delta", "0.01"), ("release-id", "v1"), ("audit", "best-effort")]);
    best_effort.session.write("audit", "in the way");
    let ran = best_effort.run().exits(0);
    assert!(ran.stdout.contains("::warning title=Evidence not written::"), "{}", ran.stdout);
    let off = Job::new(&[("min-delta", "0.01"), ("release-id", "v1"), ("audit", "off")]);
    off.run().exits(0);
    assert!(!off.session.has("audit"));
}

#[test]
fn both_runs_are_kept_and_the_next_baseline_is_found_among_them() {
    let mut job =
        Job::new(&[("min-delta", "0"), ("release-id", "v1"), ("store", "kept"), ("project-id", "app")]);
    let ran = job.run().exits(0);
    assert!(ran.stdout.contains("store kept, baseline app/year="), "{}", ran.stdout);
    job.inputs(&[
        ("baseline", "store:latest-allowed"),
        ("candidate", "runs/candidate-worse.json"),
        ("release-id", "v2"),
        ("max-baseline-age", "30"),
    ]);
    job.run().exits(1);
    let envelope: serde_json::Value = serde_json::from_str(&job.session.read("audit/v2/audit.json")).unwrap();
    let baseline = &envelope["inputs"]["baseline"];
    assert_eq!((&baseline["run_id"], &baseline["resolved"]["age_days"]), (&"candidate".into(), &0.into()));
    assert_eq!(envelope["store"]["baseline"]["sha256"], baseline["sha256"]);
    job.inputs(&[("project-id", "../app")]);
    assert!(job.run().exits(64).stdout.contains("input project-id"));

    let refused = Job::new(&[("min-delta", "0"), ("release-id", "v1"), ("store", "in-the-way")]);
    refused.session.write("in-the-way", "a file");
    refused.run().exits(73);
    let best_effort = Job::new(&[
        ("min-delta", "0"),
        ("release-id", "v1"),
        ("store", "in-the-way"),
        ("audit", "best-effort"),
    ]);
    best_effort.session.write("in-the-way", "a file");
    let ran = best_effort.run().exits(0);
    assert!(ran.stdout.contains("::warning title=Evidence not written::"), "{}", ran.stdout);
}

#[test]
fn hostile_names_reach_neither_the_runner_nor_the_page() {
    let hostile = "::stop-commands::x ##[error]y | <img src=x> @team `code` \u{202e}";
    let job = Job::new(&[("min-delta", "0"), ("candidate", "evil.json"), ("baseline", "evil.json")]);
    let run = serde_json::json!({"run_id": hostile, "model_id": hostile, "task_id": hostile, "metric_name": hostile,
        "items": (0..12).map(|i| serde_json::json!({"item_id": format!("{hostile}{i}"), "score": i % 2})).collect::<Vec<_>>()});
    job.session.write("evil.json", &run.to_string());
    let ran = job.run();
    let foreign: Vec<&str> = ran
        .stdout
        .lines()
        .filter(|line| line.trim_start().starts_with("::"))
        .filter(|line| {
            !["::error title=", "::notice title=", "::warning title="].iter().any(|own| line.starts_with(own))
        })
        .collect();
    assert!(foreign.is_empty() && !ran.stdout.contains("##["), "{}", ran.stdout);
    let summary = job.session.read("summary.md");
    assert!(!summary.contains('\u{202e}'), "{summary}");
    assert!(job.outputs().iter().all(|(_, value)| !value.contains("img")));
}

#[test]
fn a_pull_request_is_compared_with_what_another_project_allowed() {
    let mut main = Job::new(&[("min-delta", "0"), ("store", "kept"), ("project-id", "main")]);
    main.run().exits(0);
    main.inputs(&[("baseline", "store:latest-allowed"), ("candidate", "runs/candidate-worse.json")]);
    let own = [("project-id", "pull-requests")];
    let ran = main.inputs(&own).run().exits(65);
    assert!(ran.stdout.contains("[run-not-found]"), "their own project allowed none: {}", ran.stdout);
    let before: Vec<String> = main.session.files().into_iter().filter(|f| f.contains("kept/main/")).collect();
    let ran = main.inputs(&[("baseline-project", "main")]).run().exits(1);
    assert!(ran.stdout.contains("baseline main/year="), "{}", ran.stdout);
    let after = main.session.files();
    assert_eq!(after.iter().filter(|f| f.contains("kept/main/")).count(), before.len(), "read only");
    assert!(after.iter().any(|f| f.contains("kept/pull-requests/year=")), "{after:#?}");

    // Another store altogether: it is read, and what is kept is kept here.
    main.inputs(&[("store", "own"), ("baseline-store", "kept"), ("baseline-project", "main")]);
    let ran = main.run().exits(1);
    assert!(ran.stdout.contains("store own, baseline pull-requests/year="), "{}", ran.stdout);
    let unchanged = main.session.files();
    assert_eq!(
        unchanged.iter().filter(|f| f.starts_with("kept/")).count(),
        after.iter().filter(|f| f.starts_with("kept/")).count()
    );
    let envelope: serde_json::Value =
        serde_json::from_str(&main.session.read("evalsig-envelope.json")).unwrap();
    assert!(envelope["inputs"]["baseline"]["path"].as_str().unwrap().starts_with("kept/main/"), "{envelope}");
    assert_eq!(envelope["inputs"]["baseline"]["resolved"]["asked"], "store:latest-allowed");
    // Nothing is written at all where only the baseline has a store.
    main.inputs(&[("store", "")]);
    main.run().exits(1);
    for (inputs, words) in [
        (&[("baseline-project", "../x")][..], "input baseline-project"),
        (
            &[("baseline-project", ""), ("baseline-store", ""), ("max-baseline-age", "3")],
            "no store was named",
        ),
    ] {
        assert!(main.inputs(inputs).run().exits(64).stdout.contains(words), "{words}");
    }
}
