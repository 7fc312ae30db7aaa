//! GraphQL: what can be asked, what is refused, and the commit that only one of many gets through.

use std::sync::Barrier;
use std::sync::atomic::{AtomicUsize, Ordering};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};

use super::client::Client;
use super::start;
use crate::support::github::{Access, Github};

const COMMIT: &str = "mutation($input: CreateCommitOnBranchInput!) {
  createCommitOnBranch(input: $input) { commit { oid url } }
}";

/// The input of a commit of these files.
fn input(head: &str, files: &[(&str, &[u8])]) -> Value {
    let file = |(path, bytes): &(&str, &[u8])| json!({"path": path, "contents": STANDARD.encode(bytes)});
    json!({
        "branch": {"repositoryNameWithOwner": "org/app", "branchName": "evalsig-audit"},
        "message": {"headline": "One release"},
        "expectedHeadOid": head,
        "fileChanges": {"additions": files.iter().map(file).collect::<Vec<_>>()},
    })
}

fn commit(client: &Client, input: &Value) -> Value {
    client.graphql(COMMIT, &json!({"input": input}))
}

/// Panics unless the commit was refused with this type and these words.
#[track_caller]
fn refused(answer: &Value, kind: &str, words: &str) {
    assert_eq!(answer["data"], json!({"createCommitOnBranch": null}), "{answer}");
    let error = &answer["errors"][0];
    assert_eq!(
        (&error["type"], &error["path"]),
        (&json!(kind), &json!(["createCommitOnBranch"])),
        "{answer}"
    );
    assert!(error["message"].as_str().unwrap().contains(words), "{answer}");
}

fn audit(github: &Github) -> String {
    github.commit("evalsig-audit", &[("audit/old", b"old"), ("audit/keep", b"keep")])
}

#[test]
fn a_commit_lands_on_the_head_it_expects() {
    let Some((github, client)) = start() else { return };
    let head = audit(&github);
    let mut body = input(&head, &[("audit/v1/audit.json", b"{}"), ("audit/keep", b"replaced")]);
    body["fileChanges"]["deletions"] = json!([{"path": "audit/old"}]);
    body["message"]["body"] = "in words".into();
    let answer = commit(&client, &body);
    let oid = answer["data"]["createCommitOnBranch"]["commit"]["oid"].as_str().unwrap();
    assert_eq!(
        answer,
        json!({"data": {"createCommitOnBranch": {"commit": {"oid": oid,
        "url": answer["data"]["createCommitOnBranch"]["commit"]["url"]}}}})
    );
    let log = github.log("evalsig-audit");
    assert_eq!((log[0].oid.as_str(), log[0].message.as_str()), (oid, "One release\n\nin words"));
    assert_eq!((log[0].parents.as_slice(), log[0].committer.name.as_str()), (&[head][..], "GitHub"));
    assert_eq!(github.files("evalsig-audit"), ["audit/keep", "audit/v1/audit.json"]);
    assert_eq!(github.file("evalsig-audit", "audit/keep").unwrap(), b"replaced");
    github.fsck();
}

#[test]
fn a_commit_elsewhere_or_without_leave_is_refused() {
    let Some((github, client)) = start() else { return };
    let head = audit(&github);
    let good = input(&head, &[("a", b"a")]);
    let but = |pointer: &str, value: Value| {
        let mut body = good.clone();
        *body.pointer_mut(pointer).unwrap() = value;
        commit(&client, &body)
    };
    let stale = github.head_sha();
    let words = format!("Expected branch to point to \"{stale}\" but it did not.  Pull and try again.");
    refused(&but("/expectedHeadOid", json!(stale)), "STALE_DATA", &words);
    refused(&but("/branch/branchName", json!("absent")), "NOT_FOUND", "absent");
    refused(&but("/branch/repositoryNameWithOwner", json!("org/other")), "NOT_FOUND", "'org/other'");
    refused(&but("/fileChanges/additions/0/path", json!("../a")), "UNPROCESSABLE", "");
    refused(&but("/fileChanges/additions/0/contents", json!("!")), "UNPROCESSABLE", "Base64");
    let deletion = json!({"deletions": [{"path": "absent"}]});
    refused(&but("/fileChanges", deletion), "UNPROCESSABLE", "does not exist as of commit oid");
    github.change(|setup| setup.refuse_updates.push("evalsig-audit".into()));
    let words = "Repository rule violations found\n\nCannot update this protected ref.";
    refused(&commit(&client, &good), "FORBIDDEN", words);
    github.change(|setup| setup.contents = Access::Read);
    refused(&commit(&client, &good), "FORBIDDEN", "Resource not accessible by integration");
    assert_eq!(github.head("evalsig-audit").unwrap(), head);
    github.fsck();
}

#[test]
fn an_input_that_github_does_not_know_is_refused_before_anything_happens() {
    let Some((github, client)) = start() else { return };
    let head = audit(&github);
    let good = input(&head, &[("a", b"a")]);
    let with = |pointer: &str, name: &str, value: Value| {
        let mut body = good.clone();
        body.pointer_mut(pointer).unwrap()[name] = value;
        let answer = commit(&client, &body);
        assert!(answer.get("data").is_none(), "{answer}");
        answer["errors"][0]["message"].as_str().unwrap().to_owned()
    };
    let start = "Variable $input of type CreateCommitOnBranchInput! was provided invalid value for ";
    for (message, end) in [
        (with("", "expectedHeadOid", Value::Null), "expectedHeadOid (Expected value to not be null)"),
        (with("", "author", json!({})), "author (Field is not defined on CreateCommitOnBranchInput)"),
        (with("/message", "headline", json!(1)), "message.headline (Could not coerce value 1 to String)"),
        (
            with("", "expectedHeadOid", json!("main")),
            "expectedHeadOid (Could not coerce value \"main\" to GitObjectID)",
        ),
        (
            with("/fileChanges/additions/0", "mode", json!("100755")),
            "fileChanges.additions.0.mode (Field is not defined on FileAddition)",
        ),
    ] {
        assert_eq!(message, format!("{start}{end}"));
    }
    assert_eq!(github.head("evalsig-audit").unwrap(), head);
}

#[test]
fn heads_and_files_are_read_under_any_alias() {
    let Some((github, client)) = start() else { return };
    audit(&github);
    let cases: &[(&str, &[u8])] = &[("audit/text", "é\r\n".as_bytes()), ("audit/binary", &[1, 0, 2])];
    let head = github.commit("evalsig-audit", cases);
    let oid = github.git(&["rev-parse", &format!("{head}:audit/binary")]).stdout.trim().to_owned();
    let query = "
      # A comment, and names of every kind.
      query Files($owner: String!, $name: String!, $oid: GitObjectID!, $where: String = \"evalsig-audit:audit\") {
        repository(owner: $owner, name: $name) {
          head: ref(qualifiedName: \"refs/heads/evalsig-audit\") { name target { __typename oid } }
          none: ref(qualifiedName: \"refs/heads/absent\") { target { oid } }
          f0: object(expression: \"evalsig-audit:audit/text\") { ...on Blob { oid, byteSize isBinary isTruncated text } }
          f1: object(oid: $oid) { oid ... on Blob { isBinary text } }
          f2: object(expression: \"absent:audit/text\") { oid }
          f3: object(expression: \"evalsig-audit:audit/absent\") { oid }
          folder: object(expression: $where) { ... on Tree { entries { name type mode object { ... on Blob { byteSize } } } } }
          tip: object(expression: \"evalsig-audit\") { ... on Commit { messageHeadline tree { oid } } }
        }
      }";
    let answer = client.graphql(query, &json!({"owner": "org", "name": "app", "oid": oid}));
    let data = &answer["data"]["repository"];
    assert_eq!(
        data["head"],
        json!({"name": "evalsig-audit", "target": {"__typename": "Commit", "oid": head}})
    );
    assert_eq!((&data["none"], &data["f2"], &data["f3"]), (&Value::Null, &Value::Null, &Value::Null));
    let text = &data["f0"];
    assert_eq!(
        (&text["text"], &text["byteSize"], &text["isBinary"]),
        (&json!("é\r\n"), &json!(4), &json!(false))
    );
    assert_eq!(data["f1"], json!({"oid": oid, "isBinary": true, "text": null}));
    let first = json!({"name": "binary", "type": "blob", "mode": 33188, "object": {"byteSize": 3}});
    assert_eq!(
        (&data["folder"]["entries"][0], data["folder"]["entries"].as_array().unwrap().len()),
        (&first, 4)
    );
    assert_eq!(data["tip"]["messageHeadline"], "Another writer's commit");

    github.commit("evalsig-audit", &[("long", &vec![b'x'; 600_000])]);
    let query = "{repository(owner:\"org\",name:\"app\"){object(expression:\"evalsig-audit:long\"){...on Blob{isTruncated text}}}}";
    let blob = client.graphql(query, &json!({}))["data"]["repository"]["object"].clone();
    assert_eq!((&blob["isTruncated"], blob["text"].as_str().unwrap().len()), (&json!(true), 512_000));

    let query = "{repository(owner:\"org\",name:\"other\"){nameWithOwner}}";
    let answer = client.graphql(query, &json!({}));
    assert_eq!(
        (&answer["data"], &answer["errors"][0]["type"]),
        (&json!({"repository": null}), &json!("NOT_FOUND"))
    );
    github.change(|setup| setup.contents = Access::None);
    let query = "{repository(owner:\"org\",name:\"app\"){nameWithOwner}}";
    assert_eq!(client.graphql(query, &json!({}))["errors"][0]["type"], "FORBIDDEN");
}

#[test]
fn what_the_schema_does_not_know_is_refused() {
    let Some((_github, client)) = start() else { return };
    let inside = |query: &str| format!("query {{ repository(owner: \"org\", name: \"app\") {{ {query} }} }}");
    for (query, code) in [
        (inside("colour"), "undefinedField"),
        (inside("object(expression: \"main:a\") { text }"), "undefinedField"),
        (inside("object(expression: \"main:a\") { ... on Ref { name } }"), "cannotSpreadFragment"),
        (inside("object(expression: \"main:a\") { ... on Folder { name } }"), "undefinedType"),
        (inside("object(path: \"a\") { oid }"), "argumentNotAccepted"),
        (inside("object(expression: \"main:a\")"), "selectionMismatch"),
        (inside("nameWithOwner { length }"), "selectionMismatch"),
        (inside("ref { name }"), "missingRequiredArguments"),
        (inside("object(oid: $oid) { oid }"), "variableNotDefined"),
        (
            inside("a: object(expression: \"x\") { oid } a: object(expression: \"y\") { oid }"),
            "fieldConflict",
        ),
        ("query($x: String) { __typename }".into(), "variableNotUsed"),
        (
            "query($o: String!) { repository(owner: \"org\", name: \"app\") { object(oid: $o) { oid } } }"
                .into(),
            "variableMismatch",
        ),
        ("mutation { deleteRef(input: {refId: 1}) { clientMutationId } }".into(), "undefinedField"),
    ] {
        let answer = client.graphql(&query, &json!({}));
        assert!(answer.get("data").is_none(), "{answer}");
        assert_eq!(answer["errors"][0]["extensions"]["code"], code, "{query}: {answer}");
    }
    let answer = client.graphql(&inside("colour"), &json!({}));
    assert_eq!(answer["errors"][0]["message"], "Field 'colour' doesn't exist on type 'Repository'");
    assert_eq!(answer["errors"][0]["path"], json!(["query", "repository", "colour"]));
    assert_eq!(answer["errors"][0]["locations"], json!([{"line": 1, "column": 49}]));
    for query in [
        "",
        "{",
        "query { a(b: ) }",
        "{ a } { b }",
        "{ a \"b }",
        "{ ...F } fragment F on Query { a }",
        "{ a @skip(if: true) }",
        "{ a ~ }",
    ] {
        let answer = client.graphql(query, &json!({}));
        assert!(
            answer.get("data").is_none() && answer["errors"][0]["message"].is_string(),
            "{query}: {answer}"
        );
    }
}

#[test]
fn of_sixteen_commits_one_wins_each_round() {
    let Some((github, client)) = start() else { return };
    let mut head = audit(&github);
    let (writers, rounds) = (16, 3);
    for round in 0..rounds {
        let (together, won) = (Barrier::new(writers), AtomicUsize::new(0));
        std::thread::scope(|scope| {
            for writer in 0..writers {
                let (together, won, head, client) = (&together, &won, &head, &client);
                scope.spawn(move || {
                    let body = input(head, &[(&format!("audit/{round}-{writer}"), b"{}")]);
                    together.wait();
                    let answer = commit(client, &body);
                    if answer["errors"].is_null() {
                        won.fetch_add(1, Ordering::SeqCst);
                    } else {
                        refused(&answer, "STALE_DATA", "Pull and try again");
                    }
                });
            }
        });
        assert_eq!(won.load(Ordering::SeqCst), 1);
        head = github.head("evalsig-audit").unwrap();
    }
    assert_eq!(github.log("evalsig-audit").len(), 1 + rounds);
    assert_eq!(github.files("evalsig-audit").len(), 2 + rounds);
    github.fsck();
}
