//! One sample or its summary: who it is, and the cluster it belongs to.

use super::errors;
use std::collections::BTreeMap;

use super::super::cluster::{ClusterSource, Clusters};
use super::super::fingerprint;
use super::super::quote::quote;
use super::super::scalar::Scalar;
use super::super::tree::{Node, Projection};
use super::archive::Archive;
use crate::domain::{ClusterRule, Diagnostic};

/// What stands in a summary for a value of more than a kilobyte, and what ends a text that was cut:
/// texts that begin alike are then the same text.
const REMOVED: &str = "Key removed from summary (> 1k)";
const CUT: &str = "...";
/// The metadata field that is read where no other is named.
const FIELD: &str = "cluster_id";
/// A score: its value, the beginning of its explanation, and the values that it had before.
const SCORE: Projection<'static> = Projection::Fields(&[
    ("value", Projection::All),
    ("explanation", Projection::Start(64)),
    ("history", Projection::Each(&Projection::Fields(&[("value", Projection::All)]))),
]);
/// The metadata where no label of it is read: how many there are is still told.
const UNREAD: Projection<'static> = Projection::Fields(&[(FIELD, Projection::All)]);
/// What Inspect writes beside `I` where the judge's answer holds no grade; later versions give no score.
const NO_GRADE: &str = "Grade not found in model output";

/// A sample in one epoch.
#[derive(Debug)]
pub(super) struct EvalSample<'n> {
    pub(super) id: String,
    /// From 1, as Inspect counts.
    pub(super) epoch: u32,
    /// Whether the id is a string: 7 and "7" are two samples that would have one name.
    text: bool,
    /// What the right answer is, and what was asked, as numbers; 0 where the log does not say.
    pub(super) target: u64,
    pub(super) input: u64,
    record: &'n Node,
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

/// Where the cluster of a sample stands in its metadata.
pub(super) struct ClusterLabels<'o> {
    clusters: Clusters<'o>,
    key: Option<&'o str>,
}

impl<'o> ClusterLabels<'o> {
    pub(super) fn new(rule: &'o ClusterRule) -> Self {
        let clusters = Clusters::new(rule);
        let key = match clusters.source {
            ClusterSource::Off => None,
            ClusterSource::Field => Some(FIELD),
            ClusterSource::Metadata(key) => Some(key),
        };
        Self { clusters, key }
    }

    /// The fields of a sample that are read.
    pub(super) fn fields(&self) -> Vec<(&'static str, Projection<'static>)> {
        let mut fields = vec![
            ("id", Projection::All),
            ("epoch", Projection::All),
            ("scores", Projection::Values(&SCORE)),
            ("score", SCORE),
            ("error", Projection::Fields(&[])),
            ("input", Projection::Start(1024)),
            ("target", Projection::Start(4096)),
        ];
        fields.push(("metadata", if self.key.is_some() { Projection::All } else { UNREAD }));
        fields
    }

    /// The cluster of a sample. Where its summary was thinned, the sample itself is read: without
    /// that, every sample with a long label would fall into one cluster.
    ///
    /// # Errors
    /// `run-malformed` where the field holds no label; `cluster-missing` or `cluster-incomplete`
    /// where a key was asked for and this sample does not carry it.
    pub(super) fn of(
        &mut self,
        sample: &EvalSample<'_>,
        archive: Option<&mut Archive<'_>>,
    ) -> Result<Option<String>, Diagnostic> {
        let metadata = sample.record.get("metadata");
        let Some(key) = self.key else {
            if let Some(Ok(Some(label))) = metadata
                .and_then(|metadata| metadata.get(FIELD))
                .map(|label| label.scalar().metadata_cluster())
            {
                self.clusters.note_unread(&label);
            }
            return Ok(None);
        };
        metadata.into_iter().flat_map(Node::fields).for_each(|(name, _)| self.clusters.note_key(name));
        let found = metadata.and_then(|metadata| metadata.get(key));
        let thinned = found.and_then(Node::text).is_some_and(|text| text == REMOVED || text.ends_with(CUT));
        let label = match (found, archive) {
            (Some(found), None) => label(key, found)?,
            (Some(found), _) if !thinned => label(key, found)?,
            // Without a key that was asked for, a field that is not in the summary is in no sample.
            (None, _) if !self.clusters.wants_metadata() => None,
            (_, Some(archive)) => match whole(sample, archive, key)?.as_ref().and_then(|own| own.get(key)) {
                Some(own) => label(key, own)?,
                None if thinned => {
                    return Err(errors::cluster_removed(place(key)));
                }
                None => None,
            },
            _ => None,
        };
        if label.is_none() && self.clusters.wants_metadata() {
            // Said at once: a key that is nowhere would otherwise have every sample unpacked.
            self.clusters.check()?;
            return Err(errors::cluster_incomplete(place(key), &sample.id));
        }
        Ok(self.clusters.note_label(label))
    }

    /// How many distinct labels the plan leaves unread.
    pub(super) fn ignored(&self) -> usize {
        self.clusters.ignored()
    }

    /// # Errors
    /// `cluster-missing` if a key was asked for and no sample carries it.
    pub(super) fn check(&self) -> Result<(), Diagnostic> {
        self.clusters.check()
    }
}

fn place(key: &str) -> String {
    format!("metadata[{}]", quote(key))
}

/// A label, with every run of blanks in a text as one: so do summaries hold it.
fn label(key: &str, value: &Node) -> Result<Option<String>, Diagnostic> {
    let label = value.scalar().metadata_cluster().map_err(|error| error.within(&place(key)))?;
    Ok(label.map(|label| label.split_whitespace().collect::<Vec<_>>().join(" ")))
}

/// The metadata of the sample's own member, or of the one beside it where a sample is written in
/// parts. Its name is a guess that saves opening the others; who the sample is stands inside.
fn whole(sample: &EvalSample<'_>, archive: &mut Archive<'_>, key: &str) -> Result<Option<Node>, Diagnostic> {
    let metadata = [(key, Projection::All)];
    let metadata = Projection::Fields(&metadata);
    let shape = [("id", Projection::All), ("epoch", Projection::All), ("metadata", metadata)];
    let stem = format!("samples/{}_epoch_{}", sample.id, sample.epoch);
    for (name, beside) in [(".json", None), ("/sample.json", Some("/metadata.json"))] {
        let Some(node) = archive.json(&format!("{stem}{name}"), Projection::Fields(&shape))? else {
            continue;
        };
        let own = EvalSample::of(&node)?;
        if (own.text, &own.id, own.epoch) == (sample.text, &sample.id, sample.epoch) {
            return match beside {
                Some(part) => archive.json(&format!("{stem}{part}"), metadata),
                None => Ok(node.get("metadata").cloned()),
            };
        }
    }
    Ok(None)
}
