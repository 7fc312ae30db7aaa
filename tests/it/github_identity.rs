//! Which check belongs to which gate, and that every end of the action shows one: gates of one run never overwrite
//! each other, in whatever order they come, and no workflow lets a stranger speak for the repository.

use std::collections::BTreeMap;
use std::process::Stdio;

use serde_json::{Value, json};

use super::github::{AUDIT, only_check, pull_request};
use crate::support::Job;
use crate::support::github::{Access, CheckRun, Github, Setup};

/// A gate on a candidate of this model: one that is better than the baseline, or worse.
fn gate(github: &Github, model: &str, better: bool, inputs: &[(&str, &str)]) -> Job {
    let mut job = Job::on(github, &[("min-delta", "0.01"), ("candidate", "cand.json")]);
    let run = job.session.read(if better { "runs/candidate.json" } else { "runs/candidate-worse.json" });
    let run = run.replace("\"model-b-quantized\"", "\"model-b\"");
    job.session.write("cand.json", &run.replace("\"model-b\"", &format!("\"{model}\"")));
    job.session.set("GITHUB_ACTION", "__org_evalsig-action");
    job.inputs(inputs);
    job
}

/// Name and conclusion of each check; panics where one is not completed.
#[track_caller]
fn shown(github: &Github) -> BTreeMap<String, String> {
    let checks = github.checks();
    let shown: BTreeMap<_, _> = checks
        .iter()
        .map(|check| (check.name.clone(), check.conclusion.clone().expect("a completed check")))
        .collect();
    assert_eq!(shown.len(), checks.len(), "two checks of one name: {checks:#?}");
    shown
}

/// No request changed a check after it was completed.
#[track_caller]
fn completed_once(github: &Github) {
    let mut completed = BTreeMap::new();
    for request in github.requests().iter().filter(|request| request.method == "PATCH") {
        let before = completed.insert(request.path.clone(), request.body["status"] == "completed");
        assert_ne!(before, Some(true), "{} was changed after its end", request.path);
    }
}

fn of(pairs: &[(&str, &str)]) -> BTreeMap<String, String> {
    pairs.iter().map(|(name, conclusion)| ((*name).into(), (*conclusion).into())).collect()
}

#[test]
fn gates_of_a_matrix_keep_their_verdicts_in_every_order() {
    let advisory = [("mode", "advisory")];
    let release = [("release-id", "v1")];
    let named = [("check-name", "evalsig / qa")];
    for (first, second, inputs) in [
        (true, false, &[][..]),
        (false, true, &[][..]),
        (true, false, &release[..]),
        (false, true, &release[..]),
        (false, true, &named[..]),
    ] {
        let Some(github) = Github::start() else { return };
        gate(&github, "one", first, inputs).run().exits(i32::from(!first));
        let ran = gate(&github, "two", second, inputs).run().exits(i32::from(!second));
        assert!(ran.stdout.contains("::warning title=Check under another name::"), "{}", ran.stdout);
        let name = if inputs == named { "evalsig / qa" } else { "evalsig / reading" };
        let conclusion = |better: bool| if better { "success" } else { "failure" };
        let expected = of(&[(name, conclusion(first)), (&format!("{name} (two)"), conclusion(second))]);
        assert_eq!(shown(&github), expected);
        completed_once(&github);
        let moved = github.checks().pop().unwrap().summary.unwrap();
        assert!(moved.contains("Give each gate a `check-name` of its own"), "{moved}");
    }
    // An advisory gate and one in earnest, on the same candidate.
    for advisory_first in [true, false] {
        let Some(github) = Github::start() else { return };
        for step in [advisory_first, !advisory_first] {
            let mut job = gate(&github, "one", false, if step { &advisory } else { &[] });
            job.session.set("GITHUB_ACTION", if step { "look" } else { "gate" });
            job.run().exits(i32::from(!step));
        }
        let (first, second) = if advisory_first { ("neutral", "failure") } else { ("failure", "neutral") };
        assert_eq!(shown(&github), of(&[("evalsig / reading", first), ("evalsig / reading (one)", second)]));
        completed_once(&github);
    }
}

#[test]
fn gates_that_begin_at_once_end_under_names_of_their_own() {
    let Some(github) = Github::start() else { return };
    let jobs: Vec<(bool, Job)> = (0..6)
        .map(|n| (n % 2 == 0, gate(&github, &format!("m{n}"), n % 2 == 0, &[("check-name", "evalsig / qa")])))
        .collect();
    let children: Vec<_> = jobs
        .iter()
        .map(|(better, job)| {
            job.session.write("output", "");
            let mut command = job.command();
            (better, command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap())
        })
        .collect();
    for (better, child) in children {
        let output = child.wait_with_output().unwrap();
        assert_eq!(
            output.status.code(),
            Some(i32::from(!better)),
            "{}",
            String::from_utf8_lossy(&output.stdout)
        );
    }
    let shown = shown(&github);
    let count = |wanted: &str| shown.values().filter(|conclusion| *conclusion == wanted).count();
    assert_eq!((shown.len(), count("success"), count("failure")), (6, 3, 3), "{shown:#?}");
    assert!(shown.contains_key("evalsig / qa"));
    for check in github.checks() {
        // Whose verdict it is stands in the check; a name that tells the model tells the right one.
        let summary = check.summary.unwrap();
        if let Some(model) = check.name.strip_prefix("evalsig / qa (").and_then(|rest| rest.get(..2)) {
            assert!(summary.contains(model), "{}: {summary}", check.name);
        }
    }
    completed_once(&github);
}

#[test]
fn a_run_again_replaces_its_own_check_and_no_other() {
    for again in ["one", "two"] {
        let Some(github) = Github::start() else { return };
        gate(&github, "one", false, &[]).run().exits(1);
        gate(&github, "two", false, &[]).run().exits(1);
        let mut job = gate(&github, again, true, &[]);
        job.session.set("GITHUB_RUN_ATTEMPT", "2");
        job.run().exits(0);
        let conclusion = |model: &str| if model == again { "success" } else { "failure" };
        let expected =
            of(&[("evalsig / reading", conclusion("one")), ("evalsig / reading (two)", conclusion("two"))]);
        assert_eq!(shown(&github), expected, "{again} was run again");
        // Both again, the other way round.
        for model in ["two", "one"] {
            let mut job = gate(&github, model, true, &[]);
            job.session.set("GITHUB_RUN_ATTEMPT", "3");
            job.run().exits(0);
        }
        assert_eq!(
            shown(&github),
            of(&[("evalsig / reading", "success"), ("evalsig / reading (two)", "success")])
        );
    }
}

#[test]
fn gates_that_cannot_be_told_apart_are_refused_once_it_matters() {
    let Some(github) = Github::start() else { return };
    let twin = |better: bool, attempt: &str| {
        let mut job = gate(&github, "one", better, &[("check-name", "evalsig / qa")]);
        job.session.set("GITHUB_RUN_ATTEMPT", attempt);
        job
    };
    twin(false, "1").run().exits(1);
    twin(true, "1").run().exits(0);
    let both = of(&[("evalsig / qa", "failure"), ("evalsig / qa (one)", "success")]);
    assert_eq!(shown(&github), both);
    // Which of the two is run again? The REJECT must not turn green on a guess.
    let job = twin(true, "2");
    let ran = job.run().exits(64);
    assert!(
        ran.stdout.contains("cannot be told apart") && ran.stdout.contains("check-name"),
        "{}",
        ran.stdout
    );
    assert_eq!(job.output("mode-used").as_deref(), Some("full"));
    let mut shown = shown(&github);
    assert_eq!(shown.len(), 3);
    shown.retain(|name, _| both.contains_key(name));
    assert_eq!(shown, both);
    // Every name is taken: the fourth of one attempt.
    twin(true, "1").run().exits(0);
    let ran = twin(true, "1").run().exits(64);
    assert!(ran.stdout.contains("[bad-usage]"), "{}", ran.stdout);
    completed_once(&github);
}

#[test]
fn what_an_attempt_left_is_taken_over_by_the_next_one() {
    let Some(github) = Github::start() else { return };
    // Its runs could not be read; then they could; then again not.
    let mut job = gate(&github, "one", true, &[("check-name", "evalsig / qa")]);
    job.inputs(&[("candidate", "absent.json")]).run().exits(65);
    for (attempt, candidate, code, conclusion) in [
        ("2", "cand.json", 0, "success"),
        ("3", "absent.json", 65, "failure"),
        ("4", "cand.json", 0, "success"),
    ] {
        job.session.set("GITHUB_RUN_ATTEMPT", attempt);
        job.inputs(&[("candidate", candidate)]).run().exits(code);
        assert_eq!(only_check(&github).conclusion.as_deref(), Some(conclusion), "attempt {attempt}");
    }
    // Killed in the middle: the check hangs until the job is run again.
    let identity = only_check(&github).external_id;
    let Some(other) = Github::start() else { return };
    let left = CheckRun {
        app_id: crate::support::github::APP_ID,
        name: "evalsig / qa".into(),
        head_sha: other.head_sha().into(),
        external_id: format!("{}/1", identity.rsplit_once('/').unwrap().0),
        status: "in_progress".into(),
        summary: Some("The verdict follows. Process 0123456789ab.".into()),
        ..CheckRun::default()
    };
    other.add_check(left);
    let mut job = gate(&other, "one", true, &[("check-name", "evalsig / qa")]);
    job.session.set("GITHUB_RUN_ATTEMPT", "2");
    job.run().exits(0);
    assert_eq!(only_check(&other).conclusion.as_deref(), Some("success"));
}

#[test]
fn releases_of_one_run_and_other_workflow_runs_have_checks_of_their_own() {
    let Some(github) = Github::start() else { return };
    let named = |release| vec![("check-name", "evalsig / release"), ("release-id", release)];
    gate(&github, "one", false, &named("v1")).run().exits(1);
    gate(&github, "one", true, &named("v2")).run().exits(0);
    let expected = of(&[("evalsig / release", "failure"), ("evalsig / release (v2)", "success")]);
    assert_eq!(shown(&github), expected);
    let mut elsewhere = gate(&github, "one", true, &named("v1"));
    elsewhere.session.set("GITHUB_RUN_ID", "9002");
    elsewhere.run().exits(0);
    assert_eq!(github.checks().len(), 3, "another workflow run has its own check of the name");
    completed_once(&github);
}

#[test]
fn inputs_that_cannot_be_used_fail_the_check_that_is_waited_for() {
    for (inputs, words) in [
        (&[("min-delta", "1%")][..], "--min-delta"),
        (&[("candidate", "")], "input candidate"),
        (&[("min-delta", "")], "min-delta"),
        (&[("alpha", "2")], "input alpha"),
        (&[("deadline", "soon")], "input deadline"),
        (&[("mode", "dry")], "input mode"),
        (&[("release-id", "../x")], "release-id"),
        (&[("audit-branch", "a..b")], "input audit-branch"),
    ] {
        let Some(github) = Github::start() else { return };
        let head = github.commit("feature", &[("a.txt", b"a\n")]);
        let mut job = Job::on(&github, &[("min-delta", "0.01"), ("check-name", "evalsig / qa")]);
        job.event("pull_request", &pull_request(&head, "org/app"));
        let ran = job.inputs(inputs).run().exits(64);
        let check = only_check(&github);
        assert_eq!((check.name.as_str(), check.head_sha.as_str()), ("evalsig / qa", head.as_str()));
        assert_eq!((check.status.as_str(), check.conclusion.as_deref()), ("completed", Some("failure")));
        assert!(ran.stdout.contains(words.trim_start_matches("--")), "{}", ran.stdout);
        assert_eq!(job.output("mode-used").as_deref(), Some("full"), "{words}");
        assert!(job.output("check-url").unwrap().contains("/runs/"));
        assert_eq!(job.output("exit-code").as_deref(), Some("64"));
        // Repaired in the next attempt: the same check.
        job.session.set("GITHUB_RUN_ATTEMPT", "2");
        job.inputs(&[
            ("min-delta", "0.01"),
            ("candidate", "runs/candidate.json"),
            ("alpha", ""),
            ("deadline", ""),
        ]);
        job.inputs(&[("mode", ""), ("release-id", ""), ("audit-branch", "")]).run().exits(0);
        assert_eq!(only_check(&github).conclusion.as_deref(), Some("success"), "{words}");
    }
}

#[test]
fn without_a_name_or_a_token_the_end_is_told_as_far_as_it_can_be() {
    let Some(github) = Github::start() else { return };
    Job::on(&github, &[("min-delta", "1%")]).run().exits(64);
    assert_eq!(only_check(&github).name, "evalsig", "no file was read that names a task");

    let read_only = Setup { checks: Access::Read, ..Setup::default() };
    let github = Github::with(read_only).unwrap();
    let job = Job::on(&github, &[("min-delta", "1%")]);
    let ran = job.run().exits(64);
    assert!(
        ran.stdout.contains("title=Read-only mode") && ran.stdout.contains("checks: write"),
        "{}",
        ran.stdout
    );
    assert_eq!(job.output("mode-used").as_deref(), Some("read-only"));
    assert!(github.checks().is_empty() && job.output("check-url").is_none());

    let github = Github::start().unwrap();
    let mut job = Job::on(&github, &[("min-delta", "0.01")]);
    job.session.set("GITHUB_API_URL", "http://github.example");
    assert!(job.run().exits(64).stdout.contains("must not travel in the clear"));
    assert_eq!(job.output("mode-used").as_deref(), Some("read-only"));
    // What can be repaired in the workflow is said first.
    job.inputs(&[("min-delta", "1%")]);
    assert!(job.run().exits(64).stdout.contains("min-delta"));
}

#[test]
fn an_event_that_cannot_be_read_fails_the_check_on_the_head() {
    let Some(github) = Github::start() else { return };
    let payload = json!({"pull_request": {"number": 1}});
    let feature = github.commit("feature", &[("a.txt", b"a\n")]);
    let tree = github.git(&["rev-parse", &format!("{feature}^{{tree}}")]).exits(0).stdout.trim().to_owned();
    let identity = ["-c", "user.name=a", "-c", "user.email=a@example.org", "commit-tree", "-m", "m", &tree];
    let parents = ["-p", github.head_sha(), "-p", &feature];
    let merge = github.git(&[&identity[..], &parents].concat()).exits(0).stdout.trim().to_owned();
    let mut job = Job::on(&github, &[("min-delta", "0.01"), ("check-name", "evalsig / qa")]);
    job.session.set("GITHUB_SHA", &merge);
    let ran = job.event("pull_request", &payload).run().exits(65);
    assert!(ran.stdout.contains("[event-unreadable]"), "{}", ran.stdout);
    let check = only_check(&github);
    assert_eq!((check.head_sha, check.conclusion.as_deref()), (feature, Some("failure")));

    // In a merge queue the commit of the job is the one; elsewhere none is known, and that is said.
    let mut job = Job::on(&github, &[("min-delta", "0.01"), ("check-name", "evalsig / queue")]);
    job.event("merge_group", &json!([1])).run().exits(65);
    assert_eq!(github.checks().pop().unwrap().head_sha, github.head_sha());
    for event in ["pull_request", "pull_request_target", "workflow_run"] {
        let before = github.checks().len();
        let mut job = Job::on(&github, &[("min-delta", "0.01")]);
        let ran = job.event(event, &payload).run().exits(65);
        assert!(ran.stdout.contains("::warning title=No check posted::"), "{event}: {}", ran.stdout);
        assert_eq!(job.output("mode-used").as_deref(), Some("read-only"));
        assert_eq!(github.checks().len(), before);
    }
}

#[test]
fn the_name_from_a_run_file_is_said_to_be_one() {
    let Some(github) = Github::start() else { return };
    let head = github.commit("feature", &[("a.txt", b"a\n")]);
    let mut job = gate(&github, "one", true, &[]);
    let run = job.session.read("cand.json").replace("\"reading\"", "\"renamed\"");
    job.session.write("cand.json", &run);
    job.session
        .write("base.json", &job.session.read("runs/baseline.json").replace("\"reading\"", "\"renamed\""));
    job.event("pull_request", &pull_request(&head, "org/app")).inputs(&[("baseline", "base.json")]);
    let ran = job.run().exits(0);
    assert!(ran.stdout.contains("::notice title=Check named by the run file::"), "{}", ran.stdout);
    let check = only_check(&github);
    assert_eq!(check.name, "evalsig / renamed");
    assert!(check.summary.unwrap().contains("set `check-name` where the check is required"));
    // A name that is set cannot be dodged.
    job.session.set("GITHUB_RUN_ID", "9002");
    let ran = job.inputs(&[("check-name", "evalsig / qa")]).run().exits(0);
    assert!(!ran.stdout.contains("named by the run file"), "{}", ran.stdout);
    assert_eq!(github.checks().pop().unwrap().name, "evalsig / qa");
}

#[test]
fn a_read_only_token_is_told_what_would_help() {
    let setup = || Setup { checks: Access::Read, contents: Access::Read, ..Setup::default() };
    let Some(github) = Github::with(setup()) else { return };
    let head = github.commit("theirs", &[("a.txt", b"a\n")]);
    for (repository, actor, words) in [
        ("eve/app", "eve", "from a fork gets a token that only reads, whatever the workflow asks for"),
        ("org/app", "dependabot[bot]", "Dependabot's pull requests get a token that only reads"),
    ] {
        let mut job = Job::on(&github, &[("min-delta", "0.01")]);
        job.session.set("GITHUB_ACTOR", actor);
        let ran = job.event("pull_request", &pull_request(&head, repository)).run().exits(0);
        assert!(ran.stdout.contains(words) && ran.stdout.contains("workflow_run"), "{}", ran.stdout);
        assert!(!ran.stdout.contains("permissions:"), "{}", ran.stdout);
    }
}

fn ended(head: &str, repository: &str) -> Value {
    json!({
        "repository": {"full_name": "org/app", "default_branch": "main"},
        "workflow_run": {
            "head_sha": head, "event": "pull_request", "head_branch": "feature", "pull_requests": [],
            "head_repository": {"full_name": repository},
        },
    })
}

#[test]
fn a_strangers_head_gets_no_success_from_this_repositorys_token() {
    let Some(github) = Github::start() else { return };
    let head = github.commit("theirs", &[("a.txt", b"a\n")]);
    let inputs = [("release-id", "v1"), ("store", "kept"), ("check-name", "evalsig / qa")];
    let mut job = gate(&github, "one", true, &inputs);
    job.event("pull_request_target", &pull_request(&head, "eve/app"));
    let ran = job.run().exits(64);
    assert!(
        ran.stdout.contains("pull_request_target") && ran.stdout.contains("workflow_run"),
        "{}",
        ran.stdout
    );
    let check = only_check(&github);
    assert_eq!((check.head_sha.as_str(), check.conclusion.as_deref()), (head.as_str(), Some("failure")));
    assert!(github.head(AUDIT).is_none() && !job.session.has("kept"));
    // A deleted fork is a stranger too; the repository's own branch is none.
    let mut gone = pull_request(&head, "x");
    gone["pull_request"]["head"]["repo"] = Value::Null;
    job.event("pull_request_target", &gone).run().exits(64);
    job.session.set("GITHUB_RUN_ID", "9002");
    job.event("pull_request_target", &pull_request(&head, "org/app")).run().exits(0);

    // On workflow_run the run files are data: the check is posted, and nothing of them is kept.
    let Some(github) = Github::start() else { return };
    let head = github.commit("theirs", &[("a.txt", b"a\n")]);
    let mut job = gate(&github, "one", true, &inputs);
    let ran = job.event("workflow_run", &ended(&head, "eve/app")).run().exits(0);
    assert!(ran.stdout.contains("::notice title=Judged for a fork::"), "{}", ran.stdout);
    assert_eq!(only_check(&github).conclusion.as_deref(), Some("success"));
    assert!(github.head(AUDIT).is_none() && !job.session.has("kept"));
    assert_eq!(job.output("envelope-path").as_deref(), Some("evalsig-envelope.json"));
    job.session.set("GITHUB_RUN_ID", "9002");
    job.event("workflow_run", &ended(&head, "org/app")).run().exits(0);
    assert!(github.head(AUDIT).is_some() && job.session.has("kept"));
}

#[test]
fn a_trail_is_not_committed_to_a_branch_of_code() {
    let Some(github) = Github::start() else { return };
    let head = github.commit("feature", &[("a.txt", b"a\n")]);
    github.commit("release-1", &[("src/main.py", b"pass\n")]);
    for (branch, audit) in [
        ("main", "required"),
        ("feature", "required"),
        ("release-1", "required"),
        ("release-1", "best-effort"),
    ] {
        let before = (github.head(branch), github.checks().len());
        let mut job = gate(&github, "one", true, &[("release-id", "v1"), ("check-name", "evalsig / qa")]);
        job.session.set("GITHUB_RUN_ID", &format!("{branch}{audit}"));
        job.event("pull_request", &pull_request(&head, "org/app"));
        let ran = job.inputs(&[("audit-branch", branch), ("audit", audit)]).run().exits(64);
        assert!(ran.stdout.contains("input audit-branch"), "{branch}: {}", ran.stdout);
        assert_eq!((github.head(branch), github.checks().len()), (before.0, before.1 + 1));
        assert_eq!(github.checks().pop().unwrap().conclusion.as_deref(), Some("failure"));
    }
    // A branch that holds a trail and nothing else goes on, whatever it is called and however it is protected.
    github
        .change(|setup| setup.rules = vec![json!({"type": "non_fast_forward"}), json!({"type": "deletion"})]);
    for release in ["v1", "v2"] {
        gate(&github, "one", true, &[("release-id", release), ("audit-branch", "evidence")]).run().exits(0);
    }
    assert_eq!(github.log("evidence").len(), 2);
    // The same name is refused where it is the branch of the pull request.
    let mut payload = pull_request(&head, "org/app");
    payload["pull_request"]["base"]["ref"] = "evidence".into();
    let mut job = gate(&github, "one", true, &[("release-id", "v3"), ("audit-branch", "evidence")]);
    assert!(job.event("pull_request", &payload).run().exits(64).stdout.contains("input audit-branch"));
}
