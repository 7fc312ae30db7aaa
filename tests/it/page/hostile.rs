//! Text from files stays text: it adds no element, no attribute, no link and nothing that hides.

use evalsig::present::page::{Context, render};
use evalsig::view::{self, ChainState, DecisionView, PastDecision, TrailPlace};
use serde_json::{Value, json};

use super::shape::check;
use super::{Read, better};
use crate::support::suite;

const HOSTILE: &str = "\"><script>alert(1)</script><img src=x onerror=y>' style='x' <a href=javascript:1>&lt;\u{202e}\u{0}\u{200b}]]>--><!--";

/// Replaces every text that the schema leaves free, one after the other, and says how many there were.
fn poison(envelope: &mut Value, with: &str) -> usize {
    let paths = paths(envelope, "");
    let mut poisoned = 0;
    for path in paths {
        let slot = envelope.pointer_mut(&path).unwrap();
        let before = std::mem::replace(slot, json!(with));
        if view::of_envelope(envelope.to_string().as_bytes()).is_ok() {
            poisoned += 1;
        } else {
            *envelope.pointer_mut(&path).unwrap() = before;
        }
    }
    poisoned
}

fn paths(value: &Value, at: &str) -> Vec<String> {
    match value {
        Value::String(_) => vec![at.to_owned()],
        Value::Array(list) => {
            list.iter().enumerate().flat_map(|(i, v)| paths(v, &format!("{at}/{i}"))).collect()
        }
        Value::Object(map) => map
            .iter()
            .flat_map(|(key, v)| paths(v, &format!("{at}/{}", key.replace('~', "~0").replace('/', "~1"))))
            .collect(),
        _ => Vec::new(),
    }
}

/// The view of an envelope, with what only a trail and the runs add, all of it called `text`.
fn around(envelope: &Value, text: &str) -> DecisionView {
    let mut view = view::of_envelope(envelope.to_string().as_bytes()).unwrap();
    let text = text.to_owned();
    view.place = Some(TrailPlace {
        path: text.clone(),
        index: 1,
        entry_sha256: text.clone(),
        chain: Some(ChainState { length: 1, intact: false }),
    });
    let past = PastDecision {
        release: text.clone(),
        attempt: 1,
        decided_at: text.clone(),
        verdict: view.verdict,
        effect: Some((0.1, None, None)),
        this: true,
    };
    view.past = vec![past.clone(), past];
    for task in &mut view.tasks {
        task.items = Some(items(&text, task.name.is_none()));
    }
    view
}

fn items(text: &str, two: bool) -> view::Items {
    let change = |difference: f64| view::ItemChange {
        id: text.to_owned(),
        cluster: Some(text.to_owned()),
        baseline: 0.0,
        candidate: difference,
        difference,
    };
    view::Items {
        worse: vec![change(-1.0)],
        better: vec![change(1.0)],
        counts: (1, 1, 2),
        outcomes: two.then_some(view::Outcomes { both_right: 1, fixed: 1, broken: 1, both_wrong: 1 }),
        histogram: vec![(-1.5, -0.5, 1), (-0.5, 0.5, 2), (0.5, 1.5, 1)],
        clusters: vec![view::ClusterChange {
            name: text.to_owned(),
            items: 2,
            worse: 1,
            better: 1,
            difference: 0.0,
            interval: None,
        }],
        clusters_left_out: 0,
        epochs: vec![view::EpochMeans { epoch: 1, baseline: Some(0.5), candidate: Some(0.4) }],
    }
}

/// An envelope of a pair, with every optional member filled.
fn full() -> Value {
    let session = better();
    let mut envelope: Value = serde_json::from_str(&session.read("audit/v1/audit.json")).unwrap();
    let names = |of: &[&str]| -> Value {
        of.iter().map(|name| ((*name).to_owned(), json!("x"))).collect::<serde_json::Map<_, _>>().into()
    };
    envelope["source"] = names(&[
        "repository",
        "repository_id",
        "head_sha",
        "tested_sha",
        "base_sha",
        "ref",
        "event",
        "pull_request",
    ]);
    envelope["run"] = names(&[
        "workflow_ref",
        "workflow_sha",
        "run_id",
        "run_attempt",
        "job",
        "actor",
        "triggering_actor",
        "runner",
    ]);
    envelope["tool"]["image_digest"] = json!("x");
    envelope["inputs"]["baseline"]["config_hash"] = json!("x");
    envelope["inputs"]["baseline"]["resolved"] =
        json!({"asked": "x", "stored_at": "x", "age_days": 3, "max_age_days": 1});
    envelope["inputs"]["candidate"]["at_commit"] = json!({"revision": "x", "commit": "x"});
    envelope["report"]["suggestion"] = json!("x");
    envelope["report"]["comparison"]["warnings"] = json!(["x"]);
    envelope["report"]["comparison"]["notes"] = json!(["x"]);
    envelope["plan"]["policy"] = json!({"path": "x", "source_ref": "x", "sha256": "x", "task": "x"});
    envelope["plan"]["overridden"] = json!(["x"]);
    envelope
}

/// The same page about harmless and about hostile text: the same elements, however the text reads.
#[track_caller]
fn compare(envelope: &Value, least: usize) -> Read {
    let poisoned = |with: &str| {
        let mut envelope = envelope.clone();
        let count = poison(&mut envelope, with);
        assert!(count >= least, "only {count} texts could be replaced");
        let page = render(&around(&envelope, with), &Context { csv: Some("page.csv"), server: None });
        Read::of(page.html)
    };
    let (harmless, hostile) = (poisoned("harmless text"), poisoned(HOSTILE));
    let elements = |read: &Read| {
        let mut found = check(read);
        // How many ticks and labels an axis has depends on the width of its texts.
        found.remove("line");
        found.remove("text");
        found
    };
    assert_eq!(elements(&harmless), elements(&hostile));
    hostile
}

#[test]
fn hostile_text_in_every_field_of_a_pair_adds_nothing() {
    let read = compare(&full(), 50);
    let subject = read.text(".lead .subject");
    assert!(subject.contains("\"><script>alert(1)</script>"), "{subject}");
    assert!(read.html.contains("\\u{202e}\\u{0}\\u{200b}"));
}

#[test]
fn hostile_text_in_every_field_of_a_suite_adds_nothing() {
    let session = suite::session(&suite::better(), &suite::worse());
    session.run("gate --policy evalsig.yml --release-id v1 --store kept").exits(1);
    let envelope: Value = serde_json::from_str(&session.read("audit/v1/audit.json")).unwrap();
    compare(&envelope, 80);
}

#[test]
fn links_lead_to_the_repository_or_are_not_there() {
    let links = |repository: &str, commit: &str, server: Option<&str>| {
        let mut envelope = full();
        envelope["source"]["repository"] = json!(repository);
        envelope["source"]["head_sha"] = json!(commit);
        let view = around(&envelope, "x");
        let read = Read::of(render(&view, &Context { csv: None, server }).html);
        check(&read);
        let found = scraper::Selector::parse("a[href^=http]").unwrap();
        read.tree.select(&found).map(|a| a.attr("href").unwrap().to_owned()).collect::<Vec<_>>()
    };
    let server = Some("https://github.com");
    let found = links("owner/name", "abc", server);
    assert!(found.contains(&"https://github.com/owner/name/commit/abc".to_owned()), "{found:?}");
    assert!(links("owner/name", "abc", None).is_empty());
    for hostile in ["owner/name/../../evil", "evil.example", "javascript:alert(1)/x", "owner/na?me", "/", ""]
    {
        let found = links(hostile, "abc", server);
        assert!(found.is_empty(), "{hostile}: {found:?}");
    }
}
