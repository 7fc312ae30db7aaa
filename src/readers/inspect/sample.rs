//! One sample or its summary: who it is, and the cluster it belongs to.

use std::collections::BTreeMap;

use super::super::cluster::{Clusters, Source};
use super::super::quote::quote;
use super::super::scalar::Scalar;
use super::super::tree::{Node, Shape};
use super::archive::Archive;
use crate::domain::{ClusterRule, Code, Diagnostic};

/// What stands in a summary for a value of more than a kilobyte, and what ends a text that was cut:
/// texts that begin alike are then the same text.
const REMOVED: &str = "Key removed from summary (> 1k)";
const CUT: &str = "...";
/// The metadata field that is read where no other is named.
const FIELD: &str = "cluster_id";
/// A score: its value, and nothing of its explanation and history.
const SCORE: Shape<'static> = Shape::Fields(&[("value", Shape::All)]);

/// A sample in one epoch.
#[derive(Debug)]
pub(super) struct Sample<'n> {
    pub(super) id: String,
    /// From 1, as Inspect counts.
    pub(super) epoch: u32,
    /// Whether the id is a string: 7 and "7" are two samples that would have one name.
    text: bool,
    record: &'n Node,
}

impl<'n> Sample<'n> {
    /// # Errors
    /// `run-malformed` where id or epoch are not what they must be.
    pub(super) fn of(record: &'n Node) -> Result<Self, Diagnostic> {
        let Node::Object(_) = record else {
            return Err(Code::RunMalformed
                .at("")
                .what("is no object, expected a sample")
                .next("the file is damaged: write it again"));
        };
        let field = |name: &str| record.get(name).map_or(Scalar::Null, Node::scalar);
        let id = field("id");
        let text = matches!(id, Scalar::Text(_));
        let id = id.id().map_err(|error| error.within("id"))?.into_owned();
        let epoch = match field("epoch") {
            Scalar::Null => 1,
            other => other.epoch().map_err(|error| error.within("epoch"))?,
        };
        Ok(Self { id, epoch, text, record })
    }

    /// The scores by scorer; the singular `score` of 2024 under `old`.
    pub(super) fn scores<'s>(&'s self, old: &'s str) -> Box<dyn Iterator<Item = (&'s str, &'s Node)> + 's> {
        let value = |score: &'s Node| score.get("value").unwrap_or(score);
        match (self.record.get("scores"), self.record.get("score")) {
            (None | Some(Node::Leaf(Scalar::Null)), Some(score)) if !score.is_null() => {
                Box::new(std::iter::once((old, value(score))))
            }
            (Some(scores), _) => Box::new(scores.fields().map(move |(name, score)| (name, value(score)))),
            (None, _) => Box::new(std::iter::empty()),
        }
    }

    /// Whether the sample failed before it was scored.
    pub(super) fn failed(&self) -> bool {
        self.record.get("error").is_some_and(|error| !error.is_null())
    }
}

/// Keeps the last of several summaries of one sample and epoch, and says how many were superseded.
pub(super) fn keep_last(samples: &mut Vec<Sample<'_>>) -> usize {
    let before = samples.len();
    let mut last = BTreeMap::new();
    for (at, sample) in samples.iter().enumerate() {
        last.insert((sample.text, sample.id.clone(), sample.epoch), at);
    }
    if last.len() < before {
        let mut at = 0;
        samples.retain(|sample| {
            at += 1;
            last.get(&(sample.text, sample.id.clone(), sample.epoch)) == Some(&(at - 1))
        });
    }
    before - samples.len()
}

/// Where the cluster of a sample stands in its metadata.
pub(super) struct Labels<'o> {
    clusters: Clusters<'o>,
    key: Option<&'o str>,
}

impl<'o> Labels<'o> {
    pub(super) fn new(rule: &'o ClusterRule) -> Self {
        let clusters = Clusters::new(rule);
        let key = match clusters.source {
            Source::Off => None,
            Source::Field => Some(FIELD),
            Source::Metadata(key) => Some(key),
        };
        Self { clusters, key }
    }

    /// The fields of a sample that are read.
    pub(super) fn fields(&self) -> Vec<(&'static str, Shape<'static>)> {
        let mut fields = vec![
            ("id", Shape::All),
            ("epoch", Shape::All),
            ("scores", Shape::Values(&SCORE)),
            ("score", SCORE),
            ("error", Shape::Fields(&[])),
        ];
        if self.key.is_some() {
            fields.push(("metadata", Shape::All));
        }
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
        sample: &Sample<'_>,
        archive: Option<&mut Archive<'_>>,
    ) -> Result<Option<String>, Diagnostic> {
        let Some(key) = self.key else { return Ok(None) };
        let metadata = sample.record.get("metadata");
        metadata.into_iter().flat_map(Node::fields).for_each(|(name, _)| self.clusters.keep(name));
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
                    return Err(Code::RunMalformed
                        .at(place(key))
                        .what("was removed or cut in the summary, and the sample itself does not hold it")
                        .next("the file is damaged: write it again"));
                }
                None => None,
            },
            _ => None,
        };
        if label.is_none() && self.clusters.wants_metadata() {
            // Said at once: a key that is nowhere would otherwise have every sample unpacked.
            self.clusters.check()?;
            return Err(Code::ClusterIncomplete
                .at(place(key))
                .what(format!("sample {} carries no cluster, and earlier ones do", quote(&sample.id)))
                .next("give every sample its cluster, or say --cluster none if they are independent"));
        }
        Ok(self.clusters.saw(label))
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
fn whole(sample: &Sample<'_>, archive: &mut Archive<'_>, key: &str) -> Result<Option<Node>, Diagnostic> {
    let metadata = [(key, Shape::All)];
    let metadata = Shape::Fields(&metadata);
    let shape = [("id", Shape::All), ("epoch", Shape::All), ("metadata", metadata)];
    let stem = format!("samples/{}_epoch_{}", sample.id, sample.epoch);
    for (name, beside) in [(".json", None), ("/sample.json", Some("/metadata.json"))] {
        let Some(node) = archive.json(&format!("{stem}{name}"), Shape::Fields(&shape))? else { continue };
        let own = Sample::of(&node)?;
        if (own.text, &own.id, own.epoch) == (sample.text, &sample.id, sample.epoch) {
            return match beside {
                Some(part) => archive.json(&format!("{stem}{part}"), metadata),
                None => Ok(node.get("metadata").cloned()),
            };
        }
    }
    Ok(None)
}
