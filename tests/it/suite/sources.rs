//! Where the runs of a suite come from: folders, globs, commits, the store, the trail.

use serde_json::Value;

use super::GATE;
use crate::support::suite::{better, run, session, usual};
use crate::support::{Session, tool};

/// A session's policy with these baselines and candidates for both tasks.
fn from(session: &Session, baseline: &str, candidate: &str) {
    let policy = crate::support::suite::POLICY;
    let mut text = String::new();
    for line in policy.lines() {
        let line = ["math", "safety"].iter().fold(line.to_owned(), |line, task| {
            line.replace(&format!("base/{task}.csv"), &baseline.replace("TASK", task))
                .replace(&format!("cand/{task}.csv"), &candidate.replace("TASK", task))
        });
        text.push_str(&format!("{line}\n"));
    }
    session.write("evalsig.yml", &text);
}

#[test]
fn folders_and_globs_hold_one_file_a_task() {
    let session = session(&better(), &usual());
    for (baseline, candidate) in
        [("base", "cand"), ("base/*.csv", "\"cand/*\""), ("base/TASK.*", "\"*/TASK.csv\"")]
    {
        from(&session, baseline, candidate);
        let ran = session.run(GATE);
        if candidate.contains("*/TASK") {
            // Both folders hold a file of this task.
            let ran = ran.exits(65);
            assert!(
                ran.stderr.contains("2 files match") && ran.stderr.contains("task math"),
                "{}",
                ran.stderr
            );
        } else {
            ran.exits(0);
        }
    }
    from(&session, "base", "nothing/*.csv");
    let error = session.run(GATE).exits(65).stderr;
    assert!(error.contains("no file is there"), "{error}");
}

#[test]
fn a_folder_of_samples_is_a_suite() {
    let session = Session::new();
    let samples = |right: &dyn Fn(usize) -> bool| {
        let mut text = String::new();
        for doc in 0..300 {
            text.push_str(&format!(
                "{{\"doc_id\": {doc}, \"doc\": {{\"q\": \"{doc}\"}}, \"target\": \"a\", \"arguments\": [], \"resps\": [], \
                 \"filtered_resps\": [], \"filter\": \"none\", \"metrics\": [\"acc\"], \"acc\": {}}}\n",
                f64::from(u8::from(right(doc)))
            ));
        }
        text
    };
    for task in ["mmlu_law", "mmlu_law_school"] {
        session.write(&format!("base/samples_{task}_2026-01-01.jsonl"), &samples(&|doc| doc % 4 != 0));
        session.write(
            &format!("cand/samples_{task}_2026-02-01.jsonl"),
            &samples(&|doc| doc % 4 != 0 || doc % 3 == 0),
        );
    }
    session.write(
        "evalsig.yml",
        "version: 1\ndefaults: {baseline: base}\ntasks:\n  - {name: mmlu_law, candidate: cand, role: improve}\n  \
         - {name: mmlu_law_school, candidate: cand, role: no-regression, margin: 0.05, margin-rationale: noise}\n",
    );
    let result = session.run(GATE).exits(0).json();
    let path = result["tasks"]["mmlu_law"]["inputs"]["candidate"]["path"].as_str().unwrap();
    assert!(path.ends_with("samples_mmlu_law_2026-02-01.jsonl"), "{path}");
    std::fs::remove_file(session.path("cand/samples_mmlu_law_school_2026-02-01.jsonl")).unwrap();
    let error = session.run(GATE).exits(65).stderr;
    assert!(error.contains("mmlu_law_school"), "{error}");
}

#[test]
fn a_baseline_of_a_commit_is_what_was_committed() {
    if tool("git", &["--version"]).is_none() {
        return;
    }
    let session = session(&better(), &usual());
    let git = |line: &str| session.git(line).stdout;
    git("init -q -b main");
    git("add base");
    git("commit -q -m baselines");
    let commit = git("rev-parse HEAD").trim().to_owned();
    // What lies in the folder now is not asked.
    session.write("base/math.csv", &run(|_| true));
    from(&session, "git:main:base/TASK.csv", "cand/TASK.csv");
    let result = session.run(GATE).exits(0).json();
    let baseline = &result["tasks"]["math"]["inputs"]["baseline"];
    assert_eq!(baseline["at_commit"]["revision"], "main");
    assert_eq!(baseline["at_commit"]["commit"], commit.as_str());
    from(&session, "git:main:base", "cand/TASK.csv");
    session.run(GATE).exits(0);
    from(&session, "git:main:nothing/TASK.csv", "cand/TASK.csv");
    assert!(session.run(GATE).exits(65).stderr.contains("there is none yet"));
    from(&session, "git:nowhere:base/TASK.csv", "cand/TASK.csv");
    let ran = session.run(GATE);
    assert!(ran.code >= 64 && ran.stderr.contains("nowhere"), "{}", ran.stderr);
}

#[test]
fn what_was_allowed_is_the_next_baseline() {
    for source in ["store:latest-allowed", "trail:latest-allowed"] {
        let session = session(&better(), &usual());
        session.run(&format!("{GATE} --release-id v1 --store st")).exits(0);
        from(&session, source, "cand/TASK.csv");
        // Nobody is compared with itself.
        session.write("cand/math.csv", &run(|item| item % 40 != 0));
        session.write("cand/safety.csv", &run(|item| (item / 4) % 4 != 0 || item == 0));
        let result = session.run(&format!("{GATE} --release-id v2 --store st")).exits(0).json();
        let resolved = &result["tasks"]["math"]["inputs"]["baseline"]["resolved"];
        assert_eq!((&resolved["asked"], &resolved["age_days"]), (&source.into(), &0.into()));
        let baseline = &result["tasks"]["math"]["report"]["comparison"]["delta"];
        assert!(baseline.as_f64().unwrap() > 0.0, "{baseline}");
        session.run("verify --store st").exits(0);
    }
}

#[test]
fn the_first_run_is_recorded_only_where_the_policy_says_so() {
    let session = session(&usual(), &usual());
    from(&session, "store:latest-allowed", "cand/TASK.csv");
    let error = session.run(&format!("{GATE} --store st")).exits(65).stderr;
    assert!(error.contains("there is none yet") && error.contains("first-run: record"), "{error}");
    let policy = session.read("evalsig.yml").replace("metric: acc", "metric: acc, first-run: record");
    session.write("evalsig.yml", &policy);
    let first = session.run(&format!("{GATE} --store st --release-id v1")).exits(2).json();
    let names: Vec<&String> = first["first_runs"].as_object().unwrap().keys().collect();
    assert_eq!(names, ["math", "safety"]);
    assert_eq!(first["tasks"], Value::Object(serde_json::Map::new()));
    session.write("cand/math.csv", &better());
    session.write("cand/safety.csv", &run(|item| (item / 4) % 4 != 0 || item == 0));
    let second = session.run(&format!("{GATE} --store st --release-id v2")).exits(0).json();
    assert_eq!(second["tasks"]["math"]["inputs"]["baseline"]["resolved"]["asked"], "store:latest-allowed");
    session.run("verify --store st").exits(0);
}

#[test]
fn a_run_of_another_task_takes_nobodys_place() {
    let session = session(&better(), &usual());
    let frame = |task: &str| {
        let items: Vec<String> = (0..300)
            .map(|item| format!("{{\"item_id\": \"{item}\", \"score\": {}}}", u8::from(item % 4 != 0)))
            .collect();
        format!(
            "{{\"run_id\": \"r-{task}\", \"model_id\": \"m\", \"task_id\": \"{task}\", \"metric_name\": \"acc\", \"items\": [{}]}}",
            items.join(", ")
        )
    };
    session.write("base/safety.json", &frame("safety")).write("cand/safety.json", &frame("easy-safety"));
    let policy = session.read("evalsig.yml").replace("safety.csv", "safety.json");
    session.write("evalsig.yml", &policy);
    let error = session.run(GATE).exits(65).stderr;
    assert!(error.contains("task safety") && error.contains("easy-safety"), "{error}");
    // A policy that says how run files name the task says so to either run.
    session.write("base/safety.json", &frame("easy-safety"));
    session.write("evalsig.yml", &policy.replace("{name: safety,", "{name: safety, task-id: safety,"));
    let error = session.run(GATE).exits(65).stderr;
    assert!(error.contains("baseline") && error.contains("the policy expects \"safety\""), "{error}");
}
