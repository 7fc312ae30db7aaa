//! One line: a document under a filter, and its metrics.

use super::errors;
use std::borrow::Cow;
use std::collections::BTreeMap;

use super::super::errors::no_such_id;
use super::super::fingerprint;
use super::super::labels::{LabelSource, Labels};
use super::super::line_reader;
use super::super::quote::{list, quote};
use super::super::scalar::Scalar;
use super::super::tree::{self, Node, Projection};
use super::super::{Content, ReadOptions, json};
use crate::domain::{Diagnostic, Score, Unscored};

/// Fields of a line that are no metrics. Old files do not list their metrics: there it is the rest.
const FIXED: [&str; 12] = [
    "doc",
    "arguments",
    "resps",
    "filtered_resps",
    "target",
    "prompt_hash",
    "doc_id",
    "filter",
    "metrics",
    "doc_hash",
    "target_hash",
    "task",
];
/// How many of them are not even kept; the first only where no label is looked for in it.
const BULK: usize = 6;
/// The filter of a task that has none, as the harness writes it.
const NO_FILTER: &str = "none";
/// The field of a document that is read where no other is named.
const FIELD: &str = "cluster_id";
/// The field that names the item where no other is named.
const ID: &str = "doc_id";

/// What a line says of one metric: a score or why there is none; `None` where it is no single number.
pub(super) type Value = Option<Result<Score, Unscored>>;

/// A document under a filter. Metrics and filters are numbers of names: lines repeat them.
pub(super) struct DocumentLine {
    /// Its number in the file, from 1.
    pub(super) number: u64,
    pub(super) id: String,
    pub(super) filter: usize,
    pub(super) cluster: Option<String>,
    pub(super) slice: Option<String>,
    pub(super) fingerprint: Option<u64>,
    pub(super) values: Box<[(usize, Value)]>,
    /// Whether the line names its filter, as files of today do.
    pub(super) names_filter: bool,
}

/// All lines of a file.
pub(super) struct DocumentLines<'o> {
    pub(super) clusters: Labels<'o>,
    pub(super) slices: Labels<'o>,
    pub(super) lines: Vec<DocumentLine>,
    key: Option<&'o str>,
    /// The field that names the item, where one was asked for.
    id: Option<&'o str>,
    names: Vec<String>,
}

impl<'o> DocumentLines<'o> {
    /// # Errors
    /// Where the file cannot be read; `run-malformed` with the line that is no sample.
    pub(super) fn read(content: &Content<'_>, options: &'o ReadOptions) -> Result<Self, Diagnostic> {
        let clusters = Labels::clusters(&options.cluster);
        let slices = Labels::slices(options.slice.as_deref());
        let key = match clusters.source {
            LabelSource::Off | LabelSource::Field => Some(FIELD),
            LabelSource::Metadata(key) => Some(in_doc(key)),
        };
        let id = options.id.as_deref().filter(|id| *id != ID);
        let mut all = Self { clusters, slices, lines: Vec::new(), key, id, names: Vec::new() };
        let mut lines = line_reader::LineReader::of(content);
        while let Some((number, text)) = lines.next()? {
            let line = all.line(number, text).map_err(|error| json::on_line(number, error))?;
            all.lines.push(line);
        }
        Ok(all)
    }

    /// A metric or a filter by its number.
    pub(super) fn name(&self, number: usize) -> &str {
        self.names.get(number).map_or("", String::as_str)
    }

    /// Every filter sees every document: a file that was cut between two lines shows here.
    ///
    /// # Errors
    /// `run-malformed` where one filter has fewer lines than another.
    pub(super) fn whole(&self) -> Result<(), Diagnostic> {
        let mut counts: BTreeMap<usize, usize> = BTreeMap::new();
        for line in &self.lines {
            *counts.entry(line.filter).or_insert(0) += 1;
        }
        let mut counts = counts.into_iter();
        let Some((first, expected)) = counts.next() else { return Ok(()) };
        match counts.find(|(_, count)| *count != expected) {
            None => Ok(()),
            Some((other, count)) => {
                Err(errors::filters_differ(self.name(first), expected, self.name(other), count))
            }
        }
    }

    /// Names the field in an error about some documents without a label.
    pub(super) fn in_doc(&self, mut error: Diagnostic) -> Diagnostic {
        if let (Some(key), Some(line)) = (self.key, error.place.strip_suffix(".cluster_id")) {
            error.place = format!("{line}: doc[{}]", quote(key));
        }
        error
    }

    fn line(&mut self, number: u64, text: &str) -> Result<DocumentLine, Diagnostic> {
        let bulk = FIXED.get(usize::from(self.key.is_some())..BULK).unwrap_or_default();
        let node = tree::parse(text, Projection::Without(bulk))?;
        if !matches!(node, Node::Object(_)) {
            return Err(errors::no_sample());
        }
        let field = |name: &str| node.get(name).map_or(Scalar::Null, Node::scalar);
        let id = self.item(&node)?;
        let names_filter = !matches!(field("filter"), Scalar::Null);
        let filter = match field("filter") {
            Scalar::Null => self.number(NO_FILTER),
            other => self.number(&other.name().map_err(|error| error.within("filter"))?),
        };
        let metrics: Vec<&str> = match node.get("metrics") {
            Some(Node::List(names)) => names.iter().filter_map(Node::text).collect(),
            _ => node.fields().map(|(name, _)| name).filter(|name| !FIXED.contains(name)).collect(),
        };
        let values = metrics.iter().map(|name| (self.number(name), value(node.get(name)))).collect();
        let hash = |name: &str| node.get(name).and_then(Node::text);
        let fingerprint = hash("doc_hash").zip(hash("target_hash")).map(fingerprint);
        Ok(DocumentLine {
            number,
            id,
            filter,
            cluster: self.cluster(node.get("doc"))?,
            slice: self.slice(node.get("doc"))?,
            fingerprint,
            values,
            names_filter,
        })
    }

    fn item(&self, line: &Node) -> Result<String, Diagnostic> {
        let Some(key) = self.id else {
            let id = line.get(ID).map_or(Scalar::Null, Node::scalar).id();
            return id.map(Cow::into_owned).map_err(|error| error.within(ID));
        };
        let doc = line.get("doc");
        let Some(found) = doc.and_then(|doc| doc.at(in_doc(key))).or_else(|| line.at(key)) else {
            let held = doc.into_iter().flat_map(Node::fields).map(|(name, _)| name);
            return Err(no_such_id(key, &list(held, 12)));
        };
        found.scalar().id().map(Cow::into_owned).map_err(|error| error.within(&quote(key)))
    }

    fn number(&mut self, name: &str) -> usize {
        self.names.iter().position(|held| held == name).unwrap_or_else(|| {
            self.names.push(name.to_owned());
            self.names.len() - 1
        })
    }

    fn slice(&mut self, doc: Option<&Node>) -> Result<Option<String>, Diagnostic> {
        let key = match self.slices.source {
            LabelSource::Off => return Ok(None),
            LabelSource::Field => FIELD,
            LabelSource::Metadata(key) => in_doc(key),
        };
        let Some(found) = find(doc, key, &mut self.slices) else { return Ok(None) };
        let label = self.slices.slice(found.scalar());
        let label = label.map_err(|error| error.within(&format!("doc[{}]", quote(key))))?;
        Ok(label.map(Cow::into_owned))
    }

    fn cluster(&mut self, doc: Option<&Node>) -> Result<Option<String>, Diagnostic> {
        let Some(key) = self.key else { return Ok(None) };
        let Some(found) = find(doc, key, &mut self.clusters) else { return Ok(None) };
        let label = found.scalar().metadata_cluster();
        if self.clusters.source == LabelSource::Off {
            if let Ok(Some(label)) = label {
                self.clusters.note_unread(&label);
            }
            return Ok(None);
        }
        let label = label.map_err(|error| error.within(&format!("doc[{}]", quote(key))))?;
        Ok(self.clusters.note_label(label.map(Cow::into_owned)))
    }
}

/// The name of a field of the document, with or without `doc.` before it.
fn in_doc(key: &str) -> &str {
    key.strip_prefix("doc.").unwrap_or(key)
}

/// A field of the document, or of an object in it (`meta.passage`).
fn find<'n>(doc: Option<&'n Node>, key: &str, labels: &mut Labels<'_>) -> Option<&'n Node> {
    let doc = doc?;
    doc.fields().for_each(|(name, _)| labels.note_key(name));
    doc.at(key)
}

fn value(node: Option<&Node>) -> Value {
    match node {
        None => Some(Err(Unscored::Missing)),
        // A text is an array that was written as one; lists are parts of an aggregate.
        Some(Node::Leaf(Scalar::Text(_)) | Node::List(_) | Node::Object(_)) => None,
        Some(Node::Leaf(scalar)) => scalar.clone().score().ok(),
    }
}

/// Stands for what the harness says of a document and its target.
fn fingerprint((doc, target): (&str, &str)) -> u64 {
    fingerprint::hash(&format!("{doc}\n{target}"))
}
