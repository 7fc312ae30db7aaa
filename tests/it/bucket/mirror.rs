//! `evalsig store mirror`: a trail and its runs in a write-once bucket, verified there.

use std::collections::BTreeMap;

use evalsig::domain::Digest;
use evalsig::store::ObjectStore as _;
use serde_json::{Value, json};

use super::proxy::{Fate, Proxy};
use super::server::{SECRET, Server, environment, open};
use crate::support::{Ran, Session};

/// A session with credentials for a server at `port`, and a trail of three entries.
fn with_trail(port: u16) -> Session {
    let mut session = Session::with_examples();
    for (name, value) in environment(port) {
        session.set(&name, &value);
    }
    for (release, delta) in [("v1", "0.01"), ("v2", "0.01"), ("v1", "0.02")] {
        let gate = "gate --baseline runs/baseline.json --candidate runs/candidate.json --min-delta";
        let ran = session.run(&format!("{gate} {delta} --release-id {release}"));
        assert!(ran.code <= 2, "{}", ran.stderr);
    }
    session
}

/// Nothing that was said may hold the secret.
fn discreet(ran: Ran) -> Ran {
    assert!(!format!("{ran:?}").contains(SECRET), "{ran:?}");
    ran
}

fn receipt(session: &Session) -> Value {
    serde_json::from_str(&session.read("receipt.json")).unwrap()
}

/// Objects of a receipt by path.
fn objects(receipt: &Value) -> BTreeMap<String, Value> {
    let objects = receipt["objects"].as_array().unwrap().iter();
    objects.map(|object| (object["path"].as_str().unwrap().to_owned(), object.clone())).collect()
}

#[test]
fn a_trail_and_its_runs_are_mirrored_and_verified_there() {
    let Some(server) = Server::shared() else { return };
    let (name, runs) = (server.locked_bucket(), server.bucket());
    let session = with_trail(server.port);
    let run = "app/year=2026/month=11/run_id=a%3Ab.parquet";
    for (path, body) in [(run, "columns"), ("app/manifest.json", "{}")] {
        let key = format!("store/{path}");
        server.call("put_object", json!({"Bucket": runs, "Key": key, "Body": body})).unwrap();
    }
    let line = format!("store mirror --to s3://{name}/app --root s3://{runs}/store --json receipt.json");
    let ran = discreet(session.run(&line).exits(0));
    assert!(ran.stdout.contains("8 objects") && ran.stdout.contains("8 created"), "{}", ran.stdout);
    assert!(ran.stdout.contains("INTACT there: 3 entries"), "{}", ran.stdout);

    let receipt = receipt(&session);
    assert_eq!(
        (&receipt["schema"], &receipt["trail"]["result"]),
        (&json!("evalsig.mirror/v1"), &json!("intact"))
    );
    let objects = objects(&receipt);
    let mirrored = open(server.port, &format!("s3://{name}/app"));
    assert_eq!(objects.len(), 8);
    assert!(objects.contains_key(run) && !objects.contains_key("app/manifest.json"));
    for (path, object) in &objects {
        let there = mirrored.read(path).unwrap().expect("an object");
        assert_eq!(object["sha256"], Digest::of(&there.bytes).to_string());
        assert_eq!((&object["bytes"], &object["created"]), (&json!(there.bytes.len()), &json!(true)));
        assert_eq!(object["version"].as_str(), there.version.id.as_deref());
        assert!(object["version"].is_string() && object["etag"].is_string(), "{object}");
        // The retention of the bucket holds for each of them.
        let version = json!({"Bucket": name, "Key": format!("app/{path}"), "VersionId": object["version"]});
        assert_eq!(server.call("delete_object", version), Err("AccessDenied".into()));
    }

    // The mirror is a trail of its own: verified by its URL, anchored by the head of the receipt.
    let head = receipt["trail"]["head_sha256"].as_str().unwrap();
    let ran =
        discreet(session.run(&format!("verify s3://{name}/app --anchor {head} --require-anchor")).exits(0));
    assert!(ran.stdout.contains("INTACT: 3 entries of 2 releases"), "{}", ran.stdout);

    // Again, and again after one more entry: only what is new is created.
    let ran = session.run(&line).exits(0);
    assert!(ran.stdout.contains("0 created, 8 were there"), "{}", ran.stdout);
    session.run(
        "gate --baseline runs/baseline.json --candidate runs/candidate.json --min-delta 0 --release-id v3",
    );
    let ran = session.run(&line).exits(0);
    assert!(ran.stdout.contains("2 created, 8 were there"), "{}", ran.stdout);
}

#[test]
fn a_mirror_that_was_interrupted_is_a_shorter_trail_and_goes_on() {
    let Some(server) = Server::shared() else { return };
    let (proxy, name) = (Proxy::to(server.port), server.bucket());
    let session = with_trail(proxy.port);
    let to = format!("s3://{name}/app");
    let line = format!("store mirror --to {to}");
    // The rules for git, then the first entry with its envelope, then the line is cut.
    proxy.fare("PUT", &[Fate::Served, Fate::Served, Fate::Served, Fate::Refused(403)]);
    let ran = discreet(session.run(&line).exits(77));
    assert!(ran.stderr.contains("s3:PutObject") && ran.stderr.contains(&to), "{}", ran.stderr);
    let ran = session.run(&format!("verify {to}")).exits(0);
    assert!(ran.stdout.contains("INTACT: 1 entry of 1 release"), "{}", ran.stdout);

    // An answer that gets lost costs nothing.
    proxy.fare("PUT", &[Fate::Served, Fate::AnswerLost, Fate::AnswerReplaced(500), Fate::Lost]);
    let ran = session.run(&line).exits(0);
    assert!(ran.stdout.contains("4 created, 3 were there"), "{}", ran.stdout);
    session.run(&format!("verify {to}")).exits(0);
    for path in ["audit/v1/audit.json", "audit/v2/entry.json", "audit/v1/attempts/002/entry.json"] {
        assert_eq!(server.versions(&name, &format!("app/{path}")).len(), 1, "{path}");
    }
}

#[test]
fn other_bytes_in_the_mirror_are_refused_and_kept() {
    let Some(server) = Server::shared() else { return };
    let name = server.bucket();
    let session = with_trail(server.port);
    let line = format!("store mirror --to s3://{name}/app");
    session.run(&line).exits(0);
    let altered =
        json!({"Bucket": name, "Key": "app/audit/v2/audit.json", "Body": "{\"verdict\": \"ALLOW\"}"});
    server.call("put_object", altered).unwrap();
    let ran = discreet(session.run(&line).exits(73));
    assert!(ran.stderr.contains(&format!("s3://{name}/app/audit/v2/audit.json")), "{}", ran.stderr);
    assert!(ran.stderr.contains("nothing was overwritten") && ran.stderr.contains("[store-not-written]"));
    let key = json!({"Bucket": name, "Key": "app/audit/v2/audit.json"});
    assert_eq!(server.call("get_object", key).unwrap()["Body"], "{\"verdict\": \"ALLOW\"}");
    // Verifying says so too.
    let ran = session.run(&format!("verify s3://{name}/app")).exits(1);
    assert!(ran.stdout.contains("BROKEN") && ran.stdout.contains("audit/v2/audit.json"), "{}", ran.stdout);
}

#[test]
fn what_strangers_put_beside_the_mirrored_trail_breaks_it() {
    let Some(server) = Server::shared() else { return };
    let name = server.bucket();
    let session = with_trail(server.port);
    let stray = json!({"Bucket": name, "Key": "app/audit/.hidden/note.txt", "Body": "x"});
    server.call("put_object", stray).unwrap();
    let ran = session.run(&format!("store mirror --to s3://{name}/app --json receipt.json")).exits(1);
    assert!(ran.stdout.contains("BROKEN") && ran.stdout.contains(".hidden/note.txt"), "{}", ran.stdout);
    assert_eq!(receipt(&session)["trail"]["result"], "broken");
}

#[test]
fn a_broken_trail_is_not_carried_to_where_it_would_stay() {
    let Some(server) = Server::shared() else { return };
    let name = server.bucket();
    let session = with_trail(server.port);
    let envelope = session.read("audit/v1/audit.json");
    session.write("audit/v1/audit.json", &envelope.replacen("0.01", "0.02", 1));
    let ran = session.run(&format!("store mirror --to s3://{name}")).exits(73);
    assert!(
        ran.stderr.contains("[trail-broken]") && ran.stderr.contains("nothing was mirrored"),
        "{}",
        ran.stderr
    );
    assert!(open(server.port, &format!("s3://{name}")).list("").unwrap().is_empty());
    let ran = Session::new().run("store mirror --to s3://b").exits(65);
    assert!(ran.stderr.contains("--audit-root"), "{}", ran.stderr);
}

#[test]
fn a_bucket_without_versions_is_told() {
    let Some(server) = Server::shared() else { return };
    server.call("create_bucket", json!({"Bucket": "unversioned"})).unwrap();
    let session = with_trail(server.port);
    let ran = session.run("store mirror --to s3://unversioned --json receipt.json").exits(0);
    assert!(ran.stdout.contains("gives no version ids"), "{}", ran.stdout);
    assert!(objects(&receipt(&session)).values().all(|object| object["version"].is_null()));
}

#[test]
fn the_users_own_attributes_may_change_and_a_project_called_audit_may_not_come() {
    let Some(server) = Server::shared() else { return };
    let name = server.bucket();
    let session = with_trail(server.port);
    let line = format!("store mirror --to s3://{name}/app");
    session.run(&line).exits(0);
    session.write(".gitattributes", "audit/** -text\n*.rs diff=rust\n");
    let ran = session.run(&line).exits(0);
    assert!(ran.stdout.contains(".gitattributes stays as it was"), "{}", ran.stdout);

    let stray = json!({"Bucket": name, "Key": "store/audit/year=2026/x.parquet", "Body": "x"});
    server.call("put_object", stray).unwrap();
    let ran = session.run(&format!("{line} --root s3://{name}/store")).exits(64);
    assert!(ran.stderr.contains("the project is called audit"), "{}", ran.stderr);
}

#[test]
fn a_folder_can_be_a_mirror_too() {
    let session = with_trail(1);
    let gate = "gate --baseline runs/baseline.json --candidate runs/candidate.json --min-delta 0.01";
    session.run(&format!("{gate} --release-id v1 --store store --project app"));
    let line = "store mirror --to mirror/here --root store --json receipt.json";
    let ran = session.run(line).exits(0);
    assert!(ran.stdout.contains("INTACT there: 3 entries"), "{}", ran.stdout);
    let objects = objects(&receipt(&session));
    let runs = objects.keys().filter(|path| path.ends_with(".parquet")).count();
    assert_eq!(runs, 2, "{:?}", objects.keys());
    for (path, object) in &objects {
        let there = std::fs::read(session.path("mirror/here").join(path)).unwrap();
        assert_eq!(object["sha256"], Digest::of(&there).to_string());
        assert!(object["version"].is_null());
    }
    session.run("verify mirror/here").exits(0);
    let listed = session.run("history --root mirror/here --project app --output jsonl").exits(0);
    assert_eq!(listed.stdout.lines().count(), 2, "{}", listed.stdout);
    assert!(session.run(line).exits(0).stdout.contains("0 created"));

    session.write("mirror/here/audit/v2/audit.json", "{}");
    let ran = session.run(line).exits(73);
    assert!(ran.stderr.contains("audit/v2/audit.json") && ran.stderr.contains("nothing was overwritten"));
    assert_eq!(session.read("mirror/here/audit/v2/audit.json"), "{}");
}
