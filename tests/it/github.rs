//! `evalsig action` on GitHub: the check that a reviewer sees, the branch that an auditor clones.

use crate::tree;
use std::io::{Read as _, Write as _};
use std::net::TcpListener;

use serde_json::{Value, json};

use crate::support::github::{Access, CheckRun, Github, Setup};
use crate::support::{Job, Ran, Session, assert_valid_envelope};

/// The branch that holds the trail.
pub(super) const AUDIT: &str = "evalsig-audit";

/// Inputs of a release that is allowed.
fn release(id: &str) -> Vec<(&str, &str)> {
    vec![("min-delta", "0.01"), ("release-id", id), ("check-name", "evalsig / qa")]
}

/// The only check there is.
#[track_caller]
pub(super) fn only_check(github: &Github) -> CheckRun {
    let checks = github.checks();
    assert_eq!(checks.len(), 1, "{checks:#?}");
    checks.into_iter().next().unwrap()
}

/// The content of the first fenced block.
fn attached(check: &CheckRun) -> String {
    let text = check.text.as_deref().unwrap();
    text.split("```json\n").nth(1).unwrap().rsplit_once("```").unwrap().0.to_owned()
}

/// Git and `evalsig verify` judge the branch; gives the report.
#[track_caller]
pub(super) fn judged(github: &Github) -> Value {
    github.fsck();
    let auditor = Session::new();
    github.checkout(AUDIT, &auditor.path("clone"));
    auditor.run("verify clone --output json").exits(0).json()
}

pub(super) fn pull_request(head: &str, repository: &str) -> Value {
    json!({"pull_request": {
        "number": 7,
        "head": {"sha": head, "ref": "feature", "repo": {"full_name": repository}},
        "base": {"sha": "2".repeat(40), "ref": "main", "repo": {"full_name": "org/app"}},
    }, "repository": {"full_name": "org/app", "default_branch": "main"}})
}

#[test]
fn a_release_is_shown_on_its_commit_and_recorded_on_its_branch() {
    let Some(github) = Github::start() else { return };
    let job = Job::on(&github, &release("v1"));
    let ran = job.run().exits(0);
    let check = only_check(&github);
    assert_eq!((check.status.as_str(), check.conclusion.as_deref()), ("completed", Some("success")));
    assert_eq!((check.name.as_str(), check.head_sha.as_str()), ("evalsig / qa", github.head_sha()));
    let key = check.external_id.strip_prefix("v1/9001/").and_then(|rest| rest.strip_suffix("/1")).unwrap();
    assert!(key.len() == 16 && key.bytes().all(|b| b.is_ascii_hexdigit()), "{}", check.external_id);
    assert!(
        check
            .title
            .as_deref()
            .unwrap()
            .starts_with("ALLOW: model-b may ship: it is better than model-a by at least "),
        "{:?}",
        check.title
    );

    let log = github.log(AUDIT);
    assert_eq!(log.len(), 1, "envelope, entry and attributes are one commit");
    assert!(log[0].parents.is_empty(), "the branch begins without the repository's history");
    assert_eq!(github.files(AUDIT), [".gitattributes", "audit/v1/audit.json", "audit/v1/entry.json"]);
    let envelope = String::from_utf8(github.file(AUDIT, "audit/v1/audit.json").unwrap()).unwrap();
    assert_valid_envelope(&envelope);
    assert_eq!(attached(&check), envelope, "the attached bytes are the committed ones");
    assert_eq!(job.session.read("evalsig-envelope.json"), envelope);
    assert!(!job.session.has("audit"), "the trail is on the branch");

    assert_eq!(job.output("audit-commit").as_deref(), Some(log[0].oid.as_str()));
    assert_eq!(job.output("envelope-path").as_deref(), Some("evalsig-envelope.json"));
    assert_eq!(job.output("mode-used").as_deref(), Some("full"));
    assert!(job.output("check-url").unwrap().contains("/runs/"), "{:?}", job.output("check-url"));
    assert_eq!(job.outputs().len(), evalsig::commands::ACTION_OUTPUTS.len());
    let summary = check.summary.unwrap();
    assert!(summary.contains(&format!("/blob/{}/audit/v1/audit.json", log[0].oid)), "{summary}");
    assert!(ran.stdout.contains("branch evalsig-audit, commit "), "{}", ran.stdout);
    assert!(github.requests().len() <= 12, "{} requests", github.requests().len());
    judged(&github);
}

#[test]
fn later_releases_extend_the_chain_within_twelve_requests() {
    let Some(github) = Github::start() else { return };
    for n in 1..=5 {
        let before = github.requests().len();
        Job::on(&github, &release(&format!("v{n}"))).run().exits(0);
        let used = github.requests().len() - before;
        assert!(used <= 12, "{used} requests for entry {n}");
        eprintln!("entry {n}: {used} requests");
    }
    let log = github.log(AUDIT);
    assert_eq!(log.len(), 5);
    assert!(log.windows(2).all(|pair| pair[0].parents == [pair[1].oid.clone()]), "one line of commits");
    assert_eq!(judged(&github)["entries"], 5);
}

#[test]
fn the_same_job_again_leaves_one_envelope_and_one_check() {
    let Some(github) = Github::start() else { return };
    let mut job = Job::on(&github, &release("v1"));
    job.run().exits(0);
    let before = github.head(AUDIT);
    job.session.set("GITHUB_RUN_ATTEMPT", "2");
    let ran = job.run().exits(0);
    assert!(ran.stdout.contains("nothing was written"), "{}", ran.stdout);
    assert_eq!(github.head(AUDIT), before);
    let check = only_check(&github);
    assert!(check.external_id.ends_with("/2"), "{}", check.external_id);
    assert_eq!(check.conclusion.as_deref(), Some("success"));
    assert_eq!(job.output("audit-commit"), before);
}

#[test]
fn the_same_release_with_other_data_is_a_further_attempt() {
    let Some(github) = Github::start() else { return };
    Job::on(&github, &release("v1")).run().exits(0);
    let mut again = Job::on(&github, &release("v1"));
    again.inputs(&[("candidate", "runs/candidate-worse.json")]).run().exits(1);
    let second = github.file(AUDIT, "audit/v1/attempts/002/audit.json").unwrap();
    let second: Value = serde_json::from_slice(&second).unwrap();
    assert_eq!(second["attempt"], 2);
    assert_eq!(second["supersedes"]["path"], "audit/v1/audit.json");
    assert_eq!(judged(&github)["entries"], 2);
}

#[test]
fn a_pull_request_carries_the_check_on_its_head() {
    let Some(github) = Github::start() else { return };
    let head = github.commit("feature", &[("a.txt", b"a\n")]);
    let mut job = Job::on(&github, &[("min-delta", "0.01")]);
    job.event("pull_request", &pull_request(&head, "org/app")).run().exits(0);
    let check = only_check(&github);
    assert_eq!(check.head_sha, head, "not on the merge commit");
    assert!(check.name.starts_with("evalsig / "), "{}", check.name);
    assert_eq!(github.head(AUDIT), None, "without a release nothing is committed");
    let envelope: Value = serde_json::from_str(&job.session.read("evalsig-envelope.json")).unwrap();
    assert_eq!(envelope["source"]["head_sha"], head.as_str());
    assert_eq!(envelope["source"]["tested_sha"], github.head_sha());
    assert_eq!(envelope["source"]["pull_request"], "7");
}

#[test]
fn conclusions_follow_verdict_and_mode() {
    for (inputs, code, conclusion, title) in [
        (vec![("candidate", "runs/candidate-worse.json")], 1, "failure", "REJECT"),
        (vec![("candidate", "runs/candidate-same.json")], 2, "failure", "INCONCLUSIVE"),
        (vec![("candidate", "runs/candidate-worse.json"), ("mode", "advisory")], 0, "neutral", "REJECT"),
        (vec![("candidate", "runs/candidate-same.json"), ("mode", "advisory")], 0, "neutral", "INCONCLUSIVE"),
        (vec![("mode", "advisory")], 0, "success", "ALLOW"),
        (vec![("candidate", "runs/absent.json"), ("mode", "advisory")], 65, "failure", "no verdict"),
    ] {
        let Some(github) = Github::start() else { return };
        let mut job = Job::on(&github, &[("min-delta", "0.01")]);
        job.inputs(&inputs).run().exits(code);
        let check = only_check(&github);
        assert_eq!((check.status.as_str(), check.conclusion.as_deref()), ("completed", Some(conclusion)));
        assert!(check.title.as_deref().unwrap().starts_with(title), "{:?}", check.title);
        if code == 65 {
            assert_eq!(check.annotations[0]["path"], "runs/absent.json");
            assert_eq!(check.annotations[0]["annotation_level"], "failure");
        }
    }
}

#[test]
fn a_fork_gets_its_verdict_and_nothing_is_written() {
    let read_only = || Setup { checks: Access::Read, contents: Access::Read, ..Setup::default() };
    let Some(github) = Github::with(read_only()) else { return };
    let head = github.commit("theirs", &[("a.txt", b"a\n")]);
    for (candidate, code, verdict) in
        [("runs/candidate.json", 0, "ALLOW"), ("runs/candidate-worse.json", 1, "REJECT")]
    {
        let mut job = Job::on(&github, &release("v1"));
        let inputs = [("candidate", candidate), ("store", "kept")];
        job.inputs(&inputs).event("pull_request", &pull_request(&head, "eve/app"));
        let ran = job.run().exits(code);
        assert!(ran.stdout.contains("::notice title=Read-only mode::"), "{}", ran.stdout);
        assert!(!ran.stdout.contains("permissions:"), "they cannot help a fork: {}", ran.stdout);
        assert!(ran.stdout.contains("workflow_run"), "{}", ran.stdout);
        assert_eq!(job.output("verdict").as_deref(), Some(verdict));
        assert_eq!(job.output("mode-used").as_deref(), Some("read-only"));
        assert_eq!(job.output("envelope-path").as_deref(), Some("evalsig-envelope.json"));
        assert_valid_envelope(&job.session.read("evalsig-envelope.json"));
        assert!(job.session.read("summary.md").contains(verdict));
        assert!(!job.session.has("kept"), "what a fork sends becomes nobody's history");
    }
    assert!(github.checks().is_empty() && github.head(AUDIT).is_none());
}

#[test]
fn a_release_without_permission_fails_and_says_what_to_add() {
    let refused = |setup: Setup, audit: &str| -> Option<(Github, Job, Ran)> {
        let github = Github::with(setup)?;
        let mut job = Job::on(&github, &release("v1"));
        let ran = job.inputs(&[("audit", audit)]).run();
        Some((github, job, ran))
    };
    let no_checks = || Setup { checks: Access::Read, ..Setup::default() };
    let no_contents = || Setup { contents: Access::Read, ..Setup::default() };
    let Some((github, job, ran)) = refused(no_checks(), "required") else { return };
    assert!(ran.exits(77).stdout.contains("permissions: { checks: write, contents: write }"));
    assert_eq!(job.output("exit-code").as_deref(), Some("77"));
    assert!(github.checks().is_empty() && github.head(AUDIT).is_none());

    let (github, job, ran) = refused(no_contents(), "required").unwrap();
    assert!(ran.exits(77).stdout.contains("this step needs contents: write"));
    assert_eq!(
        only_check(&github).conclusion.as_deref(),
        Some("failure"),
        "a failed check, not a silent one"
    );
    assert_eq!(job.output("verdict"), None);

    let (github, job, ran) = refused(no_contents(), "best-effort").unwrap();
    assert!(ran.exits(0).stdout.contains("::warning title=Evidence not written::"));
    assert_eq!(only_check(&github).conclusion.as_deref(), Some("success"));
    assert_eq!(job.output("envelope-path").as_deref(), Some("evalsig-envelope.json"));

    let (_, job, ran) = refused(no_checks(), "off").unwrap();
    assert!(ran.exits(0).stdout.contains("::notice title=Read-only mode::"));
    assert_eq!(job.output("verdict").as_deref(), Some("ALLOW"));
}

#[test]
fn a_rule_that_refuses_the_push_is_explained() {
    for begun in [false, true] {
        let setup = Setup {
            rules: vec![json!({"type": "update"}), json!({"type": "required_signatures"})],
            ..Setup::default()
        };
        let Some(github) = Github::with(setup) else { return };
        if begun {
            Job::on(&github, &release("v0")).run().exits(0);
        }
        github.change(|setup| {
            setup.refuse_updates = vec![AUDIT.into()];
            setup.refuse_creations = vec![AUDIT.into()];
        });
        let ran = Job::on(&github, &release("v1")).run().exits(77);
        assert!(ran.stdout.contains("rules on this branch: update, required_signatures"), "{}", ran.stdout);
        assert!(ran.stdout.contains("[push-refused]"), "{}", ran.stdout);
        assert_eq!(github.checks().last().unwrap().conclusion.as_deref(), Some("failure"));
    }
}

#[test]
fn github_enterprise_has_addresses_of_its_own() {
    let Some(github) = Github::with(Setup { enterprise: true, ..Setup::default() }) else { return };
    Job::on(&github, &release("v1")).run().exits(0);
    Job::on(&github, &release("v2")).run().exits(0);
    assert_eq!(judged(&github)["entries"], 2);
    assert!(github.checks().iter().all(|check| check.conclusion.as_deref() == Some("success")));
}

#[test]
fn the_token_shows_nowhere_and_travels_only_where_it_may() {
    let Some(github) = Github::start() else { return };
    let job = Job::on(&github, &release("v1"));
    let ran = job.run().exits(0);
    let mut shown = format!("{}{}", ran.stdout, ran.stderr);
    for file in job.session.files() {
        shown.push_str(&String::from_utf8_lossy(&std::fs::read(job.session.path(&file)).unwrap()));
    }
    shown.push_str(&format!("{:?}", github.checks()));
    shown.push_str(&String::from_utf8_lossy(&github.file(AUDIT, "audit/v1/audit.json").unwrap()));
    assert!(!shown.contains(github.token()));

    let mut elsewhere = Job::on(&github, &release("v2"));
    elsewhere.session.set("GITHUB_API_URL", "http://github.example");
    let ran = elsewhere.run().exits(64);
    assert!(ran.stdout.contains("must not travel in the clear"), "{}", ran.stdout);
    assert!(!ran.stdout.contains(github.token()));
}

#[test]
fn a_proxy_tunnels_what_is_encrypted_and_sees_nothing_else() {
    if !tree::slow_tests("github::a_proxy_tunnels_what_is_encrypted_and_sees_nothing_else") {
        return;
    }
    let Some(github) = Github::start() else { return };
    let proxy = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = format!("http://{}", proxy.local_addr().unwrap());
    let asked = std::thread::spawn(move || {
        let (mut tunnel, _) = proxy.accept().unwrap();
        let mut asked = [0; 4096];
        let length = tunnel.read(&mut asked).unwrap();
        tunnel.write_all(b"HTTP/1.1 403 Forbidden\r\ncontent-length: 0\r\n\r\n").unwrap();
        String::from_utf8_lossy(&asked[..length]).into_owned()
    });
    let mut job = Job::on(&github, &[("min-delta", "0.01"), ("release-id", "v1"), ("deadline", "10")]);
    job.session.set("https_proxy", &address).set("http_proxy", &address).set("no_proxy", "");
    // This machine is spoken to directly: in the clear, the proxy would see the token.
    job.run().exits(0);
    job.inputs(&[("release-id", "v2")]);
    job.session.set("GITHUB_API_URL", "https://ghe.example/api/v3");
    job.session.set("GITHUB_GRAPHQL_URL", "https://ghe.example/api/graphql");
    let ran = job.run().exits(75);
    assert!(ran.stdout.contains("[github-unreachable]"), "{}", ran.stdout);
    let asked = asked.join().unwrap();
    assert!(asked.starts_with("CONNECT ghe.example:443 ") && !asked.contains(github.token()), "{asked}");
}

#[test]
fn an_empty_token_keeps_the_action_off_the_network() {
    let Some(github) = Github::start() else { return };
    let mut job = Job::on(&github, &release("v1"));
    job.inputs(&[("github-token", "")]).run().exits(0);
    assert!(github.requests().is_empty());
    assert!(job.session.has("audit/v1/audit.json"));
}

#[test]
fn a_folder_of_ones_own_takes_the_trail_and_the_check_is_posted() {
    let Some(github) = Github::start() else { return };
    let mut job = Job::on(&github, &release("v1"));
    job.inputs(&[("audit-root", "evidence")]).run().exits(0);
    assert!(job.session.has("evidence/audit/v1/audit.json") && github.head(AUDIT).is_none());
    assert_eq!(only_check(&github).conclusion.as_deref(), Some("success"));
}

#[test]
fn a_broken_trail_is_not_extended() {
    let Some(github) = Github::start() else { return };
    Job::on(&github, &release("v1")).run().exits(0);
    github.commit(AUDIT, &[("audit/v1/entry.json", b"{}\n")]);
    let before = github.head(AUDIT);
    let ran = Job::on(&github, &release("v2")).run().exits(73);
    assert!(ran.stdout.contains("audit/v1/entry.json"), "{}", ran.stdout);
    assert_eq!(github.head(AUDIT), before);
    assert_eq!(github.checks().last().unwrap().conclusion.as_deref(), Some("failure"));
}
