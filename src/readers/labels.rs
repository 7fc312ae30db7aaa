//! Which fields of an item hold its cluster and its slice, and what was seen of them.

use super::errors;
use std::borrow::Cow;
use std::fmt;

use serde::de::{DeserializeSeed, Deserializer, IgnoredAny, MapAccess, Visitor};
use serde_json::value::RawValue;

use super::fingerprint;
use super::nested;
use super::quote::{list, quote};
use super::scalar::{KeySeed, Scalar, ScalarSeed, duplicate_key};
use crate::domain::{ClusterRule, Code, Diagnostic};

/// How many metadata keys a message can name.
const KEYS_KEPT: usize = 12;

/// What to do about a value that names no slice.
const ONE_VALUE: &str = "name a field that holds one value for each item";
/// The field that every row is labelled with when no other is named.
const FIELD: &str = "cluster_id";

/// Where a label of an item stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum LabelSource<'o> {
    /// Nowhere: none is read. Clusters that are there all the same are counted, and no more.
    Off,
    /// In `cluster_id`.
    Field,
    /// In this field of the item's metadata.
    Metadata(&'o str),
}

/// What the labels are for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum LabelUse {
    Cluster,
    Slice,
}

/// What was asked for, and what the file had to offer.
#[derive(Debug)]
pub(super) struct Labels<'o> {
    pub(super) source: LabelSource<'o>,
    label_use: LabelUse,
    /// Whether a file without a single label is an error.
    required: bool,
    labelled: bool,
    /// The first metadata keys of the file, for the message when the one asked for is not there.
    keys: Vec<String>,
    /// The labels that the plan leaves unread, as numbers: rows of a cluster that stand together are one.
    ignored: Vec<u64>,
}

impl<'o> Labels<'o> {
    /// The clusters that a plan asks for.
    pub(super) fn clusters(rule: &'o ClusterRule) -> Self {
        let (source, required) = match rule {
            ClusterRule::Off => (LabelSource::Off, false),
            ClusterRule::FromData => (LabelSource::Field, false),
            ClusterRule::Key(key) if key == FIELD => (LabelSource::Field, true),
            ClusterRule::Key(key) => (LabelSource::Metadata(key), true),
        };
        Self::of(LabelUse::Cluster, source, required)
    }

    /// The slices by this key; none where there is no key.
    pub(super) fn slices(key: Option<&'o str>) -> Self {
        let source = match key {
            None => LabelSource::Off,
            Some(FIELD) => LabelSource::Field,
            Some(key) => LabelSource::Metadata(key),
        };
        Self::of(LabelUse::Slice, source, key.is_some())
    }

    fn of(label_use: LabelUse, source: LabelSource<'o>, required: bool) -> Self {
        Self { source, label_use, required, labelled: false, keys: Vec::new(), ignored: Vec::new() }
    }

    /// Takes `metadata.topic` as the field `topic` of the metadata, for formats that have no other fields to label by.
    pub(super) fn within_metadata(&mut self) {
        if let LabelSource::Metadata(key) = self.source {
            self.source = LabelSource::Metadata(field_of_metadata(key));
        }
    }

    /// What is left of the key behind a field of the metadata; `None` where it leads elsewhere.
    fn behind(&self, field: &str) -> Option<&'o str> {
        match self.source {
            LabelSource::Metadata(key) => nested::behind(key, field),
            LabelSource::Off | LabelSource::Field => None,
        }
    }

    /// Takes a file without a single label as well: the other run may know them.
    pub(super) fn not_required(&mut self) {
        self.required = false;
    }

    /// Whether a row has had a label so far.
    pub(super) fn any(&self) -> bool {
        self.labelled
    }

    /// The slice that a value names, taken note of. An empty text names none.
    ///
    /// # Errors
    /// `run-malformed` where the value is a list or an object.
    pub(super) fn slice<'a>(&mut self, value: Scalar<'a>) -> Result<Option<Cow<'a, str>>, Diagnostic> {
        let label = value.metadata_cluster().map_err(|error| error.next(ONE_VALUE))?;
        Ok(self.note_label(label.filter(|label| !label.is_empty())))
    }

    /// Whether the metadata of an item have to be looked at.
    pub(super) fn wants_metadata(&self) -> bool {
        self.required
    }

    /// Takes note that a row carries a label.
    pub(super) fn note_label<T>(&mut self, label: Option<T>) -> Option<T> {
        self.labelled |= label.is_some();
        label
    }

    /// Takes note of a label that the plan leaves unread.
    pub(super) fn note_unread(&mut self, label: &str) {
        let number = fingerprint::hash(label);
        if self.ignored.last() != Some(&number) {
            self.ignored.push(number);
        }
    }

    /// How many distinct labels the plan leaves unread.
    pub(super) fn ignored(&self) -> usize {
        let mut distinct = self.ignored.clone();
        distinct.sort_unstable();
        distinct.dedup();
        distinct.len()
    }

    /// What is wrong once all rows are read.
    ///
    /// # Errors
    /// `cluster-missing` or `slice-missing` if a key was asked for and no row carries it.
    pub(super) fn check(&self) -> Result<(), Diagnostic> {
        let place =
            if matches!(self.source, LabelSource::Metadata(_)) { "items[].metadata" } else { "items[]" };
        self.check_in(place, "metadata holds")
    }

    /// The same for a format whose labels stand elsewhere; `holds` begins the list of what is there.
    ///
    /// # Errors
    /// As [`Labels::check`].
    pub(super) fn check_in(&self, place: &str, holds: &str) -> Result<(), Diagnostic> {
        if !self.required || self.labelled {
            return Ok(());
        }
        let key = if let LabelSource::Metadata(key) = self.source { key } else { FIELD };
        let seen = match self.keys.as_slice() {
            [] => "no item has metadata".to_owned(),
            keys => format!("{holds} {}", list(keys.iter().map(String::as_str), KEYS_KEPT)),
        };
        Err(match self.label_use {
            LabelUse::Cluster => errors::cluster_missing(place, key, &seen),
            LabelUse::Slice => errors::slice_missing(place, key, &seen),
        })
    }

    /// Names the field that was read in an error about some rows without a label.
    pub(super) fn name_field(&self, mut error: Diagnostic) -> Diagnostic {
        if let (Code::ClusterIncomplete, LabelSource::Metadata(key)) = (error.code, self.source)
            && let Some(row) = error.place.strip_suffix(FIELD)
        {
            error.place = format!("{row}metadata[{}]", quote(key));
        }
        error
    }

    /// Puts the field of the metadata before the place of an error about its value.
    pub(super) fn in_metadata(&self, error: Diagnostic) -> Diagnostic {
        match self.source {
            LabelSource::Metadata(key) => error.within(&format!("metadata[{}]", quote(key))),
            _ => error,
        }
    }

    /// Takes note of a key that the data carry.
    pub(super) fn note_key(&mut self, key: &str) {
        if self.keys.len() < KEYS_KEPT && !self.keys.iter().any(|kept| kept == key) {
            self.keys.push(key.to_owned());
        }
    }
}

/// The name of a field of the metadata, with or without `metadata.` before it.
pub(super) fn field_of_metadata(key: &str) -> &str {
    key.strip_prefix("metadata.").filter(|field| !field.is_empty()).unwrap_or(key)
}

/// Reads the metadata of one item, an object or null: the values of the keys of cluster and slice, where they are
/// there. `Err` says that one stands twice, or that the value is neither object nor null.
pub(super) struct MetadataSeed<'a, 'o> {
    pub(super) clusters: &'a mut Labels<'o>,
    pub(super) slices: &'a mut Labels<'o>,
    pub(super) repaired: bool,
}

/// The values of the two keys, the cluster's first.
pub(super) type Found<'de> = [Option<Scalar<'de>>; 2];

impl<'de> DeserializeSeed<'de> for MetadataSeed<'_, '_> {
    type Value = Found<'de>;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Self::Value, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for MetadataSeed<'_, '_> {
    type Value = Found<'de>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("metadata as an object or null")
    }

    fn visit_unit<E>(self) -> Result<Self::Value, E> {
        Ok([None, None])
    }

    fn visit_map<A: MapAccess<'de>>(self, mut object: A) -> Result<Self::Value, A::Error> {
        let Self { clusters, slices, repaired } = self;
        if !clusters.wants_metadata() && !slices.wants_metadata() {
            while object.next_entry::<IgnoredAny, IgnoredAny>()?.is_some() {}
            return Ok([None, None]);
        }
        let mut found: Found<'de> = [None, None];
        while let Some(key) = object.next_key_seed(KeySeed)? {
            clusters.note_key(&key);
            slices.note_key(&key);
            let behind = [&*clusters, &*slices].map(|labels| labels.behind(&key));
            if behind == [None, None] {
                object.next_value::<IgnoredAny>()?;
                continue;
            }
            // Only an object that a key with dots reaches into is looked at twice.
            let nested = behind.iter().flatten().any(|rest| !rest.is_empty());
            let raw: Option<&'de RawValue> = if nested { Some(object.next_value()?) } else { None };
            let whole = match raw {
                None => Some(object.next_value_seed(ScalarSeed { repaired })?),
                Some(_) => None,
            };
            for (slot, rest) in found.iter_mut().zip(behind).filter_map(|(slot, rest)| Some((slot, rest?))) {
                let value = match (&whole, raw) {
                    (Some(value), _) => Some(value.clone()),
                    (None, Some(raw)) => inside::<A::Error>(raw, rest, repaired)?,
                    (None, None) => None,
                };
                if let Some(value) = value
                    && slot.replace(value).is_some()
                {
                    return Err(duplicate_key(&key));
                }
            }
        }
        Ok(found)
    }
}

/// The value at a path inside a value; the value itself where the path is empty.
fn inside<'de, E: serde::de::Error>(
    raw: &'de RawValue,
    path: &str,
    repaired: bool,
) -> Result<Option<Scalar<'de>>, E> {
    let text =
        if path.is_empty() { Some(raw.get()) } else { nested::find(raw.get(), path).map_err(E::custom)? };
    let Some(text) = text else { return Ok(None) };
    let mut de = serde_json::Deserializer::from_str(text);
    ScalarSeed { repaired }.deserialize(&mut de).map(Some).map_err(E::custom)
}
