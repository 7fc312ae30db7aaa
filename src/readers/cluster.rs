//! Which field of an item holds its cluster, and what was seen of it.

use super::errors;
use std::fmt;

use serde::de::{DeserializeSeed, Deserializer, IgnoredAny, MapAccess, Visitor};

use super::fingerprint;
use super::quote::{list, quote};
use super::scalar::{KeySeed, Scalar, ScalarSeed, duplicate_key};
use crate::domain::{ClusterRule, Code, Diagnostic};

/// How many metadata keys a message can name.
const KEYS_KEPT: usize = 12;

/// The field that every row is labelled with when no other is named.
const FIELD: &str = "cluster_id";

/// Where the cluster of an item stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum ClusterSource<'o> {
    /// Nowhere: items are independent. Labels that are there all the same are counted, and no more.
    Off,
    /// In `cluster_id`.
    Field,
    /// In this field of the item's metadata.
    Metadata(&'o str),
}

/// The rule of the plan, and what the file had to offer.
#[derive(Debug)]
pub(super) struct Clusters<'o> {
    pub(super) source: ClusterSource<'o>,
    /// Whether a file without a single label is an error.
    required: bool,
    labelled: bool,
    /// The first metadata keys of the file, for the message when the one asked for is not there.
    keys: Vec<String>,
    /// The labels that the plan leaves unread, as numbers: rows of a cluster that stand together are one.
    ignored: Vec<u64>,
}

impl<'o> Clusters<'o> {
    pub(super) fn new(rule: &'o ClusterRule) -> Self {
        let (source, required) = match rule {
            ClusterRule::Off => (ClusterSource::Off, false),
            ClusterRule::FromData => (ClusterSource::Field, false),
            ClusterRule::Key(key) if key == FIELD => (ClusterSource::Field, true),
            ClusterRule::Key(key) => (ClusterSource::Metadata(key), true),
        };
        Self { source, required, labelled: false, keys: Vec::new(), ignored: Vec::new() }
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
    /// `cluster-missing` if a key was asked for and no row carries it.
    pub(super) fn check(&self) -> Result<(), Diagnostic> {
        let place =
            if matches!(self.source, ClusterSource::Metadata(_)) { "items[].metadata" } else { "items[]" };
        self.check_in(place, "metadata holds")
    }

    /// The same for a format whose labels stand elsewhere; `holds` begins the list of what is there.
    ///
    /// # Errors
    /// As [`Clusters::check`].
    pub(super) fn check_in(&self, place: &str, holds: &str) -> Result<(), Diagnostic> {
        if !self.required || self.labelled {
            return Ok(());
        }
        let key = if let ClusterSource::Metadata(key) = self.source { key } else { FIELD };
        let seen = match self.keys.as_slice() {
            [] => "no item has metadata".to_owned(),
            keys => format!("{holds} {}", list(keys.iter().map(String::as_str), KEYS_KEPT)),
        };
        Err(errors::cluster_missing(place, key, &seen))
    }

    /// Names the field that was read in an error about some rows without a label.
    pub(super) fn name_field(&self, mut error: Diagnostic) -> Diagnostic {
        if let (Code::ClusterIncomplete, ClusterSource::Metadata(key)) = (error.code, self.source)
            && let Some(row) = error.place.strip_suffix(FIELD)
        {
            error.place = format!("{row}metadata[{}]", quote(key));
        }
        error
    }

    /// Takes note of a key that the data carry.
    pub(super) fn note_key(&mut self, key: &str) {
        if self.keys.len() < KEYS_KEPT && !self.keys.iter().any(|kept| kept == key) {
            self.keys.push(key.to_owned());
        }
    }
}

/// Reads the metadata of one item, an object or null: the value of the cluster key, if it is there.
/// `Err` says that the key stands twice, or that the value is neither object nor null.
pub(super) struct MetadataSeed<'a, 'o> {
    pub(super) clusters: &'a mut Clusters<'o>,
    pub(super) repaired: bool,
}

impl<'de> DeserializeSeed<'de> for MetadataSeed<'_, '_> {
    type Value = Option<Scalar<'de>>;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Self::Value, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for MetadataSeed<'_, '_> {
    type Value = Option<Scalar<'de>>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("metadata as an object or null")
    }

    fn visit_unit<E>(self) -> Result<Self::Value, E> {
        Ok(None)
    }

    fn visit_map<A: MapAccess<'de>>(self, mut object: A) -> Result<Self::Value, A::Error> {
        if !self.clusters.wants_metadata() {
            while object.next_entry::<IgnoredAny, IgnoredAny>()?.is_some() {}
            return Ok(None);
        }
        let mut found = None;
        while let Some(key) = object.next_key_seed(KeySeed)? {
            self.clusters.note_key(&key);
            if self.clusters.source == ClusterSource::Metadata(&key) {
                if found.is_some() {
                    return Err(duplicate_key(&key));
                }
                found = Some(object.next_value_seed(ScalarSeed { repaired: self.repaired })?);
            } else {
                object.next_value::<IgnoredAny>()?;
            }
        }
        Ok(found)
    }
}
