//! A run store in a bucket: gates keep runs there, history finds them, and a bad line loses nothing.

use serde_json::Value;

use super::proxy::{Fate, Proxy};
use super::server::{SECRET, Server, environment};
use crate::support::Session;

const GATE: &str = "gate --baseline runs/baseline.json --candidate runs/candidate.json --min-delta 0.01";

#[test]
fn gates_keep_their_runs_in_a_bucket_and_history_finds_them() {
    let Some(server) = Server::shared() else { return };
    let (proxy, name) = (Proxy::to(server.port), server.locked_bucket());
    let mut session = Session::with_examples();
    for (name, value) in environment(proxy.port) {
        session.set(&name, &value);
    }
    let store = format!("s3://{name}/store");
    proxy.fare("PUT", &[Fate::AnswerLost, Fate::AnswerReplaced(503), Fate::Lost]);
    let ran = session.run(&format!("{GATE} --store {store} --project app"));
    assert!(ran.code <= 2 && proxy.is_through(), "{ran:?}");
    // Again: the same runs are there already, and stay as they are.
    let again = session.run(&format!("{GATE} --store {store} --project app"));
    assert_eq!(again.code, ran.code, "{}", again.stderr);

    let listed = session.run(&format!("history --root {store} --project app --output jsonl")).exits(0);
    let lines: Vec<Value> = listed.stdout.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(lines.len(), 2, "{}", listed.stdout);
    for line in &lines {
        let path = line["path"].as_str().unwrap();
        assert!(path.starts_with(&format!("{store}/app/year=")), "{path}");
        let key = path.strip_prefix(&format!("s3://{name}/")).unwrap();
        assert_eq!(server.versions(&name, key).len(), 1, "{key} was written once");
        let id = line["run_id"].as_str().unwrap();
        let got = session.run_args(&["store", "get", id, "--root", &store, "--project", "app"]).exits(0);
        assert_eq!(got.json()["run_id"], id);
    }
    for said in [&ran, &again, &listed] {
        assert!(!format!("{said:?}").contains(SECRET));
    }
    let indexes = server.versions(&name, "store/app/manifest.json");
    assert!(indexes.is_empty(), "a write-once bucket has no index");
}
