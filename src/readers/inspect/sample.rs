//! One sample or its summary: who it is, and its scores.

use super::errors;
use std::collections::BTreeMap;

use super::super::fingerprint;
use super::super::scalar::Scalar;
use super::super::tree::{Node, Projection};
use super::archive::Archive;
use crate::domain::Diagnostic;

/// A score: its value, the beginning of its explanation, and the values that it had before.
pub(super) const SCORE: Projection<'static> = Projection::Fields(&[
    ("value", Projection::All),
    ("explanation", Projection::Start(64)),
    ("history", Projection::Each(&Projection::Fields(&[("value", Projection::All)]))),
]);
/// What Inspect writes beside `I` where the judge's answer holds no grade; later versions give no score.
const NO_GRADE: &str = "Grade not found in model output";

/// A sample in one epoch.
#[derive(Debug)]
pub(super) struct EvalSample<'n> {
    pub(super) id: String,
    /// From 1, as Inspect counts.
    pub(super) epoch: u32,
    /// Whether the id is a string: 7 and "7" are two samples that would have one name.
    pub(super) text: bool,
    /// What the right answer is, and what was asked, as numbers; 0 where the log does not say.
    pub(super) target: u64,
    pub(super) input: u64,
    pub(super) record: &'n Node,
}

impl<'n> EvalSample<'n> {
    /// # Errors
    /// `run-malformed` where id or epoch are not what they must be.
    pub(super) fn of(record: &'n Node) -> Result<Self, Diagnostic> {
        let Node::Object(_) = record else {
            return Err(errors::no_sample());
        };
        let field = |name: &str| record.get(name).map_or(Scalar::Null, Node::scalar);
        let id = field("id");
        let text = matches!(id, Scalar::Text(_));
        let id = id.id().map_err(|error| error.within("id"))?.into_owned();
        let epoch = match field("epoch") {
            Scalar::Null => 1,
            other => other.epoch().map_err(|error| error.within("epoch"))?,
        };
        let said = |name: &str| record.get(name).map_or(0, fingerprint::of_node);
        Ok(Self { id, epoch, text, target: said("target"), input: said("input"), record })
    }

    /// The scores by scorer; the singular `score` of 2024 under `old`.
    pub(super) fn scores<'s>(&'s self, old: &'s str) -> Box<dyn Iterator<Item = (&'s str, &'s Node)> + 's> {
        Box::new(self.whole_scores(old).map(|(name, score)| (name, value(score))))
    }

    /// The same with what else is known of them.
    fn whole_scores<'s>(&'s self, old: &'s str) -> Box<dyn Iterator<Item = (&'s str, &'s Node)> + 's> {
        match (self.record.get("scores"), self.record.get("score")) {
            (None | Some(Node::Leaf(Scalar::Null)), Some(score)) if !score.is_null() => {
                Box::new(std::iter::once((old, score)))
            }
            (Some(scores), _) => Box::new(scores.fields()),
            (None, _) => Box::new(std::iter::empty()),
        }
    }

    /// The values that the score of a scorer had before it was edited, the first one first.
    pub(super) fn before<'s>(&'s self, old: &'s str, scorer: &str) -> Vec<&'s Node> {
        let score = self.whole_scores(old).find(|(name, _)| *name == scorer);
        match score.and_then(|(_, score)| score.get("history")) {
            Some(Node::List(history)) => history.iter().map(value).collect(),
            _ => Vec::new(),
        }
    }

    /// Whether the judge's answer held no grade: the value beside that says nothing.
    pub(super) fn has_no_grade(&self, old: &str, scorer: &str) -> bool {
        let score = self.whole_scores(old).find(|(name, _)| *name == scorer);
        let why = score.and_then(|(_, score)| score.get("explanation")).and_then(Node::text);
        why.is_some_and(|why| why.trim_start().starts_with(NO_GRADE)) && self.before(old, scorer).is_empty()
    }

    /// Whether the sample failed before it was scored.
    pub(super) fn failed(&self) -> bool {
        self.record.get("error").is_some_and(|error| !error.is_null())
    }
}

fn value(score: &Node) -> &Node {
    score.get("value").unwrap_or(score)
}

/// Keeps the last of several summaries of one sample and epoch, and says how many others there were.
///
/// # Errors
/// `duplicate-item` where they asked different things: that is no sample that was run again.
pub(super) fn keep_last(samples: &mut Vec<EvalSample<'_>>) -> Result<usize, Diagnostic> {
    let before = samples.len();
    let mut last = BTreeMap::new();
    for (at, sample) in samples.iter().enumerate() {
        let earlier = last.insert((sample.text, sample.id.clone(), sample.epoch), at);
        let differs = |a: u64, b: u64| a != 0 && b != 0 && a != b;
        if let Some(other) = earlier.and_then(|at| samples.get(at))
            && (differs(other.target, sample.target) || differs(other.input, sample.input))
        {
            return Err(errors::duplicate_sample(sample.epoch, &sample.id));
        }
    }
    if last.len() < before {
        let mut at = 0;
        samples.retain(|sample| {
            at += 1;
            last.get(&(sample.text, sample.id.clone(), sample.epoch)) == Some(&(at - 1))
        });
    }
    Ok(before - samples.len())
}

/// The scores of a sample as its own member of the archive has them; `None` where there is no such
/// member, or it is another sample's.
///
/// # Errors
/// `run-malformed` where the member is damaged.
pub(super) fn own_value(
    sample: &EvalSample<'_>,
    archive: &mut Archive<'_>,
    old: &str,
    scorer: &str,
) -> Result<Option<(String, Option<Node>)>, Diagnostic> {
    let name = format!("samples/{}_epoch_{}.json", sample.id, sample.epoch);
    let fields = [
        ("id", Projection::All),
        ("epoch", Projection::All),
        ("scores", Projection::Values(&SCORE)),
        ("score", SCORE),
    ];
    let Some(node) = archive.json(&name, Projection::Fields(&fields))? else { return Ok(None) };
    let own = EvalSample::of(&node)?;
    if (own.text, &own.id, own.epoch) != (sample.text, &sample.id, sample.epoch) {
        return Ok(None);
    }
    let found = own.scores(old).find(|(name, _)| *name == scorer).map(|(_, value)| value.clone());
    Ok(Some((name, found)))
}
