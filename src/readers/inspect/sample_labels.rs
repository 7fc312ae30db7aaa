//! The cluster and the slice of a sample: fields of its metadata.

use super::errors;

use super::super::ReadOptions;
use super::super::labels::{LabelSource, Labels, field_of_metadata};
use super::super::quote::{list, quote};
use super::super::tree::{Node, Projection};
use super::archive::Archive;
use super::sample::{EvalSample, SCORE};
use super::usage;
use crate::domain::Diagnostic;

/// What stands in a summary for a value of more than a kilobyte, and what ends a text that was cut:
/// texts that begin alike are then the same text.
const REMOVED: &str = "Key removed from summary (> 1k)";
const CUT: &str = "...";
/// The metadata field that is read where no other is named.
const FIELD: &str = "cluster_id";
/// The field of a sample that names it where no other is named.
const ID: &str = "id";
/// The metadata where no label of it is read: how many there are is still told.
const UNREAD: Projection<'static> = Projection::Fields(&[(FIELD, Projection::All)]);
/// So many samples are unpacked for a slice that their summaries lack before it is taken for granted that
/// summaries lack nothing.
const LOOKS: u32 = 16;

/// Where the cluster and the slice of a sample stand in its metadata.
pub(super) struct SampleLabels<'o> {
    clusters: Labels<'o>,
    slices: Labels<'o>,
    /// The fields of both.
    cluster_key: Option<&'o str>,
    slice_key: Option<&'o str>,
    /// The field that names the sample, where one was asked for.
    id_key: Option<&'o str>,
    /// Samples that were unpacked for a slice and had none either.
    in_vain: u32,
    /// Whether a sample had a slice that its summary lacks.
    summaries_lack: bool,
}

impl<'o> SampleLabels<'o> {
    pub(super) fn new(options: &'o ReadOptions) -> Self {
        let (mut clusters, mut slices) =
            (Labels::clusters(&options.cluster), Labels::slices(options.slice.as_deref()));
        clusters.within_metadata();
        slices.within_metadata();
        let id_key = options.id.as_deref().filter(|key| *key != ID).map(field_of_metadata);
        let key = |labels: &Labels<'o>| match labels.source {
            LabelSource::Off => None,
            LabelSource::Field => Some(FIELD),
            LabelSource::Metadata(key) => Some(key),
        };
        let (cluster_key, slice_key) = (key(&clusters), key(&slices));
        Self { clusters, slices, cluster_key, slice_key, id_key, in_vain: 0, summaries_lack: false }
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
        fields.extend(usage::FIELDS);
        let read = self.cluster_key.is_some() || self.slice_key.is_some() || self.id_key.is_some();
        fields.push(("metadata", if read { Projection::All } else { UNREAD }));
        fields
    }

    /// What names a sample in place of its id; `None` where no field was asked for.
    ///
    /// # Errors
    /// `run-malformed` where the metadata of the sample do not hold the field whole.
    pub(super) fn item(&self, sample: &EvalSample<'_>) -> Result<Option<String>, Diagnostic> {
        let Some(key) = self.id_key else { return Ok(None) };
        let metadata = sample.record.get("metadata");
        let found = metadata.and_then(|metadata| metadata.at(key));
        if is_thinned(found) {
            return Err(errors::label_removed(place(key)));
        }
        let Some(found) = found else {
            let held = metadata.into_iter().flat_map(Node::fields).map(|(name, _)| name);
            return Err(super::super::errors::no_such_id(key, &list(held, 12)));
        };
        found.scalar().id().map(|id| Some(id.into_owned())).map_err(|error| error.within(&place(key)))
    }

    /// The cluster of a sample. Where its summary was thinned, the sample itself is read: without
    /// that, every sample with a long label would fall into one cluster.
    ///
    /// # Errors
    /// `run-malformed` where the field holds no label; `cluster-missing` or `cluster-incomplete`
    /// where a key was asked for and this sample does not carry it.
    pub(super) fn cluster(
        &mut self,
        sample: &EvalSample<'_>,
        archive: Option<&mut Archive<'_>>,
    ) -> Result<Option<String>, Diagnostic> {
        let metadata = sample.record.get("metadata");
        let Some(key) = self.cluster_key else {
            if let Some(Ok(Some(label))) = metadata
                .and_then(|metadata| metadata.get(FIELD))
                .map(|label| label.scalar().metadata_cluster())
            {
                self.clusters.note_unread(&label);
            }
            return Ok(None);
        };
        metadata.into_iter().flat_map(Node::fields).for_each(|(name, _)| self.clusters.note_key(name));
        let found = metadata.and_then(|metadata| metadata.at(key));
        let thinned = is_thinned(found);
        let label = match (found, archive) {
            (Some(found), None) => label(key, found)?,
            (Some(found), _) if !thinned => label(key, found)?,
            // Without a key that was asked for, a field that is not in the summary is in no sample.
            (None, _) if !self.clusters.wants_metadata() => None,
            (_, Some(archive)) => match whole(sample, archive, key)?.as_ref().and_then(|own| own.at(key)) {
                Some(own) => label(key, own)?,
                None if thinned => {
                    return Err(errors::label_removed(place(key)));
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

    /// The slice of a sample, read in the same way; a sample may have none.
    ///
    /// # Errors
    /// `run-malformed` where the field holds no label, or neither summary nor sample has it whole.
    pub(super) fn slice(
        &mut self,
        sample: &EvalSample<'_>,
        cluster: Option<&str>,
        archive: Option<&mut Archive<'_>>,
    ) -> Result<Option<String>, Diagnostic> {
        let Some(key) = self.slice_key else { return Ok(None) };
        if self.cluster_key == Some(key) && cluster.is_some() {
            // Read already, and samples are large.
            return Ok(self.slices.note_label(cluster.filter(|label| !label.is_empty()).map(str::to_owned)));
        }
        let metadata = sample.record.get("metadata");
        metadata.into_iter().flat_map(Node::fields).for_each(|(name, _)| self.slices.note_key(name));
        let found = metadata.and_then(|metadata| metadata.at(key));
        let thinned = is_thinned(found);
        let looks = thinned || found.is_none() && (self.summaries_lack || self.in_vain < LOOKS);
        let own = match archive.filter(|_| looks) {
            None => None,
            Some(archive) => match whole(sample, archive, key)?.and_then(|own| own.at(key).cloned()) {
                Some(own) => {
                    self.summaries_lack |= !thinned;
                    Some(own)
                }
                None if thinned => return Err(errors::label_removed(place(key))),
                None => {
                    self.in_vain += 1;
                    None
                }
            },
        };
        let Some(value) = own.as_ref().or(found) else { return Ok(None) };
        let label = self.slices.slice(value.scalar()).map_err(|error| error.within(&place(key)))?;
        Ok(label.map(|label| one_blank(&label)).filter(|label| !label.is_empty()))
    }

    /// How many distinct clusters the plan leaves unread.
    pub(super) fn ignored(&self) -> usize {
        self.clusters.ignored()
    }

    /// # Errors
    /// `cluster-missing` or `slice-missing` if a key was asked for and no sample carries it.
    pub(super) fn check(&self) -> Result<(), Diagnostic> {
        self.clusters.check()?;
        self.slices.check()
    }
}

fn is_thinned(value: Option<&Node>) -> bool {
    value.and_then(Node::text).is_some_and(|text| text == REMOVED || text.ends_with(CUT))
}

fn place(key: &str) -> String {
    format!("metadata[{}]", quote(key))
}

/// A label, with every run of blanks in a text as one: so do summaries hold it.
fn label(key: &str, value: &Node) -> Result<Option<String>, Diagnostic> {
    let label = value.scalar().metadata_cluster().map_err(|error| error.within(&place(key)))?;
    Ok(label.map(|label| one_blank(&label)))
}

fn one_blank(label: &str) -> String {
    label.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// The metadata of the sample's own member, or of the one beside it where a sample is written in
/// parts. Its name is a guess that saves opening the others; who the sample is stands inside.
fn whole(sample: &EvalSample<'_>, archive: &mut Archive<'_>, key: &str) -> Result<Option<Node>, Diagnostic> {
    let metadata = [(key, Projection::All)];
    // A name with dots may lead into any field.
    let metadata = if key.contains('.') { Projection::All } else { Projection::Fields(&metadata) };
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
