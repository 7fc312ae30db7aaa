//! Comments on pull requests, and the pull requests of a branch.

use serde_json::{Value, json};

use super::{start, with};
use crate::support::github::{Access, BOT, Setup};

const LIST: &str = "query($number: Int!, $first: Int, $after: String) {
  repository(owner: \"org\", name: \"app\") {
    pullRequest(number: $number) {
      number headRefOid
      comments(first: $first, after: $after) {
        totalCount pageInfo { hasNextPage endCursor } nodes { id fullDatabaseId viewerDidAuthor body url }
      }
    }
  }
}";

#[test]
fn a_comment_is_written_changed_listed_and_deleted() {
    let Some((github, client)) = start() else { return };
    let head = github.head_sha().to_owned();
    github.open_pull(7, &head, "feature", "org/app");
    github.add_comment(7, "ada", "first");
    let made = client.post("issues/7/comments", &json!({"body": "ours"})).is(201);
    assert_eq!((made.at("/body"), made.at("/user/login")), ("ours", BOT));
    assert!(made.json["id"].as_u64().unwrap() > u64::from(u32::MAX >> 1), "no 32 bits hold it");
    let path = format!("issues/comments/{}", made.json["id"]);
    assert_eq!(client.patch(&path, &json!({"body": "changed"})).is(200).at("/body"), "changed");

    let page = |after: &Value| {
        let found = client.graphql(LIST, &json!({"number": 7, "first": 1, "after": after}));
        found["data"]["repository"]["pullRequest"].clone()
    };
    let first = page(&Value::Null);
    assert_eq!((first["headRefOid"].as_str(), &first["comments"]["totalCount"]), (Some(&*head), &json!(2)));
    assert_eq!(first["comments"]["nodes"][0]["viewerDidAuthor"], false);
    assert_eq!(first["comments"]["pageInfo"]["hasNextPage"], true);
    let second = page(&first["comments"]["pageInfo"]["endCursor"]);
    let node = &second["comments"]["nodes"][0];
    assert_eq!((&node["viewerDidAuthor"], &node["body"]), (&json!(true), &json!("changed")));
    assert_eq!(node["fullDatabaseId"].as_str(), Some(made.json["id"].to_string().as_str()));
    assert_eq!(second["comments"]["pageInfo"]["hasNextPage"], false);

    let gone = client.send("DELETE", &path, &Value::Null).is(204);
    assert_eq!(gone.text, "");
    client.send("DELETE", &path, &Value::Null).refuses(404, "Not Found");
    client.patch(&path, &json!({"body": "again"})).refuses(404, "Not Found");
    assert_eq!((github.comments(7).len(), github.comments_ever()), (1, 2));
}

#[test]
fn what_github_does_not_take_is_refused() {
    let Some((github, client)) = with(Setup { locked: vec![8], ..Setup::default() }) else { return };
    for number in [7, 8] {
        github.open_pull(number, github.head_sha(), "feature", "org/app");
    }
    let post = |number: u64, body: Value| client.post(&format!("issues/{number}/comments"), &body);
    post(7, json!({})).refuses(422, "\"body\" wasn't supplied");
    post(7, json!({"body": 1})).refuses(422, "is not a string");
    post(7, json!({"body": " "})).refuses(422, "Validation Failed");
    post(7, json!({"body": "é".repeat(65_536)})).is(201);
    let long = post(7, json!({"body": "é".repeat(65_537)})).refuses(422, "Validation Failed");
    assert!(long.at("/errors/0/message").contains("65536"));
    post(8, json!({"body": "x"})).refuses(403, "issue is locked");
    post(9, json!({"body": "x"})).refuses(404, "Not Found");
    let error = |number: u64, first: u64| {
        client.graphql(LIST, &json!({"number": number, "first": first}))["errors"][0].clone()
    };
    assert_eq!(error(9, 1)["type"], "NOT_FOUND");
    assert!(error(7, 101)["message"].as_str().unwrap().contains("from 1 to 100"));
    github.change(|setup| setup.pull_requests = Access::Read);
    post(7, json!({"body": "x"})).refuses(403, "Resource not accessible by integration");
    client.get("pulls").is(200);
    github.change(|setup| setup.pull_requests = Access::None);
    client.get("pulls").refuses(403, "Resource not accessible by integration");
    assert_eq!(error(7, 1)["type"], "FORBIDDEN");
}

#[test]
fn pull_requests_are_found_by_branch() {
    let Some((github, client)) = start() else { return };
    for (number, branch, repository) in
        [(1, "a", "org/app"), (2, "a", "eve/app"), (3, "b", "org/app"), (4, "a", "org/app")]
    {
        github.open_pull(number, github.head_sha(), branch, repository);
    }
    github.change(|setup| setup.pulls.get_mut(&4).unwrap()["state"] = "closed".into());
    for (query, numbers) in [
        ("head=org:a", vec![1]),
        ("head=org%3Aa&state=all", vec![4, 1]),
        ("head=eve:a", vec![2]),
        ("head=a", vec![3, 2, 1]),
        ("per_page=2&page=2", vec![1]),
    ] {
        let found = client.get(&format!("pulls?{query}")).is(200).json;
        let found: Vec<u64> =
            found.as_array().unwrap().iter().map(|p| p["number"].as_u64().unwrap()).collect();
        assert_eq!(found, numbers, "{query}");
    }
}
