//! A suite judged for a pull request: by the rules of its target, whatever the pull request makes of them.

use serde_json::{Value, json};

use crate::support::Job;
use crate::support::github::{CheckRun, Github};
use crate::support::suite::{POLICY, better, run, usual, worse};

/// The policy of `main`: it names its check.
fn policy() -> String {
    format!("{POLICY}check: {{name: evalsig / release}}\n")
}

/// A repository whose `main` holds policy and baselines.
fn github() -> Option<Github> {
    let github = Github::start()?;
    let (policy, usual) = (policy(), usual());
    github.commit(
        "main",
        &[
            (".github/evalsig.yml", policy.as_bytes()),
            ("base/math.csv", usual.as_bytes()),
            ("base/safety.csv", usual.as_bytes()),
        ],
    );
    Some(github)
}

/// A job of a pull request whose head holds these files, and whose workspace is that head with these candidates.
fn job(github: &Github, files: &[(&str, &str)], base: &str, (math, safety): (&str, &str)) -> Job {
    let mut held: Vec<(&str, &[u8])> = files.iter().map(|(path, text)| (*path, text.as_bytes())).collect();
    held.push(("feature.txt", b"a feature\n"));
    let unchanged = policy();
    if !files.iter().any(|(path, _)| *path == ".github/evalsig.yml") {
        held.push((".github/evalsig.yml", unchanged.as_bytes()));
    }
    let head = github.commit("feature", &held);
    let mut job = Job::on(github, &[("baseline", ""), ("candidate", ""), ("policy", ".github/evalsig.yml")]);
    job.session.write(".github/evalsig.yml", &policy());
    for task in ["math", "safety"] {
        job.session.write(&format!("base/{task}.csv"), &usual());
    }
    for (path, text) in files {
        job.session.write(path, text);
    }
    job.session.write("cand/math.csv", math).write("cand/safety.csv", safety);
    let payload = json!({"pull_request": {
        "number": 7,
        "head": {"sha": head, "ref": "feature", "repo": {"full_name": "org/app"}},
        "base": {"sha": "2".repeat(40), "ref": base, "repo": {"full_name": "org/app"}},
    }, "repository": {"full_name": "org/app", "default_branch": "main"}});
    job.event("pull_request", &payload);
    job
}

#[track_caller]
fn only_check(github: &Github) -> CheckRun {
    let checks = github.checks();
    assert_eq!(checks.len(), 1, "{checks:#?}");
    checks.into_iter().next().unwrap()
}

fn envelope(job: &Job) -> Value {
    serde_json::from_str(&job.session.read("evalsig-envelope.json")).unwrap()
}

/// What the envelope says that the pull request would change.
fn proposed(envelope: &Value) -> String {
    envelope["policy"]["proposed_changes"].to_string()
}

#[test]
fn the_policy_is_read_at_the_newest_commit_of_the_target() {
    let Some(github) = github() else { return };
    let job = job(&github, &[], "main", (&better(), &usual()));
    job.run().exits(0);
    let check = only_check(&github);
    assert_eq!((check.name.as_str(), check.conclusion.as_deref()), ("evalsig / release", Some("success")));
    assert!(
        check.title.as_deref().unwrap().starts_with(
            "ALLOW: the candidate may ship: it shows all 3 things that the policy asks of 2 tasks"
        ),
        "{:?}",
        check.title
    );
    let envelope = envelope(&job);
    assert_eq!(envelope["policy"]["commit"], github.head("main").unwrap().as_str());
    assert_eq!(envelope["policy"]["path"], ".github/evalsig.yml");
    assert_eq!(envelope["policy"]["proposed_changes"], Value::Array(vec![]));
    let baseline = &envelope["tasks"]["math"]["inputs"]["baseline"];
    assert_eq!(baseline["at_commit"]["commit"], github.head("main").unwrap().as_str());
    assert_eq!(job.output("tasks").as_deref(), Some("{\"math\":\"ALLOW\",\"safety\":\"ALLOW\"}"));
    assert_eq!(job.output("blocking").as_deref(), Some("[]"));
    let asked: Vec<String> = github.requests().into_iter().map(|request| request.path).collect();
    assert!(asked.iter().any(|path| path.contains("main")), "{asked:#?}");
}

#[test]
fn a_pull_request_that_loosens_its_policy_is_judged_by_the_targets() {
    let Some(github) = github() else { return };
    let loose = policy().replace("margin: 0.05", "margin: 0.9");
    let job = job(&github, &[(".github/evalsig.yml", &loose)], "main", (&better(), &worse()));
    job.run().exits(1);
    let check = only_check(&github);
    assert_eq!((check.name.as_str(), check.conclusion.as_deref()), ("evalsig / release", Some("failure")));
    let summary = check.summary.unwrap();
    assert!(summary.contains("alters the policy, and was judged without that"), "{summary}");
    let said = proposed(&envelope(&job));
    assert!(said.contains("0.9") && said.to_lowercase().contains("loosen"), "{said}");
    assert_eq!(job.output("blocking").as_deref(), Some("[\"safety\"]"));
}

#[test]
fn a_pull_request_that_swaps_its_baseline_is_compared_with_the_targets() {
    let Some(github) = github() else { return };
    let bad = run(|item| item % 10 == 0);
    let job = job(&github, &[("base/safety.csv", &bad)], "main", (&better(), &worse()));
    job.run().exits(1);
    let safety = &envelope(&job)["tasks"]["safety"]["inputs"]["baseline"];
    assert_eq!(safety["sha256"], evalsig::domain::Digest::of(usual().as_bytes()).to_string());
}

#[test]
fn a_pull_request_cannot_rename_its_task_or_its_check() {
    let Some(github) = github() else { return };
    // Without a file the task fails; a file under another name is not looked at.
    let job_without = job(&github, &[], "main", (&better(), &usual()));
    std::fs::rename(job_without.session.path("cand/safety.csv"), job_without.session.path("cand/saftey.csv"))
        .unwrap();
    job_without.run().exits(65);
    let check = only_check(&github);
    assert_eq!((check.name.as_str(), check.conclusion.as_deref()), ("evalsig / release", Some("failure")));

    let Some(github) = self::github() else { return };
    let mut job = job(&github, &[], "main", (&better(), &usual()));
    let ran = job.inputs(&[("check-name", "evalsig / mine")]).run().exits(64);
    assert!(
        ran.stdout.contains("evalsig / mine") && ran.stdout.contains("evalsig / release"),
        "{}",
        ran.stdout
    );
    let check = only_check(&github);
    assert_eq!((check.name.as_str(), check.conclusion.as_deref()), ("evalsig / release", Some("failure")));
}

#[test]
fn inputs_loosen_nothing() {
    for (input, value) in
        [("alpha", "0.2"), ("margin", "0.9"), ("metric", "latency_ms"), ("min-coverage", "0.1")]
    {
        let Some(github) = github() else { return };
        let mut job = job(&github, &[], "main", (&better(), &worse()));
        job.inputs(&[(input, value)]).run().exits(64);
        assert_eq!(only_check(&github).conclusion.as_deref(), Some("failure"), "{input}");
    }
}

#[test]
fn a_success_under_a_loose_branch_does_not_count_for_main() {
    let Some(github) = github() else { return };
    let loose = policy().replace("margin: 0.05", "margin: 0.9");
    let usual = usual();
    github.commit(
        "loose",
        &[
            (".github/evalsig.yml", loose.as_bytes()),
            ("base/math.csv", usual.as_bytes()),
            ("base/safety.csv", usual.as_bytes()),
        ],
    );
    let job = job(&github, &[], "loose", (&better(), &worse()));
    job.run().exits(0);
    let check = only_check(&github);
    assert_eq!(check.conclusion.as_deref(), Some("success"));
    assert_eq!(check.name, "evalsig / release (base loose)", "a required check of main keeps waiting");
    assert_eq!(envelope(&job)["policy"]["commit"], github.head("loose").unwrap().as_str());
}

#[test]
fn a_waiver_that_a_pull_request_brings_waives_nothing() {
    let Some(github) = github() else { return };
    let candidate = evalsig::domain::Digest::of(worse().as_bytes());
    let waivers = |release: &str| {
        format!(
            "version: 1\nwaivers:\n  - {{{release}, task: safety, reason: trust me, ticket: NONE-1, approver: Eve, \
             candidate-sha256: {candidate}, effective-until: 2099-12-31}}\n"
        )
    };
    let brought = waivers("release: v1");
    let mut job = job(&github, &[(".github/evalsig-waivers.yml", &brought)], "main", (&better(), &worse()));
    job.inputs(&[("release-id", "v1")]).run().exits(1);
    let envelope = envelope(&job);
    assert_eq!(envelope["waivers"]["in_force"], Value::Array(vec![]));
    assert!(
        proposed(&envelope).contains("waivers count from the target branch only"),
        "{}",
        proposed(&envelope)
    );
    assert_eq!(only_check(&github).conclusion.as_deref(), Some("failure"));
}

#[test]
fn a_waiver_on_the_target_is_shown_and_turns_green_only_where_the_policy_says_so() {
    for (may, exit, conclusion) in [(false, 1, "failure"), (true, 0, "success")] {
        let Some(github) = github() else { return };
        let policy = format!("{}waivers: {{may-turn-green: {may}}}\n", policy());
        let waivers = format!(
            "version: 1\nwaivers:\n  - {{release: v1, task: safety, reason: known labels, ticket: REL-7, approver: Ada, \
             candidate-sha256: {}, effective-until: 2099-12-31}}\n",
            evalsig::domain::Digest::of(worse().as_bytes())
        );
        github.commit(
            "main",
            &[
                (".github/evalsig.yml", policy.as_bytes()),
                (".github/evalsig-waivers.yml", waivers.as_bytes()),
                ("base/math.csv", usual().as_bytes()),
                ("base/safety.csv", usual().as_bytes()),
            ],
        );
        let files =
            [(".github/evalsig.yml", policy.as_str()), (".github/evalsig-waivers.yml", waivers.as_str())];
        let mut job = job(&github, &files, "main", (&better(), &worse()));
        job.inputs(&[("release-id", "v1")]).run().exits(exit);
        let check = only_check(&github);
        assert_eq!(check.conclusion.as_deref(), Some(conclusion), "may-turn-green: {may}");
        assert!(check.title.as_deref().unwrap().contains(" [waived by Ada until"), "{:?}", check.title);
        assert_eq!(job.output("verdict").as_deref(), Some("REJECT"), "the verdict stays what it is");
        let files = github.files("evalsig-audit");
        assert!(files.iter().any(|path| path.ends_with("waiver.json")), "{files:?}");
    }
}

#[test]
fn a_policy_that_is_not_there_fails_the_check() {
    let Some(github) = Github::start() else { return };
    let job = job(&github, &[(".github/evalsig.yml", &policy())], "main", (&better(), &usual()));
    let ran = job.run().exits(64);
    assert!(ran.stdout.contains("is not there"), "{}", ran.stdout);
    assert_eq!(only_check(&github).conclusion.as_deref(), Some("failure"));
}

#[test]
fn a_push_under_rules_of_its_own_does_not_count_for_the_pull_request() {
    let Some(github) = github() else { return };
    let loose = policy().replace("margin: 0.05", "margin: 0.9");
    let files = [
        (".github/evalsig.yml", loose.as_bytes()),
        ("base/math.csv", usual().as_bytes()),
        ("base/safety.csv", usual().as_bytes()),
    ]
    .map(|(path, bytes)| (path, bytes.to_vec()));
    let held: Vec<(&str, &[u8])> = files.iter().map(|(path, bytes)| (*path, bytes.as_slice())).collect();
    let head = github.commit("feature", &held);
    let mut job = job(&github, &[(".github/evalsig.yml", &loose)], "main", (&better(), &worse()));
    let payload =
        json!({"before": "0".repeat(40), "repository": {"full_name": "org/app", "default_branch": "main"}});
    job.session.set("GITHUB_SHA", &head).set("GITHUB_REF", "refs/heads/feature");
    job.event("push", &payload).run().exits(0);
    let check = only_check(&github);
    assert_eq!(
        (check.name.as_str(), check.head_sha.as_str()),
        ("evalsig / release (base feature)", head.as_str())
    );
}

#[test]
fn two_gates_under_one_policy_do_not_overwrite_each_other() {
    let Some(github) = github() else { return };
    let mut first = job(&github, &[], "main", (&better(), &worse()));
    first.session.set("GITHUB_ACTION", "gate");
    first.run().exits(1);
    let mut second = job(&github, &[], "main", (&better(), &usual()));
    second.session.set("GITHUB_ACTION", "again").set("GITHUB_SHA", github.head_sha());
    second.event("pull_request", &serde_json::from_str(&first.session.read("event.json")).unwrap());
    second.run().exits(0);
    let mut checks: Vec<(String, Option<String>)> =
        github.checks().into_iter().map(|check| (check.name, check.conclusion)).collect();
    checks.sort();
    assert_eq!(
        checks,
        [
            ("evalsig / release".into(), Some("failure".into())),
            ("evalsig / release (again)".into(), Some("success".into())),
        ]
    );
}
