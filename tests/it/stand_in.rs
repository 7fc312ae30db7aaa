//! The stand-in for GitHub: that it grants what GitHub grants and refuses what GitHub refuses. What
//! other tests conclude from it is worth no more than this.

mod checks;
mod client;
mod comments;
mod faults;
mod graphql;
mod objects;
mod refs;

use std::path::PathBuf;
use std::process::Command;
use std::sync::Barrier;

use client::Client;
use serde_json::{Value, json};

use crate::support::github::{Access, Github, Setup};
use crate::support::{ran, tool};

/// A stand-in with this setup and a client of it, unless git is missing.
fn with(setup: Setup) -> Option<(Github, Client)> {
    let github = Github::with(setup)?;
    let client = Client::new(&github);
    Some((github, client))
}

fn start() -> Option<(Github, Client)> {
    with(Setup::default())
}

#[test]
fn strangers_are_refused_in_githubs_words() {
    let Some((github, mut client)) = start() else { return };
    let get = |client: &Client| client.get("git/ref/heads/main");
    get(&client).is(200);
    client.headers[1].1 = format!("token {}", github.token());
    get(&client).is(200);
    client.headers[1].1 = "Bearer stolen".into();
    get(&client).refuses(401, "Bad credentials");
    client.headers[1].1 = format!("Basic {}", github.token());
    get(&client).refuses(401, "Requires authentication");
    client.headers.remove(1);
    get(&client).refuses(401, "Requires authentication");
    client.headers.clear();
    let answer = get(&client).is(403);
    assert!(answer.text.contains("User-Agent") && answer.json.is_null());
}

#[test]
fn unknown_paths_and_garbled_bodies_are_refused() {
    let Some((github, client)) = start() else { return };
    client.get("nonsense").refuses(404, "Not Found");
    client.send("DELETE", "git/refs/heads/main", &Value::Null).refuses(404, "Not Found");
    client.raw("GET", &format!("{}/repos/org/other/pulls/1", github.api_url()), "").unwrap().is(404);
    let garbled = format!("{}/repos/org/app/check-runs", github.api_url());
    client.raw("POST", &garbled, "{\"name\":").unwrap().refuses(400, "Problems parsing JSON");
}

#[test]
fn every_answer_tells_the_limits_and_the_last_request_is_the_last() {
    let Some((_github, client)) = with(Setup { rate_limit: 2, ..Setup::default() }) else { return };
    let answer = client.get("git/ref/heads/main").is(200);
    let header = |name: &str| answer.header(name).unwrap_or_else(|| panic!("no header {name}")).to_owned();
    assert_eq!([header("x-ratelimit-limit"), header("x-ratelimit-remaining")], ["2", "1"]);
    assert_eq!([header("x-ratelimit-used"), header("x-ratelimit-resource")], ["1", "core"]);
    assert!(header("x-ratelimit-reset").parse::<u64>().unwrap() > 1_700_000_000);
    assert!(!header("x-github-request-id").is_empty() && !header("date").is_empty());
    client.get("nonsense").is(404);
    let answer = client.get("git/ref/heads/main").refuses(403, "API rate limit exceeded");
    assert_eq!(answer.header("x-ratelimit-remaining"), Some("0"));
}

#[test]
fn requests_are_kept_without_the_token() {
    let Some((github, client)) = start() else { return };
    client.get("commits/main/check-runs?check_name=a%20b&page=2").is(200);
    client.post("check-runs", &json!({"name": "n"})).is(422);
    let requests = github.requests();
    assert_eq!(requests.iter().map(|request| request.number).collect::<Vec<_>>(), [1, 2]);
    assert_eq!(requests[0].path, "/repos/org/app/commits/main/check-runs?check_name=a%20b&page=2");
    assert_eq!((requests[1].method.as_str(), requests[1].status), ("POST", Some(422)));
    assert_eq!(requests[1].body, json!({"name": "n"}));
    assert_eq!(requests[1].answer["status"], "422");
    assert_eq!(requests[1].headers["authorization"], "Bearer");
    assert!(!format!("{requests:?}").contains(github.token()));
}

#[test]
fn requests_are_written_down_where_the_environment_says() {
    let Some(_) = tool("git", &["--version"]) else { return };
    let folder = tempfile::tempdir().unwrap();
    let mut child = Command::new(std::env::current_exe().unwrap());
    child.args(["--exact", "stand_in::requests_are_kept_without_the_token"]);
    ran(child.env("EVALSIG_RECORD", folder.path()).output().unwrap()).exits(0);
    let mut files: Vec<_> =
        std::fs::read_dir(folder.path()).unwrap().map(|file| file.unwrap().path()).collect();
    files.sort();
    let read = |path: &PathBuf| std::fs::read_to_string(path).unwrap();
    let requests: Vec<Value> = files.iter().map(|path| serde_json::from_str(&read(path)).unwrap()).collect();
    assert_eq!(requests.len(), 2);
    assert_eq!((&requests[0]["method"], &requests[0]["status"]), (&json!("GET"), &json!(200)));
    assert_eq!((&requests[1]["body"], &requests[1]["fault"]), (&json!({"name": "n"}), &Value::Null));
    assert!(files.iter().all(|path| !read(path).contains("token-of-the-stand-in")));
}

#[test]
fn sixty_four_clients_are_served_at_once() {
    let Some((github, client)) = start() else { return };
    let sha = github.head_sha();
    let together = Barrier::new(64);
    std::thread::scope(|scope| {
        for number in 0..64 {
            let (together, client) = (&together, &client);
            scope.spawn(move || {
                together.wait();
                let body = json!({"name": format!("check {number}"), "head_sha": sha});
                let check = client.post("check-runs", &body).is(201);
                client
                    .patch(&format!("check-runs/{}", check.json["id"]), &json!({"conclusion": "success"}))
                    .is(200);
                client.post("git/blobs", &json!({"content": number.to_string()})).is(201);
            });
        }
    });
    let checks = github.checks();
    assert!(checks.len() == 64 && checks.iter().all(|check| check.status == "completed"));
    assert_eq!(github.requests().len(), 3 * 64);
    github.fsck();
}

#[test]
fn an_enterprise_server_has_other_paths() {
    let Some((github, client)) = with(Setup { enterprise: true, ..Setup::default() }) else { return };
    assert!(github.api_url().ends_with("/api/v3") && github.graphql_url().ends_with("/api/graphql"));
    let answer = client.get("git/ref/heads/main").is(200);
    assert!(answer.at("/url").contains("/api/v3/repos/org/app/"), "{}", answer.text);
    let query = "{ repository(owner: \"org\", name: \"app\") { nameWithOwner } }";
    let answer = client.graphql(query, &Value::Null);
    assert_eq!(answer["data"]["repository"]["nameWithOwner"], "org/app");
    assert_eq!(github.requests()[1].path, "/graphql");
    let root = github.api_url().replace("/api/v3", "");
    client.raw("GET", &format!("{root}/repos/org/app/git/ref/heads/main"), "").unwrap().is(404);
}

#[test]
fn a_token_without_permission_is_refused() {
    let Some((github, client)) = start() else { return };
    let sha = github.head_sha().to_owned();
    github.change(|setup| (setup.checks, setup.contents) = (Access::Read, Access::Read));
    client.get(&format!("commits/{sha}/check-runs")).is(200);
    client.get("git/ref/heads/main").is(200);
    let words = "Resource not accessible by integration";
    client.post("check-runs", &json!({"name": "n", "head_sha": sha})).refuses(403, words);
    client.post("git/blobs", &json!({"content": "x"})).refuses(403, words);
    client.post("git/refs", &json!({"ref": "refs/heads/x", "sha": sha})).refuses(403, words);
    client.patch("git/refs/heads/main", &json!({"sha": sha})).refuses(403, words);
    github.change(|setup| (setup.checks, setup.contents) = (Access::None, Access::None));
    client.get(&format!("commits/{sha}/check-runs")).refuses(403, words);
    client.get("git/ref/heads/main").refuses(403, words);
    assert!(github.checks().is_empty());
}

#[test]
fn rules_and_pull_requests_are_what_the_test_says() {
    let Some((github, client)) = start() else { return };
    assert_eq!(client.get("rules/branches/evalsig-audit").is(200).json, json!([]));
    client.get("pulls/7").refuses(404, "Not Found");
    github.change(|setup| {
        setup.rules = vec![json!({"type": "update", "ruleset_id": 1})];
        setup.pulls.insert(7, json!({"number": 7, "head": {"sha": "f00"}}));
    });
    assert_eq!(client.get("rules/branches/a/b").is(200).json[0]["type"], "update");
    assert_eq!(client.get("pulls/7").is(200).at("/head/sha"), "f00");
}

#[test]
fn the_environment_leads_an_action_here() {
    let Some((github, client)) = start() else { return };
    let environment = github.environment();
    let value = |name: &str| environment.iter().find(|(other, _)| other == name).unwrap().1.clone();
    assert_eq!(value("INPUT_GITHUB-TOKEN"), github.token());
    let url = format!(
        "{}/repos/{}/git/commits/{}",
        value("GITHUB_API_URL"),
        value("GITHUB_REPOSITORY"),
        value("GITHUB_SHA")
    );
    client.raw("GET", &url, "").unwrap().is(200);
}
