//! One result: a test, given to one provider with one prompt.

use std::collections::BTreeMap;

use super::super::cluster::{Clusters, Source};
use super::super::quote::quote;
use super::super::scalar::Scalar;
use super::super::tree::{Node, Shape};
use crate::domain::{Code, Diagnostic, Digest, Score, Unscored};

/// What is kept of a result.
pub(super) const SHAPE: Shape<'static> = Shape::Fields(&[
    ("testIdx", Shape::All),
    ("promptIdx", Shape::All),
    ("provider", Shape::Fields(&[("id", Shape::All), ("label", Shape::All)])),
    ("prompt", Shape::Fields(&[("label", Shape::All), ("raw", Shape::All)])),
    ("testCase", Shape::Fields(&[("description", Shape::All), ("metadata", Shape::All)])),
    ("vars", Shape::All),
    ("metadata", Shape::All),
    ("success", Shape::All),
    ("score", Shape::All),
    ("namedScores", Shape::All),
    ("failureReason", Shape::All),
]);
/// The metadata field that is read where no other is named.
const FIELD: &str = "cluster_id";
/// Digits of the hash that names an item: 64 bits.
const DIGITS: usize = 16;
/// `failureReason` of a test that failed before it was scored.
const ERROR: u64 = 2;

/// A result.
pub(super) struct Row {
    /// Names the test: its description, and a hash of it and its variables.
    pub(super) item: String,
    /// Which test of the evaluation it is; repeats are tests of their own.
    pub(super) test: Option<u64>,
    /// Provider and prompt, as promptfoo heads their column.
    pub(super) variant: String,
    pub(super) provider: String,
    pub(super) cluster: Option<String>,
    failed: bool,
    scores: BTreeMap<String, Scalar<'static>>,
}

impl Row {
    /// # Errors
    /// `run-malformed` where it is no result, or its cluster is no label.
    pub(super) fn of(node: &Node, clusters: &mut Clusters<'_>) -> Result<Self, Diagnostic> {
        let (Some(_), Some(vars)) = (node.get("promptIdx").and_then(Node::count), node.get("vars")) else {
            return Err(Code::RunMalformed
                .at("")
                .what("is no result: it lacks promptIdx or vars")
                .next("let promptfoo write the file again (-o out.json or -o out.jsonl)"));
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
            item: item(filled(&["testCase", "description"]), vars),
            test: node.get("testIdx").and_then(Node::count),
            variant: format!("[{provider}] {prompt}"),
            provider,
            cluster: cluster(node, clusters)?,
            failed: node.get("failureReason").and_then(Node::count) == Some(ERROR),
            scores,
        })
    }

    /// The names of its scores.
    pub(super) fn metrics(&self) -> impl Iterator<Item = &str> {
        self.scores.keys().map(String::as_str)
    }

    /// Its score, or why it has none.
    pub(super) fn score(&self, metric: &str) -> Result<Score, Unscored> {
        if self.failed {
            return Err(Unscored::Failed);
        }
        let scalar = self.scores.get(metric).cloned().unwrap_or(Scalar::Null);
        scalar.score().unwrap_or(Err(Unscored::NotANumber))
    }
}

/// promptfoo numbers its tests by their place in the file, so that one more test would rename all
/// that follow: what a test asks is what names it.
fn item(description: Option<&str>, vars: &Node) -> String {
    let mut text = String::new();
    name(description.unwrap_or(""), &mut text);
    // What promptfoo adds while it runs differs from run to run.
    let own = |name: &str| !name.starts_with('_') && name != "sessionId";
    vars.fields().filter(|(name, _)| own(name)).for_each(|(name, value)| {
        self::name(name, &mut text);
        write(value, &mut text);
    });
    let hash = Digest::of(text.as_bytes()).to_string();
    let hash = hash.get(..DIGITS).unwrap_or(&hash);
    description.map_or_else(|| hash.to_owned(), |description| format!("{description} {hash}"))
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

/// The cluster: a field of the metadata of the test, or one of its variables.
fn cluster(node: &Node, clusters: &mut Clusters<'_>) -> Result<Option<String>, Diagnostic> {
    let key = match clusters.source {
        Source::Off => return Ok(None),
        Source::Field => FIELD,
        Source::Metadata(key) => key,
    };
    let places =
        [node.get("metadata"), node.get("testCase").and_then(|test| test.get("metadata")), node.get("vars")];
    let mut label = None;
    for place in places.into_iter().flatten() {
        place.fields().for_each(|(name, _)| clusters.keep(name));
        label = label.or(place.get(key).filter(|value| !value.is_null()));
    }
    let label = match label {
        Some(label) => label.scalar().metadata_cluster().map_err(|error| error.within(&quote(key)))?,
        None => None,
    };
    Ok(clusters.saw(label.map(std::borrow::Cow::into_owned)))
}
