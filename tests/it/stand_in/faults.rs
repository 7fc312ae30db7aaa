//! Faults: each of them does to a client what it says, and leaves the repository as it says.

use crate::tree;
use std::io::ErrorKind;
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use super::client::{Answer, Client};
use super::start;
use crate::support::github::Github;
use crate::support::github::faults::{self, Fault, Kind, Match, Mover};

const MUTATION: &str = "mutation($input: CreateCommitOnBranchInput!) {
  createCommitOnBranch(input: $input) { commit { oid } } }";
const QUERY: &str = "query($r: String!) { repository(owner: \"org\", name: \"app\") {
  ref(qualifiedName: \"refs/heads/evalsig-audit\") { target { oid } } object(expression: $r) { oid } } }";

/// A stand-in with a branch of two commits, and a client.
fn ready() -> Option<(Github, Client)> {
    let (github, client) = start()?;
    github.commit("evalsig-audit", &[("audit/1", b"1")]);
    github.commit("evalsig-audit", &[("audit/2", b"2")]);
    Some((github, client))
}

/// Commits a file where the branch stands now.
fn commit(github: &Github, client: &Client) -> std::io::Result<Answer> {
    let input = json!({
        "branch": {"repositoryNameWithOwner": "org/app", "branchName": "evalsig-audit"},
        "message": {"headline": "m"},
        "expectedHeadOid": github.head("evalsig-audit").unwrap(),
        "fileChanges": {"additions": [{"path": "audit/3", "contents": "Mw=="}]},
    });
    client.try_graphql(MUTATION, &json!({"input": input}))
}

fn done(github: &Github) -> bool {
    github.file("evalsig-audit", "audit/3").is_some()
}

#[test]
fn what_ends_without_an_answer_says_whether_it_was_done() {
    if !tree::slow_tests("stand_in::faults::what_ends_without_an_answer_says_whether_it_was_done") {
        return;
    }
    for (kind, error, effect) in [
        (Kind::TimeoutBefore, ErrorKind::WouldBlock, false),
        (Kind::TimeoutAfter, ErrorKind::WouldBlock, true),
        (Kind::LostResponse, ErrorKind::UnexpectedEof, true),
        (Kind::Reset, ErrorKind::ConnectionReset, false),
    ] {
        let Some((github, mut client)) = ready() else { return };
        github.plan(vec![Fault::new(kind.clone()).on(Match::Mutation)]);
        client.patience = Duration::from_secs(3);
        let failed = commit(&github, &client).unwrap_err();
        assert_eq!((failed.kind(), done(&github)), (error, effect), "{kind:?}: {failed}");
        let request = github.requests().pop().unwrap();
        assert_eq!((request.status, request.fault), (None, Some(format!("{kind:?}"))));
        client.get("git/ref/heads/evalsig-audit").is(200);
        github.fsck();
    }
}

#[test]
fn what_is_answered_wrongly_says_whether_it_was_done() {
    for (kind, status, effect) in [
        (Kind::Status(500), 500, false),
        (Kind::Status(503), 503, false),
        (Kind::StatusAfter(502), 502, true),
        (Kind::Garbage, 200, false),
        (Kind::GarbageAfter, 200, true),
    ] {
        let Some((github, client)) = ready() else { return };
        github.plan(vec![Fault::new(kind.clone()).on(Match::Mutation)]);
        let answer = commit(&github, &client).unwrap().is(status);
        assert!(answer.json.is_null() && !answer.text.is_empty(), "{kind:?}: {}", answer.text);
        assert_eq!(done(&github), effect, "{kind:?}");
        assert_eq!(answer.header("content-type").unwrap().starts_with("text/html"), status >= 500);
        assert_eq!(commit(&github, &client).unwrap().is(200).json["errors"], Value::Null, "{kind:?}");
    }
}

#[test]
fn refusals_have_the_shape_of_the_real_ones() {
    let Some((github, client)) = ready() else { return };
    let body = json!({"name": "n", "head_sha": github.head_sha()});
    let check = |kind: Kind| {
        github.plan(vec![Fault::new(kind).on(Match::Rest("POST", "check-*"))]);
        client.post("check-runs", &body)
    };
    check(Kind::Forbidden).refuses(403, "Resource not accessible by integration");
    check(Kind::NotFound).refuses(404, "Not Found");
    check(Kind::Conflict).refuses(409, "Conflict");
    check(Kind::Stale422).refuses(422, "Update is not a fast forward");
    let answer = check(Kind::PrimaryLimit(90)).refuses(403, "API rate limit exceeded");
    let reset: i64 = answer.header("x-ratelimit-reset").unwrap().parse().unwrap();
    assert!((80..100).contains(&(reset - jiff::Timestamp::now().as_second())));
    assert_eq!((answer.header("x-ratelimit-remaining"), answer.header("retry-after")), (Some("0"), None));
    for status in [403, 429] {
        let answer = check(Kind::SecondaryLimit(status, 7)).refuses(status, "secondary rate limit");
        assert_eq!(answer.header("retry-after"), Some("7"));
        assert_ne!(answer.header("x-ratelimit-remaining"), Some("0"));
    }
    assert!(github.checks().is_empty());

    let refused = |kind: Kind| {
        github.plan(vec![Fault::new(kind).on(Match::Mutation)]);
        let answer = commit(&github, &client).unwrap().is(200).json;
        assert!(answer["data"].is_null() || answer["data"]["createCommitOnBranch"].is_null());
        let text = |name: &str| answer["errors"][0][name].as_str().unwrap().to_owned();
        (text("type"), text("message"))
    };
    assert_eq!(refused(Kind::Forbidden).0, "FORBIDDEN");
    assert_eq!(refused(Kind::NotFound).0, "NOT_FOUND");
    assert_eq!(refused(Kind::PrimaryLimit(9)).0, "RATE_LIMITED");
    let head = github.head("evalsig-audit").unwrap();
    let message = format!("Expected branch to point to \"{head}\" but it did not.  Pull and try again.");
    assert_eq!(refused(Kind::StaleData), ("STALE_DATA".into(), message));
    assert!(!done(&github));
}

#[test]
fn a_slow_answer_is_late_and_what_it_tells_happens_even_unheard() {
    if !tree::slow_tests("stand_in::faults::a_slow_answer_is_late_and_what_it_tells_happens_even_unheard") {
        return;
    }
    let Some((github, mut client)) = ready() else { return };
    github.plan(vec![Fault::new(Kind::Slow(3_000)).on(Match::Mutation)]);
    client.patience = Duration::from_millis(100);
    assert_eq!(commit(&github, &client).unwrap_err().kind(), ErrorKind::WouldBlock);
    assert!(!done(&github), "the client gave up before it happened");
    let start = Instant::now();
    while !done(&github) && start.elapsed() < Duration::from_secs(20) {
        std::thread::sleep(Duration::from_millis(20));
    }
    assert!(done(&github));
    client.patience = Duration::from_secs(60);
    github.plan(vec![Fault::new(Kind::Slow(100)).on(Match::Query)]);
    let start = Instant::now();
    client.graphql(QUERY, &json!({"r": "main"}));
    assert!(start.elapsed() >= Duration::from_millis(100));
}

#[test]
fn another_writer_comes_between_a_read_and_a_write() {
    let Some((github, client)) = ready() else { return };
    let read = || client.get("git/ref/heads/evalsig-audit").is(200).at("/object/sha").to_owned();
    github.plan(vec![Fault::new(Kind::MoveBranch(Mover::unrelated("evalsig-audit"))).on(Match::Reads)]);
    let seen = read();
    assert_ne!(seen, github.head("evalsig-audit").unwrap());
    assert_eq!(read(), github.head("evalsig-audit").unwrap());

    let valid = Mover::new(|repository| {
        let last = repository.file("evalsig-audit", "audit/2").unwrap();
        repository.commit("evalsig-audit", &[("audit/other", &last)]);
    });
    github.plan(vec![Fault::new(Kind::MoveBranch(valid)).on(Match::Mutation)]);
    let answer = commit(&github, &client).unwrap().is(200);
    assert_eq!(answer.at("/errors/0/type"), "STALE_DATA");
    assert_eq!(github.file("evalsig-audit", "audit/other").unwrap(), b"2");
    assert!(commit(&github, &client).unwrap().json["errors"].is_null());

    github.plan(vec![
        Fault::new(Kind::MoveBranch(Mover::unrelated("new"))).on(Match::Rest("POST", "git/refs")),
    ]);
    let body = json!({"ref": "refs/heads/new", "sha": github.head_sha()});
    client.post("git/refs", &body).refuses(422, "Reference already exists");
    assert_eq!((github.log("new").len(), github.files("new")), (1, vec!["unrelated".to_owned()]));
    github.fsck();
}

#[test]
fn a_stale_read_shows_the_branch_one_commit_ago() {
    let Some((github, client)) = ready() else { return };
    let log = github.log("evalsig-audit");
    github.plan(vec![Fault::new(Kind::StaleRead).on(Match::Reads).always()]);
    assert_eq!(client.get("git/ref/heads/evalsig-audit").is(200).at("/object/sha"), log[1].oid);
    let answer = client.graphql(QUERY, &json!({"r": "evalsig-audit:audit/2"}));
    assert_eq!(answer["data"]["repository"], json!({"ref": {"target": {"oid": log[1].oid}}, "object": null}));
    client.get("contents/audit/2?ref=evalsig-audit").is(404);
    client.get("git/trees/evalsig-audit").is(200);
    // `main` has one commit: before it there was no branch.
    client.get("git/ref/heads/main").refuses(404, "Not Found");
    client.get(&format!("git/commits/{}", log[0].oid)).is(200);
}

#[test]
fn faults_happen_when_they_are_told_to() {
    let Some((github, client)) = ready() else { return };
    let statuses =
        |count: usize| -> Vec<u16> { (0..count).map(|_| client.get("git/ref/heads/main").status).collect() };
    github.plan(vec![
        Fault::new(Kind::Status(502)).times(2..=3),
        Fault::new(Kind::Status(503)).on(Match::Rest("GET", "git/*/main")).times(3..=4),
        Fault::new(Kind::Status(500)).on(Match::Writes).always(),
    ]);
    assert_eq!(statuses(5), [200, 502, 502, 503, 200], "both count, the first one happens");
    let drawn = |seed: u64| {
        let fault = Fault::new(Kind::Status(500)).chance(0.5);
        github.plan(faults::Plan::from(vec![fault]).seed(seed));
        statuses(40)
    };
    let first = drawn(1);
    assert_eq!(first, drawn(1));
    assert_ne!(first, drawn(2));
    let failed = first.iter().filter(|status| **status == 500).count();
    assert!((10..=30).contains(&failed), "{failed} of 40");
    github.plan(vec![]);
    assert_eq!(statuses(1), [200]);
}

/// What a client does in a day, until something goes wrong.
fn day(github: &Github, client: &Client) {
    let sha = github.head_sha();
    let fine = || github.requests().last().is_none_or(|request| request.fault.is_none());
    let rest = |method: &str, path: &str, body: Value| {
        if fine() {
            let _ = client.try_send(method, path, &body);
        }
    };
    rest("GET", &format!("commits/{sha}/check-runs"), Value::Null);
    rest("POST", "check-runs", json!({"name": "n", "head_sha": sha}));
    rest("PATCH", "check-runs/1", json!({"conclusion": "success"}));
    rest("GET", "git/ref/heads/evalsig-audit", Value::Null);
    rest("POST", "git/refs", json!({"ref": "refs/heads/evalsig-audit", "sha": sha}));
    let entry = json!({"path": "a", "mode": "100644", "content": "a"});
    rest("POST", "git/trees", json!({"tree": [entry]}));
    rest("POST", "git/commits", json!({"message": "m", "tree": sha}));
    rest("PATCH", "git/refs/heads/evalsig-audit", json!({"sha": sha}));
    if fine() {
        let _ = client.try_graphql(QUERY, &json!({"r": "main"}));
    }
    if fine() {
        let _ = commit(github, client);
    }
}

#[test]
fn every_named_plan_strikes_and_leaves_a_sound_repository() {
    if !tree::slow_tests("stand_in::faults::every_named_plan_strikes_and_leaves_a_sound_repository") {
        return;
    }
    let plans = faults::all();
    assert_eq!(plans.len(), faults::transient().len() + faults::lasting().len());
    let mut names: Vec<&str> = plans.iter().map(|(name, _)| *name).collect();
    names.sort_unstable();
    names.dedup();
    assert_eq!(names.len(), plans.len(), "two plans of one name");
    let Some((github, mut client)) = ready() else { return };
    for (name, plan) in plans {
        github.plan(vec![]);
        client.patience = Duration::from_secs(60);
        client.get("rules/branches/main").is(200);
        client.patience = Duration::from_secs(1);
        github.plan(plan);
        (0..3).for_each(|_| day(&github, &client));
        let last = github.requests().pop().unwrap();
        assert!(last.fault.is_some(), "{name} never happened");
    }
    github.fsck();
}
