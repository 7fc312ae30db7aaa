//! A decision in which every text that the schema leaves free is somebody else's.

use std::sync::OnceLock;

use evalsig::view::{
    self, ChainState, ClusterChange, DecisionView, EpochMeans, ItemChange, Items, Outcomes, PastDecision,
    TrailPlace,
};
use serde_json::{Value, json};

/// What a decision is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Of {
    /// One pair of runs.
    Pair,
    /// The tasks of a policy.
    Suite,
}

/// An envelope, and where in it free texts stand.
type Envelope = (Value, Vec<String>);

fn envelope(of: Of) -> &'static Envelope {
    static PAIR: OnceLock<Envelope> = OnceLock::new();
    static SUITE: OnceLock<Envelope> = OnceLock::new();
    let suite = include_bytes!("../seeds/envelope/suite.json");
    match of {
        Of::Pair => PAIR.get_or_init(|| with_free_texts(pair())),
        Of::Suite => SUITE.get_or_init(|| with_free_texts(serde_json::from_slice(suite).expect("JSON"))),
    }
}

/// Each text is replaced in turn and stays so where the envelope is still one: all of them together leave one too.
fn with_free_texts(envelope: Value) -> Envelope {
    let mut tried = envelope.clone();
    let mut free = Vec::new();
    for path in paths(&envelope, "") {
        let before = std::mem::replace(tried.pointer_mut(&path).expect("there"), json!("any <text>"));
        if view::of_envelope(tried.to_string().as_bytes()).is_ok() {
            free.push(path);
        } else {
            *tried.pointer_mut(&path).expect("there") = before;
        }
    }
    assert!(free.len() >= 40, "{} free texts", free.len());
    (envelope, free)
}

/// An envelope of a pair with every optional member filled.
fn pair() -> Value {
    let bytes = include_bytes!("../../tests/golden/trail_v1/audit/v1.0.0/audit.json");
    let mut full: Value = serde_json::from_slice(bytes).expect("JSON");
    let names = |of: &[&str]| -> Value {
        of.iter().map(|name| ((*name).to_owned(), json!("x"))).collect::<serde_json::Map<_, _>>().into()
    };
    full["source"] = names(&[
        "repository",
        "repository_id",
        "head_sha",
        "tested_sha",
        "base_sha",
        "ref",
        "event",
        "pull_request",
    ]);
    full["run"] = names(&[
        "workflow_ref",
        "workflow_sha",
        "run_id",
        "run_attempt",
        "job",
        "actor",
        "triggering_actor",
        "runner",
    ]);
    full["tool"]["image_digest"] = json!("x");
    full["inputs"]["baseline"]["config_hash"] = json!("x");
    full["inputs"]["baseline"]["resolved"] =
        json!({"asked": "x", "stored_at": "x", "age_days": 3, "max_age_days": 1});
    full["inputs"]["candidate"]["at_commit"] = json!({"revision": "x", "commit": "x"});
    full["report"]["suggestion"] = json!("x");
    full["report"]["comparison"]["warnings"] = json!(["x", "y"]);
    full["report"]["comparison"]["notes"] = json!(["x"]);
    full["changed"]["broken_ids"] = json!(["x", "y"]);
    full["changed"]["fixed_ids"] = json!(["x"]);
    full["plan"]["policy"] = json!({"path": "x", "source_ref": "x", "sha256": "x", "task": "x"});
    full["plan"]["overridden"] = json!(["x"]);
    full
}

fn paths(value: &Value, at: &str) -> Vec<String> {
    match value {
        Value::String(_) => vec![at.to_owned()],
        Value::Array(list) => {
            list.iter().enumerate().flat_map(|(i, v)| paths(v, &format!("{at}/{i}"))).collect()
        }
        Value::Object(map) => map.iter().flat_map(|(key, v)| paths(v, &format!("{at}/{key}"))).collect(),
        _ => Vec::new(),
    }
}

/// The decision with `text` in every free place, or only in the one that `only` counts to; `None` where the text makes
/// the envelope one that is refused.
pub fn decision(of: Of, text: &str, only: Option<usize>) -> Option<DecisionView> {
    let (full, free) = envelope(of);
    let mut poisoned = full.clone();
    for (at, path) in free.iter().enumerate() {
        if only.is_none_or(|only| at == only % free.len()) {
            *poisoned.pointer_mut(path)? = text.into();
        }
    }
    let mut view = view::of_envelope(poisoned.to_string().as_bytes()).ok()?;
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
    Some(view)
}

fn items(text: &str, two: bool) -> Items {
    let change = |difference: f64| ItemChange {
        id: text.to_owned(),
        cluster: Some(text.to_owned()),
        baseline: 0.0,
        candidate: difference,
        difference,
    };
    Items {
        worse: vec![change(-1.0)],
        better: vec![change(1.0)],
        counts: (1, 1, 2),
        outcomes: two.then_some(Outcomes { both_right: 1, fixed: 1, broken: 1, both_wrong: 1 }),
        histogram: vec![(-1.5, -0.5, 1), (-0.5, 0.5, 2), (0.5, 1.5, 1)],
        clusters: vec![ClusterChange {
            name: text.to_owned(),
            items: 2,
            worse: 1,
            better: 1,
            difference: 0.0,
            interval: None,
        }],
        clusters_left_out: 0,
        epochs: vec![EpochMeans { epoch: 1, baseline: Some(0.5), candidate: Some(0.4) }],
    }
}
