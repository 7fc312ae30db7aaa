//! Check runs.

use serde_json::{Value, json};

use super::start;
use crate::support::github::{APP_ID, CheckRun};

#[test]
fn a_check_is_created_completed_and_found_again() {
    let Some((github, client)) = start() else { return };
    let sha = github.head_sha();
    let output = json!({"title": "Deciding", "summary": "soon"});
    let body = json!({"name": "evalsig / qa", "head_sha": sha, "status": "in_progress", "external_id": "v1:1:1", "output": output});
    let created = client.post("check-runs", &body).is(201);
    assert_eq!((created.at("/status"), created.at("/external_id")), ("in_progress", "v1:1:1"));
    assert!(created.json["conclusion"].is_null() && created.json["completed_at"].is_null());
    assert_eq!(created.json["app"]["id"], APP_ID);

    let path = format!("check-runs/{}", created.json["id"]);
    let body =
        json!({"conclusion": "success", "output": {"title": "ALLOW", "summary": "fine", "text": "{}"}});
    let updated = client.patch(&path, &body).is(200);
    assert_eq!((updated.at("/status"), updated.at("/conclusion")), ("completed", "success"));
    assert_eq!((updated.at("/external_id"), updated.at("/output/text")), ("v1:1:1", "{}"));
    assert_eq!(client.get(&path).is(200).json, updated.json);

    let found = client.get(&format!("commits/{sha}/check-runs?check_name=evalsig%20/%20qa")).is(200);
    assert_eq!((&found.json["total_count"], &found.json["check_runs"][0]), (&json!(1), &updated.json));
    let [check] = &github.checks()[..] else { panic!("{:?}", github.checks()) };
    assert_eq!((check.title.as_deref(), check.updates), (Some("ALLOW"), 1));

    let reopened = client.patch(&path, &json!({"status": "in_progress"})).is(200);
    assert!(reopened.json["conclusion"].is_null());
    client.get("check-runs/99").refuses(404, "Not Found");
    client.patch("check-runs/99", &json!({})).refuses(404, "Not Found");
}

#[test]
fn lists_are_filtered_and_come_in_pages() {
    let Some((github, client)) = start() else { return };
    let sha = github.head_sha();
    for name in ["a", "b", "a", "c"] {
        client.post("check-runs", &json!({"name": name, "head_sha": sha})).is(201);
    }
    let foreign = CheckRun { name: "a".into(), head_sha: sha.into(), app_id: 1, ..CheckRun::default() };
    let foreign = github.add_check(foreign);
    let other = github.commit("other", &[("x", b"x")]);
    client.post("check-runs", &json!({"name": "a", "head_sha": other})).is(201);
    let list = |query: &str| {
        let answer = client.get(&format!("commits/{sha}/check-runs{query}")).is(200);
        let runs = answer.json["check_runs"].as_array().unwrap().iter();
        let ids: Vec<u64> = runs.map(|run| run["id"].as_u64().unwrap()).collect();
        (answer.json["total_count"].as_u64().unwrap(), ids, answer.header("link").map(str::to_owned))
    };
    assert_eq!(list(""), (4, vec![5, 4, 3, 2], None));
    assert_eq!(list("?filter=all").1, [5, 4, 3, 2, 1]);
    assert_eq!(list("?check_name=a&filter=all").1, [5, 3, 1]);
    assert_eq!(list(&format!("?check_name=a&app_id={APP_ID}")).1, [3]);
    let (total, ids, link) = list("?filter=all&per_page=2&page=2");
    assert_eq!((total, ids), (5, vec![3, 2]));
    assert!(link.unwrap().contains("page=3"));
    assert_eq!(list("?filter=all&per_page=2&page=3").2, None);
    client
        .patch(&format!("check-runs/{}", foreign.id), &json!({"status": "queued"}))
        .refuses(403, "can only be modified by the GitHub App that created it");
    client.get(&format!("commits/{}/check-runs", "0".repeat(40))).refuses(422, "No commit found for SHA");
}

#[test]
fn what_github_refuses_is_refused() {
    let Some((github, client)) = start() else { return };
    let sha = github.head_sha();
    let output = |output: Value| json!({"name": "n", "head_sha": sha, "output": output});
    let annotation =
        json!({"path": "a", "start_line": 1, "end_line": 1, "annotation_level": "notice", "message": "m"});
    let mut backwards = annotation.clone();
    backwards["start_line"] = json!(2);
    for (body, words) in [
        (json!([]), "is not an object"),
        (json!({"head_sha": sha}), "\"name\" wasn't supplied"),
        (json!({}), "\"name\", \"head_sha\" weren't supplied"),
        (json!({"name": 1, "head_sha": sha}), "1 is not a string"),
        (json!({"name": "n", "head_sha": "0".repeat(40)}), "No commit found for SHA"),
        (json!({"name": "n", "head_sha": sha, "status": "done"}), "\"done\" is not a possible value"),
        (json!({"name": "n", "head_sha": sha, "conclusion": "stale"}), "\"stale\" is not a possible value"),
        (json!({"name": "n", "head_sha": sha, "status": "completed"}), "\"conclusion\" wasn't supplied"),
        (json!({"name": "n", "head_sha": sha, "completed_at": "2026-01-01T00:00:00Z"}), "\"conclusion\""),
        (json!({"name": "n", "head_sha": sha, "started_at": "noon"}), "is not a date-time"),
        (output(json!({"title": "t"})), "\"summary\" wasn't supplied"),
        (output(json!({"summary": "s"})), "\"title\" wasn't supplied"),
        (
            output(json!({"title": "t", "summary": "x".repeat(65_536)})),
            "Only 65535 characters are allowed; 65536",
        ),
        (
            output(json!({"title": "t", "summary": "s", "annotations": vec![&annotation; 51]})),
            "No more than 50",
        ),
        (output(json!({"title": "t", "summary": "s", "annotations": [{"path": "a"}]})), "weren't supplied"),
        (output(json!({"title": "t", "summary": "s", "annotations": [backwards]})), "lines in order"),
    ] {
        client.post("check-runs", &body).refuses(422, words);
    }
    for field in ["summary", "text"] {
        // 65,535 characters, and more bytes than that.
        let mut body = output(json!({"title": "t", "summary": "s"}));
        body["output"][field] = format!("{}é", "x".repeat(65_534)).into();
        let answer = client.post("check-runs", &body).refuses(422, "Validation Failed");
        assert_eq!(answer.at("/errors/0/message"), format!("{field} exceeds a maximum bytesize of 65535"));
    }
    assert!(github.checks().is_empty());

    let most = json!({"title": "t", "summary": "x".repeat(65_535), "annotations": vec![&annotation; 50]});
    let created = client.post("check-runs", &output(most)).is(201);
    let path = format!("check-runs/{}", created.json["id"]);
    let more = json!({"output": {"title": "t", "summary": "s", "annotations": vec![&annotation; 50]}});
    assert_eq!(client.patch(&path, &more).is(200).json["output"]["annotations_count"], 100);
    client.patch(&path, &json!({"status": "completed"})).refuses(422, "\"conclusion\" wasn't supplied");
    client.patch(&path, &json!({"output": {"summary": "s"}})).refuses(422, "\"title\" wasn't supplied");
}
