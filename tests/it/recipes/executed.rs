//! Recipes that end in evidence, run step by step: the check that a reviewer sees, the branch that an auditor
//! clones, and what would be signed.

use serde_json::{Value, json};

use super::runner::Runner;
use crate::github::{AUDIT, judged, only_check, pull_request};
use crate::support::github::{Access, Github, Setup};
use crate::tree;

pub(super) const POLICY: &str = "version: 1
tasks:
  - name: qa
    baseline: runs/baseline.json
    candidate: runs/candidate.json
    role: no-regression
    margin: 0.03
    margin-rationale: \"three points are within what annotators disagree by\"
suite: {rule: regress-none}
check: {name: \"evalsig / release\"}
";

pub(super) fn run_file(name: &str) -> Vec<u8> {
    tree::read(&format!("examples/runs/{name}.json")).into_bytes()
}

/// A repository with this policy and its baseline on the default branch.
pub(super) fn repository(setup: Setup, policy: &str) -> Option<Github> {
    let github = Github::with(setup)?;
    github.commit(
        "main",
        &[(".github/evalsig.yml", policy.as_bytes()), ("runs/baseline.json", &run_file("baseline"))],
    );
    Some(github)
}

/// A release whose evaluation comes out like this.
fn release<'g>(github: &'g Github, candidate: &str) -> Runner<'g> {
    let mut runner = Runner::new(
        github,
        "release",
        json!({
            "action": "published", "release": {"tag_name": "v1.4.0"},
            "repository": {"full_name": "org/app", "default_branch": "main"},
        }),
    );
    runner.evaluation =
        vec![("runs/candidate.json", run_file(candidate)), ("dist/model.bin", b"weights".to_vec())];
    runner
}

/// What was signed: about both runs, the envelope and the model.
#[track_caller]
fn assert_signed(runner: &Runner<'_>) {
    let attest = runner.job("attest");
    assert_eq!(attest.result, "success", "{}", attest.said());
    let statement = std::fs::read_to_string(attest.workspace.join("audit.intoto.sigstore.json")).unwrap();
    let statement: Value = serde_json::from_str(&statement).unwrap();
    let names: Vec<&str> =
        statement["subject"].as_array().unwrap().iter().map(|s| s["name"].as_str().unwrap()).collect();
    assert!(names.contains(&"dist/model.bin"), "{names:?}");
    for path in ["audit/v1.4.0/audit.json", "runs/baseline.json", "runs/candidate.json"] {
        assert!(names.iter().any(|name| name.ends_with(path)), "{path}: {names:?}");
    }
    assert_eq!(statement["predicate"]["envelope"]["verdict"], "ALLOW");
    assert_eq!(statement["predicate"]["entry"]["index"], 1);
    let kind = statement["predicateType"].as_str().unwrap();
    assert!(kind.starts_with("https://github.com/org/evalsig-action/attestation/verdict/"), "{kind}");
    assert_eq!(runner.gh_calls(), "release upload v1.4.0 audit.intoto.sigstore.json\n");
}

#[test]
fn the_release_recipe_leaves_check_trail_and_statement() {
    let Some(github) = repository(Setup::default(), POLICY) else { return };
    let mut runner = release(&github, "candidate");
    runner.run("release.yml");
    assert_eq!(runner.job("gate").result, "success", "{}", runner.job("gate").said());

    let check = only_check(&github);
    assert_eq!((check.name.as_str(), check.conclusion.as_deref()), ("evalsig / release", Some("success")));
    assert_eq!(check.head_sha, github.head_sha());
    let report = judged(&github);
    assert_eq!(report["entries"], 1, "{report}");
    let envelope = github.file(AUDIT, "audit/v1.4.0/audit.json").unwrap();
    let envelope: Value = serde_json::from_slice(&envelope).unwrap();
    assert_eq!(envelope["verdict"], "ALLOW");
    assert_eq!(envelope["policy"]["path"], ".github/evalsig.yml");
    assert_eq!(envelope["policy"]["commit"].as_str(), github.head("main").as_deref());
    let verified = "Recompute the trail, held to the entry that the gate wrote";
    assert_eq!(runner.job("attest").code(verified), Some(0), "{}", runner.job("attest").said());
    assert_signed(&runner);
}

#[test]
fn a_release_of_one_pair_is_signed_together_with_the_model() {
    let Some(github) = repository(Setup::default(), POLICY) else { return };
    let mut runner = release(&github, "candidate");
    runner.instead_of_policy = [
        ("baseline", "runs/baseline.json"),
        ("candidate", "runs/candidate.json"),
        ("min-delta", "0.005"),
        ("check-name", "evalsig / release"),
    ]
    .map(|(name, value)| (name.to_owned(), value.to_owned()))
    .into();
    runner.run("release.yml");
    assert_eq!(runner.job("gate").result, "success", "{}", runner.job("gate").said());
    assert_eq!(only_check(&github).name, "evalsig / release");
    assert_eq!(judged(&github)["entries"], 1);
    assert_signed(&runner);
}

#[test]
fn a_release_that_is_rejected_is_recorded_and_never_signed() {
    let Some(github) = repository(Setup::default(), POLICY) else { return };
    let mut runner = release(&github, "candidate-worse");
    runner.run("release.yml");
    assert_eq!((runner.job("gate").result, runner.job("attest").result), ("failure", "skipped"));
    assert_eq!(runner.job("gate").code("Decide and record"), Some(1));
    assert!(runner.artifacts.is_empty(), "the model is not handed on");
    assert_eq!(only_check(&github).conclusion.as_deref(), Some("failure"));
    assert_eq!(judged(&github)["entries"], 1);
    assert_eq!(runner.gh_calls(), "");
}

#[test]
fn nothing_is_signed_over_a_trail_that_was_changed_or_by_a_program_that_is_another() {
    let Some(github) = repository(Setup::default(), POLICY) else { return };
    let mut runner = release(&github, "candidate");
    assert_eq!(runner.run_job("release.yml", "gate").result, "success");
    // Another program than the one whose checksum was written down: the text of the recipe as it comes.
    runner.checksum_is_set = false;
    let attest = runner.run_job("release.yml", "attest");
    assert_eq!((attest.result, attest.code("Install evalsig")), ("failure", Some(1)), "{}", attest.said());
    assert_eq!(attest.code("Sign it"), None);

    runner.checksum_is_set = true;
    let kept = github.file(AUDIT, "audit/v1.4.0/audit.json").unwrap();
    let changed = String::from_utf8(kept).unwrap().replacen("three points", "nine points", 1);
    github.commit(AUDIT, &[("audit/v1.4.0/audit.json", changed.as_bytes())]);
    let attest = runner.run_job("release.yml", "attest");
    let verified = attest.code("Recompute the trail, held to the entry that the gate wrote");
    assert_eq!((attest.result, verified), ("failure", Some(1)), "{}", attest.said());
    assert_eq!(attest.code("Sign it"), None);
    assert_eq!(runner.gh_calls(), "");
}

/// Runs both halves for a fork's pull request; gives the exit code of the gate.
fn forked(github: &Github, head: &str, evaluation: Option<&str>) -> (Option<i32>, String) {
    let mut first = Runner::new(github, "pull_request", pull_request(head, "eve/app"));
    first.evaluation = evaluation.map(|name| ("runs/candidate.json", run_file(name))).into_iter().collect();
    first.run("fork-evaluate.yml");
    let expected = if evaluation.is_some() { "success" } else { "failure" };
    assert_eq!(first.job("evaluate").result, expected, "{}", first.job("evaluate").said());
    let artifacts = std::mem::take(&mut first.artifacts);
    let artifacts = artifacts.into_iter().map(|(name, files)| (format!("9001/{name}"), files)).collect();

    let payload = json!({
        "action": "completed",
        "repository": {"full_name": "org/app", "default_branch": "main"},
        "workflow_run": {
            "id": 9001, "head_sha": head, "event": "pull_request", "head_branch": "feature",
            "pull_requests": [], "head_repository": {"full_name": "eve/app"},
        },
    });
    let mut second = Runner::new(github, "workflow_run", payload);
    second.artifacts = artifacts;
    second.run("fork-gate.yml");
    (second.job("gate").code("Judge it"), second.job("gate").said())
}

#[test]
fn the_fork_pair_judges_a_strangers_run_under_the_repositorys_rules() {
    let setup = Setup { contents: Access::Read, ..Setup::default() };
    let loose = POLICY.replacen("0.03", "0.9", 1);
    for (evaluation, code, conclusion) in [
        (Some("candidate"), 0, "success"),
        // The fork's own policy would let this pass.
        (Some("candidate-worse"), 1, "failure"),
        // An evaluation that failed hands nothing on, and the check fails by its name.
        (None, 65, "failure"),
    ] {
        let Some(github) = repository(setup.clone(), POLICY) else { return };
        let head = github.commit("theirs", &[(".github/evalsig.yml", loose.as_bytes())]);
        let (found, said) = forked(&github, &head, evaluation);
        assert_eq!(found, Some(code), "{said}");
        let check = only_check(&github);
        assert_eq!(
            (check.name.as_str(), check.conclusion.as_deref()),
            ("evalsig / release", Some(conclusion))
        );
        assert_eq!(check.head_sha, head, "on the head of the pull request");
        assert!(github.head(AUDIT).is_none(), "nothing a stranger made is kept");
        if evaluation.is_some() {
            let summary = check.summary.unwrap();
            assert!(summary.contains("0.9"), "it says what the fork would change: {summary}");
        }
    }
}

#[test]
fn a_plan_that_is_locked_begins_the_trail_and_binds_the_release() {
    let policy = format!("{POLICY}limits: {{require-locked-plan: true}}\n");
    let Some(github) = repository(Setup::default(), &policy) else { return };
    // Without a plan there is no verdict.
    let mut early = release(&github, "candidate");
    assert_eq!(early.run_job("release.yml", "gate").result, "failure");
    assert!(github.head(AUDIT).is_none());

    let mut lock = Runner::new(
        &github,
        "workflow_dispatch",
        json!({"inputs": {"release": "v1.4.0"}, "repository": {"full_name": "org/app"}}),
    );
    lock.run("plan-lock.yml");
    assert_eq!(lock.job("lock").result, "success", "{}", lock.job("lock").said());
    assert!(github.files(AUDIT).contains(&"audit/_plans/v1.4.0/001/plan.json".to_owned()));
    assert_eq!(github.log(AUDIT).len(), 1);
    // Started again, it changes nothing.
    lock.run("plan-lock.yml");
    assert_eq!(lock.job("lock").result, "success", "{}", lock.job("lock").said());
    assert_eq!(github.log(AUDIT).len(), 1);

    let mut runner = release(&github, "candidate");
    // Another run of the workflow, as GitHub numbers them.
    runner.variables.insert("GITHUB_RUN_ID".into(), "9002".into());
    let gate = runner.run_job("release.yml", "gate");
    assert_eq!(gate.result, "success", "{}", gate.said());
    let envelope = github.file(AUDIT, "audit/v1.4.0/audit.json").unwrap();
    let envelope: Value = serde_json::from_slice(&envelope).unwrap();
    assert_eq!(envelope["policy"]["locked_plan"]["path"], "audit/_plans/v1.4.0/001/plan.json");
    assert_eq!(judged(&github)["entries"], 2);
}

#[test]
fn the_gate_without_docker_posts_the_same_check() {
    for recipe in ["self-hosted.yml", "slim-runner.yml"] {
        gate_without_docker(recipe);
    }
}

fn gate_without_docker(recipe: &str) {
    let Some(github) = repository(Setup::default(), POLICY) else { return };
    let head = github.commit("feature", &[("a.txt", b"a\n")]);
    let mut runner = Runner::new(&github, "pull_request", pull_request(&head, "org/app"));
    runner.evaluation = vec![("runs/candidate.json", run_file("candidate"))];
    runner.run(recipe);
    assert_eq!(runner.job("gate").result, "success", "{}", runner.job("gate").said());
    let check = only_check(&github);
    assert_eq!((check.name.as_str(), check.conclusion.as_deref()), ("evalsig / release", Some("success")));
    assert_eq!(check.head_sha, head);
}
