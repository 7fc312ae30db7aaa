//! Blobs, trees, commits and contents.

use serde_json::{Value, json};

use super::start;
use crate::support::github::Person;

#[test]
fn a_commit_is_built_from_parts() {
    let Some((github, client)) = start() else { return };
    let text = client.post("git/blobs", &json!({"content": "über\n"})).is(201);
    let binary = client.post("git/blobs", &json!({"content": "AAEC\n/w==\n", "encoding": "base64"})).is(201);
    let base = github.head_sha();
    let entries = json!([
        {"path": "a/text", "mode": "100644", "type": "blob", "sha": text.at("/sha")},
        {"path": "a/b/binary", "mode": "100755", "type": "blob", "sha": binary.at("/sha")},
        {"path": "inline", "mode": "100644", "type": "blob", "content": "inline"},
    ]);
    let tree = client.post("git/trees", &json!({"base_tree": base, "tree": entries})).is(201);
    let body = json!({"message": "Parts\n\nand a body", "tree": tree.at("/sha"), "parents": [base]});
    let commit = client.post("git/commits", &body).is(201);
    assert_eq!(commit.json["verification"]["verified"], true);
    client.patch("git/refs/heads/main", &json!({"sha": commit.at("/sha")})).is(200);

    assert_eq!(github.files("main"), ["README.md", "a/b/binary", "a/text", "inline"]);
    assert_eq!(github.file("main", "a/b/binary").unwrap(), [0, 1, 2, 255]);
    assert_eq!(github.file("main", "a/text").unwrap(), "über\n".as_bytes());
    let log = github.log("main");
    assert_eq!((log.len(), log[0].message.as_str()), (2, "Parts\n\nand a body"));
    assert_eq!(log[0].parents, [base]);
    let Person { name, email, .. } = &log[0].committer;
    assert_eq!((name.as_str(), email.as_str()), ("GitHub", "noreply@github.com"));
    assert_eq!(log[0].author.name, "github-actions[bot]");

    let read = client.get(&format!("git/commits/{}", commit.at("/sha"))).is(200);
    assert_eq!(read.json, commit.json);
    assert_eq!((read.at("/tree/sha"), read.at("/parents/0/sha")), (tree.at("/sha"), base));
    github.fsck();
}

#[test]
fn authors_can_be_named_and_then_nothing_is_signed() {
    let Some((github, client)) = start() else { return };
    let tree = client.get(&format!("git/commits/{}", github.head_sha())).is(200);
    let author = json!({"name": "A", "email": "a@example.org", "date": "2026-01-02T03:04:05Z"});
    let body = json!({"message": "m", "tree": tree.at("/tree/sha"), "author": author});
    let commit = client.post("git/commits", &body).is(201);
    assert_eq!(commit.json["author"], author);
    assert_eq!(commit.json["verification"]["verified"], false);
    assert_eq!(commit.json["parents"], json!([]));
}

#[test]
fn trees_list_delete_and_are_cut_at_the_limit() {
    let Some((github, client)) = start() else { return };
    let head = github.commit("b", &[("a/1", b"1"), ("a/2", b"22"), ("c", b"3")]);
    let list = |query: &str| {
        let answer = client.get(&format!("git/trees/{head}{query}")).is(200);
        let entries = answer.json["tree"].as_array().unwrap().clone();
        let paths: Vec<_> = entries.iter().map(|entry| entry["path"].as_str().unwrap().to_owned()).collect();
        (paths, answer.json["truncated"] == true, entries)
    };
    assert_eq!(list("").0, ["a", "c"]);
    let (paths, truncated, entries) = list("?recursive=1");
    assert_eq!((paths.join(" ").as_str(), truncated), ("a a/1 a/2 c", false));
    assert_eq!((&entries[0]["type"], &entries[0]["size"]), (&json!("tree"), &Value::Null));
    assert_eq!((&entries[2]["type"], &entries[2]["size"]), (&json!("blob"), &json!(2)));
    github.change(|setup| setup.tree_limit = 2);
    let (paths, truncated, _) = list("?recursive=1");
    assert_eq!((paths.join(" ").as_str(), truncated), ("a a/1", true));
    github.change(|setup| setup.tree_limit = 100);

    let delete = |path: &str| {
        let entry = json!({"path": path, "mode": "100644", "type": "blob", "sha": null});
        client.post("git/trees", &json!({"base_tree": head, "tree": [entry]}))
    };
    assert_eq!(delete("a").is(201).json["tree"].as_array().unwrap().len(), 1);
    delete("absent").refuses(422, "BadObjectState");
    client.get(&format!("git/trees/{}", "0".repeat(40))).refuses(404, "Not Found");
    assert_eq!(client.get("git/trees/b").is(200).at("/sha"), head);
}

#[test]
fn parts_that_do_not_exist_are_refused() {
    let Some((github, client)) = start() else { return };
    let absent = "1".repeat(40);
    let tree = |entry: Value| client.post("git/trees", &json!({"tree": [entry]}));
    let file = |path: &str| tree(json!({"path": path, "mode": "100644", "type": "blob", "content": "x"}));
    tree(json!({"path": "a", "mode": "100644", "sha": absent})).refuses(422, "is not a valid blob");
    tree(json!({"path": "a", "mode": "100644"})).refuses(422, "tree.sha or tree.content");
    tree(json!({"path": "a", "content": "x"})).refuses(422, "tree.mode");
    for path in ["../a", "/a", "a//b", ".git/config", "a/./b"] {
        file(path).refuses(422, "malformed path component");
    }
    client.post("git/trees", &json!({"tree": []})).refuses(422, "Invalid tree info");
    client.post("git/trees", &json!({})).refuses(422, "\"tree\" wasn't supplied");
    client.post("git/trees", &json!({"base_tree": absent, "tree": []})).refuses(422, "base_tree");
    client.post("git/blobs", &json!({})).refuses(422, "\"content\" wasn't supplied");
    client.post("git/blobs", &json!({"content": "!", "encoding": "base64"})).refuses(422, "Base64");
    client.post("git/blobs", &json!({"content": "!", "encoding": "rot13"})).refuses(422, "encoding");
    client
        .post("git/commits", &json!({"message": "m", "tree": absent}))
        .refuses(422, "Tree SHA does not exist");
    let tree = file("a").is(201).at("/sha").to_owned();
    client.post("git/commits", &json!({"tree": tree})).refuses(422, "\"message\"");
    client
        .post("git/commits", &json!({"message": "m", "tree": tree, "parents": [absent]}))
        .refuses(422, "Parent SHA does not exist");
    client.get(&format!("git/blobs/{absent}")).refuses(404, "Not Found");
    client.get(&format!("git/blobs/{tree}")).refuses(404, "Not Found");
    client.get(&format!("git/commits/{tree}")).refuses(404, "Not Found");
    github.fsck();
}

#[test]
fn contents_are_read_by_path_and_ref() {
    let Some((github, client)) = start() else { return };
    let long = vec![0xff; 100];
    github.commit("evalsig-audit", &[("audit/v1/audit.json", &long), ("audit/big", &vec![b'x'; 1_048_577])]);
    let file = client.get("contents/audit/v1/audit.json?ref=evalsig-audit").is(200);
    assert_eq!((file.at("/type"), file.at("/name"), file.at("/encoding")), ("file", "audit.json", "base64"));
    let lines: Vec<&str> = file.at("/content").split('\n').collect();
    assert_eq!((lines[0].len(), lines.len()), (60, 4), "GitHub breaks its base64 after 60 characters");
    let blob = client.get(&format!("git/blobs/{}", file.at("/sha"))).is(200);
    assert_eq!((blob.at("/content"), &blob.json["size"]), (file.at("/content"), &json!(100)));
    let big = client.get("contents/audit/big?ref=evalsig-audit").is(200);
    assert_eq!((big.at("/encoding"), big.at("/content")), ("none", ""));
    let folder = client.get("contents/audit?ref=evalsig-audit").is(200);
    assert_eq!(
        [folder.at("/0/name"), folder.at("/1/type"), folder.at("/1/path")],
        ["big", "dir", "audit/v1"]
    );
    assert_eq!(client.get("contents/?ref=main").is(200).at("/0/path"), "README.md");
    client.get("contents/absent").refuses(404, "Not Found");
    client.get("contents/README.md?ref=absent").refuses(404, "No commit found for the ref absent");
}
