//! One result: a test, given to one provider with one prompt.

use super::errors;
use std::collections::BTreeMap;

use super::super::fingerprint;
use super::super::labels::{LabelSource, Labels};
use super::super::quote::{list, quote};
use super::super::scalar::Scalar;
use super::super::tree::{Node, Projection};
use super::grading::{self, Grading};
use super::usage::{self, RowUsage};
use crate::domain::{Diagnostic, Digest, Score, Unscored};

/// What is kept of a result.
pub(super) const PROJECTION: Projection<'static> = Projection::Fields(&[
    ("testIdx", Projection::All),
    ("promptIdx", Projection::All),
    ("provider", Projection::Fields(&[("id", Projection::All), ("label", Projection::All)])),
    ("prompt", Projection::Fields(&[("label", Projection::All), ("raw", Projection::All)])),
    (
        "testCase",
        Projection::Fields(&[
            ("description", Projection::All),
            ("metadata", Projection::All),
            ("assert", Projection::All),
            ("assertScoringFunction", Projection::Fields(&[])),
            ("options", Projection::Fields(&[("provider", Projection::All)])),
        ]),
    ),
    ("vars", Projection::All),
    ("metadata", Projection::All),
    ("success", Projection::All),
    ("score", Projection::All),
    ("namedScores", Projection::All),
    ("failureReason", Projection::All),
    ("error", Projection::Start(1)),
    ("gradingResult", grading::PROJECTION),
    ("latencyMs", Projection::All),
    ("cost", Projection::All),
    ("tokenUsage", usage::TOKEN_USAGE),
    ("response", usage::RESPONSE),
]);
/// The parts of an assertion that say what it asserts; who grades it is not one of them.
const ASSERTED: [&str; 5] = ["assert", "metric", "threshold", "type", "value"];
/// The metadata field that is read where no other is named.
const FIELD: &str = "cluster_id";
/// Digits of the hash that names an item: 64 bits.
const DIGITS: usize = 16;
/// `failureReason` of a test that failed before it was scored.
const ERROR: u64 = 2;

/// A result.
pub(super) struct ResultRow {
    /// Names the test: its description, and a hash of it, its variables and its assertions.
    pub(super) item: String,
    /// Which test of the evaluation it is; repeats are tests of their own.
    pub(super) test: Option<u64>,
    /// Provider and prompt, as promptfoo heads their column.
    pub(super) variant: String,
    pub(super) provider: String,
    pub(super) cluster: Option<String>,
    pub(super) slice: Option<String>,
    /// What the provider was sent, as a number.
    pub(super) prompt: u64,
    /// Whether its score lies between 0 and 1 for certain.
    pub(super) is_share: bool,
    /// What it took.
    pub(super) usage: RowUsage,
    failed: bool,
    grading: Grading,
    scores: BTreeMap<String, Scalar<'static>>,
}

impl ResultRow {
    /// # Errors
    /// `run-malformed` where it is no result, or its cluster is no label.
    pub(super) fn of(
        node: &Node,
        clusters: &mut Labels<'_>,
        slices: &mut Labels<'_>,
        id: Option<&str>,
    ) -> Result<Self, Diagnostic> {
        let (Some(_), Some(vars)) = (node.get("promptIdx").and_then(Node::count), node.get("vars")) else {
            return Err(errors::no_result());
        };
        let text = |path: &[&str]| path.iter().try_fold(node, |node, key| node.get(key)).and_then(Node::text);
        let filled = |path: &[&str]| text(path).filter(|text| !text.is_empty());
        let provider = filled(&["provider", "label"]).or(filled(&["provider", "id"]));
        let provider = provider.or(filled(&["provider"])).unwrap_or("unknown").to_owned();
        let prompt = filled(&["prompt", "label"]).or(filled(&["prompt", "raw"])).unwrap_or("");
        let mut scores: BTreeMap<_, _> = ["score", "success"]
            .iter()
            .map(|name| ((*name).to_owned(), node.get(name).map_or(Scalar::Null, Node::scalar)))
            .collect();
        for (name, value) in node.get("namedScores").into_iter().flat_map(Node::fields) {
            let taken = matches!(name, "score" | "success");
            let name = if taken { format!("namedScores/{name}") } else { name.to_owned() };
            scores.insert(name, value.scalar());
        }
        Ok(Self {
            item: match id {
                Some(key) => named(node, key)?,
                None => item(
                    filled(&["testCase", "description"]),
                    vars,
                    node.get("testCase").and_then(|test| test.get("assert")),
                ),
            },
            prompt: text(&["prompt", "raw"]).map_or(0, fingerprint::of_text),
            is_share: grading::is_share(node.get("testCase")),
            grading: Grading::of(node.get("gradingResult")),
            test: node.get("testIdx").and_then(Node::count),
            variant: format!("[{provider}] {prompt}"),
            provider,
            cluster: cluster(node, clusters)?,
            slice: slice(node, slices)?,
            usage: RowUsage::of(node),
            failed: failed(node),
            scores,
        })
    }

    /// The names of its scores.
    pub(super) fn metrics(&self) -> impl Iterator<Item = &str> {
        self.scores.keys().map(String::as_str)
    }

    /// What it took, where the metric tells that and no score has its name. A test that failed did not do its
    /// work: that it failed soon is no speed.
    pub(super) fn usage(&self, metric: &str) -> Option<Result<Score, Unscored>> {
        self.usage.score(metric).map(|figure| if self.failed { Err(Unscored::Failed) } else { figure })
    }

    /// Its score, or why it has none.
    pub(super) fn score(&self, metric: &str) -> Result<Score, Unscored> {
        if self.failed {
            return Err(Unscored::Failed);
        }
        let named = (!matches!(metric, "score" | "success")).then(|| {
            metric
                .strip_prefix("namedScores/")
                .filter(|name| matches!(*name, "score" | "success"))
                .unwrap_or(metric)
        });
        if let Some(why) = self.grading.why_none(named) {
            return Err(why);
        }
        let scalar = self.scores.get(metric).cloned().unwrap_or(Scalar::Null);
        scalar.score().unwrap_or(Err(Unscored::NotANumber))
    }
}

/// Whether the test failed before it was scored. Versions before 0.100.6 do not say so: there it has an
/// error, and nothing was graded.
fn failed(node: &Node) -> bool {
    let is_there = |name| node.get(name).is_some_and(|value| !value.is_null());
    let error = is_there("error") && node.get("error").and_then(Node::text) != Some("");
    match node.get("failureReason").and_then(Node::count) {
        Some(reason) => reason == ERROR,
        None => error && !is_there("gradingResult"),
    }
}

/// promptfoo numbers its tests by their place in the file, so that one more test would rename all
/// that follow: what a test asks is what names it.
///
/// Two tests may ask the same and assert different things: so what is asserted is part of the name. A
/// test that asserts nothing has the name that it had before.
fn item(description: Option<&str>, vars: &Node, asserts: Option<&Node>) -> String {
    let mut text = String::new();
    name(description.unwrap_or(""), &mut text);
    // What promptfoo adds while it runs differs from run to run.
    let own = |name: &str| !name.starts_with('_') && name != "sessionId";
    vars.fields().filter(|(name, _)| own(name)).for_each(|(name, value)| {
        self::name(name, &mut text);
        write(value, &mut text);
    });
    if let Some(Node::List(asserts)) = asserts
        && !asserts.is_empty()
    {
        name("assert", &mut text);
        asserts.iter().for_each(|assert| asserted(assert, &mut text));
    }
    let hash = Digest::of(text.as_bytes()).to_string();
    let hash = hash.get(..DIGITS).unwrap_or(&hash);
    description.map_or_else(|| hash.to_owned(), |description| format!("{description} {hash}"))
}

/// What an assertion asserts, or each of a set of them.
fn asserted(assert: &Node, out: &mut String) {
    out.push('{');
    for (key, value) in assert.fields().filter(|(key, value)| ASSERTED.contains(key) && !value.is_null()) {
        name(key, out);
        match value {
            Node::List(inner) if key == "assert" => inner.iter().for_each(|assert| asserted(assert, out)),
            value => write(value, out),
        }
    }
    out.push('}');
}

/// A value as JSON with its keys in order: the hash must not change with the order in a file, nor
/// with a version of anything.
fn write(node: &Node, out: &mut String) {
    match node {
        Node::Leaf(scalar) => match scalar {
            Scalar::Text(text) => name(text, out),
            Scalar::Bool(yes) => out.push_str(&yes.to_string()),
            Scalar::Unsigned(n) => out.push_str(&n.to_string()),
            Scalar::Signed(n) => out.push_str(&n.to_string()),
            Scalar::Float(x) => out.push_str(&x.to_string()),
            Scalar::NotFinite => out.push_str("NaN"),
            Scalar::Null | Scalar::List | Scalar::Object => out.push_str("null"),
        },
        Node::List(list) => {
            out.push('[');
            list.iter().for_each(|node| write(node, out));
            out.push(']');
        }
        Node::Object(fields) => {
            out.push('{');
            fields.iter().for_each(|(key, node)| {
                name(key, out);
                write(node, out);
            });
            out.push('}');
        }
    }
    out.push(',');
}

fn name(text: &str, out: &mut String) {
    out.push_str(&serde_json::Value::from(text).to_string());
    out.push(':');
}

/// The field that was asked for to name the item.
fn named(node: &Node, key: &str) -> Result<String, Diagnostic> {
    let Some(found) = field(node, key) else {
        let held = places(node).into_iter().flatten().flat_map(Node::fields).map(|(name, _)| name);
        return Err(super::super::errors::no_such_id(key, &list(held, 12)));
    };
    found.scalar().id().map(std::borrow::Cow::into_owned).map_err(|error| error.within(&quote(key)))
}

/// Where the labels of a result stand, the first that is looked at first.
fn places(node: &Node) -> [Option<&Node>; 3] {
    [node.get("metadata"), node.get("testCase").and_then(|test| test.get("metadata")), node.get("vars")]
}

/// A field in one of these places, or one that is named by its whole path, such as `vars.topic`.
fn field<'n>(node: &'n Node, key: &str) -> Option<&'n Node> {
    let there = |value: &&Node| !value.is_null();
    let found = places(node).into_iter().flatten().find_map(|place| place.at(key).filter(there));
    found.or_else(|| node.at(key).filter(there))
}

/// A field of the metadata of the test, or one of its variables.
fn find<'n>(node: &'n Node, key: &str, labels: &mut Labels<'_>) -> Option<&'n Node> {
    for place in places(node).into_iter().flatten() {
        place.fields().for_each(|(name, _)| labels.note_key(name));
    }
    field(node, key)
}

fn slice(node: &Node, slices: &mut Labels<'_>) -> Result<Option<String>, Diagnostic> {
    let key = match slices.source {
        LabelSource::Off => return Ok(None),
        LabelSource::Field => FIELD,
        LabelSource::Metadata(key) => key,
    };
    let Some(label) = find(node, key, slices) else { return Ok(None) };
    let label = slices.slice(label.scalar()).map_err(|error| error.within(&quote(key)))?;
    Ok(label.map(std::borrow::Cow::into_owned))
}

fn cluster(node: &Node, clusters: &mut Labels<'_>) -> Result<Option<String>, Diagnostic> {
    let key = match clusters.source {
        LabelSource::Off | LabelSource::Field => FIELD,
        LabelSource::Metadata(key) => key,
    };
    let label = find(node, key, clusters);
    if clusters.source == LabelSource::Off {
        if let Some(Ok(Some(label))) = label.map(|label| label.scalar().metadata_cluster()) {
            clusters.note_unread(&label);
        }
        return Ok(None);
    }
    let label = match label {
        Some(label) => label.scalar().metadata_cluster().map_err(|error| error.within(&quote(key)))?,
        None => None,
    };
    Ok(clusters.note_label(label.map(std::borrow::Cow::into_owned)))
}
