//! Recipes that compare on pull requests and in queues, run step by step.

use serde_json::json;

use super::executed::{POLICY, repository, run_file};
use super::runner::Runner;
use crate::github::{AUDIT, only_check, pull_request};
use crate::support::github::{Github, Setup};

/// The policy of three tasks that a matrix of jobs evaluates.
fn three_tasks() -> String {
    let task = |name: &str| {
        format!(
            "  - name: {name}
    task-id: reading
    baseline: runs/baseline.json
    candidate: runs/candidate/{name}.json
    role: no-regression
    margin: 0.03
    margin-rationale: \"three points are within what annotators disagree by\"
"
        )
    };
    let tasks: String = ["mmlu-pro", "gsm8k", "toxicity"].map(task).concat();
    format!(
        "version: 1\ntasks:\n{tasks}suite: {{rule: regress-none}}\ncheck: {{name: \"evalsig / suite\"}}\n"
    )
}

/// A matrix whose jobs leave these runs; gives the runner after the gate.
fn matrix<'g>(github: &'g Github, runs: [(&'static str, &str); 3]) -> Runner<'g> {
    let head = github.commit("feature", &[("a.txt", b"a\n")]);
    let mut runner = Runner::new(github, "pull_request", pull_request(&head, "org/app"));
    let there = runs.into_iter().filter(|(_, run)| !run.is_empty());
    runner.evaluation = there.map(|(path, run)| (path, run_file(run))).collect();
    runner.run("suite-matrix.yml");
    runner
}

const MMLU: &str = "mmlu-pro/runs/candidate/mmlu-pro.json";
const GSM8K: &str = "gsm8k/runs/candidate/gsm8k.json";
const TOXICITY: &str = "toxicity/runs/candidate/toxicity.json";

#[test]
fn a_matrix_of_jobs_ends_in_one_verdict() {
    let Some(github) = repository(Setup::default(), &three_tasks()) else { return };
    let runner = matrix(&github, [(MMLU, "candidate"), (GSM8K, "candidate"), (TOXICITY, "candidate")]);
    let gate = runner.job("gate");
    assert_eq!((runner.job("evaluate").result, gate.result), ("success", "success"), "{}", gate.said());
    assert_eq!(runner.artifacts.keys().collect::<Vec<_>>(), ["run-gsm8k", "run-mmlu-pro", "run-toxicity"]);
    let check = only_check(&github);
    assert_eq!((check.name.as_str(), check.conclusion.as_deref()), ("evalsig / suite", Some("success")));
    assert!(gate.said().contains("blocking [], tasks {\"gsm8k\":\"ALLOW\""), "{}", gate.said());
}

#[test]
fn the_task_of_a_job_that_failed_is_named_and_never_passes() {
    let Some(github) = repository(Setup::default(), &three_tasks()) else { return };
    let runner = matrix(&github, [(MMLU, "candidate"), (GSM8K, ""), (TOXICITY, "candidate")]);
    let gate = runner.job("gate");
    assert_eq!((runner.job("evaluate").result, gate.result), ("failure", "failure"));
    assert_eq!(gate.code("Judge all tasks as one"), Some(65), "{}", gate.said());
    let check = only_check(&github);
    assert_eq!((check.name.as_str(), check.conclusion.as_deref()), ("evalsig / suite", Some("failure")));
    assert!(check.summary.unwrap().contains("gsm8k"));

    // One task that is worse blocks, and is named to the step that follows.
    let Some(github) = repository(Setup::default(), &three_tasks()) else { return };
    let runner = matrix(&github, [(MMLU, "candidate"), (GSM8K, "candidate-worse"), (TOXICITY, "candidate")]);
    let gate = runner.job("gate");
    assert!(gate.said().contains("blocking [\"gsm8k\"], tasks "), "{}", gate.said());
    assert_eq!(only_check(&github).conclusion.as_deref(), Some("failure"));
}

#[test]
fn the_queue_decides_what_the_pull_request_only_showed() {
    let Some(github) = repository(Setup::default(), POLICY) else { return };
    let head = github.commit("feature", &[("a.txt", b"a\n")]);
    let group = github.commit("gh-readonly-queue/main/pr-7", &[("a.txt", b"a\n")]);
    let queued = json!({
        "action": "checks_requested",
        "repository": {"full_name": "org/app", "default_branch": "main"},
        "merge_group": {
            "head_sha": group, "head_ref": "refs/heads/gh-readonly-queue/main/pr-7",
            "base_sha": github.head("main"), "base_ref": "refs/heads/main",
        },
    });
    for (event, id, payload, conclusion, sha) in [
        ("pull_request", "9001", pull_request(&head, "org/app"), "neutral", &head),
        ("merge_group", "9002", queued, "failure", &group),
    ] {
        let mut runner = Runner::new(&github, event, payload);
        runner.variables.insert("GITHUB_RUN_ID".into(), id.into());
        runner.evaluation = vec![("runs/candidate.json", run_file("candidate-worse"))];
        runner.run("merge-queue.yml");
        let check = github.checks().pop().unwrap();
        assert_eq!(check.name, "evalsig / release", "one name from both events");
        assert_eq!((check.conclusion.as_deref(), &check.head_sha), (Some(conclusion), sha), "{event}");
    }
    assert_eq!(github.checks().len(), 2);
    assert!(github.head(AUDIT).is_none());
}

#[test]
fn the_last_run_of_main_is_the_baseline_or_the_check_fails() {
    for (kept, code, conclusion) in [(true, 0, "success"), (false, 65, "failure")] {
        let Some(github) = Github::start() else { return };
        let head = github.commit("feature", &[("a.txt", b"a\n")]);
        let mut runner = Runner::new(&github, "pull_request", pull_request(&head, "org/app"));
        runner.evaluation = vec![("runs/run.json", run_file("candidate"))];
        if kept {
            runner.artifacts.insert("9000/run".into(), vec![("run.json".into(), run_file("baseline"))]);
        }
        runner.run("baseline-artifact.yml");
        let gate = runner.job("gate");
        assert_eq!(gate.code("Judge it"), Some(code), "{}", gate.said());
        let check = only_check(&github);
        assert_eq!((check.name.as_str(), check.conclusion.as_deref()), ("evalsig / qa", Some(conclusion)));
        assert!(runner.gh_calls().contains("--branch main --event push --status success"));
    }
}
