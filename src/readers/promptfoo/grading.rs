//! The grading of a test: which of its assertions were judged, and whether a judge failed.

use std::collections::BTreeSet;

use super::super::scalar::Scalar;
use super::super::tree::{Node, Projection};
use crate::domain::Unscored;

const ASSERTION: Projection<'static> =
    Projection::Fields(&[("metric", Projection::All), ("type", Projection::All)]);
const METADATA: Projection<'static> = Projection::Fields(&[("graderError", Projection::All)]);
const REASON: Projection<'static> = Projection::Start(96);
const COMPONENT: &[(&str, Projection<'static>)] = &[
    ("reason", REASON),
    ("metadata", METADATA),
    ("assertion", ASSERTION),
    ("componentResults", Projection::Each(&INNER)),
];
/// The assertions of a set of assertions; sets do not hold sets.
const INNER: Projection<'static> =
    Projection::Fields(&[("reason", REASON), ("metadata", METADATA), ("assertion", ASSERTION)]);
/// What is kept of the grading of a result.
pub(super) const PROJECTION: Projection<'static> = Projection::Fields(&[
    ("reason", REASON),
    ("metadata", METADATA),
    ("componentResults", Projection::Each(&Projection::Fields(COMPONENT))),
]);
/// What stands for the grading of a test that asserts nothing: it passes with a score of 1.
const NOTHING: &str = "No assertions";
/// How the reasons begin of judges that failed before promptfoo marked them.
const FAILED: [&str; 2] = ["Could not extract JSON from ", "llm-rubric produced malformed response"];
/// Assertions that are right or wrong and nothing between, or a share.
const SHARES: [&str; 18] = [
    "contains",
    "contains-all",
    "contains-any",
    "contains-html",
    "contains-json",
    "contains-sql",
    "contains-xml",
    "equals",
    "icontains",
    "icontains-all",
    "icontains-any",
    "is-json",
    "is-sql",
    "is-xml",
    "regex",
    "starts-with",
    "latency",
    "cost",
];

/// What the assertions of one test came to.
#[derive(Debug, Default)]
pub(super) struct Grading {
    nothing: bool,
    /// Whether any judge failed.
    judge_failed: bool,
    /// The named scores that a judge that failed goes into.
    failed: BTreeSet<String>,
    /// The named scores that some assertion goes into.
    named: BTreeSet<String>,
}

impl Grading {
    pub(super) fn of(grading: Option<&Node>) -> Self {
        let mut graded = Self::default();
        let Some(grading) = grading else { return graded };
        let components = components(grading);
        graded.nothing = components.is_empty() && grading.get("reason").and_then(Node::text) == Some(NOTHING);
        graded.judge_failed = has_failed(grading) && components.is_empty();
        for component in components {
            graded.take(component, None);
        }
        graded
    }

    fn take(&mut self, component: &Node, outer: Option<&str>) {
        let own =
            component.get("assertion").and_then(|assertion| assertion.get("metric")).and_then(Node::text);
        let metric = own.or(outer);
        let inner = self::components(component);
        if inner.is_empty() || own.is_some() {
            self.named.extend(metric.map(str::to_owned));
        }
        if has_failed(component) {
            self.judge_failed = true;
            self.failed.extend(metric.map(str::to_owned));
        }
        for component in inner {
            self.take(component, metric);
        }
    }

    /// Why a score is none, whatever number stands there: one judge that failed is part of the score of
    /// the test, of the named score that it goes into, and of those that are computed from others.
    pub(super) fn why_none(&self, named: Option<&str>) -> Option<Unscored> {
        match named {
            None if self.nothing => Some(Unscored::NothingAsserted),
            None => self.judge_failed.then_some(Unscored::JudgeFailed),
            Some(name) => {
                let apart = self.named.contains(name) && !self.failed.contains(name);
                // A name with a variable in it is filled in only where it is counted.
                let open = self.failed.iter().any(|name| name.contains("{{"));
                (self.judge_failed && (!apart || open)).then_some(Unscored::JudgeFailed)
            }
        }
    }
}

fn components(node: &Node) -> &[Node] {
    match node.get("componentResults") {
        Some(Node::List(components)) => components,
        _ => &[],
    }
}

fn has_failed(node: &Node) -> bool {
    let marked = node.get("metadata").and_then(|metadata| metadata.get("graderError")).map(Node::scalar);
    let reason = node.get("reason").and_then(Node::text).unwrap_or("");
    marked == Some(Scalar::Bool(true)) || FAILED.iter().any(|begin| reason.starts_with(begin))
}

/// Whether the score of a test lies between 0 and 1 for certain: a mean of assertions each of which
/// does. What a program, a model or a function of the user's own answers can be any number.
pub(super) fn is_share(test: Option<&Node>) -> bool {
    let Some(Node::List(asserts)) = test.and_then(|test| test.get("assert")) else { return false };
    let known = |assert: &Node| {
        let kind = assert.get("type").and_then(Node::text).unwrap_or("");
        SHARES.contains(&kind.strip_prefix("not-").unwrap_or(kind)) && positive(assert.get("weight"))
    };
    !asserts.is_empty()
        && asserts.iter().all(known)
        && test.and_then(|test| test.get("assertScoringFunction")).is_none_or(Node::is_null)
}

fn positive(weight: Option<&Node>) -> bool {
    weight.is_none_or(|weight| {
        weight.is_null() || matches!(weight.scalar().score(), Ok(Ok(w)) if w.get() >= 0.0)
    })
}
